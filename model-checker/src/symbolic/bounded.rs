//! Bounded search: runs of up to so many steps in a scope.
//!
//! Takes a property and a scope that leaves no sort open. Gives the shortest run of the scope that violates
//! it, reaches it (a witness), or meets something undefined; or how far there is none. One solver sees state
//! after state; each step chooses one event by a symbol of a finite sort. Guarantees: every run given was
//! replayed by the reference evaluator.

use transition_system::eval::{Bindings, Context, Evaluator};
use transition_system::replay::{replay, replay_run};
use transition_system::{
    EventId, ExprId, Owner, Promise, PromiseKind, PropertyId, PropertyKind, Scope, Step, Stop, System, Trace,
    Violation, Wrong,
};
use z3::{SatResult, Solver};

use super::clock::Clock;
use super::encoder::{Frame, Result};
use super::extract::Reader;
use super::problem::{Case, Problem, make_case};
use super::quiet::quietly;
use super::report::Options;
use super::solver::{Model, Session, Strategy};
use super::term::{Base, Symbol, TermId};
use super::value::{EnvId, FrameId};

/// What a bounded search gives.
pub(super) enum Run {
    /// A violation.
    Violation(Violation),
    /// A run that reaches the witness.
    Witness(Trace),
    /// Nothing up to this depth; whether there are no longer runs at all.
    Nothing { depth: u32, exhaustive: bool },
    /// There is no initial state in the scope.
    NoInitialState,
    /// Given up: why, and the depth up to which there is nothing, if any.
    Stopped { cleared: Option<u32>, why: Stop },
}

/// What to search for.
pub(super) struct Bounded<'s> {
    pub(super) system: &'s System,
    pub(super) property: PropertyId,
    pub(super) options: &'s Options,
    pub(super) clock: Clock<'s>,
}

/// One thing that may be wrong with a state.
struct Bad {
    what: BadEnd,
    formula: TermId,
}

enum BadEnd {
    Property,
    PropertyUndefined(PromiseKind, usize),
    EventUndefined(EventId, usize),
}

/// A step of the unrolling: which event, and the symbols of each.
struct Unrolled {
    chosen: TermId,
    cases: Vec<Case>,
}

struct Unrolling<'a> {
    problem: Problem<'a>,
    solver: Solver,
    frames: Vec<FrameId>,
    steps: Vec<Unrolled>,
}

impl Bounded<'_> {
    /// Searches runs of at most `depth` steps in `scope`.
    pub(super) fn search(&self, scope: &Scope, depth: u32, tag: u32) -> Result<Run> {
        let mut run = self.start(scope, tag)?;
        for at in 0..=depth {
            if let Some(why) = self.clock.stop() {
                let cleared = at.checked_sub(1);
                return Ok(Run::Stopped { cleared, why });
            }
            match quietly(|| run.solver.check()) {
                SatResult::Unsat if at == 0 => return Ok(Run::NoInitialState),
                SatResult::Unsat => {
                    return Ok(Run::Nothing {
                        depth: at - 1,
                        exhaustive: true,
                    });
                }
                SatResult::Sat => {}
                SatResult::Unknown => {
                    return Ok(self.undecided(at, format!("whether there is a run of {at} steps")));
                }
            }
            let cases = run.cases()?;
            let bad = self.bad(&mut run, &cases)?;
            if let Some(found) = self.look(&mut run, &bad, &cases)? {
                return Ok(found);
            }
            if at < depth {
                run.step(cases)?;
            }
        }
        Ok(Run::Nothing {
            depth,
            exhaustive: false,
        })
    }

    /// A query at a depth was not decided: the time is over, or `what` was too hard.
    fn undecided(&self, depth: u32, what: String) -> Run {
        Run::Stopped {
            cleared: depth.checked_sub(1),
            why: self.clock.stop().unwrap_or(Stop::SolverUnknown(what)),
        }
    }

    fn start(&self, scope: &Scope, tag: u32) -> Result<Unrolling<'_>> {
        let mut problem = Problem::new(self.system, scope.clone(), self.options, self.clock, tag)?;
        let mut given = problem.axioms();
        given.push(problem.ranges(problem.state)?);
        given.extend(&problem.init);
        let solver = problem.session.solver(self.options.seed, Strategy::Default);
        let mut run = Unrolling {
            frames: vec![problem.state],
            problem,
            solver,
            steps: Vec::new(),
        };
        for term in given {
            run.assert(term);
        }
        Ok(run)
    }

    /// Everything that may be wrong with the last state, in the order in which it is reported.
    fn bad(&self, run: &mut Unrolling<'_>, cases: &[Case]) -> Result<Vec<Bad>> {
        let mut out = Vec::new();
        self.bad_property(run, &mut out)?;
        for (event, case) in self.system.event_ids().zip(cases) {
            let mut before = vec![case.arguments];
            for (k, promise) in case.promises.iter().enumerate() {
                let not = run.problem.encoder.terms.not(*promise);
                let formula = run.problem.encoder.terms.and(before.iter().copied().chain([not]));
                out.push(Bad {
                    what: BadEnd::EventUndefined(event, k),
                    formula,
                });
                before.push(*promise);
            }
        }
        Ok(out)
    }

    fn bad_property(&self, run: &mut Unrolling<'_>, out: &mut Vec<Bad>) -> Result<()> {
        let decl = self.system.property(self.property);
        let closed = run.problem.closed;
        match (decl.kind, run.frames.as_slice(), run.steps.last()) {
            (PropertyKind::Invariant | PropertyKind::Witness, _, _) => {
                let claim = (decl.formula, &decl.promises[..]);
                self.bad_claim(run, claim, (closed, run.last()), Vec::new(), out)?;
            }
            (PropertyKind::Transition, [.., before, after], Some(step)) => {
                let (before, after, chosen) = (*before, *after, step.chosen);
                let envs: Vec<EnvId> = step.cases.iter().map(|c| c.env).collect();
                let pair = run.problem.encoder.pair(before, after);
                for clause in &decl.steps {
                    let literal =
                        (run.problem.encoder.terms).literal(Base::Event, clause.event.index() as u32);
                    let this = run.problem.encoder.terms.eq(chosen, literal);
                    let env = envs.get(clause.event.index()).copied().unwrap_or(closed);
                    let claim = (clause.formula, &clause.promises[..]);
                    self.bad_claim(run, claim, (env, pair), vec![this], out)?;
                }
                let others = self.without_clause(run, chosen);
                let claim = (decl.formula, &decl.promises[..]);
                self.bad_claim(run, claim, (closed, pair), others, out)?;
            }
            (PropertyKind::Transition | PropertyKind::Temporal, _, _) => {}
        }
        Ok(())
    }

    /// That the chosen event is none for which the property has a clause.
    fn without_clause(&self, run: &mut Unrolling<'_>, chosen: TermId) -> Vec<TermId> {
        let terms = &mut run.problem.encoder.terms;
        let mut out = Vec::new();
        for clause in &self.system.property(self.property).steps {
            let literal = terms.literal(Base::Event, clause.event.index() as u32);
            let this = terms.eq(chosen, literal);
            out.push(terms.not(this));
        }
        out
    }

    /// What is wrong with a claim, where `before` holds.
    fn bad_claim(
        &self,
        run: &mut Unrolling<'_>,
        (formula, promises): (ExprId, &[Promise]),
        (env, frame): (EnvId, FrameId),
        mut before: Vec<TermId>,
        out: &mut Vec<Bad>,
    ) -> Result<()> {
        for (k, promise) in promises.iter().enumerate() {
            let holds = run.problem.encoder.formula(promise.holds, env, frame)?;
            let not = run.problem.encoder.terms.not(holds);
            let formula = run.problem.encoder.terms.and(before.iter().copied().chain([not]));
            out.push(Bad {
                what: BadEnd::PropertyUndefined(promise.kind, k),
                formula,
            });
            before.push(holds);
        }
        let holds = run.problem.encoder.formula(formula, env, frame)?;
        let claim = match self.system.property(self.property).kind {
            PropertyKind::Witness => holds,
            PropertyKind::Invariant | PropertyKind::Transition | PropertyKind::Temporal => {
                run.problem.encoder.terms.not(holds)
            }
        };
        let formula = run.problem.encoder.terms.and(before.into_iter().chain([claim]));
        out.push(Bad {
            what: BadEnd::Property,
            formula,
        });
        Ok(())
    }

    /// Looks for a run to the last state in which something is wrong.
    fn look(&self, run: &mut Unrolling<'_>, bad: &[Bad], cases: &[Case]) -> Result<Option<Run>> {
        let any = run.problem.encoder.terms.or(bad.iter().map(|b| b.formula));
        if run.problem.encoder.terms.as_bool(any) == Some(false) {
            return Ok(None);
        }
        run.solver.push();
        run.assert(any);
        let (answer, model) = (quietly(|| run.solver.check()), Session::model_of(&run.solver));
        run.solver.pop(1);
        match (answer, model) {
            (SatResult::Unsat, _) => Ok(None),
            (SatResult::Sat, Some(model)) => Ok(Some(self.found(run, bad, cases, &model))),
            (SatResult::Sat | SatResult::Unknown, _) => {
                let depth = run.steps.len() as u32;
                let what = match self.system.property(self.property).kind {
                    PropertyKind::Witness => format!("whether a run of {depth} steps reaches it"),
                    PropertyKind::Invariant | PropertyKind::Transition | PropertyKind::Temporal => {
                        format!("whether a run of {depth} steps violates it")
                    }
                };
                Ok(Some(self.undecided(depth, what)))
            }
        }
    }

    fn found(&self, run: &mut Unrolling<'_>, bad: &[Bad], cases: &[Case], model: &Model) -> Run {
        let depth = run.steps.len() as u32;
        self.confirmed(run, bad, cases, model).unwrap_or_else(|| {
            let what =
                format!("whether a run of {depth} steps is one: the reference evaluator does not confirm it");
            self.undecided(depth, what)
        })
    }

    /// The run of a model, replayed.
    fn confirmed(&self, run: &mut Unrolling<'_>, bad: &[Bad], cases: &[Case], model: &Model) -> Option<Run> {
        let end = bad
            .iter()
            .find(|b| run.problem.session.truth(&run.problem.encoder, model, b.formula) == Some(true))?;
        let trace = run.trace(model)?;
        let scope = run.problem.encoder.scope.clone();
        let decl = self.system.property(self.property);
        let what = match (&end.what, decl.kind) {
            (BadEnd::Property, PropertyKind::Witness) => {
                let evaluator = Evaluator::new(self.system, &scope);
                replay_run(&evaluator, &trace).ok()?;
                let at = Context {
                    state: trace.last(),
                    next: None,
                };
                let reached = evaluator.truth(decl.formula, at, &mut Bindings::new()).ok()?;
                return reached.then_some(Run::Witness(trace));
            }
            (BadEnd::Property, PropertyKind::Invariant) => Wrong::Invariant(self.property),
            (BadEnd::Property, PropertyKind::Transition) => Wrong::Transition(self.property),
            (BadEnd::Property, PropertyKind::Temporal) => return None,
            (BadEnd::PropertyUndefined(kind, k), _) => Wrong::Undefined {
                owner: Owner::Property(self.property),
                kind: *kind,
                index: *k,
            },
            (BadEnd::EventUndefined(event, k), _) => {
                let env = cases.get(event.index())?.env;
                let args = run.reader(model).arguments(*event, env)?;
                let kind = self.system.event(*event).promises.get(*k)?.kind;
                Wrong::Undefined {
                    owner: Owner::Event(*event, args),
                    kind,
                    index: *k,
                }
            }
        };
        replay(self.system, &scope, &trace, &what).ok()?;
        Some(Run::Violation(Violation {
            what,
            trace,
            shortest: true,
        }))
    }
}

impl<'a> Unrolling<'a> {
    fn last(&self) -> FrameId {
        self.frames.last().copied().unwrap_or(self.problem.state)
    }

    fn assert(&mut self, term: TermId) {
        if let Some(formula) = self.problem.session.formula(&self.problem.encoder, term) {
            self.solver.assert(formula);
        }
    }

    /// Every event from the last state.
    fn cases(&mut self) -> Result<Vec<Case>> {
        let (state, tag) = (self.last(), format!("@{}", self.steps.len()));
        let system = self.problem.system();
        system
            .event_ids()
            .map(|e| make_case(&mut self.problem.encoder, e, state, &tag))
            .collect()
    }

    /// One more step: some event happens, and the next state is the one after it.
    fn step(&mut self, cases: Vec<Case>) -> Result<()> {
        let system = self.problem.system();
        let number = self.steps.len();
        let encoder = &mut self.problem.encoder;
        let symbol = Symbol {
            name: format!("event@{number}"),
            args: Vec::new(),
            result: Base::Event,
        };
        let symbol = encoder.terms.declare(symbol);
        let chosen = encoder.terms.apply(symbol, Vec::new());
        let before = self.frames[number];
        let mut values = encoder.variables(before);
        let mut constraints = Vec::new();
        for (event, case) in system.event_ids().zip(&cases) {
            let literal = encoder.terms.literal(Base::Event, event.index() as u32);
            let this = encoder.terms.eq(chosen, literal);
            let happens = [case.arguments, case.guard]
                .into_iter()
                .chain(case.promises.iter().copied());
            let happens = encoder.terms.and(happens);
            constraints.push(encoder.terms.implies(this, happens));
            let after = encoder.variables(case.after);
            for update in &system.event(event).updates {
                let v = update.variable.index();
                values[v] = encoder.choice(this, after[v], values[v])?;
            }
        }
        if cases.is_empty() {
            constraints.push(encoder.terms.bool(false));
        }
        let next = encoder.state(&format!("@{}", number + 1))?;
        let symbols = encoder.variables(next);
        let mut current = encoder.variables(before);
        for (v, variable) in system.variables.iter().enumerate() {
            if values[v] != current[v] {
                constraints.push(encoder.equal(symbols[v], values[v], variable.ty)?);
                current[v] = symbols[v];
            }
        }
        let next = encoder.frame(Frame { current, next: None });
        for term in constraints {
            self.assert(term);
        }
        self.frames.push(next);
        self.steps.push(Unrolled { chosen, cases });
        Ok(())
    }

    fn reader<'r>(&'r mut self, model: &'r Model) -> Reader<'r, 'a> {
        Reader {
            encoder: &mut self.problem.encoder,
            session: &mut self.problem.session,
            model,
        }
    }

    fn trace(&mut self, model: &Model) -> Option<Trace> {
        let frames = self.frames.clone();
        let initial = self.reader(model).state(*frames.first()?)?;
        let mut steps = Vec::new();
        for (index, frame) in frames.iter().enumerate().skip(1) {
            let chosen = self.steps.get(index - 1)?.chosen;
            let event = self
                .problem
                .session
                .element(&self.problem.encoder, model, chosen)?;
            let env = self.steps.get(index - 1)?.cases.get(event as usize)?.env;
            let event = EventId::new(event as usize);
            let args = self.reader(model).arguments(event, env)?;
            let state = self.reader(model).state(*frame)?;
            steps.push(Step { event, args, state });
        }
        Some(Trace {
            initial,
            steps,
            loop_start: None,
        })
    }
}
