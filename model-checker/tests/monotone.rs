//! The fixpoint of monotone events against the reference evaluator: same verdicts for every choice of unknown
//! constants, shortest runs, inductive invariants, blame that cannot be made smaller.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt::Write as _;

use model_checker::Budget;
use model_checker::monotone::{Decision, Monotone, without_truths};
use transition_system::eval::{Bindings, Context, Evaluator};
use transition_system::replay::replay;
use transition_system::{PropertyId, Scope, State, System, Value, text, validate};

/// A small generator, so that a seed gives the same systems everywhere (Knuth's MMIX constants).
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

const CELLS: u64 = 6;

/// A formula that is monotone in `held`, over constants of both polarities.
fn formula(r: &mut Random, depth: u32, only_held: bool) -> String {
    match r.below(if depth == 0 { 2 } else { 5 }) {
        0 | 1 if only_held || r.below(3) > 0 => {
            format!("(in (enumerator Cell c{}) (var held))", r.below(CELLS))
        }
        0 | 1 => {
            let constant = format!("(const k{})", r.below(4));
            if r.below(2) == 0 {
                constant
            } else {
                format!("(not {constant})")
            }
        }
        2 | 3 => format!(
            "(and {} {})",
            formula(r, depth - 1, only_held),
            formula(r, depth - 1, only_held)
        ),
        _ => format!(
            "(or {} {})",
            formula(r, depth - 1, only_held),
            formula(r, depth - 1, only_held)
        ),
    }
}

/// k0 and k1 are given, k2 and k3 are not.
fn random_system(r: &mut Random) -> System {
    let cells: String = (0..CELLS).fold(String::new(), |mut s, i| {
        let _ = write!(s, " c{i}");
        s
    });
    let mut out = format!("(system random)\n(enum Cell{cells})\n");
    for i in 0..4 {
        let _ = writeln!(out, "(const k{i} bool)");
    }
    out.push_str("(var held (set (enum Cell)))\n");
    for i in 0..2 {
        let _ = writeln!(out, "(given k{i} () {})", r.below(2) == 0);
    }
    out.push_str("(init (= (var held) (set (set (enum Cell)))))\n");
    for i in 0..7 {
        let guard = if r.below(4) == 0 {
            "true".to_owned()
        } else {
            formula(r, 2, false)
        };
        let cell = r.below(CELLS);
        let mut value = format!("(union (var held) (set (set (enum Cell)) (enumerator Cell c{cell})))");
        if r.below(3) == 0 {
            let more = r.below(CELLS);
            let condition = formula(r, 1, false);
            value = format!(
                "(ite {condition} (union {value} (set (set (enum Cell)) (enumerator Cell c{more}))) {value})"
            );
        }
        let _ = writeln!(out, "(event e{i} () () - {guard} ((held {value})))");
    }
    let _ = writeln!(out, "(invariant safe (not {}))", formula(r, 2, true));
    let system = text::read(&out).unwrap_or_else(|e| panic!("{e}\n{out}"));
    assert_eq!(validate::validate(&system), Ok(()), "{out}");
    system
}

/// The length of a shortest run to a state that violates the property from one initial state.
fn shortest(evaluator: &Evaluator<'_>, property: PropertyId, start: &State) -> Option<usize> {
    let formula = evaluator.system.property(property).formula;
    let bad = |state: &State| {
        let at = Context { state, next: None };
        !evaluator.truth(formula, at, &mut Bindings::new()).unwrap()
    };
    let mut depth: HashMap<State, usize> = HashMap::from([(start.clone(), 0)]);
    let mut queue = VecDeque::from([start.clone()]);
    while let Some(state) = queue.pop_front() {
        if bad(&state) {
            return Some(depth[&state]);
        }
        for step in evaluator.successors(&state).unwrap() {
            if !depth.contains_key(&step.state) {
                depth.insert(step.state.clone(), depth[&state] + 1);
                queue.push_back(step.state);
            }
        }
    }
    None
}

#[test]
fn agrees_with_the_reference_evaluator_on_random_systems() {
    let count: u64 = std::env::var("WATERTIGHT_DIFFERENTIAL")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(200);
    let seed = 20_251_123;
    println!("seed {seed}, {count} systems");
    let mut r = Random(seed);
    let (mut proved, mut sure, mut conditional) = (0, 0, 0);
    for number in 0..count {
        let system = random_system(&mut r);
        let printed = text::print(&system);
        let scope = Scope::new();
        let evaluator = Evaluator::new(&system, &scope);
        let initial = evaluator.initial_states().unwrap();
        let lengths: HashMap<State, Option<usize>> = initial
            .iter()
            .map(|s| (s.clone(), shortest(&evaluator, PropertyId::new(0), s)))
            .collect();
        let open = without_truths(&system);
        let monotone =
            Monotone::new(&system, &open, &scope, &[PropertyId::new(0)], &Budget::default()).unwrap();
        let case = monotone
            .case(PropertyId::new(0))
            .unwrap_or_else(|e| panic!("{number}: {e}\n{printed}"));
        match case.decide(&[]).unwrap() {
            Decision::Proved(proof) => {
                proved += 1;
                assert!(lengths.values().all(Option::is_none), "{number}\n{printed}");
                assert_inductive(
                    &proof.system,
                    &proof.invariant.iter().map(|c| c.formula).collect::<Vec<_>>(),
                );
            }
            Decision::Violated(attack) => {
                let trace = &attack.violation.trace;
                assert_eq!(
                    replay(&system, &scope, trace, &attack.violation.what),
                    Ok(()),
                    "{number}\n{printed}"
                );
                assert_eq!(
                    attack.unconditional,
                    lengths.values().all(Option::is_some),
                    "{number}\n{printed}"
                );
                assert!(attack.violation.shortest, "{number}\n{printed}");
                assert_eq!(Some(trace.len()), lengths[&trace.initial], "{number}\n{printed}");
                if attack.unconditional {
                    sure += 1
                } else {
                    conditional += 1
                }
                if !attack.unconditional {
                    assert!(!attack.assumed.is_empty(), "{number}\n{printed}");
                }
            }
        }
    }
    println!("{proved} proved, {sure} violated, {conditional} violated for some constants");
    assert!(proved > count / 20 && sure > count / 20 && conditional > count / 40);
}

/// By brute force: every state that satisfies the invariant has only successors that do.
fn assert_inductive(system: &System, invariant: &[transition_system::ExprId]) {
    let scope = Scope::new();
    let evaluator = Evaluator::new(system, &scope);
    let satisfies = |state: &State| {
        let at = Context { state, next: None };
        invariant
            .iter()
            .all(|f| evaluator.truth(*f, at, &mut Bindings::new()).unwrap())
    };
    let sets = evaluator.domain(system.variables[0].ty).unwrap();
    let constants: HashSet<Vec<Value>> = evaluator
        .initial_states()
        .unwrap()
        .into_iter()
        .map(|s| s.constants)
        .collect();
    let property = system.properties[0].formula;
    for constants in constants {
        for held in &sets {
            let state = State {
                constants: constants.clone(),
                variables: vec![held.clone()],
            };
            if satisfies(&state) {
                let at = Context {
                    state: &state,
                    next: None,
                };
                assert!(
                    evaluator.truth(property, at, &mut Bindings::new()).unwrap(),
                    "implies the property"
                );
                assert!(
                    evaluator
                        .successors(&state)
                        .unwrap()
                        .iter()
                        .all(|s| satisfies(&s.state)),
                    "is inductive"
                );
            }
        }
    }
}

/// `n` independent events, and a violation that needs the last of them.
fn independent(n: usize) -> System {
    let cells: Vec<String> = (0..n).map(|i| format!("c{i}")).collect();
    let mut out = format!(
        "(system wide)\n(enum Cell {})\n(var held (set (enum Cell)))\n",
        cells.join(" ")
    );
    out.push_str("(init (= (var held) (set (set (enum Cell)))))\n");
    for c in &cells {
        let _ = writeln!(
            out,
            "(event add_{c} () () - true ((held (union (var held) (set (set (enum Cell)) (enumerator Cell {c}))))))"
        );
    }
    let all: Vec<_> = cells
        .iter()
        .map(|c| format!("(in (enumerator Cell {c}) (var held))"))
        .collect();
    let _ = writeln!(out, "(invariant not_all (not (and {})))", all.join(" "));
    text::read(&out).unwrap()
}

#[test]
fn forty_independent_steps_cost_forty() {
    let system = independent(40);
    let scope = Scope::new();
    let open = without_truths(&system);
    let monotone = Monotone::new(&system, &open, &scope, &[PropertyId::new(0)], &Budget::default()).unwrap();
    let Decision::Violated(attack) = monotone.case(PropertyId::new(0)).unwrap().decide(&[]).unwrap() else {
        panic!("all forty can be held");
    };
    assert_eq!(attack.violation.trace.len(), 40);
    assert!(attack.violation.shortest);
    assert_eq!(
        replay(&system, &scope, &attack.violation.trace, &attack.violation.what),
        Ok(())
    );
}

#[test]
fn an_event_that_takes_away_is_not_monotone() {
    let text = "(system s)\n(var a bool)\n(init (not (var a)))\n(event on () () - true ((a true)))\n\
                (event off () () - true ((a false)))\n(invariant p (not (var a)))\n";
    let system = text::read(text).unwrap();
    let scope = Scope::new();
    let open = without_truths(&system);
    let monotone = Monotone::new(&system, &open, &scope, &[PropertyId::new(0)], &Budget::default()).unwrap();
    let why = monotone.case(PropertyId::new(0)).unwrap_err();
    assert_eq!(why.to_string(), "`off` may take something away from `a`");
}

#[test]
fn a_changed_constant_changes_the_answer_and_blame_names_it() {
    let text = "(system s)\n(enum Cap A B)\n(const caps (set (enum Cap)))\n(const unused bool)\n(var root bool)\n\
                (given caps () (set (set (enum Cap)) (enumerator Cap A) (enumerator Cap B)))\n(given unused () true)\n\
                (init (not (var root)))\n\
                (event load () () - (in (enumerator Cap A) (const caps)) ((root true)))\n(invariant p (not (var root)))\n";
    let system = text::read(text).unwrap();
    let scope = Scope::new();
    let open = without_truths(&system);
    let monotone = Monotone::new(&system, &open, &scope, &[PropertyId::new(0)], &Budget::default()).unwrap();
    let case = monotone.case(PropertyId::new(0)).unwrap();
    let Decision::Violated(attack) = case.decide(&[]).unwrap() else {
        panic!("A is given")
    };
    assert_eq!(attack.steps.len(), 1);
    let [blamed] = attack.steps[0].as_slice() else {
        panic!("one fact: {:?}", attack.steps)
    };
    assert_eq!(
        blamed.path,
        [Value::Enumerator(transition_system::EnumId::new(0), 0)]
    );
    let cell = monotone.cell(blamed.constant, &blamed.path).unwrap();
    assert!(matches!(
        case.decide(&[(cell, false)]).unwrap(),
        Decision::Proved(_)
    ));
}
