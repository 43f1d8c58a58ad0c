//! Certificates of small systems: what is proved is accepted by both solvers, what is not is refused.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking"
)]

use std::path::Path;

use certify::{Answer, Expected, Outcome, check, claim, sources, write};
use transition_system::{Proof, Scope, System};

mod support;
use support::{
    ARITHMETIC, LOCK_SERVER, OPTIONS, OWNERSHIP, PETERSON, RING_LEADER, TRANSITIONS, TWO_PHASE_COMMIT,
    no_solvers, place, proof, solvers, system, with_conjunct,
};

/// Writes and checks; nothing if a solver is missing.
fn outcome(name: &str, system: &System, proof: &Proof) -> Option<certify::CheckReport> {
    let dir = place(name);
    write(&dir, proof, &[], &[]).unwrap();
    let report = check(&dir, system, &solvers()?).unwrap();
    eprintln!(
        "{name}: {:?}, {} queries, {:?}",
        report.outcome,
        report.queries.len(),
        report.time
    );
    Some(report)
}

fn accepted(name: &str, system: &System, proof: &Proof) {
    if let Some(report) = outcome(name, system, proof) {
        assert_eq!(report.outcome, Outcome::Accepted, "{:#?}", report.problems);
        assert!(report.queries.iter().all(|q| q.answers.len() == 2));
    }
}

/// The certificate is refused because of this query.
fn refused(name: &str, system: &System, proof: &Proof, file: &str) {
    if let Some(report) = outcome(name, system, proof) {
        assert_eq!(report.outcome, Outcome::Refused);
        assert!(
            report.problems.iter().any(|p| p.contains(file)),
            "{:#?}",
            report.problems
        );
        let query = report.queries.iter().find(|q| q.file == file).unwrap();
        assert_eq!(query.expected, Expected::Unsat);
        assert!(query.answers.iter().any(|a| a.answer == Answer::Sat));
    }
}

#[test]
fn parametric_proofs_are_accepted() {
    let lock = system(LOCK_SERVER);
    accepted(
        "lock_server",
        &lock,
        &proof(&lock, "exclusive", &["exclusive", "linked_is_taken"], None),
    );
    let ownership = system(OWNERSHIP);
    accepted(
        "ownership",
        &ownership,
        &proof(&ownership, "owners_exist", &["owners_exist"], None),
    );
    accepted(
        "isolation",
        &ownership,
        &proof(&ownership, "isolation", &[], None),
    );
    let ring = system(RING_LEADER);
    let invariant = [
        "one_leader",
        "leader_is_greatest",
        "own_is_greatest",
        "passed_all",
    ];
    accepted("ring", &ring, &proof(&ring, "one_leader", &invariant, None));
    let commit = system(TWO_PHASE_COMMIT);
    let invariant = [
        "consistent",
        "one_decision",
        "heard_was_sent",
        "sent_is_prepared",
        "commit_needs_all",
        "committed_by_message",
    ];
    accepted("commit", &commit, &proof(&commit, "consistent", &invariant, None));
    let peterson = system(PETERSON);
    accepted(
        "peterson",
        &peterson,
        &proof(&peterson, "exclusion", &["exclusion", "wanting", "polite"], None),
    );
}

#[test]
fn options_ranges_and_transitions_have_certificates() {
    let options = system(OPTIONS);
    accepted("levels", &options, &proof(&options, "levels", &["levels"], None));
    let range = "(and (<= -10 (var n)) (<= (var n) 10))";
    let arithmetic = system(ARITHMETIC);
    accepted(
        "division",
        &arithmetic,
        &with_conjunct(proof(&arithmetic, "division", &[], None), "type.n", range),
    );
    // Without the range of `n`, the event is not shown to stay within it.
    refused(
        "no_range",
        &arithmetic,
        &proof(&arithmetic, "order", &["euclid"], None),
        "3-property.smt2",
    );
    let steps = system(TRANSITIONS);
    let within = "(and (<= 0 (var n)) (<= (var n) 3))";
    for property in ["sets_grow", "by_one", "reads_both"] {
        accepted(
            property,
            &steps,
            &with_conjunct(proof(&steps, property, &[], None), "type.n", within),
        );
    }
    let wrong = with_conjunct(proof(&steps, "never_down", &[], None), "type.n", within);
    refused("never_down", &steps, &wrong, "3-property-down.smt2");
}

#[test]
fn a_scope_makes_sorts_finite() {
    let ring = system(RING_LEADER);
    let scope = Scope::new().with(ring.find_sort("Node").unwrap(), 2);
    let invariant = [
        "one_leader",
        "leader_is_greatest",
        "own_is_greatest",
        "passed_all",
    ];
    let small = proof(&ring, "one_leader", &invariant, Some(scope));
    accepted("ring_of_two", &ring, &small);
    let report = check(&place_of("ring_of_two"), &ring, &no_solvers()).unwrap();
    assert_eq!(report.size, "Node = 2");
}

fn place_of(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

#[test]
fn an_invariant_that_is_too_weak_is_refused_by_the_solvers() {
    let lock = system(LOCK_SERVER);
    let weak = proof(&lock, "exclusive", &["exclusive"], None);
    refused("weak_lock", &lock, &weak, "2-step-connect-exclusive.smt2");
    let none = proof(&lock, "exclusive", &["linked_is_taken"], None);
    refused("no_lock", &lock, &none, "3-property.smt2");
    let ring = system(RING_LEADER);
    let weak = proof(
        &ring,
        "one_leader",
        &["one_leader", "leader_is_greatest", "passed_all"],
        None,
    );
    refused(
        "weak_ring",
        &ring,
        &weak,
        "2-step-receive_own-leader_is_greatest.smt2",
    );
}

#[test]
fn guards_against_vacuity() {
    let mut lock = system(LOCK_SERVER);
    let no = lock.arena.bool(false);
    let connect = lock.find_event("connect").unwrap();
    lock.events[connect.index()].guard = no;
    let dead = proof(&lock, "exclusive", &["exclusive", "linked_is_taken"], None);
    if let Some(report) = outcome("dead_event", &lock, &dead) {
        assert_eq!(report.outcome, Outcome::Accepted);
        assert!(
            report.warnings.iter().any(|w| w.contains("connect can happen")),
            "{:?}",
            report.warnings
        );
    }
    let mut lock = system(LOCK_SERVER);
    lock.init[0].formula = lock.arena.bool(false);
    let empty = proof(&lock, "exclusive", &["exclusive", "linked_is_taken"], None);
    if let Some(report) = outcome("no_start", &lock, &empty) {
        assert_eq!(report.outcome, Outcome::Refused);
        assert!(
            report.problems[0].contains("no initial state"),
            "{:?}",
            report.problems
        );
    }
}

#[test]
fn a_missing_solver_leaves_the_check_incomplete() {
    let lock = system(LOCK_SERVER);
    let dir = place("missing_solver");
    write(
        &dir,
        &proof(&lock, "exclusive", &["exclusive", "linked_is_taken"], None),
        &[],
        &[],
    )
    .unwrap();
    let report = check(&dir, &lock, &no_solvers()).unwrap();
    assert_eq!(report.outcome, Outcome::Incomplete);
    assert!(
        report.problems.iter().any(|p| p.starts_with("cvc5 not found")),
        "{:?}",
        report.problems
    );
    let gone = certify::Solvers {
        z3: Some("/no/such/z3".into()),
        ..no_solvers()
    };
    let report = check(&dir, &lock, &gone).unwrap();
    assert_eq!(report.outcome, Outcome::Incomplete);
    assert!(
        report
            .problems
            .iter()
            .any(|p| p.contains("Z3 cannot be run: `/no/such/z3`")),
        "{:?}",
        report.problems
    );
}

#[test]
fn the_sources_are_kept_and_given_back() {
    let lock = system(LOCK_SERVER);
    let dir = place("sources");
    let texts = vec![
        ("../config.json".to_owned(), "{}\n".to_owned()),
        ("linux::host".to_owned(), "module linux::host\n".to_owned()),
    ];
    let found_with = [("z3".to_owned(), "5.4.1".to_owned())];
    let it = proof(&lock, "exclusive", &["exclusive", "linked_is_taken"], None);
    write(&dir, &it, &texts, &found_with).unwrap();
    assert_eq!(sources(&dir).unwrap(), texts);
    assert_eq!(claim(&dir).unwrap(), (lock.name.clone(), "exclusive".to_owned()));
    // Writing again replaces; writing over something else does not.
    write(&dir, &it, &texts[..1], &found_with).unwrap();
    assert_eq!(sources(&dir).unwrap(), texts[..1]);
    std::fs::write(dir.join("notes.txt"), "mine").unwrap();
    assert!(
        write(&dir, &it, &texts, &found_with)
            .unwrap_err()
            .to_string()
            .contains("notes.txt")
    );
    let other = place("not_a_certificate");
    std::fs::create_dir_all(&other).unwrap();
    std::fs::write(other.join("notes.txt"), "mine").unwrap();
    assert!(
        write(&other, &it, &texts, &found_with)
            .unwrap_err()
            .to_string()
            .contains("choose another folder")
    );
}
