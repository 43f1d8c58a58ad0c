//! How states find their shards: as keys of a fixed number of words.

use super::super::hash::hash;
use super::super::layout::Layout;
use super::mix::Mix;
use super::{SHARD_BITS, SHARDS};

/// Least bits of a mixed state: those of the shard, of the line and one more.
const LEAST_BITS: u32 = 16;

/// How a state is sent to its shard: one word states as their mixed form, wider ones with their hash before them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Router {
    pub(super) words: usize,
    pub(super) mix: Mix,
}

/// Keys of one shard, to be inserted.
pub(crate) type Keys = Vec<u64>;

/// Keys of all shards, by number.
pub(crate) type Parts = Box<[Keys; SHARDS]>;

/// No keys.
pub(crate) fn parts() -> Parts {
    Box::new(std::array::from_fn(|_| Keys::new()))
}

impl Router {
    /// For states of this layout.
    pub(super) fn new(layout: &Layout) -> Self {
        Self {
            words: layout.words(),
            mix: Mix::new(layout.last_bits().max(LEAST_BITS)),
        }
    }

    /// Appends the key of a state; the number of its shard.
    pub(super) fn key(&self, state: &[u64], out: &mut Keys) -> usize {
        if let [one] = state {
            let key = self.mix.mix(*one);
            out.push(key);
            return (key >> (self.mix.bits - SHARD_BITS)) as usize & (SHARDS - 1);
        }
        let hash = hash(state);
        out.push(hash);
        out.extend_from_slice(state);
        (hash >> (u64::BITS - SHARD_BITS)) as usize
    }

    /// Words of a key.
    pub(crate) fn key_words(&self) -> usize {
        if self.words == 1 { 1 } else { self.words + 1 }
    }

    /// Sends packed states, one after the other, to their shards.
    pub(crate) fn send(&self, states: &[u64], shards: &mut [Keys; SHARDS]) {
        if self.words == 1 {
            for state in states {
                let key = self.mix.mix(*state);
                shards[(key >> (self.mix.bits - SHARD_BITS)) as usize & (SHARDS - 1)].push(key);
            }
            return;
        }
        for state in states.chunks_exact(self.words) {
            let hash = hash(state);
            let shard = &mut shards[(hash >> (u64::BITS - SHARD_BITS)) as usize];
            shard.push(hash);
            shard.extend_from_slice(state);
        }
    }
}
