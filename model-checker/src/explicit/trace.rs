//! Runs rebuilt: back from a state through earlier depths, whose states are expanded again until one leads on; then
//! forward by the events that lead from each to the next, on complete states.
//!
//! No state remembers where it was found from. Each earlier depth is expanded at most once, so that a run costs at most
//! as much as the search up to it.

use transition_system::Trace;

use super::layout::Layout;
use super::machine::{Machine, Successors, Transitions};
use super::native::{Bits, Native};
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
        visited,
        native,
        machine: Machine::of_events(ground, cone, layout)?,
        out: Successors {
            words: layout.words(),
            ..Successors::default()
        },
        events: cone.events.len(),
    };
    let mut path: Vec<Vec<u64>> = last.iter().map(|(_, after)| after.to_vec()).collect();
    path.push(state.to_vec());
    for earlier in (0..depth).rev() {
        let from = finder.predecessor(earlier, &path[path.len() - 1]);
        path.push(from.ok_or_else(|| GroundError::internal("a state of a run is lost"))?);
    }
    path.reverse();
    let mut events = Vec::with_capacity(path.len());
    for (number, pair) in path.windows(2).enumerate() {
        // what is claimed of a last step may be claimed of its event only
        let event = last.map(|(e, _)| e).filter(|_| number + 2 == path.len());
        let position = finder.event(&pair[0], &pair[1], event);
        let position = position.ok_or_else(|| GroundError::internal("a step of a run is lost"))?;
        events.push(cone.events[position as usize]);
    }
    let mut values = vec![0; layout.len()];
    layout.unpack(&path[0], &mut values);
    let fixed: Vec<_> = layout.cells().zip(values).collect();
    let initial = ground
        .initial_state(&fixed, &Budget::default())
        .ok_or_else(|| GroundError::internal("an initial state of a run is lost"))?;
    ground.trace(&initial, &events)
}

struct Finder<'a> {
    visited: &'a Visited,
    native: Option<&'a Native>,
    machine: Machine,
    out: Successors,
    events: usize,
}

impl Finder<'_> {
    /// The first state of a depth from which a step leads to `to`.
    fn predecessor(&mut self, depth: u32, to: &[u64]) -> Option<Vec<u64>> {
        let words = to.len();
        let (mut source, mut made) = (Vec::new(), Vec::new());
        let (mut counts, mut alive) = (vec![0; self.events], Vec::new());
        for run in self.visited.level(depth, BLOCK) {
            source.clear();
            self.visited.read(&run, &mut source);
            if let Some(native) = self.native {
                let count = native.expand(&source, &mut made, &mut counts, &mut alive, &mut Bits::default());
                if !made[..count * words].chunks_exact(words).any(|s| s == to) {
                    continue;
                }
            }
            let mut states = source.chunks_exact(words);
            if let Some(found) = states.find(|from| self.event(from, to, None).is_some()) {
                return Some(found.to_vec());
            }
        }
        None
    }

    /// The event (by position in the cone) of a step, of one event if it is given.
    fn event(&mut self, from: &[u64], to: &[u64], event: Option<u32>) -> Option<u32> {
        self.out.clear();
        self.machine.expand(from, &mut self.out);
        let fits = |i: &usize| event.is_none_or(|e| self.out.events[*i] == e) && self.out.state(*i) == to;
        (0..self.out.len()).find(fits).map(|i| self.out.events[i])
    }
}
