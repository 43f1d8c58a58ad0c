//! Why a goal fails, as concrete states.
//!
//! Takes a goal that could not be proved, and scopes to look in. Gives the smallest failure found there, made
//! simple (few elements in sets, first values), as a violation of an initial state or as a counterexample to
//! induction. Guarantees: what is given was checked again by the reference evaluator: the state satisfies the
//! invariant, the event leads to the state shown, and the conjunct is false there.

use transition_system::eval::{Bindings, Context, Evaluator};
use transition_system::replay::replay;
use transition_system::value::domain;
use transition_system::{
    Conjunct, ConjunctSource, Cti, ExprId, Owner, Promise, PropertyId, Scope, State, Step, System, Trace,
    Type, TypeId, Value, Violation, Wrong,
};

use super::clock::Clock;
use super::encoder::{Encoder, Result};
use super::extract::Reader;
use super::problem::{Goal, Problem};
use super::report::Options;
use super::solver::Outcome;
use super::term::{Base, TermId};
use super::value::{FrameId, Val, ValId};

/// Most wishes for simple values in one counterexample.
const WISHES: usize = 400;

/// A failure of a goal.
pub(super) enum Found {
    /// In an initial state.
    Violation(Violation),
    /// In a state of the invariant.
    Cti(Cti),
}

/// What to look for, and with which limits.
pub(super) struct Search<'s> {
    pub(super) system: &'s System,
    pub(super) property: PropertyId,
    pub(super) invariant: &'s [Conjunct],
    pub(super) options: &'s Options,
    pub(super) clock: Clock<'s>,
}

impl Search<'_> {
    /// The first failure of the goal in `scopes`, which leave no sort open. `tag` counts the encodings made.
    pub(super) fn find(&self, goal: Goal, scopes: &[Scope], tag: &mut u32) -> Result<Option<Found>> {
        for scope in scopes {
            if self.clock.is_over() {
                return Ok(None);
            }
            *tag += 1;
            let mut problem = Problem::new(self.system, scope.clone(), self.options, self.clock, *tag)?;
            if let Some(found) = self.find_in(&mut problem, goal)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn formulas(&self) -> Vec<ExprId> {
        self.invariant.iter().map(|c| c.formula).collect()
    }

    fn find_in(&self, problem: &mut Problem<'_>, goal: Goal) -> Result<Option<Found>> {
        let mut query = problem.query(self.property, &self.formulas(), goal)?;
        let defined = self.definedness(problem, goal)?;
        query.splice(0..0, defined);
        let wishes = wishes(problem)?;
        let Outcome::Sat(model) = problem
            .session
            .check_preferring(&problem.encoder, &query, &wishes)
        else {
            return Ok(None);
        };
        let case = match goal {
            Goal::EventDefined(e, _) | Goal::Step(e, _) | Goal::StepDefined(e, _) | Goal::Transition(e) => {
                Some((e, problem.case(e)?.env))
            }
            Goal::Assumption(..)
            | Goal::InitDefined(..)
            | Goal::Init(_)
            | Goal::PropertyDefined(_)
            | Goal::Follows => None,
        };
        let frame = problem.state;
        let mut reader = Reader {
            encoder: &mut problem.encoder,
            session: &mut problem.session,
            model: &model,
        };
        let Some(state) = reader.state(frame) else {
            return Ok(None);
        };
        let event = match case {
            Some((event, env)) => match reader.arguments(event, env) {
                Some(args) => Some((event, args)),
                None => return Ok(None),
            },
            None => None,
        };
        Ok(self.checked(goal, &problem.encoder.scope, state, event))
    }

    /// That what the evaluator will look at on the way is defined, so that a model is not about something else.
    fn definedness(&self, problem: &mut Problem<'_>, goal: Goal) -> Result<Vec<TermId>> {
        let mut out = Vec::new();
        let state = problem.state;
        let ranges = problem.ranges(state)?;
        out.push(ranges);
        let assumptions = match goal {
            Goal::Assumption(i, _) => &self.system.assumptions[..i],
            Goal::InitDefined(..)
            | Goal::Init(_)
            | Goal::EventDefined(..)
            | Goal::Step(..)
            | Goal::PropertyDefined(_)
            | Goal::Follows
            | Goal::StepDefined(..)
            | Goal::Transition(_) => &self.system.assumptions[..],
        };
        let init = match goal {
            Goal::InitDefined(i, _) => &self.system.init[..i],
            Goal::Init(_) => &self.system.init[..],
            Goal::Assumption(..)
            | Goal::EventDefined(..)
            | Goal::Step(..)
            | Goal::PropertyDefined(_)
            | Goal::Follows
            | Goal::StepDefined(..)
            | Goal::Transition(_) => &[],
        };
        for axiom in assumptions.iter().chain(init) {
            promises(problem, &axiom.promises, state, &mut out)?;
        }
        if matches!(goal, Goal::Assumption(..) | Goal::InitDefined(..)) {
            return Ok(out);
        }
        for (i, conjunct) in self.invariant.iter().enumerate() {
            let ConjunctSource::Specification(p) = conjunct.source else {
                continue;
            };
            let owned = &self.system.property(p).promises;
            match goal {
                Goal::Init(c) if c != i => continue,
                // Where the property is undefined, it cannot be asked to be true.
                Goal::PropertyDefined(_) if p == self.property => continue,
                Goal::Step(event, c) if c == i => {
                    let after = problem.case(event)?.after;
                    promises(problem, owned, after, &mut out)?;
                }
                _ => {}
            }
            promises(problem, owned, state, &mut out)?;
        }
        Ok(out)
    }

    /// The failure, if the reference evaluator agrees.
    fn checked(
        &self,
        goal: Goal,
        scope: &Scope,
        state: State,
        event: Option<(transition_system::EventId, Vec<Value>)>,
    ) -> Option<Found> {
        let initial = Trace {
            initial: state.clone(),
            steps: Vec::new(),
            loop_start: None,
        };
        let violation = |what: Wrong| {
            replay(self.system, scope, &initial, &what).ok()?;
            Some(Found::Violation(Violation {
                what,
                trace: initial.clone(),
                shortest: true,
            }))
        };
        let undefined = |owner: Owner, list: &[Promise], index: usize| {
            violation(Wrong::Undefined {
                owner,
                kind: list.get(index)?.kind,
                index,
            })
        };
        match goal {
            Goal::Assumption(i, k) => {
                undefined(Owner::Assumption(i), &self.system.assumptions[i].promises, k)
            }
            Goal::InitDefined(i, k) => undefined(Owner::Init(i), &self.system.init[i].promises, k),
            Goal::Init(c) if self.invariant[c].source == ConjunctSource::Specification(self.property) => {
                violation(Wrong::Invariant(self.property))
            }
            Goal::Init(c) if self.own_promise(c).is_some() => {
                let owner = Owner::Property(self.property);
                undefined(
                    owner,
                    &self.system.property(self.property).promises,
                    self.own_promise(c)?,
                )
            }
            Goal::Init(_)
            | Goal::EventDefined(..)
            | Goal::Step(..)
            | Goal::PropertyDefined(_)
            | Goal::Follows
            | Goal::StepDefined(..)
            | Goal::Transition(_) => {
                let cti = self.cti(goal, scope, state, event)?;
                Some(Found::Cti(cti))
            }
        }
    }

    /// Which promise of the property a conjunct is.
    fn own_promise(&self, conjunct: usize) -> Option<usize> {
        let formula = self.invariant.get(conjunct)?.formula;
        let decl = self.system.property(self.property);
        let invariant = decl.kind == transition_system::PropertyKind::Invariant;
        decl.promises.iter().position(|p| invariant && p.holds == formula)
    }

    fn cti(
        &self,
        goal: Goal,
        scope: &Scope,
        state: State,
        event: Option<(transition_system::EventId, Vec<Value>)>,
    ) -> Option<Cti> {
        let evaluator = Evaluator::new(self.system, scope);
        let at = Context {
            state: &state,
            next: None,
        };
        let truth =
            |formula: ExprId, at: Context<'_>, env: &mut Bindings| evaluator.truth(formula, at, env).ok();
        if !evaluator.constants_allowed(&state).ok()? {
            return None;
        }
        let decl = self.system.property(self.property);
        let (broken, formula) = self.described(goal)?;
        let mut steps = Vec::new();
        let undefined_there = |c: &Conjunct| {
            matches!(goal, Goal::PropertyDefined(_))
                && c.source == ConjunctSource::Specification(self.property)
        };
        match goal {
            Goal::Init(_) => {
                if !evaluator.is_initial(&state).ok()? || truth(formula, at, &mut Bindings::new())? {
                    return None;
                }
            }
            _ if !self
                .invariant
                .iter()
                .filter(|c| !undefined_there(c))
                .all(|c| truth(c.formula, at, &mut Bindings::new()) == Some(true)) =>
            {
                return None;
            }
            Goal::EventDefined(id, _) => {
                let (_, args) = event?;
                let mut env: Bindings = self.system.event(id).binders().zip(args).collect();
                if truth(formula, at, &mut env)? {
                    return None;
                }
            }
            Goal::PropertyDefined(_) | Goal::Follows => {
                if truth(formula, at, &mut Bindings::new())? {
                    return None;
                }
            }
            Goal::Step(..) | Goal::StepDefined(..) | Goal::Transition(_) => {
                let (id, args) = event?;
                let next = evaluator.fire(id, &args, &state).ok()??;
                let two_states = decl.kind == transition_system::PropertyKind::Transition
                    && !matches!(goal, Goal::Step(..));
                let at = if two_states {
                    Context {
                        state: &state,
                        next: Some(&next),
                    }
                } else {
                    Context {
                        state: &next,
                        next: None,
                    }
                };
                let mut env: Bindings = self
                    .system
                    .event(id)
                    .binders()
                    .zip(args.iter().cloned())
                    .collect();
                if truth(formula, at, &mut env)? {
                    return None;
                }
                steps.push(Step {
                    event: id,
                    args,
                    state: next,
                });
            }
            Goal::Assumption(..) | Goal::InitDefined(..) => return None,
        }
        Some(Cti {
            scope: scope.clone(),
            trace: Trace {
                initial: state,
                steps,
                loop_start: None,
            },
            broken,
            formula,
        })
    }

    /// What breaks where a goal fails: its name, and the formula that is false.
    fn described(&self, goal: Goal) -> Option<(String, ExprId)> {
        let decl = self.system.property(self.property);
        let promise = |name: &str, list: &[Promise], k: usize| {
            list.get(k).map(|p| (format!("promise {k} of {name}"), p.holds))
        };
        match goal {
            Goal::Init(c) | Goal::Step(_, c) => self
                .invariant
                .get(c)
                .map(|conjunct| (conjunct.name.clone(), conjunct.formula)),
            Goal::EventDefined(e, k) => {
                let event = self.system.event(e);
                promise(&event.name, &event.promises, k)
            }
            Goal::PropertyDefined(k) => promise(&decl.name, &decl.promises, k),
            Goal::StepDefined(e, k) => promise(&decl.name, decl.of_step(e).1, k),
            Goal::Follows => Some((decl.name.clone(), decl.formula)),
            Goal::Transition(e) => Some((decl.name.clone(), decl.of_step(e).0)),
            Goal::Assumption(..) | Goal::InitDefined(..) => None,
        }
    }
}

fn promises(
    problem: &mut Problem<'_>,
    list: &[Promise],
    frame: FrameId,
    out: &mut Vec<TermId>,
) -> Result<()> {
    for promise in list {
        let term = problem.encoder.formula(promise.holds, problem.closed, frame)?;
        out.push(term);
    }
    Ok(())
}

/// Wishes that make a state simple: nothing true, no value in an option, first values.
pub(super) fn wishes(problem: &mut Problem<'_>) -> Result<Vec<TermId>> {
    let system = problem.system();
    let values = problem.encoder.variables(problem.state);
    let variables = system.variables.iter().map(|v| v.ty).zip(values);
    let constants = system
        .constants
        .iter()
        .map(|c| c.ty)
        .zip(problem.encoder.constants.clone());
    let mut out = Vec::new();
    for (ty, value) in variables.chain(constants).collect::<Vec<_>>() {
        wish(&mut problem.encoder, value, ty, &mut out)?;
    }
    Ok(out)
}

fn wish(encoder: &mut Encoder<'_>, value: ValId, ty: TypeId, out: &mut Vec<TermId>) -> Result<()> {
    if out.len() >= WISHES {
        return Ok(());
    }
    match (encoder.get(value).clone(), encoder.ty(ty)) {
        (Val::Leaf(term), ty) => {
            let simple = match (encoder.terms.base(term), ty) {
                (Base::Bool, _) => encoder.terms.not(term),
                (Base::Int, Type::Range { lo, .. }) => {
                    let lo = encoder.terms.int(*lo);
                    encoder.terms.eq(term, lo)
                }
                (Base::Int, _) => {
                    let zero = encoder.terms.int(0);
                    encoder.terms.eq(term, zero)
                }
                (base @ (Base::Enum(_) | Base::Sort(_) | Base::Event), _) => {
                    let first = encoder.terms.literal(base, 0);
                    encoder.terms.eq(term, first)
                }
            };
            out.push(simple);
        }
        (Val::Option(some, value), Type::Option(inner)) => {
            let none = encoder.terms.not(some);
            out.push(none);
            wish(encoder, value, *inner, out)?;
        }
        (Val::Tuple(items), Type::Tuple(parts)) => {
            for (item, ty) in items.into_iter().zip(parts) {
                wish(encoder, item, *ty, out)?;
            }
        }
        (_, Type::Set(elem)) => {
            for item in keys(encoder, *elem) {
                let item = encoder.lift(&item, *elem)?;
                let member = encoder.member(item, value)?;
                let absent = encoder.terms.not(member);
                out.push(absent);
            }
        }
        (_, Type::Map(key_ty, value_ty)) => {
            for key in keys(encoder, *key_ty) {
                let key = encoder.lift(&key, *key_ty)?;
                let item = encoder.apply(value, key)?;
                wish(encoder, item, *value_ty, out)?;
            }
        }
        (_, _) => {}
    }
    Ok(())
}

fn keys(encoder: &Encoder<'_>, ty: TypeId) -> Vec<Value> {
    domain(encoder.system, &encoder.scope, ty, WISHES as u64).unwrap_or_default()
}
