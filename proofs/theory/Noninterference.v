(** Non-interference, by two runs in one system and by unwinding.

    Non-interference from i to j: take two runs that start in states equal but for the secrets of i, and that take the same
    events, except that events by i may differ, be missing or be added in either. What the observer of j sees is the same in
    both, up to stuttering.

    (Goguen, Meseguer, "Security policies and security models", 1982; Rushby, "Noninterference, transitivity, and
    channel-control security policies", 1992, whose three unwinding conditions are [unwinding].)

    In the code: [spec-lang/src/lower/two_runs.rs] makes [product]; [docs/language.md], "The system of two runs". Constants
    are fixed before, i and j among them: what is shown here holds for each pair. *)

From Coq Require Import List Bool.
Import ListNotations.
From Watertight Require Import Transition.

Section Noninterference.

Variables State Event : Type.

(** The system of one run. An event comes with its parameters and choices, and so has one outcome; [None] where it cannot
    take place. *)
Variable start : State -> Prop.
Variable outcome : Event -> State -> option State.

(** Equal but for the secrets of i. *)
Variable agree : State -> State -> Prop.

(** Done by i. It does not depend on the state (error E0432). With [from secrets of i] it is never so. *)
Variable by_i : Event -> bool.

(** What the observer of j sees is the same. *)
Variable same : State -> State -> Prop.
Hypothesis same_sym : forall s t, same s t -> same t s.
Hypothesis same_trans : forall s t u, same s t -> same t u -> same s u.

(** A run in which an event cannot take place stays as it is. *)
Definition after e s := match outcome e s with Some t => t | None => s end.

(** The states of a run that takes these events. *)
Fixpoint states s (es : list Event) : list State :=
  s :: match es with [] => [] | e :: rest => states (after e s) rest end.

(** Alike up to stuttering: with what is seen twice in a row taken once, the same is seen. *)
Inductive alike : list State -> list State -> Prop :=
| at_last s t : same s t -> alike [s] [t]
| in_both s t l m : same s t -> alike l m -> alike (s :: l) (t :: m)
| left_stutters s s' l m : same s s' -> alike (s' :: l) m -> alike (s :: s' :: l) m
| right_stutters t t' l m : same t t' -> alike l (t' :: m) -> alike l (t :: t' :: m).

Definition others (es : list Event) := filter (fun e => negb (by_i e)) es.

Definition noninterference :=
  forall s t es fs, start s -> start t -> agree s t -> others es = others fs -> alike (states s es) (states t fs).

(** ** The system of two runs *)

Inductive product_event := Both (e : Event) | Left (e : Event) | Right (e : Event).

Definition product : system (State * State) product_event := {|
  initial p := start (fst p) /\ start (snd p) /\ agree (fst p) (snd p);
  step pe p q :=
    match pe with
    | Both e => by_i e = false /\ (outcome e (fst p) <> None \/ outcome e (snd p) <> None)
                /\ q = (after e (fst p), after e (snd p))
    | Left e => by_i e = true /\ outcome e (fst p) <> None /\ q = (after e (fst p), snd p)
    | Right e => by_i e = true /\ outcome e (snd p) <> None /\ q = (fst p, after e (snd p))
    end
|}.

Definition sees_the_same (p : State * State) := same (fst p) (snd p).

(** What happens in one run or both, one after the other, until both runs are at their ends. *)
Inductive aligned : list Event -> list Event -> Prop :=
| ends : aligned [] []
| both e es fs : by_i e = false -> aligned es fs -> aligned (e :: es) (e :: fs)
| left_alone e es fs : by_i e = true -> aligned es fs -> aligned (e :: es) fs
| right_alone e es fs : by_i e = true -> aligned es fs -> aligned es (e :: fs).

Lemma aligned_others es : forall fs, aligned es fs <-> others es = others fs.
Proof.
  intros fs; split.
  - induction 1 as [| e es fs He _ IH | e es fs He _ IH | e es fs He _ IH]; simpl; try rewrite He; simpl;
      congruence.
  - revert fs; induction es as [| e es IH].
    + induction fs as [| f fs IHf]; simpl; intros H; [apply ends |].
      destruct (by_i f) eqn:Hf; simpl in H; [apply right_alone; auto | discriminate].
    + intros fs; destruct (by_i e) eqn:He; simpl; rewrite He; simpl; intros H; [apply left_alone; auto |].
      induction fs as [| f fs IHf]; simpl in H; [discriminate |].
      destruct (by_i f) eqn:Hf; simpl in H; [apply right_alone; auto |].
      injection H as <- H; apply both; auto.
Qed.

Lemma alone_or_stays e s : outcome e s <> None \/ after e s = s.
Proof. unfold after; destruct (outcome e s); [left; discriminate | right; reflexivity]. Qed.

Lemma reach_both e s t :
  by_i e = false -> reachable product (s, t) -> reachable product (after e s, after e t).
Proof.
  intros He Hst; destruct (alone_or_stays e s) as [Hs | Hs], (alone_or_stays e t) as [Ht | Ht];
    [| | | rewrite Hs, Ht; exact Hst]; apply by_step with (Both e) (s, t); simpl; auto.
Qed.

Lemma reach_left e s t : by_i e = true -> reachable product (s, t) -> reachable product (after e s, t).
Proof.
  intros He Hst; destruct (alone_or_stays e s) as [Hs | Hs]; [| rewrite Hs; exact Hst].
  apply by_step with (Left e) (s, t); simpl; auto.
Qed.

Lemma reach_right e s t : by_i e = true -> reachable product (s, t) -> reachable product (s, after e t).
Proof.
  intros He Hst; destruct (alone_or_stays e t) as [Ht | Ht]; [| rewrite Ht; exact Hst].
  apply by_step with (Right e) (s, t); simpl; auto.
Qed.

Lemma states_head s es : exists l, states s es = s :: l.
Proof. destruct es; simpl; eauto. Qed.

(** If the observer sees the same in all reachable states of the product, runs that differ by what i does are alike. *)
Lemma product_is_sound es fs : aligned es fs ->
  invariant product sees_the_same ->
  forall s t, reachable product (s, t) -> alike (states s es) (states t fs).
Proof.
  intros Haligned Hinv; unfold sees_the_same in Hinv.
  induction Haligned as [| e es fs He _ IH | e es fs He _ IH | e es fs He _ IH]; intros s t Hst;
    pose proof (Hinv _ Hst) as Hnow; simpl in Hnow.
  - apply at_last, Hnow.
  - simpl; apply in_both; [exact Hnow |]; apply IH, reach_both; assumption.
  - pose proof (reach_left e s t He Hst) as Hnext; specialize (IH _ _ Hnext).
    specialize (Hinv _ Hnext); simpl in Hinv |- *.
    destruct (states_head (after e s) es) as [l Hl]; rewrite Hl in *.
    apply left_stutters; eauto.
  - pose proof (reach_right e s t He Hst) as Hnext; specialize (IH _ _ Hnext).
    specialize (Hinv _ Hnext); simpl in Hinv |- *.
    destruct (states_head (after e t) fs) as [l Hl]; rewrite Hl in *.
    apply right_stutters; eauto.
Qed.

Lemma alike_not_empty l m : alike l m -> l <> [] /\ m <> [].
Proof. induction 1 as [| | ? ? ? ? ? _ IH | ? ? ? ? ? _ IH]; split; try discriminate; apply IH. Qed.

(** At their ends, two runs that are alike show the same. *)
Lemma alike_at_the_end l m : alike l m -> forall d, same (last l d) (last m d).
Proof.
  induction 1 as [s t Hst | s t l m Hst Halike IH | s s' l m Hs _ IH | t t' l m Ht _ IH];
    intros d; [exact Hst | | exact (IH d) | exact (IH d)].
  destruct (alike_not_empty l m Halike) as [Hl Hm].
  destruct l; [destruct (Hl eq_refl) |]; destruct m; [destruct (Hm eq_refl) |]; exact (IH d).
Qed.

(** What being alike means for an observer whose view is a value: the sequences of views are equal when what is seen
    twice in a row is taken once. *)
Fixpoint without_stutters {V} (equal : V -> V -> bool) (seen : list V) : list V :=
  match seen with
  | v :: ((w :: _) as rest) =>
      if equal v w then without_stutters equal rest else v :: without_stutters equal rest
  | _ => seen
  end.

Theorem alike_is_equal_without_stutters V (equal : V -> V -> bool) (view : State -> V) :
  (forall v w, equal v w = true <-> v = w) ->
  (forall s t, same s t -> view s = view t) ->
  forall l m, alike l m ->
    without_stutters equal (map view l) = without_stutters equal (map view m).
Proof.
  intros Hequal Hview l m.
  assert (Hhead : forall l, match without_stutters equal l, l with
                            | v :: _, w :: _ => v = w | [], [] => True | _, _ => False end).
  { clear l m; induction l as [| v [| w l] IH]; [exact I | reflexivity |].
    cbn [without_stutters]; destruct (equal v w) eqn:Hvw; [| reflexivity].
    apply Hequal in Hvw; subst w; exact IH. }
  assert (Hcons : forall v l m, without_stutters equal l = without_stutters equal m ->
                    without_stutters equal (v :: l) = without_stutters equal (v :: m)).
  { intros v a b Hab; pose proof (Hhead a) as Ha; pose proof (Hhead b) as Hb; rewrite <- Hab in Hb.
    destruct a as [| x a], b as [| y b]; destruct (without_stutters equal _) eqn:Hx in Ha, Hb; try contradiction; auto;
      rewrite ?Hx in *; try contradiction; try discriminate.
    subst; cbn [without_stutters] in *; rewrite Hx, <- Hab; reflexivity. }
  assert (Htwice : forall v l, without_stutters equal (v :: v :: l) = without_stutters equal (v :: l)).
  { intros v a; cbn [without_stutters]; rewrite (proj2 (Hequal v v) eq_refl); reflexivity. }
  induction 1 as [s t Hst | s t l m Hst _ IH | s s' l m Hs _ IH | t t' l m Ht _ IH]; cbn [map] in *.
  - rewrite (Hview s t Hst); reflexivity.
  - rewrite (Hview s t Hst); apply Hcons, IH.
  - rewrite (Hview s s' Hs), Htwice; exact IH.
  - rewrite (Hview t t' Ht), Htwice; exact IH.
Qed.

Fixpoint final s (es : list Event) : State := match es with [] => s | e :: rest => final (after e s) rest end.

Lemma final_is_last es : forall s d, last (states s es) d = final s es.
Proof.
  induction es as [| e es IH]; intros s d; [reflexivity |].
  simpl; rewrite <- (IH (after e s) d); destruct (states_head (after e s) es) as [l ->]; reflexivity.
Qed.

Lemma final_then es : forall s e, final s (es ++ [e]) = after e (final s es).
Proof. induction es as [| f es IH]; intros s e; simpl; auto. Qed.

Lemma others_then es e : others (es ++ [e]) = others es ++ others [e].
Proof. unfold others; apply filter_app. Qed.

(** Each reachable state of the product is that of two runs that differ by what i does: what is found is a leak. *)
Lemma product_is_exact p : reachable product p ->
  exists s t es fs, start s /\ start t /\ agree s t /\ others es = others fs /\ p = (final s es, final t fs).
Proof.
  induction 1 as [[s t] (Hs & Ht & Hst) | pe [s' t'] q _ (s & t & es & fs & Hs & Ht & Hst & Hsame & [= -> ->]) Hstep].
  - exists s, t, [], []; repeat split; assumption.
  - destruct pe as [e | e | e]; destruct Hstep as (He & _ & ->);
      [exists s, t, (es ++ [e]), (fs ++ [e]) | exists s, t, (es ++ [e]), fs | exists s, t, es, (fs ++ [e])];
      rewrite ?others_then, ?final_then; repeat split; auto; simpl; rewrite ?He; simpl;
      rewrite ?app_nil_r, ?Hsame; reflexivity.
Qed.

(** Self-composition is sound and exact: non-interference is an invariant of the system of two runs. *)
Theorem self_composition : noninterference <-> invariant product sees_the_same.
Proof.
  split.
  - intros Hni p Hp; destruct (product_is_exact p Hp) as (s & t & es & fs & Hs & Ht & Hst & Hsame & ->).
    pose proof (alike_at_the_end _ _ (Hni s t es fs Hs Ht Hst Hsame) s) as Hlast.
    rewrite !final_is_last in Hlast; exact Hlast.
  - intros Hinv s t es fs Hs Ht Hst Hsame; apply product_is_sound; auto.
    + apply aligned_others, Hsame.
    + apply at_start; simpl; auto.
Qed.

(** Unwinding, as it is asked: a relation between two states (the lemmas of both runs, which the checker may strengthen
    like any invariant) that holds at the start, is kept by the same event in both, is kept by an event by i in one, and
    under which the observer sees the same. *)
Theorem unwinding_of_pairs (View : State -> State -> Prop) :
  (forall s t, start s -> start t -> agree s t -> View s t) ->
  (forall e s t, by_i e = false -> View s t -> View (after e s) (after e t)) ->
  (forall e s t, by_i e = true -> View s t -> View (after e s) t /\ View s (after e t)) ->
  (forall s t, View s t -> same s t) ->
  noninterference.
Proof.
  intros Hstart Hsame Halone Hsees; apply self_composition.
  apply (three_obligations _ _ product (fun p => View (fst p) (snd p))).
  - intros [s t] (Hs & Ht & Hst); auto.
  - intros [e | e | e] [s t] q Hview (He & _ & ->); simpl in *; auto; apply Halone; auto.
  - intros [s t]; apply Hsees.
Qed.

(** Unwinding, as it is in the literature: output consistency, step consistency and local respect of a view relation. *)
Theorem unwinding (View : State -> State -> Prop) :
  (forall s t, View s t -> View t s) ->
  (forall s t u, View s t -> View t u -> View s u) ->
  (forall s t, start s -> start t -> agree s t -> View s t) ->
  (* output consistency: related states look the same to j *)
  (forall s t, View s t -> same s t) ->
  (* step consistency: the same event keeps them related *)
  (forall e s t, by_i e = false -> View s t -> View (after e s) (after e t)) ->
  (* local respect: an event by i leaves the state related to itself *)
  (forall e s, by_i e = true -> View s (after e s)) ->
  noninterference.
Proof.
  intros Hsym Htrans Hstart Houtput Hstep Hlocal; apply (unwinding_of_pairs View); auto.
  intros e s t He Hst; split; eauto.
Qed.

End Noninterference.
