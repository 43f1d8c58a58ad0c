//! Events that share a part of their guards, behind one branch.
//!
//! Of the many instances of an event most are impossible in a given state, and often for one reason: the cell that they
//! all ask about. Where a truth value over one cell is a conjunct of the guards of enough events, they become a group, and a
//! state in which it is false skips them all.

use rustc_hash::FxHashMap;

use super::super::layout::Layout;
use super::plan::EventPlan;
use super::support::{Reads, Table};
use crate::ground::{Dag, NodeId, Values};

/// Operations that a branch must save on average: about those that a processor does in the time of a wrong guess.
const SAVED: f64 = 32.0;

/// Some events.
pub(super) struct Group {
    /// The conjunct that all their guards have.
    pub(super) shared: Option<NodeId>,
    /// Their positions, in order.
    pub(super) events: Vec<usize>,
}

/// All events in groups, each event in one. A group without a shared conjunct has one event.
pub(super) fn groups(dag: &Dag, layout: &Layout, reads: &[Reads], events: &[EventPlan]) -> Vec<Group> {
    let mut scratch = Values::default();
    let mut skipped: FxHashMap<NodeId, f64> = FxHashMap::default();
    // for each conjunct of a guard: in how many states of a hundred it is true, if all values were as likely
    let mut saved: FxHashMap<NodeId, f64> = FxHashMap::default();
    for event in events {
        for conjunct in dag.conjuncts(event.guard) {
            let false_part = *skipped.entry(conjunct).or_insert_with(|| {
                let table = Table::of(dag, layout, reads, conjunct, &mut scratch);
                table.map_or(0.0, |t| {
                    1.0 - f64::from(t.truth.count_ones()) / f64::from(t.values)
                })
            });
            *saved.entry(conjunct).or_default() += false_part * event.cost(layout.words()) as f64;
        }
    }
    let mut out: Vec<Group> = Vec::new();
    let mut place: FxHashMap<NodeId, usize> = FxHashMap::default();
    for (position, event) in events.iter().enumerate() {
        let worth = |node: &NodeId| saved.get(node).copied().unwrap_or(0.0);
        let best = dag
            .conjuncts(event.guard)
            .into_iter()
            .max_by(|a, b| worth(a).total_cmp(&worth(b)).then(b.cmp(a)))
            .filter(|node| worth(node) >= SAVED);
        let group = best.and_then(|node| place.get(&node));
        match group {
            Some(group) => out[*group].events.push(position),
            None => {
                if let Some(node) = best {
                    place.insert(node, out.len());
                }
                out.push(Group {
                    shared: best,
                    events: vec![position],
                });
            }
        }
    }
    out
}
