//! Where a type is wanted and another is there: what fits, and how to say that it does not.

use super::body::Body;
use super::typed::{TExpr, TKind};
use super::wrong;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::types::{Form, Ty, Types};

impl Body<'_, '_> {
    /// The expression as one of type `want`: integers are narrowed, anything else must have the type.
    pub(super) fn fit(&mut self, e: TExpr, want: Ty) -> TExpr {
        if e.ty == want || self.types.is_error(e.ty) || self.types.is_error(want) {
            return e;
        }
        match (self.types.form(e.ty), self.types.form(want)) {
            (Form::Range(..), Form::Int) => TExpr { ty: want, ..e },
            (Form::Int | Form::Range(..), &Form::Range(lo, hi)) => self.narrowed(e, want, lo, hi),
            _ => {
                self.mismatch(e.span, want, e.ty);
                wrong(e.span)
            }
        }
    }

    fn narrowed(&mut self, e: TExpr, want: Ty, lo: i64, hi: i64) -> TExpr {
        if let TKind::Int(n) = e.kind {
            if !(lo..=hi).contains(&n) {
                let message = format!("{n} is outside {}", self.show(want));
                self.report(Diagnostic::error("E0308", e.span, message));
            }
            return TExpr { ty: want, ..e };
        }
        TExpr {
            span: e.span,
            ty: want,
            kind: TKind::Narrow(Box::new(e)),
        }
    }

    fn mismatch(&mut self, span: Span, want: Ty, found: Ty) {
        let message = format!("expected {}, found {}", self.show(want), self.show(found));
        let hint = self.hint(want, found);
        self.report(Diagnostic::error("E0301", span, message).maybe_help(hint));
    }

    /// What a newcomer may have meant.
    pub(super) fn hint(&self, want: Ty, found: Ty) -> Option<String> {
        let same = |a: Ty, b: Ty| a == b || self.types.is_integer(a) && self.types.is_integer(b);
        Some(match (self.types.form(want), self.types.form(found)) {
            (_, Form::Option(t)) if same(*t, want) => {
                "this is an option: `.value` is the value inside, and `!= none` asks whether there is one"
                    .to_owned()
            }
            (Form::Option(t), _) if same(*t, found) => "write `some(...)` around it".to_owned(),
            (Form::Set(t), _) if same(*t, found) => {
                "write `{ ... }` around it for the set of just this".to_owned()
            }
            (Form::Bool, Form::Set(_)) => "to ask whether it has elements, write `!= {}`".to_owned(),
            (Form::Bool, Form::Option(_)) => "to ask whether there is a value, write `!= none`".to_owned(),
            (_, Form::Map(k, v)) if same(*v, want) => {
                format!(
                    "this is a map: write `[...]` directly behind it, with a {} inside",
                    self.show(*k)
                )
            }
            (Form::Range(..), Form::Range(..)) => {
                "the bounds of the two ranges must be the same here".to_owned()
            }
            _ => return None,
        })
    }

    /// The type of both, where two expressions stand for one value: equal types, or integers.
    pub(super) fn join(&mut self, a: Ty, b: Ty) -> Option<Ty> {
        if a == b || self.types.is_error(b) {
            return Some(a);
        }
        if self.types.is_error(a) {
            return Some(b);
        }
        let integers = self.types.is_integer(a) && self.types.is_integer(b);
        integers.then_some(Types::INT)
    }
}
