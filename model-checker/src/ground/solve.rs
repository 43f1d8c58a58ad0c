//! All assignments of cells that satisfy given formulas: propagation of what is forced, then trial of the values of
//! one cell, guided by the formula that has fewest unknown cells.
//!
//! Guarantees: each solution over the asked cells is given once, in an order that depends on the input alone.

use std::ops::ControlFlow;

use rustc_hash::{FxHashMap, FxHashSet};

use super::cells::Cells;
use super::dag::{CellId, Dag, Node, NodeId};
use super::partial::Values;
use crate::budget::Budget;

/// How an enumeration ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ended {
    /// Every solution was given.
    Complete,
    /// The caller stopped it.
    Stopped,
    /// More trials than the limit, or the budget is spent.
    TooMany,
}

struct Constraint {
    root: NodeId,
    order: Vec<NodeId>,
    cells: Vec<CellId>,
}

/// See the module.
pub struct Solver<'a> {
    dag: &'a Dag,
    cells: &'a Cells,
    constraints: Vec<Constraint>,
    watchers: FxHashMap<CellId, Vec<usize>>,
    values: Values,
    assigned: Vec<Option<i64>>,
    trail: Vec<CellId>,
    over: Vec<CellId>,
    /// Constraints that propagation alone did not settle.
    open: Vec<usize>,
    trials: u64,
    budget: &'a Budget<'a>,
}

impl<'a> Solver<'a> {
    /// A solver of the conjunction of `formulas`.
    #[must_use]
    pub fn new(dag: &'a Dag, cells: &'a Cells, formulas: &[NodeId], budget: &'a Budget<'a>) -> Self {
        let mut roots = Vec::new();
        for formula in formulas {
            match dag.node(*formula) {
                Node::And(xs) => roots.extend_from_slice(xs),
                _ => roots.push(*formula),
            }
        }
        let mut constraints = Vec::new();
        let mut watchers: FxHashMap<CellId, Vec<usize>> = FxHashMap::default();
        for root in roots {
            let order = dag.order(&[root]);
            let cells = dag.cells_of(&order);
            for cell in &cells {
                watchers.entry(*cell).or_default().push(constraints.len());
            }
            constraints.push(Constraint { root, order, cells });
        }
        Self {
            dag,
            cells,
            constraints,
            watchers,
            values: Values::default(),
            assigned: vec![None; cells.table().len()],
            trail: Vec::new(),
            over: Vec::new(),
            open: Vec::new(),
            trials: 0,
            budget,
        }
    }

    /// Fixes cells; gives whether that does not contradict the formulas at once.
    pub fn fix(&mut self, cells: impl IntoIterator<Item = (CellId, i64)>) -> bool {
        let mut queue: Vec<usize> = (0..self.constraints.len()).rev().collect();
        for (cell, value) in cells {
            if !self.assign(cell, value, &mut queue) {
                return false;
            }
        }
        self.propagate(queue)
    }

    /// The value of a cell, if it is known by now.
    #[must_use]
    pub fn known(&self, cell: CellId) -> Option<i64> {
        self.assigned[cell.index()]
    }

    /// Calls `f` with each solution (values of all cells; those of `over` and of the formulas are known), trying
    /// at most `limit` values.
    pub fn each(
        &mut self,
        over: &[CellId],
        limit: u64,
        f: &mut dyn FnMut(&[Option<i64>]) -> ControlFlow<()>,
    ) -> Ended {
        self.over = over.to_vec();
        self.trials = limit;
        if !self.fix([]) {
            return Ended::Complete;
        }
        self.open = (0..self.constraints.len())
            .filter(|i| self.evaluate(*i).is_none())
            .collect();
        self.search(f)
    }

    fn search(&mut self, f: &mut dyn FnMut(&[Option<i64>]) -> ControlFlow<()>) -> Ended {
        // cells being tried: the cell, its next value, and the trail before
        let mut stack: Vec<(CellId, i64, usize)> = Vec::new();
        let mut forward = true;
        loop {
            if forward {
                match self.pick() {
                    Some(cell) => stack.push((cell, self.cells.get(cell).bounds.0, self.trail.len())),
                    None => {
                        if f(&self.assigned).is_break() {
                            return Ended::Stopped;
                        }
                    }
                }
            }
            let Some((cell, value, mark)) = stack.last_mut() else {
                return Ended::Complete;
            };
            let (cell, tried, mark) = (*cell, *value, *mark);
            *value = tried.wrapping_add(1);
            self.undo(mark);
            if tried > self.cells.get(cell).bounds.1 {
                stack.pop();
                forward = false;
                continue;
            }
            // a formula is evaluated at least; looking at the budget costs less
            if self.trials == 0 || self.budget.tick(256, 0).is_err() {
                return Ended::TooMany;
            }
            self.trials -= 1;
            let mut queue = Vec::new();
            forward = self.assign(cell, tried, &mut queue) && self.propagate(queue);
        }
    }

    /// The next cell to try: of the open formula with fewest unknown cells, then of `over`.
    fn pick(&mut self) -> Option<CellId> {
        let mut best: Option<(usize, CellId)> = None;
        for at in 0..self.open.len() {
            let i = self.open[at];
            let constraint = &self.constraints[i];
            let mut unknown = constraint
                .cells
                .iter()
                .filter(|c| self.assigned[c.index()].is_none());
            let Some(first) = unknown.next().copied() else {
                continue;
            };
            let count = 1 + unknown.count();
            if best.is_none_or(|(n, _)| count < n) && self.evaluate(i).is_none() {
                best = Some((count, first));
            }
        }
        let free = || {
            self.over
                .iter()
                .find(|c| self.assigned[c.index()].is_none())
                .copied()
        };
        best.map(|(_, cell)| cell).or_else(free)
    }

    fn evaluate(&mut self, constraint: usize) -> Option<i64> {
        let constraint = &self.constraints[constraint];
        let assigned = &self.assigned;
        self.dag
            .evaluate(&constraint.order, &mut self.values, &|c, _| assigned[c.index()]);
        self.values.get(constraint.root)
    }

    fn undo(&mut self, mark: usize) {
        for cell in self.trail.drain(mark..) {
            self.assigned[cell.index()] = None;
        }
    }

    fn assign(&mut self, cell: CellId, value: i64, queue: &mut Vec<usize>) -> bool {
        match self.assigned[cell.index()] {
            Some(known) => known == value,
            None => {
                let (lo, hi) = self.cells.get(cell).bounds;
                if value < lo || value > hi {
                    return false;
                }
                self.assigned[cell.index()] = Some(value);
                self.trail.push(cell);
                if let Some(watchers) = self.watchers.get(&cell) {
                    queue.extend_from_slice(watchers);
                }
                true
            }
        }
    }

    fn propagate(&mut self, mut queue: Vec<usize>) -> bool {
        while let Some(constraint) = queue.pop() {
            match self.evaluate(constraint) {
                Some(0) => return false,
                Some(_) => {}
                None => {
                    let root = self.constraints[constraint].root;
                    let mut forced = Vec::new();
                    Forcing {
                        dag: self.dag,
                        values: &self.values,
                        cells: self.cells,
                        seen: FxHashSet::default(),
                        forced: &mut forced,
                    }
                    .force(root, 1);
                    for (cell, value) in forced {
                        if !self.assign(cell, value, &mut queue) {
                            return false;
                        }
                    }
                }
            }
        }
        true
    }
}

/// What must hold of cells for a node to have a value.
struct Forcing<'a> {
    dag: &'a Dag,
    values: &'a Values,
    cells: &'a Cells,
    seen: FxHashSet<(NodeId, i64)>,
    forced: &'a mut Vec<(CellId, i64)>,
}

impl Forcing<'_> {
    fn force(&mut self, node: NodeId, want: i64) {
        if self.values.get(node).is_some() || !self.seen.insert((node, want)) {
            return;
        }
        let dag = self.dag;
        match dag.node(node) {
            Node::Cell(c) => self.forced.push((*c, want)),
            Node::Not(a) => self.force(*a, 1 - want),
            Node::And(xs) => self.junction(xs, want == 1, want),
            Node::Or(xs) => self.junction(xs, want == 0, want),
            Node::Ite(c, a, b) => self.ite(*c, *a, *b, want),
            Node::Eq(a, b) => match (self.values.get(*a), self.values.get(*b)) {
                (Some(v), None) => self.equal(*b, v, want == 1),
                (None, Some(v)) => self.equal(*a, v, want == 1),
                (_, _) => {}
            },
            Node::Add(a, b) => match (dag.literal(*a), dag.literal(*b)) {
                (None, Some(k)) => self.force(*a, want.wrapping_sub(k)),
                (Some(k), None) => self.force(*b, want.wrapping_sub(k)),
                (_, _) => {}
            },
            Node::Bool(_)
            | Node::Int(_)
            | Node::Next(_)
            | Node::Le(..)
            | Node::Sub(..)
            | Node::Mul(..)
            | Node::Div(..)
            | Node::Mod(..) => {}
        }
    }

    /// All parts have the value, or the only unknown one has.
    fn junction(&mut self, xs: &[NodeId], all: bool, want: i64) {
        let unknown: Vec<NodeId> = xs
            .iter()
            .copied()
            .filter(|x| self.values.get(*x).is_none())
            .collect();
        if all || unknown.len() == 1 {
            unknown.into_iter().for_each(|x| self.force(x, want));
        }
    }

    fn ite(&mut self, c: NodeId, a: NodeId, b: NodeId, want: i64) {
        let other = |v: Option<i64>| v.is_some_and(|v| v != want);
        match self.values.get(c) {
            Some(0) => self.force(b, want),
            Some(_) => self.force(a, want),
            None if other(self.values.get(a)) => {
                self.force(c, 0);
                self.force(b, want);
            }
            None if other(self.values.get(b)) => {
                self.force(c, 1);
                self.force(a, want);
            }
            None => {}
        }
    }

    /// The node equals `v`, or differs from it where only one other value is left.
    fn equal(&mut self, node: NodeId, v: i64, same: bool) {
        if same {
            return self.force(node, v);
        }
        let (lo, hi) = match self.dag.node(node) {
            Node::Cell(c) => self.cells.get(*c).bounds,
            _ if self.dag.is_boolean(node) => (0, 1),
            _ => return,
        };
        if hi.wrapping_sub(lo) == 1 {
            self.force(node, if v == lo { hi } else { lo });
        }
    }
}
