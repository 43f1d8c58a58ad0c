//! Members of families, and what events have in common that take place together.
//!
//! What a component of a family declares becomes a map from the indices of the family, and every mention of it is
//! that map at the index that is spoken of: in a formula a bound index, in an event a parameter.

use std::collections::HashMap;

use transition_system::view::View;
use transition_system::{BinderId, ExprId, Type, TypeId};

use super::{Env, Lowering};
use crate::check::typed::TExpr;
use crate::diagnostic::Diagnostic;
use crate::names::{ConstIx, ModuleIx};
use crate::source::Span;
use crate::syntax::ast::Name;
use crate::types::Ty;

/// Values of the indices of families, outermost first.
pub(super) type Values = Vec<ExprId>;

/// What the parts of one event share.
#[derive(Default)]
pub(super) struct Joined {
    params: Vec<Param>,
    actor: Option<(ExprId, Span)>,
}

struct Param {
    name: String,
    ty: Ty,
    binder: BinderId,
    span: Span,
}

impl Joined {
    pub(super) fn binders(&self) -> Vec<BinderId> {
        self.params.iter().map(|p| p.binder).collect()
    }

    pub(super) fn actor(&self) -> Option<ExprId> {
        self.actor.map(|(actor, _)| actor)
    }
}

impl Lowering<'_, '_> {
    /// The type of a place as the map that a family makes of it.
    pub(super) fn family_ty(&mut self, module: ModuleIx, ty: Ty) -> TypeId {
        let names = self.program.names;
        let inner = self.ty(ty);
        names.family_of(module).iter().rev().fold(inner, |value, c| {
            let key = self.ty(names[*c].ty);
            self.system.arena.ty(Type::Map(key, value))
        })
    }

    /// The members that are spoken of, of the families of a module.
    pub(super) fn members_of(&mut self, module: ModuleIx) -> Values {
        let family = self.program.names.family_of(module);
        family
            .iter()
            .map(|c| match self.indices.get(c) {
                Some(value) => *value,
                None => self.impossible(),
            })
            .collect()
    }

    pub(super) fn at_members(&mut self, map: ExprId, members: &[ExprId]) -> ExprId {
        members
            .iter()
            .fold(map, |map, key| self.system.arena.apply(map, *key))
    }

    /// Something of a member of a family.
    pub(super) fn of_member(
        &mut self,
        indices: &[(ConstIx, TExpr)],
        env: &mut Env,
        f: impl FnOnce(&mut Self, &mut Env) -> ExprId,
    ) -> ExprId {
        let keys: Vec<_> = indices.iter().map(|(c, key)| (*c, self.expr(key, env))).collect();
        let outside = self.indices.clone();
        self.indices.extend(keys);
        let out = f(self, env);
        self.indices = outside;
        out
    }

    /// A formula for all members of the families of a module, or for some.
    pub(super) fn for_members(
        &mut self,
        module: ModuleIx,
        forall: bool,
        f: impl FnOnce(&mut Self) -> ExprId,
    ) -> ExprId {
        let (binders, outside) = self.enter_members(module);
        let formula = f(self);
        self.indices = outside;
        match (binders.is_empty(), forall) {
            (true, _) => formula,
            (false, true) => self.system.arena.forall(&binders, formula),
            (false, false) => self.system.arena.exists(&binders, formula),
        }
    }

    /// Fresh binders for the indices of a module's families, which now mean them; what indices meant before.
    pub(super) fn enter_members(&mut self, module: ModuleIx) -> (Vec<BinderId>, HashMap<ConstIx, ExprId>) {
        let names = self.program.names;
        let mut binders = Vec::new();
        let outside = self.indices.clone();
        for c in names.family_of(module) {
            let ty = self.ty(names[*c].ty);
            let binder = self.system.arena.binder(&names[*c].name.text, ty);
            binders.push(binder);
            let value = self.system.arena.bound(binder);
            self.indices.insert(*c, value);
        }
        (binders, outside)
    }

    /// Makes the indices of a module's families parameters of an event; what indices meant before.
    pub(super) fn join_indices(&mut self, module: ModuleIx, joined: &mut Joined) -> HashMap<ConstIx, ExprId> {
        let names = self.program.names;
        let outside = self.indices.clone();
        for c in names.family_of(module) {
            let binder = self.join_param(names[*c].name, names[*c].ty, joined);
            let value = self.system.arena.bound(binder);
            self.indices.insert(*c, value);
        }
        outside
    }

    /// The parameter of this name.
    pub(super) fn join_param(&mut self, name: &Name, ty: Ty, joined: &mut Joined) -> BinderId {
        if let Some(old) = joined.params.iter().find(|p| p.name == name.text) {
            if old.ty != ty {
                self.types_differ(name, ty, old);
            }
            return old.binder;
        }
        let (view, type_id) = (self.view(ty), self.ty(ty));
        let binder = self.system.arena.binder(&name.text, type_id);
        if view != View::Plain {
            self.system.views.binders.insert(binder, view);
        }
        joined.params.push(Param {
            name: name.text.clone(),
            ty,
            binder,
            span: name.span,
        });
        binder
    }

    fn types_differ(&mut self, name: &Name, ty: Ty, old: &Param) {
        let Self {
            program, diagnostics, ..
        } = self;
        if program.types.is_error(ty) || program.types.is_error(old.ty) {
            return;
        }
        let show = |ty| format!("`{}`", program.types.show(program.names, ty));
        let message = format!(
            "these events take place together, and `{}` has two types in them",
            name.text
        );
        diagnostics.push(
            Diagnostic::error("E0528", name.span, message)
                .here(show(ty))
                .label(old.span, show(old.ty))
                .help("parameters of one name are one parameter; rename one of the events, or one of the parameters"),
        );
    }

    /// The one who acts in all parts of an event.
    pub(super) fn join_actor(&mut self, actor: ExprId, span: Span, joined: &mut Joined) {
        match joined.actor {
            None => joined.actor = Some((actor, span)),
            Some((same, _)) if same == actor => {}
            Some((_, first)) => self.diagnostics.push(
                Diagnostic::error(
                    "E0529",
                    span,
                    "these events take place together, and someone else acts in each",
                )
                .label(first, "the other is here")
                .help("one event is of one actor; name the same parameter behind `by`, or leave one out"),
            ),
        }
    }
}
