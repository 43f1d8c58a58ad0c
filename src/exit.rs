//! Exit codes. They never depend on the form of the output.

/// How a run ended; the greater code wins where several things were asked, but an error over all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Everything asked is proved or holds.
    Good,
    /// Something asked is violated.
    Violated,
    /// The command line, a configuration or a specification is wrong.
    Wrong,
    /// Something asked is not known, or was not covered.
    Incomplete,
}

impl Exit {
    /// The process's exit code.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Exit::Good => 0,
            Exit::Violated => 1,
            Exit::Wrong => 2,
            Exit::Incomplete => 3,
        }
    }

    /// The outcome of two things together: an error, else a violation, else incompleteness.
    #[must_use]
    pub fn and(self, other: Exit) -> Exit {
        let rank = |e: Exit| match e {
            Exit::Good => 0,
            Exit::Incomplete => 1,
            Exit::Violated => 2,
            Exit::Wrong => 3,
        };
        if rank(other) > rank(self) { other } else { self }
    }
}
