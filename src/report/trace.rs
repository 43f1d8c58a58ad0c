//! A run for people: the first state, then for each step the event and what it changed; of an infinite run, where it
//! begins to go round.

use std::io::{self, Write};

use anstyle::Style;
use transition_system::view::View;
use transition_system::{EventId, Fairness, State, System, Trace, Type, Value};

use crate::jobs::Values;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// Writes a run, each line behind `indent`.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(out: &mut dyn Write, system: &System, trace: &Trace, indent: &str) -> io::Result<()> {
    write_with(out, system, trace, indent, &[])
}

/// The same, with the values of expressions in each state.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_with(
    out: &mut dyn Write,
    system: &System,
    trace: &Trace,
    indent: &str,
    values: &[Values],
) -> io::Result<()> {
    let constants = system.constants.iter().zip(&trace.initial.constants);
    for (id, (constant, value)) in system.constant_ids().zip(constants) {
        let view = system.views.constant(id);
        writeln!(
            out,
            "{indent}{DIM}const {} = {}{DIM:#}",
            constant.name,
            value.show(system, view)
        )?;
    }
    writeln!(out, "{indent}{BOLD}initially{BOLD:#}")?;
    let variables = system.variables.iter().zip(&trace.initial.variables);
    for (id, (variable, value)) in system.variable_ids().zip(variables) {
        let value = value.show(system, system.views.variable(id));
        writeln!(out, "{indent}  {} = {value}", variable.name)?;
    }
    evaluated(out, values, 0, indent)?;
    looped(out, trace, 0, indent)?;
    let mut before = &trace.initial;
    for (index, step) in trace.steps.iter().enumerate() {
        writeln!(
            out,
            "{indent}{BOLD}{}. {}{BOLD:#}{}",
            index + 1,
            trace.call(system, step),
            marks(
                system,
                step.event,
                trace.loop_start.is_some_and(|start| index >= start)
            )
        )?;
        for line in changes(system, before, &step.state) {
            writeln!(out, "{indent}  {line}")?;
        }
        evaluated(out, values, index + 1, indent)?;
        before = &step.state;
        looped(out, trace, index + 1, indent)?;
    }
    if let Some(start) = trace.loop_start
        && start < trace.len()
    {
        let step = start + 1;
        writeln!(out, "{indent}{BOLD}and again from step {step}, forever{BOLD:#}")?;
    }
    Ok(())
}

/// The values of expressions in a state.
fn evaluated(out: &mut dyn Write, values: &[Values], state: usize, indent: &str) -> io::Result<()> {
    for one in values {
        let value = match one.values.get(state) {
            Some(Ok(value)) => format!("= {value}"),
            Some(Err(why)) => format!("is undefined: {why}"),
            None => continue,
        };
        writeln!(out, "{indent}  {DIM}eval{DIM:#} {} {value}", one.expression)?;
    }
    Ok(())
}

/// Marks the state where the loop of an infinite run begins.
fn looped(out: &mut dyn Write, trace: &Trace, index: usize, indent: &str) -> io::Result<()> {
    match trace.loop_start {
        Some(start) if start == index && start == trace.len() => {
            writeln!(out, "{indent}{BOLD}nothing happens any more{BOLD:#}")
        }
        Some(start) if start == index => writeln!(out, "{indent}{BOLD}from here, again and again:{BOLD:#}"),
        Some(_) | None => Ok(()),
    }
}

/// The components that take part in an event, where several do, that it is an input, and of a step of a loop that the run
/// must take such steps.
fn marks(system: &System, event: EventId, again: bool) -> String {
    let names: Vec<_> = system.taking_part(event).map(|c| c.name.as_str()).collect();
    let mut out = String::new();
    if system.event(event).input {
        out.push_str("  input");
    }
    if let Some(word) = fair(system, event).filter(|_| again) {
        out.push_str(&format!("  {DIM}{word}{DIM:#}"));
    }
    if names.len() > 1 {
        out.push_str(&format!("  {DIM}{}{DIM:#}", names.join(" and ")));
    }
    out
}

/// How fair runs are to an event, by the words before it or before that of which it is an alternative.
#[must_use]
pub fn fair(system: &System, event: EventId) -> Option<&'static str> {
    let event = system.event(event);
    let whole = event.alternative.as_ref().map(|a| a.fairness);
    match (event.fairness, whole) {
        (Fairness::Strong, _) | (_, Some(Fairness::Strong)) => Some("strong fair"),
        (Fairness::Weak, _) | (_, Some(Fairness::Weak)) => Some("fair"),
        (Fairness::None, Some(Fairness::None) | None) => None,
    }
}

/// What differs between two states, one place a line: `owner[r0] := some(c1)`.
#[must_use]
pub fn changes(system: &System, before: &State, after: &State) -> Vec<String> {
    let mut out = Vec::new();
    let pairs = before.variables.iter().zip(&after.variables);
    for (id, (old, new)) in system.variable_ids().zip(pairs) {
        let variable = system.variable(id);
        let ty = system.arena.type_of_id(variable.ty);
        let view = system.views.variable(id);
        difference(system, (&variable.name, ty, view), old, new, &mut out);
    }
    out
}

fn difference(
    system: &System,
    (name, ty, view): (&str, &Type, &View),
    old: &Value,
    new: &Value,
    out: &mut Vec<String>,
) {
    match (ty, view, old, new) {
        _ if old == new => {}
        (Type::Map(_, inner), _, Value::Map(old), Value::Map(new)) => {
            let inner = system.arena.type_of_id(*inner);
            let (keys, values) = view.entries();
            for ((key, a), b) in old.iter().zip(new.values()) {
                let name = format!("{name}[{}]", key.show(system, keys));
                difference(system, (&name, inner, values), a, b, out);
            }
        }
        (Type::Tuple(types), View::Record(fields), Value::Tuple(old), Value::Tuple(new)) => {
            let fields = fields.iter().zip(types);
            for ((field, ty), (a, b)) in fields.zip(old.iter().zip(new)) {
                let name = format!("{name}.{}", field.0);
                difference(system, (&name, system.arena.type_of_id(*ty), &field.1), a, b, out);
            }
        }
        (_, _, Value::Set(old), Value::Set(new)) => {
            let of = view.element();
            let added = new.difference(old);
            out.extend(added.map(|v| format!("{name} += {}", v.show(system, of))));
            let taken = old.difference(new);
            out.extend(taken.map(|v| format!("{name} -= {}", v.show(system, of))));
        }
        (_, _, _, _) => out.push(format!("{name} := {}", new.show(system, view))),
    }
}
