//! Dead cells: of states that differ only in cells that are written before they are read, one is kept.
//!
//! Takes a ground system, the cone of its properties and a layout; gives a [`Forgetter`], which sets in packed states the cells
//! that do not matter to their least value. What matters where a cell of few values ([`choice`]) has each of its values is found before the
//! search ([`live`]). (Bozga, Fernandez, Ghirvu, "State space reduction based on live variables analysis", SAS 1999; Holzmann, "The
//! engineering of a model checker: the Gnu i-protocol case study revisited", SPIN 1999, on data flow; Self, Mercer, "On-the-fly dynamic
//! dead variable analysis", SPIN 2007.)
//!
//! Why it may be trusted: states that agree on the cells live where they are have the same events enabled and undefined, properties
//! say the same of them and of their steps, and each event leads from them to states that agree again. So a state
//! and the one that stands for it have the same runs by the same events. A run that is shown starts in a real initial state, and its
//! events are repeated on complete states ([`super::trace`]): all values in it are real.

mod choice;
mod facts;
mod live;
mod reads;

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::layout::{FieldId, Layout};
use super::options::Options;
use super::set::Set;
use crate::ground::{CellId, Cone, Ground, Solver};
use choice::{Taken, choose, families};
use live::Analysis;

/// Bits of a word that stay.
type Stay = (u32, u64);

/// What a cell says of others.
#[derive(Debug)]
struct Teller {
    word: usize,
    shift: u32,
    mask: u64,
    /// For each value, counted from the least.
    stay: Vec<Box<[Stay]>>,
}

/// See the module.
#[derive(Clone, Debug)]
pub(crate) struct Forgetter {
    tellers: Arc<[Teller]>,
    words: usize,
    parts: (usize, usize),
    /// Cells that do not matter in any initial state.
    at_start: Arc<FxHashSet<CellId>>,
}

impl Forgetter {
    /// A forgetter of the states of a layout.
    pub(crate) fn of(ground: &Ground<'_>, cone: &Cone, layout: &Layout, options: &Options<'_>) -> Self {
        let mut analysis = Analysis::new(ground, cone, layout);
        let mut always = Set::new(layout.len());
        if options.symmetry {
            // an element is no value that is the same whatever elements are called
            let named = layout.cells().enumerate().filter(|(_, cell)| {
                let cell = ground.cells.get(*cell);
                cell.scalar.is_element(cell.bounds.0)
            });
            named.for_each(|(position, _)| always.add(position));
        }
        let families = families(ground, cone, layout);
        let taken = choose(&mut analysis, layout, families, &always, &options.budget());
        let at_start = Arc::new(dead_at_start(ground, layout, &taken));
        Self::new(layout, &taken, at_start)
    }

    fn new(layout: &Layout, taken: &Taken, at_start: Arc<FxHashSet<CellId>>) -> Self {
        let has_bits = |position: &usize| layout.place(FieldId::new(*position)).2 != 0;
        let is_dead = |position: &usize| {
            let mut all = taken.iter().flat_map(|(_, live)| live);
            has_bits(position) && all.any(|set| !set.contains(*position))
        };
        let teller = |(field, live): &(FieldId, Vec<Set>)| {
            let (word, shift, mask) = layout.place(*field);
            Teller {
                word,
                shift,
                mask,
                stay: live.iter().map(|set| stay(layout, set)).collect(),
            }
        };
        Self {
            tellers: taken.iter().map(teller).collect(),
            at_start,
            words: layout.words(),
            parts: ((0..layout.len()).filter(is_dead).count(), layout.len()),
        }
    }

    /// How many cells are forgotten somewhere, of how many.
    pub(crate) fn parts(&self) -> (usize, usize) {
        self.parts
    }

    /// Cells that are forgotten in every initial state, whatever their values are there.
    pub(crate) fn at_start(&self) -> &Arc<FxHashSet<CellId>> {
        &self.at_start
    }

    /// Sets in packed states, one after the other, the cells that do not matter to their least value.
    pub(crate) fn all(&self, states: &mut [u64]) {
        for state in states.chunks_exact_mut(self.words) {
            for teller in &*self.tellers {
                let code = state[teller.word] >> teller.shift & teller.mask;
                // a teller is never forgotten, so their order does not matter
                for (word, bits) in &teller.stay[code as usize] {
                    state[*word as usize] &= bits;
                }
            }
        }
    }
}

/// The cells that are dead in every initial state, by what cells say that have one value there, as far as that is seen without
/// trying.
fn dead_at_start(ground: &Ground<'_>, layout: &Layout, taken: &Taken) -> FxHashSet<CellId> {
    let cells: Vec<CellId> = layout.cells().collect();
    let constraints = ground.constraints();
    let mut solver = Solver::new(&ground.dag, &ground.cells, &constraints, &ground.budget);
    let mut dead = FxHashSet::default();
    if !solver.fix([]) {
        return dead;
    }
    for (field, live) in taken {
        let Some(value) = solver.known(cells[field.index()]) else {
            continue;
        };
        let (lo, _) = layout.bounds(*field);
        let here = &live[(value - lo) as usize];
        let gone = cells
            .iter()
            .enumerate()
            .filter(|(position, _)| !here.contains(*position));
        dead.extend(gone.map(|(_, cell)| *cell));
    }
    dead
}

/// Which bits stay where these cells are live.
fn stay(layout: &Layout, live: &Set) -> Box<[Stay]> {
    let mut words = vec![u64::MAX; layout.words()];
    for position in (0..layout.len()).filter(|p| !live.contains(*p)) {
        let (word, shift, mask) = layout.place(FieldId::new(position));
        if mask != 0 {
            words[word] &= !(mask << shift);
        }
    }
    let words = words
        .into_iter()
        .enumerate()
        .filter(|(_, bits)| *bits != u64::MAX);
    words.map(|(word, bits)| (word as u32, bits)).collect()
}
