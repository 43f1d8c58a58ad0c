//! What the tests share: compiling a text, evaluating in a scope, and exploring.
#![allow(dead_code, reason = "each test binary uses a part")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

pub(crate) mod mutate;

use std::collections::BTreeSet;

use spec_lang::{Compilation, Model, NoModules, Source, compile, render};
use transition_system::eval::{Bindings, Context, Evaluator};
use transition_system::{Scope, State, System, Value};

/// The model of a text that has no error.
pub(crate) fn model(text: &str) -> Model {
    let out = compiled(text);
    match out.model {
        Some(model) => model,
        None => panic!("{text}\n{}", render(&out.diagnostics, &out.sources, false)),
    }
}

pub(crate) fn compiled(text: &str) -> Compilation {
    compile(Source::new("test.wt", text), &NoModules)
}

/// The one system of a text.
pub(crate) fn system(text: &str) -> System {
    let mut systems = model(text).systems;
    assert_eq!(systems.len(), 1);
    systems.remove(0).system
}

/// A scope with this size for every sort without named elements.
pub(crate) fn scope(system: &System, size: u32) -> Scope {
    let open = system.sort_ids().filter(|s| system.sort(*s).elements.is_empty());
    open.fold(Scope::new(), |scope, sort| scope.with(sort, size))
}

/// All values that `e` of type `ty` can have in the initial states of a text, shown.
pub(crate) fn values(prelude: &str, ty: &str, e: &str) -> BTreeSet<String> {
    let system = system(&format!(
        "{prelude}\nvar probe: {ty}\ninit {{ probe == ({e}) }}\n"
    ));
    let scope = scope(&system, 2);
    let evaluator = Evaluator::new(&system, &scope);
    let probe = system.find_variable("probe").unwrap();
    let states = evaluator
        .initial_states()
        .unwrap_or_else(|error| panic!("{e}: {error:?}"));
    states
        .iter()
        .map(|s| s.variables[probe.index()].display(&system))
        .collect()
}

/// The truth of the property `name` in a state.
pub(crate) fn truth(system: &System, scope: &Scope, name: &str, state: &State) -> bool {
    let formula = system.property(system.find_property(name).unwrap()).formula;
    let at = Context { state, next: None };
    Evaluator::new(system, scope)
        .truth(formula, at, &mut Bindings::new())
        .unwrap()
}

/// All reachable states, in order of discovery; undefined transitions are left out.
pub(crate) fn reachable(system: &System, scope: &Scope) -> Vec<State> {
    let evaluator = Evaluator::new(system, scope);
    let mut all: Vec<State> = evaluator.initial_states().unwrap();
    let mut seen: BTreeSet<State> = all.iter().cloned().collect();
    let mut next = 0;
    while next < all.len() {
        for step in evaluator.successors(&all[next]).unwrap() {
            if seen.insert(step.state.clone()) {
                all.push(step.state);
            }
        }
        next += 1;
    }
    all
}

/// The value of a variable in a state, shown.
pub(crate) fn shown(system: &System, state: &State, variable: &str) -> String {
    let id = system.find_variable(variable).unwrap();
    state.variables[id.index()].display(system)
}

/// The states after an event, for all arguments, each as the shown values of all variables.
pub(crate) fn after(system: &System, scope: &Scope, state: &State, event: &str) -> BTreeSet<String> {
    let evaluator = Evaluator::new(system, scope);
    let id = system.find_event(event).unwrap();
    let mut out = BTreeSet::new();
    for args in evaluator.arguments(id).unwrap() {
        match evaluator.fire(id, &args, state) {
            Ok(None) => {}
            Ok(Some(after)) => {
                let values: Vec<_> = after
                    .variables
                    .iter()
                    .map(|v: &Value| v.display(system))
                    .collect();
                out.insert(values.join("; "));
            }
            Err(error) => {
                out.insert(
                    format!("{error:?}")
                        .split(['(', ' '])
                        .take(2)
                        .collect::<Vec<_>>()
                        .join(" "),
                );
            }
        }
    }
    out
}
