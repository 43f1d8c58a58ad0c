//! A run for people: the first state, then for each step the event and what it changed.

use std::io::{self, Write};

use anstyle::Style;
use transition_system::{State, System, Trace, Type, Value};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// Writes a run, each line behind `indent`.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(out: &mut dyn Write, system: &System, trace: &Trace, indent: &str) -> io::Result<()> {
    let constants = system.constants.iter().zip(&trace.initial.constants);
    for (constant, value) in constants {
        writeln!(
            out,
            "{indent}{DIM}const {} = {}{DIM:#}",
            constant.name,
            value.display(system)
        )?;
    }
    writeln!(out, "{indent}{BOLD}initially{BOLD:#}")?;
    for (variable, value) in system.variables.iter().zip(&trace.initial.variables) {
        writeln!(out, "{indent}  {} = {}", variable.name, value.display(system))?;
    }
    let mut before = &trace.initial;
    for (index, step) in trace.steps.iter().enumerate() {
        writeln!(
            out,
            "{indent}{BOLD}{}. {}{BOLD:#}",
            index + 1,
            trace.call(system, step)
        )?;
        for line in changes(system, before, &step.state) {
            writeln!(out, "{indent}  {line}")?;
        }
        before = &step.state;
    }
    if let Some(start) = trace.loop_start {
        writeln!(out, "{indent}and again from state {start}")?;
    }
    Ok(())
}

/// What differs between two states, one place a line: `owner[r0] := some(c1)`.
#[must_use]
pub fn changes(system: &System, before: &State, after: &State) -> Vec<String> {
    let mut out = Vec::new();
    let pairs = before.variables.iter().zip(&after.variables);
    for (variable, (old, new)) in system.variables.iter().zip(pairs) {
        difference(
            system,
            &variable.name,
            system.arena.type_of_id(variable.ty),
            old,
            new,
            &mut out,
        );
    }
    out
}

fn difference(system: &System, name: &str, ty: &Type, old: &Value, new: &Value, out: &mut Vec<String>) {
    match (ty, old, new) {
        _ if old == new => {}
        (Type::Map(_, inner), Value::Map(old), Value::Map(new)) => {
            let inner = system.arena.type_of_id(*inner);
            for ((key, a), b) in old.iter().zip(new.values()) {
                difference(
                    system,
                    &format!("{name}[{}]", key.display(system)),
                    inner,
                    a,
                    b,
                    out,
                );
            }
        }
        (_, Value::Set(old), Value::Set(new)) => {
            out.extend(
                new.difference(old)
                    .map(|v| format!("{name} += {}", v.display(system))),
            );
            out.extend(
                old.difference(new)
                    .map(|v| format!("{name} -= {}", v.display(system))),
            );
        }
        (_, _, _) => out.push(format!("{name} := {}", new.display(system))),
    }
}
