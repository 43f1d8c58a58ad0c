//! Wide states as trees of numbers (*recursive indexing*: Laarman, van de Pol, Weber, "Parallel recursive state compression for
//! free", SPIN 2011; LTSmin).
//!
//! Each two words of a state have a number in a dictionary of their place, and so has each two of these numbers, until
//! two are left: the *root*, one word, which stands for the state. The parts of a state are those of many states, so that a
//! state takes little more than its root. Dictionaries grow while several threads read and add; which number a part gets
//! depends on who was first, and nothing but the dictionaries knows it.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use hashbrown::HashTable;

use super::super::hash::hash;

/// Logarithm of the number of tables of a dictionary, each behind a lock of its own.
const TABLE_BITS: u32 = 6;
/// Logarithm of the entries of the first piece of a dictionary; each piece is twice as large as the one before.
const FIRST_BITS: u32 = 8;
/// Most words of a state.
pub(super) const WIDEST: usize = 128;

/// Entries of `K` words with numbers.
#[derive(Debug)]
struct Dictionary<const K: usize> {
    tables: Box<[Mutex<HashTable<u32>>]>,
    pieces: Box<[OnceLock<Box<[AtomicU64]>>]>,
    next: AtomicU32,
}

impl<const K: usize> Dictionary<K> {
    fn new() -> Self {
        Self {
            tables: (0..1 << TABLE_BITS).map(|_| Mutex::default()).collect(),
            pieces: (FIRST_BITS..=u32::BITS).map(|_| OnceLock::new()).collect(),
            next: AtomicU32::new(0),
        }
    }

    /// The piece of an entry, and its place there.
    fn place(number: u32) -> (usize, usize) {
        let shifted = u64::from(number) + (1 << FIRST_BITS);
        let bits = shifted.ilog2();
        ((bits - FIRST_BITS) as usize, (shifted - (1 << bits)) as usize)
    }

    fn piece(&self, piece: usize) -> &[AtomicU64] {
        self.pieces[piece].get_or_init(|| {
            let words = K << (piece as u32 + FIRST_BITS);
            (0..words).map(|_| AtomicU64::new(0)).collect()
        })
    }

    /// The entry with a number that was given before. Whoever has the number has it from one who had written the
    /// entry, behind a lock or a barrier.
    fn get(&self, number: u32) -> [u64; K] {
        let (piece, place) = Self::place(number);
        let piece = self.piece(piece);
        std::array::from_fn(|word| piece[place * K + word].load(Ordering::Relaxed))
    }

    /// The number of an entry.
    fn put(&self, entry: [u64; K]) -> u32 {
        let code = hash(&entry);
        let table = &self.tables[(code >> (u64::BITS - TABLE_BITS)) as usize];
        // a thread that panicked left the table as it was before or after
        let mut table = table.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = table.find(code, |number| self.get(*number) == entry) {
            return *number;
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let (piece, place) = Self::place(number);
        let piece = self.piece(piece);
        for (word, value) in entry.into_iter().enumerate() {
            piece[place * K + word].store(value, Ordering::Relaxed);
        }
        table.insert_unique(code, number, |number| hash(&self.get(*number)));
        number
    }

    fn bytes(&self) -> u64 {
        let pieces = self.pieces.iter().filter_map(OnceLock::get);
        let entries: usize = pieces.map(|piece| piece.len() * 8).sum();
        // a table is full to seven eighths at most, and to half of that after it grew
        entries as u64 + u64::from(self.next.load(Ordering::Relaxed)) * 8
    }
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Forest {
    words: usize,
    /// Of each two words.
    leaves: Vec<Dictionary<2>>,
    levels: Vec<Level>,
}

/// Dictionaries of each two numbers of the level below.
#[derive(Debug)]
struct Level {
    /// How many numbers the level below has; the last of an odd number goes up as it is.
    below: usize,
    dictionaries: Vec<Dictionary<1>>,
}

impl Level {
    fn new(below: usize) -> Self {
        Self {
            below,
            dictionaries: (0..below / 2).map(|_| Dictionary::new()).collect(),
        }
    }

    /// The place below and the place here of a number that goes up as it is.
    fn single(&self) -> Option<(usize, usize)> {
        (self.below % 2 == 1).then(|| (self.below - 1, self.dictionaries.len()))
    }
}

/// Numbers of one level.
type Numbers = [u32; WIDEST / 2];

impl Forest {
    /// For states of so many words, 3 to [`WIDEST`].
    pub(super) fn new(words: usize) -> Self {
        let leaves = words.div_ceil(2);
        let (mut count, mut levels) = (leaves, Vec::new());
        while count > 2 {
            levels.push(Level::new(count));
            count = count.div_ceil(2);
        }
        Self {
            words,
            leaves: (0..leaves).map(|_| Dictionary::new()).collect(),
            levels,
        }
    }

    /// The root of a state.
    pub(super) fn put(&self, state: &[u64]) -> u64 {
        let mut numbers: Numbers = [0; WIDEST / 2];
        for (at, leaf) in self.leaves.iter().enumerate() {
            let second = state.get(2 * at + 1).copied().unwrap_or(0);
            numbers[at] = leaf.put([state[2 * at], second]);
        }
        for level in &self.levels {
            for (at, dictionary) in level.dictionaries.iter().enumerate() {
                numbers[at] = dictionary.put([pair(numbers[2 * at], numbers[2 * at + 1])]);
            }
            if let Some((below, here)) = level.single() {
                numbers[here] = numbers[below];
            }
        }
        pair(numbers[0], numbers[1])
    }

    /// The numbers of the leaves of a root.
    fn numbers(&self, root: u64) -> Numbers {
        let mut numbers: Numbers = [0; WIDEST / 2];
        (numbers[0], numbers[1]) = parts(root);
        for level in self.levels.iter().rev() {
            if let Some((below, here)) = level.single() {
                numbers[below] = numbers[here];
            }
            // from the last, so that none is overwritten before it is read
            for (at, dictionary) in level.dictionaries.iter().enumerate().rev() {
                (numbers[2 * at], numbers[2 * at + 1]) = parts(dictionary.get(numbers[at])[0]);
            }
        }
        numbers
    }

    /// Appends the words of a state.
    pub(super) fn get(&self, root: u64, out: &mut Vec<u64>) {
        let numbers = self.numbers(root);
        let end = out.len() + self.words;
        for (leaf, number) in self.leaves.iter().zip(numbers) {
            out.extend(leaf.get(number));
        }
        out.truncate(end);
    }

    /// Whether a root is that of this state.
    pub(super) fn is(&self, root: u64, state: &[u64]) -> bool {
        let numbers = self.numbers(root);
        let mut leaves = self.leaves.iter().zip(numbers).zip(state.chunks(2));
        leaves.all(|((leaf, number), words)| leaf.get(number)[..words.len()] == *words)
    }

    /// Bytes in use.
    pub(super) fn bytes(&self) -> u64 {
        let leaves: u64 = self.leaves.iter().map(Dictionary::bytes).sum();
        let inner = self.levels.iter().flat_map(|level| &level.dictionaries);
        let inner = inner.map(Dictionary::bytes);
        leaves + inner.sum::<u64>()
    }
}

fn pair(low: u32, high: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

fn parts(pair: u64) -> (u32, u32) {
    (pair as u32, (pair >> 32) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A state whose words are few.
    fn state(words: usize, n: u64) -> Vec<u64> {
        (0..words as u64).map(|w| hash(&[n >> (w % 7), w]) % 5).collect()
    }

    #[test]
    fn every_state_comes_back_from_its_root() {
        for words in [3, 4, 5, 6, 7, 8, 9, 13, 31, WIDEST] {
            let forest = Forest::new(words);
            let roots: Vec<u64> = (0..2000).map(|n| forest.put(&state(words, n))).collect();
            for (n, root) in roots.iter().enumerate() {
                let whole = state(words, n as u64);
                let mut out = Vec::new();
                forest.get(*root, &mut out);
                assert_eq!(out, whole, "{words} words, state {n}");
                assert!(forest.is(*root, &whole) && forest.put(&whole) == *root);
                let other = state(words, n as u64 + 1);
                assert_eq!(forest.is(*root, &other), other == whole);
            }
        }
    }

    #[test]
    fn threads_agree_on_roots() {
        let forest = Forest::new(7);
        let all = |forest: &Forest| -> Vec<u64> { (0..5000).map(|n| forest.put(&state(7, n))).collect() };
        let found: Vec<Vec<u64>> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..3).map(|_| scope.spawn(|| all(&forest))).collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert!(found.iter().all(|roots| *roots == found[0]));
    }
}
