(** The caches of [models/theory/shared_cache.wt] and [models/theory/partitioned_cache.wt], as theorems: a cache that tenants
    share leaks what one of them accesses to the others; with its ways divided among them it does not, for any number of
    tenants, addresses and ways. *)

From Coq Require Import List Bool.
Import ListNotations.
From Watertight Require Import Transition Noninterference.

Section Caches.

Variables Tenant Address Way : Type.
Variable tenant_eq : forall t u : Tenant, {t = u} + {t <> u}.
Variable address_eq : forall a b : Address, {a = b} + {a <> b}.
Variable way_eq : forall v w : Way, {v = w} + {v <> w}.
Variable ways : list Way.

Record cache := { secret_path : Tenant -> Address -> bool; line : Way -> option (Tenant * Address) }.

Definition holds (s : cache) t a w : bool :=
  match line s w with
  | Some (u, b) => if tenant_eq u t then if address_eq b a then true else false else false
  | None => false
  end.
Definition cached s t a := existsb (holds s t a) ways.

(** Which ways a tenant's accesses may evict: all of them, or its own. *)
Variable may_evict : Tenant -> Way -> bool.

(** [access(t, a)], with the way that it chooses. *)
Record access := { by_tenant : Tenant; address : Address; victim : Way }.
Definition outcome (e : access) (s : cache) : option cache :=
  if secret_path s (by_tenant e) (address e) && negb (cached s (by_tenant e) (address e))
     && may_evict (by_tenant e) (victim e)
  then Some {| secret_path := secret_path s;
               line w := if way_eq w (victim e) then Some (by_tenant e, address e) else line s w |}
  else None.

Definition empty s := forall w, line s w = None.

Variables i j : Tenant.

Definition agree_but_for_secrets (s t : cache) :=
  (forall u a, u <> i -> secret_path s u a = secret_path t u a) /\ forall w, line s w = line t w.
Definition by_i e : bool := if tenant_eq (by_tenant e) i then true else false.

(** What [j] measures: which of its addresses are fast. *)
Definition same_timing (s t : cache) := forall a, cached s j a = cached t j a.

Definition confidential := noninterference cache access empty outcome agree_but_for_secrets by_i same_timing.

Lemma holds_iff s t a w : holds s t a w = true <-> line s w = Some (t, a).
Proof.
  unfold holds; destruct (line s w) as [[u b] |]; [| split; discriminate].
  destruct (tenant_eq u t), (address_eq b a); split; congruence.
Qed.

(** Divided among the tenants. *)
Variable owner : Way -> Tenant.
Hypothesis divided : forall t w, may_evict t w = true -> owner w = t.

(** The lemmas of the model. *)
Definition ways_are_kept (s : cache) := forall w t a, line s w = Some (t, a) -> owner w = t.
Definition view (s t : cache) :=
  (forall w, owner w <> i -> line s w = line t w)
  /\ (ways_are_kept s /\ ways_are_kept t)
  /\ (forall u a, u <> i -> secret_path s u a = secret_path t u a).

Lemma same_cached s t u a : view s t -> u <> i -> cached s u a = cached t u a.
Proof.
  intros (Hlines & [Hs Ht] & _) Hu; apply eq_true_iff_eq; unfold cached; rewrite !existsb_exists.
  split; intros (w & Hin & Hw); exists w; split; auto; apply holds_iff; apply holds_iff in Hw.
  - rewrite <- Hlines; [exact Hw |]; rewrite (Hs w u a Hw); exact Hu.
  - rewrite Hlines; [exact Hw |]; rewrite (Ht w u a Hw); exact Hu.
Qed.

Lemma after_keeps_ways e s : ways_are_kept s -> ways_are_kept (after _ _ outcome e s).
Proof.
  unfold after, outcome; intros Hs; destruct (_ && _) eqn:Hcan; [| exact Hs].
  apply andb_true_iff in Hcan; destruct Hcan as [_ Hmay].
  intros w t a; simpl; destruct (way_eq w (victim e)) as [-> |]; [| apply Hs].
  intros [= <- _]; apply divided, Hmay.
Qed.

Lemma after_keeps_path e s : secret_path (after _ _ outcome e s) = secret_path s.
Proof. unfold after, outcome; destruct (_ && _); reflexivity. Qed.

Lemma i_keeps_others e s w : by_i e = true -> owner w <> i -> line (after _ _ outcome e s) w = line s w.
Proof.
  unfold after, outcome, by_i; destruct (tenant_eq (by_tenant e) i) as [Hi |]; [| discriminate]; intros _ Hw.
  destruct (_ && _) eqn:Hcan; [| reflexivity]; simpl.
  apply andb_true_iff in Hcan; destruct Hcan as [_ Hmay]; apply divided in Hmay.
  destruct (way_eq w (victim e)) as [-> |]; [rewrite Hmay in Hw; contradiction | reflexivity].
Qed.

(** By unwinding, with the lemmas of [models/theory/partitioned_cache.wt]. *)
Theorem partitioned_cache_is_confidential : i <> j -> confidential.
Proof.
  intros Hij; apply unwinding_of_pairs with (View := view); unfold same_timing; auto.
  - intros s t u Hst Htu a; rewrite Hst; apply Htu.
  - unfold empty; intros s t Hs Ht [Hpath Hline]; split; [auto |]; split; [| exact Hpath].
    split; intros w u a; [rewrite Hs | rewrite Ht]; discriminate.
  - intros e s t He Hview; pose proof Hview as (Hlines & [Hs Ht] & Hpath).
    repeat split; auto using after_keeps_ways; [| intros; rewrite !after_keeps_path; auto].
    intros w Hw; unfold by_i in He; destruct (tenant_eq (by_tenant e) i) as [| Hi]; [discriminate |].
    unfold after, outcome; rewrite (Hpath _ _ Hi), (same_cached s t _ _ Hview Hi).
    destruct (_ && _); simpl; [destruct (way_eq w (victim e)) |]; auto.
  - intros e s t He (Hlines & [Hs Ht] & Hpath); split; repeat split; auto using after_keeps_ways; intros;
      rewrite ?after_keeps_path, ?i_keeps_others; auto.
  - intros s t Hview a; apply same_cached; auto.
Qed.

End Caches.

(** Two tenants, one address, one way that both may evict: the run in which the key of the first says so evicts what the
    second has accessed. *)
Definition unit_eq (a b : unit) : {a = b} + {a <> b} :=
  match a, b with tt, tt => left eq_refl end.

Theorem shared_cache_leaks :
  ~ confidential bool unit unit bool_dec unit_eq unit_eq [tt] (fun _ _ => true) false true.
Proof.
  intros Hni.
  pose (start := fun key =>
    {| secret_path := fun (t : bool) (_ : unit) => if t then true else key; line := fun _ : unit => None |}).
  pose (by_ := fun t : bool => {| by_tenant := t; address := tt; victim := tt |}).
  pose (run := [by_ true; by_ false]).
  unshelve epose proof (Hni (start true) (start false) run run _ _ _ eq_refl) as Halike; try (intros w; reflexivity).
  - split; [intros [] a Hne; [reflexivity | contradiction] | reflexivity].
  - apply alike_at_the_end with (d := start true) in Halike; specialize (Halike tt); discriminate.
Qed.
