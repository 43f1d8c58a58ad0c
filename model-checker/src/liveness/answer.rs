//! From the graph of states to verdicts.

use std::ops::ControlFlow;
use std::time::Instant;

use transition_system::{Coverage, Owner, PropertyKind, Stop, Trace, Vacuity, Verdict, Violation, Wrong};

use super::automaton::{Automaton, NODES};
use super::components::Search;
use super::fair::Conditions;
use super::formula::{FormulaId, Formulas};
use super::graph::{Explorer, Graph, Halt, Undefined, trace};
use super::lasso::lasso;
use super::product::Product;
use crate::explicit::{EventCount, ExplicitReport, Options, Progress, Stats};
use crate::ground::{Ground, GroundError, GroundProperty, NodeId};

/// A temporal property that is asked for.
struct Question<'g> {
    property: &'g GroundProperty,
    /// The negation, as formulas of which one must hold.
    against: Vec<FormulaId>,
    /// The atom that says that the left side of an implication is true.
    antecedent: Option<usize>,
}

/// Checks the properties of a ground system.
pub(super) fn search(
    ground: &Ground<'_>,
    options: &Options<'_>,
    progress: &mut dyn Progress,
) -> ExplicitReport {
    match Answers::run(ground, options, progress) {
        Ok(report) => report,
        Err(error) => {
            let properties = ground.properties.iter().map(|p| p.id);
            ExplicitReport::unknown(properties, error)
        }
    }
}

struct Answers<'a> {
    ground: &'a Ground<'a>,
    options: &'a Options<'a>,
    started: Instant,
    formulas: Formulas,
    conditions: Conditions,
}

impl<'a> Answers<'a> {
    fn run(
        ground: &'a Ground<'a>,
        options: &'a Options<'a>,
        progress: &mut dyn Progress,
    ) -> Result<ExplicitReport, GroundError> {
        let mut answers = Self {
            ground,
            options,
            started: Instant::now(),
            formulas: Formulas::default(),
            conditions: Conditions::of(ground),
        };
        let questions = answers.questions();
        let atoms: Vec<NodeId> = answers.formulas.atoms.iter().copied().collect();
        let promises = promises(ground);
        let mut explorer = Explorer::new(
            ground,
            &atoms,
            promises,
            &answers.conditions,
            options,
            progress,
            answers.started,
        )?;
        let halt = match ground.undefined {
            Some(_) => None,
            None => match explorer.run() {
                ControlFlow::Break(halt) => Some(halt),
                ControlFlow::Continue(()) => None,
            },
        };
        answers.report(&explorer, &questions, halt)
    }

    fn questions(&mut self) -> Vec<Question<'a>> {
        let mut out = Vec::new();
        for property in &self.ground.properties {
            let against = property.temporal.as_ref().map(|f| {
                let whole = self.formulas.normal(f, false);
                self.formulas.disjuncts(whole)
            });
            let antecedent = property
                .antecedent
                .map(|node| self.formulas.atoms.insert_full(node).0);
            out.push(Question {
                property,
                against: against.unwrap_or_default(),
                antecedent,
            });
        }
        out
    }

    fn report(
        &self,
        explorer: &Explorer<'_, '_>,
        questions: &[Question<'_>],
        halt: Option<Halt>,
    ) -> Result<ExplicitReport, GroundError> {
        let graph = &explorer.graph;
        let (undefined, stop) = match halt {
            Some(Halt::Undefined(undefined)) => (Some(self.undefined(explorer, &undefined)?), None),
            Some(Halt::Stop(stop)) => (None, Some(stop)),
            None => (self.undefined_axiom(), None),
        };
        let mut report = ExplicitReport {
            verdicts: Vec::new(),
            witnesses: Vec::new(),
            deadlock: None,
            undefined: undefined.clone(),
            every: None,
            stopped: stop.clone(),
            covered: None,
            stats: self.stats(graph, undefined.is_none() && stop.is_none()),
        };
        for (position, question) in questions.iter().enumerate() {
            let broken = explorer.broken.get(&position);
            let broken = broken.map(|u| self.undefined(explorer, u)).transpose()?;
            let verdict = match (broken.as_ref().or(undefined.as_ref()), question.property.kind) {
                (_, PropertyKind::Invariant | PropertyKind::Transition | PropertyKind::Witness) => {
                    Verdict::Unknown(Stop::Unsupported("this is not a temporal property".to_owned()))
                }
                (Some(violation), PropertyKind::Temporal) => Verdict::Violated(Box::new(violation.clone())),
                (None, PropertyKind::Temporal) => self.decide(explorer, question, stop.as_ref())?,
            };
            let vacuous = |atom: usize| (0..graph.expanded()).all(|s| !graph.atoms.has(s, atom));
            if report.stats.exhaustive && question.antecedent.is_some_and(vacuous) {
                report.stats.vacuous.push(question.property.id);
            }
            report.verdicts.push((question.property.id, verdict));
        }
        if let (true, Some(state)) = (self.options.deadlock, graph.dead) {
            let (start, events) = lost(graph.path(state))?;
            report.deadlock = Some(Violation {
                what: Wrong::Deadlock,
                trace: trace(self.ground, &explorer.layout, graph, start, &events)?,
                shortest: true,
            });
        }
        report.stats.time = self.started.elapsed();
        Ok(report)
    }

    /// The verdict of one property, by its disjuncts.
    fn decide(
        &self,
        explorer: &Explorer<'_, '_>,
        question: &Question<'_>,
        stop: Option<&Stop>,
    ) -> Result<Verdict, GroundError> {
        let mut why = stop.cloned();
        for formula in &question.against {
            match self.lasso(explorer, *formula)? {
                Ok(Some(trace)) => {
                    return Ok(Verdict::Violated(Box::new(Violation {
                        what: Wrong::Temporal(question.property.id),
                        trace,
                        shortest: false,
                    })));
                }
                Ok(None) => {}
                Err(stop) => why = why.or(Some(stop)),
            }
        }
        let graph = &explorer.graph;
        Ok(match why {
            Some(stop) => Verdict::Unknown(stop),
            None if graph.initial == 0 => Verdict::Vacuous(Vacuity::NoInitialState),
            None => Verdict::Holds(Coverage {
                scope: self.ground.scope.clone(),
                exhaustive: true,
                states: Some(graph.store.len() as u64),
                depth: (graph.levels.len() as u64).saturating_sub(1),
            }),
        })
    }

    /// A fair run that satisfies a formula, if there is one among the states that were expanded.
    fn lasso(
        &self,
        explorer: &Explorer<'_, '_>,
        formula: FormulaId,
    ) -> Result<Result<Option<Trace>, Stop>, GroundError> {
        let graph = &explorer.graph;
        let Some(automaton) = Automaton::of(&self.formulas, formula) else {
            return Ok(Err(Stop::Unsupported(format!(
                "the automaton of the temporal formula has more than {NODES} nodes; state it as several properties"
            ))));
        };
        let product = match Product::new(graph, &automaton, self.options) {
            Ok(product) => product,
            Err(stop) => return Ok(Err(stop)),
        };
        let part = match Search::new(&product, &self.conditions, self.options).run() {
            Ok(part) => part,
            Err(stop) => return Ok(Err(stop)),
        };
        let Some(part) = part else { return Ok(Ok(None)) };
        let lasso = lost(lasso(&product, &self.conditions, &part))?;
        let events: Vec<usize> = lasso.stem.iter().chain(&lasso.round).copied().collect();
        let mut trace = trace(self.ground, &explorer.layout, graph, lasso.initial, &events)?;
        trace.loop_start = Some(lasso.stem.len());
        Ok(Ok(Some(trace)))
    }

    fn undefined(
        &self,
        explorer: &Explorer<'_, '_>,
        undefined: &Undefined,
    ) -> Result<Violation, GroundError> {
        let (start, events) = lost(explorer.graph.path(undefined.state))?;
        Ok(Violation {
            what: undefined.what.clone(),
            trace: trace(self.ground, &explorer.layout, &explorer.graph, start, &events)?,
            shortest: true,
        })
    }

    fn undefined_axiom(&self) -> Option<Violation> {
        let undefined = self.ground.undefined.as_ref()?;
        Some(Violation {
            what: Wrong::Undefined {
                owner: undefined.owner.clone(),
                kind: undefined.kind,
                index: undefined.index,
            },
            trace: Trace {
                initial: self.ground.cells.state(&undefined.values),
                steps: Vec::new(),
                loop_start: None,
            },
            shortest: true,
        })
    }

    fn stats(&self, graph: &Graph, exhaustive: bool) -> Stats {
        let depth = (graph.levels.len() as u64).saturating_sub(1);
        let mut events: Vec<EventCount> = self
            .ground
            .system
            .event_ids()
            .map(|event| EventCount {
                event,
                instances: 0,
                fired: 0,
                outside_cone: false,
            })
            .collect();
        for (event, fired) in self.ground.events.iter().zip(&graph.fired) {
            let count = &mut events[event.event.index()];
            count.instances += 1;
            count.fired += fired;
        }
        Stats {
            states: graph.store.len() as u64,
            initial_states: graph.initial as u64,
            transitions: graph.transitions,
            depth,
            complete_depth: depth + u64::from(exhaustive),
            exhaustive,
            states_by_depth: graph.levels.clone(),
            memory_bytes: graph.bytes(),
            events,
            ..Stats::default()
        }
    }
}

/// The promises of temporal properties, with whose they are and what is wrong where one is broken.
fn promises(ground: &Ground<'_>) -> Vec<(NodeId, usize, Wrong)> {
    let properties = ground.properties.iter().enumerate();
    let temporal = properties.filter(|(_, p)| p.temporal.is_some());
    let all = temporal.flat_map(|(position, property)| {
        property.promises.iter().map(move |promise| {
            let what = Wrong::Undefined {
                owner: Owner::Property(property.id),
                kind: promise.kind,
                index: promise.index,
            };
            (promise.holds, position, what)
        })
    });
    all.collect()
}

fn lost<T>(found: Option<T>) -> Result<T, GroundError> {
    found.ok_or_else(|| GroundError::internal("a step of a run is lost"))
}
