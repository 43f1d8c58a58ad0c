//! Breadth-first search over the states of a ground system, level by level, in rounds.
//!
//! Takes a [`Ground`] with the properties to check; gives an [`ExplicitReport`]. A round expands some states of a level
//! on all threads, each into lists of its own, one for each shard of the visited set; then each thread fills
//! shards of its own from the lists of all. Nothing is shared while it is written, so that what is found, and
//! in which order, does not depend on how threads take turns.
//!
//! Guarantees: the first finding of a kind has a shortest run; the same input gives the same report but for times,
//! whatever the number of threads; but the counts of a search that ends early depend on that number.
//!
//! `begin.rs` makes a search, `rounds.rs` takes it from level to level, `findings.rs` says what is found; questions are as in
//! [`question`](super::question).

mod begin;
mod findings;
mod rounds;

use std::ops::ControlFlow;

use rayon::ThreadPool;
use transition_system::Stop;

use super::checkpoint::{Forgetful, Keeper, Refused};
use super::checks::Checks;
use super::found::{End, Found};
use super::layout::Layout;
use super::native::Code;
use super::options::Options;
use super::progress::{Clock, Progress, Snapshot, estimate};
use super::question::Halt;
use super::reductions::Reductions;
use super::report::{ExplicitReport, Stats};
use super::spill::Spilled;
use super::visited::{Parts, Quota, Visited};
use super::worker::{At, Worker, block};
use crate::budget::Budget;
use crate::ground::{Cone, Ground};

pub(super) use findings::FEW;

/// Checks the properties of a ground system.
pub fn search(ground: &Ground<'_>, options: &Options<'_>, progress: &mut dyn Progress) -> ExplicitReport {
    search_kept(ground, options, progress, &mut Forgetful)
}

/// The same, from the checkpoint that `keeper` has, and with checkpoints as it asks for them.
pub fn search_kept(
    ground: &Ground<'_>,
    options: &Options<'_>,
    progress: &mut dyn Progress,
    keeper: &mut dyn Keeper,
) -> ExplicitReport {
    match Search::new(ground, options, progress, keeper) {
        Ok(mut search) => search.run(),
        Err(error) => {
            let properties = ground.properties.iter().map(|p| p.id);
            ExplicitReport::unknown(properties, error)
        }
    }
}

/// See the module.
pub(super) struct Search<'s, 'g> {
    pub(super) ground: &'s Ground<'g>,
    pub(super) options: &'s Options<'s>,
    pub(super) progress: &'s mut dyn Progress,
    pub(super) keeper: &'s mut dyn Keeper,
    /// Digest of the system and of what is asked.
    pub(super) digest: u64,
    pub(super) cone: Cone,
    pub(super) layout: Layout,
    pub(super) reductions: Reductions,
    pub(super) visited: Visited,
    pub(super) quota: Quota,
    /// At how many states they are next tried as trees.
    pub(super) compress_at: u64,
    /// If the states are on disk.
    pub(super) spilled: Option<Spilled>,
    pub(super) native: Code,
    pub(super) pool: Option<ThreadPool>,
    pub(super) workers: Vec<Worker<'s>>,
    /// For each worker, what it sends to each shard.
    pub(super) parts: Vec<Parts>,
    pub(super) checks: Checks,
    /// The position of the property that says where a run may end.
    pub(super) terminal: Option<usize>,
    pub(super) found: Found,
    pub(super) stats: Stats,
    pub(super) fired: Vec<u64>,
    pub(super) expanded: u64,
    /// Whether all initial states are stored.
    pub(super) begun: bool,
    /// Whether the round is shared by several threads.
    pub(super) parallel: bool,
    /// The depth that is being expanded, and how many of its runs of states are done.
    pub(super) at: (u32, usize),
    /// Where findings were made: depth, and state or step.
    pub(super) places: Vec<(u32, At)>,
    pub(super) budget: Budget<'s>,
    pub(super) clock: Clock,
}

impl Search<'_, '_> {
    /// Searches; what was visited remains.
    pub(super) fn run(&mut self) -> ExplicitReport {
        let flow = match self.resume() {
            Err(Refused(why)) => {
                let why = format!("the checkpoint cannot be used: {why}");
                return self.report(Some(Halt::Stop(Stop::Unsupported(why))));
            }
            Ok(true) => {
                self.begun = true;
                self.answered()
            }
            Ok(false) => self.initial(),
        };
        let halt = match flow {
            ControlFlow::Break(halt) => Some(halt),
            ControlFlow::Continue(()) => match self.levels() {
                ControlFlow::Break(halt) => Some(halt),
                ControlFlow::Continue(()) => None,
            },
        };
        self.tell(true);
        // what is decided by what is undefined is not among the places of findings, and found again soon
        if !matches!(halt, Some(Halt::Answered)) && self.keeper.at_end(halt.is_some()) && self.begun {
            self.save();
        }
        self.report(halt)
    }

    /// Expands one level after the other.
    fn levels(&mut self) -> ControlFlow<Halt> {
        let (mut depth, mut done) = self.at;
        loop {
            let runs = self.visited.level(depth, block(&self.cone, &self.layout));
            let states: u64 = runs.iter().map(|r| r.states.len() as u64).sum();
            if states == 0 {
                return ControlFlow::Continue(());
            }
            self.stats.states_by_depth.truncate(depth as usize);
            self.stats.states_by_depth.push(states);
            self.stats.depth = u64::from(depth);
            self.stats.complete_depth = self.stats.depth;
            while done < runs.len() {
                let round = &runs[done..done + self.round(&runs[done..])];
                self.whole(round, depth)?;
                done += round.len();
                self.at = (depth, done);
                self.limits()?;
                self.tell(false);
                if self.keeper.is_due() {
                    self.save();
                }
            }
            if self.spilled.is_some() {
                self.absorb(depth + 1)?;
            }
            done = 0;
            let Some(next) = depth.checked_add(1) else {
                return ControlFlow::Break(Halt::Stop(Stop::StateLimit(u64::from(u32::MAX))));
            };
            depth = next;
        }
    }

    fn limits(&self) -> ControlFlow<Halt> {
        match self.budget.look() {
            Ok(()) => ControlFlow::Continue(()),
            Err(stop) => ControlFlow::Break(Halt::Stop(stop)),
        }
    }

    fn disk_bytes(&self) -> u64 {
        self.visited.bytes_away() + self.spilled.as_ref().map_or(0, Spilled::bytes)
    }

    fn tell(&mut self, at_end: bool) {
        let states = self.visited.len();
        let Some(states_per_second) = self.clock.due(states, at_end) else {
            return;
        };
        self.progress.report(&Snapshot {
            states,
            transitions: self.stats.transitions,
            depth: self.stats.depth,
            queue: states.saturating_sub(self.expanded),
            estimate: estimate(&self.stats.states_by_depth).map(|n| n.max(states)),
            states_per_second,
            memory_bytes: self.visited.bytes(),
            disk_bytes: self.disk_bytes(),
            elapsed: self.clock.elapsed(),
        });
    }

    fn report(&mut self, halt: Option<Halt>) -> ExplicitReport {
        self.stats.states = self.visited.len();
        self.stats.memory_bytes = self.visited.bytes();
        self.stats.disk_bytes = self.disk_bytes();
        if halt.is_none() {
            self.stats.complete_depth = self.stats.states_by_depth.len() as u64;
        }
        let time = self.clock.elapsed();
        let every = self.options.all_violations.then(|| self.every(halt.is_none()));
        let found = std::mem::replace(&mut self.found, Found::new(0));
        let stats = std::mem::take(&mut self.stats);
        let end = End {
            ground: self.ground,
            cone: &self.cone,
            checks: &self.checks,
            fired: &self.fired,
            terminal: self.options.terminal,
            time,
        };
        let report = found.report(&end, stats, halt);
        let mut report = ExplicitReport { every, ..report };
        report.decide_by_ways();
        if self.options.partial_order || self.options.merge_steps {
            report.not_shortest();
        }
        report
    }
}
