//! `M = (S, s0, I, T)` as data.
//!
//! * `S`: all values of [`System::variables`], for every choice of [`System::constants`] that satisfies
//!   [`System::assumptions`] and [`System::givens`];
//! * `s0`: the states that satisfy every formula of [`System::init`];
//! * `I`: an event together with values for its parameters;
//! * `T`: per event, a guard and simultaneous assignments; what is not assigned keeps its value (frame
//!   condition).
//!
//! A system may be parametric: a sort without named elements stands for any non-empty number of
//! interchangeable elements until a [`Scope`](crate::Scope) fixes it. [`crate::validate`] is the rule book.

use crate::arena::Arena;
use crate::component::Component;
use crate::fairness::{Alternative, Fairness};
use crate::ids::{BinderId, ConstId, EnumId, EventId, ExprId, PropertyId, SortId, TypeId, VarId};
use crate::origin::Origin;
use crate::temporal::Temporal;
use crate::view::Views;

/// An enumeration with at least one enumerator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enumeration {
    /// Qualified name, unique among enumerations and sorts.
    pub name: String,
    /// Names of the enumerators, unique within.
    pub enumerators: Vec<String>,
    /// Where it was declared.
    pub origin: Origin,
}

/// A sort. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sort {
    /// Qualified name, unique among enumerations and sorts.
    pub name: String,
    /// The elements, if an instance names all of them; empty for a sort of any size.
    pub elements: Vec<String>,
    /// Where it was declared.
    pub origin: Origin,
}

/// A constant: the same value in every state of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constant {
    /// Qualified name, unique among constants and variables.
    pub name: String,
    /// Type.
    pub ty: TypeId,
    /// Documentation from the source, for messages that name the constant to a person.
    pub doc: String,
    /// Where it was declared.
    pub origin: Origin,
}

/// What an instance says of a constant: that it, applied to `indices` in order, has `value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The constant.
    pub constant: ConstId,
    /// Keys, one per level of map; closed expressions of literals.
    pub indices: Vec<ExprId>,
    /// The value, a closed expression of literals; `None` where the instance says that it is not known
    /// (any value is possible, as for what is not mentioned).
    pub value: Option<ExprId>,
    /// Where the value comes from, each as written behind `//@`.
    pub evidence: Vec<String>,
    /// For a set: evidence of single elements.
    pub member_evidence: Vec<(ExprId, Vec<String>)>,
    /// Where it was written.
    pub origin: Origin,
}

/// A state variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Qualified name, unique among constants and variables.
    pub name: String,
    /// Type.
    pub ty: TypeId,
    /// Where it was declared.
    pub origin: Origin,
}

/// A closed formula that is taken for granted (assumption) or describes the initial states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axiom {
    /// The formula: over constants only (assumption), or constants and variables (init).
    pub formula: ExprId,
    /// What must hold for the formula to be defined.
    pub promises: Vec<Promise>,
    /// Where it was written.
    pub origin: Origin,
}

/// What kind of promise a condition is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PromiseKind {
    /// An integer stays within its range.
    Range,
    /// The value of an option is taken only where there is one.
    SomeValue,
    /// A divisor is not zero.
    Divisor,
    /// Two assignments of one event to one place agree.
    Agreement,
    /// The least or greatest is taken only of something.
    NotEmpty,
}

/// A condition that must be true in every reachable state (for every value of the event's parameters):
/// where it is false, the meaning of the specification is undefined there, and that is reported as a
/// violation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// Kind.
    pub kind: PromiseKind,
    /// The condition, itself always defined; over the event's parameters and choices if it is an event's.
    pub holds: ExprId,
    /// Where the partial operation was written.
    pub origin: Origin,
}

/// One assignment: the whole variable gets the value of an expression over the state before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// The variable; at most one update of each in an event.
    pub variable: VarId,
    /// The new value.
    pub value: ExprId,
    /// Where it was written (the first assignment, where several were merged).
    pub origin: Origin,
}

/// An event: for each value of its parameters and choices that satisfies the guard, one transition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Qualified name, unique among events.
    pub name: String,
    /// Documentation from the source: one plain sentence for people who read traces.
    pub doc: String,
    /// Parameters: the input, shown in traces.
    pub params: Vec<BinderId>,
    /// Internal nondeterminism (`choose`), bound like parameters.
    pub choices: Vec<BinderId>,
    /// Who acts (`by`): any expression over the parameters; `None` for an event of the system.
    pub actor: Option<ExprId>,
    /// When it can happen.
    pub guard: ExprId,
    /// What changes.
    pub updates: Vec<Update>,
    /// What must hold for guard and updates to be defined. Made by [`crate::promise`], plus agreements that
    /// the front end adds.
    pub promises: Vec<Promise>,
    /// Whether runs are fair to it.
    pub fairness: Fairness,
    /// Whether it is an input of the environment, as against something that the system does. Engines treat both
    /// alike; reports tell them apart.
    pub input: bool,
    /// Of which declared event it is one alternative.
    pub alternative: Option<Alternative>,
    /// Where it was declared.
    pub origin: Origin,
}

/// What a property claims of its formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PropertyKind {
    /// True in every reachable state.
    Invariant,
    /// True of every transition between reachable states ([`crate::Expr::Next`] is the state after). What is
    /// claimed of the steps of one event may be a [`StepClause`] of its own.
    Transition,
    /// True in some reachable state.
    Witness,
    /// True of every fair run ([`Property::temporal`]).
    Temporal,
}

/// What a transition property claims of the steps of one event, in place of its formula.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepClause {
    /// The event; at most one clause of each in a property.
    pub event: EventId,
    /// The formula, over two states and the event's parameters and choices.
    pub formula: ExprId,
    /// What must hold for the formula to be defined, over the same.
    pub promises: Vec<Promise>,
}

/// A named property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// Qualified name, unique among properties.
    pub name: String,
    /// Documentation from the source.
    pub doc: String,
    /// What is claimed.
    pub kind: PropertyKind,
    /// The formula, closed; `true` for a temporal property.
    pub formula: ExprId,
    /// The formula of a temporal property.
    pub temporal: Option<Temporal>,
    /// What must hold for the formula to be defined. The parts of a temporal property are defined in every reachable
    /// state.
    pub promises: Vec<Promise>,
    /// For a transition property: events of whose steps something else is claimed, in order of event.
    pub steps: Vec<StepClause>,
    /// Where it was declared.
    pub origin: Origin,
}

impl Property {
    /// What a transition property claims of a step of this event: the formula, over two states and the
    /// event's parameters and choices, and its promises.
    #[must_use]
    pub fn of_step(&self, event: EventId) -> (ExprId, &[Promise]) {
        self.steps
            .iter()
            .find(|s| s.event == event)
            .map_or((self.formula, &self.promises), |s| (s.formula, &s.promises))
    }
}

/// A transition system.
#[derive(Clone, Debug, Default)]
pub struct System {
    /// Name (of the module or instance).
    pub name: String,
    /// Types, expressions and binders.
    pub arena: Arena,
    /// Enumerations.
    pub enumerations: Vec<Enumeration>,
    /// Sorts.
    pub sorts: Vec<Sort>,
    /// Constants.
    pub constants: Vec<Constant>,
    /// What is known of constants.
    pub givens: Vec<Given>,
    /// What is assumed of constants.
    pub assumptions: Vec<Axiom>,
    /// State variables.
    pub variables: Vec<Variable>,
    /// The initial states.
    pub init: Vec<Axiom>,
    /// Events.
    pub events: Vec<Event>,
    /// Properties.
    pub properties: Vec<Property>,
    /// How values are shown.
    pub views: Views,
    /// What it is composed of; empty for a system that is not composed.
    pub components: Vec<Component>,
}

macro_rules! table {
    ($($one:ident $ids:ident $find:ident: $id:ident -> $item:ty, $field:ident;)*) => {
        impl System {$(
            #[doc = concat!("The entry of `", stringify!($field), "` with this id.")]
            ///
            /// # Panics
            /// If the id is of another system.
            #[must_use]
            pub fn $one(&self, id: $id) -> &$item {
                &self.$field[id.index()]
            }

            #[doc = concat!("All ids of `", stringify!($field), "`, in order of declaration.")]
            pub fn $ids(&self) -> impl DoubleEndedIterator<Item = $id> + ExactSizeIterator + use<> {
                (0..self.$field.len()).map($id::new)
            }

            #[doc = concat!("The entry of `", stringify!($field), "` with this qualified name.")]
            #[must_use]
            pub fn $find(&self, name: &str) -> Option<$id> {
                self.$field.iter().position(|x| x.name == name).map($id::new)
            }
        )*}
    };
}

table! {
    enumeration enumeration_ids find_enumeration: EnumId -> Enumeration, enumerations;
    sort sort_ids find_sort: SortId -> Sort, sorts;
    constant constant_ids find_constant: ConstId -> Constant, constants;
    variable variable_ids find_variable: VarId -> Variable, variables;
    event event_ids find_event: EventId -> Event, events;
    property property_ids find_property: PropertyId -> Property, properties;
}

impl Event {
    /// Parameters, then choices: all that one transition of the event fixes.
    pub fn binders(&self) -> impl Iterator<Item = BinderId> + '_ {
        self.params.iter().chain(&self.choices).copied()
    }
}
