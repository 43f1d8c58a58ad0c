//! The example of the language's own description, from text to all reachable states.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;

use spec_lang::{NoModules, Source, compile, render};
use transition_system::eval::{Bindings, Context, Evaluator};
use transition_system::{PropertyKind, Scope};

#[test]
fn ownership_is_explored_and_its_invariants_are_true() {
    let source = Source::new("ownership.wt", include_str!("models/ownership.wt"));
    let out = compile(source, &NoModules);
    assert!(
        out.diagnostics.is_empty(),
        "{}",
        render(&out.diagnostics, &out.sources, false)
    );
    let model = out.model.unwrap();
    assert_eq!(model.commands.len(), 2);
    let system = &model.systems[0].system;
    let mut scope = Scope::new();
    for sort in system.sort_ids() {
        scope = scope.with(sort, 2);
    }
    let evaluator = Evaluator::new(system, &scope);
    let mut seen: BTreeSet<_> = evaluator.initial_states().unwrap().into_iter().collect();
    assert_eq!(
        seen.len(),
        3,
        "one state for each non-empty set of sensitive resources"
    );
    let mut queue: Vec<_> = seen.iter().cloned().collect();
    let mut witnessed = false;
    while let Some(state) = queue.pop() {
        for property in &system.properties {
            let at = Context {
                state: &state,
                next: None,
            };
            let holds = evaluator
                .truth(property.formula, at, &mut Bindings::new())
                .unwrap();
            match property.kind {
                PropertyKind::Invariant => assert!(holds, "{}", property.name),
                PropertyKind::Witness => witnessed |= holds,
                PropertyKind::Transition | PropertyKind::Temporal => {}
            }
        }
        for step in evaluator.successors(&state).unwrap() {
            if seen.insert(step.state.clone()) {
                queue.push(step.state);
            }
        }
    }
    // Nothing creates a container in the example, so nothing can happen.
    assert_eq!(seen.len(), 3);
    assert!(!witnessed);
}
