//! The results of random walks, for people and as JSON.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use model_checker::walk::{WalkOptions, Walks};
use serde_json::{Value as Json, json};
use transition_system::{Owner, PropertyId, PropertyKind, Scope, System, Violation, Wrong};

use super::check::trace_json;
use super::trace;
use crate::outcome::{describe_stop, describe_wrong};
use crate::survey::{counted, grouped};

const BOLD: Style = Style::new().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();
const GOOD: Style = AnsiColor::Green.on_default().bold();

/// What was asked and what was seen.
pub struct Simulation<'a> {
    /// The system as declared.
    pub model: &'a System,
    /// The system that was walked: the same, with its elements named.
    pub system: &'a System,
    /// The properties that were asked about.
    pub watched: &'a [PropertyId],
    /// How many elements sorts have.
    pub scope: &'a Scope,
    /// How it was walked.
    pub options: &'a WalkOptions<'a>,
    /// What was seen.
    pub walks: &'a Walks,
    /// What the walks were to reach.
    pub until: Option<&'a str>,
    /// Whether the last walk is shown.
    pub show_last: bool,
}

/// Writes it for people.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(out: &mut dyn Write, s: &Simulation<'_>) -> io::Result<()> {
    let (walks, system) = (s.walks, s.system);
    let scope = s.scope.display(s.model);
    let scope = if scope.is_empty() {
        String::new()
    } else {
        format!(" for {scope}")
    };
    writeln!(
        out,
        "{BOLD}{}{scope}, seed {}{BOLD:#}",
        s.model.name, s.options.seed
    )?;
    if walks.walks == 0 && walks.violation.is_none() {
        return writeln!(out, "  {}", no_start(walks));
    }
    writeln!(
        out,
        "  {}, {}, {} seen, {}",
        counted(walks.walks, "walk"),
        counted(walks.steps, "step"),
        counted(walks.distinct, "distinct state"),
        counted(walks.deadlocks, "deadlock"),
    )?;
    if !walks.all_starts {
        writeln!(
            out,
            "  there are many initial states; walks began in the first of them"
        )?;
    }
    events(out, s)?;
    properties(out, s)?;
    if let Some(stop) = &walks.stop {
        writeln!(out, "  stopped: {}", describe_stop(stop))?;
    }
    if let Some(violation) = &walks.violation {
        let n = violation.trace.len() as u64;
        let of = violated(system, violation);
        writeln!(out, "{of} {BAD}VIOLATED{BAD:#} after {}", counted(n, "step"))?;
        trace::write(out, system, &violation.trace, "  ")?;
        writeln!(out, "  {}", describe_wrong(system, violation))?;
    } else if let Some(goal) = &walks.goal {
        writeln!(
            out,
            "{GOOD}reached{GOOD:#} after {}",
            counted(goal.len() as u64, "step")
        )?;
        trace::write(out, system, goal, "  ")?;
    } else if let Some(until) = s.until {
        writeln!(out, "not reached: `{until}`")?;
    } else if let (Some(deadlock), false) = (&walks.deadlock, s.show_last) {
        writeln!(
            out,
            "a walk that ends in a deadlock, after {}",
            counted(deadlock.len() as u64, "step")
        )?;
        trace::write(out, system, deadlock, "  ")?;
    }
    match &walks.last {
        Some(last) if s.show_last && walks.violation.is_none() && walks.goal.is_none() => {
            writeln!(out, "the last walk")?;
            trace::write(out, system, last, "  ")
        }
        Some(_) | None => Ok(()),
    }
}

/// What a run violates.
fn violated(system: &System, violation: &Violation) -> String {
    match &violation.what {
        Wrong::Invariant(p)
        | Wrong::Transition(p)
        | Wrong::Temporal(p)
        | Wrong::Undefined {
            owner: Owner::Property(p),
            ..
        } => system.property(*p).name.clone(),
        Wrong::Undefined {
            owner: Owner::Event(e, _),
            ..
        } => format!("promise of {}", system.event(*e).name),
        Wrong::Undefined {
            owner: Owner::Init(_),
            ..
        } => "promise of init".to_owned(),
        Wrong::Undefined {
            owner: Owner::Assumption(_),
            ..
        } => "promise of an assumption".to_owned(),
        Wrong::Deadlock => "deadlock".to_owned(),
    }
}

fn no_start(walks: &Walks) -> &'static str {
    if walks.all_starts {
        "there is no initial state: assumptions or `init` contradict each other"
    } else {
        "no initial state was found: they are too hard to find; let `init` say what each variable is"
    }
}

fn events(out: &mut dyn Write, s: &Simulation<'_>) -> io::Result<()> {
    let name = |i: usize| s.system.events[i].name.as_str();
    let width = (0..s.system.events.len())
        .map(|i| name(i).chars().count())
        .max()
        .unwrap_or(0)
        .max(5);
    writeln!(
        out,
        "  {:<width$}  {:>10}  {:>10}",
        "event", "fired", "enabled in"
    )?;
    for tally in &s.walks.events {
        let (fired, enabled) = (
            grouped(u128::from(tally.fired)),
            grouped(u128::from(tally.enabled)),
        );
        let never = if tally.enabled == 0 { "  never enabled" } else { "" };
        writeln!(
            out,
            "  {:<width$}  {fired:>10}  {enabled:>10}{never}",
            name(tally.event.index())
        )?;
    }
    Ok(())
}

/// The witnesses that were asked about, seen or not, and what no walk can show.
fn properties(out: &mut dyn Write, s: &Simulation<'_>) -> io::Result<()> {
    for (id, property) in s.model.property_ids().zip(&s.model.properties) {
        if property.kind == PropertyKind::Witness && s.until != Some(property.name.as_str()) {
            let seen = s.walks.reached.iter().find(|(w, _)| *w == id);
            let seen = seen.map_or("not seen".to_owned(), |(_, n)| {
                format!("seen, after {}", counted(*n, "step"))
            });
            writeln!(out, "  witness {}: {seen}", property.name)?;
        }
    }
    let temporal = s.temporal();
    if !temporal.is_empty() {
        writeln!(
            out,
            "  not watched, since it speaks of infinite runs: {}; `watertight check` decides it",
            temporal.join(", ")
        )?;
    }
    Ok(())
}

impl Simulation<'_> {
    /// Names of the temporal properties that were asked about.
    fn temporal(&self) -> Vec<&str> {
        let properties = self.watched.iter().map(|id| self.system.property(*id));
        let temporal = properties.filter(|p| p.kind == PropertyKind::Temporal);
        temporal.map(|p| p.name.as_str()).collect()
    }
}

/// The document.
#[must_use]
pub fn json(s: &Simulation<'_>) -> Json {
    let (walks, system) = (s.walks, s.system);
    let event = |t: &model_checker::walk::EventTally| json!({ "event": system.event(t.event).name, "fired": t.fired, "enabled": t.enabled });
    let run = |t: &transition_system::Trace| trace_json(system, t);
    json!({
        "schema_version": 1,
        "tool": crate::tool::tool(),
        "system": s.model.name,
        "scope": s.scope.display(s.model),
        "seed": s.options.seed,
        "walks": walks.walks,
        "steps": walks.steps,
        "distinct_states": walks.distinct,
        "all_initial_states": walks.all_starts,
        "events": walks.events.iter().map(event).collect::<Vec<_>>(),
        "witnesses": walks
            .reached
            .iter()
            .map(|(id, n)| json!({ "property": system.property(*id).name, "steps": n }))
            .collect::<Vec<_>>(),
        "not_watched": s.temporal(),
        "deadlocks": walks.deadlocks,
        "deadlock": walks.deadlock.as_ref().map(run),
        "violation": walks.violation.as_ref().map(|v| json!({
            "of": violated(system, v),
            "reason": describe_wrong(system, v),
            "trace": run(&v.trace),
        })),
        "reached": walks.goal.as_ref().map(run),
        "last": walks.last.as_ref().filter(|_| s.show_last).map(run),
        "stopped": walks.stop.as_ref().map(describe_stop),
    })
}
