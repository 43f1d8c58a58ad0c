(** Symmetry of sorts: of states that differ only in which of several like elements is which, one is kept.

    (Ip, Dill, "Better verification through symmetry", 1996.)

    In the code: [model-checker/src/explicit/symmetry/]. A permutation exchanges like elements; the search keeps
    [normal t] in place of each state t it meets. It need not be the same for all images of a state: a heuristic normal form
    is sound too, and only finds more states. *)

From Watertight Require Import Transition.

Section Symmetry.

Variables State Event : Type.
Variable M : system State Event.

(** Permutations of like elements, and what they make of states and of events with their parameters. *)
Variable Permutation : Type.
Variable act : Permutation -> State -> State.
Variable act_event : Permutation -> Event -> Event.
Variable compose : Permutation -> Permutation -> Permutation.
Hypothesis act_compose : forall p q s, act (compose p q) s = act p (act q s).

(** No event and no initial state tells like elements apart. *)
Hypothesis initial_symmetric : forall p s, initial M s -> initial M (act p s).
Hypothesis step_symmetric : forall p e s t, step M e s t -> step M (act_event p e) (act p s) (act p t).

(** A normal form of a state is an image of it, whichever it is. *)
Variable normal : State -> State.
Hypothesis normal_is_image : forall s, exists p, normal s = act p s.

(** What the search goes through: steps of kept states, whose ends are put into normal form. *)
Definition kept : system State Event := {|
  initial q := exists s, initial M s /\ q = normal s;
  step e q r := exists t, step M e q t /\ r = normal t
|}.

(** States by the number of steps after which they are met. *)
Inductive reached (N : system State Event) : nat -> State -> Prop :=
| reached_at_start s : initial N s -> reached N 0 s
| reached_by_step n e s t : reached N n s -> step N e s t -> reached N (S n) t.

Lemma reached_reachable N s : reachable N s <-> exists n, reached N n s.
Proof.
  split.
  - induction 1 as [s Hs | e s t _ [n Hn] Hstep]; [exists 0 | exists (S n)]; econstructor; eassumption.
  - intros [n Hn]; induction Hn; [apply at_start | eapply by_step]; eassumption.
Qed.

Lemma reached_symmetric p n s : reached M n s -> reached M n (act p s).
Proof. induction 1; econstructor; eauto. Qed.

(** What is kept is reachable, after as many steps. *)
Theorem kept_states_are_reachable n q : reached kept n q -> reached M n q.
Proof.
  induction 1 as [q (s & Hs & ->) | n e q r _ IH (t & Hstep & ->)];
    [destruct (normal_is_image s) as [p ->] | destruct (normal_is_image t) as [p ->]];
    apply reached_symmetric; econstructor; eassumption.
Qed.

(** Of each reachable state an image is kept, after as many steps. *)
Theorem each_state_has_a_kept_image n s : reached M n s -> exists p, reached kept n (act p s).
Proof.
  induction 1 as [s Hs | n e s t _ [p Hp] Hstep].
  - destruct (normal_is_image s) as [p Hnormal]; exists p; apply reached_at_start.
    exists s; rewrite <- Hnormal; auto.
  - destruct (normal_is_image (act p t)) as [q Hnormal]; exists (compose q p).
    rewrite act_compose; eapply reached_by_step; [exact Hp |].
    exists (act p t); split; [apply step_symmetric; exact Hstep | symmetry; exact Hnormal].
Qed.

(** A property that no permutation changes holds of the reachable states if it holds of the kept ones, and a violation among
    these is one. *)
Theorem symmetry_is_sound (Phi : State -> Prop) :
  (forall p s, Phi (act p s) -> Phi s) -> (invariant M Phi <-> invariant kept Phi).
Proof.
  intros Hsym; split; intros Hinv s Hs; apply reached_reachable in Hs; destruct Hs as [n Hn].
  - apply Hinv, reached_reachable; exists n; apply kept_states_are_reachable, Hn.
  - destruct (each_state_has_a_kept_image n s Hn) as [p Hp].
    apply (Hsym p), Hinv, reached_reachable; exists n; exact Hp.
Qed.

(** Likewise a property of steps, looked at between a kept state and its successor before that is put into normal form. *)
Theorem symmetry_is_sound_for_steps (R : Event -> State -> State -> Prop) :
  (forall p e s t, R (act_event p e) (act p s) (act p t) -> R e s t) ->
  (forall q e t, reachable kept q -> step M e q t -> R e q t) ->
  step_property M R.
Proof.
  intros Hsym Hkept a es e s t Ha Hrun Hstep.
  assert (Hs : reachable M s) by (apply reachable_by_run; eauto).
  apply reached_reachable in Hs; destruct Hs as [n Hn].
  destruct (each_state_has_a_kept_image n s Hn) as [p Hp].
  apply (Hsym p); apply Hkept; [apply reached_reachable; eauto | apply step_symmetric; exact Hstep].
Qed.

End Symmetry.
