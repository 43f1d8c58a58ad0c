//! The symbolic engine: proofs for any size, counterexamples and bounded search, by queries to Z3.
//!
//! Takes a [`System`] that obeys the rule book, and a property. [`prove`] gives the obligations of induction to
//! the solver, with sorts of any size unless a [`Scope`] fixes them: `Proved` with the invariant that a certificate is
//! made of; `Violated` with a run; a counterexample to induction; or what could not be decided. [`bmc`] looks for runs
//! of bounded length. Guarantees: every run and every counterexample was re-checked by the reference
//! evaluator; equal input gives equal answers up to the clock; no reason of the solver is passed on as it is.
//!
//! The steps: `term` (the logic), `value` and `encoder` (values of the language in it), `encode`
//! (expressions and steps), `problem` (obligations as queries), `solver` (Z3), `induction`,
//! `counterexample`, `bounded`, and `prove`, which puts them together.

mod bounded;
mod clock;
mod count;
mod counterexample;
mod encode;
mod encoder;
mod extract;
mod induction;
pub(crate) mod invariants;
mod ladder;
mod problem;
mod prove;
mod quiet;
mod report;
mod solver;
mod states;
mod strengthen;
mod term;
mod value;
mod z3_library;
pub mod z3_version;

use std::time::Instant;

use transition_system::{PropertyId, PropertyKind, Scope, Stop, System, Verdict};

pub use report::{Answer, ObligationResult, Options, SymbolicReport};

use clock::Clock;
use prove::{Outcome, Task};

use crate::Budget;

/// Stack of the thread that encodes: expressions are trees of any depth.
const STACK_BYTES: usize = 512 << 20;

/// Proves or refutes a property by induction.
///
/// With `lemmas`, the invariant is the property and exactly these; without, the property alone is tried, and
/// then with the greatest inductive set of the specification's invariants. `scope` fixes sizes of sorts; sorts without
/// one are of any size. A witness is looked for by [`bmc`] up to [`Options::reach_depth`]. Where the budget is spent first,
/// that is the verdict.
#[must_use]
pub fn prove(
    system: &System,
    property: PropertyId,
    lemmas: Option<&[PropertyId]>,
    scope: Option<&Scope>,
    options: &Options,
    budget: &Budget<'_>,
) -> SymbolicReport {
    run(system, property, scope, (options, budget), |task| {
        task.prove(lemmas)
    })
}

/// Looks for a violation (a witness: for a run that reaches it) of at most `depth` steps. Sorts without a
/// size in `scope` are given 1 to [`Options::largest_sort`] elements, the smallest combinations first.
///
/// `Holds` and `Vacuous(NeverReached)` speak of the largest scope that was searched, and are exhaustive only
/// where there are no longer runs. Where the budget is spent first, that is the verdict, and a note says what was searched.
#[must_use]
pub fn bmc(
    system: &System,
    property: PropertyId,
    scope: Option<&Scope>,
    depth: u32,
    options: &Options,
    budget: &Budget<'_>,
) -> SymbolicReport {
    run(system, property, scope, (options, budget), |task| {
        task.bounded(depth)
    })
}

/// Does `work` in a thread of its own, which has a deep stack and a fresh context of the solver, so answers do not depend on
/// what the program did before.
fn run(
    system: &System,
    property: PropertyId,
    scope: Option<&Scope>,
    (options, budget): (&Options, &Budget<'_>),
    work: impl FnOnce(&Task<'_>) -> Outcome + Send,
) -> SymbolicReport {
    let start = Instant::now();
    let report = |outcome: Outcome, solver: String| SymbolicReport {
        verdict: outcome.verdict,
        obligations: outcome.obligations,
        witness: outcome.witness,
        notes: outcome.notes,
        solver,
        time: start.elapsed(),
    };
    if system.property(property).kind == PropertyKind::Temporal {
        let stop = crate::liveness::elsewhere();
        return report(Outcome::new(Verdict::Unknown(stop)), String::new());
    }
    let unknown = |what: String| Outcome::new(Verdict::Unknown(Stop::Unsupported(what)));
    let solver = match z3_version::z3_version() {
        Ok(version) => version.to_string(),
        Err(what) => return report(unknown(what), String::new()),
    };
    let clock = Clock::of(budget);
    if let Some(stop) = clock.stop() {
        return report(Outcome::new(Verdict::Unknown(stop)), String::new());
    }
    let task = Task {
        system,
        property,
        scope,
        options,
        clock,
    };
    let outcome = std::thread::scope(|threads| {
        std::thread::Builder::new()
            .stack_size(STACK_BYTES)
            .spawn_scoped(threads, || clock.watch(|| work(&task)))
            .map_err(|e| format!("no thread could be started: {e}"))
            .and_then(|thread| {
                thread
                    .join()
                    .map_err(|_| "the solver stopped in the middle of a query (out of memory?)".to_owned())
            })
    });
    let failed = |what: String| match clock.stop() {
        Some(stop) => Outcome::new(Verdict::Unknown(stop)),
        None => unknown(what),
    };
    report(outcome.unwrap_or_else(failed), solver)
}
