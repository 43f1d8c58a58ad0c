//! Runs rebuilt: back from a state through earlier depths, whose states are expanded again until one leads on; then
//! forward by the events that lead from each to the next, on complete states.
//!
//! No state remembers where it was found from. Each earlier depth is expanded at most once, so that a run costs at most
//! as much as the search up to it.

use std::ops::ControlFlow;

use rustc_hash::FxHashSet;
use transition_system::Trace;

use super::layout::Layout;
use super::machine::{Machine, Successors, Transitions};
use super::native::{Bits, Native};
use super::question::INITIAL_TRIALS;
use super::reductions::{Reductions, Way};
use super::search::FEW;
use super::symmetry::Renaming;
use super::visited::Visited;
use super::worker::block;
use crate::budget::Budget;
use crate::ground::{Cone, Ground, GroundError, GroundEvent};

/// A last step: an event, by its position in the cone, to a state.
pub(super) type Last<'a> = Option<(u32, &'a [u64])>;

/// What was searched.
pub(super) struct Space<'a> {
    pub(super) ground: &'a Ground<'a>,
    pub(super) cone: &'a Cone,
    pub(super) layout: &'a Layout,
    pub(super) reductions: &'a Reductions,
    pub(super) visited: &'a Visited,
    pub(super) native: Option<&'a Native>,
}

/// A shortest run to a state that was found at a depth, and on by one step; and what elements of that state are called in
/// the run.
///
/// # Errors
/// An internal error if a step cannot be found again.
pub(super) fn rebuild(
    space: &Space<'_>,
    (depth, state): (u32, &[u64]),
    last: Last<'_>,
) -> Result<(Trace, Renaming), GroundError> {
    let mut finder = Finder {
        space,
        machine: Machine::of_events(space.ground, space.cone, space.layout)?,
        reductions: space.reductions.clone(),
        out: Successors {
            words: space.layout.words(),
            ..Successors::default()
        },
    };
    // for each depth up to that of the state, those from which it can be reached in time: all, or one of many
    let mut through: Vec<FxHashSet<Vec<u64>>> = vec![FxHashSet::from_iter([state.to_vec()])];
    for earlier in (0..depth).rev() {
        let from = finder.predecessors(earlier, &through[through.len() - 1])?;
        if from.is_empty() {
            return Err(GroundError::internal("a state of a run is lost"));
        }
        through.push(from);
    }
    through.reverse();
    // the run whose initial state and then events come first
    let first = through[0].iter().min_by_key(|state| finder.values(state));
    let mut at = first.cloned().unwrap_or_default();
    let (initial, mut names) = finder.initial(&at)?;
    let mut events = Vec::with_capacity(through.len());
    for next in &through[1..] {
        let step = finder.step(&at, |_, after| next.contains(after));
        let step = step.ok_or_else(|| GroundError::internal("a step of a run is lost"))?;
        events.push(finder.event(step.event, &names)?);
        for merged in step.way.merged {
            events.push(finder.event(merged, &names)?);
        }
        if let Some(renamed) = step.way.renamed {
            names = names.after(&renamed.inverse());
        }
        at = step.after;
    }
    if let Some((event, _)) = last {
        // what is claimed of a last step may be claimed of its event only
        events.push(finder.event(event, &names)?);
    }
    Ok((space.ground.trace(&initial, &events)?, names))
}

/// The run through these states, and on by one step.
///
/// # Errors
/// An internal error if a step cannot be found again.
pub(super) fn along(
    ground: &Ground<'_>,
    cone: &Cone,
    layout: &Layout,
    states: &[Vec<u64>],
    last: Last<'_>,
) -> Result<Trace, GroundError> {
    let mut machine = Machine::of_events(ground, cone, layout)?;
    let mut out = Successors {
        words: layout.words(),
        ..Successors::default()
    };
    let mut events = Vec::with_capacity(states.len());
    for pair in states.windows(2) {
        out.clear();
        machine.expand(&pair[0], &mut out);
        let at = (0..out.len()).find(|at| out.state(*at) == pair[1]);
        let at = at.ok_or_else(|| GroundError::internal("a step of a run is lost"))?;
        events.push(cone.events[out.events[at] as usize]);
    }
    events.extend(last.map(|(event, _)| cone.events[event as usize]));
    let mut start = vec![0; layout.len()];
    layout.unpack(&states[0], &mut start);
    complete(ground, layout, start, &events)
}

/// A run of complete states, from one of whose initial state the searched cells are known.
fn complete(
    ground: &Ground<'_>,
    layout: &Layout,
    start: Vec<i64>,
    events: &[usize],
) -> Result<Trace, GroundError> {
    let fixed: Vec<_> = layout.cells().zip(start).collect();
    let initial = ground
        .initial_state(&fixed, &Budget::default())
        .ok_or_else(|| GroundError::internal("an initial state of a run is lost"))?;
    ground.trace(&initial, events)
}

/// A step of the search.
struct Found {
    /// By position in the cone.
    event: u32,
    after: Vec<u64>,
    /// How the search came from the state after the event to that one.
    way: Way,
}

struct Finder<'a> {
    space: &'a Space<'a>,
    machine: Machine,
    reductions: Reductions,
    out: Successors,
}

impl Finder<'_> {
    /// The states of a depth from which a step leads to one of these; of a depth with many states only the first.
    fn predecessors(
        &mut self,
        depth: u32,
        to: &FxHashSet<Vec<u64>>,
    ) -> Result<FxHashSet<Vec<u64>>, GroundError> {
        let words = self.space.layout.words();
        let block = block(self.space.cone, self.space.layout);
        let runs = self.space.visited.level(depth, block);
        let few = runs.iter().map(|r| r.states.len()).sum::<usize>() <= FEW;
        let mut found = FxHashSet::default();
        let (mut source, mut made) = (Vec::new(), Vec::new());
        let (mut counts, mut alive) = (vec![0; self.space.cone.events.len()], Vec::new());
        for run in runs {
            source.clear();
            self.space.visited.read(&run, &mut source).map_err(|error| {
                GroundError::internal(&format!("a state on disk cannot be read: {error}"))
            })?;
            if let Some(native) = self.space.native.filter(|_| !self.reductions.are_of_steps()) {
                let count = native.expand(&source, &mut made, &mut counts, &mut alive, &mut Bits::default());
                let made = &mut made[..count * words];
                self.reductions.states(made);
                if !made.chunks_exact(words).any(|s| to.contains(s)) {
                    continue;
                }
            }
            for from in source.chunks_exact(words) {
                if self.step(from, |_, after| to.contains(after)).is_some() {
                    found.insert(from.to_vec());
                    if !few {
                        return Ok(found);
                    }
                }
            }
        }
        Ok(found)
    }

    /// The first step from a state to one that is wanted.
    fn step(&mut self, from: &[u64], wanted: impl Fn(u32, &[u64]) -> bool) -> Option<Found> {
        self.out.clear();
        self.machine.expand(from, &mut self.out);
        for position in 0..self.out.len() {
            let (event, mut after) = (self.out.events[position], self.out.state(position).to_vec());
            let way = self.reductions.way(&mut after);
            if wanted(event, &after) {
                return Some(Found { event, after, way });
            }
        }
        None
    }

    /// A complete initial state that the search knows as this one, and what its elements are called there.
    fn initial(&mut self, state: &[u64]) -> Result<(Vec<i64>, Renaming), GroundError> {
        let lost = || GroundError::internal("an initial state of a run is lost");
        let (ground, layout) = (self.space.ground, self.space.layout);
        if !self.reductions.are_of_states() {
            let fixed: Vec<_> = layout.cells().zip(self.values(state)).collect();
            let initial = ground
                .initial_state(&fixed, &Budget::default())
                .ok_or_else(lost)?;
            return Ok((initial, Renaming::default()));
        }
        let mut found = None;
        let mut packed = vec![0; layout.words()];
        let asks = self.reductions.asks();
        let (reductions, wanted) = (&mut self.reductions, |cell| {
            self.space.cone.contains(cell) && asks(cell)
        });
        ground.initial_states_within(&wanted, &Budget::default(), INITIAL_TRIALS, &mut |values| {
            layout.pack(values, &mut packed);
            let renamed = reductions.rename(&mut packed);
            if packed != state {
                return ControlFlow::Continue(());
            }
            let names = renamed.map(|r| r.inverse()).unwrap_or_default();
            found = Some((values.to_vec(), names));
            ControlFlow::Break(())
        });
        found.ok_or_else(lost)
    }

    /// The event, by its position among all, that is one of the cone where elements have these names.
    fn event(&self, position: u32, names: &Renaming) -> Result<usize, GroundError> {
        let index = self.space.cone.events[position as usize];
        let events = &self.space.ground.events;
        let args = names.values(&events[index].args);
        if args == events[index].args {
            return Ok(index);
        }
        let same = |e: &GroundEvent| e.event == events[index].event && e.args == args;
        let found = events.iter().position(same);
        found.ok_or_else(|| GroundError::internal("an event of a run is lost"))
    }

    /// The values of a state, variable by variable.
    fn values(&self, state: &[u64]) -> Vec<i64> {
        let mut values = vec![0; self.space.layout.len()];
        self.space.layout.unpack(state, &mut values);
        values
    }
}
