//! `watertight models`: the library.

use std::io::Write;

use serde::Serialize;

use super::{Context, Failure};
use crate::cli::{Format, Models, ModelsAction};
use crate::exit::Exit;
use crate::report;

#[derive(Serialize)]
struct Row {
    name: &'static str,
    path: &'static str,
    summary: String,
}

#[derive(Serialize)]
struct List {
    schema_version: u32,
    models: Vec<Row>,
}

/// Runs the command.
///
/// # Errors
/// An unknown name, or output that cannot be written.
pub fn run(args: &Models, context: &Context) -> Result<Exit, Failure> {
    let mut out = report::stdout(context.color);
    match &args.action {
        None => list(&mut out, Format::Human)?,
        Some(ModelsAction::List { format }) => list(&mut out, *format)?,
        Some(ModelsAction::Show { name }) => match models::find(name) {
            Some(model) => write!(out, "{}", model.text)?,
            None => return Err(unknown(name)),
        },
    }
    Ok(Exit::Good)
}

fn list(out: &mut dyn Write, format: Format) -> std::io::Result<()> {
    let rows: Vec<Row> = models::MODELS
        .iter()
        .map(|m| Row {
            name: m.name,
            path: m.path,
            summary: m.summary(),
        })
        .collect();
    match format {
        Format::Json => report::json(
            out,
            &List {
                schema_version: 1,
                models: rows,
            },
        ),
        Format::Human => rows
            .iter()
            .try_for_each(|row| writeln!(out, "{:<20} {}", row.name, row.summary)),
    }
}

fn unknown(name: &str) -> Failure {
    let known: Vec<_> = models::MODELS.iter().map(|m| m.name).collect();
    let last = name.rsplit("::").next().unwrap_or(name);
    let near = known
        .iter()
        .find(|k| k.ends_with(last) || last.ends_with(k.rsplit("::").next().unwrap_or(k)));
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the library has {}", known.join(", ")),
    };
    Failure::new(format!("there is no model `{name}`")).help(help)
}
