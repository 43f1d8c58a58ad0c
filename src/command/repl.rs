//! `watertight repl`: a conversation with a specification, at a terminal, from standard input, or from the command line.

use std::io::{BufRead, IsTerminal, Write};
use std::path::PathBuf;

use model_checker::Budget;
use model_checker::ground::{Ground, NODE_LIMIT};
use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;
use spec_lang::ask::name_elements;
use transition_system::Scope;

use super::{Context, Failure};
use crate::cli::{Repl, Subject};
use crate::exit::Exit;
use crate::repl::{Reply, Session};
use crate::{report, spec};

/// Where lines come from.
enum Lines {
    /// A terminal, with editing and a history.
    Terminal(Box<DefaultEditor>),
    /// Standard input that is not a terminal.
    Input,
    /// The command line.
    Given(std::vec::IntoIter<String>),
}

/// How a conversation about one file ended.
enum End {
    Quit,
    Load(String),
}

/// Runs the command.
///
/// # Errors
/// The first file cannot be read or stepped through; output cannot be written.
pub fn run(args: &Repl, context: &Context) -> Result<Exit, Failure> {
    let mut lines = if !args.execute.is_empty() {
        Lines::Given(args.execute.clone().into_iter())
    } else if std::io::stdin().is_terminal() {
        let editor =
            DefaultEditor::new().map_err(|e| Failure::new(format!("the terminal cannot be used: {e}")))?;
        Lines::Terminal(Box::new(editor))
    } else {
        Lines::Input
    };
    let mut exit = Exit::Good;
    let mut subject = Subject {
        file: args.subject.file.clone(),
        system: args.subject.system.clone(),
        sizes: args.subject.sizes.clone(),
    };
    let mut first = true;
    loop {
        let file = match converse(&subject, &mut lines, &mut exit, context) {
            Ok(Some(End::Quit)) => return Ok(exit),
            Ok(Some(End::Load(file))) => file,
            // a first file that is wrong is the end; at a prompt one can mend it and load it again
            Ok(None) if first => return Ok(Exit::Wrong),
            Err(failure) if first || failure.broken_pipe => return Err(failure),
            other => {
                exit = exit.and(Exit::Wrong);
                if let Err(failure) = other {
                    say_failure(&failure, context)?;
                }
                match wait_for_load(&mut lines, context)? {
                    End::Quit => return Ok(exit),
                    End::Load(file) => file,
                }
            }
        };
        first = false;
        if !file.is_empty() {
            subject = Subject {
                file: PathBuf::from(file),
                system: None,
                sizes: Vec::new(),
            };
        }
    }
}

/// Talks about one file until it is left; `None` if it has errors, which were reported.
fn converse(
    subject: &Subject,
    lines: &mut Lines,
    exit: &mut Exit,
    context: &Context,
) -> Result<Option<End>, Failure> {
    let Some(model) = spec::compile(&subject.file, context)?.model else {
        return Ok(None);
    };
    let (index, _) = spec::choose(&model, subject)?;
    let scope = spec::full_scope(&model, index, &subject.sizes)?;
    let mut system = model.systems[index].system.clone();
    name_elements(&mut system, &scope);
    let closed = Scope::new();
    let ground = Ground::new(&system, &closed, &[], NODE_LIMIT, &Budget::default())
        .map_err(|e| Failure::new(e.to_string()))?;
    let mut session =
        Session::new(&model, index, &scope, &ground).map_err(|e| Failure::new(e.to_string()))?;
    let mut out = report::stdout(context.color);
    if !context.quiet {
        writeln!(out, "{}", session.greeting())?;
    }
    while let Some(line) = lines.next(context)? {
        match session.line(&line) {
            Reply::Quit => return Ok(Some(End::Quit)),
            Reply::Load(file) => return Ok(Some(End::Load(file))),
            Reply::Text(text) if text.is_empty() => {}
            Reply::Text(text) => writeln!(out, "{text}")?,
            Reply::Wrong(text) => {
                // at a terminal one mends it; a script is told
                if !matches!(lines, Lines::Terminal(_)) {
                    *exit = exit.and(Exit::Wrong);
                }
                writeln!(out, "{text}")?;
            }
        }
        out.flush()?;
    }
    Ok(Some(End::Quit))
}

/// After a file that cannot be used: only `:load` and `:quit` mean something.
fn wait_for_load(lines: &mut Lines, context: &Context) -> Result<End, Failure> {
    while let Some(line) = lines.next(context)? {
        let line = line.trim();
        match line.split_once(char::is_whitespace).unwrap_or((line, "")) {
            (":load" | ":l", file) => return Ok(End::Load(file.trim().to_owned())),
            (":quit" | ":q" | ":exit", _) => return Ok(End::Quit),
            (_, _) => writeln!(
                report::stdout(context.color),
                "no file is loaded; :load FILE or :quit"
            )?,
        }
    }
    Ok(End::Quit)
}

fn say_failure(failure: &Failure, context: &Context) -> std::io::Result<()> {
    let mut err = report::stderr(context.color);
    writeln!(err, "error: {}", failure.message)?;
    match &failure.help {
        Some(help) => writeln!(err, "  help: {help}"),
        None => Ok(()),
    }
}

impl Lines {
    /// The next line; `None` at the end. A script's lines are shown, so that its output reads like a conversation.
    fn next(&mut self, context: &Context) -> Result<Option<String>, Failure> {
        let line = match self {
            Lines::Terminal(editor) => loop {
                match editor.readline("> ") {
                    Ok(line) => {
                        // a history that cannot grow is no reason to stop
                        let _ = editor.add_history_entry(&line);
                        return Ok(Some(line));
                    }
                    // the line is given up, not the session
                    Err(ReadlineError::Interrupted) => {}
                    Err(ReadlineError::Eof) => return Ok(None),
                    Err(error) => return Err(Failure::new(format!("the terminal cannot be read: {error}"))),
                }
            },
            Lines::Input => {
                let mut bytes = Vec::new();
                let count = std::io::stdin().lock().read_until(b'\n', &mut bytes);
                let count = count.map_err(|e| Failure::new(format!("standard input: {e}")))?;
                let line = String::from_utf8_lossy(&bytes).trim_end().to_owned();
                (count > 0).then_some(line)
            }
            Lines::Given(lines) => lines.next(),
        };
        if let Some(line) = line.as_ref().filter(|_| !context.quiet) {
            writeln!(report::stdout(context.color), "> {line}")?;
        }
        Ok(line)
    }
}
