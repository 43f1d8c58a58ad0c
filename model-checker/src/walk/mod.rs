//! Random walks: a system in a scope, visited by runs that choose their next step at random.
//!
//! Takes a [`Ground`] system with the properties to watch; gives a [`Walks`]: how often each event happened and could
//! happen, how many distinct states were seen, and the first violation with the run to it. A walk says nothing of
//! what it did not see. The same system, options and seed give the same walks.

mod distance;
mod graph;
mod random;
mod stepper;

use rustc_hash::{FxHashMap, FxHashSet};
use transition_system::{EventId, PropertyId, Stop, Trace, Violation, Wrong};

use crate::explicit::checks::{Checks, Finding};
use crate::ground::{Ground, GroundError};

pub use distance::Distance;
pub use graph::{Arrow, StateGraph, Vertex};
pub use random::Random;
pub use stepper::{Move, Moves, Packed, Starts, Stepper};

/// Most initial states among which a walk chooses.
const STARTS: usize = 10_000;
/// One of so many steps of a guided walk ignores its guide, so that no dead end holds it.
const STRAY: usize = 8;

/// How to walk.
#[derive(Clone, Copy, Debug)]
pub struct WalkOptions<'a> {
    /// Most steps of a walk.
    pub steps: u64,
    /// Number of walks.
    pub walks: u64,
    /// Where the random numbers start.
    pub seed: u64,
    /// Prefer steps that come closer to satisfying this property's formula. One of the ground system's.
    pub prefer: Option<PropertyId>,
    /// Stop where the formula of this property is true. One of the ground system's.
    pub until: Option<PropertyId>,
    /// Set from outside to stop.
    pub interrupt: Option<&'a std::sync::atomic::AtomicBool>,
}

/// What was seen of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventTally {
    /// The event.
    pub event: EventId,
    /// Steps that were the event.
    pub fired: u64,
    /// Visits of states in which it could happen.
    pub enabled: u64,
}

/// What walks saw.
#[derive(Clone, Debug)]
pub struct Walks {
    /// Walks that were begun.
    pub walks: u64,
    /// Steps of all walks together.
    pub steps: u64,
    /// Visits of states, of all walks together.
    pub visits: u64,
    /// Distinct states among them.
    pub distinct: u64,
    /// Events, in order.
    pub events: Vec<EventTally>,
    /// Walks that ended in a state without a step, and the run of the first.
    pub deadlocks: u64,
    /// The run of the first of them.
    pub deadlock: Option<Trace>,
    /// The first violation.
    pub violation: Option<Violation>,
    /// Witnesses that were seen, each with the length of the run that first showed it.
    pub reached: Vec<(PropertyId, u64)>,
    /// The run to the state asked for.
    pub goal: Option<Trace>,
    /// The last walk.
    pub last: Option<Trace>,
    /// Whether walks could begin in every initial state; else in the first 10,000.
    pub all_starts: bool,
    /// Why walking ended early, if for none of the above.
    pub stop: Option<Stop>,
}

/// Walks through a ground system.
///
/// # Errors
/// [`GroundError`] where the system cannot be walked.
pub fn walk(ground: &Ground<'_>, options: &WalkOptions<'_>) -> Result<Walks, GroundError> {
    let mut walker = Walker::new(ground, options)?;
    if let Some(undefined) = &ground.undefined {
        let what = Wrong::Undefined {
            owner: undefined.owner.clone(),
            kind: undefined.kind,
            index: undefined.index,
        };
        let initial = ground.cells.state(&undefined.values);
        let trace = Trace {
            initial,
            steps: Vec::new(),
            loop_start: None,
        };
        walker.seen.violation = Some(Violation {
            what,
            trace,
            shortest: true,
        });
        return Ok(walker.seen);
    }
    walker.run()?;
    Ok(walker.finish())
}

struct Walker<'w, 's> {
    options: &'w WalkOptions<'w>,
    stepper: Stepper<'w, 's>,
    checks: Checks,
    guide: Option<Distance>,
    random: Random,
    states: FxHashSet<Packed>,
    distances: FxHashMap<Packed, u64>,
    seen: Walks,
}

/// Whether walking goes on.
enum Next {
    Walk,
    End,
}

impl<'w, 's> Walker<'w, 's> {
    fn new(ground: &'w Ground<'s>, options: &'w WalkOptions<'w>) -> Result<Self, GroundError> {
        let stepper = Stepper::new(ground)?;
        let formula = |id| ground.property(id).map(|p| p.formula);
        let guide = options.prefer.or(options.until).and_then(formula);
        let tally = |event| EventTally {
            event,
            fired: 0,
            enabled: 0,
        };
        Ok(Self {
            checks: Checks::new(ground, stepper.cone(), stepper.layout())?,
            guide: guide.map(|root| Distance::new(&ground.dag, root)),
            random: Random::new(options.seed),
            states: FxHashSet::default(),
            distances: FxHashMap::default(),
            seen: Walks {
                walks: 0,
                steps: 0,
                visits: 0,
                distinct: 0,
                events: ground.system.event_ids().map(tally).collect(),
                deadlocks: 0,
                deadlock: None,
                violation: None,
                reached: Vec::new(),
                goal: None,
                last: None,
                all_starts: true,
                stop: None,
            },
            stepper,
            options,
        })
    }

    fn run(&mut self) -> Result<(), GroundError> {
        let starts = self.stepper.initial(STARTS);
        self.seen.all_starts = starts.complete;
        if starts.states.is_empty() {
            return Ok(());
        }
        for _ in 0..self.options.walks {
            let start = &starts.states[self.random.below(starts.states.len())];
            self.seen.walks += 1;
            if let Next::End = self.one(start)? {
                break;
            }
        }
        Ok(())
    }

    /// One walk.
    fn one(&mut self, start: &Packed) -> Result<Next, GroundError> {
        let mut run: Vec<Move> = Vec::new();
        let mut next = self.arrive(start, &run, None);
        let mut state = start.clone();
        while let (Next::Walk, true) = (&next, (run.len() as u64) < self.options.steps) {
            if self.interrupted() {
                next = Next::End;
                break;
            }
            let moves = self.stepper.moves(&state)?;
            self.tally(&moves);
            if let Some(what) = moves.undefined {
                let trace = self.stepper.trace(start, &run);
                self.seen.violation = Some(Violation {
                    what,
                    trace,
                    shortest: false,
                });
                next = Next::End;
                break;
            }
            let Some(chosen) = self.choose(&state, moves.moves) else {
                self.seen.deadlocks += 1;
                if self.seen.deadlock.is_none() {
                    self.seen.deadlock = Some(self.stepper.trace(start, &run));
                }
                break;
            };
            self.seen.steps += 1;
            let (event, _) = self.stepper.event(chosen.instance);
            self.seen.events[event.index()].fired += 1;
            run.push(chosen);
            next = self.arrive(start, &run, Some(&state));
            state.clone_from(&run[run.len() - 1].after);
        }
        self.seen.last = Some(self.stepper.trace(start, &run));
        Ok(next)
    }

    /// Looks at the last state of a run; `before` is the one that it was reached from.
    fn arrive(&mut self, start: &Packed, run: &[Move], before: Option<&Packed>) -> Next {
        let state = run.last().map_or(start, |m| &m.after);
        self.seen.visits += 1;
        self.states.insert(state.clone());
        let mut findings = Vec::new();
        if let (Some(before), Some(step)) = (before, run.last())
            && self.checks.watches_steps()
        {
            // every event is in the cone, so that positions in it are those of the instances
            self.checks
                .on_step(step.instance as u32, before, state, &mut findings);
        }
        self.checks.on_state(state, &mut findings);
        for finding in findings {
            match finding {
                Finding::Violated(_, what) => {
                    let trace = self.stepper.trace(start, run);
                    self.seen.violation = Some(Violation {
                        what,
                        trace,
                        shortest: run.is_empty(),
                    });
                    return Next::End;
                }
                Finding::Reached(position) => {
                    let id = self.stepper.ground.properties[position].id;
                    if self.options.until == Some(id) {
                        self.seen.goal = Some(self.stepper.trace(start, run));
                        return Next::End;
                    }
                    if self.options.prefer != Some(id) {
                        self.seen.reached.push((id, run.len() as u64));
                    }
                }
            }
        }
        Next::Walk
    }

    fn tally(&mut self, moves: &Moves) {
        let mut last = None;
        for m in &moves.moves {
            let (event, _) = self.stepper.event(m.instance);
            // instances of one event stand together
            if last != Some(event) {
                self.seen.events[event.index()].enabled += 1;
                last = Some(event);
            }
        }
    }

    /// One of the moves out of a state: any, or one of those that are closest to the goal. A state from which no move
    /// comes closer is then as far as it turned out to be, so that walks leave local minima (LRTA*: Korf, Real-time
    /// heuristic search, 1990).
    fn choose(&mut self, state: &Packed, mut moves: Vec<Move>) -> Option<Move> {
        if moves.is_empty() {
            return None;
        }
        if self.guide.is_some() && self.random.below(STRAY) > 0 {
            let distances: Vec<u64> = moves.iter().map(|m| self.distance(&m.after)).collect();
            let best = distances.iter().min().copied().unwrap_or(0);
            let mut all = distances.iter();
            moves.retain(|_| all.next() == Some(&best));
            let learned = self.distance(state).max(best.saturating_add(1));
            self.distances.insert(state.clone(), learned);
        }
        let chosen = self.random.below(moves.len());
        Some(moves.swap_remove(chosen))
    }

    fn distance(&mut self, state: &Packed) -> u64 {
        if let Some(known) = self.distances.get(state) {
            return *known;
        }
        let values = self.stepper.values(state);
        let out = self
            .guide
            .as_ref()
            .map_or(0, |g| g.of(&self.stepper.ground.dag, &values));
        self.distances.insert(state.clone(), out);
        out
    }

    fn interrupted(&mut self) -> bool {
        let set = |flag: &std::sync::atomic::AtomicBool| flag.load(std::sync::atomic::Ordering::Relaxed);
        let stop = self.options.interrupt.is_some_and(set);
        if stop {
            self.seen.stop = Some(Stop::Interrupted);
        }
        stop
    }

    fn finish(mut self) -> Walks {
        self.seen.distinct = self.states.len() as u64;
        self.seen
    }
}
