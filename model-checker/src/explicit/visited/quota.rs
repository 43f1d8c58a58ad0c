//! How much may be stored, and why no more can be.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

/// What may still be stored, shared by all shards.
#[derive(Debug)]
pub(crate) struct Quota {
    pub(super) states: AtomicU64,
    pub(super) bytes: AtomicU64,
}

impl Quota {
    /// At most so many states and bytes.
    pub(crate) fn new(states: u64, bytes: u64) -> Self {
        Self {
            states: AtomicU64::new(states),
            bytes: AtomicU64::new(bytes),
        }
    }

    /// Takes some of what is left, at most `amount`.
    pub(super) fn take(of: &AtomicU64, amount: u64) -> u64 {
        let take = |left: u64| Some(left - left.min(amount));
        let left = of.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
        left.unwrap_or_else(|left| left).min(amount)
    }

    /// Gives some back.
    pub(super) fn give_back(of: &AtomicU64, amount: u64) {
        of.fetch_add(amount, Ordering::Relaxed);
    }

    /// Whether so many bytes are left.
    pub(super) fn has_bytes(&self, bytes: u64) -> bool {
        self.bytes.load(Ordering::Relaxed) >= bytes
    }
}

/// Why not every key could be inserted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Full {
    /// The states of the quota.
    States,
    /// The bytes of the quota.
    Bytes,
    /// The states that one shard can number.
    Numbers,
    /// The disk failed.
    Disk(String),
}

impl From<io::Error> for Full {
    fn from(error: io::Error) -> Self {
        Self::Disk(error.to_string())
    }
}
