//! Temporal formulas: where temporal operators stand, and the formulas of states between them.
//!
//! A formula without temporal operators is one of states. Temporal operators stand under each other, under `not`,
//! `and`, `or`, `=>`, `<=>` and quantifiers, and nowhere else.

use super::body::Body;
use super::typed::TTemporal;
use crate::diagnostic::Diagnostic;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind};
use crate::types::Types;

impl Body<'_, '_> {
    /// A temporal formula.
    pub(super) fn temporal(&mut self, e: &Expr) -> TTemporal {
        if !is_temporal(e) {
            return TTemporal::State(self.check(e, Types::BOOL));
        }
        let mut boxed = |e: &Expr| Box::new(self.temporal(e));
        match &e.kind {
            ExprKind::Always(a) => TTemporal::Always(boxed(a)),
            ExprKind::Eventually(a) => TTemporal::Eventually(boxed(a)),
            ExprKind::Until(a, b) => TTemporal::Until(boxed(a), boxed(b)),
            ExprKind::LeadsTo(a, b) => TTemporal::LeadsTo(boxed(a), boxed(b)),
            ExprKind::Not(a) => TTemporal::Not(boxed(a)),
            ExprKind::And(list) => TTemporal::And(list.iter().map(|e| self.temporal(e)).collect()),
            ExprKind::Or(list) => TTemporal::Or(list.iter().map(|e| self.temporal(e)).collect()),
            ExprKind::Binary {
                op: BinaryOp::Implies,
                left,
                right,
            } => TTemporal::Implies(boxed(left), boxed(right)),
            ExprKind::Binary {
                op: BinaryOp::Iff,
                left,
                right,
            } => TTemporal::Iff(boxed(left), boxed(right)),
            ExprKind::Quant {
                forall,
                binders,
                body,
            } => self.scoped(|b| TTemporal::Quant {
                forall: *forall,
                binders: b.binders(binders, "the values of a quantifier"),
                body: Box::new(b.temporal(body)),
            }),
            // what is temporal further inside is reported there
            _ => TTemporal::State(self.check(e, Types::BOOL)),
        }
    }

    /// Reports a temporal operator among the parts of an expression.
    pub(super) fn misplaced_temporal(&mut self, e: &Expr) {
        self.report(
            Diagnostic::error("E0410", e.span, "a temporal operator cannot stand inside this expression").help(
                "`always`, `eventually`, `until` and `~>` stand under each other, under `not`, `and`, `or`, `=>`, `<=>` and \
                 quantifiers",
            ),
        );
    }
}

/// Whether temporal operators stand in a formula where they may stand, or the formula is one.
fn is_temporal(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Always(_) | ExprKind::Eventually(_) | ExprKind::Until(..) | ExprKind::LeadsTo(..) => true,
        ExprKind::Not(a) | ExprKind::Quant { body: a, .. } => is_temporal(a),
        ExprKind::And(list) | ExprKind::Or(list) => list.iter().any(is_temporal),
        ExprKind::Binary {
            op: BinaryOp::Implies | BinaryOp::Iff,
            left,
            right,
        } => is_temporal(left) || is_temporal(right),
        _ => false,
    }
}
