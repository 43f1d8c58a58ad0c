//! Induction: whether an invariant proves a property, and which invariants hold together.
//!
//! Takes a property, conjuncts, and a scope that may leave sorts open. [`Induction::attempt`] asks every goal;
//! [`Induction::strongest`] gives the greatest set of conjuncts that initial states satisfy and events keep
//! (Flanagan and Leino, *Houdini, an annotation assistant for ESC/Java*, FME 2001). Where an event touches many
//! conjuncts, one query asks for all, and single ones are asked only if it fails.

use std::time::{Duration, Instant};

use transition_system::{Conjunct, EventId, ExprId, PropertyId, Scope, System};

use super::clock::Clock;
use super::encoder::{Result, Unsupported};
use super::problem::{Goal, Problem, goals, touches};
use super::report::{Answer, ObligationResult, Options};
use super::solver::{Model, Outcome};
use super::term::TermId;

/// With more conjuncts than this on one event, they are asked together first.
const TOGETHER: usize = 6;

/// The answers to the goals of one invariant.
pub(super) struct Attempt {
    pub(super) obligations: Vec<ObligationResult>,
    /// The first goal that failed or was not decided.
    pub(super) failed: Option<(Goal, Answer)>,
}

/// One property of one system in one scope.
pub(super) struct Induction<'a> {
    pub(super) property: PropertyId,
    problem: Problem<'a>,
}

impl<'a> Induction<'a> {
    pub(super) fn new(
        system: &'a System,
        property: PropertyId,
        scope: Option<&Scope>,
        options: &Options,
        clock: Clock<'a>,
        tag: u32,
    ) -> Result<Self> {
        let problem = Problem::new(system, scope.cloned().unwrap_or_default(), options, clock, tag)?;
        Ok(Self { property, problem })
    }

    fn system(&self) -> &'a System {
        self.problem.system()
    }

    /// Asks the goals in order, up to the first that is not proved.
    pub(super) fn attempt(&mut self, invariant: &[Conjunct]) -> Result<Attempt> {
        let formulas: Vec<ExprId> = invariant.iter().map(|c| c.formula).collect();
        let system = self.system();
        let mut attempt = Attempt {
            obligations: Vec::new(),
            failed: None,
        };
        let mut kept: Option<(EventId, Duration)> = None;
        for goal in goals(system, self.property, &formulas) {
            let start = Instant::now();
            let answer = match goal {
                Goal::Step(event, c) if !touches(system, event, formulas[c]) => Answer::Trivial,
                Goal::Step(event, _) => {
                    if kept.is_none_or(|(e, _)| e != event) && self.keeps_all(event, &formulas)? {
                        kept = Some((event, start.elapsed()));
                    }
                    match kept {
                        Some((e, _)) if e == event => Answer::Proved,
                        Some(_) | None => self.ask(&formulas, goal)?,
                    }
                }
                Goal::Assumption(..)
                | Goal::InitDefined(..)
                | Goal::Init(_)
                | Goal::EventDefined(..)
                | Goal::PropertyDefined(_)
                | Goal::Follows
                | Goal::StepDefined(..)
                | Goal::Transition(_) => self.ask(&formulas, goal)?,
            };
            attempt
                .obligations
                .push(self.result(invariant, goal, start.elapsed(), answer));
            if matches!(answer, Answer::Refuted | Answer::Undecided) {
                attempt.failed = Some((goal, answer));
                break;
            }
        }
        Ok(attempt)
    }

    fn ask(&mut self, formulas: &[ExprId], goal: Goal) -> Result<Answer> {
        let query = self.problem.query(self.property, formulas, goal)?;
        Ok(match self.check(&query) {
            Outcome::Unsat => Answer::Proved,
            Outcome::Sat(_) => Answer::Refuted,
            Outcome::Undecided => Answer::Undecided,
        })
    }

    fn check(&mut self, query: &[TermId]) -> Outcome {
        if query
            .last()
            .is_some_and(|last| self.problem.encoder.terms.as_bool(*last) == Some(false))
        {
            return Outcome::Unsat;
        }
        self.problem.session.check(&self.problem.encoder, query)
    }

    /// Whether an event keeps all conjuncts, where they are so many that asking for all at once pays.
    fn keeps_all(&mut self, event: EventId, formulas: &[ExprId]) -> Result<bool> {
        let touched: Vec<_> = formulas
            .iter()
            .filter(|f| touches(self.system(), event, **f))
            .copied()
            .collect();
        if touched.len() <= TOGETHER {
            return Ok(false);
        }
        let (query, _) = self.broken(event, formulas, &touched)?;
        Ok(matches!(self.check(&query), Outcome::Unsat))
    }

    /// The query that asks for a step after which one of `claims` is false, and the claims after it.
    fn broken(
        &mut self,
        event: EventId,
        formulas: &[ExprId],
        claims: &[ExprId],
    ) -> Result<(Vec<TermId>, Vec<TermId>)> {
        let mut query = Vec::new();
        self.problem.inductive_hypothesis(formulas, &mut query)?;
        query.extend(self.problem.happens(event)?);
        let after = claims
            .iter()
            .map(|f| self.problem.after(event, *f))
            .collect::<Result<Vec<_>>>()?;
        let all = self.problem.encoder.terms.and(after.iter().copied());
        query.push(self.problem.encoder.terms.not(all));
        Ok((query, after))
    }

    fn result(&self, invariant: &[Conjunct], goal: Goal, time: Duration, result: Answer) -> ObligationResult {
        let name = describe(self.system(), self.property, invariant, goal);
        let (event, conjunct) = match goal {
            Goal::Init(c) => (None, Some(c)),
            Goal::Step(e, c) => (Some(e), Some(c)),
            Goal::EventDefined(e, _) | Goal::StepDefined(e, _) | Goal::Transition(e) => (Some(e), None),
            Goal::Assumption(..) | Goal::InitDefined(..) | Goal::PropertyDefined(_) | Goal::Follows => {
                (None, None)
            }
        };
        let conjunct = conjunct.and_then(|c| invariant.get(c)).map(|c| c.name.clone());
        ObligationResult {
            name,
            event,
            conjunct,
            time,
            result,
        }
    }

    // ---- the greatest inductive set ----

    /// The conjuncts of the greatest subset that initial states satisfy and every event keeps, as far as the
    /// solver decides; and those left out.
    pub(super) fn strongest(&mut self, candidates: Vec<Conjunct>) -> Result<(Vec<Conjunct>, Vec<Conjunct>)> {
        let (mut kept, mut left_out) = (Vec::new(), Vec::new());
        for candidate in candidates {
            // what has no form for the solver, such as a count over any size, is left out too
            match self.ask(&[candidate.formula], Goal::Init(0)) {
                Ok(Answer::Proved | Answer::Trivial) => kept.push(candidate),
                Ok(Answer::Refuted | Answer::Undecided) | Err(Unsupported(_)) => left_out.push(candidate),
            }
        }
        let mut changed = true;
        while changed && !self.problem.session.expired() {
            changed = false;
            for event in self.system().event_ids() {
                while let Some(lost) = self.lost(event, &kept)? {
                    changed = true;
                    let mut index = 0;
                    kept.retain(|c| {
                        index += 1;
                        let stays = !lost.contains(&(index - 1));
                        if !stays {
                            left_out.push(c.clone());
                        }
                        stays
                    });
                }
            }
        }
        Ok((kept, left_out))
    }

    /// Positions of conjuncts that an event may break, some at least; `None` if it keeps all.
    fn lost(&mut self, event: EventId, kept: &[Conjunct]) -> Result<Option<Vec<usize>>> {
        let formulas: Vec<ExprId> = kept.iter().map(|c| c.formula).collect();
        let touched: Vec<usize> = (0..kept.len())
            .filter(|i| touches(self.system(), event, formulas[*i]))
            .collect();
        if touched.is_empty() {
            return Ok(None);
        }
        let claims: Vec<ExprId> = touched.iter().map(|i| formulas[*i]).collect();
        let (query, after) = self.broken(event, &formulas, &claims)?;
        match self.check(&query) {
            Outcome::Unsat => return Ok(None),
            Outcome::Sat(model) => {
                let lost = self.false_in(&model, &touched, &after);
                if !lost.is_empty() {
                    return Ok(Some(lost));
                }
            }
            Outcome::Undecided => {}
        }
        let mut lost = Vec::new();
        for i in touched {
            if !matches!(self.ask(&formulas, Goal::Step(event, i))?, Answer::Proved) {
                lost.push(i);
            }
        }
        Ok(if lost.is_empty() { None } else { Some(lost) })
    }

    fn false_in(&mut self, model: &Model, positions: &[usize], claims: &[TermId]) -> Vec<usize> {
        let problem = &mut self.problem;
        positions
            .iter()
            .zip(claims)
            .filter(|(_, claim)| problem.session.truth(&problem.encoder, model, **claim) == Some(false))
            .map(|(i, _)| *i)
            .collect()
    }

    /// Whether there is an initial state; `None` if the solver does not say.
    pub(super) fn starts(&mut self) -> Result<Option<bool>> {
        self.problem.starts()
    }
}

/// A goal in words, as reports and certificates name it.
pub(super) fn describe(system: &System, property: PropertyId, invariant: &[Conjunct], goal: Goal) -> String {
    let conjunct = |c: usize| invariant.get(c).map_or("?", |c| c.name.as_str());
    let event = |e: EventId| system.event(e).name.as_str();
    let name = &system.property(property).name;
    match goal {
        Goal::Assumption(i, k) => format!("defined assumption {i} {k}"),
        Goal::InitDefined(i, k) => format!("defined init {i} {k}"),
        Goal::Init(c) => format!("init {}", conjunct(c)),
        Goal::EventDefined(e, k) => format!("defined {} {k}", event(e)),
        Goal::Step(e, c) => format!("step {} {}", event(e), conjunct(c)),
        Goal::PropertyDefined(k) => format!("defined property {name} {k}"),
        Goal::Follows => format!("property {name}"),
        Goal::StepDefined(e, k) => format!("defined property {name} of {} {k}", event(e)),
        Goal::Transition(e) => format!("property {name} of {}", event(e)),
    }
}
