//! Reads the seccomp filters of a running process, which no file of /proc shows.
//!
//! The kernel hands them to a tracer that has `CAP_SYS_ADMIN` and no filter itself (ptrace(2),
//! `PTRACE_SECCOMP_GET_FILTER`). Filters belong to threads: each thread is stopped in turn, for well under a
//! millisecond, and there is an answer only if all of them have the same. Where any of this is refused there is none, and
//! the facts are unknown.
//!
//! What is stopped is always let go, with the signal that it was about to get. A thread of its own does the tracing, and
//! the kernel ends what a thread traces with the thread, whatever happens to it. A call that a stop interrupts goes on,
//! but for the few that fail with EINTR after a stop and SIGCONT, too (signal(7)).

#![expect(
    unsafe_code,
    reason = "ptrace(2) and waitpid(2) have no safe form that reads filters"
)]

use std::collections::BTreeSet;
use std::ffi::{c_int, c_long, c_void};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use libc::{pid_t, sock_filter};

/// `PTRACE_SECCOMP_GET_FILTER` of `linux/ptrace.h`, which the crate `libc` lacks.
const GET_FILTER: c_int = 0x420c;

/// `BPF_MAXINSNS`.
const MOST_INSTRUCTIONS: usize = 4096;

/// Filters of one thread that are read.
const MOST_FILTERS: usize = 64;

/// Threads of one process that are read.
const MOST_THREADS: usize = 4096;

/// How long a thread may take to stop; one in an uninterruptible sleep does not.
const PATIENCE: Duration = Duration::from_millis(200);

/// The filters in the form of a snapshot: see `runtime_extractor::formats::live::ProcFile`.
pub fn read(pid: u32) -> Option<Vec<u8>> {
    let mode = |status: &str| field(status, "Seccomp:").map(str::to_owned);
    let own = fs::read_to_string("/proc/self/status").ok()?;
    let theirs = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    if !is_administrator(&own) || mode(&own)? != "0" || mode(&theirs)? != "2" {
        return None;
    }
    let tracer = thread::spawn(move || of_process(pid));
    let filters = tracer.join().ok()??;
    Some(format!("arch {}\n{filters}", std::env::consts::ARCH).into_bytes())
}

fn field<'a>(status: &'a str, name: &str) -> Option<&'a str> {
    status
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .map(str::trim)
}

/// Whether `CAP_SYS_ADMIN` is in effect: without it nothing is stopped in vain.
fn is_administrator(status: &str) -> bool {
    const SYS_ADMIN: u64 = 1 << 21;
    let effective = field(status, "CapEff:").and_then(|set| u64::from_str_radix(set, 16).ok());
    effective.is_some_and(|set| set & SYS_ADMIN != 0)
}

/// The filters that every thread has. A thread that starts meanwhile has those of the one that started it, so threads are
/// listed until all of them are known.
fn of_process(pid: u32) -> Option<String> {
    let mut known = BTreeSet::new();
    let mut common: Option<String> = None;
    loop {
        let new: Vec<u32> = threads(pid)?.into_iter().filter(|t| !known.contains(t)).collect();
        if new.is_empty() {
            return common;
        }
        for thread in new {
            known.insert(thread);
            if known.len() > MOST_THREADS {
                return None;
            }
            let gone = || !Path::new(&format!("/proc/{pid}/task/{thread}")).exists();
            match (of_thread(thread), &common) {
                (Some(filters), None) => common = Some(filters),
                (Some(filters), Some(first)) if filters == *first => {}
                (None, _) if gone() => {}
                (Some(_) | None, _) => return None,
            }
        }
    }
}

fn threads(pid: u32) -> Option<Vec<u32>> {
    let entries = fs::read_dir(format!("/proc/{pid}/task")).ok()?;
    entries
        .map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect()
}

fn of_thread(thread: u32) -> Option<String> {
    let stopped = Stopped::new(pid_t::try_from(thread).ok()?)?;
    let mut out = String::new();
    for index in 0..MOST_FILTERS {
        match stopped.filter(index) {
            Filter::Program(instructions) => {
                let _ = writeln!(out, "filter {index}");
                for i in instructions {
                    let _ = writeln!(out, "{} {} {} {}", i.code, i.jt, i.jf, i.k);
                }
            }
            Filter::End => return Some(out),
            Filter::Refused => return None,
        }
    }
    None
}

/// A thread that is traced, and stopped, until this is dropped.
struct Stopped {
    thread: pid_t,
    /// The signal that it stopped to get, or 0.
    signal: c_int,
}

enum Filter {
    Program(Vec<sock_filter>),
    /// There is no filter with this index.
    End,
    Refused,
}

impl Stopped {
    fn new(thread: pid_t) -> Option<Self> {
        request(libc::PTRACE_SEIZE as c_int, thread, 0, std::ptr::null_mut())?;
        // from here on it is let go whatever happens
        let mut stopped = Self { thread, signal: 0 };
        request(libc::PTRACE_INTERRUPT as c_int, thread, 0, std::ptr::null_mut())?;
        stopped.signal = stopped.wait()?;
        Some(stopped)
    }

    /// Waits until it stops; the signal that it stopped to get, or 0. `None` if it does not stop within [`PATIENCE`].
    fn wait(&self) -> Option<c_int> {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            let mut status: c_int = 0;
            // SAFETY: `status` is a valid place for the result, and waitpid writes nothing else.
            let found = unsafe { libc::waitpid(self.thread, &raw mut status, libc::__WALL | libc::WNOHANG) };
            if found == self.thread {
                return libc::WIFSTOPPED(status).then(|| signal(status));
            }
            if found < 0 {
                return None;
            }
            thread::sleep(Duration::from_micros(50));
        }
        None
    }

    /// One filter, 0 is the newest.
    fn filter(&self, index: usize) -> Filter {
        let Some(length) = request(GET_FILTER, self.thread, index, std::ptr::null_mut()) else {
            let last = std::io::Error::last_os_error().raw_os_error();
            return if last == Some(libc::ENOENT) {
                Filter::End
            } else {
                Filter::Refused
            };
        };
        let Some(length) = usize::try_from(length).ok().filter(|n| *n <= MOST_INSTRUCTIONS) else {
            return Filter::Refused;
        };
        let none = sock_filter {
            code: 0,
            jt: 0,
            jf: 0,
            k: 0,
        };
        let mut program = vec![none; length];
        match request(GET_FILTER, self.thread, index, program.as_mut_ptr().cast()) {
            Some(_) => Filter::Program(program),
            None => Filter::Refused,
        }
    }
}

/// The signal of a stop, which it gets once it is let go; 0 if it stopped because it was told to, or was stopped before.
fn signal(status: c_int) -> c_int {
    if status >> 16 == libc::PTRACE_EVENT_STOP {
        0
    } else {
        libc::WSTOPSIG(status)
    }
}

impl Drop for Stopped {
    /// If it has not stopped this fails, and it is let go when the thread that traces it ends.
    fn drop(&mut self) {
        let signal = std::ptr::without_provenance_mut(usize::try_from(self.signal).unwrap_or(0));
        let _ = request(libc::PTRACE_DETACH as c_int, self.thread, 0, signal);
    }
}

/// A ptrace request; `None` if it failed.
fn request(kind: c_int, thread: pid_t, address: usize, data: *mut c_void) -> Option<c_long> {
    let address: *mut c_void = std::ptr::without_provenance_mut(address);
    // SAFETY: `data` is written for `GET_FILTER` only, and then is null or has room for as many instructions as the kernel
    // said that the filter `address` has, which cannot change while the thread is stopped. To the other requests that are
    // made here (seize, interrupt, detach) both are numbers.
    let result = unsafe { libc::ptrace(kind as _, thread, address, data) };
    (result >= 0).then_some(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_is_handed_on_and_a_stop_is_not() {
        let stopped = |signal: c_int, event: c_int| 0x7f | signal << 8 | event << 16;
        assert_eq!(signal(stopped(libc::SIGTERM, 0)), libc::SIGTERM);
        assert_eq!(signal(stopped(libc::SIGTRAP, libc::PTRACE_EVENT_STOP)), 0);
        assert_eq!(signal(stopped(libc::SIGSTOP, libc::PTRACE_EVENT_STOP)), 0);
    }

    #[test]
    fn what_may_read_filters_is_seen_before_anything_is_stopped() {
        assert!(is_administrator("Name:\tx\nCapEff:\t000001ffffffffff\n"));
        assert!(!is_administrator("CapEff:\t00000000a80425fb\n"));
        assert!(!is_administrator("CapInh:\t000001ffffffffff\n"));
    }
}
