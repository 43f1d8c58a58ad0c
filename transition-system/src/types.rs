//! Types of the transition system. They are interned in the [`Arena`](crate::Arena): equal types have
//! equal ids.
//!
//! A *range* is an integer type with bounds that are a promise; in expressions a range and `int` mix, and
//! [`Expr::Narrow`](crate::Expr::Narrow) is the only way from an integer back into a range. Equality
//! between two types otherwise is identity of their ids.

use crate::ids::{EnumId, SortId, TypeId};

/// A type. Relations are sets of tuples.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Type {
    /// Truth values.
    Bool,
    /// Unbounded integers (evaluated in `i64`; leaving it is reported, never wrapped).
    Int,
    /// The integers `lo..=hi`, never empty.
    Range {
        /// Least value.
        lo: i64,
        /// Greatest value.
        hi: i64,
    },
    /// An enumeration.
    Enum(EnumId),
    /// A sort.
    Sort(SortId),
    /// `none` or `some` of a value.
    Option(TypeId),
    /// Finite sets of elements of a type.
    Set(TypeId),
    /// Total maps from the first type to the second.
    Map(TypeId, TypeId),
    /// Tuples of two or more components.
    Tuple(Vec<TypeId>),
}

impl Type {
    /// Whether values of the type are integers.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        matches!(self, Type::Int | Type::Range { .. })
    }
}
