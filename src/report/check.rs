//! The results of `check`, for people and as JSON.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use model_checker::explicit::Subject;
use serde_json::{Value as Json, json};
use spec_lang::{CommandKind, Diagnostic, SourceMap, TwoRuns};
use transition_system::{System, Trace, Verdict, Violation};

use super::run::{self, Shown};
use super::{searched, trace, two_runs};
use crate::answer::met;
use crate::jobs::Values;
use crate::lemmas;
use crate::outcome::{
    BrokenPromise, OneWay, Outcome, Word, broken_promise, describe_stop, describe_vacuity, describe_wrong,
};
use crate::survey::counted;

const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();

/// Violations of promises that were shown, each with the name of its system.
#[derive(Debug, Default)]
pub struct Told(Vec<(String, Violation)>);

/// Writes one row, with the run behind it; `qualified` names the system, too. A promise of the system that is broken has a row of its
/// own, once, before the first property that it concerns. Runs of witnesses are
/// shown if they are what is sought.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(
    out: &mut dyn Write,
    shown: &Shown<'_>,
    row: &Outcome,
    (qualified, seeks, told): (bool, bool, &mut Told),
) -> io::Result<()> {
    let system = shown.system;
    let shown = &Shown {
        values: &row.values,
        ..*shown
    };
    let broken = promise(out, shown, row, told)?;
    let (style, word) = face(row);
    let command = match row.kind {
        CommandKind::Check => "check",
        CommandKind::Prove => "prove",
    };
    let scope = if row.scope.is_empty() {
        String::new()
    } else {
        format!(" for {}", row.scope)
    };
    // a system of two runs has the name of what it was made for
    let own = shown.two_runs.is_some() && row.system.ends_with(&format!(".{}", row.property));
    let name = match qualified {
        true if own => row.system.clone(),
        true => format!("{}.{}", row.system, row.property),
        false => row.property.clone(),
    };
    let what = format!("{command} {name}{scope}");
    writeln!(
        out,
        "  {what:<52} {style}{word:<9}{style:#} {DIM}{}{DIM:#}",
        detail(row, broken.as_ref())
    )?;
    if !row.as_expected() && row.expect.is_some() {
        let expected = format!("{:?}", row.expect).to_lowercase();
        let expected = expected
            .trim_start_matches("some(")
            .trim_end_matches(')')
            .to_owned();
        writeln!(out, "    {}: expected {expected}", row.origin)?;
    }
    for note in &row.notes {
        writeln!(out, "    {note}")?;
    }
    for formula in row.proof().map(lemmas::found).unwrap_or_default() {
        writeln!(out, "    found: {formula}")?;
    }
    if let Some(why) = &row.uncertified {
        writeln!(out, "    no certificate: {why}")?;
    }
    if let Some(run) = row
        .witness
        .as_ref()
        .filter(|_| seeks && row.word() == Word::Holds)
    {
        run::write(out, shown, run, (&row.property, &row.size), "      ")?;
    }
    if let (Verdict::Violated(violation), None) = (&row.verdict, &broken) {
        violated(out, shown, row, violation)?;
    }
    ways(out, shown, row)?;
    if let Some(stats) = &row.stats {
        searched::write(out, system, stats)?;
    }
    if row.as_expected() && row.word() != Word::Violated {
        return Ok(());
    }
    if let Some(cti) = row.cti() {
        writeln!(
            out,
            "    a counterexample to induction ({}): the first state may not be reachable",
            size(system, row)
        )?;
        run::write(out, shown, &cti.trace, (&cti.broken, &cti.scope), "      ")?;
        writeln!(out, "    `{}` is false after it", cti.broken)?;
    }
    Ok(())
}

/// The promise of the system that a row breaks; where it was not told yet, it is, with its run.
fn promise(
    out: &mut dyn Write,
    shown: &Shown<'_>,
    row: &Outcome,
    told: &mut Told,
) -> io::Result<Option<BrokenPromise>> {
    let Verdict::Violated(violation) = &row.verdict else {
        return Ok(None);
    };
    let Some(broken) = broken_promise(shown.system, violation) else {
        return Ok(None);
    };
    let known = |(system, v): &(String, Violation)| *system == row.system && *v == **violation;
    if !told.0.iter().any(known) {
        let (style, word) = match row.as_expected() {
            true => (AnsiColor::Green.on_default().bold(), "broken"),
            false => (AnsiColor::Red.on_default().bold(), "BROKEN"),
        };
        let what = format!("promise of {}", broken.of);
        writeln!(
            out,
            "  {what:<52} {style}{word:<9}{style:#} {DIM}{}{DIM:#}",
            broken.what
        )?;
        violated(out, shown, row, violation)?;
        told.0.push((row.system.clone(), (**violation).clone()));
    }
    Ok(Some(broken))
}

/// The run of a violation, what is wrong at its end, and what it rests on.
fn violated(out: &mut dyn Write, shown: &Shown<'_>, row: &Outcome, violation: &Violation) -> io::Result<()> {
    let system = shown.system;
    writeln!(out, "    {}:", length(shown, violation))?;
    run::write(out, shown, &violation.trace, (&row.property, &row.size), "      ")?;
    writeln!(out, "    {}", describe_wrong(system, violation))?;
    // who is from and who is to is said already
    let chosen = |fact: &str| {
        shown.two_runs.is_some_and(|view| {
            let names = [view.from, view.to].map(|c| format!("{} == ", system.constant(c).name));
            names.iter().any(|n| fact.starts_with(n))
        })
    };
    for rests in row.rests_on.iter().filter(|r| !chosen(&r.fact)) {
        let line = match rests.at.as_str() {
            "unknown" => format!("it is not given, and assumed here: {}", rests.fact),
            at => format!("{at:<8} rests on {}", rests.fact),
        };
        let evidence = rests.evidence.join("; ");
        let line = format!("{line}  {evidence}");
        writeln!(out, "    {DIM}{}{DIM:#}", line.trim_end())?;
    }
    Ok(())
}

/// What kind of run it is, and how long.
fn length(shown: &Shown<'_>, violation: &Violation) -> String {
    let n = violation.trace.len();
    let s = if n == 1 { "" } else { "s" };
    if shown.two_runs.is_some() {
        return format!("two runs of {n} step{s}, the left one | the right one");
    }
    let what = match violation.trace.loop_start {
        None => "a run of",
        Some(start) if start == n => "an infinite run, at rest after",
        Some(_) => "an infinite run of",
    };
    format!("{what} {n} step{s}")
}

/// Further ways in which the property is violated, each with its run.
fn ways(out: &mut dyn Write, shown: &Shown<'_>, row: &Outcome) -> io::Result<()> {
    for OneWay { way, values } in &row.ways {
        let shown = &Shown { values, ..*shown };
        let by = match (way.subject, way.event) {
            (Subject::Event(event), _) => format!("also in {}", shown.system.event(event).name),
            (Subject::Property(_) | Subject::Deadlock, Some(event)) => {
                format!("also by {}", shown.system.event(event).name)
            }
            (Subject::Property(_) | Subject::Deadlock, None) => "also initially".to_owned(),
        };
        writeln!(
            out,
            "    {BOLD}{by}{BOLD:#}, {}; {}:",
            met(way),
            length(shown, &way.violation)
        )?;
        run::write(
            out,
            shown,
            &way.violation.trace,
            (&row.property, &row.size),
            "      ",
        )?;
        writeln!(out, "    {}", describe_wrong(shown.system, &way.violation))?;
    }
    Ok(())
}

fn size(system: &System, row: &Outcome) -> String {
    row.cti()
        .map(|c| c.scope.display(system))
        .filter(|s| !s.is_empty())
        .unwrap_or_else(|| "as named".to_owned())
}

fn face(row: &Outcome) -> (Style, &'static str) {
    let good = AnsiColor::Green.on_default().bold();
    let bad = AnsiColor::Red.on_default().bold();
    let open = AnsiColor::Yellow.on_default().bold();
    match row.word() {
        Word::Proved => (good, "proved"),
        Word::Holds if row.is_witness => (good, "reached"),
        Word::Holds => (good, "holds"),
        Word::Violated if row.as_expected() => (good, "violated"),
        Word::Violated => (bad, "VIOLATED"),
        Word::Vacuous => (if row.as_expected() { good } else { bad }, "VACUOUS"),
        Word::Unknown => (open, "unknown"),
    }
}

fn detail(row: &Outcome, broken: Option<&BrokenPromise>) -> String {
    let ms = format!("{:.0} ms", row.time.as_secs_f64() * 1e3);
    let mut parts = match &row.verdict {
        Verdict::Proved(proof) => {
            let size = if proof.scope.is_some() {
                "in this scope"
            } else {
                "for every size"
            };
            let n = proof.invariant.len();
            vec![
                size.to_owned(),
                format!("{n} conjunct{}", if n == 1 { "" } else { "s" }),
            ]
        }
        Verdict::Holds(coverage) => {
            let states = coverage.states.map(|n| format!("{n} states"));
            let depth = if coverage.exhaustive {
                "depth"
            } else {
                "up to depth"
            };
            let reached = row
                .witness
                .as_ref()
                .map(|t| format!("in {}", counted(t.len() as u64, "step")));
            let missed = coverage
                .missed
                .filter(|_| reached.is_none())
                .map(|p| format!("probabilistic: a state was missed with a probability of up to {p:.1e}"));
            reached
                .into_iter()
                .chain(missed)
                .chain(states)
                .chain([format!("{depth} {}", coverage.depth)])
                .collect()
        }
        Verdict::Violated(v) => vec![match (broken, v.shortest) {
            (Some(promise), _) => format!("the promise of {} is broken", promise.of),
            (None, true) => "a shortest run".to_owned(),
            (None, false) => "a run".to_owned(),
        }],
        Verdict::Vacuous(why) => vec![describe_vacuity(why)],
        Verdict::Unknown(stop) => vec![describe_stop(stop)],
    };
    let what = match row.every_step {
        true => "step",
        false => "state",
    };
    parts.extend(row.violating.map(|n| format!("{} in all", counted(n, what))));
    parts.push(row.engine.clone());
    parts.push(ms);
    parts.extend(row.certificate.as_ref().map(|c| format!("certificate {c}")));
    parts.join(", ")
}

/// One row as JSON.
#[must_use]
pub fn json((system, view): (&System, Option<&TwoRuns>), row: &Outcome) -> Json {
    let reason = match &row.verdict {
        Verdict::Unknown(stop) => Some(describe_stop(stop)),
        Verdict::Vacuous(why) => Some(describe_vacuity(why)),
        Verdict::Violated(v) => Some(describe_wrong(system, v)),
        Verdict::Proved(_) | Verdict::Holds(_) => None,
    };
    let coverage = if let Verdict::Holds(c) = &row.verdict {
        Some(c)
    } else {
        None
    };
    let mut out = json!({
        "system": row.system,
        "command": if row.kind == CommandKind::Check { "check" } else { "prove" },
        "property": row.property,
        "statement": row.statement,
        "scope": row.scope,
        "engine": row.engine,
        "verdict": row.word(),
        "expected": row.expect.map(|e| format!("{e:?}").to_lowercase()),
        "as_expected": row.as_expected(),
        "reason": reason,
        "broken_promise": match &row.verdict {
            Verdict::Violated(v) => broken_promise(system, v),
            Verdict::Proved(_) | Verdict::Holds(_) | Verdict::Vacuous(_) | Verdict::Unknown(_) => None,
        },
        "states": coverage.and_then(|c| c.states),
        "depth": coverage.map(|c| c.depth),
        "exhaustive": coverage.map(|c| c.exhaustive),
        "probability_missed": coverage.and_then(|c| c.missed),
        "trace": row.trace().map(|t| trace_json(system, t)),
        "counterexample_to_induction": row.cti().map(|c| json!({
            "broken": c.broken,
            "scope": c.scope.display(system),
            "trace": trace_json(system, &c.trace),
        })),
        "invariant": row.proof().map(|p| p.invariant.iter().map(|c| c.name.clone()).collect::<Vec<_>>()),
        "found": row.proof().map(lemmas::found),
        "rests_on": row.rests_on,
        "notes": row.notes,
        "certificate": row.certificate,
        "uncertified": row.uncertified,
        "at": row.origin.is_known().then(|| row.origin.to_string()),
        "time_ms": row.time.as_secs_f64() * 1e3,
    });
    if !row.values.is_empty() {
        out["values"] = values_json(&row.values);
    }
    if row.violating.is_some() || !row.ways.is_empty() {
        out["violating"] = row.violating.into();
        out["ways"] = row.ways.iter().map(|w| way_json(system, w)).collect();
    }
    if let Some(stats) = &row.stats {
        out["search"] = searched::json(system, stats);
    }
    if let (Some(run), Some(view)) = (row.trace(), view) {
        out["two_runs"] = two_runs::json(system, view, &row.size, run);
    }
    out
}

/// A further way in which a property is violated.
fn way_json(system: &System, one: &OneWay) -> Json {
    let OneWay { way, values } = one;
    json!({
        "event": way.event.map(|e| system.event(e).name.clone()),
        "count": way.count,
        "reason": describe_wrong(system, &way.violation),
        "trace": trace_json(system, &way.violation.trace),
        "values": values_json(values),
    })
}

/// The values of expressions along a run: a value is `null` where it is undefined.
fn values_json(all: &[Values]) -> Json {
    let one = |v: &Values| {
        let values: Vec<_> = v.values.iter().map(|value| value.as_ref().ok()).collect();
        json!({ "expression": v.expression, "type": v.ty, "values": values })
    };
    all.iter().map(one).collect()
}

/// Warnings of a specification as JSON, each at its primary place.
pub fn warnings<'a>(all: &'a [Diagnostic], sources: &'a SourceMap) -> impl Iterator<Item = Json> + 'a {
    all.iter().filter_map(|warning| {
        let (span, _) = warning.labels.first()?;
        let (line, column) = sources.position(span.source, span.start);
        Some(json!({
            "code": warning.code,
            "message": warning.message,
            "file": sources.name(span.source),
            "line": line,
            "column": column,
            "help": warning.help,
        }))
    })
}

/// A run as JSON: constants, the first state, the steps.
#[must_use]
pub fn trace_json(system: &System, run: &Trace) -> Json {
    let state = |s: &transition_system::State| -> Json {
        let pairs = system.variable_ids().zip(&s.variables);
        pairs
            .map(|(v, value)| {
                let text = value.show(system, system.views.variable(v));
                (system.variable(v).name.clone(), Json::String(text))
            })
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let constants = system.constant_ids().zip(&run.initial.constants);
    let constants: serde_json::Map<_, _> = constants
        .map(|(c, value)| {
            let text = value.show(system, system.views.constant(c));
            (system.constant(c).name.clone(), Json::String(text))
        })
        .collect();
    let step = |step: &transition_system::Step| {
        let mut out = json!({ "event": run.call(system, step), "state": state(&step.state) });
        if run.loop_start.is_some() {
            out["fairness"] = trace::fair(system, step.event).into();
        }
        out
    };
    let steps: Vec<Json> = run.steps.iter().map(step).collect();
    json!({ "constants": constants, "initial": state(&run.initial), "steps": steps, "loop_start": run.loop_start })
}
