//! Output: the only place that prints. One file a form.

pub mod check;
pub mod graph;
pub mod human;
pub mod progress;
pub mod run;
pub mod searched;
pub mod show;
pub mod simulate;
pub mod states;
pub mod trace;
pub mod two_runs;

use std::io::{self, Write};

use anstream::{AutoStream, ColorChoice};

use runtime_extractor::Reading;
use runtime_extractor::facts::Place;

use crate::cli::Color;
use crate::command::Failure;
use crate::finding::Remark;

/// Standard output that drops colours where they are not wanted.
pub fn stdout(color: Color) -> AutoStream<io::Stdout> {
    AutoStream::new(io::stdout(), choice(color))
}

/// Standard error, likewise.
pub fn stderr(color: Color) -> AutoStream<io::Stderr> {
    AutoStream::new(io::stderr(), choice(color))
}

fn choice(color: Color) -> ColorChoice {
    match color {
        Color::Auto => ColorChoice::Auto,
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    }
}

/// Everything of a reading that is not a sandbox, in order: errors, refusals, what was skipped, what was not used.
pub fn reading_remarks(reading: &Reading) -> Vec<(&'static str, Remark)> {
    let errors = reading.errors.iter().map(|e| {
        (
            "error",
            Remark {
                place: e.place(),
                message: e.message.clone(),
                help: e.help.clone(),
            },
        )
    });
    let remark = |place: &Place, message: &str| Remark {
        place: place.to_string(),
        message: message.to_owned(),
        help: None,
    };
    let invalid = reading
        .invalid
        .iter()
        .chain(reading.sandboxes.iter().flat_map(|s| &s.invalid));
    let invalid = invalid.map(|i| ("invalid configuration", remark(&i.place, &i.message)));
    let skipped = reading.skipped.iter().map(|s| {
        (
            "not verified",
            remark(&s.place, &format!("{}: {}", s.kind, s.why)),
        )
    });
    let notices = reading
        .notices
        .iter()
        .chain(reading.sandboxes.iter().flat_map(|s| &s.notices));
    let notices = notices.map(|n| ("note", remark(&n.place, &n.message)));
    errors.chain(invalid).chain(skipped).chain(notices).collect()
}

/// Writes remarks, one a line, each with its hint.
///
/// # Errors
/// When `out` cannot be written.
pub fn remarks(out: &mut dyn Write, remarks: &[(&str, Remark)]) -> io::Result<()> {
    for (word, remark) in remarks {
        let place = if remark.place.is_empty() {
            String::new()
        } else {
            format!("{}: ", remark.place)
        };
        writeln!(out, "{place}{word}: {}", remark.message)?;
        if let Some(help) = &remark.help {
            writeln!(out, "  help: {help}")?;
        }
    }
    Ok(())
}

/// Writes why something could not be done.
///
/// # Errors
/// When `out` cannot be written.
pub fn failure(out: &mut dyn Write, failure: &Failure) -> io::Result<()> {
    let heading = if failure.rendered { "" } else { "error: " };
    writeln!(out, "{heading}{}", failure.message)?;
    if let Some(help) = &failure.help {
        writeln!(out, "  help: {help}")?;
    }
    Ok(())
}

/// Writes what could not be read.
///
/// # Errors
/// When `out` cannot be written.
pub fn errors(out: &mut dyn Write, errors: &[Remark]) -> io::Result<()> {
    let errors: Vec<_> = errors.iter().map(|e| ("error", e.clone())).collect();
    remarks(out, &errors)
}

/// Writes a value as JSON with a line break at its end.
///
/// # Errors
/// When `out` cannot be written.
pub fn json(out: &mut dyn Write, value: &impl serde::Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}
