//! The shortest run to a violation, with fixed constants: A* backwards over sets of cells that are still needed.
//!
//! A node is a set of growing cells that must be true; the last event before it makes at least one of them true
//! and needs a support of its guard instead. The estimate is the greatest fixpoint round of a needed cell, a lower
//! bound (the max heuristic of the fixpoint), so the first node without needs ends a shortest run. Where
//! supports are too many or the search too large, a run that no event can be left out of is given instead, and is
//! marked as perhaps not the shortest.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};

use super::case::Case;
use super::fixpoint::Fixpoint;
use super::supports::{Needs, Supports, product, union};

/// Most nodes that are expanded.
const EXPANSIONS: usize = 50_000;

/// A run as positions of events, and whether it is known to be shortest.
pub(super) struct Plan {
    pub(super) events: Vec<usize>,
    pub(super) shortest: bool,
}

struct Step {
    needs: Needs,
    parent: Option<(usize, usize)>,
    cost: u32,
}

impl Case<'_> {
    /// A run from `start` to a violation, which the fixpoint says there is.
    pub(super) fn plan(&self, start: &[i64], fixpoint: &Fixpoint) -> Plan {
        match self.search(start, fixpoint) {
            Some(events) => Plan {
                events,
                shortest: true,
            },
            None => Plan {
                events: self.thinned(start, fixpoint),
                shortest: false,
            },
        }
    }

    fn search(&self, start: &[i64], fixpoint: &Fixpoint) -> Option<Vec<usize>> {
        let mut supports = Supports::new(self, start);
        let estimate = |needs: &Needs| {
            needs
                .iter()
                .filter_map(|c| fixpoint.round.get(c))
                .max()
                .copied()
                .unwrap_or(0)
        };
        let possible = |needs: &Needs| needs.iter().all(|c| fixpoint.round.contains_key(c));
        let mut steps: Vec<Step> = Vec::new();
        let mut heap = BinaryHeap::new();
        let mut seen: HashSet<Needs> = HashSet::new();
        for needs in supports.of(self.formula, false)?.iter().filter(|n| possible(n)) {
            heap.push(Reverse((estimate(needs), steps.len())));
            steps.push(Step {
                needs: needs.clone(),
                parent: None,
                cost: 0,
            });
        }
        for _ in 0..EXPANSIONS {
            let Reverse((_, at)) = heap.pop()?;
            let (needs, cost) = (steps[at].needs.clone(), steps[at].cost);
            if needs.is_empty() {
                return Some(unwind(&steps, at));
            }
            if !seen.insert(needs.clone()) {
                continue;
            }
            for (event, before) in self.regress(&needs, &mut supports)? {
                if possible(&before) && !seen.contains(&before) {
                    heap.push(Reverse((cost + 1 + estimate(&before), steps.len())));
                    steps.push(Step {
                        needs: before,
                        parent: Some((at, event)),
                        cost: cost + 1,
                    });
                }
            }
        }
        None
    }

    /// Every event that makes some of `needs` true, with what is needed before it.
    fn regress(&self, needs: &Needs, supports: &mut Supports<'_, '_>) -> Option<Vec<(usize, Needs)>> {
        let mut out = Vec::new();
        for index in &self.events {
            let event = &self.monotone.ground.events[*index];
            let gains: Vec<_> = event
                .updates
                .iter()
                .filter(|(c, _)| needs.binary_search(c).is_ok())
                .collect();
            if gains.is_empty() {
                continue;
            }
            // sets of gained cells with what each costs; what is gained for nothing is always taken
            let mut options: Vec<(Needs, Vec<Needs>)> =
                vec![(Vec::new(), supports.of(event.guard, true)?.to_vec())];
            for (cell, node) in gains {
                let mut ways = supports.of(*node, true)?.to_vec();
                ways.retain(|w| w.binary_search(cell).is_err());
                let free = ways.iter().any(Vec::is_empty);
                let mut more = Vec::new();
                for (gained, costs) in &options {
                    let together = product(costs, &ways)?;
                    more.push((union(gained, &[*cell]), together));
                }
                if free {
                    options = more;
                } else {
                    options.extend(more);
                }
            }
            for (gained, costs) in options.iter().filter(|(g, _)| !g.is_empty()) {
                let left: Needs = needs
                    .iter()
                    .filter(|c| gained.binary_search(c).is_err())
                    .copied()
                    .collect();
                out.extend(costs.iter().map(|cost| (*index, union(&left, cost))));
            }
        }
        Some(out)
    }

    /// The events of the fixpoint in their order, without those that are not needed.
    fn thinned(&self, start: &[i64], fixpoint: &Fixpoint) -> Vec<usize> {
        let mut events = fixpoint.fired.clone();
        let mut index = events.len();
        while index > 0 {
            index -= 1;
            let mut fewer = events.clone();
            fewer.remove(index);
            if self.violates(start, &fewer) {
                events = fewer;
            }
        }
        events
    }

    fn violates(&self, start: &[i64], events: &[usize]) -> bool {
        let ground = &self.monotone.ground;
        let mut values = start.to_vec();
        for event in events {
            match ground.fire(*event, &values) {
                Some(next) => values = next,
                None => return false,
            }
        }
        !ground.holds(self.formula, &values, &[])
    }
}

fn unwind(steps: &[Step], mut at: usize) -> Vec<usize> {
    let mut events = Vec::new();
    while let Some((parent, event)) = steps[at].parent {
        events.push(event);
        at = parent;
    }
    events
}
