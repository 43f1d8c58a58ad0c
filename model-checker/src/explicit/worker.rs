//! What one thread does in a round of a search: it expands states and sends what comes after them to their shards, then
//! fills shards and checks the states that are new.
//!
//! Where machine code is there, it is asked first; it tells only whether anything of interest happened in a block of
//! states, and the portable machine then finds out what.

use transition_system::Stop;

use super::checks::{Checks, Finding};
use super::layout::Layout;
use super::machine::{Broken, Machine, Successors, Transitions};
use super::native::{Bits, Native, UNDEFINED};
use super::reductions::Reductions;
use super::spill::Disk;
use super::visited::{Full, Inbox, Parts, Quota, Router, Run, Shard, Visited};
use crate::budget::Budget;
use crate::ground::Cone;

/// Most states expanded together.
pub(super) const BLOCK: usize = 128;
/// Words of the states after those of a block that are not exceeded where that is possible.
const BLOCK_WORDS: usize = 1 << 22;

/// How many states are expanded together: fewer where each may have many states after it, and wide ones.
pub(super) fn block(cone: &Cone, layout: &Layout) -> usize {
    let after_one = cone.events.len().max(1) * layout.words();
    (BLOCK_WORDS / after_one).clamp(1, BLOCK)
}

/// Where something was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum At {
    /// In a state.
    State(Vec<u64>),
    /// In a state without enabled events.
    Dead(Vec<u64>),
    /// On a step: from, by the event at this position of the cone, to.
    Step(Vec<u64>, u32, Vec<u64>),
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// What a property is about.
    Finding(Finding),
    /// A broken promise of an event.
    Undefined(Broken),
    /// No event is enabled.
    Deadlock,
    /// An event (by position in the cone) gave a cell a value that it cannot have.
    Escaped(u32),
}

/// What all workers read.
pub(super) struct Shared<'s> {
    pub(super) visited: &'s Visited,
    pub(super) native: Option<&'s Native>,
    /// How many states are expanded together.
    pub(super) block: usize,
    pub(super) deadlock: bool,
    /// The position of the property that says where a run may end.
    pub(super) terminal: Option<usize>,
    /// Whether what is undefined ends the search.
    pub(super) ends: bool,
}

/// See the module.
pub(super) struct Worker<'s> {
    words: usize,
    machine: Machine,
    pub(super) checks: Checks,
    reductions: Reductions,
    budget: Budget<'s>,
    source: Vec<u64>,
    out: Vec<u64>,
    successors: Successors,
    alive: Vec<u8>,
    block_counts: Vec<u64>,
    fresh: Vec<u64>,
    /// How often each event of the cone was fired in this round.
    pub(super) counts: Vec<u64>,
    /// Transitions of this round.
    pub(super) transitions: u64,
    /// What was found in this round, with the shard of a new state.
    pub(super) found: Vec<(usize, What, At)>,
    /// Why the worker did not finish the round.
    pub(super) stop: Option<Stop>,
    /// Why a shard did not take all.
    pub(super) full: Option<Full>,
}

impl<'s> Worker<'s> {
    pub(super) fn new(
        words: usize,
        machine: Machine,
        checks: Checks,
        reductions: Reductions,
        events: usize,
        budget: Budget<'s>,
    ) -> Self {
        Self {
            words,
            machine,
            checks,
            reductions,
            budget,
            source: Vec::new(),
            out: Vec::new(),
            successors: Successors {
                words,
                ..Successors::default()
            },
            alive: Vec::new(),
            block_counts: vec![0; events],
            fresh: Vec::new(),
            counts: vec![0; events],
            transitions: 0,
            found: Vec::new(),
            stop: None,
            full: None,
        }
    }

    /// Expands the states of these runs into `parts`.
    pub(super) fn expand(&mut self, shared: &Shared<'_>, runs: &[Run], parts: &mut Parts) {
        parts.iter_mut().for_each(Vec::clear);
        let mut source = std::mem::take(&mut self.source);
        let mut runs = runs.iter().peekable();
        while runs.peek().is_some() && self.stop.is_none() {
            source.clear();
            while let Some(run) = runs
                .next_if(|r| source.is_empty() || source.len() / self.words + r.states.len() <= shared.block)
            {
                if let Err(error) = shared.visited.read(run, &mut source) {
                    self.full = Some(error.into());
                    return;
                }
            }
            if self.block(shared, &source, parts) {
                break;
            }
            if let Err(stop) = self.budget.look() {
                self.stop = Some(stop);
            }
        }
        self.source = source;
    }

    /// Expands some states; whether the search is over.
    fn block(&mut self, shared: &Shared<'_>, source: &[u64], parts: &mut Parts) -> bool {
        let native = shared.native.filter(|_| !self.reductions.are_of_steps());
        let Some(native) = native else {
            return self.carefully(shared, source, parts);
        };
        let mut bits = Bits::default();
        self.block_counts.fill(0);
        let made = native.expand(
            source,
            &mut self.out,
            &mut self.block_counts,
            &mut self.alive,
            &mut bits,
        );
        let dead = shared.deadlock && self.alive.contains(&0);
        if dead || bits.found & (self.checks.open_bits() | UNDEFINED) != 0 {
            return self.carefully(shared, source, parts);
        }
        let made = &mut self.out[..made * self.words];
        self.reductions.states(made);
        shared.visited.router.send(made, parts);
        for (sum, count) in self.counts.iter_mut().zip(&self.block_counts) {
            *sum += count;
            self.transitions += count;
        }
        false
    }

    /// Expands some states by the portable machine, and says of each what is wrong.
    fn carefully(&mut self, shared: &Shared<'_>, source: &[u64], parts: &mut Parts) -> bool {
        let router: Router = shared.visited.router;
        for state in source.chunks_exact(self.words) {
            self.successors.clear();
            self.machine.expand(state, &mut self.successors);
            let here = || At::State(state.to_vec());
            if let Some(event) = self.successors.escaped {
                self.found.push((0, What::Escaped(event), here()));
                return true;
            }
            if let Some(broken) = self.successors.broken.first() {
                // where the search goes on, once a round is enough
                let told = |(_, what, _): &(usize, What, At)| matches!(what, What::Undefined(_));
                if shared.ends || !self.found.iter().any(told) {
                    self.found.push((0, What::Undefined(*broken), here()));
                }
                if shared.ends {
                    return true;
                }
            }
            let may_end = |this: &mut Self| shared.terminal.is_some_and(|t| this.checks.is_true(t, state));
            let rests = self.successors.is_empty() && self.successors.broken.is_empty();
            if shared.deadlock && rests && !may_end(self) {
                self.found.push((0, What::Deadlock, here()));
            }
            self.steps(state);
            let (successors, counts) = (&mut self.successors, &mut self.counts);
            self.transitions += self.reductions.successors(state, successors, counts);
            router.send(&self.successors.states, parts);
        }
        false
    }

    /// Asks the properties of steps.
    fn steps(&mut self, state: &[u64]) {
        if !self.checks.watches_steps() {
            return;
        }
        let mut findings = Vec::new();
        for position in 0..self.successors.len() {
            let (event, after) = (self.successors.events[position], self.successors.state(position));
            self.checks.on_step(event, state, after, &mut findings);
            for finding in findings.drain(..) {
                let at = At::Step(state.to_vec(), event, after.to_vec());
                self.found.push((0, What::Finding(finding), at));
            }
        }
    }

    /// Puts what all workers sent to these shards there, as found at a depth, and checks what is new.
    pub(super) fn insert(
        &mut self,
        shards: &mut [(usize, &mut Shard)],
        parts: &[Parts],
        native: Option<&Native>,
        depth: u32,
        quota: &Quota,
    ) {
        for (number, shard) in shards {
            self.fresh.clear();
            for keys in parts {
                if let Err(full) = shard.insert(&keys[*number], depth, quota, &mut self.fresh) {
                    self.full = Some(full);
                    break;
                }
            }
            self.check(*number, native);
            if self.full.is_some() {
                return;
            }
        }
    }

    /// Wakes each of these shards, puts what came for it there, as found at a depth, checks what is new, and puts it to
    /// sleep.
    pub(super) fn absorb(
        &mut self,
        shards: &mut [(usize, &mut Shard, &mut Inbox)],
        native: Option<&Native>,
        depth: u32,
        disk: &dyn Disk,
        quota: &Quota,
    ) {
        for (number, shard, inbox) in shards {
            if inbox.is_empty() {
                continue;
            }
            let taken = shard.wake(quota).and_then(|()| {
                inbox.take(|keys| {
                    self.fresh.clear();
                    let inserted = shard.insert(keys, depth, quota, &mut self.fresh);
                    self.check(*number, native);
                    inserted
                })?;
                shard.sleep(disk, quota)
            });
            self.full = taken.err();
            self.stop = self.budget.look().err();
            if self.full.is_some() || self.stop.is_some() {
                return;
            }
        }
    }

    /// Checks the new states of a shard.
    fn check(&mut self, shard: usize, native: Option<&Native>) {
        if self.fresh.is_empty() || !self.checks.watches_states() {
            return;
        }
        if let Some(native) = native {
            let mut bits = Bits::default();
            native.check(&self.fresh, &mut bits);
            let interesting =
                bits.found & self.checks.open_bits() | bits.antecedents & self.checks.unseen_bits();
            if interesting == 0 {
                return;
            }
        }
        let mut findings = Vec::new();
        for state in self.fresh.chunks_exact(self.words) {
            self.checks.on_state(state, &mut findings);
            for finding in findings.drain(..) {
                self.found
                    .push((shard, What::Finding(finding), At::State(state.to_vec())));
            }
        }
    }
}
