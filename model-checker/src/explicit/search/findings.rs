//! What the workers of a round found: questions that are settled, each with a run, and whether any is left.

use std::ops::ControlFlow;

use transition_system::{Stop, Trace, Wrong};

use super::super::checks::Finding;
use super::super::found::shortest;
use super::super::question::{Halt, broken_promise, escaped};
use super::super::spill::lost;
use super::super::symmetry::Renaming;
use super::super::trace::{Last, Space, rebuild};
use super::super::visited::Full;
use super::super::worker::{At, BLOCK, What};
use super::Search;
use crate::ground::GroundError;

/// States of a depth among which the one to show is chosen.
pub(in crate::explicit) const FEW: usize = 1 << 16;

impl Search<'_, '_> {
    /// Takes over what the workers counted and found, and whether a shard could not take all.
    pub(in crate::explicit) fn gathered(&mut self, depth: u32) -> ControlFlow<Halt> {
        self.gather(depth)?;
        let full = self.workers.iter_mut().filter_map(|w| w.full.take());
        match full.reduce(|first, _| first) {
            Some(full) => ControlFlow::Break(Halt::Stop(self.full(full))),
            None => ControlFlow::Continue(()),
        }
    }

    /// Why a search stops whose shards are full.
    pub(in crate::explicit) fn full(&self, full: Full) -> Stop {
        let limits = self.options.limits;
        match full {
            Full::States => Stop::StateLimit(limits.states.unwrap_or(u64::MAX)),
            Full::Bytes => Stop::MemoryLimit(limits.memory_bytes.unwrap_or(u64::MAX)),
            Full::Numbers => Stop::StateLimit(self.visited.len()),
            Full::Disk(why) => lost(&why),
        }
    }

    /// Takes over what the workers counted and found, at this depth or on a step from it.
    fn gather(&mut self, depth: u32) -> ControlFlow<Halt> {
        let mut found = Vec::new();
        let mut stop = None;
        for worker in &mut self.workers {
            self.stats.transitions += std::mem::take(&mut worker.transitions);
            for (sum, count) in self.fired.iter_mut().zip(&mut worker.counts) {
                *sum += std::mem::take(count);
            }
            found.append(&mut worker.found);
            stop = stop.or(worker.stop.take());
            self.checks.merge_antecedents(&worker.checks);
        }
        // those of one worker are in order, and workers have their part of a round in order, or shards
        // what is wrong with a state comes before what is wrong with a step from it, whose run is longer
        found.sort_by_key(|(shard, _, at)| (matches!(at, At::Step(..)), *shard));
        let any = !found.is_empty();
        for (_, what, at) in found {
            self.settle(depth, what, at)?;
        }
        if any {
            self.answered()?;
        }
        for worker in &mut self.workers {
            worker.checks.catch_up(&self.checks);
        }
        stop.map_or(ControlFlow::Continue(()), |stop| {
            ControlFlow::Break(Halt::Stop(stop))
        })
    }

    /// Takes over what was found, with a run to it.
    pub(in crate::explicit) fn settle(&mut self, depth: u32, what: What, mut at: At) -> ControlFlow<Halt> {
        let trace = |this: &Self, at: &At| this.run_to(depth, at).map(|(trace, _)| trace);
        match what {
            What::Finding(finding) => {
                let position = match &finding {
                    Finding::Violated(position, _) | Finding::Reached(position) => *position,
                };
                if self.checks.is_open(position) {
                    if let At::State(state) = &mut at {
                        self.least(&finding, depth, state);
                    }
                    self.checks.close(position);
                    let trace = trace(self, &at);
                    self.found.settle(finding, trace);
                    self.places.push((depth, at));
                }
            }
            What::Undefined(_) if self.found.is_undefined() => {}
            What::Undefined(broken) => {
                if let Some(what) = broken_promise(self.ground, &self.cone, broken) {
                    return match self.run_to(depth, &at) {
                        Ok((trace, names)) => self.undefined(trace, names.wrong(what)),
                        Err(error) => ControlFlow::Break(error.into()),
                    };
                }
            }
            What::Deadlock if self.found.deadlock.is_none() => match trace(self, &at) {
                Ok(trace) => {
                    self.found.deadlock = Some(shortest(Wrong::Deadlock, trace));
                    if let At::State(state) = at {
                        self.places.push((depth, At::Dead(state)));
                    }
                }
                Err(error) => return ControlFlow::Break(error.into()),
            },
            What::Deadlock => {}
            What::Escaped(event) => {
                return ControlFlow::Break(Halt::Stop(escaped(self.ground, &self.cone, event)));
            }
        }
        ControlFlow::Continue(())
    }

    /// Among few states of a depth, the one of which the same is found and that has the least values, variable by variable,
    /// since that is what a reader would begin with.
    fn least(&self, finding: &Finding, depth: u32, state: &mut Vec<u64>) {
        let runs = self.visited.level(depth, BLOCK);
        if runs.iter().map(|r| r.states.len()).sum::<usize>() > FEW {
            return;
        }
        let unpacked = |state: &[u64]| {
            let mut values = vec![0; self.layout.len()];
            self.layout.unpack(state, &mut values);
            values
        };
        let mut best = unpacked(state);
        let (mut checks, mut states, mut findings) = (self.checks.clone(), Vec::new(), Vec::new());
        for run in runs {
            states.clear();
            if self.visited.read(&run, &mut states).is_err() {
                return;
            }
            for other in states.chunks_exact(self.layout.words()) {
                checks.on_state(other, &mut findings);
                if findings.contains(finding) {
                    let values = unpacked(other);
                    if values < best {
                        best = values;
                        *state = other.to_vec();
                    }
                }
                if !findings.is_empty() {
                    findings.clear();
                    checks.catch_up(&self.checks);
                }
            }
        }
    }

    /// The specification is undefined at the end of a run: every open property is violated.
    pub(super) fn undefined(&mut self, trace: Trace, what: Wrong) -> ControlFlow<Halt> {
        let open = |position: usize| self.checks.is_open(position);
        self.found.undefined(open, shortest(what, trace));
        match self.options.all_violations {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(Halt::Answered),
        }
    }

    /// Stops once every question is answered; a search without questions counts all states.
    pub(super) fn answered(&self) -> ControlFlow<Halt> {
        if self.options.all_violations {
            return ControlFlow::Continue(());
        }
        let asked = !self.ground.properties.is_empty() || self.options.deadlock;
        let open = self.checks.any_open() || (self.options.deadlock && self.found.deadlock.is_none());
        if asked && !open {
            ControlFlow::Break(Halt::Answered)
        } else {
            ControlFlow::Continue(())
        }
    }

    /// A shortest run to a state found at a depth, or on from it by one step, and what elements of that state are
    /// called there.
    pub(in crate::explicit) fn run_to(&self, depth: u32, at: &At) -> Result<(Trace, Renaming), GroundError> {
        let (state, last): (_, Last<'_>) = match at {
            At::State(state) | At::Dead(state) => (state, None),
            At::Step(source, event, after) => (source, Some((*event, after))),
        };
        let space = Space {
            ground: self.ground,
            cone: &self.cone,
            layout: &self.layout,
            reductions: &self.reductions,
            visited: &self.visited,
            native: self.native.ready(),
        };
        rebuild(&space, (depth, state), last)
    }
}
