//! One part of the visited states: a log of them by depth, and a table that finds them.

use std::io;
use std::ops::Range;

use super::super::checkpoint::Refused;
use super::super::hash::hash;
use super::super::layout::Layout;
use super::super::spill::Disk;
use super::SHARD_BITS;
use super::indexed::{self, Entry, Indexed};
use super::log::Log;
use super::mix::Mix;
use super::quota::{Full, Quota};
use super::quotient::Quotient;
use super::router::Router;

/// Wide states looked up together.
const BATCH: usize = 32;

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
    /// Its states, by number.
    pub(super) log: Log,
    table: Table,
    /// Bytes taken from the quota.
    taken: u64,
}

impl Shard {
    /// The shard with this number, empty.
    pub(super) fn new(number: usize, layout: &Layout) -> Self {
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

    /// Counts the states that were read into the log, and makes them findable unless they are asleep.
    pub(super) fn index(&mut self, asleep: bool, quota: &Quota) -> Result<(), Refused> {
        if !asleep {
            self.table = Table::with_room(self.router, self.len());
            self.fill()?;
        }
        Quota::take(&quota.states, self.len() as u64);
        self.taken = Quota::take(&quota.bytes, self.bytes());
        Ok(())
    }

    /// Keeps the same states in another way.
    pub(super) fn replace(&mut self, log: Log, quota: &Quota) {
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
