//! Strongly connected parts of a product that a fair accepted run can stay in.
//!
//! A part is *good* if it meets each set of the automaton; if for each weak condition it has a step of it, or a state
//! in which it is not enabled; and if it has a step of each strong condition that is enabled anywhere in it. Where only
//! the last fails, a run that stays in the part passes the states in which such a condition is enabled only finitely
//! often: they are left out, and the parts of what remains are looked at in turn (Emerson and Lei, *Modalities for Model
//! Checking: Branching Time Logic Strikes Back*, 1987, for Streett conditions). Parts are found by Tarjan's
//! algorithm (*Depth-first Search and Linear Graph Algorithms*, 1972), without recursion.

use transition_system::Stop;

use super::fair::Conditions;
use super::product::{NO_PAIR, PairId, Product, STUTTER};
use crate::explicit::Options;

/// A good part: its pairs, in order.
pub(super) type Part = Vec<PairId>;

/// See the module.
pub(super) struct Search<'c, 'p> {
    product: &'c Product<'p>,
    conditions: &'c Conditions,
    options: &'c Options<'c>,
    /// The region that each pair belongs to; steps between regions do not count.
    region: Vec<u32>,
    order: Vec<u32>,
    low: Vec<u32>,
    /// The part that each pair belongs to, and the number of parts.
    part: Vec<u32>,
    count: u32,
}

/// The number of a pair that was not visited.
const NEW: u32 = u32::MAX;
/// The number of a pair whose part is complete.
const DONE: u32 = u32::MAX - 1;

impl<'c, 'p> Search<'c, 'p> {
    pub(super) fn new(
        product: &'c Product<'p>,
        conditions: &'c Conditions,
        options: &'c Options<'c>,
    ) -> Self {
        let count = product.pairs.len();
        Self {
            product,
            conditions,
            options,
            region: vec![0; count],
            order: vec![NEW; count],
            low: vec![NEW; count],
            part: vec![0; count],
            count: 0,
        }
    }

    /// The good part that is reached first, if there is one.
    ///
    /// # Errors
    /// Why it was not searched to the end.
    pub(super) fn run(mut self) -> Result<Option<Part>, Stop> {
        let all: Vec<PairId> = (0..self.product.pairs.len() as PairId).collect();
        let mut best: Option<Part> = None;
        let mut regions = vec![all];
        let mut count = 0;
        while let Some(pairs) = regions.pop() {
            // parts of pairs that are reached later are not better
            if best.as_ref().is_some_and(|b| b.first() <= pairs.first()) {
                continue;
            }
            count += 1;
            for pair in &pairs {
                self.region[*pair as usize] = count;
                self.order[*pair as usize] = NEW;
            }
            for part in self.parts(&pairs, count)? {
                match self.judge(&part) {
                    Judged::Bad => {}
                    Judged::Good if best.as_ref().is_some_and(|b| b.first() <= part.first()) => {}
                    Judged::Good => best = Some(part),
                    Judged::Without(rest) => regions.push(rest),
                }
            }
        }
        Ok(best)
    }

    /// The strongly connected parts of a region that have a step inside, each in order.
    fn parts(&mut self, pairs: &[PairId], region: u32) -> Result<Vec<Part>, Stop> {
        let (mut out, mut stack, mut next) = (Vec::new(), Vec::new(), 0);
        for root in pairs {
            if self.order[*root as usize] != NEW {
                continue;
            }
            let mut path = vec![self.enter(*root, &mut stack, &mut next)];
            while let Some((pair, successors)) = path.last_mut() {
                let pair = *pair;
                match successors.next() {
                    Some((_, to)) if self.region[to as usize] != region => {}
                    Some((_, to)) if self.order[to as usize] == NEW => {
                        path.push(self.enter(to, &mut stack, &mut next));
                    }
                    Some((_, to)) => {
                        let order = self.order[to as usize];
                        if order != DONE {
                            self.low[pair as usize] = self.low[pair as usize].min(order);
                        }
                    }
                    None => {
                        path.pop();
                        let low = self.low[pair as usize];
                        if let Some((above, _)) = path.last() {
                            self.low[*above as usize] = self.low[*above as usize].min(low);
                        }
                        if low == self.order[pair as usize] {
                            out.extend(self.close(pair, &mut stack));
                        }
                    }
                }
            }
            self.options.budget().look()?;
        }
        Ok(out)
    }

    fn enter(&mut self, pair: PairId, stack: &mut Vec<PairId>, next: &mut u32) -> Entered<'c> {
        self.order[pair as usize] = *next;
        self.low[pair as usize] = *next;
        *next += 1;
        stack.push(pair);
        let product: &'c Product<'_> = self.product;
        (pair, Box::new(product.after(pair)))
    }

    /// The part whose first visited pair is this, if it has a step.
    fn close(&mut self, root: PairId, stack: &mut Vec<PairId>) -> Option<Part> {
        let mut part = Vec::new();
        self.count += 1;
        while let Some(pair) = stack.pop() {
            self.order[pair as usize] = DONE;
            self.part[pair as usize] = self.count;
            part.push(pair);
            if pair == root {
                break;
            }
        }
        part.sort_unstable();
        let alone = part.len() == 1 && !self.product.after(root).any(|(_, to)| to == root);
        (!alone).then_some(part)
    }

    fn judge(&self, part: &[PairId]) -> Judged {
        let facts = Facts::of(self, part);
        let weak = |c: usize| facts.taken[c] || facts.disabled[c] || self.conditions.strong[c];
        if facts.accepted.contains(&false) || !(0..self.conditions.len()).all(weak) {
            return Judged::Bad;
        }
        let missing: Vec<usize> = (0..self.conditions.len())
            .filter(|c| self.conditions.strong[*c] && facts.enabled[*c] && !facts.taken[*c])
            .collect();
        if missing.is_empty() {
            return Judged::Good;
        }
        let enabled = |pair: &PairId| {
            let (state, _) = self.product.pairs[*pair as usize];
            missing
                .iter()
                .any(|c| self.product.graph.enabled.has(state as usize, *c))
        };
        let rest: Vec<_> = part.iter().filter(|p| !enabled(p)).copied().collect();
        if rest.is_empty() {
            Judged::Bad
        } else {
            Judged::Without(rest)
        }
    }
}

type Entered<'c> = (PairId, Box<dyn Iterator<Item = (u32, PairId)> + 'c>);

enum Judged {
    Bad,
    Good,
    /// Only without some pairs.
    Without(Part),
}

/// What can be said of a part.
struct Facts {
    /// For each set of the automaton, whether it is met.
    accepted: Vec<bool>,
    /// For each condition, whether a step of it is inside, whether it is enabled and not enabled somewhere.
    taken: Vec<bool>,
    enabled: Vec<bool>,
    disabled: Vec<bool>,
}

impl Facts {
    fn of(search: &Search<'_, '_>, part: &[PairId]) -> Self {
        let (product, conditions) = (search.product, search.conditions);
        let count = conditions.len();
        let mut out = Self {
            accepted: vec![false; product.automaton.sets],
            taken: vec![false; count],
            enabled: vec![false; count],
            disabled: vec![false; count],
        };
        let number = |pair: PairId| search.part[pair as usize];
        for pair in part {
            let (state, node) = product.pairs[*pair as usize];
            for set in &product.automaton.accepting[node as usize] {
                out.accepted[*set as usize] = true;
            }
            for c in 0..count {
                let here = product.graph.enabled.has(state as usize, c);
                out.enabled[c] |= here;
                out.disabled[c] |= !here;
            }
            for (event, to) in product.after(*pair) {
                if event != STUTTER && number(to) == number(*pair) {
                    for c in &conditions.of_event[event as usize] {
                        out.taken[*c as usize] = true;
                    }
                }
            }
        }
        out
    }
}

/// The pairs before a pair on a shortest path from the start, in order, with the events between.
pub(super) fn prefix(product: &Product<'_>, pair: PairId) -> Vec<u32> {
    let (mut at, mut events) = (pair, Vec::new());
    while let Some((before, event)) = product.before.get(at as usize).copied()
        && before != NO_PAIR
    {
        events.push(event);
        at = before;
    }
    events.reverse();
    events
}
