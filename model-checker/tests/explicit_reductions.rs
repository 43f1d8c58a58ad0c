//! Random systems: the search that forgets what is dead, and the one that merges steps, alone and with the other reductions,
//! against the reference evaluator and against the search without.
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

use model_checker::explicit::{ExplicitReport, Options, Silent, Subject, Tuning, check};
use transition_system::{EventId, PropertyId, Scope, System, Verdict};

mod explicit_support;
use explicit_support::judge::{NATIVE, PORTABLE, judge, judge_loosely, undefined_at_start};
use explicit_support::processes::processes;
use explicit_support::random::Maker;
use explicit_support::seeds::{each_seed, made};
use explicit_support::{Reference, all_properties, reference, replayed, replayed_witness};

const SYSTEMS: u64 = 150;

/// What was seen, to be sure that the systems are worth the trouble.
#[derive(Default, Debug)]
struct Seen {
    compared: u64,
    /// Systems with fewer states than without, for some question.
    smaller: u64,
    decided: u64,
    deadlocks: u64,
    undefined: u64,
}

fn all(make: impl Fn(u64) -> (System, Scope), compare: impl Fn(&Case<'_>, &mut bool)) -> Seen {
    let mut seen = Seen::default();
    each_seed(SYSTEMS, "WATERTIGHT_EXPLICIT", make, |seed, system, scope| {
        let case = Case {
            system,
            scope,
            seed,
            expected: reference(system, scope).ok(),
        };
        let mut smaller = false;
        compare(&case, &mut smaller);
        if let Some(expected) = case.expected.filter(|e| e.initial > 0) {
            seen.compared += 1;
            seen.smaller += u64::from(smaller);
            seen.decided += u64::from(!expected.decided.is_empty());
            seen.undefined += u64::from(expected.undefined.is_some());
            seen.deadlocks += u64::from(expected.deadlock.is_some());
        }
    });
    eprintln!("{seen:?}");
    seen
}

#[test]
fn dead_values_of_processes_do_not_matter() {
    let seen = all(processes, forgets);
    if seen.compared > 60 {
        assert!(seen.smaller * 5 > seen.compared && seen.decided * 4 > seen.compared);
        assert!(seen.deadlocks > 10 && seen.undefined > 5);
    }
}

#[test]
fn dead_values_of_all_types_do_not_matter() {
    let seen = all(anything, forgets);
    if seen.compared > 60 {
        assert!(seen.smaller * 25 > seen.compared && seen.decided * 4 > seen.compared);
    }
}

/// What is written before it is read has no value in the beginning, so that there is one initial state of 2^72.
#[test]
fn dead_values_of_the_beginning_are_not_tried() {
    let text = "
(system buffers)
(sort P)
(binder $p p (sort P))
(binder $q q (sort P))
(var full (map (sort P) bool))
(var held (map (sort P) (range 0 255)))
(var most (range 0 255))
(init (forall $q (not (apply (var full) $q))))
(init (= (var most) 0))
(event fill ($p) () - (not (apply (var full) $p)) ((full (store (var full) $p true)) (held (store (var held) $p 9))))
(event empty ($p) () - (apply (var full) $p) ((full (store (var full) $p false)) (most (apply (var held) $p))))
(invariant nothing (not (= (var most) 9)))
";
    let system = explicit_support::system(text);
    let scope = explicit_support::scope(&system, &[("P", 9)]);
    for symmetry in [false, true] {
        let options = Options {
            forget_dead: true,
            symmetry,
            ..Options::default()
        };
        let report = check(&system, &scope, &all_properties(&system), &options, &mut Silent);
        assert_eq!(report.stats.initial_states, 1);
        assert_eq!(replayed(&system, &scope, &report.verdicts[0].1), Some(2));
    }
}

#[test]
fn steps_of_processes_can_be_merged() {
    let seen = all(processes, merges);
    if seen.compared > 60 {
        assert!(seen.smaller * 5 > seen.compared && seen.decided * 4 > seen.compared);
        assert!(seen.deadlocks > 10 && seen.undefined > 5);
    }
}

#[test]
fn steps_of_all_types_can_be_merged() {
    // these seldom have steps that can be merged; they have all else that may come between
    let seen = all(anything, merges);
    if seen.compared > 60 {
        assert!(seen.decided * 4 > seen.compared && seen.undefined > 5);
    }
}

fn anything(seed: u64) -> (System, Scope) {
    let maker = match seed % 2 {
        0 => Maker::new(seed),
        _ => Maker::symmetric(seed),
    };
    made(maker, 1000)
}

struct Case<'a> {
    system: &'a System,
    scope: &'a Scope,
    seed: u64,
    /// Unless it is undefined in the beginning.
    expected: Option<Reference>,
}

impl Case<'_> {
    fn check(&self, properties: &[PropertyId], options: &Options<'_>) -> ExplicitReport {
        check(self.system, self.scope, properties, options, &mut Silent)
    }

    /// Judges the verdicts on all properties, where that is possible.
    fn verdicts(&self, options: &Options<'_>, loosely: bool) {
        let report = self.check(&all_properties(self.system), options);
        for (id, verdict) in &report.verdicts {
            self.judge(*id, verdict, loosely);
        }
        for (id, trace) in &report.witnesses {
            replayed_witness(self.system, self.scope, *id, trace);
            let least = self.expected.as_ref().and_then(|e| e.decided.get(id));
            assert!(loosely || Some(&trace.len()) == least);
        }
    }

    fn judge(&self, id: PropertyId, verdict: &Verdict, loosely: bool) {
        match &self.expected {
            None => undefined_at_start(self.system, self.scope, verdict),
            Some(expected) if loosely => judge_loosely(self.system, self.scope, expected, id, verdict),
            Some(expected) => judge(self.system, self.scope, expected, id, verdict),
        }
    }

    /// Judges the verdict on every other property, beginning with the first or the second in turn; whether some took fewer states
    /// than without.
    fn each(&self, turn: u64, options: &Options<'_>, without: &Options<'_>, loosely: bool) -> bool {
        let mut smaller = false;
        for id in self.system.property_ids().skip(turn as usize % 2).step_by(2) {
            let report = self.check(&[id], options);
            self.judge(id, &report.verdicts[0].1, loosely);
            let all = self.check(&[id], without);
            assert_eq!(report.stats.exhaustive, all.stats.exhaustive);
            if report.stats.exhaustive {
                assert!(report.stats.states <= all.stats.states);
                assert_eq!(report.stats.vacuous, all.stats.vacuous);
                let never = |r: &ExplicitReport| r.stats.never_enabled().collect::<Vec<_>>();
                assert_eq!(never(&report), never(&all));
                smaller |= report.stats.states < all.stats.states;
            }
        }
        smaller
    }

    fn deadlock(&self, options: &Options<'_>, loosely: bool) {
        let Some(expected) = &self.expected else { return };
        let options = Options {
            deadlock: true,
            ..*options
        };
        let report = self.check(&[], &options);
        match (&report.deadlock, expected.deadlock, expected.undefined) {
            (Some(violation), Some(depth), _) => {
                let verdict = Verdict::Violated(Box::new(violation.clone()));
                let length = replayed(self.system, self.scope, &verdict);
                assert!(length == Some(depth) || loosely && length >= Some(depth));
            }
            (None, Some(_), Some(_)) => assert!(report.undefined.is_some()),
            (None, None, _) => {}
            (found, wanted, _) => panic!("{found:?} {wanted:?}"),
        }
    }
}

/// Ways to search, in turn with machine code where that is asked for: making it takes longer than all else.
fn ways(seed: u64) -> impl Iterator<Item = (u64, Options<'static>)> {
    let ways = [
        (false, PORTABLE, 1, false),
        (true, NATIVE, 2, false),
        (true, NATIVE, 1, true),
        (false, NATIVE, 2, true),
    ];
    (seed..)
        .zip(ways)
        .map(|(turn, (cone, tuning, threads, symmetry))| {
            let options = Options {
                cone,
                tuning: in_turn(turn, tuning),
                threads,
                symmetry,
                settle: turn.is_multiple_of(2),
                ..Options::default()
            };
            (turn, options)
        })
}

fn in_turn(turn: u64, tuning: Tuning) -> Tuning {
    if turn.is_multiple_of(3) { tuning } else { PORTABLE }
}

fn forgets(case: &Case<'_>, smaller: &mut bool) {
    for (turn, without) in ways(case.seed) {
        let options = Options {
            forget_dead: true,
            ..without
        };
        case.verdicts(&options, false);
        *smaller |= case.each(turn, &options, &without, false);
        case.deadlock(&options, false);
        let every = |options: &Options<'_>| {
            let all_violations = true;
            let options = Options {
                all_violations,
                deadlock: true,
                ..*options
            };
            told(&case.check(&all_properties(case.system), &options))
        };
        assert_eq!(every(&options), every(&without));
        let others = Options {
            partial_order: true,
            merge_steps: case.seed.is_multiple_of(2),
            ..options
        };
        case.verdicts(&others, true);
        case.deadlock(&others, true);
    }
}

/// What is violated, by the event of which step, after how many.
fn told(report: &ExplicitReport) -> Vec<(Subject, Option<EventId>, usize)> {
    let ways = report.every.iter().flat_map(|e| &e.ways);
    ways.map(|w| (w.subject, w.event, w.violation.trace.len()))
        .collect()
}

fn merges(case: &Case<'_>, smaller: &mut bool) {
    for (turn, without) in ways(case.seed) {
        let options = Options {
            merge_steps: true,
            ..without
        };
        case.verdicts(&options, true);
        *smaller |= case.each(turn, &options, &without, true);
        case.deadlock(&options, true);
        let ordered = Options {
            partial_order: true,
            ..without
        };
        let both = Options {
            merge_steps: true,
            ..ordered
        };
        case.verdicts(&both, true);
        case.each(turn, &both, &ordered, true);
        case.deadlock(&both, true);
    }
}
