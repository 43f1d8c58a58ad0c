//! What a running search tells.

use std::time::Duration;

/// The search at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// Distinct states so far.
    pub states: u64,
    /// Transitions so far.
    pub transitions: u64,
    /// Depth being expanded.
    pub depth: u64,
    /// States found and not yet expanded.
    pub queue: u64,
    /// Distinct states a second since the last report.
    pub states_per_second: f64,
    /// Bytes of states, parents and visited table.
    pub memory_bytes: u64,
    /// Time since the start.
    pub elapsed: Duration,
}

/// Told about a running search, from the thread that searches.
pub trait Progress {
    /// Called about every [`crate::explicit::Options::progress_interval`].
    fn report(&mut self, snapshot: &Snapshot);
}

/// Says nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn report(&mut self, _snapshot: &Snapshot) {}
}
