//! All reachable states with the steps between them, breadth first: what fairness and formulas are asked of.
//!
//! Nothing is reduced: whether a step changes the state, and what is enabled, is asked of complete states. Steps that
//! change nothing are left out, since every state may stutter.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::Instant;

use transition_system::{Owner, Stop, Trace, Wrong};

use super::fair::{Bits, Conditions};
use crate::budget::Budget;
use crate::explicit::hash::hash;
use crate::explicit::layout::Layout;
use crate::explicit::machine::{self, Conditions as _, Machine, Successors, Transitions};
use crate::explicit::store::{Inserted, NO_PARENT, StateIndex, Store};
use crate::explicit::{Options, Progress, Snapshot};
use crate::ground::{Cone, Ground, GroundError, Initials, NodeId};

/// Most values tried while initial states are enumerated.
const INITIAL_TRIALS: u64 = 1 << 26;

/// A step: position of the ground event, number of the state after.
pub(super) type Edge = (u32, StateIndex);

/// See the module.
pub(super) struct Graph {
    pub(super) store: Store,
    /// Number of initial states, which come first.
    pub(super) initial: usize,
    /// Where the steps of each expanded state begin; one more at the end.
    offsets: Vec<usize>,
    edges: Vec<Edge>,
    /// Which atoms are true in each expanded state.
    pub(super) atoms: Bits,
    /// Which conditions of fairness are enabled in each expanded state.
    pub(super) enabled: Bits,
    /// States found at each depth.
    pub(super) levels: Vec<u64>,
    /// Steps, also those that change nothing.
    pub(super) transitions: u64,
    /// How often each ground event took place.
    pub(super) fired: Vec<u64>,
    /// The first state in which no event is enabled.
    pub(super) dead: Option<StateIndex>,
}

/// Something undefined, and where.
#[derive(Clone)]
pub(super) struct Undefined {
    pub(super) what: Wrong,
    pub(super) state: StateIndex,
}

/// Why an exploration ended before its end.
pub(super) enum Halt {
    Undefined(Undefined),
    Stop(Stop),
}

impl From<GroundError> for Halt {
    fn from(error: GroundError) -> Self {
        Halt::Stop(error.into())
    }
}

impl Graph {
    /// The number of states that were expanded.
    pub(super) fn expanded(&self) -> usize {
        self.offsets.len() - 1
    }

    /// The steps from an expanded state.
    pub(super) fn steps(&self, state: StateIndex) -> &[Edge] {
        let at = state as usize;
        match (self.offsets.get(at), self.offsets.get(at + 1)) {
            (Some(from), Some(to)) => &self.edges[*from..*to],
            (_, _) => &[],
        }
    }

    /// The ground events of a shortest run to a state, and its initial state.
    pub(super) fn path(&self, state: StateIndex) -> Option<(StateIndex, Vec<usize>)> {
        let (mut at, mut events) = (state, Vec::new());
        while self.store.parent(at) != NO_PARENT {
            let parent = self.store.parent(at);
            let (event, _) = self.steps(parent).iter().find(|(_, to)| *to == at)?;
            events.push(*event as usize);
            at = parent;
        }
        events.reverse();
        Some((at, events))
    }

    /// Bytes in use.
    pub(super) fn bytes(&self) -> u64 {
        let edges = self.edges.len() * size_of::<Edge>() + self.offsets.len() * size_of::<usize>();
        self.store.bytes() + edges as u64 + self.atoms.bytes() + self.enabled.bytes()
    }
}

/// The trace of these events from an initial state.
pub(super) fn trace(
    ground: &Ground<'_>,
    layout: &Layout,
    graph: &Graph,
    start: StateIndex,
    events: &[usize],
) -> Result<Trace, GroundError> {
    let mut values = vec![0; layout.len()];
    layout.unpack(graph.store.state(start), &mut values);
    let fixed: Vec<_> = layout.cells().zip(values).collect();
    let initial = ground
        .initial_state(&fixed, &Budget::default())
        .ok_or_else(|| GroundError::internal("an initial state of a run is lost"))?;
    ground.trace(&initial, events)
}

/// An exploration while it runs.
pub(super) struct Explorer<'s, 'g> {
    ground: &'s Ground<'g>,
    options: &'s Options<'s>,
    progress: &'s mut dyn Progress,
    cone: Cone,
    pub(super) layout: Layout,
    events: Machine,
    conditions: Machine,
    atoms: usize,
    /// For each promise, whose it is (a position among properties) and what is wrong where it is broken.
    promises: Vec<(usize, Wrong)>,
    /// The first promise that is broken, of each property.
    pub(super) broken: BTreeMap<usize, Undefined>,
    fair: Conditions,
    pub(super) graph: Graph,
    started: Instant,
    told: (Instant, u64),
}

impl<'s, 'g> Explorer<'s, 'g> {
    /// An exploration that notes the truth of these atoms and asks for these promises in each state.
    pub(super) fn new(
        ground: &'s Ground<'g>,
        atoms: &[NodeId],
        promises: Vec<(NodeId, usize, Wrong)>,
        fair: &Conditions,
        options: &'s Options<'s>,
        progress: &'s mut dyn Progress,
        started: Instant,
    ) -> Result<Self, GroundError> {
        let cone = Cone::everything(ground);
        let layout = Layout::new(&ground.cells, cone.cells());
        let limits = &options.limits;
        let store = Store::new(
            layout.words(),
            limits.states.unwrap_or(u64::MAX),
            limits.memory_bytes.unwrap_or(u64::MAX),
        );
        let nodes: Vec<_> = atoms
            .iter()
            .chain(promises.iter().map(|(n, _, _)| n))
            .copied()
            .collect();
        Ok(Self {
            events: Machine::of_events(ground, &cone, &layout)?,
            conditions: Machine::of_conditions(&ground.dag, &layout, &nodes)?,
            atoms: atoms.len(),
            promises: promises.into_iter().map(|(_, of, wrong)| (of, wrong)).collect(),
            broken: BTreeMap::new(),
            graph: Graph {
                store,
                initial: 0,
                offsets: vec![0],
                edges: Vec::new(),
                atoms: Bits::new(atoms.len()),
                enabled: Bits::new(fair.len()),
                levels: Vec::new(),
                transitions: 0,
                fired: vec![0; ground.events.len()],
                dead: None,
            },
            fair: fair.clone(),
            ground,
            options,
            progress,
            cone,
            layout,
            started,
            told: (started, 0),
        })
    }

    /// Explores all states, unless something stops it.
    pub(super) fn run(&mut self) -> ControlFlow<Halt> {
        self.initial()?;
        let mut out = Successors {
            words: self.layout.words(),
            ..Successors::default()
        };
        let mut level = 0..self.graph.store.len();
        while !level.is_empty() {
            self.graph.levels.push(level.len() as u64);
            for state in level.clone() {
                self.expand(state as StateIndex, &mut out)?;
                if state % 256 == 0 {
                    self.limits()?;
                    self.tell(state);
                }
            }
            level = level.end..self.graph.store.len();
        }
        ControlFlow::Continue(())
    }

    fn initial(&mut self) -> ControlFlow<Halt> {
        let (ground, cone) = (self.ground, self.cone.clone());
        let mut outcome = ControlFlow::Continue(());
        let mut packed = vec![0; self.layout.words()];
        let ended = ground.initial_states(&|c| cone.contains(c), INITIAL_TRIALS, &mut |values| {
            self.layout.pack(values, &mut packed);
            outcome = self.add(&packed, NO_PARENT).map_continue(|_| ());
            match outcome {
                ControlFlow::Continue(()) => ControlFlow::Continue(()),
                ControlFlow::Break(_) => ControlFlow::Break(()),
            }
        });
        self.graph.initial = self.graph.store.len();
        match (ended, outcome) {
            (Initials::TooMany, ControlFlow::Continue(())) => ControlFlow::Break(Halt::Stop(Stop::Unsupported(
                "there are too many initial states, or they are too hard to find; give constants values, or make `init` say what each variable is".to_owned(),
            ))),
            (Initials::Complete | Initials::Stopped | Initials::TooMany, outcome) => outcome,
        }
    }

    fn add(&mut self, state: &[u64], parent: StateIndex) -> ControlFlow<Halt, StateIndex> {
        match self.graph.store.insert(state, hash(state), parent) {
            Inserted::Known(index) | Inserted::New(index) => ControlFlow::Continue(index),
            Inserted::Full => ControlFlow::Break(Halt::Stop(self.full())),
        }
    }

    fn full(&self) -> Stop {
        let (limits, count) = (&self.options.limits, self.graph.store.len() as u64);
        match (limits.states, limits.memory_bytes) {
            (Some(states), _) if count >= states => Stop::StateLimit(states),
            (_, Some(bytes)) if count < u64::from(NO_PARENT) => Stop::MemoryLimit(bytes),
            (_, _) => Stop::StateLimit(u64::from(NO_PARENT)),
        }
    }

    fn expand(&mut self, index: StateIndex, out: &mut Successors) -> ControlFlow<Halt> {
        self.look(index);
        out.clear();
        self.events.expand(self.graph.store.state(index), out);
        self.undefined(index, out)?;
        if out.is_empty() && self.graph.dead.is_none() {
            self.graph.dead = Some(index);
        }
        self.graph.transitions += out.len() as u64;
        // what is half expanded is not part of the graph
        let begin = self.graph.edges.len();
        for i in 0..out.len() {
            let event = self.cone.events[out.events[i] as usize];
            self.graph.fired[event] += 1;
            match self.add(out.state(i), index) {
                ControlFlow::Continue(to) if to == index => {}
                ControlFlow::Continue(to) => self.graph.edges.push((event as u32, to)),
                ControlFlow::Break(halt) => {
                    self.graph.edges.truncate(begin);
                    return ControlFlow::Break(halt);
                }
            }
        }
        self.note(index);
        ControlFlow::Continue(())
    }

    /// Reads a state, and asks for the promises in it.
    fn look(&mut self, index: StateIndex) {
        self.conditions.load(self.graph.store.state(index));
        for (i, (of, what)) in self.promises.iter().enumerate() {
            if !self.broken.contains_key(of) && !self.conditions.holds(self.atoms + i) {
                let (what, state) = (what.clone(), index);
                self.broken.insert(*of, Undefined { what, state });
            }
        }
    }

    fn undefined(&self, index: StateIndex, out: &Successors) -> ControlFlow<Halt> {
        if let Some(event) = out.escaped {
            let event = &self.ground.events[self.cone.events[event as usize]];
            let name = &self.ground.system.event(event.event).name;
            return ControlFlow::Break(Halt::Stop(Stop::Unsupported(format!(
                "internal error: event `{name}` gives a variable a value outside of its type, and no promise says so"
            ))));
        }
        let Some(machine::Broken { event, promise }) = out.broken.first() else {
            return ControlFlow::Continue(());
        };
        let event = &self.ground.events[self.cone.events[*event as usize]];
        match event.promises().nth(*promise as usize) {
            None => ControlFlow::Continue(()),
            Some(promise) => ControlFlow::Break(Halt::Undefined(Undefined {
                what: Wrong::Undefined {
                    owner: Owner::Event(event.event, event.args.clone()),
                    kind: promise.kind,
                    index: promise.index,
                },
                state: index,
            })),
        }
    }

    /// Closes the steps of a state, and notes what is true and enabled in it.
    fn note(&mut self, index: StateIndex) {
        let graph = &mut self.graph;
        graph.offsets.push(graph.edges.len());
        graph.atoms.row();
        for atom in 0..self.atoms {
            if self.conditions.holds(atom) {
                graph.atoms.set_last(atom);
            }
        }
        graph.enabled.row();
        let from = graph.offsets[index as usize];
        for (event, _) in &graph.edges[from..] {
            for condition in &self.fair.of_event[*event as usize] {
                graph.enabled.set_last(*condition as usize);
            }
        }
    }

    fn limits(&self) -> ControlFlow<Halt> {
        if let Err(stop) = self.options.budget().look() {
            return ControlFlow::Break(Halt::Stop(stop));
        }
        match self.options.limits.memory_bytes {
            Some(limit) if self.graph.bytes() > limit => {
                ControlFlow::Break(Halt::Stop(Stop::MemoryLimit(limit)))
            }
            Some(_) | None => ControlFlow::Continue(()),
        }
    }

    fn tell(&mut self, expanded: usize) {
        let now = Instant::now();
        let since = now - self.told.0;
        if since < self.options.progress_interval {
            return;
        }
        let states = self.graph.store.len() as u64;
        self.progress.report(&Snapshot {
            states,
            transitions: self.graph.transitions,
            depth: self.graph.levels.len() as u64 - 1,
            queue: states - expanded as u64,
            estimate: None,
            states_per_second: (states - self.told.1) as f64 / since.as_secs_f64(),
            memory_bytes: self.graph.bytes(),
            elapsed: now - self.started,
        });
        self.told = (now, states);
    }
}
