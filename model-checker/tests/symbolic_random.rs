//! Random systems: the symbolic engine against the reference evaluator.
//!
//! `WATERTIGHT_DIFFERENTIAL=n` multiplies the number of systems; a failure names its seed, and
//! `WATERTIGHT_SEED=s` runs that one alone.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking"
)]

use std::time::Duration;

use model_checker::Budget;
use model_checker::symbolic::{Options, SymbolicReport, bmc, prove};
use transition_system::eval::{Bindings, Context, Evaluator};
use transition_system::{
    Conjunct, ConjunctSource, Cti, Owner, PropertyId, PropertyKind, Scope, Stop, System, Vacuity, Verdict,
    Wrong,
};

mod explicit_support;
use explicit_support::random::Maker;
use explicit_support::seeds::{each_seed, made};
use explicit_support::{Reference, reference, replayed, replayed_witness};

const SYSTEMS: u64 = 150;
/// Most values of constants and variables together in one system.
const VALUES: u64 = 600;
const DEPTH: u32 = 3;

/// How often each kind of answer was given.
#[derive(Default, Debug)]
struct Tally {
    proved: u32,
    violated: u32,
    not_inductive: u32,
    vacuous: u32,
    undecided: u32,
    unsupported: u32,
    bounded: u32,
}

fn options() -> Options {
    Options {
        reach_depth: DEPTH,
        largest_sort: 2,
        clauses: 20,
        ..Options::default()
    }
}

fn make(seed: u64) -> (System, Scope) {
    made(Maker::new(seed), VALUES)
}

#[test]
fn no_answer_contradicts_the_reference_evaluator() {
    let mut tally = Tally::default();
    let systems = each_seed(SYSTEMS, "WATERTIGHT_DIFFERENTIAL", make, |_, system, scope| {
        let expected = reference(system, scope);
        for id in system.property_ids() {
            proof(system, scope, id, expected.as_ref().ok(), &mut tally);
            bounded(system, scope, id, expected.as_ref().ok(), &mut tally);
        }
    });
    eprintln!("{tally:?}");
    if systems > 100 {
        assert!(tally.proved > 50 && tally.violated > 50 && tally.not_inductive > 0 && tally.bounded > 50);
        let answers = tally.proved + tally.violated + tally.not_inductive + tally.vacuous;
        assert!(
            tally.undecided * 20 < answers,
            "more than one answer in twenty is undecided: {tally:?}"
        );
    }
}

/// Queries that run out of time or resources leave the property undecided: no wrong answer, no end of the program.
#[test]
fn limits_never_make_an_answer_wrong() {
    let mut tally = Tally::default();
    let systems = each_seed(SYSTEMS, "WATERTIGHT_DIFFERENTIAL", make, |seed, system, scope| {
        let expected = reference(system, scope);
        for id in system.property_ids() {
            let limits = [
                (Duration::from_millis(1 + seed % 4), 0),
                (Duration::from_secs(5), 500 << (seed % 6)),
            ];
            for (query_time, query_resources) in limits {
                let options = Options {
                    query_time,
                    query_resources,
                    ..options()
                };
                let report = prove(system, id, None, Some(scope), &options, &Budget::default());
                judge(system, scope, id, expected.as_ref().ok(), &report, &mut tally);
            }
        }
    });
    eprintln!("{tally:?}");
    assert!(systems < 100 || tally.undecided > 0, "the limits had no effect");
}

fn proof(system: &System, scope: &Scope, id: PropertyId, expected: Option<&Reference>, tally: &mut Tally) {
    let within = prove(system, id, None, Some(scope), &options(), &Budget::default());
    judge(system, scope, id, expected, &within, tally);
    if scope.sizes().next().is_some() {
        let any = prove(system, id, None, None, &options(), &Budget::default());
        // What is proved for any size holds in this scope; what is refuted has a run in its own.
        if let Verdict::Proved(_) = any.verdict {
            judge(system, scope, id, expected, &any, tally);
        }
    }
}

fn judge(
    system: &System,
    scope: &Scope,
    id: PropertyId,
    expected: Option<&Reference>,
    report: &SymbolicReport,
    tally: &mut Tally,
) {
    let kind = system.property(id).kind;
    match &report.verdict {
        Verdict::Proved(proof) => {
            tally.proved += 1;
            let expected = expected.expect("a system whose start is undefined proves nothing");
            assert!(!expected.decided.contains_key(&id), "proved, but false");
            assert_eq!(expected.undefined, None, "proved, but undefined");
            let own = |c: &Conjunct| c.source == ConjunctSource::Specification(id);
            assert!(kind == PropertyKind::Transition || proof.invariant.iter().any(own));
        }
        Verdict::Violated(violation) => {
            tally.violated += 1;
            violated(system, scope, id, expected, report);
            assert!(!violation.trace.state(0).unwrap().variables.is_empty() || system.variables.is_empty());
        }
        Verdict::Holds(_) => {
            assert_eq!(kind, PropertyKind::Witness);
            let trace = report.witness.as_ref().expect("a witness that holds has a run");
            replayed_witness(system, scope, id, trace);
        }
        Verdict::Vacuous(Vacuity::NoInitialState) => {
            tally.vacuous += 1;
            assert!(expected.is_none_or(|e| e.initial == 0));
        }
        Verdict::Vacuous(Vacuity::NeverReached(coverage)) => {
            tally.vacuous += 1;
            assert_eq!(kind, PropertyKind::Witness);
            let depth = expected.and_then(|e| e.decided.get(&id));
            assert!(depth.is_none_or(|d| !coverage.exhaustive && *d as u64 > coverage.depth));
        }
        Verdict::Unknown(Stop::NotInductive(cti)) => {
            tally.not_inductive += 1;
            real(system, id, cti);
        }
        Verdict::Unknown(Stop::Unsupported(_)) => tally.unsupported += 1,
        Verdict::Unknown(Stop::SolverUnknown(what)) => {
            tally.undecided += 1;
            assert!(
                !what.contains("canceled") && !what.contains("rlimit"),
                "the solver's own words: {what}"
            );
        }
        Verdict::Unknown(other) => panic!("{other:?}"),
    }
}

fn violated(
    system: &System,
    scope: &Scope,
    id: PropertyId,
    expected: Option<&Reference>,
    report: &SymbolicReport,
) {
    let Verdict::Violated(violation) = &report.verdict else {
        return;
    };
    let two_states = system.property(id).kind == PropertyKind::Transition
        && matches!(
            &violation.what,
            Wrong::Undefined {
                owner: Owner::Property(_),
                ..
            }
        );
    if !two_states {
        replayed(system, scope, &report.verdict);
    }
    let length = violation.trace.len();
    match (&violation.what, expected) {
        (
            Wrong::Undefined {
                owner: Owner::Init(_) | Owner::Assumption(_),
                ..
            },
            expected,
        ) => {
            assert!(expected.is_none(), "the start is defined");
        }
        (_, None) => panic!("the start is undefined, not {:?}", violation.what),
        (
            Wrong::Undefined {
                owner: Owner::Event(..),
                ..
            },
            Some(e),
        ) => assert!(e.undefined <= Some(length)),
        (_, Some(e)) => assert!(e.decided[&id] <= length),
    }
}

/// A counterexample to induction is a step (or a state) that the evaluator sees as it is said to be.
fn real(system: &System, id: PropertyId, cti: &Cti) {
    let evaluator = Evaluator::new(system, &cti.scope);
    let before = &cti.trace.initial;
    assert_eq!(evaluator.constants_allowed(before), Ok(true));
    let Some(step) = cti.trace.steps.first() else {
        return;
    };
    assert_eq!(
        evaluator.fire(step.event, &step.args, before),
        Ok(Some(step.state.clone()))
    );
    let at = |next| Context { state: before, next };
    // The formula may be one that the engine made: it is in no arena that the test has, but for properties.
    if let Some(p) = system.find_property(&cti.broken) {
        let decl = system.property(p);
        let (at, holds_before) = match decl.kind {
            PropertyKind::Transition => (at(Some(&step.state)), false),
            _ => (
                Context {
                    state: &step.state,
                    next: None,
                },
                true,
            ),
        };
        assert_eq!(evaluator.truth(decl.formula, at, &mut Bindings::new()), Ok(false));
        if holds_before && p == id {
            let now = Context {
                state: before,
                next: None,
            };
            assert_eq!(evaluator.truth(decl.formula, now, &mut Bindings::new()), Ok(true));
        }
    }
}

fn bounded(system: &System, scope: &Scope, id: PropertyId, expected: Option<&Reference>, tally: &mut Tally) {
    let report = bmc(system, id, Some(scope), DEPTH, &options(), &Budget::default());
    let decided = expected.and_then(|e| e.decided.get(&id)).copied();
    let undefined = expected.and_then(|e| e.undefined);
    match &report.verdict {
        Verdict::Violated(violation) => {
            violated(system, scope, id, expected, &report);
            if expected.is_some() {
                let first = decided.into_iter().chain(undefined).min();
                assert_eq!(Some(violation.trace.len()), first, "not the shortest run");
            }
        }
        Verdict::Holds(_) if system.property(id).kind == PropertyKind::Witness => {
            let trace = report.witness.as_ref().expect("a witness that holds has a run");
            replayed_witness(system, scope, id, trace);
            assert_eq!(Some(trace.len()), decided);
        }
        Verdict::Holds(coverage) | Verdict::Vacuous(Vacuity::NeverReached(coverage)) => {
            tally.bounded += 1;
            let end = if coverage.exhaustive {
                u64::MAX
            } else {
                coverage.depth
            };
            for found in decided.into_iter().chain(undefined) {
                assert!(found as u64 > end, "missed at depth {found}, searched to {end}");
            }
            assert!(expected.is_some());
        }
        Verdict::Vacuous(Vacuity::NoInitialState) => assert!(expected.is_none_or(|e| e.initial == 0)),
        Verdict::Unknown(Stop::Unsupported(_)) => tally.unsupported += 1,
        Verdict::Unknown(_) => tally.undecided += 1,
        Verdict::Proved(_) => panic!("a bounded search proves nothing"),
    }
}
