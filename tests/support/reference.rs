//! The answers of the reference evaluator, by visiting every state: slow and obvious, for small scopes.

use std::collections::{BTreeSet, HashSet};

use transition_system::eval::{Bindings, Context, EvalError, Evaluator};
use transition_system::step::Attempt;
use transition_system::subst::post_order;
use transition_system::value::DomainError;
use transition_system::{
    Axiom, ConstId, Expr, ExprId, Promise, PropertyId, PropertyKind, Scope, State, System, Value, VarId,
};

/// Most candidates for an initial state, and most states.
const CANDIDATES: usize = 300_000;
const STATES: usize = 20_000;

/// What was found.
#[derive(Debug, Default)]
pub struct Reference {
    /// Initial states.
    pub initial: u64,
    /// Reachable states.
    pub states: u64,
    /// Steps from reachable states, each for its event, parameters and choices.
    pub transitions: u64,
    /// Steps to the nearest state without an enabled event.
    pub deadlock: Option<u64>,
    /// For each property asked for: how many steps to the nearest state or step that violates it (for a witness: that
    /// reaches it).
    pub found: Vec<Option<Found>>,
    /// Steps to the nearest state in which an event, or `init`, is undefined.
    pub undefined: Option<u64>,
}

/// The nearest state or step that decides a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// It is false, or undefined, after so many steps.
    Violated(u64),
    /// A witness is reached after so many steps.
    Reached(u64),
    /// After so many steps a witness is reached in a state, and in another it is undefined.
    Both(u64),
}

impl Found {
    /// With what another state says, which is as far away or farther.
    fn and(before: Option<Self>, now: Option<Self>) -> Option<Self> {
        match (before, now) {
            (Some(Self::Reached(n)), Some(Self::Violated(m)))
            | (Some(Self::Violated(n)), Some(Self::Reached(m)))
                if n == m =>
            {
                Some(Self::Both(n))
            }
            (before, now) => before.or(now),
        }
    }
}

/// What is to be said of a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is false, it or something before it is undefined, after so many steps.
    Violated(u64),
    /// A witness is reached after so many steps.
    Reached(u64),
    /// Either: after so many steps a witness is reached, and something is undefined in another state.
    ReachedOrViolated(u64),
    /// Nothing is wrong.
    Holds,
    /// A witness is not reached.
    NeverReached,
    /// There is no initial state.
    NoInitialState,
}

impl Reference {
    /// The answer on the property at a position of those asked for. A broken promise decides what was not decided
    /// before it.
    pub fn answer(&self, kind: PropertyKind, position: usize) -> Answer {
        let first = |n: u64| self.undefined.is_none_or(|u| n <= u);
        match (self.found[position], self.undefined) {
            (Some(Found::Violated(n)), _) if first(n) => Answer::Violated(n),
            (Some(Found::Both(n)), _) if first(n) => Answer::ReachedOrViolated(n),
            (Some(Found::Reached(n)), Some(u)) if n == u => Answer::ReachedOrViolated(n),
            (Some(Found::Reached(n)), _) if first(n) => Answer::Reached(n),
            (_, Some(n)) => Answer::Violated(n),
            (_, None) if self.initial == 0 => Answer::NoInitialState,
            (_, None) => match kind {
                PropertyKind::Witness => Answer::NeverReached,
                PropertyKind::Invariant | PropertyKind::Transition | PropertyKind::Temporal => Answer::Holds,
            },
        }
    }
}

/// Visits every reachable state.
///
/// # Errors
/// Why that is too much, in words.
pub fn explore(system: &System, scope: &Scope, properties: &[PropertyId]) -> Result<Reference, String> {
    let evaluator = Evaluator::new(system, scope);
    let mut out = Reference {
        found: vec![None; properties.len()],
        ..Reference::default()
    };
    let mut level = match initial_states(&evaluator)? {
        Initial::States(states) => states,
        Initial::Undefined => {
            out.undefined = Some(0);
            return Ok(out);
        }
    };
    let mut known: HashSet<State> = level.iter().cloned().collect();
    out.initial = known.len() as u64;
    let mut depth = 0;
    while !level.is_empty() {
        let mut next = Vec::new();
        for state in &level {
            for (position, property) in properties.iter().enumerate() {
                let now = look(&evaluator, *property, (state, None), depth)?;
                out.found[position] = Found::and(out.found[position], now);
            }
            let broken = events_undefined(&evaluator, state)?;
            out.undefined = out.undefined.or(broken.then_some(depth));
            let attempts = evaluator.attempts(state).map_err(|e| words(&e))?;
            if attempts.is_empty() {
                out.deadlock = out.deadlock.or(Some(depth));
            }
            for attempt in attempts {
                let Ok(Some(after)) = &attempt.outcome else {
                    assert!(broken, "{:?}, and no promise is broken", attempt.outcome);
                    continue;
                };
                out.transitions += 1;
                for (position, property) in properties.iter().enumerate() {
                    let now = look(&evaluator, *property, (state, Some(&attempt)), depth + 1)?;
                    out.found[position] = Found::and(out.found[position], now);
                }
                if known.insert(after.clone()) {
                    next.push(after.clone());
                }
            }
        }
        if known.len() > STATES {
            return Err(format!("more than {STATES} states"));
        }
        level = next;
        depth += 1;
    }
    out.states = known.len() as u64;
    Ok(out)
}

/// Why values cannot be listed. Anything else is a promise that [`transition_system::promise`] forgot.
fn words(e: &EvalError) -> String {
    match e {
        EvalError::Domain(DomainError::Unbounded) => "`int` has no bounds".to_owned(),
        EvalError::Domain(DomainError::TooLarge { limit }) => format!("a type of more than {limit} values"),
        EvalError::Domain(DomainError::NoSize(_))
        | EvalError::Undefined(..)
        | EvalError::Overflow(_)
        | EvalError::IllFormed(_) => {
            panic!("{e:?}")
        }
    }
}

/// What a state (or, for a property of steps, a step) says of a property.
fn look(
    evaluator: &Evaluator<'_>,
    id: PropertyId,
    (state, step): (&State, Option<&Attempt>),
    steps: u64,
) -> Result<Option<Found>, String> {
    let property = evaluator.system.property(id);
    if (property.kind == PropertyKind::Transition) != step.is_some() {
        return Ok(None);
    }
    let next = step.and_then(|s| s.outcome.as_ref().ok()?.as_ref());
    let at = Context { state, next };
    let mut env = Bindings::new();
    let mut claim = (property.formula, &property.promises[..]);
    if let Some(step) = step {
        let binders = evaluator.system.event(step.event).binders();
        env.extend(binders.zip(step.args.iter().cloned()));
        claim = property.of_step(step.event);
    }
    for promise in claim.1 {
        if !truth(evaluator, promise.holds, at, &mut env)? {
            return Ok(Some(Found::Violated(steps)));
        }
    }
    let holds = truth(evaluator, claim.0, at, &mut env)?;
    Ok(match (property.kind, holds) {
        (PropertyKind::Witness, true) => Some(Found::Reached(steps)),
        (PropertyKind::Invariant | PropertyKind::Transition, false) => Some(Found::Violated(steps)),
        (PropertyKind::Witness, false)
        | (PropertyKind::Invariant | PropertyKind::Transition, true)
        | (PropertyKind::Temporal, _) => None,
    })
}

fn truth(
    evaluator: &Evaluator<'_>,
    formula: ExprId,
    at: Context<'_>,
    env: &mut Bindings,
) -> Result<bool, String> {
    evaluator.truth(formula, at, env).map_err(|e| words(&e))
}

/// Whether a promise of an event is broken for some arguments, enabled or not.
fn events_undefined(evaluator: &Evaluator<'_>, state: &State) -> Result<bool, String> {
    let at = Context { state, next: None };
    for id in evaluator.system.event_ids() {
        let event = evaluator.system.event(id);
        if event.promises.is_empty() {
            continue;
        }
        for args in evaluator.arguments(id).map_err(|e| words(&e))? {
            let mut env: Bindings = event.binders().zip(args).collect();
            for promise in &event.promises {
                if !evaluator
                    .truth(promise.holds, at, &mut env)
                    .map_err(|e| words(&e))?
                {
                    return Ok(true);
                }
            }
        }
    }
    Ok(false)
}

// ---- initial states: places filled in order, each formula asked as soon as its places are filled ----

enum Initial {
    States(Vec<State>),
    Undefined,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Const(ConstId),
    Var(VarId),
}

struct Filling<'e, 's> {
    evaluator: &'e Evaluator<'s>,
    places: Vec<(Place, Vec<Value>)>,
    /// Formulas in order, with the number of places that must be filled before.
    formulas: Vec<(&'s Axiom, usize)>,
    out: Vec<State>,
    undefined: bool,
    tried: usize,
}

fn initial_states(evaluator: &Evaluator<'_>) -> Result<Initial, String> {
    let system = evaluator.system;
    let mut places = Vec::new();
    let blank = State {
        constants: Vec::new(),
        variables: Vec::new(),
    };
    for id in system.constant_ids() {
        let mut values = evaluator.domain(system.constant(id).ty).map_err(|e| words(&e))?;
        let mut kept = Vec::new();
        for value in values.drain(..) {
            if given(evaluator, id, &value, &blank)? {
                kept.push(value);
            }
        }
        places.push((Place::Const(id), kept));
    }
    for id in system.variable_ids() {
        places.push((
            Place::Var(id),
            evaluator.domain(system.variable(id).ty).map_err(|e| words(&e))?,
        ));
    }
    let needs = |axiom: &Axiom| {
        let used = places_of(system, axiom);
        places
            .iter()
            .rposition(|(p, _)| used.contains(p))
            .map_or(0, |last| last + 1)
    };
    let mut before = 0;
    let axioms = system.assumptions.iter().chain(&system.init);
    let formulas = axioms.map(|a| {
        before = before.max(needs(a));
        (a, before)
    });
    let formulas = formulas.collect();
    let mut filling = Filling {
        evaluator,
        places,
        formulas,
        out: Vec::new(),
        undefined: false,
        tried: 0,
    };
    let first = State {
        constants: vec![Value::None; system.constants.len()],
        variables: vec![Value::None; system.variables.len()],
    };
    filling.fill(0, 0, first)?;
    Ok(if filling.undefined {
        Initial::Undefined
    } else {
        Initial::States(filling.out)
    })
}

fn places_of(system: &System, axiom: &Axiom) -> BTreeSet<Place> {
    let roots: Vec<ExprId> = std::iter::once(axiom.formula)
        .chain(axiom.promises.iter().map(|p| p.holds))
        .collect();
    let all = post_order(&system.arena, &roots).into_iter();
    all.filter_map(|e| match system.arena.expr(e) {
        Expr::Const(c) => Some(Place::Const(*c)),
        Expr::Var(v) => Some(Place::Var(*v)),
        _ => None,
    })
    .collect()
}

/// Whether a value of a constant agrees with what an instance gives of it.
fn given(evaluator: &Evaluator<'_>, id: ConstId, value: &Value, blank: &State) -> Result<bool, String> {
    let at = Context {
        state: blank,
        next: None,
    };
    let literal = |e: ExprId| {
        evaluator
            .value(e, at, &mut Bindings::new())
            .map_err(|e| words(&e))
    };
    for given in evaluator.system.givens.iter().filter(|g| g.constant == id) {
        let Some(wanted) = given.value else { continue };
        let mut place = value;
        for index in &given.indices {
            let Value::Map(entries) = place else {
                return Err("a key of what is no map".to_owned());
            };
            place = entries.get(&literal(*index)?).ok_or("a key that is none")?;
        }
        if *place != literal(wanted)? {
            return Ok(false);
        }
    }
    Ok(true)
}

impl Filling<'_, '_> {
    fn fill(&mut self, filled: usize, mut asked: usize, state: State) -> Result<(), String> {
        while let Some((axiom, needs)) = self.formulas.get(asked).copied().filter(|(_, n)| *n <= filled) {
            let at = Context {
                state: &state,
                next: None,
            };
            for Promise { holds, .. } in &axiom.promises {
                if !truth(self.evaluator, *holds, at, &mut Bindings::new())? {
                    self.undefined = true;
                    return Ok(());
                }
            }
            if !truth(self.evaluator, axiom.formula, at, &mut Bindings::new())? {
                return Ok(());
            }
            debug_assert!(needs <= filled);
            asked += 1;
        }
        let Some((place, values)) = self.places.get(filled).cloned() else {
            self.out.push(state);
            return Ok(());
        };
        for value in values {
            self.tried += 1;
            if self.tried > CANDIDATES {
                return Err(format!("more than {CANDIDATES} candidates for an initial state"));
            }
            let mut state = state.clone();
            match place {
                Place::Const(c) => state.constants[c.index()] = value,
                Place::Var(v) => state.variables[v.index()] = value,
            }
            self.fill(filled + 1, asked, state)?;
        }
        Ok(())
    }
}
