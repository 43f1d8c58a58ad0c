//! What an engine said of one property, before it is re-checked.

use std::time::Duration;

use model_checker::explicit::{Every, ExplicitReport, Stats, Subject, Way};
use model_checker::symbolic::SymbolicReport;
use transition_system::{Coverage, Owner, PropertyId, Stop, System, Trace, Verdict, Violation, Wrong};

use crate::survey::{counted, grouped};

/// The name of an engine.
pub const FIXPOINT: &str = "fixpoint of monotone events";

/// See the module.
#[derive(Debug)]
pub struct Answer {
    /// The verdict.
    pub verdict: Verdict,
    /// For a witness: the run that reaches it.
    pub witness: Option<Trace>,
    /// Which engine answered, in words.
    pub engine: String,
    /// Remarks, a sentence each.
    pub notes: Vec<String>,
    /// Wall time.
    pub time: Duration,
    /// Further ways in which something is violated.
    pub ways: Vec<Way>,
    /// How many states or steps violate the property.
    pub violating: Option<u64>,
    /// What was searched.
    pub stats: Option<Stats>,
}

impl Answer {
    /// A verdict and nothing else.
    #[must_use]
    pub fn new(verdict: Verdict, engine: String, time: Duration) -> Self {
        Self {
            verdict,
            witness: None,
            engine,
            notes: Vec::new(),
            time,
            ways: Vec::new(),
            violating: None,
            stats: None,
        }
    }
}

/// One answer for each property of a search over states, in order; with what was searched beside the first, if that is
/// wanted; `ends`: whether deadlocks have a row.
#[must_use]
pub fn states(
    system: &System,
    report: ExplicitReport,
    engine: &str,
    (stats, ends): (bool, bool),
) -> Vec<Answer> {
    let mut common = remarks(system, &report, ends);
    let engine = format!("{engine}, {} transitions", report.stats.transitions);
    let (mut every, mut searched) = (report.every, stats.then(|| report.stats.clone()));
    let owner = owner(&report.verdicts);
    let one = |(position, (id, verdict)): (usize, (PropertyId, Verdict))| {
        let mut notes = std::mem::take(&mut common);
        if report.stats.vacuous.contains(&id) {
            notes.push("it holds vacuously: its left side is never true".to_owned());
        }
        let witness = report.witnesses.iter().find(|(w, _)| *w == id);
        let (ways, violating) = match &mut every {
            Some(every) => ways(every, id, &verdict, owner == position),
            None => (Vec::new(), None),
        };
        Answer {
            witness: witness.map(|(_, t)| t.clone()),
            notes,
            ways,
            violating,
            stats: searched.take(),
            ..Answer::new(verdict, engine.clone(), report.stats.time)
        }
    };
    report.verdicts.into_iter().enumerate().map(one).collect()
}

/// Whether runs end only where they may.
#[must_use]
pub fn ends(report: &ExplicitReport) -> Answer {
    let stats = &report.stats;
    let verdict = match (&report.deadlock, &report.undefined, &report.stopped) {
        (Some(violation), _, _) | (None, Some(violation), _) => {
            Verdict::Violated(Box::new(violation.clone()))
        }
        (None, None, Some(stop)) => Verdict::Unknown(stop.clone()),
        (None, None, None) => Verdict::Holds(Coverage {
            scope: transition_system::Scope::new(),
            exhaustive: stats.exhaustive,
            states: Some(stats.states),
            depth: stats.depth,
            missed: stats.missed,
        }),
    };
    let engine = format!("explicit states, {} transitions", stats.transitions);
    let mut answer = Answer::new(verdict, engine, stats.time);
    if let (Some(every), Some(_)) = (&report.every, &report.deadlock) {
        answer.violating = count(every, Subject::Deadlock);
    }
    answer
}

/// What is said once of a search; not of a deadlock, where it has a row.
fn remarks(system: &System, report: &ExplicitReport, has_row: bool) -> Vec<String> {
    let mut out = Vec::new();
    let never: Vec<_> = report
        .stats
        .never_enabled()
        .map(|e| system.event(e).name.as_str())
        .collect();
    if report.stats.exhaustive && !never.is_empty() {
        // a state in which one is may have been missed
        let among = report.stats.missed.map_or("", |_| " in the states visited");
        out.push(format!("never enabled{among}: {}", never.join(", ")));
    }
    if let Some(deadlock) = report.deadlock.as_ref().filter(|_| !has_row) {
        let such = report.every.as_ref().and_then(|e| count(e, Subject::Deadlock));
        let such = such
            .map(|n| format!(" ({})", counted(n, "such state")))
            .unwrap_or_default();
        out.push(format!(
            "deadlock after {}: {}{such}",
            counted(deadlock.trace.len() as u64, "step"),
            calls(system, &deadlock.trace)
        ));
    }
    if let Some(stop) = report.every.as_ref().and_then(|e| e.stopped.as_ref()) {
        let why = crate::outcome::describe_stop(stop);
        out.push(format!(
            "there may be more ways in which properties are violated: {why}"
        ));
    }
    out.extend(report.covered.clone());
    if report.stats.disk_bytes > 0 {
        let mebibytes = report.stats.disk_bytes.div_ceil(1 << 20);
        out.push(format!(
            "memory was used up, and the states went to disk: {mebibytes} MiB"
        ));
    }
    out
}

fn calls(system: &System, trace: &Trace) -> String {
    let calls: Vec<_> = trace.steps.iter().map(|s| trace.call(system, s)).collect();
    calls.join(", ")
}

fn count(every: &Every, subject: Subject) -> Option<u64> {
    let found = every.counts.iter().find(|(s, _)| *s == subject);
    found.map(|(_, n)| *n)
}

/// The position of the verdict beside which the promises of events are told, which concern all properties: the first that
/// is violated by one, or the first.
fn owner(verdicts: &[(PropertyId, Verdict)]) -> usize {
    let by_promise = |(_, verdict): &(PropertyId, Verdict)| {
        let Verdict::Violated(violation) = verdict else {
            return false;
        };
        matches!(
            &violation.what,
            Wrong::Undefined {
                owner: Owner::Event(..),
                ..
            }
        )
    };
    verdicts.iter().position(by_promise).unwrap_or(0)
}

/// The ways beside the verdict in which a property is violated, and how many states or steps do so; with the promises of
/// events, if they are told here.
fn ways(every: &mut Every, id: PropertyId, verdict: &Verdict, events: bool) -> (Vec<Way>, Option<u64>) {
    let of_events = |subject: Subject| events && matches!(subject, Subject::Event(_));
    let (mut mine, others): (Vec<Way>, Vec<Way>) = std::mem::take(&mut every.ways)
        .into_iter()
        .partition(|w| w.subject == Subject::Property(id) || of_events(w.subject));
    every.ways = others;
    if let Verdict::Violated(first) = verdict {
        mine.retain(|way| !is_told(way, first));
    }
    (mine, count(every, Subject::Property(id)))
}

/// Whether a violation is of this way.
fn is_told(way: &Way, violation: &Violation) -> bool {
    let last = violation.trace.steps.last().map(|s| s.event);
    match (&way.violation.what, &violation.what) {
        (
            Wrong::Undefined {
                owner: Owner::Event(a, _),
                index: i,
                ..
            },
            Wrong::Undefined {
                owner: Owner::Event(b, _),
                index: j,
                ..
            },
        ) => (a, i) == (b, j),
        (a, b) => a == b && way.event == last,
    }
}

/// A count of a way, in words.
#[must_use]
pub fn met(way: &Way) -> String {
    let n = grouped(u128::from(way.count));
    let s = if way.count == 1 { "" } else { "s" };
    match (way.subject, way.event) {
        (Subject::Property(_), Some(_)) => format!("{n} such step{s}"),
        (Subject::Property(_) | Subject::Event(_) | Subject::Deadlock, _) => format!("{n} such state{s}"),
    }
}

/// The answer of a solver.
#[must_use]
pub fn symbolic(report: SymbolicReport, method: &str) -> Answer {
    let mut engine = method.to_owned();
    if !report.obligations.is_empty() {
        engine.push_str(&format!(
            ", {}",
            counted(report.obligations.len() as u64, "obligation")
        ));
    }
    // no solver was asked where the engine does not treat the property
    if !report.solver.is_empty() {
        engine.push_str(&format!(", Z3 {}", report.solver));
    }
    Answer {
        witness: report.witness,
        notes: report.notes,
        ..Answer::new(report.verdict, engine, report.time)
    }
}

/// Runs up to a length prove nothing of longer ones.
#[must_use]
pub fn no_proof(answer: Answer, steps: u32) -> Answer {
    let verdict = match answer.verdict {
        Verdict::Holds(_) => Verdict::Unknown(Stop::Unsupported(format!(
            "no run of at most {steps} steps violates it, which proves nothing of longer ones"
        ))),
        other @ (Verdict::Proved(_) | Verdict::Violated(_) | Verdict::Vacuous(_) | Verdict::Unknown(_)) => {
            other
        }
    };
    Answer { verdict, ..answer }
}

/// The fixpoint does not apply.
#[must_use]
pub fn no_fixpoint() -> Answer {
    let why =
        "the fixpoint is for invariants of systems whose events are monotone and whose sorts have sizes";
    let verdict = Verdict::Unknown(Stop::Unsupported(why.to_owned()));
    Answer::new(verdict, FIXPOINT.to_owned(), Duration::ZERO)
}
