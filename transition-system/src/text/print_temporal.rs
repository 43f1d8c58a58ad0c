//! Printing temporal formulas.

use std::fmt::Write as _;

use super::print::Printer;
use crate::expr::Quantifier;
use crate::temporal::Temporal;

impl Printer<'_> {
    pub(super) fn temporal(&mut self, formula: &Temporal) {
        let head = match formula {
            Temporal::State(e) => {
                self.out.push_str("(state ");
                self.expr(*e);
                self.out.push(')');
                return;
            }
            Temporal::Not(_) => "not".to_owned(),
            Temporal::And(_) => "and".to_owned(),
            Temporal::Or(_) => "or".to_owned(),
            Temporal::Implies(..) => "=>".to_owned(),
            Temporal::Iff(..) => "iff".to_owned(),
            Temporal::Always(_) => "always".to_owned(),
            Temporal::Eventually(_) => "eventually".to_owned(),
            Temporal::Until(..) => "until".to_owned(),
            Temporal::LeadsTo(..) => "leads-to".to_owned(),
            Temporal::Quant(Quantifier::Forall, b, _) => format!("forall ${}", self.binder(*b)),
            Temporal::Quant(Quantifier::Exists, b, _) => format!("exists ${}", self.binder(*b)),
        };
        let _ = write!(self.out, "({head}");
        for part in formula.parts() {
            self.out.push(' ');
            self.temporal(part);
        }
        self.out.push(')');
    }
}
