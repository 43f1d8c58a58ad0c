//! A small scope state by state, before the solver is asked for its runs.
//!
//! Takes a property and a scope that leaves no sort open. Gives what a search of all reachable states says, if it ends soon;
//! two runs in one system have so few in a small scope that this takes milliseconds where unrolling takes seconds.
//! Guarantees: a run given was replayed by the reference evaluator, and has at most `depth` steps.

use std::time::{Duration, Instant};

use transition_system::replay::replay;
use transition_system::{PropertyId, Scope, System, Vacuity, Verdict};

use super::bounded::Run;
use super::clock::Clock;
use crate::explicit::{Limits, Options, Silent, check};

/// Where the search is given up.
const STATES: u64 = 30_000;
const TIME: Duration = Duration::from_millis(500);
const MEMORY_BYTES: u64 = 256 << 20;

/// All states of the scope; `None` if they are too many, or have no finite form.
pub(super) fn search(
    system: &System,
    property: PropertyId,
    (scope, depth): (&Scope, u32),
    clock: &Clock<'_>,
) -> Option<Run> {
    let options = Options {
        limits: Limits {
            states: Some(STATES),
            memory_bytes: Some(MEMORY_BYTES),
            time: Some(clock.left(TIME)),
        },
        since: Instant::now(),
        interrupt: clock.interrupt(),
        ..Options::default()
    };
    let report = check(system, scope, &[property], &options, &mut Silent);
    let (_, verdict) = report.verdicts.into_iter().next()?;
    match verdict {
        Verdict::Violated(violation) if violation.trace.len() <= depth as usize => {
            replay(system, scope, &violation.trace, &violation.what).ok()?;
            Some(Run::Violation(*violation))
        }
        Verdict::Violated(_) => Some(Run::Nothing {
            depth,
            exhaustive: false,
        }),
        Verdict::Holds(coverage) if coverage.exhaustive => Some(Run::Nothing {
            depth,
            exhaustive: true,
        }),
        Verdict::Vacuous(Vacuity::NoInitialState) => Some(Run::NoInitialState),
        Verdict::Holds(_) | Verdict::Vacuous(_) | Verdict::Proved(_) | Verdict::Unknown(_) => None,
    }
}
