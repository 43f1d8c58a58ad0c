//! Fair runs: temporal properties over all reachable states of a finite scope.
//!
//! A property holds if no fair run satisfies its negation. The negation becomes a generalised Büchi automaton
//! ([`automaton`]); a run of the system together with a run of the automaton is a path of their product, and a fair
//! run that both accept exists if and only if the product has a reachable strongly connected part that meets
//! each set of the automaton and each condition of fairness (`parts.rs`). A path into it and a round in it are the
//! counterexample (`lasso.rs`).
//!
//! States are found by the search of [`crate::explicit`], by machine code on all threads, with its limits and checkpoints; then
//! all threads make the steps between them (`graph.rs`). Few states are looked at before the others are searched.
//!
//! Takes a system, a scope, temporal properties and limits; gives what the search of states gives. Guarantees: exact,
//! with respect to the meaning in [`transition_system::fairness`] and [`transition_system::temporal`]: a run may
//! stutter at any point. A lasso has a shortest path to its loop, among the states that were looked at; its loop is as short
//! as a greedy round makes it.

mod answer;
pub mod automaton;
mod components;
mod fair;
pub mod formula;
mod graph;
mod index;
mod lasso;
mod parts;
mod product;

use transition_system::{PropertyId, Scope, Stop, System};

use crate::explicit::{ExplicitReport, Forgetful, Keeper, Options, Progress, grounded};

/// Checks temporal properties. Other properties are `Unknown(Unsupported)`, as is a system that cannot be grounded.
pub fn check(
    system: &System,
    scope: &Scope,
    properties: &[PropertyId],
    options: &Options<'_>,
    progress: &mut dyn Progress,
) -> ExplicitReport {
    check_kept(system, scope, properties, options, progress, &mut Forgetful)
}

/// The same, with checkpoints of the search for states.
pub fn check_kept(
    system: &System,
    scope: &Scope,
    properties: &[PropertyId],
    options: &Options<'_>,
    progress: &mut dyn Progress,
    keeper: &mut dyn Keeper,
) -> ExplicitReport {
    grounded(system, scope, properties, options, |ground| {
        Ok(answer::search(&ground, options, progress, keeper))
    })
}

/// What the engines say of a temporal property that search for single states and steps.
pub(crate) fn elsewhere() -> Stop {
    Stop::Unsupported(
        "this engine does not decide temporal properties; `--engine auto` and `--engine explicit` do"
            .to_owned(),
    )
}
