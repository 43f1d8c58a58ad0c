//! Sums, least and greatest integers.

use transition_system::FoldOp;

use super::body::Body;
use super::expr::make;
use super::typed::{TBinder, TExpr, TKind};
use super::wrong;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{Binder, Expr};
use crate::types::{Form, Types};

impl Body<'_, '_> {
    /// `sum x: T, y in S. e`, and likewise `min` and `max`.
    pub(super) fn folded(&mut self, op: FoldOp, binders: &[Binder], body: &Expr, span: Span) -> TExpr {
        self.scoped(|b| {
            let binders = b.binders(binders, "what is gone through");
            let body = Box::new(b.check(body, Types::INT));
            make(TKind::Fold { op, binders, body }, Types::INT, span)
        })
    }

    /// `sum(S)`, `min(S)`, `max(S)` of a set of integers.
    pub(super) fn fold_set(&mut self, op: FoldOp, set: &Expr, span: Span) -> TExpr {
        let set = self.listed_set(set, "the elements of the set");
        let of = match *self.types.form(set.ty) {
            Form::Set(t) if self.types.is_integer(t) => t,
            Form::Error => return wrong(span),
            // a range whose bounds nobody gives, in a module with parameters that nothing uses
            Form::Set(t) if t == Types::ERROR => return wrong(span),
            _ => {
                let message = format!("expected a set of integers, found {}", self.show(set.ty));
                self.report(
                    Diagnostic::error("E0320", set.span, message)
                        .help("for other things, say what of each is meant, as in `sum x in S. f(x)`"),
                );
                return wrong(span);
            }
        };
        let local = self.hidden("x", of);
        let binder = TBinder {
            local,
            name: "x".to_owned(),
            ty: of,
            set: Some(set),
        };
        let body = Box::new(make(TKind::Local(local), Types::INT, span));
        let binders = vec![binder];
        make(TKind::Fold { op, binders, body }, Types::INT, span)
    }
}
