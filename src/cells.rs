//! The given cells of an instance: each scalar fact with its value, its evidence, and how to change it.
//!
//! Takes a [`System`] made from an instance and the evidence behind its `//@` texts. A cell is a constant with
//! keys: one per level of map, and for a set one for the member.

use std::collections::BTreeMap;

use runtime_extractor::instance::{Evidence, change_label};
use transition_system::{ConstId, Expr, ExprId, Given, System, Type, Value};

/// A constant and its keys.
pub type Key = (ConstId, Vec<Value>);

/// The evidence of an instance, by the text behind `//@`.
pub type EvidenceTable = BTreeMap<String, Evidence>;

/// A change of the configuration, with the cells that it changes.
#[derive(Debug, Clone)]
pub struct Unit {
    /// What to do.
    pub label: String,
    /// The places it is about, each once.
    pub places: Vec<Evidence>,
    /// The cells, each with the value after.
    pub edits: Vec<(Key, bool)>,
}

/// All changes that an instance allows, and which cell belongs to which.
#[derive(Debug, Default)]
pub struct Units {
    /// The changes.
    pub units: Vec<Unit>,
    of_cell: BTreeMap<Key, usize>,
}

impl Units {
    /// The changes of a system's given cells.
    #[must_use]
    pub fn of(system: &System, evidence: &EvidenceTable) -> Self {
        let mut all = Self::default();
        let mut by_label: BTreeMap<String, usize> = BTreeMap::new();
        for (key, value) in truth_cells(system) {
            let reason = evidence_of(system, evidence, &key);
            let path: Vec<String> = key.1.iter().map(|v| v.display(system)).collect();
            let name = &system.constant(key.0).name;
            let Some(label) = change_label(name, &path, value, reason.as_ref()) else {
                continue;
            };
            let unit = *by_label.entry(label.clone()).or_insert_with(|| {
                all.units.push(Unit {
                    label,
                    places: Vec::new(),
                    edits: Vec::new(),
                });
                all.units.len() - 1
            });
            all.of_cell.insert(key.clone(), unit);
            let entry = &mut all.units[unit];
            entry.edits.push((key, !value));
            if let Some(reason) = reason
                && !entry.places.contains(&reason)
            {
                entry.places.push(reason);
            }
        }
        all
    }

    /// The change that a cell belongs to.
    #[must_use]
    pub fn of_cell(&self, key: &Key) -> Option<usize> {
        self.of_cell.get(key).copied()
    }
}

/// The cells of truth values that an instance gives: booleans, and members of sets (also those that are not in, where
/// the set's type has few elements). In order of the givens.
fn truth_cells(system: &System) -> Vec<(Key, bool)> {
    let mut out = Vec::new();
    for given in &system.givens {
        let Some(value) = given.value else { continue };
        let path = indices(system, given);
        match system.arena.expr(value) {
            Expr::Bool(b) => out.push(((given.constant, path), *b)),
            Expr::SetLit(elem, items) => {
                let members: Vec<Value> = items.iter().filter_map(|i| literal(system, *i)).collect();
                for v in elements(system, *elem) {
                    let inside = members.contains(&v);
                    let mut key = path.clone();
                    key.push(v);
                    out.push(((given.constant, key), inside));
                }
            }
            _ => {}
        }
    }
    out
}

/// The enumerators of a set's element type; nothing for other types.
fn elements(system: &System, ty: transition_system::TypeId) -> Vec<Value> {
    match system.arena.type_of_id(ty) {
        Type::Enum(e) => (0..system.enumeration(*e).enumerators.len() as u32)
            .map(|i| Value::Enumerator(*e, i))
            .collect(),
        _ => Vec::new(),
    }
}

fn indices(system: &System, given: &Given) -> Vec<Value> {
    given.indices.iter().filter_map(|i| literal(system, *i)).collect()
}

/// The value of a literal that is a key.
fn literal(system: &System, expr: ExprId) -> Option<Value> {
    match *system.arena.expr(expr) {
        Expr::Bool(b) => Some(Value::Bool(b)),
        Expr::Int(n) => Some(Value::Int(n)),
        Expr::Enumerator(e, i) => Some(Value::Enumerator(e, i)),
        Expr::Element(s, i) => Some(Value::Element(s, i)),
        _ => None,
    }
}

/// Where a cell comes from, as data: see [`evidence_texts`].
#[must_use]
pub fn evidence_of(system: &System, table: &EvidenceTable, key: &Key) -> Option<Evidence> {
    evidence_texts(system, key)
        .iter()
        .find_map(|t| table.get(t.trim()).cloned())
}

/// Where a cell comes from: what stands behind `//@` at the member, else at the line that gives the constant.
#[must_use]
pub fn evidence_texts<'s>(system: &'s System, key: &Key) -> &'s [String] {
    let given = system
        .givens
        .iter()
        .find(|g| g.constant == key.0 && key.1.starts_with(&indices(system, g)));
    let Some(given) = given else { return &[] };
    let member = key.1.get(given.indices.len());
    let of_member = given
        .member_evidence
        .iter()
        .find(|(e, _)| literal(system, *e).as_ref() == member);
    match (member, of_member) {
        (Some(_), Some((_, texts))) if !texts.is_empty() => texts,
        (_, _) => &given.evidence,
    }
}

/// A cell with its value, as the language writes it.
#[must_use]
pub fn describe(system: &System, (constant, path): &Key, value: &Value) -> String {
    let declared = system.constant(*constant);
    let mut ty = declared.ty;
    let mut text = declared.name.clone();
    for key in path {
        match system.arena.type_of_id(ty) {
            Type::Map(_, v) => {
                text = format!("{text}[{}]", key.display(system));
                ty = *v;
            }
            Type::Set(_) => {
                let word = if *value == Value::Bool(true) {
                    "in"
                } else {
                    "not in"
                };
                return format!("{} {word} {text}", key.display(system));
            }
            _ => {}
        }
    }
    match value {
        Value::Bool(true) => text,
        Value::Bool(false) => format!("not {text}"),
        other => format!("{text} == {}", other.display(system)),
    }
}

/// What an unknown cell would have to be, in plain words.
#[must_use]
pub fn sentence(system: &System, key: &Key, value: &Value) -> String {
    let doc = system.constant(key.0).doc.trim().trim_end_matches('.').to_owned();
    let doc = if doc.is_empty() {
        describe(system, key, value)
    } else {
        doc
    };
    let is_member = matches!(member_type(system, key), Some(Type::Set(_)));
    match (is_member, value, key.1.last()) {
        (true, Value::Bool(inside), Some(member)) => {
            let verb = if *inside { "include" } else { "do not include" };
            format!("the {doc} {verb} {}", member.display(system))
        }
        (false, Value::Bool(false), _) => format!("it is not so that {doc}"),
        (_, _, _) => doc,
    }
}

fn member_type<'a>(system: &'a System, (constant, path): &Key) -> Option<&'a Type> {
    let mut ty = system.constant(*constant).ty;
    for _ in 0..path.len().saturating_sub(1) {
        match system.arena.type_of_id(ty) {
            Type::Map(_, v) => ty = *v,
            other => return Some(other),
        }
    }
    Some(system.arena.type_of_id(ty))
}
