//! Evaluation of nodes where only some cells are known (Kleene's three values), and rewriting of nodes.
//!
//! Slow and obvious; the search has its own, compiled form. With every cell known it is plain evaluation.

use rustc_hash::{FxHashMap, FxHashSet};

use super::dag::{CellId, Dag, Node, NodeId};

/// Known values of nodes, by position; grows as needed.
#[derive(Clone, Debug, Default)]
pub struct Values(Vec<Option<i64>>);

impl Values {
    /// The value of a node that was evaluated last; `None` if unknown.
    #[must_use]
    pub fn get(&self, node: NodeId) -> Option<i64> {
        self.0.get(node.index()).copied().flatten()
    }

    fn set(&mut self, node: NodeId, value: Option<i64>) {
        if self.0.len() <= node.index() {
            self.0.resize(node.index() + 1, None);
        }
        self.0[node.index()] = value;
    }
}

/// What is known of a leaf: a cell, and whether it is meant in the next state.
pub type Leaves<'a> = &'a dyn Fn(CellId, bool) -> Option<i64>;

impl Dag {
    /// All nodes reached from `roots`, each once, children before parents.
    #[must_use]
    pub fn order(&self, roots: &[NodeId]) -> Vec<NodeId> {
        let mut seen: FxHashSet<NodeId> = FxHashSet::default();
        let mut stack: Vec<NodeId> = roots.to_vec();
        while let Some(id) = stack.pop() {
            if seen.insert(id) {
                self.node(id).for_each_child(|c| stack.push(c));
            }
        }
        let mut out: Vec<NodeId> = seen.into_iter().collect();
        out.sort_unstable();
        out
    }

    /// The cells that the nodes of `order` read, in order, each once; those of the next state too.
    #[must_use]
    pub fn cells_of(&self, order: &[NodeId]) -> Vec<CellId> {
        let mut out: Vec<CellId> = order
            .iter()
            .filter_map(|id| match self.node(*id) {
                Node::Cell(c) | Node::Next(c) => Some(*c),
                _ => None,
            })
            .collect();
        out.sort_unstable();
        out.dedup();
        out
    }

    /// Evaluates the nodes of `order` (children before parents) into `values`.
    pub fn evaluate(&self, order: &[NodeId], values: &mut Values, leaves: Leaves<'_>) {
        for id in order {
            let value = self.evaluate_one(*id, values, leaves);
            values.set(*id, value);
        }
    }

    /// The value of one node, if what is known decides it.
    #[must_use]
    pub fn value(&self, root: NodeId, leaves: Leaves<'_>) -> Option<i64> {
        let mut values = Values::default();
        self.evaluate(&self.order(&[root]), &mut values, leaves);
        values.get(root)
    }

    fn evaluate_one(&self, id: NodeId, values: &Values, leaves: Leaves<'_>) -> Option<i64> {
        let both = |a: &NodeId, b: &NodeId| Some((values.get(*a)?, values.get(*b)?));
        match self.node(id) {
            Node::Bool(b) => Some(i64::from(*b)),
            Node::Int(n) => Some(*n),
            Node::Cell(c) => leaves(*c, false),
            Node::Next(c) => leaves(*c, true),
            Node::Not(a) => values.get(*a).map(|v| 1 - v),
            Node::And(xs) => junction(xs, values, 0),
            Node::Or(xs) => junction(xs, values, 1),
            Node::Ite(c, a, b) => match values.get(*c) {
                Some(0) => values.get(*b),
                Some(_) => values.get(*a),
                None => both(a, b).filter(|(x, y)| x == y).map(|(x, _)| x),
            },
            Node::Eq(a, b) => both(a, b).map(|(x, y)| i64::from(x == y)),
            Node::Le(a, b) => both(a, b).map(|(x, y)| i64::from(x <= y)),
            Node::Add(a, b) => both(a, b).map(|(x, y)| x.wrapping_add(y)),
            Node::Sub(a, b) => both(a, b).map(|(x, y)| x.wrapping_sub(y)),
            Node::Mul(a, b) => both(a, b).map(|(x, y)| x.wrapping_mul(y)),
            Node::Div(a, b) => both(a, b).map(|(x, y)| div(x, y)),
            Node::Mod(a, b) => both(a, b).map(|(x, y)| modulo(x, y)),
        }
    }

    /// `roots` with leaves replaced where `f` gives something, folded again.
    pub fn rewrite(
        &mut self,
        roots: &[NodeId],
        f: &mut dyn FnMut(&mut Dag, CellId, bool) -> Option<NodeId>,
    ) -> Vec<NodeId> {
        let mut done: FxHashMap<NodeId, NodeId> = FxHashMap::default();
        for id in self.order(roots) {
            let at = |x: &NodeId| done.get(x).copied().unwrap_or(*x);
            let new = match self.node(id).clone() {
                Node::Bool(_) | Node::Int(_) => id,
                Node::Cell(c) => f(self, c, false).unwrap_or(id),
                Node::Next(c) => f(self, c, true).unwrap_or(id),
                Node::Not(a) => self.not(at(&a)),
                Node::And(xs) => self.and(xs.iter().map(at).collect::<Vec<_>>()),
                Node::Or(xs) => self.or(xs.iter().map(at).collect::<Vec<_>>()),
                Node::Ite(c, a, b) => self.ite(at(&c), at(&a), at(&b)),
                Node::Eq(a, b) => self.eq(at(&a), at(&b)),
                Node::Le(a, b) => self.le(at(&a), at(&b)),
                Node::Add(a, b) => self.add(at(&a), at(&b)),
                Node::Sub(a, b) => self.sub(at(&a), at(&b)),
                Node::Mul(a, b) => self.mul(at(&a), at(&b)),
                Node::Div(a, b) => self.div(at(&a), at(&b)),
                Node::Mod(a, b) => self.modulo(at(&a), at(&b)),
            };
            done.insert(id, new);
        }
        roots.iter().map(|r| done.get(r).copied().unwrap_or(*r)).collect()
    }
}

/// Conjunction (`zero` is 0) or disjunction (`zero` is 1) of what is known.
fn junction(xs: &[NodeId], values: &Values, zero: i64) -> Option<i64> {
    let mut all = true;
    for x in xs {
        match values.get(*x) {
            Some(v) if v == zero => return Some(zero),
            Some(_) => {}
            None => all = false,
        }
    }
    all.then_some(1 - zero)
}

/// Euclidean quotient; 0 for a zero divisor.
#[must_use]
pub fn div(x: i64, y: i64) -> i64 {
    if y == 0 { 0 } else { x.wrapping_div_euclid(y) }
}

/// Euclidean remainder; 0 for a zero divisor.
#[must_use]
pub fn modulo(x: i64, y: i64) -> i64 {
    if y == 0 { 0 } else { x.wrapping_rem_euclid(y) }
}
