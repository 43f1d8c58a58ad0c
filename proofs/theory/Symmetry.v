(** Symmetry of sorts: of states that differ only in which of several like elements is which, one is kept.

    (Ip, Dill, "Better verification through symmetry", 1996.)

    In the code: [model-checker/src/explicit/symmetry/]. The search keeps [normal t] in place of each state t that
    it meets. That need not be the same for all images of a state: a heuristic normal form
    is sound too, and only finds more states. *)

From Coq Require Import List.
Import ListNotations.
From Watertight Require Import Transition.

Section Symmetry.

Variables State Event : Type.
Variable M : system State Event.

(** Exchanges of like elements, and what they make of states and of events with their parameters. *)
Variable Exchange : Type.
Variable act : Exchange -> State -> State.
Variable act_event : Exchange -> Event -> Event.

(** No event and no initial state tells like elements apart. *)
Hypothesis initial_symmetric : forall x s, initial M s -> initial M (act x s).
Hypothesis step_symmetric : forall x e s t, step M e s t -> step M (act_event x e) (act x s) (act x t).

(** An image of a state: after some exchanges, which are a permutation. *)
Definition image (xs : list Exchange) (s : State) : State := fold_left (fun s x => act x s) xs s.
Definition image_event (xs : list Exchange) (e : Event) : Event := fold_left (fun e x => act_event x e) xs e.

Lemma image_initial xs : forall s, initial M s -> initial M (image xs s).
Proof. induction xs; simpl; auto. Qed.

Lemma image_step xs : forall e s t, step M e s t -> step M (image_event xs e) (image xs s) (image xs t).
Proof. induction xs; simpl; auto. Qed.

(** A normal form of a state is an image of it, whichever it is. *)
Variable normal : State -> State.
Hypothesis normal_is_image : forall s, exists xs, normal s = image xs s.

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

Lemma reached_symmetric xs n s : reached M n s -> reached M n (image xs s).
Proof. induction 1; econstructor; eauto using image_initial, image_step. Qed.

(** What is kept is reachable, after as many steps. *)
Theorem kept_states_are_reachable n q : reached kept n q -> reached M n q.
Proof.
  induction 1 as [q (s & Hs & ->) | n e q r _ IH (t & Hstep & ->)];
    [destruct (normal_is_image s) as [xs ->] | destruct (normal_is_image t) as [xs ->]];
    apply reached_symmetric; econstructor; eassumption.
Qed.

(** Of each reachable state an image is kept, after as many steps. *)
Theorem each_state_has_a_kept_image n s : reached M n s -> exists xs, reached kept n (image xs s).
Proof.
  induction 1 as [s Hs | n e s t _ [xs Hxs] Hstep].
  - destruct (normal_is_image s) as [xs Hnormal]; exists xs; apply reached_at_start.
    exists s; rewrite <- Hnormal; auto.
  - destruct (normal_is_image (image xs t)) as [ys Hnormal]; exists (xs ++ ys).
    unfold image; rewrite fold_left_app; eapply reached_by_step; [exact Hxs |].
    exists (image xs t); split; [apply image_step; exact Hstep | symmetry; exact Hnormal].
Qed.

(** A property that no exchange changes holds of the reachable states if it holds of the kept ones, and a violation among
    these is one. *)
Theorem symmetry_is_sound (Phi : State -> Prop) :
  (forall x s, Phi (act x s) -> Phi s) -> (invariant M Phi <-> invariant kept Phi).
Proof.
  intros Hsym.
  assert (Himage : forall xs s, Phi (image xs s) -> Phi s) by (induction xs; simpl; eauto).
  split; intros Hinv s Hs; apply reached_reachable in Hs; destruct Hs as [n Hn].
  - apply Hinv, reached_reachable; exists n; apply kept_states_are_reachable, Hn.
  - destruct (each_state_has_a_kept_image n s Hn) as [xs Hxs].
    apply (Himage xs), Hinv, reached_reachable; exists n; exact Hxs.
Qed.

(** Likewise a property of steps, looked at between a kept state and its successor before that is put into normal form. *)
Theorem symmetry_is_sound_for_steps (R : Event -> State -> State -> Prop) :
  (forall x e s t, R (act_event x e) (act x s) (act x t) -> R e s t) ->
  (forall q e t, reachable kept q -> step M e q t -> R e q t) ->
  step_property M R.
Proof.
  intros Hsym Hkept a es e s t Ha Hrun Hstep.
  assert (Himage : forall xs e s t, R (image_event xs e) (image xs s) (image xs t) -> R e s t)
    by (induction xs; simpl; eauto).
  assert (Hs : reachable M s) by (apply reachable_by_run; eauto).
  apply reached_reachable in Hs; destruct Hs as [n Hn].
  destruct (each_state_has_a_kept_image n s Hn) as [xs Hxs].
  apply (Himage xs); apply Hkept; [apply reached_reachable; eauto | apply image_step; exact Hstep].
Qed.

End Symmetry.
