//! What a run rests on: the constants without which its steps, its start or its end would not surely be what they
//! are.
//!
//! Takes a violation that replays; gives, for the start, each step and the end, a set of constant cells none of which
//! can be left out. A cell is left out by making its value unknown: what is still certain then, in
//! three-valued evaluation, does not rest on it. Constants are left out before variables, and those that no instance
//! gives before those that are given. Going backwards from the end, a step answers for its guard and for those of
//! its effects that a later step or the end rests on. Any run will do, found by whichever engine; only the events
//! of the run are grounded.

use std::collections::BTreeSet;

use transition_system::{
    Owner, PropertyId, PropertyKind, Scope, State, Stop, System, Value, Violation, Wrong,
};

use super::report::{Assumed, ConstCell};
use crate::budget::Budget;
use crate::ground::{
    CellId, CellOwner, Cells, Dag, Flattener, GroundError, GroundEvent, NODE_LIMIT, Node, NodeId, Place,
    Solver, Values,
};

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blame {
    /// Given constants that fix what the run needs of its first state.
    pub start: Vec<ConstCell>,
    /// For each step: given constants.
    pub steps: Vec<Vec<ConstCell>>,
    /// Given constants on which what is wrong at the end rests. Empty for a deadlock and for an infinite run, which rest on
    /// what every event lacks.
    pub end: Vec<ConstCell>,
    /// Constants that no instance gives, on which anything above rests, with the values of this run.
    pub assumed: Vec<Assumed>,
}

/// A node and the value that it must keep.
type Root = (NodeId, i64);

/// Blames constants for a violation.
///
/// # Errors
/// [`GroundError`] if the run does not fit the system, its events are too large to write out, or the budget is spent.
pub fn blame(
    system: &System,
    scope: &Scope,
    violation: &Violation,
    budget: &Budget<'_>,
) -> Result<Blame, GroundError> {
    let cells = Cells::new(system, scope, budget)?;
    let mut flat = Flattener::new(system, scope, &cells, false, NODE_LIMIT, budget);
    let trace = &violation.trace;
    let states: Vec<Vec<i64>> = std::iter::once(&trace.initial)
        .chain(trace.steps.iter().map(|s| &s.state))
        .map(|s: &State| cells.values(s))
        .collect::<Result<_, _>>()?;
    let events: Vec<GroundEvent> = trace
        .steps
        .iter()
        .map(|s| flat.instance(s.event, &s.args))
        .collect::<Result<_, _>>()?;
    let (end, on_step) = end_of(&mut flat, violation)?;
    let constraints = constraints(&mut flat)?;
    flat.check()?;
    let run = Run {
        cells: &cells,
        dag: &flat.dag,
        states,
        events,
        budget,
    };
    run.blame(&end, on_step, &constraints)
        .map_err(|stop| GroundError::Stopped(stop, "stopped while constants were blamed".to_owned()))
}

/// What must keep its value at the end, and whether it is about the last step.
fn end_of(flat: &mut Flattener<'_>, violation: &Violation) -> Result<(Vec<Root>, bool), GroundError> {
    let system = flat.system;
    let of_step = |flat: &mut Flattener<'_>, p: PropertyId| match violation.trace.steps.last() {
        Some(step) => {
            flat.bind_arguments(step.event, &step.args)?;
            Ok(system.property(p).of_step(step.event))
        }
        None => Err(GroundError::internal(
            "a property of steps that is violated without one",
        )),
    };
    Ok(match &violation.what {
        Wrong::Invariant(p) => (vec![(flat.truth(system.property(*p).formula)?, 0)], false),
        Wrong::Transition(p) => {
            let (formula, _) = of_step(flat, *p)?;
            (vec![(flat.truth(formula)?, 0)], true)
        }
        Wrong::Deadlock | Wrong::Temporal(_) => (Vec::new(), false),
        Wrong::Undefined { owner, index, .. } => {
            let (promises, on_step) = match owner {
                Owner::Event(id, args) => {
                    // binds the arguments
                    flat.instance(*id, args)?;
                    (&system.event(*id).promises[..], false)
                }
                Owner::Property(p) => match system.property(*p).kind {
                    PropertyKind::Transition => (of_step(flat, *p)?.1, true),
                    PropertyKind::Invariant | PropertyKind::Witness | PropertyKind::Temporal => {
                        (&system.property(*p).promises[..], false)
                    }
                },
                Owner::Init(i) => (&system.init[*i].promises[..], false),
                Owner::Assumption(i) => (&system.assumptions[*i].promises[..], false),
            };
            let holds = promises
                .get(*index)
                .ok_or_else(|| GroundError::internal("a promise that is not there"))?
                .holds;
            (vec![(flat.truth(holds)?, 0)], on_step)
        }
    })
}

/// The formulas of initial states, conjuncts one by one.
fn constraints(flat: &mut Flattener<'_>) -> Result<Vec<NodeId>, GroundError> {
    let axioms = flat.axioms()?;
    let mut out = flat.canonical();
    for axiom in axioms.iter().filter(|a| matches!(a.owner, Owner::Init(_))) {
        match flat.dag.node(axiom.formula) {
            Node::And(xs) => out.extend_from_slice(xs),
            _ => out.push(axiom.formula),
        }
    }
    Ok(out)
}

struct Run<'a> {
    cells: &'a Cells,
    dag: &'a Dag,
    states: Vec<Vec<i64>>,
    events: Vec<GroundEvent>,
    budget: &'a Budget<'a>,
}

impl Run<'_> {
    fn blame(&self, end: &[Root], on_step: bool, constraints: &[NodeId]) -> Result<Blame, Stop> {
        let mut needed = BTreeSet::new();
        let mut constants = BTreeSet::new();
        let last = self.states.len() - 1;
        let at = if on_step { last.saturating_sub(1) } else { last };
        let blamed = self.support(end, at, &mut needed, on_step)?;
        let mut out = Blame {
            end: self.given(&blamed),
            ..Blame::default()
        };
        constants.extend(blamed);
        for index in (0..self.events.len()).rev() {
            let mut roots = vec![(self.events[index].guard, 1)];
            for (cell, node) in &self.events[index].updates {
                if needed.remove(&(*cell, index + 1)) {
                    roots.push((*node, self.states[index + 1][cell.index()]));
                }
            }
            // what the event leaves alone was so before
            let kept: Vec<_> = needed
                .iter()
                .filter(|(_, state)| *state == index + 1)
                .copied()
                .collect();
            for (cell, state) in kept {
                needed.remove(&(cell, state));
                needed.insert((cell, index));
            }
            let blamed = self.support(&roots, index, &mut needed, false)?;
            out.steps.push(self.given(&blamed));
            constants.extend(blamed);
        }
        out.steps.reverse();
        let first: Vec<CellId> = needed.into_iter().map(|(cell, _)| cell).collect();
        let blamed = self.start(&first, constraints)?;
        out.start = self.given(&blamed);
        constants.extend(blamed);
        out.assumed = self.named(
            constants
                .into_iter()
                .filter(|c| self.cells.get(*c).given.is_none()),
        );
        Ok(out)
    }

    /// Constants without which one of the roots would not surely have its value in a state (and the next one);
    /// the variable cells that are needed as well join `needed`.
    fn support(
        &self,
        roots: &[Root],
        state: usize,
        needed: &mut BTreeSet<(CellId, usize)>,
        on_step: bool,
    ) -> Result<Vec<CellId>, Stop> {
        let nodes: Vec<NodeId> = roots.iter().map(|(n, _)| *n).collect();
        let order = self.dag.order(&nodes);
        let leaf_of = |after: bool| if after { state + 1 } else { state };
        let mut known: BTreeSet<(CellId, usize)> = BTreeSet::new();
        for id in &order {
            match self.dag.node(*id) {
                Node::Cell(c) => known.insert((*c, leaf_of(false))),
                Node::Next(c) if on_step => known.insert((*c, leaf_of(true))),
                _ => false,
            };
        }
        let mut values = Values::default();
        let mut candidates: Vec<(CellId, usize)> = known.iter().copied().collect();
        candidates.sort_by_key(|(cell, state)| (self.rank(*cell), *cell, *state));
        for candidate in candidates {
            self.budget.tick(8 * order.len() as u64, 0)?;
            known.remove(&candidate);
            let leaf = |cell: CellId, after: bool| {
                let at = leaf_of(after);
                known.contains(&(cell, at)).then(|| self.states[at][cell.index()])
            };
            self.dag.evaluate(&order, &mut values, &leaf);
            if roots.iter().any(|(node, want)| values.get(*node) != Some(*want)) {
                known.insert(candidate);
            }
        }
        let (constants, variables): (Vec<_>, Vec<_>) = known
            .into_iter()
            .partition(|(c, _)| self.cells.get(*c).is_constant());
        needed.extend(variables);
        let mut constants: Vec<CellId> = constants.into_iter().map(|(c, _)| c).collect();
        constants.dedup();
        Ok(constants)
    }

    /// The order in which cells are left out.
    fn rank(&self, cell: CellId) -> u8 {
        let cell = self.cells.get(cell);
        match (cell.is_constant(), cell.given) {
            (true, None) => 0,
            (true, Some(_)) => 1,
            (false, _) => 2,
        }
    }

    /// Constants without which `init` would not force these cells to their values, as far as it does at all.
    fn start(&self, cells: &[CellId], constraints: &[NodeId]) -> Result<Vec<CellId>, Stop> {
        let initial = &self.states[0];
        let constraints = &self.about(cells, constraints);
        let order = self.dag.order(constraints);
        let mut known: Vec<CellId> = self
            .dag
            .cells_of(&order)
            .into_iter()
            .filter(|c| self.cells.get(*c).is_constant())
            .collect();
        known.sort_by_key(|c| (self.rank(*c), *c));
        let forced = |known: &[CellId]| -> Vec<bool> {
            let mut solver = Solver::new(self.dag, self.cells, constraints, self.budget);
            solver.fix(known.iter().map(|c| (*c, initial[c.index()])));
            cells.iter().map(|c| solver.known(*c).is_some()).collect()
        };
        let wanted = forced(&known);
        if !wanted.contains(&true) {
            return Ok(Vec::new());
        }
        for cell in known.clone() {
            self.budget.tick(8 * order.len() as u64, 0)?;
            let without: Vec<CellId> = known.iter().copied().filter(|c| *c != cell).collect();
            if forced(&without) == wanted {
                known = without;
            }
        }
        known.sort_unstable();
        Ok(known)
    }

    /// The constraints that speak of these variable cells, directly or through other variable cells.
    fn about(&self, cells: &[CellId], constraints: &[NodeId]) -> Vec<NodeId> {
        let mut near: BTreeSet<CellId> = cells.iter().copied().collect();
        let mut left: Vec<(NodeId, Vec<CellId>)> = constraints
            .iter()
            .map(|c| {
                let mut read = self.dag.cells_of(&self.dag.order(&[*c]));
                read.retain(|cell| !self.cells.get(*cell).is_constant());
                (*c, read)
            })
            .collect();
        let mut out = Vec::new();
        loop {
            let (touching, others): (Vec<_>, Vec<_>) = left
                .into_iter()
                .partition(|(_, read)| read.iter().any(|c| near.contains(c)));
            if touching.is_empty() {
                return out;
            }
            left = others;
            for (constraint, read) in touching {
                near.extend(read);
                out.push(constraint);
            }
        }
    }

    fn given(&self, cells: &[CellId]) -> Vec<ConstCell> {
        self.named(
            cells
                .iter()
                .copied()
                .filter(|c| self.cells.get(*c).given.is_some()),
        )
    }

    fn named(&self, cells: impl Iterator<Item = CellId>) -> Vec<ConstCell> {
        cells
            .filter_map(|id| {
                let cell = self.cells.get(id);
                match cell.owner {
                    CellOwner::Const(constant) => Some(ConstCell {
                        constant,
                        path: cell
                            .path
                            .iter()
                            .filter_map(|place| match place {
                                Place::Key(v) | Place::Member(v) => Some(v.clone()),
                                Place::Component(i) => Some(Value::Int(i64::from(*i))),
                                Place::IsSome | Place::Payload => None,
                            })
                            .collect(),
                        value: cell.decode(self.states[0][id.index()]),
                    }),
                    CellOwner::Var(_) => None,
                }
            })
            .collect()
    }
}
