//! Symmetry of sorts: of states that differ only in which of several like elements is which, one is kept.
//!
//! Takes a ground system, the cone of its properties and a layout; gives a [`Normaliser`] of packed states, and
//! [`Renaming`]s, which carry a run from one state to another on to real states. (Ip, Dill, "Better verification through
//! symmetry", Formal Methods in System Design 9, 1996, section 3; Clarke, Enders, Filkorn, Jha, "Exploiting
//! symmetry in temporal logic model checking", 1996.)
//!
//! Why it may be trusted: an exchange of like elements ([`classes`]) maps steps to steps, and a property holds of a state or
//! step where it holds of its image. A normal form is an image of its state, whichever it is. So the states kept
//! are images of reachable ones, one at least for each, found at the same depth; what is found in an image is true of the
//! state, and runs are repeated on complete states before they are reported.

mod classes;
mod fields;
mod normal;

use std::sync::Arc;

use transition_system::{Owner, SortId, Value, Wrong};

use super::layout::Layout;
use crate::ground::{Cone, Ground};
use classes::{classes, renamed};
use fields::{Element, Fields, Sort};
pub(crate) use normal::Normaliser;
use normal::{Class, Group};

/// Like elements of a sort.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alike {
    /// The sort.
    pub sort: SortId,
    /// For each class of two elements or more, how many they are.
    pub classes: Vec<u32>,
}

impl Normaliser {
    /// A normaliser of the states of a layout; `None` where no two elements are alike.
    pub(crate) fn of(ground: &Ground<'_>, cone: &Cone, layout: &Layout) -> Option<Self> {
        let alike = classes(ground, cone);
        let fields = Fields::new(&ground.cells, layout, &alike);
        if fields.sorts.is_empty() {
            return None;
        }
        let mut of_elements = vec![0; fields.elements()];
        let mut colours = vec![0; fields.elements()];
        for (number, sort) in fields.sorts.iter().enumerate() {
            for (index, least) in alike[sort.sort.index()].iter().enumerate() {
                of_elements[sort.first as usize + index] = sort.first + least;
                colours[sort.first as usize + index] = (number as u64 + 1) << 32 | u64::from(*least);
            }
        }
        let mut members: Vec<Class> = Vec::new();
        for least in 0..of_elements.len() as Element {
            let like = of_elements.iter().zip(0..).filter(|(l, _)| **l == least);
            let found: Vec<Element> = like.map(|(_, element)| element).collect();
            if found.len() > 1 {
                members.push(Class {
                    simple: is_simple(&fields, least),
                    members: found,
                });
            }
        }
        members.sort_by_key(|c| c.simple);
        let local = fields
            .fields
            .iter()
            .all(|f| f.keys.len() == 1 && f.holds.is_none());
        let group = Group {
            fields,
            classes: members,
            colours,
            local,
        };
        Some(Self::new(Arc::new(group), layout.words()))
    }

    /// Which elements are alike.
    pub(crate) fn alike(&self) -> Vec<Alike> {
        let classes = |sort: &Sort| {
            let of = |c: &&Class| c.members[0] >= sort.first && c.members[0] < sort.first + sort.size;
            let mut sizes: Vec<(Element, u32)> = self
                .group
                .classes
                .iter()
                .filter(of)
                .map(|c| (c.members[0], c.members.len() as u32))
                .collect();
            sizes.sort_unstable();
            sizes.into_iter().map(|(_, size)| size).collect()
        };
        let one = |sort: &Sort| Alike {
            sort: sort.sort,
            classes: classes(sort),
        };
        self.group.fields.sorts.iter().map(one).collect()
    }

    /// What putting a state into its normal form renames.
    pub(crate) fn renaming(&mut self, state: &mut [u64]) -> Renaming {
        let to = self.one(state).to_vec();
        Renaming {
            sorts: self.group.fields.sorts.clone(),
            to,
        }
    }
}

/// Whether elements of a sort, by one of them, are the only keys of cells and never their values.
fn is_simple(fields: &Fields, element: Element) -> bool {
    let Some(sort) = fields.sorts.iter().rfind(|s| s.first <= element) else {
        return false;
    };
    let within = |e: Element| e >= sort.first && e < sort.first + sort.size;
    fields.fields.iter().all(|field| {
        let held = field.holds.as_ref().is_some_and(|h| within(h.first));
        !held && (field.keys.len() == 1 || !field.keys.iter().any(|(key, _)| within(*key)))
    })
}

/// New names of elements.
#[derive(Clone, Debug, Default)]
pub(crate) struct Renaming {
    sorts: Vec<Sort>,
    /// For each element of these sorts; nothing is renamed where it is empty.
    to: Vec<Element>,
}

impl Renaming {
    /// The renaming that undoes this one.
    pub(crate) fn inverse(&self) -> Self {
        let mut to = self.to.clone();
        for (element, name) in self.to.iter().enumerate() {
            to[*name as usize] = element as Element;
        }
        Self {
            sorts: self.sorts.clone(),
            to,
        }
    }

    /// First the other one, then this one.
    pub(crate) fn after(&self, first: &Self) -> Self {
        if self.to.is_empty() {
            return first.clone();
        }
        let to = first.to.iter().map(|name| self.to[*name as usize]);
        Self {
            sorts: self.sorts.clone(),
            to: to.collect(),
        }
    }

    /// What is wrong, with the elements in it renamed.
    pub(crate) fn wrong(&self, what: Wrong) -> Wrong {
        match what {
            Wrong::Undefined {
                owner: Owner::Event(event, args),
                kind,
                index,
            } => Wrong::Undefined {
                owner: Owner::Event(event, self.values(&args)),
                kind,
                index,
            },
            other @ (Wrong::Undefined { .. }
            | Wrong::Invariant(_)
            | Wrong::Transition(_)
            | Wrong::Deadlock
            | Wrong::Temporal(_)) => other,
        }
    }

    /// Values with their elements renamed.
    pub(crate) fn values(&self, values: &[Value]) -> Vec<Value> {
        let name = |sort: SortId, index: u32| match self.sorts.iter().find(|s| s.sort == sort) {
            Some(of) => self.to[(of.first + index) as usize] - of.first,
            None => index,
        };
        values.iter().map(|v| renamed(v, &name)).collect()
    }
}
