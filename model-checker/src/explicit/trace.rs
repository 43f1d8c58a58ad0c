//! Runs rebuilt from the numbers of states: from a state back through parents, then forward by the events that lead
//! from each to the next, on complete states.

use transition_system::Trace;

use super::layout::Layout;
use super::machine::{Machine, Successors, Transitions};
use super::store::{NO_PARENT, StateIndex, Store};
use crate::budget::Budget;
use crate::ground::{Cone, Ground, GroundError};

/// A shortest run to a state of the store, and on by one step: an event, by its position in the cone, to a state.
///
/// # Errors
/// An internal error if a step cannot be found again.
pub(super) fn rebuild(
    ground: &Ground<'_>,
    cone: &Cone,
    layout: &Layout,
    store: &Store,
    index: StateIndex,
    last: Option<(u32, &[u64])>,
) -> Result<Trace, GroundError> {
    let mut path: Vec<&[u64]> = last.iter().map(|(_, after)| *after).collect();
    let mut at = index;
    loop {
        path.push(store.state(at));
        match store.parent(at) {
            NO_PARENT => break,
            parent => at = parent,
        }
    }
    path.reverse();
    let mut machine = Machine::of_events(ground, cone, layout)?;
    let mut out = Successors {
        words: layout.words(),
        ..Successors::default()
    };
    let mut events = Vec::with_capacity(path.len());
    for (number, pair) in path.windows(2).enumerate() {
        out.clear();
        machine.expand(pair[0], &mut out);
        // what is claimed of a last step may be claimed of its event only
        let event = last.map(|(e, _)| e).filter(|_| number + 2 == path.len());
        let fits = |i: &usize| event.is_none_or(|e| out.events[*i] == e) && out.state(*i) == pair[1];
        let found = (0..out.len()).find(fits);
        let position = found.ok_or_else(|| GroundError::internal("a step of a run is lost"))?;
        events.push(cone.events[out.events[position] as usize]);
    }
    let mut values = vec![0; layout.len()];
    layout.unpack(path[0], &mut values);
    let fixed: Vec<_> = layout.cells().zip(values).collect();
    let initial = ground
        .initial_state(&fixed, &Budget::default())
        .ok_or_else(|| GroundError::internal("an initial state of a run is lost"))?;
    ground.trace(&initial, &events)
}
