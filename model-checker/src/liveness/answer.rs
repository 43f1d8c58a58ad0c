//! From the states to verdicts.
//!
//! The states of some first depths are looked at before the others: what is violated there has a short run, and is found
//! soon. What holds there may be violated by further states, so that these are searched next.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use transition_system::{Coverage, PropertyKind, Stop, Vacuity, Verdict, Violation, Wrong};

use super::automaton::{Automaton, NODES};
use super::fair::Conditions;
use super::formula::{FormulaId, Formulas};
use super::graph::{Graph, Missing};
use super::lasso::{Lasso, lasso};
use super::parts;
use super::product::Product;
use crate::explicit::explored::Explored;
use crate::explicit::machine::Machine;
use crate::explicit::{ExplicitReport, Forgetful, Keeper, Options, Progress};
use crate::ground::{Ground, GroundError, GroundProperty, NodeId};

/// States that are looked at first.
const FIRST: u64 = 1 << 14;

/// A temporal property that is asked for.
struct Question<'g> {
    property: &'g GroundProperty,
    /// The negation, as formulas of which one must hold.
    against: Vec<FormulaId>,
    /// What is known.
    verdict: Option<Verdict>,
}

/// A disjunct to look at: the question, its number there, and the formula.
type Job = (usize, usize, FormulaId);

/// Checks the properties of a ground system.
pub(super) fn search(
    ground: &Ground<'_>,
    options: &Options<'_>,
    progress: &mut dyn Progress,
    keeper: &mut dyn Keeper,
) -> ExplicitReport {
    let started = Instant::now();
    let mut answers = Answers::new(ground, options);
    match answers.report(progress, keeper) {
        Ok(mut report) => {
            report.stats.time = started.elapsed();
            report
        }
        Err(error) => {
            let properties = ground.properties.iter().map(|p| p.id);
            ExplicitReport::unknown(properties, error)
        }
    }
}

struct Answers<'a> {
    ground: &'a Ground<'a>,
    options: &'a Options<'a>,
    formulas: Formulas,
    conditions: Conditions,
    questions: Vec<Question<'a>>,
}

impl<'a> Answers<'a> {
    fn new(ground: &'a Ground<'a>, options: &'a Options<'a>) -> Self {
        let mut formulas = Formulas::default();
        let question = |property: &'a GroundProperty| {
            let against = property.temporal.as_ref().map(|f| {
                let whole = formulas.normal(f, false);
                formulas.disjuncts(whole)
            });
            let other = match property.kind {
                PropertyKind::Temporal => None,
                PropertyKind::Invariant | PropertyKind::Transition | PropertyKind::Witness => Some(
                    Verdict::Unknown(Stop::Unsupported("this is not a temporal property".to_owned())),
                ),
            };
            Question {
                property,
                against: against.unwrap_or_default(),
                verdict: other,
            }
        };
        let questions = ground.properties.iter().map(question).collect();
        Self {
            ground,
            options,
            formulas,
            conditions: Conditions::of(ground),
            questions,
        }
    }

    fn report(
        &mut self,
        progress: &mut dyn Progress,
        keeper: &mut dyn Keeper,
    ) -> Result<ExplicitReport, GroundError> {
        let limit = self.options.limits.states.unwrap_or(u64::MAX);
        let first = self.options.limits.states.map_or(FIRST, |n| n.min(FIRST));
        let mut report = self.look(first, progress, &mut Forgetful)?;
        let more = report.stopped == Some(Stop::StateLimit(first)) && first < limit;
        if more && self.questions.iter().any(|q| q.verdict.is_none()) {
            report = self.look(limit, progress, keeper)?;
        }
        let coverage = Coverage {
            scope: self.ground.scope.clone(),
            exhaustive: true,
            states: Some(report.stats.states),
            depth: report.stats.depth,
            missed: None,
        };
        let open = self.questions.iter().any(|q| q.verdict.is_none());
        let stop = report.stopped.take().filter(|_| open);
        let verdicts = self.questions.iter().map(|question| {
            let verdict = match (&question.verdict, &stop) {
                (Some(verdict), _) => verdict.clone(),
                (None, Some(stop)) => Verdict::Unknown(stop.clone()),
                (None, None) if report.stats.initial_states == 0 => Verdict::Vacuous(Vacuity::NoInitialState),
                (None, None) => Verdict::Holds(coverage.clone()),
            };
            (question.property.id, verdict)
        });
        report.verdicts = verdicts.collect();
        report.stopped = stop;
        Ok(report)
    }

    /// Searches so many states and looks for fair runs among them.
    fn look(
        &mut self,
        states: u64,
        progress: &mut dyn Progress,
        keeper: &mut dyn Keeper,
    ) -> Result<ExplicitReport, GroundError> {
        let mut limits = self.options.limits;
        limits.states = (states < u64::MAX).then_some(states);
        // whether a step changes the state, and what is enabled, is asked of complete states
        let options = Options {
            limits,
            cone: false,
            symmetry: false,
            partial_order: false,
            merge_steps: false,
            forget_dead: false,
            terminal: None,
            all_violations: false,
            ..*self.options
        };
        let explored = Explored::new(self.ground, &options, progress, keeper)?;
        let mut report = explored.report.clone();
        for (question, (_, verdict)) in self.questions.iter_mut().zip(&report.verdicts) {
            // what is undefined
            if let (None, Verdict::Violated(_)) = (&question.verdict, verdict) {
                question.verdict = Some(verdict.clone());
            }
        }
        if self.questions.iter().all(|q| q.verdict.is_some()) {
            return Ok(report);
        }
        let mut machine = explored.machine()?;
        let atoms: Vec<NodeId> = self.formulas.atoms.iter().copied().collect();
        match Graph::new(explored, self.ground, &atoms, &self.conditions, &options) {
            Ok(graph) => {
                report.stats.memory_bytes = graph.bytes();
                self.decide(&graph, &mut machine)?;
            }
            Err(Missing::Stop(stop)) => report.stopped = Some(stop),
            Err(Missing::Error(error)) => return Err(error),
        }
        Ok(report)
    }

    /// The verdicts that are known from this graph. A property is violated by the first disjunct that has a run.
    fn decide(&mut self, graph: &Graph, machine: &mut Machine) -> Result<(), GroundError> {
        let open = self
            .questions
            .iter()
            .enumerate()
            .filter(|(_, q)| q.verdict.is_none());
        let jobs: Vec<Job> = open
            .flat_map(|(question, q)| q.against.iter().enumerate().map(move |(n, f)| (question, n, *f)))
            .collect();
        let looker = Looker {
            formulas: &self.formulas,
            conditions: &self.conditions,
            options: self.options,
            graph,
        };
        let found = looker.runs(&jobs, self.questions.len());
        for ((question, _, _), found) in jobs.iter().zip(found) {
            let question = &mut self.questions[*question];
            match found {
                Ok(Some(lasso)) if !matches!(question.verdict, Some(Verdict::Violated(_))) => {
                    let steps = [lasso.stem.as_slice(), &lasso.round].concat();
                    let mut trace = graph.trace(self.ground, machine, lasso.initial, &steps)?;
                    trace.loop_start = Some(lasso.stem.len());
                    let violation = Violation {
                        what: Wrong::Temporal(question.property.id),
                        trace,
                        shortest: false,
                    };
                    question.verdict = Some(Verdict::Violated(Box::new(violation)));
                }
                Ok(_) => {}
                Err(stop) if question.verdict.is_none() => question.verdict = Some(Verdict::Unknown(stop)),
                Err(_) => {}
            }
        }
        Ok(())
    }
}

/// Looks for fair runs in a graph.
struct Looker<'l> {
    formulas: &'l Formulas,
    conditions: &'l Conditions,
    options: &'l Options<'l>,
    graph: &'l Graph,
}

impl Looker<'_> {
    /// A lasso for each job, if there is one; jobs are shared by all threads.
    fn runs(&self, jobs: &[Job], questions: usize) -> Vec<Result<Option<Lasso>, Stop>> {
        let first: Vec<AtomicUsize> = (0..questions).map(|_| AtomicUsize::new(usize::MAX)).collect();
        let threads = self.options.threads.clamp(1, jobs.len().max(1));
        let one = |(question, number, formula): &Job| {
            // what comes later does not matter any more
            if first[*question].load(Ordering::Relaxed) < *number {
                return Ok(None);
            }
            let found = self.lasso(*formula, threads as u64);
            if let Ok(Some(_)) = found {
                first[*question].fetch_min(*number, Ordering::Relaxed);
            }
            found
        };
        match rayon::ThreadPoolBuilder::new().num_threads(threads).build() {
            Ok(pool) if threads > 1 => pool.install(|| jobs.par_iter().map(one).collect()),
            Ok(_) | Err(_) => jobs.iter().map(one).collect(),
        }
    }

    /// A fair run that satisfies a formula, if there is one in the graph; one of so many that are looked for at a time.
    fn lasso(&self, formula: FormulaId, of: u64) -> Result<Option<Lasso>, Stop> {
        let graph = self.graph;
        if graph.len() == 0 {
            // there is no initial state
            return Ok(None);
        }
        let Some(automaton) = Automaton::of(self.formulas, formula) else {
            return Err(Stop::Unsupported(format!(
                "the automaton of the temporal formula has more than {NODES} nodes; state it as several properties"
            )));
        };
        let budget = self.options.budget();
        let limit = self.options.limits.memory_bytes.unwrap_or(u64::MAX);
        let left = limit.saturating_sub(graph.bytes()) / of;
        let product = Product::new(graph, &automaton, &budget, (left, limit))?;
        let good = parts::good(&product, self.conditions, &budget, (left, limit))?;
        if good.is_empty() {
            return Ok(None);
        }
        lasso(&product, self.conditions, &good, &budget)
    }
}
