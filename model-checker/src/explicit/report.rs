//! What the explicit-state engine answers, and what it counted on the way.

use std::time::Duration;

use transition_system::{ConstId, EventId, PropertyId, Stop, Trace, Value, Verdict, Violation};

use super::every::{Every, Subject};
use super::symmetry::Alike;
use crate::ground::{Cone, Ground, GroundError};

/// The answers of one search.
///
/// A broken promise of an event, of `init` or of an assumption leaves the meaning of the specification
/// undefined, so the first one found is the verdict (`Violated` with
/// [`transition_system::Wrong::Undefined`]) of every property that was not decided before it; among
/// findings of one depth, those of properties come first. A broken promise of a property concerns that property
/// alone.
#[derive(Clone, Debug)]
pub struct ExplicitReport {
    /// One verdict for each property asked for, in the order asked. A witness that is reached is
    /// [`Verdict::Holds`].
    pub verdicts: Vec<(PropertyId, Verdict)>,
    /// For each witness that is reached: a shortest run to it.
    pub witnesses: Vec<(PropertyId, Trace)>,
    /// A shortest run to a state without an enabled event, if deadlocks were looked for and one was found.
    pub deadlock: Option<Violation>,
    /// The first broken promise of an event, of `init` or of an assumption.
    pub undefined: Option<Violation>,
    /// Every way in which something is violated, if that was asked for and anything was searched.
    pub every: Option<Every>,
    /// Why not every state was expanded; `None` also where every question was answered before.
    pub stopped: Option<Stop>,
    /// How far it came, in words, where it was stopped before the search.
    pub covered: Option<String>,
    /// Counts.
    pub stats: Stats,
}

impl ExplicitReport {
    /// Nothing was searched, for this reason.
    #[must_use]
    pub fn unknown(properties: impl IntoIterator<Item = PropertyId>, why: GroundError) -> Self {
        let covered = why.stopped().map(|(_, covered)| covered.to_owned());
        let stop: Stop = why.into();
        Self {
            verdicts: properties
                .into_iter()
                .map(|p| (p, Verdict::Unknown(stop.clone())))
                .collect(),
            witnesses: Vec::new(),
            deadlock: None,
            undefined: None,
            every: None,
            stopped: Some(stop),
            covered,
            stats: Stats::default(),
        }
    }
}

impl ExplicitReport {
    /// Takes over what ways decide that the search did not: it was stopped before it expanded every state that it found.
    pub(super) fn decide_by_ways(&mut self) {
        let ways = self.every.as_ref().map_or(&[][..], |every| &every.ways);
        let first = |subject: &dyn Fn(Subject) -> bool| {
            let way = ways.iter().find(|way| subject(way.subject));
            way.map(|way| way.violation.clone())
        };
        let undefined = first(&|subject| matches!(subject, Subject::Event(_)));
        for (id, verdict) in &mut self.verdicts {
            if let Verdict::Unknown(_) = verdict
                && let Some(violation) =
                    first(&|subject| subject == Subject::Property(*id)).or_else(|| undefined.clone())
            {
                *verdict = Verdict::Violated(Box::new(violation));
            }
        }
        let deadlock = || first(&|subject| subject == Subject::Deadlock);
        self.deadlock = self.deadlock.take().or_else(deadlock);
        self.undefined = self.undefined.take().or(undefined);
    }

    /// Says of no run that it is a shortest one.
    pub(super) fn not_shortest(&mut self) {
        for (_, verdict) in &mut self.verdicts {
            if let Verdict::Violated(violation) = verdict {
                violation.shortest = false;
            }
        }
        let ways = self.every.iter_mut().flat_map(|e| &mut e.ways);
        let others = self.deadlock.iter_mut().chain(&mut self.undefined);
        for violation in others.chain(ways.map(|w| &mut w.violation)) {
            violation.shortest = false;
        }
    }
}

/// Counts of a search.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stats {
    /// Distinct states found.
    pub states: u64,
    /// Distinct initial states.
    pub initial_states: u64,
    /// Transitions generated, also to states known already.
    pub transitions: u64,
    /// Greatest number of steps from an initial state to a state found.
    pub depth: u64,
    /// Depth below which every state was expanded.
    pub complete_depth: u64,
    /// Whether every state found was expanded.
    pub exhaustive: bool,
    /// States found at each depth.
    pub states_by_depth: Vec<u64>,
    /// Bytes of states, parents and visited table at the end.
    pub memory_bytes: u64,
    /// Bytes of states on disk at the end; 0 where memory was enough.
    pub disk_bytes: u64,
    /// A bound of the probability that a reachable state was missed; `None` where none can be.
    pub missed: Option<f64>,
    /// Bits of one packed state.
    pub state_bits: u32,
    /// Time of the search.
    pub time: Duration,
    /// One entry for each event of the system, in order.
    pub events: Vec<EventCount>,
    /// Invariants of the form *for all .. a implies b* of which no visited state made `a` true. Only told
    /// of an exhaustive search.
    pub vacuous: Vec<PropertyId>,
    /// The elements of which states that differ in their names only were counted once.
    pub symmetry: Vec<Alike>,
    /// Instances of events whose order was left open where it could be, of how many.
    pub partial_order: Option<(usize, usize)>,
    /// Instances of events whose steps were merged with the one before where they could be taken alone, of how many.
    pub merged: Option<(usize, usize)>,
    /// Cells that were forgotten where they are written before they are read, of how many.
    pub forgotten: Option<(usize, usize)>,
}

impl Stats {
    /// Events that were searched and never enabled.
    pub fn never_enabled(&self) -> impl Iterator<Item = EventId> + '_ {
        self.events
            .iter()
            .filter(|e| !e.outside_cone && e.fired == 0)
            .map(|e| e.event)
    }
}

/// How often an event happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventCount {
    /// The event.
    pub event: EventId,
    /// Arguments for which the constants do not rule it out.
    pub instances: u64,
    /// Transitions.
    pub fired: u64,
    /// Whether no property depends on it, so that it was not searched.
    pub outside_cone: bool,
}

/// One scalar place of a constant and the value it has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConstCell {
    /// The constant.
    pub constant: ConstId,
    /// Keys from the outside in: one per level of map; then, if the place is an element of a set, that element.
    /// Components of tuples count as [`Value::Int`], the payload of an option adds nothing.
    pub path: Vec<Value>,
    /// The value there; for an element of a set, whether it is in; for an option of a composite type, its
    /// flag or a part of its payload.
    pub value: Value,
}

/// A place of a constant that no configuration gives, and the value that a violation relies on.
pub type Assumed = ConstCell;

/// How often each event of the system happened, in order. `fired` is by position in the cone.
pub(super) fn event_counts(ground: &Ground<'_>, cone: &Cone, fired: &[u64]) -> Vec<EventCount> {
    let mut counts: Vec<EventCount> = ground
        .system
        .event_ids()
        .map(|event| EventCount {
            event,
            instances: 0,
            fired: 0,
            outside_cone: true,
        })
        .collect();
    for event in &ground.events {
        counts[event.event.index()].instances += 1;
    }
    for (position, fired) in cone.events.iter().zip(fired) {
        let count = &mut counts[ground.events[*position].event.index()];
        count.fired += fired;
        count.outside_cone = false;
    }
    for count in &mut counts {
        // an event that the constants rule out is in no cone, but not for lack of interest
        count.outside_cone &= count.instances > 0;
    }
    counts
}
