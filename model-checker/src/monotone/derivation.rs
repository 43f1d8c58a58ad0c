//! The fewest events that make something true in a system whose events only add.
//!
//! Takes events that only make *growing* truth cells true, a complete state, and a node to reach; gives a shortest
//! run of events. Works backwards from the goal (regression in the delete relaxation: Bonet and Geffner, "Planning as
//! heuristic search", Artificial Intelligence 129, 2001), on the nodes themselves, so that the ways to satisfy a
//! guard are never written out. A candidate is a set of events chosen so far with the effects they were chosen for,
//! the cells that are still without an event, and the disjunctions that are still without a choice. It is
//! extended at the one place with fewest ways, so independent goals are met one after the other and not in every
//! order: `n` independent events cost `n` extensions. When nothing is left, the events are fired; if they need each
//! other in a circle the candidate is dropped. In a shortest run each cell has a first event that makes it true, and
//! each disjunction a part that is true in time; the extension that chooses those is never dropped, so the first
//! candidate that A* completes is a shortest run.
//!
//! The estimate counts needed cells no two of which one event could add, and never falls below the round of the
//! fixpoint in which a needed cell first appears.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashSet};

use transition_system::Stop;

use crate::budget::Budget;
use crate::ground::{CellId, Dag, GroundEvent, Node, NodeId, Values};

/// What a run is looked for in.
pub struct Derivation<'a> {
    /// The nodes.
    pub dag: &'a Dag,
    /// Events; each may only make growing cells true, and reads them positively.
    pub events: &'a [GroundEvent],
    /// Positions of the events that may be used.
    pub usable: &'a [usize],
    /// Whether a cell grows; events' effects on other cells are ignored.
    pub growing: &'a dyn Fn(CellId) -> bool,
    /// The values of all cells at the start.
    pub start: &'a [i64],
    /// Time, and memory of the candidates.
    pub budget: &'a Budget<'a>,
}

/// What the search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Derived {
    /// A shortest run: positions of events, in order.
    Shortest(Vec<usize>),
    /// No run leads there.
    Never,
    /// The search took more extensions than allowed.
    TooLarge,
    /// A node depends on a growing cell in a way that is not monotone.
    NotMonotone,
}

impl Derivation<'_> {
    /// A shortest run after which `goal` has the truth value `want`, extending at most `limit` candidates.
    ///
    /// # Errors
    /// [`Stop`] if the budget is spent.
    pub fn shortest(&self, goal: NodeId, want: bool, limit: usize) -> Result<Derived, Stop> {
        let search = Search::new(self, goal)?;
        if search.values_at_end.get(goal) != Some(i64::from(want)) {
            return Ok(Derived::Never);
        }
        search.run(goal, want, limit)
    }
}

/// Something that must be true: a node and its truth value.
type Claim = (NodeId, bool);

/// An event that was chosen, once, and the effects it was chosen for.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
struct Firing {
    event: usize,
    effects: Vec<(CellId, NodeId)>,
}

/// See the module.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
struct Candidate {
    firings: Vec<Firing>,
    /// Cells that need an event.
    cells: BTreeSet<CellId>,
    /// Cells that have one.
    met: BTreeSet<CellId>,
    /// Disjunctions of which one part must be chosen.
    choices: BTreeSet<Vec<Claim>>,
    /// Latest round of a cell that was ever needed.
    round: u32,
}

impl Candidate {
    /// About how many bytes it takes; twice what is in it, for the set of those that were seen.
    fn bytes(&self) -> u64 {
        let effects = self.firings.iter().map(|f| f.effects.len()).sum::<usize>();
        let claims = self.choices.iter().map(Vec::len).sum::<usize>();
        let parts = effects * size_of::<(CellId, NodeId)>()
            + claims * size_of::<Claim>()
            + self.firings.len() * size_of::<Firing>()
            + self.choices.len() * size_of::<Vec<Claim>>()
            + (self.cells.len() + self.met.len()) * size_of::<CellId>();
        2 * (size_of::<Self>() + parts) as u64
    }
}

/// A node is used in a way that is not monotone.
struct NotMonotone;

struct Search<'a> {
    problem: &'a Derivation<'a>,
    /// What is known without the growing cells that are false at the start.
    fixed: Values,
    /// Values where all that can become true is true.
    values_at_end: Values,
    /// The round in which each cell becomes true.
    rounds: BTreeMap<CellId, u32>,
    /// For each growing cell: events that can add it, with the new value.
    adders: BTreeMap<CellId, Vec<(usize, NodeId)>>,
}

impl<'a> Search<'a> {
    fn new(problem: &'a Derivation<'a>, goal: NodeId) -> Result<Self, Stop> {
        let mut roots = vec![goal];
        for index in problem.usable {
            let event = &problem.events[*index];
            roots.push(event.guard);
            roots.extend(event.updates.iter().map(|(_, node)| *node));
        }
        let order = problem.dag.order(&roots);
        let mut out = Self {
            problem,
            fixed: Values::default(),
            values_at_end: Values::default(),
            rounds: BTreeMap::new(),
            adders: BTreeMap::new(),
        };
        problem.dag.evaluate(&order, &mut out.fixed, &|c, _| {
            let open = (problem.growing)(c) && problem.start[c.index()] == 0;
            (!open).then(|| problem.start[c.index()])
        });
        out.saturate(&order)?;
        Ok(out)
    }

    /// Fires everything until nothing new becomes true.
    fn saturate(&mut self, order: &[NodeId]) -> Result<(), Stop> {
        let problem = self.problem;
        let mut values = problem.start.to_vec();
        for round in 1.. {
            problem.budget.tick(4 * order.len() as u64, 0)?;
            problem
                .dag
                .evaluate(order, &mut self.values_at_end, &|c, _| Some(values[c.index()]));
            let mut added = BTreeSet::new();
            for index in problem.usable {
                let event = &problem.events[*index];
                if self.values_at_end.get(event.guard) != Some(1) {
                    continue;
                }
                problem.budget.tick(4 + event.updates.len() as u64, 0)?;
                for (cell, node) in &event.updates {
                    let new = values[cell.index()] == 0 && (problem.growing)(*cell);
                    if new && self.values_at_end.get(*node) == Some(1) {
                        added.insert(*cell);
                    }
                }
            }
            if added.is_empty() {
                break;
            }
            for cell in added {
                values[cell.index()] = 1;
                self.rounds.insert(cell, round);
            }
        }
        for index in problem.usable {
            let event = &problem.events[*index];
            for (cell, node) in &event.updates {
                let can = self.values_at_end.get(event.guard) == Some(1)
                    && self.values_at_end.get(*node) == Some(1)
                    && self.rounds.contains_key(cell);
                if can {
                    self.adders.entry(*cell).or_default().push((*index, *node));
                }
            }
        }
        Ok(())
    }

    fn run(&self, goal: NodeId, want: bool, limit: usize) -> Result<Derived, Stop> {
        let mut first = Candidate::default();
        match self.require(&mut first, goal, want, None) {
            Err(NotMonotone) => return Ok(Derived::NotMonotone),
            Ok(false) => return Ok(Derived::Never),
            Ok(true) => {}
        }
        let mut heap = BinaryHeap::new();
        let mut bytes = first.bytes();
        let mut pool = vec![first];
        heap.push(self.entry(&pool[0], 0));
        let mut seen: HashSet<Candidate> = HashSet::new();
        for _ in 0..limit {
            let Some(Reverse((_, _, Reverse(at)))) = heap.pop() else {
                return Ok(Derived::Never);
            };
            let candidate = std::mem::take(&mut pool[at]);
            if candidate.cells.is_empty() && candidate.choices.is_empty() {
                match self.fire(&candidate, goal, want) {
                    Some(events) => return Ok(Derived::Shortest(events)),
                    None => continue,
                }
            }
            if !seen.insert(candidate.clone()) {
                continue;
            }
            let Ok(extensions) = self.extend(&candidate) else {
                return Ok(Derived::NotMonotone);
            };
            for extension in extensions {
                let added = extension.bytes();
                bytes += added;
                self.problem.budget.tick(added, bytes)?;
                heap.push(self.entry(&extension, pool.len()));
                pool.push(extension);
            }
        }
        Ok(Derived::TooLarge)
    }

    /// The place of a candidate in the queue: least total first, then least left to do, then latest.
    fn entry(&self, candidate: &Candidate, at: usize) -> Reverse<(u32, u32, Reverse<usize>)> {
        let cost = candidate.firings.len() as u32;
        let left = self.estimate(candidate);
        Reverse(((cost + left).max(candidate.round), left, Reverse(at)))
    }

    /// A number of further events that no completion goes below: needed cells whose possible events are
    /// disjoint.
    fn estimate(&self, candidate: &Candidate) -> u32 {
        let mut used: BTreeSet<usize> = candidate.firings.iter().map(|f| f.event).collect();
        let mut count = 0;
        for cell in &candidate.cells {
            let adders = self.adders_of(*cell);
            if adders.iter().all(|(event, _)| !used.contains(event)) {
                used.extend(adders.iter().map(|(event, _)| *event));
                count += 1;
            }
        }
        count
    }

    fn adders_of(&self, cell: CellId) -> &[(usize, NodeId)] {
        self.adders.get(&cell).map_or(&[], Vec::as_slice)
    }

    // ---- extension ----

    /// Every way to go on at the place that has fewest.
    fn extend(&self, candidate: &Candidate) -> Result<Vec<Candidate>, NotMonotone> {
        let cell = candidate.cells.iter().min_by_key(|c| self.adders_of(**c).len());
        let choice = candidate.choices.iter().min_by_key(|c| c.len());
        match (cell, choice) {
            (Some(cell), Some(choice)) if self.adders_of(*cell).len() > choice.len() => {
                self.choose(candidate, choice)
            }
            (Some(cell), _) => self.meet(candidate, *cell),
            (None, Some(choice)) => self.choose(candidate, choice),
            (None, None) => Ok(Vec::new()),
        }
    }

    fn choose(&self, candidate: &Candidate, choice: &[Claim]) -> Result<Vec<Candidate>, NotMonotone> {
        let mut base = candidate.clone();
        base.choices.remove(choice);
        let mut out = Vec::new();
        for (node, want) in choice {
            let mut next = base.clone();
            if self.require(&mut next, *node, *want, None)? {
                out.push(next);
            }
        }
        Ok(out)
    }

    /// Every event that can add a cell: one that was chosen already, or one more.
    fn meet(&self, candidate: &Candidate, cell: CellId) -> Result<Vec<Candidate>, NotMonotone> {
        let mut base = candidate.clone();
        base.cells.remove(&cell);
        base.met.insert(cell);
        let mut out = Vec::new();
        for (event, node) in self.adders_of(cell) {
            let certain = |node: &NodeId| self.fixed.get(*node) == Some(1);
            let mut again = true;
            for at in 0..base.firings.len() {
                if base.firings[at].event != *event {
                    continue;
                }
                // one that need not wait for its effects adds all that one more would add
                again &= !(certain(node) && base.firings[at].effects.iter().all(|(_, n)| certain(n)));
                let mut next = base.clone();
                next.firings[at].effects.push((cell, *node));
                next.firings[at].effects.sort_unstable();
                if self.require(&mut next, *node, true, Some(cell))? {
                    next.firings.sort_unstable();
                    out.push(next);
                }
            }
            if again {
                let mut next = base.clone();
                next.firings.push(Firing {
                    event: *event,
                    effects: vec![(cell, *node)],
                });
                let guard = self.problem.events[*event].guard;
                if self.require(&mut next, guard, true, None)?
                    && self.require(&mut next, *node, true, Some(cell))?
                {
                    next.firings.sort_unstable();
                    out.push(next);
                }
            }
        }
        Ok(out)
    }

    /// Adds to a candidate what makes a node have a truth value; `false` if nothing does. A cell does not
    /// become true by being true (`except`).
    fn require(
        &self,
        candidate: &mut Candidate,
        node: NodeId,
        want: bool,
        except: Option<CellId>,
    ) -> Result<bool, NotMonotone> {
        if let Some(value) = self.fixed.get(node) {
            return Ok(value == i64::from(want));
        }
        if self.values_at_end.get(node) != Some(i64::from(want)) {
            return Ok(false);
        }
        match (self.problem.dag.node(node), want) {
            (Node::Cell(cell), true) => {
                if !candidate.met.contains(cell) {
                    candidate.cells.insert(*cell);
                    let round = self.rounds.get(cell).copied().unwrap_or(0);
                    candidate.round = candidate.round.max(round);
                }
                Ok(except != Some(*cell))
            }
            (Node::Not(a), _) => self.require(candidate, *a, !want, except),
            (Node::And(xs), true) | (Node::Or(xs), false) => {
                for x in xs {
                    if !self.require(candidate, *x, want, except)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            (Node::And(xs), false) | (Node::Or(xs), true) => {
                let possible = |x: &NodeId| {
                    let circular = matches!(self.problem.dag.node(*x), Node::Cell(c) if Some(*c) == except);
                    !circular && self.values_at_end.get(*x) == Some(i64::from(want))
                };
                let ways: Vec<Claim> = xs.iter().filter(|x| possible(x)).map(|x| (*x, want)).collect();
                match ways.as_slice() {
                    [] => Ok(false),
                    [(only, want)] => self.require(candidate, *only, *want, except),
                    _ => {
                        candidate.choices.insert(ways);
                        Ok(true)
                    }
                }
            }
            (
                Node::Cell(_)
                | Node::Next(_)
                | Node::Bool(_)
                | Node::Int(_)
                | Node::Ite(..)
                | Node::Eq(..)
                | Node::Le(..)
                | Node::Add(..)
                | Node::Sub(..)
                | Node::Mul(..)
                | Node::Div(..)
                | Node::Mod(..),
                _,
            ) => Err(NotMonotone),
        }
    }

    // ---- the run ----

    /// An order in which the chosen events can happen, each where its effects do, if there is one.
    fn fire(&self, candidate: &Candidate, goal: NodeId, want: bool) -> Option<Vec<usize>> {
        let problem = self.problem;
        let mut values = problem.start.to_vec();
        let mut left: Vec<&Firing> = candidate.firings.iter().collect();
        let mut out = Vec::new();
        while !left.is_empty() {
            let ready = left.iter().position(|firing| {
                let event = &problem.events[firing.event];
                let effects = firing.effects.iter().map(|(_, node)| *node);
                effects.chain([event.guard]).all(|n| self.holds(n, &values))
            })?;
            let firing = left.remove(ready);
            let event = &problem.events[firing.event];
            let after: Vec<(CellId, bool)> = event
                .updates
                .iter()
                .filter(|(cell, _)| (problem.growing)(*cell))
                .map(|(cell, node)| (*cell, self.holds(*node, &values)))
                .collect();
            for (cell, _) in after.into_iter().filter(|(_, new)| *new) {
                values[cell.index()] = 1;
            }
            out.push(firing.event);
        }
        (self.holds(goal, &values) == want).then_some(out)
    }

    fn holds(&self, node: NodeId, values: &[i64]) -> bool {
        self.problem.dag.value(node, &|c, _| Some(values[c.index()])) == Some(1)
    }
}
