//! What a depth-first search remembers of the states that it visited: all, a hash, or three marks.

use super::super::chance;
use super::super::hash::hash;
use super::super::layout::Layout;
use super::super::options::Lossy;
use super::super::visited::{Full, Hashes, Keys, Quota, Visited};

/// Marks of a state in a field of bits.
const MARKS: u32 = 3;

/// See the module.
pub(super) enum Store {
    /// Exactly.
    Whole {
        visited: Visited,
        quota: Quota,
        keys: Keys,
        fresh: Vec<u64>,
    },
    /// By so many bits of a hash.
    Hashes { table: Hashes, bits: u32, seed: u64 },
    /// As marks.
    Marks { field: Vec<u64>, set: u64, seed: u64 },
}

impl Store {
    /// Nothing, in the way that is asked for, with at most so many bytes. `seed` gives another hash.
    ///
    /// # Errors
    /// [`Full::Bytes`] if there is no memory for what is taken in the beginning.
    pub(super) fn new(
        layout: &Layout,
        lossy: Option<Lossy>,
        most_bytes: u64,
        seed: u64,
    ) -> Result<Self, Full> {
        Ok(match lossy {
            Some(Lossy::HashCompaction(bits)) if layout.bits() > bits => Self::Hashes {
                table: Hashes::new(bits),
                bits,
                seed,
            },
            Some(Lossy::BitState(bytes)) => Self::Marks {
                field: field(bytes, most_bytes)?,
                set: 0,
                seed,
            },
            Some(Lossy::HashCompaction(_)) | None => Self::Whole {
                visited: Visited::new(layout),
                quota: Quota::new(u64::MAX, most_bytes),
                keys: Keys::new(),
                fresh: Vec::new(),
            },
        })
    }

    /// Remembers a state; whether it was not known.
    pub(super) fn put(&mut self, state: &[u64], most_bytes: u64) -> Result<bool, Full> {
        match self {
            Self::Whole {
                visited,
                quota,
                keys,
                fresh,
            } => visited.put(state, keys, fresh, quota),
            Self::Hashes { table, bits, seed } => {
                let key = seeded(state, *seed) >> (u64::BITS - *bits);
                table.put(key, most_bytes)
            }
            Self::Marks { field, set, seed } => {
                let (mut at, step) = (seeded(state, *seed), seeded(state, !*seed) | 1);
                let mut new = false;
                // double hashing: Kirsch and Mitzenmacher, "Less hashing, same performance", ESA 2006
                for _ in 0..MARKS {
                    let bits = field.len() as u128 * 64;
                    let place = ((u128::from(at) * bits) >> 64) as usize;
                    let (word, bit) = (&mut field[place / 64], 1 << (place % 64));
                    if *word & bit == 0 {
                        *word |= bit;
                        *set += 1;
                        new = true;
                    }
                    at = at.wrapping_add(step);
                }
                Ok(new)
            }
        }
    }

    /// Bytes in use.
    pub(super) fn bytes(&self) -> u64 {
        match self {
            Self::Whole { visited, .. } => visited.bytes(),
            Self::Hashes { table, .. } => table.bytes(),
            Self::Marks { field, .. } => 8 * field.len() as u64,
        }
    }

    /// A bound of the probability that a state was missed, after so many; `None` if none can be.
    pub(super) fn missed(&self, states: u64) -> Option<f64> {
        match self {
            Self::Whole { .. } => None,
            Self::Hashes { bits, .. } => Some(chance::of_hashes(states, *bits)),
            Self::Marks { field, set, .. } => {
                let filled = *set as f64 / (field.len() as f64 * 64.0);
                Some(chance::of_marks(states, filled, MARKS))
            }
        }
    }
}

/// A field of so many bytes without a mark.
fn field(bytes: u64, most_bytes: u64) -> Result<Vec<u64>, Full> {
    let words = usize::try_from(bytes / 8).map_err(|_| Full::Bytes)?.max(1);
    // an allocation of zeros is what the system gives piece by piece, but it cannot fail: so it is tried before
    let mut trial = Vec::<u64>::new();
    let tried = trial.try_reserve_exact(words);
    std::hint::black_box(&trial);
    drop(trial);
    match tried {
        Ok(()) if bytes <= most_bytes => Ok(vec![0; words]),
        Ok(()) | Err(_) => Err(Full::Bytes),
    }
}

/// The hash of a state, another one for each seed.
fn seeded(state: &[u64], seed: u64) -> u64 {
    hash(&[hash(state), seed])
}
