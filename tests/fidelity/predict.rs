//! What the library model says of a configuration: its mediation relation in the initial state, and what its events
//! reach.
//!
//! The questions are invariants appended to the text of `linux::host`, so that the answers come from the model
//! itself by the way that `verify` goes: extractor, instance writer, compiler, grounding, fixpoint.

use std::fmt;

use model_checker::Budget;
use model_checker::ground::{CellId, Ground, NODE_LIMIT};
use model_checker::monotone::{Decision, Monotone, without_truths};
use runtime_extractor::facts::SandboxFacts;
use runtime_extractor::instance::{HostProfile, instance};
use spec_lang::{Loader, Source};
use transition_system::{PropertyId, Scope, System};

use crate::matrix::{Outcome, Setup};

/// A question to the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Question {
    /// What `P_iso` answers to an operation in the initial state.
    Mediation(&'static str),
    /// Whether a formula is ever false.
    Reach { name: &'static str, never: &'static str },
}

/// What the model says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    Outcome(Outcome),
    Reached(bool),
    /// It depends on something that is not known of the laboratory.
    Depends,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Outcome(outcome) => write!(f, "{outcome:?}"),
            Self::Reached(true) => f.write_str("reached"),
            Self::Reached(false) => f.write_str("not reached"),
            Self::Depends => f.write_str("it depends"),
        }
    }
}

/// The library with questions added to the host's model.
struct Asking<'a>(&'a [Question]);

impl Loader for Asking<'_> {
    fn load(&self, module: &str) -> Result<Option<Source>, String> {
        let Some(model) = models::find(module) else {
            return Ok(None);
        };
        let mut text = model.text.to_owned();
        if module == runtime_extractor::instance::MODEL {
            for question in self.0 {
                text.push_str(&question.invariants());
            }
        }
        Ok(Some(Source::new(model.path, text)))
    }
}

impl Question {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Mediation(name) | Self::Reach { name, .. } => name,
        }
    }

    fn invariants(&self) -> String {
        match self {
            Self::Mediation(op) => Outcome::ALL
                .map(|o| format!("\ninvariant ask_{op}_{o:?} {{ P_iso({op}) != {o:?} }}"))
                .concat(),
            Self::Reach { name, never } => format!("\ninvariant ask_{name} {{ {never} }}"),
        }
    }
}

/// The answers to all questions, in order.
pub(crate) fn predict(facts: &SandboxFacts, setup: Setup, questions: &[Question]) -> Vec<Answer> {
    let text = settle(&instance("lab", facts, &host()).text, setup);
    let compiled = spec_lang::compile(Source::new("lab.wt", text.as_str()), &Asking(questions));
    let Some(model) = compiled.model else {
        panic!(
            "{}",
            spec_lang::render(&compiled.diagnostics, &compiled.sources, false)
        );
    };
    let system = model.systems.into_iter().find(|s| s.instance).unwrap().system;
    // every sort of the instance has named elements
    let scope = Scope::new();
    let initial = Initial::new(&system, &scope, questions);
    let open = without_truths(&system);
    let reached: Vec<PropertyId> = questions
        .iter()
        .filter_map(|q| match q {
            Question::Mediation(_) => None,
            Question::Reach { name, .. } => Some(property(&system, &format!("ask_{name}"))),
        })
        .collect();
    let monotone = Monotone::new(&system, &open, &scope, &reached, &Budget::default()).unwrap();
    let answer = |question: &Question| match question {
        Question::Mediation(op) => initial.outcome(&system, op),
        Question::Reach { name, .. } => reach(&monotone, property(&system, &format!("ask_{name}"))),
    };
    questions.iter().map(answer).collect()
}

fn property(system: &System, name: &str) -> PropertyId {
    let found = system
        .property_ids()
        .find(|id| system.property(*id).name.rsplit("::").next() == Some(name));
    found.unwrap_or_else(|| panic!("the model has no {name}"))
}

fn reach(monotone: &Monotone<'_>, id: PropertyId) -> Answer {
    match monotone.case(id).unwrap().decide(&[]).unwrap() {
        Decision::Proved(_) => Answer::Reached(false),
        Decision::Violated(attack) if attack.unconditional => Answer::Reached(true),
        Decision::Violated(_) => Answer::Depends,
    }
}

/// The initial state of a ground system; unknown constants are left out of it.
struct Initial<'a> {
    ground: Ground<'a>,
    values: Vec<i64>,
}

impl<'a> Initial<'a> {
    fn new(system: &'a System, scope: &'a Scope, questions: &[Question]) -> Self {
        let asked: Vec<PropertyId> = questions
            .iter()
            .filter_map(|q| match q {
                Question::Mediation(op) => Some(op),
                Question::Reach { .. } => None,
            })
            .flat_map(|op| Outcome::ALL.map(|o| property(system, &format!("ask_{op}_{o:?}"))))
            .collect();
        let ground = Ground::new(system, scope, &asked, NODE_LIMIT, &Budget::default()).unwrap();
        let values = ground.initial_state(&[], &Budget::default()).unwrap();
        Self { ground, values }
    }

    fn outcome(&self, system: &System, op: &str) -> Answer {
        for outcome in Outcome::ALL {
            let id = property(system, &format!("ask_{op}_{outcome:?}"));
            let formula = self.ground.property(id).unwrap().formula;
            let known = |cell: CellId, _next: bool| {
                let constant = self.ground.cells.get(cell).is_constant();
                (!constant).then(|| self.values[cell.index()])
            };
            match self.ground.dag.value(formula, &known) {
                Some(0) => return Answer::Outcome(outcome),
                Some(_) => {}
                None => return Answer::Depends,
            }
        }
        panic!("{op} has no outcome");
    }
}

/// What the command line would say of the measured host: `--host cgroup=hybrid modules=no ..`.
fn host() -> HostProfile {
    let mut profile = HostProfile::default();
    for fact in [
        "cgroup=hybrid",
        "modules=no",
        "lockdown=no",
        "sysrq=no",
        "bridged=no",
    ] {
        profile.set(fact).unwrap();
    }
    profile
}

/// The laboratory's answers to what a configuration does not say.
fn settle(text: &str, setup: Setup) -> String {
    let own_cgroup = setup.uses_cgroup_v1().to_string();
    let runc = setup.is_runc().to_string();
    let known = [
        // the image holds the probe and nothing else
        ("setuid_program", "false"),
        // the targets are processes, keys and files of root
        ("user_on_host", "false"),
        ("data_permits", "false"),
        // joined namespaces are those of another container
        ("host_namespace", "false"),
        // runc makes the file system of /sys read-only, crun only the mount
        ("sysfs_read_only", runc.as_str()),
        // the kernel groups real-time tasks: a new cgroup of version 1 has no time for them
        ("own_cgroup", own_cgroup.as_str()),
        (
            "realtime_share",
            if setup.uses_cgroup_v1() { "false" } else { "true" },
        ),
    ];
    let line = |line: &str| match line.trim_start().strip_prefix("unknown ") {
        Some(rest) => {
            let key = rest.split("  //@").next().unwrap_or(rest);
            let name = key.split('[').next().unwrap_or(key);
            match known.iter().find(|(n, _)| *n == name) {
                Some((_, value)) => format!("  {key} = {value}\n"),
                None => format!("{line}\n"),
            }
        }
        None => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}
