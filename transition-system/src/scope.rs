//! Scopes: the sizes that make a parametric system finite.

use std::collections::BTreeMap;

use crate::ids::SortId;
use crate::system::System;

/// The number of elements of each sort that has no named elements; at least one each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    sizes: BTreeMap<SortId, u32>,
}

impl Scope {
    /// No sizes: enough for a system whose sorts all have named elements.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With `sort` of this size (at least 1).
    #[must_use]
    pub fn with(mut self, sort: SortId, size: u32) -> Self {
        self.sizes.insert(sort, size.max(1));
        self
    }

    /// The size of a sort, if given.
    #[must_use]
    pub fn size(&self, sort: SortId) -> Option<u32> {
        self.sizes.get(&sort).copied()
    }

    /// The sizes given, in order of sort.
    pub fn sizes(&self) -> impl Iterator<Item = (SortId, u32)> + '_ {
        self.sizes.iter().map(|(s, n)| (*s, *n))
    }

    /// As the language writes it: `Container = 3, Resource = 4`.
    #[must_use]
    pub fn display(&self, system: &System) -> String {
        let parts: Vec<_> = self
            .sizes()
            .map(|(s, n)| format!("{} = {n}", system.sort(s).name))
            .collect();
        parts.join(", ")
    }
}
