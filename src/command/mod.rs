//! The subcommands, one file each. A command reads its input, asks the crates, and gives an [`Exit`]; what it
//! cannot do is a [`Failure`], which `main` prints.

pub mod certify;
pub mod check;
pub mod explain;
pub mod export;
pub mod extract;
pub mod fmt;
pub mod models;
pub mod prove;
pub mod repl;
pub mod show;
pub mod simulate;
pub mod verify;

use std::io;

use crate::cli::Color;
use crate::exit::Exit;

/// What every command is told.
#[derive(Debug, Clone, Copy)]
pub struct Context {
    /// When to use colour.
    pub color: Color,
    /// Whether to leave out progress and remarks.
    pub quiet: bool,
}

/// Why a command could not do what it was asked.
#[derive(Debug)]
pub struct Failure {
    /// What is wrong, in lower case; may have several lines.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Whether the message is a diagnostic, which has its own heading.
    pub rendered: bool,
    /// The outcome.
    pub exit: Exit,
    /// Whether the reader of our output went away: then nothing is said.
    pub broken_pipe: bool,
}

impl Failure {
    /// An error of the user's input.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: None,
            rendered: false,
            exit: Exit::Wrong,
            broken_pipe: false,
        }
    }

    /// A diagnostic as it is printed.
    pub fn rendered(diagnostic: impl Into<String>) -> Self {
        Self {
            rendered: true,
            ..Self::new(diagnostic)
        }
    }

    /// With a hint.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }
}

impl From<io::Error> for Failure {
    fn from(e: io::Error) -> Self {
        let broken_pipe = e.kind() == io::ErrorKind::BrokenPipe;
        let failure = Self::new(format!("the result cannot be written: {e}"));
        // the reader went away: what it did not take is no error of the input
        let exit = if broken_pipe {
            Exit::Incomplete
        } else {
            failure.exit
        };
        Self {
            broken_pipe,
            exit,
            ..failure
        }
    }
}
