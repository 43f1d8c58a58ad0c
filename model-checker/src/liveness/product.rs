//! The product of the states with an automaton: which pairs are reached, and the steps between them.
//!
//! A pair is a state and a node whose literals the state satisfies. A step of the product is a step of the system or a
//! stutter, beside a step of the automaton. Of each pair one bit is kept: the nodes of a state are words of bits, so that
//! one look at a state after a step tells all pairs that the step leads to.

use transition_system::Stop;

use super::automaton::Automaton;
use super::graph::{Class, Graph};
use super::index::StateId;
use crate::budget::Budget;

/// Stands for a class where the system stutters.
pub(super) const STUTTER: Class = Class::MAX;

/// A state and a node.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct Pair {
    pub(super) state: StateId,
    pub(super) node: u32,
}

/// A set of pairs. The nodes of a state are as many bits as the next power of two: as an automaton has few
/// nodes, the sets of a million states fit a cache.
#[derive(Clone)]
pub(super) struct Pairs {
    /// Logarithm of the bits for each state.
    shift: u32,
    bits: Vec<u64>,
}

impl Pairs {
    /// An empty set.
    pub(super) fn new(states: usize, nodes: usize) -> Self {
        let shift = nodes.next_power_of_two().trailing_zeros();
        Self {
            shift,
            bits: vec![0; (states << shift).div_ceil(64)],
        }
    }

    /// Bytes of a set.
    fn bytes_of(states: u64, nodes: usize) -> u64 {
        states * nodes.next_power_of_two() as u64 / 8 + 8
    }

    /// The word of a pair, and its bit there.
    pub(super) fn place(&self, pair: Pair) -> (usize, u64) {
        let at = ((pair.state as usize) << self.shift) + pair.node as usize;
        (at / 64, 1 << (at % 64))
    }

    /// The place of the nodes of a state from `word * 64` on: a word, by how much it is shifted, and the bits there.
    fn group(&self, state: StateId, word: usize) -> (usize, u32, u64) {
        let at = (state as usize) << self.shift;
        let mask = if self.shift < 6 {
            (1 << (1 << self.shift)) - 1
        } else {
            u64::MAX
        };
        (at / 64 + word, (at % 64) as u32, mask)
    }

    /// The nodes of a state from `word * 64` on.
    fn nodes(&self, state: StateId, word: usize) -> u64 {
        let (at, by, mask) = self.group(state, word);
        self.bits[at] >> by & mask
    }

    /// Adds nodes of a state.
    fn add_nodes(&mut self, state: StateId, word: usize, nodes: u64) {
        let (at, by, _) = self.group(state, word);
        self.bits[at] |= nodes << by;
    }

    /// Takes nodes of a state out.
    fn remove_nodes(&mut self, state: StateId, word: usize, nodes: u64) {
        let (at, by, _) = self.group(state, word);
        self.bits[at] &= !(nodes << by);
    }

    /// Whether a pair is in it.
    pub(super) fn has(&self, pair: Pair) -> bool {
        let (word, bit) = self.place(pair);
        self.bits[word] & bit != 0
    }

    /// Adds a pair; whether it is new.
    pub(super) fn add(&mut self, pair: Pair) -> bool {
        let (word, bit) = self.place(pair);
        let new = self.bits[word] & bit == 0;
        self.bits[word] |= bit;
        new
    }

    /// Takes a pair out.
    pub(super) fn remove(&mut self, pair: Pair) {
        let (word, bit) = self.place(pair);
        self.bits[word] &= !bit;
    }

    /// The pairs in it, in order.
    pub(super) fn each(&self) -> impl Iterator<Item = Pair> + Clone + '_ {
        let shift = self.shift;
        let in_word = move |(at, word): (usize, &u64)| {
            bits(*word).map(move |bit| {
                let place = at * 64 + bit as usize;
                Pair {
                    state: (place >> shift) as StateId,
                    node: (place & ((1 << shift) - 1)) as u32,
                }
            })
        };
        self.bits
            .iter()
            .enumerate()
            .filter(|(_, word)| **word != 0)
            .flat_map(in_word)
    }

    /// The words of bits.
    pub(super) fn words(&self) -> &[u64] {
        &self.bits
    }
}

/// The bits of a word, in order.
fn bits(mut left: u64) -> impl Iterator<Item = u32> + Clone {
    std::iter::from_fn(move || {
        let bit = left.trailing_zeros();
        (left != 0).then(|| {
            left &= left - 1;
            bit
        })
    })
}

/// Nodes, as words of bits.
struct Everywhere {
    /// Those in which a run waits, beside every state.
    idle: Vec<u64>,
    /// Those after them, and they themselves.
    nodes: Vec<u64>,
}

/// How far the reachable part is known.
struct Front {
    words: usize,
    /// Pairs that fit and were not reached.
    open: Pairs,
    /// Pairs that were reached and are to be gone on from.
    fresh: Pairs,
    /// The states of these.
    queue: Vec<StateId>,
}

impl Front {
    /// Reaches a state beside any of these nodes.
    fn arrive(&mut self, state: StateId, nodes: &[u64], reached: &mut Pairs) {
        for (word, nodes) in nodes.iter().enumerate() {
            let new = nodes & self.open.nodes(state, word);
            if new != 0 {
                let waits = (0..self.words).any(|w| self.fresh.nodes(state, w) != 0);
                self.open.remove_nodes(state, word, new);
                reached.add_nodes(state, word, new);
                self.fresh.add_nodes(state, word, new);
                if !waits {
                    self.queue.push(state);
                }
            }
        }
    }

    /// Takes the nodes beside a state to go on from.
    fn leave(&mut self, state: StateId, word: usize) -> u64 {
        let mine = self.fresh.nodes(state, word);
        self.fresh.remove_nodes(state, word, mine);
        mine
    }
}

/// See the module.
pub(super) struct Product<'p> {
    pub(super) graph: &'p Graph,
    pub(super) automaton: &'p Automaton,
    words: usize,
    /// For each node, the nodes after it.
    next: Vec<u64>,
    /// The pairs that are reached.
    pub(super) reached: Pairs,
}

impl<'p> Product<'p> {
    /// The reachable part, in at most `left` bytes.
    ///
    /// # Errors
    /// Why it was not built: memory, time or the user.
    pub(super) fn new(
        graph: &'p Graph,
        automaton: &'p Automaton,
        budget: &Budget<'_>,
        (left, limit): (u64, u64),
    ) -> Result<Self, Stop> {
        let words = automaton.len().div_ceil(64);
        // three sets, and the states of a queue
        let set = Pairs::bytes_of(graph.len() as u64, automaton.len());
        if 3 * set + graph.len() as u64 * 4 > left {
            return Err(Stop::MemoryLimit(limit));
        }
        let mut next = vec![0; automaton.len() * words];
        for (node, list) in automaton.next.iter().enumerate() {
            for to in list {
                next[node * words + *to as usize / 64] |= 1 << (to % 64);
            }
        }
        let mut out = Self {
            graph,
            automaton,
            words,
            next,
            reached: Pairs::new(graph.len(), automaton.len()),
        };
        out.reach(budget)?;
        Ok(out)
    }

    fn reach(&mut self, budget: &Budget<'_>) -> Result<(), Stop> {
        let words = self.words;
        let everywhere = self.everywhere();
        let mut front = Front {
            words,
            open: self.fitting(budget)?,
            fresh: Pairs::new(self.graph.len(), self.automaton.len()),
            queue: Vec::new(),
        };
        let mut to_all = vec![0; words];
        if everywhere.idle.iter().any(|word| *word != 0) {
            for state in 0..self.graph.len() as StateId {
                front.arrive(state, &everywhere.nodes, &mut self.reached);
            }
        }
        for node in &self.automaton.initial {
            to_all[*node as usize / 64] |= 1 << (node % 64);
        }
        for state in &self.graph.initial {
            front.arrive(*state, &to_all, &mut self.reached);
        }
        while let Some(state) = front.queue.pop() {
            budget.tick(64, 0)?;
            to_all.fill(0);
            for (word, idle) in everywhere.idle.iter().enumerate() {
                for bit in bits(front.leave(state, word) & !idle) {
                    let node = word * 64 + bit as usize;
                    let after = &self.next[node * words..(node + 1) * words];
                    to_all.iter_mut().zip(after).for_each(|(sum, more)| *sum |= more);
                }
            }
            // the others were reached before
            to_all
                .iter_mut()
                .zip(&everywhere.nodes)
                .for_each(|(to, all)| *to &= !all);
            if to_all.iter().all(|word| *word == 0) {
                continue;
            }
            front.arrive(state, &to_all, &mut self.reached);
            for to in self.graph.steps(state).0 {
                front.arrive(*to, &to_all, &mut self.reached);
            }
        }
        Ok(())
    }

    /// Nodes that are reached beside every state that fits, since a run may wait in an initial one for it.
    fn everywhere(&self) -> Everywhere {
        let mut out = Everywhere {
            idle: vec![0; self.words],
            nodes: vec![0; self.words],
        };
        let automaton = self.automaton;
        for node in &automaton.initial {
            let at = *node as usize;
            if automaton.literals[at].is_empty() && automaton.next[at].contains(node) {
                out.idle[at / 64] |= 1 << (at % 64);
                let after = &self.next[at * self.words..(at + 1) * self.words];
                out.nodes
                    .iter_mut()
                    .zip(after)
                    .for_each(|(sum, more)| *sum |= more);
            }
        }
        out
    }

    /// The pairs of states and nodes whose literals they satisfy.
    fn fitting(&self, budget: &Budget<'_>) -> Result<Pairs, Stop> {
        let count = self.graph.atom_words();
        // for each node and word of atoms, those that are asked for and how they must be
        let mut asked = vec![(0u64, 0u64); self.automaton.len() * count];
        for (node, literals) in self.automaton.literals.iter().enumerate() {
            for (atom, is) in literals {
                let (word, bit) = (*atom as usize / 64, atom % 64);
                let entry = &mut asked[node * count + word];
                entry.0 |= 1 << bit;
                entry.1 |= u64::from(*is) << bit;
            }
        }
        let mut out = Pairs::new(self.graph.len(), self.automaton.len());
        for state in 0..self.graph.len() as StateId {
            budget.tick(16, 0)?;
            let atoms = self.graph.atoms(state);
            for node in 0..self.automaton.len() {
                let asked = &asked[node * count..(node + 1) * count];
                if atoms
                    .iter()
                    .zip(asked)
                    .all(|(have, (mask, are))| have & mask == *are)
                {
                    let node = node as u32;
                    out.add(Pair { state, node });
                }
            }
        }
        Ok(out)
    }

    /// The pairs in which a run may begin, in order.
    pub(super) fn initial(&self) -> Vec<Pair> {
        let nodes = &self.automaton.initial;
        let with = |state: &StateId| {
            let state = *state;
            nodes.iter().map(move |node| Pair { state, node: *node })
        };
        let pairs = self.graph.initial.iter().flat_map(with);
        // what is an initial node of an initial state is reached if it fits
        pairs.filter(|pair| self.reached.has(*pair)).collect()
    }

    /// The steps from a pair to pairs of a set, a stutter first.
    pub(super) fn steps(&self, pair: Pair, within: &Pairs) -> Steps<'p> {
        let graph: &'p Graph = self.graph;
        let (to, classes) = graph.steps(pair.state);
        let nodes = self.next[pair.node as usize * self.words] & within.nodes(pair.state, 0);
        Steps {
            to,
            classes,
            node: pair.node,
            step: 0,
            class: STUTTER,
            state: pair.state,
            word: 0,
            nodes,
        }
    }

    /// The next of these steps: its class and the pair after it.
    pub(super) fn next_step(&self, at: &mut Steps<'p>, within: &Pairs) -> Option<(Class, Pair)> {
        while at.nodes == 0 {
            at.word += 1;
            if at.word as usize == self.words {
                let step = at.step as usize;
                at.state = *at.to.get(step)?;
                at.class = at.classes.get(step).copied().unwrap_or(0);
                at.step += 1;
                at.word = 0;
            }
            let word = at.word as usize;
            at.nodes = self.next[at.node as usize * self.words + word] & within.nodes(at.state, word);
        }
        let node = at.word * 64 + at.nodes.trailing_zeros();
        at.nodes &= at.nodes - 1;
        let state = at.state;
        Some((at.class, Pair { state, node }))
    }

    /// Calls `f` with the class of each step from a pair to pairs of a set and the pair after it, while it says so.
    pub(super) fn after(&self, pair: Pair, within: &Pairs, mut f: impl FnMut(Class, Pair) -> bool) {
        let mut at = self.steps(pair, within);
        while let Some((class, to)) = self.next_step(&mut at, within) {
            if !f(class, to) {
                return;
            }
        }
    }
}

/// The steps from a pair, and how many of them were gone through.
pub(super) struct Steps<'p> {
    to: &'p [StateId],
    classes: &'p [Class],
    node: u32,
    step: u32,
    class: Class,
    state: StateId,
    word: u32,
    /// Nodes of that word that are left.
    nodes: u64,
}
