//! What a search keeps so that it can go on another day, as bytes.
//!
//! A checkpoint is taken between two rounds: the states found, by shard and depth, how far the present depth was
//! expanded, the counts, and where findings were made. Tables are built again from the states, and runs again from where
//! they end, so that nothing in it can contradict the rest. Its last word is a checksum of all words before.
//!
//! The bytes are little-endian words; what follows the magic number and the digest of the search is of this version only.

use std::io::{self, Read, Write};

use super::hash::hash;

const MAGIC: u64 = u64::from_le_bytes(*b"WTCHECK1");

/// Where the checkpoints of searches are kept. This crate opens no file.
pub trait Keeper {
    /// A search begins, of this digest (of the system, the scope, and what is asked). Gives the checkpoint from which it
    /// is to go on, if there is one.
    ///
    /// # Errors
    /// Why a checkpoint that should be there cannot be read.
    fn begin(&mut self, digest: u64) -> Result<Option<Box<dyn Read + '_>>, String>;
    /// Whether a checkpoint should be saved now, before the search goes on.
    fn is_due(&mut self) -> bool;
    /// Saves a checkpoint of the search that began last. `write` may fail as the writer does; what then becomes of the
    /// search and of the checkpoint before is for the keeper to decide and to tell.
    fn save(&mut self, write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>);
    /// The search that began last ended for good, or was stopped: whether its state should be saved.
    fn at_end(&mut self, stopped: bool) -> bool;
}

/// Keeps nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Forgetful;

impl Keeper for Forgetful {
    fn begin(&mut self, _digest: u64) -> Result<Option<Box<dyn Read + '_>>, String> {
        Ok(None)
    }

    fn is_due(&mut self) -> bool {
        false
    }

    fn save(&mut self, _write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>) {}

    fn at_end(&mut self, _stopped: bool) -> bool {
        false
    }
}

/// Why a checkpoint is refused.
#[derive(Debug)]
pub(super) struct Refused(pub(super) String);

impl Refused {
    fn damaged(what: &str) -> Self {
        Self(format!("it is damaged: {what}"))
    }
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::damaged("it ends early"),
            _ => Self(format!("it cannot be read: {error}")),
        }
    }
}

/// The digest of some text.
pub(super) fn digest(text: &str) -> u64 {
    let mut sum = 0;
    for bytes in text.as_bytes().chunks(8) {
        let mut word = [0; 8];
        word[..bytes.len()].copy_from_slice(bytes);
        sum = hash(&[sum, u64::from_le_bytes(word), bytes.len() as u64]);
    }
    sum
}

/// Writes words and their checksum.
pub(super) struct Writer<'w> {
    out: &'w mut dyn Write,
    sum: u64,
}

impl<'w> Writer<'w> {
    /// A checkpoint of a search.
    pub(super) fn new(out: &'w mut dyn Write, digest: u64) -> io::Result<Self> {
        let mut this = Self { out, sum: 0 };
        this.word(MAGIC)?;
        this.word(digest)?;
        Ok(this)
    }

    pub(super) fn word(&mut self, word: u64) -> io::Result<()> {
        self.sum = hash(&[self.sum, word]);
        self.out.write_all(&word.to_le_bytes())
    }

    /// A number of words, and the words.
    pub(super) fn words(&mut self, words: &[u64]) -> io::Result<()> {
        self.word(words.len() as u64)?;
        words.iter().try_for_each(|word| self.word(*word))
    }

    /// Bytes, whose number the reader knows.
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.sum = summed(self.sum, bytes);
        self.out.write_all(bytes)
    }

    pub(super) fn finish(self) -> io::Result<()> {
        self.out.write_all(&self.sum.to_le_bytes())?;
        self.out.flush()
    }
}

fn summed(mut sum: u64, bytes: &[u8]) -> u64 {
    for bytes in bytes.chunks(8) {
        let mut word = [0; 8];
        word[..bytes.len()].copy_from_slice(bytes);
        sum = hash(&[sum, u64::from_le_bytes(word)]);
    }
    sum
}

/// Reads words and checks their checksum.
pub(super) struct Reader<'r> {
    from: &'r mut dyn Read,
    sum: u64,
}

impl<'r> Reader<'r> {
    /// # Errors
    /// [`Refused`] if it is no checkpoint, or of another search.
    pub(super) fn new(from: &'r mut dyn Read, digest: u64) -> Result<Self, Refused> {
        let mut this = Self { from, sum: 0 };
        if this.word()? != MAGIC {
            return Err(Refused("it is no checkpoint of this version".to_owned()));
        }
        if this.word()? != digest {
            return Err(Refused("it is of another search".to_owned()));
        }
        Ok(this)
    }

    pub(super) fn word(&mut self) -> Result<u64, Refused> {
        let mut bytes = [0; 8];
        self.from.read_exact(&mut bytes)?;
        let word = u64::from_le_bytes(bytes);
        self.sum = hash(&[self.sum, word]);
        Ok(word)
    }

    /// A word that is at most `most`.
    pub(super) fn word_up_to(&mut self, most: u64) -> Result<u64, Refused> {
        match self.word()? {
            word if word <= most => Ok(word),
            word => Err(Refused::damaged(&format!(
                "{word} where at most {most} is possible"
            ))),
        }
    }

    pub(super) fn words(&mut self) -> Result<Vec<u64>, Refused> {
        let count = self.word()?;
        // not all at once: a number that is damaged must not take the memory
        let mut out = Vec::new();
        for _ in 0..count {
            out.push(self.word()?);
        }
        Ok(out)
    }

    pub(super) fn bytes(&mut self, out: &mut [u8]) -> Result<(), Refused> {
        self.from.read_exact(out)?;
        self.sum = summed(self.sum, out);
        Ok(())
    }

    pub(super) fn finish(self) -> Result<(), Refused> {
        let sum = self.sum;
        let mut bytes = [0; 8];
        self.from.read_exact(&mut bytes)?;
        if u64::from_le_bytes(bytes) != sum {
            return Err(Refused::damaged("its checksum differs"));
        }
        let mut one = [0];
        match self.from.read(&mut one)? {
            0 => Ok(()),
            _ => Err(Refused::damaged("something follows its end")),
        }
    }
}
