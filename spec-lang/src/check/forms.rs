//! Constructors of options, sets and tuples; binders; `if` and `let`.

use super::body::Body;
use super::expr::make;
use super::typed::{TBinder, TExpr, TKind};
use super::wrong;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{self, Binder, Domain, Expr, ExprKind, Name};
use crate::types::{Form, Ty, Types};

impl Body<'_, '_> {
    /// `none`, `some(e)`, a set in braces or a tuple.
    pub(super) fn constructor(&mut self, e: &Expr, hint: Option<Ty>) -> TExpr {
        let span = e.span;
        match &e.kind {
            ExprKind::Some(inner) => {
                let want = hint.and_then(|t| self.types.as_option(t));
                let inner = self.element(inner, want);
                let ty = self.types.option(inner.ty);
                make(TKind::Some(Box::new(inner)), ty, span)
            }
            ExprKind::Set(items) if hint.is_some_and(|t| self.as_multiset(t).is_some()) => {
                self.multiset_literal(items, hint.unwrap_or(Types::ERROR), span)
            }
            ExprKind::Set(items) => {
                let want = hint.and_then(|t| self.types.as_set(t));
                self.set(items, want, span)
            }
            ExprKind::Tuple(items) => {
                let columns = hint.and_then(|t| self.types.as_tuple(t)).map(<[Ty]>::to_vec);
                let wants = columns.filter(|c| c.len() == items.len()).unwrap_or_default();
                let wants = wants.into_iter().map(Some).chain(std::iter::repeat(None));
                let items: Vec<_> = items.iter().zip(wants).map(|(i, w)| self.element(i, w)).collect();
                let ty = self.types.make(Form::Tuple(items.iter().map(|i| i.ty).collect()));
                make(TKind::Tuple(items), ty, span)
            }
            _ => {
                let of = hint
                    .and_then(|t| self.types.as_option(t))
                    .unwrap_or(Types::UNKNOWN);
                let ty = self.types.option(of);
                make(TKind::None, ty, span)
            }
        }
    }

    /// A part of a constructed value: of the wanted type if it can be.
    pub(super) fn element(&mut self, e: &Expr, want: Option<Ty>) -> TExpr {
        match want {
            Some(want) if !self.types.has_unknown(want) => self.check(e, want),
            _ => self.typed(e, want),
        }
    }

    fn set(&mut self, items: &[Expr], want: Option<Ty>, span: Span) -> TExpr {
        if let Some(of) = want.filter(|t| !self.types.has_unknown(*t)) {
            let items = items.iter().map(|i| self.check(i, of)).collect();
            let ty = self.types.set(of);
            return make(TKind::Set(items), ty, span);
        }
        let mut typed: Vec<TExpr> = Vec::new();
        let mut of = None;
        for item in items {
            let item = self.typed(item, of);
            let known = Some(item.ty).filter(|t| !self.types.has_unknown(*t));
            of = match (of, known) {
                (Some(t), Some(k)) => Some(self.join(t, k).unwrap_or(t)),
                (of, known) => of.or(known).map(|t| self.types.widened(t)),
            };
            typed.push(item);
        }
        let of = self.common(items, &mut typed, of);
        let ty = self.types.set(of);
        make(TKind::Set(typed), ty, span)
    }

    /// Makes all elements of one type, those that were open too.
    fn common(&mut self, items: &[Expr], typed: &mut [TExpr], of: Option<Ty>) -> Ty {
        let Some(mut of) = of else { return Types::UNKNOWN };
        let first = typed.first().map(|t| t.ty);
        if typed.iter().all(|t| Some(t.ty) == first) {
            of = first.unwrap_or(of);
        }
        for (item, typed) in items.iter().zip(typed) {
            if self.types.has_unknown(typed.ty) {
                *typed = self.typed(item, Some(of));
            }
            if self.join(of, typed.ty).is_none() {
                *typed = self.fit(typed.clone(), of);
            }
        }
        of
    }

    pub(super) fn card(&mut self, set: &Expr, span: Span) -> TExpr {
        let set = self.infer_known(set);
        if self.as_multiset(set.ty).is_some() {
            return self.multiset_size(set, span);
        }
        if !matches!(self.types.form(set.ty), Form::Set(_) | Form::Error) {
            let message = format!("`card` counts the elements of a set, found {}", self.show(set.ty));
            self.report(Diagnostic::error("E0304", set.span, message));
        }
        make(TKind::Card(Box::new(set)), Types::INT, span)
    }

    pub(super) fn value_of(&mut self, option: &Expr, hint: Option<Ty>, span: Span) -> TExpr {
        let hint = hint.map(|t| self.types.option(t));
        let typed = self.typed(option, hint);
        let option = self.known(typed);
        if self.types.as_record(option.ty).is_some() {
            let name = Name {
                text: "value".to_owned(),
                span,
            };
            return match self.field_of(option.ty, &name) {
                Some((i, ty)) => make(TKind::Component(Box::new(option), i), ty, span),
                None => wrong(span),
            };
        }
        match *self.types.form(option.ty) {
            Form::Option(t) => make(TKind::Value(Box::new(option)), t, span),
            Form::Error => wrong(span),
            _ => {
                let message = format!(
                    "`.value` is the value of an option, found {}",
                    self.show(option.ty)
                );
                self.report(Diagnostic::error("E0304", span, message));
                wrong(span)
            }
        }
    }

    pub(super) fn component(&mut self, tuple: &Expr, index: u32, span: Span) -> TExpr {
        let tuple = self.infer_known(tuple);
        let found = match self.types.form(tuple.ty) {
            Form::Error => return wrong(span),
            Form::Tuple(parts) => parts.get(index as usize).copied(),
            _ => None,
        };
        match found {
            Some(ty) => make(TKind::Component(Box::new(tuple), index), ty, span),
            None => {
                let message = format!("{} has no component {index}", self.show(tuple.ty));
                self.report(
                    Diagnostic::error("E0304", span, message)
                        .help("components of a tuple are counted from 0"),
                );
                wrong(span)
            }
        }
    }

    /// Binds the names of some binders; they stay in scope.
    pub(super) fn binders(&mut self, binders: &[Binder], what: &str) -> Vec<TBinder> {
        let mut out: Vec<TBinder> = Vec::new();
        let mut bound: Vec<&Name> = Vec::new();
        for binder in binders {
            let (ty, set) = self.binder_domain(&binder.domain, what);
            for name in &binder.names {
                if let Some(old) = bound.iter().find(|n| n.text == name.text) {
                    self.report(
                        Diagnostic::error("E0202", name.span, format!("`{}` is bound twice", name.text))
                            .label(old.span, "first bound here"),
                    );
                }
                bound.push(name);
                out.push(TBinder {
                    local: self.bind(name, ty),
                    name: name.text.clone(),
                    ty,
                    set: set.clone(),
                });
            }
        }
        out
    }

    fn binder_domain(&mut self, domain: &Domain, what: &str) -> (Ty, Option<TExpr>) {
        match domain {
            Domain::Type(ty) => (self.read_finite(ty, what), None),
            Domain::Set(set) => {
                let set = self.listed_set(set, what);
                match *self.types.form(set.ty) {
                    Form::Set(t) => (t, Some(set)),
                    Form::Error => (Types::ERROR, None),
                    _ => {
                        let message = format!("expected a set behind `in`, found {}", self.show(set.ty));
                        self.report(
                            Diagnostic::error("E0304", set.span, message)
                                .help("the values of a type are written `x: T`"),
                        );
                        (Types::ERROR, None)
                    }
                }
            }
        }
    }

    pub(super) fn quantified(&mut self, forall: bool, binders: &[Binder], body: &Expr, span: Span) -> TExpr {
        self.scoped(|b| {
            let binders = b.binders(binders, "the values of a quantifier");
            let body = Box::new(b.check(body, Types::BOOL));
            make(
                TKind::Quant {
                    forall,
                    binders,
                    body,
                },
                Types::BOOL,
                span,
            )
        })
    }

    pub(super) fn comprehension(&mut self, binders: &[Binder], body: &Expr, span: Span) -> TExpr {
        self.scoped(|b| {
            let binders = b.binders(binders, "the elements of a set");
            let body = Box::new(b.check(body, Types::BOOL));
            let mut parts: Vec<Ty> = binders.iter().map(|t| t.ty).collect();
            let of = match (parts.len(), parts.pop()) {
                (1, Some(only)) => only,
                (_, last) => {
                    parts.extend(last);
                    b.types.make(Form::Tuple(parts))
                }
            };
            let ty = b.types.set(of);
            make(TKind::Compr { binders, body }, ty, span)
        })
    }

    pub(super) fn lambda(
        &mut self,
        name: &Name,
        ty: &ast::Type,
        body: &Expr,
        hint: Option<Ty>,
        span: Span,
    ) -> TExpr {
        let want = hint.and_then(|t| self.types.as_map(t)).map(|(_, v)| v);
        self.scoped(|b| {
            let key_ty = b.read_finite(ty, "the keys of a map");
            let key = b.bind(name, key_ty);
            let body = b.element(body, want);
            let body = Box::new(b.known(body));
            let ty = b.types.map(key_ty, body.ty);
            make(TKind::Lambda { key, body }, ty, span)
        })
    }

    pub(super) fn conditional(
        &mut self,
        (condition, then, otherwise): (&Expr, &Expr, &Expr),
        hint: Option<Ty>,
        span: Span,
    ) -> TExpr {
        let condition = Box::new(self.check(condition, Types::BOOL));
        let (then, otherwise, ty) = self.alternatives(then, otherwise, hint);
        make(
            TKind::If(condition, Box::new(then), Box::new(otherwise)),
            ty,
            span,
        )
    }

    /// Two expressions for one value.
    pub(super) fn alternatives(&mut self, a: &Expr, b: &Expr, hint: Option<Ty>) -> (TExpr, TExpr, Ty) {
        if let Some(want) = hint.filter(|t| !self.types.has_unknown(*t)) {
            return (self.check(a, want), self.check(b, want), want);
        }
        let mut first = self.typed(a, hint);
        let second = self.typed(b, Some(self.types.widened(first.ty)));
        if self.types.has_unknown(first.ty) && !self.types.has_unknown(second.ty) {
            first = self.typed(a, Some(second.ty));
        }
        match self.join(first.ty, second.ty) {
            Some(ty) => (first, second, ty),
            None => {
                let want = first.ty;
                let second = self.fit(second, want);
                (first, second, want)
            }
        }
    }

    pub(super) fn let_in(
        &mut self,
        name: &Name,
        value: &Expr,
        body: &Expr,
        hint: Option<Ty>,
        span: Span,
    ) -> TExpr {
        let value = Box::new(self.infer_known(value));
        self.scoped(|b| {
            let local = b.bind(name, value.ty);
            let body = Box::new(b.typed(body, hint));
            let ty = body.ty;
            make(TKind::Let { local, value, body }, ty, span)
        })
    }
}
