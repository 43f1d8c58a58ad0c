//! Invariants found by the machine: universal clauses learnt from counterexamples to induction.
//!
//! Takes a property and conjuncts that are known or asked for. Gives more conjuncts, so that all together are inductive and imply the
//! property, for sorts of any size; or a violation; or nothing.
//!
//! The explicit engine gives all reachable states of small scopes. Then every obligation is asked: first over sorts of any size, and where
//! it fails, in small scopes, for a state from which a step breaks the conjunct. That state is excluded by a smallest clause that holds in all reachable states
//! that are known ([`learn`]), of several the one that is inductive by itself, if there is one. The clause is a conjunct from then on, with obligations of
//! its own. A clause whose counterexample cannot be excluded (it is part of a reachable state) is taken back, and another one learnt in its
//! place. So what ends is a proof: nothing rests on the small scopes. (Counterexamples guided by reachable states of small
//! instances, as in Schultz, Dardik, Tripakis, "Plain and simple inductive invariant inference for distributed protocols in TLA+",
//! FMCAD 2022; clauses from diagrams of finite models as in Karbyshev et al., "Property-directed inference of universal
//! invariants or proving their absence", CAV 2015.)

mod clause;
mod examples;
mod learn;
mod vocabulary;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use transition_system::eval::{Bindings, Context, Evaluator};
use transition_system::{
    Conjunct, EventId, ExprId, PropertyId, Scope, SortId, State, System, Value, Violation,
};

use super::clock::Clock;
use super::encoder::{Result, Unsupported};
use super::extract::Reader;
use super::ladder::scopes;
use super::problem::{Goal, Problem, goals, touches};
use super::report::Options;
use super::solver::Outcome;
use super::term::TermId;
use super::value::FrameId;
use crate::explicit::Limits;

use clause::{Clause, Fact};
use examples::{Examples, Look, tuples};
use learn::Learner;
use vocabulary::Vocabulary;

/// What Z3 may use for one query over sorts of any size where an answer helps but is not needed: some tenths of a second.
const BRIEF: u32 = 1_000_000;
/// How much is looked at in small scopes, the second time if the first was not enough.
const LOOKS: [Effort; 2] = [
    Effort {
        clauses: 100,
        states: 3_000,
        all: 12_000,
        nodes: 150_000,
    },
    Effort {
        clauses: 200,
        states: 40_000,
        all: 150_000,
        nodes: 1_000_000,
    },
];
/// Longest time for all searches of small scopes, and for one; states and nodes are what usually ends them, so that
/// answers do not hang on the clock.
const LOOK_TIME: Duration = Duration::from_secs(20);
const ONE_LOOK: Duration = Duration::from_secs(8);
/// When an attempt is given up, whatever it has learnt.
const LONGEST: Duration = Duration::from_secs(60);
/// At most so many clauses are compared for one counterexample.
const COMPARED: usize = 12;
/// Names of the encodings made here begin here.
const TAG: u32 = 1 << 21;
/// So many names are for one attempt.
const TAGS: u32 = 1 << 12;
/// Most memory of one search, in bytes.
const MEMORY_BYTES: u64 = 1 << 30;

/// What was found.
pub(super) enum Found {
    /// With these, the invariant is inductive; formulas of the system given back.
    Conjuncts(Box<System>, Vec<Conjunct>),
    /// The property is false.
    Violation(Box<Violation>),
    /// Nothing, and why.
    Nothing(Failed),
}

/// Why nothing was found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Failed {
    /// No small scope has a finite form.
    NoScope,
    Time,
    /// So many clauses were learnt.
    Clauses(usize),
    /// No clause of a length that is looked at excludes a counterexample.
    NoClause,
    /// There is a counterexample in every set of universal clauses over the vocabulary that is an invariant: initial states are in it, what
    /// follows a state in it, and every part of one. (The answer of Karbyshev et al., CAV 2015, section 4.)
    NoUniversal,
    /// A counterexample is larger than the scopes that are looked at.
    Larger,
    Undecided,
}

impl Failed {
    /// In words.
    pub(super) fn text(self) -> String {
        match self {
            Failed::NoScope => "no small scope could be searched for states to learn from".to_owned(),
            Failed::Time => "the time was over".to_owned(),
            Failed::Clauses(n) => format!("{n} clauses were learnt and are not enough"),
            Failed::NoClause => "no short clause excludes a counterexample and holds in all reachable states known".to_owned(),
            Failed::NoUniversal => "there is none of universal clauses over what the file says of elements; every such invariant has the \
                                    counterexample in it"
                .to_owned(),
            Failed::Larger => "a counterexample is larger than the scopes that are looked at".to_owned(),
            Failed::Undecided => "the solver could not decide an obligation".to_owned(),
        }
    }

    /// Whether more states of small scopes could change the answer.
    fn is_final(self) -> bool {
        matches!(self, Failed::NoUniversal | Failed::Time)
    }
}

/// An obligation.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Duty {
    /// Of what was given.
    Base(Goal),
    /// Initial states satisfy a clause.
    Init(usize),
    /// An event keeps a clause.
    Step(EventId, usize),
}

/// How much is looked at in small scopes.
#[derive(Clone, Copy)]
struct Effort {
    /// Most clauses that are learnt.
    clauses: usize,
    /// Most states of one scope.
    states: u64,
    /// Most states of all.
    all: usize,
    /// Most nodes of the ground system of one scope.
    nodes: usize,
}

struct Work {
    duty: Duty,
    proved: bool,
    /// Small scopes before this one have no counterexample.
    clear: usize,
}

impl Work {
    fn new(duty: Duty) -> Self {
        Self {
            duty,
            proved: false,
            clear: 0,
        }
    }
}

struct Learnt {
    clause: Clause,
    alive: bool,
}

struct Strengthener<'s> {
    system: &'s System,
    about: About<'s>,
    examples: Vec<Examples>,
    tabu: BTreeSet<Clause>,
    work: Vec<Work>,
    open: Problem<'s>,
    small: Vec<Problem<'s>>,
    given: Option<&'s Scope>,
    scopes: Vec<Scope>,
    /// Whether larger scopes than usual are looked at.
    further: bool,
    /// Most clauses learnt before the search is given up.
    most: usize,
    /// When it is given up whatever was learnt.
    until: Instant,
    options: Options,
    clock: Clock<'s>,
    /// Names of the encodings of small scopes begin here.
    tag: u32,
}

/// Looks for conjuncts that make `base` inductive.
///
/// # Errors
/// What has no form for the solver.
pub(super) fn strengthen(
    system: &System,
    property: PropertyId,
    base: &[Conjunct],
    scope: Option<&Scope>,
    options: &Options,
    clock: Clock<'_>,
) -> Result<Found> {
    let mut system = system.clone();
    let vocabulary = Vocabulary::of(&mut system, property);
    let task = Attempt {
        system: &system,
        property,
        base,
        scope,
        options,
        clock,
        vocabulary: &vocabulary,
    };
    let mut last = Found::Nothing(Failed::Time);
    for (number, effort) in LOOKS.into_iter().enumerate() {
        last = task.run(effort, TAG + number as u32 * TAGS)?;
        match &last {
            Found::Nothing(why) if !why.is_final() && !clock.is_over() => {}
            Found::Nothing(_) | Found::Conjuncts(..) | Found::Violation(_) => break,
        }
    }
    Ok(last)
}

/// What is asked for, whatever the effort.
struct Attempt<'t> {
    system: &'t System,
    property: PropertyId,
    base: &'t [Conjunct],
    scope: Option<&'t Scope>,
    options: &'t Options,
    clock: Clock<'t>,
    vocabulary: &'t Vocabulary,
}

impl Attempt<'_> {
    /// Looks into small scopes, and learns.
    fn run(&self, effort: Effort, tag: u32) -> Result<Found> {
        let scopes = scopes(self.system, self.scope, self.options);
        let examples = match self.examples(&scopes, effort) {
            Ok(examples) => examples,
            Err(violation) => return Ok(Found::Violation(violation)),
        };
        if examples.iter().all(|e| e.states == 0) {
            return Ok(Found::Nothing(Failed::NoScope));
        }
        let base: Vec<ExprId> = self.base.iter().map(|c| c.formula).collect();
        let scope = self.scope.cloned().unwrap_or_default();
        let open = Problem::new(self.system, scope, self.options, self.clock, tag)?;
        let work = goals(self.system, self.property, &base).into_iter();
        let mut strengthener = Strengthener {
            system: self.system,
            about: About {
                vocabulary: self.vocabulary,
                base,
                learnt: Vec::new(),
                property: self.property,
            },
            examples,
            work: work.map(|goal| Work::new(Duty::Base(goal))).collect(),
            tabu: BTreeSet::new(),
            open,
            small: Vec::new(),
            given: self.scope,
            scopes,
            further: false,
            most: effort.clauses.min(self.options.clauses),
            until: Instant::now() + LONGEST,
            options: self.options.clone(),
            clock: self.clock,
            tag: tag + 1,
        };
        if let Some(why) = strengthener.run()? {
            return Ok(Found::Nothing(why));
        }
        let alive = strengthener.about.learnt.iter().filter(|l| l.alive);
        let mut system = self.system.clone();
        let conjuncts = alive
            .enumerate()
            .map(|(i, l)| l.clause.conjunct(self.vocabulary, &mut system, i + 1))
            .collect();
        Ok(Found::Conjuncts(Box::new(system), conjuncts))
    }

    /// The states of small scopes; a violation if one has it.
    fn examples(
        &self,
        scopes: &[Scope],
        effort: Effort,
    ) -> std::result::Result<Vec<Examples>, Box<Violation>> {
        let mut examples: Vec<Examples> = Vec::new();
        let start = Instant::now();
        for scope in scopes {
            let left = LOOK_TIME.saturating_sub(start.elapsed()).min(ONE_LOOK);
            let states: usize = examples.iter().map(|e| e.states).sum();
            if left.is_zero() || states >= effort.all || self.clock.is_over() {
                break;
            }
            // what contains a scope that was too large is too large
            if examples.iter().any(|e| !e.complete && within(&e.scope, scope)) {
                continue;
            }
            let limits = Limits {
                states: Some(effort.states),
                memory_bytes: Some(MEMORY_BYTES),
                time: Some(self.clock.left(left)),
            };
            let look = Examples::of(
                (self.system, self.property),
                self.vocabulary,
                scope,
                (limits, effort.nodes),
                self.clock.interrupt(),
            );
            match look {
                Look::Examples(found) => examples.push(found),
                Look::Violation(violation) => return Err(violation),
                Look::Nothing => {}
            }
        }
        Ok(examples)
    }
}

/// Whether a scope has in each sort at most as many elements as another.
fn within(small: &Scope, large: &Scope) -> bool {
    small
        .sizes()
        .all(|(sort, n)| large.size(sort).is_none_or(|m| n <= m))
}

/// A state of a small scope from which an obligation fails.
struct Failure {
    state: State,
    /// The state after the step, if it is about a step.
    next: Option<State>,
    scope: usize,
}

impl<'s> Strengthener<'s> {
    /// Works until everything is proved (`None`), or says why it does not.
    fn run(&mut self) -> Result<Option<Failed>> {
        while let Some(next) = self.work.iter().position(|w| !w.proved) {
            if self.clock.is_over() {
                return Ok(Some(Failed::Time));
            }
            if self.about.learnt.len() > self.most || Instant::now() > self.until {
                return Ok(Some(Failed::Clauses(self.about.learnt.len())));
            }
            let duty = self.work[next].duty;
            if self.trivial(duty) || matches!(self.ask(duty, Some(BRIEF))?, Outcome::Unsat) {
                self.work[next].proved = true;
                continue;
            }
            let Some(failure) = self.failure(next)? else {
                let why = match self.ask(duty, None)? {
                    Outcome::Unsat => {
                        self.work[next].proved = true;
                        continue;
                    }
                    // there is a counterexample, but in a larger scope
                    Outcome::Sat(_) if self.look_further() => continue,
                    Outcome::Sat(_) => Failed::Larger,
                    Outcome::Undecided => Failed::Undecided,
                };
                if !self.give_up(duty) {
                    return Ok(Some(why));
                }
                continue;
            };
            let facts = self.facts(failure.scope, &failure.state);
            let initial = matches!(
                duty,
                Duty::Init(_) | Duty::Base(Goal::Init(_) | Goal::InitDefined(..) | Goal::Assumption(..))
            );
            let mut learner = Learner::new(self.about.vocabulary, &self.examples, &facts);
            let contained = !initial && learner.is_contained();
            let clauses = if initial || contained {
                Vec::new()
            } else {
                learner.clauses(&self.tabu)
            };
            if clauses.is_empty() {
                // an initial state is in every invariant, and so is what follows a state that is
                let known = match failure.next {
                    _ if initial => Some(facts),
                    Some(next) if contained => Some(self.facts(failure.scope, &next)),
                    Some(_) | None => None,
                };
                if !self.give_up(duty) {
                    return Ok(Some(if contained {
                        Failed::NoUniversal
                    } else {
                        Failed::NoClause
                    }));
                }
                if let Some(facts) = known {
                    self.remember(failure.scope, &facts);
                }
                continue;
            }
            let clause = self.best(clauses)?;
            self.add(clause);
        }
        Ok(None)
    }

    /// Takes back the clause that an obligation is about; `false` if it is about none.
    fn give_up(&mut self, duty: Duty) -> bool {
        let (Duty::Init(clause) | Duty::Step(_, clause)) = duty else {
            return false;
        };
        self.about.learnt[clause].alive = false;
        self.tabu.insert(self.about.learnt[clause].clause.clone());
        self.work.retain(|w| match w.duty {
            Duty::Init(c) | Duty::Step(_, c) => c != clause,
            Duty::Base(_) => true,
        });
        for work in &mut self.work {
            work.proved = false;
            work.clear = 0;
        }
        true
    }

    fn add(&mut self, clause: Clause) {
        let number = self.about.learnt.len();
        self.about.learnt.push(Learnt { clause, alive: true });
        let steps = self.system.event_ids().map(|e| Duty::Step(e, number));
        let duties = std::iter::once(Duty::Init(number)).chain(steps);
        self.work.extend(duties.map(Work::new));
    }

    /// Whether an event writes nothing that a formula reads.
    fn trivial(&self, duty: Duty) -> bool {
        match duty {
            Duty::Base(Goal::Step(event, c)) => !touches(self.system, event, self.about.base[c]),
            Duty::Step(event, c) => {
                let literals = &self.about.learnt[c].clause.literals;
                !literals.iter().any(|l| {
                    let formula = self.about.vocabulary.schemas[l.schema].formula;
                    touches(self.system, event, formula)
                })
            }
            Duty::Base(_) | Duty::Init(_) => false,
        }
    }

    /// Adds larger scopes to look for counterexamples in; `false` if that was done before.
    fn look_further(&mut self) -> bool {
        if self.further {
            return false;
        }
        self.further = true;
        let options = Options {
            largest_sort: self.options.largest_sort + 2,
            ..self.options.clone()
        };
        let more = scopes(self.system, self.given, &options);
        let new: Vec<Scope> = more.into_iter().filter(|s| !self.scopes.contains(s)).collect();
        self.scopes.extend(new);
        true
    }

    /// Asks for a failure of an obligation over sorts of any size; with a limit on resources, as far as can be said within it.
    fn ask(&mut self, duty: Duty, resources: Option<u32>) -> Result<Outcome> {
        let query = self.about.query(&mut self.open, duty)?;
        let Problem { session, encoder, .. } = &mut self.open;
        Ok(match resources {
            Some(resources) => session.check_briefly(encoder, &query, resources),
            None => session.check(encoder, &query),
        })
    }

    /// A failure of an obligation in a small scope.
    fn failure(&mut self, work: usize) -> Result<Option<Failure>> {
        for index in self.work[work].clear..self.scopes.len() {
            if self.clock.is_over() {
                return Ok(None);
            }
            while self.small.len() <= index {
                let scope = self.scopes[self.small.len()].clone();
                let tag = self.tag + self.small.len() as u32;
                let problem = Problem::new(self.system, scope, &self.options, self.clock, tag)?;
                self.small.push(problem);
            }
            let problem = &mut self.small[index];
            let query = self.about.query(problem, self.work[work].duty)?;
            match problem.session.check(&problem.encoder, &query) {
                Outcome::Unsat => self.work[work].clear = index + 1,
                Outcome::Undecided => return Ok(None),
                Outcome::Sat(model) => {
                    let frame = problem.state;
                    let case = match self.work[work].duty {
                        Duty::Step(event, _) => Some((event, problem.case(event)?.env)),
                        Duty::Base(_) | Duty::Init(_) => None,
                    };
                    let mut reader = Reader {
                        encoder: &mut problem.encoder,
                        session: &mut problem.session,
                        model: &model,
                    };
                    let Some(state) = reader.state(frame) else {
                        return Ok(None);
                    };
                    let arguments = match case {
                        Some((event, env)) => reader.arguments(event, env).map(|args| (event, args)),
                        None => None,
                    };
                    let evaluator = Evaluator::new(self.system, &self.scopes[index]);
                    let next = arguments
                        .and_then(|(event, args)| evaluator.fire(event, &args, &state).ok().flatten());
                    return Ok(Some(Failure {
                        state,
                        next,
                        scope: index,
                    }));
                }
            }
        }
        Ok(None)
    }

    /// Takes a state for one that is in every invariant of universal clauses.
    fn remember(&mut self, scope: usize, facts: &[Fact]) {
        let scope = &self.scopes[scope];
        let known = self.examples.iter().position(|e| e.scope == *scope);
        let index = known.unwrap_or_else(|| {
            self.examples
                .push(Examples::none(self.system, self.about.vocabulary, scope));
            self.examples.len() - 1
        });
        self.examples[index].add(self.about.vocabulary, facts);
    }

    /// Everything that the vocabulary says of a state.
    fn facts(&self, scope: usize, state: &State) -> Vec<Fact> {
        let scope = &self.scopes[scope];
        let evaluator = Evaluator::new(self.system, scope);
        let at = Context { state, next: None };
        let sizes: Vec<u32> = self
            .system
            .sort_ids()
            .map(|s| examples::size(self.system, scope, s))
            .collect();
        let mut out = Vec::new();
        for (number, schema) in self.about.vocabulary.schemas.iter().enumerate() {
            let sorts: Vec<SortId> = schema.args.iter().map(|(_, s)| *s).collect();
            for tuple in tuples(&sorts, &sizes) {
                let elements: Vec<(SortId, u32)> = sorts.iter().copied().zip(tuple).collect();
                let values = elements.iter().map(|(s, e)| Value::Element(*s, *e));
                let mut env: Bindings = schema.args.iter().map(|(b, _)| *b).zip(values).collect();
                if let Ok(holds) = evaluator.truth(schema.formula, at, &mut env) {
                    out.push((number, elements, holds));
                }
            }
        }
        out
    }

    /// Of several clauses the first that is inductive together with what is known, without pairs that need not be different where it
    /// holds without; the first if none is.
    fn best(&mut self, clauses: Vec<Clause>) -> Result<Clause> {
        let mut candidates: Vec<Clause> = Vec::new();
        for clause in clauses.iter().take(COMPARED) {
            let stronger = self.without_differences(clause);
            for candidate in [stronger, clause.clone()] {
                if !candidates.contains(&candidate) && !self.tabu.contains(&candidate) {
                    candidates.push(candidate);
                }
            }
        }
        for candidate in &candidates {
            if self.clock.is_over() {
                break;
            }
            if self.inductive(candidate)? {
                return Ok(candidate.clone());
            }
        }
        candidates
            .into_iter()
            .next()
            .ok_or_else(|| Unsupported("no clause".to_owned()))
    }

    fn without_differences(&self, clause: &Clause) -> Clause {
        let mut out = clause.clone();
        for pair in &clause.distinct {
            let mut fewer = out.clone();
            fewer.distinct.retain(|p| p != pair);
            if learn::holds(&fewer, self.about.vocabulary, &self.examples) {
                out = fewer;
            }
        }
        out
    }

    /// Whether every event keeps a clause, given everything else and itself.
    fn inductive(&mut self, clause: &Clause) -> Result<bool> {
        let reads: Vec<ExprId> = clause
            .literals
            .iter()
            .map(|l| self.about.vocabulary.schemas[l.schema].formula)
            .collect();
        let problem = &mut self.open;
        self.about.lemmas(problem)?;
        let state = problem.state;
        let mut query = Vec::new();
        problem.inductive_hypothesis(&self.about.base, &mut query)?;
        query.push(clause.term(
            self.about.vocabulary,
            &mut problem.encoder,
            state,
            &self.about.vocabulary.types,
        )?);
        let mut ways = Vec::new();
        for event in self.system.event_ids() {
            if !reads.iter().any(|f| touches(self.system, event, *f)) {
                continue;
            }
            let mut parts = problem.happens(event)?;
            let after = problem.case(event)?.after;
            let kept = clause.term(
                self.about.vocabulary,
                &mut problem.encoder,
                after,
                &self.about.vocabulary.types,
            )?;
            parts.push(problem.encoder.terms.not(kept));
            ways.push(problem.encoder.terms.and(parts));
        }
        query.push(problem.encoder.terms.or(ways));
        Ok(matches!(
            problem.session.check_briefly(&problem.encoder, &query, BRIEF),
            Outcome::Unsat
        ))
    }
}

/// What queries are about.
struct About<'q> {
    vocabulary: &'q Vocabulary,
    base: Vec<ExprId>,
    learnt: Vec<Learnt>,
    property: PropertyId,
}

impl About<'_> {
    fn clause(&self, problem: &mut Problem<'_>, clause: usize, frame: FrameId) -> Result<TermId> {
        let clause = &self.learnt[clause].clause;
        clause.term(
            self.vocabulary,
            &mut problem.encoder,
            frame,
            &self.vocabulary.types,
        )
    }

    /// Tells a problem the clauses that are conjuncts now.
    fn lemmas(&self, problem: &mut Problem<'_>) -> Result<()> {
        let state = problem.state;
        let alive = (0..self.learnt.len()).filter(|i| self.learnt[*i].alive);
        let terms: Result<Vec<TermId>> = alive.map(|i| self.clause(problem, i, state)).collect();
        problem.lemmas = terms?;
        Ok(())
    }

    /// The formulas that have a model exactly if an obligation fails.
    fn query(&self, problem: &mut Problem<'_>, duty: Duty) -> Result<Vec<TermId>> {
        self.lemmas(problem)?;
        let mut out = Vec::new();
        let claim = match duty {
            Duty::Base(goal) => return problem.query(self.property, &self.base, goal),
            Duty::Init(clause) => {
                out.extend(problem.axioms());
                let ranges = problem.ranges(problem.state)?;
                out.push(ranges);
                out.extend(&problem.init);
                self.clause(problem, clause, problem.state)?
            }
            Duty::Step(event, clause) => {
                problem.inductive_hypothesis(&self.base, &mut out)?;
                out.extend(problem.happens(event)?);
                let after = problem.case(event)?.after;
                self.clause(problem, clause, after)?
            }
        };
        out.push(problem.encoder.terms.not(claim));
        Ok(out)
    }
}
