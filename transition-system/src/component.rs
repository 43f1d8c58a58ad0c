//! The components that a system is composed of: what each of them owns.
//!
//! A composed system is a system like any other, and engines do not look at this. Proofs by composition and traces
//! do: what no component owns is shared.

use crate::ids::{EventId, PropertyId, VarId};
use crate::origin::Origin;
use crate::system::System;

/// A component of a system, or a family of components.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// Unique among the components of the system.
    pub name: String,
    /// The declaration that it is of.
    pub of: String,
    /// The variables that only its events change and that others may read.
    pub variables: Vec<VarId>,
    /// The variables that are its own altogether.
    pub private: Vec<VarId>,
    /// The events that it takes part in; an event of several components takes place in all of them at once.
    pub events: Vec<EventId>,
    /// The properties that it declares.
    pub properties: Vec<PropertyId>,
    /// Where it stands in the composition.
    pub origin: Origin,
}

impl System {
    /// The components that take part in an event.
    pub fn taking_part(&self, event: EventId) -> impl Iterator<Item = &Component> {
        self.components.iter().filter(move |c| c.events.contains(&event))
    }

    /// The component that a variable belongs to; `None` if it is shared.
    #[must_use]
    pub fn owner(&self, variable: VarId) -> Option<&Component> {
        let owns = |c: &&Component| c.variables.contains(&variable) || c.private.contains(&variable);
        self.components.iter().find(owns)
    }
}
