//! A lasso into a good part: a shortest path to a pair of one, and a round that does in turn whatever is nearest of what
//! is still asked.
//!
//! Asked are: a pair of each set of the automaton; for each weak condition, one of its steps or a state in which it is not
//! enabled; for each strong condition that is enabled somewhere in the part, one of its steps. Of the pairs that are
//! reached first, some are tried, and that with the shortest round is taken.

use std::collections::VecDeque;

use rustc_hash::{FxHashMap, FxHashSet};
use transition_system::Stop;

use super::fair::Conditions;
use super::graph::Class;
use super::index::StateId;
use super::parts::Good;
use super::product::{Pair, Pairs, Product, STUTTER};
use crate::budget::Budget;

/// Most pairs from which a round is tried.
const TRIALS: usize = 8;

/// Steps: each with its class and the state after it.
pub(super) type Steps = Vec<(Class, StateId)>;

/// A lasso: from the initial state to the loop, and round it. Stutters are left out.
pub(super) struct Lasso {
    pub(super) initial: StateId,
    pub(super) stem: Steps,
    pub(super) round: Steps,
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

/// A lasso into one of these parts; `None` if none of their pairs is reached.
///
/// # Errors
/// The budget is spent.
pub(super) fn lasso(
    product: &Product<'_>,
    conditions: &Conditions,
    good: &Good,
    budget: &Budget<'_>,
) -> Result<Option<Lasso>, Stop> {
    let mut goal = empty(product);
    good.pairs().iter().for_each(|pair| {
        goal.add(*pair);
    });
    let levels = levels(product, &goal, budget)?;
    let nearest = levels.last().into_iter().flatten().filter(|p| goal.has(**p));
    let mut best: Option<(Pair, Steps)> = None;
    for start in nearest.take(TRIALS) {
        let round = round(product, conditions, good.part_of(*start), *start, budget)?;
        if let Some(round) = round
            && best.as_ref().is_none_or(|(_, b)| round.len() < b.len())
        {
            best = Some((*start, round));
        }
    }
    let Some((start, round)) = best else {
        return Ok(None);
    };
    let (initial, stem) = stem(product, &levels, start);
    Ok(Some(Lasso { initial, stem, round }))
}

fn empty(product: &Product<'_>) -> Pairs {
    Pairs::new(product.graph.len(), product.automaton.len())
}

/// The pairs by their distance from the start, up to and with the first distance at which a goal is.
fn levels(product: &Product<'_>, goal: &Pairs, budget: &Budget<'_>) -> Result<Vec<Vec<Pair>>, Stop> {
    let mut seen = empty(product);
    let mut level: Vec<Pair> = product.initial();
    level.retain(|pair| seen.add(*pair));
    let mut out = Vec::new();
    while !level.is_empty() {
        let found = level.iter().any(|pair| goal.has(*pair));
        let mut next = Vec::new();
        for pair in level.iter().filter(|_| !found) {
            budget.tick(64, 0)?;
            product.after(*pair, &product.reached, |_, to| {
                if seen.add(to) {
                    next.push(to);
                }
                true
            });
        }
        out.push(std::mem::replace(&mut level, next));
    }
    Ok(out)
}

/// A shortest path to a pair of the last level: where it begins, and its steps.
fn stem(product: &Product<'_>, levels: &[Vec<Pair>], end: Pair) -> (StateId, Steps) {
    let (mut at, mut steps) = (end, Steps::new());
    for level in levels.iter().rev().skip(1) {
        for before in level {
            let mut class = None;
            product.after(*before, &product.reached, |by, to| {
                if to == at {
                    class = Some(by);
                }
                class.is_none()
            });
            if let Some(class) = class {
                if class != STUTTER {
                    steps.push((class, at.state));
                }
                at = *before;
                break;
            }
        }
    }
    steps.reverse();
    (at.state, steps)
}

/// A round through a part from a pair of it and back, without stutters.
fn round(
    product: &Product<'_>,
    conditions: &Conditions,
    part: &[Pair],
    start: Pair,
    budget: &Budget<'_>,
) -> Result<Option<Steps>, Stop> {
    let mut rounder = Rounder {
        product,
        inside: part.iter().copied().collect(),
        wanted: asked(product, conditions, part),
        round: Steps::new(),
        budget,
    };
    rounder.pass(start);
    let mut at = start;
    while !rounder.wanted.is_empty() {
        match rounder.go(at, |r, class, to| r.serves(class, to))? {
            Some(to) => at = to,
            None => return Ok(None),
        }
    }
    if at != start && rounder.go(at, |_, _, to| to == start)?.is_none() {
        return Ok(None);
    }
    rounder.round.retain(|(class, _)| *class != STUTTER);
    Ok(Some(rounder.round))
}

/// What is asked of a round through a part.
fn asked(product: &Product<'_>, conditions: &Conditions, part: &[Pair]) -> Vec<Wanted> {
    let enabled = |c: usize| part.iter().any(|p| product.graph.is_enabled(p.state, c));
    let fair = (0..conditions.len()).filter_map(|c| match conditions.strong[c] {
        true if enabled(c) => Some(Wanted::Step(c as u32)),
        true => None,
        false => Some(Wanted::StepOrNot(c as u32)),
    });
    let sets = (0..product.automaton.sets as u32).map(Wanted::Accepted);
    sets.chain(fair).collect()
}

struct Rounder<'r, 'p> {
    product: &'r Product<'p>,
    inside: FxHashSet<Pair>,
    wanted: Vec<Wanted>,
    round: Steps,
    budget: &'r Budget<'r>,
}

impl Rounder<'_, '_> {
    /// Whether a pair does what is wanted.
    fn is_at(&self, wanted: Wanted, pair: Pair) -> bool {
        let Pair { state, node } = pair;
        match wanted {
            Wanted::Accepted(set) => self.product.automaton.accepting[node as usize].contains(&set),
            Wanted::Step(_) => false,
            Wanted::StepOrNot(c) => !self.product.graph.is_enabled(state, c as usize),
        }
    }

    /// Whether a step does what is wanted.
    fn is_by(&self, wanted: Wanted, class: Class) -> bool {
        let of = self.product.graph.classes.get(class as usize);
        match wanted {
            Wanted::Accepted(_) => false,
            Wanted::Step(c) | Wanted::StepOrNot(c) => of.is_some_and(|list| list.contains(&c)),
        }
    }

    fn serves(&self, class: Class, to: Pair) -> bool {
        self.wanted
            .iter()
            .any(|w| self.is_at(*w, to) || self.is_by(*w, class))
    }

    /// Strikes out what a pair does.
    fn pass(&mut self, pair: Pair) {
        let left = self.wanted.iter().filter(|w| !self.is_at(**w, pair));
        self.wanted = left.copied().collect();
    }

    /// Goes on by a shortest path inside of the part to the first step that will do; gives where that leads.
    fn go(&mut self, from: Pair, will_do: impl Fn(&Self, Class, Pair) -> bool) -> Result<Option<Pair>, Stop> {
        let mut before: FxHashMap<Pair, (Pair, Class)> = FxHashMap::default();
        let mut queue = VecDeque::from([from]);
        let mut found = None;
        while let (Some(pair), None) = (queue.pop_front(), found) {
            self.budget.tick(64, 0)?;
            self.product.after(pair, &self.product.reached, |class, to| {
                if !self.inside.contains(&to) {
                    return true;
                }
                if will_do(self, class, to) {
                    found = Some((pair, class, to));
                    return false;
                }
                if to != from && !before.contains_key(&to) {
                    before.insert(to, (pair, class));
                    queue.push_back(to);
                }
                true
            });
        }
        let Some((last, class, end)) = found else {
            return Ok(None);
        };
        let (mut path, mut at) = (vec![(class, end)], last);
        while at != from {
            let Some((earlier, class)) = before.get(&at).copied() else {
                return Ok(None);
            };
            path.push((class, at));
            at = earlier;
        }
        for (class, pair) in path.into_iter().rev() {
            let left = self.wanted.iter().filter(|w| !self.is_by(**w, class));
            self.wanted = left.copied().collect();
            self.pass(pair);
            self.round.push((class, pair.state));
        }
        Ok(Some(end))
    }
}
