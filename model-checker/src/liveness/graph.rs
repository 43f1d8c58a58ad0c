//! The steps between all states that a search expanded: what fairness and formulas are asked of.
//!
//! Takes a search without reductions; gives, for each state, the steps from it, which atoms are true in it and which
//! conditions of fairness are enabled. Steps that change nothing are left out, since every state may stutter. Of a step
//! only its *class* is kept: the conditions of which its event is part; which event it was is found again for the few
//! steps of a counterexample. Pieces of the graph are made by all threads, each from states alone, so that the graph
//! does not depend on them.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::ThreadPool;
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use rustc_hash::FxHashMap;
use transition_system::{Stop, Trace};

use super::fair::{Bits, Conditions};
use super::index::{Index, NO_STATE, StateId, at};
use crate::budget::Budget;
use crate::explicit::Options;
use crate::explicit::explored::Explored;
use crate::explicit::layout::Layout;
use crate::explicit::machine::{Conditions as _, Machine, Successors, Transitions};
use crate::ground::{Ground, GroundError, NodeId};

/// States of a piece.
const PIECE: usize = 1 << 14;
/// States whose steps are looked up together.
const BLOCK: usize = 64;

/// Which conditions a step is part of: a position in [`Graph::classes`].
pub(super) type Class = u32;

/// See the module.
pub(super) struct Graph {
    words: usize,
    states: Vec<u64>,
    index: Index,
    /// The initial states.
    pub(super) initial: Vec<StateId>,
    pieces: Vec<Piece>,
    /// For each class, its conditions.
    pub(super) classes: Vec<Vec<u32>>,
    /// For each ground event, its class.
    class_of: Vec<Class>,
    /// The events of the search, by position there.
    events: Vec<usize>,
    layout: Layout,
}

/// Some states in a row.
struct Piece {
    /// Where the steps of each state begin; one more at the end.
    offsets: Vec<u32>,
    to: Vec<StateId>,
    /// Empty where there is one class only.
    class: Vec<Class>,
    atoms: Bits,
    enabled: Bits,
}

/// Makes pieces.
struct Maker<'m> {
    states: &'m [u64],
    words: usize,
    index: &'m Index,
    classes: &'m [Vec<u32>],
    class_of: &'m [Class],
    cone: &'m [usize],
    machine: Machine,
    conditions: Machine,
    atoms: usize,
    fair: usize,
}

/// Why there is no graph.
pub(super) enum Missing {
    Stop(Stop),
    Error(GroundError),
}

impl From<GroundError> for Missing {
    fn from(error: GroundError) -> Self {
        Missing::Error(error)
    }
}

impl From<Stop> for Missing {
    fn from(stop: Stop) -> Self {
        Missing::Stop(stop)
    }
}

impl Graph {
    /// The graph of the states that were expanded.
    pub(super) fn new(
        mut explored: Explored<'_, '_>,
        ground: &Ground<'_>,
        atoms: &[NodeId],
        fair: &Conditions,
        options: &Options<'_>,
    ) -> Result<Self, Missing> {
        let budget = options.budget();
        let memory = Memory::new(options);
        let words = explored.layout().words();
        let expanded = explored.expanded();
        if expanded >= u64::from(NO_STATE) {
            return Err(Stop::StateLimit(u64::from(NO_STATE)).into());
        }
        let count = expanded as usize;
        let visited = explored.report.stats.memory_bytes;
        memory.take(visited + (count * words * 8) as u64 + Index::bytes_of(count))?;
        let mut states = copied(&explored, count * words, &budget)?;
        let first = (explored.report.stats.initial_states as usize).min(count);
        let initial_states = states[..first * words].to_vec();
        if words == 1 {
            // states that are alike lie close together then, and so do many states after them
            states.sort_unstable();
        }
        let index = Index::new(&states, words);
        let mut initial = Vec::new();
        index.find(&states, words, &initial_states, &mut initial);
        let (classes, class_of) = classes(fair);
        let events = explored.cone().events.clone();
        let maker = Maker {
            states: &states,
            words,
            index: &index,
            classes: &classes,
            class_of: &class_of,
            cone: &events,
            machine: explored.machine()?,
            conditions: Machine::of_conditions(&ground.dag, explored.layout(), atoms)?,
            atoms: atoms.len(),
            fair: fair.len(),
        };
        let pieces = maker.all(&memory, options, &mut explored)?;
        Ok(Self {
            words,
            initial,
            layout: explored.layout().clone(),
            states,
            index,
            pieces,
            classes,
            class_of,
            events,
        })
    }

    /// Number of states.
    pub(super) fn len(&self) -> usize {
        self.states.len() / self.words
    }

    fn piece(&self, state: StateId) -> (&Piece, usize) {
        (&self.pieces[state as usize / PIECE], state as usize % PIECE)
    }

    /// The steps from a state: where they lead, and the class of each; no classes if all are of the first.
    pub(super) fn steps(&self, state: StateId) -> (&[StateId], &[Class]) {
        let (piece, at) = self.piece(state);
        let mine = piece.offsets[at] as usize..piece.offsets[at + 1] as usize;
        let classes = if piece.class.is_empty() {
            &[]
        } else {
            &piece.class[mine.clone()]
        };
        (&piece.to[mine], classes)
    }

    /// Words of the atoms of a state.
    pub(super) fn atom_words(&self) -> usize {
        self.pieces.first().map_or(0, |piece| piece.atoms.words())
    }

    /// The atoms that are true in a state, as words of bits.
    pub(super) fn atoms(&self, state: StateId) -> &[u64] {
        let (piece, at) = self.piece(state);
        piece.atoms.words_of(at)
    }

    /// The conditions that are enabled in a state, as words of bits.
    pub(super) fn enabled(&self, state: StateId) -> &[u64] {
        let (piece, at) = self.piece(state);
        piece.enabled.words_of(at)
    }

    /// Whether a condition is enabled in a state.
    pub(super) fn is_enabled(&self, state: StateId, condition: usize) -> bool {
        let (piece, at) = self.piece(state);
        piece.enabled.has(at, condition)
    }

    /// Bytes in use.
    pub(super) fn bytes(&self) -> u64 {
        let pieces = self.pieces.iter().map(Piece::bytes).sum::<u64>();
        (self.states.len() * 8) as u64 + self.index.bytes() + pieces
    }

    /// The run from a state by steps of these classes to these states, as a trace.
    ///
    /// # Errors
    /// An internal error if a step is not there.
    pub(super) fn trace(
        &self,
        ground: &Ground<'_>,
        machine: &mut Machine,
        start: StateId,
        steps: &[(Class, StateId)],
    ) -> Result<Trace, GroundError> {
        let lost = || GroundError::internal("a step of a run is lost");
        let mut out = Successors {
            words: self.words,
            ..Successors::default()
        };
        let (mut from, mut events) = (start, Vec::with_capacity(steps.len()));
        for (class, to) in steps {
            out.clear();
            machine.expand(at(&self.states, self.words, from), &mut out);
            let after = at(&self.states, self.words, *to);
            let event = (0..out.len()).find_map(|i| {
                let event = self.events[out.events[i] as usize];
                (out.state(i) == after && self.class_of[event] == *class).then_some(event)
            });
            events.push(event.ok_or_else(lost)?);
            from = *to;
        }
        let mut values = vec![0; self.layout.len()];
        self.layout
            .unpack(at(&self.states, self.words, start), &mut values);
        let fixed: Vec<_> = self.layout.cells().zip(values).collect();
        let initial = ground
            .initial_state(&fixed, &Budget::default())
            .ok_or_else(|| GroundError::internal("an initial state of a run is lost"))?;
        ground.trace(&initial, &events)
    }
}

/// What may still be held.
pub(super) struct Memory {
    left: AtomicU64,
    limit: u64,
}

impl Memory {
    /// As much as the options say.
    pub(super) fn new(options: &Options<'_>) -> Self {
        let limit = options.limits.memory_bytes.unwrap_or(u64::MAX);
        Self {
            left: AtomicU64::new(limit),
            limit,
        }
    }

    /// Takes some.
    ///
    /// # Errors
    /// There is not as much.
    pub(super) fn take(&self, bytes: u64) -> Result<(), Stop> {
        let take = |left: u64| left.checked_sub(bytes);
        let taken = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
        taken.map(|_| ()).map_err(|_| Stop::MemoryLimit(self.limit))
    }

    /// What was taken.
    fn taken(&self) -> u64 {
        self.limit - self.left.load(Ordering::Relaxed)
    }
}

fn copied(explored: &Explored<'_, '_>, words: usize, budget: &Budget<'_>) -> Result<Vec<u64>, Stop> {
    let mut states = Vec::with_capacity(words);
    explored.states(&mut states, || budget.look())?;
    Ok(states)
}

/// The classes that there are, and that of each ground event.
fn classes(fair: &Conditions) -> (Vec<Vec<u32>>, Vec<Class>) {
    let mut classes: Vec<Vec<u32>> = Vec::new();
    let mut numbers: FxHashMap<&[u32], Class> = FxHashMap::default();
    let mut class_of = Vec::with_capacity(fair.of_event.len());
    for list in &fair.of_event {
        let class = *numbers.entry(list).or_insert_with(|| {
            classes.push(list.clone());
            classes.len() as Class - 1
        });
        class_of.push(class);
    }
    (classes, class_of)
}

impl Piece {
    fn bytes(&self) -> u64 {
        let words = self.offsets.len() + self.to.len() + self.class.len();
        (words * 4) as u64 + self.atoms.bytes() + self.enabled.bytes()
    }
}

impl Maker<'_> {
    /// All pieces, some at a time.
    fn all(
        &self,
        memory: &Memory,
        options: &Options<'_>,
        explored: &mut Explored<'_, '_>,
    ) -> Result<Vec<Piece>, Stop> {
        let budget = options.budget();
        let count = (self.states.len() / self.words).div_ceil(PIECE);
        let threads = options.threads.max(1).min(count.max(1));
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().ok();
        let mut pieces = Vec::with_capacity(count);
        while pieces.len() < count {
            let next = pieces.len()..count.min(pieces.len() + 4 * threads);
            let made = self.some(next, pool.as_ref().filter(|_| threads > 1), &budget)?;
            memory.take(made.iter().map(Piece::bytes).sum())?;
            pieces.extend(made);
            budget.look()?;
            if pieces.len() < count {
                explored.tell(memory.taken());
            }
        }
        Ok(pieces)
    }

    fn some(
        &self,
        numbers: Range<usize>,
        pool: Option<&ThreadPool>,
        budget: &Budget<'_>,
    ) -> Result<Vec<Piece>, Stop> {
        let Some(pool) = pool else {
            return numbers.map(|n| self.piece(n, budget)).collect();
        };
        // a budget is of one thread
        let jobs: Vec<(usize, Budget<'_>)> = numbers.map(|n| (n, budget.clone())).collect();
        pool.install(|| {
            jobs.into_par_iter()
                .map(|(n, budget)| self.piece(n, &budget))
                .collect()
        })
    }

    fn piece(&self, number: usize, budget: &Budget<'_>) -> Result<Piece, Stop> {
        let all = self.states.len() / self.words;
        let (from, to) = (number * PIECE, all.min((number + 1) * PIECE));
        let mut piece = Piece {
            offsets: vec![0],
            to: Vec::new(),
            class: Vec::new(),
            atoms: Bits::new(self.atoms),
            enabled: Bits::new(self.fair),
        };
        let (mut machine, mut conditions) = (self.machine.clone(), self.conditions.clone());
        let mut out = Successors {
            words: self.words,
            ..Successors::default()
        };
        let (mut ends, mut found) = (Vec::new(), Vec::new());
        for block in (from..to).step_by(BLOCK) {
            let block = block..to.min(block + BLOCK);
            out.clear();
            ends.clear();
            for state in block.clone() {
                let state = at(self.states, self.words, state as StateId);
                machine.expand(state, &mut out);
                ends.push(out.len());
                conditions.load(state);
                piece.atoms.row();
                for atom in (0..self.atoms).filter(|a| conditions.holds(*a)) {
                    piece.atoms.set_last(atom);
                }
            }
            self.index.find(self.states, self.words, &out.states, &mut found);
            let mut next = 0;
            for (state, end) in block.zip(&ends) {
                self.steps(&mut piece, state as StateId, next..*end, &out, &found);
                next = *end;
            }
            budget.look()?;
        }
        piece.to.shrink_to_fit();
        piece.class.shrink_to_fit();
        Ok(piece)
    }

    /// Adds the steps from a state, which are these successors, and what they enable.
    fn steps(
        &self,
        piece: &mut Piece,
        state: StateId,
        mine: Range<usize>,
        out: &Successors,
        found: &[StateId],
    ) {
        piece.enabled.row();
        let begin = piece.to.len();
        let labelled = self.classes.len() > 1;
        for i in mine {
            let (to, class) = (found[i], self.class_of[self.cone[out.events[i] as usize]]);
            if to == state {
                continue;
            }
            for condition in &self.classes[class as usize] {
                piece.enabled.set_last(*condition as usize);
            }
            let known =
                (begin..piece.to.len()).any(|k| piece.to[k] == to && (!labelled || piece.class[k] == class));
            // a state that was not expanded is not part of the graph
            if to != NO_STATE && !known {
                piece.to.push(to);
                if labelled {
                    piece.class.push(class);
                }
            }
        }
        piece.offsets.push(piece.to.len() as u32);
    }
}
