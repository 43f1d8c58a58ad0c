//! Lassos: whether an infinite run is fair, and whether it satisfies a temporal formula, by their definitions.
//!
//! Takes a run whose steps were replayed and whose loop closes ([`crate::replay`]). A lasso has a position for each
//! state but the last, which is that of the loop's start; where the loop has no step the run stutters in its last
//! state forever. Fairness is asked of the states of the loop, formulas are evaluated at every position from the
//! inside out. Shares no code with the engine that finds lassos.

use std::collections::BTreeSet;

use crate::eval::{Bindings, Context, EvalError, Evaluator};
use crate::expr::Quantifier;
use crate::fairness::{FairAction, Fairness, fair_actions};
use crate::ids::EventId;
use crate::temporal::Temporal;
use crate::trace::{State, Trace};
use crate::value::{Value, product};

type Result<T> = std::result::Result<T, EvalError>;

/// A run that goes on forever.
pub(crate) struct Lasso<'t> {
    /// The states at the positions, and for each the position after it.
    states: Vec<&'t State>,
    next: Vec<usize>,
    start: usize,
    trace: &'t Trace,
}

impl<'t> Lasso<'t> {
    /// The lasso of a trace that has a loop.
    pub(crate) fn of(trace: &'t Trace) -> Option<Self> {
        let start = trace.loop_start?;
        let count = trace.len().max(start + 1);
        let states = (0..count).map(|i| trace.state(i)).collect::<Option<Vec<_>>>()?;
        let next = (0..count).map(|i| if i + 1 < count { i + 1 } else { start });
        Some(Self {
            states,
            next: next.collect(),
            start,
            trace,
        })
    }

    /// Whether the run is fair to every action that the system is fair to.
    pub(crate) fn is_fair(&self, evaluator: &Evaluator<'_>) -> Result<bool> {
        for action in fair_actions(evaluator.system) {
            let Some(first) = action.events.first() else {
                continue;
            };
            let params = &evaluator.system.event(*first).params;
            let domains = params
                .iter()
                .map(|b| evaluator.domain(evaluator.system.arena.binder_info(*b).ty))
                .collect::<Result<Vec<_>>>()?;
            for values in product(&domains) {
                if !self.is_fair_to(evaluator, &action, &values)? {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    fn is_fair_to(&self, evaluator: &Evaluator<'_>, action: &FairAction, params: &[Value]) -> Result<bool> {
        let happens = (self.start..self.trace.len()).any(|i| {
            let step = &self.trace.steps[i];
            let before = self.trace.state(i);
            action.events.contains(&step.event)
                && step.args.starts_with(params)
                && before != Some(&step.state)
        });
        if happens {
            return Ok(true);
        }
        let mut enabled = BTreeSet::new();
        for state in &self.states[self.start..] {
            let mut here = false;
            for event in &action.events {
                here |= is_enabled(evaluator, *event, params, state)?;
            }
            enabled.insert(here);
        }
        Ok(match action.fairness {
            Fairness::None => true,
            Fairness::Weak => enabled.contains(&false),
            Fairness::Strong => !enabled.contains(&true),
        })
    }

    /// Whether the run satisfies a closed formula.
    pub(crate) fn satisfies(&self, evaluator: &Evaluator<'_>, formula: &Temporal) -> Result<bool> {
        let truth = self.truth(evaluator, formula, &mut Bindings::new())?;
        Ok(truth.first().copied().unwrap_or(false))
    }

    /// The truth of a formula at each position.
    fn truth(&self, evaluator: &Evaluator<'_>, formula: &Temporal, env: &mut Bindings) -> Result<Vec<bool>> {
        let pointwise = |a: Vec<bool>, b: Vec<bool>, f: fn(bool, bool) -> bool| -> Vec<bool> {
            a.into_iter().zip(b).map(|(a, b)| f(a, b)).collect()
        };
        Ok(match formula {
            Temporal::State(e) => {
                let at = |state| Context { state, next: None };
                let values = self.states.iter().map(|s| evaluator.truth(*e, at(s), env));
                values.collect::<Result<_>>()?
            }
            Temporal::Not(a) => self.truth(evaluator, a, env)?.into_iter().map(|x| !x).collect(),
            Temporal::And(list) => {
                let mut out = vec![true; self.states.len()];
                for part in list {
                    out = pointwise(out, self.truth(evaluator, part, env)?, |a, b| a && b);
                }
                out
            }
            Temporal::Or(list) => {
                let mut out = vec![false; self.states.len()];
                for part in list {
                    out = pointwise(out, self.truth(evaluator, part, env)?, |a, b| a || b);
                }
                out
            }
            Temporal::Implies(a, b) => {
                let a = self.truth(evaluator, a, env)?;
                pointwise(a, self.truth(evaluator, b, env)?, |a, b| !a || b)
            }
            Temporal::Iff(a, b) => {
                let a = self.truth(evaluator, a, env)?;
                pointwise(a, self.truth(evaluator, b, env)?, |a, b| a == b)
            }
            Temporal::Always(a) => self.always(&self.truth(evaluator, a, env)?),
            Temporal::Eventually(a) => self.eventually(&self.truth(evaluator, a, env)?),
            Temporal::Until(a, b) => {
                let a = self.truth(evaluator, a, env)?;
                self.until(&a, &self.truth(evaluator, b, env)?)
            }
            Temporal::LeadsTo(a, b) => {
                let a = self.truth(evaluator, a, env)?;
                let later = self.eventually(&self.truth(evaluator, b, env)?);
                self.always(&pointwise(a, later, |a, b| !a || b))
            }
            Temporal::Quant(q, binder, body) => {
                let all = *q == Quantifier::Forall;
                let mut out = vec![all; self.states.len()];
                for value in evaluator.domain(evaluator.system.arena.binder_info(*binder).ty)? {
                    env.insert(*binder, value);
                    let one = self.truth(evaluator, body, env)?;
                    let join = if all { |a, b| a && b } else { |a, b| a || b };
                    out = pointwise(out, one, join);
                }
                env.remove(binder);
                out
            }
        })
    }

    fn always(&self, p: &[bool]) -> Vec<bool> {
        let not: Vec<bool> = p.iter().map(|x| !x).collect();
        self.eventually(&not).into_iter().map(|x| !x).collect()
    }

    fn eventually(&self, p: &[bool]) -> Vec<bool> {
        self.until(&vec![true; p.len()], p)
    }

    /// The least solution of *now `q`, or `p` and this next*. From the end backwards, where the position after the last one
    /// is in the loop, so that what is found there is carried round once more.
    fn until(&self, p: &[bool], q: &[bool]) -> Vec<bool> {
        let mut out = vec![false; p.len()];
        for _ in 0..2 {
            for i in (0..p.len()).rev() {
                out[i] = q[i] || (p[i] && out[self.next[i]]);
            }
        }
        out
    }
}

/// Whether an event with these parameters and some choices changes the state.
fn is_enabled(evaluator: &Evaluator<'_>, event: EventId, params: &[Value], state: &State) -> Result<bool> {
    let decl = evaluator.system.event(event);
    let choices = decl
        .choices
        .iter()
        .map(|b| evaluator.domain(evaluator.system.arena.binder_info(*b).ty))
        .collect::<Result<Vec<_>>>()?;
    for chosen in product(&choices) {
        let args: Vec<Value> = params.iter().cloned().chain(chosen).collect();
        if evaluator
            .fire(event, &args, state)?
            .is_some_and(|next| next != *state)
        {
            return Ok(true);
        }
    }
    Ok(false)
}
