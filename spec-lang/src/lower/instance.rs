//! Instances: a module's system with its sorts and constants given.
//!
//! Values are literals, read by the type of their place. What several lines say of one set is combined;
//! membership lines alone leave the rest of the set open and become assumptions.

mod literal;
mod place;

use std::collections::HashMap;

use transition_system::{Axiom, ConstId, ExprId, Given, SortId};

use super::{Lowered, TypeMaker};
use crate::diagnostic::Diagnostic;
use crate::lower::Program;
use crate::names::{ConstIx, Found, ModuleIx, SortIx, TypeName};
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, Instance, InstanceItem, InstanceItemKind};
use crate::types::Ty;

/// Names the elements and fixes the constants of a copy of a module's system.
pub(crate) fn instantiate(
    program: Program<'_, '_>,
    module: ModuleIx,
    instance: &Instance,
    mut lowered: Lowered,
    diagnostics: &mut Vec<Diagnostic>,
) -> Lowered {
    lowered.system.name.clone_from(&instance.name.text);
    let mut builder = Builder {
        program,
        module,
        lowered,
        diagnostics,
        elements: HashMap::new(),
        places: Vec::new(),
        index: HashMap::new(),
    };
    let (sorts, others): (Vec<_>, Vec<_>) = instance.items.iter().partition(|i| builder.is_sort(i));
    sorts.into_iter().for_each(|item| builder.name_elements(item));
    others.into_iter().for_each(|item| builder.constant(item));
    builder.finish();
    builder.unmentioned(instance);
    builder.lowered
}

/// What lines said of one place.
struct Place {
    constant: ConstId,
    indices: Vec<ExprId>,
    said: Said,
    evidence: Vec<String>,
    member_evidence: Vec<(ExprId, Vec<String>)>,
    span: Span,
    ty: Ty,
}

enum Said {
    Unknown,
    Value(ExprId),
    Set(Members),
}

#[derive(Default)]
struct Members {
    /// All elements are listed.
    whole: bool,
    elements: Vec<ExprId>,
    absent: Vec<(ExprId, Span)>,
}

struct Builder<'p, 'a> {
    program: Program<'p, 'a>,
    module: ModuleIx,
    lowered: Lowered,
    diagnostics: &'p mut Vec<Diagnostic>,
    /// Index of each element by name.
    elements: HashMap<SortIx, HashMap<String, u32>>,
    places: Vec<Place>,
    index: HashMap<(ConstId, Vec<ExprId>), usize>,
}

impl Builder<'_, '_> {
    fn sort_named(&self, item: &InstanceItem) -> Option<SortIx> {
        let found = self
            .program
            .names
            .type_named(self.module, &item.place.path, &mut Vec::new());
        match found {
            Found::These(list) => list.into_iter().find_map(|t| match t {
                TypeName::Sort(s) => Some(s),
                TypeName::Enum(_) | TypeName::Record(_) | TypeName::Alias(_) => None,
            }),
            Found::Broken | Found::Nothing => None,
        }
    }

    fn is_sort(&self, item: &InstanceItem) -> bool {
        self.sort_named(item).is_some() && item.place.indices.is_empty()
    }

    /// `Container = { web, db }`
    fn name_elements(&mut self, item: &InstanceItem) {
        let Some(sort) = self.sort_named(item) else { return };
        let names = match &item.kind {
            InstanceItemKind::Is(Expr {
                kind: ExprKind::Set(items),
                ..
            }) if !items.is_empty() => items,
            InstanceItemKind::Is(_) | InstanceItemKind::Unknown | InstanceItemKind::Member { .. } => {
                let message = format!(
                    "the elements of `{}` are listed as `{{ a, b }}`, at least one",
                    item.place.path.text()
                );
                self.diagnostics
                    .push(Diagnostic::error("E0505", item.span, message));
                return;
            }
        };
        if let Some(old) = self.elements.get(&sort) {
            let message = format!("the elements of `{}` are named twice", item.place.path.text());
            let count = format!("{} elements were named before", old.len());
            self.diagnostics
                .push(Diagnostic::error("E0506", item.span, message).help(count));
            return;
        }
        let mut index: HashMap<String, u32> = HashMap::new();
        let mut listed = Vec::new();
        for name in names {
            let ExprKind::Path(path) = &name.kind else {
                self.diagnostics
                    .push(Diagnostic::error("E0505", name.span, "an element is a name"));
                continue;
            };
            let text = path.text();
            if index.insert(text.clone(), listed.len() as u32).is_some() {
                let message = format!("the element `{text}` is named twice");
                self.diagnostics
                    .push(Diagnostic::error("E0506", name.span, message));
                continue;
            }
            listed.push(text);
        }
        if let Some(id) = self.sort_id(sort)
            && let Some(entry) = self.lowered.system.sorts.get_mut(id.index())
        {
            entry.elements = listed;
            entry.origin = self.program.sources.origin(item.span);
        }
        self.elements.insert(sort, index);
    }

    fn sort_id(&self, sort: SortIx) -> Option<SortId> {
        self.lowered.ids.sort(sort)
    }

    fn type_id(&mut self, ty: Ty) -> transition_system::TypeId {
        TypeMaker {
            types: self.program.types,
            ids: &mut self.lowered.ids,
            arena: &mut self.lowered.system.arena,
        }
        .make(ty)
    }

    /// Turns what was said into givens and assumptions, in order of first mention.
    fn finish(&mut self) {
        for place in std::mem::take(&mut self.places) {
            let value = match place.said {
                Said::Unknown => None,
                Said::Value(value) => Some(value),
                Said::Set(members) => {
                    self.members(&place.indices, place.constant, place.ty, members, place.span)
                }
            };
            self.lowered.system.givens.push(Given {
                constant: place.constant,
                indices: place.indices,
                value,
                evidence: place.evidence,
                member_evidence: place.member_evidence,
                origin: self.program.sources.origin(place.span),
            });
        }
    }

    /// The set, if all of it is known; else assumptions about single elements.
    fn members(
        &mut self,
        indices: &[ExprId],
        constant: ConstId,
        ty: Ty,
        members: Members,
        span: Span,
    ) -> Option<ExprId> {
        let set_ty = self.type_id(ty);
        let of = match *self.lowered.system.arena.type_of_id(set_ty) {
            transition_system::Type::Set(of) => of,
            _ => set_ty,
        };
        for (absent, at) in &members.absent {
            if members.elements.contains(absent) {
                let message = "this element is said to be in the set and not in it";
                self.diagnostics
                    .push(Diagnostic::error("E0506", *at, message).label(span, "the set"));
            }
        }
        let arena = &mut self.lowered.system.arena;
        if members.whole {
            return Some(arena.set_lit(of, members.elements));
        }
        let constant_ty = self
            .lowered
            .system
            .constants
            .get(constant.index())
            .map_or(set_ty, |c| c.ty);
        let mut place = arena.constant(constant, constant_ty);
        for key in indices {
            place = arena.apply(place, *key);
        }
        let absent = members.absent.iter().map(|(e, _)| (*e, false));
        for (element, inside) in members.elements.iter().map(|e| (*e, true)).chain(absent) {
            let member = arena.member(element, place);
            let formula = if inside { member } else { arena.not(member) };
            self.lowered.system.assumptions.push(Axiom {
                formula,
                promises: Vec::new(),
                origin: self.program.sources.origin(span),
            });
        }
        None
    }

    /// Warns of constants that the instance does not mention.
    fn unmentioned(&mut self, instance: &Instance) {
        let said: Vec<ConstId> = self.lowered.system.givens.iter().map(|g| g.constant).collect();
        let names = self.program.names;
        let open: Vec<_> = (0..names.consts.len())
            .map(ConstIx::new)
            .filter(|c| {
                self.lowered
                    .ids
                    .constant(*c)
                    .is_some_and(|id| !said.contains(&id))
            })
            .map(|c| format!("`{}`", names[c].name.text))
            .collect();
        if open.is_empty() {
            return;
        }
        let message = format!("`{}` says nothing of {}", instance.name.text, open.join(", "));
        self.diagnostics.push(
            Diagnostic::warning("E0510", instance.name.span, message)
                .help("any value is assumed possible; write `unknown c` to say that this is meant"),
        );
    }
}
