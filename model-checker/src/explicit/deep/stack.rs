//! The stack of a depth-first search: the run to the present state, and of each of its states the ones after it that are still to
//! be entered.

use super::super::hash::hash;

/// See the module.
pub(super) struct Stack {
    words: usize,
    /// The states of the run.
    path: Vec<u64>,
    /// The states to enter, those of the last state of the run last.
    pending: Vec<u64>,
    /// For each state of the run, where its own begin.
    starts: Vec<usize>,
    /// What choices are made by, if the order is not that of the system.
    random: Option<u64>,
}

impl Stack {
    /// An empty stack of states of so many words.
    pub(super) fn new(words: usize, seed: Option<u64>) -> Self {
        Self {
            words,
            path: Vec::new(),
            pending: Vec::new(),
            starts: Vec::new(),
            random: seed,
        }
    }

    /// Steps of the present run.
    pub(super) fn depth(&self) -> u64 {
        (self.starts.len() as u64).saturating_sub(1)
    }

    /// States that are still to be entered.
    pub(super) fn pending(&self) -> u64 {
        (self.pending.len() / self.words) as u64
    }

    /// Bytes in use.
    pub(super) fn bytes(&self) -> u64 {
        8 * (self.path.capacity() + self.pending.capacity() + self.starts.capacity()) as u64
    }

    /// The states of the run, from the initial one.
    pub(super) fn path(&self) -> impl Iterator<Item = &[u64]> {
        self.path.chunks_exact(self.words)
    }

    /// Enters a state, with the states after it.
    pub(super) fn push(&mut self, state: &[u64], after: &[u64]) {
        self.path.extend_from_slice(state);
        self.starts.push(self.pending.len());
        // the last is entered first
        for next in after.chunks_exact(self.words).rev() {
            self.pending.extend_from_slice(next);
        }
        if let Some(random) = &mut self.random {
            let (start, words) = (self.pending.len() - after.len(), self.words);
            shuffle(&mut self.pending[start..], words, random);
        }
    }

    /// Takes the next state to enter, after leaving those states of the run that have no more; `false` if none is left.
    pub(super) fn next(&mut self, out: &mut Vec<u64>) -> bool {
        while let Some(start) = self.starts.last() {
            if self.pending.len() > *start {
                let at = self.pending.len() - self.words;
                out.clear();
                out.extend_from_slice(&self.pending[at..]);
                self.pending.truncate(at);
                return true;
            }
            self.starts.pop();
            self.path.truncate(self.path.len() - self.words);
        }
        false
    }
}

/// Brings states into another order (Fisher and Yates; Knuth, The Art of Computer Programming 2, algorithm 3.4.2P).
fn shuffle(states: &mut [u64], words: usize, random: &mut u64) {
    for last in (1..states.len() / words).rev() {
        *random = hash(&[*random, last as u64]);
        let other = ((u128::from(*random) * (last as u128 + 1)) >> 64) as usize;
        for word in 0..words {
            states.swap(last * words + word, other * words + word);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_given_once_whatever_the_order() {
        for seed in [None, Some(1), Some(2)] {
            let mut stack = Stack::new(2, seed);
            let after: Vec<u64> = (0..40).collect();
            stack.push(&[100, 101], &after);
            let (mut seen, mut next) = (Vec::new(), Vec::new());
            while stack.next(&mut next) {
                seen.push(next.clone());
                stack.push(&next, &[]);
                assert_eq!((stack.depth(), stack.path().count()), (1, 2));
            }
            let in_order: Vec<Vec<u64>> = after.chunks(2).map(<[u64]>::to_vec).collect();
            assert_eq!(seen == in_order, seed.is_none());
            seen.sort();
            assert_eq!(seen, in_order);
        }
    }
}
