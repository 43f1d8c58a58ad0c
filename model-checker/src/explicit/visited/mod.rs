//! The visited states, in shards: exact, compact, in the order in which they were found.
//!
//! A shard is chosen by the upper bits of a state's hash, so that each is small enough for the cache and can be
//! filled by a thread of its own. It has a log of its states by depth and a table that finds them: of
//! states of one word a [`quotient`] table over an invertible hash, of wider ones an [`indexed`] table into the log.
//! Nothing tells from which state one was found; a run is found again by expanding earlier depths.
//!
//! Many wide states are kept as trees of their parts ([`forest`]), which all shards share.
//!
//! A shard can be *asleep*: its log is on disk, and its table is built again when it wakes.
//!
//! Bytes of a state of one word: 1 to 8 in the log, and 2, 4 or 8 divided by the load of the table (0.43 to 0.85).
mod forest;
mod hashes;
mod inbox;
mod indexed;
mod log;
mod mix;
mod near;
mod quota;
mod quotient;
mod router;
mod shard;

use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::checkpoint::{Reader, Refused, Writer};
use super::layout::Layout;
use super::spill::Disk;
use forest::Forest;
pub(crate) use hashes::Hashes;
pub(crate) use inbox::Inbox;
use log::Log;
pub(crate) use quota::{Full, Quota};
pub(crate) use router::{Keys, Parts, Router, parts};
pub(crate) use shard::Shard;

/// Logarithm of the number of shards.
const SHARD_BITS: u32 = 7;
/// Number of shards.
pub(crate) const SHARDS: usize = 1 << SHARD_BITS;

/// All shards.
#[derive(Debug)]
pub(crate) struct Visited {
    /// The way to them.
    pub(crate) router: Router,
    /// In order of number.
    pub(crate) shards: Vec<Shard>,
    /// The parts of wide states, once there are many.
    forest: Option<Arc<Forest>>,
    /// Bytes of the forest taken from the quota.
    forest_taken: u64,
}

impl Visited {
    /// No states of this layout.
    pub(crate) fn new(layout: &Layout) -> Self {
        Self {
            router: Router::new(layout),
            shards: (0..SHARDS).map(|number| Shard::new(number, layout)).collect(),
            forest: None,
            forest_taken: 0,
        }
    }

    /// Adds one state; whether it was not there. `keys` and `fresh` are scratch.
    pub(crate) fn put(
        &mut self,
        state: &[u64],
        keys: &mut Keys,
        fresh: &mut Vec<u64>,
        quota: &Quota,
    ) -> Result<bool, Full> {
        keys.clear();
        fresh.clear();
        let shard = self.router.key(state, keys);
        self.shards[shard].insert(keys, 0, quota, fresh)?;
        Ok(!fresh.is_empty())
    }

    /// Writes the states.
    pub(in crate::explicit) fn save(&self, out: &mut Writer<'_>) -> io::Result<()> {
        self.shards.iter().try_for_each(|shard| shard.log.save(out))
    }

    /// Reads what [`Visited::save`] wrote, into an empty set of the same layout; [`Visited::index`] is to follow. Where
    /// there is a disk and not the memory for all, all is asleep in the end: answers whether it is.
    pub(in crate::explicit) fn load(
        &mut self,
        from: &mut Reader<'_>,
        disk: Option<&dyn Disk>,
        quota: &Quota,
    ) -> Result<bool, Refused> {
        let full = |full: Full| Refused(format!("the disk cannot be used: {full:?}"));
        let mut asleep = false;
        for number in 0..self.shards.len() {
            self.shards[number].log.load(from, u64::from(u32::MAX))?;
            let Some(disk) = disk else { continue };
            if !asleep && self.bytes() * 2 > quota.bytes.load(Ordering::Relaxed) {
                asleep = true;
                for shard in &mut self.shards[..number] {
                    shard.sleep(disk, quota).map_err(full)?;
                }
            }
            if asleep {
                self.shards[number].sleep(disk, quota).map_err(full)?;
            }
        }
        Ok(asleep)
    }

    /// Counts the states that were read, and makes them findable unless they are asleep.
    pub(in crate::explicit) fn index(&mut self, asleep: bool, quota: &Quota) -> Result<(), Refused> {
        self.shards
            .iter_mut()
            .try_for_each(|shard| shard.index(asleep, quota))
    }

    /// Moves all states to disk.
    pub(in crate::explicit) fn sleep(&mut self, disk: &dyn Disk, quota: &Quota) -> Result<(), Full> {
        self.shards
            .iter_mut()
            .try_for_each(|shard| shard.sleep(disk, quota))
    }

    /// Bytes on disk.
    pub(crate) fn bytes_away(&self) -> u64 {
        self.shards.iter().map(|s| s.log.bytes_away()).sum()
    }

    /// Number of states.
    pub(crate) fn len(&self) -> u64 {
        self.shards.iter().map(|s| s.len() as u64).sum()
    }

    /// Bytes in use.
    pub(crate) fn bytes(&self) -> u64 {
        let shards: u64 = self.shards.iter().map(Shard::bytes).sum();
        shards + self.forest.as_ref().map_or(0, |forest| forest.bytes())
    }

    /// Takes what the forest grew from the quota.
    pub(in crate::explicit) fn account(&mut self, quota: &Quota) -> Result<(), Full> {
        let Some(forest) = &self.forest else { return Ok(()) };
        let more = forest.bytes().saturating_sub(self.forest_taken);
        let got = Quota::take(&quota.bytes, more);
        self.forest_taken += got;
        if got < more { Err(Full::Bytes) } else { Ok(()) }
    }

    /// Keeps wide states as trees of their parts from now on, if that is smaller by a third for an eighth of them: the
    /// parts of the others are the same more often still. Answers whether it is.
    pub(in crate::explicit) fn compress(&mut self, quota: &Quota) -> Result<bool, Full> {
        let words = self.router.words;
        if self.forest.is_some() || !(3..=forest::WIDEST).contains(&words) {
            return Ok(self.forest.is_some());
        }
        let forest = Arc::new(Forest::new(words));
        let (some, rest) = self.shards.split_at_mut(SHARDS / 8);
        let logs: Vec<Log> = some
            .iter()
            .map(|shard| shard.log.compressed(&forest))
            .collect::<io::Result<_>>()?;
        let before: u64 = some.iter().map(|shard| shard.log.bytes()).sum();
        let after = logs.iter().map(Log::bytes).sum::<u64>() + forest.bytes();
        if after * 3 > before * 2 {
            return Ok(false);
        }
        for (shard, log) in some.iter_mut().zip(logs) {
            shard.replace(log, quota);
        }
        for shard in rest {
            let log = shard.log.compressed(&forest)?;
            shard.replace(log, quota);
        }
        self.forest = Some(forest);
        self.account(quota)?;
        Ok(true)
    }

    /// The states found at a depth, as runs of numbers in shards; none is longer than `longest`.
    pub(crate) fn level(&self, depth: u32, longest: usize) -> Vec<Run> {
        let mut out = Vec::new();
        for (shard, of) in self.shards.iter().enumerate() {
            let level = of.level(depth);
            let mut at = level.start;
            while at < level.end {
                let end = level.end.min(at + longest);
                out.push(Run {
                    shard,
                    states: at..end,
                });
                at = end;
            }
        }
        out
    }

    /// Appends the words of the states of a run to `out`.
    ///
    /// # Errors
    /// Of the disk, if states are there.
    pub(crate) fn read(&self, run: &Run, out: &mut Vec<u64>) -> io::Result<()> {
        self.shards[run.shard].read(run.states.clone(), out)
    }
}

/// Some states of one shard and one depth.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Run {
    /// Which shard.
    pub(crate) shard: usize,
    /// Their numbers there.
    pub(crate) states: Range<usize>,
}
