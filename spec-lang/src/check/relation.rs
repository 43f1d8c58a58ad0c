//! The algebra of relations, written out as comprehensions.

use super::body::Body;
use super::expr::make;
use super::typed::{LocalId, TBinder, TExpr, TKind};
use super::wrong;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{Expr, SetOp};
use crate::types::{Form, Ty, Types};

impl Body<'_, '_> {
    /// A local that no name in the text means.
    pub(super) fn hidden(&mut self, name: &str, ty: Ty) -> LocalId {
        self.locals.push((name.to_owned(), ty));
        self.locals.len() - 1
    }

    fn hidden_binder(&mut self, name: &str, ty: Ty, set: Option<TExpr>) -> TBinder {
        TBinder {
            local: self.hidden(name, ty),
            name: name.to_owned(),
            ty,
            set,
        }
    }

    /// A relation and its columns; `None` where it is none, which is reported.
    fn relation(&mut self, e: &Expr) -> Option<(TExpr, Vec<Ty>)> {
        let typed = self.listed_set(e, "the elements of a relation");
        if self.types.is_error(typed.ty) {
            return None;
        }
        let columns = self.types.as_set(typed.ty).and_then(|t| self.types.as_tuple(t));
        match columns.map(<[Ty]>::to_vec) {
            Some(columns) => Some((typed, columns)),
            None => {
                let message = format!("expected a relation, found {}", self.show(typed.ty));
                self.report(
                    Diagnostic::error("E0320", typed.span, message)
                        .help("a relation is a set of tuples, as `relation A, B` or `A >< B`"),
                );
                None
            }
        }
    }

    /// A relation with two columns.
    fn pairs(&mut self, e: &Expr) -> Option<(TExpr, Ty, Ty)> {
        let (typed, columns) = self.relation(e)?;
        match columns.as_slice() {
            [a, b] => Some((typed, *a, *b)),
            _ => {
                let message = format!(
                    "expected a relation with two columns, found {}",
                    self.show(typed.ty)
                );
                self.report(Diagnostic::error("E0320", typed.span, message));
                None
            }
        }
    }

    /// A set with elements of this type.
    fn set_of(&mut self, e: &Expr, of: Ty) -> TExpr {
        let want = self.types.set(of);
        self.check(e, want)
    }

    /// Any set.
    fn some_set(&mut self, e: &Expr) -> Option<(TExpr, Ty)> {
        let typed = self.listed_set(e, "the elements of a relation");
        match *self.types.form(typed.ty) {
            Form::Set(t) => Some((typed, t)),
            Form::Error => None,
            _ => {
                let message = format!("expected a set, found {}", self.show(typed.ty));
                self.report(Diagnostic::error("E0320", typed.span, message));
                None
            }
        }
    }

    fn local_value(&self, binder: &TBinder, span: Span) -> TExpr {
        make(TKind::Local(binder.local), binder.ty, span)
    }

    /// That the values of some binders are in a relation, in this order.
    fn related(&mut self, binders: &[&TBinder], relation: TExpr, span: Span) -> TExpr {
        let items = binders.iter().map(|b| self.local_value(b, span)).collect();
        let ty = self.types.as_set(relation.ty).unwrap_or(Types::ERROR);
        let tuple = Box::new(make(TKind::Tuple(items), ty, span));
        make(TKind::In(tuple, Box::new(relation)), Types::BOOL, span)
    }

    fn such_that(&mut self, binders: Vec<TBinder>, body: TExpr, span: Span) -> TExpr {
        let mut parts: Vec<Ty> = binders.iter().map(|b| b.ty).collect();
        let of = match parts.as_slice() {
            [one] => *one,
            _ => self.types.make(Form::Tuple(std::mem::take(&mut parts))),
        };
        let (ty, body) = (self.types.set(of), Box::new(body));
        make(TKind::Compr { binders, body }, ty, span)
    }

    fn exists(binders: Vec<TBinder>, body: TExpr, span: Span) -> TExpr {
        let kind = TKind::Quant {
            forall: false,
            binders,
            body: Box::new(body),
        };
        make(kind, Types::BOOL, span)
    }

    /// `A >< B`: all pairs.
    pub(super) fn product(&mut self, left: &Expr, right: &Expr, span: Span) -> TExpr {
        let (left, right) = (self.some_set(left), self.some_set(right));
        let (Some((left, a)), Some((right, b))) = (left, right) else {
            return wrong(span);
        };
        let binders = vec![
            self.hidden_binder("a", a, Some(left)),
            self.hidden_binder("b", b, Some(right)),
        ];
        let all = make(TKind::Bool(true), Types::BOOL, span);
        self.such_that(binders, all, span)
    }

    /// What stands in the first or last column of a relation.
    pub(super) fn column(&mut self, relation: &Expr, first: bool, span: Span) -> TExpr {
        let Some((relation, columns)) = self.relation(relation) else {
            return wrong(span);
        };
        let mut binders: Vec<TBinder> = Vec::new();
        for ty in &columns {
            binders.push(self.hidden_binder("x", *ty, None));
        }
        let all: Vec<&TBinder> = binders.iter().collect();
        let inside = self.related(&all, relation, span);
        let kept = binders.remove(if first { 0 } else { columns.len() - 1 });
        let body = Self::exists(binders, inside, span);
        self.such_that(vec![kept], body, span)
    }

    /// What the elements of a set are related to.
    pub(super) fn image(&mut self, relation: &Expr, set: &Expr, span: Span) -> TExpr {
        let Some((relation, a, b)) = self.pairs(relation) else {
            return wrong(span);
        };
        let set = self.set_of(set, a);
        let (x, y) = (
            self.hidden_binder("a", a, Some(set)),
            self.hidden_binder("b", b, None),
        );
        let inside = self.related(&[&x, &y], relation, span);
        let body = Self::exists(vec![x], inside, span);
        self.such_that(vec![y], body, span)
    }

    /// The pairs of a relation turned round.
    pub(super) fn inverse(&mut self, relation: &Expr, span: Span) -> TExpr {
        let Some((relation, a, b)) = self.pairs(relation) else {
            return wrong(span);
        };
        let (x, y) = (self.hidden_binder("a", a, None), self.hidden_binder("b", b, None));
        let body = self.related(&[&x, &y], relation, span);
        self.such_that(vec![y, x], body, span)
    }

    /// First one relation, then another.
    pub(super) fn compose(&mut self, first: &Expr, second: &Expr, span: Span) -> TExpr {
        let (first, second) = (self.pairs(first), self.pairs(second));
        let (Some((first, a, b)), Some((second, c, d))) = (first, second) else {
            return wrong(span);
        };
        if b != c {
            let message = format!(
                "the first relation leads to {}, and the second begins with {}",
                self.show(b),
                self.show(c)
            );
            self.report(Diagnostic::error("E0320", span, message));
            return wrong(span);
        }
        let (x, y, z) = (
            self.hidden_binder("a", a, None),
            self.hidden_binder("b", b, None),
            self.hidden_binder("c", d, None),
        );
        let parts = vec![
            self.related(&[&x, &y], first, span),
            self.related(&[&y, &z], second, span),
        ];
        let both = make(TKind::And(parts), Types::BOOL, span);
        let body = Self::exists(vec![y], both, span);
        self.such_that(vec![x, z], body, span)
    }

    /// The tuples of a relation whose first component is in a set.
    pub(super) fn restrict(&mut self, relation: &Expr, set: &Expr, span: Span) -> TExpr {
        let Some((relation, columns)) = self.relation(relation) else {
            return wrong(span);
        };
        let mut set = columns.first().map(|t| self.set_of(set, *t));
        let mut binders: Vec<TBinder> = Vec::new();
        for ty in columns {
            binders.push(self.hidden_binder("x", ty, set.take()));
        }
        let all: Vec<&TBinder> = binders.iter().collect();
        let body = self.related(&all, relation, span);
        self.such_that(binders, body, span)
    }

    /// Transitive closure; with every element to itself, if it is reflexive.
    pub(super) fn closure(&mut self, relation: &Expr, reflexive: bool, span: Span) -> TExpr {
        let Some((relation, a, b)) = self.pairs(relation) else {
            return wrong(span);
        };
        if a != b {
            let message = format!(
                "only a relation of one type has a closure, found {}",
                self.show(relation.ty)
            );
            self.report(Diagnostic::error("E0320", relation.span, message));
            return wrong(span);
        }
        let ty = relation.ty;
        let closure = make(TKind::Closure(Box::new(relation)), ty, span);
        if !reflexive {
            return closure;
        }
        let (x, y) = (self.hidden_binder("a", a, None), self.hidden_binder("b", a, None));
        let same = TKind::Eq(
            Box::new(self.local_value(&x, span)),
            Box::new(self.local_value(&y, span)),
        );
        let same = make(same, Types::BOOL, span);
        let identity = self.such_that(vec![x, y], same, span);
        let kind = TKind::SetOp(SetOp::Union, Box::new(closure), Box::new(identity));
        make(kind, ty, span)
    }
}
