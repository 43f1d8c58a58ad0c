//! The cone of influence: the cells that a set of properties can depend on, and the events that change them.
//!
//! An event outside of the cone changes no cell of it, so leaving it out removes only steps that stutter on
//! the cone: reachable valuations of the cone and the lengths of shortest runs stay the same. A run is carried
//! back by firing the same events on all cells ([`super::run`]). Events with a promise that could be broken are
//! kept, since a broken promise concerns every property.

use super::dag::{CellId, Dag, Node, NodeId};
use super::{Ground, GroundProperty};
use transition_system::PropertyKind;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cone {
    /// For each cell whether it is in the cone.
    cells: Vec<bool>,
    /// Positions of the events of the cone, in order.
    pub events: Vec<usize>,
}

impl Cone {
    /// Whether a cell is in the cone.
    #[must_use]
    pub fn contains(&self, cell: CellId) -> bool {
        self.cells[cell.index()]
    }

    /// The cells of the cone, in order.
    pub fn cells(&self) -> impl Iterator<Item = CellId> + '_ {
        (0..self.cells.len()).filter(|i| self.cells[*i]).map(CellId::new)
    }

    /// All open cells and all events: no reduction.
    #[must_use]
    pub fn everything(ground: &Ground<'_>) -> Self {
        Self {
            cells: ground.cells.table().iter().map(|c| c.given.is_none()).collect(),
            events: (0..ground.events.len()).collect(),
        }
    }

    /// The cone of these properties.
    #[must_use]
    pub fn of(ground: &Ground<'_>, properties: &[&GroundProperty]) -> Self {
        Self::grown(ground, properties, false)
    }

    /// The cone of these properties and of what is enabled: every event, and the cells that their guards and promises can
    /// depend on.
    #[must_use]
    pub fn of_events_too(ground: &Ground<'_>, properties: &[&GroundProperty]) -> Self {
        Self::grown(ground, properties, true)
    }

    fn grown(ground: &Ground<'_>, properties: &[&GroundProperty], mut keep_all: bool) -> Self {
        let mut builder = Builder::new(ground);
        for property in properties {
            builder.mark(property.formula);
            property.promises.iter().for_each(|p| builder.mark(p.holds));
            // a step that stutters on the cone matters to a two-state property that is not reflexive
            keep_all |= property.kind == PropertyKind::Transition && property.stutter != Dag::TRUE;
            for (event, clause) in &property.clauses {
                if clause.formula != Dag::TRUE || !clause.promises.is_empty() {
                    builder.add_event(*event);
                    builder.mark(clause.formula);
                    clause.promises.iter().for_each(|p| builder.mark(p.holds));
                }
            }
        }
        for (i, event) in ground.events.iter().enumerate() {
            if keep_all || event.promises().next().is_some() {
                builder.add_event(i);
            }
        }
        builder.close();
        Self {
            cells: builder.cells,
            events: (0..ground.events.len()).filter(|i| builder.events[*i]).collect(),
        }
    }
}

struct Builder<'a> {
    ground: &'a Ground<'a>,
    nodes: Vec<bool>,
    cells: Vec<bool>,
    events: Vec<bool>,
    fresh: Vec<CellId>,
    /// For each cell: the events that change it, with the new value.
    writers: Vec<Vec<(usize, NodeId)>>,
}

impl<'a> Builder<'a> {
    fn new(ground: &'a Ground<'a>) -> Self {
        let mut writers = vec![Vec::new(); ground.cells.table().len()];
        for (i, event) in ground.events.iter().enumerate() {
            for (cell, node) in &event.updates {
                writers[cell.index()].push((i, *node));
            }
        }
        Self {
            ground,
            nodes: vec![false; ground.dag.len()],
            cells: vec![false; ground.cells.table().len()],
            events: vec![false; ground.events.len()],
            fresh: Vec::new(),
            writers,
        }
    }

    fn mark(&mut self, root: NodeId) {
        let mut stack = vec![root];
        while let Some(id) = stack.pop() {
            if std::mem::replace(&mut self.nodes[id.index()], true) {
                continue;
            }
            let node = self.ground.dag.node(id);
            if let Node::Cell(c) | Node::Next(c) = node
                && !std::mem::replace(&mut self.cells[c.index()], true)
            {
                self.fresh.push(*c);
            }
            node.for_each_child(|c| stack.push(c));
        }
    }

    fn add_event(&mut self, index: usize) {
        if std::mem::replace(&mut self.events[index], true) {
            return;
        }
        let ground = self.ground;
        let event = &ground.events[index];
        self.mark(event.guard);
        event.promises().for_each(|p| self.mark(p.holds));
    }

    fn close(&mut self) {
        while let Some(cell) = self.fresh.pop() {
            for (event, node) in std::mem::take(&mut self.writers[cell.index()]) {
                self.add_event(event);
                self.mark(node);
            }
        }
    }
}
