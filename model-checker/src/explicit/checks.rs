//! The properties of a search, evaluated on states and steps as they are found.

use std::collections::BTreeMap;

use transition_system::{Owner, PropertyId, PropertyKind, Wrong};

use super::layout::Layout;
use super::machine::{Conditions, Machine};
use super::native::property_bit;
use crate::ground::{Cone, Ground, GroundError, GroundPromise, NodeId};

/// Something a state or step decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Finding {
    /// The property at this position is violated.
    Violated(usize, Wrong),
    /// The witness at this position is reached.
    Reached(usize),
}

/// The conditions of a formula.
#[derive(Clone)]
struct Claim {
    /// Conditions of the promises, with what is wrong where one is false.
    promises: Vec<(usize, Wrong)>,
    formula: usize,
}

/// One property and the conditions that decide it.
#[derive(Clone)]
struct Item {
    kind: PropertyKind,
    claim: Claim,
    /// What is claimed of the steps of some events instead, by position of the event in the cone.
    clauses: BTreeMap<u32, Claim>,
    /// Condition of the antecedent, while it was never true.
    antecedent: Option<usize>,
    wrong: Wrong,
    open: bool,
}

/// See the module.
#[derive(Clone)]
pub(crate) struct Checks {
    machine: Machine,
    items: Vec<Item>,
}

impl Checks {
    pub(crate) fn new(ground: &Ground<'_>, cone: &Cone, layout: &Layout) -> Result<Self, GroundError> {
        let mut formulas: Vec<NodeId> = Vec::new();
        let mut add = |node: NodeId| {
            formulas.push(node);
            formulas.len() - 1
        };
        let inside = |node: &NodeId| {
            let cells = ground.dag.cells_of(&ground.dag.order(&[*node]));
            cells.iter().all(|c| layout.field(*c).is_some())
        };
        let mut items = Vec::new();
        for property in &ground.properties {
            let wrong = match property.kind {
                PropertyKind::Transition => Wrong::Transition(property.id),
                PropertyKind::Invariant | PropertyKind::Witness => Wrong::Invariant(property.id),
                PropertyKind::Temporal => Wrong::Temporal(property.id),
            };
            let mut claim = |formula: NodeId, promises: &[GroundPromise]| Claim {
                promises: promises
                    .iter()
                    .map(|p| (add(p.holds), undefined(property.id, p)))
                    .collect(),
                formula: add(formula),
            };
            let clauses = cone.events.iter().enumerate().filter_map(|(position, event)| {
                let clause = property.clauses.get(event)?;
                Some((position as u32, claim(clause.formula, &clause.promises)))
            });
            items.push(Item {
                kind: property.kind,
                clauses: clauses.collect(),
                claim: claim(property.formula, &property.promises),
                antecedent: property.antecedent.filter(inside).map(&mut add),
                wrong,
                open: true,
            });
        }
        Ok(Self {
            machine: Machine::of_conditions(&ground.dag, layout, &formulas)?,
            items,
        })
    }

    /// Whether a property is neither violated nor reached.
    pub(super) fn is_open(&self, position: usize) -> bool {
        self.items[position].open
    }

    /// Whether a witness holds, and is defined, in a state.
    pub(super) fn is_true(&mut self, position: usize, state: &[u64]) -> bool {
        self.machine.load(state);
        let claim = &self.items[position].claim;
        let mut all = claim
            .promises
            .iter()
            .map(|(condition, _)| *condition)
            .chain([claim.formula]);
        all.all(|condition| self.machine.holds(condition))
    }

    /// Makes these properties open, and no others.
    pub(super) fn open_only(&mut self, which: impl Fn(usize) -> bool) {
        for (position, item) in self.items.iter_mut().enumerate() {
            item.open = which(position);
        }
    }

    /// Whether any property is open.
    pub(super) fn any_open(&self) -> bool {
        self.items.iter().any(|i| i.open)
    }

    /// Decides a property; whether it was open.
    pub(super) fn close(&mut self, position: usize) -> bool {
        std::mem::replace(&mut self.items[position].open, false)
    }

    /// Notes that the antecedent of a property was true somewhere.
    pub(super) fn see_antecedent(&mut self, position: usize) {
        self.items[position].antecedent = None;
    }

    /// The bits of machine code of the properties that are open.
    pub(super) fn open_bits(&self) -> u64 {
        let open = self.items.iter().enumerate().filter(|(_, i)| i.open);
        open.fold(0, |bits, (position, _)| bits | property_bit(position))
    }

    /// The bits of the properties whose antecedent was never true.
    pub(super) fn unseen_bits(&self) -> u64 {
        self.vacuous()
            .fold(0, |bits, position| bits | property_bit(position))
    }

    /// Notes the antecedents that another copy saw.
    pub(super) fn merge_antecedents(&mut self, other: &Self) {
        for (mine, theirs) in self.items.iter_mut().zip(&other.items) {
            mine.antecedent = mine.antecedent.and(theirs.antecedent);
        }
    }

    /// Takes over what another copy knows.
    pub(super) fn catch_up(&mut self, other: &Self) {
        for (mine, theirs) in self.items.iter_mut().zip(&other.items) {
            (mine.open, mine.antecedent) = (theirs.open, theirs.antecedent);
        }
    }

    /// Whether a state can decide anything.
    pub(super) fn watches_states(&self) -> bool {
        let watches =
            |item: &Item| item.antecedent.is_some() || (item.open && item.kind != PropertyKind::Transition);
        self.items.iter().any(watches)
    }

    /// Positions of invariants whose antecedent was never true.
    pub(super) fn vacuous(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.items.len()).filter(|i| self.items[*i].antecedent.is_some())
    }

    /// What a new state decides.
    pub(crate) fn on_state(&mut self, state: &[u64], out: &mut Vec<Finding>) {
        self.machine.load(state);
        for (position, item) in self.items.iter_mut().enumerate() {
            if item.antecedent.is_some_and(|a| self.machine.holds(a)) {
                item.antecedent = None;
            }
            if item.open && item.kind != PropertyKind::Transition {
                decide(&mut self.machine, position, item, None, out);
            }
        }
    }

    /// Whether steps matter at all.
    pub(crate) fn watches_steps(&self) -> bool {
        self.items
            .iter()
            .any(|i| i.open && i.kind == PropertyKind::Transition)
    }

    /// What a step of an event, by its position in the cone, decides.
    pub(crate) fn on_step(&mut self, event: u32, before: &[u64], after: &[u64], out: &mut Vec<Finding>) {
        self.machine.load(before);
        self.machine.load_next(after);
        for (position, item) in self.items.iter_mut().enumerate() {
            if item.open && item.kind == PropertyKind::Transition {
                decide(&mut self.machine, position, item, Some(event), out);
            }
        }
    }
}

fn undefined(property: PropertyId, promise: &GroundPromise) -> Wrong {
    Wrong::Undefined {
        owner: Owner::Property(property),
        kind: promise.kind,
        index: promise.index,
    }
}

fn decide(
    machine: &mut Machine,
    position: usize,
    item: &mut Item,
    step: Option<u32>,
    out: &mut Vec<Finding>,
) {
    let claim = step.and_then(|e| item.clauses.get(&e)).unwrap_or(&item.claim);
    let broken = claim
        .promises
        .iter()
        .find(|(condition, _)| !machine.holds(*condition));
    let finding = match (broken, item.kind) {
        (Some((_, wrong)), _) => Finding::Violated(position, wrong.clone()),
        (None, PropertyKind::Witness) if machine.holds(claim.formula) => Finding::Reached(position),
        (None, PropertyKind::Invariant | PropertyKind::Transition) if !machine.holds(claim.formula) => {
            Finding::Violated(position, item.wrong.clone())
        }
        (
            None,
            PropertyKind::Witness
            | PropertyKind::Invariant
            | PropertyKind::Transition
            | PropertyKind::Temporal,
        ) => return,
    };
    item.open = false;
    out.push(finding);
}
