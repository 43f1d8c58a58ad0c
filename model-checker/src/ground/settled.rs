//! Settled cells: no event changes them, and `init` and the assumptions leave them one value. Grounded again with these
//! values as if they were given, events that they rule out are gone, which may settle more; so it is repeated.
//!
//! A settled cell has its value in every reachable state, so states are the same but for what is not stored, and runs
//! are runs. What may be undefined at the start is looked for before.

use rustc_hash::FxHashMap;
use transition_system::{PropertyId, Value};

use super::Ground;
use super::cells::{CellOwner, Place};
use super::dag::CellId;
use super::error::GroundError;
use super::solve::Solver;

/// How often a system is grounded again.
const ROUNDS: usize = 8;

impl Ground<'_> {
    /// The system for the same properties with its settled cells as given. With `alike`, only where the cells that differ
    /// in elements of sorts are settled with the same value, so that elements stay alike.
    ///
    /// # Errors
    /// As [`Ground::new`].
    pub fn settle(mut self, node_limit: usize, alike: bool) -> Result<Self, GroundError> {
        let properties: Vec<PropertyId> = self.properties.iter().map(|p| p.id).collect();
        let mut known = Vec::new();
        for _ in 0..ROUNDS {
            if self.undefined.is_some() || self.cells.contradiction() {
                break;
            }
            let mut more = self.settled();
            if alike {
                self.keep_alike(&mut more);
            }
            if more.is_empty() {
                break;
            }
            known.extend(more);
            let (system, scope, budget) = (self.system, self.scope, self.budget.clone());
            self = Self::with_known(system, scope, &properties, node_limit, &budget, &known)?;
        }
        Ok(self)
    }

    /// Open cells that no event changes and that have one value in all initial states, as far as that is seen without
    /// trying.
    fn settled(&self) -> Vec<(CellId, i64)> {
        let mut open: Vec<bool> = self.cells.table().iter().map(|c| c.given.is_none()).collect();
        for (cell, _) in self.events.iter().flat_map(|e| &e.updates) {
            open[cell.index()] = false;
        }
        let constraints = self.constraints();
        let mut solver = Solver::new(&self.dag, &self.cells, &constraints, &self.budget);
        if !solver.fix([]) {
            return Vec::new();
        }
        let ids = self.cells.ids().filter(|id| open[id.index()]);
        ids.filter_map(|id| Some((id, solver.known(id)?))).collect()
    }

    /// Leaves those whose like have the same value.
    fn keep_alike(&self, settled: &mut Vec<(CellId, i64)>) {
        type Group = (CellOwner, Vec<Place>);
        let group = |id: CellId| -> Group {
            let cell = self.cells.get(id);
            (cell.owner, cell.path.iter().map(hollow).collect())
        };
        let mut left: FxHashMap<Group, usize> = FxHashMap::default();
        for id in self.cells.ids() {
            *left.entry(group(id)).or_default() += 1;
        }
        let mut values: FxHashMap<Group, Option<i64>> = FxHashMap::default();
        for (id, value) in settled.iter() {
            let group = group(*id);
            if let Some(left) = left.get_mut(&group) {
                *left -= 1;
            }
            let same = values.entry(group).or_insert(Some(*value));
            *same = same.filter(|v| v == value);
        }
        settled.retain(|(id, value)| {
            let group = group(*id);
            left.get(&group) == Some(&0)
                && values.get(&group) == Some(&Some(*value))
                && !self.cells.get(*id).scalar.is_element(*value)
        });
    }
}

/// A place without the elements in it.
fn hollow(place: &Place) -> Place {
    match place {
        Place::Key(value) => Place::Key(without_elements(value)),
        Place::Member(value) => Place::Member(without_elements(value)),
        Place::Component(_) | Place::IsSome | Place::Payload => place.clone(),
    }
}

fn without_elements(value: &Value) -> Value {
    match value {
        Value::Element(sort, _) => Value::Element(*sort, 0),
        Value::Bool(_) | Value::Int(_) | Value::Enumerator(..) | Value::None => value.clone(),
        Value::Some(v) => Value::Some(Box::new(without_elements(v))),
        Value::Set(items) => Value::Set(items.iter().map(without_elements).collect()),
        Value::Map(entries) => Value::Map(
            entries
                .iter()
                .map(|(k, v)| (without_elements(k), without_elements(v)))
                .collect(),
        ),
        Value::Tuple(items) => Value::Tuple(items.iter().map(without_elements).collect()),
    }
}
