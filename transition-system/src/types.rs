//! Types of the transition system. They are interned in the [`Arena`](crate::Arena): equal types have
//! equal ids.
//!
//! A *range* is an integer type with bounds that are a promise; in expressions a range and `int` mix, and
//! [`Expr::Narrow`](crate::Expr::Narrow) is the only way from an integer back into a range. Equality
//! between two types otherwise is identity of their ids.

use crate::ids::{EnumId, SortId, TypeId};
use crate::system::System;
use crate::view::View;

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

impl System {
    /// A type as the language writes it: `Container -> option Phase`.
    #[must_use]
    pub fn type_name(&self, ty: TypeId) -> String {
        match self.arena.type_of_id(ty) {
            Type::Map(k, v) => {
                let key = match self.arena.type_of_id(*k) {
                    Type::Map(..) => format!("({})", self.type_name(*k)),
                    _ => self.tight_type_name(*k),
                };
                format!("{key} -> {}", self.type_name(*v))
            }
            Type::Set(inner) => match self.arena.type_of_id(*inner) {
                Type::Tuple(parts) => format!("relation {}", self.type_names(parts)),
                _ => self.tight_type_name(ty),
            },
            _ => self.tight_type_name(ty),
        }
    }

    /// Likewise, to stand behind `set` or `option`.
    fn tight_type_name(&self, ty: TypeId) -> String {
        match self.arena.type_of_id(ty) {
            Type::Bool => "bool".to_owned(),
            Type::Int => "int".to_owned(),
            Type::Range { lo, hi } => format!("{lo}..{hi}"),
            Type::Enum(e) => self.enumeration(*e).name.clone(),
            Type::Sort(s) => self.sort(*s).name.clone(),
            Type::Option(inner) => format!("option {}", self.tight_type_name(*inner)),
            Type::Set(inner) => format!("set {}", self.tight_type_name(*inner)),
            Type::Map(..) => format!("({})", self.type_name(ty)),
            Type::Tuple(parts) => format!("({})", self.type_names(parts)),
        }
    }

    /// A type with a view, as the language writes it: a record by its fields (`{a: 0..3, b: Box}`), `seq[2] Box`,
    /// `multiset[3] Box`.
    #[must_use]
    pub fn type_shown(&self, ty: TypeId, view: &View) -> String {
        let base = |ty, view: &View| match view {
            View::Map(..) => format!("({})", self.type_shown(ty, view)),
            _ => self.type_shown(ty, view),
        };
        match (view, self.arena.type_of_id(ty)) {
            (View::Record(fields), of) => {
                let parts = match of {
                    Type::Tuple(parts) if fields.len() > 1 => parts.as_slice(),
                    _ => std::slice::from_ref(&ty),
                };
                let field = |((name, view), ty): (&(String, View), &TypeId)| {
                    format!("{name}: {}", self.type_shown(*ty, view))
                };
                let fields: Vec<_> = fields.iter().zip(parts).map(field).collect();
                format!("{{{}}}", fields.join(", "))
            }
            (View::Tuple(views), Type::Tuple(parts)) => {
                let parts: Vec<_> = parts
                    .iter()
                    .zip(views)
                    .map(|(t, v)| self.type_shown(*t, v))
                    .collect();
                format!("({})", parts.join(", "))
            }
            (View::Seq(n, of), Type::Option(inner)) => {
                let element = match self.arena.type_of_id(*inner) {
                    Type::Tuple(parts) if *n > 1 => parts.first().copied().unwrap_or(*inner),
                    _ => *inner,
                };
                format!("seq[{n}] {}", base(element, of))
            }
            (View::Multiset(of), Type::Map(key, count)) => match self.arena.type_of_id(*count) {
                Type::Range { hi, .. } => format!("multiset[{hi}] {}", base(*key, of)),
                _ => self.type_name(ty),
            },
            (View::Option(of), Type::Option(inner)) => format!("option {}", base(*inner, of)),
            (View::Set(of), Type::Set(inner)) => format!("set {}", base(*inner, of)),
            (View::Map(k, v), Type::Map(key, value)) => {
                format!("{} -> {}", base(*key, k), self.type_shown(*value, v))
            }
            (_, _) => self.type_name(ty),
        }
    }

    fn type_names(&self, types: &[TypeId]) -> String {
        let parts: Vec<_> = types.iter().map(|t| self.tight_type_name(*t)).collect();
        parts.join(", ")
    }
}
