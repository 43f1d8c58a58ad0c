//! Operators with two sides.

use super::body::Body;
use super::expr::make;
use super::typed::{TExpr, TKind};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{Arith, BinaryOp, Compare, Expr, ExprKind, SetOp};
use crate::types::{Form, Ty, Types};

impl Body<'_, '_> {
    pub(super) fn binary(
        &mut self,
        op: BinaryOp,
        left: &Expr,
        right: &Expr,
        hint: Option<Ty>,
        span: Span,
    ) -> TExpr {
        match op {
            BinaryOp::Iff => {
                let (a, b) = (self.check(left, Types::BOOL), self.check(right, Types::BOOL));
                make(TKind::Eq(Box::new(a), Box::new(b)), Types::BOOL, span)
            }
            BinaryOp::Implies => {
                let (a, b) = (self.check(left, Types::BOOL), self.check(right, Types::BOOL));
                make(TKind::Implies(Box::new(a), Box::new(b)), Types::BOOL, span)
            }
            BinaryOp::Compare(compare) => self.compare(compare, left, right, span),
            BinaryOp::Set(op) => self.set_operation(op, left, right, hint, span),
            BinaryOp::Product => self.product(left, right, span),
            BinaryOp::Arith(op) => {
                let hint = hint.filter(|t| self.as_multiset(*t).is_some());
                let a = self.typed(left, Some(hint.unwrap_or(Types::INT)));
                if self.as_multiset(a.ty).is_some() && matches!(op, Arith::Add | Arith::Sub) {
                    let b = self.check(right, a.ty);
                    return self.multisets(op, a, b, span);
                }
                let (a, b) = (self.integer(a), self.typed(right, Some(Types::INT)));
                let b = self.integer(b);
                make(TKind::Arith(op, Box::new(a), Box::new(b)), Types::INT, span)
            }
        }
    }

    fn integer(&mut self, typed: TExpr) -> TExpr {
        if let Form::Set(_) = self.types.form(typed.ty) {
            let message = format!("expected a number, found {}", self.show(typed.ty));
            self.report(
                Diagnostic::error("E0301", typed.span, message)
                    .help("sets are joined with `|`, met with `&`, and subtracted with `\\`"),
            );
            return super::wrong(typed.span);
        }
        self.fit(typed, Types::INT)
    }

    fn compare(&mut self, op: Compare, left: &Expr, right: &Expr, span: Span) -> TExpr {
        let not = |e: TExpr| make(TKind::Not(Box::new(e)), Types::BOOL, span);
        match op {
            Compare::Eq => self.equal(left, right, span),
            Compare::Ne => not(self.equal(left, right, span)),
            Compare::Lt => self.order(left, right, span, TKind::Lt),
            Compare::Le => self.order(left, right, span, TKind::Le),
            Compare::Gt => self.order(right, left, span, TKind::Lt),
            Compare::Ge => self.order(right, left, span, TKind::Le),
            Compare::In => self.member(left, right, span),
            Compare::NotIn => not(self.member(left, right, span)),
            Compare::Subset => {
                let (a, b) = self.sets(left, right, None, "subset");
                make(TKind::Subset(Box::new(a), Box::new(b)), Types::BOOL, span)
            }
        }
    }

    fn order(
        &mut self,
        a: &Expr,
        b: &Expr,
        span: Span,
        make_kind: fn(Box<TExpr>, Box<TExpr>) -> TKind,
    ) -> TExpr {
        let (a, b) = (self.ordered(a), self.ordered(b));
        make(make_kind(Box::new(a), Box::new(b)), Types::BOOL, span)
    }

    fn ordered(&mut self, e: &Expr) -> TExpr {
        let typed = self.typed(e, Some(Types::INT));
        match self.types.form(typed.ty) {
            Form::Set(_) => {
                self.report(
                    Diagnostic::error("E0301", typed.span, "sets are not compared with `<`")
                        .help("inclusion is written `A subset B`"),
                );
                super::wrong(typed.span)
            }
            _ => self.fit(typed, Types::INT),
        }
    }

    /// Both sides of an equality, with one type (or integers).
    fn equal(&mut self, left: &Expr, right: &Expr, span: Span) -> TExpr {
        let reported = self.diagnostics.len();
        let mut a = self.typed(left, None);
        let b = self.typed(right, Some(self.types.widened(a.ty)));
        let again = self.types.has_unknown(a.ty) || self.join(a.ty, b.ty).is_none();
        if again && !self.types.is_error(b.ty) && self.diagnostics.len() == reported {
            a = self.typed(left, Some(self.types.widened(b.ty)));
        }
        let a = self.known(a);
        // One side is enough to say that neither is known.
        let b = if self.types.is_error(a.ty) {
            b
        } else {
            self.known(b)
        };
        if self.join(a.ty, b.ty).is_none() {
            self.incomparable(&a, &b, span);
        }
        make(TKind::Eq(Box::new(a), Box::new(b)), Types::BOOL, span)
    }

    fn incomparable(&mut self, a: &TExpr, b: &TExpr, span: Span) {
        let message = format!("{} and {} cannot be equal", self.show(a.ty), self.show(b.ty));
        let hint = match (self.types.form(a.ty), self.types.form(b.ty)) {
            (Form::Option(t), _) if *t == b.ty => Some("write `some(...)` around the right side".to_owned()),
            (_, Form::Option(t)) if *t == a.ty => Some("write `some(...)` around the left side".to_owned()),
            (Form::Set(t), _) if *t == b.ty => Some("membership is written `x in S`".to_owned()),
            (_, Form::Set(t)) if *t == a.ty => Some("membership is written `x in S`".to_owned()),
            _ => self.hint(a.ty, b.ty),
        };
        let (left, right) = (self.show(a.ty), self.show(b.ty));
        self.report(
            Diagnostic::error("E0302", span, message)
                .label(a.span, left)
                .label(b.span, right)
                .maybe_help(hint),
        );
    }

    fn member(&mut self, item: &Expr, set: &Expr, span: Span) -> TExpr {
        let mut item_typed = self.typed(item, None);
        // Elements of a set in braces are compared, and any number may be compared with any.
        let listed = matches!(set.kind, ExprKind::Set(_));
        let of = if listed {
            self.types.widened(item_typed.ty)
        } else {
            item_typed.ty
        };
        let hint = (!self.types.has_unknown(of)).then(|| self.types.set(of));
        // The range of a set of numbers is its own, also where it is one of two.
        let open = self.types.is_integer(of) && !listed;
        let mut set_typed = self.typed(set, hint.filter(|_| !open));
        if open && self.types.has_unknown(set_typed.ty) {
            set_typed = self.typed(set, hint);
        }
        let of = match *self.types.form(set_typed.ty) {
            Form::Set(t) => t,
            Form::Error => Types::ERROR,
            _ => {
                let message = format!("expected a set behind `in`, found {}", self.show(set_typed.ty));
                self.report(Diagnostic::error("E0304", set_typed.span, message));
                Types::ERROR
            }
        };
        if self.types.has_unknown(item_typed.ty) || self.join(item_typed.ty, of).is_none() {
            item_typed = self.typed(item, Some(of));
        }
        let (item, set) = (self.known(item_typed), self.known(set_typed));
        let item = if self.types.is_integer(item.ty) && self.types.is_integer(of) {
            item
        } else {
            self.fit(item, of)
        };
        make(TKind::In(Box::new(item), Box::new(set)), Types::BOOL, span)
    }

    fn set_operation(&mut self, op: SetOp, left: &Expr, right: &Expr, hint: Option<Ty>, span: Span) -> TExpr {
        let sign = match op {
            SetOp::Union => "|",
            SetOp::Inter => "&",
            SetOp::Diff => "\\",
        };
        let (a, b) = self.sets(left, right, hint, sign);
        let ty = a.ty;
        make(TKind::SetOp(op, Box::new(a), Box::new(b)), ty, span)
    }

    /// Both sides as sets of one type.
    fn sets(&mut self, left: &Expr, right: &Expr, hint: Option<Ty>, sign: &str) -> (TExpr, TExpr) {
        let reported = self.diagnostics.len();
        let hint = hint.filter(|t| matches!(self.types.form(*t), Form::Set(_)));
        let mut a = self.typed(left, hint);
        let b_hint = if self.types.has_unknown(a.ty) {
            hint
        } else {
            Some(a.ty)
        };
        let b = self.typed(right, b_hint);
        let differ = a.ty != b.ty && !self.types.is_error(a.ty) && !self.types.is_error(b.ty);
        let reported = self.diagnostics.len() > reported;
        if differ
            && !reported
            && !self.types.has_unknown(b.ty)
            && matches!(self.types.form(b.ty), Form::Set(_))
        {
            a = self.typed(left, Some(b.ty));
        }
        let (a, b) = (self.set_side(a, sign), self.set_side(b, sign));
        if self.types.is_error(a.ty) || self.types.is_error(b.ty) || a.ty == b.ty {
            return (a, b);
        }
        let want = a.ty;
        let b = self.fit(b, want);
        (a, b)
    }

    fn set_side(&mut self, e: TExpr, sign: &str) -> TExpr {
        if matches!(self.types.form(e.ty), Form::Set(_) | Form::Error) {
            return e;
        }
        let message = format!("`{sign}` stands between sets, found {}", self.show(e.ty));
        let help = match self.types.form(e.ty) {
            Form::Bool => Some("truth values are joined with `and`, `or` and `not`".to_owned()),
            Form::Int | Form::Range(..) => Some("numbers are joined with `+`, `-` and `*`".to_owned()),
            _ => Some("write `{ ... }` around a single element".to_owned()),
        };
        self.report(Diagnostic::error("E0304", e.span, message).maybe_help(help));
        super::wrong(e.span)
    }
}
