//! A table of the numbers of wide states, which stand in full in a [`Log`].
//!
//! A slot is eight bits of the hash and a number of 24 bits; the bits only save comparisons, every hit is compared in
//! full. Lines are filled from the first slot, and a full line is followed by the next.

use super::log::Log;
use super::near::prefetch;

const SLOTS: usize = 16;
const TAG_BITS: u32 = 8;
/// Most states of one table.
pub(super) const MOST: usize = (1 << (u32::BITS - TAG_BITS)) - 1;

/// A cache line; 0 is an empty slot, since numbers count from 1.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Line([u32; SLOTS]);

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct Indexed {
    lines: Vec<Line>,
    len: usize,
}

/// What became of a state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Entry {
    /// It is known.
    Known,
    /// It was not known and has the next number of the log.
    New,
    /// It is not known, and there may be no more.
    Full,
}

impl Indexed {
    /// An empty table.
    pub(super) fn new() -> Self {
        Self {
            lines: vec![Line([0; SLOTS]); 4],
            len: 0,
        }
    }

    /// Bytes in use.
    pub(super) fn bytes(&self) -> u64 {
        (self.lines.len() * size_of::<Line>()) as u64
    }

    /// Whether there is no room for one more state: the table is to grow, by its own size.
    pub(super) fn is_tight(&self) -> bool {
        self.len * 20 >= self.lines.len() * SLOTS * 17
    }

    /// The line of a hash: the bits below those that name the shard.
    fn home(&self, hash: u64) -> usize {
        (hash >> 16) as usize & (self.lines.len() - 1)
    }

    /// Asks for the line of a hash.
    pub(super) fn touch(&self, hash: u64) {
        prefetch(&self.lines[self.home(hash)]);
    }

    /// Looks a state up; the caller appends a new one to the log. There must be room in the lines.
    pub(super) fn put(&mut self, state: &[u64], hash: u64, log: &Log, may_add: bool) -> Entry {
        let tag = (hash as u32) << (u32::BITS - TAG_BITS);
        let mask = self.lines.len() - 1;
        let mut at = self.home(hash);
        loop {
            let line = &mut self.lines[at].0;
            for slot in line.iter_mut() {
                if *slot == 0 {
                    if !may_add {
                        return Entry::Full;
                    }
                    self.len += 1;
                    *slot = tag | self.len as u32;
                    return Entry::New;
                }
                let number = *slot << TAG_BITS >> TAG_BITS;
                if (*slot ^ tag) >> (u32::BITS - TAG_BITS) == 0 && log.is(number as usize - 1, state) {
                    return Entry::Known;
                }
            }
            at = (at + 1) & mask;
        }
    }

    /// Doubles the table, given the hash of the state with a number (from 0).
    pub(super) fn grow(&mut self, mut hash: impl FnMut(usize) -> u64) {
        let mut lines = vec![Line([0; SLOTS]); self.lines.len() * 2];
        let mask = lines.len() - 1;
        for number in 0..self.len {
            let hash = hash(number);
            let mut at = (hash >> 16) as usize & mask;
            let slot = loop {
                match lines[at].0.iter_mut().find(|slot| **slot == 0) {
                    Some(slot) => break slot,
                    None => at = (at + 1) & mask,
                }
            };
            *slot = (hash as u32) << (u32::BITS - TAG_BITS) | (number + 1) as u32;
        }
        self.lines = lines;
    }
}
