//! Random systems: the search up to symmetry of sorts against the reference evaluator, and the states that it keeps
//! against orbits counted by trying every permutation.
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

use std::collections::BTreeSet;

use model_checker::Budget;
use model_checker::explicit::{Alike, Options, Silent, check, search};
use model_checker::ground::Ground;
use transition_system::{Scope, SortId, State, System, Value, Verdict};

mod explicit_support;
use explicit_support::judge::{NATIVE, PORTABLE, judge, undefined_at_start};
use explicit_support::random::Maker;
use explicit_support::seeds::{each_seed, made};
use explicit_support::{Reference, all_properties, reference, replayed, replayed_witness};

const SYSTEMS: u64 = 400;

/// What was seen, to be sure that the systems are worth the trouble.
#[derive(Default, Debug)]
struct Seen {
    compared: u64,
    /// Fewer states than without.
    smaller: u64,
    decided: u64,
    undefined: u64,
    in_part: u64,
}

fn all(make: impl Fn(u64) -> Maker) -> Seen {
    let mut seen = Seen::default();
    let make = |seed| made(make(seed), 3000);
    each_seed(SYSTEMS, "WATERTIGHT_EXPLICIT", make, |_, system, scope| {
        compare(system, scope, &mut seen);
    });
    eprintln!("{seen:?}");
    seen
}

#[test]
fn a_sort_without_names_is_symmetric_and_states_are_its_orbits() {
    let seen = all(Maker::symmetric);
    if seen.compared > 100 {
        assert!(seen.smaller * 4 > seen.compared && seen.decided > 50 && seen.undefined > 5);
    }
}

#[test]
fn elements_that_are_named_are_told_apart() {
    let seen = all(Maker::new);
    if seen.compared > 100 {
        assert!(seen.in_part > 5 && seen.smaller > 20);
    }
}

/// Relations on `n` nodes up to their names (OEIS A000595), each reached by adding one pair after the other.
#[test]
fn relations_are_counted_up_to_isomorphism() {
    let relation = "
(system relation)
(sort N)
(var edge (map (sort N) (set (sort N))))
(binder $a a (sort N))
(binder $b b (sort N))
(init (forall $a (= (apply (var edge) $a) (set (set (sort N))))))
(event link ($a $b) () - (not (in $b (apply (var edge) $a)))
  ((edge (store (var edge) $a (union (apply (var edge) $a) (set (set (sort N)) $b))))))
";
    let system = explicit_support::system(relation);
    for (nodes, relations) in [(1, 2), (2, 10), (3, 104), (4, 3044)] {
        let scope = explicit_support::scope(&system, &[("N", nodes)]);
        let options = Options {
            symmetry: true,
            ..Options::default()
        };
        let ground = Ground::new(&system, &scope, &[], 1_000_000, &Budget::default()).unwrap();
        let options = Options {
            cone: false,
            ..options
        };
        let report = search(&ground, &options, &mut Silent);
        assert_eq!(report.stats.states, relations);
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
        orbits(system, scope, expected, seen);
    }
    for (cone, tuning, threads) in [
        (false, PORTABLE, 1),
        (true, PORTABLE, 2),
        (false, NATIVE, 2),
        (true, NATIVE, 1),
    ] {
        let options = Options {
            cone,
            settle: threads == 1,
            tuning,
            threads,
            symmetry: true,
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
            judge(system, scope, expected, *id, verdict);
        }
        for (id, trace) in &report.witnesses {
            replayed_witness(system, scope, *id, trace);
            assert_eq!(Some(&trace.len()), expected.decided.get(id));
        }
        for id in system.property_ids() {
            let report = check(system, scope, &[id], &options, &mut Silent);
            judge(system, scope, expected, id, &report.verdicts[0].1);
        }
    }
}

/// Counts states without properties, and finds the deadlock.
fn orbits(system: &System, scope: &Scope, expected: &Reference, seen: &mut Seen) {
    let ground = Ground::new(system, scope, &[], 1_000_000, &Budget::default())
        .expect("small systems can be grounded");
    for tuning in [PORTABLE, NATIVE] {
        let options = Options {
            cone: false,
            symmetry: true,
            tuning,
            threads: 2,
            ..Options::default()
        };
        let report = search(&ground, &options, &mut Silent);
        assert_eq!(
            report.undefined.as_ref().map(|v| v.trace.len()),
            expected.undefined
        );
        if expected.undefined.is_none() {
            assert!(report.stats.exhaustive);
            // where `init` names elements, a far state may be like a near one
            assert!(report.stats.depth <= expected.depth as u64);
            if system.sorts[0].elements.is_empty() {
                assert_eq!(report.stats.depth, expected.depth as u64);
            }
            let counted = counted(system, scope, expected, &report.stats.symmetry);
            if let Some(counted) = counted {
                assert_eq!(report.stats.states, counted);
            }
            assert!(report.stats.states <= expected.states);
            if tuning == NATIVE {
                seen.smaller += u64::from(report.stats.states < expected.states);
                seen.in_part += u64::from(counted.is_none());
            }
        }
        let options = Options {
            deadlock: true,
            ..options
        };
        let report = search(&ground, &options, &mut Silent);
        match (&report.deadlock, expected.deadlock, expected.undefined) {
            (Some(violation), Some(depth), _) => {
                let verdict = Verdict::Violated(Box::new(violation.clone()));
                assert_eq!(replayed(system, scope, &verdict), Some(depth));
            }
            (None, Some(depth), Some(undefined)) => assert!(undefined <= depth),
            (None, None, _) => {}
            (found, wanted, _) => panic!("{found:?} {wanted:?}"),
        }
    }
}

/// The orbits of all states where all elements of the one sort are alike; `None` where only some are.
fn counted(system: &System, scope: &Scope, expected: &Reference, alike: &[Alike]) -> Option<u64> {
    let sort = SortId::new(0);
    let size = transition_system::value::sort_size(system, scope, sort).expect("it has a size");
    let permutations = match alike {
        [] => vec![(0..size).collect()],
        // what is given is no part of a state, and does not always matter
        [one] if one.classes == [size] && system.givens.is_empty() => permutations(size),
        _ => return None,
    };
    let least = |state: &State| {
        let images = permutations.iter().map(|to| image(state, to));
        images.min().expect("there is the identity")
    };
    let orbits: BTreeSet<State> = expected.all.iter().map(least).collect();
    Some(orbits.len() as u64)
}

fn permutations(size: u32) -> Vec<Vec<u32>> {
    let Some(last) = size.checked_sub(1) else {
        return vec![Vec::new()];
    };
    let mut out = Vec::new();
    for shorter in permutations(last) {
        for at in 0..=shorter.len() {
            let mut longer = shorter.clone();
            longer.insert(at, last);
            out.push(longer);
        }
    }
    out
}

fn image(state: &State, to: &[u32]) -> State {
    let all = |values: &[Value]| values.iter().map(|v| renamed(v, to)).collect();
    State {
        constants: all(&state.constants),
        variables: all(&state.variables),
    }
}

fn renamed(value: &Value, to: &[u32]) -> Value {
    match value {
        Value::Element(sort, index) => Value::Element(*sort, to[*index as usize]),
        Value::Bool(_) | Value::Int(_) | Value::Enumerator(..) | Value::None => value.clone(),
        Value::Some(v) => Value::Some(Box::new(renamed(v, to))),
        Value::Set(items) => Value::Set(items.iter().map(|v| renamed(v, to)).collect()),
        Value::Map(entries) => Value::Map(
            entries
                .iter()
                .map(|(k, v)| (renamed(k, to), renamed(v, to)))
                .collect(),
        ),
        Value::Tuple(items) => Value::Tuple(items.iter().map(|v| renamed(v, to)).collect()),
    }
}
