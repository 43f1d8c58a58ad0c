//! Shortest runs of events that only add: against breadth-first search, and where that cannot go.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking, and may print"
)]

use std::fmt::Write as _;

use model_checker::Budget;
use model_checker::explicit::{Options, Silent, search};
use model_checker::ground::{Ground, NODE_LIMIT};
use model_checker::monotone::derivation::{Derivation, Derived};
use transition_system::{PropertyId, Scope, System, Verdict, text};

mod explicit_support;
use explicit_support::random::Random;
use explicit_support::{replayed, system};

/// The fewest steps to a violation of the first property; all variables grow.
fn derive(system: &System) -> Derived {
    let scope = Scope::new();
    let ground = Ground::new(
        system,
        &scope,
        &[PropertyId::new(0)],
        NODE_LIMIT,
        &Budget::default(),
    )
    .unwrap();
    let start = ground
        .initial_state(&[], &Budget::default())
        .expect("an initial state");
    let usable: Vec<usize> = (0..ground.events.len()).collect();
    let derived = Derivation {
        dag: &ground.dag,
        events: &ground.events,
        usable: &usable,
        growing: &|c| !ground.cells.get(c).is_constant(),
        start: &start,
        budget: &Budget::default(),
    }
    .shortest(ground.properties[0].formula, false, 200_000)
    .unwrap();
    if let Derived::Shortest(events) = &derived {
        let trace = ground.trace(&start, events).expect("every step is enabled");
        let verdict = Verdict::Violated(Box::new(transition_system::Violation {
            what: transition_system::Wrong::Invariant(PropertyId::new(0)),
            trace,
            shortest: true,
        }));
        assert_eq!(replayed(system, &scope, &verdict), Some(events.len()));
    }
    derived
}

fn steps(system: &System) -> Option<usize> {
    match derive(system) {
        Derived::Shortest(events) => Some(events.len()),
        Derived::Never => None,
        other => panic!("{other:?}"),
    }
}

/// Facts `f0..` that are false at first, events as `(guard, effects)`, and what must never hold.
fn facts(count: usize, events: &[(String, Vec<(usize, String)>)], never: &str) -> System {
    let mut out = String::from("(system facts)\n");
    for i in 0..count {
        let _ = writeln!(out, "(var f{i} bool)\n(init (not (var f{i})))");
    }
    for (i, (guard, effects)) in events.iter().enumerate() {
        let mut updates = String::new();
        for (fact, value) in effects {
            let _ = write!(updates, "(f{fact} (or (var f{fact}) {value}))");
        }
        let _ = writeln!(out, "(event e{i} () () - {guard} ({updates}))");
    }
    let _ = writeln!(out, "(invariant never (not {never}))");
    system(&out)
}

fn formula(r: &mut Random, facts: usize, depth: usize) -> String {
    if depth == 0 || r.chance(35) {
        return format!("(var f{})", r.below(facts));
    }
    let word = if r.chance(50) { "and" } else { "or" };
    let parts: Vec<String> = (0..2 + r.below(2))
        .map(|_| formula(r, facts, depth - 1))
        .collect();
    format!("({word} {})", parts.join(" "))
}

#[test]
fn lengths_agree_with_breadth_first_search() {
    let factor: u64 = std::env::var("WATERTIGHT_DIFFERENTIAL").map_or(1, |n| n.parse().expect("a number"));
    let (mut reached, mut longest) = (0, 0);
    for seed in 0..500 * factor {
        let mut r = Random(seed);
        let count = 4 + r.below(6);
        let events: Vec<_> = (0..3 + r.below(12))
            .map(|_| {
                let guard = if r.chance(25) {
                    "true".to_owned()
                } else {
                    formula(&mut r, count, 2)
                };
                let effects = (0..1 + r.below(2))
                    .map(|i| {
                        let value = if r.chance(70) {
                            "true".to_owned()
                        } else {
                            formula(&mut r, count, 2)
                        };
                        // two different facts
                        ((r.below(count / 2) * 2 + i) % count, value)
                    })
                    .collect();
                (guard, effects)
            })
            .collect();
        let never = formula(&mut r, count, 3);
        let system = facts(count, &events, &never);
        let scope = Scope::new();
        let ground = Ground::new(
            &system,
            &scope,
            &[PropertyId::new(0)],
            NODE_LIMIT,
            &Budget::default(),
        )
        .unwrap();
        let report = search(&ground, &Options::default(), &mut Silent);
        let expected = replayed(&system, &scope, &report.verdicts[0].1);
        assert_eq!(steps(&system), expected, "seed {seed}\n{}", text::print(&system));
        reached += u64::from(expected.is_some());
        longest = longest.max(expected.unwrap_or(0));
    }
    println!("{reached} of {} reached, at most {longest} steps", 500 * factor);
    assert!(reached > 100 * factor && longest > 4);
}

fn held(facts: impl IntoIterator<Item = usize>) -> String {
    let parts: Vec<String> = facts.into_iter().map(|i| format!("(var f{i})")).collect();
    format!("(and true {})", parts.join(" "))
}

#[test]
fn forty_independent_events_cost_forty() {
    let events: Vec<_> = (0..40)
        .map(|i| ("true".to_owned(), vec![(i, "true".to_owned())]))
        .collect();
    let system = facts(40, &events, &held(0..40));
    let started = std::time::Instant::now();
    assert_eq!(steps(&system), Some(40));
    assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
}

#[test]
fn long_chains_and_shared_steps_are_exact() {
    // two chains of 60 that share their first 30, then a goal that needs both ends
    let mut events = Vec::new();
    for i in 0..60 {
        let guard = if i == 0 {
            "true".to_owned()
        } else {
            format!("(var f{})", i - 1)
        };
        events.push((guard, vec![(i, "true".to_owned())]));
    }
    for i in 60..90 {
        let before = if i == 60 { 29 } else { i - 1 };
        events.push((format!("(var f{before})"), vec![(i, "true".to_owned())]));
    }
    let system = facts(90, &events, &held([59, 89]));
    assert_eq!(steps(&system), Some(90));
}

#[test]
fn the_cheaper_of_many_ways_is_taken() {
    // twelve goals, each by three events of its own or all by one that needs a chain of five
    let mut events = Vec::new();
    for goal in 0..12 {
        for way in 0..3 {
            events.push((format!("(var f{})", 12 + way), vec![(goal, "true".to_owned())]));
        }
    }
    for i in 12..20 {
        let guard = if i <= 15 {
            "true".to_owned()
        } else {
            format!("(var f{})", i - 1)
        };
        events.push((guard, vec![(i, "true".to_owned())]));
    }
    let all = (0..12).map(|goal| (goal, "true".to_owned())).collect();
    events.push(("(var f19)".to_owned(), all));
    let system = facts(20, &events, &held(0..12));
    // f15 to f19 and the one event
    assert_eq!(steps(&system), Some(6));
}

#[test]
fn events_in_a_circle_derive_nothing() {
    let events = vec![
        ("(var f1)".to_owned(), vec![(0, "true".to_owned())]),
        ("(var f0)".to_owned(), vec![(1, "true".to_owned())]),
    ];
    assert_eq!(steps(&facts(2, &events, "(var f0)")), None);
    // the circle is the short way on paper, the long way is the only one
    let mut events = events;
    events.push(("true".to_owned(), vec![(2, "true".to_owned())]));
    events.push(("(var f2)".to_owned(), vec![(3, "true".to_owned())]));
    events.push(("(var f3)".to_owned(), vec![(1, "true".to_owned())]));
    assert_eq!(steps(&facts(4, &events, "(var f0)")), Some(4));
}

#[test]
fn one_event_may_be_needed_twice() {
    // the first time it adds f0, which another event needs for what the second time needs
    let events = vec![
        (
            "true".to_owned(),
            vec![(0, "true".to_owned()), (2, "(var f1)".to_owned())],
        ),
        ("(var f0)".to_owned(), vec![(1, "true".to_owned())]),
    ];
    assert_eq!(steps(&facts(3, &events, "(var f2)")), Some(3));
}
