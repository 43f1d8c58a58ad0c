//! What a running search tells.

use std::time::{Duration, Instant};

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
    /// About how many states there will be, where the sizes of depths allow to say so: see [`estimate`].
    pub estimate: Option<u64>,
    /// Distinct states a second since the last report.
    pub states_per_second: f64,
    /// Bytes of states, parents and visited table.
    pub memory_bytes: u64,
    /// Bytes of states on disk.
    pub disk_bytes: u64,
    /// Time since the start.
    pub elapsed: Duration,
}

/// Told about a running search, from the thread that searches.
pub trait Progress {
    /// Called about every [`crate::explicit::Options::progress_interval`].
    fn report(&mut self, snapshot: &Snapshot);
}

/// When a search tells where it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    started: Instant,
    /// When it told last, and of how many states.
    told: (Instant, u64),
    interval: Duration,
}

impl Clock {
    /// That of a search which begins now.
    pub(super) fn new(interval: Duration) -> Self {
        let now = Instant::now();
        Self {
            started: now,
            told: (now, 0),
            interval,
        }
    }

    /// Time since the search began.
    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// The rate of states since the search told last, if it is to tell now, or in any case.
    pub(super) fn due(&mut self, states: u64, in_any_case: bool) -> Option<f64> {
        let now = Instant::now();
        let (last, before) = self.told;
        let since = now - last;
        if since < self.interval && !in_any_case {
            return None;
        }
        self.told = (now, states);
        Some(states.saturating_sub(before) as f64 / since.as_secs_f64())
    }
}

/// Depths of which an estimate is made.
const SEEN: usize = 4;
/// Most depths that are foreseen.
const FORESEEN: usize = 100_000;

/// About how many states there are in all, from how many were found at each depth so far.
///
/// Levels of a search grow, and then shrink, by ratios that fall from depth to depth; where they did so for the last depths,
/// and levels hardly grow any more, the ratios are taken to go on falling as fast (the logarithm of the size of a level is
/// a parabola of the depth). `None` where that is not so: an estimate from a search that still widens is worth nothing.
#[must_use]
pub fn estimate(levels: &[u64]) -> Option<u64> {
    let from = levels.len().checked_sub(SEEN + 1)?;
    let last: Vec<f64> = levels[from..].iter().map(|n| (*n as f64).ln()).collect();
    let growth: Vec<f64> = last.windows(2).map(|w| w[1] - w[0]).collect();
    let falls = growth.windows(2).all(|w| w[1] < w[0]);
    let (first, now) = (growth.first()?, growth.last()?);
    if !falls || *now > 1.5f64.ln() || !last.iter().all(|n| n.is_finite()) {
        return None;
    }
    let fall = (now - first) / (SEEN as f64 - 1.0);
    let (mut size, mut ratio) = (*last.last()?, *now);
    let mut total = levels.iter().map(|n| *n as f64).sum::<f64>();
    for _ in 0..FORESEEN {
        ratio += fall;
        size += ratio;
        if size < 0.0 {
            return Some(total as u64);
        }
        total += size.exp();
    }
    None
}

/// Says nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn report(&mut self, _snapshot: &Snapshot) {}
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::estimate;

    #[test]
    fn the_middle_of_a_cube_foretells_the_rest() {
        // subsets of 24 things by size
        let mut levels = vec![1u64];
        for k in 0..24 {
            levels.push(levels[k as usize] * (24 - k) / (k + 1));
        }
        assert_eq!(estimate(&levels[..6]), None, "it still widens");
        let middle = estimate(&levels[..14]).unwrap() as f64 / f64::from(1 << 24);
        assert!((0.9..1.1).contains(&middle), "{middle}");
        assert_eq!(estimate(&[]), None);
        assert_eq!(estimate(&[5, 5, 5, 5, 5, 5, 5]), None, "a line does not end");
        assert_eq!(estimate(&[1, 2, 4, 0, 0, 0]), None);
    }
}
