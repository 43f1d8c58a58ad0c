//! Fairness: which events do not wait forever.
//!
//! As in TLA+ (Lamport, *Specifying Systems*, section 8.4): a run is *weakly fair* to an action if the action happens
//! infinitely often or is infinitely often not enabled, and *strongly fair* if it happens infinitely often or is
//! enabled only finitely often. Happening and being enabled are meant of steps that change the state. An action is
//! an event with values for its parameters, whatever its choices: `fair event f(x: T) { choose y: U .. }` is the
//! condition `forall x: T. WF(exists y: U. f(x, y))`. The alternatives of one event are, as a whole, one action.
//!
//! Runs stutter: what no fairness forbids is a run in which nothing happens any more.

use crate::ids::EventId;
use crate::system::System;

/// How an event is treated in infinite runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fairness {
    /// It may wait forever.
    #[default]
    None,
    /// It happens if it stays enabled.
    Weak,
    /// It happens if it is enabled again and again.
    Strong,
}

/// That an event is one alternative of a declared event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// Qualified name of the declared event; no event of the system has it.
    pub of: String,
    /// Fairness of the declared event: of all its alternatives together.
    pub fairness: Fairness,
}

/// A condition on runs: for each value of the parameters, these events together are one action, and runs are fair
/// to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FairAction {
    /// Name of the event as it was declared.
    pub name: String,
    /// Weak or strong.
    pub fairness: Fairness,
    /// The events: one, or all alternatives of one; their parameters agree in number and type.
    pub events: Vec<EventId>,
}

/// The conditions on runs of a system, in order of declaration.
#[must_use]
pub fn fair_actions(system: &System) -> Vec<FairAction> {
    let mut out: Vec<FairAction> = Vec::new();
    for id in system.event_ids() {
        let event = system.event(id);
        if let Some(whole) = &event.alternative
            && whole.fairness != Fairness::None
        {
            match out.iter_mut().find(|a| a.name == whole.of) {
                Some(action) => action.events.push(id),
                None => out.push(FairAction {
                    name: whole.of.clone(),
                    fairness: whole.fairness,
                    events: vec![id],
                }),
            }
        }
        if event.fairness != Fairness::None {
            out.push(FairAction {
                name: event.name.clone(),
                fairness: event.fairness,
                events: vec![id],
            });
        }
    }
    out
}
