//! Replay: re-checks a trace against the reference evaluator, whoever found it.
//!
//! Takes a system, its scope, a trace and what is claimed to be wrong at its end. Guarantees: `Ok` only if the
//! first state is initial, every step is a transition of its event with those arguments to exactly that
//! state, a loop closes, and the claim holds in the last state; for a temporal property, that the infinite run is fair and
//! that its formula is false of it (`lasso.rs`). Shares no code with any engine.

use std::fmt;

use crate::eval::{Bindings, Context, EvalError, Evaluator};
use crate::ids::{EventId, PropertyId};
use crate::lasso::Lasso;
use crate::scope::Scope;
use crate::system::{Promise, Property, PropertyKind, System};
use crate::trace::{State, Trace};
use crate::value::{Value, domain};
use crate::verdict::{Owner, Wrong};

/// Why a trace is not a witness of what is claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplayError {
    /// A state has too few or too many values, or one that is not of its type.
    Shape(usize),
    /// The first state is not initial.
    NotInitial,
    /// Step `index` (from 0) is not enabled in the state before it.
    NotEnabled(usize),
    /// Step `index` leads to another state than the trace says.
    OtherState(usize),
    /// The run does not return to the state it claims.
    NoLoop,
    /// The run ends.
    NoInfiniteRun,
    /// The run is not fair.
    Unfair,
    /// What is claimed of the end does not hold there.
    ClaimFalse,
    /// Something is undefined that the claim is not about.
    Eval(EvalError),
}

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReplayError::Shape(i) => write!(f, "state {i} does not fit the declarations"),
            ReplayError::NotInitial => f.write_str("the first state is not an initial state"),
            ReplayError::NotEnabled(i) => write!(f, "the event of step {} is not enabled", i + 1),
            ReplayError::OtherState(i) => write!(f, "step {} leads to another state", i + 1),
            ReplayError::NoLoop => f.write_str("the run does not return to the state it names"),
            ReplayError::NoInfiniteRun => f.write_str("the run ends"),
            ReplayError::Unfair => f.write_str("the run is not fair"),
            ReplayError::ClaimFalse => f.write_str("what is claimed of the last state does not hold there"),
            ReplayError::Eval(e) => write!(f, "the trace cannot be evaluated: {e:?}"),
        }
    }
}

impl From<EvalError> for ReplayError {
    fn from(e: EvalError) -> Self {
        ReplayError::Eval(e)
    }
}

/// Re-checks a run and the claim about its end.
///
/// # Errors
/// The first thing that does not hold.
pub fn replay(system: &System, scope: &Scope, trace: &Trace, wrong: &Wrong) -> Result<(), ReplayError> {
    let evaluator = Evaluator::new(system, scope);
    // A violation may lie in the very formulas that describe the initial states.
    if !matches!(
        wrong,
        Wrong::Undefined {
            owner: Owner::Init(_) | Owner::Assumption(_),
            ..
        }
    ) {
        replay_run(&evaluator, trace)?;
    }
    if holds(&evaluator, trace, wrong)? {
        Ok(())
    } else {
        Err(ReplayError::ClaimFalse)
    }
}

/// Re-checks that a trace is a run of the system, claiming nothing of its end.
///
/// # Errors
/// The first thing that does not hold.
pub fn replay_run(evaluator: &Evaluator<'_>, trace: &Trace) -> Result<(), ReplayError> {
    for index in 0..=trace.len() {
        let state = trace.state(index).ok_or(ReplayError::Shape(index))?;
        if !shaped(evaluator, state) {
            return Err(ReplayError::Shape(index));
        }
    }
    if !evaluator.is_initial(&trace.initial)? {
        return Err(ReplayError::NotInitial);
    }
    let mut state = &trace.initial;
    for (index, step) in trace.steps.iter().enumerate() {
        let arity = evaluator.system.event(step.event).binders().count();
        if step.args.len() != arity {
            return Err(ReplayError::NotEnabled(index));
        }
        match evaluator.fire(step.event, &step.args, state)? {
            Some(next) if next == step.state => state = &step.state,
            Some(_) => return Err(ReplayError::OtherState(index)),
            None => return Err(ReplayError::NotEnabled(index)),
        }
    }
    match trace.loop_start {
        Some(start) if start > trace.len() || trace.state(start) != Some(trace.last()) => {
            Err(ReplayError::NoLoop)
        }
        Some(_) | None => Ok(()),
    }
}

/// Whether a state has one value of the right type for each constant and variable.
fn shaped(evaluator: &Evaluator<'_>, state: &State) -> bool {
    let system = evaluator.system;
    let constants = system.constants.iter().map(|c| c.ty).zip(&state.constants);
    let variables = system.variables.iter().map(|v| v.ty).zip(&state.variables);
    state.constants.len() == system.constants.len()
        && state.variables.len() == system.variables.len()
        && constants
            .chain(variables)
            .all(|(ty, value)| has_type(evaluator, ty, value))
}

fn has_type(evaluator: &Evaluator<'_>, ty: crate::TypeId, value: &Value) -> bool {
    use crate::types::Type;
    let system = evaluator.system;
    match (system.arena.type_of_id(ty), value) {
        (Type::Bool, Value::Bool(_)) | (Type::Int, Value::Int(_)) | (Type::Option(_), Value::None) => true,
        (Type::Range { lo, hi }, Value::Int(n)) => (lo..=hi).contains(&n),
        (Type::Enum(e), Value::Enumerator(f, i)) => {
            e == f && (*i as usize) < system.enumeration(*e).enumerators.len()
        }
        (Type::Sort(s), Value::Element(t, i)) => {
            s == t && crate::value::sort_size(system, evaluator.scope, *s).is_ok_and(|n| *i < n)
        }
        (Type::Option(inner), Value::Some(v)) => has_type(evaluator, *inner, v),
        (Type::Set(inner), Value::Set(items)) => items.iter().all(|v| has_type(evaluator, *inner, v)),
        (Type::Tuple(parts), Value::Tuple(items)) => {
            parts.len() == items.len() && parts.iter().zip(items).all(|(t, v)| has_type(evaluator, *t, v))
        }
        (Type::Map(k, v), Value::Map(entries)) => {
            let keys = domain(system, evaluator.scope, *k, crate::eval::DOMAIN_LIMIT).unwrap_or_default();
            keys.len() == entries.len()
                && keys.iter().all(|key| entries.contains_key(key))
                && entries.values().all(|x| has_type(evaluator, *v, x))
        }
        (_, _) => false,
    }
}

fn holds(evaluator: &Evaluator<'_>, trace: &Trace, wrong: &Wrong) -> Result<bool, ReplayError> {
    let at = Context {
        state: trace.last(),
        next: None,
    };
    Ok(match wrong {
        Wrong::Invariant(p) => {
            let property = kind_of(evaluator, *p, PropertyKind::Invariant)?;
            !evaluator.truth(property.formula, at, &mut Bindings::new())?
        }
        Wrong::Transition(p) => {
            let property = kind_of(evaluator, *p, PropertyKind::Transition)?;
            let (Some(at), Some(step)) = (last_step(trace), trace.steps.last()) else {
                return Ok(false);
            };
            let mut env = arguments(evaluator.system, step.event, &step.args);
            !evaluator.truth(property.of_step(step.event).0, at, &mut env)?
        }
        Wrong::Undefined { owner, kind, index } => {
            let (promises, mut env) = owned(evaluator.system, owner, trace);
            let Some(at) = where_owned(evaluator.system, owner, trace) else {
                return Ok(false);
            };
            match promises.get(*index) {
                Some(p) if p.kind == *kind => !evaluator.truth(p.holds, at, &mut env)?,
                Some(_) | None => false,
            }
        }
        Wrong::Temporal(p) => {
            let lasso = Lasso::of(trace).ok_or(ReplayError::NoInfiniteRun)?;
            let property = evaluator.system.properties.get(p.index());
            let formula = property.and_then(|p| p.temporal.as_ref());
            let formula = formula.ok_or(ReplayError::ClaimFalse)?;
            if !lasso.is_fair(evaluator)? {
                return Err(ReplayError::Unfair);
            }
            !lasso.satisfies(evaluator, formula)?
        }
        Wrong::Deadlock => evaluator.attempts(trace.last())?.is_empty(),
    })
}

/// The last step, as the context of a formula over two states.
fn last_step(trace: &Trace) -> Option<Context<'_>> {
    let before = trace.len().checked_sub(1).and_then(|i| trace.state(i))?;
    Some(Context {
        state: before,
        next: Some(trace.last()),
    })
}

/// Where the promises of an owner are evaluated: in the last state, or of the last step.
fn where_owned<'t>(system: &System, owner: &Owner, trace: &'t Trace) -> Option<Context<'t>> {
    match owner {
        Owner::Property(id) if system.property(*id).kind == PropertyKind::Transition => last_step(trace),
        Owner::Property(_) | Owner::Event(..) | Owner::Init(_) | Owner::Assumption(_) => Some(Context {
            state: trace.last(),
            next: None,
        }),
    }
}

fn kind_of<'a>(
    evaluator: &Evaluator<'a>,
    id: PropertyId,
    kind: PropertyKind,
) -> Result<&'a Property, ReplayError> {
    match evaluator.system.properties.get(id.index()) {
        Some(p) if p.kind == kind => Ok(p),
        Some(_) | None => Err(ReplayError::ClaimFalse),
    }
}

/// The values of an event's parameters and choices.
fn arguments(system: &System, event: EventId, args: &[Value]) -> Bindings {
    system.event(event).binders().zip(args.iter().cloned()).collect()
}

/// The promises of an owner, and what its binders are bound to at the end of a trace.
fn owned<'a>(system: &'a System, owner: &Owner, trace: &Trace) -> (&'a [Promise], Bindings) {
    match owner {
        Owner::Event(id, args) => (&system.event(*id).promises, arguments(system, *id, args)),
        Owner::Property(id) => match (system.property(*id), trace.steps.last()) {
            (property, Some(step)) if property.kind == PropertyKind::Transition => (
                property.of_step(step.event).1,
                arguments(system, step.event, &step.args),
            ),
            (property, _) => (&property.promises, Bindings::new()),
        },
        Owner::Init(i) => (system.init.get(*i).map_or(&[], |a| &a.promises), Bindings::new()),
        Owner::Assumption(i) => (
            system.assumptions.get(*i).map_or(&[], |a| &a.promises),
            Bindings::new(),
        ),
    }
}
