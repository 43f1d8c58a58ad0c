//! Partial order: of the events that are enabled in a state only some are taken, where the others can as well be taken
//! later.
//!
//! Takes the events of a cone; says of a state and its successors which to keep. What is kept is a strong stubborn set (Valmari,
//! "Stubborn sets for reduced state space generation", 1990, section 2; Valmari, "The state explosion problem", 1998,
//! section 7): with an enabled event those that do not commute with it, with one that is not enabled those of
//! which one must come before. So every deadlock is reached. A set is only taken if its enabled events are *invisible* (no
//! property, and no promise, reads what they write) and none of them [breaks cycles](cycles); otherwise all are kept. So
//! every cycle has a state of which all are kept, nothing is put off for ever, and whatever properties see in a run they see
//! in a run that is kept (Clarke, Grumberg, Peled, "Model Checking", 1999, chapter 10: conditions C0 to C3).
//!
//! All this is decided by the state alone: it does not depend on threads, nor on what was visited before. Runs that are
//! kept need not be shortest.

mod choice;
mod cycles;
mod effects;
mod merge;

use std::sync::Arc;

use rustc_hash::FxHashMap;
use transition_system::{PropertyId, PropertyKind};

use super::layout::Layout;
use super::machine::Successors;
use super::set::Set;
use crate::ground::{CellId, Cone, Dag, Ground, GroundProperty, NodeId};
use choice::Choice;
use effects::{Effect, Relations, cells_of, effect};
pub(crate) use merge::Merger;

/// What does not change.
#[derive(Debug)]
struct Rules {
    layout: Layout,
    effects: Vec<Effect>,
    relations: Relations,
    /// Events that are only kept together with all.
    whole: Set,
}

impl Rules {
    /// Of which events one must happen before an event that is not enabled where cells have these values.
    fn enabler(&self, event: usize, values: &[i64]) -> Option<&Set> {
        let fails = |condition: usize| {
            let condition = &self.effects[event].conditions[condition];
            let (lo, _) = self.layout.bounds(condition.field);
            !condition.holds[(values[condition.field.index()] - lo) as usize]
        };
        let mut enablers = self.relations.enablers[event].iter();
        let enabler = enablers.find(|(condition, _)| condition.is_none_or(fails));
        enabler.map(|(_, set)| set)
    }
}

/// See the module.
#[derive(Clone, Debug)]
pub(crate) struct Ample {
    rules: Arc<Rules>,
    choice: Choice,
}

impl Ample {
    /// For the events of a cone, and the properties asked of it but one.
    pub(crate) fn new(ground: &Ground<'_>, cone: &Cone, layout: &Layout, but: Option<PropertyId>) -> Self {
        let effects: Vec<Effect> = cone
            .events
            .iter()
            .map(|e| effect(ground, &ground.events[*e], layout))
            .collect();
        let count = effects.len();
        let mut whole = Set::new(count);
        let breaking = cycles::breaking(ground, cone, layout, &effects);
        let visible = visible(ground, cone, &effects, but);
        for event in (0..count).filter(|e| breaking[*e] || visible[*e]) {
            whole.add(event);
        }
        let rules = Rules {
            relations: Relations::new(ground, cone, &effects),
            layout: layout.clone(),
            effects,
            whole,
        };
        Self {
            choice: Choice::new(layout.len(), count),
            rules: Arc::new(rules),
        }
    }

    /// How many events can be put off or taken alone, of how many.
    pub(crate) fn free(&self) -> (usize, usize) {
        let count = self.rules.effects.len();
        (count - self.rules.whole.len(), count)
    }

    /// Leaves of all successors of a state those that are kept.
    pub(crate) fn keep(&mut self, state: &[u64], successors: &mut Successors) {
        // what is undefined is no step, but happens
        if successors.len() < 2 || !successors.broken.is_empty() {
            return;
        }
        let most = successors.len();
        if !self.choice.make(&self.rules, state, &successors.events, most) {
            return;
        }
        let words = successors.words;
        let mut kept = 0;
        for position in 0..successors.len() {
            if self.choice.holds(successors.events[position]) {
                successors.events[kept] = successors.events[position];
                let from = position * words;
                successors.states.copy_within(from..from + words, kept * words);
                kept += 1;
            }
        }
        successors.events.truncate(kept);
        successors.states.truncate(kept * words);
    }

    /// The position of the one successor of a state that can be kept without the others, if there is one.
    fn alone(&mut self, state: &[u64], successors: &Successors) -> Option<usize> {
        if !successors.broken.is_empty() || successors.escaped.is_some() {
            return None;
        }
        match successors.events[..] {
            [] => None,
            [only] => (!self.rules.whole.contains(only as usize)).then_some(0),
            [..] if !self.choice.make(&self.rules, state, &successors.events, 2) => None,
            [..] => successors.events.iter().position(|e| self.choice.holds(*e)),
        }
    }
}

/// For each event whether properties or promises may see what it does; alike for all instances of an event.
fn visible(ground: &Ground<'_>, cone: &Cone, effects: &[Effect], but: Option<PropertyId>) -> Vec<bool> {
    let dag = &ground.dag;
    let mut seen = vec![false; ground.cells.table().len()];
    let mut see = |nodes: &[NodeId]| {
        let cells: Vec<CellId> = cells_of(dag, nodes);
        cells.into_iter().for_each(|c| seen[c.index()] = true);
    };
    let mut kinds = vec![false; ground.system.events.len()];
    let mut all = false;
    for property in ground.properties.iter().filter(|p| Some(p.id) != but) {
        see(&[property.formula]);
        see(&property.promises.iter().map(|p| p.holds).collect::<Vec<_>>());
        property.antecedent.into_iter().for_each(|a| see(&[a]));
        for (event, clause) in &property.clauses {
            if clause.formula != Dag::TRUE || !clause.promises.is_empty() {
                kinds[ground.events[*event].event.index()] = true;
                see(&[clause.formula]);
                see(&clause.promises.iter().map(|p| p.holds).collect::<Vec<_>>());
            }
        }
        all |= sees_every_step(property);
    }
    for (event, effect) in cone.events.iter().map(|e| &ground.events[*e]).zip(effects) {
        let after = event.after.iter().filter(|p| !is_kept(ground, effect, p.holds));
        let promises: Vec<NodeId> = event.before.iter().chain(after).map(|p| p.holds).collect();
        if !promises.is_empty() {
            see(&promises);
            see(&[event.guard]);
        }
    }
    let kind = |event: usize| ground.events[cone.events[event]].event.index();
    for (event, effect) in effects.iter().enumerate() {
        kinds[kind(event)] |= all || effect.writes.iter().any(|(cell, _)| seen[cell.index()]);
    }
    (0..effects.len()).map(|event| kinds[kind(event)]).collect()
}

/// Whether a promise surely holds wherever the guard does: what the guard says of single cells is enough, going through the
/// values of one of them.
fn is_kept(ground: &Ground<'_>, effect: &Effect, holds: NodeId) -> bool {
    let mut allowed: FxHashMap<CellId, Vec<i64>> = FxHashMap::default();
    for condition in &effect.conditions {
        let (lo, hi) = ground.cells.get(condition.cell).bounds;
        let values = allowed
            .entry(condition.cell)
            .or_insert_with(|| (lo..=hi).collect());
        values.retain(|v| condition.holds[(v - lo) as usize]);
    }
    let only = |cell: CellId| match allowed.get(&cell).map(|v| &v[..]) {
        Some([one]) => Some(*one),
        Some(_) | None => None,
    };
    let holds_for = |cell: CellId, value: i64| {
        let leaf = |c: CellId, _| if c == cell { Some(value) } else { only(c) };
        ground.dag.value(holds, &leaf) == Some(1)
    };
    let cells = cells_of(&ground.dag, &[holds]);
    let decides = |c: &CellId| {
        allowed
            .get(c)
            .is_some_and(|vs| vs.iter().all(|v| holds_for(*c, *v)))
    };
    cells.iter().any(decides)
}

/// Whether a property may be violated by a step that changes nothing that it reads.
fn sees_every_step(property: &GroundProperty) -> bool {
    match property.kind {
        PropertyKind::Transition => property.stutter != Dag::TRUE,
        PropertyKind::Invariant | PropertyKind::Witness => false,
        PropertyKind::Temporal => true,
    }
}
