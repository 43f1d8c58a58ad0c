//! From a state that must not be reachable to clauses that exclude it and hold in every reachable state that is known.
//!
//! Takes the literals that are true in the state, over its elements. A set of literals is *excluded* if no known reachable state has
//! elements, different where these are, of which all are true. Gives the smallest excluded sets, as clauses. They are the minimal hitting
//! sets of the sets of literals that are false under one embedding into one reachable state; embeddings are found as they are
//! needed (the implicit hitting set approach: Chandrasekaran, Karp, Moreno-Centeno, Vempala, "Algorithms for implicit
//! hitting set problems", SODA 2011).

use std::collections::BTreeSet;

use transition_system::SortId;

use super::clause::{Clause, Fact};
use super::examples::Examples;
use super::vocabulary::Vocabulary;

/// Most literals of a clause.
const LITERALS: usize = 7;
/// Most sets of literals that are looked at.
const NODES: usize = 60_000;
/// Most ways in which one embedding is extended to the elements that do not matter to it.
const EXTENSIONS: usize = 24;
/// Longer sets are looked at no more once there are so many clauses.
const ENOUGH: usize = 12;

/// See the module.
pub(super) struct Learner<'l> {
    vocabulary: &'l Vocabulary,
    examples: &'l [Examples],
    facts: &'l [Fact],
    /// All elements of the state.
    elements: Vec<(SortId, u32)>,
    /// For each embedding found, the facts that are false under it.
    masks: Vec<BTreeSet<usize>>,
    nodes: usize,
}

impl<'l> Learner<'l> {
    pub(super) fn new(vocabulary: &'l Vocabulary, examples: &'l [Examples], facts: &'l [Fact]) -> Self {
        let elements: BTreeSet<(SortId, u32)> = facts.iter().flat_map(|f| f.1.iter().copied()).collect();
        Self {
            vocabulary,
            examples,
            facts,
            elements: elements.into_iter().collect(),
            masks: Vec::new(),
            nodes: 0,
        }
    }

    /// Clauses that exclude the state, which is not contained, the simplest first, without those that `tabu` knows.
    pub(super) fn clauses(&mut self, tabu: &BTreeSet<Clause>) -> Vec<Clause> {
        let mut out: Vec<Clause> = Vec::new();
        for most in 1..=LITERALS {
            let mut found = Vec::new();
            self.search(&mut Vec::new(), &mut BTreeSet::new(), most, &mut found);
            found.sort_by_key(|set| self.cost(set));
            for set in found {
                let clause = self.clause(&set);
                if !tabu.contains(&clause) && !out.contains(&clause) {
                    out.push(clause);
                }
            }
            if out.len() >= ENOUGH || (self.nodes > NODES) {
                break;
            }
        }
        if out.is_empty() {
            let clause = self.by_deletion();
            if !tabu.contains(&clause) {
                out.push(clause);
            }
        }
        out
    }

    /// Whether the state is part of one that is known, so that no universal clause excludes it.
    pub(super) fn is_contained(&self) -> bool {
        let everything: Vec<usize> = (0..self.facts.len()).collect();
        self.embedding(&everything).is_some()
    }

    fn clause(&self, set: &[usize]) -> Clause {
        let facts: Vec<Fact> = set.iter().map(|i| self.facts[*i].clone()).collect();
        Clause::new(&facts)
    }

    /// Elements and weights: what a person would rather not read.
    fn cost(&self, set: &[usize]) -> (usize, u32, usize) {
        let elements: BTreeSet<_> = set.iter().flat_map(|i| self.facts[*i].1.iter()).collect();
        let weight = set
            .iter()
            .map(|i| self.vocabulary.schemas[self.facts[*i].0].weight)
            .sum();
        let negative = set.iter().filter(|i| !self.facts[**i].2).count();
        (elements.len(), weight, negative)
    }

    /// All minimal excluded sets of at most `most` facts that contain `chosen` and nothing of `without`.
    fn search(
        &mut self,
        chosen: &mut Vec<usize>,
        without: &mut BTreeSet<usize>,
        most: usize,
        found: &mut Vec<Vec<usize>>,
    ) {
        self.nodes += 1;
        if self.nodes > NODES || found.len() > 200 {
            return;
        }
        let open = |mask: &&BTreeSet<usize>| !chosen.iter().any(|c| mask.contains(c));
        let next = self
            .masks
            .iter()
            .filter(open)
            .min_by_key(|m| m.difference(without).count());
        let mask = match next {
            Some(mask) => mask.clone(),
            None => match self.embedding(chosen) {
                Some(mask) => {
                    self.masks.push(mask.clone());
                    mask
                }
                None => {
                    let mut set = chosen.clone();
                    set.sort_unstable();
                    if self.minimal(&set) && !found.contains(&set) {
                        found.push(set);
                    }
                    return;
                }
            },
        };
        if chosen.len() >= most {
            return;
        }
        let mut added = Vec::new();
        for fact in mask {
            if without.contains(&fact) {
                continue;
            }
            chosen.push(fact);
            self.search(chosen, without, most, found);
            chosen.pop();
            without.insert(fact);
            added.push(fact);
        }
        for fact in added {
            without.remove(&fact);
        }
    }

    /// Whether each fact of a set is needed.
    fn minimal(&mut self, set: &[usize]) -> bool {
        (0..set.len()).all(|i| {
            let mut fewer = set.to_vec();
            fewer.remove(i);
            self.embedding(&fewer).is_some()
        })
    }

    /// A minimal excluded set, by leaving out one fact after the other.
    fn by_deletion(&mut self) -> Clause {
        let mut set: Vec<usize> = (0..self.facts.len()).collect();
        // what a person would rather not read goes first
        let mut order = set.clone();
        order.sort_by_key(|i| {
            let fact = &self.facts[*i];
            (self.vocabulary.schemas[fact.0].weight, !fact.2, fact.1.len())
        });
        for fact in order.into_iter().rev() {
            let fewer: Vec<usize> = set.iter().copied().filter(|f| *f != fact).collect();
            if self.embedding(&fewer).is_none() {
                set = fewer;
            }
        }
        self.clause(&set)
    }

    // ---- embeddings ----

    /// An embedding into a reachable state under which all facts of a set are true: which of all facts are false under it.
    fn embedding(&self, set: &[usize]) -> Option<BTreeSet<usize>> {
        let mut elements: Vec<(SortId, u32)> = Vec::new();
        for i in set {
            for e in &self.facts[*i].1 {
                if !elements.contains(e) {
                    elements.push(*e);
                }
            }
        }
        self.examples.iter().rev().find_map(|example| {
            let mut images = Vec::new();
            self.embed(example, set, &elements, &mut images, example.all())
        })
    }

    /// Maps the elements one after the other, and keeps the states in which the facts about those mapped are true.
    fn embed(
        &self,
        example: &Examples,
        set: &[usize],
        elements: &[(SortId, u32)],
        images: &mut Vec<u32>,
        states: Vec<u64>,
    ) -> Option<BTreeSet<usize>> {
        let mut states = states;
        for i in set {
            let fact = &self.facts[*i];
            // facts whose last element was mapped just now, and at the beginning those about no element
            let position = |e: &(SortId, u32)| elements.iter().position(|x| x == e).unwrap_or(usize::MAX);
            let last = fact.1.iter().map(position).max();
            if last.map_or(0, |l| l + 1) != images.len() {
                continue;
            }
            let args: Vec<u32> = fact.1.iter().map(|e| images[position(e)]).collect();
            restrict(
                &mut states,
                example.column(self.vocabulary, fact.0, &args),
                fact.2,
            );
        }
        if states.iter().all(|w| *w == 0) {
            return None;
        }
        let Some((sort, _)) = elements.get(images.len()) else {
            let state = states.iter().enumerate().find(|(_, w)| **w != 0);
            let (word, bits) = state?;
            let state = word * 64 + bits.trailing_zeros() as usize;
            return Some(self.false_under(example, state, elements, images));
        };
        for image in 0..example.size(*sort) {
            let taken = elements
                .iter()
                .zip(images.iter())
                .any(|((s, _), i)| s == sort && *i == image);
            if taken {
                continue;
            }
            images.push(image);
            let found = self.embed(example, set, elements, images, states.clone());
            images.pop();
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// The facts that are false in a state under the extension of an embedding that makes fewest false. A fact about an element for which there is no
    /// room is false.
    fn false_under(
        &self,
        example: &Examples,
        state: usize,
        elements: &[(SortId, u32)],
        images: &[u32],
    ) -> BTreeSet<usize> {
        let others: Vec<(SortId, u32)> = self
            .elements
            .iter()
            .filter(|e| !elements.contains(e))
            .copied()
            .collect();
        let mut all: Vec<(SortId, u32)> = elements.to_vec();
        all.extend(&others);
        let mut best: Option<BTreeSet<usize>> = None;
        let mut tried = 0;
        let mut images: Vec<Option<u32>> = images.iter().map(|i| Some(*i)).collect();
        self.extend(example, state, &all, &mut images, &mut tried, &mut best);
        best.unwrap_or_default()
    }

    fn extend(
        &self,
        example: &Examples,
        state: usize,
        all: &[(SortId, u32)],
        images: &mut Vec<Option<u32>>,
        tried: &mut usize,
        best: &mut Option<BTreeSet<usize>>,
    ) {
        if *tried >= EXTENSIONS {
            return;
        }
        let Some((sort, _)) = all.get(images.len()) else {
            *tried += 1;
            let wrong = self.wrong(example, state, all, images);
            if best.as_ref().is_none_or(|b| wrong.len() < b.len()) {
                *best = Some(wrong);
            }
            return;
        };
        let mut any = false;
        for image in 0..example.size(*sort) {
            let taken = all
                .iter()
                .zip(images.iter())
                .any(|((s, _), i)| s == sort && *i == Some(image));
            if !taken {
                any = true;
                images.push(Some(image));
                self.extend(example, state, all, images, tried, best);
                images.pop();
            }
        }
        if !any {
            images.push(None);
            self.extend(example, state, all, images, tried, best);
            images.pop();
        }
    }

    fn wrong(
        &self,
        example: &Examples,
        state: usize,
        all: &[(SortId, u32)],
        images: &[Option<u32>],
    ) -> BTreeSet<usize> {
        let image = |e: &(SortId, u32)| {
            let position = all.iter().position(|x| x == e)?;
            images[position]
        };
        let is_wrong = |fact: &Fact| match fact.1.iter().map(image).collect::<Option<Vec<u32>>>() {
            Some(args) => {
                let column = example.column(self.vocabulary, fact.0, &args);
                (column[state / 64] >> (state % 64) & 1 == 1) != fact.2
            }
            None => true,
        };
        (0..self.facts.len())
            .filter(|i| is_wrong(&self.facts[*i]))
            .collect()
    }
}

fn restrict(states: &mut [u64], column: &[u64], holds: bool) {
    for (word, bits) in states.iter_mut().zip(column) {
        *word &= if holds { *bits } else { !*bits };
    }
}

/// Whether a clause holds in all known reachable states; with elements that may be the same where it does not say that they are different.
pub(super) fn holds(clause: &Clause, vocabulary: &Vocabulary, examples: &[Examples]) -> bool {
    examples.iter().all(|example| {
        let mut images = Vec::new();
        nowhere(clause, vocabulary, example, &mut images, example.all())
    })
}

fn nowhere(
    clause: &Clause,
    vocabulary: &Vocabulary,
    example: &Examples,
    images: &mut Vec<u32>,
    mut states: Vec<u64>,
) -> bool {
    for literal in &clause.literals {
        let last = literal.args.iter().max();
        if last.map_or(0, |l| l + 1) == images.len() {
            let args: Vec<u32> = literal.args.iter().map(|a| images[*a]).collect();
            restrict(
                &mut states,
                example.column(vocabulary, literal.schema, &args),
                literal.holds,
            );
        }
    }
    if states.iter().all(|w| *w == 0) {
        return true;
    }
    let Some(sort) = clause.variables.get(images.len()) else {
        return false;
    };
    let at = images.len();
    (0..example.size(*sort)).all(|image| {
        let same = |pair: &(usize, usize)| pair.1 == at && images[pair.0] == image;
        if clause.distinct.iter().any(same) {
            return true;
        }
        images.push(image);
        let result = nowhere(clause, vocabulary, example, images, states.clone());
        images.pop();
        result
    })
}
