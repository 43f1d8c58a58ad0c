//! `spec-lang`: from the text of a specification to the systems it describes.
//!
//! Takes `.wt` texts ([`Source`], and a [`Loader`] for the modules they use); gives a [`Compilation`]: every
//! error and warning with its place, and, if there is no error, a [`Model`] of transition systems and commands.
//! The steps are the modules: `syntax` (text to tree), `names` (what a name means), `check` (types), `lower`
//! (to [`transition_system::System`]), `command`, `lint` (warnings); beside them, `format` lays texts out.
//!
//! This crate opens no file, and knows no engine and no container runtime. Equal texts give equal results. No
//! text makes it panic, overflow the stack or run without end.

pub mod ask;
mod check;
pub mod codes;
mod command;
mod compile;
mod diagnostic;
mod format;
mod lint;
mod lower;
mod names;
mod render;
mod source;
mod suggest;
mod syntax;
mod types;

pub use command::{Command, CommandKind, Expectation, Method};
pub use compile::{Compilation, Loader, Model, NamedSystem, NoModules, compile};
pub use diagnostic::{Diagnostic, Severity};
pub use format::{Operators, Unformatted, format};
pub use lower::two_runs::{Seen, TwoRuns};
pub use render::render;
pub use source::{Source, SourceId, SourceMap, Span};
