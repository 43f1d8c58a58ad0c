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
mod inbox;
mod indexed;
mod log;
mod mix;
mod near;
mod quotient;

use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::checkpoint::{Reader, Refused, Writer};
use super::hash::hash;
use super::layout::Layout;
use super::spill::Disk;
use forest::Forest;
pub(crate) use inbox::Inbox;
use indexed::{Entry, Indexed};
use log::Log;
use mix::Mix;
use quotient::Quotient;

/// Logarithm of the number of shards.
const SHARD_BITS: u32 = 7;
/// Number of shards.
pub(crate) const SHARDS: usize = 1 << SHARD_BITS;
/// Wide states looked up together.
const BATCH: usize = 32;
/// Least bits of a mixed state: those of the shard, of the line and one more.
const LEAST_BITS: u32 = 16;

/// How a state is sent to its shard: one word states as their mixed form, wider ones with their hash before them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Router {
    words: usize,
    mix: Mix,
}

/// Keys of one shard, to be inserted.
pub(crate) type Keys = Vec<u64>;

/// Keys of all shards, by number.
pub(crate) type Parts = Box<[Keys; SHARDS]>;

/// No keys.
pub(crate) fn parts() -> Parts {
    Box::new(std::array::from_fn(|_| Keys::new()))
}

impl Router {
    fn new(layout: &Layout) -> Self {
        Self {
            words: layout.words(),
            mix: Mix::new(layout.last_bits().max(LEAST_BITS)),
        }
    }

    /// Appends the key of a state; the number of its shard.
    fn key(&self, state: &[u64], out: &mut Keys) -> usize {
        if let [one] = state {
            let key = self.mix.mix(*one);
            out.push(key);
            return (key >> (self.mix.bits - SHARD_BITS)) as usize & (SHARDS - 1);
        }
        let hash = hash(state);
        out.push(hash);
        out.extend_from_slice(state);
        (hash >> (u64::BITS - SHARD_BITS)) as usize
    }

    /// Words of a key.
    pub(crate) fn key_words(&self) -> usize {
        if self.words == 1 { 1 } else { self.words + 1 }
    }

    /// Sends packed states, one after the other, to their shards.
    pub(crate) fn send(&self, states: &[u64], shards: &mut [Keys; SHARDS]) {
        if self.words == 1 {
            for state in states {
                let key = self.mix.mix(*state);
                shards[(key >> (self.mix.bits - SHARD_BITS)) as usize & (SHARDS - 1)].push(key);
            }
            return;
        }
        for state in states.chunks_exact(self.words) {
            let hash = hash(state);
            let shard = &mut shards[(hash >> (u64::BITS - SHARD_BITS)) as usize];
            shard.push(hash);
            shard.extend_from_slice(state);
        }
    }
}

/// What may still be stored, shared by all shards.
#[derive(Debug)]
pub(crate) struct Quota {
    states: AtomicU64,
    bytes: AtomicU64,
}

impl Quota {
    /// At most so many states and bytes.
    pub(crate) fn new(states: u64, bytes: u64) -> Self {
        Self {
            states: AtomicU64::new(states),
            bytes: AtomicU64::new(bytes),
        }
    }

    /// Takes some of what is left, at most `amount`.
    fn take(of: &AtomicU64, amount: u64) -> u64 {
        let take = |left: u64| Some(left - left.min(amount));
        let left = of.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
        left.unwrap_or_else(|left| left).min(amount)
    }

    fn give_back(of: &AtomicU64, amount: u64) {
        of.fetch_add(amount, Ordering::Relaxed);
    }

    fn has_bytes(&self, bytes: u64) -> bool {
        self.bytes.load(Ordering::Relaxed) >= bytes
    }
}

/// Why not every key could be inserted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Full {
    /// The states of the quota.
    States,
    /// The bytes of the quota.
    Bytes,
    /// The states that one shard can number.
    Numbers,
    /// The disk failed.
    Disk(String),
}

impl From<io::Error> for Full {
    fn from(error: io::Error) -> Self {
        Self::Disk(error.to_string())
    }
}

#[derive(Debug)]
enum Table {
    Short(Quotient),
    Wide(Indexed),
}

impl Table {
    fn with_room(router: Router, states: usize) -> Self {
        if router.words == 1 {
            Self::Short(Quotient::with_room(router.mix.bits - SHARD_BITS, states))
        } else {
            Self::Wide(Indexed::with_room(states))
        }
    }
}

/// One shard.
#[derive(Debug)]
pub(crate) struct Shard {
    number: u64,
    router: Router,
    log: Log,
    table: Table,
    /// Bytes taken from the quota.
    taken: u64,
}

impl Shard {
    fn new(number: usize, layout: &Layout) -> Self {
        let router = Router::new(layout);
        Self {
            number: number as u64,
            router,
            log: Log::new(layout.words(), layout.last_bits()),
            table: Table::with_room(router, 0),
            taken: 0,
        }
    }

    /// Number of states.
    pub(crate) fn len(&self) -> usize {
        self.log.len()
    }

    /// Bytes in use.
    pub(crate) fn bytes(&self) -> u64 {
        let table = match &self.table {
            Table::Short(table) => table.bytes(),
            Table::Wide(table) => table.bytes(),
        };
        self.log.bytes() + table
    }

    /// The numbers of the states found at a depth.
    pub(crate) fn level(&self, depth: u32) -> Range<usize> {
        self.log.level(depth)
    }

    /// Appends the words of these states to `out`.
    ///
    /// # Errors
    /// Of the disk, while the shard is asleep.
    pub(crate) fn read(&self, range: Range<usize>, out: &mut Vec<u64>) -> io::Result<()> {
        self.log.read(range, out)
    }

    /// Adds the states of these keys, in order, as found at a depth; appends the words of those that are new to
    /// `fresh`.
    ///
    /// # Errors
    /// [`Full`]; the states before are kept.
    pub(crate) fn insert(
        &mut self,
        keys: &[u64],
        depth: u32,
        quota: &Quota,
        fresh: &mut Vec<u64>,
    ) -> Result<(), Full> {
        if keys.is_empty() {
            return Ok(());
        }
        let before = self.log.len();
        let most = Quota::take(&quota.states, (keys.len() / self.router.key_words()) as u64);
        let result = match &mut self.table {
            Table::Short(table) => {
                let place = (self.number, self.router.mix);
                insert_short(
                    table,
                    &mut self.log,
                    keys,
                    place,
                    most as usize,
                    depth,
                    quota,
                    fresh,
                )
            }
            Table::Wide(table) => {
                let words = self.router.words;
                insert_wide(
                    table,
                    &mut self.log,
                    keys,
                    words,
                    most as usize,
                    depth,
                    quota,
                    fresh,
                )
            }
        };
        Quota::give_back(&quota.states, most - (self.log.len() - before) as u64);
        // what grew is accounted for afterwards, and shards grow in small steps
        let accounted = self.account(quota);
        result.and(accounted)
    }
}

impl Shard {
    /// Keeps the same states in another way.
    fn replace(&mut self, log: Log, quota: &Quota) {
        self.log = log;
        let bytes = self.bytes();
        Quota::give_back(&quota.bytes, self.taken.saturating_sub(bytes));
        self.taken = self.taken.min(bytes);
    }

    /// Moves the states to disk, and forgets the table.
    pub(crate) fn sleep(&mut self, disk: &dyn Disk, quota: &Quota) -> Result<(), Full> {
        self.log.sleep(disk)?;
        self.table = Table::with_room(self.router, 0);
        let bytes = self.bytes();
        Quota::give_back(&quota.bytes, self.taken.saturating_sub(bytes));
        self.taken = self.taken.min(bytes);
        Ok(())
    }

    /// Brings the states back, so that keys can be inserted.
    pub(crate) fn wake(&mut self, quota: &Quota) -> Result<(), Full> {
        self.log.wake()?;
        self.table = Table::with_room(self.router, self.len());
        self.fill().map_err(|Refused(why)| Full::Disk(why))?;
        self.account(quota)
    }

    /// Takes what grew from the quota.
    fn account(&mut self, quota: &Quota) -> Result<(), Full> {
        let more = self.bytes().saturating_sub(self.taken);
        let got = Quota::take(&quota.bytes, more);
        self.taken += got;
        if got < more { Err(Full::Bytes) } else { Ok(()) }
    }

    /// Fills the table of a shard whose log was read.
    fn fill(&mut self) -> Result<(), Refused> {
        let twice = || Refused("it is damaged: a state is there twice".to_owned());
        match &mut self.table {
            Table::Short(table) => {
                let (mut states, mut at) = (Vec::new(), 0);
                while at < self.log.len() {
                    let end = self.log.len().min(at + 1024);
                    states.clear();
                    self.log.read(at..end, &mut states)?;
                    states
                        .iter_mut()
                        .for_each(|state| *state = self.router.mix.mix(*state));
                    let mut new = 0;
                    table.insert(&states, usize::MAX, &|_| true, &mut |_| new += 1);
                    if new != end - at {
                        return Err(twice());
                    }
                    at = end;
                }
            }
            Table::Wide(table) => {
                let mut state = Vec::new();
                for number in 0..self.log.len() {
                    if table.room() == 0 {
                        grow(table, &self.log)?;
                    }
                    state.clear();
                    self.log.read(number..number + 1, &mut state)?;
                    if table.put(&state, hash(&state), &self.log, true) != Entry::New {
                        return Err(twice());
                    }
                }
            }
        }
        Ok(())
    }
}

fn grow(table: &mut Indexed, log: &Log) -> io::Result<()> {
    let (mut buffer, mut result) = (Vec::new(), Ok(()));
    table.grow(|number| {
        buffer.clear();
        if let Err(error) = log.read(number..number + 1, &mut buffer) {
            result = Err(error);
        }
        hash(&buffer)
    });
    result
}

#[expect(
    clippy::too_many_arguments,
    reason = "the parts of a shard, borrowed one by one"
)]
fn insert_short(
    table: &mut Quotient,
    log: &mut Log,
    keys: &[u64],
    (number, mix): (u64, Mix),
    most: usize,
    depth: u32,
    quota: &Quota,
    fresh: &mut Vec<u64>,
) -> Result<(), Full> {
    let bits = mix.bits - SHARD_BITS;
    let mut new = |key: u64| {
        let state = mix.unmix(number << bits | key);
        log.push(&[state], depth);
        fresh.push(state);
    };
    // the keys of a shard differ in the bits below its number only
    let mut new_here = 0;
    let done = table.insert(keys, most, &|bytes| quota.has_bytes(bytes), &mut |key| {
        new_here += 1;
        new(key);
    });
    match keys[done..].iter().any(|key| !table.contains(*key)) {
        false => Ok(()),
        true if new_here == most => Err(Full::States),
        true => Err(Full::Bytes),
    }
}

#[expect(
    clippy::too_many_arguments,
    reason = "the parts of a shard, borrowed one by one"
)]
fn insert_wide(
    table: &mut Indexed,
    log: &mut Log,
    keys: &[u64],
    words: usize,
    most: usize,
    depth: u32,
    quota: &Quota,
    fresh: &mut Vec<u64>,
) -> Result<(), Full> {
    let mut left = most;
    let stride = words + 1;
    for batch in keys.chunks(BATCH * stride) {
        if table.room() < BATCH {
            if !quota.has_bytes(table.bytes()) {
                return Err(Full::Bytes);
            }
            grow(table, log)?;
        }
        // three times over a few keys, so that the waits for their lines and then for their states overlap
        batch.chunks_exact(stride).for_each(|key| table.touch(key[0]));
        batch
            .chunks_exact(stride)
            .for_each(|key| table.touch_state(key[0], log));
        for key in batch.chunks_exact(stride) {
            let (hash, state) = (key[0], &key[1..]);
            match table.put(state, hash, log, left > 0 && log.len() < indexed::MOST) {
                Entry::Known => {}
                Entry::New => {
                    log.push(state, depth);
                    fresh.extend_from_slice(state);
                    left -= 1;
                }
                Entry::Full if left == 0 => return Err(Full::States),
                Entry::Full => return Err(Full::Numbers),
            }
        }
    }
    Ok(())
}

/// Hashes of states, exact as such.
#[derive(Debug)]
pub(crate) struct Hashes(Quotient);

impl Hashes {
    /// None of so many bits, 4 to 61.
    pub(crate) fn new(bits: u32) -> Self {
        Self(Quotient::new(bits))
    }

    /// Adds a hash; whether it was not there.
    ///
    /// # Errors
    /// [`Full::Bytes`] if more than these would be needed.
    pub(crate) fn put(&mut self, hash: u64, most_bytes: u64) -> Result<bool, Full> {
        let (mut new, used) = (false, self.0.bytes());
        // while a table doubles, both are there
        let may_grow = |more: u64| used + 2 * more <= most_bytes;
        match self.0.insert(&[hash], usize::MAX, &may_grow, &mut |_| new = true) {
            0 => Err(Full::Bytes),
            _ => Ok(new),
        }
    }

    /// Bytes in use.
    pub(crate) fn bytes(&self) -> u64 {
        self.0.bytes()
    }
}

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
        for shard in &mut self.shards {
            if !asleep {
                shard.table = Table::with_room(shard.router, shard.len());
                shard.fill()?;
            }
            Quota::take(&quota.states, shard.len() as u64);
            shard.taken = Quota::take(&quota.bytes, shard.bytes());
        }
        Ok(())
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
