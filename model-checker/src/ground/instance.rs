//! Instances of events: one ground event for each choice of arguments that the constants do not rule out.
//!
//! Binders are bound one after the other; as soon as all binders of a conjunct of the guard are bound, it is
//! flattened, and where it folds to `false` no further binder is tried. A promise that must hold whether
//! or not the guard does (that of the guard itself) keeps the choice alive until it is known to hold.

use std::rc::Rc;
use std::sync::Arc;

use transition_system::{BinderId, Event, EventId, Expr, ExprId, PromiseKind, System, Value};

use super::cells::CellOwner;
use super::dag::{CellId, Dag, NodeId};
use super::error::GroundError;
use super::flatten::{Binding, Flattener};
use super::shape::Tree;
use super::term::Term;

type Result<T> = std::result::Result<T, GroundError>;

/// Most instances of one event.
const INSTANCES: usize = 1 << 20;

/// A promise that does not hold by its form alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroundPromise {
    /// The condition.
    pub holds: NodeId,
    /// Kind.
    pub kind: PromiseKind,
    /// Position in the list of its owner.
    pub index: usize,
}

/// An event with its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroundEvent {
    /// The event.
    pub event: EventId,
    /// Parameters, then choices.
    pub args: Vec<Value>,
    /// When it can happen.
    pub guard: NodeId,
    /// Promises that must hold in every state, in order.
    pub before: Vec<GroundPromise>,
    /// Promises that must hold where the guard does, in order, behind those of [`GroundEvent::before`].
    pub after: Vec<GroundPromise>,
    /// Cells that may change and their new values, over the state before.
    pub updates: Vec<(CellId, NodeId)>,
}

impl GroundEvent {
    /// All promises, in order of evaluation.
    pub fn promises(&self) -> impl Iterator<Item = &GroundPromise> + '_ {
        self.before.iter().chain(&self.after)
    }
}

/// How the arguments of one event are enumerated.
struct Plan {
    /// Binders in the order in which they are bound, each with its position among the event's binders.
    order: Vec<(usize, BinderId)>,
    /// For each depth (number of binders bound): conjuncts of the guard that are closed from there on.
    conjuncts: Vec<Vec<ExprId>>,
    /// For each depth: promises and those of their disjuncts that are closed from there on.
    disjuncts: Vec<Vec<(usize, ExprId, bool)>>,
    /// Indices of promises that do not presuppose the guard.
    before: Vec<usize>,
}

impl Flattener<'_> {
    /// All instances of an event, in order of arguments.
    pub(super) fn instances(&mut self, id: EventId) -> Result<Vec<GroundEvent>> {
        let system = self.system;
        let event = system.event(id);
        let plan = self.plan(event);
        let mut found = Vec::new();
        let mut chosen = vec![0; plan.order.len()];
        self.descend(id, &plan, &mut chosen, 0, &State::default(), &mut found)?;
        found.sort_by(|a: &(Vec<usize>, GroundEvent), b| a.0.cmp(&b.0));
        Ok(found.into_iter().map(|(_, e)| e).collect())
    }

    /// One instance, whatever its guard.
    pub(crate) fn instance(&mut self, id: EventId, args: &[Value]) -> Result<GroundEvent> {
        self.bind_arguments(id, args)?;
        let before = unconditional(self.system, self.system.event(id));
        self.finish(id, args.to_vec(), &before)
    }

    /// Binds the parameters and choices of an event.
    pub(crate) fn bind_arguments(&mut self, id: EventId, args: &[Value]) -> Result<()> {
        let system = self.system;
        for (binder, value) in system.event(id).binders().zip(args) {
            let shape = self.shape(system.arena.binder_info(binder).ty)?;
            let tree = shape.encode(value)?;
            let term = self.dag.lift(&tree, &shape);
            let binding = self.binding(term);
            self.bind(binder, binding);
        }
        Ok(())
    }

    fn plan(&self, event: &Event) -> Plan {
        let system = self.system;
        let conjuncts = conjuncts(system, event.guard);
        let before = unconditional(system, event);
        let mut disjuncts = Vec::new();
        for index in &before {
            let parts = disjuncts_of(system, event.promises[*index].holds);
            disjuncts.extend(parts.into_iter().map(|(e, negated)| (*index, e, negated)));
        }
        let mut left: Vec<(usize, BinderId)> = event.binders().enumerate().collect();
        let mut order: Vec<(usize, BinderId)> = Vec::new();
        while !left.is_empty() {
            let closes = |b: BinderId| {
                let closed = |e: &ExprId| {
                    let free = self.free(*e);
                    free.contains(&b) && free.iter().all(|f| *f == b || order.iter().any(|(_, o)| o == f))
                };
                conjuncts.iter().filter(|e| closed(e)).count()
            };
            // the first of those that close most conjuncts
            let best = (0..left.len())
                .rev()
                .max_by_key(|i| closes(left[*i].1))
                .unwrap_or(0);
            order.push(left.remove(best));
        }
        let depth = |e: ExprId| {
            let last = order.iter().rposition(|(_, b)| self.free(e).contains(b));
            last.map_or(0, |i| i + 1)
        };
        let mut plan = Plan {
            conjuncts: vec![Vec::new(); order.len() + 1],
            disjuncts: vec![Vec::new(); order.len() + 1],
            before,
            order: Vec::new(),
        };
        conjuncts.iter().for_each(|e| plan.conjuncts[depth(*e)].push(*e));
        disjuncts.iter().for_each(|d| plan.disjuncts[depth(d.1)].push(*d));
        plan.order = order;
        plan
    }

    fn descend(
        &mut self,
        id: EventId,
        plan: &Plan,
        chosen: &mut Vec<usize>,
        depth: usize,
        state: &State,
        found: &mut Vec<(Vec<usize>, GroundEvent)>,
    ) -> Result<()> {
        let mut state = state.clone();
        for conjunct in &plan.conjuncts[depth] {
            if !state.dead {
                state.dead = self.truth(*conjunct)? == Dag::FALSE;
            }
        }
        for (index, disjunct, negated) in &plan.disjuncts[depth] {
            if !state.holds.contains(index) {
                let node = self.truth(*disjunct)?;
                if node == self.dag.bool(!negated) {
                    state.holds.push(*index);
                }
            }
        }
        if state.dead && plan.before.iter().all(|i| state.holds.contains(i)) {
            return Ok(());
        }
        let Some((position, binder)) = plan.order.get(depth).copied() else {
            return self.leaf_instance(id, plan, chosen, found);
        };
        let domain: Rc<[Binding]> = self.domain(self.system.arena.binder_info(binder).ty)?;
        for (i, value) in domain.iter().enumerate() {
            chosen[position] = i;
            self.under(binder, *value, |this| {
                this.descend(id, plan, chosen, depth + 1, &state, found)
            })?;
        }
        Ok(())
    }

    fn leaf_instance(
        &mut self,
        id: EventId,
        plan: &Plan,
        chosen: &[usize],
        found: &mut Vec<(Vec<usize>, GroundEvent)>,
    ) -> Result<()> {
        let mut args = Vec::with_capacity(chosen.len());
        let event = self.system.event(id);
        for binder in event.binders() {
            let shape = self.shape(self.system.arena.binder_info(binder).ty)?;
            let term = self.bound(binder)?;
            let tree = self
                .dag
                .literals(&term)
                .ok_or_else(|| GroundError::internal("an argument that is not a value"))?;
            args.push(shape.decode(&tree));
        }
        let instance = self.finish(id, args, &plan.before)?;
        if instance.guard != Dag::FALSE || !instance.before.is_empty() {
            found.push((chosen.to_vec(), instance));
        }
        if found.len() > INSTANCES {
            let name = &self.system.event(id).name;
            return Err(GroundError::new(format!(
                "event `{name}` has more than {INSTANCES} choices of arguments that the constants allow; make its sorts or ranges smaller"
            )));
        }
        Ok(())
    }

    /// The instance under the current bindings.
    fn finish(&mut self, id: EventId, args: Vec<Value>, before: &[usize]) -> Result<GroundEvent> {
        let system = self.system;
        let event = system.event(id);
        let mut out = GroundEvent {
            event: id,
            args,
            guard: self.truth(event.guard)?,
            before: Vec::new(),
            after: Vec::new(),
            updates: Vec::new(),
        };
        for (index, promise) in event.promises.iter().enumerate() {
            let first = before.contains(&index);
            if !first && out.guard == Dag::FALSE {
                continue;
            }
            let holds = self.truth(promise.holds)?;
            if holds != Dag::TRUE {
                let kind = promise.kind;
                let side = if first { &mut out.before } else { &mut out.after };
                side.push(GroundPromise { holds, kind, index });
            }
        }
        if out.guard != Dag::FALSE {
            for update in &event.updates {
                let value = self.term_as(update.value, system.variable(update.variable).ty)?;
                let before = self.leaf_of(CellOwner::Var(update.variable), false)?;
                let cells = &self.cells.variable(update.variable).1;
                let mut looked = 0;
                changes(cells, &before, &value, &mut |cell, before, node| {
                    looked += 1;
                    if before != node {
                        out.updates.push((cell, node));
                    }
                });
                self.spend(looked, 0)?;
            }
        }
        self.check()?;
        let updates = size_of_val(out.updates.as_slice());
        self.spend(out.updates.len(), size_of::<GroundEvent>() + updates)?;
        Ok(out)
    }
}

/// Calls `f` with each cell, its node and its new node; what two terms share is left out.
fn changes(cells: &Tree<CellId>, before: &Term, after: &Term, f: &mut dyn FnMut(CellId, NodeId, NodeId)) {
    match (cells, before, after) {
        (Tree::Scalar(cell), Tree::Scalar(x), Tree::Scalar(y)) => f(*cell, *x, *y),
        (Tree::Set(cells), Tree::Set(xs), Tree::Set(ys)) => {
            let nodes = xs.iter().zip(ys.iter());
            cells.iter().zip(nodes).for_each(|(c, (x, y))| f(*c, *x, *y));
        }
        (Tree::Map(_), Tree::Map(xs), Tree::Map(ys)) | (Tree::Tuple(_), Tree::Tuple(xs), Tree::Tuple(ys))
            if Arc::ptr_eq(xs, ys) => {}
        (Tree::Map(cells), Tree::Map(xs), Tree::Map(ys))
        | (Tree::Tuple(cells), Tree::Tuple(xs), Tree::Tuple(ys)) => {
            let parts = xs.iter().zip(ys.iter());
            cells
                .iter()
                .zip(parts)
                .for_each(|(c, (x, y))| changes(c, x, y, f));
        }
        (Tree::Option(cell, inner), Tree::Option(p, x), Tree::Option(q, y)) => {
            f(*cell, *p, *q);
            changes(inner, x, y, f);
        }
        (_, _, _) => debug_assert!(false, "trees of different shapes"),
    }
}

/// What is known while the arguments are being bound.
#[derive(Clone, Default)]
struct State {
    /// A conjunct of the guard is false.
    dead: bool,
    /// Promises that hold.
    holds: Vec<usize>,
}

fn conjuncts(system: &System, e: ExprId) -> Vec<ExprId> {
    match system.arena.expr(e) {
        Expr::And(parts) => parts.clone(),
        _ => vec![e],
    }
}

/// The disjuncts of a formula, each with whether it is negated.
fn disjuncts_of(system: &System, e: ExprId) -> Vec<(ExprId, bool)> {
    match system.arena.expr(e) {
        Expr::Implies(a, b) => {
            let path = conjuncts(system, *a).into_iter().map(|c| (c, true));
            path.chain(disjuncts_of(system, *b)).collect()
        }
        Expr::Not(a) => conjuncts(system, *a).into_iter().map(|c| (c, true)).collect(),
        _ => vec![(e, false)],
    }
}

/// Positions of the promises of an event that do not presuppose its guard. An agreement of two assignments
/// matters only where the event happens.
fn unconditional(system: &System, event: &Event) -> Vec<usize> {
    let guard = conjuncts(system, event.guard);
    let presupposes = |holds: ExprId| {
        let path = match system.arena.expr(holds) {
            Expr::Implies(a, _) | Expr::Not(a) => conjuncts(system, *a),
            _ => return false,
        };
        guard.iter().all(|g| path.contains(g))
    };
    let conditional = |index: &usize| {
        let promise = &event.promises[*index];
        promise.kind == PromiseKind::Agreement || presupposes(promise.holds)
    };
    (0..event.promises.len()).filter(|i| !conditional(i)).collect()
}
