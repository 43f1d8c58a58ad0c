//! Which program this is and which solver it runs with.

use std::io::Write;

use model_checker::symbolic::z3_version::{z3_path, z3_version};

use crate::command::{Context, Failure};
use crate::exit::Exit;
use crate::finding::Tool;
use crate::report;

/// The program and its solver, for results.
pub fn tool() -> Tool {
    let z3 = match z3_version() {
        Ok(version) => version.to_string(),
        Err(why) => why,
    };
    Tool {
        name: "watertight",
        version: env!("CARGO_PKG_VERSION"),
        z3,
    }
}

/// `--version`.
///
/// # Errors
/// When the output cannot be written.
pub fn print_version(context: &Context) -> Result<Exit, Failure> {
    let mut out = report::stdout(context.color);
    writeln!(out, "watertight {}", env!("CARGO_PKG_VERSION"))?;
    match (z3_version(), z3_path()) {
        (Ok(version), Ok(path)) => writeln!(out, "Z3 {version} ({path})")?,
        (Err(why), _) | (_, Err(why)) => writeln!(out, "no Z3: {why}")?,
    }
    Ok(Exit::Good)
}
