//! Temporal formulas: what a run as a whole satisfies.
//!
//! Linear temporal logic without *next*, over formulas of states, so that a formula cannot tell how often a run
//! stutters. Runs are infinite. Quantifiers bind the same value at every moment, so that in a scope they are
//! conjunctions and disjunctions wherever they stand.
//!
//! * `Always p`: now and at every later moment, `p`;
//! * `Eventually p`: now or at some later moment, `p`;
//! * `Until(p, q)`: now or at some later moment `q`, and `p` at every moment before that;
//! * `LeadsTo(p, q)`: `Always (p => Eventually q)`.

use crate::expr::Quantifier;
use crate::ids::{BinderId, ExprId};

/// A temporal formula.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Temporal {
    /// A formula of the current state; closed but for the binders around it.
    State(ExprId),
    /// Negation.
    Not(Box<Temporal>),
    /// Conjunction, two or more.
    And(Vec<Temporal>),
    /// Disjunction, two or more.
    Or(Vec<Temporal>),
    /// Implication.
    Implies(Box<Temporal>, Box<Temporal>),
    /// Equivalence.
    Iff(Box<Temporal>, Box<Temporal>),
    /// From here on.
    Always(Box<Temporal>),
    /// Here or later.
    Eventually(Box<Temporal>),
    /// The first until the second, which comes.
    Until(Box<Temporal>, Box<Temporal>),
    /// Whenever the first, then or later the second.
    LeadsTo(Box<Temporal>, Box<Temporal>),
    /// For all values or for some value of the binder's type.
    Quant(Quantifier, BinderId, Box<Temporal>),
}

impl Temporal {
    /// The formulas directly inside.
    #[must_use]
    pub fn parts(&self) -> Vec<&Temporal> {
        match self {
            Temporal::State(_) => Vec::new(),
            Temporal::Not(a) | Temporal::Always(a) | Temporal::Eventually(a) | Temporal::Quant(_, _, a) => {
                vec![a]
            }
            Temporal::And(list) | Temporal::Or(list) => list.iter().collect(),
            Temporal::Implies(a, b)
            | Temporal::Iff(a, b)
            | Temporal::Until(a, b)
            | Temporal::LeadsTo(a, b) => vec![a, b],
        }
    }

    /// All formulas of states in it, in order, each with the binders around it from the outside in.
    #[must_use]
    pub fn states(&self) -> Vec<(Vec<(Quantifier, BinderId)>, ExprId)> {
        let mut out = Vec::new();
        self.collect(&mut Vec::new(), &mut out);
        out
    }

    fn collect(
        &self,
        around: &mut Vec<(Quantifier, BinderId)>,
        out: &mut Vec<(Vec<(Quantifier, BinderId)>, ExprId)>,
    ) {
        match self {
            Temporal::State(e) => out.push((around.clone(), *e)),
            Temporal::Quant(q, b, body) => {
                around.push((*q, *b));
                body.collect(around, out);
                around.pop();
            }
            Temporal::Not(_)
            | Temporal::And(_)
            | Temporal::Or(_)
            | Temporal::Implies(..)
            | Temporal::Iff(..)
            | Temporal::Always(_)
            | Temporal::Eventually(_)
            | Temporal::Until(..)
            | Temporal::LeadsTo(..) => self.parts().iter().for_each(|p| p.collect(around, out)),
        }
    }
}
