//! Runs on the cells of a ground system: how a result found on part of the cells is carried back to complete
//! states.

use transition_system::{Step, Trace};

use super::error::GroundError;
use super::partial::Values;
use super::{CellId, Ground, NodeId};

impl Ground<'_> {
    /// The truth value of a node in a state with these cells; for two-state formulas, `next` are the cells
    /// after.
    #[must_use]
    pub fn holds(&self, node: NodeId, values: &[i64], next: &[i64]) -> bool {
        let leaf = |cell: CellId, after: bool| {
            Some(if after {
                next[cell.index()]
            } else {
                values[cell.index()]
            })
        };
        self.dag.value(node, &leaf) == Some(1)
    }

    /// The cells after an event (by position), if it is enabled and defined.
    #[must_use]
    pub fn fire(&self, event: usize, values: &[i64]) -> Option<Vec<i64>> {
        let event = &self.events[event];
        let mut roots: Vec<NodeId> = event.updates.iter().map(|(_, node)| *node).collect();
        roots.push(event.guard);
        roots.extend(event.promises().map(|p| p.holds));
        let mut nodes = Values::default();
        self.dag
            .evaluate(&self.dag.order(&roots), &mut nodes, &|cell, _| {
                Some(values[cell.index()])
            });
        let holds = |node: NodeId| nodes.get(node) == Some(1);
        if !event.before.iter().all(|p| holds(p.holds)) || !holds(event.guard) {
            return None;
        }
        if !event.after.iter().all(|p| holds(p.holds)) {
            return None;
        }
        let mut next = values.to_vec();
        for (cell, node) in &event.updates {
            next[cell.index()] = nodes.get(*node)?;
        }
        Some(next)
    }

    /// The run from a complete initial state through these events (by position).
    ///
    /// # Errors
    /// [`GroundError`] if an event is not enabled: an internal error.
    pub fn trace(&self, initial: &[i64], events: &[usize]) -> Result<Trace, GroundError> {
        let mut values = initial.to_vec();
        let mut steps = Vec::with_capacity(events.len());
        for index in events {
            values = self
                .fire(*index, &values)
                .ok_or_else(|| GroundError::internal("a step of a run cannot be repeated"))?;
            let event = &self.events[*index];
            steps.push(Step {
                event: event.event,
                args: event.args.clone(),
                state: self.cells.state(&values),
            });
        }
        Ok(Trace {
            initial: self.cells.state(initial),
            steps,
            loop_start: None,
        })
    }
}
