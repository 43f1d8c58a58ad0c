//! The graph of the reachable states of a small system.

use rustc_hash::FxHashMap;
use transition_system::{EventId, PropertyId, PropertyKind, State, System, Value};

use super::stepper::{Packed, Stepper};
use crate::ground::{Ground, GroundError};

/// A reachable state.
#[derive(Clone, Debug)]
pub struct Vertex {
    /// The state.
    pub state: State,
    /// Whether a run can begin here.
    pub initial: bool,
    /// Invariants that are false here.
    pub violated: Vec<PropertyId>,
    /// Whether an event is undefined here.
    pub undefined: bool,
}

/// A step.
#[derive(Clone, Debug)]
pub struct Arrow {
    /// Position of the state before.
    pub from: usize,
    /// Position of the state after.
    pub to: usize,
    /// The event.
    pub event: EventId,
    /// Its parameters, then choices.
    pub args: Vec<Value>,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct StateGraph<'s> {
    /// The system.
    pub system: &'s System,
    /// States, in the order in which a breadth-first search finds them.
    pub states: Vec<Vertex>,
    /// Steps between them, in order of the state before, event and arguments.
    pub steps: Vec<Arrow>,
    /// Whether these are all reachable states and their steps.
    pub complete: bool,
}

impl<'s> StateGraph<'s> {
    /// The graph of the first `limit` states.
    ///
    /// # Errors
    /// [`GroundError`] where the system cannot be stepped through.
    pub fn new(ground: &Ground<'s>, limit: usize) -> Result<Self, GroundError> {
        let mut stepper = Stepper::new(ground)?;
        let starts = stepper.initial(limit);
        let mut found: FxHashMap<Packed, usize> = FxHashMap::default();
        let mut order: Vec<Packed> = Vec::new();
        let mut out = Self {
            system: ground.system,
            states: Vec::new(),
            steps: Vec::new(),
            complete: starts.complete,
        };
        for start in starts.states {
            if found.insert(start.clone(), order.len()).is_none() {
                out.states.push(vertex(&stepper, &start, true));
                order.push(start);
            }
        }
        let mut at = 0;
        while let Some(state) = order.get(at).cloned() {
            let moves = stepper.moves(&state)?;
            out.states[at].undefined = moves.undefined.is_some();
            for m in moves.moves {
                let to = match found.get(&m.after) {
                    Some(known) => *known,
                    None if order.len() >= limit => {
                        out.complete = false;
                        continue;
                    }
                    None => {
                        out.states.push(vertex(&stepper, &m.after, false));
                        found.insert(m.after.clone(), order.len());
                        order.push(m.after);
                        order.len() - 1
                    }
                };
                let (event, args) = stepper.event(m.instance);
                out.steps.push(Arrow {
                    from: at,
                    to,
                    event,
                    args: args.to_vec(),
                });
            }
            at += 1;
        }
        Ok(out)
    }
}

fn vertex(stepper: &Stepper<'_, '_>, packed: &Packed, initial: bool) -> Vertex {
    let values = stepper.values(packed);
    let ground = stepper.ground;
    let invariants = ground
        .properties
        .iter()
        .filter(|p| p.kind == PropertyKind::Invariant);
    let violated = invariants.filter(|p| !ground.holds(p.formula, &values, &[]));
    Vertex {
        state: ground.cells.state(&values),
        initial,
        violated: violated.map(|p| p.id).collect(),
        undefined: false,
    }
}
