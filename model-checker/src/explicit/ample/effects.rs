//! What the events of a cone read and write, and so which of them can matter to which.

use rustc_hash::FxHashMap;

use super::super::layout::{FieldId, Layout};
use super::super::select::split;
use super::super::set::Set;
use crate::ground::{CellId, Cone, Dag, Ground, GroundEvent, Node, NodeId};

/// A part of a guard that reads one cell: the values for which it holds, counted from the least.
#[derive(Clone, Debug)]
pub(super) struct Condition {
    pub(super) cell: CellId,
    pub(super) field: FieldId,
    pub(super) holds: Vec<bool>,
}

/// An event.
#[derive(Clone, Debug)]
pub(super) struct Effect {
    /// Conjuncts of the guard that read one cell of few values.
    pub(super) conditions: Vec<Condition>,
    /// What the other conjuncts read.
    pub(super) rest: Vec<CellId>,
    /// What guard, promises and new values read.
    pub(super) reads: Vec<CellId>,
    /// Cells with their new values.
    pub(super) writes: Vec<(CellId, NodeId)>,
}

/// The cells that nodes read.
pub(super) fn cells_of(dag: &Dag, nodes: &[NodeId]) -> Vec<CellId> {
    dag.cells_of(&dag.order(nodes))
}

/// What an event reads and writes; cells outside of the layout are not written.
pub(super) fn effect(ground: &Ground<'_>, event: &GroundEvent, layout: &Layout) -> Effect {
    let dag = &ground.dag;
    let writes: Vec<_> = event
        .updates
        .iter()
        .filter(|(cell, _)| layout.field(*cell).is_some())
        .copied()
        .collect();
    let (simple, rest) = split(dag, &ground.cells, event.guard);
    let mut conditions = Vec::new();
    for node in simple {
        let [cell] = cells_of(dag, &[node])[..] else {
            continue;
        };
        let (lo, hi) = ground.cells.get(cell).bounds;
        let holds = |v: i64| dag.value(node, &|_, _| Some(v)) == Some(1);
        conditions.extend(layout.field(cell).map(|field| Condition {
            cell,
            field,
            holds: (lo..=hi).map(holds).collect(),
        }));
    }
    let mut read: Vec<NodeId> = event.promises().map(|p| p.holds).collect();
    read.push(event.guard);
    // a new value that is the old one reads nothing that another event's effect could depend on but itself
    read.extend(writes.iter().map(|(_, node)| *node));
    Effect {
        conditions,
        rest: cells_of(dag, &rest),
        reads: cells_of(dag, &read),
        writes,
    }
}

/// Which events matter to which.
#[derive(Clone, Debug)]
pub(super) struct Relations {
    /// For each event, those that do not commute with it where both are enabled, or disable it, or are disabled by it.
    pub(super) conflicts: Vec<Set>,
    /// For each event, sets of which one event must happen before it can: while a condition does not hold, and, last,
    /// while all conditions hold and the rest of the guard does not.
    pub(super) enablers: Vec<Vec<(Option<usize>, Set)>>,
}

impl Relations {
    pub(super) fn new(ground: &Ground<'_>, cone: &Cone, effects: &[Effect]) -> Self {
        let count = cone.events.len();
        let mut readers: FxHashMap<CellId, Set> = FxHashMap::default();
        let mut writers: FxHashMap<CellId, Vec<(usize, NodeId)>> = FxHashMap::default();
        for (event, effect) in effects.iter().enumerate() {
            for cell in &effect.reads {
                readers.entry(*cell).or_insert_with(|| Set::new(count)).add(event);
            }
            for (cell, node) in &effect.writes {
                writers.entry(*cell).or_default().push((event, *node));
            }
        }
        let none = Vec::new();
        let of = |cell: &CellId| writers.get(cell).unwrap_or(&none);
        let mut conflicts = Vec::with_capacity(count);
        let mut enablers = Vec::with_capacity(count);
        for (event, effect) in effects.iter().enumerate() {
            let mut set = Set::new(count);
            for (cell, node) in &effect.writes {
                if let Some(readers) = readers.get(cell) {
                    set.join(readers);
                }
                // the same literal may be written twice
                let literal = matches!(ground.dag.node(*node), Node::Int(_) | Node::Bool(_));
                let others = of(cell).iter().filter(|(_, other)| other != node || !literal);
                others.for_each(|(other, _)| set.add(*other));
            }
            for cell in &effect.reads {
                of(cell).iter().for_each(|(other, _)| set.add(*other));
            }
            let apart: Vec<usize> = set.iter().filter(|o| exclusive(effect, &effects[*o])).collect();
            apart.into_iter().for_each(|other| set.remove(other));
            set.remove(event);
            conflicts.push(set);
            enablers.push(enabling(ground, effect, &of, count));
        }
        Self { conflicts, enablers }
    }
}

/// Whether the guards of two events cannot both hold.
fn exclusive(a: &Effect, b: &Effect) -> bool {
    a.conditions.iter().any(|x| {
        let both = |y: &Condition| x.holds.iter().zip(&y.holds).any(|(p, q)| *p && *q);
        b.conditions.iter().any(|y| y.cell == x.cell && !both(y))
    })
}

/// See [`Relations::enablers`]; the smallest sets first.
fn enabling<'w>(
    ground: &Ground<'_>,
    effect: &Effect,
    writers: &dyn Fn(&CellId) -> &'w Vec<(usize, NodeId)>,
    count: usize,
) -> Vec<(Option<usize>, Set)> {
    let mut out: Vec<(Option<usize>, Set)> = Vec::new();
    for (position, condition) in effect.conditions.iter().enumerate() {
        let mut set = Set::new(count);
        let (lo, _) = ground.cells.get(condition.cell).bounds;
        for (event, node) in writers(&condition.cell) {
            let helps = match ground.dag.literal(*node) {
                Some(value) => condition
                    .holds
                    .get(value.wrapping_sub(lo) as usize)
                    .is_none_or(|holds| *holds),
                None => true,
            };
            if helps {
                set.add(*event);
            }
        }
        out.push((Some(position), set));
    }
    out.sort_by_key(|(_, set)| set.len());
    let mut rest = Set::new(count);
    for cell in &effect.rest {
        writers(cell).iter().for_each(|(event, _)| rest.add(*event));
    }
    out.push((None, rest));
    out
}
