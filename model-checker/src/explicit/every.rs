//! Every way in which something is violated, among the states that a search visited.
//!
//! Takes a search that is over; goes through its states once more, depth by depth, with the steps from each. Violations of one
//! thing are told apart by the event of the step that breaks it: of each such *way* a shortest run is kept, and how often
//! it was met. A step from a state that violates an invariant already is no way to violate it. Ways are told in order of
//! their length, then of event; so the first of a property is as short as any.
//!
//! Of a search of every state only what it found to be violated is looked for again, and where that is nothing there is nothing to go
//! through. Where it was stopped, the steps from states that it did not come to expand are looked at, too.
//!
//! TLC's `-continue` tells a run for each state that violates something, Spin's `-c0 -e` one for each path; with many states of
//! one fault both are hard to read. What somebody mends is an event.

use rustc_hash::FxHashMap;
use transition_system::{EventId, PropertyId, PropertyKind, Stop, Violation, Wrong};

use super::checks::{Checks, Finding};
use super::found::shortest;
use super::machine::{Broken, Machine, Successors, Transitions};
use super::native::{Bits, UNDEFINED};
use super::question::broken_promise;
use super::search::Search;
use super::spill::lost;
use super::worker::{self, At};
use crate::ground::{GroundError, GroundProperty};

/// Most ways of one thing of which a run is told.
const RUNS: usize = 16;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Every {
    /// Ways, by what is violated, then by length of the run, then by event.
    pub ways: Vec<Way>,
    /// How many states (for properties of steps: steps) violate each thing that is violated at all.
    pub counts: Vec<(Subject, u64)>,
    /// Why not all visited states were gone through.
    pub stopped: Option<Stop>,
}

/// What is violated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// A property, or a promise of it.
    Property(PropertyId),
    /// A promise of an event.
    Event(EventId),
    /// That some event is enabled.
    Deadlock,
}

/// One way in which something is violated.
#[derive(Clone, Debug)]
pub struct Way {
    /// What.
    pub subject: Subject,
    /// The event of the step that breaks it, the last one; `None` in an initial state. Of a promise of an event, the event that is undefined.
    pub event: Option<EventId>,
    /// A shortest run of this way.
    pub violation: Violation,
    /// Steps that break it so; of initial states, and of what is undefined or without an enabled event, states.
    pub count: u64,
}

/// What tells ways apart: the subject, what of it, and the event.
type Key = (Subject, usize, Option<EventId>);

struct Seen {
    what: Wrong,
    depth: u32,
    at: At,
    count: u64,
}

/// Goes through states.
struct Pass<'p, 's, 'g> {
    search: &'p Search<'s, 'g>,
    /// Which properties may be violated.
    asked: Vec<bool>,
    machine: Machine,
    checks: Checks,
    /// In the order in which they were met.
    seen: Vec<(Key, Seen)>,
    places: FxHashMap<Key, usize>,
    counts: FxHashMap<Subject, u64>,
    successors: Successors,
    findings: Vec<Finding>,
    /// What is wrong in the state whose steps are looked at.
    wrong_here: Vec<Subject>,
}

impl Search<'_, '_> {
    /// Every violation among the states visited, which are all or not.
    pub(super) fn every(&self, all: bool) -> Every {
        if all && !self.found.anything() {
            return Every::default();
        }
        match self.try_every(all) {
            Ok(every) => every,
            Err(error) => Every {
                stopped: Some(error.into()),
                ..Every::default()
            },
        }
    }

    fn try_every(&self, all: bool) -> Result<Every, GroundError> {
        let properties = self.ground.properties.iter().enumerate();
        let can_be_violated = |(position, property): (usize, &GroundProperty)| {
            let kind = matches!(property.kind, PropertyKind::Invariant | PropertyKind::Transition);
            // what is settled is closed
            kind && self.terminal != Some(position) && !(all && self.checks.is_open(position))
        };
        let mut pass = Pass {
            search: self,
            asked: properties.map(can_be_violated).collect(),
            machine: Machine::of_events(self.ground, &self.cone, &self.layout)?,
            checks: self.checks.clone(),
            seen: Vec::new(),
            places: FxHashMap::default(),
            counts: FxHashMap::default(),
            successors: Successors {
                words: self.layout.words(),
                ..Successors::default()
            },
            findings: Vec::new(),
            wrong_here: Vec::new(),
        };
        pass.reopen();
        let stopped = pass.levels().err();
        pass.every(stopped)
    }
}

impl Pass<'_, '_, '_> {
    /// Makes the properties that can be violated open again, but for those that are wrong here.
    fn reopen(&mut self) {
        let properties = &self.search.ground.properties;
        let (asked, wrong_here) = (&self.asked, &self.wrong_here);
        self.checks.open_only(|position| {
            asked[position] && !wrong_here.contains(&Subject::Property(properties[position].id))
        });
    }

    fn levels(&mut self) -> Result<(), Stop> {
        let search = self.search;
        let words = search.layout.words();
        let (mut source, mut after, mut alive) = (Vec::new(), Vec::new(), Vec::new());
        let mut counts = vec![0; search.cone.events.len()];
        let block = worker::block(&search.cone, &search.layout);
        for depth in 0..=u32::MAX {
            let runs = search.visited.level(depth, block);
            if runs.is_empty() {
                break;
            }
            for run in runs {
                search.budget.look()?;
                source.clear();
                search
                    .visited
                    .read(&run, &mut source)
                    .map_err(|error| lost(&error))?;
                if let Some(native) = search.native.ready() {
                    let (mut steps, mut states) = (Bits::default(), Bits::default());
                    let made = native.expand(&source, &mut after, &mut counts, &mut alive, &mut steps);
                    native.check(&source, &mut states);
                    native.check(&after[..made * words], &mut states);
                    let dead = search.options.deadlock && alive.contains(&0);
                    let of_interest = self.checks.open_bits() | UNDEFINED;
                    if !dead && (steps.found | states.found) & of_interest == 0 {
                        continue;
                    }
                }
                source
                    .chunks_exact(words)
                    .for_each(|state| self.state(depth, state));
            }
        }
        Ok(())
    }

    fn state(&mut self, depth: u32, state: &[u64]) {
        let search = self.search;
        let mut successors = std::mem::take(&mut self.successors);
        successors.clear();
        self.machine.expand(state, &mut successors);
        for (subject, what) in self.wrong(None, state, state) {
            *self.counts.entry(subject).or_default() += 1;
            if depth == 0 {
                let at = At::State(state.to_vec());
                self.meet((subject, part(&what), None), what, (depth, at));
            }
            self.wrong_here.push(subject);
        }
        for broken in &successors.broken {
            self.broken(*broken, depth, state);
        }
        let rests = successors.is_empty() && successors.broken.is_empty();
        let may_end = |this: &mut Self| search.terminal.is_some_and(|t| this.checks.is_true(t, state));
        if search.options.deadlock && rests && !may_end(self) {
            *self.counts.entry(Subject::Deadlock).or_default() += 1;
            let at = At::Dead(state.to_vec());
            self.meet((Subject::Deadlock, 0, None), Wrong::Deadlock, (depth, at));
        }
        self.reopen();
        self.steps(depth, state, &successors);
        self.wrong_here.clear();
        self.reopen();
        self.successors = successors;
    }

    /// The steps from a state, of what is not wrong in it.
    fn steps(&mut self, depth: u32, state: &[u64], successors: &Successors) {
        let search = self.search;
        if let Some(native) = search.native.ready()
            && !self.checks.watches_steps()
            && !successors.is_empty()
        {
            let mut bits = Bits::default();
            native.check(&successors.states, &mut bits);
            if bits.found & self.checks.open_bits() == 0 {
                return;
            }
        }
        for position in 0..successors.len() {
            let (event, to) = (successors.events[position], successors.state(position));
            let id = search.ground.events[search.cone.events[event as usize]].event;
            for (subject, what) in self.wrong(Some(event), state, to) {
                if self.is_of_steps(subject) {
                    *self.counts.entry(subject).or_default() += 1;
                }
                let at = At::Step(state.to_vec(), event, to.to_vec());
                self.meet((subject, part(&what), Some(id)), what, (depth, at));
            }
        }
    }

    /// What is wrong with a state, or with a step of an event to one.
    fn wrong(&mut self, step: Option<u32>, before: &[u64], state: &[u64]) -> Vec<(Subject, Wrong)> {
        self.checks.on_state(state, &mut self.findings);
        if let Some(event) = step
            && self.checks.watches_steps()
        {
            self.checks.on_step(event, before, state, &mut self.findings);
        }
        if self.findings.is_empty() {
            return Vec::new();
        }
        let properties = &self.search.ground.properties;
        let of = |finding: Finding| match finding {
            Finding::Violated(position, wrong) => Some((Subject::Property(properties[position].id), wrong)),
            Finding::Reached(_) => None,
        };
        let out = self.findings.drain(..).filter_map(of).collect();
        self.reopen();
        out
    }

    fn is_of_steps(&self, subject: Subject) -> bool {
        match subject {
            Subject::Property(id) => self.search.ground.system.property(id).kind == PropertyKind::Transition,
            Subject::Event(_) | Subject::Deadlock => false,
        }
    }

    /// An event is undefined in a state.
    fn broken(&mut self, broken: Broken, depth: u32, state: &[u64]) {
        let event = &self.search.ground.events[self.search.cone.events[broken.event as usize]];
        let Some(what) = broken_promise(self.search.ground, &self.search.cone, broken) else {
            return;
        };
        let subject = Subject::Event(event.event);
        *self.counts.entry(subject).or_default() += 1;
        let key = (subject, part(&what), Some(event.event));
        self.meet(key, what, (depth, At::State(state.to_vec())));
    }

    fn meet(&mut self, key: Key, what: Wrong, (depth, at): (u32, At)) {
        let next = self.seen.len();
        let place = *self.places.entry(key).or_insert(next);
        if place == next {
            let count = 0;
            self.seen.push((
                key,
                Seen {
                    what,
                    depth,
                    at,
                    count,
                },
            ));
        }
        self.seen[place].1.count += 1;
    }

    /// The report, with runs.
    fn every(mut self, mut stopped: Option<Stop>) -> Result<Every, GroundError> {
        let length = |seen: &Seen| seen.depth + u32::from(matches!(seen.at, At::Step(..)));
        self.seen
            .sort_by_key(|((subject, of, event), seen)| (*subject, length(seen), *of, *event));
        let mut ways: Vec<Way> = Vec::new();
        for ((subject, _, event), seen) in self.seen {
            if ways.iter().filter(|w| w.subject == subject).count() == RUNS {
                continue;
            }
            if let Err(stop) = self.search.budget.look() {
                stopped = stopped.or(Some(stop));
                break;
            }
            let (trace, names) = self.search.run_to(seen.depth, &seen.at)?;
            let mut violation = shortest(names.wrong(seen.what), trace);
            // another initial state may be nearer
            violation.shortest = self.search.begun || violation.trace.is_empty();
            ways.push(Way {
                subject,
                event,
                violation,
                count: seen.count,
            });
        }
        let mut counts: Vec<_> = self.counts.into_iter().collect();
        counts.sort_unstable();
        Ok(Every {
            ways,
            counts,
            stopped,
        })
    }
}

/// Which promise is broken, or none.
fn part(what: &Wrong) -> usize {
    match what {
        Wrong::Undefined { index, .. } => index + 1,
        Wrong::Invariant(_) | Wrong::Transition(_) | Wrong::Deadlock | Wrong::Temporal(_) => 0,
    }
}
