//! Properties of the library that the machine proves for any size without being told an invariant, with certificates that both
//! solvers accept; and that what is false is never proved.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::path::Path;
use std::time::{Duration, Instant};

use certify::Outcome;
use model_checker::Budget;
use model_checker::explicit::{self, Silent};
use model_checker::symbolic::{Options, prove};
use support::solvers;
use support::theorems::{THEOREMS, alone};
use transition_system::{EventId, Expr, PropertyId, Scope, System, Verdict};

mod support;

/// Longest time for one proof, on a machine that does other things too.
const TIME: Duration = Duration::from_secs(120);

fn proof_of(system: &System, id: PropertyId) -> Verdict {
    prove(
        system,
        id,
        None,
        None,
        &Options::default(),
        &Budget::new(Some(TIME), None, None),
    )
    .verdict
}

#[test]
fn the_machine_finds_invariants_for_any_size() {
    let solvers = solvers::installed(Path::new(env!("CARGO_MANIFEST_DIR")), Duration::from_secs(30));
    let mut failed = Vec::new();
    for (model, property) in THEOREMS {
        let (system, id) = alone(model, property);
        let start = Instant::now();
        let Verdict::Proved(proof) = proof_of(&system, id) else {
            failed.push(format!("{model}: {property} was not proved"));
            continue;
        };
        assert!(proof.scope.is_none(), "{model}: {property} for any size");
        println!(
            "{model}: {property} in {:.2?}, {} conjuncts",
            start.elapsed(),
            proof.invariant.len()
        );
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("automatic")
            .join(format!("{}-{property}", model.replace(['/', '.'], "-")));
        let sources = [("system".to_owned(), transition_system::text::print(&system))];
        certify::write(&dir, &proof, &sources, &[]).unwrap();
        let Some(solvers) = &solvers else { continue };
        let report = certify::check(&dir, &system, solvers).unwrap();
        if report.outcome != Outcome::Accepted {
            failed.push(format!("{model}: {property}: {:?}", report.problems));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// Each conjunct of each guard left out, one at a time: what the explicit engine refutes in a small scope is refuted, and never
/// proved.
#[test]
fn without_a_guard_what_is_false_is_refuted() {
    let mut refuted = 0;
    let small = [
        "theory/ownership.wt",
        "theory/life_cycle.wt",
        "classic/lock_server.wt",
        "classic/peterson.wt",
    ];
    for (model, property) in THEOREMS.iter().filter(|(model, _)| small.contains(model)) {
        let (system, id) = alone(model, property);
        for wrong in system
            .event_ids()
            .flat_map(|event| without_a_guard(&system, event))
        {
            let scope = wrong
                .sort_ids()
                .fold(Scope::new(), |scope, sort| scope.with(sort, 2));
            let report = explicit::check(&wrong, &scope, &[id], &explicit::Options::default(), &mut Silent);
            let verdict = proof_of(&wrong, id);
            if matches!(report.verdicts[..], [(_, Verdict::Violated(_))]) {
                assert!(
                    matches!(verdict, Verdict::Violated(_)),
                    "{model}: {property}: {verdict:?}"
                );
                refuted += 1;
            }
        }
    }
    assert!(refuted >= 5, "only {refuted} were wrong");
}

/// The systems in which the guard of an event lacks one of its conjuncts.
fn without_a_guard(system: &System, event: EventId) -> Vec<System> {
    let guard = system.event(event).guard;
    let weaker = |rest: Vec<_>| {
        let mut wrong = system.clone();
        wrong.events[event.index()].guard = wrong.arena.and(rest);
        wrong
    };
    match system.arena.expr(guard) {
        Expr::And(parts) => (0..parts.len())
            .map(|i| {
                let mut rest = parts.clone();
                rest.remove(i);
                weaker(rest)
            })
            .collect(),
        _ => vec![weaker(Vec::new())],
    }
}
