//! Events that break every cycle: a cycle of states has a step of one of them.
//!
//! Chosen before the search, so that nothing needs to be known of the states visited (Kurshan, Levin, Minea, Peled, Yenigün,
//! "Static partial order reduction", TACAS 1998, section 4, where they are called sticky). A cell whose values stand in
//! an order is a *clock* of the events that always make it greater, if no other event makes it less: none
//! of these is on a cycle. Clocks are chosen one variable after the other, as many as gain more than they cost; the
//! events that make a clock less, and those without a clock, are the ones wanted. All instances of an event are treated
//! alike, so that exchanges of elements change nothing.

use std::collections::BTreeMap;

use super::super::layout::Layout;
use super::effects::{Effect, cells_of};
use crate::ground::{CellId, CellOwner, Cone, Ground, NodeId};

/// Most values of a clock.
const VALUES: u64 = 64;

/// What one cell would do as a clock.
#[derive(Default)]
struct Clock {
    /// Events that always make it greater.
    up: Vec<usize>,
    /// Events that may make it less.
    down: Vec<usize>,
}

/// For each event of the cone whether it is one of those that break cycles.
pub(super) fn breaking(ground: &Ground<'_>, cone: &Cone, layout: &Layout, effects: &[Effect]) -> Vec<bool> {
    let kind = |event: usize| ground.events[cone.events[event]].event.index();
    let mut clocks: BTreeMap<CellOwner, Clock> = BTreeMap::new();
    for cell in layout.cells() {
        let (lo, hi) = ground.cells.get(cell).bounds;
        if hi.abs_diff(lo) < VALUES {
            let clock = clocks.entry(ground.cells.get(cell).owner).or_default();
            look(ground, effects, cell, clock);
        }
    }
    let kinds = ground.system.events.len();
    // by kind: whether it breaks cycles; by event: whether it has a clock
    let (mut breaks, mut timed) = (vec![false; kinds], vec![false; effects.len()]);
    let mut left: Vec<Clock> = clocks.into_values().collect();
    while let Some((position, _)) = left
        .iter()
        .enumerate()
        .map(|(position, clock)| (position, gain(clock, &breaks, &timed, &kind)))
        .filter(|(_, gain)| *gain > 0)
        .max_by_key(|(position, gain)| (*gain, std::cmp::Reverse(*position)))
    {
        let clock = left.swap_remove(position);
        clock.down.iter().for_each(|e| breaks[kind(*e)] = true);
        clock.up.iter().for_each(|e| timed[*e] = true);
    }
    for event in 0..effects.len() {
        breaks[kind(event)] |= !timed[event];
    }
    (0..effects.len()).map(|event| breaks[kind(event)]).collect()
}

/// How many more events a clock would keep from cycles, less those that it would make break them.
fn gain(clock: &Clock, breaks: &[bool], timed: &[bool], kind: &dyn Fn(usize) -> usize) -> i64 {
    let lost = |event: usize| clock.down.iter().any(|d| kind(*d) == kind(event));
    let up = clock
        .up
        .iter()
        .filter(|e| !timed[**e] && !breaks[kind(**e)] && !lost(**e));
    let down = (0..timed.len()).filter(|e| timed[*e] && !breaks[kind(*e)] && lost(*e));
    up.count() as i64 - down.count() as i64
}

/// Notes which events make a cell greater or less, in the order in which events lead from value to value.
fn look(ground: &Ground<'_>, effects: &[Effect], cell: CellId, clock: &mut Clock) {
    let (lo, hi) = ground.cells.get(cell).bounds;
    let count = (hi - lo + 1) as usize;
    let mut edges: Vec<(usize, Vec<(usize, usize)>)> = Vec::new();
    for (event, effect) in effects.iter().enumerate() {
        if let Some((_, node)) = effect.writes.iter().find(|(c, _)| *c == cell) {
            edges.push((event, steps(ground, effect, cell, *node)));
        }
    }
    let all = edges.iter().flat_map(|(_, steps)| steps).copied();
    let rank = ranks(count, all);
    for (event, steps) in edges {
        if steps.iter().any(|(a, b)| rank[*b] < rank[*a]) {
            clock.down.push(event);
        } else if steps.iter().all(|(a, b)| rank[*b] > rank[*a]) {
            clock.up.push(event);
        }
    }
}

/// From which values of a cell an event may lead to which, counted from the least.
fn steps(ground: &Ground<'_>, effect: &Effect, cell: CellId, node: NodeId) -> Vec<(usize, usize)> {
    let (lo, hi) = ground.cells.get(cell).bounds;
    let dag = &ground.dag;
    let allowed = |at: usize| {
        let about = effect.conditions.iter().filter(|c| c.cell == cell);
        about.into_iter().all(|c| c.holds[at])
    };
    let alone = cells_of(dag, &[node]).iter().all(|c| *c == cell);
    let mut out = Vec::new();
    for from in (lo..=hi).filter(|v| allowed((v - lo) as usize)) {
        let (least, most) = match dag.value(node, &|_, _| Some(from)) {
            Some(value) if alone => (value, value),
            Some(_) | None => dag.bounds(node),
        };
        // beyond its bounds is a broken promise
        for to in least.max(lo)..=most.min(hi) {
            out.push(((from - lo) as usize, (to - lo) as usize));
        }
    }
    out
}

/// Ranks of values: along each step but those back to where a walk from the least value came from.
fn ranks(count: usize, steps: impl Iterator<Item = (usize, usize)>) -> Vec<usize> {
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); count];
    steps.for_each(|(a, b)| next[a].push(b));
    next.iter_mut().for_each(|n| {
        n.sort_unstable();
        n.dedup();
    });
    let (mut seen, mut order) = (vec![false; count], Vec::with_capacity(count));
    for start in 0..count {
        if std::mem::replace(&mut seen[start], true) {
            continue;
        }
        let mut path = vec![(start, 0)];
        while let Some((value, at)) = path.last_mut() {
            match next[*value].get(*at) {
                Some(to) => {
                    *at += 1;
                    if !std::mem::replace(&mut seen[*to], true) {
                        path.push((*to, 0));
                    }
                }
                None => {
                    order.push(*value);
                    path.pop();
                }
            }
        }
    }
    let mut rank = vec![0; count];
    order
        .iter()
        .rev()
        .enumerate()
        .for_each(|(r, value)| rank[*value] = r);
    rank
}
