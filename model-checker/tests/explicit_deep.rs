//! Random systems depth first: whole states are searched to the same counts and verdicts as by the reference evaluator; what is
//! found where only a part of states is kept is found truly, and what is not found is said to be probable only.
//!
//! `WATERTIGHT_EXPLICIT=n` multiplies the number of systems; a failure names its seed, and
//! `WATERTIGHT_SEED=s` runs that one alone.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking, and may print"
)]

use model_checker::explicit::{ExplicitReport, Lossy, Options, Order, Silent, check};
use transition_system::{PropertyId, PropertyKind, Scope, System, Verdict};

mod explicit_support;
use explicit_support::judge::{NATIVE, PORTABLE};
use explicit_support::random::Maker;
use explicit_support::seeds::{each_seed, made};
use explicit_support::{Reference, all_properties, reference, replayed, replayed_witness};

const SYSTEMS: u64 = 120;

fn each(f: fn(&System, &Scope, &Reference)) {
    let mut compared = 0;
    let make = |seed| made(Maker::new(seed), 3000);
    let systems = each_seed(SYSTEMS, "WATERTIGHT_EXPLICIT", make, |_, system, scope| {
        let expected = reference(system, scope);
        if let Some(expected) = expected.ok().filter(|e| e.initial > 0) {
            compared += 1;
            f(system, scope, &expected);
        }
    });
    assert!(systems < 100 || compared * 2 > systems, "{compared} of {systems}");
}

/// Whether something was found of a property; its run is replayed.
fn found(system: &System, scope: &Scope, report: &ExplicitReport, id: PropertyId) -> Option<usize> {
    let (_, verdict) = report.verdicts.iter().find(|(p, _)| *p == id).unwrap();
    if let Some((_, trace)) = report.witnesses.iter().find(|(w, _)| *w == id) {
        replayed_witness(system, scope, id, trace);
        return Some(trace.len());
    }
    replayed(system, scope, verdict)
}

#[test]
fn whole_states_are_searched_to_the_same_end() {
    each(|system, scope, expected| {
        for tuning in [PORTABLE, NATIVE] {
            let options = Options {
                order: Order::DepthFirst,
                cone: false,
                tuning,
                ..Options::default()
            };
            let all = check(system, scope, &[], &options, &mut Silent);
            if expected.undefined.is_none() {
                assert_eq!(all.stats.states, expected.states);
                assert_eq!(all.stats.transitions, expected.transitions);
                assert_eq!(all.stats.initial_states, expected.initial);
                assert!(all.stats.exhaustive && all.stats.depth >= expected.depth as u64);
            } else {
                assert!(all.undefined.is_some());
            }
            let deadlock = Options {
                deadlock: true,
                ..options
            };
            let report = check(system, scope, &[], &deadlock, &mut Silent);
            if expected.undefined.is_none() {
                assert_eq!(report.deadlock.is_some(), expected.deadlock.is_some());
            }
            if let Some(violation) = report.deadlock {
                replayed(system, scope, &Verdict::Violated(Box::new(violation)));
            }
            for id in all_properties(system) {
                let report = check(system, scope, &[id], &options, &mut Silent);
                let length = found(system, scope, &report, id);
                match (expected.decided.get(&id), expected.undefined) {
                    (Some(least), None) => assert!(length.is_some_and(|l| l >= *least)),
                    (None, None) => assert_eq!(length, None),
                    // whichever comes first
                    (_, Some(_)) => assert!(length.is_some()),
                }
            }
        }
    });
}

#[test]
fn what_is_found_by_parts_of_states_is_there() {
    each(|system, scope, expected| {
        let kinds = [
            Lossy::HashCompaction(16),
            Lossy::BitState(4096),
            Lossy::BitState(64),
        ];
        for (lossy, order) in kinds
            .into_iter()
            .flat_map(|l| [(l, Order::DepthFirst), (l, Order::Swarm)])
        {
            let options = Options {
                order,
                lossy: Some(lossy),
                threads: 3,
                tuning: PORTABLE,
                ..Options::default()
            };
            for id in all_properties(system) {
                let report = check(system, scope, &[id], &options, &mut Silent);
                let again = check(system, scope, &[id], &options, &mut Silent);
                let length = found(system, scope, &report, id);
                assert_eq!(length, found(system, scope, &again, id));
                if length.is_some() {
                    assert!(expected.decided.contains_key(&id) || expected.undefined.is_some());
                    continue;
                }
                assert!(report.stats.states <= expected.states);
                match &report.verdicts[0].1 {
                    Verdict::Holds(coverage) => {
                        let exact = matches!(lossy, Lossy::HashCompaction(_)) && coverage.missed.is_none();
                        assert!(exact || coverage.missed.is_some_and(|p| (0.0..=1.0).contains(&p)));
                        // a bound is a bound: what was missed was not improbable
                        if expected.decided.contains_key(&id) {
                            assert!(!exact && coverage.missed.is_some_and(|p| p > 1e-3));
                        }
                    }
                    Verdict::Vacuous(_) => {
                        assert_eq!(system.property(id).kind, PropertyKind::Witness);
                    }
                    other @ (Verdict::Proved(_) | Verdict::Violated(_) | Verdict::Unknown(_)) => {
                        panic!("{other:?}")
                    }
                }
            }
        }
    });
}
