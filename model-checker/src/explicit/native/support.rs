//! Which nodes read one cell only, and how many values it has: their truth is a bit of a constant.

use crate::ground::{CellId, Dag, Node, NodeId, Values};

use super::super::layout::Layout;

/// What a node reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Reads {
    Nothing,
    One(CellId),
    More,
}

impl Reads {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Nothing, x) | (x, Self::Nothing) => x,
            (Self::One(a), Self::One(b)) if a == b => self,
            (_, _) => Self::More,
        }
    }
}

/// What each node of a graph reads, by position.
pub(super) fn reads(dag: &Dag) -> Vec<Reads> {
    let mut out: Vec<Reads> = Vec::with_capacity(dag.len());
    for id in dag.ids() {
        let node = dag.node(id);
        let mut reads = match node {
            Node::Cell(cell) => Reads::One(*cell),
            Node::Next(_) => Reads::More,
            _ => Reads::Nothing,
        };
        node.for_each_child(|child| reads = reads.and(out[child.index()]));
        out.push(reads);
    }
    out
}

/// Most values of a cell that a table has bits for.
const VALUES: u64 = 64;

/// The truth of a node for each code of the one cell that it reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Table {
    pub(super) cell: CellId,
    /// Bit `i` for the code `i`.
    pub(super) truth: u64,
    /// Number of values.
    pub(super) values: u32,
}

impl Table {
    /// The table of a truth value that reads one cell of few values.
    pub(super) fn of(
        dag: &Dag,
        layout: &Layout,
        reads: &[Reads],
        node: NodeId,
        scratch: &mut Values,
    ) -> Option<Self> {
        let Reads::One(cell) = reads[node.index()] else {
            return None;
        };
        let (lo, hi) = layout.bounds(layout.field(cell)?);
        let most = hi.abs_diff(lo);
        if !dag.is_boolean(node) || most >= VALUES {
            return None;
        }
        let order = dag.order(&[node]);
        let mut truth = 0;
        for code in 0..=most {
            let value = lo + code as i64;
            dag.evaluate(&order, scratch, &|_, _| Some(value));
            if scratch.get(node) == Some(1) {
                truth |= 1 << code;
            }
        }
        let values = most as u32 + 1;
        Some(Self { cell, truth, values })
    }

    /// The only code for which it is true.
    pub(super) fn only(&self) -> Option<u64> {
        (self.truth.count_ones() == 1).then(|| u64::from(self.truth.trailing_zeros()))
    }

    /// The table of the negation.
    pub(super) fn not(self) -> Self {
        Self {
            truth: !self.truth & (u64::MAX >> (64 - self.values)),
            ..self
        }
    }
}
