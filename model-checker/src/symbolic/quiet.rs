//! Keeps Z3's own messages off standard error.
//!
//! Where an internal check of Z3 fails it writes the text of the check to standard error, gives the query up, and answers
//! *unknown* or gives no model: there is no switch for it. The answer is all that matters here (an undecided query is
//! tried again, and reported in our words), so standard error leads nowhere while a query runs. Takes a function that
//! asks Z3; gives what it gives. Guarantees: standard error is as before when the last of the queries that run at once
//! has ended.
#![expect(
    unsafe_code,
    reason = "a descriptor of the process can only be replaced by system calls"
)]

use std::sync::{Mutex, PoisonError};

/// Standard error.
const STDERR: libc::c_int = 2;

/// What is in place of standard error.
struct Redirection {
    /// Queries that run now.
    queries: u32,
    /// The descriptor that standard error was; none if it could not be replaced.
    before: Option<libc::c_int>,
}

static REDIRECTION: Mutex<Redirection> = Mutex::new(Redirection {
    queries: 0,
    before: None,
});

/// Runs a function without standard error.
pub(super) fn quietly<T>(f: impl FnOnce() -> T) -> T {
    let _guard = Guard::new();
    f()
}

struct Guard;

impl Guard {
    fn new() -> Self {
        let mut now = REDIRECTION.lock().unwrap_or_else(PoisonError::into_inner);
        if now.queries == 0 {
            now.before = replace();
        }
        now.queries += 1;
        Self
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let mut now = REDIRECTION.lock().unwrap_or_else(PoisonError::into_inner);
        now.queries -= 1;
        if now.queries > 0 {
            return;
        }
        if let Some(before) = now.before.take() {
            // SAFETY: `before` is a descriptor that `replace` made and nothing else knows.
            unsafe {
                libc::dup2(before, STDERR);
                libc::close(before);
            }
        }
    }
}

/// Leads standard error into a file without a name; gives what it was.
fn replace() -> Option<libc::c_int> {
    // SAFETY: the name is a string with its zero; descriptors are checked before they are used, and closed once.
    unsafe {
        let sink = libc::memfd_create(c"z3".as_ptr(), libc::MFD_CLOEXEC);
        if sink < 0 {
            return None;
        }
        let before = libc::fcntl(STDERR, libc::F_DUPFD_CLOEXEC, STDERR + 1);
        if before >= 0 {
            libc::dup2(sink, STDERR);
        }
        libc::close(sink);
        (before >= 0).then_some(before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_may_overlap() {
        let stat = || {
            // SAFETY: `fstat` writes into memory of the right size, and an all-zero `stat` is a value of it.
            unsafe {
                let mut stat: libc::stat = std::mem::zeroed();
                libc::fstat(STDERR, &mut stat);
                (stat.st_dev, stat.st_ino)
            }
        };
        let before = stat();
        let within = quietly(|| quietly(stat));
        assert_ne!(before, within);
        assert_eq!(before, stat());
    }
}
