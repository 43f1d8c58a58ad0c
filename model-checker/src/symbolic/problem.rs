//! The obligations of induction as queries.
//!
//! Takes a system, a scope that may leave sorts open, and an invariant as a list of formulas. Gives for each
//! [`Goal`] the formulas whose conjunction has a model exactly if the goal fails. Guarantees: the goals that
//! [`goals`] lists, all without a model, prove the property of every reachable state (every step), and that
//! nothing is undefined in one; see the comment there.

use transition_system::subst::post_order;
use transition_system::{EventId, Expr, ExprId, Promise, PropertyId, PropertyKind, Scope, System};

use super::clock::Clock;
use super::encoder::{Encoder, Result, Unsupported};
use super::report::Options;
use super::solver::{Outcome, Session};
use super::term::TermId;
use super::value::{EnvId, FrameId};

/// One obligation. Numbers of promises are positions in the list of their owner, of conjuncts in the invariant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Goal {
    /// Assumption `.0` is defined as far as its promise `.1` says.
    Assumption(usize, usize),
    /// Formula `.0` of `init`, likewise.
    InitDefined(usize, usize),
    /// Initial states satisfy a conjunct.
    Init(usize),
    /// An event is defined, as far as its promise says.
    EventDefined(EventId, usize),
    /// An event keeps a conjunct.
    Step(EventId, usize),
    /// The property is defined wherever the invariant holds.
    PropertyDefined(usize),
    /// The invariant implies the property.
    Follows,
    /// The transition property is defined of every step of an event.
    StepDefined(EventId, usize),
    /// Every step of an event satisfies the transition property.
    Transition(EventId),
}

/// All goals that together prove a property by an invariant, in the order in which a reader expects them.
///
/// Why they suffice: let every partial operator have some fixed value where the language gives none. The
/// goals `Init` and `Step` make the invariant hold in every state that is reached by steps with that
/// reading. By `Assumption`, `InitDefined` and `EventDefined`, no formula that decides such a step uses a value
/// that the language does not give, so these states are those of the language. `PropertyDefined` and `Follows`
/// (`StepDefined` and `Transition`) then give the property.
pub(super) fn goals(system: &System, property: PropertyId, invariant: &[ExprId]) -> Vec<Goal> {
    let mut goals = Vec::new();
    for (i, axiom) in system.assumptions.iter().enumerate() {
        goals.extend((0..axiom.promises.len()).map(|k| Goal::Assumption(i, k)));
    }
    for (i, axiom) in system.init.iter().enumerate() {
        goals.extend((0..axiom.promises.len()).map(|k| Goal::InitDefined(i, k)));
    }
    goals.extend((0..invariant.len()).map(Goal::Init));
    for event in system.event_ids() {
        goals.extend((0..system.event(event).promises.len()).map(|k| Goal::EventDefined(event, k)));
        goals.extend((0..invariant.len()).map(|c| Goal::Step(event, c)));
    }
    let decl = system.property(property);
    let promises = 0..decl.promises.len();
    match decl.kind {
        PropertyKind::Transition => {
            for event in system.event_ids() {
                let promises = 0..decl.of_step(event).1.len();
                goals.extend(promises.map(|k| Goal::StepDefined(event, k)));
                goals.push(Goal::Transition(event));
            }
        }
        PropertyKind::Invariant | PropertyKind::Witness | PropertyKind::Temporal => {
            goals.extend(promises.map(Goal::PropertyDefined));
            if !invariant.contains(&decl.formula) {
                goals.push(Goal::Follows);
            }
        }
    }
    goals
}

/// Whether an event writes a variable that a formula reads; if not, the event keeps the formula.
pub(super) fn touches(system: &System, event: EventId, formula: ExprId) -> bool {
    let updates = &system.event(event).updates;
    post_order(&system.arena, &[formula])
        .into_iter()
        .any(|id| match system.arena.expr(id) {
            Expr::Var(v) => updates.iter().any(|u| u.variable == *v),
            _ => false,
        })
}

/// An event with symbols for its arguments, in a state.
#[derive(Clone)]
pub(super) struct Case {
    pub(super) env: EnvId,
    pub(super) after: FrameId,
    /// That the arguments are well-formed.
    pub(super) arguments: TermId,
    pub(super) guard: TermId,
    pub(super) promises: Vec<TermId>,
}

/// One state with symbols of its own, in one scope.
pub(super) struct Problem<'a> {
    pub(super) encoder: Encoder<'a>,
    pub(super) session: Session<'a>,
    pub(super) state: FrameId,
    pub(super) closed: EnvId,
    /// What is taken for granted of constants: ranges, givens, assumptions in order.
    pub(super) constants: Vec<TermId>,
    pub(super) assumptions: Vec<TermId>,
    pub(super) init: Vec<TermId>,
    /// What else is taken for granted of the state.
    pub(super) lemmas: Vec<TermId>,
    cases: Vec<Option<Case>>,
}

impl<'a> Problem<'a> {
    pub(super) fn new(
        system: &'a System,
        scope: Scope,
        options: &Options,
        clock: Clock<'a>,
        tag: u32,
    ) -> Result<Self> {
        let mut encoder = Encoder::new(system, scope)?;
        let state = encoder.state("")?;
        let closed = encoder.closed();
        let constants = known_of_constants(&mut encoder, closed, state)?;
        let assumptions = formulas(&mut encoder, &system.assumptions, closed, state)?;
        let init = formulas(&mut encoder, &system.init, closed, state)?;
        Ok(Self {
            encoder,
            session: Session::new(options, clock, tag),
            state,
            closed,
            constants,
            assumptions,
            init,
            lemmas: Vec::new(),
            cases: vec![None; system.events.len()],
        })
    }

    /// Whether there is an initial state; `None` if the solver does not say.
    pub(super) fn starts(&mut self) -> Result<Option<bool>> {
        let mut query = self.axioms();
        query.push(self.ranges(self.state)?);
        query.extend(&self.init);
        Ok(match self.session.check(&self.encoder, &query) {
            Outcome::Unsat => Some(false),
            Outcome::Sat(_) => Some(true),
            Outcome::Undecided => None,
        })
    }

    pub(super) fn system(&self) -> &'a System {
        self.encoder.system
    }

    /// What holds of constants.
    pub(super) fn axioms(&self) -> Vec<TermId> {
        self.constants.iter().chain(&self.assumptions).copied().collect()
    }

    /// The state's variables within their ranges.
    pub(super) fn ranges(&mut self, frame: FrameId) -> Result<TermId> {
        let mut parts = Vec::new();
        let values = self.encoder.variables(frame);
        for (variable, value) in self.system().variables.iter().zip(values) {
            parts.push(self.encoder.well_formed(value, variable.ty)?);
        }
        Ok(self.encoder.terms.and(parts))
    }

    /// A closed formula in the state.
    pub(super) fn here(&mut self, formula: ExprId) -> Result<TermId> {
        self.encoder.formula(formula, self.closed, self.state)
    }

    /// An event from the state.
    pub(super) fn case(&mut self, event: EventId) -> Result<Case> {
        if let Some(Some(case)) = self.cases.get(event.index()) {
            return Ok(case.clone());
        }
        let case = make_case(&mut self.encoder, event, self.state, "")?;
        self.cases[event.index()] = Some(case.clone());
        Ok(case)
    }

    /// A closed formula after an event from the state.
    pub(super) fn after(&mut self, event: EventId, formula: ExprId) -> Result<TermId> {
        let case = self.case(event)?;
        self.encoder.formula(formula, self.closed, case.after)
    }

    /// The event happens: arguments, guard and promises.
    pub(super) fn happens(&mut self, event: EventId) -> Result<Vec<TermId>> {
        let case = self.case(event)?;
        let mut out = vec![case.arguments, case.guard];
        out.extend(case.promises);
        Ok(out)
    }

    /// The formulas that have a model exactly if the goal fails; the last is its negation.
    pub(super) fn query(
        &mut self,
        property: PropertyId,
        invariant: &[ExprId],
        goal: Goal,
    ) -> Result<Vec<TermId>> {
        let system = self.system();
        let decl = system.property(property);
        let mut out = Vec::new();
        let claim = match goal {
            Goal::Assumption(i, k) => {
                out.extend(self.constants.iter().chain(&self.assumptions[..i]).copied());
                self.promise(
                    &system.assumptions[i].promises,
                    k,
                    self.closed,
                    self.state,
                    &mut out,
                )?
            }
            Goal::InitDefined(i, k) => {
                out.extend(self.axioms());
                let ranges = self.ranges(self.state)?;
                out.push(ranges);
                out.extend(&self.init[..i]);
                self.promise(&system.init[i].promises, k, self.closed, self.state, &mut out)?
            }
            Goal::Init(c) => {
                out.extend(self.axioms());
                let ranges = self.ranges(self.state)?;
                out.push(ranges);
                out.extend(&self.init);
                self.here(invariant[c])?
            }
            Goal::EventDefined(event, k) => {
                self.inductive_hypothesis(invariant, &mut out)?;
                let case = self.case(event)?;
                out.push(case.arguments);
                out.extend(&case.promises[..k]);
                case.promises[k]
            }
            Goal::Step(event, c) => {
                self.inductive_hypothesis(invariant, &mut out)?;
                out.extend(self.happens(event)?);
                self.after(event, invariant[c])?
            }
            Goal::PropertyDefined(k) => {
                self.inductive_hypothesis(invariant, &mut out)?;
                self.promise(&decl.promises, k, self.closed, self.state, &mut out)?
            }
            Goal::Follows => {
                self.inductive_hypothesis(invariant, &mut out)?;
                self.here(decl.formula)?
            }
            Goal::StepDefined(event, k) => {
                let pair = self.step(invariant, event, &mut out)?;
                let env = self.case(event)?.env;
                self.promise(decl.of_step(event).1, k, env, pair, &mut out)?
            }
            Goal::Transition(event) => {
                let pair = self.step(invariant, event, &mut out)?;
                let env = self.case(event)?.env;
                self.encoder.formula(decl.of_step(event).0, env, pair)?
            }
        };
        out.push(self.encoder.terms.not(claim));
        Ok(out)
    }

    /// Constants as they may be and a state of the invariant.
    pub(super) fn inductive_hypothesis(&mut self, invariant: &[ExprId], out: &mut Vec<TermId>) -> Result<()> {
        out.extend(self.axioms());
        for formula in invariant {
            let term = self.here(*formula)?;
            out.push(term);
        }
        out.extend(&self.lemmas);
        Ok(())
    }

    fn step(&mut self, invariant: &[ExprId], event: EventId, out: &mut Vec<TermId>) -> Result<FrameId> {
        self.inductive_hypothesis(invariant, out)?;
        out.extend(self.happens(event)?);
        let case = self.case(event)?;
        Ok(self.encoder.pair(self.state, case.after))
    }

    /// Promise `k`, with those before it taken for granted.
    fn promise(
        &mut self,
        promises: &[Promise],
        k: usize,
        env: EnvId,
        frame: FrameId,
        out: &mut Vec<TermId>,
    ) -> Result<TermId> {
        for earlier in &promises[..k] {
            let term = self.encoder.formula(earlier.holds, env, frame)?;
            out.push(term);
        }
        self.encoder.formula(promises[k].holds, env, frame)
    }
}

/// An event with symbols for its arguments marked by `tag`, in a state.
pub(super) fn make_case(
    encoder: &mut Encoder<'_>,
    event: EventId,
    state: FrameId,
    tag: &str,
) -> Result<Case> {
    let decl = encoder.system.event(event);
    let env = encoder.arguments(event, tag)?;
    let arguments = encoder.arguments_well_formed(event, env)?;
    let guard = encoder.formula(decl.guard, env, state)?;
    let promises = decl
        .promises
        .iter()
        .map(|p| encoder.formula(p.holds, env, state))
        .collect::<Result<_>>()?;
    let after = encoder.after(event, env, state)?;
    Ok(Case {
        env,
        after,
        arguments,
        guard,
        promises,
    })
}

/// Ranges of constants, and what an instance gives of them.
fn known_of_constants(encoder: &mut Encoder<'_>, closed: EnvId, state: FrameId) -> Result<Vec<TermId>> {
    let system = encoder.system;
    let mut out = Vec::new();
    for (constant, value) in system.constants.iter().zip(encoder.constants.clone()) {
        out.push(encoder.well_formed(value, constant.ty)?);
    }
    for given in &system.givens {
        let Some(value) = given.value else { continue };
        let mut ty = system.constant(given.constant).ty;
        let mut place = encoder.constants[given.constant.index()];
        for index in &given.indices {
            let key = encoder.eval(*index, closed, state)?;
            place = encoder.apply(place, key)?;
            ty = match system.arena.type_of_id(ty) {
                transition_system::Type::Map(_, v) => *v,
                _ => return Err(Unsupported("a given indexes what is no map".to_owned())),
            };
        }
        let value = encoder.eval(value, closed, state)?;
        out.push(encoder.equal(place, value, ty)?);
    }
    Ok(out)
}

fn formulas(
    encoder: &mut Encoder<'_>,
    axioms: &[transition_system::Axiom],
    closed: EnvId,
    state: FrameId,
) -> Result<Vec<TermId>> {
    axioms
        .iter()
        .map(|a| encoder.formula(a.formula, closed, state))
        .collect()
}
