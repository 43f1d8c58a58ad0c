//! The way from a property to a verdict.
//!
//! First the property alone is tried, with the ranges of variables; then with the greatest set of the specification's
//! invariants that is inductive (or with exactly the lemmas given). Where that fails, the verdict is a run in a small
//! scope that shows the property false, else the counterexample to induction, else what could not be decided.

use transition_system::{
    Conjunct, ConjunctSource, Coverage, Cti, Method, Proof, PropertyId, PropertyKind, Scope, Stop, System,
    Vacuity, Verdict, Violation,
};

use super::bounded::{Bounded, Run};
use super::clock::Clock;
use super::counterexample::{Found, Search};
use super::encoder::{Result, Unsupported};
use super::induction::{Attempt, Induction, describe};
use super::invariants::{distinct, of_property, of_types, others};
use super::ladder::{open_sorts, scopes};
use super::problem::{Goal, Problem};
use super::report::{Answer, ObligationResult, Options};
use super::states;
use super::strengthen::{self, strengthen};

/// With at most so many conjuncts of other invariants, those that the proof does not need are left out of it.
const LEFT_OUT_ONE_BY_ONE: usize = 24;

/// So many small scopes are asked for an initial state.
const STARTS: usize = 16;

/// A run is looked for in so many scopes larger than that of a counterexample to induction.
const FURTHER_SCOPES: usize = 2;

/// If all states up to the scope of the counterexample were seen, a run in a larger one is less likely, and looked for in this part
/// of the time.
const AFTER_ALL_STATES: u32 = 5;

/// Names of the encodings of these scopes begin here, behind those of counterexamples.
const STARTS_TAG: u32 = 1 << 20;

/// Names of the encoding of a system with conjuncts that the machine found begin here.
const STRENGTHENED_TAG: u32 = 1 << 22;

/// What a run makes before it becomes a report.
pub(super) struct Outcome {
    pub(super) verdict: Verdict,
    pub(super) obligations: Vec<ObligationResult>,
    pub(super) witness: Option<transition_system::Trace>,
    pub(super) notes: Vec<String>,
}

impl Outcome {
    pub(super) fn new(verdict: Verdict) -> Self {
        Self {
            verdict,
            obligations: Vec::new(),
            witness: None,
            notes: Vec::new(),
        }
    }
}

/// One task: a property of a system, perhaps in a scope.
pub(super) struct Task<'s> {
    pub(super) system: &'s System,
    pub(super) property: PropertyId,
    pub(super) scope: Option<&'s Scope>,
    pub(super) options: &'s Options,
    pub(super) clock: Clock<'s>,
}

impl Task<'_> {
    /// Proves or refutes; see the module.
    pub(super) fn prove(&self, lemmas: Option<&[PropertyId]>) -> Outcome {
        if self.system.property(self.property).kind == PropertyKind::Witness {
            return self.bounded(self.options.reach_depth);
        }
        let mut system = self.system.clone();
        let types = of_types(&mut system);
        let task = Task {
            system: &system,
            ..*self
        };
        match task.proved(lemmas, types) {
            Ok(outcome) => self.or_stopped(outcome),
            Err(Unsupported(what)) => Outcome::new(Verdict::Unknown(Stop::Unsupported(what))),
        }
    }

    /// What was not decided before the time was over is not said to be hard.
    fn or_stopped(&self, outcome: Outcome) -> Outcome {
        match (&outcome.verdict, self.clock.stop()) {
            (Verdict::Unknown(Stop::SolverUnknown(_)), Some(stop)) => {
                let decided = |o: &&ObligationResult| matches!(o.result, Answer::Proved | Answer::Trivial);
                let proved = outcome.obligations.iter().filter(decided).count();
                Outcome {
                    verdict: Verdict::Unknown(stop),
                    notes: vec![format!(
                        "stopped in the middle of a proof; {proved} of its obligations hold"
                    )],
                    ..outcome
                }
            }
            (_, _) => outcome,
        }
    }

    fn proved(&self, lemmas: Option<&[PropertyId]>, types: Vec<Conjunct>) -> Result<Outcome> {
        let mut induction = Induction::new(
            self.system,
            self.property,
            self.scope,
            self.options,
            self.clock,
            0,
        )?;
        if let Some(outcome) = self.no_start(&mut induction)? {
            return Ok(outcome);
        }
        let own = match self.system.property(self.property).kind {
            PropertyKind::Invariant => of_property(self.system, self.property),
            PropertyKind::Transition | PropertyKind::Witness | PropertyKind::Temporal => Vec::new(),
        };
        let mut notes = Vec::new();
        let mut invariant = distinct(types.into_iter().chain(own));
        if let Some(lemmas) = lemmas {
            let lemmas = lemmas.iter().filter(|l| **l != self.property);
            let lemmas = lemmas.flat_map(|l| of_property(self.system, *l));
            invariant = distinct(invariant.into_iter().chain(lemmas));
        }
        let mut attempt = induction.attempt(&invariant)?;
        if attempt.failed.is_some() && lemmas.is_none() {
            let all = distinct(
                invariant
                    .iter()
                    .cloned()
                    .chain(others(self.system, self.property)),
            );
            let (mut kept, left_out) = induction.strongest(all)?;
            notes.extend(self.left_out(&left_out));
            // A property that is not inductive with the rest is asked once more, so that its failure is shown.
            kept.extend(invariant.iter().filter(|c| left_out.contains(c)).cloned());
            if kept.len() > invariant.len() {
                (invariant, attempt) = needed(&mut induction, &invariant, kept)?;
            }
        }
        let Some((goal, answer)) = attempt.failed else {
            return Ok(self.proof(invariant, attempt, notes));
        };
        if lemmas.is_none()
            && self.options.clauses > 0
            && let Some(outcome) = self.strengthened(&invariant, &attempt, &mut notes)?
        {
            return Ok(outcome);
        }
        let verdict = self.explain(&invariant, goal, answer)?;
        Ok(Outcome {
            verdict,
            obligations: attempt.obligations,
            witness: None,
            notes,
        })
    }

    /// The verdict that the machine finds by conjuncts of its own, if it finds one.
    fn strengthened(
        &self,
        base: &[Conjunct],
        failed: &Attempt,
        notes: &mut Vec<String>,
    ) -> Result<Option<Outcome>> {
        let found = strengthen(
            self.system,
            self.property,
            base,
            self.scope,
            self.options,
            self.clock,
        );
        match found {
            Ok(strengthen::Found::Conjuncts(system, conjuncts)) => {
                let task = Task {
                    system: &system,
                    ..*self
                };
                let mut induction = Induction::new(
                    task.system,
                    task.property,
                    task.scope,
                    task.options,
                    task.clock,
                    STRENGTHENED_TAG,
                )?;
                let own: Vec<Conjunct> = base.iter().filter(|c| task.is_own(c)).cloned().collect();
                let all = distinct(base.iter().cloned().chain(conjuncts));
                let (invariant, attempt) = needed(&mut induction, &own, all)?;
                if attempt.failed.is_some() {
                    notes.push("an invariant was found that is inductive by parts and could not be proved as a whole".to_owned());
                    return Ok(None);
                }
                Ok(Some(task.proof(invariant, attempt, std::mem::take(notes))))
            }
            Ok(strengthen::Found::Violation(mut violation)) => {
                // a larger size might have a shorter run
                violation.shortest &= self.closed();
                let obligations = failed.obligations.clone();
                Ok(Some(Outcome {
                    obligations,
                    ..Outcome::new(Verdict::Violated(violation))
                }))
            }
            Ok(strengthen::Found::Nothing(why)) => {
                notes.push(format!("no invariant was found that proves it: {}", why.text()));
                Ok(None)
            }
            Err(Unsupported(_)) => Ok(None),
        }
    }

    /// Whether a conjunct belongs to the property itself or to types.
    fn is_own(&self, conjunct: &Conjunct) -> bool {
        match conjunct.source {
            ConjunctSource::Type | ConjunctSource::Engine => true,
            ConjunctSource::Specification(p) => p == self.property,
        }
    }

    /// The verdict where there is no initial state at all. Small sizes are asked first: over any size the solver may look for
    /// an infinite state where a finite one would do, and not end.
    fn no_start(&self, induction: &mut Induction<'_>) -> Result<Option<Outcome>> {
        let open = !open_sorts(self.system, &self.scope.cloned().unwrap_or_default()).is_empty();
        let small = scopes(self.system, self.scope, self.options)
            .into_iter()
            .filter(|_| open);
        for (tag, scope) in (STARTS_TAG..).zip(small.take(STARTS)) {
            let problem = Problem::new(self.system, scope, self.options, self.clock, tag);
            if problem.is_ok_and(|mut small| matches!(small.starts(), Ok(Some(true)))) {
                return Ok(None);
            }
        }
        Ok(match induction.starts()? {
            Some(false) => Some(Outcome::new(Verdict::Vacuous(Vacuity::NoInitialState))),
            Some(true) | None => None,
        })
    }

    fn left_out(&self, conjuncts: &[Conjunct]) -> Option<String> {
        let names: Vec<_> = conjuncts
            .iter()
            .filter_map(|c| match c.source {
                ConjunctSource::Specification(p) if p != self.property => {
                    Some(self.system.property(p).name.clone())
                }
                ConjunctSource::Specification(_) | ConjunctSource::Type | ConjunctSource::Engine => None,
            })
            .map(|n| format!("`{n}`"))
            .collect();
        if names.is_empty() {
            return None;
        }
        Some(format!(
            "not used, because not inductive together with the other invariants, or without a form for the solver: {}",
            names.join(", ")
        ))
    }

    fn proof(&self, invariant: Vec<Conjunct>, attempt: Attempt, notes: Vec<String>) -> Outcome {
        let proof = Proof {
            method: Method::Induction,
            system: self.system.clone(),
            property: self.property,
            invariant,
            scope: self.scope.filter(|s| s.sizes().next().is_some()).cloned(),
        };
        let verdict = Verdict::Proved(Box::new(proof));
        Outcome {
            verdict,
            obligations: attempt.obligations,
            witness: None,
            notes,
        }
    }

    /// Why a goal is not proved: a violation, a counterexample to induction, or that it is undecided.
    fn explain(&self, invariant: &[Conjunct], goal: Goal, answer: Answer) -> Result<Verdict> {
        let search = Search {
            system: self.system,
            property: self.property,
            invariant,
            options: self.options,
            clock: self.clock,
        };
        let scopes = scopes(self.system, self.scope, self.options);
        let mut tag = 0;
        let cti = match search.find(goal, &scopes, &mut tag)? {
            Some(Found::Violation(violation)) => return Ok(Verdict::Violated(Box::new(violation))),
            Some(Found::Cti(cti)) => Some(Box::new(cti)),
            None => None,
        };
        if let Some(violation) = self.violation(cti.as_deref(), &scopes, tag)? {
            return Ok(Verdict::Violated(Box::new(violation)));
        }
        Ok(Verdict::Unknown(match cti {
            Some(cti) => Stop::NotInductive(cti),
            None => Stop::SolverUnknown(self.undecided(invariant, goal, answer)),
        }))
    }

    /// A run that shows a failure to be real, in the scopes up to the one of the counterexample, and the next larger ones: of all
    /// states where they are few, else by unrolling.
    fn violation(&self, cti: Option<&Cti>, scopes: &[Scope], mut tag: u32) -> Result<Option<Violation>> {
        let likely = 1 + cti
            .and_then(|c| scopes.iter().position(|s| *s == c.scope))
            .unwrap_or(0);
        let mut bounded = Bounded {
            system: self.system,
            property: self.property,
            options: self.options,
            clock: self.clock.within(self.options.query_time),
        };
        let depth = self.options.reach_depth;
        let mut all_states = cti.is_some();
        for (at, scope) in scopes.iter().take(likely + FURTHER_SCOPES).enumerate() {
            if at == likely && all_states {
                let time = self.options.query_time / AFTER_ALL_STATES;
                bounded.clock = self.clock.within(time);
            }
            tag += 1;
            let run = match states::search(self.system, self.property, (scope, depth), &bounded.clock) {
                Some(run) => run,
                None => {
                    all_states = false;
                    bounded.search(scope, depth, tag)?
                }
            };
            match run {
                Run::Violation(violation) => {
                    return Ok(Some(Violation {
                        shortest: self.closed(),
                        ..violation
                    }));
                }
                Run::Stopped { .. } => break,
                Run::Witness(_) | Run::Nothing { .. } | Run::NoInitialState => {}
            }
        }
        Ok(None)
    }

    fn undecided(&self, invariant: &[Conjunct], goal: Goal, answer: Answer) -> String {
        let what = describe(self.system, self.property, invariant, goal);
        let limit = self.options.query_time.as_secs_f64();
        match answer {
            Answer::Refuted => format!(
                "how the obligation `{what}` fails: there is no counterexample with up to {} elements of each sort",
                self.options.largest_sort
            ),
            Answer::Undecided | Answer::Proved | Answer::Trivial => {
                format!("the obligation `{what}` within {limit} s, tried twice")
            }
        }
    }

    /// Whether no sort is left open, so that what is shortest in the scope is shortest.
    fn closed(&self) -> bool {
        open_sorts(self.system, &self.scope.cloned().unwrap_or_default()).is_empty()
    }

    /// Bounded search, in the scope or in small ones.
    pub(super) fn bounded(&self, depth: u32) -> Outcome {
        match self.bounded_search(depth) {
            Ok(outcome) => outcome,
            Err(Unsupported(what)) => Outcome::new(Verdict::Unknown(Stop::Unsupported(what))),
        }
    }

    fn bounded_search(&self, depth: u32) -> Result<Outcome> {
        if let Some(violation) = self.undefined_start()? {
            return Ok(Outcome::new(violation));
        }
        let bounded = Bounded {
            system: self.system,
            property: self.property,
            options: self.options,
            clock: self.clock,
        };
        let witness = self.system.property(self.property).kind == PropertyKind::Witness;
        let mut covered: Option<Coverage> = None;
        let mut exhausted = true;
        for (tag, scope) in scopes(self.system, self.scope, self.options).iter().enumerate() {
            match bounded.search(scope, depth, tag as u32 + 1000)? {
                Run::Violation(violation) => {
                    let violation = Violation {
                        shortest: self.closed(),
                        ..violation
                    };
                    return Ok(Outcome::new(Verdict::Violated(Box::new(violation))));
                }
                Run::Witness(trace) => {
                    let depth = trace.len() as u64;
                    let coverage = Coverage {
                        scope: scope.clone(),
                        exhaustive: false,
                        states: None,
                        depth,
                        missed: None,
                    };
                    let outcome = Outcome::new(Verdict::Holds(coverage));
                    return Ok(Outcome {
                        witness: Some(trace),
                        ..outcome
                    });
                }
                Run::Nothing { depth, exhaustive } => {
                    exhausted &= exhaustive;
                    covered = Some(Coverage {
                        scope: scope.clone(),
                        exhaustive: exhausted && self.closed(),
                        states: None,
                        depth: u64::from(depth),
                        missed: None,
                    });
                }
                Run::NoInitialState => {}
                Run::Stopped { cleared, why } => {
                    let here = cleared.map(|depth| (u64::from(depth), scope.clone()));
                    let before = covered.map(|c| (c.depth, c.scope));
                    return Ok(Outcome {
                        notes: here.or(before).map(|c| self.cleared(c)).into_iter().collect(),
                        ..Outcome::new(Verdict::Unknown(why))
                    });
                }
            }
        }
        Ok(Outcome::new(match covered {
            Some(coverage) if witness => Verdict::Vacuous(Vacuity::NeverReached(coverage)),
            Some(coverage) => Verdict::Holds(coverage),
            None => Verdict::Vacuous(Vacuity::NoInitialState),
        }))
    }

    /// What a search that was given up has shown, in words.
    fn cleared(&self, (depth, scope): (u64, Scope)) -> String {
        let sizes = scope.display(self.system);
        let place = if sizes.is_empty() {
            String::new()
        } else {
            format!(" with {sizes}")
        };
        match self.system.property(self.property).kind {
            PropertyKind::Witness => format!("not reached to depth {depth}{place}"),
            PropertyKind::Invariant | PropertyKind::Transition | PropertyKind::Temporal => {
                format!("no violation to depth {depth}{place}")
            }
        }
    }

    /// A violation in assumptions or `init` that are undefined somewhere.
    fn undefined_start(&self) -> Result<Option<Verdict>> {
        let search = Search {
            system: self.system,
            property: self.property,
            invariant: &[],
            options: self.options,
            clock: self.clock,
        };
        let scopes = scopes(self.system, self.scope, self.options);
        let mut tag = 2000;
        let assumptions = self.system.assumptions.iter().enumerate();
        let assumptions =
            assumptions.flat_map(|(i, a)| (0..a.promises.len()).map(move |k| Goal::Assumption(i, k)));
        let init = self.system.init.iter().enumerate();
        let init = init.flat_map(|(i, a)| (0..a.promises.len()).map(move |k| Goal::InitDefined(i, k)));
        for goal in assumptions.chain(init) {
            if let Some(Found::Violation(violation)) = search.find(goal, &scopes, &mut tag)? {
                return Ok(Some(Verdict::Violated(Box::new(violation))));
            }
        }
        Ok(None)
    }
}

/// Tries `all`, and if it is a proof, leaves out one after the other of what is beyond `own` as long as it stays one.
fn needed(
    induction: &mut Induction<'_>,
    own: &[Conjunct],
    all: Vec<Conjunct>,
) -> Result<(Vec<Conjunct>, Attempt)> {
    let mut invariant = all;
    let mut attempt = induction.attempt(&invariant)?;
    let beyond: Vec<Conjunct> = invariant.iter().filter(|c| !own.contains(c)).cloned().collect();
    if attempt.failed.is_some() || beyond.len() > LEFT_OUT_ONE_BY_ONE {
        return Ok((invariant, attempt));
    }
    for conjunct in beyond {
        let fewer: Vec<Conjunct> = invariant.iter().filter(|c| **c != conjunct).cloned().collect();
        let without = induction.attempt(&fewer)?;
        if without.failed.is_none() {
            (invariant, attempt) = (fewer, without);
        }
    }
    Ok((invariant, attempt))
}
