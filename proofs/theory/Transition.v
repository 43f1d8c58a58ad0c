(** Invariant induction.

    A container system is a state machine M = (S, s0, I, T): [initial] are its initial states, [Event] its inputs, an event
    being a name with its parameters and choices, and [step] is T. Constants are chosen before s0 and never change: what is
    shown here of every system is shown of every value of them, and of sorts of every size.

    In the code: [transition_system::System]; the obligations are [goals] in [model-checker/src/symbolic/problem.rs] and the
    queries [1-init-*], [2-step-*] and [3-property] of a certificate ([proofs/certify/src/obligations.rs]). *)

From Coq Require Import List.
Import ListNotations.

Record system (State Event : Type) := {
  initial : State -> Prop;
  step : Event -> State -> State -> Prop
}.
Arguments initial {State Event}.
Arguments step {State Event}.

Section Induction.

Variables State Event : Type.
Variable M : system State Event.

Inductive reachable : State -> Prop :=
| at_start s : initial M s -> reachable s
| by_step e s t : reachable s -> step M e s t -> reachable t.

(** Runs, by the events that take place in them. *)
Inductive run : State -> list Event -> State -> Prop :=
| stay s : run s [] s
| go e s t es u : step M e s t -> run t es u -> run s (e :: es) u.

Lemma run_then e s es t u : run s es t -> step M e t u -> run s (es ++ [e]) u.
Proof.
  induction 1 as [| e' s t' es t Hstep Hrun IH]; intros Hlast; simpl.
  - eapply go; [exact Hlast | apply stay].
  - eapply go; [exact Hstep | exact (IH Hlast)].
Qed.

Lemma run_reachable s es t : reachable s -> run s es t -> reachable t.
Proof. intros Hs Hrun; induction Hrun; eauto using by_step. Qed.

(** The reachable states are those at the end of a run. *)
Lemma reachable_by_run t : reachable t <-> exists s es, initial M s /\ run s es t.
Proof.
  split.
  - induction 1 as [s Hs | e s t Hs (a & es & Ha & Hrun) Hstep].
    + exists s, []; split; [exact Hs | apply stay].
    + exists a, (es ++ [e]); split; [exact Ha | eapply run_then; eassumption].
  - intros (s & es & Hs & Hrun); eapply run_reachable; [apply at_start |]; eassumption.
Qed.

(** What holds in every reachable state. *)
Definition invariant (P : State -> Prop) := forall s, reachable s -> P s.

(** What holds at the start and is kept by every event. *)
Definition inductive (P : State -> Prop) :=
  (forall s, initial M s -> P s) /\ (forall e s t, P s -> step M e s t -> P t).

(** An inductive invariant holds in every reachable state. *)
Theorem inductive_invariant (Inv : State -> Prop) : inductive Inv -> invariant Inv.
Proof. intros [Hinit Hstep] s Hs; induction Hs; eauto. Qed.

(** The three obligations: Inv(s0); Inv(s) and T(s,i,s') => Inv(s'); Inv => Phi. *)
Theorem three_obligations (Inv Phi : State -> Prop) :
  (forall s, initial M s -> Inv s) ->
  (forall e s t, Inv s -> step M e s t -> Inv t) ->
  (forall s, Inv s -> Phi s) ->
  invariant Phi.
Proof.
  intros Hinit Hstep Hphi s Hs; apply Hphi.
  exact (inductive_invariant Inv (conj Hinit Hstep) s Hs).
Qed.

(** No property needs another kind of proof: an invariant follows from an inductive one, the set of reachable states.
    (Whether a formula of the language describes that set is another question.) *)
Theorem induction_is_complete (Phi : State -> Prop) :
  invariant Phi <-> exists Inv : State -> Prop, inductive Inv /\ forall s, Inv s -> Phi s.
Proof.
  split.
  - intros Hphi; exists reachable; split; [split |]; eauto using at_start, by_step.
  - intros (Inv & [Hinit Hstep] & Himp); exact (three_obligations Inv Phi Hinit Hstep Himp).
Qed.

(** One query for each event and conjunct suffices. A query may assume all conjuncts before the step. [Goal::Init],
    [Goal::Step] and [Goal::Follows] in the code. *)
Theorem one_query_per_event_and_conjunct (Conjunct : Type) (C : Conjunct -> State -> Prop) (Phi : State -> Prop) :
  (forall c s, initial M s -> C c s) ->
  (forall e c s t, (forall d, C d s) -> step M e s t -> C c t) ->
  (forall s, (forall c, C c s) -> Phi s) ->
  invariant Phi.
Proof.
  intros Hinit Hstep; apply three_obligations; eauto.
Qed.

(** An event that leaves what a conjunct depends on as it is keeps the conjunct: no query is needed. *)
Lemma untouched (View : Type) (view : State -> View) (C : View -> Prop) e :
  (forall s t, step M e s t -> view t = view s) ->
  forall s t, C (view s) -> step M e s t -> C (view t).
Proof. intros Hsame s t Hc Hstep; rewrite (Hsame s t Hstep); exact Hc. Qed.

(** The inductive sets of candidate conjuncts are closed under union, so that there is a greatest: what [strongest] in
    [model-checker/src/symbolic/induction.rs] looks for (Houdini). *)
Theorem inductive_sets_join (Conjunct : Type) (C : Conjunct -> State -> Prop) (A B : Conjunct -> Prop) :
  inductive (fun s => forall c, A c -> C c s) ->
  inductive (fun s => forall c, B c -> C c s) ->
  inductive (fun s => forall c, A c \/ B c -> C c s).
Proof.
  intros [Ainit Astep] [Binit Bstep]; split.
  - intros s Hs c [Hc | Hc]; eauto.
  - intros e s t Hall Hstep c [Hc | Hc]; [eapply Astep | eapply Bstep]; eauto.
Qed.

(** Properties of steps (transition, integrity, complete mediation): what holds of every step of every run. It may say
    something else of each event. *)
Definition step_property (R : Event -> State -> State -> Prop) :=
  forall a es e s t, initial M a -> run a es s -> step M e s t -> R e s t.

(** An invariant and one query for each event prove a property of steps: [Goal::Transition] in the code. *)
Theorem step_obligation (Inv : State -> Prop) (R : Event -> State -> State -> Prop) :
  inductive Inv ->
  (forall e s t, Inv s -> step M e s t -> R e s t) ->
  step_property R.
Proof.
  intros Hinv Hr a es e s t Ha Hrun Hstep.
  apply Hr; [| exact Hstep].
  apply (inductive_invariant Inv Hinv), reachable_by_run; eauto.
Qed.

End Induction.

Arguments reachable {State Event}.
Arguments run {State Event}.
Arguments invariant {State Event}.
Arguments inductive {State Event}.
Arguments step_property {State Event}.
