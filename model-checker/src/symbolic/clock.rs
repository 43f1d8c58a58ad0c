//! When a run of the symbolic engine has to end.
//!
//! Takes a [`Budget`]; gives whether it is spent, and a watch over the queries of a thread: Z3 looks at no flag of ours, so
//! another thread looks at the clock and at the interrupt for it. Guarantees: a query that runs when the budget is
//! spent is interrupted within [`LOOK`], and again until it ends; a query that begins later is not asked.

use std::sync::atomic::AtomicBool;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use transition_system::Stop;

use crate::Budget;

/// How long a query may run on before it is interrupted.
const LOOK: Duration = Duration::from_millis(25);

/// The time and the patience of one run; copies look at the same clock.
#[derive(Clone, Copy)]
pub(super) struct Clock<'a> {
    since: Instant,
    limit: Option<Duration>,
    interrupt: Option<&'a AtomicBool>,
}

impl<'a> Clock<'a> {
    pub(super) fn of(budget: &Budget<'a>) -> Self {
        let (since, limit) = budget.time();
        Self {
            since,
            limit,
            interrupt: budget.interrupt(),
        }
    }

    /// Why the run has to end, if it has to.
    pub(super) fn stop(&self) -> Option<Stop> {
        let memory = None;
        Budget::new(self.limit, memory, self.interrupt)
            .since(self.since)
            .look()
            .err()
    }

    /// Whether the run has to end.
    pub(super) fn is_over(&self) -> bool {
        self.stop().is_some()
    }

    /// The time that is left, at most `most`.
    pub(super) fn left(&self, most: Duration) -> Duration {
        match self.limit {
            Some(limit) => limit.saturating_sub(self.since.elapsed()).min(most),
            None => most,
        }
    }

    /// Set to stop.
    pub(super) fn interrupt(&self) -> Option<&'a AtomicBool> {
        self.interrupt
    }

    /// The same, ending after `time` from now at the latest.
    pub(super) fn within(self, time: Duration) -> Self {
        Self {
            limit: Some(self.since.elapsed() + self.left(time)),
            ..self
        }
    }

    /// Does `work`, which asks Z3 in this thread's context; queries in it end soon after the clock is over.
    pub(super) fn watch<T>(&self, work: impl FnOnce() -> T) -> T {
        let context = z3::Context::thread_local();
        let handle = context.handle();
        let done = Done::default();
        std::thread::scope(|threads| {
            // what is said last is said also where `work` panics
            let _end = Finally(&done);
            let (watched, clock) = (&done, *self);
            threads.spawn(move || {
                while !watched.wait() {
                    if clock.is_over() {
                        handle.interrupt();
                    }
                }
            });
            work()
        })
    }
}

/// Whether the work is done.
#[derive(Default)]
struct Done {
    is: Mutex<bool>,
    changed: Condvar,
}

impl Done {
    /// Waits for the end of the work, [`LOOK`] at most; whether it has come.
    fn wait(&self) -> bool {
        let is = self.is.lock().unwrap_or_else(PoisonError::into_inner);
        let (is, _) = self
            .changed
            .wait_timeout_while(is, LOOK, |done| !*done)
            .unwrap_or_else(PoisonError::into_inner);
        *is
    }
}

/// Says that the work is done when it goes.
struct Finally<'d>(&'d Done);

impl Drop for Finally<'_> {
    fn drop(&mut self) {
        *self.0.is.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::*;

    #[test]
    fn a_clock_ends_by_its_limit_or_the_interrupt() {
        let flag = AtomicBool::new(false);
        let clock = Clock::of(&Budget::new(Some(Duration::from_secs(3600)), None, Some(&flag)));
        assert_eq!(clock.stop(), None);
        assert_eq!(clock.left(Duration::from_secs(1)), Duration::from_secs(1));
        assert!(clock.left(Duration::MAX) <= Duration::from_secs(3600));
        assert!(clock.within(Duration::ZERO).is_over());
        assert!(!clock.within(Duration::MAX).is_over());
        flag.store(true, Ordering::Relaxed);
        assert_eq!(clock.stop(), Some(Stop::Interrupted));
    }

    #[test]
    fn the_watch_ends_with_the_work_and_gives_what_it_gives() {
        crate::symbolic::z3_version::z3_version().unwrap();
        assert_eq!(Clock::of(&Budget::default()).watch(|| 7), 7);
    }
}
