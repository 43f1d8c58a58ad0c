//! The visited states: exact, compact, in the order in which they were found.
//!
//! A state is its words in one long sequence, its number the position there; beside it stands the number of the
//! state it was found from. An open-addressing table of cache lines (twelve tags of eight bits and
//! twelve numbers each) finds a state by a strong hash; tags only save comparisons, every hit is compared
//! in full. For a state of one word that is 8 + 4 bytes and 5.3 divided by the load of the table (0.55 to 0.85),
//! 18 to 22 bytes in all. The table grows by half, from the states themselves, so that old and new table are
//! never held at once.

use super::hash::hash;

/// Number of a state.
pub type StateIndex = u32;

/// The parent of an initial state.
pub const NO_PARENT: StateIndex = StateIndex::MAX;

/// States in one piece of the sequence.
const CHUNK: usize = 1 << 14;
const SLOTS: usize = 12;
const ONES: u128 = u128::from_le_bytes([1; 16]);
const HIGHS: u128 = u128::from_le_bytes([0x80; 16]);
/// The bytes of a line that are tags.
const TAGS: u128 = (1 << (8 * SLOTS)) - 1;

/// One cache line of the table. Slots are filled from the first; a tag of 0 is an empty slot.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line {
    tags: [u8; 16],
    states: [StateIndex; SLOTS],
}

const EMPTY: Line = Line {
    tags: [0; 16],
    states: [0; SLOTS],
};

/// What became of a state that was to be added.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Inserted {
    /// It was not known and has this number.
    New(StateIndex),
    /// It has this number already.
    Known(StateIndex),
    /// It is not known, and there is no room for it.
    Full,
}

/// See the module.
pub struct Store {
    words: usize,
    len: usize,
    states: Vec<Box<[u64]>>,
    parents: Vec<Box<[StateIndex]>>,
    lines: Vec<Line>,
    state_limit: usize,
    memory_limit: u64,
}

impl Store {
    /// An empty store of states of `words` words that will not hold more than `state_limit` states (nor
    /// 2^32 - 1) nor use more than `memory_limit` bytes.
    #[must_use]
    pub fn new(words: usize, state_limit: u64, memory_limit: u64) -> Self {
        Self {
            state_limit: state_limit.min(u64::from(NO_PARENT)) as usize,
            words,
            len: 0,
            states: Vec::new(),
            parents: Vec::new(),
            lines: vec![EMPTY; 64],
            memory_limit,
        }
    }

    /// Number of states.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no state.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Bytes in use.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let chunk = CHUNK * (self.words * size_of::<u64>() + size_of::<StateIndex>());
        (self.states.len() * chunk + self.lines.len() * size_of::<Line>()) as u64
    }

    /// The state with this number.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn state(&self, index: StateIndex) -> &[u64] {
        let (chunk, at) = (index as usize / CHUNK, index as usize % CHUNK);
        &self.states[chunk][at * self.words..(at + 1) * self.words]
    }

    /// The state that a state was found from; [`NO_PARENT`] for an initial one.
    ///
    /// # Panics
    /// If there is no such state.
    #[must_use]
    pub fn parent(&self, index: StateIndex) -> StateIndex {
        self.parents[index as usize / CHUNK][index as usize % CHUNK]
    }

    /// Brings near what [`Store::insert`] will read for these hashes: first the cache lines, then the states that
    /// they name. One after the other the waits for memory would add up; in a loop of independent reads they
    /// overlap.
    pub fn touch(&self, hashes: &[u64]) {
        let mut sum = 0;
        for hash in hashes {
            sum ^= self.lines[self.home(*hash)].tags[0];
        }
        for hash in hashes {
            let line = &self.lines[self.home(*hash)];
            let hits = zeros(u128::from_le_bytes(line.tags) ^ (ONES * u128::from(tag(*hash)))) & TAGS;
            if hits != 0 {
                let index = line.states[hits.trailing_zeros() as usize / 8];
                sum ^= self.state(index)[0] as u8;
            }
        }
        std::hint::black_box(sum);
    }

    /// Adds a state with its [`hash`], found from `parent`.
    pub fn insert(&mut self, state: &[u64], hash: u64, parent: StateIndex) -> Inserted {
        let mut at = self.home(hash);
        let tag = tag(hash);
        loop {
            let line = &self.lines[at];
            let tags = u128::from_le_bytes(line.tags);
            let mut hits = zeros(tags ^ (ONES * u128::from(tag))) & TAGS;
            while hits != 0 {
                let index = line.states[hits.trailing_zeros() as usize / 8];
                if self.is(index, state) {
                    return Inserted::Known(index);
                }
                hits &= hits - 1;
            }
            let empty = zeros(tags) & TAGS;
            if empty != 0 {
                return self.push(at, empty.trailing_zeros() as usize / 8, state, hash, parent);
            }
            at = if at + 1 == self.lines.len() { 0 } else { at + 1 };
        }
    }

    fn is(&self, index: StateIndex, state: &[u64]) -> bool {
        match state {
            [word] => self.states[index as usize / CHUNK][index as usize % CHUNK] == *word,
            _ => self.state(index) == state,
        }
    }

    fn push(&mut self, line: usize, slot: usize, state: &[u64], hash: u64, parent: StateIndex) -> Inserted {
        if self.len >= self.state_limit || !self.reserve() {
            return Inserted::Full;
        }
        let index = self.len as StateIndex;
        let (chunk, at) = (self.len / CHUNK, self.len % CHUNK);
        self.states[chunk][at * self.words..(at + 1) * self.words].copy_from_slice(state);
        self.parents[chunk][at] = parent;
        self.len += 1;
        self.lines[line].tags[slot] = tag(hash);
        self.lines[line].states[slot] = index;
        if self.len * 20 > self.lines.len() * SLOTS * 17 {
            self.grow();
        }
        Inserted::New(index)
    }

    /// Makes room for one more state, and sees to it that the table may still grow.
    fn reserve(&mut self) -> bool {
        if self.len < self.states.len() * CHUNK {
            return true;
        }
        let chunk = (CHUNK * (self.words * size_of::<u64>() + size_of::<StateIndex>())) as u64;
        let full = (self.len + CHUNK) * 20 > self.lines.len() * SLOTS * 17;
        let growth = if full {
            (self.lines.len() / 2 * size_of::<Line>()) as u64
        } else {
            0
        };
        if self.bytes().saturating_add(chunk).saturating_add(growth) > self.memory_limit {
            return false;
        }
        self.states.push(vec![0; CHUNK * self.words].into());
        self.parents.push(vec![0; CHUNK].into());
        true
    }

    fn grow(&mut self) {
        let lines = self.lines.len() + self.lines.len() / 2;
        self.lines = Vec::new();
        self.lines = vec![EMPTY; lines];
        for index in 0..self.len as StateIndex {
            let hash = hash(self.state(index));
            self.place(hash, index);
        }
    }

    fn place(&mut self, hash: u64, index: StateIndex) {
        let mut at = self.home(hash);
        loop {
            let line = &mut self.lines[at];
            let empty = zeros(u128::from_le_bytes(line.tags)) & TAGS;
            if empty != 0 {
                let slot = empty.trailing_zeros() as usize / 8;
                line.tags[slot] = tag(hash);
                line.states[slot] = index;
                return;
            }
            at = if at + 1 == self.lines.len() { 0 } else { at + 1 };
        }
    }

    fn home(&self, hash: u64) -> usize {
        ((u128::from(hash) * self.lines.len() as u128) >> 64) as usize
    }
}

/// Eight low bits, which the choice of the line hardly uses; never 0.
fn tag(hash: u64) -> u8 {
    (hash as u8).max(1)
}

/// The high bit of each byte that is zero; above the first of them there may be false ones.
fn zeros(bytes: u128) -> u128 {
    bytes.wrapping_sub(ONES) & !bytes & HIGHS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(words: usize, count: u64) {
        let mut store = Store::new(words, u64::MAX, u64::MAX);
        let state = |n: u64| {
            (0..words as u64)
                .map(|w| if w + 1 == words as u64 { n } else { w })
                .collect::<Vec<_>>()
        };
        for round in 0..2 {
            for n in 0..count {
                let s = state(n * 3);
                let got = store.insert(&s, hash(&s), n.saturating_sub(1) as u32);
                let expected = if round == 0 {
                    Inserted::New(n as u32)
                } else {
                    Inserted::Known(n as u32)
                };
                assert_eq!(got, expected);
            }
        }
        assert_eq!(store.len() as u64, count);
        assert_eq!(store.state(7), state(21));
        assert_eq!(store.parent(7), 6);
    }

    #[test]
    fn each_state_is_found_again_under_its_number() {
        check(1, 200_000);
        check(3, 50_000);
    }

    #[test]
    fn a_state_of_one_word_takes_at_most_22_bytes() {
        let mut store = Store::new(1, u64::MAX, u64::MAX);
        let mut most: f64 = 0.0;
        for n in 0..2_000_000u64 {
            let s = [n.wrapping_mul(0x9E37_79B9)];
            store.insert(&s, hash(&s), NO_PARENT);
            if n > 500_000 {
                most = most.max(store.bytes() as f64 / (n + 1) as f64);
            }
        }
        assert!(most < 22.5, "{most} bytes a state");
    }

    #[test]
    fn the_memory_limit_is_kept_and_known_states_stay_known() {
        let limit = 4 << 20;
        let mut store = Store::new(1, u64::MAX, limit);
        let mut stored = 0;
        for n in 0..1_000_000u64 {
            match store.insert(&[n], hash(&[n]), NO_PARENT) {
                Inserted::New(_) => stored += 1,
                Inserted::Full => break,
                Inserted::Known(_) => unreachable!(),
            }
            assert!(store.bytes() <= limit);
        }
        assert!(stored > 150_000, "{stored}");
        assert_eq!(store.insert(&[3], hash(&[3]), 0), Inserted::Known(3));
    }
}
