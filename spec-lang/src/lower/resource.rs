//! Resources as invariants. Hard: what two hold is disjoint, *for all c, d, if c != d then R(c) & R(d) is empty*. Soft:
//! *for all c, R(c) is at most the limit of c*, and *the sum of all R(c) is at most the total*.

use transition_system::{ExprId, FoldOp};

use super::{Env, Lowering};
use crate::check::resource::TResource;

impl Lowering<'_, '_> {
    /// Gives the properties of resources their formulas.
    pub(super) fn resources(&mut self) {
        for (index, typed) in self.program.checked.resources.iter().enumerate() {
            let decl = &self.program.names.resources[index];
            if let Some(id) = decl.disjoint.and_then(|p| self.ids.property(p)) {
                let formula = self.for_members(decl.module, true, |l| l.disjoint(typed));
                self.system.properties[id.index()].formula = formula;
            }
            if let Some(id) = decl.limited.and_then(|p| self.ids.property(p)) {
                let formula = self.for_members(decl.module, true, |l| l.limited(typed));
                self.system.properties[id.index()].formula = formula;
            }
            if let Some(id) = decl.total.and_then(|p| self.ids.property(p)) {
                let formula = self.for_members(decl.module, true, |l| l.total(typed));
                self.system.properties[id.index()].formula = formula;
            }
        }
    }

    fn disjoint(&mut self, typed: &TResource) -> ExprId {
        let (mut binders, mut held, mut who) = (Vec::new(), Vec::new(), Vec::new());
        for mark in ["", "2"] {
            let mut env: Env = vec![None; typed.locals.len()];
            let Some((name, ty)) = typed.locals.first() else {
                return self.impossible();
            };
            binders.push(self.fresh(0, &format!("{name}{mark}"), *ty, &mut env));
            who.extend(env[0]);
            held.push(self.expr(&typed.value, &mut env));
        }
        let of = self
            .program
            .types
            .as_set(typed.value.ty)
            .unwrap_or(typed.value.ty);
        let of = self.ty(of);
        let arena = &mut self.system.arena;
        let (other, shared) = (arena.ne(who[0], who[1]), arena.inter(held[0], held[1]));
        let nothing = arena.set_lit(of, Vec::new());
        let apart = arena.eq(shared, nothing);
        let body = arena.implies(other, apart);
        arena.forall(&binders, body)
    }

    fn limited(&mut self, typed: &TResource) -> ExprId {
        let mut env: Env = vec![None; typed.locals.len()];
        let (Some((name, ty)), Some(limit)) = (typed.locals.first(), &typed.limit) else {
            return self.impossible();
        };
        let binder = self.fresh(0, name, *ty, &mut env);
        let (held, limit) = (self.expr(&typed.value, &mut env), self.expr(limit, &mut env));
        let arena = &mut self.system.arena;
        let body = arena.le(held, limit);
        arena.forall(&[binder], body)
    }

    fn total(&mut self, typed: &TResource) -> ExprId {
        let mut env: Env = vec![None; typed.locals.len()];
        let (Some((name, ty)), Some(total)) = (typed.locals.first(), &typed.total) else {
            return self.impossible();
        };
        let binder = self.fresh(0, name, *ty, &mut env);
        let (held, total) = (self.expr(&typed.value, &mut env), self.expr(total, &mut env));
        let arena = &mut self.system.arena;
        let every = arena.bool(true);
        let sum = arena.fold(FoldOp::Sum, binder, every, held);
        arena.le(sum, total)
    }
}
