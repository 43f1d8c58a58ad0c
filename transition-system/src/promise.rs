//! Promises: where an expression could be undefined, and the condition under which it is not.
//!
//! `and`, `or`, `=>`, `if` and quantified formulas evaluate from left to right and stop early, so the
//! condition of a partial operator is *path implies condition*. Conditions are themselves always defined,
//! given the promises before them in the list.
//!
//! Integer arithmetic beyond `i64` is the one undefined case without a promise: the symbolic engine's
//! integers are unbounded, and the evaluator answers with an error.

use crate::arena::Arena;
use crate::expr::Expr;
use crate::ids::ExprId;
use crate::origin::Origin;
use crate::system::{Promise, PromiseKind, System};
use crate::types::Type;

/// Collects the promises of `expr`, each under the condition that `path` holds. Places are looked up with
/// `place`, which may know where a partial operation was written.
pub fn promises_of(
    arena: &mut Arena,
    expr: ExprId,
    path: ExprId,
    place: &dyn Fn(ExprId) -> Origin,
) -> Vec<Promise> {
    let mut collector = Collector {
        arena,
        place,
        out: Vec::new(),
        scope: Vec::new(),
    };
    collector.visit(expr, path);
    let mut out: Vec<Promise> = Vec::new();
    for promise in collector.out {
        if !out.iter().any(|p| p.holds == promise.holds) {
            out.push(promise);
        }
    }
    out
}

struct Collector<'a> {
    arena: &'a mut Arena,
    place: &'a dyn Fn(ExprId) -> Origin,
    out: Vec<Promise>,
    /// Binders entered, with the path condition outside of each.
    scope: Vec<(crate::BinderId, ExprId)>,
}

impl Collector<'_> {
    fn visit(&mut self, expr: ExprId, path: ExprId) {
        if self.arena.is_total(expr) {
            return;
        }
        match self.arena.expr(expr).clone() {
            Expr::And(parts) => self.in_order(&parts, path, false),
            Expr::Or(parts) => self.in_order(&parts, path, true),
            Expr::Implies(a, b) => self.in_order(&[a, b], path, false),
            Expr::Ite(c, a, b) => {
                self.visit(c, path);
                let then = self.arena.and([path, c]);
                self.visit(a, then);
                let not = self.arena.not(c);
                let otherwise = self.arena.and([path, not]);
                self.visit(b, otherwise);
            }
            Expr::Quant(_, b, body) | Expr::Compr(b, body) | Expr::Lambda(b, body) => {
                self.scope.push((b, path));
                let inner = self.arena.bool(true);
                self.visit(body, inner);
                self.scope.pop();
            }
            other => {
                other.for_each_child(|c| self.visit(c, path));
                self.own(expr, path);
            }
        }
    }

    fn in_order(&mut self, parts: &[ExprId], mut path: ExprId, negate: bool) {
        for part in parts {
            self.visit(*part, path);
            let passed = if negate { self.arena.not(*part) } else { *part };
            path = self.arena.and([path, passed]);
        }
    }

    fn own(&mut self, expr: ExprId, path: ExprId) {
        let (kind, condition) = match *self.arena.expr(expr) {
            Expr::Unwrap(a) => (PromiseKind::SomeValue, self.arena.is_some(a)),
            Expr::Div(_, b) | Expr::Mod(_, b) => {
                let zero = self.arena.int(0);
                (PromiseKind::Divisor, self.arena.ne(b, zero))
            }
            Expr::Narrow(a, ty) => {
                let Type::Range { lo, hi } = *self.arena.type_of_id(ty) else {
                    return;
                };
                let (lo, hi) = (self.arena.int(lo), self.arena.int(hi));
                let (low, high) = (self.arena.le(lo, a), self.arena.le(a, hi));
                (PromiseKind::Range, self.arena.and([low, high]))
            }
            _ => return,
        };
        let mut holds = self.arena.implies(path, condition);
        for (binder, outside) in self.scope.iter().rev() {
            holds = self.arena.forall(&[*binder], holds);
            holds = self.arena.implies(*outside, holds);
        }
        if self.arena.as_bool(holds) != Some(true) {
            self.out.push(Promise {
                kind,
                holds,
                origin: (self.place)(expr),
            });
        }
    }
}

/// Recomputes the promises of every axiom, event and property of a system, keeping the agreements that the
/// front end added to events. To be called once when a system is complete.
pub fn add_promises(system: &mut System, place: &dyn Fn(ExprId) -> Origin) {
    let arena = &mut system.arena;
    let yes = arena.bool(true);
    for axiom in system.assumptions.iter_mut().chain(&mut system.init) {
        axiom.promises = promises_of(arena, axiom.formula, yes, place);
    }
    for property in &mut system.properties {
        property.promises = promises_of(arena, property.formula, yes, place);
    }
    for event in &mut system.events {
        let agreements: Vec<_> = event
            .promises
            .drain(..)
            .filter(|p| p.kind == PromiseKind::Agreement)
            .collect();
        let mut all = promises_of(arena, event.guard, yes, place);
        for update in &event.updates {
            all.extend(promises_of(arena, update.value, event.guard, place));
        }
        all.extend(agreements);
        for promise in all {
            if !event.promises.iter().any(|p| p.holds == promise.holds) {
                event.promises.push(promise);
            }
        }
    }
}
