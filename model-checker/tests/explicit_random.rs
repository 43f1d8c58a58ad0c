//! Random systems: the explicit engine against the reference evaluator.
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

use model_checker::Budget;
use model_checker::explicit::{
    ConstCell, Disk, ExplicitReport, Options, Silent, Tuning, blame, check, search,
};
use model_checker::ground::{CellOwner, Cells, Ground, Place};
use transition_system::eval::{Bindings, Context, Evaluator};
use transition_system::{Scope, State, System, Value, Verdict, Violation, Wrong};

mod explicit_support;
use explicit_support::disk::DISK;
use explicit_support::judge::{NATIVE, PORTABLE, judge, undefined_at_start};
use explicit_support::random::{Maker, Random};
use explicit_support::seeds::{each_seed, made};
use explicit_support::{Reference, all_properties, reference, replayed, replayed_witness};

const SYSTEMS: u64 = 600;

#[test]
fn the_search_agrees_with_the_reference_evaluator() {
    let (mut compared, mut with_violation, mut with_undefined, mut largest) = (0, 0, 0, 0);
    let make = |seed| made(Maker::new(seed), 3000);
    let systems = each_seed(SYSTEMS, "WATERTIGHT_EXPLICIT", make, |_, system, scope| {
        if let Some(reference) = compare(system, scope) {
            compared += 1;
            with_violation += u64::from(!reference.decided.is_empty());
            with_undefined += u64::from(reference.undefined.is_some());
            largest = largest.max(reference.states);
        }
    });
    eprintln!(
        "{compared} compared, {with_violation} with a decision, {with_undefined} undefined, up to {largest} states"
    );
    if systems > 100 {
        assert!(compared * 2 > systems, "too few systems could be compared");
        assert!(with_violation * 4 > compared && with_undefined > 0 && largest > 100);
    }
}

/// Compares one system; gives what the reference found unless its initial states are undefined or missing.
fn compare(system: &System, scope: &Scope) -> Option<Reference> {
    let expected = reference(system, scope);
    counts(system, scope, expected.as_ref().ok());
    let mut blamed = Random(7);
    for (cone, tuning, disk) in [
        (false, PORTABLE, None),
        (true, PORTABLE, Some(DISK)),
        (false, NATIVE, Some(DISK)),
        (true, NATIVE, None),
    ] {
        let options = Options {
            cone,
            settle: tuning == NATIVE,
            tuning,
            disk,
            threads: 2,
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
            if let Verdict::Violated(violation) = verdict {
                rests_on_nothing_else(system, scope, violation, &mut blamed);
            }
        }
        for (id, trace) in &report.witnesses {
            replayed_witness(system, scope, *id, trace);
            assert_eq!(Some(&trace.len()), expected.decided.get(id));
        }
        // one property alone has a smaller cone
        for id in system.property_ids() {
            let report = check(system, scope, &[id], &options, &mut Silent);
            judge(system, scope, expected, id, &report.verdicts[0].1);
        }
    }
    expected.ok().filter(|r| r.initial > 0)
}

/// Counts of states and transitions, and the deadlock, of a search without properties.
fn counts(system: &System, scope: &Scope, expected: Option<&Reference>) {
    let kinds = [(PORTABLE, None), (NATIVE, None), (NATIVE, Some(DISK))];
    let reports = kinds.map(|(tuning, disk)| counts_with(system, scope, expected, tuning, disk));
    let [portable, native, away] = reports;
    if portable.stats.exhaustive {
        assert_eq!(portable.stats.events, away.stats.events);
        assert_eq!(portable.stats.states_by_depth, away.stats.states_by_depth);
        assert_eq!(
            away.stats.disk_bytes > 0,
            portable.stats.states >= NATIVE.disk_after
        );
        assert_eq!(portable.stats.events, native.stats.events);
        assert_eq!(portable.stats.states_by_depth, native.stats.states_by_depth);
    }
}

fn counts_with(
    system: &System,
    scope: &Scope,
    expected: Option<&Reference>,
    tuning: Tuning,
    disk: Option<&dyn Disk>,
) -> ExplicitReport {
    let ground = Ground::new(system, scope, &[], 1_000_000, &Budget::default())
        .expect("small systems can be grounded");
    let options = Options {
        cone: false,
        tuning,
        disk,
        threads: 2,
        ..Options::default()
    };
    let report = search(&ground, &options, &mut Silent);
    let Some(expected) = expected else {
        assert!(report.undefined.is_some());
        return report;
    };
    let all = report.clone();
    assert_eq!(report.stats.initial_states, expected.initial);
    assert_eq!(
        report.undefined.as_ref().map(|v| v.trace.len()),
        expected.undefined
    );
    if expected.undefined.is_none() {
        assert_eq!(report.stats.states, expected.states);
        assert_eq!(report.stats.transitions, expected.transitions);
        assert!(report.stats.exhaustive);
        if expected.initial > 0 {
            assert_eq!(report.stats.depth, expected.depth as u64);
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
    all
}

/// A run stays possible and wrong, step by step, whatever the constants are that it is not said to rest on.
fn rests_on_nothing_else(system: &System, scope: &Scope, violation: &Violation, random: &mut Random) {
    let blame =
        blame(system, scope, violation, &Budget::default()).expect("a run that was found can be blamed");
    let cells = Cells::new(system, scope, &Budget::default()).expect("it was grounded before");
    let evaluator = Evaluator::new(system, scope);
    let trace = &violation.trace;
    for (index, step) in trace.steps.iter().enumerate() {
        let before = trace.state(index).expect("a state before");
        for _ in 0..4 {
            let other = changed(&cells, before, &[&blame.steps[index], &blame.assumed], random);
            let event = system.event(step.event);
            let mut env: Bindings = event.binders().zip(step.args.iter().cloned()).collect();
            let at = Context {
                state: &other,
                next: None,
            };
            // where it is undefined is another question
            assert_ne!(evaluator.truth(event.guard, at, &mut env), Ok(false));
        }
    }
    if let Wrong::Invariant(property) = violation.what {
        for _ in 0..4 {
            let other = changed(&cells, trace.last(), &[&blame.end, &blame.assumed], random);
            let at = Context {
                state: &other,
                next: None,
            };
            let formula = system.property(property).formula;
            assert_ne!(evaluator.truth(formula, at, &mut Bindings::new()), Ok(true));
        }
    }
}

/// The state with random values of all constants but these.
fn changed(cells: &Cells, state: &State, but: &[&[ConstCell]], random: &mut Random) -> State {
    let mut values = cells.values(state).expect("a state of the system");
    for id in cells.ids() {
        let cell = cells.get(id);
        let CellOwner::Const(constant) = cell.owner else {
            continue;
        };
        let path: Vec<Value> = cell.path.iter().filter_map(key).collect();
        let kept = |c: &ConstCell| c.constant == constant && c.path == path;
        if !but.iter().any(|list| list.iter().any(kept)) {
            let (lo, hi) = cell.bounds;
            values[id.index()] = lo + random.below((hi - lo + 1) as usize) as i64;
        }
    }
    cells.state(&values)
}

fn key(place: &Place) -> Option<Value> {
    match place {
        Place::Key(v) | Place::Member(v) => Some(v.clone()),
        Place::Component(i) => Some(Value::Int(i64::from(*i))),
        Place::IsSome | Place::Payload => None,
    }
}
