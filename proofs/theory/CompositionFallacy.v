(** The composition fallacy: [models/theory/composition_fallacy.wt], as a theorem.

    A scanner runs only what it found clean, and a builder changes images. Each is safe alone, and the two together are not:
    what the scanner guarantees rests on nobody writing between its check and its use. With a copy of its own to check and
    to use, the composition is safe, by [safe_composition]. *)

From Coq Require Import List.
Import ListNotations.
From Watertight Require Import Transition Composition.

Inductive content := Clean | Infected.

(** [Image] is shared; the others are of the scanner, or of the copier that takes its place. *)
Inductive var := Image | Approved | Copy | Running.
Definition val (x : var) : Type :=
  match x with Image => content | Approved => bool | Copy | Running => option content end.

(** The events of the model; in each component, those that it has. *)
Inductive name := Scan | Run | Build (c : content).

Definition State := state var val.
Definition Writes := writes var val.

Definition set_image (c : content) : Writes := fun x => match x with Image => Some c | _ => None end.
Definition set_approved (b : bool) : Writes := fun x => match x with Approved => Some b | _ => None end.
Definition set_copy (c : option content) : Writes := fun x => match x with Copy => Some c | _ => None end.
Definition set_running (c : option content) : Writes := fun x => match x with Running => Some c | _ => None end.

Definition start (s : State) := s Image = Clean /\ s Approved = false /\ s Copy = None /\ s Running = None.

Definition scanner : component var val name := {|
  starts := start;
  event n := match n with
    | Scan => Some (fun (s : State) (w : Writes) => s Image = Clean /\ w = set_approved true)
    | Run => Some (fun (s : State) (w : Writes) => s Approved = true /\ s Running = None /\ w = set_running (Some (s Image)))
    | Build _ => None
    end
|}.

Definition copier : component var val name := {|
  starts := start;
  event n := match n with
    | Scan => Some (fun (s : State) (w : Writes) => s Image = Clean /\ w = set_copy (Some (s Image)))
    | Run => Some (fun (s : State) (w : Writes) => s Copy <> None /\ s Running = None /\ w = set_running (s Copy))
    | Build _ => None
    end
|}.

Definition builder : component var val name := {|
  starts := start;
  event n := match n with
    | Build c => Some (fun (_ : State) (w : Writes) => w = set_image c)
    | _ => None
    end
|}.

Inductive part := First | Second.
Definition beside (a b : component var val name) (p : part) := match p with First => a | Second => b end.

Definition runs_clean_images (s : State) := s Running <> Some Infected.

Definition together := composition (beside scanner builder).
Definition safe := composition (beside copier builder).

Lemma scanner_is_safe_alone : invariant (alone scanner) runs_clean_images.
Proof.
  apply (three_obligations _ _ _ (fun s : State => (s Approved = true -> s Image = Clean) /\ runs_clean_images s)).
  - intros s (_ & Happroved & _ & Hrunning); unfold runs_clean_images; rewrite Happroved, Hrunning.
    split; discriminate.
  - intros n s t [Hinv Hrun] (a & w & Ha & Haw & Ht); unfold runs_clean_images in *.
    rewrite (Ht Approved), (Ht Image), (Ht Running).
    destruct n; simpl in Ha; try discriminate; injection Ha as <-.
    + destruct Haw as [Hclean ->]; simpl; auto.
    + destruct Haw as (Happroved & _ & ->); simpl; rewrite (Hinv Happroved); split; [auto | discriminate].
  - tauto.
Qed.

Lemma builder_is_safe_alone : invariant (alone builder) runs_clean_images.
Proof.
  apply inductive_invariant; split.
  - intros s (_ & _ & _ & Hrunning); unfold runs_clean_images; rewrite Hrunning; discriminate.
  - intros n s t Hrun (a & w & Ha & Haw & Ht); unfold runs_clean_images; rewrite (Ht Running).
    destruct n; simpl in Ha; try discriminate; injection Ha as <-; rewrite Haw; exact Hrun.
Qed.

Definition at_first : State :=
  fun x => match x with Image => Clean | Approved => false | Copy => None | Running => None end.
Definition approved := updated _ _ (set_approved true) at_first.
Definition rebuilt := updated _ _ (set_image Infected) approved.
Definition infected := updated _ _ (set_running (Some Infected)) rebuilt.

(** What only [p] does is a step of the composition. *)
Lemma moves p n s w :
  (forall q, assigns (beside scanner builder) n q s
    (match p, q with First, First | Second, Second => w | _, _ => nothing _ _ end)) ->
  event (beside scanner builder p) n <> None ->
  step together n s (updated _ _ w s).
Proof.
  intros Hw Hhas; split; [exists p; exact Hhas |].
  eexists; split; [exact Hw |]; split.
  - intros q x v; destruct p, q; simpl; unfold updated; try discriminate; intros ->; reflexivity.
  - intros x Hnone; unfold updated; specialize (Hnone p); destruct p; simpl in Hnone; rewrite Hnone; reflexivity.
Qed.

(** scan, build(Infected), run: between the scanner's check and its use, the builder writes. *)
Lemma emergent_run : run together at_first [Scan; Build Infected; Run] infected.
Proof.
  apply go with approved; [apply (moves First) |].
  { intros []; repeat split. }
  { discriminate. }
  apply go with rebuilt; [apply (moves Second) |].
  { intros []; repeat split. }
  { discriminate. }
  apply go with infected; [apply (moves First) | apply stay].
  { intros []; repeat split. }
  { discriminate. }
Qed.

(** Each is safe alone, and the composition is not. *)
Theorem composition_fallacy :
  invariant (alone scanner) runs_clean_images
  /\ invariant (alone builder) runs_clean_images
  /\ ~ invariant together runs_clean_images.
Proof.
  split; [exact scanner_is_safe_alone |]; split; [exact builder_is_safe_alone |]; intros Hinv.
  apply (Hinv infected); [| reflexivity].
  apply reachable_by_run; exists at_first, [Scan; Build Infected; Run]; split; [| exact emergent_run].
  intros []; repeat split; reflexivity.
Qed.

(** With its own copy the scanner is safe with the builder: its invariant speaks of nothing that the builder assigns. *)
Theorem copy_is_safe : invariant safe runs_clean_images.
Proof.
  set (copy_is_clean := fun s : State => s Copy <> Some Infected /\ runs_clean_images s).
  pose (Inv := fun p => match p with First => copy_is_clean | Second => fun _ => True end).
  assert (told_apart : forall p q : part, q = p \/ q <> p) by (intros [] []; auto; right; discriminate).
  assert (own_step : forall p n s t, Inv p s -> step (alone (beside copier builder p)) n s t -> Inv p t).
  { intros [] n s t Hinv (a & w & Ha & Haw & Ht); [| exact I].
    destruct Hinv as [Hcopy Hrun]; unfold Inv, copy_is_clean, runs_clean_images in *.
    rewrite (Ht Copy), (Ht Running).
    destruct n; simpl in Ha; try discriminate; injection Ha as <-.
    - destruct Haw as [Hclean ->]; simpl; rewrite Hclean; split; [discriminate | exact Hrun].
    - destruct Haw as (_ & _ & ->); simpl; auto. }
  assert (Hsafe : invariant safe (fun s => (forall p, Inv p s) /\ runs_clean_images s)).
  { apply (safe_composition _ _ _ _ _ Inv); auto.
    - intros [] s (_ & _ & Hcopy & Hrunning); [| exact I].
      unfold Inv, copy_is_clean, runs_clean_images; rewrite Hcopy, Hrunning; split; discriminate.
    - pose (reads := fun p x => match p with First => x = Copy \/ x = Running | Second => False end).
      intros p; apply nobody_else_assigns with (reads := reads p); auto; unfold reads.
      + destruct p; [| intros; exact I].
        intros s t Hsame [Hcopy Hrun]; unfold Inv, copy_is_clean, runs_clean_images in *.
        rewrite !Hsame by auto; auto.
      + intros q n s w x Hne Hw Hx; destruct p; [| contradiction].
        destruct q; [destruct Hne; reflexivity |].
        destruct n; simpl in Hw; auto; rewrite Hw; destruct Hx as [-> | ->]; reflexivity.
    - intros s Hall; exact (proj2 (Hall First)). }
  intros s Hs; exact (proj2 (Hsafe s Hs)).
Qed.

(** ** Events of several components

    Where a synchronised event is asked about component by component, interference is overlooked: the first sets [false], the
    second [true], each where neither is set, and never both are set. But the event sets both. *)

Definition flag (_ : bool) : Type := bool.
Definition setter (b : bool) : component bool flag unit := {|
  starts s := s true = false /\ s false = false;
  event _ := Some (fun (s : state bool flag) (w : writes bool flag) =>
    s true = false /\ s false = false /\ w = fun x => if Bool.eqb x b then Some true else None)
|}.
Definition never_both (s : state bool flag) := ~ (s true = true /\ s false = true).

Theorem each_part_of_an_event_is_not_the_event :
  (forall b n s t, never_both s -> step (alone (setter b)) n s t -> never_both t)
  /\ ~ invariant (composition setter) never_both.
Proof.
  split.
  - intros b n s t _ (a & w & Ha & Haw & Ht) [Htrue Hfalse]; injection Ha as <-.
    destruct Haw as (Ht1 & Hf1 & ->); rewrite Ht in Htrue, Hfalse; unfold updated in *.
    destruct b; simpl in *; [rewrite Hf1 in Hfalse | rewrite Ht1 in Htrue]; discriminate.
  - intros Hinv; apply (Hinv (fun _ => true)); [| split; reflexivity].
    apply by_step with (e := tt) (s := fun _ => false); [apply at_start; split; reflexivity |].
    split; [exists true; discriminate |].
    exists (fun b x => if Bool.eqb x b then Some true else None); repeat split.
    + intros p x v; destruct (Bool.eqb x p); [intros [= <-]; reflexivity | discriminate].
    + intros x Hnone; specialize (Hnone x); destruct x; discriminate.
Qed.
