//! Promises: where an expression could be undefined, and the condition under which it is not.
//!
//! `and`, `or`, `=>`, `if` and quantified formulas evaluate from left to right and stop early, so the
//! condition of a partial operator is *path implies condition*. Conditions are themselves always defined,
//! given the promises before them in the list.
//!
//! Integer arithmetic beyond `i64` is the one undefined case without a promise: the symbolic engine's
//! integers are unbounded, and the evaluator answers with an error.

use std::collections::{HashMap, HashSet};

use crate::arena::Arena;
use crate::expr::{Expr, FoldOp};
use crate::ids::ExprId;
use crate::origin::Origin;
use crate::system::{Promise, PromiseKind, System};
use crate::temporal::Temporal;
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
        partial: HashMap::new(),
        seen: HashSet::new(),
    };
    collector.visit(expr, path);
    let mut known = HashSet::new();
    collector.out.retain(|p| known.insert(p.holds));
    collector.out
}

type Entered = Vec<(crate::BinderId, ExprId)>;

struct Collector<'a> {
    arena: &'a mut Arena,
    place: &'a dyn Fn(ExprId) -> Origin,
    out: Vec<Promise>,
    /// Binders entered, with the path condition outside of each.
    scope: Entered,
    /// Whether an expression contains a partial operator; those that do not are passed over.
    partial: HashMap<ExprId, bool>,
    /// What was visited under which path inside which binders: shared parts are visited once.
    seen: HashSet<(ExprId, ExprId, Entered)>,
}

impl Collector<'_> {
    fn visit(&mut self, expr: ExprId, path: ExprId) {
        if !self.is_partial(expr) || !self.seen.insert((expr, path, self.scope.clone())) {
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
            Expr::Fold(_, b, condition, body) => {
                self.scope.push((b, path));
                let inner = self.arena.bool(true);
                self.visit(condition, inner);
                self.visit(body, condition);
                self.scope.pop();
                self.own(expr, path);
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

    fn is_partial(&mut self, expr: ExprId) -> bool {
        if let Some(known) = self.partial.get(&expr) {
            return *known;
        }
        let node = self.arena.expr(expr);
        let own = matches!(
            node,
            Expr::Unwrap(_)
                | Expr::Div(..)
                | Expr::Mod(..)
                | Expr::Narrow(..)
                | Expr::Fold(FoldOp::Min | FoldOp::Max, ..)
        );
        let children = node.children();
        let partial = own || children.into_iter().any(|c| self.is_partial(c));
        self.partial.insert(expr, partial);
        partial
    }

    fn in_order(&mut self, parts: &[ExprId], mut path: ExprId, negate: bool) {
        for part in parts {
            self.visit(*part, path);
            let passed = if negate { self.arena.not(*part) } else { *part };
            path = self.arena.and([path, passed]);
        }
    }

    /// Whether every conjunct of a condition is a conjunct of the path, as in `x != none and x.value == y`.
    fn is_among(&self, condition: ExprId, path: ExprId) -> bool {
        let conjuncts = |e: ExprId| match self.arena.expr(e) {
            Expr::And(parts) => parts.clone(),
            _ => vec![e],
        };
        let known = conjuncts(path);
        conjuncts(condition).iter().all(|c| known.contains(c))
    }

    fn own(&mut self, expr: ExprId, path: ExprId) {
        let (kind, condition) = match *self.arena.expr(expr) {
            Expr::Unwrap(a) => (PromiseKind::SomeValue, self.arena.is_some(a)),
            Expr::Div(_, b) | Expr::Mod(_, b) => {
                let zero = self.arena.int(0);
                (PromiseKind::Divisor, self.arena.ne(b, zero))
            }
            Expr::Fold(FoldOp::Min | FoldOp::Max, b, condition, _) => {
                (PromiseKind::NotEmpty, self.arena.exists(&[b], condition))
            }
            Expr::Narrow(a, ty) => {
                let Type::Range { lo, hi } = *self.arena.type_of_id(ty) else {
                    return;
                };
                if self.arena.interval(a).is_some_and(|(l, h)| lo <= l && h <= hi) {
                    return;
                }
                let (lo, hi) = (self.arena.int(lo), self.arena.int(hi));
                let (low, high) = (self.arena.le(lo, a), self.arena.le(a, hi));
                (PromiseKind::Range, self.arena.and([low, high]))
            }
            _ => return,
        };
        if self.is_among(condition, path) {
            return;
        }
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
        let temporal = property.temporal.iter().flat_map(Temporal::states);
        for (around, formula) in temporal {
            for mut promise in promises_of(arena, formula, yes, place) {
                let binders: Vec<_> = around.iter().map(|(_, b)| *b).collect();
                promise.holds = arena.forall(&binders, promise.holds);
                if !property.promises.iter().any(|p| p.holds == promise.holds) {
                    property.promises.push(promise);
                }
            }
        }
        for clause in &mut property.steps {
            clause.promises = promises_of(arena, clause.formula, yes, place);
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn promises(arena: &mut Arena, e: ExprId) -> Vec<Promise> {
        let yes = arena.bool(true);
        promises_of(arena, e, yes, &|_| Origin::unknown())
    }

    #[test]
    fn a_condition_on_the_path_is_no_promise() {
        let mut arena = Arena::new();
        let int = arena.int_ty();
        let option = arena.ty(Type::Option(int));
        let x = arena.var(crate::VarId::new(0), option);
        let (some, value) = (arena.is_some(x), arena.unwrap_some(x));
        let zero = arena.int(0);
        let positive = arena.lt(zero, value);
        let guarded = arena.and([some, positive]);
        assert_eq!(promises(&mut arena, guarded), []);
        assert_eq!(promises(&mut arena, positive).len(), 1);
    }

    #[test]
    fn a_narrower_range_needs_no_promise() {
        let mut arena = Arena::new();
        let (small, large) = (
            arena.ty(Type::Range { lo: 0, hi: 2 }),
            arena.ty(Type::Range { lo: 0, hi: 5 }),
        );
        let x = arena.var(crate::VarId::new(0), small);
        let y = arena.var(crate::VarId::new(1), large);
        let (wide, narrow) = (arena.narrow(x, large), arena.narrow(y, small));
        let (a, b) = (arena.eq(wide, y), arena.eq(narrow, x));
        assert_eq!(promises(&mut arena, a), []);
        assert_eq!(promises(&mut arena, b).len(), 1);
    }

    #[test]
    fn shared_parts_are_visited_once() {
        let mut arena = Arena::new();
        let int = arena.int_ty();
        let mut x = arena.var(crate::VarId::new(0), int);
        let y = arena.var(crate::VarId::new(1), int);
        x = arena.div(x, y);
        for _ in 0..64 {
            x = arena.add(x, x);
        }
        let e = arena.eq(x, y);
        assert_eq!(promises(&mut arena, e).len(), 1);
    }
}
