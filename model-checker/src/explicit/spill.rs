//! A search that has no memory left goes on with its states on disk.
//!
//! All shards are put to sleep: their states are in files, and their tables are forgotten. Successors are no longer
//! looked up round by round but collected, by shard, until their level is done; then one shard after the other wakes, takes
//! in what came for it, and sleeps again (delayed duplicate detection: Korf, "Best-first frontier search with delayed duplicate
//! detection", AAAI 2004; partitioned by a hash as in Stern and Dill, "Using magnetic disk instead of main memory in the
//! Murphi verifier", CAV 1998). Exact as before, and in the same order; memory is needed for one shard a thread, and files are
//! read and written in sequence.

use std::fmt::{Debug, Display};
use std::io;
use std::ops::ControlFlow;

use transition_system::Stop;

use super::question::Halt;
use super::search::Search;
use super::visited::{Full, Inbox, Shard};

/// A file of a search, which is gone with it.
pub trait Pile: Send + Sync + Debug {
    /// Writes bytes at a place, which may be behind the end.
    ///
    /// # Errors
    /// Of the file.
    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<()>;
    /// Reads as many bytes as there is room for.
    ///
    /// # Errors
    /// Of the file, or if it ends early.
    fn read_at(&self, bytes: &mut [u8], at: u64) -> io::Result<()>;
}

/// Where a search may put what it has no memory for. This crate opens no file.
pub trait Disk: Sync + Debug {
    /// A new, empty file.
    ///
    /// # Errors
    /// Why there is none.
    fn pile(&self) -> io::Result<Box<dyn Pile>>;
}

/// Why a search stops whose disk fails.
pub(super) fn lost(error: &dyn Display) -> Stop {
    Stop::Unsupported(format!("states cannot be kept on disk: {error}"))
}

/// Counts of a search at a moment from which it can go on: all states of lesser depths, and the runs of this depth before this
/// one, are expanded, and what comes after them is stored.
#[derive(Clone, Debug, Default)]
pub(super) struct Mark {
    pub(super) transitions: u64,
    pub(super) expanded: u64,
    pub(super) fired: Vec<u64>,
    pub(super) at: (u32, usize),
}

/// What a search has on disk beside its shards.
#[derive(Debug)]
pub(super) struct Spilled {
    inboxes: Vec<Inbox>,
    /// Where a checkpoint is to go on: what is in the inboxes is in none.
    pub(super) mark: Mark,
}

impl Spilled {
    /// Bytes on disk.
    pub(super) fn bytes(&self) -> u64 {
        self.inboxes.iter().map(Inbox::bytes).sum()
    }
}

impl Search<'_, '_> {
    /// The present counts.
    pub(super) fn mark(&self) -> Mark {
        Mark {
            transitions: self.stats.transitions,
            expanded: self.expanded,
            fired: self.fired.clone(),
            at: self.at,
        }
    }

    /// Puts all states to sleep. `mark` is the last moment at which all successors were stored.
    pub(super) fn spill(&mut self, mark: Mark) -> Result<(), Full> {
        let Some(disk) = self.options.disk else {
            return Err(Full::Bytes);
        };
        self.visited.sleep(disk, &self.quota)?;
        let inboxes = self.visited.shards.iter();
        let inboxes = inboxes.map(|_| Inbox::new(&self.visited.router, disk));
        self.spilled = Some(Spilled {
            inboxes: inboxes.collect::<io::Result<_>>()?,
            mark,
        });
        Ok(())
    }

    /// Keeps what was sent to the shards until the level is done.
    pub(super) fn post(&mut self) -> Result<(), Full> {
        let Some(spilled) = &mut self.spilled else {
            return Ok(());
        };
        for parts in &self.parts {
            for (inbox, keys) in spilled.inboxes.iter_mut().zip(parts.iter()) {
                inbox.post(keys)?;
            }
        }
        Ok(())
    }

    /// Stores what came after a level, as found at this depth.
    pub(super) fn absorb(&mut self, depth: u32) -> ControlFlow<Halt> {
        let (Some(spilled), Some(disk)) = (&mut self.spilled, self.options.disk) else {
            return ControlFlow::Continue(());
        };
        let (native, quota) = (self.native.ready(), &self.quota);
        let count = self.workers.len();
        let mut mine: Vec<Vec<(usize, &mut Shard, &mut Inbox)>> = Vec::new();
        mine.resize_with(count, Vec::new);
        let shards = self.visited.shards.iter_mut().zip(&mut spilled.inboxes);
        for (number, (shard, inbox)) in shards.enumerate() {
            mine[number % count].push((number, shard, inbox));
        }
        let work = self.workers.iter_mut().zip(mine);
        match &self.pool {
            Some(pool) => pool.in_place_scope(|scope| {
                for (worker, mut shards) in work {
                    scope.spawn(move |_| worker.absorb(&mut shards, native, depth, disk, quota));
                }
            }),
            None => work.for_each(|(worker, mut shards)| {
                worker.absorb(&mut shards, native, depth, disk, quota);
            }),
        }
        self.gathered(depth)?;
        if let Err(full) = self.visited.account(&self.quota) {
            return ControlFlow::Break(Halt::Stop(self.full(full)));
        }
        let mark = Mark {
            at: (depth, 0),
            ..self.mark()
        };
        if let Some(spilled) = &mut self.spilled {
            spilled.mark = mark;
        }
        ControlFlow::Continue(())
    }
}
