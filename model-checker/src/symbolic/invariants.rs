//! The conjuncts that an inductive invariant is made of.

use transition_system::{
    Arena, Conjunct, ConjunctSource, ExprId, PropertyId, PropertyKind, System, Type, TypeId,
};

/// For each variable with integers of a range in it: that they are within the range. True of every state by
/// type; as conjuncts of an invariant, so that a solver knows it too and checks that events keep it.
pub(crate) fn of_types(system: &mut System) -> Vec<Conjunct> {
    let mut out = Vec::new();
    for id in system.variable_ids() {
        let (name, ty) = (system.variable(id).name.clone(), system.variable(id).ty);
        let value = system.arena.var(id, ty);
        let formula = within(&mut system.arena, value, ty);
        if system.arena.as_bool(formula) != Some(true) {
            out.push(Conjunct {
                name: conjunct_name("type.", &name),
                formula,
                source: ConjunctSource::Type,
            });
        }
    }
    out
}

fn within(arena: &mut Arena, value: ExprId, ty: TypeId) -> ExprId {
    match arena.type_of_id(ty).clone() {
        Type::Bool | Type::Int | Type::Enum(_) | Type::Sort(_) | Type::Set(_) => arena.bool(true),
        Type::Range { lo, hi } => {
            let (lo, hi) = (arena.int(lo), arena.int(hi));
            let (low, high) = (arena.le(lo, value), arena.le(value, hi));
            arena.and([low, high])
        }
        Type::Option(inner) => {
            let content = arena.unwrap_some(value);
            let content = within(arena, content, inner);
            let some = arena.is_some(value);
            if arena.as_bool(content) == Some(true) {
                content
            } else {
                arena.implies(some, content)
            }
        }
        Type::Tuple(parts) => {
            let parts: Vec<_> = parts
                .iter()
                .enumerate()
                .map(|(i, t)| {
                    let part = arena.proj(value, i as u32);
                    within(arena, part, *t)
                })
                .collect();
            arena.and(parts)
        }
        Type::Map(key, item) => {
            let binder = arena.binder("k", key);
            let at = arena.bound(binder);
            let content = arena.apply(value, at);
            let content = within(arena, content, item);
            arena.forall(&[binder], content)
        }
    }
}

/// An invariant of the specification as conjuncts: that it is defined, and that it is true.
pub(super) fn of_property(system: &System, id: PropertyId) -> Vec<Conjunct> {
    let property = system.property(id);
    let defined = property.promises.iter().enumerate().map(|(k, promise)| Conjunct {
        name: conjunct_name("", &format!("{}.defined-{k}", property.name)),
        formula: promise.holds,
        source: ConjunctSource::Engine,
    });
    let holds = Conjunct {
        name: conjunct_name("", &property.name),
        formula: property.formula,
        source: ConjunctSource::Specification(id),
    };
    defined.chain([holds]).collect()
}

/// Every invariant of the specification but one.
pub(super) fn others(system: &System, but: PropertyId) -> Vec<Conjunct> {
    system
        .property_ids()
        .filter(|p| *p != but && system.property(*p).kind == PropertyKind::Invariant)
        .flat_map(|p| of_property(system, p))
        .collect()
}

/// The conjuncts without those whose formula came before; names are made different.
pub(super) fn distinct(conjuncts: impl IntoIterator<Item = Conjunct>) -> Vec<Conjunct> {
    let mut out: Vec<Conjunct> = Vec::new();
    for mut conjunct in conjuncts {
        if out.iter().any(|c| c.formula == conjunct.formula) {
            continue;
        }
        while out.iter().any(|c| c.name == conjunct.name) {
            conjunct.name.push('-');
        }
        out.push(conjunct);
    }
    out
}

/// A name as [`Conjunct::name`] allows it.
fn conjunct_name(prefix: &str, name: &str) -> String {
    let name: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || "_.-".contains(c) {
                c
            } else {
                '-'
            }
        })
        .collect();
    format!("{prefix}{name}")
}
