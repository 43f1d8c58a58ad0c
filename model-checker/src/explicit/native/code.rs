//! Whether a search has machine code.

use super::Native;

/// Machine code, or when it is to be made.
pub(crate) enum Code {
    /// It is not wanted, or cannot be made.
    Never,
    /// After so many transitions.
    After(u64),
    /// It is made.
    Ready(Box<Native>),
}

impl Code {
    /// Makes machine code once so many transitions have shown that the search is long.
    pub(crate) fn prepare(&mut self, done: u64, make: impl FnOnce() -> Option<Native>) {
        if let Self::After(transitions) = self
            && done >= *transitions
        {
            *self = make().map_or(Self::Never, |native| Self::Ready(Box::new(native)));
        }
    }

    /// The machine code, if it is made.
    pub(crate) fn ready(&self) -> Option<&Native> {
        match self {
            Self::Ready(native) => Some(native),
            Self::Never | Self::After(_) => None,
        }
    }
}
