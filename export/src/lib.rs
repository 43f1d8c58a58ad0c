//! Transition systems and their runs in the languages of other tools.
//!
//! Takes a valid [`System`](transition_system::System), a [`Scope`](transition_system::Scope) or a
//! [`Trace`](transition_system::Trace); gives text. What a language cannot say is a [`NoForm`] that names the
//! construct and where it was written, never a text that means something else. This crate prints and opens nothing.
//!
//! * [`tla`]: a TLA+ module and a configuration with which TLC finds the same states and verdicts.
//! * [`itf`]: a run in the Informal Trace Format;
//! * [`sequence`]: a run as a sequence diagram;
//! * [`formula`]: a formula of a system in the language that systems are written in.

mod block;
pub mod formula;
pub mod itf;
mod name;
pub mod sequence;
mod size;
pub mod tla;

use std::fmt;

use transition_system::Origin;

/// A construct without a form in the language asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoForm {
    /// What it is and of what, in words.
    pub what: String,
    /// Where it was written.
    pub origin: Origin,
}

impl NoForm {
    pub(crate) fn new(what: impl Into<String>, origin: &Origin) -> Self {
        Self {
            what: what.into(),
            origin: origin.clone(),
        }
    }
}

impl fmt::Display for NoForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.origin.is_known() {
            write!(f, "{}: ", self.origin)?;
        }
        f.write_str(&self.what)
    }
}
