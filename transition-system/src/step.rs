//! The reference semantics of states and transitions: which states are initial, which transitions leave a
//! state. Slow and obvious; for small scopes and for replay.

use crate::eval::{Bindings, Context, EvalError, Evaluator};
use crate::ids::EventId;
use crate::trace::{State, Step};
use crate::value::{Value, product};

/// A transition that was attempted: the event, its arguments, and the state after or why there is none.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// The event.
    pub event: EventId,
    /// Parameters, then choices.
    pub args: Vec<Value>,
    /// `Ok(None)` if the guard is false.
    pub outcome: Result<Option<State>, EvalError>,
}

impl Evaluator<'_> {
    /// Whether constants agree with givens and assumptions, and a state with `init`.
    ///
    /// # Errors
    /// [`EvalError`] where a formula is undefined.
    pub fn is_initial(&self, state: &State) -> Result<bool, EvalError> {
        if !self.constants_allowed(state)? {
            return Ok(false);
        }
        let at = Context { state, next: None };
        for axiom in &self.system.init {
            if !self.truth(axiom.formula, at, &mut Bindings::new())? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether the constants of a state agree with givens and assumptions.
    ///
    /// # Errors
    /// [`EvalError`] where a formula is undefined.
    pub fn constants_allowed(&self, state: &State) -> Result<bool, EvalError> {
        let at = Context { state, next: None };
        for given in &self.system.givens {
            let Some(value) = given.value else { continue };
            let mut place = state.constants[given.constant.index()].clone();
            for index in &given.indices {
                let key = self.value(*index, at, &mut Bindings::new())?;
                place = match place {
                    Value::Map(m) => m.get(&key).cloned().ok_or(EvalError::IllFormed(*index))?,
                    _ => return Err(EvalError::IllFormed(*index)),
                };
            }
            if place != self.value(value, at, &mut Bindings::new())? {
                return Ok(false);
            }
        }
        for axiom in &self.system.assumptions {
            if !self.truth(axiom.formula, at, &mut Bindings::new())? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Every initial state, in order: tries all values of all constants and variables, so only for tiny
    /// scopes.
    ///
    /// # Errors
    /// [`EvalError`], also where there are more candidates than can be listed.
    pub fn initial_states(&self) -> Result<Vec<State>, EvalError> {
        let domains = |types: Vec<crate::TypeId>| {
            types
                .into_iter()
                .map(|t| self.domain(t))
                .collect::<Result<Vec<_>, _>>()
        };
        let constants = product(&domains(self.system.constants.iter().map(|c| c.ty).collect())?);
        let variables = product(&domains(self.system.variables.iter().map(|v| v.ty).collect())?);
        let mut out = Vec::new();
        for constants in constants {
            let mut state = State {
                constants,
                variables: variables[0].clone(),
            };
            if !self.constants_allowed(&state)? {
                continue;
            }
            for values in &variables {
                state.variables.clone_from(values);
                if self.is_initial(&state)? {
                    out.push(state.clone());
                }
            }
        }
        Ok(out)
    }

    /// The transition of an event with these arguments.
    ///
    /// # Errors
    /// [`EvalError`] where guard or updates are undefined; a broken agreement too.
    pub fn fire(&self, event: EventId, args: &[Value], state: &State) -> Result<Option<State>, EvalError> {
        let decl = self.system.event(event);
        let mut env: Bindings = decl.binders().zip(args.iter().cloned()).collect();
        let at = Context { state, next: None };
        if !self.truth(decl.guard, at, &mut env)? {
            return Ok(None);
        }
        for promise in &decl.promises {
            if !self.truth(promise.holds, at, &mut env)? {
                return Err(EvalError::Undefined(promise.kind, promise.holds));
            }
        }
        let mut next = state.clone();
        for update in &decl.updates {
            next.variables[update.variable.index()] = self.value(update.value, at, &mut env)?;
        }
        Ok(Some(next))
    }

    /// All arguments of an event, in order.
    ///
    /// # Errors
    /// [`EvalError::Domain`].
    pub fn arguments(&self, event: EventId) -> Result<Vec<Vec<Value>>, EvalError> {
        let decl = self.system.event(event);
        let domains = decl
            .binders()
            .map(|b| self.domain(self.system.arena.binder_info(b).ty))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(product(&domains))
    }

    /// Every enabled or undefined transition from a state, in order of event and arguments.
    ///
    /// # Errors
    /// [`EvalError::Domain`].
    pub fn attempts(&self, state: &State) -> Result<Vec<Attempt>, EvalError> {
        let mut out = Vec::new();
        for event in self.system.event_ids() {
            for args in self.arguments(event)? {
                let outcome = self.fire(event, &args, state);
                if outcome != Ok(None) {
                    out.push(Attempt { event, args, outcome });
                }
            }
        }
        Ok(out)
    }

    /// The transitions from a state, leaving out undefined ones.
    ///
    /// # Errors
    /// [`EvalError::Domain`].
    pub fn successors(&self, state: &State) -> Result<Vec<Step>, EvalError> {
        Ok(self
            .attempts(state)?
            .into_iter()
            .filter_map(|a| match a.outcome {
                Ok(Some(state)) => Some(Step {
                    event: a.event,
                    args: a.args,
                    state,
                }),
                Ok(None) | Err(_) => None,
            })
            .collect())
    }
}
