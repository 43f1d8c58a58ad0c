//! Two runs side by side: what both do stands once, what one does alone in its column, and at the end what the observer
//! sees in each.

use std::io::{self, Write};

use anstyle::Style;
use serde_json::{Value as Json, json};
use spec_lang::{Seen, TwoRuns};
use transition_system::eval::{Bindings, Context, Evaluator};
use transition_system::value::product;
use transition_system::{BinderId, Scope, State, Step, System, Trace, Value};

use super::trace::changes;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
/// Width of the left column.
const COLUMN: usize = 38;

/// Writes two runs, each line behind `indent`.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(
    out: &mut dyn Write,
    (system, view): (&System, &TwoRuns),
    scope: &Scope,
    trace: &Trace,
    indent: &str,
) -> io::Result<()> {
    for (constant, value) in system.constants.iter().zip(&trace.initial.constants) {
        let value = value.display(system);
        writeln!(out, "{indent}{DIM}const {} = {value}{DIM:#}", constant.name)?;
    }
    writeln!(out, "{indent}{BOLD}initially{BOLD:#}")?;
    let inside = format!("{indent}  ");
    columns(out, &inside, start(system, &trace.initial))?;
    let mut before = &trace.initial;
    for (index, step) in trace.steps.iter().enumerate() {
        let (side, call) = happens(system, trace, step);
        let call = format!("{}. {call}", index + 1);
        let words = if side.is_empty() {
            String::new()
        } else {
            format!("  in the {side} run alone")
        };
        writeln!(out, "{indent}{BOLD}{call}{BOLD:#}{words}")?;
        columns(out, &inside, by_side(changes(system, before, &step.state)))?;
        before = &step.state;
    }
    writeln!(
        out,
        "{indent}{BOLD}{} sees{BOLD:#}",
        observer(system, view, trace)
    )?;
    let seen = rows(system, view, scope, trace.last());
    let rows = seen.into_iter().map(|(what, left, right)| Row {
        left: Some(format!("{what}: {left}")),
        right: Some(format!("{what}: {right}")),
    });
    columns(out, &inside, rows.collect())
}

/// Two runs as JSON.
#[must_use]
pub fn json(system: &System, view: &TwoRuns, scope: &Scope, trace: &Trace) -> Json {
    let steps: Vec<Json> = trace
        .steps
        .iter()
        .map(|step| {
            let (side, call) = happens(system, trace, step);
            json!({ "event": call, "in": if side.is_empty() { "both" } else { side } })
        })
        .collect();
    let seen: Vec<Json> = rows(system, view, scope, trace.last())
        .into_iter()
        .map(|(what, left, right)| json!({ "what": what, "differs": left != right, "left": left, "right": right }))
        .collect();
    json!({
        "from": trace.initial.constants.get(view.from.index()).map(|v| v.display(system)),
        "observer": observer(system, view, trace),
        "steps": steps,
        "seen": seen,
    })
}

fn observer(system: &System, view: &TwoRuns, trace: &Trace) -> String {
    let value = trace.initial.constants.get(view.to.index());
    value.map(|v| v.display(system)).unwrap_or_default()
}

/// In which run a step happens (empty: in both), and the event without it.
fn happens(system: &System, trace: &Trace, step: &Step) -> (&'static str, String) {
    let call = trace.call(system, step);
    for side in ["left", "right"] {
        if let Some(rest) = call.strip_prefix(side).and_then(|r| r.strip_prefix('.')) {
            return (side, rest.to_owned());
        }
    }
    ("", call)
}

/// A line: in one column or in both.
#[derive(Debug, Default, PartialEq, Eq)]
struct Row {
    left: Option<String>,
    right: Option<String>,
}

fn columns(out: &mut dyn Write, indent: &str, rows: Vec<Row>) -> io::Result<()> {
    for row in rows {
        match (row.left, row.right) {
            (Some(left), Some(right)) if left == right => writeln!(out, "{indent}{left}")?,
            (left, right) => {
                let (left, right) = (left.unwrap_or_default(), right.unwrap_or_default());
                let line = format!("{indent}{left:<COLUMN$} | {right}");
                writeln!(out, "{}", line.trim_end())?;
            }
        }
    }
    Ok(())
}

/// The values of all variables, a row for each.
fn start(system: &System, state: &State) -> Vec<Row> {
    let all = system.variables.iter().zip(&state.variables);
    let lines = all.map(|(v, value)| format!("{} = {}", v.name, value.display(system)));
    by_side(lines.collect())
}

/// Lines that begin with `left.` or `right.`: equal ones in one row, and what one place is in each run side by side.
fn by_side(lines: Vec<String>) -> Vec<Row> {
    let place = |line: &str| line.split(' ').next().unwrap_or("").to_owned();
    let mut rows: Vec<Row> = Vec::new();
    let mut rights = Vec::new();
    for line in lines {
        if let Some(left) = line.strip_prefix("left.") {
            rows.push(Row {
                left: Some(left.to_owned()),
                right: None,
            });
        } else if let Some(right) = line.strip_prefix("right.") {
            rights.push(right.to_owned());
        }
    }
    for right in rights {
        let alone = |r: &&mut Row| r.right.is_none();
        let mut free = rows.iter_mut().filter(alone);
        let found = free.find(|r| r.left.as_deref() == Some(right.as_str()));
        let found = match found {
            Some(row) => Some(row),
            None => rows
                .iter_mut()
                .filter(alone)
                .find(|r| r.left.as_deref().map(place) == Some(place(&right))),
        };
        match found {
            Some(row) => row.right = Some(right),
            None => rows.push(Row {
                left: None,
                right: Some(right),
            }),
        }
    }
    rows
}

/// What is seen in a state: what, and its values in both runs (`-` where it is not seen).
fn rows(system: &System, view: &TwoRuns, scope: &Scope, state: &State) -> Vec<(String, String, String)> {
    let evaluator = Evaluator::new(system, scope);
    let mut out = Vec::new();
    for item in &view.seen {
        let domains: Option<Vec<Vec<Value>>> = item
            .binders
            .iter()
            .map(|b| evaluator.domain(system.arena.binder_info(*b).ty).ok())
            .collect();
        for values in product(&domains.unwrap_or_default()) {
            let mut env: Bindings = item.binders.iter().copied().zip(values).collect();
            let left = shown(&evaluator, (item.left_shows, item.left), state, &mut env);
            let right = shown(&evaluator, (item.right_shows, item.right), state, &mut env);
            if left.is_some() || right.is_some() {
                let value = |v: Option<Value>| v.map_or_else(|| "-".to_owned(), |v| v.display(system));
                out.push((label(system, item, &env), value(left), value(right)));
            }
        }
    }
    out
}

fn shown(
    evaluator: &Evaluator<'_>,
    (shows, value): (transition_system::ExprId, transition_system::ExprId),
    state: &State,
    env: &mut Bindings,
) -> Option<Value> {
    let at = Context { state, next: None };
    let shows = evaluator.truth(shows, at, env).ok()?;
    shows.then(|| evaluator.value(value, at, env).ok()).flatten()
}

/// `contents[r], r = r0`
fn label(system: &System, item: &Seen, env: &Bindings) -> String {
    let value = |b: &BinderId| env.get(b).map(|v| v.display(system)).unwrap_or_default();
    let name = |b: &BinderId| system.arena.binder_info(*b).name.clone();
    let bound: String = item
        .binders
        .iter()
        .map(|b| format!(", {} = {}", name(b), value(b)))
        .collect();
    format!("{}{bound}", item.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_both_do_stands_once() {
        let lines = [
            "left.x := 1",
            "left.y := 2",
            "right.y := 3",
            "right.x := 1",
            "right.z := 4",
        ];
        let rows = by_side(lines.map(str::to_owned).to_vec());
        let row = |l: Option<&str>, r: Option<&str>| Row {
            left: l.map(str::to_owned),
            right: r.map(str::to_owned),
        };
        let expected = [
            row(Some("x := 1"), Some("x := 1")),
            row(Some("y := 2"), Some("y := 3")),
            row(None, Some("z := 4")),
        ];
        assert_eq!(rows, expected);
    }
}
