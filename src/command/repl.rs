//! `watertight repl`: a conversation with a specification, at a terminal, from standard input, or from the command line.

use std::io::{BufRead, IsTerminal, Write};
use std::path::PathBuf;

use model_checker::Budget;
use model_checker::ground::{Ground, NODE_LIMIT};
use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;
use spec_lang::Model;
use spec_lang::ask::name_elements;
use transition_system::{Scope, System};

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
    Load(Box<(Subject, Loaded)>),
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
    // a first file that is wrong is the end; at a prompt the session goes on with what it has
    let Some(mut loaded) = load(&subject, context)? else {
        return Ok(Exit::Wrong);
    };
    while let End::Load(next) = converse(&loaded, &mut lines, &mut exit, (&subject, context))? {
        (subject, loaded) = *next;
    }
    Ok(exit)
}

/// A file that can be talked about.
struct Loaded {
    model: Model,
    index: usize,
    scope: Scope,
    /// The system, its elements named.
    system: System,
}

/// Reads a file, and makes sure that its system can be stepped through; `None` if it has errors, which were reported.
fn load(subject: &Subject, context: &Context) -> Result<Option<Loaded>, Failure> {
    let Some(model) = spec::compile(&subject.file, context)?.model else {
        return Ok(None);
    };
    let (index, _) = spec::choose(&model, subject)?;
    let scope = spec::full_scope(&model, index, &subject.sizes)?;
    let mut system = model.systems[index].system.clone();
    name_elements(&mut system, &scope);
    ground(&system, &Scope::new())?;
    Ok(Some(Loaded {
        model,
        index,
        scope,
        system,
    }))
}

fn ground<'a>(system: &'a System, closed: &'a Scope) -> Result<Ground<'a>, Failure> {
    Ground::new(system, closed, &[], NODE_LIMIT, &Budget::default()).map_err(|e| Failure::new(e.to_string()))
}

/// The file that `:load` names, or the same one again.
fn other(subject: &Subject, file: &str) -> Subject {
    if file.is_empty() {
        return Subject {
            file: subject.file.clone(),
            system: subject.system.clone(),
            sizes: subject.sizes.clone(),
        };
    }
    Subject {
        file: PathBuf::from(file),
        system: None,
        sizes: Vec::new(),
    }
}

/// Talks about one file until it is left, or another is loaded; one that cannot be used leaves everything as it is.
fn converse(
    loaded: &Loaded,
    lines: &mut Lines,
    exit: &mut Exit,
    (subject, context): (&Subject, &Context),
) -> Result<End, Failure> {
    let closed = Scope::new();
    let ground = ground(&loaded.system, &closed)?;
    let mut session = Session::new(&loaded.model, loaded.index, &loaded.scope, &ground)
        .map_err(|e| Failure::new(e.to_string()))?;
    let mut out = report::stdout(context.color);
    if !context.quiet {
        writeln!(out, "{}", session.greeting())?;
    }
    while let Some(line) = lines.next(context)? {
        match session.line(&line) {
            Reply::Quit => return Ok(End::Quit),
            Reply::Load(file) => {
                let next = other(subject, &file);
                match load(&next, context) {
                    Ok(Some(loaded)) => return Ok(End::Load(Box::new((next, loaded)))),
                    Err(failure) if failure.broken_pipe => return Err(failure),
                    Ok(None) => {}
                    Err(failure) => report::failure(&mut report::stderr(context.color), &failure)?,
                }
                *exit = exit.and(Exit::Wrong);
                let kept = subject.file.display();
                writeln!(out, "the session goes on with {kept} as it was")?;
            }
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
    Ok(End::Quit)
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
