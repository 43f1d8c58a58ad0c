//! `watertight fmt`: lays specifications out, in place or to standard output, or says what would change.

use std::io::Write;
use std::path::Path;

use spec_lang::{Operators, Source, Unformatted};

use super::{Context, Failure};
use crate::cli::Fmt;
use crate::exit::Exit;
use crate::{diff, input, output, report};

/// Runs the command. A file with errors does not keep the others from being formatted.
///
/// # Errors
/// A file that cannot be read or written.
pub fn run(args: &Fmt, context: &Context) -> Result<Exit, Failure> {
    if args.files.iter().filter(|p| p.as_os_str() == "-").count() > 1 {
        return Err(Failure::new("standard input can be read only once"));
    }
    let operators = match (args.unicode, args.ascii) {
        (true, _) => Operators::Unicode,
        (false, true) => Operators::Ascii,
        (false, false) => Operators::AsWritten,
    };
    let mut exit = Exit::Good;
    for path in &args.files {
        exit = exit.and(file(path, operators, args.check, context)?);
    }
    Ok(exit)
}

fn file(path: &Path, operators: Operators, check: bool, context: &Context) -> Result<Exit, Failure> {
    let stdin = path.as_os_str() == "-";
    let name = if stdin {
        "<stdin>".to_owned()
    } else {
        path.display().to_string()
    };
    let text = input::read_text(path)?;
    let formatted = match spec_lang::format(Source::new(name.as_str(), text.as_str()), operators) {
        Ok(formatted) => formatted,
        Err(Unformatted::Wrong(diagnostics, sources)) => {
            let shown = spec_lang::render(&diagnostics, &sources, true);
            write!(report::stderr(context.color), "{shown}")?;
            return Ok(Exit::Wrong);
        }
        Err(Unformatted::Defect(what)) => {
            let message = format!("{name}: internal error: {what}; the file is left as it is");
            return Err(Failure::new(message).help("please report this with the file"));
        }
    };
    let mut out = report::stdout(context.color);
    if check {
        write!(out, "{}", diff::unified(&name, &text, &formatted))?;
        return Ok(if text == formatted {
            Exit::Good
        } else {
            Exit::Violated
        });
    }
    if stdin {
        write!(out, "{formatted}")?;
    } else if text != formatted {
        output::replace(path, &formatted)?;
        if !context.quiet {
            writeln!(report::stderr(context.color), "formatted {name}")?;
        }
    }
    Ok(Exit::Good)
}
