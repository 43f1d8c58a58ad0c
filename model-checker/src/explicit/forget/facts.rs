//! What events and properties read, and what events write, where the value of one cell is known.

use std::rc::Rc;

use super::super::layout::Layout;
use super::reads::{Known, Reader};
use crate::ground::{Cone, Dag, Ground, GroundEvent, GroundPromise, NodeId};

/// Cells, by position in the layout.
pub(super) type Fields = Box<[u32]>;

/// Cells that are written, each with what its new value reads.
pub(super) type Writes = Rc<[(u32, Fields)]>;

/// The nodes of an event.
pub(super) struct Parts {
    order: Vec<NodeId>,
    guard: NodeId,
    before: Vec<NodeId>,
    after: Vec<NodeId>,
    /// Cells of the layout with their new values.
    pub(super) writes: Vec<(u32, NodeId)>,
    /// All cells that it reads.
    pub(super) mentions: Fields,
}

/// What an event does where something is known.
#[derive(Clone)]
pub(super) struct Facts {
    /// What guard and promises read.
    pub(super) reads: Fields,
    /// Whether the guard may hold.
    pub(super) happens: bool,
    pub(super) writes: Writes,
}

impl Parts {
    pub(super) fn new(event: &GroundEvent, layout: &Layout, reader: &mut Reader<'_>) -> Self {
        let holds = |promises: &[GroundPromise]| promises.iter().map(|p| p.holds).collect::<Vec<_>>();
        let (before, after) = (holds(&event.before), holds(&event.after));
        let write = |(cell, node): &(_, NodeId)| Some((layout.field(*cell)?.index() as u32, *node));
        let writes: Vec<(u32, NodeId)> = event.updates.iter().filter_map(write).collect();
        let mut roots = vec![event.guard];
        roots.extend(before.iter().chain(&after));
        roots.extend(writes.iter().map(|(_, node)| *node));
        let order = reader.dag.order(&roots);
        reader.suppose(&order, None);
        Self {
            mentions: reader.reads(&roots, false),
            guard: event.guard,
            order,
            before,
            after,
            writes,
        }
    }

    /// What the event does where this is known.
    pub(super) fn facts(&self, reader: &mut Reader<'_>, known: Known) -> Facts {
        reader.suppose(&self.order, known);
        let mut read = self.before.clone();
        let happens = reader.value(self.guard) != Some(0);
        if happens {
            read.push(self.guard);
            read.extend(&self.after);
        }
        let writes = self.writes.iter().filter(|_| happens);
        let writes: Vec<_> = writes
            .map(|(field, node)| (*field, reader.reads(&[*node], false)))
            .collect();
        Facts {
            reads: reader.reads(&read, false),
            happens,
            writes: writes.into(),
        }
    }
}

/// A part of what a property says.
pub(super) struct Claim {
    order: Vec<NodeId>,
    node: NodeId,
    /// Of the steps of which event of the cone only.
    pub(super) event: Option<usize>,
    /// All cells that it reads, in the current state and in the next one.
    pub(super) mentions: (Fields, Fields),
}

impl Claim {
    /// What it reads of the current state, or of the next one, where this is known.
    pub(super) fn reads(&self, reader: &mut Reader<'_>, next: bool, known: Known) -> Fields {
        reader.suppose(&self.order, known);
        reader.reads(&[self.node], next)
    }
}

/// All that the properties say.
pub(super) fn claims(ground: &Ground<'_>, cone: &Cone, reader: &mut Reader<'_>) -> Vec<Claim> {
    let mut nodes: Vec<(Option<usize>, NodeId)> = Vec::new();
    let mut say = |event: Option<usize>, formula: NodeId, promises: &[GroundPromise]| {
        let parts = ground.dag.conjuncts(formula);
        let all = parts.into_iter().chain(promises.iter().map(|p| p.holds));
        nodes.extend(all.map(|node| (event, node)));
    };
    for property in &ground.properties {
        say(None, property.formula, &property.promises);
        property.antecedent.iter().for_each(|a| say(None, *a, &[]));
        for (position, event) in cone.events.iter().enumerate() {
            if let Some(clause) = property.clauses.get(event) {
                say(Some(position), clause.formula, &clause.promises);
            }
        }
    }
    let claim = |(event, node): (Option<usize>, NodeId)| {
        let order = ground.dag.order(&[node]);
        reader.suppose(&order, None);
        Claim {
            mentions: (reader.reads(&[node], false), reader.reads(&[node], true)),
            order,
            node,
            event,
        }
    };
    let literal = |node: NodeId| node == Dag::TRUE || node == Dag::FALSE;
    nodes
        .into_iter()
        .filter(|(_, n)| !literal(*n))
        .map(claim)
        .collect()
}
