//! The walk through expressions and types.

use transition_system::FoldOp;

use super::scope::Role;
use super::walk::{Comparison, Walk};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{
    Arm, BinaryOp, Binder, Bound, BoundTerm, Change, Compare, Expr, ExprKind, PatternKind, Type, TypeKind,
};

impl<'a> Walk<'a> {
    pub(super) fn expr(&mut self, e: &'a Expr) {
        match &e.kind {
            ExprKind::Bool(_) | ExprKind::Int(_) | ExprKind::None | ExprKind::Broken => {}
            ExprKind::Path(path) | ExprKind::Side(_, path) => self.scope.read(path),
            ExprKind::Some(a)
            | ExprKind::Card(a)
            | ExprKind::Value(a)
            | ExprKind::Component(a, _)
            | ExprKind::Prime(a)
            | ExprKind::Always(a)
            | ExprKind::Eventually(a)
            | ExprKind::Not(a)
            | ExprKind::Neg(a) => self.expr(a),
            ExprKind::Tuple(list)
            | ExprKind::Set(list)
            | ExprKind::Seq(list)
            | ExprKind::And(list)
            | ExprKind::Or(list) => list.iter().for_each(|e| self.expr(e)),
            ExprKind::Until(a, b) | ExprKind::LeadsTo(a, b) | ExprKind::Index { map: a, key: b } => {
                self.expr(a);
                self.expr(b);
            }
            ExprKind::Binary { op, left, right } => self.binary(*op, left, right, e.span),
            ExprKind::Field(a, name) => {
                self.expr(a);
                // of a part of a system, perhaps
                self.scope.mention(name);
            }
            ExprKind::Compr { binders, body } => self.comprehension(binders, body),
            ExprKind::Quant { binders, body, .. } => self.bound_in(binders, body, role_for(body)),
            ExprKind::Fold { op, binders, body } => {
                // `sum x: T. 1` counts
                let role = if *op == FoldOp::Sum {
                    Role::Optional
                } else {
                    Role::Binder
                };
                self.bound_in(binders, body, role);
            }
            ExprKind::Lambda { name, ty, body } => {
                self.ty(ty);
                let depth = self.scope.depth();
                self.scope.bind(name, Role::Optional);
                self.expr(body);
                self.scope.leave(depth);
            }
            ExprKind::Let { name, value, body } => {
                let depth = self.scope.depth();
                let before = self.scope.count(&name.text);
                self.expr(value);
                if self.scope.count(&name.text) > before {
                    self.scope.bind_again(name, Role::Binder);
                } else {
                    self.scope.bind(name, Role::Binder);
                }
                self.expr(body);
                self.scope.leave(depth);
            }
            ExprKind::Match { value, arms } => self.cases(value, arms),
            ExprKind::If {
                condition,
                then,
                otherwise,
            } => [condition, then, otherwise]
                .into_iter()
                .for_each(|e| self.expr(e)),
            ExprKind::Call { callee, args } => {
                self.expr(callee);
                args.iter().for_each(|e| self.expr(e));
            }
            ExprKind::Named { callee, fields } => {
                self.expr(callee);
                fields.iter().for_each(|(_, e)| self.expr(e));
            }
            ExprKind::With { base, changes } => {
                self.expr(base);
                changes.iter().for_each(|c| self.change(c));
            }
        }
    }

    fn change(&mut self, change: &'a Change) {
        match change {
            Change::Field(_, e) => self.expr(e),
            Change::Key(key, e) => {
                self.expr(key);
                self.expr(e);
            }
        }
    }

    fn bound_in(&mut self, binders: &'a [Binder], body: &'a Expr, role: Role) {
        let depth = self.scope.depth();
        binders.iter().for_each(|b| self.binder(b, role));
        self.expr(body);
        self.scope.leave(depth);
    }

    /// `{ x: T | true }` is all of `T`, and a relation may say nothing of one column.
    fn comprehension(&mut self, binders: &'a [Binder], body: &'a Expr) {
        let depth = self.scope.depth();
        let role = role_for(body);
        binders.iter().for_each(|b| self.binder(b, role));
        self.expr(body);
        self.scope.use_all_if_any(depth);
        self.scope.leave(depth);
    }

    /// `match x { some(x) => .. }` hides what is not needed any more.
    fn cases(&mut self, value: &'a Expr, arms: &'a [Arm]) {
        let bound = |p: &'a PatternKind| match p {
            PatternKind::Some(name) => Some(name),
            PatternKind::Any | PatternKind::None | PatternKind::Bool(_) | PatternKind::Path(_) => None,
        };
        let patterns = || {
            arms.iter()
                .flat_map(|a| &a.patterns)
                .filter_map(|p| bound(&p.kind))
        };
        let count = |walk: &Self| patterns().map(|n| walk.scope.count(&n.text)).collect::<Vec<_>>();
        let before = count(self);
        self.expr(value);
        let after = count(self);
        let mut again = before.iter().zip(&after).map(|(b, a)| a > b);
        for arm in arms {
            let depth = self.scope.depth();
            for pattern in &arm.patterns {
                match &pattern.kind {
                    PatternKind::Some(name) if again.next() == Some(true) => {
                        self.scope.bind_again(name, Role::Binder);
                    }
                    PatternKind::Some(name) => self.scope.bind(name, Role::Binder),
                    PatternKind::Path(path) => self.scope.read(path),
                    PatternKind::Any | PatternKind::None | PatternKind::Bool(_) => {}
                }
            }
            self.expr(&arm.body);
            self.scope.leave(depth);
        }
    }

    fn binary(&mut self, op: BinaryOp, left: &'a Expr, right: &'a Expr, span: Span) {
        self.expr(left);
        self.expr(right);
        let BinaryOp::Compare(op) = op else { return };
        let always = match op {
            Compare::Eq | Compare::Le | Compare::Ge | Compare::Subset => true,
            Compare::Ne | Compare::Lt | Compare::Gt => false,
            Compare::In | Compare::NotIn => return,
        };
        if same(left, right, &mut 64) {
            self.scope.out.push(
                Diagnostic::warning("E0606", span, format!("this comparison is always {always}"))
                    .here("both sides are the same")
                    .help("compare it with something else, or leave the comparison out"),
            );
        } else {
            let (left, right) = (left.span, right.span);
            self.comparisons.insert(span, Comparison { op, left, right });
        }
    }

    pub(super) fn ty(&mut self, ty: &'a Type) {
        match &ty.kind {
            TypeKind::Bool | TypeKind::Int => {}
            TypeKind::Range(lo, hi) => {
                self.range(lo);
                self.range(hi);
            }
            TypeKind::Name(path) => path.names.iter().for_each(|n| self.scope.mention(n)),
            TypeKind::Option(a) | TypeKind::Set(a) => self.ty(a),
            TypeKind::Map(a, b) => {
                self.ty(a);
                self.ty(b);
            }
            TypeKind::Tuple(list) => list.iter().for_each(|t| self.ty(t)),
            TypeKind::Seq(bound, a) | TypeKind::Multiset(bound, a) => {
                self.range(bound);
                self.ty(a);
            }
        }
    }

    fn range(&mut self, bound: &'a Bound) {
        let terms = std::iter::once(&bound.first).chain(bound.rest.iter().map(|(_, t)| t));
        for term in terms {
            match term {
                BoundTerm::Int(_) => {}
                BoundTerm::Name { path, .. } => path.names.iter().for_each(|n| self.scope.mention(n)),
            }
        }
    }
}

/// `exists x in S. true` and `{ x: T | true }` say nothing of `x`, and mean it.
fn role_for(body: &Expr) -> Role {
    if matches!(body.kind, ExprKind::Bool(_)) {
        Role::Optional
    } else {
        Role::Binder
    }
}

/// Whether two expressions read the same, of at most so many parts.
fn same(a: &Expr, b: &Expr, parts: &mut u32) -> bool {
    let Some(left) = parts.checked_sub(1) else {
        return false;
    };
    *parts = left;
    match (&a.kind, &b.kind) {
        (ExprKind::Path(a), ExprKind::Path(b)) => a.text() == b.text(),
        (ExprKind::Side(l, a), ExprKind::Side(r, b)) => l == r && a.text() == b.text(),
        (ExprKind::Int(a), ExprKind::Int(b)) => a == b,
        (ExprKind::Index { map: m, key: k }, ExprKind::Index { map: n, key: l }) => {
            same(m, n, parts) && same(k, l, parts)
        }
        (ExprKind::Call { callee: f, args: a }, ExprKind::Call { callee: g, args: b }) => {
            a.len() == b.len() && same(f, g, parts) && a.iter().zip(b).all(|(a, b)| same(a, b, parts))
        }
        (ExprKind::Tuple(a), ExprKind::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b, parts))
        }
        (ExprKind::Field(a, f), ExprKind::Field(b, g)) => f.text == g.text && same(a, b, parts),
        (ExprKind::Component(a, i), ExprKind::Component(b, j)) => i == j && same(a, b, parts),
        (ExprKind::Value(a), ExprKind::Value(b))
        | (ExprKind::Prime(a), ExprKind::Prime(b))
        | (ExprKind::Some(a), ExprKind::Some(b))
        | (ExprKind::Card(a), ExprKind::Card(b)) => same(a, b, parts),
        (_, _) => false,
    }
}
