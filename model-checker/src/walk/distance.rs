//! How far a state is from satisfying a formula: 0 if it does, and less the closer it is.
//!
//! The *branch distance* of search-based testing (Korel 1990; Tracey, Clark, Mander 1998), on ground nodes: a false
//! comparison is as far as its sides are apart, a false conjunction as all its false parts together, a false
//! disjunction as its closest part.

use crate::ground::{CellId, Dag, Node, NodeId, Values};

/// See the module.
#[derive(Clone, Debug)]
pub struct Distance {
    root: NodeId,
    order: Vec<NodeId>,
}

/// Distance to being true, and to being false.
type Both = (u64, u64);

impl Distance {
    /// The distance from a formula.
    #[must_use]
    pub fn new(dag: &Dag, root: NodeId) -> Self {
        Self {
            root,
            order: dag.order(&[root]),
        }
    }

    /// The distance in a state with these cells.
    #[must_use]
    pub fn of(&self, dag: &Dag, cells: &[i64]) -> u64 {
        let mut values = Values::default();
        dag.evaluate(&self.order, &mut values, &|cell: CellId, _| {
            Some(cells[cell.index()])
        });
        let mut near: rustc_hash::FxHashMap<NodeId, Both> = rustc_hash::FxHashMap::default();
        for id in &self.order {
            let value = |n: NodeId| values.get(n).unwrap_or(0);
            let at = |n: NodeId| {
                near.get(&n)
                    .copied()
                    .unwrap_or(if value(n) == 0 { (1, 0) } else { (0, 1) })
            };
            let truth = if value(*id) == 0 { (1, 0) } else { (0, 1) };
            let both = match dag.node(*id) {
                Node::Not(a) => {
                    let (yes, no) = at(*a);
                    (no, yes)
                }
                Node::And(xs) => (
                    sum(xs.iter().map(|x| at(*x).0)),
                    least(xs.iter().map(|x| at(*x).1)),
                ),
                Node::Or(xs) => (
                    least(xs.iter().map(|x| at(*x).0)),
                    sum(xs.iter().map(|x| at(*x).1)),
                ),
                Node::Eq(a, b) if !dag.is_boolean(*a) => {
                    let apart = value(*a).abs_diff(value(*b));
                    (apart, u64::from(apart == 0))
                }
                Node::Le(a, b) => {
                    let (a, b) = (value(*a), value(*b));
                    if a <= b {
                        (0, b.abs_diff(a).saturating_add(1))
                    } else {
                        (a.abs_diff(b), 0)
                    }
                }
                Node::Ite(c, a, b) if dag.is_boolean(*a) => {
                    let (taken, other, turn) = if value(*c) == 0 {
                        (*b, *a, at(*c).0)
                    } else {
                        (*a, *b, at(*c).1)
                    };
                    let through = |f: fn(Both) -> u64| f(at(taken)).min(f(at(other)).saturating_add(turn));
                    (through(|b| b.0), through(|b| b.1))
                }
                Node::Bool(_)
                | Node::Int(_)
                | Node::Cell(_)
                | Node::Next(_)
                | Node::Ite(..)
                | Node::Eq(..)
                | Node::Add(..)
                | Node::Sub(..)
                | Node::Mul(..)
                | Node::Div(..)
                | Node::Mod(..) => truth,
            };
            near.insert(*id, both);
        }
        near.get(&self.root).map_or(u64::MAX, |b| b.0)
    }
}

fn sum(parts: impl Iterator<Item = u64>) -> u64 {
    parts.fold(0, u64::saturating_add)
}

fn least(parts: impl Iterator<Item = u64>) -> u64 {
    parts.min().unwrap_or(0)
}
