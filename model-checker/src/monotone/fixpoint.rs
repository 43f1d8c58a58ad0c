//! The fixpoint: all enabled events fire together, again and again, until nothing new becomes true.

use transition_system::Stop;

use super::case::Case;
use crate::ground::{NodeId, Values};

/// What can be reached with fixed constants.
pub(super) struct Fixpoint {
    /// Values of all cells at the end.
    pub(super) values: Vec<i64>,
    /// Events in the order in which they first added something, by position.
    pub(super) fired: Vec<usize>,
    /// Whether the property fails at the end.
    pub(super) bad: bool,
}

impl Case<'_> {
    /// Fires everything from a complete state.
    ///
    /// # Errors
    /// [`Stop`] if the budget is spent.
    pub(super) fn fixpoint(&self, start: &[i64]) -> Result<Fixpoint, Stop> {
        let budget = &self.monotone.budget;
        let mut values = start.to_vec();
        let mut fired = Vec::new();
        let mut nodes = Values::default();
        let mut growing = vec![false; values.len()];
        for cell in &self.growing {
            growing[cell.index()] = true;
        }
        loop {
            budget.tick(4 * self.order.len() as u64, 0)?;
            self.dag()
                .evaluate(&self.order, &mut nodes, &|c, _| Some(values[c.index()]));
            let holds = |n: NodeId| nodes.get(n) == Some(1);
            let mut added = Vec::new();
            for index in &self.events {
                let event = &self.monotone.ground.events[*index];
                if !holds(event.guard) {
                    continue;
                }
                budget.tick(4 + event.updates.len() as u64, 0)?;
                let before = added.len();
                for (cell, node) in &event.updates {
                    let i = cell.index();
                    if growing[i] && values[i] == 0 && holds(*node) {
                        growing[i] = false;
                        added.push(*cell);
                    }
                }
                if added.len() > before {
                    fired.push(*index);
                }
            }
            if added.is_empty() {
                break;
            }
            for cell in added {
                values[cell.index()] = 1;
            }
        }
        let bad = nodes.get(self.formula) == Some(0);
        Ok(Fixpoint { values, fired, bad })
    }
}
