//! A table of the numbers of wide states, which stand in full in a [`Log`].
//!
//! A slot is a tag of eight bits of the hash and a number of 24 bits; tags only save comparisons, every hit is compared in
//! full. Lines are filled from the first slot, and a full line is followed by the next.

use super::log::Log;
use super::near::prefetch;

const SLOTS: usize = 16;
/// Where the tags of a line are, after its numbers of three bytes.
const TAGS: usize = 48;
const NUMBER_BITS: u32 = 24;
/// Most states of one table.
pub(super) const MOST: usize = (1 << NUMBER_BITS) - 1;

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = LOW << 7;

/// A cache line: 16 numbers, counted from 1, then their tags, which are not 0; tag 0 is an empty slot.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Line([u8; 64]);

impl Line {
    const EMPTY: Self = Self([0; 64]);

    fn word(&self, at: usize) -> u64 {
        u64::from_le_bytes(self.0[at..at + 8].first_chunk().copied().unwrap_or_default())
    }

    /// The highest bit of each byte of the tags that is this tag. A byte after one that is may be marked as well
    /// (Warren, Hacker's Delight, 6-1), so only the first mark is sure.
    fn marks(&self, tag: u8) -> [u64; 2] {
        let all = LOW * u64::from(tag);
        [TAGS, TAGS + 8].map(|at| {
            let x = self.word(at) ^ all;
            x.wrapping_sub(LOW) & !x & HIGH
        })
    }

    /// The slots that may have this tag.
    #[inline]
    fn slots(&self, tag: u8) -> impl Iterator<Item = usize> {
        let [mut low, mut high] = self.marks(tag);
        std::iter::from_fn(move || {
            if low != 0 {
                let slot = low.trailing_zeros() as usize / 8;
                low &= low - 1;
                return Some(slot);
            }
            if high != 0 {
                let slot = 8 + high.trailing_zeros() as usize / 8;
                high &= high - 1;
                return Some(slot);
            }
            None
        })
    }

    fn number(&self, slot: usize) -> usize {
        let bytes = self.0[3 * slot..3 * slot + 4].first_chunk().copied();
        (u32::from_le_bytes(bytes.unwrap_or_default()) & MOST as u32) as usize
    }

    fn first_empty(&self) -> Option<usize> {
        self.slots(0).next()
    }

    fn set(&mut self, slot: usize, tag: u8, number: usize) {
        self.0[3 * slot..3 * slot + 3].copy_from_slice(&(number as u32).to_le_bytes()[..3]);
        self.0[TAGS + slot] = tag;
    }
}

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

/// The tag of a hash.
fn tag(hash: u64) -> u8 {
    (hash as u8).max(1)
}

impl Indexed {
    /// An empty table with room for so many states.
    pub(super) fn with_room(states: usize) -> Self {
        let lines = (states * 20 / (17 * SLOTS) + 4).next_power_of_two();
        Self {
            lines: vec![Line::EMPTY; lines],
            len: 0,
        }
    }

    /// Bytes in use.
    pub(super) fn bytes(&self) -> u64 {
        (self.lines.len() * size_of::<Line>()) as u64
    }

    /// How many more states there is room for until the table is to grow, by its own size.
    pub(super) fn room(&self) -> usize {
        (self.lines.len() * SLOTS * 17 / 20).saturating_sub(self.len)
    }

    /// The line of a hash: the bits below those that name the shard.
    fn home(&self, hash: u64) -> usize {
        (hash >> 16) as usize & (self.lines.len() - 1)
    }

    /// Asks for the line of a hash.
    pub(super) fn touch(&self, hash: u64) {
        prefetch(&self.lines[self.home(hash)]);
    }

    /// Asks for the state that is probably the one of this hash, if one is.
    pub(super) fn touch_state(&self, hash: u64, log: &Log) {
        let line = &self.lines[self.home(hash)];
        if let Some(slot) = line.slots(tag(hash)).next() {
            log.touch(line.number(slot).saturating_sub(1));
        }
    }

    /// Looks a state up; the caller appends a new one to the log. There must be room in the lines.
    pub(super) fn put(&mut self, state: &[u64], hash: u64, log: &Log, may_add: bool) -> Entry {
        let tag = tag(hash);
        let mask = self.lines.len() - 1;
        let mut at = self.home(hash);
        loop {
            let line = &mut self.lines[at];
            for slot in line.slots(tag) {
                // a slot that is marked beside the one that it is may be empty
                let number = line.number(slot);
                if number > 0 && log.is(number - 1, state) {
                    return Entry::Known;
                }
            }
            if let Some(empty) = line.first_empty() {
                if !may_add {
                    return Entry::Full;
                }
                self.len += 1;
                line.set(empty, tag, self.len);
                return Entry::New;
            }
            at = (at + 1) & mask;
        }
    }

    /// Doubles the table, given the hash of the state with a number (from 0).
    pub(super) fn grow(&mut self, mut hash: impl FnMut(usize) -> u64) {
        let mut lines = vec![Line::EMPTY; self.lines.len() * 2];
        let mask = lines.len() - 1;
        for number in 0..self.len {
            let hash = hash(number);
            let mut at = (hash >> 16) as usize & mask;
            let slot = loop {
                match lines[at].first_empty() {
                    Some(slot) => break slot,
                    None => at = (at + 1) & mask,
                }
            };
            lines[at].set(slot, tag(hash), number + 1);
        }
        self.lines = lines;
    }
}
