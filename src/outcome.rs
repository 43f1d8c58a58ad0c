//! What `check` answers: one row for each property of each command of a file.

use std::time::Duration;

use model_checker::explicit::{Stats, Way};
use serde::Serialize;
use spec_lang::{CommandKind, Expectation};
use transition_system::eval::EvalError;
use transition_system::{
    Coverage, Cti, Origin, Owner, Promise, PromiseKind, Proof, PropertyKind, Scope, Stop, System, Trace,
    Vacuity, Verdict, Violation, Wrong,
};

use crate::exit::Exit;
use crate::jobs::Values;
use crate::survey::counted;

/// The answer for one property of one command.
#[derive(Debug)]
pub struct Outcome {
    /// Name of the system.
    pub system: String,
    /// `check` or `prove`.
    pub kind: CommandKind,
    /// The property.
    pub property: String,
    /// What it says.
    pub statement: String,
    /// The scope as written; empty for any size.
    pub scope: String,
    /// The size of each sort in the run, where there is one.
    pub size: Scope,
    /// Which engine answered, in words.
    pub engine: String,
    /// The verdict.
    pub verdict: Verdict,
    /// For a witness: the run that reaches it.
    pub witness: Option<Trace>,
    /// Whether the property is a witness.
    pub is_witness: bool,
    /// The values that were asked for in each state of the run that is shown.
    pub values: Vec<Values>,
    /// Further ways in which something is violated, if they were asked for.
    pub ways: Vec<OneWay>,
    /// How many states or steps violate the property, if they were counted.
    pub violating: Option<u64>,
    /// Whether the property is of steps.
    pub every_step: bool,
    /// What was searched, if that was asked for: beside the first answer of each search.
    pub stats: Option<Stats>,
    /// For a violation: the constants that it rests on, in the order of its run.
    pub rests_on: Vec<Rests>,
    /// What the file expects.
    pub expect: Option<Expectation>,
    /// Remarks, a sentence each.
    pub notes: Vec<String>,
    /// Where the command was written.
    pub origin: Origin,
    /// Wall time; shared by the properties of one search.
    pub time: Duration,
    /// Where the certificate was written.
    pub certificate: Option<String>,
    /// Why there is no certificate though one was asked for.
    pub uncertified: Option<String>,
}

/// A further way in which a property is violated.
#[derive(Debug)]
pub struct OneWay {
    /// The way, with a run.
    pub way: Way,
    /// The values that were asked for in each state of it.
    pub values: Vec<Values>,
}

/// A constant that a run rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rests {
    /// Where in the run: `start`, `step 2`, `end`, or `unknown` for a constant that nothing gives.
    pub at: String,
    /// The constant with its value, as the language writes it.
    pub fact: String,
    /// What stands behind `//@` where it is given.
    pub evidence: Vec<String>,
}

/// One word for a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    /// By an inductive invariant.
    Proved,
    /// As far as was searched.
    Holds,
    /// With a run that shows it.
    Violated,
    /// It says nothing.
    Vacuous,
    /// Not decided.
    Unknown,
}

impl OneWay {
    /// Without values.
    #[must_use]
    pub fn new(way: Way) -> Self {
        let values = Vec::new();
        Self { way, values }
    }
}

impl Outcome {
    /// The verdict in one word.
    #[must_use]
    pub fn word(&self) -> Word {
        match &self.verdict {
            Verdict::Proved(_) => Word::Proved,
            Verdict::Holds(_) => Word::Holds,
            Verdict::Violated(_) => Word::Violated,
            // not reached as far as was searched: nothing is known of further states
            Verdict::Vacuous(Vacuity::NeverReached(c)) if !c.exhaustive || c.missed.is_some() => {
                Word::Unknown
            }
            Verdict::Vacuous(_) => Word::Vacuous,
            Verdict::Unknown(_) => Word::Unknown,
        }
    }

    /// Whether the verdict is what the file expects; without an expectation, that it holds.
    #[must_use]
    pub fn as_expected(&self) -> bool {
        match (self.expect, self.word()) {
            (None | Some(Expectation::Holds), Word::Proved | Word::Holds)
            | (Some(Expectation::Proved), Word::Proved)
            | (Some(Expectation::Violated), Word::Violated)
            | (Some(Expectation::Vacuous), Word::Vacuous)
            | (Some(Expectation::Unknown), Word::Unknown) => true,
            // all states of a scope were seen: there the property is proved
            (Some(Expectation::Proved), Word::Holds) => self.kind == CommandKind::Prove,
            (_, _) => false,
        }
    }

    /// The outcome of the row: a disappointed expectation is a violation, but for an unknown; a certificate that could not
    /// be made leaves it incomplete.
    #[must_use]
    pub fn exit(&self) -> Exit {
        let certified = match &self.uncertified {
            Some(_) => Exit::Incomplete,
            None => Exit::Good,
        };
        let answered = match (self.as_expected(), self.word()) {
            (true, _) => Exit::Good,
            (false, Word::Unknown) => Exit::Incomplete,
            (false, Word::Proved | Word::Holds | Word::Violated | Word::Vacuous) => Exit::Violated,
        };
        answered.and(certified)
    }

    /// The proof, if there is one.
    #[must_use]
    pub fn proof(&self) -> Option<&Proof> {
        if let Verdict::Proved(proof) = &self.verdict {
            Some(proof)
        } else {
            None
        }
    }

    /// The run to show: of a violation, or of a witness that is reached.
    #[must_use]
    pub fn trace(&self) -> Option<&Trace> {
        match &self.verdict {
            Verdict::Violated(violation) => Some(&violation.trace),
            Verdict::Holds(_) => self.witness.as_ref(),
            Verdict::Proved(_) | Verdict::Vacuous(_) | Verdict::Unknown(_) => None,
        }
    }

    /// The counterexample to induction, if that is why it is unknown.
    #[must_use]
    pub fn cti(&self) -> Option<&Cti> {
        if let Verdict::Unknown(Stop::NotInductive(cti)) = &self.verdict {
            Some(cti)
        } else {
            None
        }
    }
}

/// Why there is no answer, in words.
#[must_use]
pub fn describe_stop(stop: &Stop) -> String {
    match stop {
        Stop::StateLimit(n) => format!("stopped at the limit of {n} states; --max-states raises it"),
        Stop::MemoryLimit(n) => format!("stopped at the limit of {} MiB; --max-memory raises it", n >> 20),
        Stop::TimeLimit(t) => format!("stopped after {:.1} s", t.as_secs_f64()),
        Stop::Interrupted => "interrupted".to_owned(),
        Stop::SolverUnknown(what) => format!("the solver could not decide {what}"),
        Stop::NotInductive(cti) => format!("not inductive: a step breaks `{}`", cti.broken),
        Stop::Unsupported(what) => what.clone(),
    }
}

/// Why a property says nothing, in words.
#[must_use]
pub fn describe_vacuity(vacuity: &Vacuity) -> String {
    match vacuity {
        Vacuity::NoInitialState => {
            "there is no initial state: assumptions or `init` contradict each other".to_owned()
        }
        Vacuity::NeverReached(Coverage {
            missed: Some(missed), ..
        }) => format!("not reached, but that a state was missed has a probability of up to {missed:.1e}"),
        Vacuity::NeverReached(coverage) if coverage.exhaustive => {
            "no reachable state satisfies it".to_owned()
        }
        Vacuity::NeverReached(coverage) => format!("not reached in {}", counted(coverage.depth, "step")),
    }
}

/// What happens where a promise is broken, in words.
#[must_use]
pub fn describe_promise(kind: PromiseKind) -> &'static str {
    match kind {
        PromiseKind::Range => "an integer leaves its range",
        PromiseKind::SomeValue => "the value of `none` is taken",
        PromiseKind::Divisor => "a divisor is zero",
        PromiseKind::Agreement => "two assignments to one place differ",
        PromiseKind::NotEmpty => "the least or greatest of nothing is taken",
    }
}

/// Why an expression has no value, in words.
#[must_use]
pub fn describe_undefined(error: &EvalError) -> String {
    match error {
        EvalError::Undefined(kind, _) => describe_promise(*kind).to_owned(),
        EvalError::Overflow(_) => "integer arithmetic leaves 64 bits".to_owned(),
        EvalError::Domain(_) => "a quantifier ranges over too many values to look at one by one".to_owned(),
        EvalError::IllFormed(_) => "internal error: the expression is not well formed".to_owned(),
    }
}

/// What is wrong at the end of a run, in words.
#[must_use]
pub fn describe_wrong(system: &System, violation: &Violation) -> String {
    match &violation.what {
        Wrong::Invariant(p) => format!("`{}` is false here", system.property(*p).name),
        Wrong::Transition(p) => format!("the last step breaks `{}`", system.property(*p).name),
        Wrong::Temporal(p) => format!(
            "`{}` is false of this run, which is fair",
            system.property(*p).name
        ),
        Wrong::Deadlock => "no event is enabled here".to_owned(),
        Wrong::Undefined { owner, kind, index } => {
            let (who, promises) = promises_of(system, violation, owner);
            format!(
                "in {who} {} here{}",
                describe_promise(*kind),
                place(promises, *index)
            )
        }
    }
}

/// Whose promise is broken, in words, and all promises of it.
fn promises_of<'s>(system: &'s System, violation: &Violation, owner: &Owner) -> (String, &'s [Promise]) {
    match owner {
        Owner::Event(e, args) => {
            let event = system.event(*e);
            let args: Vec<_> = args.iter().map(|a| a.display(system)).collect();
            (
                format!("`{}({})`", event.name, args.join(", ")),
                &event.promises[..],
            )
        }
        Owner::Property(p) => {
            let property = system.property(*p);
            let promises = match violation.trace.steps.last() {
                Some(step) if property.kind == PropertyKind::Transition => property.of_step(step.event).1,
                Some(_) | None => &property.promises,
            };
            (format!("`{}`", property.name), promises)
        }
        Owner::Init(i) => ("`init`".to_owned(), &system.init[*i].promises[..]),
        Owner::Assumption(i) => ("an assumption".to_owned(), &system.assumptions[*i].promises[..]),
    }
}

fn place(promises: &[Promise], index: usize) -> String {
    let promise = promises.get(index).filter(|p| p.origin.is_known());
    promise.map(|p| format!(", at {}", p.origin)).unwrap_or_default()
}

/// A promise of the system itself: whose it is, and what happens where it is broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BrokenPromise {
    /// The event, `init`, or `an assumption`.
    pub of: String,
    /// What happens, in words, and where that is written.
    pub what: String,
}

/// The promise that a run breaks, unless it is one of the property that was asked for.
#[must_use]
pub fn broken_promise(system: &System, violation: &Violation) -> Option<BrokenPromise> {
    let Wrong::Undefined { owner, kind, index } = &violation.what else {
        return None;
    };
    let of = match owner {
        Owner::Event(e, _) => system.event(*e).name.clone(),
        Owner::Init(_) => "init".to_owned(),
        Owner::Assumption(_) => "an assumption".to_owned(),
        Owner::Property(_) => return None,
    };
    let promises = promises_of(system, violation, owner).1;
    let what = format!("{}{}", describe_promise(*kind), place(promises, *index));
    Some(BrokenPromise { of, what })
}
