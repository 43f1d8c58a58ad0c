//! The product of the states with an automaton: reachable pairs, breadth first, each with the pair before it.
//!
//! A pair is a state and a node whose literals the state satisfies. A step of the product is a step of the system or a
//! stutter, beside a step of the automaton.

use transition_system::Stop;

use super::automaton::Automaton;
use super::graph::Graph;
use crate::explicit::Options;
use crate::explicit::store::StateIndex;

/// Number of a pair.
pub(super) type PairId = u32;
/// No pair.
pub(super) const NO_PAIR: PairId = PairId::MAX;
/// Stands for a ground event where the system stutters.
pub(super) const STUTTER: u32 = u32::MAX;

/// See the module.
pub(super) struct Product<'p> {
    pub(super) graph: &'p Graph,
    pub(super) automaton: &'p Automaton,
    /// State and node of each pair.
    pub(super) pairs: Vec<(StateIndex, u32)>,
    /// For each pair, a pair before it on a shortest path, and the event between.
    pub(super) before: Vec<(PairId, u32)>,
    /// Number of the pair of a state and a node, at state times nodes plus node.
    numbers: Vec<PairId>,
}

impl<'p> Product<'p> {
    /// The reachable part.
    ///
    /// # Errors
    /// Why it was not built: memory, time or the user.
    pub(super) fn new(
        graph: &'p Graph,
        automaton: &'p Automaton,
        options: &Options<'_>,
    ) -> Result<Self, Stop> {
        let cells = graph.expanded() as u64 * automaton.len() as u64;
        let left = options.limits.memory_bytes.unwrap_or(u64::MAX);
        let most = left.saturating_sub(graph.bytes()) / 20;
        if cells > most {
            return Err(Stop::MemoryLimit(left));
        }
        let mut out = Self {
            graph,
            automaton,
            pairs: Vec::new(),
            before: Vec::new(),
            numbers: vec![NO_PAIR; cells as usize],
        };
        for state in 0..graph.initial.min(graph.expanded()) {
            for node in &automaton.initial {
                out.reach(state as StateIndex, *node, (NO_PAIR, STUTTER));
            }
        }
        let mut at = 0;
        while let Some((state, node)) = out.pairs.get(at).copied() {
            let from = at as PairId;
            for (event, to) in steps(graph, state) {
                for next in &automaton.next[node as usize] {
                    out.reach(to, *next, (from, event));
                }
            }
            at += 1;
            if at.is_multiple_of(4096) {
                options.budget().look()?;
            }
        }
        Ok(out)
    }

    fn reach(&mut self, state: StateIndex, node: u32, before: (PairId, u32)) {
        let place = state as usize * self.automaton.len() + node as usize;
        let Some(number) = self.numbers.get(place).copied() else {
            return; // a state that was not expanded
        };
        let satisfied = |(atom, positive): &(u32, bool)| {
            self.graph.atoms.has(state as usize, *atom as usize) == *positive
        };
        if number == NO_PAIR && self.automaton.literals[node as usize].iter().all(satisfied) {
            self.numbers[place] = self.pairs.len() as PairId;
            self.pairs.push((state, node));
            self.before.push(before);
        }
    }

    /// The steps from a pair: event or stutter, and the pair after.
    pub(super) fn after(&self, pair: PairId) -> impl Iterator<Item = (u32, PairId)> + '_ {
        let (state, node) = self.pairs[pair as usize];
        let nodes = &self.automaton.next[node as usize];
        steps(self.graph, state).flat_map(move |(event, to)| {
            let number = move |next: &u32| {
                let place = to as usize * self.automaton.len() + *next as usize;
                self.numbers.get(place).copied().filter(|n| *n != NO_PAIR)
            };
            nodes.iter().filter_map(number).map(move |pair| (event, pair))
        })
    }
}

/// A stutter, and the steps of the system.
fn steps(graph: &Graph, state: StateIndex) -> impl Iterator<Item = (u32, StateIndex)> + '_ {
    std::iter::once((STUTTER, state)).chain(graph.steps(state).iter().copied())
}
