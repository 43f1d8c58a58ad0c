//! Merging of steps: where one event can be taken alone before all others, the state that it leads to stands for the one in
//! which it is taken.
//!
//! Takes a state that was just reached; gives the state at the end of the steps that can be merged, and their events. An event
//! is taken so if it alone is a set that could be [kept](super): then what comes later can as well come after it, no
//! property tells the states before and after it apart, and a deadlock is not behind the others. (Kurshan, Levin, Yenigün, "Compressing
//! transitions for model checking", CAV 2002; Holzmann, "The engineering of a model checker: the Gnu i-protocol case
//! study revisited", SPIN 1999, on statement merging.) None of these events [breaks cycles](super::cycles), so they come to an
//! end; beyond [`LONGEST`] the rest is left for when the state is expanded.
//!
//! Where an event is undefined nothing is merged: such a state is kept, and found when it is expanded.

use super::super::layout::Layout;
use super::super::machine::{Machine, Successors, Transitions};
use super::Ample;
use crate::ground::{Cone, Ground, GroundError};

/// Most steps merged into one.
const LONGEST: usize = 256;

/// See the module.
#[derive(Clone)]
pub(crate) struct Merger {
    machine: Machine,
    ample: Ample,
    successors: Successors,
    events: Vec<u32>,
}

impl Merger {
    /// A merger of steps that `ample` could take alone.
    ///
    /// # Errors
    /// An internal error if an event of the cone reads a cell outside of it.
    pub(crate) fn new(
        ground: &Ground<'_>,
        cone: &Cone,
        layout: &Layout,
        ample: Ample,
    ) -> Result<Self, GroundError> {
        Ok(Self {
            machine: Machine::of_events(ground, cone, layout)?,
            ample,
            successors: Successors {
                words: layout.words(),
                ..Successors::default()
            },
            events: Vec::new(),
        })
    }

    /// How many events can be taken alone, of how many.
    pub(crate) fn free(&self) -> (usize, usize) {
        self.ample.free()
    }

    /// Goes on from a state as far as steps can be merged; gives their events, by position in the cone.
    pub(crate) fn follow(&mut self, state: &mut [u64]) -> &[u32] {
        self.events.clear();
        while self.events.len() < LONGEST {
            self.successors.clear();
            self.machine.expand(state, &mut self.successors);
            let Some(position) = self.ample.alone(state, &self.successors) else {
                break;
            };
            self.events.push(self.successors.events[position]);
            state.copy_from_slice(self.successors.state(position));
        }
        &self.events
    }
}
