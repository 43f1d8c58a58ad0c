//! States and traces.

use crate::ids::EventId;
use crate::system::System;
use crate::value::Value;

/// The values of all constants and variables, in order of declaration. Constants stand in each state so that
/// an expression is evaluated in one state alone.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct State {
    /// Values of the constants.
    pub constants: Vec<Value>,
    /// Values of the variables.
    pub variables: Vec<Value>,
}

/// One step: an event, its arguments, and the state after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The event.
    pub event: EventId,
    /// Values of the event's parameters and then choices, as [`crate::Event::binders`] lists them.
    pub args: Vec<Value>,
    /// The state after.
    pub state: State,
}

/// A finite run, or an infinite one that returns to an earlier state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// The initial state.
    pub initial: State,
    /// The steps.
    pub steps: Vec<Step>,
    /// For an infinite run: the last state equals the state with this index (0 is the initial one), from where the run
    /// goes round. If it is the index of the last state itself, nothing happens any more.
    pub loop_start: Option<usize>,
}

impl Trace {
    /// The state with this index, 0 being the initial one.
    #[must_use]
    pub fn state(&self, index: usize) -> Option<&State> {
        match index {
            0 => Some(&self.initial),
            n => self.steps.get(n - 1).map(|s| &s.state),
        }
    }

    /// The last state.
    #[must_use]
    pub fn last(&self) -> &State {
        self.steps.last().map_or(&self.initial, |s| &s.state)
    }

    /// Number of steps.
    #[must_use]
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether the trace is an initial state alone.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The event and its arguments as the language writes them: `grant(c = web, r = disk)`.
    #[must_use]
    pub fn call(&self, system: &System, step: &Step) -> String {
        let event = system.event(step.event);
        let args: Vec<_> = event
            .params
            .iter()
            .zip(&step.args)
            .map(|(b, v)| {
                format!(
                    "{} = {}",
                    system.arena.binder_info(*b).name,
                    v.show(system, system.views.binder(*b))
                )
            })
            .collect();
        format!("{}({})", event.name, args.join(", "))
    }
}
