//! A table of short mixed states that keeps of each only what its place does not say.
//!
//! The place is a cache line; the upper bits of a mixed state are the number of its *home* line, the others (the
//! remainder) are in a slot of two, four or eight bytes of that line or, if it is full, of one of the next lines, with how
//! far it went. Exact: line, distance and remainder give the mixed state back.
//!
//! Where a bit for each key there could be takes no more than the lines would, there is one instead (*dense*).

use super::near::prefetch;

/// Bits for the distance from the home line, counted from 1, so that no slot in use is 0.
const DISTANCE_BITS: u32 = 3;
const FARTHEST: u64 = (1 << DISTANCE_BITS) - 1;

/// A cache line of slots, filled from the first; 0 is an empty slot.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Line<T, const N: usize>([T; N]);

/// A slot.
trait Slot: Copy + Eq + Default {
    fn new(code: u64) -> Self;
    fn code(self) -> u64;
}

macro_rules! slot {
    ($($ty:ty),*) => { $(impl Slot for $ty {
        fn new(code: u64) -> Self {
            code as Self
        }
        fn code(self) -> u64 {
            u64::from(self)
        }
    })* };
}
slot!(u16, u32, u64);

#[derive(Clone, Debug)]
enum Lines {
    Two(Vec<Line<u16, 32>>),
    Four(Vec<Line<u32, 16>>),
    Eight(Vec<Line<u64, 8>>),
    /// A bit for each possible key.
    Dense(Vec<u64>),
}

/// What became of a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Put {
    New,
    Known,
    /// It is not there, and its lines are full.
    Crowded,
}

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct Quotient {
    /// Bits of a key.
    bits: u32,
    /// Logarithm of the number of lines.
    line_bits: u32,
    lines: Lines,
    len: usize,
}

impl Quotient {
    /// An empty table of keys of `bits` bits, 4 to 61.
    pub(super) fn new(bits: u32) -> Self {
        let line_bits = 2.min(bits);
        Self {
            bits,
            line_bits,
            lines: Lines::new(bits, line_bits),
            len: 0,
        }
    }

    /// An empty table of keys of `bits` bits with room for so many.
    pub(super) fn with_room(bits: u32, keys: usize) -> Self {
        let mut this = Self::new(bits);
        while this.line_bits < bits && this.most() <= keys {
            this.line_bits += 1;
            // only its size is asked for
            this.lines = Lines::with_lines(bits, this.line_bits, 0);
        }
        this.lines = Lines::new(bits, this.line_bits);
        this
    }

    /// Bytes in use.
    pub(super) fn bytes(&self) -> u64 {
        match &self.lines {
            Lines::Dense(words) => 8 * words.len() as u64,
            Lines::Two(_) | Lines::Four(_) | Lines::Eight(_) => 64 << self.line_bits,
        }
    }

    /// Keys after which the table is to grow: 85 of 100 slots.
    fn most(&self) -> usize {
        match self.lines.slots() {
            Some(slots) => (slots << self.line_bits) * 17 / 20,
            None => usize::MAX,
        }
    }

    /// Adds keys in order until `most_new` were new or the table may not grow. Gives each new one to `new`; answers with
    /// the number of keys done.
    pub(super) fn insert(
        &mut self,
        keys: &[u64],
        most_new: usize,
        may_grow: &dyn Fn(u64) -> bool,
        new: &mut dyn FnMut(u64),
    ) -> usize {
        let (mut done, mut left) = (0, most_new);
        while done < keys.len() && left > 0 {
            if self.len >= self.most() && !self.grow(may_grow) {
                break;
            }
            let room = left.min(self.most() - self.len);
            let rest = &keys[done..];
            let (bits, line_bits) = (self.bits, self.line_bits);
            let (count, added, crowded) = match &mut self.lines {
                Lines::Two(lines) => put_all(lines, bits, line_bits, rest, room, new),
                Lines::Four(lines) => put_all(lines, bits, line_bits, rest, room, new),
                Lines::Eight(lines) => put_all(lines, bits, line_bits, rest, room, new),
                Lines::Dense(words) => put_dense(words, bits, rest, room, new),
            };
            self.len += added;
            left -= added;
            done += count;
            if crowded && !self.grow(may_grow) {
                break;
            }
        }
        done
    }

    /// Whether a key is there.
    pub(super) fn contains(&self, key: u64) -> bool {
        let (bits, line_bits) = (self.bits, self.line_bits);
        match &self.lines {
            Lines::Two(lines) => find(lines, bits, line_bits, key),
            Lines::Four(lines) => find(lines, bits, line_bits, key),
            Lines::Eight(lines) => find(lines, bits, line_bits, key),
            Lines::Dense(words) => {
                let (word, bit) = dense(bits, key);
                words[word] & bit != 0
            }
        }
    }

    /// Doubles the table; `false` if that is not allowed.
    fn grow(&mut self, may_grow: &dyn Fn(u64) -> bool) -> bool {
        if !may_grow(self.bytes()) {
            return false;
        }
        let mut line_bits = self.line_bits + 1;
        // crowded lines may be crowded again, though rarely
        loop {
            let mut lines = Lines::new(self.bits, line_bits);
            let mut fits = true;
            match &mut lines {
                Lines::Two(to) => self.each(&mut |key| fits &= place(to, self.bits, line_bits, key)),
                Lines::Four(to) => self.each(&mut |key| fits &= place(to, self.bits, line_bits, key)),
                Lines::Eight(to) => self.each(&mut |key| fits &= place(to, self.bits, line_bits, key)),
                Lines::Dense(to) => self.each(&mut |key| {
                    let (word, bit) = dense(self.bits, key);
                    to[word] |= bit;
                }),
            }
            if fits {
                (self.lines, self.line_bits) = (lines, line_bits);
                return true;
            }
            line_bits += 1;
        }
    }

    /// Calls `f` with each key.
    fn each(&self, f: &mut impl FnMut(u64)) {
        let (bits, line_bits) = (self.bits, self.line_bits);
        match &self.lines {
            Lines::Two(lines) => each(lines, bits, line_bits, f),
            Lines::Four(lines) => each(lines, bits, line_bits, f),
            Lines::Eight(lines) => each(lines, bits, line_bits, f),
            Lines::Dense(words) => {
                for (at, word) in words.iter().enumerate() {
                    (0..64)
                        .filter(|bit| word >> bit & 1 == 1)
                        .for_each(|bit| f(at as u64 * 64 + bit));
                }
            }
        }
    }
}

impl Lines {
    /// Empty lines for keys of so many bits, or a bit for each key if that is as small.
    fn new(bits: u32, line_bits: u32) -> Self {
        Self::with_lines(bits, line_bits, 1 << line_bits)
    }

    fn with_lines(bits: u32, line_bits: u32, count: usize) -> Self {
        // as many bits as a line has for each
        if bits <= line_bits + 9 {
            let words = (1_usize << bits).div_ceil(64);
            return Self::Dense(vec![0; words.min(count * 8)]);
        }
        match bits - line_bits + DISTANCE_BITS {
            0..=16 => Self::Two(vec![Line([0; 32]); count]),
            17..=32 => Self::Four(vec![Line([0; 16]); count]),
            _ => Self::Eight(vec![Line([0; 8]); count]),
        }
    }

    /// Slots of a line.
    fn slots(&self) -> Option<usize> {
        match self {
            Self::Two(_) => Some(32),
            Self::Four(_) => Some(16),
            Self::Eight(_) => Some(8),
            Self::Dense(_) => None,
        }
    }
}

/// How many keys are looked up ahead of the one that is put, so that the waits for their lines overlap.
const AHEAD: usize = 12;

/// Puts keys until `room` were new or one found its lines crowded. Gives the keys done, those that were new, and whether
/// the next one is crowded.
fn put_all<T: Slot, const N: usize>(
    lines: &mut [Line<T, N>],
    bits: u32,
    line_bits: u32,
    keys: &[u64],
    room: usize,
    new: &mut dyn FnMut(u64),
) -> (usize, usize, bool) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        #[target_feature(enable = "avx2")]
        fn with_wide_vectors<T: Slot, const N: usize>(
            lines: &mut [Line<T, N>],
            bits: u32,
            line_bits: u32,
            keys: &[u64],
            room: usize,
            new: &mut dyn FnMut(u64),
        ) -> (usize, usize, bool) {
            put_each(lines, bits, line_bits, keys, room, new)
        }
        // SAFETY: the processor has what the function is compiled for.
        #[expect(unsafe_code, reason = "a function for some processors only")]
        return unsafe { with_wide_vectors(lines, bits, line_bits, keys, room, new) };
    }
    put_each(lines, bits, line_bits, keys, room, new)
}

/// The place of a key among bits.
fn dense(bits: u32, key: u64) -> (usize, u64) {
    let key = key & ((1 << bits) - 1);
    ((key / 64) as usize, 1 << (key % 64))
}

/// As [`put_all`], where each possible key has a bit.
fn put_dense(
    words: &mut [u64],
    bits: u32,
    keys: &[u64],
    room: usize,
    new: &mut dyn FnMut(u64),
) -> (usize, usize, bool) {
    let mut added = 0;
    for (at, key) in keys.iter().enumerate() {
        if let Some(ahead) = keys.get(at + AHEAD) {
            prefetch(&words[dense(bits, *ahead).0]);
        }
        let (word, bit) = dense(bits, *key);
        if words[word] & bit == 0 {
            words[word] |= bit;
            new(*key);
            added += 1;
            if added == room {
                return (at + 1, added, false);
            }
        }
    }
    (keys.len(), added, false)
}

#[inline(always)]
fn put_each<T: Slot, const N: usize>(
    lines: &mut [Line<T, N>],
    bits: u32,
    line_bits: u32,
    keys: &[u64],
    room: usize,
    new: &mut dyn FnMut(u64),
) -> (usize, usize, bool) {
    let count = lines.len();
    let home = |key: u64| (key >> (bits - line_bits)) as usize & (count - 1);
    let mut added = 0;
    for (at, key) in keys.iter().enumerate() {
        if let Some(ahead) = keys.get(at + AHEAD) {
            prefetch(&lines[home(*ahead)]);
        }
        match put(lines, bits, line_bits, *key) {
            Put::Known => {}
            Put::Crowded => return (at, added, true),
            Put::New => {
                added += 1;
                new(*key);
                if added == room {
                    return (at + 1, added, false);
                }
            }
        }
    }
    (keys.len(), added, false)
}

#[inline(always)]
fn put<T: Slot, const N: usize>(lines: &mut [Line<T, N>], bits: u32, line_bits: u32, key: u64) -> Put {
    let (home, remainder) = split(bits, line_bits, key);
    let mask = lines.len() - 1;
    for distance in 1..=FARTHEST {
        let line = &mut lines[(home + distance as usize - 1) & mask].0;
        let code = T::new(remainder << DISTANCE_BITS | distance);
        if line.iter().fold(false, |hit, slot| hit | (*slot == code)) {
            return Put::Known;
        }
        if line[N - 1] == T::default() {
            let used = line.iter().filter(|slot| **slot != T::default()).count();
            line[used] = code;
            return Put::New;
        }
    }
    Put::Crowded
}

/// Puts a key that is not there; `false` if its lines are crowded.
#[inline(always)]
fn place<T: Slot, const N: usize>(lines: &mut [Line<T, N>], bits: u32, line_bits: u32, key: u64) -> bool {
    let (home, remainder) = split(bits, line_bits, key);
    let mask = lines.len() - 1;
    for distance in 1..=FARTHEST {
        let line = &mut lines[(home + distance as usize - 1) & mask].0;
        if line[N - 1] == T::default() {
            let used = line.iter().filter(|slot| **slot != T::default()).count();
            line[used] = T::new(remainder << DISTANCE_BITS | distance);
            return true;
        }
    }
    false
}

fn find<T: Slot, const N: usize>(lines: &[Line<T, N>], bits: u32, line_bits: u32, key: u64) -> bool {
    let (home, remainder) = split(bits, line_bits, key);
    (1..=FARTHEST).any(|distance| {
        let line = &lines[(home + distance as usize - 1) & (lines.len() - 1)].0;
        line.contains(&T::new(remainder << DISTANCE_BITS | distance))
    })
}

fn split(bits: u32, line_bits: u32, key: u64) -> (usize, u64) {
    let remainder_bits = bits - line_bits;
    (
        (key >> remainder_bits) as usize,
        key & ((1 << remainder_bits) - 1),
    )
}

fn each<T: Slot, const N: usize>(lines: &[Line<T, N>], bits: u32, line_bits: u32, f: &mut impl FnMut(u64)) {
    let mask = lines.len() - 1;
    for (at, line) in lines.iter().enumerate() {
        for slot in line.0.iter().take_while(|slot| **slot != T::default()) {
            let distance = (slot.code() & FARTHEST) as usize;
            let home = (at + lines.len() + 1 - distance) & mask;
            f((home as u64) << (bits - line_bits) | slot.code() >> DISTANCE_BITS);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::mix::Mix;
    use super::*;
    use rustc_hash::FxHashSet;

    fn insert(table: &mut Quotient, keys: &[u64]) -> Vec<u64> {
        let mut found = Vec::new();
        let done = table.insert(keys, usize::MAX, &|_| true, &mut |k| found.push(k));
        assert_eq!(done, keys.len());
        found
    }

    #[test]
    fn a_table_is_a_set_at_every_width() {
        for bits in [4, 9, 16, 20, 27, 40, 57, 61] {
            let mix = Mix::new(bits);
            let mut table = Quotient::new(bits);
            let mut set = FxHashSet::default();
            let mut x = 1u64;
            for _ in 0..40 {
                let keys: Vec<u64> = (0..1000)
                    .map(|_| {
                        x = x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                        mix.mix((x >> 20) & ((1 << bits.min(16)) - 1))
                    })
                    .collect();
                let expected: Vec<u64> = keys.iter().copied().filter(|k| set.insert(*k)).collect();
                assert_eq!(insert(&mut table, &keys), expected, "{bits} bits");
            }
            let mut all = FxHashSet::default();
            table.each(&mut |k| assert!(all.insert(k)));
            assert_eq!(all, set);
            assert_eq!(table.len, set.len());
        }
    }

    #[test]
    fn keys_that_crowd_one_line_are_kept() {
        // all with the same upper bits: the table grows until the remainders tell them apart
        let mut table = Quotient::new(14);
        let keys: Vec<u64> = (0..400).collect();
        assert_eq!(insert(&mut table, &keys), keys);
        assert!(insert(&mut table, &keys).is_empty());
    }

    #[test]
    fn a_table_that_may_not_grow_stays_as_it_was() {
        let mix = Mix::new(40);
        let mut table = Quotient::new(40);
        let keys: Vec<u64> = (0..1000).map(|k| mix.mix(k)).collect();
        let mut found = 0;
        let done = table.insert(&keys, usize::MAX, &|_| false, &mut |_| found += 1);
        assert_eq!(done, found);
        assert!(done >= 16 && table.bytes() == 256, "{done}");
        assert_eq!(insert(&mut table, &keys).len(), 1000 - done);
    }
}
