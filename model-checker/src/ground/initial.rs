//! Initial states: every choice of open cells that the assumptions and `init` allow.
//!
//! Formulas that share no cell, directly or through others, are independent. Of those that touch the cells
//! asked for, every solution is enumerated; of the others the least one is taken, so that a state is always complete
//! and allowed.

use std::ops::ControlFlow;

use transition_system::{Owner, PromiseKind};

use super::cells::Cell;
use super::dag::{CellId, Dag, NodeId};
use super::shape::Scalar;
use super::solve::{Ended, Solver};
use super::{Ground, GroundAxiom};
use crate::budget::Budget;

/// Most values tried for a choice that needs only one solution.
const ONE_LIMIT: u64 = 10_000_000;

/// How the enumeration of initial states ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Initials {
    /// All were given (perhaps none).
    Complete,
    /// The caller stopped it.
    Stopped,
    /// More trials than the limit, or the budget is spent.
    TooMany,
}

/// A formula of `init` or an assumption that is undefined where those before it hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndefinedAxiom {
    /// Which formula.
    pub owner: Owner,
    /// Which promise is broken.
    pub kind: PromiseKind,
    /// Its position.
    pub index: usize,
    /// The values of all cells.
    pub values: Vec<i64>,
}

impl Ground<'_> {
    /// Calls `f` with the values of all cells in each initial state, all choices of the cells for which `wanted`
    /// holds, trying at most `limit` values. Where two states differ in unwanted cells only, both may be
    /// given.
    pub fn initial_states(
        &self,
        wanted: &dyn Fn(CellId) -> bool,
        limit: u64,
        f: &mut dyn FnMut(&[i64]) -> ControlFlow<()>,
    ) -> Initials {
        self.initial_states_with(wanted, &[], &self.budget, limit, f)
    }

    /// Likewise, within another budget.
    pub(crate) fn initial_states_within(
        &self,
        wanted: &dyn Fn(CellId) -> bool,
        budget: &Budget<'_>,
        limit: u64,
        f: &mut dyn FnMut(&[i64]) -> ControlFlow<()>,
    ) -> Initials {
        self.initial_states_with(wanted, &[], budget, limit, f)
    }

    /// Likewise, with some cells fixed.
    fn initial_states_with(
        &self,
        wanted: &dyn Fn(CellId) -> bool,
        fixed: &[(CellId, i64)],
        budget: &Budget<'_>,
        limit: u64,
        f: &mut dyn FnMut(&[i64]) -> ControlFlow<()>,
    ) -> Initials {
        if self.cells.contradiction() {
            return Initials::Complete;
        }
        let (near, far) = self.split(wanted);
        let mut values = self.least();
        let mut rest = Solver::new(&self.dag, &self.cells, &far, budget);
        match rest.each(&[], ONE_LIMIT, &mut |solution| {
            adopt(&mut values, solution);
            ControlFlow::Break(())
        }) {
            Ended::Complete => return Initials::Complete,
            Ended::TooMany => return Initials::TooMany,
            Ended::Stopped => {}
        }
        let mut over: Vec<CellId> = self.open_cells().filter(|c| wanted(*c)).collect();
        over.sort_unstable();
        let mut solver = Solver::new(&self.dag, &self.cells, &near, budget);
        if !solver.fix(fixed.iter().copied()) {
            return Initials::Complete;
        }
        match solver.each(&over, limit, &mut |solution| {
            adopt(&mut values, solution);
            f(&values)
        }) {
            Ended::Complete => Initials::Complete,
            Ended::Stopped => Initials::Stopped,
            Ended::TooMany => Initials::TooMany,
        }
    }

    /// The values of all cells in an initial state with these values of some cells, if there is one and the budget
    /// lasts.
    #[must_use]
    pub fn initial_state(&self, fixed: &[(CellId, i64)], budget: &Budget<'_>) -> Option<Vec<i64>> {
        let mut found = None;
        let wanted = |cell| fixed.iter().any(|(c, _)| *c == cell);
        self.initial_states_with(&wanted, fixed, budget, ONE_LIMIT, &mut |values| {
            found = Some(values.to_vec());
            ControlFlow::Break(())
        });
        found
    }

    /// The first assumption or formula of `init` that can be undefined.
    pub(super) fn undefined_axiom(&mut self) -> Option<UndefinedAxiom> {
        let mut before = self.canonical.clone();
        for axiom in self.axioms.clone() {
            for promise in &axiom.promises {
                let mut formulas = before.clone();
                formulas.push(self.dag.not(promise.holds));
                if let Some(values) = self.any_solution(&formulas) {
                    return Some(UndefinedAxiom {
                        owner: axiom.owner,
                        kind: promise.kind,
                        index: promise.index,
                        values,
                    });
                }
                before.push(promise.holds);
            }
            before.push(axiom.formula);
        }
        None
    }

    fn any_solution(&self, formulas: &[NodeId]) -> Option<Vec<i64>> {
        let mut found = None;
        let mut solver = Solver::new(&self.dag, &self.cells, formulas, &self.budget);
        solver.each(&[], ONE_LIMIT, &mut |solution| {
            let mut values = self.least();
            adopt(&mut values, solution);
            found = Some(values);
            ControlFlow::Break(())
        });
        found
    }

    /// The least value of each cell, or what is given.
    #[must_use]
    pub fn least(&self) -> Vec<i64> {
        let least = |cell: &Cell| {
            if cell.scalar == Scalar::Int {
                0
            } else {
                cell.bounds.0
            }
        };
        let cells = self.cells.table().iter();
        cells.map(|c| c.given.unwrap_or_else(|| least(c))).collect()
    }

    /// Cells that no instance gives.
    pub fn open_cells(&self) -> impl Iterator<Item = CellId> + '_ {
        self.cells.ids().filter(|c| self.cells.get(*c).given.is_none())
    }

    /// Every formula that an initial state satisfies, conjuncts one by one.
    #[must_use]
    pub fn constraints(&self) -> Vec<NodeId> {
        let mut out = self.canonical.clone();
        for GroundAxiom { formula, .. } in &self.axioms {
            match self.dag.node(*formula) {
                super::Node::And(xs) => out.extend_from_slice(xs),
                _ if *formula == Dag::TRUE => {}
                _ => out.push(*formula),
            }
        }
        out
    }

    /// The constraints that touch wanted cells, directly or through others, and the others.
    fn split(&self, wanted: &dyn Fn(CellId) -> bool) -> (Vec<NodeId>, Vec<NodeId>) {
        let mut near: Vec<bool> = self.cells.ids().map(wanted).collect();
        let mut left: Vec<(NodeId, Vec<CellId>)> = self
            .constraints()
            .into_iter()
            .map(|c| (c, self.dag.cells_of(&self.dag.order(&[c]))))
            .collect();
        let mut inside = Vec::new();
        loop {
            let (touching, others): (Vec<_>, Vec<_>) = left
                .into_iter()
                .partition(|(_, cells)| cells.iter().any(|c| near[c.index()]));
            left = others;
            if touching.is_empty() {
                return (inside, left.into_iter().map(|(c, _)| c).collect());
            }
            for (constraint, cells) in touching {
                cells.iter().for_each(|c| near[c.index()] = true);
                inside.push(constraint);
            }
        }
    }
}

fn adopt(values: &mut [i64], solution: &[Option<i64>]) {
    for (value, known) in values.iter_mut().zip(solution) {
        if let Some(known) = known {
            *value = *known;
        }
    }
}
