//! `watertight extract`: what a configuration says.

use std::io::Write;

use runtime_extractor::Reading;
use runtime_extractor::facts::SandboxFacts;
use runtime_extractor::instance::{HostProfile, instance};
use serde::Serialize;

use super::{Context, Failure};
use crate::cli::{Extract, ExtractFormat};
use crate::exit::Exit;
use crate::judge::identifier;
use crate::{input, report, tool};

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    tool: crate::finding::Tool,
    #[serde(flatten)]
    reading: &'a Reading,
}

/// Runs the command.
///
/// # Errors
/// Input that cannot be read, output that cannot be written.
pub fn run(args: &Extract, context: &Context) -> Result<Exit, Failure> {
    let host = input::host_profile(&args.inputs)?;
    let reading = input::read(&args.inputs)?;
    let mut out = report::stdout(context.color);
    match args.format {
        ExtractFormat::Json => {
            report::json(
                &mut out,
                &Document {
                    schema_version: 1,
                    tool: tool::tool(),
                    reading: &reading,
                },
            )?;
        }
        ExtractFormat::Wt => reading
            .sandboxes
            .iter()
            .try_for_each(|s| wt(&mut out, s, &host))?,
        ExtractFormat::Table => reading
            .sandboxes
            .iter()
            .try_for_each(|s| table(&mut out, s, &host))?,
    }
    let remarks = report::reading_remarks(&reading);
    report::remarks(&mut report::stderr(context.color), &remarks)?;
    Ok(outcome(&reading))
}

/// An unreadable or invalid input is an error; nothing at all to extract is one, too.
fn outcome(reading: &Reading) -> Exit {
    let invalid = reading.sandboxes.iter().any(|s| !s.invalid.is_empty());
    if invalid || !reading.errors.is_empty() || !reading.invalid.is_empty() || reading.sandboxes.is_empty() {
        Exit::Wrong
    } else {
        Exit::Good
    }
}

fn wt(out: &mut dyn Write, facts: &SandboxFacts, host: &HostProfile) -> std::io::Result<()> {
    writeln!(out, "{}", instance(&identifier(&facts.name), facts, host).text)
}

/// The lines of the instance without its frame, evidence first.
fn table(out: &mut dyn Write, facts: &SandboxFacts, host: &HostProfile) -> std::io::Result<()> {
    let text = instance(&identifier(&facts.name), facts, host).text;
    writeln!(out, "{}", facts.name)?;
    let body = text.lines().skip_while(|l| !l.starts_with("instance")).skip(2);
    for line in body.take_while(|l| *l != "}") {
        let (said, evidence) = line.split_once("//@").unwrap_or((line, ""));
        let said = said.trim_end().strip_prefix("  ").unwrap_or(said);
        if said.starts_with("//") {
            writeln!(out, "\n{}", said.trim_start_matches("// ").to_uppercase())?;
        } else if !said.is_empty() {
            writeln!(out, "  {said:<52} {}", evidence.trim())?;
        }
    }
    Ok(())
}
