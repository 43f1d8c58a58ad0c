//! Which cells nodes still depend on where the value of one cell is known.

use rustc_hash::FxHashSet;

use super::super::layout::{FieldId, Layout};
use crate::ground::{CellId, Dag, Node, NodeId, Values};

/// A cell, whether it is meant in the next state, and its value.
pub(super) type Known = Option<(CellId, bool, i64)>;

/// Evaluates nodes in part.
pub(super) struct Reader<'a> {
    pub(super) dag: &'a Dag,
    layout: &'a Layout,
    values: Values,
    seen: FxHashSet<NodeId>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(dag: &'a Dag, layout: &'a Layout) -> Self {
        Self {
            dag,
            layout,
            values: Values::default(),
            seen: FxHashSet::default(),
        }
    }

    /// Evaluates nodes, children before parents, where no cell is known but this one.
    pub(super) fn suppose(&mut self, order: &[NodeId], known: Known) {
        let leaf = |cell: CellId, after: bool| match known {
            Some((c, next, value)) if c == cell && next == after => Some(value),
            Some(_) | None => None,
        };
        self.dag.evaluate(order, &mut self.values, &leaf);
    }

    /// The value of a node among those evaluated last, if what is known decides it.
    pub(super) fn value(&self, node: NodeId) -> Option<i64> {
        self.values.get(node)
    }

    /// The cells of the current state, or of the next one, on which nodes among those evaluated last may still depend; by position
    /// in the layout, in order.
    pub(super) fn reads(&mut self, nodes: &[NodeId], next: bool) -> Box<[u32]> {
        let mut out: Vec<u32> = Vec::new();
        let mut stack = nodes.to_vec();
        self.seen.clear();
        while let Some(id) = stack.pop() {
            if self.value(id).is_some() || !self.seen.insert(id) {
                continue;
            }
            match self.dag.node(id) {
                Node::Cell(cell) if !next => out.extend(self.position(*cell)),
                Node::Next(cell) if next => out.extend(self.position(*cell)),
                Node::Ite(c, a, b) => match self.value(*c) {
                    Some(0) => stack.push(*b),
                    Some(_) => stack.push(*a),
                    None => stack.extend([*c, *a, *b]),
                },
                node => node.for_each_child(|child| stack.push(child)),
            }
        }
        out.sort_unstable();
        out.into()
    }

    fn position(&self, cell: CellId) -> Option<u32> {
        self.layout.field(cell).map(|f: FieldId| f.index() as u32)
    }
}
