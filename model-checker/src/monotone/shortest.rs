//! The shortest run to a violation, with fixed constants, by [`Derivation`]. Where that search becomes too large, a run
//! that no event can be left out of is given instead, and is marked as perhaps not the shortest.

use transition_system::Stop;

use super::case::Case;
use super::derivation::{Derivation, Derived};
use super::fixpoint::Fixpoint;
use crate::ground::CellId;

/// Most candidates that are extended.
const EXTENSIONS: usize = 200_000;

/// A run as positions of events, and whether it is known to be shortest.
pub(super) struct Plan {
    pub(super) events: Vec<usize>,
    pub(super) shortest: bool,
}

impl Case<'_> {
    /// A run from `start` to a violation, which the fixpoint says there is.
    ///
    /// # Errors
    /// [`Stop`] if the budget is spent before one without needless events is found.
    pub(super) fn plan(&self, start: &[i64], fixpoint: &Fixpoint) -> Result<Plan, Stop> {
        let growing = |c: CellId| self.growing.binary_search(&c).is_ok();
        let derivation = Derivation {
            dag: self.dag(),
            events: &self.monotone.ground.events,
            usable: &self.events,
            growing: &growing,
            start,
            budget: &self.monotone.budget,
        };
        Ok(match derivation.shortest(self.formula, false, EXTENSIONS)? {
            Derived::Shortest(events) => Plan {
                events,
                shortest: true,
            },
            Derived::Never | Derived::TooLarge | Derived::NotMonotone => Plan {
                events: self.thinned(start, fixpoint)?,
                shortest: false,
            },
        })
    }

    /// The events of the fixpoint in their order, without those that are not needed.
    fn thinned(&self, start: &[i64], fixpoint: &Fixpoint) -> Result<Vec<usize>, Stop> {
        let mut events = fixpoint.fired.clone();
        let mut index = events.len();
        while index > 0 {
            index -= 1;
            let mut fewer = events.clone();
            fewer.remove(index);
            if self.violates(start, &fewer)? {
                events = fewer;
            }
        }
        Ok(events)
    }

    fn violates(&self, start: &[i64], events: &[usize]) -> Result<bool, Stop> {
        let ground = &self.monotone.ground;
        let mut values = start.to_vec();
        for event in events {
            self.monotone.budget.tick(256 + values.len() as u64, 0)?;
            match ground.fire(*event, &values) {
                Some(next) => values = next,
                None => return Ok(false),
            }
        }
        Ok(!ground.holds(self.formula, &values, &[]))
    }
}
