//! Reading temporal formulas.

use super::read::{Reader, Result, expected, head};
use super::sexp::Sexp;
use crate::expr::Quantifier;
use crate::temporal::Temporal;

impl Reader {
    pub(super) fn temporal(&mut self, form: &Sexp) -> Result<Temporal> {
        let (word, rest) = head(form)?;
        Ok(match (word, rest) {
            ("state", [e]) => Temporal::State(self.expr(e)?),
            ("not", [a]) => Temporal::Not(self.boxed(a)?),
            ("and", list) => Temporal::And(self.temporals(list)?),
            ("or", list) => Temporal::Or(self.temporals(list)?),
            ("=>", [a, b]) => Temporal::Implies(self.boxed(a)?, self.boxed(b)?),
            ("iff", [a, b]) => Temporal::Iff(self.boxed(a)?, self.boxed(b)?),
            ("always", [a]) => Temporal::Always(self.boxed(a)?),
            ("eventually", [a]) => Temporal::Eventually(self.boxed(a)?),
            ("until", [a, b]) => Temporal::Until(self.boxed(a)?, self.boxed(b)?),
            ("leads-to", [a, b]) => Temporal::LeadsTo(self.boxed(a)?, self.boxed(b)?),
            ("forall", [b, a]) => Temporal::Quant(Quantifier::Forall, self.binder(b)?, self.boxed(a)?),
            ("exists", [b, a]) => Temporal::Quant(Quantifier::Exists, self.binder(b)?, self.boxed(a)?),
            (_, _) => return expected(form, "a temporal formula"),
        })
    }

    fn boxed(&mut self, form: &Sexp) -> Result<Box<Temporal>> {
        self.temporal(form).map(Box::new)
    }

    fn temporals(&mut self, list: &[Sexp]) -> Result<Vec<Temporal>> {
        list.iter().map(|f| self.temporal(f)).collect()
    }
}
