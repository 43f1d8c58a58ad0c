(** Composition of components, and when it is safe.

    What a system is, is said in [docs/language.md], "What a system means": events of one name take place in all components
    that have them at once or not at all; all others take place alone; what nobody assigns keeps its value; where two
    assign one place, they promise to assign equal values.

    In the code: [spec-lang/src/lower/compose.rs] makes the composition; a proof by composition has the obligations of
    [safe_composition]. That components which are each safe alone need not be so together is [CompositionFallacy.v]. *)

From Coq Require Import List.
From Watertight Require Import Transition.

Section Composition.

(** The state of a system: the variables of all components and those that they share, each with its own type. *)
Variable Var : Type.
Variable Val : Var -> Type.
Definition state := forall x, Val x.

(** Assignments of an event. *)
Definition writes := forall x, option (Val x).
Definition nothing : writes := fun _ => None.
Definition updated (w : writes) (s : state) : state :=
  fun x => match w x with Some v => v | None => s x end.

(** The name of an event stands here for the name that is left after hiding and renaming, with its parameters; choices that a
    component makes for itself are several assignments that it may make. An action relates the state before to them, where
    its conditions hold. *)
Variable Name : Type.
Definition action := state -> writes -> Prop.

Record component := {
  starts : state -> Prop;
  event : Name -> option action
}.

(** The component as a system of its own. States are compared variable by variable. *)
Definition alone (C : component) : system state Name := {|
  initial := starts C;
  step n s t := exists a w, event C n = Some a /\ a s w /\ forall x, t x = updated w s x
|}.

(** Any number of components. *)
Variable Part : Type.
Variable C : Part -> component.

Definition has n p := event (C p) n <> None.
Definition assigns n p (s : state) (w : writes) :=
  match event (C p) n with Some a => a s w | None => forall x, w x = None end.

(** C1 || ... || Cn *)
Definition composition : system state Name := {|
  initial s := forall p, starts (C p) s;
  step n s t :=
    (exists p, has n p)
    /\ exists w : Part -> writes,
         (forall p, assigns n p s (w p))
         /\ (forall p x v, w p x = Some v -> t x = v)
         /\ (forall x, (forall p, w p x = None) -> t x = s x)
|}.

(** Interleaving: an event that one component alone has is a step of that component. *)
Lemma event_of_one n p s t :
  (forall q, has n q -> q = p) -> (forall q : Part, q = p \/ q <> p) ->
  step composition n s t -> step (alone (C p)) n s t.
Proof.
  intros Hone Heq ([q Hq] & w & Hw & Hset & Hframe).
  assert (Hp : has n p) by (rewrite <- (Hone q Hq); exact Hq).
  pose proof (Hw p) as Hwp; unfold has, assigns in *.
  destruct (event (C p) n) as [a |] eqn:Ha; [| contradiction].
  exists a, (w p); repeat split; auto.
  intros x; unfold updated; destruct (w p x) as [v |] eqn:Hx; [eauto |].
  apply Hframe; intros r; destruct (Heq r) as [-> | Hne]; [exact Hx |].
  specialize (Hw r); specialize (Hone r); destruct (event (C r) n); auto.
  destruct Hne; apply Hone; discriminate.
Qed.

(** ** Safe composition *)

Variable Inv : Part -> state -> Prop.

(** Each component keeps its own invariant. *)
Hypothesis own_start : forall p s, starts (C p) s -> Inv p s.
Hypothesis own_step : forall p n s t, Inv p s -> step (alone (C p)) n s t -> Inv p t.

(** An event of the system does not falsify the invariant of [p]. *)
Definition harmless p n :=
  forall s t, (forall q, Inv q s) -> step composition n s t -> Inv p t.

(** Interference freedom: no event in which another component takes part falsifies the invariant of [p]. Which events are
    of [p] alone is read off the names; all others are asked about. For an event in which several take part the whole is
    asked, not each part of it: see [each_part_of_an_event_is_not_the_event]. *)
Definition interference_free p := forall n, (forall q, has n q -> q = p) \/ harmless p n.

(** Components are told apart (they have names). *)
Hypothesis told_apart : forall p q : Part, q = p \/ q <> p.

Lemma components_keep_their_invariants :
  (forall p, interference_free p) -> inductive composition (fun s => forall p, Inv p s).
Proof.
  intros Hfree; split.
  - intros s Hs p; apply own_start, Hs.
  - intros n s t Hall Hstep p; destruct (Hfree p n) as [Hone | Hharmless].
    + eapply own_step; [apply Hall |]; apply event_of_one; eauto.
    + exact (Hharmless s t Hall Hstep).
Qed.

(** Safe composition: if each component keeps an invariant Inv_i that implies Phi_i, no event of another falsifies Inv_i,
    and the Inv_i together imply the global property, then the composition has every Phi_i and the global property. The
    product is never built. *)
Theorem safe_composition (Phi : Part -> state -> Prop) (Global : state -> Prop) :
  (forall p, interference_free p) ->
  (forall p s, Inv p s -> Phi p s) ->
  (forall s, (forall p, Inv p s) -> Global s) ->
  invariant composition (fun s => (forall p, Phi p s) /\ Global s).
Proof.
  intros Hfree Hphi Hglobal.
  destruct (components_keep_their_invariants Hfree) as [Hinit Hstep].
  apply (three_obligations _ _ composition (fun s => forall p, Inv p s)); auto.
Qed.

(** Without synchronised events, each event is of one component, and one question for each event of one component and
    invariant of another is enough. *)
Theorem interleaving_interference (owner : Name -> Part) :
  (forall n q, has n q -> q = owner n) ->
  (forall p n s t, owner n <> p -> Inv p s -> Inv (owner n) s -> step (alone (C (owner n))) n s t -> Inv p t) ->
  forall p, interference_free p.
Proof.
  intros Howner Hkept p n; destruct (told_apart p (owner n)) as [Heq | Hne].
  - left; intros q Hq; rewrite <- Heq; auto.
  - right; intros s t Hall Hstep; eapply Hkept; eauto.
    apply event_of_one; eauto.
Qed.

(** What a component alone guarantees of variables that no other assigns, it guarantees in every system, synchronised events
    included: no question is asked. This is the sentence on interference in [docs/language.md]. *)
Theorem nobody_else_assigns p (reads : Var -> Prop) :
  (forall s t, (forall x, reads x -> t x = s x) -> Inv p s -> Inv p t) ->
  (forall q n s w x, q <> p -> assigns n q s w -> reads x -> w x = None) ->
  interference_free p.
Proof.
  intros Hreads Hothers n; right; intros s t Hall (_ & w & Hw & Hset & Hframe).
  assert (Hsame : forall x, reads x -> t x = updated (w p) s x).
  { intros x Hx; unfold updated; destruct (w p x) as [v |] eqn:Hwx; [eauto |].
    apply Hframe; intros q; destruct (told_apart p q) as [-> | Hne]; eauto. }
  apply (Hreads (updated (w p) s)); [exact Hsame |].
  pose proof (Hw p) as Hwp; unfold assigns in Hwp.
  destruct (event (C p) n) as [a |] eqn:Ha.
  - apply (own_step p n s); [apply Hall |]; exists a, (w p); auto.
  - apply (Hreads s); [| apply Hall]; intros x _; unfold updated; rewrite Hwp; reflexivity.
Qed.

End Composition.

Arguments starts {Var Val Name}.
Arguments event {Var Val Name}.
Arguments alone {Var Val Name}.
Arguments composition {Var Val Name Part}.
Arguments assigns {Var Val Name Part}.
Arguments interference_free {Var Val Name Part}.
