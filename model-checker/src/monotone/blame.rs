//! What a run rests on: for each step a set of constant cells that make it possible, none of which can be left out.
//!
//! A cell is left out by making its value unknown: what is still true then (in three-valued evaluation) does not
//! rest on it. Going backwards from the violation, a step answers for its guard and for those of its effects
//! that a later step or the violation rests on.

use std::collections::BTreeSet;

use transition_system::Stop;

use super::case::Case;
use crate::ground::{CellId, NodeId, Values};

/// What a run rests on: per step, and at its end.
pub(super) struct Blame {
    pub(super) steps: Vec<Vec<CellId>>,
    pub(super) end: Vec<CellId>,
}

impl Case<'_> {
    /// Blames the constants for a run whose states are given (one more than events).
    pub(super) fn blame(&self, states: &[Vec<i64>], events: &[usize]) -> Result<Blame, Stop> {
        let mut needed = BTreeSet::new();
        let last = states.last().map_or(&self.initial, |s| s);
        let end = self.support(&[(self.formula, 0)], last, &mut needed)?;
        let mut steps = vec![Vec::new(); events.len()];
        for (index, event) in events.iter().enumerate().rev() {
            let (before, after) = (&states[index], &states[index + 1]);
            let event = &self.monotone.ground.events[*event];
            let mut roots = vec![(event.guard, 1)];
            for (cell, node) in &event.updates {
                if needed.contains(cell) && before[cell.index()] == 0 && after[cell.index()] == 1 {
                    needed.remove(cell);
                    roots.push((*node, 1));
                }
            }
            steps[index] = self.support(&roots, before, &mut needed)?;
        }
        Ok(Blame { steps, end })
    }

    /// Constant cells without which one of the nodes would not surely have its value; the growing cells among them
    /// join `needed`.
    fn support(
        &self,
        roots: &[(NodeId, i64)],
        state: &[i64],
        needed: &mut BTreeSet<CellId>,
    ) -> Result<Vec<CellId>, Stop> {
        let nodes: Vec<NodeId> = roots.iter().map(|(n, _)| *n).collect();
        let order = self.dag().order(&nodes);
        let mut known: BTreeSet<CellId> = self.dag().cells_of(&order).into_iter().collect();
        let candidates: Vec<CellId> = known.iter().rev().copied().collect();
        let mut values = Values::default();
        for cell in candidates {
            self.monotone.budget.tick(8 * order.len() as u64, 0)?;
            known.remove(&cell);
            let leaf = |c: CellId, _: bool| known.contains(&c).then(|| state[c.index()]);
            self.dag().evaluate(&order, &mut values, &leaf);
            if roots.iter().any(|(node, want)| values.get(*node) != Some(*want)) {
                known.insert(cell);
            }
        }
        let (constants, growing): (Vec<_>, Vec<_>) = known
            .into_iter()
            .partition(|c| self.monotone.ground.cells.get(*c).is_constant());
        needed.extend(growing);
        Ok(constants)
    }
}
