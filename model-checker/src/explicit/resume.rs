//! A search as a [`checkpoint`](super::checkpoint), and on from one.

use std::io;

use transition_system::text;

use super::checkpoint::{Reader, Refused, Writer, digest};
use super::search::Search;
use super::worker::{At, What};

/// What kind of place a finding was made at.
const STATE: u64 = 0;
const STEP: u64 = 1;
const DEAD: u64 = 2;

impl Search<'_, '_> {
    /// The digest of the system, the scope, and what is asked.
    fn identity(&self) -> u64 {
        let asked = self
            .ground
            .properties
            .iter()
            .map(|p| &self.ground.system.property(p.id).name);
        digest(&format!(
            "{}\n{}\n{:?}\n{} {} {:?} {} {} {} {} {} {}",
            text::print(self.ground.system),
            self.ground.scope.display(self.ground.system),
            asked.collect::<Vec<_>>(),
            self.options.cone,
            self.options.deadlock,
            self.options
                .terminal
                .map(|t| &self.ground.system.property(t).name),
            self.options.all_violations,
            self.options.symmetry,
            self.options.settle,
            self.options.partial_order,
            self.options.merge_steps,
            self.options.forget_dead,
        ))
    }

    /// Goes on from the checkpoint that the keeper has; whether there was one.
    ///
    /// # Errors
    /// [`Refused`] if it does not fit, or is damaged.
    pub(super) fn resume(&mut self) -> Result<bool, Refused> {
        let digest = self.identity();
        self.digest = digest;
        let (words, events) = (self.layout.words(), self.fired.len());
        let mut bytes = match self.keeper.begin(digest) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Ok(false),
            Err(why) => return Err(Refused(why)),
        };
        let mut from = Reader::new(&mut *bytes, digest)?;
        let counts = from.words()?;
        let [initial, transitions, expanded, depth, done] = counts[..] else {
            return Err(Refused("it is damaged: counts are missing".to_owned()));
        };
        let by_depth = from.words()?;
        let fired = from.words()?;
        let unseen = from.words()?;
        let places = places(&mut from, words, events)?;
        let asleep = self.visited.load(&mut from, self.options.disk, &self.quota)?;
        from.finish()?;
        drop(bytes);
        if fired.len() != self.fired.len() {
            return Err(Refused("it is damaged: it counts other events".to_owned()));
        }
        self.visited.index(asleep, &self.quota)?;
        self.stats.initial_states = initial;
        (self.stats.transitions, self.expanded, self.fired) = (transitions, expanded, fired);
        self.stats.states_by_depth = by_depth;
        self.at = (depth as u32, done as usize);
        if asleep && let Err(full) = self.spill(self.mark()) {
            return Err(Refused(format!("its states cannot be kept on disk: {full:?}")));
        }
        let seen: Vec<usize> = self
            .checks
            .vacuous()
            .filter(|p| !unseen.contains(&(*p as u64)))
            .collect();
        seen.into_iter()
            .for_each(|position| self.checks.see_antecedent(position));
        self.find_again(places)?;
        for worker in &mut self.workers {
            worker.checks.catch_up(&self.checks);
        }
        Ok(true)
    }

    /// Makes findings again where they were made, with their runs.
    fn find_again(&mut self, places: Vec<(u32, At)>) -> Result<(), Refused> {
        for (depth, at) in places {
            let (mut checks, mut findings) = (self.checks.clone(), Vec::new());
            let whats: Vec<What> = match &at {
                At::State(state) => {
                    checks.on_state(state, &mut findings);
                    findings.into_iter().map(What::Finding).collect()
                }
                At::Step(from, event, to) => {
                    checks.on_step(*event, from, to, &mut findings);
                    findings.into_iter().map(What::Finding).collect()
                }
                At::Dead(_) => vec![What::Deadlock],
            };
            for what in whats {
                if self.settle(depth, what, at.clone()).is_break() {
                    return Err(Refused("it is damaged: a run cannot be found again".to_owned()));
                }
            }
        }
        Ok(())
    }

    /// Has a checkpoint saved.
    pub(super) fn save(&mut self) {
        let visited = &self.visited;
        // what waits on disk for its shards is not saved, but made again
        let mark = match &self.spilled {
            Some(spilled) => spilled.mark.clone(),
            None => self.mark(),
        };
        let counts = [
            self.stats.initial_states,
            mark.transitions,
            mark.expanded,
            u64::from(mark.at.0),
            mark.at.1 as u64,
        ];
        let (stats, fired, places, digest) = (&self.stats, &mark.fired, &self.places, self.digest);
        let unseen: Vec<u64> = self.checks.vacuous().map(|p| p as u64).collect();
        self.keeper.save(&mut |out| {
            let mut out = Writer::new(out, digest)?;
            out.words(&counts)?;
            out.words(&stats.states_by_depth)?;
            out.words(fired)?;
            out.words(&unseen)?;
            out.word(places.len() as u64)?;
            places
                .iter()
                .try_for_each(|(depth, at)| place(&mut out, *depth, at))?;
            visited.save(&mut out)?;
            out.finish()
        });
    }
}

fn place(out: &mut Writer<'_>, depth: u32, at: &At) -> io::Result<()> {
    let (kind, event, state, after): (u64, u32, &[u64], &[u64]) = match at {
        At::State(state) => (STATE, 0, state, &[]),
        At::Dead(state) => (DEAD, 0, state, &[]),
        At::Step(state, event, after) => (STEP, *event, state, after),
    };
    out.word(kind)?;
    out.word(u64::from(depth))?;
    out.word(u64::from(event))?;
    out.words(state)?;
    out.words(after)
}

/// Reads places of findings, in states of so many words.
fn places(from: &mut Reader<'_>, words: usize, events: usize) -> Result<Vec<(u32, At)>, Refused> {
    let mut out = Vec::new();
    for _ in 0..from.word()? {
        let (kind, depth) = (from.word()?, from.word_up_to(u64::from(u32::MAX))? as u32);
        let event = from.word()?;
        let (state, after) = (from.words()?, from.words()?);
        let fits = |state: &[u64]| state.len() == words;
        let at = match kind {
            STATE if fits(&state) => At::State(state),
            DEAD if fits(&state) => At::Dead(state),
            STEP if fits(&state) && fits(&after) && event < events as u64 => {
                At::Step(state, event as u32, after)
            }
            _ => return Err(Refused("it is damaged: a finding is of no state".to_owned())),
        };
        out.push((depth, at));
    }
    Ok(out)
}
