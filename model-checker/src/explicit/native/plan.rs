//! What is compiled of a ground system: its events and properties, as parts of one graph of nodes.

use transition_system::PropertyKind;

use super::super::layout::{FieldId, Layout};
use super::groups::{Group, groups};
use super::support::{Reads, reads};
use super::{MOST_OPERATIONS, property_bit};
use crate::ground::{CellId, Cone, Dag, Ground, GroundEvent, GroundProperty, NodeId};

/// An update of one cell.
pub(super) struct Update {
    pub(super) field: FieldId,
    pub(super) value: NodeId,
    /// The bounds of the cell, where the value might leave them.
    pub(super) within: Option<(i64, i64)>,
}

/// An event.
pub(super) struct EventPlan {
    pub(super) before: Vec<NodeId>,
    pub(super) guard: NodeId,
    pub(super) after: Vec<NodeId>,
    pub(super) updates: Vec<Update>,
    /// What steps must satisfy, each with the bit of the property.
    pub(super) steps: Vec<(u64, NodeId)>,
    /// Nodes that it takes.
    pub(super) size: usize,
}

/// A property of states.
pub(super) struct Claim {
    pub(super) bit: u64,
    /// What must be true of every state.
    pub(super) holds: Vec<NodeId>,
    /// What is looked for.
    pub(super) witness: Option<NodeId>,
    pub(super) antecedent: Option<NodeId>,
}

/// See the module.
pub(super) struct Plan {
    pub(super) dag: Dag,
    pub(super) reads: Vec<Reads>,
    pub(super) events: Vec<EventPlan>,
    pub(super) groups: Vec<Group>,
    pub(super) claims: Vec<Claim>,
}

impl Plan {
    /// `None` if it is too large.
    pub(super) fn new(ground: &Ground<'_>, cone: &Cone, layout: &Layout) -> Option<Self> {
        let mut dag = ground.dag.clone();
        let mut events = Vec::with_capacity(cone.events.len());
        let mut operations = 0;
        for index in &cone.events {
            let event = event(ground, *index, layout, &mut dag);
            operations += event.size;
            if operations > MOST_OPERATIONS {
                return None;
            }
            events.push(event);
        }
        let claims = ground.properties.iter().enumerate();
        let claims: Vec<Claim> = claims
            .filter(|(_, p)| p.kind != PropertyKind::Transition)
            .map(|(position, property)| claim(position, property, &dag, layout))
            .collect();
        let roots: Vec<NodeId> = claims.iter().flat_map(Claim::roots).collect();
        operations += dag.order(&roots).len();
        if operations > MOST_OPERATIONS || dag.fault().is_some() {
            return None;
        }
        let reads = reads(&dag);
        Some(Self {
            groups: groups(&dag, layout, &reads, &events),
            reads,
            dag,
            events,
            claims,
        })
    }
}

impl Claim {
    fn roots(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.holds
            .iter()
            .copied()
            .chain(self.witness)
            .chain(self.antecedent)
    }
}

fn event(ground: &Ground<'_>, index: usize, layout: &Layout, dag: &mut Dag) -> EventPlan {
    let event = &ground.events[index];
    let update = |(cell, value): &(CellId, NodeId)| {
        let field = layout.field(*cell)?;
        let (bounds, within) = (ground.dag.bounds(*value), ground.cells.get(*cell).bounds);
        let leaves = bounds.0 < within.0 || bounds.1 > within.1;
        Some(Update {
            field,
            value: *value,
            within: leaves.then_some(within),
        })
    };
    let transitions = ground.properties.iter().enumerate();
    let steps = transitions
        .filter(|(_, p)| p.kind == PropertyKind::Transition)
        .map(|(position, property)| {
            let (formula, promises) = match property.clauses.get(&index) {
                Some(clause) => (clause.formula, &clause.promises),
                None => (property.formula, &property.promises),
            };
            let parts: Vec<NodeId> = promises.iter().map(|p| p.holds).chain([formula]).collect();
            let holds = dag.and(parts);
            (property_bit(position), after(ground, event, dag, holds))
        });
    let mut plan = EventPlan {
        steps: steps.filter(|(_, holds)| *holds != Dag::TRUE).collect(),
        before: event.before.iter().map(|p| p.holds).collect(),
        guard: event.guard,
        after: event.after.iter().map(|p| p.holds).collect(),
        updates: event.updates.iter().filter_map(update).collect(),
        size: 0,
    };
    plan.size = dag.order(&plan.roots()).len();
    plan
}

/// A formula on a step of this event, over the state before.
fn after(ground: &Ground<'_>, event: &GroundEvent, dag: &mut Dag, formula: NodeId) -> NodeId {
    let rewritten = dag.rewrite(&[formula], &mut |dag, cell, next| {
        if !next {
            return None;
        }
        let update = event.updates.iter().find(|(c, _)| *c == cell);
        let info = ground.cells.get(cell);
        Some(update.map_or_else(
            || dag.cell(cell, info.bounds, info.is_boolean()),
            |(_, value)| *value,
        ))
    });
    rewritten[0]
}

fn claim(position: usize, property: &GroundProperty, dag: &Dag, layout: &Layout) -> Claim {
    let inside = |node: &NodeId| {
        let cells = dag.cells_of(&dag.order(&[*node]));
        cells.iter().all(|c| layout.field(*c).is_some())
    };
    let formula = Some(property.formula);
    Claim {
        bit: property_bit(position),
        holds: property
            .promises
            .iter()
            .map(|p| p.holds)
            .chain(formula.filter(|_| property.kind == PropertyKind::Invariant))
            .collect(),
        witness: formula.filter(|_| property.kind == PropertyKind::Witness),
        antecedent: property.antecedent.filter(inside),
    }
}

impl EventPlan {
    /// About how many operations it takes to write the state after, in states of so many words.
    pub(super) fn cost(&self, words: usize) -> usize {
        self.size + words + 6
    }

    fn roots(&self) -> Vec<NodeId> {
        let mut out: Vec<NodeId> = self.before.iter().chain(&self.after).copied().collect();
        out.push(self.guard);
        out.extend(self.updates.iter().map(|u| u.value));
        out.extend(self.steps.iter().map(|(_, holds)| *holds));
        out
    }
}
