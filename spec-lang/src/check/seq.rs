//! Sequences and multisets: what is written of them, and the functions on them.

use super::body::Body;
use super::expr::make;
use super::typed::{SeqOp, TBinder, TExpr, TKind};
use super::wrong;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{Arith, Expr};
use crate::types::{Form, Ty, Types};

impl Body<'_, '_> {
    /// `[a, b]`.
    pub(super) fn sequence(&mut self, items: &[Expr], hint: Option<Ty>, span: Span) -> TExpr {
        let wanted = hint.and_then(|t| self.types.as_seq(t));
        let mut of = wanted.map(|(_, t)| t);
        let mut typed = Vec::new();
        for item in items {
            let item = self.element(item, of);
            of = of.or(Some(item.ty));
            typed.push(item);
        }
        let Some(of) = of else {
            let unknown = self.types.make(Form::Seq(1, Types::UNKNOWN));
            return make(TKind::Seq(SeqOp::Literal, Vec::new()), unknown, span);
        };
        let typed: Vec<_> = typed.into_iter().map(|item| self.fit(item, of)).collect();
        let longest = wanted.map_or(items.len().max(1) as u32, |(n, _)| n);
        if typed.len() as u64 > u64::from(longest) {
            let message = format!(
                "{} elements do not fit into a sequence of at most {longest}",
                typed.len()
            );
            self.report(Diagnostic::error("E0325", span, message));
        }
        let ty = self.types.make(Form::Seq(longest, of));
        make(TKind::Seq(SeqOp::Literal, typed), ty, span)
    }

    /// A sequence, its greatest length and the type of its elements; `None` where it is none, which is reported.
    pub(super) fn known_sequence(&mut self, e: &Expr, hint: Option<Ty>) -> Option<(TExpr, Ty)> {
        let typed = self.typed(e, hint);
        let typed = self.known(typed);
        if self.types.is_error(typed.ty) {
            return None;
        }
        match self.types.as_seq(typed.ty) {
            Some((_, of)) => Some((typed, of)),
            None => {
                let message = format!("expected a sequence, found {}", self.show(typed.ty));
                self.report(
                    Diagnostic::error("E0320", typed.span, message)
                        .help("a sequence is declared as `seq[4] T` and written `[a, b]`"),
                );
                None
            }
        }
    }

    /// A function of one sequence.
    pub(super) fn of_sequence(&mut self, op: SeqOp, s: &Expr, hint: Option<Ty>, span: Span) -> TExpr {
        let hint = hint.filter(|t| self.types.as_seq(*t).is_some());
        let Some((s, of)) = self.known_sequence(s, hint) else {
            return wrong(span);
        };
        let ty = match op {
            SeqOp::Len => Types::INT,
            SeqOp::Head | SeqOp::Last => of,
            SeqOp::Elems if self.types.has_int(of) => {
                return self.endless(s.span, span);
            }
            SeqOp::Elems => self.types.set(of),
            SeqOp::Tail
            | SeqOp::Front
            | SeqOp::Literal
            | SeqOp::Index
            | SeqOp::Append
            | SeqOp::Prepend
            | SeqOp::Concat => s.ty,
        };
        make(TKind::Seq(op, vec![s]), ty, span)
    }

    fn endless(&mut self, at: Span, span: Span) -> TExpr {
        let message = "`int` has no end, and the elements of a set must come from a finite type";
        self.report(Diagnostic::error("E0307", at, message).help("use a range such as `0..7`"));
        wrong(span)
    }

    /// `append(s, x)`, `prepend(x, s)`.
    pub(super) fn longer(&mut self, s: &Expr, x: &Expr, back: bool, hint: Option<Ty>, span: Span) -> TExpr {
        let hint = hint.filter(|t| self.types.as_seq(*t).is_some());
        let Some((s, of)) = self.known_sequence(s, hint) else {
            self.typed(x, None);
            return wrong(span);
        };
        let x = self.check(x, of);
        let (op, ty) = (if back { SeqOp::Append } else { SeqOp::Prepend }, s.ty);
        make(TKind::Seq(op, vec![s, x]), ty, span)
    }

    /// `concat(s, t)`: of the type of the first.
    pub(super) fn concat(&mut self, s: &Expr, t: &Expr, hint: Option<Ty>, span: Span) -> TExpr {
        let hint = hint.filter(|t| self.types.as_seq(*t).is_some());
        let Some((s, of)) = self.known_sequence(s, hint) else {
            return wrong(span);
        };
        let Some((t, other)) = self.known_sequence(t, Some(s.ty)) else {
            return wrong(span);
        };
        if of != other {
            let message = format!(
                "expected a sequence of {}, found {}",
                self.show(of),
                self.show(t.ty)
            );
            self.report(Diagnostic::error("E0320", t.span, message));
            return wrong(span);
        }
        let ty = s.ty;
        make(TKind::Seq(SeqOp::Concat, vec![s, t]), ty, span)
    }

    /// `s[i]`.
    pub(super) fn item(&mut self, s: TExpr, of: Ty, key: &Expr, span: Span) -> TExpr {
        let key = self.check(key, Types::INT);
        make(TKind::Seq(SeqOp::Index, vec![s, key]), of, span)
    }

    // ---- multisets ----

    /// Keys and counts of a multiset; `None` where a type is none.
    pub(super) fn as_multiset(&self, ty: Ty) -> Option<(Ty, Ty)> {
        match self.types.form(ty) {
            Form::Multiset(of, count) => Some((*of, *count)),
            _ => None,
        }
    }

    /// `count(b, x)`.
    pub(super) fn count(&mut self, bag: &Expr, x: &Expr, span: Span) -> TExpr {
        let bag = self.infer_known(bag);
        let Some((of, count)) = self.as_multiset(bag.ty) else {
            if !self.types.is_error(bag.ty) {
                let message = format!("expected a multiset, found {}", self.show(bag.ty));
                self.report(
                    Diagnostic::error("E0320", bag.span, message).help(
                        "a multiset is declared as `multiset[4] T`; `card` counts the elements of a set",
                    ),
                );
            }
            return wrong(span);
        };
        let x = self.check(x, of);
        make(TKind::Apply(Box::new(bag), Box::new(x)), count, span)
    }

    fn count_of(&self, bag: &TExpr, key: &TExpr, count: Ty, span: Span) -> TExpr {
        let kind = TKind::Apply(Box::new(bag.clone()), Box::new(key.clone()));
        make(kind, count, span)
    }

    /// A multiset by how often it holds each element.
    fn counted(&mut self, ty: Ty, span: Span, often: impl FnOnce(&mut Self, &TExpr) -> TExpr) -> TExpr {
        let Some((of, count)) = self.as_multiset(ty) else {
            return wrong(span);
        };
        let key = self.hidden("x", of);
        let item = make(TKind::Local(key), of, span);
        let body = often(self, &item);
        let body = Box::new(make(TKind::Narrow(Box::new(body)), count, span));
        make(TKind::Lambda { key, body }, ty, span)
    }

    /// `a + b`, all elements of both, or `a - b`, what is left of the first.
    pub(super) fn multisets(&mut self, op: Arith, a: TExpr, b: TExpr, span: Span) -> TExpr {
        let ty = a.ty;
        let Some((_, count)) = self.as_multiset(ty) else {
            return wrong(span);
        };
        let zero = make(TKind::Int(0), Types::INT, span);
        self.counted(ty, span, |this, key| {
            let (x, y) = (
                this.count_of(&a, key, count, span),
                this.count_of(&b, key, count, span),
            );
            let result = TKind::Arith(op, Box::new(x.clone()), Box::new(y.clone()));
            let result = make(result, Types::INT, span);
            if op != Arith::Sub {
                return result;
            }
            let enough = make(TKind::Le(Box::new(y), Box::new(x)), Types::BOOL, span);
            let kind = TKind::If(Box::new(enough), Box::new(result), Box::new(zero));
            make(kind, Types::INT, span)
        })
    }

    /// `{ a, b, a }` where a multiset is wanted.
    pub(super) fn multiset_literal(&mut self, items: &[Expr], ty: Ty, span: Span) -> TExpr {
        let Some((of, _)) = self.as_multiset(ty) else {
            return wrong(span);
        };
        let items: Vec<_> = items.iter().map(|i| self.check(i, of)).collect();
        self.counted(ty, span, |_, key| {
            let number = |n| Box::new(make(TKind::Int(n), Types::INT, span));
            let mut sum = *number(0);
            for item in items {
                let same = make(
                    TKind::Eq(Box::new(key.clone()), Box::new(item)),
                    Types::BOOL,
                    span,
                );
                let one = make(TKind::If(Box::new(same), number(1), number(0)), Types::INT, span);
                let kind = TKind::Arith(Arith::Add, Box::new(sum), Box::new(one));
                sum = make(kind, Types::INT, span);
            }
            sum
        })
    }

    /// How many elements a multiset has, each as often as it is in it.
    pub(super) fn multiset_size(&mut self, bag: TExpr, span: Span) -> TExpr {
        let Some((of, count)) = self.as_multiset(bag.ty) else {
            return wrong(span);
        };
        let local = self.hidden("x", of);
        let key = make(TKind::Local(local), of, span);
        let body = Box::new(self.count_of(&bag, &key, count, span));
        let binder = TBinder {
            local,
            name: "x".to_owned(),
            ty: of,
            set: None,
        };
        let kind = TKind::Fold {
            op: transition_system::FoldOp::Sum,
            binders: vec![binder],
            body,
        };
        make(kind, Types::INT, span)
    }

    /// How often an element is in a multiset once one more was put in, or taken out.
    pub(super) fn one_more(&mut self, bag: TExpr, key: TExpr, op: Arith, span: Span) -> TExpr {
        let Some((_, count)) = self.as_multiset(bag.ty) else {
            return wrong(span);
        };
        let before = self.count_of(&bag, &key, count, span);
        let one = make(TKind::Int(1), Types::INT, span);
        let after = make(
            TKind::Arith(op, Box::new(before), Box::new(one)),
            Types::INT,
            span,
        );
        make(TKind::Narrow(Box::new(after)), count, span)
    }
}
