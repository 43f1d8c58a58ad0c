//! What an engine may use: time, memory, and the user's patience.
//!
//! A [`Budget`] is made when a command starts and handed to every phase. A phase says what it did ([`Budget::tick`]) and
//! what it holds, often and in small portions; now and then the budget looks at the clock and at the interrupt, so that a
//! phase ends soon after it should.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use transition_system::Stop;

/// Units of work between two looks at the clock: well below a millisecond.
const PORTION: u64 = 1 << 14;

/// See the module. The default has no limits.
#[derive(Clone, Debug)]
pub struct Budget<'a> {
    /// When the time began to count.
    since: Instant,
    /// Most time.
    time: Option<Duration>,
    /// Most bytes that a phase may hold.
    memory_bytes: Option<u64>,
    /// Set to stop.
    interrupt: Option<&'a AtomicBool>,
    /// Units of work since the last look.
    done: Cell<u64>,
}

impl Default for Budget<'_> {
    fn default() -> Self {
        Self::new(None, None, None)
    }
}

impl<'a> Budget<'a> {
    /// A budget whose time begins now.
    #[must_use]
    pub fn new(time: Option<Duration>, memory_bytes: Option<u64>, interrupt: Option<&'a AtomicBool>) -> Self {
        Self {
            since: Instant::now(),
            time,
            memory_bytes,
            interrupt,
            done: Cell::new(0),
        }
    }

    /// The same, with time that began to count earlier.
    #[must_use]
    pub fn since(mut self, since: Instant) -> Self {
        self.since = since;
        self
    }

    /// When the time began to count, and the most of it.
    pub(crate) fn time(&self) -> (Instant, Option<Duration>) {
        (self.since, self.time)
    }

    /// Set to stop.
    pub(crate) fn interrupt(&self) -> Option<&'a AtomicBool> {
        self.interrupt
    }

    /// Counts `work` units (about a nanosecond or ten each) of a phase that holds `bytes`.
    ///
    /// # Errors
    /// [`Stop`] if the budget is spent.
    pub fn tick(&self, work: u64, bytes: u64) -> Result<(), Stop> {
        if let Some(limit) = self.memory_bytes.filter(|limit| bytes > *limit) {
            return Err(Stop::MemoryLimit(limit));
        }
        let done = self.done.get().saturating_add(work);
        if done < PORTION {
            self.done.set(done);
            return Ok(());
        }
        self.done.set(0);
        self.look()
    }

    /// Looks at the interrupt and the clock.
    ///
    /// # Errors
    /// [`Stop`] if the budget is spent.
    pub fn look(&self) -> Result<(), Stop> {
        if self.interrupt.is_some_and(|flag| flag.load(Ordering::Relaxed)) {
            return Err(Stop::Interrupted);
        }
        match self.time {
            Some(limit) if self.since.elapsed() >= limit => Err(Stop::TimeLimit(limit)),
            Some(_) | None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn each_limit_has_its_stop() {
        Budget::default().tick(u64::MAX, u64::MAX).unwrap();
        let time = Budget::new(Some(Duration::ZERO), None, None);
        assert_eq!(time.tick(PORTION, 0), Err(Stop::TimeLimit(Duration::ZERO)));
        let memory = Budget::new(None, Some(10), None);
        assert_eq!(memory.tick(1, 10), Ok(()));
        assert_eq!(memory.tick(1, 11), Err(Stop::MemoryLimit(10)));
        let flag = AtomicBool::new(true);
        assert_eq!(
            Budget::new(None, None, Some(&flag)).look(),
            Err(Stop::Interrupted)
        );
    }

    #[test]
    fn small_portions_add_up() {
        let flag = AtomicBool::new(true);
        let budget = Budget::new(None, None, Some(&flag));
        let portions = (0..=PORTION).take_while(|_| budget.tick(1, 0).is_ok()).count();
        assert_eq!(portions as u64, PORTION - 1);
    }
}
