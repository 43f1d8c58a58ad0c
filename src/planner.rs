//! Chooses an engine for each property of a command, runs it, re-checks its runs, and says what was chosen.
//!
//! `prove` is induction by Z3. `check` is, unless the user chooses: the fixpoint for an invariant whose events are
//! monotone and whose sorts are all named, and else explicit states; for a temporal property, fair runs over these.

use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use model_checker::Budget;
use model_checker::explicit::{
    self, Disk, Forgetful, Keeper, Limits, Lossy, Options, Order, Tuning, check_kept,
};
use model_checker::liveness;
use model_checker::monotone::{Decision, Ineligible, Monotone, without_truths};
use model_checker::symbolic;
use spec_lang::{Command, CommandKind, Method};
use transition_system::eval::Evaluator;
use transition_system::replay::{replay, replay_run};
use transition_system::{PropertyId, PropertyKind, Scope, Stop, System, Trace, Verdict};

use crate::answer::{self, Answer};
use crate::cells;
use crate::checkpoint::Folder;
use crate::cli::Engine;
use crate::outcome::{OneWay, Outcome, Rests};
use crate::reductions;
use crate::report::progress::Line;
use crate::spill::Scratch;

/// Longest time of the solver for one property, unless the user says otherwise.
const SOLVER_TIME: Duration = Duration::from_secs(300);

/// What the user asked of the engines.
#[derive(Debug, Clone, Copy)]
pub struct Search {
    /// Which engine runs `check`.
    pub engine: Engine,
    /// Steps for bounded model checking.
    pub depth: u32,
    /// Limits on states, memory and, for a command, time.
    pub limits: Limits,
    /// Time between two reports of progress.
    pub progress_interval: Duration,
    /// Threads of a search over explicit states.
    pub threads: usize,
    /// Whether to do without machine code.
    pub portable: bool,
    /// Whether to look for deadlocks.
    pub deadlock: bool,
    /// Which states may have no enabled event; then any other that has none is a violation.
    pub terminal: Option<PropertyId>,
    /// Whether to look for every way in which something is violated.
    pub all_violations: bool,
    /// Whether to tell what was searched.
    pub stats: bool,
    /// Whether states that differ in the names of like elements are counted once.
    pub symmetry: bool,
    /// Whether orders of independent events are left out.
    pub partial_order: bool,
    /// Whether states with one step on that no property tells are not kept.
    pub merge_steps: bool,
    /// Whether states that differ in what is written before it is read are counted once.
    pub forget_dead: bool,
    /// Whether parts of the state that never change are left out.
    pub settle: bool,
    /// In which order explicit states are searched.
    pub order: Order,
    /// What is kept of each, if not all.
    pub lossy: Option<Lossy>,
    /// The seed of a swarm.
    pub seed: u64,
}

/// See the module.
#[derive(Debug)]
pub struct Planner<'a> {
    /// What was asked.
    pub search: Search,
    /// Set to stop.
    pub interrupt: &'a AtomicBool,
    /// When the command's time began to count.
    pub since: Instant,
    /// Where progress goes.
    pub progress: Line,
    /// Where their states go for which there is no memory.
    pub disk: Option<Scratch>,
    /// Where searches over explicit states are kept.
    pub keeper: Option<Folder>,
    /// Whether runs end where they may, if the search for it is done.
    pub ends: Option<Answer>,
}

impl Planner<'_> {
    /// Runs a command: one row for each of its properties, in order.
    pub fn run(&mut self, system: &System, command: &Command) -> Vec<Outcome> {
        self.since = Instant::now();
        let names = command
            .properties
            .iter()
            .map(|id| system.property(*id).name.clone());
        self.progress.about(&system.name, names.collect());
        if let Some(method) = command.method {
            let answers = self.by_method(system, command, method);
            let rows = command.properties.iter().zip(answers);
            return rows
                .map(|(id, answer)| self.row(system, command, *id, answer))
                .collect();
        }
        let answers = match (command.kind, self.search.engine) {
            (CommandKind::Prove, _) => self.each(command, |p, id| p.prove(system, command, id)),
            (CommandKind::Check, Engine::Symbolic) => {
                self.each(command, |p, id| p.symbolic(system, command, id))
            }
            (CommandKind::Check, Engine::Bmc) => {
                self.each(command, |p, id| p.bounded(system, command, id, p.search.depth))
            }
            (CommandKind::Check, Engine::Auto) => {
                let search = &self.search;
                let states = search.deadlock || search.all_violations || search.stats;
                self.check(system, command, !states)
            }
            (CommandKind::Check, Engine::Explicit) => self.check(system, command, false),
        };
        let rows = command.properties.iter().zip(answers);
        let rows = rows.map(|(id, answer)| self.row(system, command, *id, answer));
        let mut rows: Vec<Outcome> = rows.collect();
        rows.extend(
            self.ends
                .take()
                .map(|answer| self.ends_row(system, command, answer)),
        );
        rows
    }

    /// What the file itself asks for goes before `--engine`.
    fn by_method(&mut self, system: &System, command: &Command, method: Method) -> Vec<Answer> {
        match method {
            Method::Induction => self.each(command, |p, id| p.prove(system, command, id)),
            Method::Bmc(steps) => self.each(command, |p, id| {
                let answer = p.bounded(system, command, id, steps);
                match command.kind {
                    CommandKind::Check => answer,
                    CommandKind::Prove => answer::no_proof(answer, steps),
                }
            }),
            Method::Fixpoint => self.each(command, |p, id| {
                fixpoint(system, &command.scope, id, &p.budget()).unwrap_or_else(answer::no_fixpoint)
            }),
            Method::Explicit => self.check(system, command, false),
        }
    }

    fn each(&mut self, command: &Command, mut f: impl FnMut(&Self, PropertyId) -> Answer) -> Vec<Answer> {
        command.properties.iter().map(|id| f(self, *id)).collect()
    }

    fn row(&self, system: &System, command: &Command, id: PropertyId, answer: Answer) -> Outcome {
        let property = system.property(id);
        let is_witness = property.kind == PropertyKind::Witness;
        let name = (property.name.clone(), property.doc.trim().to_owned());
        let mut row = self.outcome(system, command, (name, is_witness), answer);
        row.every_step = property.kind == PropertyKind::Transition;
        row
    }

    /// The row that says whether runs end only where they may.
    fn ends_row(&self, system: &System, command: &Command, answer: Answer) -> Outcome {
        let statement = "runs end only in states that --terminal allows".to_owned();
        let name = ("no_deadlock".to_owned(), statement);
        let mut row = self.outcome(system, command, (name, false), answer);
        // what the file expects is of its own properties
        row.expect = None;
        row
    }

    fn outcome(
        &self,
        system: &System,
        command: &Command,
        ((property, statement), is_witness): ((String, String), bool),
        answer: Answer,
    ) -> Outcome {
        let (mut verdict, note) = recheck(system, &command.scope, answer.verdict, answer.witness.as_ref());
        for way in &answer.ways {
            let verdict_of = Verdict::Violated(Box::new(way.violation.clone()));
            if let (Verdict::Unknown(stop), _) = recheck(system, &command.scope, verdict_of, None) {
                verdict = Verdict::Unknown(stop);
            }
        }
        let rests_on = rests_on(system, &command.scope, &verdict, &self.budget());
        let run = match (&verdict, &answer.witness) {
            (Verdict::Violated(violation), _) => Some(&violation.trace),
            (_, witness) => witness.as_ref(),
        };
        let size = run.map_or_else(|| command.scope.clone(), |t| sized(system, &command.scope, t));
        Outcome {
            size,
            rests_on,
            system: system.name.clone(),
            kind: command.kind,
            property,
            statement,
            values: Vec::new(),
            ways: answer.ways.into_iter().map(OneWay::new).collect(),
            violating: answer.violating,
            every_step: false,
            stats: answer.stats,
            scope: command.scope.display(system),
            engine: answer.engine,
            verdict,
            witness: answer.witness,
            is_witness,
            expect: command.expect,
            notes: answer.notes.into_iter().chain(note).collect(),
            origin: command.origin.clone(),
            time: answer.time,
            certificate: None,
            uncertified: None,
        }
    }

    fn budget(&self) -> Budget<'_> {
        let search = &self.search;
        let limits = &search.limits;
        Budget::new(limits.time, limits.memory_bytes, Some(self.interrupt)).since(self.since)
    }

    /// What one property may use of the solver: without a limit on the command, [`SOLVER_TIME`].
    fn solver_budget(&self) -> Budget<'_> {
        match self.search.limits.time {
            Some(_) => self.budget(),
            None => Budget::new(Some(SOLVER_TIME), None, Some(self.interrupt)),
        }
    }

    fn options(&self) -> symbolic::Options {
        let mut options = symbolic::Options {
            reach_depth: self.search.depth.min(10),
            ..symbolic::Options::default()
        };
        if let Some(time) = self.search.limits.time {
            options.query_time = options.query_time.min(time);
        }
        options
    }

    fn prove(&self, system: &System, command: &Command, id: PropertyId) -> Answer {
        let scope = (command.scope != Scope::new()).then_some(&command.scope);
        let report = symbolic::prove(
            system,
            id,
            command.lemmas.as_deref(),
            scope,
            &self.options(),
            &self.solver_budget(),
        );
        answer::symbolic(report, "induction")
    }

    fn symbolic(&self, system: &System, command: &Command, id: PropertyId) -> Answer {
        answer::symbolic(
            symbolic::prove(
                system,
                id,
                None,
                Some(&command.scope),
                &self.options(),
                &self.solver_budget(),
            ),
            "induction",
        )
    }

    fn bounded(&self, system: &System, command: &Command, id: PropertyId, steps: u32) -> Answer {
        let report = symbolic::bmc(
            system,
            id,
            Some(&command.scope),
            steps,
            &self.options(),
            &self.solver_budget(),
        );
        answer::symbolic(report, "bounded model checking")
    }

    /// The fixpoint, if it is wanted, for what it can decide, explicit states for the rest in one search, and one for all temporal
    /// properties.
    fn check(&mut self, system: &System, command: &Command, by_fixpoint: bool) -> Vec<Answer> {
        let first = |id: &PropertyId| {
            by_fixpoint
                .then(|| fixpoint(system, &command.scope, *id, &self.budget()))
                .flatten()
        };
        let mut answers: Vec<Option<Answer>> = command.properties.iter().map(first).collect();
        let is_temporal = |id: &PropertyId| system.property(*id).kind == PropertyKind::Temporal;
        let open = |temporal: bool, answers: &[Option<Answer>]| -> Vec<PropertyId> {
            let rows = command.properties.iter().zip(answers);
            let open = rows.filter(|(id, a)| a.is_none() && is_temporal(id) == temporal);
            open.map(|(id, _)| *id).collect()
        };
        for temporal in [false, true] {
            let ids = open(temporal, &answers);
            let only_ends = !temporal && self.search.terminal.is_some();
            if ids.is_empty() && !only_ends {
                continue;
            }
            let mut found = self.states(system, &command.scope, &ids, temporal).into_iter();
            for (id, answer) in command.properties.iter().zip(&mut answers) {
                if answer.is_none() && is_temporal(id) == temporal {
                    *answer = found.next();
                }
            }
        }
        answers.into_iter().flatten().collect()
    }

    fn states(
        &mut self,
        system: &System,
        scope: &Scope,
        properties: &[PropertyId],
        temporal: bool,
    ) -> Vec<Answer> {
        let options = Options {
            limits: self.search.limits,
            progress_interval: self.search.progress_interval,
            // where runs end is asked once
            deadlock: match self.search.terminal {
                Some(_) => !temporal,
                None => self.search.deadlock,
            },
            terminal: self.search.terminal.filter(|_| !temporal),
            all_violations: self.search.all_violations && !temporal,
            symmetry: self.search.symmetry,
            partial_order: self.search.partial_order,
            merge_steps: self.search.merge_steps,
            forget_dead: self.search.forget_dead,
            settle: self.search.settle,
            threads: self.search.threads,
            order: self.search.order,
            lossy: self.search.lossy,
            seed: self.search.seed,
            // fair runs are looked for among states in memory
            disk: self.disk.as_ref().filter(|_| !temporal).map(|d| d as &dyn Disk),
            tuning: Tuning {
                native_after: Tuning::default().native_after.filter(|_| !self.search.portable),
                ..Tuning::default()
            },
            since: self.since,
            interrupt: Some(self.interrupt),
            ..Options::default()
        };
        let wanted = (self.search.stats, self.search.terminal.is_some());
        let mut forgetful = Forgetful;
        let keeper: &mut dyn Keeper = match &mut self.keeper {
            Some(folder) => {
                folder.next();
                folder
            }
            None => &mut forgetful,
        };
        let progress = &mut self.progress;
        let mut answers = if temporal {
            let report = liveness::check_kept(system, scope, properties, &options, progress, keeper);
            answer::states(system, report, "fair runs over explicit states", wanted)
        } else {
            let mut asked = properties.to_vec();
            asked.extend(self.search.terminal);
            let report = check_kept(system, scope, &asked, &options, progress, keeper);
            self.ends = self.search.terminal.map(|_| answer::ends(&report));
            let kind = match self.search.order {
                Order::BreadthFirst => "explicit states",
                Order::DepthFirst => "explicit states depth first",
                Order::Swarm => "explicit states by a swarm",
            };
            let reduced = reductions::reductions(system, &report.stats, &self.search);
            let mut answers = answer::states(system, report, kind, wanted);
            answers.iter_mut().for_each(|a| a.engine.push_str(&reduced));
            answers
        };
        let notes = self.keeper.as_ref().map(Folder::notes).unwrap_or_default();
        answers
            .iter_mut()
            .for_each(|answer| answer.notes.extend_from_slice(&notes));
        answers
    }
}

/// The fixpoint of monotone events, where it can decide the property for every value of what is not given, or the
/// budget is spent on it.
fn fixpoint(system: &System, scope: &Scope, id: PropertyId, budget: &Budget<'_>) -> Option<Answer> {
    let start = Instant::now();
    let (verdict, notes) = match decide(system, scope, id, budget) {
        Ok(Decision::Proved(proof)) => (Verdict::Proved(proof), Vec::new()),
        Ok(Decision::Violated(attack)) => (Verdict::Violated(Box::new(attack.violation)), Vec::new()),
        Err(Ineligible::Stopped(stop, covered)) => (Verdict::Unknown(stop), vec![covered]),
        Err(Ineligible::Unfit(_)) => return None,
    };
    Some(Answer {
        notes,
        ..Answer::new(verdict, answer::FIXPOINT.to_owned(), start.elapsed())
    })
}

fn decide(
    system: &System,
    scope: &Scope,
    id: PropertyId,
    budget: &Budget<'_>,
) -> Result<Decision, Ineligible> {
    let open = without_truths(system);
    Monotone::new(system, &open, scope, &[id], budget)?
        .case(id)?
        .decide(&[])
}

/// The constants that a violation rests on; nothing where the system has none, or they cannot be told.
fn rests_on(system: &System, scope: &Scope, verdict: &Verdict, budget: &Budget<'_>) -> Vec<Rests> {
    let Verdict::Violated(violation) = verdict else {
        return Vec::new();
    };
    if system.constants.is_empty() {
        return Vec::new();
    }
    let scope = sized(system, scope, &violation.trace);
    let Ok(blame) = explicit::blame(system, &scope, violation, budget) else {
        return Vec::new();
    };
    let described = |at: String, cells: &[explicit::ConstCell]| {
        let one = |cell: &explicit::ConstCell| {
            let key = (cell.constant, cell.path.clone());
            Rests {
                at: at.clone(),
                fact: cells::describe(system, &key, &cell.value),
                evidence: cells::evidence_texts(system, &key).to_vec(),
            }
        };
        cells.iter().map(one).collect::<Vec<_>>()
    };
    let mut out = described("start".to_owned(), &blame.start);
    for (index, cells) in blame.steps.iter().enumerate() {
        out.extend(described(format!("step {}", index + 1), cells));
    }
    out.extend(described("end".to_owned(), &blame.end));
    out.extend(described("unknown".to_owned(), &blame.assumed));
    out
}

/// Replays what was found. A run that does not replay is an internal error and no verdict.
fn recheck(
    system: &System,
    scope: &Scope,
    verdict: Verdict,
    witness: Option<&Trace>,
) -> (Verdict, Option<String>) {
    let failed = |e: String| {
        let message = format!("internal error: a run does not replay: {e}; please report this");
        (Verdict::Unknown(Stop::Unsupported(message)), None)
    };
    if let Verdict::Violated(violation) = &verdict {
        let scope = sized(system, scope, &violation.trace);
        if let Err(e) = replay(system, &scope, &violation.trace, &violation.what) {
            return failed(e.to_string());
        }
        let sizes = scope.display(system);
        let note = (!sizes.is_empty()).then(|| format!("with {sizes}"));
        return (verdict, note);
    }
    if let Some(trace) = witness {
        let scope = sized(system, scope, trace);
        if let Err(e) = replay_run(&Evaluator::new(system, &scope), trace) {
            return failed(e.to_string());
        }
    }
    (verdict, None)
}

/// The scope of a run: as given, and for other open sorts as many elements as its states have keys or mention.
fn sized(system: &System, scope: &Scope, trace: &Trace) -> Scope {
    let mut out = scope.clone();
    for sort in system.sort_ids() {
        if system.sort(sort).elements.is_empty() && scope.size(sort).is_none() {
            let mut most = 0;
            for index in 0..=trace.len() {
                let state = trace.state(index);
                let values = state
                    .into_iter()
                    .flat_map(|s| s.constants.iter().chain(&s.variables));
                most = values.fold(most, |m, v| m.max(v.elements_of(sort)));
            }
            out = out.with(sort, most);
        }
    }
    out
}
