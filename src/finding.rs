//! A verdict as a person or a CI system reads it. Reports print these values and decide nothing.

use std::time::Duration;

use runtime_extractor::instance::Evidence;
use serde::Serialize;

use crate::exit::Exit;

/// Everything that one run of `verify` found.
#[derive(Debug, Serialize)]
pub struct Verification {
    /// Version of this structure; grows by one where a field changes its meaning or goes.
    pub schema_version: u32,
    /// The program's name and version.
    pub tool: Tool,
    /// One entry for each sandbox, in the order of the input.
    pub sandboxes: Vec<Sandbox>,
    /// Documents that hold no sandbox, with why.
    pub skipped: Vec<Remark>,
    /// What could not be read.
    pub errors: Vec<Remark>,
    /// Wall time.
    #[serde(serialize_with = "milliseconds")]
    pub time_ms: Duration,
    /// The exit code.
    pub exit_code: u8,
}

/// The program that answered, with its solver.
#[derive(Debug, Clone, Serialize)]
pub struct Tool {
    /// `watertight`.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// Version of the Z3 library, or why there is none.
    pub z3: String,
}

/// Something that was seen and matters to what was covered.
#[derive(Debug, Clone, Serialize)]
pub struct Remark {
    /// `file:line:column`, as far as known.
    pub place: String,
    /// What.
    pub message: String,
    /// What to do, if anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

/// The verdicts on one sandbox.
#[derive(Debug, Serialize)]
pub struct Sandbox {
    /// Its name.
    pub name: String,
    /// The files it was read from.
    pub sources: Vec<String>,
    /// One finding for each property and victim.
    pub findings: Vec<Finding>,
    /// Why a runtime refuses this configuration; then there are no findings.
    pub invalid: Vec<Remark>,
    /// What was read and not used.
    pub notices: Vec<Remark>,
    /// What together closes every attack on a gated property; absent if there is none or it was not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repair: Option<Vec<Change>>,
}

/// The verdict on one property for one victim.
#[derive(Debug, Serialize)]
pub struct Finding {
    /// `isolation`, `integrity`, `confidentiality` or `availability`.
    pub property: String,
    /// `host` or `workload`.
    pub victim: String,
    /// What the property says, in a sentence.
    pub statement: String,
    /// Whether it decides the exit code.
    pub gated: bool,
    /// The verdict.
    #[serde(flatten)]
    pub answer: Answer,
}

/// What is known of a property.
#[derive(Debug, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Answer {
    /// It holds in every reachable state, for every value of what is not known.
    Proved {
        /// How it was proved.
        method: String,
        /// Number of conjuncts of the inductive invariant.
        conjuncts: usize,
        /// Where the certificate was written.
        #[serde(skip_serializing_if = "Option::is_none")]
        certificate: Option<String>,
    },
    /// There is an attack, whatever the value of what is not known.
    Violated {
        /// The shortest.
        attack: Attack,
    },
    /// Not decided.
    Unknown {
        /// Why.
        reason: String,
        /// The attack that some values of what is not known allow.
        #[serde(skip_serializing_if = "Option::is_none")]
        attack: Option<Attack>,
    },
}

/// A run of the model that ends in a violation, re-checked by replay.
#[derive(Debug, Serialize)]
pub struct Attack {
    /// The steps in order.
    pub steps: Vec<AttackStep>,
    /// Whether no attack has fewer steps.
    pub shortest: bool,
    /// What is not known and must be so for the attack to work.
    pub assumes: Vec<Assumption>,
    /// A smallest set of changes that closes every attack on this property; empty if not asked or there is none.
    pub changes: Vec<Change>,
    /// The file that the run was written to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
}

/// One step of an attack.
#[derive(Debug, Serialize)]
pub struct AttackStep {
    /// The event of the model with its arguments.
    pub event: String,
    /// What happens, in plain words.
    pub sentence: String,
    /// The facts that allow it.
    pub because: Vec<Because>,
}

/// A fact that a step rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Because {
    /// The constant of the model with its value, as the language writes it.
    pub fact: String,
    /// Where it comes from.
    pub evidence: Option<Evidence>,
}

/// Something unknown that an attack needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Assumption {
    /// The constant of the model with the value that is needed.
    pub fact: String,
    /// In plain words.
    pub sentence: String,
    /// Why it is not known.
    pub why: Option<Evidence>,
}

/// A change of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What to do, in plain words.
    pub label: String,
    /// The keys it is about.
    pub places: Vec<Evidence>,
}

impl Verification {
    /// The outcome of the run.
    #[must_use]
    pub fn exit(&self) -> Exit {
        let errors = if self.errors.is_empty() {
            Exit::Good
        } else {
            Exit::Wrong
        };
        self.sandboxes.iter().map(Sandbox::exit).fold(errors, Exit::and)
    }
}

impl Sandbox {
    /// The outcome for this sandbox: of its gated properties, or an error where it is invalid.
    #[must_use]
    pub fn exit(&self) -> Exit {
        let start = if self.invalid.is_empty() {
            Exit::Good
        } else {
            Exit::Wrong
        };
        let gated = self.findings.iter().filter(|f| f.gated);
        gated.map(|f| f.answer.exit()).fold(start, Exit::and)
    }
}

impl Answer {
    /// The outcome of one finding.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self {
            Answer::Proved { .. } => Exit::Good,
            Answer::Violated { .. } => Exit::Violated,
            Answer::Unknown { .. } => Exit::Incomplete,
        }
    }

    /// The attack, if there is one.
    #[must_use]
    pub fn attack(&self) -> Option<&Attack> {
        match self {
            Answer::Violated { attack }
            | Answer::Unknown {
                attack: Some(attack), ..
            } => Some(attack),
            Answer::Proved { .. } | Answer::Unknown { attack: None, .. } => None,
        }
    }

    /// The attack, to add to it.
    pub fn attack_mut(&mut self) -> Option<&mut Attack> {
        match self {
            Answer::Violated { attack }
            | Answer::Unknown {
                attack: Some(attack), ..
            } => Some(attack),
            Answer::Proved { .. } | Answer::Unknown { attack: None, .. } => None,
        }
    }
}

fn milliseconds<S: serde::Serializer>(time: &Duration, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_f64((time.as_secs_f64() * 1e5).round() / 100.0)
}
