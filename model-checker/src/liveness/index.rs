//! The numbers of states: a table of 32 bits a slot into the states themselves.
//!
//! Open addressing with linear probing, at most two thirds full. The states of a block are looked up together, in two
//! loops of independent reads, so that waits for memory overlap.

use crate::explicit::hash::hash;

/// Number of a state.
pub(super) type StateId = u32;
/// No state.
pub(super) const NO_STATE: StateId = StateId::MAX;

/// See the module. An empty slot is [`NO_STATE`].
pub(super) struct Index {
    slots: Vec<StateId>,
}

impl Index {
    /// The table of these states of so many words, one after the other, without repetition.
    pub(super) fn new(states: &[u64], words: usize) -> Self {
        let mut slots = vec![NO_STATE; size(states.len() / words)];
        let mask = slots.len() - 1;
        for (number, state) in states.chunks_exact(words).enumerate() {
            let mut at = hash(state) as usize & mask;
            while slots[at] != NO_STATE {
                at = (at + 1) & mask;
            }
            slots[at] = number as StateId;
        }
        Self { slots }
    }

    /// Bytes of a table of so many states.
    pub(super) fn bytes_of(states: usize) -> u64 {
        (size(states) * size_of::<StateId>()) as u64
    }

    /// Bytes in use.
    pub(super) fn bytes(&self) -> u64 {
        (self.slots.len() * size_of::<StateId>()) as u64
    }

    /// The numbers of some states, [`NO_STATE`] for those that are not there.
    pub(super) fn find(&self, states: &[u64], words: usize, wanted: &[u64], out: &mut Vec<StateId>) {
        let mask = self.slots.len() - 1;
        out.clear();
        // first the slots, then the states that they name
        let wanted = wanted.chunks_exact(words);
        out.extend(
            wanted
                .clone()
                .map(|state| self.slots[hash(state) as usize & mask]),
        );
        for (state, number) in wanted.zip(out.iter_mut()) {
            let mut place = hash(state) as usize & mask;
            while *number != NO_STATE && at(states, words, *number) != state {
                place = (place + 1) & mask;
                *number = self.slots[place];
            }
        }
    }
}

/// The number of slots for so many states.
fn size(states: usize) -> usize {
    (states + states / 2 + 2).next_power_of_two()
}

/// The state with this number.
pub(super) fn at(states: &[u64], words: usize, number: StateId) -> &[u64] {
    &states[number as usize * words..(number as usize + 1) * words]
}

#[cfg(test)]
mod tests {
    use super::{Index, NO_STATE};

    #[test]
    fn every_state_is_found_and_no_other() {
        for words in [1, 3] {
            let state = |n: u64| (0..words as u64).map(move |w| n * 7 + w);
            let states: Vec<u64> = (0..5000).flat_map(state).collect();
            let index = Index::new(&states, words);
            assert_eq!(index.bytes(), Index::bytes_of(5000));
            let wanted: Vec<u64> = [4999, 5000, 0, 17].into_iter().flat_map(state).collect();
            let mut out = Vec::new();
            index.find(&states, words, &wanted, &mut out);
            assert_eq!(out, [4999, NO_STATE, 0, 17]);
        }
    }
}
