//! Progress of a long search: one line on a terminal, nothing elsewhere.

use std::io::{IsTerminal, Write};

use model_checker::explicit::{Progress, Snapshot};

use crate::cli::Color;
use crate::command::Context;

/// A line that is rewritten.
#[derive(Debug)]
pub struct Line {
    shown: bool,
    color: Color,
    written: bool,
}

impl Line {
    /// Shown if standard error is a terminal and quiet was not asked for.
    #[must_use]
    pub fn new(context: &Context) -> Self {
        Self {
            shown: !context.quiet && std::io::stderr().is_terminal(),
            color: context.color,
            written: false,
        }
    }
}

impl Progress for Line {
    fn report(&mut self, now: &Snapshot) {
        if self.shown {
            self.written = true;
            let _ = write!(
                super::stderr(self.color),
                "\r\x1b[K{} states, depth {}, {} to do, {:.0} states/s, {} MiB, {:.0} s",
                now.states,
                now.depth,
                now.queue,
                now.states_per_second,
                now.memory_bytes >> 20,
                now.elapsed.as_secs_f64()
            );
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.written {
            let _ = write!(super::stderr(self.color), "\r\x1b[K");
        }
    }
}
