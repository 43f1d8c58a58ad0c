//! `watertight explain`: what a code means, with an example that gives it and one that does not.

use std::io::Write;

use spec_lang::codes::{CODES, Code, find, near};

use super::{Context, Failure};
use crate::cli::Explain;
use crate::exit::Exit;
use crate::report;

/// Runs the command.
///
/// # Errors
/// An unknown code, or output that cannot be written.
pub fn run(args: &Explain, context: &Context) -> Result<Exit, Failure> {
    let found = args
        .codes
        .iter()
        .map(|code| find(code).ok_or_else(|| unknown(code)));
    let pages: Vec<&Code> = found.collect::<Result<_, _>>()?;
    let mut out = report::stdout(context.color);
    if args.codes.is_empty() {
        for code in CODES {
            writeln!(out, "{}  {}", code.code, code.title)?;
        }
    }
    for (index, code) in pages.iter().enumerate() {
        let between = if index > 0 { "\n" } else { "" };
        write!(out, "{between}{}", code.plain())?;
    }
    Ok(Exit::Good)
}

fn unknown(code: &str) -> Failure {
    let near = near(code);
    let names: Vec<_> = near.iter().map(|c| format!("{} ({})", c.code, c.title)).collect();
    let help = match names.as_slice() {
        [] => "`watertight explain` lists all codes".to_owned(),
        [one] => format!("did you mean {one}?"),
        more => format!("there are {}", more.join(", ")),
    };
    Failure::new(format!("there is no code `{code}`")).help(help)
}
