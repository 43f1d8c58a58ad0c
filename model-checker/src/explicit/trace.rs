//! Runs rebuilt: back from a state through earlier depths, whose states are expanded again until one leads on; then
//! forward by the events that lead from each to the next, on complete states.
//!
//! No state remembers where it was found from. Each earlier depth is expanded at most once, so that a run costs at most
//! as much as the search up to it.

use rustc_hash::FxHashSet;
use transition_system::Trace;

use super::layout::Layout;
use super::machine::{Machine, Successors, Transitions};
use super::native::{Bits, Native};
use super::search::FEW;
use super::visited::Visited;
use super::worker::BLOCK;
use crate::budget::Budget;
use crate::ground::{Cone, Ground, GroundError};

/// A last step: an event, by its position in the cone, to a state.
pub(super) type Last<'a> = Option<(u32, &'a [u64])>;

/// A shortest run to a state that was found at a depth, and on by one step.
///
/// # Errors
/// An internal error if a step cannot be found again.
pub(super) fn rebuild(
    ground: &Ground<'_>,
    cone: &Cone,
    layout: &Layout,
    visited: &Visited,
    native: Option<&Native>,
    (depth, state): (u32, &[u64]),
    last: Last<'_>,
) -> Result<Trace, GroundError> {
    let mut finder = Finder {
        layout,
        visited,
        native,
        machine: Machine::of_events(ground, cone, layout)?,
        out: Successors {
            words: layout.words(),
            ..Successors::default()
        },
        events: cone.events.len(),
    };
    // for each depth up to that of the state, those from which it can be reached in time: all, or one of many
    let mut through: Vec<FxHashSet<Vec<u64>>> = vec![FxHashSet::from_iter([state.to_vec()])];
    for earlier in (0..depth).rev() {
        let from = finder.predecessors(earlier, &through[through.len() - 1]);
        if from.is_empty() {
            return Err(GroundError::internal("a state of a run is lost"));
        }
        through.push(from);
    }
    through.reverse();
    // the run whose initial state and then events come first
    let first = through[0].iter().min_by_key(|state| finder.values(state));
    let mut at = first.cloned().unwrap_or_default();
    let start = finder.values(&at);
    let mut events = Vec::with_capacity(through.len());
    for next in &through[1..] {
        let step = finder.step(&at, |_, after| next.contains(after));
        let (event, after) = step.ok_or_else(|| GroundError::internal("a step of a run is lost"))?;
        events.push(cone.events[event as usize]);
        at = after;
    }
    if let Some((event, after)) = last {
        // what is claimed of a last step may be claimed of its event only
        let step = finder.step(&at, |e, to| e == event && to == after);
        let (event, _) = step.ok_or_else(|| GroundError::internal("a step of a run is lost"))?;
        events.push(cone.events[event as usize]);
    }
    let fixed: Vec<_> = layout.cells().zip(start).collect();
    let initial = ground
        .initial_state(&fixed, &Budget::default())
        .ok_or_else(|| GroundError::internal("an initial state of a run is lost"))?;
    ground.trace(&initial, &events)
}

struct Finder<'a> {
    layout: &'a Layout,
    visited: &'a Visited,
    native: Option<&'a Native>,
    machine: Machine,
    out: Successors,
    events: usize,
}

impl Finder<'_> {
    /// The states of a depth from which a step leads to one of these; of a depth with many states only the first.
    fn predecessors(&mut self, depth: u32, to: &FxHashSet<Vec<u64>>) -> FxHashSet<Vec<u64>> {
        let words = self.layout.words();
        let runs = self.visited.level(depth, BLOCK);
        let few = runs.iter().map(|r| r.states.len()).sum::<usize>() <= FEW;
        let mut found = FxHashSet::default();
        let (mut source, mut made) = (Vec::new(), Vec::new());
        let (mut counts, mut alive) = (vec![0; self.events], Vec::new());
        for run in runs {
            source.clear();
            self.visited.read(&run, &mut source);
            if let Some(native) = self.native {
                let count = native.expand(&source, &mut made, &mut counts, &mut alive, &mut Bits::default());
                if !made[..count * words].chunks_exact(words).any(|s| to.contains(s)) {
                    continue;
                }
            }
            for from in source.chunks_exact(words) {
                if self.step(from, |_, after| to.contains(after)).is_some() {
                    found.insert(from.to_vec());
                    if !few {
                        return found;
                    }
                }
            }
        }
        found
    }

    /// The first step from a state that is wanted: the event, by position in the cone, and the state after.
    fn step(&mut self, from: &[u64], wanted: impl Fn(u32, &[u64]) -> bool) -> Option<(u32, Vec<u64>)> {
        self.out.clear();
        self.machine.expand(from, &mut self.out);
        let fits = |i: &usize| wanted(self.out.events[*i], self.out.state(*i));
        let at = (0..self.out.len()).find(fits)?;
        Some((self.out.events[at], self.out.state(at).to_vec()))
    }

    /// The values of a state, variable by variable.
    fn values(&self, state: &[u64]) -> Vec<i64> {
        let mut values = vec![0; self.layout.len()];
        self.layout.unpack(state, &mut values);
        values
    }
}
