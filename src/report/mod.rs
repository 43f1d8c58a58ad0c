//! Output: the only place that prints. One file a form.

pub mod human;

use std::io::{self, Write};

use anstream::{AutoStream, ColorChoice};

use crate::cli::Color;

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

/// Writes a value as JSON with a line break at its end.
///
/// # Errors
/// When `out` cannot be written.
pub fn json(out: &mut dyn Write, value: &impl serde::Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}
