//! Rounds: some states of a level are expanded on all threads, and what comes after them is stored.

use std::ops::ControlFlow;

use rayon::ThreadPoolBuilder;
use transition_system::Stop;

use super::super::native::Native;
use super::super::question::Halt;
use super::super::spill::Mark;
use super::super::visited::{Full, Run, Shard};
use super::super::worker::{Shared, block};
use super::Search;

/// Most states expanded in one round.
const ROUND_STATES: usize = 1 << 16;
/// Most states expanded in one round of the portable machine, so that it is soon replaced.
const FIRST_ROUND: usize = 1 << 11;

impl Search<'_, '_> {
    /// How many runs the next round takes.
    pub(super) fn round(&self, runs: &[Run]) -> usize {
        let fan_out = if self.expanded == 0 {
            self.cone.events.len()
        } else {
            self.stats.transitions.div_ceil(self.expanded) as usize
        };
        let words = fan_out.max(1) * self.visited.router.key_words();
        let most = if self.native.ready().is_some() {
            ROUND_STATES
        } else {
            FIRST_ROUND
        };
        let most = (self.options.tuning.round_words / words).clamp(1, most);
        let mut states = 0;
        let fits = |run: &&Run| {
            states += run.states.len();
            states <= most
        };
        runs.iter().take_while(fits).count().max(1)
    }

    /// Expands a round; one that is stopped does not count.
    pub(super) fn whole(&mut self, round: &[Run], depth: u32) -> ControlFlow<Halt> {
        let mark = self.mark();
        let mut flow = self.expand(round, depth);
        if let ControlFlow::Continue(()) = flow {
            flow = self.store(depth + 1, &mark);
        }
        if let ControlFlow::Break(Halt::Stop(_)) = flow {
            (self.stats.transitions, self.expanded, self.fired) =
                (mark.transitions, mark.expanded, mark.fired);
        }
        flow
    }

    fn expand(&mut self, round: &[Run], depth: u32) -> ControlFlow<Halt> {
        self.prepare();
        let states: usize = round.iter().map(|r| r.states.len()).sum();
        let parallel = self.pool(states);
        let shared = Shared {
            visited: &self.visited,
            native: self.native.ready(),
            block: block(&self.cone, &self.layout),
            deadlock: self.options.deadlock && self.found.deadlock.is_none(),
            terminal: self.terminal,
            ends: !self.options.all_violations,
        };
        match &self.pool {
            Some(pool) if parallel => {
                let mut rest = round;
                let mut left = states;
                pool.in_place_scope(|scope| {
                    let count = self.workers.len();
                    for (number, (worker, parts)) in self.workers.iter_mut().zip(&mut self.parts).enumerate()
                    {
                        let (mine, later) = rest.split_at(share(rest, left / (count - number)));
                        rest = later;
                        left -= mine.iter().map(|r| r.states.len()).sum::<usize>();
                        let shared = &shared;
                        scope.spawn(move |_| worker.expand(shared, mine, parts));
                    }
                });
            }
            Some(_) | None => {
                self.parts[1..]
                    .iter_mut()
                    .flat_map(|p| p.iter_mut())
                    .for_each(Vec::clear);
                self.workers[0].expand(&shared, round, &mut self.parts[0]);
            }
        }
        self.parallel = parallel;
        self.gathered(depth)?;
        self.expanded += states as u64;
        ControlFlow::Continue(())
    }

    /// Makes machine code once the search has shown that it is long.
    fn prepare(&mut self) {
        let (ground, cone, layout) = (self.ground, &self.cone, &self.layout);
        self.native
            .prepare(self.stats.transitions, || Native::new(ground, cone, layout));
    }

    fn pool(&mut self, states: usize) -> bool {
        if self.workers.len() == 1 || states < self.options.tuning.shared_states {
            return false;
        }
        if self.pool.is_none() {
            self.pool = ThreadPoolBuilder::new()
                .num_threads(self.workers.len())
                .build()
                .ok();
        }
        self.pool.is_some()
    }

    /// Puts what was sent into the shards, or keeps it for them.
    pub(super) fn store(&mut self, depth: u32, mark: &Mark) -> ControlFlow<Halt> {
        if self.spilled.is_none() {
            let mut flow = self.insert(depth);
            if flow.is_continue()
                && let Err(full) = self.compress()
            {
                flow = ControlFlow::Break(Halt::Stop(self.full(full)));
            }
            let full = matches!(flow, ControlFlow::Break(Halt::Stop(Stop::MemoryLimit(_))));
            let many = flow.is_continue() && self.visited.len() >= self.options.tuning.disk_after;
            if !(full || many) || self.options.disk.is_none() {
                return flow;
            }
            if let Err(full) = self.spill(mark.clone()) {
                return ControlFlow::Break(Halt::Stop(self.full(full)));
            }
        }
        // what the shards took of a round before memory was used up, they will know
        match self.post() {
            Ok(()) => ControlFlow::Continue(()),
            Err(full) => ControlFlow::Break(Halt::Stop(self.full(full))),
        }
    }

    /// Puts what was sent into the shards.
    fn insert(&mut self, depth: u32) -> ControlFlow<Halt> {
        let (native, parts, quota) = (self.native.ready(), &self.parts, &self.quota);
        let shards = self.visited.shards.iter_mut().enumerate();
        match &self.pool {
            Some(pool) if self.parallel => {
                let count = self.workers.len();
                let mut mine: Vec<Vec<(usize, &mut Shard)>> = Vec::new();
                mine.resize_with(count, Vec::new);
                shards.for_each(|(number, shard)| mine[number % count].push((number, shard)));
                pool.in_place_scope(|scope| {
                    for (worker, mut shards) in self.workers.iter_mut().zip(mine) {
                        scope.spawn(move |_| worker.insert(&mut shards, parts, native, depth, quota));
                    }
                });
            }
            Some(_) | None => {
                let mut all: Vec<_> = shards.collect();
                self.workers[0].insert(&mut all, parts, native, depth, quota);
            }
        }
        self.gathered(depth)
    }

    /// Keeps wide states as trees of their parts, once there are many.
    fn compress(&mut self) -> Result<(), Full> {
        self.visited.account(&self.quota)?;
        if self.visited.len() >= self.compress_at {
            let done = self.visited.compress(&self.quota)?;
            // where it does not pay yet it may pay later
            self.compress_at = if done { u64::MAX } else { 4 * self.visited.len() };
        }
        Ok(())
    }
}

/// How many of these runs hold at least so many states.
fn share(runs: &[Run], states: usize) -> usize {
    let mut sum = 0;
    let count = runs.iter().take_while(|run| {
        let before = sum;
        sum += run.states.len();
        before < states
    });
    count.count()
}
