//! Sets of small numbers: of events by position in the cone, of cells by position in the layout.

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Set(Vec<u64>);

impl Set {
    /// The empty set of numbers below this one.
    pub(super) fn new(count: usize) -> Self {
        Self(vec![0; count.div_ceil(64)])
    }

    pub(super) fn add(&mut self, number: usize) {
        self.0[number / 64] |= 1 << (number % 64);
    }

    pub(super) fn remove(&mut self, number: usize) {
        self.0[number / 64] &= !(1 << (number % 64));
    }

    pub(super) fn contains(&self, number: usize) -> bool {
        self.0[number / 64] >> (number % 64) & 1 == 1
    }

    pub(super) fn clear(&mut self) {
        self.0.fill(0);
    }

    pub(super) fn len(&self) -> usize {
        self.0.iter().map(|w| w.count_ones() as usize).sum()
    }

    pub(super) fn join(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a |= b);
    }

    /// Adds what is in another set; whether any of it is new.
    pub(super) fn grow(&mut self, other: &Self) -> bool {
        let new = self.0.iter().zip(&other.0).any(|(a, b)| b & !a != 0);
        self.join(other);
        new
    }

    /// How many numbers are in both.
    pub(super) fn common(&self, other: &Self) -> usize {
        let both = self.0.iter().zip(&other.0);
        both.map(|(a, b)| (a & b).count_ones() as usize).sum()
    }

    /// Whether any number is in both.
    pub(super) fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(a, b)| a & b != 0)
    }

    /// The numbers, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().enumerate().flat_map(|(at, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros() as usize)?;
                left &= left - 1;
                Some(at * 64 + bit)
            })
        })
    }

    /// Adds what of another set is new, to a list as well; whether anything is.
    pub(super) fn join_new(&mut self, other: &Self, new: &mut Vec<usize>) -> bool {
        let before = new.len();
        for (at, (mine, theirs)) in self.0.iter_mut().zip(&other.0).enumerate() {
            let mut fresh = theirs & !*mine;
            *mine |= fresh;
            while fresh != 0 {
                new.push(at * 64 + fresh.trailing_zeros() as usize);
                fresh &= fresh - 1;
            }
        }
        new.len() > before
    }
}
