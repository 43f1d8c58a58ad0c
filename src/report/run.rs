//! A run in the form that was asked for.

use std::io::{self, Write};

use export::sequence::Diagram;
use spec_lang::TwoRuns;
use transition_system::{Scope, System, Trace};

use super::{trace, two_runs};
use crate::cli::TraceFormat;
use crate::jobs::Values;

/// What runs are of, and how they are shown.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// The system.
    pub system: &'a System,
    /// Where its runs are pairs of runs of another: how they are seen.
    pub two_runs: Option<&'a TwoRuns>,
    /// How.
    pub form: TraceFormat,
    /// Values to show in each state.
    pub values: &'a [Values],
    /// Name of the specification.
    pub source: &'a str,
}

/// The ending of a file in this form.
#[must_use]
pub fn ending(form: TraceFormat) -> &'static str {
    match form {
        TraceFormat::Text | TraceFormat::Sequence => "txt",
        TraceFormat::Itf => "itf.json",
        TraceFormat::Mermaid => "mmd",
    }
}

/// Writes a run, each line behind `indent`, with what it is a run of and the sizes of sorts.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(
    out: &mut dyn Write,
    shown: &Shown<'_>,
    run: &Trace,
    (property, scope): (&str, &Scope),
    indent: &str,
) -> io::Result<()> {
    let system = shown.system;
    let text = match shown.form {
        TraceFormat::Text => {
            return match shown.two_runs {
                Some(view) => two_runs::write(out, (system, view), scope, run, indent),
                None => trace::write_with(out, system, run, indent, shown.values),
            };
        }
        TraceFormat::Itf => {
            let about = format!("a run of `{}` for `{property}`", system.name);
            let json = export::itf::trace(system, run, &about, shown.source);
            serde_json::to_string_pretty(&json)?
        }
        TraceFormat::Sequence => Diagram::new(system, scope, run).text(),
        TraceFormat::Mermaid => Diagram::new(system, scope, run).mermaid(),
    };
    for line in text.lines() {
        writeln!(out, "{indent}{line}")?;
    }
    Ok(())
}
