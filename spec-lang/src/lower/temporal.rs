//! Temporal formulas of the system. Quantifiers stay: only a scope says how many values there are.

use transition_system::{Quantifier, Temporal};

use super::{Env, Lowering};
use crate::check::typed::{TBinder, TTemporal};
use crate::names::ModuleIx;

impl Lowering<'_, '_> {
    /// The conjunction of some formulas, for all members of the families of a module.
    pub(super) fn temporals(&mut self, module: ModuleIx, list: &[TTemporal], env: &mut Env) -> Temporal {
        let (binders, outside) = self.enter_members(module);
        let inner = self.conjunction(list, env);
        self.indices = outside;
        let around = |inner, binder| Temporal::Quant(Quantifier::Forall, binder, Box::new(inner));
        binders.into_iter().rev().fold(inner, around)
    }

    fn conjunction(&mut self, list: &[TTemporal], env: &mut Env) -> Temporal {
        let mut made: Vec<_> = list.iter().map(|f| self.temporal(f, env)).collect();
        match (made.pop(), made.is_empty()) {
            (Some(only), true) => only,
            (Some(last), false) => {
                made.push(last);
                Temporal::And(made)
            }
            (None, _) => Temporal::State(self.system.arena.bool(true)),
        }
    }

    fn temporal(&mut self, formula: &TTemporal, env: &mut Env) -> Temporal {
        let mut boxed = |f: &TTemporal| Box::new(self.temporal(f, env));
        match formula {
            TTemporal::State(e) => Temporal::State(self.expr(e, env)),
            TTemporal::Not(a) => Temporal::Not(boxed(a)),
            TTemporal::And(list) => Temporal::And(list.iter().map(|f| self.temporal(f, env)).collect()),
            TTemporal::Or(list) => Temporal::Or(list.iter().map(|f| self.temporal(f, env)).collect()),
            TTemporal::Implies(a, b) => Temporal::Implies(boxed(a), boxed(b)),
            TTemporal::Iff(a, b) => Temporal::Iff(boxed(a), boxed(b)),
            TTemporal::Always(a) => Temporal::Always(boxed(a)),
            TTemporal::Eventually(a) => Temporal::Eventually(boxed(a)),
            TTemporal::Until(a, b) => Temporal::Until(boxed(a), boxed(b)),
            TTemporal::LeadsTo(a, b) => Temporal::LeadsTo(boxed(a), boxed(b)),
            TTemporal::Quant {
                forall,
                binders,
                body,
            } => self.temporal_quant(*forall, binders, body, env),
        }
    }

    fn temporal_quant(
        &mut self,
        forall: bool,
        binders: &[TBinder],
        body: &TTemporal,
        env: &mut Env,
    ) -> Temporal {
        let mut made = Vec::new();
        for b in binders {
            let binder = self.fresh(b.local, &b.name, b.ty, env);
            let condition = b.set.as_ref().map(|s| self.element_of(b, s, env));
            made.push((binder, condition));
        }
        let mut out = self.temporal(body, env);
        for (binder, condition) in made.into_iter().rev() {
            out = match (condition.map(Temporal::State), forall) {
                (Some(c), true) => Temporal::Implies(Box::new(c), Box::new(out)),
                (Some(c), false) => Temporal::And(vec![c, out]),
                (None, _) => out,
            };
            let quantifier = if forall {
                Quantifier::Forall
            } else {
                Quantifier::Exists
            };
            out = Temporal::Quant(quantifier, binder, Box::new(out));
        }
        out
    }
}
