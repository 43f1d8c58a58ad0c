//! Membership without building the set, where the set is given by what is in it.
//!
//! `x in { r: T | P }` is `P` with `x` for `r`, `x in A | B` is `x in A or x in B`, and so on through
//! definitions; engines then meet formulas where they would meet sets.

use transition_system::{ExprId, Type};

use super::expr::MAX_LOWERED_DEPTH;
use super::{Env, Lowering};
use crate::check::typed::{TBinder, TExpr, TKind};
use crate::names::DefIx;
use crate::source::Span;
use crate::syntax::ast::SetOp;
use crate::syntax::too_deep;

impl Lowering<'_, '_> {
    /// That `item` is in `set`; `integer` if the item is any integer where the set is of a range.
    pub(super) fn member(&mut self, item: ExprId, integer: bool, set: &TExpr, env: &mut Env) -> ExprId {
        if !integer || matches!(set.kind, TKind::Set(_)) {
            return self.in_set(item, set, env);
        }
        let set_ty = self.ty(set.ty);
        let (of, lo, hi) = match *self.system.arena.type_of_id(set_ty) {
            Type::Set(of) => match *self.system.arena.type_of_id(of) {
                Type::Range { lo, hi } => (of, lo, hi),
                _ => return self.in_set(item, set, env),
            },
            _ => return self.in_set(item, set, env),
        };
        if self.system.arena.type_id(item) == of {
            return self.in_set(item, set, env);
        }
        let arena = &mut self.system.arena;
        let (low, high) = (arena.int(lo), arena.int(hi));
        let inside = [arena.le(low, item), arena.le(item, high)];
        let narrowed = arena.narrow(item, of);
        let narrowed = self.partial(narrowed, set.span);
        let member = self.in_set(narrowed, set, env);
        self.system.arena.and([inside[0], inside[1], member])
    }

    fn in_set(&mut self, item: ExprId, set: &TExpr, env: &mut Env) -> ExprId {
        match &set.kind {
            TKind::Set(items) => {
                let mut parts = Vec::new();
                for other in items {
                    let other = self.expr(other, env);
                    parts.push(self.system.arena.eq(item, other));
                }
                self.system.arena.or(parts)
            }
            TKind::Compr { binders, body } if self.system.arena.is_total(item) => {
                self.satisfies(item, binders, body, env)
            }
            TKind::SetOp(op, a, b) => {
                let (a, b) = (self.in_set(item, a, env), self.in_set(item, b, env));
                let arena = &mut self.system.arena;
                match op {
                    SetOp::Union => arena.or([a, b]),
                    SetOp::Inter => arena.and([a, b]),
                    SetOp::Diff => {
                        let not = arena.not(b);
                        arena.and([a, not])
                    }
                }
            }
            TKind::Of { indices, value } => self.of_member(indices, env, |l, env| l.in_set(item, value, env)),
            TKind::Call(d, args) if self.is_by_condition(*d) => {
                let args = args.iter().map(|a| self.expr(a, env)).collect();
                self.in_defined(item, *d, args, set.span)
            }
            _ => {
                let set = self.expr(set, env);
                self.system.arena.member(item, set)
            }
        }
    }

    /// Whether the body of a definition is a set that need not be built.
    fn is_by_condition(&self, d: DefIx) -> bool {
        let body = &self.program.checked.defs[d.index()].body;
        matches!(
            body.kind,
            TKind::Set(_) | TKind::Compr { .. } | TKind::SetOp(..) | TKind::Call(..)
        )
    }

    fn in_defined(&mut self, item: ExprId, d: DefIx, args: Vec<ExprId>, span: Span) -> ExprId {
        let members = self.members_of(self.program.names[d].module);
        let key = (d, args, members, item, self.next);
        if let Some(done) = self.member_memo.get(&key) {
            return *done;
        }
        if self.depth >= MAX_LOWERED_DEPTH {
            self.diagnostics.push(too_deep(span));
            return self.system.arena.bool(false);
        }
        let def = &self.program.checked.defs[d.index()];
        let mut env: Env = vec![None; def.locals.len()];
        for (place, arg) in env.iter_mut().zip(&key.1) {
            *place = Some(*arg);
        }
        self.depth += 1;
        let out = self.in_set(item, &def.body, &mut env);
        self.depth -= 1;
        self.member_memo.insert(key, out);
        out
    }

    /// The condition of a comprehension for one item.
    fn satisfies(&mut self, item: ExprId, binders: &[TBinder], body: &TExpr, env: &mut Env) -> ExprId {
        match binders {
            [one] => env[one.local] = Some(item),
            _ => {
                for (i, b) in binders.iter().enumerate() {
                    env[b.local] = Some(self.system.arena.proj(item, i as u32));
                }
            }
        }
        let mut parts = Vec::new();
        for b in binders {
            if let Some(set) = &b.set {
                parts.push(self.element_of(b, set, env));
            }
        }
        parts.push(self.expr(body, env));
        self.system.arena.and(parts)
    }
}
