//! The states of a search that is over, for what asks more of them than whether they were reached.
//!
//! States are numbered in the order in which the search expands them: those of a depth come before those of the
//! next, and those that were expanded before those that were not.

use transition_system::Stop;

use super::checkpoint::Keeper;
use super::layout::Layout;
use super::machine::Machine;
use super::options::Options;
use super::progress::{Progress, Snapshot};
use super::report::ExplicitReport;
use super::search::Search;
use super::spill::lost;
use super::worker::BLOCK;
use crate::ground::{Cone, Ground, GroundError};

/// See the module.
pub(crate) struct Explored<'s, 'g> {
    search: Search<'s, 'g>,
    /// What the search answered.
    pub(crate) report: ExplicitReport,
}

impl<'s, 'g> Explored<'s, 'g> {
    /// Searches.
    ///
    /// # Errors
    /// What cannot be searched.
    pub(crate) fn new(
        ground: &'s Ground<'g>,
        options: &'s Options<'s>,
        progress: &'s mut dyn Progress,
        keeper: &'s mut dyn Keeper,
    ) -> Result<Self, GroundError> {
        let mut search = Search::new(ground, options, progress, keeper)?;
        let report = search.run();
        Ok(Self { search, report })
    }

    /// Where cells stand in a state.
    pub(crate) fn layout(&self) -> &Layout {
        &self.search.layout
    }

    /// The cells and events that were searched.
    pub(crate) fn cone(&self) -> &Cone {
        &self.search.cone
    }

    /// Makes the states after a state.
    pub(crate) fn machine(&self) -> Result<Machine, GroundError> {
        Machine::of_events(self.search.ground, &self.search.cone, &self.search.layout)
    }

    /// The number of states that were expanded; these come first.
    pub(crate) fn expanded(&self) -> u64 {
        self.search.expanded
    }

    /// Appends the words of the states that were expanded to `out`, in order; asks after some thousand whether to go on.
    ///
    /// # Errors
    /// What `go_on` says, or that the disk fails.
    pub(crate) fn states(
        &self,
        out: &mut Vec<u64>,
        mut go_on: impl FnMut() -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let most = self.search.expanded as usize * self.search.layout.words();
        for depth in 0..=u32::MAX {
            let runs = self.search.visited.level(depth, BLOCK);
            if runs.is_empty() || out.len() >= most {
                break;
            }
            for run in &runs {
                let read = self.search.visited.read(run, out);
                read.map_err(|error| lost(&error))?;
            }
            go_on()?;
        }
        out.truncate(most);
        Ok(())
    }

    /// Tells where the work on the states is: so many bytes are in use.
    pub(crate) fn tell(&mut self, bytes: u64) {
        let states = self.report.stats.states;
        self.search.progress.report(&Snapshot {
            states,
            transitions: self.report.stats.transitions,
            depth: self.report.stats.depth,
            queue: 0,
            estimate: Some(states),
            states_per_second: 0.0,
            memory_bytes: bytes,
            disk_bytes: 0,
            elapsed: self.search.clock.elapsed(),
        });
    }
}
