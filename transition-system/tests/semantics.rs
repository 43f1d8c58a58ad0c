//! The rule book, the text form, the reference evaluator and replay on one small system, with counts worked
//! out by hand.

#![expect(
    clippy::unwrap_used,
    clippy::type_complexity,
    reason = "a test fails by panicking"
)]

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use transition_system::eval::{Bindings, Context, Evaluator};
use transition_system::promise::add_promises;
use transition_system::replay::{ReplayError, replay, replay_run};
use transition_system::{
    Origin, Owner, PromiseKind, Scope, State, Step, System, Trace, Wrong, text, validate,
};

fn ownership() -> System {
    let mut system = text::read(include_str!("ownership.sys")).unwrap();
    add_promises(&mut system, &|_| Origin::unknown());
    assert_eq!(validate::validate(&system), Ok(()));
    system
}

fn scope(system: &System, containers: u32, resources: u32) -> Scope {
    Scope::new()
        .with(system.find_sort("Container").unwrap(), containers)
        .with(system.find_sort("Resource").unwrap(), resources)
}

/// All reachable states with the step that first led there, and the first undefined attempt.
fn explore(evaluator: &Evaluator<'_>) -> (BTreeMap<State, Option<(State, Step)>>, Vec<(State, Wrong)>) {
    let mut seen = BTreeMap::new();
    let mut wrong = Vec::new();
    let mut queue: VecDeque<State> = evaluator.initial_states().unwrap().into();
    for s in &queue {
        seen.insert(s.clone(), None);
    }
    while let Some(state) = queue.pop_front() {
        for attempt in evaluator.attempts(&state).unwrap() {
            match attempt.outcome {
                Ok(Some(next)) if !seen.contains_key(&next) => {
                    let step = Step {
                        event: attempt.event,
                        args: attempt.args,
                        state: next.clone(),
                    };
                    seen.insert(next.clone(), Some((state.clone(), step)));
                    queue.push_back(next);
                }
                Ok(_) => {}
                Err(_) => {
                    let owner = Owner::Event(attempt.event, attempt.args);
                    let promises = &evaluator.system.event(attempt.event).promises;
                    let index = promises
                        .iter()
                        .position(|p| p.kind == PromiseKind::Range)
                        .unwrap();
                    wrong.push((
                        state.clone(),
                        Wrong::Undefined {
                            owner,
                            kind: PromiseKind::Range,
                            index,
                        },
                    ));
                }
            }
        }
    }
    (seen, wrong)
}

fn trace_to(seen: &BTreeMap<State, Option<(State, Step)>>, end: &State) -> Trace {
    let mut steps = Vec::new();
    let mut at = end.clone();
    while let Some((before, step)) = &seen[&at] {
        steps.push(step.clone());
        at = before.clone();
    }
    steps.reverse();
    Trace {
        initial: at,
        steps,
        loop_start: None,
    }
}

#[test]
fn text_reads_back_byte_for_byte() {
    let once = text::print(&ownership());
    let again = text::read(&once).unwrap();
    assert_eq!(validate::validate(&again), Ok(()));
    assert_eq!(text::print(&again), once);
}

#[test]
fn one_container_one_resource_has_four_states() {
    // absent, created, running, running and owning; migrate needs a second container.
    let system = ownership();
    let scope = scope(&system, 1, 1);
    let (seen, wrong) = explore(&Evaluator::new(&system, &scope));
    assert_eq!(seen.len(), 4);
    assert!(wrong.is_empty());
}

#[test]
fn leaving_a_range_is_a_violation_with_a_trace() {
    let system = ownership();
    let scope = scope(&system, 2, 1);
    let (seen, wrong) = explore(&Evaluator::new(&system, &scope));
    let (state, what) = wrong.first().unwrap();
    let trace = trace_to(&seen, state);
    // two containers started (4), one grant, two moves; the third move would leave 0..2
    assert_eq!(trace.len(), 7);
    assert_eq!(replay(&system, &scope, &trace, what), Ok(()));
}

#[test]
fn invariant_holds_in_every_state_and_replay_refuses_a_false_claim() {
    let system = ownership();
    let scope = scope(&system, 2, 2);
    let evaluator = Evaluator::new(&system, &scope);
    let (seen, _) = explore(&evaluator);
    let property = system.find_property("owners_run").unwrap();
    let formula = system.property(property).formula;
    for state in seen.keys() {
        let at = Context { state, next: None };
        assert!(evaluator.truth(formula, at, &mut Bindings::new()).unwrap());
    }
    let trace = trace_to(&seen, seen.keys().last().unwrap());
    assert_eq!(replay_run(&evaluator, &trace), Ok(()));
    assert_eq!(
        replay(&system, &scope, &trace, &Wrong::Invariant(property)),
        Err(ReplayError::ClaimFalse)
    );
}

#[test]
fn replay_refuses_changed_traces() {
    let system = ownership();
    let scope = scope(&system, 1, 1);
    let evaluator = Evaluator::new(&system, &scope);
    let (seen, _) = explore(&evaluator);
    let longest = seen
        .keys()
        .map(|s| trace_to(&seen, s))
        .max_by_key(Trace::len)
        .unwrap();
    assert_eq!(longest.len(), 3);
    let mut skipped = longest.clone();
    skipped.steps.remove(0);
    assert!(matches!(
        replay_run(&evaluator, &skipped),
        Err(ReplayError::NotEnabled(0) | ReplayError::OtherState(0))
    ));
    let mut other = longest.clone();
    other.steps[1].state = longest.initial.clone();
    assert_eq!(replay_run(&evaluator, &other), Err(ReplayError::OtherState(1)));
    let mut late = longest.clone();
    late.initial = longest.last().clone();
    assert_eq!(replay_run(&evaluator, &late), Err(ReplayError::NotInitial));
    let mut looping = longest.clone();
    looping.loop_start = Some(0);
    assert_eq!(replay_run(&evaluator, &looping), Err(ReplayError::NoLoop));
    let mut short = longest;
    short.initial.variables.pop();
    assert_eq!(replay_run(&evaluator, &short), Err(ReplayError::Shape(0)));
}

#[test]
fn broken_rules_are_named() {
    let mut system = ownership();
    system.events[0].guard = system.arena.int(3);
    let twice = system.variables[0].clone();
    system.variables.push(twice);
    let rules: BTreeSet<_> = validate::validate(&system)
        .unwrap_err()
        .into_iter()
        .map(|b| b.rule)
        .collect();
    assert_eq!(rules, BTreeSet::from([1, 6]));
}

#[test]
fn bad_text_is_refused_with_its_line() {
    for (bad, line) in [
        ("(system a)\n(var x (range 0))", 2),
        ("(system a)\n(init (frob))", 2),
        ("(var x bool", 1),
        ("\n)", 2),
        ("(init $3)", 1),
    ] {
        assert_eq!(text::read(bad).unwrap_err().line, line, "{bad}");
    }
    assert!(text::read(&"(".repeat(100_000)).is_err());
}
