//! What an engine answers.

use std::time::Duration;

use crate::ids::{EventId, ExprId, PropertyId};
use crate::scope::Scope;
use crate::system::{PromiseKind, System};
use crate::trace::Trace;
use crate::value::Value;

/// The answer for one property.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// True for every size that the system leaves open (or of a system that leaves none open), by an inductive
    /// invariant that others can check.
    Proved(Box<Proof>),
    /// True as far as the search went: in a scope, or up to a depth.
    Holds(Coverage),
    /// False, with a run that shows it (for a witness: no reachable state satisfies it, see
    /// [`Verdict::Vacuous`]).
    Violated(Box<Violation>),
    /// The property says nothing: what it speaks of cannot happen.
    Vacuous(Vacuity),
    /// Not decided.
    Unknown(Stop),
}

/// A property of reachable states, proved by an inductive invariant: initial states satisfy it, every event
/// keeps it, and it implies the property.
#[derive(Clone, Debug)]
pub struct Proof {
    /// How it was found.
    pub method: Method,
    /// The system whose arena holds the invariant (the one that was given, with more expressions).
    pub system: System,
    /// What was proved.
    pub property: PropertyId,
    /// The invariant: the conjunction of these (the property's own formula need not be among them).
    pub invariant: Vec<Conjunct>,
    /// The scope for which it is claimed; `None` for any size.
    pub scope: Option<Scope>,
}

/// How a proof was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// One-step induction with invariants of the specification.
    Induction,
    /// The complement of the fixpoint of monotone events.
    MonotoneFixpoint,
}

impl Method {
    /// A word for reports and certificates.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Method::Induction => "induction",
            Method::MonotoneFixpoint => "monotone-fixpoint",
        }
    }
}

/// One conjunct of an invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conjunct {
    /// A name, unique in its invariant; letters, digits, `_`, `.`, `-`.
    pub name: String,
    /// The formula: closed, over constants and variables.
    pub formula: ExprId,
    /// Who proposed it.
    pub source: ConjunctSource,
}

/// Where a conjunct came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConjunctSource {
    /// An invariant of the specification.
    Specification(PropertyId),
    /// The type of a variable (a range).
    Type,
    /// The engine.
    Engine,
}

/// How far a search went.
#[derive(Clone, Debug, PartialEq)]
pub struct Coverage {
    /// The scope.
    pub scope: Scope,
    /// Whether all reachable states of the scope were visited.
    pub exhaustive: bool,
    /// Distinct states visited, where they were counted.
    pub states: Option<u64>,
    /// Greatest number of steps from an initial state.
    pub depth: u64,
    /// Where states were remembered in part only: a bound of the probability that a reachable one was taken for another and
    /// missed, from 0 to 1.
    pub missed: Option<f64>,
}

/// A violation and what kind it is. The trace ends in the state that is bad, or (for a promise of an event) in
/// the state in which the event is undefined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// What went wrong.
    pub what: Wrong,
    /// The run that shows it.
    pub trace: Trace,
    /// Whether no shorter run shows it.
    pub shortest: bool,
}

/// What went wrong at the end of a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// An invariant is false in the last state.
    Invariant(PropertyId),
    /// A transition property is false of the last step.
    Transition(PropertyId),
    /// A formula is undefined in the last state.
    Undefined {
        /// What was undefined.
        owner: Owner,
        /// Which promise was broken.
        kind: PromiseKind,
        /// Position of the promise in its owner's list.
        index: usize,
    },
    /// No event is enabled in the last state.
    Deadlock,
    /// The run is infinite and fair, and a temporal property is false of it.
    Temporal(PropertyId),
}

/// Who owns a promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// An event, attempted with these arguments in the last state.
    Event(EventId, Vec<Value>),
    /// A property.
    Property(PropertyId),
    /// A formula of `init`, by position.
    Init(usize),
    /// An assumption, by position.
    Assumption(usize),
}

/// Why a property says nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum Vacuity {
    /// There is no initial state: assumptions or `init` contradict each other.
    NoInitialState,
    /// A witness is reached in no reachable state of the coverage.
    NeverReached(Coverage),
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The limit on states was reached.
    StateLimit(u64),
    /// The limit on memory was reached, in bytes.
    MemoryLimit(u64),
    /// The limit on time was reached.
    TimeLimit(Duration),
    /// The user interrupted.
    Interrupted,
    /// The solver could not decide; what, in words that go on from "could not decide".
    SolverUnknown(String),
    /// The invariants are not inductive: see [`Cti`].
    NotInductive(Box<Cti>),
    /// The engine cannot treat this; which construct, and what to do.
    Unsupported(String),
}

/// A counterexample to induction: a state that satisfies the invariant, and a step that leaves it. The state
/// need not be reachable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cti {
    /// Sizes of the sorts in this counterexample.
    pub scope: Scope,
    /// State before, event with arguments, state after.
    pub trace: Trace,
    /// Name of the conjunct that is false after the step, or the promise that is broken.
    pub broken: String,
    /// The formula of the conjunct or promise.
    pub formula: ExprId,
}
