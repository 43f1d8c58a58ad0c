(** Monotone systems: events that only add are fired as a fixpoint instead of being interleaved.

    (The delete relaxation of planning: Bonet, Geffner, "Planning as heuristic search", 2001; exact here because nothing is
    deleted.)

    In the code: [model-checker/src/monotone/]. A fact is a growing cell of the ground system; [fixpoint.rs] computes
    [rounds], [proof.rs] makes an invariant of what stays false, and the search for an attack rests on
    [fixpoint_decides]. *)

From Coq Require Import List Bool Arith Lia.
Import ListNotations.
From Watertight Require Import Transition.

Section Monotone.

Variables Fact Event : Type.

(** Which facts are true. *)
Definition facts := Fact -> bool.
Definition within (s t : facts) := forall f, s f = true -> t f = true.

Variable start : facts.
Variable guard : Event -> facts -> bool.
Variable adds : Event -> facts -> facts.

(** More facts never disable an event, and never make it add less. *)
Hypothesis guard_grows : forall e s t, within s t -> guard e s = true -> guard e t = true.
Hypothesis adds_grow : forall e s t, within s t -> within (adds e s) (adds e t).

(** Events one at a time. States are compared fact by fact. *)
Definition interleaved : system facts Event := {|
  initial s := forall f, s f = start f;
  step e s t := guard e s = true /\ forall f, t f = s f || adds e s f
|}.

(** All events, and what one round makes true: all that are enabled fire together. *)
Variable events : list Event.
Hypothesis all_events : forall e, In e events.

Definition fired e (s : facts) : facts := fun f => s f || (guard e s && adds e s f).
Definition round (s : facts) : facts := fun f => s f || existsb (fun e => guard e s && adds e s f) events.
Fixpoint rounds n := match n with 0 => start | S n => round (rounds n) end.

(** The loop ends where a round adds nothing. *)
Definition closed s := within (round s) s.

Lemma within_trans s t u : within s t -> within t u -> within s u.
Proof. unfold within; auto. Qed.

Lemma grows e s : within s (fired e s).
Proof. intros f Hf; unfold fired; rewrite Hf; reflexivity. Qed.

Lemma fired_grows e s t : within s t -> within (fired e s) (fired e t).
Proof.
  intros Hst f; unfold fired; rewrite !orb_true_iff, !andb_true_iff.
  intros [Hf | [Hg Ha]]; [left; auto | right; split; eauto].
  exact (adds_grow e s t Hst f Ha).
Qed.

Lemma closed_keeps a e s t : closed a -> within s a -> step interleaved e s t -> within t a.
Proof.
  intros Hclosed Hs [Hg Ht] f Hf; rewrite Ht, orb_true_iff in Hf; destruct Hf as [Hf | Hf]; [auto |].
  apply Hclosed; unfold round; apply orb_true_iff; right; apply existsb_exists; exists e; split; auto.
  rewrite (guard_grows e s a Hs Hg); exact (adds_grow e s a Hs f Hf).
Qed.

Lemma start_within n : within start (rounds n).
Proof.
  induction n; simpl; [intros f; auto |].
  intros f Hf; unfold round; rewrite (IHn f Hf); reflexivity.
Qed.

(** The complement of the fixpoint is an inductive invariant: what it does not contain stays false. It is the proof that a
    certificate holds. *)
Theorem complement_is_inductive n :
  closed (rounds n) -> inductive interleaved (fun s => forall f, rounds n f = false -> s f = false).
Proof.
  intros Hclosed.
  assert (Hiff : forall s : facts, (forall f, rounds n f = false -> s f = false) <-> within s (rounds n)).
  { intros s; split; intros H f Hf; [destruct (rounds n f) eqn:Hr; [reflexivity | rewrite (H f Hr) in Hf; discriminate] |].
    destruct (s f) eqn:Hs; [rewrite (H f Hs) in Hf; discriminate | reflexivity]. }
  split.
  - intros s Hs; apply Hiff; intros f Hf; apply start_within; rewrite <- Hs; exact Hf.
  - intros e s t Hs Hstep; apply Hiff; apply Hiff in Hs; eapply closed_keeps; eauto.
Qed.

Lemma reachable_within n s : closed (rounds n) -> reachable interleaved s -> within s (rounds n).
Proof.
  intros Hclosed Hs; induction Hs as [s Hs | e s t _ IH Hstep].
  - intros f Hf; apply start_within; rewrite <- Hs; exact Hf.
  - eapply closed_keeps; eauto.
Qed.

(** Unknown constants at their worst: a system that starts with no more, whose events can take place and add only where
    this one's do, is within this one's fixpoint, and the complement is inductive for it, too. *)
Theorem complement_for_all_constants n (start' : facts) (guard' : Event -> facts -> bool) (adds' : Event -> facts -> facts) :
  within start' start ->
  (forall e s, guard' e s = true -> guard e s = true) ->
  (forall e s, within (adds' e s) (adds e s)) ->
  closed (rounds n) ->
  inductive {| initial s := forall f, s f = start' f;
               step e s t := guard' e s = true /\ forall f, t f = s f || adds' e s f |}
            (fun s => forall f, rounds n f = false -> s f = false).
Proof.
  intros Hstart Hguard Hadds Hclosed; split.
  - intros s Hs f Hf; rewrite Hs; destruct (start' f) eqn:Hf'; [| reflexivity].
    rewrite (start_within n f (Hstart f Hf')) in Hf; discriminate.
  - intros e s t Hs [Hg Ht] f Hf; rewrite Ht, (Hs f Hf); simpl.
    destruct (adds' e s f) eqn:Ha; [| reflexivity].
    destruct (complement_is_inductive n Hclosed) as [_ Hkept].
    rewrite <- (Hkept e s (fun f => s f || adds e s f) Hs (conj (Hguard e s Hg) (fun _ => eq_refl)) f Hf).
    rewrite (Hadds e s f Ha), orb_true_r; reflexivity.
Qed.

(** *** The events of a round can happen one after the other *)

Definition in_turn s := fold_left (fun s e => fired e s) events s.

Lemma fired_reachable e s : reachable interleaved s -> exists t, reachable interleaved t /\ forall f, t f = fired e s f.
Proof.
  intros Hs; destruct (guard e s) eqn:Hg.
  - exists (fired e s); split; [| reflexivity].
    apply by_step with e s; [exact Hs |]; split; [exact Hg |].
    intros f; unfold fired; rewrite Hg; reflexivity.
  - exists s; split; [exact Hs |]; intros f; unfold fired; rewrite Hg, orb_false_r; reflexivity.
Qed.

Lemma one_by_one es : forall a s, within a s -> reachable interleaved s ->
  exists t, reachable interleaved t /\ within s t /\ forall e, In e es -> within (fired e a) t.
Proof.
  induction es as [| e es IH]; intros a s Ha Hs.
  - exists s; split; [exact Hs |]; split; [intros f; auto | intros e []].
  - destruct (fired_reachable e s Hs) as (s' & Hs' & Heq).
    assert (Hgrown : within s s') by (intros f Hf; rewrite Heq; apply grows, Hf).
    destruct (IH a s' (within_trans _ _ _ Ha Hgrown) Hs') as (t & Ht & Hst & Hall).
    exists t; split; [exact Ht |]; split; [eapply within_trans; eassumption |].
    intros e' [<- | Hin]; [| auto].
    intros f Hf; apply Hst; rewrite Heq; exact (fired_grows e a s Ha f Hf).
Qed.

Lemma rounds_reached n : exists s, reachable interleaved s /\ within (rounds n) s.
Proof.
  induction n as [| n (s & Hs & Hwithin)]; simpl.
  - exists start; split; [apply at_start; intros f; reflexivity | intros f; auto].
  - destruct (one_by_one events (rounds n) s Hwithin Hs) as (t & Ht & Hst & Hall).
    exists t; split; [exact Ht |]; intros f; unfold round; rewrite orb_true_iff, existsb_exists.
    intros [Hf | (e & Hin & Hf)]; [auto |].
    apply (Hall e Hin); unfold fired; rewrite Hf; apply orb_true_r.
Qed.

(** All events that can ever happen can happen in one run: its last state is the fixpoint, the greatest reachable state. *)
Theorem fixpoint_is_the_greatest_state n :
  closed (rounds n) ->
  exists s, reachable interleaved s /\ (forall f, s f = rounds n f)
            /\ forall t, reachable interleaved t -> within t s.
Proof.
  intros Hclosed; destruct (rounds_reached n) as (s & Hs & Hwithin); exists s.
  assert (Heq : forall f, s f = rounds n f).
  { intros f; destruct (s f) eqn:Hf.
    - symmetry; exact (reachable_within n s Hclosed Hs f Hf).
    - destruct (rounds n f) eqn:Hr; [rewrite (Hwithin f Hr) in Hf; discriminate | reflexivity]. }
  split; [exact Hs |]; split; [exact Heq |].
  intros t Ht f Hf; rewrite Heq; exact (reachable_within n t Hclosed Ht f Hf).
Qed.

(** The fixpoint is the union of the reachable states: what is in it is reached by a run, and nothing else is. *)
Theorem fixpoint_is_the_union n f :
  closed (rounds n) -> (rounds n f = true <-> exists s, reachable interleaved s /\ s f = true).
Proof.
  intros Hclosed; destruct (fixpoint_is_the_greatest_state n Hclosed) as (a & Ha & Heq & Hgreatest); split.
  - intros Hf; exists a; split; [exact Ha | rewrite Heq; exact Hf].
  - intros (s & Hs & Hf); rewrite <- Heq; exact (Hgreatest s Hs f Hf).
Qed.

(** A violation that more facts never undo is reachable exactly if it is there at the fixpoint. *)
Theorem fixpoint_decides n (bad : facts -> bool) :
  (forall s t, within s t -> bad s = true -> bad t = true) ->
  closed (rounds n) ->
  (bad (rounds n) = true <-> exists s, reachable interleaved s /\ bad s = true).
Proof.
  intros Hgrows Hclosed; destruct (fixpoint_is_the_greatest_state n Hclosed) as (a & Ha & Heq & Hgreatest); split.
  - intros Hbad; exists a; split; [exact Ha |]; apply Hgrows with (rounds n); [| exact Hbad].
    intros f; rewrite Heq; auto.
  - intros (s & Hs & Hbad); apply Hgrows with s; [| exact Hbad].
    intros f Hf; rewrite <- Heq; exact (Hgreatest s Hs f Hf).
Qed.

(** *** The loop ends *)

Variable all : list Fact.
Hypothesis all_facts : forall f, In f all.

Definition size (s : facts) := length (filter s all).

Lemma size_bounded s : size s <= length all.
Proof.
  unfold size; generalize all; intros l; induction l as [| f l IH]; simpl; [auto |].
  destruct (s f); simpl; lia.
Qed.

Lemma size_grows s : closed s \/ size s < size (round s).
Proof.
  assert (Hmore : forall l, length (filter s l) <= length (filter (round s) l)
    /\ ((forall f, In f l -> round s f = true -> s f = true) \/ length (filter s l) < length (filter (round s) l))).
  { induction l as [| f l [Hle IH]]; simpl; [split; [auto | left; intros f []] |].
    destruct (s f) eqn:Hs.
    - assert (Hr : round s f = true) by (unfold round; rewrite Hs; reflexivity).
      rewrite Hr; simpl; split; [lia |]; destruct IH as [IH | IH]; [left | right; lia].
      intros g [<- | Hg]; auto.
    - destruct (round s f) eqn:Hr; simpl; split; try lia.
      destruct IH as [IH | IH]; [left | right; lia].
      intros g [<- | Hg]; [rewrite Hr; discriminate | auto]. }
  destruct (Hmore all) as [_ [Hclosed | Hlt]]; [left | right; exact Hlt].
  intros f Hf; auto.
Qed.

(** With finitely many facts some round is the last: after as many as there are facts, at the latest. *)
Theorem fixpoint_is_met : exists n, n <= length all /\ closed (rounds n).
Proof.
  assert (Hprogress : forall n, (exists m, m <= n /\ closed (rounds m)) \/ n < size (rounds (S n))).
  { induction n as [| n [(m & Hm & Hclosed) | IH]].
    - destruct (size_grows start) as [Hclosed | Hlt]; [left; exists 0; auto | right; cbn [rounds]; lia].
    - left; exists m; auto.
    - destruct (size_grows (rounds (S n))) as [Hclosed | Hlt]; [left; exists (S n); auto | right; cbn [rounds] in *; lia]. }
  destruct (Hprogress (length all)) as [Hmet | Hlt]; [exact Hmet |].
  pose proof (size_bounded (rounds (S (length all)))); lia.
Qed.

End Monotone.
