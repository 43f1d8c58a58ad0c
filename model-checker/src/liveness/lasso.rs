//! A lasso in a good part: a path to it, and a round that does in turn whatever is nearest of what is still asked.
//!
//! Asked are: a pair of each set of the automaton; for each weak condition, one of its steps or a state in which it is not
//! enabled; for each strong condition that is enabled somewhere in the part, one of its steps.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use super::components::prefix;
use super::fair::Conditions;
use super::product::{PairId, Product, STUTTER};
use crate::explicit::store::StateIndex;

/// A lasso as ground events: from the initial state to the loop, and round it. Stutters are left out.
pub(super) struct Lasso {
    pub(super) initial: StateIndex,
    pub(super) stem: Vec<usize>,
    pub(super) round: Vec<usize>,
}

/// What a round still has to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Wanted {
    /// A pair of this set.
    Accepted(u32),
    /// A step of this condition.
    Step(u32),
    /// A step of this condition, or a state in which it is not enabled.
    StepOrNot(u32),
}

struct Rounder<'r, 'p> {
    product: &'r Product<'p>,
    conditions: &'r Conditions,
    part: &'r [PairId],
    wanted: Vec<Wanted>,
    round: Vec<u32>,
}

/// The lasso of a good part.
pub(super) fn lasso(product: &Product<'_>, conditions: &Conditions, part: &[PairId]) -> Option<Lasso> {
    let start = *part.first()?;
    let mut rounder = Rounder {
        product,
        conditions,
        part,
        wanted: Vec::new(),
        round: Vec::new(),
    };
    rounder.ask();
    rounder.pass(start);
    let mut at = start;
    while !rounder.wanted.is_empty() {
        at = rounder.go(at, |r, event, to| r.serves(event, to))?;
    }
    if at != start {
        rounder.go(at, |_, _, to| to == start)?;
    }
    let events = |list: &[u32]| {
        list.iter()
            .filter(|e| **e != STUTTER)
            .map(|e| *e as usize)
            .collect()
    };
    let mut first = start;
    while let Some((before, _)) = product.before.get(first as usize)
        && (*before as usize) < product.pairs.len()
    {
        first = *before;
    }
    Some(Lasso {
        initial: product.pairs[first as usize].0,
        stem: events(&prefix(product, start)),
        round: events(&rounder.round),
    })
}

impl Rounder<'_, '_> {
    fn ask(&mut self) {
        let enabled = |c: usize| {
            let mut states = self.part.iter().map(|p| self.product.pairs[*p as usize].0);
            states.any(|s| self.product.graph.enabled.has(s as usize, c))
        };
        let fair = (0..self.conditions.len()).filter_map(|c| match self.conditions.strong[c] {
            true if enabled(c) => Some(Wanted::Step(c as u32)),
            true => None,
            false => Some(Wanted::StepOrNot(c as u32)),
        });
        let sets = (0..self.product.automaton.sets as u32).map(Wanted::Accepted);
        self.wanted = sets.chain(fair).collect();
    }

    /// Whether a pair does what is wanted.
    fn is_at(&self, wanted: Wanted, pair: PairId) -> bool {
        let (state, node) = self.product.pairs[pair as usize];
        match wanted {
            Wanted::Accepted(set) => self.product.automaton.accepting[node as usize].contains(&set),
            Wanted::Step(_) => false,
            Wanted::StepOrNot(c) => !self.product.graph.enabled.has(state as usize, c as usize),
        }
    }

    /// Whether a step does what is wanted.
    fn is_by(&self, wanted: Wanted, event: u32) -> bool {
        let of = self.conditions.of_event.get(event as usize);
        match wanted {
            Wanted::Accepted(_) => false,
            Wanted::Step(c) | Wanted::StepOrNot(c) => of.is_some_and(|list| list.contains(&c)),
        }
    }

    fn serves(&self, event: u32, to: PairId) -> bool {
        self.wanted
            .iter()
            .any(|w| self.is_at(*w, to) || self.is_by(*w, event))
    }

    /// Strikes out what a pair does.
    fn pass(&mut self, pair: PairId) {
        let left: Vec<_> = self
            .wanted
            .iter()
            .filter(|w| !self.is_at(**w, pair))
            .copied()
            .collect();
        self.wanted = left;
    }

    /// Goes on by a shortest path inside of the part to the first step that will do; gives where that leads.
    fn go(&mut self, from: PairId, will_do: impl Fn(&Self, u32, PairId) -> bool) -> Option<PairId> {
        let mut before: FxHashMap<PairId, (PairId, u32)> = FxHashMap::default();
        let mut queue = VecDeque::from([from]);
        let (last, event, end) = 'found: loop {
            let pair = queue.pop_front()?;
            for (event, to) in self.product.after(pair) {
                if self.part.binary_search(&to).is_err() {
                    continue;
                }
                if will_do(self, event, to) {
                    break 'found (pair, event, to);
                }
                if to != from && !before.contains_key(&to) {
                    before.insert(to, (pair, event));
                    queue.push_back(to);
                }
            }
        };
        let (mut path, mut at) = (vec![(event, end)], last);
        while at != from {
            let (earlier, event) = before.get(&at).copied()?;
            path.push((event, at));
            at = earlier;
        }
        for (event, pair) in path.into_iter().rev() {
            let left = self.wanted.iter().filter(|w| !self.is_by(**w, event));
            self.wanted = left.copied().collect();
            self.pass(pair);
            self.round.push(event);
        }
        Some(end)
    }
}
