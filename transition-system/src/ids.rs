//! Typed indices. An id is only meaningful together with the [`System`](crate::System) (or
//! [`Arena`](crate::Arena)) that made it; ids of different kinds cannot be confused.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(pub(crate) u32);

        impl $name {
            /// The id with this index. The caller vouches that the index was given out for this kind.
            #[must_use]
            pub const fn new(index: usize) -> Self {
                Self(index as u32)
            }

            /// The position in its table, from 0.
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// A type of the arena.
    TypeId,
    /// An expression of the arena.
    ExprId,
    /// A bound variable: of a quantifier, a comprehension, or a parameter of an event.
    BinderId,
    /// An enumeration.
    EnumId,
    /// A sort: a non-empty set of elements whose number a scope gives.
    SortId,
    /// A constant: rigid, chosen before the initial state.
    ConstId,
    /// A state variable.
    VarId,
    /// An event.
    EventId,
    /// A property.
    PropertyId,
}
