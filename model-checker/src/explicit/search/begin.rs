//! How a search begins: with its parts, and with the initial states.

use std::ops::ControlFlow;

use super::super::checkpoint::Keeper;
use super::super::found::Found;
use super::super::machine::Machine;
use super::super::native::Code;
use super::super::options::Options;
use super::super::progress::{Clock, Progress};
use super::super::question::{Halt, INITIAL_TRIALS, Question, begun_undefined, too_many};
use super::super::reductions::Reductions;
use super::super::report::Stats;
use super::super::visited::{Quota, Visited, parts};
use super::super::worker::Worker;
use super::Search;
use crate::ground::{Ground, GroundError, Initials};

/// Initial states added together.
const INITIAL_BATCH: usize = 1 << 12;

impl<'s, 'g> Search<'s, 'g> {
    pub(in crate::explicit) fn new(
        ground: &'s Ground<'g>,
        options: &'s Options<'s>,
        progress: &'s mut dyn Progress,
        keeper: &'s mut dyn Keeper,
    ) -> Result<Self, GroundError> {
        let limits = &options.limits;
        let clock = Clock::new(options.progress_interval);
        let Question {
            cone,
            layout,
            checks,
            terminal,
        } = Question::new(ground, options)?;
        let machine = Machine::of_events(ground, &cone, &layout)?;
        let reductions = Reductions::new(ground, &cone, &layout, options)?;
        let mut stats = Stats {
            state_bits: layout.bits(),
            ..Stats::default()
        };
        reductions.tell(&mut stats);
        let budget = options.budget();
        let events = cone.events.len();
        let threads = options.threads.max(1);
        let worker = |_| {
            Worker::new(
                layout.words(),
                machine.clone(),
                checks.clone(),
                reductions.clone(),
                events,
                budget.clone(),
            )
        };
        Ok(Self {
            visited: Visited::new(&layout),
            quota: Quota::new(
                limits.states.unwrap_or(u64::MAX),
                limits.memory_bytes.unwrap_or(u64::MAX),
            ),
            compress_at: options.tuning.compress_after,
            spilled: None,
            native: options.tuning.native_after.map_or(Code::Never, Code::After),
            pool: None,
            workers: (0..threads).map(worker).collect(),
            parts: (0..threads).map(|_| parts()).collect(),
            fired: vec![0; events],
            found: Found::new(ground.properties.len()),
            stats,
            checks,
            terminal,
            ground,
            options,
            progress,
            keeper,
            digest: 0,
            cone,
            layout,
            reductions,
            expanded: 0,
            begun: false,
            parallel: false,
            at: (0, 0),
            places: Vec::new(),
            budget,
            clock,
        })
    }

    /// Stores the initial states.
    pub(super) fn initial(&mut self) -> ControlFlow<Halt> {
        if let Some((trace, what)) = begun_undefined(self.ground) {
            self.undefined(trace, what)?;
            return ControlFlow::Break(Halt::Answered);
        }
        let (ground, mut outcome) = (self.ground, ControlFlow::Continue(()));
        let cone = self.cone.clone();
        let words = self.layout.words();
        let mut packed = vec![0; words];
        let mut reductions = self.reductions.clone();
        let asks = reductions.asks();
        let mut batch = Vec::new();
        let ended = ground.initial_states(&|c| cone.contains(c) && asks(c), INITIAL_TRIALS, &mut |values| {
            self.layout.pack(values, &mut packed);
            reductions.states(&mut packed);
            batch.extend_from_slice(&packed);
            if batch.len() >= INITIAL_BATCH * words {
                outcome = self.add_initial(&mut batch);
            }
            if outcome.is_break() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        if outcome.is_continue() {
            outcome = self.add_initial(&mut batch);
        }
        if outcome.is_continue() {
            outcome = self.absorb(0);
        }
        self.stats.initial_states = self.visited.len();
        self.begun = matches!(ended, Initials::Complete) && outcome.is_continue();
        match (ended, outcome) {
            (Initials::TooMany, ControlFlow::Continue(())) => ControlFlow::Break(Halt::Stop(too_many())),
            (Initials::Complete | Initials::Stopped | Initials::TooMany, outcome) => outcome,
        }
    }

    fn add_initial(&mut self, batch: &mut Vec<u64>) -> ControlFlow<Halt> {
        for sent in &mut self.parts {
            sent.iter_mut().for_each(Vec::clear);
        }
        self.visited.router.send(batch, &mut self.parts[0]);
        batch.clear();
        self.parallel = false;
        let mark = self.mark();
        self.store(0, &mark)?;
        self.limits()
    }
}
