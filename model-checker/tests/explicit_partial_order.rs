//! Random systems: the search that leaves out orders of independent events, alone and up to symmetry, against the
//! reference evaluator.
//!
//! `WATERTIGHT_DIFFERENTIAL=n` multiplies the number of systems; a failure names its seed, and
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
use transition_system::{Scope, System, Verdict, text};

mod explicit_support;
use explicit_support::judge::{NATIVE, PORTABLE, judge_loosely, undefined_at_start};
use explicit_support::random::Random;
use explicit_support::{all_properties, reference, replayed, replayed_witness};

const SYSTEMS: u64 = 400;

fn seeds() -> Vec<u64> {
    if let Ok(seed) = std::env::var("WATERTIGHT_SEED") {
        return vec![seed.parse().expect("WATERTIGHT_SEED is a number")];
    }
    let factor: u64 = std::env::var("WATERTIGHT_DIFFERENTIAL").map_or(1, |n| n.parse().expect("a number"));
    (0..SYSTEMS * factor).collect()
}

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
    for seed in seeds() {
        let (system, scope) = processes(seed);
        let run = std::panic::catch_unwind(|| {
            let mut seen = Seen::default();
            compare(&system, &scope, &mut seen);
            seen
        });
        match run {
            Ok(one) => {
                seen.compared += one.compared;
                seen.smaller += one.smaller;
                seen.decided += one.decided;
                seen.deadlocks += one.deadlocks;
                seen.undefined += one.undefined;
            }
            Err(cause) => {
                eprintln!(
                    "WATERTIGHT_SEED={seed}, scope {}\n{}",
                    scope.display(&system),
                    text::print(&system)
                );
                std::panic::resume_unwind(cause);
            }
        }
    }
    eprintln!("{seen:?}");
    if seen.compared > 100 {
        assert!(seen.smaller > 20 && seen.decided > 50 && seen.deadlocks > 20 && seen.undefined > 5);
    }
}

/// A few processes that walk through four places each, on their own or by way of two shared counters; half of the time
/// elements of a sort, which all do the same.
fn processes(seed: u64) -> (System, Scope) {
    let mut random = Random(seed);
    let alike = random.chance(50);
    let count = 2 + random.below(2);
    let mut lines = vec!["(system processes)".to_owned()];
    if alike {
        lines.push("(sort P)".to_owned());
        lines.push("(binder $p p (sort P))".to_owned());
        lines.push("(binder $q q (sort P))".to_owned());
        lines.push("(var at (map (sort P) (range 0 3)))".to_owned());
        lines.push("(init (forall $q (= (apply (var at) $q) 0)))".to_owned());
    } else {
        for process in 0..count {
            lines.push(format!("(var at{process} (range 0 3))"));
            lines.push(format!("(init (= (var at{process}) 0))"));
        }
    }
    for shared in 0..2 {
        lines.push(format!("(var s{shared} (range 0 2))"));
        lines.push(format!("(init (= (var s{shared}) 0))"));
    }
    let kinds = if alike { 1 } else { count };
    for process in 0..kinds {
        for event in 0..3 + random.below(3) {
            lines.push(step(&mut random, process, event, alike));
        }
    }
    for kind in ["invariant", "witness", "transition"] {
        let name = kind.chars().next().unwrap();
        let formula = claim(&mut random, kind, count, alike);
        lines.push(format!("({kind} {name} {formula})"));
    }
    let system = explicit_support::system(&lines.join("\n"));
    let sizes = [("P", count as u32)];
    let scope = explicit_support::scope(&system, if alike { &sizes } else { &[] });
    (system, scope)
}

fn step(random: &mut Random, process: usize, event: usize, alike: bool) -> String {
    let place = if alike {
        "(apply (var at) $p)".to_owned()
    } else {
        format!("(var at{process})")
    };
    let from = if event < 3 { event } else { random.below(4) };
    let to = if random.chance(85) {
        (from + 1).min(3)
    } else {
        random.below(4)
    };
    let mut guard = format!("(= {place} {from})");
    let mut updates = if alike {
        format!("(at (store (var at) $p {to}))")
    } else {
        format!("(at{process} {to})")
    };
    let shared = random.below(2);
    if random.chance(25) {
        guard = format!("(and {guard} (= (var s{shared}) {}))", random.below(2));
    }
    if random.chance(25) {
        let value = match random.below(3) {
            0 => format!("(narrow (range 0 2) (+ (var s{shared}) 1))"),
            n => n.to_string(),
        };
        if random.chance(50) {
            guard = format!("(and {guard} (< (var s{shared}) 2))");
        }
        updates = format!("{updates} (s{shared} {value})");
    }
    let params = if alike { "($p)" } else { "()" };
    format!("(event e{process}_{event} {params} () - {guard} ({updates}))")
}

fn claim(random: &mut Random, kind: &str, count: usize, alike: bool) -> String {
    let (place, shared) = (random.below(4), random.below(2));
    let at = |process: usize| format!("(= (var at{process}) {place})");
    let some = if alike {
        format!("(exists $q (= (apply (var at) $q) {place}))")
    } else {
        at(random.below(count))
    };
    let here = match random.below(3) {
        0 => format!("(= (var s{shared}) {})", random.below(3)),
        1 => some,
        _ => format!("(and {some} (= (var s{shared}) {}))", random.below(3)),
    };
    match kind {
        "witness" => here,
        "invariant" => format!("(not {here})"),
        _ => format!("(<= (var s{shared}) (next s{shared}))"),
    }
}

fn compare(system: &System, scope: &Scope, seen: &mut Seen) {
    let expected = reference(system, scope);
    if let Ok(expected) = &expected
        && expected.initial > 0
    {
        seen.compared += 1;
        seen.decided += u64::from(!expected.decided.is_empty());
        seen.undefined += u64::from(expected.undefined.is_some());
        seen.deadlocks += u64::from(expected.deadlock.is_some());
    }
    for (cone, tuning, threads, symmetry) in [
        (false, PORTABLE, 1, false),
        (true, NATIVE, 2, false),
        (true, NATIVE, 1, true),
        (false, NATIVE, 2, true),
    ] {
        let options = Options {
            cone,
            tuning,
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
        for id in system.property_ids() {
            let report = check(system, scope, &[id], &options, &mut Silent);
            judge_loosely(system, scope, expected, id, &report.verdicts[0].1);
            let without = Options {
                partial_order: false,
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
