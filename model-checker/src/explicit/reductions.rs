//! What leaves out states, one reduction after the other, in the search and where its runs are found again.
//!
//! Of the successors of a state those that need not be taken are left out, each that is taken is followed as far as its
//! steps can be merged, and what then matters to nobody is forgotten, before like elements are renamed. All of it is decided by
//! the state alone.

use super::ample::{Ample, Merger};
use super::forget::Forgetter;
use super::layout::Layout;
use super::machine::Successors;
use super::options::Options;
use super::report::Stats;
use super::symmetry::{Normaliser, Renaming};
use crate::ground::{CellId, Cone, Ground, GroundError};

/// See the module.
#[derive(Clone)]
pub(super) struct Reductions {
    /// Of orders of independent events.
    ample: Option<Ample>,
    /// Of states that need not be kept on the way.
    merger: Option<Merger>,
    /// Of states that differ in what is written before it is read.
    forgetter: Option<Forgetter>,
    /// Of states that differ in the names of like elements.
    normaliser: Option<Normaliser>,
}

/// How a successor became a state that is kept.
pub(super) struct Way {
    /// The events of the steps merged with the first, by position in the cone.
    pub(super) merged: Vec<u32>,
    /// What the normal form renames.
    pub(super) renamed: Option<Renaming>,
}

impl Reductions {
    /// What the options ask for.
    ///
    /// # Errors
    /// An internal error if an event of the cone reads a cell outside of it.
    pub(super) fn new(
        ground: &Ground<'_>,
        cone: &Cone,
        layout: &Layout,
        options: &Options<'_>,
    ) -> Result<Self, GroundError> {
        let ample = (options.partial_order || options.merge_steps)
            .then(|| Ample::new(ground, cone, layout, options.terminal));
        let merger = match &ample {
            Some(ample) if options.merge_steps => Some(Merger::new(ground, cone, layout, ample.clone())?),
            Some(_) | None => None,
        };
        Ok(Self {
            ample: ample.filter(|_| options.partial_order),
            merger,
            forgetter: options
                .forget_dead
                .then(|| Forgetter::of(ground, cone, layout, options)),
            normaliser: options
                .symmetry
                .then(|| Normaliser::of(ground, cone, layout))
                .flatten(),
        })
    }

    /// Whether initial states that differ in a cell need to be told apart.
    pub(super) fn asks(&self) -> impl Fn(CellId) -> bool + use<> {
        let dead = self.forgetter.as_ref().map(|f| f.at_start().clone());
        move |cell| dead.as_ref().is_none_or(|dead| !dead.contains(&cell))
    }

    /// Whether successors are chosen or followed one by one, which machine code does not do.
    pub(super) fn are_of_steps(&self) -> bool {
        self.ample.is_some() || self.merger.is_some()
    }

    /// Whether a state that is kept may stand for others.
    pub(super) fn are_of_states(&self) -> bool {
        self.forgetter.is_some() || self.normaliser.is_some()
    }

    /// Makes of all successors of a state what is kept of them, and counts the steps to it by event.
    pub(super) fn successors(
        &mut self,
        state: &[u64],
        successors: &mut Successors,
        counts: &mut [u64],
    ) -> u64 {
        if let Some(ample) = &mut self.ample {
            ample.keep(state, successors);
        }
        let mut steps = successors.len() as u64;
        for event in &successors.events {
            counts[*event as usize] += 1;
        }
        if let Some(merger) = &mut self.merger {
            for state in successors.states.chunks_exact_mut(successors.words) {
                for event in merger.follow(state) {
                    counts[*event as usize] += 1;
                    steps += 1;
                }
            }
        }
        self.states(&mut successors.states);
        steps
    }

    /// Makes of states, one after the other, the ones that stand for them.
    pub(super) fn states(&mut self, states: &mut [u64]) {
        if let Some(forgetter) = &self.forgetter {
            forgetter.all(states);
        }
        if let Some(normaliser) = &mut self.normaliser {
            normaliser.all(states);
        }
    }

    /// Makes of a successor what is kept of it, and tells how.
    pub(super) fn way(&mut self, state: &mut [u64]) -> Way {
        let merged = match &mut self.merger {
            Some(merger) => merger.follow(state).to_vec(),
            None => Vec::new(),
        };
        Way {
            merged,
            renamed: self.rename(state),
        }
    }

    /// Makes of a state the one that stands for it; what is renamed.
    pub(super) fn rename(&mut self, state: &mut [u64]) -> Option<Renaming> {
        if let Some(forgetter) = &self.forgetter {
            forgetter.all(state);
        }
        self.normaliser.as_mut().map(|n| n.renaming(state))
    }

    /// Notes what there is to leave out.
    pub(super) fn tell(&self, stats: &mut Stats) {
        stats.partial_order = self.ample.as_ref().map(Ample::free);
        stats.merged = self.merger.as_ref().map(Merger::free);
        stats.forgotten = self.forgetter.as_ref().map(Forgetter::parts);
        stats.symmetry = self
            .normaliser
            .as_ref()
            .map(Normaliser::alike)
            .unwrap_or_default();
    }
}
