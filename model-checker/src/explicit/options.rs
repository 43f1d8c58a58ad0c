//! What a caller may ask of the explicit-state engine.

use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use transition_system::PropertyId;

use super::spill::Disk;
use crate::budget::Budget;

/// Where a search stops; each ends in [`transition_system::Verdict::Unknown`] with what was covered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Most distinct states.
    pub states: Option<u64>,
    /// Most bytes for the system written out, and for states, parents and the visited table.
    pub memory_bytes: Option<u64>,
    /// Most time, of writing the system out and of the search.
    pub time: Option<Duration>,
}

/// How to search. `Options::default()` has no limits, reduces to the cone of influence, does not look for
/// deadlocks.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// Where to stop.
    pub limits: Limits,
    /// Whether to report a reachable state without an enabled event. Keeps every event, and what its guard depends on, whatever
    /// [`Options::cone`] says.
    pub deadlock: bool,
    /// A witness among the properties that says which states are meant to have no enabled event: none of them is a
    /// deadlock. It is no question of its own, and has no verdict.
    pub terminal: Option<PropertyId>,
    /// Whether to go on behind what is violated, to every reachable state, and to tell every way in which something is
    /// violated ([`crate::explicit::Every`]). What is undefined is told, and not taken.
    pub all_violations: bool,
    /// Whether to leave out cells and events that no property depends on. Verdicts and the lengths of traces
    /// are the same either way; the counts of states and transitions are of what was searched.
    pub cone: bool,
    /// Whether to leave out cells that no event changes and that have one value, and events that they rule out.
    /// Only [`crate::explicit::check`] does. States are the same but for what is not stored.
    pub settle: bool,
    /// Whether to keep one of the states that differ only in which of several like elements of a sort is which. Verdicts
    /// and the lengths of traces are the same either way; counts are of what was searched.
    pub symmetry: bool,
    /// In which order states are expanded.
    pub order: Order,
    /// How states are remembered that need not be remembered whole; only with orders that go depth first.
    pub lossy: Option<Lossy>,
    /// What the searches of a [`Order::Swarm`] begin their choices with.
    pub seed: u64,
    /// Whether to leave out orders of independent events that no property tells apart. Verdicts and deadlocks are the
    /// same either way, runs need not be shortest, and counts are of what was searched.
    pub partial_order: bool,
    /// Whether states are left out in which one event can be taken alone and no property tells its step. Verdicts and deadlocks are
    /// the same either way, runs need not be shortest, and counts and depths are of what was searched. Only breadth first.
    pub merge_steps: bool,
    /// Whether to keep one of the states that differ only in cells that are written before they are read. Verdicts and the
    /// lengths of traces are the same either way; counts are of what was searched. Only breadth first.
    pub forget_dead: bool,
    /// Threads that search; 0 counts as 1.
    pub threads: usize,
    /// Where states go when the memory of [`Limits::memory_bytes`] is used up; without one the search ends there.
    pub disk: Option<&'a dyn Disk>,
    /// Sizes at which the search changes how it works.
    pub tuning: Tuning,
    /// When the time of [`Limits::time`] began to count.
    pub since: Instant,
    /// Set by another thread (or a signal handler) to stop the search.
    pub interrupt: Option<&'a AtomicBool>,
    /// Time between two calls of [`crate::explicit::Progress::report`].
    pub progress_interval: Duration,
}

/// The order of a search.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// By distance from an initial state: runs are as short as any.
    #[default]
    BreadthFirst,
    /// What was found last first, on one thread; runs may be long.
    DepthFirst,
    /// As many depth-first searches as there are threads, each of which takes events in an order of its own and
    /// remembers states in a way of its own (Holzmann, Joshi, Groce, "Swarm verification techniques", IEEE Transactions on Software
    /// Engineering 37(6), 2011).
    Swarm,
}

/// How states are remembered in a way in which two may be taken for one, so that some may be missed. What is found is real
/// all the same; that nothing is found is only probable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lossy {
    /// By this many bits of a hash, 16 to 61 (*hash compaction*: Wolper and Leroy, "Reliable hashing without collision detection", CAV
    /// 1993). States that have no more bits are kept whole.
    HashCompaction(u32),
    /// As three bits in a field of this many bytes (*bit-state hashing*: Holzmann, "An analysis of bitstate hashing", Formal Methods in System
    /// Design 13(3), 1998).
    BitState(u64),
}

/// Sizes at which a search changes how it works. Verdicts, traces and counts do not depend on them but for which of
/// several findings of one depth comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tuning {
    /// After how many transitions the events are made into machine code; `None` never.
    pub native_after: Option<u64>,
    /// About how many words of successors are made before they are looked up.
    pub round_words: usize,
    /// Least states of a round that several threads share.
    pub shared_states: usize,
    /// From how many states on wide ones are kept as trees of their parts, if that is smaller.
    pub compress_after: u64,
    /// From how many states on they are on [`Options::disk`], though there may be memory left.
    pub disk_after: u64,
}

impl Default for Tuning {
    /// Machine code after 100,000 transitions, which the portable machine makes in about the time that the code takes
    /// to generate; rounds that fit the cache of the last level.
    fn default() -> Self {
        Self {
            native_after: Some(100_000),
            round_words: 1 << 20,
            shared_states: 1 << 11,
            compress_after: 1 << 20,
            disk_after: u64::MAX,
        }
    }
}

impl<'a> Options<'a> {
    /// The limits, for the phases before the search and within it.
    #[must_use]
    pub fn budget(&self) -> Budget<'a> {
        Budget::new(self.limits.time, self.limits.memory_bytes, self.interrupt).since(self.since)
    }
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            deadlock: false,
            terminal: None,
            all_violations: false,
            cone: true,
            settle: true,
            symmetry: false,
            order: Order::BreadthFirst,
            lossy: None,
            seed: 0,
            partial_order: false,
            merge_steps: false,
            forget_dead: false,
            threads: 1,
            disk: None,
            tuning: Tuning::default(),
            since: Instant::now(),
            interrupt: None,
            progress_interval: Duration::from_millis(500),
        }
    }
}
