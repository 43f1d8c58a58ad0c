//! Deciding a property: the fixpoint for the worst and the best values of unknown constants, and the attack.

use transition_system::{Stop, Violation, Wrong};

use super::case::Case;
use super::fixpoint::Fixpoint;
use super::{Attack, Decision, Ineligible};
use crate::ground::CellId;

/// Most combinations of unknown constants without a worst value.
const COMBINATIONS: u64 = 1024;

impl Case<'_> {
    /// Decides the property with some truth constants changed: each cell with its value instead of what the
    /// instance gives.
    ///
    /// # Errors
    /// [`Ineligible`] where too many unknown constants would have to be tried one by one.
    pub fn decide(&self, edits: &[(CellId, bool)]) -> Result<Decision, Ineligible> {
        let mut start = self.initial.clone();
        for (cell, value) in edits {
            start[cell.index()] = i64::from(*value);
        }
        let combinations = self.combinations()?;
        let mut reached = Vec::new();
        let mut found: Option<(Vec<i64>, Fixpoint)> = None;
        let mut unconditional = true;
        for combination in &combinations {
            let worst = self.with_unknown(&start, combination, true);
            let fixpoint = self.fixpoint(&worst)?;
            let safest = self.with_unknown(&start, combination, false);
            let certain = fixpoint.bad && {
                let least = self.fixpoint(&safest)?;
                let bad = least.bad;
                if bad && found.is_none() {
                    found = Some((safest.clone(), least));
                }
                bad
            };
            unconditional &= certain;
            if fixpoint.bad && found.is_none() {
                let needed = self.fewest_assumptions(worst, &safest)?;
                let fixpoint = self.fixpoint(&needed)?;
                found = Some((needed, fixpoint));
            } else if !fixpoint.bad {
                reached.push((combination.clone(), fixpoint.values));
            }
        }
        match found {
            Some((start, fixpoint)) => Ok(Decision::Violated(Box::new(self.attack(
                &start,
                &fixpoint,
                unconditional,
            )?))),
            None => Ok(Decision::Proved(Box::new(self.proof(&reached)?))),
        }
    }

    /// Every choice of the unknown constants that have no worst value.
    fn combinations(&self) -> Result<Vec<Vec<(CellId, i64)>>, Ineligible> {
        let mut out: Vec<Vec<(CellId, i64)>> = vec![Vec::new()];
        for unknown in self.unknown.iter().filter(|u| u.worst.is_none()) {
            let (lo, hi) = self.monotone.ground.cells.get(unknown.cell).bounds;
            let size = hi.abs_diff(lo).saturating_add(1);
            if size.saturating_mul(out.len() as u64) > COMBINATIONS {
                return Err(Ineligible::new(
                    "too many constants are unknown and matter both ways",
                ));
            }
            out = out
                .iter()
                .flat_map(|head| {
                    (lo..=hi).map(|v| {
                        let mut row = head.clone();
                        row.push((unknown.cell, v));
                        row
                    })
                })
                .collect();
        }
        Ok(out)
    }

    fn with_unknown(&self, start: &[i64], combination: &[(CellId, i64)], worst: bool) -> Vec<i64> {
        let mut values = start.to_vec();
        for (cell, value) in combination {
            values[cell.index()] = *value;
        }
        for unknown in &self.unknown {
            if let Some(value) = unknown.worst {
                values[unknown.cell.index()] = if worst { value } else { 1 - value };
            }
        }
        values
    }

    /// Takes unknown constants back to their safe value, one by one, as long as the property still fails.
    fn fewest_assumptions(&self, worst: Vec<i64>, safest: &[i64]) -> Result<Vec<i64>, Stop> {
        let mut values = worst;
        for unknown in &self.unknown {
            let index = unknown.cell.index();
            let before = std::mem::replace(&mut values[index], safest[index]);
            if before != safest[index] && !self.fixpoint(&values)?.bad {
                values[index] = before;
            }
        }
        Ok(values)
    }

    fn attack(&self, start: &[i64], fixpoint: &Fixpoint, unconditional: bool) -> Result<Attack, Ineligible> {
        let plan = self.plan(start, fixpoint)?;
        let ground = &self.monotone.ground;
        let trace = ground.trace(start, &plan.events)?;
        let mut states = vec![start.to_vec()];
        for event in &plan.events {
            self.monotone.budget.tick(self.order.len() as u64, 0)?;
            let last = states.last().map_or(start, |s| s.as_slice());
            let next = ground.fire(*event, last).unwrap_or_else(|| last.to_vec());
            states.push(next);
        }
        let blame = self.blame(&states, &plan.events)?;
        let given = |cells: &[CellId]| {
            let known = cells.iter().filter(|c| !self.is_unknown(**c));
            known
                .filter_map(|c| self.monotone.const_cell(*c, start[c.index()]))
                .collect::<Vec<_>>()
        };
        let mut assumed: Vec<CellId> = blame.steps.iter().flatten().chain(&blame.end).copied().collect();
        assumed.retain(|c| self.is_unknown(*c));
        assumed.sort_unstable();
        assumed.dedup();
        Ok(Attack {
            violation: Violation {
                what: Wrong::Invariant(self.property),
                trace,
                shortest: plan.shortest,
            },
            unconditional,
            assumed: assumed
                .iter()
                .filter_map(|c| self.monotone.const_cell(*c, start[c.index()]))
                .collect(),
            steps: blame.steps.iter().map(|cells| given(cells)).collect(),
            end: given(&blame.end),
        })
    }

    fn is_unknown(&self, cell: CellId) -> bool {
        self.unknown.iter().any(|u| u.cell == cell)
    }
}
