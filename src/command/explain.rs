//! `watertight explain`: what a code means, with an example that gives it and one that does not.

use std::io::Write;

use spec_lang::codes::{CODES, Code, find, near};

use super::{Context, Failure};
use crate::cli::Explain;
use crate::exit::Exit;
use crate::report;

/// Runs the command. An unknown code does not keep the others from being explained.
///
/// # Errors
/// Output that cannot be written.
pub fn run(args: &Explain, context: &Context) -> Result<Exit, Failure> {
    let pages: Vec<&Code> = args.codes.iter().filter_map(|code| find(code)).collect();
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
    out.flush()?;
    let mut exit = Exit::Good;
    for code in args.codes.iter().filter(|code| find(code).is_none()) {
        report::failure(&mut report::stderr(context.color), &unknown(code))?;
        exit = Exit::Wrong;
    }
    Ok(exit)
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
