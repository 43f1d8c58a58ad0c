//! Depth-first search over the states of a ground system.
//!
//! Takes a [`Ground`] with the properties to check; gives an [`ExplicitReport`]. The run to a state is on the stack, so
//! that what is remembered of visited states need not be enough to find one again: with [`Options::lossy`] it is a part, and then
//! what holds holds with a probability. Runs are not shortest. Findings come from the portable machine, as in the search
//! breadth first.

mod stack;
mod store;

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};

use transition_system::{Stop, Violation, Wrong};

use super::checks::{Checks, Finding};
use super::found::{End, Found};
use super::layout::Layout;
use super::machine::{Machine, Successors, Transitions};
use super::native::{Bits, Code, Native, UNDEFINED};
use super::options::Options;
use super::progress::{Clock, Progress, Snapshot};
use super::question::{Halt, INITIAL_TRIALS, Question, begun_undefined, broken_promise, escaped, too_many};
use super::report::{ExplicitReport, Stats};
use super::trace::{Last, along};
use super::visited::Full;
use crate::budget::Budget;
use crate::ground::{Cone, Ground, GroundError, Initials};
use stack::Stack;
use store::Store;

/// Steps between two looks at limits.
const LOOK: u64 = 1 << 10;

/// Checks the properties of a ground system.
pub(super) fn search(
    ground: &Ground<'_>,
    options: &Options<'_>,
    progress: &mut dyn Progress,
) -> ExplicitReport {
    search_as(ground, options, progress, &Member::default())
}

/// Which of several searches one is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Member<'a> {
    /// Its number, and the least of a member that answered every question.
    pub(super) of: Option<(usize, &'a AtomicUsize)>,
    /// How many share the memory, but one.
    pub(super) others: u64,
    /// The order of events, unless it is that of the system, and the hash.
    pub(super) seed: Option<u64>,
}

/// The same, as one of several.
pub(super) fn search_as(
    ground: &Ground<'_>,
    options: &Options<'_>,
    progress: &mut dyn Progress,
    member: &Member<'_>,
) -> ExplicitReport {
    match Deep::new(ground, options, progress, *member) {
        Ok(search) => search.run(),
        Err(error) => ExplicitReport::unknown(ground.properties.iter().map(|p| p.id), error),
    }
}

struct Deep<'s, 'g> {
    ground: &'s Ground<'g>,
    options: &'s Options<'s>,
    progress: &'s mut dyn Progress,
    member: Member<'s>,
    cone: Cone,
    layout: Layout,
    machine: Machine,
    native: Code,
    checks: Checks,
    terminal: Option<usize>,
    store: Store,
    most_bytes: u64,
    stack: Stack,
    successors: Successors,
    out: Vec<u64>,
    alive: Vec<u8>,
    findings: Vec<Finding>,
    found: Found,
    stats: Stats,
    fired: Vec<u64>,
    steps: u64,
    budget: Budget<'s>,
    clock: Clock,
}

impl<'s, 'g> Deep<'s, 'g> {
    fn new(
        ground: &'s Ground<'g>,
        options: &'s Options<'s>,
        progress: &'s mut dyn Progress,
        member: Member<'s>,
    ) -> Result<Self, GroundError> {
        let Question {
            cone,
            layout,
            checks,
            terminal,
        } = Question::new(ground, options)?;
        let mut found = Found::new(ground.properties.len());
        found.shortest = false;
        let most_bytes = options.limits.memory_bytes.unwrap_or(u64::MAX) / (member.others + 1);
        let clock = Clock::new(options.progress_interval);
        Ok(Self {
            machine: Machine::of_events(ground, &cone, &layout)?,
            native: options.tuning.native_after.map_or(Code::Never, Code::After),
            store: Store::new(&layout, options.lossy, most_bytes, member.seed.unwrap_or(0))
                .map_err(|_| no_room())?,
            stack: Stack::new(layout.words(), member.seed),
            successors: Successors {
                words: layout.words(),
                ..Successors::default()
            },
            out: Vec::new(),
            alive: Vec::new(),
            findings: Vec::new(),
            found,
            stats: Stats {
                state_bits: layout.bits(),
                ..Stats::default()
            },
            fired: vec![0; cone.events.len()],
            steps: 0,
            budget: options.budget(),
            clock,
            ground,
            options,
            progress,
            member,
            cone,
            layout,
            checks,
            terminal,
            most_bytes,
        })
    }

    fn run(mut self) -> ExplicitReport {
        let halt = match self.roots() {
            ControlFlow::Break(halt) => Some(halt),
            ControlFlow::Continue(()) => None,
        };
        self.tell(true);
        self.report(halt)
    }

    fn roots(&mut self) -> ControlFlow<Halt> {
        if let Some((trace, what)) = begun_undefined(self.ground) {
            let open = |position: usize| self.checks.is_open(position);
            self.found.undefined(open, violation(what, trace));
            return ControlFlow::Break(Halt::Answered);
        }
        let (ground, cone) = (self.ground, self.cone.clone());
        let (mut packed, mut roots) = (vec![0; self.layout.words()], Vec::new());
        let mut outcome = ControlFlow::Continue(());
        let ended = ground.initial_states(&|c| cone.contains(c), INITIAL_TRIALS, &mut |values| {
            self.layout.pack(values, &mut packed);
            match self.put(&packed) {
                ControlFlow::Break(halt) => {
                    outcome = ControlFlow::Break(halt);
                    ControlFlow::Break(())
                }
                ControlFlow::Continue(new) => {
                    roots.extend_from_slice(if new { &packed } else { &[] });
                    ControlFlow::Continue(())
                }
            }
        });
        self.stats.initial_states = self.stats.states;
        for root in roots.chunks_exact(packed.len()) {
            if outcome.is_continue() {
                outcome = self.root(root);
            }
        }
        match (ended, outcome) {
            (Initials::TooMany, ControlFlow::Continue(())) => ControlFlow::Break(Halt::Stop(too_many())),
            (Initials::Complete | Initials::Stopped | Initials::TooMany, outcome) => outcome,
        }
    }

    /// Everything that can be reached from an initial state and was not before.
    fn root(&mut self, state: &[u64]) -> ControlFlow<Halt> {
        self.enter(state)?;
        let mut next = Vec::with_capacity(state.len());
        while self.stack.next(&mut next) {
            if self.put(&next)? {
                self.enter(&next)?;
            }
            self.steps += 1;
            if self.steps.is_multiple_of(LOOK) {
                self.look()?;
            }
        }
        ControlFlow::Continue(())
    }

    fn put(&mut self, state: &[u64]) -> ControlFlow<Halt, bool> {
        let limits = &self.options.limits;
        match self.store.put(state, self.most_bytes) {
            Ok(false) => ControlFlow::Continue(false),
            Ok(true) if limits.states.is_some_and(|most| self.stats.states >= most) => {
                ControlFlow::Break(Halt::Stop(Stop::StateLimit(self.stats.states)))
            }
            Ok(true) => {
                self.stats.states += 1;
                ControlFlow::Continue(true)
            }
            Err(Full::Bytes) => ControlFlow::Break(Halt::Stop(Stop::MemoryLimit(
                limits.memory_bytes.unwrap_or(u64::MAX),
            ))),
            Err(Full::States | Full::Numbers | Full::Disk(_)) => {
                ControlFlow::Break(Halt::Stop(Stop::StateLimit(self.stats.states)))
            }
        }
    }

    /// Checks a new state, and puts it on the stack with the states after it.
    fn enter(&mut self, state: &[u64]) -> ControlFlow<Halt> {
        self.prepare();
        self.check(state)?;
        let Some(native) = self.native.ready() else {
            return self.carefully(state, true);
        };
        let mut bits = Bits::default();
        let made = native.expand(state, &mut self.out, &mut self.fired, &mut self.alive, &mut bits);
        let dead = self.options.deadlock && self.alive.contains(&0) && self.found.deadlock.is_none();
        if dead || bits.found & (self.checks.open_bits() | UNDEFINED) != 0 {
            return self.carefully(state, false);
        }
        self.stack.push(state, &self.out[..made * state.len()]);
        self.stats.depth = self.stats.depth.max(self.stack.depth());
        ControlFlow::Continue(())
    }

    /// Expands a state by the portable machine, and says what is wrong; counts its steps, unless machine code did.
    fn carefully(&mut self, state: &[u64], count: bool) -> ControlFlow<Halt> {
        self.successors.clear();
        self.machine.expand(state, &mut self.successors);
        if let Some(event) = self.successors.escaped {
            return ControlFlow::Break(Halt::Stop(escaped(self.ground, &self.cone, event)));
        }
        let broken = self.successors.broken.first();
        if let Some(what) = broken.and_then(|broken| broken_promise(self.ground, &self.cone, *broken)) {
            let violation = self.violation(what, state, None)?;
            let open = |position: usize| self.checks.is_open(position);
            self.found.undefined(open, violation);
            return ControlFlow::Break(Halt::Answered);
        }
        let may_end = self.terminal.is_some_and(|t| self.checks.is_true(t, state));
        if self.options.deadlock && self.successors.is_empty() && !may_end && self.found.deadlock.is_none() {
            self.found.deadlock = Some(self.violation(Wrong::Deadlock, state, None)?);
            self.answered()?;
        }
        self.steps_from(state)?;
        for event in self.successors.events.iter().filter(|_| count) {
            self.fired[*event as usize] += 1;
        }
        self.stack.push(state, &self.successors.states);
        self.stats.depth = self.stats.depth.max(self.stack.depth());
        ControlFlow::Continue(())
    }

    /// What a new state decides.
    fn check(&mut self, state: &[u64]) -> ControlFlow<Halt> {
        if !self.checks.watches_states() {
            return ControlFlow::Continue(());
        }
        if let Some(native) = self.native.ready() {
            let mut bits = Bits::default();
            native.check(state, &mut bits);
            let open = bits.found & self.checks.open_bits();
            if open | bits.antecedents & self.checks.unseen_bits() == 0 {
                return ControlFlow::Continue(());
            }
        }
        let mut findings = std::mem::take(&mut self.findings);
        self.checks.on_state(state, &mut findings);
        let decided = !findings.is_empty();
        for finding in findings.drain(..) {
            self.settle(finding, state, None)?;
        }
        self.findings = findings;
        if decided {
            self.answered()
        } else {
            ControlFlow::Continue(())
        }
    }

    /// What the steps from a state decide.
    fn steps_from(&mut self, state: &[u64]) -> ControlFlow<Halt> {
        if !self.checks.watches_steps() {
            return ControlFlow::Continue(());
        }
        let mut findings = Vec::new();
        for position in 0..self.successors.len() {
            let event = self.successors.events[position];
            let after = self.successors.state(position).to_vec();
            self.checks.on_step(event, state, &after, &mut findings);
            for finding in findings.drain(..) {
                self.settle(finding, state, Some((event, &after)))?;
            }
        }
        self.answered()
    }

    fn settle(&mut self, finding: Finding, state: &[u64], last: Last<'_>) -> ControlFlow<Halt> {
        let trace = self.trace(state, last);
        let position = match &finding {
            Finding::Violated(position, _) | Finding::Reached(position) => *position,
        };
        self.checks.close(position);
        self.found.settle(finding, trace);
        ControlFlow::Continue(())
    }

    fn trace(&self, state: &[u64], last: Last<'_>) -> Result<transition_system::Trace, GroundError> {
        let mut states: Vec<Vec<u64>> = self.stack.path().map(<[u64]>::to_vec).collect();
        states.push(state.to_vec());
        along(self.ground, &self.cone, &self.layout, &states, last)
    }

    fn violation(&self, what: Wrong, state: &[u64], last: Last<'_>) -> ControlFlow<Halt, Violation> {
        match self.trace(state, last) {
            Ok(trace) => ControlFlow::Continue(violation(what, trace)),
            Err(error) => ControlFlow::Break(error.into()),
        }
    }

    /// Makes machine code once the search has shown that it is long.
    fn prepare(&mut self) {
        let (ground, cone, layout) = (self.ground, &self.cone, &self.layout);
        self.native
            .prepare(self.steps, || Native::new(ground, cone, layout));
    }

    /// Stops once every question is answered; a search without questions counts all states.
    fn answered(&self) -> ControlFlow<Halt> {
        let asked = !self.ground.properties.is_empty() || self.options.deadlock;
        let open = self.checks.any_open() || (self.options.deadlock && self.found.deadlock.is_none());
        if !asked || open {
            return ControlFlow::Continue(());
        }
        if let Some((number, first)) = self.member.of {
            first.fetch_min(number, Ordering::Relaxed);
        }
        ControlFlow::Break(Halt::Answered)
    }

    fn bytes(&self) -> u64 {
        self.store.bytes() + self.stack.bytes()
    }

    fn look(&mut self) -> ControlFlow<Halt> {
        if let Err(stop) = self.budget.look() {
            return ControlFlow::Break(Halt::Stop(stop));
        }
        if self.bytes() > self.most_bytes {
            let limit = self.options.limits.memory_bytes.unwrap_or(u64::MAX);
            return ControlFlow::Break(Halt::Stop(Stop::MemoryLimit(limit)));
        }
        if let Some((number, first)) = self.member.of
            && first.load(Ordering::Relaxed) < number
        {
            return ControlFlow::Break(Halt::Stop(Stop::Interrupted));
        }
        self.tell(false);
        ControlFlow::Continue(())
    }

    fn tell(&mut self, at_end: bool) {
        let states = self.stats.states;
        let Some(states_per_second) = self.clock.due(states, at_end) else {
            return;
        };
        self.progress.report(&Snapshot {
            states,
            transitions: self.fired.iter().sum(),
            depth: self.stack.depth(),
            queue: self.stack.pending(),
            estimate: None,
            states_per_second,
            memory_bytes: self.bytes(),
            disk_bytes: 0,
            elapsed: self.clock.elapsed(),
        });
    }

    fn report(mut self, halt: Option<Halt>) -> ExplicitReport {
        self.stats.transitions = self.fired.iter().sum();
        self.stats.memory_bytes = self.bytes();
        self.stats.missed = self.store.missed(self.stats.states);
        let end = End {
            ground: self.ground,
            cone: &self.cone,
            checks: &self.checks,
            fired: &self.fired,
            terminal: self.options.terminal,
            time: self.clock.elapsed(),
        };
        self.found.report(&end, self.stats, halt)
    }
}

/// Why a search does not begin for which there is no memory.
fn no_room() -> GroundError {
    GroundError::new("there is no memory for the field of bits, so nothing was searched; take a smaller one")
}

/// A violation whose run may be longer than others.
fn violation(what: Wrong, trace: transition_system::Trace) -> Violation {
    Violation {
        what,
        trace,
        shortest: false,
    }
}
