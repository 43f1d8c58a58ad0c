//! The states of one shard in the order in which they were found, each in as few whole bytes as its words need: in memory,
//! or *asleep* on disk, where they can be read only. With a [`Forest`] the roots of states stand here instead.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use super::super::checkpoint::{Reader, Refused, Writer};
use super::super::spill::{Disk, Pile};
use super::forest::Forest;
use super::near::prefetch;

/// Logarithm of the most states in one piece.
const CHUNK_BITS: u32 = 11;
/// Bytes of a piece that are not exceeded where that is possible: each shard has a piece that is not full.
const CHUNK_BYTES: usize = 1 << 16;

/// See the module.
#[derive(Debug)]
pub(super) struct Log {
    words: usize,
    forest: Option<Arc<Forest>>,
    /// Bytes of a state.
    stride: usize,
    /// Logarithm of the states in one piece.
    chunk_bits: u32,
    /// Bytes of the last word of a state.
    last_bytes: usize,
    /// The bits of the last word that are stored.
    mask: u64,
    /// None while asleep.
    chunks: Vec<Box<[u8]>>,
    len: usize,
    /// At which depth states were found: the first number of each depth that has any.
    levels: Vec<(u32, u32)>,
    away: Option<Away>,
}

/// What is on disk.
#[derive(Debug)]
struct Away {
    pile: Box<dyn Pile>,
    /// Pieces that are there and full, so that they never change.
    full: usize,
    asleep: bool,
}

impl Log {
    /// An empty log of states of `words` words, the last of which has at most `last_bits` bits.
    pub(super) fn new(words: usize, last_bits: u32) -> Self {
        let last_bytes = last_bits.div_ceil(8).max(1);
        let stride = (words - 1) * 8 + last_bytes as usize;
        Self {
            words,
            forest: None,
            last_bytes: last_bytes as usize,
            stride,
            chunk_bits: (CHUNK_BYTES / stride).max(1).ilog2().min(CHUNK_BITS),
            mask: u64::MAX >> (u64::BITS - 8 * last_bytes),
            chunks: Vec::new(),
            len: 0,
            levels: Vec::new(),
            away: None,
        }
    }

    /// The same states, as the roots of a forest.
    pub(super) fn compressed(&self, forest: &Arc<Forest>) -> io::Result<Self> {
        let mut out = Self {
            forest: Some(forest.clone()),
            stride: 8,
            chunk_bits: CHUNK_BITS,
            mask: u64::MAX,
            last_bytes: self.last_bytes,
            ..Self::new(self.words, u64::BITS)
        };
        let mut states = Vec::new();
        for (at, (depth, start)) in self.levels.iter().enumerate() {
            let end = self
                .levels
                .get(at + 1)
                .map_or(self.len, |(_, next)| *next as usize);
            for first in (*start as usize..end).step_by(self.chunk()) {
                states.clear();
                self.read(first..end.min(first + self.chunk()), &mut states)?;
                states
                    .chunks_exact(self.words)
                    .for_each(|state| out.push(state, *depth));
            }
        }
        Ok(out)
    }

    /// Number of states.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Bytes in use.
    pub(super) fn bytes(&self) -> u64 {
        let chunks = self.chunks.len() * self.chunk_bytes();
        (chunks + self.levels.len() * size_of::<(u32, u32)>()) as u64
    }

    /// Bytes of a piece. Reads take whole words, so that the last state is followed by some bytes.
    fn chunk_bytes(&self) -> usize {
        self.chunk() * self.stride + 8
    }

    /// States of a piece.
    #[inline(always)]
    fn chunk(&self) -> usize {
        1 << self.chunk_bits
    }

    /// The piece of a state, and its number there.
    #[inline(always)]
    fn place(&self, index: usize) -> (usize, usize) {
        (index >> self.chunk_bits, index & (self.chunk() - 1))
    }

    /// Appends a state found at this depth.
    pub(super) fn push(&mut self, state: &[u64], depth: u32) {
        let (chunk, place) = self.place(self.len);
        if chunk == self.chunks.len() {
            self.chunks.push(vec![0; self.chunk_bytes()].into());
        }
        if self.levels.last().is_none_or(|(d, _)| *d != depth) {
            self.levels.push((depth, self.len as u32));
        }
        let root = self.forest.as_ref().map(|forest| [forest.put(state)]);
        let state = root.as_ref().map_or(state, |root| root);
        let chunk = &mut self.chunks[chunk];
        let (last, whole) = state.split_last().unwrap_or((&0, &[]));
        let mut at = place * self.stride;
        for word in whole {
            chunk[at..at + 8].copy_from_slice(&word.to_le_bytes());
            at += 8;
        }
        // the bytes of the last word that it does not need are written again by the state that follows
        chunk[at..at + 8].copy_from_slice(&last.to_le_bytes());
        self.len += 1;
    }

    /// Eight bytes as a word.
    #[inline(always)]
    fn word(chunk: &[u8], at: usize) -> u64 {
        u64::from_le_bytes(chunk[at..at + 8].first_chunk().copied().unwrap_or_default())
    }

    /// The file, if the states are only there.
    fn asleep(&self) -> Option<&dyn Pile> {
        self.away.as_ref().filter(|a| a.asleep).map(|a| &*a.pile)
    }

    /// Appends the words of these states to `out`.
    ///
    /// # Errors
    /// Of reading, only while asleep.
    pub(super) fn read(&self, range: Range<usize>, out: &mut Vec<u64>) -> io::Result<()> {
        let (mut at, mut scratch) = (range.start, Vec::new());
        while at < range.end {
            let (chunk, first) = self.place(at);
            let count = (range.end - at).min(self.chunk() - first);
            let start = first * self.stride;
            let bytes = match self.asleep() {
                None => &self.chunks[chunk][start..],
                Some(pile) => {
                    scratch.resize(count * self.stride + 8, 0);
                    pile.read_at(&mut scratch, (chunk * self.chunk_bytes() + start) as u64)?;
                    &scratch
                }
            };
            self.decode(bytes, count, out);
            at += count;
        }
        Ok(())
    }

    fn decode(&self, bytes: &[u8], count: usize, out: &mut Vec<u64>) {
        let mut at = 0;
        if let Some(forest) = &self.forest {
            (0..count).for_each(|record| forest.get(Self::word(bytes, 8 * record), out));
            return;
        }
        for _ in 0..count {
            let start = at;
            for _ in 1..self.words {
                out.push(Self::word(bytes, at));
                at += 8;
            }
            out.push(Self::word(bytes, at) & self.mask);
            at = start + self.stride;
        }
    }

    /// Moves all to disk.
    pub(super) fn sleep(&mut self, disk: &dyn Disk) -> io::Result<()> {
        let bytes = self.chunk_bytes() as u64;
        let full = self.len / self.chunk();
        let mut away = match self.away.take() {
            Some(away) => away,
            None => Away {
                pile: disk.pile()?,
                full: 0,
                asleep: false,
            },
        };
        if !away.asleep {
            for (number, chunk) in self.chunks.iter().enumerate().skip(away.full) {
                away.pile.write_at(chunk, number as u64 * bytes)?;
            }
            (away.full, away.asleep) = (full, true);
            self.chunks = Vec::new();
        }
        self.away = Some(away);
        Ok(())
    }

    /// Moves all back to memory.
    pub(super) fn wake(&mut self) -> io::Result<()> {
        let (bytes, count) = (self.chunk_bytes(), self.len.div_ceil(self.chunk()));
        if let Some(away) = self.away.as_mut().filter(|a| a.asleep) {
            for number in 0..count {
                let mut chunk: Box<[u8]> = vec![0; bytes].into();
                away.pile.read_at(&mut chunk, (number * bytes) as u64)?;
                self.chunks.push(chunk);
            }
            away.asleep = false;
        }
        Ok(())
    }

    /// Bytes on disk.
    pub(super) fn bytes_away(&self) -> u64 {
        match self.asleep() {
            Some(_) => (self.len.div_ceil(self.chunk()) * self.chunk_bytes()) as u64,
            None => 0,
        }
    }

    /// Asks for the state with this number.
    pub(super) fn touch(&self, index: usize) {
        let (chunk, place) = self.place(index);
        let (chunk, at) = (&self.chunks[chunk], place * self.stride);
        prefetch(&chunk[at]);
        prefetch(&chunk[at + self.stride - 1]);
    }

    /// Whether the state with this number has these words.
    #[inline]
    pub(super) fn is(&self, index: usize, state: &[u64]) -> bool {
        let (chunk, place) = self.place(index);
        let (chunk, mut at) = (&self.chunks[chunk], place * self.stride);
        if let Some(forest) = &self.forest {
            return forest.is(Self::word(chunk, at), state);
        }
        let (last, whole) = state.split_last().unwrap_or((&0, &[]));
        let mut differs = 0;
        for word in whole {
            differs |= Self::word(chunk, at) ^ word;
            at += 8;
        }
        differs | (Self::word(chunk, at) & self.mask) ^ last == 0
    }

    /// Writes all.
    pub(super) fn save(&self, out: &mut Writer<'_>) -> io::Result<()> {
        out.word(self.len as u64)?;
        out.word(self.levels.len() as u64)?;
        for (depth, start) in &self.levels {
            out.word(u64::from(*depth) << 32 | u64::from(*start))?;
        }
        if self.forest.is_some() {
            return self.save_whole(out);
        }
        let mut scratch = Vec::new();
        for number in 0..self.len.div_ceil(self.chunk()) {
            let here = (self.len - number * self.chunk()).min(self.chunk()) * self.stride;
            match self.asleep() {
                None => out.bytes(&self.chunks[number][..here])?,
                Some(pile) => {
                    scratch.resize(here, 0);
                    pile.read_at(&mut scratch, (number * self.chunk_bytes()) as u64)?;
                    out.bytes(&scratch)?;
                }
            }
        }
        Ok(())
    }

    /// Writes the states as they are without a forest.
    fn save_whole(&self, out: &mut Writer<'_>) -> io::Result<()> {
        let stride = (self.words - 1) * 8 + self.last_bytes;
        let (mut states, mut bytes) = (Vec::new(), Vec::new());
        for first in (0..self.len).step_by(self.chunk()) {
            states.clear();
            bytes.clear();
            self.read(first..self.len.min(first + self.chunk()), &mut states)?;
            for state in states.chunks_exact(self.words) {
                let end = bytes.len() + stride;
                state.iter().for_each(|word| bytes.extend(word.to_le_bytes()));
                bytes.truncate(end);
            }
            out.bytes(&bytes)?;
        }
        Ok(())
    }

    /// Reads what [`Log::save`] wrote into an empty log of the same kind, of at most `most` states.
    pub(super) fn load(&mut self, from: &mut Reader<'_>, most: u64) -> Result<(), Refused> {
        let len = from.word_up_to(most)? as usize;
        for _ in 0..from.word_up_to(len as u64)? {
            let entry = from.word()?;
            self.levels.push(((entry >> 32) as u32, entry as u32));
        }
        while self.len < len {
            let here = (len - self.len).min(self.chunk());
            let mut chunk: Box<[u8]> = vec![0; self.chunk_bytes()].into();
            from.bytes(&mut chunk[..here * self.stride])?;
            self.chunks.push(chunk);
            self.len += here;
        }
        Ok(())
    }

    /// The numbers of the states found at a depth.
    pub(super) fn level(&self, depth: u32) -> Range<usize> {
        match self.levels.binary_search_by_key(&depth, |(d, _)| *d) {
            Ok(at) => {
                let end = self
                    .levels
                    .get(at + 1)
                    .map_or(self.len, |(_, start)| *start as usize);
                self.levels[at].1 as usize..end
            }
            Err(_) => 0..0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_at_its_depth() {
        for (words, last_bits) in [(1, 1), (1, 33), (1, 64), (3, 9), (2, 64)] {
            let state = |n: u64| -> Vec<u64> {
                let word = |w: usize| n.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(w as u32 * 7);
                let last = |w: usize| word(w) & (u64::MAX >> (64 - last_bits));
                (0..words)
                    .map(|w| if w + 1 == words { last(w) } else { word(w) })
                    .collect()
            };
            let mut log = Log::new(words, last_bits);
            for n in 0..5000 {
                log.push(&state(n), (n / 1000 * 2) as u32);
            }
            assert_eq!((log.len(), log.level(4), log.level(3)), (5000, 2000..3000, 0..0));
            let mut out = Vec::new();
            log.read(2040..2060, &mut out).unwrap();
            assert_eq!(out, (2040..2060).flat_map(state).collect::<Vec<_>>());
            assert!(log.is(4999, &state(4999)) && (last_bits < 20 || !log.is(4999, &state(4998))));
        }
    }
}
