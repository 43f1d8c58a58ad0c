//! Writing `.wt` text with its evidence.

use std::collections::BTreeMap;
use std::fmt;

use super::{MODEL, NEIGHBOUR, WORKLOAD, first};
use crate::facts::{Fact, Origin, OriginKind, Place, SandboxFacts};

/// Why a line of an instance says what it says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Evidence {
    /// The text that decided it; for something absent the nearest parent that is there.
    pub place: Option<Place>,
    /// What the place does not say: a default and its layer, a rule, why it is unknown.
    pub note: String,
}

impl Evidence {
    /// Evidence without a place.
    #[must_use]
    pub fn note(text: impl Into<String>) -> Self {
        Self {
            place: None,
            note: text.into(),
        }
    }

    /// The first place of an origin, with what kind of origin it is.
    #[must_use]
    pub fn of(origin: &Origin) -> Self {
        let place = first(&origin.places);
        let absent = place.as_ref().is_some_and(|p| p.absent);
        let note = match &origin.kind {
            OriginKind::Unknown { why } => why.clone(),
            _ if absent => "not set".to_owned(),
            OriginKind::Default(layer) => format!("default of {} {}", layer.of, layer.version)
                .trim_end()
                .to_owned(),
            OriginKind::Derived { rule } if place.is_none() => (*rule).to_owned(),
            OriginKind::Given | OriginKind::Observed | OriginKind::Derived { .. } => String::new(),
        };
        Self { place, note }
    }

    /// With another note in front.
    #[must_use]
    pub fn with_note(mut self, note: &str) -> Self {
        self.note = if self.note.is_empty() {
            note.to_owned()
        } else {
            format!("{note}; {}", self.note)
        };
        self
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place} {}", place.path)?;
        }
        match (&self.place, self.note.as_str()) {
            (_, "") => Ok(()),
            (Some(_), note) => write!(f, " ({note})"),
            (None, note) => f.write_str(note),
        }
    }
}

/// An instance: its text, and what stands behind each `//@` in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// The text, a complete `.wt` file.
    pub text: String,
    /// The evidence behind each text that follows a `//@`.
    pub evidence: BTreeMap<String, Evidence>,
}

pub(super) struct Writer {
    lines: Vec<String>,
    evidence: BTreeMap<String, Evidence>,
    heading: String,
}

impl Writer {
    pub(super) fn new(facts: &SandboxFacts) -> Self {
        let sources: Vec<&str> = facts.sources.iter().map(AsRef::as_ref).collect();
        let heading = format!("{} of {}", facts.name, sources.join(", ")).replace(['\n', '\r'], " ");
        Self {
            lines: Vec::new(),
            evidence: BTreeMap::new(),
            heading,
        }
    }

    pub(super) fn plain(&mut self, text: &str) {
        self.lines.push(format!("  {text}"));
    }

    pub(super) fn blank(&mut self, heading: &str) {
        self.lines.push(String::new());
        self.lines.push(format!("  // {heading}"));
    }

    /// `//@` and the evidence on one line.
    fn note(&mut self, evidence: &Evidence) -> String {
        let text = evidence.to_string().replace(['\n', '\r'], " ");
        if text.is_empty() {
            return String::new();
        }
        let line = format!("  //@ {text}");
        self.evidence.insert(text, evidence.clone());
        line
    }

    pub(super) fn value(&mut self, key: &str, value: &str, evidence: &Evidence) {
        let note = self.note(evidence);
        self.plain(&format!("{key} = {value}{note}"));
    }

    pub(super) fn unknown(&mut self, key: &str, evidence: &Evidence) {
        let note = self.note(evidence);
        self.plain(&format!("unknown {key}{note}"));
    }

    pub(super) fn unknown_workload(&mut self, name: &str, evidence: Evidence) {
        self.unknown(&format!("{name}[{WORKLOAD}]"), &evidence);
    }

    pub(super) fn fact(&mut self, name: &str, fact: &Fact<bool>) {
        self.fact_of(WORKLOAD, name, fact);
    }

    pub(super) fn fact_of(&mut self, who: &str, name: &str, fact: &Fact<bool>) {
        let (key, evidence) = (format!("{name}[{who}]"), Evidence::of(&fact.origin));
        match fact.known() {
            Some(value) => self.value(&key, &value.to_string(), &evidence),
            None => self.unknown(&key, &evidence),
        }
    }

    /// A set, one member a line; `whole` is why nothing else is in it.
    pub(super) fn set(&mut self, name: &str, members: Vec<(String, Evidence)>, whole: &Evidence) {
        let mut seen: BTreeMap<String, Evidence> = BTreeMap::new();
        for (member, evidence) in members {
            seen.entry(member).or_insert(evidence);
        }
        let note = self.note(whole);
        if seen.is_empty() {
            self.plain(&format!("{name}[{WORKLOAD}] = {{}}{note}"));
            return;
        }
        self.plain(&format!("{name}[{WORKLOAD}] = {{{note}"));
        for (member, evidence) in &seen {
            let note = self.note(evidence);
            self.plain(&format!("  {member},{note}"));
        }
        self.plain("}");
    }

    pub(super) fn finish(self, name: &str) -> Instance {
        let mut text = format!(
            "/// {}\nmodule {name}\n\nuse {MODEL} as host\n\ninstance {name}_on_host of host {{\n",
            self.heading
        );
        text.push_str(&format!("  Workload = {{ {WORKLOAD}, {NEIGHBOUR} }}\n"));
        text.push_str(&self.lines.join("\n"));
        text.push_str("\n}\n");
        Instance {
            text,
            evidence: self.evidence,
        }
    }
}
