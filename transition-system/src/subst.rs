//! Rewriting expressions: substitution of binders (capture-avoiding), priming, free binders.
//!
//! All take time linear in the number of distinct nodes reached (times the binders renamed).

use std::collections::{BTreeSet, HashMap};

use crate::arena::Arena;
use crate::expr::Expr;
use crate::ids::{BinderId, ExprId};

/// `expr` with bound variables replaced. A binder inside that occurs free in a replacement is renamed.
pub fn substitute(arena: &mut Arena, expr: ExprId, with: &HashMap<BinderId, ExprId>) -> ExprId {
    let mut avoid = BTreeSet::new();
    for value in with.values() {
        avoid.extend(free_binders(arena, *value));
    }
    Substitution {
        arena,
        avoid,
        memo: HashMap::new(),
    }
    .run(expr, with)
}

struct Substitution<'a> {
    arena: &'a mut Arena,
    avoid: BTreeSet<BinderId>,
    memo: HashMap<ExprId, ExprId>,
}

impl Substitution<'_> {
    fn run(&mut self, expr: ExprId, with: &HashMap<BinderId, ExprId>) -> ExprId {
        if let Some(done) = self.memo.get(&expr) {
            return *done;
        }
        let node = self.arena.expr(expr).clone();
        let out = match (&node, node.binder()) {
            (Expr::Bound(b), _) => with.get(b).copied().unwrap_or(expr),
            (_, Some(b)) if self.avoid.contains(&b) || with.contains_key(&b) => self.renamed(expr, b, with),
            (_, _) => {
                let children: Vec<_> = node.children().into_iter().map(|c| self.run(c, with)).collect();
                self.arena.rebuild(expr, &children)
            }
        };
        self.memo.insert(expr, out);
        out
    }

    fn renamed(&mut self, expr: ExprId, binder: BinderId, with: &HashMap<BinderId, ExprId>) -> ExprId {
        let info = self.arena.binder_info(binder).clone();
        let fresh = self.arena.binder(info.name, info.ty);
        let replacement = self.arena.bound(fresh);
        let mut inner = with.clone();
        inner.insert(binder, replacement);
        let parts = self.arena.expr(expr).children();
        let outer = std::mem::take(&mut self.memo);
        let parts: Vec<_> = parts.into_iter().map(|p| self.run(p, &inner)).collect();
        self.memo = outer;
        match (self.arena.expr(expr).clone(), parts.as_slice()) {
            (Expr::Quant(q, _, _), &[body]) => self.arena.quant(q, fresh, body),
            (Expr::Fold(op, ..), &[condition, body]) => self.arena.fold(op, fresh, condition, body),
            (Expr::Compr(..), &[body]) => self.arena.compr(fresh, body),
            (Expr::Lambda(..), &[body]) => {
                let value = match *self.arena.type_of(expr) {
                    crate::Type::Map(_, v) => v,
                    _ => self.arena.type_id(body),
                };
                self.arena.lambda(fresh, body, value)
            }
            (_, _) => expr,
        }
    }
}

/// `expr` read in the next state: each variable becomes its [`Expr::Next`].
pub fn prime(arena: &mut Arena, expr: ExprId) -> ExprId {
    map_leaves(arena, expr, &mut |arena, leaf| match *arena.expr(leaf) {
        Expr::Var(v) => {
            let ty = arena.type_id(leaf);
            Some(arena.next(v, ty))
        }
        _ => None,
    })
}

/// `expr` with leaves replaced where `f` gives something; `f` must not bring in free binders.
pub fn map_leaves(
    arena: &mut Arena,
    expr: ExprId,
    f: &mut dyn FnMut(&mut Arena, ExprId) -> Option<ExprId>,
) -> ExprId {
    let mut memo: HashMap<ExprId, ExprId> = HashMap::new();
    for id in post_order(arena, &[expr]) {
        let children: Vec<_> = arena.expr(id).children().iter().map(|c| memo[c]).collect();
        let replaced = if children.is_empty() { f(arena, id) } else { None };
        let out = match replaced {
            Some(x) => x,
            None if children.is_empty() => id,
            None => arena.rebuild(id, &children),
        };
        memo.insert(id, out);
    }
    memo[&expr]
}

/// All nodes reached from `roots`, each once, children before parents. Does not recurse on the stack.
#[must_use]
pub fn post_order(arena: &Arena, roots: &[ExprId]) -> Vec<ExprId> {
    let mut seen = std::collections::HashSet::new();
    let mut out = Vec::new();
    let mut stack: Vec<(ExprId, bool)> = roots.iter().rev().map(|r| (*r, false)).collect();
    while let Some((id, ready)) = stack.pop() {
        if ready {
            out.push(id);
        } else if seen.insert(id) {
            stack.push((id, true));
            for child in arena.expr(id).children().into_iter().rev() {
                stack.push((child, false));
            }
        }
    }
    out
}

/// The binders that occur free in `expr`, in order of id.
#[must_use]
pub fn free_binders(arena: &Arena, expr: ExprId) -> BTreeSet<BinderId> {
    let mut free: HashMap<ExprId, BTreeSet<BinderId>> = HashMap::new();
    for id in post_order(arena, &[expr]) {
        let node = arena.expr(id);
        let mut set = BTreeSet::new();
        if let Expr::Bound(b) = node {
            set.insert(*b);
        }
        node.for_each_child(|c| set.extend(free[&c].iter().copied()));
        if let Some(b) = node.binder() {
            set.remove(&b);
        }
        free.insert(id, set);
    }
    free.remove(&expr).unwrap_or_default()
}
