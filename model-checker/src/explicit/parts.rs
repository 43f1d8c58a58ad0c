//! Parts of the search by themselves, so that they can be measured: the visited set and the machine code. For benchmarks
//! only; [`crate::explicit::search`] is what uses them.

use super::layout::Layout;
use super::native::{Bits, Native};
use super::visited::{Full, Parts, Quota, Visited, parts};
use crate::ground::{Cone, Ground};

/// The visited set, filled by one thread.
#[derive(Debug)]
pub struct Table {
    visited: Visited,
    quota: Quota,
    parts: Parts,
    fresh: Vec<u64>,
}

impl Table {
    /// An empty one for states of this layout.
    #[must_use]
    pub fn new(layout: &Layout) -> Self {
        Self {
            visited: Visited::new(layout),
            quota: Quota::new(u64::MAX, u64::MAX),
            parts: parts(),
            fresh: Vec::new(),
        }
    }

    /// Adds packed states, one after the other, as one round of a search does; gives the number of words of those that
    /// are new.
    ///
    /// # Errors
    /// Why a shard could not take all, in words.
    pub fn insert(&mut self, states: &[u64]) -> Result<usize, String> {
        self.parts.iter_mut().for_each(Vec::clear);
        self.visited.router.send(states, &mut self.parts);
        let mut new = 0;
        for (shard, keys) in self.visited.shards.iter_mut().zip(self.parts.iter()) {
            self.fresh.clear();
            let inserted = shard.insert(keys, 0, &self.quota, &mut self.fresh);
            inserted.map_err(|full: Full| format!("{full:?}"))?;
            new += self.fresh.len();
        }
        Ok(new)
    }

    /// Bytes in use.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.visited.bytes()
    }
}

/// Machine code of the events of a cone.
pub struct Compiled {
    native: Native,
    counts: Vec<u64>,
    alive: Vec<u8>,
    out: Vec<u64>,
    words: usize,
}

impl Compiled {
    /// Makes the code; `None` where none can be made.
    #[must_use]
    pub fn new(ground: &Ground<'_>, cone: &Cone, layout: &Layout) -> Option<Self> {
        Some(Self {
            native: Native::new(ground, cone, layout)?,
            counts: vec![0; cone.events.len()],
            alive: Vec::new(),
            out: Vec::new(),
            words: layout.words(),
        })
    }

    /// The packed states after these, of which a search takes 128 at a time.
    pub fn expand(&mut self, states: &[u64]) -> &[u64] {
        let mut bits = Bits::default();
        let (counts, alive) = (&mut self.counts, &mut self.alive);
        let made = self
            .native
            .expand(states, &mut self.out, counts, alive, &mut bits);
        &self.out[..made * self.words]
    }
}

impl std::fmt::Debug for Compiled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Compiled").field("words", &self.words).finish()
    }
}
