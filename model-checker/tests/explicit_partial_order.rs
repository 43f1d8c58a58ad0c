//! Random systems: the search that leaves out orders of independent events, alone and up to symmetry, against the
//! reference evaluator.
//!
//! `WATERTIGHT_EXPLICIT=n` multiplies the number of systems; a failure names its seed, and
//! `WATERTIGHT_SEED=s` runs that one alone.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking, and may print"
)]

use model_checker::explicit::{Options, Silent, check};
use transition_system::{Scope, System, Verdict};

mod explicit_support;
use explicit_support::judge::{NATIVE, PORTABLE, judge_loosely, undefined_at_start};
use explicit_support::processes::processes;
use explicit_support::seeds::each_seed;
use explicit_support::{all_properties, reference, replayed, replayed_witness};

const SYSTEMS: u64 = 600;

/// What was seen, to be sure that the systems are worth the trouble.
#[derive(Default, Debug)]
struct Seen {
    compared: u64,
    /// Fewer states than without.
    smaller: u64,
    decided: u64,
    deadlocks: u64,
    undefined: u64,
}

#[test]
fn orders_of_independent_events_do_not_matter() {
    let mut seen = Seen::default();
    each_seed(
        SYSTEMS,
        "WATERTIGHT_EXPLICIT",
        processes,
        |seed, system, scope| {
            compare(system, scope, seed, &mut seen);
        },
    );
    eprintln!("{seen:?}");
    if seen.compared > 100 {
        assert!(seen.smaller > 20 && seen.decided > 50 && seen.deadlocks > 20 && seen.undefined > 5);
    }
}

fn compare(system: &System, scope: &Scope, seed: u64, seen: &mut Seen) {
    let expected = reference(system, scope);
    if let Ok(expected) = &expected
        && expected.initial > 0
    {
        seen.compared += 1;
        seen.decided += u64::from(!expected.decided.is_empty());
        seen.undefined += u64::from(expected.undefined.is_some());
        seen.deadlocks += u64::from(expected.deadlock.is_some());
    }
    let ways = [
        (false, PORTABLE, 1, false),
        (true, NATIVE, 2, false),
        (true, NATIVE, 1, true),
        (false, NATIVE, 2, true),
    ];
    for (turn, (cone, tuning, threads, symmetry)) in (seed..).zip(ways) {
        // making machine code takes longer than all else, so questions are asked with it in turn
        let in_turn = |question: u64| match turn % 5 == question {
            true => tuning,
            false => PORTABLE,
        };
        let options = Options {
            cone,
            tuning: if turn % 5 < 4 { tuning } else { PORTABLE },
            threads,
            symmetry,
            partial_order: true,
            ..Options::default()
        };
        let report = check(system, scope, &all_properties(system), &options, &mut Silent);
        let Ok(expected) = &expected else {
            for (_, verdict) in &report.verdicts {
                undefined_at_start(system, scope, verdict);
            }
            continue;
        };
        for (id, verdict) in &report.verdicts {
            judge_loosely(system, scope, expected, *id, verdict);
        }
        for (id, trace) in &report.witnesses {
            replayed_witness(system, scope, *id, trace);
        }
        // each single question in every other way
        for (question, id) in (0..)
            .zip(system.property_ids())
            .filter(|(q, _)| (q + turn) % 2 == 0)
        {
            let options = Options {
                tuning: in_turn(question),
                ..options
            };
            let report = check(system, scope, &[id], &options, &mut Silent);
            judge_loosely(system, scope, expected, id, &report.verdicts[0].1);
            let without = Options {
                partial_order: false,
                tuning: PORTABLE,
                ..options
            };
            let all = check(system, scope, &[id], &without, &mut Silent);
            if report.stats.exhaustive {
                assert!(report.stats.states <= all.stats.states);
                assert_eq!(report.stats.vacuous, all.stats.vacuous);
                let never =
                    |r: &model_checker::explicit::ExplicitReport| r.stats.never_enabled().collect::<Vec<_>>();
                assert_eq!(never(&report), never(&all));
                seen.smaller += u64::from(!symmetry && report.stats.states < all.stats.states);
            }
        }
        let with_deadlock = Options {
            deadlock: true,
            tuning: in_turn(3),
            ..options
        };
        let report = check(system, scope, &[], &with_deadlock, &mut Silent);
        match (&report.deadlock, expected.deadlock, expected.undefined) {
            (Some(violation), Some(depth), _) => {
                let verdict = Verdict::Violated(Box::new(violation.clone()));
                assert!(replayed(system, scope, &verdict) >= Some(depth));
            }
            (None, Some(_), Some(_)) => assert!(report.undefined.is_some()),
            (None, None, _) => {}
            (found, wanted, _) => panic!("{found:?} {wanted:?}"),
        }
    }
}
