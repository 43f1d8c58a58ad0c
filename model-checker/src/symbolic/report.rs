//! What the symbolic engine is asked with and what it answers beside the verdict.

use std::time::Duration;

use transition_system::{EventId, Trace, Verdict};

/// Limits and choices of one run. Equal options give equal answers, as far as the solver's clock allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Longest time for one query.
    pub query_time: Duration,
    /// Z3's resource limit for one query (its own units; a simple query needs some thousand); 0 for none.
    pub query_resources: u32,
    /// Seed of the solver's choices.
    pub seed: u32,
    /// How many steps from an initial state are searched for a run that shows a failed step to be real.
    pub reach_depth: u32,
    /// Counterexamples and runs are looked for with up to this many elements of each open sort.
    pub largest_sort: u32,
    /// At most so many combinations of sizes are tried, the smallest first.
    pub scopes: usize,
    /// Most clauses learnt where no invariant that is given proves a property; 0 to look for none.
    pub clauses: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            query_time: Duration::from_secs(10),
            query_resources: 0,
            seed: 1,
            reach_depth: 8,
            largest_sort: 4,
            scopes: 64,
            clauses: 200,
        }
    }
}

/// The answer for one property.
#[derive(Clone, Debug)]
pub struct SymbolicReport {
    /// The verdict.
    pub verdict: Verdict,
    /// The queries of the attempt that decided, in order; none for a bounded search.
    pub obligations: Vec<ObligationResult>,
    /// For a witness that was reached: the run that reaches it.
    pub witness: Option<Trace>,
    /// Remarks for a person, a sentence each: invariants that were left out as not inductive, and the like.
    pub notes: Vec<String>,
    /// Version of the Z3 that answered; empty if none was found.
    pub solver: String,
    /// Wall time of everything.
    pub time: Duration,
}

/// One obligation of a proof, or several that one query answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObligationResult {
    /// As in the certificate: `init isolation`, `step grant isolation`, `defined grant 0`, `property isolation`.
    pub name: String,
    /// The event of a step or of a promise.
    pub event: Option<EventId>,
    /// The conjunct of an initial or step obligation.
    pub conjunct: Option<String>,
    /// Wall time.
    pub time: Duration,
    /// The answer.
    pub result: Answer,
}

/// The answer to one obligation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Answer {
    /// It holds, by the solver.
    Proved,
    /// It holds by the form alone: the event does not write what the conjunct reads.
    Trivial,
    /// It does not hold.
    Refuted,
    /// The solver could not decide within its limits.
    Undecided,
}
