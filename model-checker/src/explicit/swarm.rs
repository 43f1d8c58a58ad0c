//! Several depth-first searches at once, each of which makes its choices in an order of its own and takes other states for one
//! another. What any of them finds is found; what none finds is missed only if all missed it.
//!
//! The answer to a question is that of the first member, by number, that has one, whichever is done first.

use std::sync::atomic::AtomicUsize;
use std::thread::Builder;

use transition_system::{Trace, Verdict};

use super::deep::{Member, search_as};
use super::options::Options;
use super::progress::{Progress, Silent};
use super::report::ExplicitReport;
use crate::ground::Ground;

/// Checks the properties of a ground system with as many members as there are threads.
pub(super) fn search(
    ground: &Ground<'_>,
    options: &Options<'_>,
    progress: &mut dyn Progress,
) -> ExplicitReport {
    let first = AtomicUsize::new(usize::MAX);
    let count = options.threads.max(1);
    let member = |number: usize| Member {
        of: Some((number, &first)),
        others: count as u64 - 1,
        seed: Some(options.seed.wrapping_add(number as u64)),
    };
    let reports: Vec<ExplicitReport> = std::thread::scope(|scope| {
        // a member for which there is no thread is missing, and the others search all the same
        let others: Vec<_> = (1..count)
            .filter_map(|number| {
                let (ground, member) = (ground.clone(), member(number));
                Builder::new()
                    .spawn_scoped(scope, move || search_as(&ground, options, &mut Silent, &member))
                    .ok()
            })
            .collect();
        let mut reports = vec![search_as(ground, options, progress, &member(0))];
        reports.extend(others.into_iter().filter_map(|thread| thread.join().ok()));
        reports
    });
    joined(reports).unwrap_or_else(|| {
        let error = crate::ground::GroundError::internal("no member of the swarm came to its end");
        ExplicitReport::unknown(ground.properties.iter().map(|p| p.id), error)
    })
}

/// What several members say together.
fn joined(mut reports: Vec<ExplicitReport>) -> Option<ExplicitReport> {
    let done = |r: &ExplicitReport| r.stats.exhaustive;
    // all states that one visited are visited; where none came to its end, the first says why
    let base = reports.iter().position(done).unwrap_or(0);
    if base >= reports.len() {
        return None;
    }
    let missed = reports
        .iter()
        .filter(|r| done(r))
        .filter_map(|r| r.stats.missed)
        .reduce(f64::min);
    let transitions = reports.iter().map(|r| r.stats.transitions).sum();
    let memory = reports.iter().map(|r| r.stats.memory_bytes).sum();
    let mut out = reports.remove(base);
    for other in reports {
        for ((_, mine), (_, theirs)) in out.verdicts.iter_mut().zip(&other.verdicts) {
            let is_found = |v: &Verdict| matches!(v, Verdict::Violated(_));
            if is_found(theirs) && !is_found(mine) {
                *mine = theirs.clone();
            }
        }
        for (id, trace) in other.witnesses {
            let known = |w: &(transition_system::PropertyId, Trace)| w.0 == id;
            if !out.witnesses.iter().any(known) {
                let verdicts = out.verdicts.iter_mut().zip(&other.verdicts);
                for ((mine, verdict), (_, theirs)) in verdicts {
                    if *mine == id {
                        *verdict = theirs.clone();
                    }
                }
                out.witnesses.push((id, trace));
            }
        }
        out.deadlock = out.deadlock.or(other.deadlock);
        out.undefined = out.undefined.or(other.undefined);
    }
    for (_, verdict) in &mut out.verdicts {
        match verdict {
            Verdict::Holds(coverage) => coverage.missed = coverage.missed.and(missed),
            Verdict::Proved(_) | Verdict::Violated(_) | Verdict::Vacuous(_) | Verdict::Unknown(_) => {}
        }
    }
    out.stats.missed = out.stats.missed.and(missed);
    out.stats.transitions = transitions;
    out.stats.memory_bytes = memory;
    Some(out)
}
