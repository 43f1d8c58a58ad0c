(** Promises: why partial operators may be given any value where the language gives none.

    The value of [none], a division by zero, an integer beyond its range: there the language has no value, and a reachable
    state that needs one is a violation. A solver knows total functions only. So the engines and certificates give a partial
    operator *some* value outside of its domain, and ask in addition that no formula that decides a run needs it.

    In the code: [transition-system/src/promise.rs] collects the promises, [Goal::InitDefined], [Goal::EventDefined],
    [Goal::PropertyDefined] and [Goal::StepDefined] ask for them (the queries [4-defined-*] of a certificate). The comment
    of [goals] in [model-checker/src/symbolic/problem.rs] is [totalised_induction] and [totalised_step_property]. *)

From Coq Require Import List Bool.
Import ListNotations.
From Watertight Require Import Transition.

Section Expressions.

(** What an expression is read in: a state, or the two states of a step. *)
Variable State : Type.

(** [If] alone stops early; [and], [or] and [=>] are made of it below, and quantifiers over the elements of a scope. *)
Inductive expr : Type -> Type :=
| Read A (f : State -> A) : expr A
| Apply A B (f : A -> B) (a : expr A) : expr B
| Pair A B (a : expr A) (b : expr B) : expr (A * B)
| Partial A B (domain : A -> bool) (f : A -> B) (a : expr A) : expr B
| If A (c : expr bool) (a b : expr A) : expr A.

(** As a solver reads it: [f] has some value outside of the domain, too. *)
Fixpoint total {A} (e : expr A) (s : State) : A :=
  match e with
  | Read _ f => f s
  | Apply _ _ f a => f (total a s)
  | Pair _ _ a b => (total a s, total b s)
  | Partial _ _ _ f a => f (total a s)
  | If _ c a b => if total c s then total a s else total b s
  end.

Definition bind {A B} (o : option A) (k : A -> option B) : option B :=
  match o with Some x => k x | None => None end.

(** As the language reads it, and the reference evaluator does. *)
Fixpoint value {A} (e : expr A) (s : State) : option A :=
  match e with
  | Read _ f => Some (f s)
  | Apply _ _ f a => bind (value a s) (fun x => Some (f x))
  | Pair _ _ a b => bind (value a s) (fun x => bind (value b s) (fun y => Some (x, y)))
  | Partial _ _ domain f a => bind (value a s) (fun x => if domain x then Some (f x) else None)
  | If _ c a b => bind (value c s) (fun x => if x then value a s else value b s)
  end.

(** The promises of an expression: for each partial operator, *path implies condition*, all in the solver's reading. *)
Fixpoint promises {A} (path : State -> bool) (e : expr A) : list (State -> bool) :=
  match e with
  | Read _ _ => []
  | Apply _ _ _ a => promises path a
  | Pair _ _ a b => promises path a ++ promises path b
  | Partial _ _ domain _ a => promises path a ++ [fun s => implb (path s) (domain (total a s))]
  | If _ c a b =>
      promises path c
      ++ promises (fun s => path s && total c s) a
      ++ promises (fun s => path s && negb (total c s)) b
  end.

Definition kept (promised : list (State -> bool)) (s : State) := forall p, In p promised -> p s = true.

Lemma kept_app l m s : kept (l ++ m) s <-> kept l s /\ kept m s.
Proof.
  unfold kept; split.
  - intros H; split; intros p Hp; apply H, in_or_app; auto.
  - intros [Hl Hm] p Hp; apply in_app_or in Hp; destruct Hp; auto.
Qed.

(** Off the path nothing is promised. *)
Lemma kept_off_path A (e : expr A) : forall path s, path s = false -> kept (promises path e) s.
Proof.
  induction e as [A f | A B f a IH | A B a IHa b IHb | A B domain f a IH | A c IHc a IHa b IHb];
    intros path s Hpath; simpl.
  - intros p [].
  - auto.
  - apply kept_app; auto.
  - apply kept_app; split; [auto |].
    intros p [<- | []]; rewrite Hpath; reflexivity.
  - rewrite !kept_app; repeat split; auto; [apply IHa | apply IHb]; rewrite Hpath; reflexivity.
Qed.

(** Where the language has a value, the solver reads the same. *)
Lemma value_is_total A (e : expr A) s v : value e s = Some v -> total e s = v.
Proof.
  induction e as [A f | A B f a IH | A B a IHa b IHb | A B domain f a IH | A c IHc a IHa b IHb];
    simpl; intros H.
  - injection H as <-; reflexivity.
  - destruct (value a s) as [x |]; [| discriminate]; simpl in H; injection H as <-.
    rewrite (IH x eq_refl); reflexivity.
  - destruct (value a s) as [x |]; [| discriminate]; destruct (value b s) as [y |]; [| discriminate].
    simpl in H; injection H as <-; rewrite (IHa x eq_refl), (IHb y eq_refl); reflexivity.
  - destruct (value a s) as [x |]; [| discriminate]; simpl in H.
    destruct (domain x); [| discriminate]; injection H as <-; rewrite (IH x eq_refl); reflexivity.
  - destruct (value c s) as [x |]; [| discriminate]; simpl in H; rewrite (IHc x eq_refl).
    destruct x; auto.
Qed.

(** The promises of an expression are kept exactly where it has a value, whatever operators are outside of their domains. *)
Theorem promises_are_exact A (e : expr A) : forall path s,
  path s = true -> (kept (promises path e) s <-> value e s = Some (total e s)).
Proof.
  induction e as [A f | A B f a IH | A B a IHa b IHb | A B domain f a IH | A c IHc a IHa b IHb];
    intros path s Hpath; simpl.
  - split; [reflexivity | intros _ p []].
  - rewrite (IH path s Hpath).
    destruct (value a s) as [x |] eqn:Hx; simpl; [| split; discriminate].
    rewrite (value_is_total _ _ _ _ Hx); tauto.
  - rewrite kept_app, (IHa path s Hpath), (IHb path s Hpath).
    destruct (value a s) as [x |] eqn:Hx; simpl; [| split; [intros [[=] _] | discriminate]].
    destruct (value b s) as [y |] eqn:Hy; simpl; [| split; [intros [_ [=]] | discriminate]].
    rewrite (value_is_total _ _ _ _ Hx), (value_is_total _ _ _ _ Hy); tauto.
  - rewrite kept_app, (IH path s Hpath).
    destruct (value a s) as [x |] eqn:Hx; simpl; [| split; [intros [[=] _] | discriminate]].
    rewrite (value_is_total _ _ _ _ Hx); unfold kept; simpl.
    destruct (domain x) eqn:Hd; split; try tauto; try discriminate.
    + intros _; split; [reflexivity | intros p [<- | []]; rewrite (value_is_total _ _ _ _ Hx), Hd; apply implb_true_r].
    + intros [_ H]; specialize (H _ (or_introl eq_refl)); simpl in H.
      rewrite Hpath, (value_is_total _ _ _ _ Hx), Hd in H; discriminate.
  - rewrite !kept_app, (IHc path s Hpath).
    destruct (value c s) as [x |] eqn:Hx; simpl; [| split; [intros [[=] _] | discriminate]].
    rewrite (value_is_total _ _ _ _ Hx); destruct x.
    + rewrite (IHa _ s) by (rewrite Hpath, (value_is_total _ _ _ _ Hx); reflexivity).
      split; [tauto |]; intros Ha; repeat split; auto.
      apply kept_off_path; rewrite Hpath, (value_is_total _ _ _ _ Hx); reflexivity.
    + rewrite (IHb _ s) by (rewrite Hpath, (value_is_total _ _ _ _ Hx); reflexivity).
      split; [tauto |]; intros Hb; repeat split; auto.
      apply kept_off_path; rewrite Hpath, (value_is_total _ _ _ _ Hx); reflexivity.
Qed.

Definition always : State -> bool := fun _ => true.

(** What is written with [If]. [o != none and o.value == x] promises nothing. *)
Definition and_ (a b : expr bool) : expr bool := If _ a b (Read _ (fun _ => false)).
Definition or_ (a b : expr bool) : expr bool := If _ a (Read _ (fun _ => true)) b.
Definition implies_ (a b : expr bool) : expr bool := If _ a b (Read _ (fun _ => true)).
Definition forall_ {D} (elements : list D) (body : D -> expr bool) : expr bool :=
  fold_right (fun d rest => and_ (body d) rest) (Read _ (fun _ => true)) elements.

(** The promise of a quantified formula that is asked is that of each element, which may be more than stopping early needs. *)
Theorem promises_of_forall D (elements : list D) (body : D -> expr bool) s : forall path,
  (forall d, In d elements -> kept (promises path (body d)) s) ->
  path s = true -> value (forall_ elements body) s = Some (total (forall_ elements body) s).
Proof.
  intros path Heach Hpath; induction elements as [| d rest IH]; simpl; [reflexivity |].
  pose proof (proj1 (promises_are_exact _ (body d) path s Hpath) (Heach d (or_introl eq_refl))) as Hd.
  rewrite Hd; simpl; destruct (total (body d) s); [| reflexivity].
  apply IH; intros d' Hin; apply Heach; right; exact Hin.
Qed.

End Expressions.

Arguments total {State A}.
Arguments value {State A}.
Arguments promises {State A}.
Arguments kept {State}.
Arguments always {State}.

Section Systems.

Variables State Event : Type.

(** A system as it is written: its initial states, and for each event a guard and the state after it. *)
Variable start : expr State bool.
Variable guard : Event -> expr State bool.
Variable after : Event -> expr State State.

(** The system of the language: what is undefined is no run. *)
Definition language : system State Event := {|
  initial s := value start s = Some true;
  step e s t := value (guard e) s = Some true /\ value (after e) s = Some t
|}.

(** The system that the solver is asked about. *)
Definition totalised : system State Event := {|
  initial s := total start s = true;
  step e s t := total (guard e) s = true /\ t = total (after e) s
|}.

(** A state that breaks a promise: it is not known whether it is initial, whether an event can take place in it, or what
    comes of it. This is the violation that is reported. *)
Definition undefined_initially s := value start s = None.
Definition undefined_step e s :=
  value (guard e) s = None \/ (value (guard e) s = Some true /\ value (after e) s = None).

(** The promises of an event: those of its guard, and where it holds those of its assignments. *)
Definition event_promises e := promises always (guard e) ++ promises (total (guard e)) (after e).

Variable Inv : State -> Prop.

Hypothesis init_defined : forall s, kept (promises always start) s.
Hypothesis event_defined : forall e s, Inv s -> kept (event_promises e) s.
Hypothesis inv_initially : forall s, total start s = true -> Inv s.
Hypothesis inv_kept : forall e s, Inv s -> total (guard e) s = true -> Inv (total (after e) s).

Lemma start_defined s : value start s = Some (total start s).
Proof. apply (promises_are_exact _ _ start always s eq_refl), init_defined. Qed.

Lemma guard_defined e s : Inv s -> value (guard e) s = Some (total (guard e) s).
Proof.
  intros Hs; apply (promises_are_exact _ _ (guard e) always s eq_refl).
  exact (proj1 (proj1 (kept_app _ _ _ _) (event_defined e s Hs))).
Qed.

Lemma after_defined e s : Inv s -> total (guard e) s = true -> value (after e) s = Some (total (after e) s).
Proof.
  intros Hs Hg; apply (promises_are_exact _ _ (after e) (total (guard e)) s Hg).
  exact (proj2 (proj1 (kept_app _ _ _ _) (event_defined e s Hs))).
Qed.

Lemma same_initial s : initial totalised s <-> initial language s.
Proof.
  simpl; rewrite start_defined; split; [intros -> | intros [=]]; auto.
Qed.

Lemma same_step e s t : Inv s -> (step totalised e s t <-> step language e s t).
Proof.
  intros Hs; simpl; rewrite (guard_defined e s Hs); split.
  - intros [Hg ->]; split; [rewrite Hg; reflexivity | apply after_defined; assumption].
  - intros [[= Hg] Ha]; split; [exact Hg | symmetry; apply value_is_total; exact Ha].
Qed.

Lemma inv_inductive : inductive totalised Inv.
Proof. split; [exact inv_initially |]; intros e s t Hs [Hg ->]; apply inv_kept; assumption. Qed.

(** The runs of the system that the solver is asked about are the runs of the language. *)
Theorem totalised_runs_are_runs s es t :
  Inv s -> (run totalised s es t <-> run language s es t).
Proof.
  revert s; induction es as [| e es IH]; intros s Hs; split; intros Hrun; inversion Hrun; subst;
    try apply stay.
  - eapply go; [apply same_step; eassumption |].
    apply IH; [eapply (proj2 inv_inductive) |]; eassumption.
  - assert (Hstep : step totalised e s t0) by (apply same_step; assumption).
    eapply go; [exact Hstep |].
    apply IH; [eapply (proj2 inv_inductive) |]; eassumption.
Qed.

Lemma language_keeps_inv : invariant language Inv.
Proof.
  apply inductive_invariant; split.
  - intros s Hs; apply inv_initially, same_initial, Hs.
  - intros e s t Hs Hstep; apply (proj2 inv_inductive e s t Hs), same_step; assumption.
Qed.

Theorem totalised_reachable_states_are_reachable s : reachable totalised s <-> reachable language s.
Proof.
  rewrite !reachable_by_run; split; intros (a & es & Ha & Hrun); exists a, es; split;
    try (apply same_initial; assumption);
    apply totalised_runs_are_runs; auto.
  apply inv_initially, same_initial, Ha.
Qed.

(** All goals together, for an invariant: nothing is undefined in a run, and the property has a value in every reachable
    state, which is [true]. *)
Theorem totalised_induction (Phi : expr State bool) :
  (forall s, Inv s -> kept (promises always Phi) s) ->
  (forall s, Inv s -> total Phi s = true) ->
  (forall s, ~ undefined_initially s)
  /\ invariant language (fun s => (forall e, ~ undefined_step e s) /\ value Phi s = Some true).
Proof.
  intros Hdefined Hfollows; split.
  - intros s Hs; unfold undefined_initially in Hs; rewrite start_defined in Hs; discriminate.
  - intros s Hs; apply language_keeps_inv in Hs; split.
    + intros e [Hg | [Hg Ha]]; rewrite (guard_defined e s Hs) in Hg; [discriminate |].
      injection Hg as Hg; rewrite (after_defined e s Hs Hg) in Ha; discriminate.
    + rewrite <- (Hfollows s Hs).
      apply (promises_are_exact _ _ Phi always s eq_refl), Hdefined, Hs.
Qed.

(** And for a property of steps, which is read in the state before and the state after. *)
Theorem totalised_step_property (R : Event -> expr (State * State) bool) :
  (forall e s, Inv s -> total (guard e) s = true -> kept (promises always (R e)) (s, total (after e) s)) ->
  (forall e s, Inv s -> total (guard e) s = true -> total (R e) (s, total (after e) s) = true) ->
  step_property language (fun e s t => value (R e) (s, t) = Some true).
Proof.
  intros Hdefined Hholds a es e s t Ha Hrun Hstep.
  assert (Hs : Inv s) by (apply language_keeps_inv, reachable_by_run; eauto).
  apply same_step in Hstep; [| exact Hs]; destruct Hstep as [Hg ->].
  rewrite <- (Hholds e s Hs Hg).
  apply (promises_are_exact _ _ (R e) always _ eq_refl), Hdefined; assumption.
Qed.

End Systems.
