//! Single steps of a ground system: initial states, the moves out of a state, and runs made of them.

use std::ops::ControlFlow;

use transition_system::{EventId, Owner, State, Step, Trace, Value, Wrong};

use crate::explicit::layout::Layout;
use crate::explicit::machine::{Machine, Successors, Transitions};
use crate::ground::{Cone, Ground, GroundError, Initials};

/// Most values tried while initial states are enumerated.
const INITIAL_TRIALS: u64 = 1 << 24;

/// A packed state.
pub type Packed = Box<[u64]>;

/// A move: an instance of an event, and the state after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// The instance, by position in [`Ground::events`].
    pub instance: usize,
    /// The state after.
    pub after: Packed,
}

/// What can happen in a state.
#[derive(Clone, Debug, Default)]
pub struct Moves {
    /// The moves, in order of event and arguments.
    pub moves: Vec<Move>,
    /// The first event that is undefined here.
    pub undefined: Option<Wrong>,
}

/// The first initial states.
#[derive(Clone, Debug)]
pub struct Starts {
    /// The states, in an order that depends on the system alone.
    pub states: Vec<Packed>,
    /// Whether these are all.
    pub complete: bool,
}

/// See the module.
pub struct Stepper<'g, 's> {
    /// The system.
    pub ground: &'g Ground<'s>,
    cone: Cone,
    layout: Layout,
    events: Machine,
    out: Successors,
    base: Vec<i64>,
    cells: Vec<usize>,
}

impl<'g, 's> Stepper<'g, 's> {
    /// A stepper.
    ///
    /// # Errors
    /// An internal error.
    pub fn new(ground: &'g Ground<'s>) -> Result<Self, GroundError> {
        let cone = Cone::everything(ground);
        let layout = Layout::new(&ground.cells, cone.cells());
        Ok(Self {
            events: Machine::of_events(ground, &cone, &layout)?,
            out: Successors {
                words: layout.words(),
                ..Successors::default()
            },
            base: ground.least(),
            cells: layout.cells().map(|c| c.index()).collect(),
            cone,
            layout,
            ground,
        })
    }

    /// Everything.
    pub(crate) fn cone(&self) -> &Cone {
        &self.cone
    }

    /// The layout of packed states.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The initial states, at most `limit`.
    #[must_use]
    pub fn initial(&self, limit: usize) -> Starts {
        let mut states: Vec<Packed> = Vec::new();
        let mut packed = vec![0; self.layout.words()];
        let ended = self
            .ground
            .initial_states(&|_| true, INITIAL_TRIALS, &mut |values| {
                if states.len() >= limit {
                    return ControlFlow::Break(());
                }
                self.layout.pack(values, &mut packed);
                states.push(packed.clone().into());
                ControlFlow::Continue(())
            });
        Starts {
            states,
            complete: ended == Initials::Complete,
        }
    }

    /// What can happen in a state.
    ///
    /// # Errors
    /// An internal error: an event that leaves the domain of a variable without a broken promise.
    pub fn moves(&mut self, state: &[u64]) -> Result<Moves, GroundError> {
        self.out.clear();
        self.events.expand(state, &mut self.out);
        if self.out.escaped.is_some() {
            return Err(GroundError::new(
                "internal error: an event leaves the domain of a variable",
            ));
        }
        let one = |(i, event): (usize, &u32)| Move {
            instance: *event as usize,
            after: self.out.state(i).into(),
        };
        let moves = self.out.events.iter().enumerate().map(one).collect();
        let undefined = self.out.broken.first().and_then(|broken| {
            let event = &self.ground.events[broken.event as usize];
            let promise = event.promises().nth(broken.promise as usize)?;
            Some(Wrong::Undefined {
                owner: Owner::Event(event.event, event.args.clone()),
                kind: promise.kind,
                index: promise.index,
            })
        });
        Ok(Moves { moves, undefined })
    }

    /// The event of an instance, and its arguments.
    #[must_use]
    pub fn event(&self, instance: usize) -> (EventId, &[Value]) {
        let event = &self.ground.events[instance];
        (event.event, &event.args)
    }

    /// The values of all cells in a state.
    #[must_use]
    pub fn values(&self, state: &[u64]) -> Vec<i64> {
        let mut values = self.base.clone();
        let mut open = vec![0; self.layout.len()];
        self.layout.unpack(state, &mut open);
        for (cell, value) in self.cells.iter().zip(open) {
            values[*cell] = value;
        }
        values
    }

    /// The state in full.
    #[must_use]
    pub fn state(&self, state: &[u64]) -> State {
        self.ground.cells.state(&self.values(state))
    }

    /// The run from an initial state through moves.
    #[must_use]
    pub fn trace(&self, initial: &[u64], moves: &[Move]) -> Trace {
        let step = |m: &Move| {
            let (event, args) = self.event(m.instance);
            Step {
                event,
                args: args.to_vec(),
                state: self.state(&m.after),
            }
        };
        Trace {
            initial: self.state(initial),
            steps: moves.iter().map(step).collect(),
            loop_start: None,
        }
    }
}
