//! `cert.json`, and all files of a certificate as a function of the system and what the file says.
//!
//! The queries are a function of the *text form* of the system and of the invariant's texts alone: both who writes and
//! who checks read them anew, so the ids of the engine's arena leave no trace.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use transition_system::text::{print, print_expr, read, read_expr};
use transition_system::validate::validate;
use transition_system::{ExprId, Property, PropertyId, PropertyKind, Scope, System};

use crate::meaning::NoForm;
use crate::model::readable;
use crate::obligations::{Claim, Conjunct, Expected, queries};

/// Version of the format. A checker reads exactly its own.
pub const FORMAT_VERSION: u32 = 1;
/// Name of the file that describes a certificate.
pub const CERT_FILE: &str = "cert.json";
/// Name of the model in SMT-LIB, for readers.
pub const MODEL_FILE: &str = "model.smt2";
/// Folder of the model's sources.
pub const SOURCE_FOLDER: &str = "model";

/// The contents of `cert.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Certificate {
    pub(crate) format_version: u32,
    pub(crate) system: String,
    pub(crate) property: String,
    pub(crate) kind: Kind,
    pub(crate) size: Size,
    pub(crate) method: String,
    /// Who found the proof: solver and version.
    pub(crate) found_with: BTreeMap<String, String>,
    pub(crate) sources: Vec<SourceEntry>,
    /// Digest of the system's text form.
    pub(crate) system_sha256: String,
    pub(crate) invariant: Vec<ConjunctEntry>,
    pub(crate) model_sha256: String,
    pub(crate) queries: Vec<QueryEntry>,
    /// Digest of this file with an empty seal: against accidents, not against malice.
    pub(crate) seal: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Invariant,
    Transition,
}

/// For which numbers of elements.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Size {
    Any(AnySize),
    Sizes(BTreeMap<String, u32>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum AnySize {
    #[serde(rename = "any")]
    Any,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourceEntry {
    pub(crate) name: String,
    pub(crate) file: String,
    pub(crate) sha256: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConjunctEntry {
    pub(crate) name: String,
    pub(crate) from: Proposer,
    pub(crate) formula: String,
}

/// Who proposed a conjunct.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Proposer {
    /// An invariant of the specification, by name.
    Specification(String),
    Type,
    Engine,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct QueryEntry {
    pub(crate) file: String,
    pub(crate) expected: Expected,
    pub(crate) obligation: String,
    pub(crate) sha256: String,
}

/// A query that was generated, with its text.
pub(crate) struct Generated {
    pub(crate) entry: QueryEntry,
    pub(crate) text: String,
}

/// What follows from the system and the claims of a certificate.
pub(crate) struct Regenerated {
    pub(crate) system_sha256: String,
    pub(crate) model: String,
    pub(crate) queries: Vec<Generated>,
}

pub(crate) fn sha256(text: &[u8]) -> String {
    Sha256::digest(text).iter().map(|b| format!("{b:02x}")).collect()
}

impl Certificate {
    /// The bytes of the file.
    pub(crate) fn to_text(&self) -> Result<String, String> {
        let text = serde_json::to_string_pretty(self).map_err(|e| e.to_string())?;
        Ok(text + "\n")
    }

    /// The digest that [`Certificate::seal`] should be.
    pub(crate) fn seal_of(&self) -> Result<String, String> {
        let open = Self {
            seal: String::new(),
            ..self.clone()
        };
        Ok(sha256(open.to_text()?.as_bytes()))
    }

    /// The scope in words: `any size` or `Container = 3`.
    pub(crate) fn size_in_words(&self) -> String {
        match &self.size {
            Size::Any(AnySize::Any) => "any size".to_owned(),
            Size::Sizes(sizes) => {
                let parts: Vec<_> = sizes.iter().map(|(s, n)| format!("{s} = {n}")).collect();
                parts.join(", ")
            }
        }
    }

    /// The scope of a system.
    pub(crate) fn scope(&self, system: &System) -> Result<Scope, String> {
        let mut scope = Scope::new();
        if let Size::Sizes(sizes) = &self.size {
            for (name, size) in sizes {
                let sort = system
                    .find_sort(name)
                    .ok_or_else(|| format!("the model has no sort `{name}`"))?;
                if !system.sort(sort).elements.is_empty() {
                    return Err(format!(
                        "the elements of sort `{name}` are named, so it has no other size"
                    ));
                }
                if *size == 0 {
                    return Err(format!("sort `{name}` cannot be empty"));
                }
                scope = scope.with(sort, *size);
            }
        }
        Ok(scope)
    }

    /// Everything that the system and the claims of this certificate determine.
    ///
    /// # Errors
    /// What does not fit: in words for a person.
    pub(crate) fn regenerate(&self, system: &System) -> Result<Regenerated, String> {
        let text = print(system);
        let mut system = read(&text).map_err(|e| format!("the system does not read back: {e}"))?;
        let property = system
            .find_property(&self.property)
            .ok_or_else(|| format!("the model has no property `{}`", self.property))?;
        let kind = match system.property(property).kind {
            PropertyKind::Invariant => Kind::Invariant,
            PropertyKind::Transition => Kind::Transition,
            PropertyKind::Witness => {
                return Err(format!("`{}` is a witness, which has no proof", self.property));
            }
            PropertyKind::Temporal => {
                return Err(format!(
                    "`{}` is temporal, and has no proof of this kind",
                    self.property
                ));
            }
        };
        if kind != self.kind {
            return Err(format!(
                "`{}` is a property of another kind in the model",
                self.property
            ));
        }
        let invariant = self.conjuncts(&mut system)?;
        let scope = self.scope(&system)?;
        let claim = Claim {
            system: &system,
            property,
            invariant: &invariant,
            scope: &scope,
        };
        let no_form = |e: NoForm| format!("no certificate can be made: {e}");
        let model = readable(&claim).map_err(no_form)?;
        let queries = queries(&claim).map_err(no_form)?;
        let queries = queries
            .into_iter()
            .map(|q| Generated {
                entry: QueryEntry {
                    file: q.file,
                    expected: q.expected,
                    obligation: q.obligation,
                    sha256: sha256(q.text.as_bytes()),
                },
                text: q.text,
            })
            .collect();
        Ok(Regenerated {
            system_sha256: sha256(text.as_bytes()),
            model,
            queries,
        })
    }

    /// The conjuncts as formulas of the system.
    fn conjuncts(&self, system: &mut System) -> Result<Vec<Conjunct>, String> {
        let mut out: Vec<Conjunct> = Vec::new();
        for entry in &self.invariant {
            let name = &entry.name;
            let allowed = !name.is_empty()
                && name
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c));
            if !allowed || out.iter().any(|c| c.name == *name) {
                return Err(format!("`{name}` is no name for a conjunct, or is used twice"));
            }
            let formula = match &entry.from {
                Proposer::Specification(property) => stated(system, property, entry)?,
                Proposer::Type | Proposer::Engine => read_expr(system, &entry.formula)
                    .map_err(|e| format!("the formula of conjunct `{name}`: {e}"))?,
            };
            well_formed(system, name, formula)?;
            out.push(Conjunct {
                name: name.clone(),
                formula,
            });
        }
        Ok(out)
    }
}

/// The formula of an invariant of the model, which the text of a conjunct has to be.
fn stated(system: &System, property: &str, entry: &ConjunctEntry) -> Result<ExprId, String> {
    let declared = system.find_property(property).map(|p| system.property(p).formula);
    match declared {
        Some(formula) if print_expr(system, formula) == entry.formula => Ok(formula),
        Some(_) | None => Err(format!(
            "conjunct `{}` is said to be the invariant `{property}` of the model, but is another formula",
            entry.name
        )),
    }
}

/// Whether a formula obeys the rules for one that is true or false in a state.
fn well_formed(system: &System, name: &str, formula: ExprId) -> Result<(), String> {
    let mut probe = system.clone();
    probe.properties.push(Property {
        name: format!("conjunct {name}"),
        doc: String::new(),
        kind: PropertyKind::Invariant,
        formula,
        temporal: None,
        promises: Vec::new(),
        steps: Vec::new(),
        origin: transition_system::Origin::unknown(),
    });
    match validate(&probe) {
        Ok(()) => Ok(()),
        Err(broken) => {
            let what: Vec<_> = broken.iter().map(|b| b.what.clone()).collect();
            Err(format!(
                "conjunct `{name}` is not well-formed: {}",
                what.join("; ")
            ))
        }
    }
}

/// The kind of a property that can have a certificate.
pub(crate) fn kind_of(system: &System, property: PropertyId) -> Result<Kind, String> {
    match system.property(property).kind {
        PropertyKind::Invariant => Ok(Kind::Invariant),
        PropertyKind::Transition => Ok(Kind::Transition),
        PropertyKind::Witness => Err("a witness has no certificate".to_owned()),
        PropertyKind::Temporal => Err("a temporal property has no certificate".to_owned()),
    }
}
