(** k-induction and bounded model checking.

    (Sheeran, Singh, Stålmarck, "Checking safety properties using induction and a SAT-solver", FMCAD 2000.)

    In the code: [model-checker/src/symbolic/bounded.rs] looks for what [base] excludes. By [fold_is_inductive] a proof by
    k-induction is one by plain induction, whose invariant speaks of the next k - 1 steps; so it needs no certificate of
    another form. *)

From Coq Require Import List Arith Lia.
Import ListNotations.
From Watertight Require Import Transition.

Section KInduction.

Variables State Event : Type.
Variable M : system State Event.
Variable P : State -> Prop.

Definition next s t := exists e, step M e s t.

(** Consecutive states. *)
Fixpoint path (states : list State) : Prop :=
  match states with
  | s :: ((t :: _) as rest) => next s t /\ path rest
  | _ => True
  end.

(** Those that begin at the start. *)
Definition from_start (states : list State) :=
  match states with s :: _ => initial M s | [] => False end /\ path states.

Lemma path_prefix l m : path (l ++ m) -> path l.
Proof.
  induction l as [| s [| t l] IH]; simpl; auto.
  intros [Hst Hrest]; split; [exact Hst | exact (IH Hrest)].
Qed.

Lemma path_snoc l s t : path (l ++ [s]) -> next s t -> path ((l ++ [s]) ++ [t]).
Proof.
  induction l as [| a l IH]; simpl; [auto |].
  destruct l; simpl in *; intros [Hab Hrest] Hst; split; try exact (IH Hrest Hst); auto.
Qed.

(** A reachable state is the last of consecutive states that begin at the start. *)
Lemma path_to s : reachable M s -> exists l, from_start (l ++ [s]).
Proof.
  induction 1 as [s Hs | e s t Hs (l & Hhead & Hpath) Hstep].
  - exists []; split; simpl; auto.
  - exists (l ++ [s]); split.
    + destruct l; simpl in *; exact Hhead.
    + apply path_snoc; [exact Hpath | exists e; exact Hstep].
Qed.

(** The first k states of a run are good. *)
Definition base k := forall states, length states <= k -> from_start states -> Forall P states.

(** After k good states comes a good one. *)
Definition inductive_step k :=
  forall states t, length states = k -> path (states ++ [t]) -> Forall P states -> P t.

(** k-induction folded into a plain invariant: every path of at most k states from here stays good. *)
Definition fold k s := forall rest, length (s :: rest) <= k -> path (s :: rest) -> Forall P (s :: rest).

(** The folded invariant is inductive, and implies the property. *)
Theorem fold_is_inductive k :
  1 <= k -> base k -> inductive_step k -> inductive M (fold k) /\ forall s, fold k s -> P s.
Proof.
  intros Hk Hbase Hstep; split; [split |].
  - intros s Hs rest Hlen Hpath; apply Hbase; [exact Hlen | split; assumption].
  - intros e s t Hs Hst rest Hlen Hpath.
    assert (Hall : path (s :: t :: rest)) by (split; [exists e |]; assumption).
    destruct (Nat.eq_dec (length (t :: rest)) k) as [Heq | Hneq].
    + destruct (@exists_last _ (t :: rest)) as (l & u & Hlast); [discriminate |].
      rewrite Hlast in *; rewrite last_length in Heq.
      assert (Hgood : Forall P (s :: l)).
      { apply Hs; [simpl; lia |]; apply (path_prefix (s :: l) [u]); exact Hall. }
      apply Forall_app; split; [inversion Hgood; assumption | constructor; [| constructor]].
      apply (Hstep (s :: l)); [simpl; lia | exact Hall | exact Hgood].
    + assert (Hgood : Forall P (s :: t :: rest)) by (apply Hs; [simpl in *; lia | exact Hall]).
      inversion Hgood; assumption.
  - intros s Hs; specialize (Hs []); simpl in Hs.
    assert (Hgood : Forall P [s]) by (apply Hs; auto); inversion Hgood; assumption.
Qed.

(** k-induction is sound. *)
Theorem k_induction k : 1 <= k -> base k -> inductive_step k -> invariant M P.
Proof.
  intros Hk Hbase Hstep; destruct (fold_is_inductive k Hk Hbase Hstep) as [[Hinit Hkept] Himp].
  exact (three_obligations _ _ M (fold k) P Hinit Hkept Himp).
Qed.

(** Plain induction is the case k = 1. *)
Theorem induction_is_1_induction : inductive M P <-> base 1 /\ inductive_step 1.
Proof.
  split.
  - intros [Hinit Hkept]; split.
    + intros [| s [| t rest]] Hlen [Hhead Hpath]; simpl in *; [constructor | | lia].
      constructor; [apply Hinit; exact Hhead | constructor].
    + intros [| s [| s' rest]] t Hlen Hpath Hgood; simpl in *; try lia.
      destruct Hpath as [[e Hst] _]; inversion Hgood; subst; eauto.
  - intros [Hbase Hstep]; split.
    + intros s Hs; assert (Hgood : Forall P [s]) by (apply Hbase; [auto | split; simpl; auto]).
      inversion Hgood; assumption.
    + intros e s t Hs Hst; apply (Hstep [s]); simpl; auto.
      split; [exists e; exact Hst | exact I].
Qed.

(** Bounded model checking decides a system without longer runs, as of a budget that is used up. *)
Theorem bounded_is_complete k :
  base k -> (forall states, from_start states -> length states <= k) -> invariant M P.
Proof.
  intros Hbase Hbound s Hs; destruct (path_to s Hs) as [l Hl].
  assert (Hgood : Forall P (l ++ [s])) by (apply Hbase; [apply Hbound |]; exact Hl).
  apply Forall_app in Hgood; destruct Hgood as [_ Hgood]; inversion Hgood; assumption.
Qed.

(** What bounded model checking finds is a violation: no bound is right for [base] if a bad state is reachable. *)
Theorem violations_are_found s : reachable M s -> ~ P s -> exists k, ~ base k.
Proof.
  intros Hs Hbad; destruct (path_to s Hs) as [l Hl]; exists (length (l ++ [s])); intros Hbase.
  assert (Hgood : Forall P (l ++ [s])) by (apply Hbase; auto).
  apply Forall_app in Hgood; destruct Hgood as [_ Hgood]; inversion Hgood; auto.
Qed.

End KInduction.
