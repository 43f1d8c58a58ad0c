//! Breadth-first search over the states of a ground system, level by level.
//!
//! Takes a [`Ground`] with the properties to check; gives an [`ExplicitReport`]. Guarantees: states are
//! expanded in the order in which they were found, so that the first finding of a kind has a shortest run; the same
//! input gives the same report but for times. A state is expanded in a batch with others, so that the
//! lookups of their successors wait for memory together.

use std::ops::ControlFlow;
use std::time::Instant;

use transition_system::{Owner, Stop, Trace, Wrong};

use super::checks::Checks;
use super::found::{Found, shortest};
use super::hash::hash;
use super::layout::Layout;
use super::machine::{Broken, Machine, Successors, Transitions};
use super::options::Options;
use super::progress::{Progress, Snapshot};
use super::report::{EventCount, ExplicitReport, Stats};
use super::store::{Inserted, NO_PARENT, StateIndex, Store};
use super::trace::rebuild;
use crate::budget::Budget;
use crate::ground::{Cone, Ground, GroundError, GroundProperty, Initials};

/// States expanded together.
const BATCH: usize = 128;
/// Most values tried while initial states are enumerated.
const INITIAL_TRIALS: u64 = 1 << 26;

/// Checks the properties of a ground system.
pub fn search(ground: &Ground<'_>, options: &Options<'_>, progress: &mut dyn Progress) -> ExplicitReport {
    match Search::new(ground, options, progress) {
        Ok(search) => search.run(),
        Err(error) => {
            let properties = ground.properties.iter().map(|p| p.id);
            ExplicitReport::unknown(properties, error)
        }
    }
}

/// Why a search ends before every state is expanded.
enum Halt {
    /// Every question is answered.
    Answered,
    /// A limit, or something that cannot be treated.
    Stop(Stop),
}

impl From<GroundError> for Halt {
    fn from(error: GroundError) -> Self {
        Halt::Stop(error.into())
    }
}

struct Search<'s, 'g> {
    ground: &'s Ground<'g>,
    options: &'s Options<'s>,
    progress: &'s mut dyn Progress,
    cone: Cone,
    layout: Layout,
    store: Store,
    events: Machine,
    checks: Checks,
    found: Found,
    stats: Stats,
    fired: Vec<u64>,
    budget: Budget<'s>,
    started: Instant,
    told: (Instant, u64),
}

impl<'s, 'g> Search<'s, 'g> {
    fn new(
        ground: &'s Ground<'g>,
        options: &'s Options<'s>,
        progress: &'s mut dyn Progress,
    ) -> Result<Self, GroundError> {
        let cone = if options.cone && !options.deadlock {
            Cone::of(
                ground,
                &ground.properties.iter().collect::<Vec<&GroundProperty>>(),
            )
        } else {
            Cone::everything(ground)
        };
        let layout = Layout::new(
            &ground.cells,
            cone.cells().filter(|c| ground.cells.get(*c).given.is_none()),
        );
        let limits = &options.limits;
        let now = Instant::now();
        let count = ground.properties.len();
        Ok(Self {
            store: Store::new(
                layout.words(),
                limits.states.unwrap_or(u64::MAX),
                limits.memory_bytes.unwrap_or(u64::MAX),
            ),
            events: Machine::of_events(ground, &cone, &layout)?,
            checks: Checks::new(ground, &cone, &layout)?,
            fired: vec![0; cone.events.len()],
            found: Found::new(count),
            stats: Stats {
                state_bits: layout.bits(),
                ..Stats::default()
            },
            ground,
            options,
            progress,
            cone,
            layout,
            budget: options.budget(),
            started: now,
            told: (now, 0),
        })
    }

    fn run(mut self) -> ExplicitReport {
        let halt = match self.initial() {
            ControlFlow::Break(halt) => Some(halt),
            ControlFlow::Continue(()) => match self.levels() {
                ControlFlow::Break(halt) => Some(halt),
                ControlFlow::Continue(()) => None,
            },
        };
        self.report(halt)
    }

    // ---- states ----

    fn initial(&mut self) -> ControlFlow<Halt> {
        if let Some(undefined) = &self.ground.undefined {
            let trace = Trace {
                initial: self.ground.cells.state(&undefined.values),
                steps: Vec::new(),
                loop_start: None,
            };
            let what = Wrong::Undefined {
                owner: undefined.owner.clone(),
                kind: undefined.kind,
                index: undefined.index,
            };
            return self.undefined(Ok(trace), what);
        }
        let (ground, mut outcome) = (self.ground, ControlFlow::Continue(()));
        let cone = self.cone.clone();
        let mut packed = vec![0; self.layout.words()];
        let ended = ground.initial_states(&|c| cone.contains(c), INITIAL_TRIALS, &mut |values| {
            self.layout.pack(values, &mut packed);
            outcome = self.add(&packed, NO_PARENT);
            if outcome.is_continue() && self.store.len().is_multiple_of(1024) {
                outcome = self.limits();
            }
            if outcome.is_break() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        self.stats.initial_states = self.store.len() as u64;
        if outcome.is_continue() {
            outcome = self.limits();
        }
        match (ended, outcome) {
            (Initials::TooMany, ControlFlow::Continue(())) => ControlFlow::Break(Halt::Stop(Stop::Unsupported(
                "there are too many initial states, or they are too hard to find; give constants values, or make `init` say what each variable is".to_owned(),
            ))),
            (Initials::Complete | Initials::Stopped | Initials::TooMany, outcome) => outcome,
        }
    }

    /// Adds a state; checks it if it is new.
    fn add(&mut self, state: &[u64], parent: StateIndex) -> ControlFlow<Halt> {
        match self.store.insert(state, hash(state), parent) {
            Inserted::Known(_) => ControlFlow::Continue(()),
            Inserted::Full => ControlFlow::Break(Halt::Stop(self.full())),
            Inserted::New(index) => {
                let mut findings = Vec::new();
                self.checks.on_state(state, &mut findings);
                for finding in findings {
                    let trace = self.trace(index, None);
                    self.found.settle(finding, trace);
                }
                self.answered()
            }
        }
    }

    fn full(&self) -> Stop {
        match (self.options.limits.states, self.options.limits.memory_bytes) {
            (Some(states), _) if self.store.len() as u64 >= states => Stop::StateLimit(states),
            (_, Some(bytes)) if (self.store.len() as u64) < u64::from(NO_PARENT) => Stop::MemoryLimit(bytes),
            (_, _) => Stop::StateLimit(u64::from(NO_PARENT)),
        }
    }

    fn levels(&mut self) -> ControlFlow<Halt> {
        let mut out = Successors {
            words: self.layout.words(),
            ..Successors::default()
        };
        let mut level = 0..self.store.len();
        while !level.is_empty() {
            self.stats.states_by_depth.push(level.len() as u64);
            self.stats.depth = self.stats.states_by_depth.len() as u64 - 1;
            self.stats.complete_depth = self.stats.depth;
            let mut at = level.start;
            while at < level.end {
                let batch = at..level.end.min(at + BATCH);
                at = batch.end;
                self.batch(batch, &mut out)?;
                self.limits()?;
                self.tell(at);
            }
            level = level.end..self.store.len();
        }
        ControlFlow::Continue(())
    }

    fn batch(&mut self, batch: std::ops::Range<usize>, out: &mut Successors) -> ControlFlow<Halt> {
        out.clear();
        let mut ends = [0usize; BATCH];
        for (end, index) in ends.iter_mut().zip(batch.clone()) {
            let index = index as StateIndex;
            let (successors, broken) = (out.len(), out.broken.len());
            self.events.expand(self.store.state(index), out);
            *end = out.len();
            self.source(index, out, successors, broken)?;
        }
        self.stats.transitions += out.len() as u64;
        let hashes: Vec<u64> = (0..out.len()).map(|i| hash(out.state(i))).collect();
        self.store.touch(&hashes);
        let mut next = 0;
        for (end, source) in ends.iter().zip(batch) {
            while next < *end {
                self.fired[out.events[next] as usize] += 1;
                self.step(source as StateIndex, out.events[next], out.state(next))?;
                next += 1;
            }
        }
        ControlFlow::Continue(())
    }

    /// What the expansion of one state showed: undefined events, a deadlock.
    fn source(
        &mut self,
        index: StateIndex,
        out: &Successors,
        successors: usize,
        broken: usize,
    ) -> ControlFlow<Halt> {
        if let Some(event) = out.escaped {
            let event = &self.ground.events[self.cone.events[event as usize]];
            let name = &self.ground.system.event(event.event).name;
            return ControlFlow::Break(Halt::Stop(Stop::Unsupported(format!(
                "internal error: event `{name}` gives a variable a value outside of its type, and no promise says so"
            ))));
        }
        if let Some(Broken { event, promise }) = out.broken.get(broken) {
            let event = &self.ground.events[self.cone.events[*event as usize]];
            if let Some(promise) = event.promises().nth(*promise as usize) {
                let what = Wrong::Undefined {
                    owner: Owner::Event(event.event, event.args.clone()),
                    kind: promise.kind,
                    index: promise.index,
                };
                return self.undefined(self.trace(index, None), what);
            }
        }
        if self.options.deadlock && out.len() == successors && self.found.deadlock.is_none() {
            match self.trace(index, None) {
                Ok(trace) => {
                    self.found.deadlock = Some(shortest(Wrong::Deadlock, trace));
                }
                Err(error) => return ControlFlow::Break(error.into()),
            }
            return self.answered();
        }
        ControlFlow::Continue(())
    }

    fn step(&mut self, source: StateIndex, event: u32, after: &[u64]) -> ControlFlow<Halt> {
        if self.checks.watches_steps() {
            let mut findings = Vec::new();
            self.checks
                .on_step(event, self.store.state(source), after, &mut findings);
            for finding in findings {
                let trace = self.trace(source, Some((event, after)));
                self.found.settle(finding, trace);
            }
        }
        self.add(after, source)
    }

    // ---- answers ----

    /// The specification is undefined at the end of a run: every open property is violated.
    fn undefined(&mut self, trace: Result<Trace, GroundError>, what: Wrong) -> ControlFlow<Halt> {
        let trace = match trace {
            Ok(trace) => trace,
            Err(error) => return ControlFlow::Break(error.into()),
        };
        let open = |position: usize| self.checks.is_open(position);
        self.found.undefined(open, shortest(what, trace));
        ControlFlow::Break(Halt::Answered)
    }

    /// Stops once every question is answered; a search without questions counts all states.
    fn answered(&self) -> ControlFlow<Halt> {
        let asked = !self.ground.properties.is_empty() || self.options.deadlock;
        let open = self.checks.any_open() || (self.options.deadlock && self.found.deadlock.is_none());
        if asked && !open {
            ControlFlow::Break(Halt::Answered)
        } else {
            ControlFlow::Continue(())
        }
    }

    // ---- limits and progress ----

    fn limits(&self) -> ControlFlow<Halt> {
        match self.budget.look() {
            Ok(()) => ControlFlow::Continue(()),
            Err(stop) => ControlFlow::Break(Halt::Stop(stop)),
        }
    }

    fn tell(&mut self, expanded: usize) {
        let now = Instant::now();
        let since = now - self.told.0;
        if since < self.options.progress_interval {
            return;
        }
        let states = self.store.len() as u64;
        self.progress.report(&Snapshot {
            states,
            transitions: self.stats.transitions,
            depth: self.stats.depth,
            queue: states - expanded as u64,
            states_per_second: (states - self.told.1) as f64 / since.as_secs_f64(),
            memory_bytes: self.store.bytes(),
            elapsed: now - self.started,
        });
        self.told = (now, states);
    }

    /// A shortest run to a state, or on from it by one step.
    fn trace(&self, index: StateIndex, last: Option<(u32, &[u64])>) -> Result<Trace, GroundError> {
        rebuild(self.ground, &self.cone, &self.layout, &self.store, index, last)
    }

    // ---- the end ----

    fn report(mut self, halt: Option<Halt>) -> ExplicitReport {
        self.stats.states = self.store.len() as u64;
        self.stats.exhaustive = halt.is_none();
        self.stats.memory_bytes = self.store.bytes();
        self.stats.time = self.started.elapsed();
        self.stats.events = self.event_counts();
        if self.stats.exhaustive {
            self.stats.complete_depth = self.stats.states_by_depth.len() as u64;
            self.stats.vacuous = self
                .checks
                .vacuous()
                .map(|i| self.ground.properties[i].id)
                .collect();
        }
        let stop = match halt {
            Some(Halt::Stop(stop)) => Some(stop),
            Some(Halt::Answered) | None => None,
        };
        self.found.report(self.ground, self.stats, stop.as_ref())
    }

    fn event_counts(&self) -> Vec<EventCount> {
        let mut counts: Vec<EventCount> = self
            .ground
            .system
            .event_ids()
            .map(|event| EventCount {
                event,
                instances: 0,
                fired: 0,
                outside_cone: true,
            })
            .collect();
        for event in &self.ground.events {
            counts[event.event.index()].instances += 1;
        }
        for (position, fired) in self.cone.events.iter().zip(&self.fired) {
            let count = &mut counts[self.ground.events[*position].event.index()];
            count.fired += fired;
            count.outside_cone = false;
        }
        for count in &mut counts {
            // an event that the constants rule out is in no cone, but not for lack of interest
            count.outside_cone &= count.instances > 0;
        }
        counts
    }
}
