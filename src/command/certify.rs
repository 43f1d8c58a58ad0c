//! `watertight certify`: certificates checked by solvers that had no part in them.

use std::io::Write;
use std::path::{Path, PathBuf};

use anstyle::{AnsiColor, Style};
use certify::{Answer, CERT_FILE, CheckReport, Outcome};
use serde::Serialize;

use super::{Context, Failure};
use crate::cli::{self, Format};
use crate::exit::Exit;
use crate::{certificate, report, solvers};

#[derive(Serialize)]
struct Document {
    schema_version: u32,
    certificates: Vec<Row>,
    exit_code: u8,
}

#[derive(Serialize)]
struct Row {
    certificate: String,
    outcome: &'static str,
    system: String,
    property: String,
    size: String,
    method: String,
    conjuncts: usize,
    queries: Vec<Query>,
    problems: Vec<String>,
    warnings: Vec<String>,
    solvers: Vec<String>,
    time_ms: u128,
}

#[derive(Serialize)]
struct Query {
    file: String,
    obligation: String,
    answers: Vec<(String, String)>,
}

/// Runs the command.
///
/// # Errors
/// A folder that is no certificate, output that cannot be written.
pub fn run(args: &cli::Certify, context: &Context) -> Result<Exit, Failure> {
    let solvers = solvers::find(args);
    let mut rows = Vec::new();
    let mut exit = Exit::Good;
    for dir in args
        .dirs
        .iter()
        .map(|d| certificates(d))
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .flatten()
    {
        let row = match certificate::system(&dir) {
            Ok(system) => {
                let checked = certify::check(&dir, &system, &solvers).map_err(Failure::new)?;
                described(&dir, &checked)
            }
            Err(failure) => refused(&dir, failure.message),
        };
        exit = exit.and(match row.outcome {
            "accepted" => Exit::Good,
            "incomplete" => Exit::Incomplete,
            _ => Exit::Violated,
        });
        rows.push(row);
    }
    let mut out = report::stdout(context.color);
    match args.format {
        Format::Json => {
            let document = Document {
                schema_version: 1,
                certificates: rows,
                exit_code: exit.code(),
            };
            report::json(&mut out, &document)?;
        }
        Format::Human => rows.iter().try_for_each(|row| human(&mut out, row))?,
    }
    Ok(exit)
}

/// The certificate folders at or below a folder, in order.
fn certificates(dir: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    let mut stack = vec![(dir.to_path_buf(), 0)];
    while let Some((at, depth)) = stack.pop() {
        if at.join(CERT_FILE).is_file() {
            found.push(at);
            continue;
        }
        let entries = std::fs::read_dir(&at).map_err(|e| crate::input::cannot_read(&at, &e))?;
        let folders = entries
            .filter_map(|e| e.ok())
            .map(|e| e.path())
            .filter(|p| p.is_dir() && !p.is_symlink());
        if depth < 8 {
            stack.extend(folders.map(|p| (p, depth + 1)));
        }
    }
    if found.is_empty() {
        return Err(Failure::new(format!("{} holds no certificate", dir.display()))
            .help("name a folder that `verify --certificate` or `check --certificate` wrote"));
    }
    found.sort();
    Ok(found)
}

fn refused(dir: &Path, problem: String) -> Row {
    Row {
        certificate: dir.display().to_string(),
        outcome: "refused",
        system: String::new(),
        property: String::new(),
        size: String::new(),
        method: String::new(),
        conjuncts: 0,
        queries: Vec::new(),
        problems: vec![problem],
        warnings: Vec::new(),
        solvers: Vec::new(),
        time_ms: 0,
    }
}

fn described(dir: &Path, checked: &CheckReport) -> Row {
    let queries = checked.queries.iter().map(|q| Query {
        file: q.file.clone(),
        obligation: q.obligation.clone(),
        answers: q
            .answers
            .iter()
            .map(|a| (a.solver.name().to_owned(), word(&a.answer)))
            .collect(),
    });
    Row {
        certificate: dir.display().to_string(),
        outcome: match checked.outcome {
            Outcome::Accepted => "accepted",
            Outcome::Refused => "refused",
            Outcome::Incomplete => "incomplete",
        },
        system: checked.system.clone(),
        property: checked.property.clone(),
        size: checked.size.clone(),
        method: checked.method.clone(),
        conjuncts: checked.invariant.len(),
        queries: queries.collect(),
        problems: checked.problems.clone(),
        warnings: checked.warnings.clone(),
        solvers: checked
            .solvers
            .iter()
            .map(|(s, v)| format!("{} {v}", s.name()))
            .collect(),
        time_ms: checked.time.as_millis(),
    }
}

fn word(answer: &Answer) -> String {
    match answer {
        Answer::Unsat => "unsat".to_owned(),
        Answer::Sat => "sat".to_owned(),
        Answer::Undecided => "undecided".to_owned(),
        Answer::Failed(why) => format!("failed: {why}"),
    }
}

fn human(out: &mut dyn Write, row: &Row) -> std::io::Result<()> {
    let style: Style = match row.outcome {
        "accepted" => AnsiColor::Green.on_default().bold(),
        "incomplete" => AnsiColor::Yellow.on_default().bold(),
        _ => AnsiColor::Red.on_default().bold(),
    };
    writeln!(out, "{style}{}{style:#} {}", row.outcome, row.certificate)?;
    if !row.property.is_empty() {
        let (n, c, ms) = (row.queries.len(), row.conjuncts, row.time_ms);
        writeln!(
            out,
            "  {} of {}, {}, by {}",
            row.property, row.system, row.size, row.method
        )?;
        writeln!(
            out,
            "  {c} conjuncts, {n} queries, {}, {ms} ms",
            row.solvers.join(" and ")
        )?;
    }
    for problem in &row.problems {
        writeln!(out, "  problem: {problem}")?;
    }
    match row.warnings.as_slice() {
        [] => Ok(()),
        [one] => writeln!(out, "  warning: {one}"),
        many => writeln!(
            out,
            "  note: {} events can never happen under the invariant (--format json lists them)",
            many.len()
        ),
    }
}
