//! The answers of a search, as they are found and as they are reported at its end.

use std::time::Duration;

use transition_system::{Coverage, PropertyId, PropertyKind, Trace, Vacuity, Verdict, Violation, Wrong};

use super::checks::{Checks, Finding};
use super::question::Halt;
use super::report::{ExplicitReport, Stats, event_counts};
use crate::ground::{Cone, Ground, GroundError};

/// Answers so far, by position of the property.
pub(super) struct Found {
    verdicts: Vec<Option<Verdict>>,
    reached: Vec<Option<Trace>>,
    pub(super) deadlock: Option<Violation>,
    /// Whether runs are as short as any.
    pub(super) shortest: bool,
    undefined: Option<Violation>,
}

/// What a search is asked for its report.
pub(super) struct End<'a> {
    pub(super) ground: &'a Ground<'a>,
    pub(super) cone: &'a Cone,
    pub(super) checks: &'a Checks,
    /// How often each event of the cone was fired.
    pub(super) fired: &'a [u64],
    /// What says where runs may end, and has no verdict.
    pub(super) terminal: Option<PropertyId>,
    /// Time of the search.
    pub(super) time: Duration,
}

impl End<'_> {
    /// Completes the counts of a search that visited everything, or not.
    fn count(&self, stats: &mut Stats, exhaustive: bool) {
        stats.exhaustive = exhaustive;
        stats.time = self.time;
        stats.events = event_counts(self.ground, self.cone, self.fired);
        // a state that was missed may be the one
        if exhaustive && stats.missed.is_none() {
            let properties = &self.ground.properties;
            stats.vacuous = self.checks.vacuous().map(|i| properties[i].id).collect();
        }
    }
}

/// A violation found breadth first.
pub(super) fn shortest(what: Wrong, trace: Trace) -> Violation {
    Violation {
        what,
        trace,
        shortest: true,
    }
}

impl Found {
    /// Nothing yet, of so many properties.
    pub(super) fn new(count: usize) -> Self {
        Self {
            verdicts: vec![None; count],
            reached: vec![None; count],
            deadlock: None,
            shortest: true,
            undefined: None,
        }
    }

    /// What a state or step decided, with the run to it.
    pub(super) fn settle(&mut self, finding: Finding, trace: Result<Trace, GroundError>) {
        match (finding, trace) {
            (Finding::Reached(position), Ok(trace)) => {
                // where the search went on behind what is undefined
                self.verdicts[position] = None;
                self.reached[position] = Some(trace);
            }
            (Finding::Violated(position, what), Ok(trace)) => {
                let violation = Violation {
                    what,
                    trace,
                    shortest: self.shortest,
                };
                self.verdicts[position] = Some(Verdict::Violated(Box::new(violation)));
            }
            (Finding::Reached(position) | Finding::Violated(position, _), Err(error)) => {
                self.verdicts[position] = Some(Verdict::Unknown(error.into()));
            }
        }
    }

    /// Whether anything was found that is wrong.
    pub(super) fn anything(&self) -> bool {
        let is_wrong = |v: &Option<Verdict>| matches!(v, Some(Verdict::Violated(_) | Verdict::Unknown(_)));
        self.verdicts.iter().any(is_wrong) || self.deadlock.is_some() || self.undefined.is_some()
    }

    /// Whether the specification is undefined somewhere.
    pub(super) fn is_undefined(&self) -> bool {
        self.undefined.is_some()
    }

    /// The specification is undefined: every open property is violated.
    pub(super) fn undefined(&mut self, open: impl Fn(usize) -> bool, violation: Violation) {
        for position in (0..self.verdicts.len()).filter(|p| open(*p)) {
            self.verdicts[position] = Some(Verdict::Violated(Box::new(violation.clone())));
        }
        self.undefined = Some(violation);
    }

    /// The report of a search that ended for this reason, or because everything was visited.
    pub(super) fn report(mut self, end: &End<'_>, mut stats: Stats, halt: Option<Halt>) -> ExplicitReport {
        end.count(&mut stats, halt.is_none());
        let stop = match halt {
            Some(Halt::Stop(stop)) => Some(stop),
            Some(Halt::Answered) | None => None,
        };
        let ground = end.ground;
        let mut verdicts = Vec::new();
        let mut witnesses = Vec::new();
        for (position, property) in ground.properties.iter().enumerate() {
            if end.terminal == Some(property.id) {
                continue;
            }
            let coverage = Coverage {
                scope: ground.scope.clone(),
                exhaustive: stats.exhaustive,
                states: Some(stats.states),
                depth: stats.depth,
                missed: stats.missed,
            };
            let trace = self.reached[position].take();
            let verdict = match (self.verdicts[position].take(), &trace, &stop) {
                (Some(verdict), _, _) => verdict,
                (None, Some(_), _) => Verdict::Holds(coverage),
                (None, None, Some(stop)) => Verdict::Unknown(stop.clone()),
                (None, None, None) if stats.initial_states == 0 => Verdict::Vacuous(Vacuity::NoInitialState),
                (None, None, None) => held(property.kind, coverage),
            };
            verdicts.push((property.id, verdict));
            witnesses.extend(trace.map(|t| (property.id, t)));
        }
        ExplicitReport {
            verdicts,
            witnesses,
            deadlock: self.deadlock,
            undefined: self.undefined,
            every: None,
            stopped: stop,
            covered: None,
            stats,
        }
    }
}

/// The verdict where every state was visited and nothing was found.
fn held(kind: PropertyKind, coverage: Coverage) -> Verdict {
    match kind {
        PropertyKind::Witness => Verdict::Vacuous(Vacuity::NeverReached(coverage)),
        PropertyKind::Invariant | PropertyKind::Transition => Verdict::Holds(coverage),
        PropertyKind::Temporal => Verdict::Unknown(crate::liveness::elsewhere()),
    }
}
