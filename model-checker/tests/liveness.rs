//! The search for fair runs against enumeration on small random graphs: exactly, for formulas about what is passed again
//! and again and for *leads to* and *until*; by all short lassos, for formulas of any form. Every lasso replays.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "the seed of a failure is printed")]

mod liveness_support;

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use liveness_support::{F, Graph, Random, States};
use model_checker::explicit::{Limits, Options, Silent, Tuning};
use model_checker::liveness;
use transition_system::replay::{ReplayError, replay};
use transition_system::{PropertyId, Scope, Stop, System, Verdict, Wrong, text, validate};

fn read(text: &str) -> System {
    let system = text::read(text).unwrap_or_else(|e| panic!("{e}\n{text}"));
    validate::validate(&system).unwrap_or_else(|e| panic!("{e:?}\n{text}"));
    assert_eq!(
        text::print(&text::read(&text::print(&system)).unwrap()),
        text::print(&system)
    );
    system
}

/// So many seeds, or a multiple of it.
fn seeds(from: u64, count: u64) -> std::ops::Range<u64> {
    let factor: u64 = std::env::var("WATERTIGHT_DIFFERENTIAL").map_or(1, |n| n.parse().unwrap());
    from..from + count * factor
}

/// Whether each property is violated; every lasso is replayed. Seeds take turns with threads and machine code.
fn violated(system: &System, seed: u64) -> Vec<bool> {
    stems(system, seed).iter().map(Option::is_some).collect()
}

/// Of each property that is violated, the number of steps to the loop.
fn stems(system: &System, seed: u64) -> Vec<Option<usize>> {
    let ids: Vec<_> = system.property_ids().collect();
    let scope = Scope::new();
    let options = Options {
        threads: 1 + seed as usize % 2,
        tuning: Tuning {
            // few of these searches are long enough to be worth the making of code
            native_after: seed.is_multiple_of(16).then_some(0),
            shared_states: 1,
            ..Tuning::default()
        },
        ..Options::default()
    };
    let report = liveness::check(system, &scope, &ids, &options, &mut Silent);
    let one = |(id, verdict): &(PropertyId, Verdict)| match verdict {
        Verdict::Violated(violation) => {
            assert_eq!(violation.what, Wrong::Temporal(*id));
            replay(system, &scope, &violation.trace, &violation.what)
                .unwrap_or_else(|e| panic!("{e}: {:?}\n{}", violation.trace, text::print(system)));
            violation.trace.loop_start
        }
        Verdict::Holds(coverage) => {
            assert!(coverage.exhaustive);
            None
        }
        other => panic!("{other:?}"),
    };
    report.verdicts.iter().map(one).collect()
}

fn recurs(set: States) -> F {
    F::Always(Box::new(F::Eventually(Box::new(F::In(set)))))
}

fn settles(set: States) -> F {
    F::Eventually(Box::new(F::Always(Box::new(F::In(set)))))
}

#[test]
fn what_comes_again_and_again_is_that_of_all_fair_sets() {
    for seed in seeds(0, 1500) {
        let mut r = Random(seed);
        let graph = Graph::random(&mut r);
        let all = (1 << graph.states) - 1;
        let mut set = || r.below(1 << graph.states) as States;
        let (a, b, c, d) = (set(), set(), set(), set());
        let formulas = [
            recurs(a),
            settles(b),
            F::Or(vec![recurs(a), settles(b)]),
            F::And(vec![
                F::Or(vec![F::Not(Box::new(recurs(a))), recurs(b)]),
                F::Or(vec![recurs(c), settles(d)]),
            ]),
        ];
        let reached = graph.reach(1, all);
        let sets: Vec<_> = graph
            .fair_sets()
            .into_iter()
            .filter(|s| s & reached == *s)
            .collect();
        let passes = |f: &dyn Fn(States) -> bool| sets.iter().any(|s| !f(*s));
        let again = |s: States, p: States| s & p != 0;
        let at_last = |s: States, p: States| s & p == s;
        let expected = [
            passes(&|s| again(s, a)),
            passes(&|s| at_last(s, b)),
            passes(&|s| again(s, a) || at_last(s, b)),
            passes(&|s| (!again(s, a) || again(s, b)) && (again(s, c) || at_last(s, d))),
        ];
        let text = graph.system(&formulas);
        assert_eq!(violated(&read(&text), seed), expected, "seed {seed}\n{text}");
    }
}

#[test]
fn leads_to_and_until_are_those_of_paths_into_fair_sets() {
    for seed in seeds(1 << 32, 1500) {
        let mut r = Random(seed);
        let graph = Graph::random(&mut r);
        let all = (1 << graph.states) - 1;
        let (p, q) = (
            r.below(1 << graph.states) as States,
            r.below(1 << graph.states) as States,
        );
        let boxed = |set| Box::new(F::In(set));
        let formulas = [
            F::LeadsTo(boxed(p), boxed(q)),
            F::Until(boxed(p), boxed(q)),
            F::Eventually(boxed(q)),
        ];
        let sets = graph.fair_sets();
        let reached = graph.reach(1, all);
        // a fair set without `q` that is entered from some states by a path without `q`
        let stays = |from: States| {
            let inside = graph.reach(from, all & !q);
            sets.iter().any(|s| s & inside == *s)
        };
        let without = graph.reach(1, all & !q);
        let expected = [stays(reached & p), stays(1) || without & !p != 0, stays(1)];
        let text = graph.system(&formulas);
        let found = stems(&read(&text), seed);
        let is_violated: Vec<_> = found.iter().map(Option::is_some).collect();
        assert_eq!(is_violated, expected, "seed {seed}\n{text}");
        // the way to the loop is as short as any
        let inside = sets
            .iter()
            .filter(|s| **s & without == **s)
            .fold(0, |all, s| all | s);
        let least = graph.distance(1 & !q, !q & all, inside);
        assert_eq!(found[2], least, "seed {seed}\n{text}");
    }
}

#[test]
fn formulas_of_any_form_are_violated_if_a_short_lasso_violates_them() {
    let (mut found, mut none) = (0, 0);
    for seed in seeds(2 << 32, 600) {
        let mut r = Random(seed);
        let graph = Graph::random(&mut r);
        let formulas: Vec<F> = (0..4).map(|_| F::random(&mut r, graph.states, 3)).collect();
        let text = graph.system(&formulas);
        for (formula, violated) in formulas.iter().zip(violated(&read(&text), seed)) {
            // the other way round is that every lasso replays
            assert!(
                violated || !graph.has_lasso(formula, 5),
                "seed {seed}: {formula:?}\n{text}"
            );
            *(if violated { &mut found } else { &mut none }) += 1;
        }
    }
    println!("{found} violated, {none} hold");
    assert!(found > 100 && none > 100);
}

const TICKER: &str = "(system ticker)
(var x (range 0 2000))
(init (= (var x) 0))
(event up () () - (not (= (var x) 2000)) ((x (narrow (range 0 2000) (+ (var x) 1)))) (fair weak))
(event down () () - (= (var x) 2000) ((x 0)))
(temporal top (eventually (state (= (var x) 2000))))
(temporal back (always (eventually (state (= (var x) 0)))))
";

#[test]
fn a_lasso_that_is_changed_does_not_replay() {
    let system = read(TICKER);
    let (scope, back) = (Scope::new(), PropertyId::new(1));
    let ids = [PropertyId::new(0), back];
    let report = liveness::check(&system, &scope, &ids, &Options::default(), &mut Silent);
    assert!(matches!(report.verdicts[0].1, Verdict::Holds(_)));
    let Verdict::Violated(violation) = &report.verdicts[1].1 else {
        panic!("{:?}", report.verdicts[1]);
    };
    // at rest at the top, where nothing must happen
    let mut trace = violation.trace.clone();
    assert_eq!(trace.loop_start, Some(trace.len()));
    let wrong = |trace| replay(&system, &scope, &trace, &Wrong::Temporal(back));
    assert_eq!(wrong(trace.clone()), Ok(()));
    trace.loop_start = None;
    assert_eq!(wrong(trace.clone()), Err(ReplayError::NoInfiniteRun));
    trace.loop_start = Some(3);
    assert_eq!(wrong(trace.clone()), Err(ReplayError::NoLoop));
    trace.steps.truncate(3);
    assert_eq!(wrong(trace.clone()), Err(ReplayError::Unfair));
    let other = replay(
        &system,
        &scope,
        &violation.trace,
        &Wrong::Temporal(PropertyId::new(0)),
    );
    assert_eq!(other, Err(ReplayError::ClaimFalse));
}

#[test]
fn limits_and_the_user_stop_the_search() {
    let system = read(TICKER);
    let (scope, ids) = (Scope::new(), [PropertyId::new(0)]);
    let stop = |limits: Limits, interrupt: Option<&AtomicBool>| {
        let options = Options {
            limits,
            interrupt,
            ..Options::default()
        };
        let report = liveness::check(&system, &scope, &ids, &options, &mut Silent);
        match report.verdicts.into_iter().next() {
            Some((_, Verdict::Unknown(stop))) => stop,
            other => panic!("{other:?}"),
        }
    };
    let states = Limits {
        states: Some(100),
        ..Limits::default()
    };
    assert_eq!(stop(states, None), Stop::StateLimit(100));
    let time = Limits {
        time: Some(Duration::ZERO),
        ..Limits::default()
    };
    assert_eq!(stop(time, None), Stop::TimeLimit(Duration::ZERO));
    assert_eq!(
        stop(Limits::default(), Some(&AtomicBool::new(true))),
        Stop::Interrupted
    );
}

#[test]
fn a_violation_among_the_states_of_a_limit_is_one() {
    let text = TICKER.replace(" (fair weak)", "");
    let system = read(&text);
    let options = Options {
        limits: Limits {
            states: Some(100),
            ..Limits::default()
        },
        ..Options::default()
    };
    let report = liveness::check(
        &system,
        &Scope::new(),
        &[PropertyId::new(0)],
        &options,
        &mut Silent,
    );
    let Verdict::Violated(violation) = &report.verdicts[0].1 else {
        panic!("{:?}", report.verdicts[0]);
    };
    assert_eq!(
        replay(&system, &Scope::new(), &violation.trace, &violation.what),
        Ok(())
    );
}
