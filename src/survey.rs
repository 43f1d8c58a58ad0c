//! What a system declares, as a reader sees it: the rows of `watertight show`.
//!
//! Takes a system and scopes; gives names, types, documentation, who reads and writes what, and the size of the state
//! space. Everything is read off the System, so it shows what engines see.

use std::collections::BTreeSet;

use model_checker::space::{Size, space};
use serde::Serialize;
use spec_lang::{Command, CommandKind, Model, NamedSystem};
use transition_system::component::Component;
use transition_system::depend::{EventFlow, can_enable, event_flow, property_reads};
use transition_system::fairness::Fairness;
use transition_system::{BinderId, Event, EventId, Expr, ExprId, Origin, PropertyKind, Scope, System, VarId};

/// A system.
#[derive(Debug, Serialize)]
pub struct Survey {
    /// Name.
    pub system: String,
    /// Whether it is an instance.
    pub instance: bool,
    /// Sorts and enumerations with their elements; no elements: a sort of any size.
    pub types: Vec<TypeRow>,
    /// Constants.
    pub constants: Vec<PlaceRow>,
    /// Variables.
    pub variables: Vec<PlaceRow>,
    /// The components of a composed system.
    pub components: Vec<ComponentRow>,
    /// Events.
    pub events: Vec<EventRow>,
    /// Properties.
    pub properties: Vec<PropertyRow>,
    /// Sizes.
    pub spaces: Vec<SpaceRow>,
}

/// A sort or an enumeration.
#[derive(Debug, Serialize)]
pub struct TypeRow {
    /// `sort` or `enum`.
    pub kind: &'static str,
    /// Name.
    pub name: String,
    /// Names of the elements.
    pub elements: Vec<String>,
    /// `file:line:column`.
    pub at: String,
}

/// A constant or a variable, or a parameter.
#[derive(Debug, Serialize)]
pub struct PlaceRow {
    /// Name.
    pub name: String,
    /// Type, as the language writes it.
    #[serde(rename = "type")]
    pub ty: String,
    /// Of a constant: whether an instance says something of it.
    pub given: bool,
    /// Documentation.
    pub doc: String,
    /// `file:line:column`.
    pub at: String,
}

/// A component of a composed system.
#[derive(Debug, Serialize)]
pub struct ComponentRow {
    /// Name.
    pub name: String,
    /// The declaration that it is of.
    pub of: String,
    /// The variables that it owns.
    pub variables: Vec<String>,
    /// The events that it takes part in.
    pub events: Vec<String>,
    /// `file:line:column`.
    pub at: String,
}

/// An event.
#[derive(Debug, Serialize)]
pub struct EventRow {
    /// Name.
    pub name: String,
    /// Parameters: name and type.
    pub parameters: Vec<(String, String)>,
    /// Choices: name and type.
    pub choices: Vec<(String, String)>,
    /// Who acts.
    pub actor: Option<String>,
    /// Words before `event`: how the event is treated.
    pub words: Vec<&'static str>,
    /// Variables on which it depends whether it can happen.
    pub guard: Vec<String>,
    /// Variables that it reads.
    pub reads: Vec<String>,
    /// Variables that it writes.
    pub writes: Vec<String>,
    /// Events that it may enable.
    pub enables: Vec<String>,
    /// Documentation.
    pub doc: String,
    /// `file:line:column`.
    pub at: String,
}

/// A property.
#[derive(Debug, Serialize)]
pub struct PropertyRow {
    /// Name.
    pub name: String,
    /// What it claims, by the word of the language.
    pub kind: &'static str,
    /// Variables that it reads.
    pub reads: Vec<String>,
    /// Documentation.
    pub doc: String,
    /// `file:line:column`.
    pub at: String,
}

/// The size of the state space in a scope.
#[derive(Debug, Serialize)]
pub struct SpaceRow {
    /// What asks for the scope: a command, or `--for`.
    pub question: String,
    /// The scope.
    pub scope: String,
    /// The number of values of all variables, in decimal; rounded behind `about`; `unbounded`.
    pub states: String,
    /// Its logarithm to the base 2; `None` if unbounded.
    pub states_bits: Option<f64>,
    /// The number of choices of constants, likewise.
    pub constants: String,
    /// Its logarithm to the base 2.
    pub constants_bits: Option<f64>,
    /// Bits of a packed state.
    pub packed_bits: u32,
    /// Words of 64 bits that it takes.
    pub packed_words: usize,
    /// Why the size is not known.
    pub unknown: Option<String>,
}

impl Survey {
    /// The survey of one system of a model, sized as its commands say and for one more scope.
    #[must_use]
    pub fn of(model: &Model, index: usize, extra: Option<&Scope>) -> Self {
        let NamedSystem {
            name,
            instance,
            system,
            two_runs: _,
        } = &model.systems[index];
        let flows: Vec<EventFlow> = system.event_ids().map(|e| event_flow(system, e)).collect();
        let enumerations = system
            .enumerations
            .iter()
            .map(|e| ("enum", &e.name, &e.enumerators, &e.origin));
        let sorts = system
            .sorts
            .iter()
            .map(|s| ("sort", &s.name, &s.elements, &s.origin));
        let types = sorts
            .chain(enumerations)
            .map(|(kind, name, elements, origin)| TypeRow {
                kind,
                name: name.clone(),
                elements: elements.clone(),
                at: at(origin),
            });
        Self {
            system: name.clone(),
            instance: *instance,
            types: types.collect(),
            constants: constants(system),
            variables: variables(system),
            components: components(system),
            events: system
                .event_ids()
                .map(|e| event(system, e, &flows[e.index()]))
                .collect(),
            properties: properties(system),
            spaces: spaces(model, index, extra),
        }
    }
}

fn at(origin: &Origin) -> String {
    if origin.is_known() {
        origin.to_string()
    } else {
        String::new()
    }
}

fn constants(system: &System) -> Vec<PlaceRow> {
    let one = |(id, c): (_, &transition_system::Constant)| PlaceRow {
        name: c.name.clone(),
        ty: system.type_shown(c.ty, system.views.constant(id)),
        given: system
            .givens
            .iter()
            .any(|g| g.constant == id && g.value.is_some()),
        doc: c.doc.clone(),
        at: at(&c.origin),
    };
    system.constant_ids().zip(&system.constants).map(one).collect()
}

fn variables(system: &System) -> Vec<PlaceRow> {
    let one = |(id, v): (_, &transition_system::Variable)| PlaceRow {
        name: v.name.clone(),
        ty: system.type_shown(v.ty, system.views.variable(id)),
        given: false,
        doc: String::new(),
        at: at(&v.origin),
    };
    system.variable_ids().zip(&system.variables).map(one).collect()
}

fn components(system: &System) -> Vec<ComponentRow> {
    let one = |c: &Component| {
        let owned = c.variables.iter().chain(&c.private);
        ComponentRow {
            name: c.name.clone(),
            of: c.of.clone(),
            variables: owned.map(|v| system.variable(*v).name.clone()).collect(),
            events: c.events.iter().map(|e| system.event(*e).name.clone()).collect(),
            at: at(&c.origin),
        }
    };
    system.components.iter().map(one).collect()
}

fn event(system: &System, id: EventId, flow: &EventFlow) -> EventRow {
    let event = system.event(id);
    let binders = |list: &[BinderId]| {
        let one = |b: &BinderId| {
            let info = system.arena.binder_info(*b);
            (
                info.name.clone(),
                system.type_shown(info.ty, system.views.binder(*b)),
            )
        };
        list.iter().map(one).collect()
    };
    let enables = system.event_ids().filter(|other| can_enable(system, id, *other));
    EventRow {
        name: event.name.clone(),
        parameters: binders(&event.params),
        choices: binders(&event.choices),
        actor: event.actor.map(|a| brief(system, a)),
        words: words(event),
        guard: names(system, &flow.guard),
        reads: names(system, &flow.reads),
        writes: names(system, &flow.writes),
        enables: enables.map(|e| system.event(e).name.clone()).collect(),
        doc: event.doc.clone(),
        at: at(&event.origin),
    }
}

/// The words before `event` where it was declared, or that of which it is an alternative.
fn words(event: &Event) -> Vec<&'static str> {
    let fairness = event.alternative.as_ref().map_or(event.fairness, |a| a.fairness);
    let fairness: &[&str] = match fairness {
        Fairness::None => &[],
        Fairness::Weak => &["fair"],
        Fairness::Strong => &["strong", "fair"],
    };
    let input = event.input.then_some("input");
    fairness.iter().copied().chain(input).collect()
}

fn properties(system: &System) -> Vec<PropertyRow> {
    let one = |id| {
        let property = system.property(id);
        PropertyRow {
            name: property.name.clone(),
            kind: word(property.kind),
            reads: names(system, &property_reads(system, id)),
            doc: property.doc.clone(),
            at: at(&property.origin),
        }
    };
    system.property_ids().map(one).collect()
}

fn names(system: &System, variables: &BTreeSet<VarId>) -> Vec<String> {
    variables
        .iter()
        .map(|v| system.variable(*v).name.clone())
        .collect()
}

/// The word with which the language declares a property.
#[must_use]
pub fn word(kind: PropertyKind) -> &'static str {
    match kind {
        PropertyKind::Invariant => "invariant",
        PropertyKind::Transition => "transition",
        PropertyKind::Witness => "witness",
        PropertyKind::Temporal => "temporal",
    }
}

/// A small expression as the language writes it; `...` for a large one.
fn brief(system: &System, e: ExprId) -> String {
    match system.arena.expr(e) {
        Expr::Bound(b) => system.arena.binder_info(*b).name.clone(),
        Expr::Var(v) => system.variable(*v).name.clone(),
        Expr::Const(c) => system.constant(*c).name.clone(),
        Expr::Enumerator(of, i) => system.enumeration(*of).enumerators[*i as usize].clone(),
        Expr::Apply(m, k) => format!("{}[{}]", brief(system, *m), brief(system, *k)),
        Expr::Proj(t, i) => format!("{}.{i}", brief(system, *t)),
        Expr::Unwrap(o) => format!("{}.value", brief(system, *o)),
        Expr::Some(a) => format!("some({})", brief(system, *a)),
        _ => "...".to_owned(),
    }
}

fn spaces(model: &Model, index: usize, extra: Option<&Scope>) -> Vec<SpaceRow> {
    let system = &model.systems[index].system;
    let mut rows: Vec<(Scope, Vec<String>)> = Vec::new();
    let checks = model
        .commands
        .iter()
        .filter(|c| c.system == index && c.kind == CommandKind::Check);
    for command in checks {
        let asked = question(system, command);
        match rows.iter_mut().find(|(scope, _)| *scope == command.scope) {
            Some((_, questions)) => questions.push(asked),
            None => rows.push((command.scope.clone(), vec![asked])),
        }
    }
    let mut out: Vec<SpaceRow> = rows
        .into_iter()
        .map(|(scope, questions)| size(system, &scope, format!("check {}", questions.join(", "))))
        .collect();
    if let Some(scope) = extra {
        out.push(size(system, scope, "--for".to_owned()));
    } else if out.is_empty() {
        out.push(size(system, &Scope::new(), "any".to_owned()));
    }
    out
}

fn question(system: &System, command: &Command) -> String {
    let names: Vec<_> = command
        .properties
        .iter()
        .map(|p| system.property(*p).name.as_str())
        .collect();
    names.join(", ")
}

fn size(system: &System, scope: &Scope, question: String) -> SpaceRow {
    let mut row = SpaceRow {
        question,
        scope: scope.display(system),
        states: String::new(),
        states_bits: None,
        constants: String::new(),
        constants_bits: None,
        packed_bits: 0,
        packed_words: 0,
        unknown: None,
    };
    match space(system, scope) {
        Err(why) => row.unknown = Some(why.to_string()),
        Ok(space) => {
            (row.states, row.states_bits) = number(space.states);
            (row.constants, row.constants_bits) = number(space.constants);
            row.packed_bits = space.packed_bits;
            row.packed_words = space.packed_words;
        }
    }
    row
}

/// A size in words, and in bits to one digit behind the point.
fn number(size: Size) -> (String, Option<f64>) {
    match size {
        Size::Unbounded => ("unbounded".to_owned(), None),
        Size::Finite { exact, bits } => {
            let text = match exact {
                Some(n) if n < 1_000_000_000_000_000 => grouped(n),
                Some(_) | None => scientific(bits),
            };
            (text, Some((bits * 10.0).round() / 10.0))
        }
    }
}

/// A number of things: `1 step`, `1,200 steps`.
#[must_use]
pub fn counted(n: u64, what: &str) -> String {
    let end = if n == 1 { "" } else { "s" };
    format!("{} {what}{end}", grouped(u128::from(n)))
}

/// In groups of three digits.
#[must_use]
pub fn grouped(n: u128) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

fn scientific(bits: f64) -> String {
    let log = bits * std::f64::consts::LOG10_2;
    let (whole, rest) = (log.floor(), log - log.floor());
    format!("about {:.1}e{whole:.0}", 10f64.powf(rest))
}

#[cfg(test)]
mod tests {
    use super::{grouped, scientific};

    #[test]
    fn numbers_are_easy_to_read() {
        assert_eq!(
            (grouped(1), grouped(1_234_567)),
            ("1".to_owned(), "1,234,567".to_owned())
        );
        assert_eq!(scientific(100.0), "about 1.3e30");
    }
}
