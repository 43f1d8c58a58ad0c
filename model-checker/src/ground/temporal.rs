//! Temporal formulas in a scope: quantifiers written out, formulas of states as nodes.

use transition_system::{Quantifier, Temporal};

use super::dag::{Dag, NodeId};
use super::error::GroundError;
use super::flatten::Flattener;

/// Most formulas of states in one property, once quantifiers are written out.
const PARTS: usize = 1 << 16;

/// A temporal formula over nodes of states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroundTemporal {
    /// A formula of the current state.
    State(NodeId),
    /// Negation.
    Not(Box<GroundTemporal>),
    /// Conjunction; of nothing, true.
    And(Vec<GroundTemporal>),
    /// Disjunction; of nothing, false.
    Or(Vec<GroundTemporal>),
    /// Equivalence.
    Iff(Box<GroundTemporal>, Box<GroundTemporal>),
    /// The first until the second, which comes.
    Until(Box<GroundTemporal>, Box<GroundTemporal>),
}

/// `eventually a`
fn eventually(a: GroundTemporal) -> GroundTemporal {
    GroundTemporal::Until(Box::new(GroundTemporal::State(Dag::TRUE)), Box::new(a))
}

fn not(a: GroundTemporal) -> GroundTemporal {
    GroundTemporal::Not(Box::new(a))
}

impl Flattener<'_> {
    /// A temporal formula.
    pub(super) fn temporal(&mut self, formula: &Temporal) -> Result<GroundTemporal, GroundError> {
        self.temporal_part(formula, &mut 0)
    }

    fn temporal_part(
        &mut self,
        formula: &Temporal,
        parts: &mut usize,
    ) -> Result<GroundTemporal, GroundError> {
        Ok(match formula {
            Temporal::State(e) => {
                *parts += 1;
                if *parts > PARTS {
                    return Err(GroundError::new(format!(
                        "written out for this scope, the temporal formula has more than {PARTS} parts; use smaller sorts"
                    )));
                }
                GroundTemporal::State(self.truth(*e)?)
            }
            Temporal::Not(a) => not(self.temporal_part(a, parts)?),
            Temporal::And(list) => GroundTemporal::And(self.temporal_list(list, parts)?),
            Temporal::Or(list) => GroundTemporal::Or(self.temporal_list(list, parts)?),
            Temporal::Implies(a, b) => {
                let a = self.temporal_part(a, parts)?;
                GroundTemporal::Or(vec![not(a), self.temporal_part(b, parts)?])
            }
            Temporal::Iff(a, b) => {
                let a = self.temporal_part(a, parts)?;
                GroundTemporal::Iff(Box::new(a), Box::new(self.temporal_part(b, parts)?))
            }
            Temporal::Always(a) => not(eventually(not(self.temporal_part(a, parts)?))),
            Temporal::Eventually(a) => eventually(self.temporal_part(a, parts)?),
            Temporal::Until(a, b) => {
                let a = self.temporal_part(a, parts)?;
                GroundTemporal::Until(Box::new(a), Box::new(self.temporal_part(b, parts)?))
            }
            Temporal::LeadsTo(a, b) => {
                let a = self.temporal_part(a, parts)?;
                let later = eventually(self.temporal_part(b, parts)?);
                not(eventually(GroundTemporal::And(vec![a, not(later)])))
            }
            Temporal::Quant(q, binder, body) => {
                let domain = self.domain(self.system.arena.binder_info(*binder).ty)?;
                let mut list = Vec::with_capacity(domain.len());
                for value in domain.iter() {
                    list.push(self.under(*binder, *value, |this| this.temporal_part(body, parts))?);
                }
                match q {
                    Quantifier::Forall => GroundTemporal::And(list),
                    Quantifier::Exists => GroundTemporal::Or(list),
                }
            }
        })
    }

    fn temporal_list(
        &mut self,
        list: &[Temporal],
        parts: &mut usize,
    ) -> Result<Vec<GroundTemporal>, GroundError> {
        list.iter().map(|f| self.temporal_part(f, parts)).collect()
    }

    /// For *for all .. always (a implies b)*, or *a leads to b*: some `a` is true.
    pub(super) fn temporal_antecedent(&mut self, formula: &Temporal) -> Result<Option<NodeId>, GroundError> {
        let left = |f: &Temporal| match f {
            Temporal::State(e) => Some(*e),
            _ => None,
        };
        let condition = match formula {
            Temporal::LeadsTo(a, _) => left(a),
            Temporal::Always(inner) => match &**inner {
                Temporal::Implies(a, _) => left(a),
                _ => None,
            },
            Temporal::Quant(Quantifier::Forall, binder, body) => {
                let domain = self.domain(self.system.arena.binder_info(*binder).ty)?;
                let mut parts = Vec::with_capacity(domain.len());
                for value in domain.iter() {
                    match self.under(*binder, *value, |this| this.temporal_antecedent(body))? {
                        Some(part) => parts.push(part),
                        None => return Ok(None),
                    }
                }
                return Ok(Some(self.dag.or(parts)));
            }
            _ => None,
        };
        condition.map(|e| self.truth(e)).transpose()
    }
}
