//! Breadth-first search over the states of a ground system, level by level, in rounds.
//!
//! Takes a [`Ground`] with the properties to check; gives an [`ExplicitReport`]. A round expands some states of a level
//! on all threads, each into lists of its own, one for each shard of the visited set; then each thread fills
//! shards of its own from the lists of all. Nothing is shared while it is written, so that what is found, and
//! in which order, does not depend on how threads take turns.
//!
//! Guarantees: the first finding of a kind has a shortest run; the same input gives the same report but for times,
//! whatever the number of threads; but the counts of a search that ends early depend on that number.

use std::ops::ControlFlow;

use rayon::{ThreadPool, ThreadPoolBuilder};
use transition_system::{Owner, Stop, Trace, Wrong};

use super::checkpoint::{Forgetful, Keeper, Refused};
use super::checks::{Checks, Finding};
use super::found::{End, Found, shortest};
use super::layout::Layout;
use super::machine::{Broken, Machine};
use super::native::Native;
use super::options::Options;
use super::progress::{Clock, Progress, Snapshot, estimate};
use super::reductions::Reductions;
use super::report::{ExplicitReport, Stats};
use super::spill::{Mark, Spilled, lost};
use super::symmetry::Renaming;
use super::trace::{Last, Space, rebuild};
use super::visited::{Full, Parts, Quota, Run, Shard, Visited, parts};
use super::worker::{At, BLOCK, Shared, What, Worker};
use crate::budget::Budget;
use crate::ground::{Cone, Ground, GroundError, GroundProperty, Initials};

/// Most states expanded in one round.
const ROUND_STATES: usize = 1 << 16;
/// Most states expanded in one round of the portable machine, so that it is soon replaced.
const FIRST_ROUND: usize = 1 << 11;
/// States of a depth among which the one to show is chosen.
pub(super) const FEW: usize = 1 << 16;
/// Most values tried while initial states are enumerated.
pub(super) const INITIAL_TRIALS: u64 = 1 << 26;
/// Initial states added together.
const INITIAL_BATCH: usize = 1 << 12;

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

/// Why a search ends before every state is expanded.
pub(super) enum Halt {
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

/// What a search is about: the cells and events that matter, how states are packed, and what is asked of them.
pub(super) struct Question {
    pub(super) cone: Cone,
    pub(super) layout: Layout,
    pub(super) checks: Checks,
    /// The position of the property that says where a run may end.
    pub(super) terminal: Option<usize>,
}

impl Question {
    pub(super) fn new(ground: &Ground<'_>, options: &Options<'_>) -> Result<Self, GroundError> {
        let properties: Vec<&GroundProperty> = ground.properties.iter().collect();
        let cone = match (options.cone, options.deadlock) {
            (true, false) => Cone::of(ground, &properties),
            (true, true) => Cone::of_events_too(ground, &properties),
            (false, _) => Cone::everything(ground),
        };
        let layout = Layout::new(
            &ground.cells,
            cone.cells().filter(|c| ground.cells.get(*c).given.is_none()),
        );
        let mut checks = Checks::new(ground, &cone, &layout)?;
        let is_terminal = |p: &GroundProperty| options.terminal == Some(p.id);
        let terminal = ground.properties.iter().position(is_terminal);
        if let Some(position) = terminal {
            checks.close(position);
        }
        Ok(Self {
            cone,
            layout,
            checks,
            terminal,
        })
    }
}

/// The run that shows that the specification is undefined in the beginning, if it is.
pub(super) fn begun_undefined(ground: &Ground<'_>) -> Option<(Trace, Wrong)> {
    let undefined = ground.undefined.as_ref()?;
    let trace = Trace {
        initial: ground.cells.state(&undefined.values),
        steps: Vec::new(),
        loop_start: None,
    };
    let what = Wrong::Undefined {
        owner: undefined.owner.clone(),
        kind: undefined.kind,
        index: undefined.index,
    };
    Some((trace, what))
}

/// What is wrong where an event of the cone breaks a promise; `None` if it has no such promise.
pub(super) fn broken_promise(ground: &Ground<'_>, cone: &Cone, broken: Broken) -> Option<Wrong> {
    let event = &ground.events[cone.events[broken.event as usize]];
    let promise = event.promises().nth(broken.promise as usize)?;
    Some(Wrong::Undefined {
        owner: Owner::Event(event.event, event.args.clone()),
        kind: promise.kind,
        index: promise.index,
    })
}

/// Why a search ends where an event of the cone gives a cell a value that it cannot have.
pub(super) fn escaped(ground: &Ground<'_>, cone: &Cone, event: u32) -> Stop {
    let event = &ground.events[cone.events[event as usize]];
    let name = &ground.system.event(event.event).name;
    Stop::Unsupported(format!(
        "internal error: event `{name}` gives a variable a value outside of its type, and no promise says so"
    ))
}

/// Why a search does not begin.
pub(super) fn too_many() -> Stop {
    Stop::Unsupported(
        "there are too many initial states, or they are too hard to find; give constants values, or make `init` say what each variable is".to_owned(),
    )
}

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

/// Machine code, or when it is to be made.
pub(super) enum Code {
    Never,
    After(u64),
    Ready(Box<Native>),
}

impl Code {
    /// Makes machine code once so many transitions have shown that the search is long.
    pub(super) fn prepare(&mut self, done: u64, make: impl FnOnce() -> Option<Native>) {
        if let Self::After(transitions) = self
            && done >= *transitions
        {
            *self = make().map_or(Self::Never, |native| Self::Ready(Box::new(native)));
        }
    }

    pub(super) fn ready(&self) -> Option<&Native> {
        match self {
            Self::Ready(native) => Some(native),
            Self::Never | Self::After(_) => None,
        }
    }
}

impl<'s, 'g> Search<'s, 'g> {
    pub(super) fn new(
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

    // ---- states ----

    fn initial(&mut self) -> ControlFlow<Halt> {
        if let Some((trace, what)) = begun_undefined(self.ground) {
            self.undefined(trace, what)?;
            return ControlFlow::Break(Halt::Answered);
        }
        let (ground, mut outcome) = (self.ground, ControlFlow::Continue(()));
        let cone = self.cone.clone();
        let words = self.layout.words();
        let mut packed = vec![0; words];
        let mut reductions = self.reductions.clone();
        let mut batch = Vec::new();
        let ended = ground.initial_states(&|c| cone.contains(c), INITIAL_TRIALS, &mut |values| {
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

    fn levels(&mut self) -> ControlFlow<Halt> {
        let (mut depth, mut done) = self.at;
        loop {
            let runs = self.visited.level(depth, BLOCK);
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

    /// How many runs the next round takes.
    fn round(&self, runs: &[Run]) -> usize {
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

    /// Expands a round; one that is stopped does not count.
    fn whole(&mut self, round: &[Run], depth: u32) -> ControlFlow<Halt> {
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

    /// Puts what was sent into the shards, or keeps it for them.
    fn store(&mut self, depth: u32, mark: &Mark) -> ControlFlow<Halt> {
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

    fn expand(&mut self, round: &[Run], depth: u32) -> ControlFlow<Halt> {
        self.prepare();
        let states: usize = round.iter().map(|r| r.states.len()).sum();
        let parallel = self.pool(states);
        let shared = Shared {
            visited: &self.visited,
            native: self.native.ready(),
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

    /// Takes over what the workers counted and found, and whether a shard could not take all.
    pub(super) fn gathered(&mut self, depth: u32) -> ControlFlow<Halt> {
        self.gather(depth)?;
        let full = self.workers.iter_mut().filter_map(|w| w.full.take());
        match full.reduce(|first, _| first) {
            Some(full) => ControlFlow::Break(Halt::Stop(self.full(full))),
            None => ControlFlow::Continue(()),
        }
    }

    pub(super) fn full(&self, full: Full) -> Stop {
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

    pub(super) fn settle(&mut self, depth: u32, what: What, mut at: At) -> ControlFlow<Halt> {
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

    // ---- answers ----

    /// The specification is undefined at the end of a run: every open property is violated.
    fn undefined(&mut self, trace: Trace, what: Wrong) -> ControlFlow<Halt> {
        let open = |position: usize| self.checks.is_open(position);
        self.found.undefined(open, shortest(what, trace));
        match self.options.all_violations {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(Halt::Answered),
        }
    }

    /// Stops once every question is answered; a search without questions counts all states.
    fn answered(&self) -> ControlFlow<Halt> {
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

    // ---- limits and progress ----

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

    /// A shortest run to a state found at a depth, or on from it by one step, and what elements of that state are
    /// called there.
    pub(super) fn run_to(&self, depth: u32, at: &At) -> Result<(Trace, Renaming), GroundError> {
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

    // ---- the end ----

    fn report(&mut self, halt: Option<Halt>) -> ExplicitReport {
        self.stats.states = self.visited.len();
        self.stats.memory_bytes = self.visited.bytes();
        self.stats.disk_bytes = self.disk_bytes();
        if halt.is_none() {
            self.stats.complete_depth = self.stats.states_by_depth.len() as u64;
        }
        let time = self.clock.elapsed();
        let every = self.options.all_violations.then(|| self.every());
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
        if self.options.partial_order || self.options.merge_steps {
            report.not_shortest();
        }
        report
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
