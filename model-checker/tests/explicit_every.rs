//! Random systems: every way in which something is violated, against the reference evaluator; and where runs may end.
//!
//! `WATERTIGHT_EXPLICIT=n` multiplies the number of systems; a failure names its seed, and
//! `WATERTIGHT_SEED=s` runs that one alone.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking, and may print"
)]

use std::collections::BTreeMap;

use model_checker::explicit::{Limits, Options, Silent, Subject, Tuning, check};
use transition_system::eval::{Bindings, Context, Evaluator};
use transition_system::{
    EventId, PromiseKind, PropertyId, PropertyKind, Scope, State, System, Verdict, Wrong,
};

mod explicit_support;
use explicit_support::random::Maker;
use explicit_support::seeds::{each_seed, made};
use explicit_support::{all_properties, initial_states, property, replayed, system};

const SYSTEMS: u64 = 400;

/// By what is violated and the event: the least number of steps, and how often.
type Ways = BTreeMap<(Subject, Option<EventId>), (usize, u64)>;

#[derive(Default)]
struct Expected {
    ways: Ways,
    counts: BTreeMap<Subject, u64>,
}

impl Expected {
    fn meet(&mut self, subject: Subject, event: Option<EventId>, length: usize) {
        let entry = self.ways.entry((subject, event)).or_insert((length, 0));
        *entry = (entry.0.min(length), entry.1 + 1);
    }

    fn count(&mut self, subject: Subject) {
        *self.counts.entry(subject).or_default() += 1;
    }
}

/// Whether a property is false or undefined.
fn wrong(evaluator: &Evaluator<'_>, id: PropertyId, state: &State, next: Option<&State>) -> bool {
    let property = evaluator.system.property(id);
    let at = Context { state, next };
    let holds = |e| evaluator.truth(e, at, &mut Bindings::new()) == Ok(true);
    !property.promises.iter().all(|p| holds(p.holds)) || !holds(property.formula)
}

/// The slow and obvious way; `None` where initial states are undefined.
fn expected(system: &System, scope: &Scope) -> Option<Expected> {
    let evaluator = Evaluator::new(system, scope);
    let of = |kind| {
        system
            .property_ids()
            .filter(move |p| system.property(*p).kind == kind)
    };
    let mut out = Expected::default();
    let mut level = initial_states(system, scope).ok()?;
    level.sort();
    let mut seen: BTreeMap<State, ()> = level.iter().map(|s| (s.clone(), ())).collect();
    let mut depth = 0;
    while !level.is_empty() {
        let mut next_level = Vec::new();
        for state in &level {
            for id in of(PropertyKind::Invariant).filter(|p| wrong(&evaluator, *p, state, None)) {
                out.count(Subject::Property(id));
                if depth == 0 {
                    out.meet(Subject::Property(id), None, 0);
                }
            }
            let mut quiet = true;
            for event in system.event_ids() {
                let decl = system.event(event);
                for args in evaluator.arguments(event).unwrap() {
                    let mut env: Bindings = decl.binders().zip(args.iter().cloned()).collect();
                    let at = Context { state, next: None };
                    let broken = decl.promises.iter().filter(|p| p.kind != PromiseKind::Agreement);
                    let broken = broken
                        .into_iter()
                        .any(|p| evaluator.truth(p.holds, at, &mut env) != Ok(true));
                    match evaluator.fire(event, &args, state) {
                        Ok(None) if !broken => {}
                        Ok(Some(next)) if !broken => {
                            quiet = false;
                            for id in of(PropertyKind::Transition) {
                                if wrong(&evaluator, id, state, Some(&next)) {
                                    out.count(Subject::Property(id));
                                    out.meet(Subject::Property(id), Some(event), depth + 1);
                                }
                            }
                            for id in of(PropertyKind::Invariant) {
                                let before = wrong(&evaluator, id, state, None);
                                if !before && wrong(&evaluator, id, &next, None) {
                                    out.meet(Subject::Property(id), Some(event), depth + 1);
                                }
                            }
                            if seen.insert(next.clone(), ()).is_none() {
                                next_level.push(next);
                            }
                        }
                        Ok(_) | Err(_) => {
                            quiet = false;
                            out.count(Subject::Event(event));
                            out.meet(Subject::Event(event), Some(event), depth);
                        }
                    }
                }
            }
            if quiet {
                out.count(Subject::Deadlock);
                out.meet(Subject::Deadlock, None, depth);
            }
        }
        level = next_level;
        depth += 1;
    }
    Some(out)
}

fn options(native: bool, threads: usize) -> Options<'static> {
    Options {
        deadlock: true,
        all_violations: true,
        cone: false,
        threads,
        tuning: Tuning {
            native_after: native.then_some(0),
            round_words: 1 << 10,
            shared_states: 1,
            compress_after: u64::MAX,
            disk_after: u64::MAX,
        },
        ..Options::default()
    }
}

fn compare(system: &System, scope: &Scope, expected: &Expected) {
    for (native, threads) in [(false, 1), (true, 2)] {
        let options = options(native, threads);
        let report = check(system, scope, &all_properties(system), &options, &mut Silent);
        let every = report.every.expect("it was asked for");
        assert!(report.stats.exhaustive && every.stopped.is_none());
        let mut ways = Ways::new();
        let mut last = BTreeMap::new();
        for way in &every.ways {
            let length = way.violation.trace.len();
            // a replay of an undefined two-state property needs a next state, which a claim about one state has not
            if !matches!(way.violation.what, Wrong::Undefined { .. }) {
                let verdict = Verdict::Violated(Box::new(way.violation.clone()));
                replayed(system, scope, &verdict);
            }
            let event = way.event;
            if !matches!(way.subject, Subject::Event(_)) {
                assert_eq!(
                    way.violation
                        .trace
                        .steps
                        .last()
                        .map(|s| s.event)
                        .filter(|_| event.is_some()),
                    event
                );
            }
            let entry = ways.entry((way.subject, event)).or_insert((length, 0));
            *entry = (entry.0.min(length), entry.1 + way.count);
            let before = last.insert(way.subject, length);
            assert!(before.is_none_or(|b| b <= length), "the shortest come first");
        }
        assert_eq!(ways, expected.ways);
        assert_eq!(
            every.counts.into_iter().collect::<BTreeMap<_, _>>(),
            expected.counts
        );
        for (id, verdict) in &report.verdicts {
            let own = expected.counts.contains_key(&Subject::Property(*id));
            let undefined = expected.counts.keys().any(|s| matches!(s, Subject::Event(_)));
            if own {
                assert!(matches!(verdict, Verdict::Violated(_)), "{verdict:?}");
            } else if !undefined {
                assert!(
                    !matches!(verdict, Verdict::Violated(_))
                        || system.property(*id).kind == PropertyKind::Witness
                );
            }
        }
    }
}

/// What a search finds that is stopped is violated, by runs that are as short as they are said to be.
fn compare_stopped(system: &System, scope: &Scope, expected: &Expected) {
    for states in [1, 4, 16] {
        let limits = Limits {
            states: Some(states),
            ..Limits::default()
        };
        let options = Options {
            limits,
            ..options(states == 4, 2)
        };
        let report = check(system, scope, &all_properties(system), &options, &mut Silent);
        let every = report.every.expect("it was asked for");
        // what is false and what is undefined are ways of their own; the nearest of them is expected
        let mut nearest = BTreeMap::new();
        for way in &every.ways {
            let found = (way.violation.trace.len(), way.violation.shortest);
            let entry = nearest.entry((way.subject, way.event)).or_insert(found);
            *entry = found.min(*entry);
        }
        for (key, (length, shortest)) in nearest {
            let (least, _) = expected.ways[&key];
            let known = length == least || length > least && !shortest;
            assert!(known, "{key:?}: {length}, not {least}");
        }
        let of = |subject| every.ways.iter().any(|way| way.subject == subject);
        for (id, verdict) in &report.verdicts {
            let is_violated = matches!(verdict, Verdict::Violated(_));
            assert!(is_violated || !of(Subject::Property(*id)), "{verdict:?}");
        }
        assert_eq!(report.deadlock.is_some(), of(Subject::Deadlock));
    }
}

/// Of states that differ in the names of like elements one is visited: the same ways, as short, fewer times.
fn compare_alike(system: &System, scope: &Scope, expected: &Expected) -> bool {
    let options = Options {
        symmetry: true,
        ..options(true, 2)
    };
    let report = check(system, scope, &all_properties(system), &options, &mut Silent);
    let every = report.every.expect("it was asked for");
    let mut ways = BTreeMap::new();
    for way in &every.ways {
        let length = way.violation.trace.len();
        if !matches!(way.violation.what, Wrong::Undefined { .. }) {
            replayed(system, scope, &Verdict::Violated(Box::new(way.violation.clone())));
        }
        let entry = ways.entry((way.subject, way.event)).or_insert(length);
        *entry = length.min(*entry);
    }
    let wanted = expected.ways.iter().map(|(key, (length, _))| (*key, *length));
    assert_eq!(ways, wanted.collect());
    let fewer = |(subject, n): &(Subject, u64)| *n <= expected.counts[subject];
    assert!(every.counts.iter().all(fewer));
    !report.stats.symmetry.is_empty()
}

#[test]
fn every_way_is_found_and_no_other() {
    let (mut compared, mut alike, mut most) = (0, 0, 0);
    let make = |seed| made(Maker::new(seed), 1000);
    let systems = each_seed(SYSTEMS, "WATERTIGHT_EXPLICIT", make, |_, system, scope| {
        if let Some(expected) = expected(system, scope) {
            compared += 1;
            most = most.max(expected.ways.len());
            compare(system, scope, &expected);
            compare_stopped(system, scope, &expected);
            alike += u64::from(compare_alike(system, scope, &expected));
        }
    });
    assert!(
        systems < 100 || compared * 2 > systems && alike > 20 && most > 5,
        "{compared} {alike} {most}"
    );
}

const ENDS: &str = "(system ends)
(var x (range 0 3))
(init (= (var x) 0))
(event one () () - (= (var x) 0) ((x 1)))
(event two () () - (= (var x) 1) ((x 2)))
(event three () () - (= (var x) 1) ((x 3)))
(witness done (= (var x) 2))
(witness half (= (var x) 1))
";

#[test]
fn a_run_may_end_where_it_is_meant_to() {
    let system = system(ENDS);
    let (done, half) = (property(&system, "done"), property(&system, "half"));
    let ask = |terminal, native| {
        let options = Options {
            terminal,
            all_violations: false,
            ..options(native, 1)
        };
        let asked = [vec![half], terminal.into_iter().collect()].concat();
        check(&system, &Scope::new(), &asked, &options, &mut Silent)
    };
    for native in [false, true] {
        let plain = ask(None, native)
            .deadlock
            .expect("two states have no enabled event");
        assert_eq!(plain.trace.len(), 2);
        let report = ask(Some(done), native);
        // what says where runs may end is no question
        assert_eq!(report.verdicts.len(), 1);
        let deadlock = report.deadlock.expect("x == 3 is not meant to be the end");
        let closed = Scope::new();
        let evaluator = Evaluator::new(&system, &closed);
        let at = Context {
            state: deadlock.trace.last(),
            next: None,
        };
        let formula = system.property(done).formula;
        assert_eq!(evaluator.truth(formula, at, &mut Bindings::new()), Ok(false));
    }
    let bounded = ENDS.replace("((x 3))", "((x 2))");
    let system = explicit_support::system(&bounded);
    let done = property(&system, "done");
    let options = Options {
        terminal: Some(done),
        all_violations: false,
        ..options(true, 1)
    };
    let report = check(&system, &Scope::new(), &[done], &options, &mut Silent);
    assert!(report.deadlock.is_none() && report.stopped.is_none() && report.stats.exhaustive);
}
