//! The keys that are on their way to a shard that is asleep, on disk but for the last.

use std::io;

use super::super::spill::{Disk, Pile};
use super::Router;

/// Bytes kept in memory.
const BUFFER: usize = 1 << 16;
/// Keys given back together.
const BATCH: usize = 1 << 13;

/// See the module.
#[derive(Debug)]
pub(crate) struct Inbox {
    /// Words of a key.
    words: usize,
    /// Bytes of each word.
    width: usize,
    pile: Box<dyn Pile>,
    written: u64,
    buffer: Vec<u8>,
}

impl Inbox {
    /// An empty one for keys as this router makes them.
    pub(crate) fn new(router: &Router, disk: &dyn Disk) -> io::Result<Self> {
        Ok(Self {
            words: router.key_words(),
            width: match router.key_words() {
                1 => router.mix.bits.div_ceil(8) as usize,
                _ => 8,
            },
            pile: disk.pile()?,
            written: 0,
            buffer: Vec::with_capacity(BUFFER),
        })
    }

    /// Whether no keys are there.
    pub(crate) fn is_empty(&self) -> bool {
        self.written == 0 && self.buffer.is_empty()
    }

    /// Bytes on disk.
    pub(crate) fn bytes(&self) -> u64 {
        self.written
    }

    /// Appends keys.
    pub(crate) fn post(&mut self, keys: &[u64]) -> io::Result<()> {
        for word in keys {
            if self.buffer.len() + self.width > BUFFER {
                self.pile.write_at(&self.buffer, self.written)?;
                self.written += self.buffer.len() as u64;
                self.buffer.clear();
            }
            self.buffer.extend_from_slice(&word.to_le_bytes()[..self.width]);
        }
        Ok(())
    }

    /// Gives all keys, in order, to `f`, some at a time, and forgets them.
    pub(crate) fn take<E: From<io::Error>>(
        &mut self,
        mut f: impl FnMut(&[u64]) -> Result<(), E>,
    ) -> Result<(), E> {
        let step = BATCH * self.words * self.width;
        let (mut at, mut bytes, mut keys) = (0, Vec::new(), Vec::new());
        let end = self.written + self.buffer.len() as u64;
        while at < end {
            bytes.clear();
            // what is on disk ends where the buffer begins, perhaps within a key
            let away = (self.written.saturating_sub(at) as usize).min(step);
            bytes.resize(away, 0);
            self.pile.read_at(&mut bytes, at)?;
            let from = (at + away as u64).saturating_sub(self.written) as usize;
            let more = (step - away).min(self.buffer.len() - from.min(self.buffer.len()));
            bytes.extend_from_slice(&self.buffer[from..from + more]);
            at += bytes.len() as u64;
            keys.clear();
            keys.extend(bytes.chunks_exact(self.width).map(|bytes| {
                let mut word = [0; 8];
                word[..bytes.len()].copy_from_slice(bytes);
                u64::from_le_bytes(word)
            }));
            f(&keys)?;
        }
        self.written = 0;
        self.buffer.clear();
        Ok(())
    }
}
