//! Values, and the values of a type under a scope.
//!
//! Values are plain trees, slow and obvious: they are what the reference evaluator computes with and what
//! traces hold. Equal values are equal trees; the order of values is the order of their types' domains.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::ids::{EnumId, SortId, TypeId};
use crate::scope::Scope;
use crate::system::System;
use crate::types::Type;

/// A value.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Value {
    /// A truth value.
    Bool(bool),
    /// An integer (of `int` or of a range).
    Int(i64),
    /// An enumerator, by index.
    Enumerator(EnumId, u32),
    /// An element of a sort, by index below the scope's size.
    Element(SortId, u32),
    /// No value.
    None,
    /// A value of an option.
    Some(Box<Value>),
    /// A set.
    Set(BTreeSet<Value>),
    /// A total map.
    Map(BTreeMap<Value, Value>),
    /// A tuple.
    Tuple(Vec<Value>),
}

impl Value {
    /// The truth value, if it is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        if let Value::Bool(b) = self { Some(*b) } else { None }
    }

    /// The integer, if it is one.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        if let Value::Int(n) = self { Some(*n) } else { None }
    }

    /// One more than the greatest index of an element of `sort` in the value; 0 if there is none. For a total map over
    /// the sort that is the sort's size.
    #[must_use]
    pub fn elements_of(&self, sort: SortId) -> u32 {
        let most =
            |items: &mut dyn Iterator<Item = &Value>| items.map(|v| v.elements_of(sort)).max().unwrap_or(0);
        match self {
            Value::Element(s, i) if *s == sort => i + 1,
            Value::Bool(_) | Value::Int(_) | Value::Enumerator(..) | Value::Element(..) | Value::None => 0,
            Value::Some(v) => v.elements_of(sort),
            Value::Set(items) => most(&mut items.iter()),
            Value::Map(entries) => most(&mut entries.iter().flat_map(|(k, v)| [k, v])),
            Value::Tuple(items) => most(&mut items.iter()),
        }
    }

    /// The value as the language writes it: enumerators and named elements by name, other elements as
    /// `Sort#0`.
    #[must_use]
    pub fn display(&self, system: &System) -> String {
        let mut out = String::new();
        self.write(system, &mut out);
        out
    }

    fn write(&self, system: &System, out: &mut String) {
        match self {
            Value::Bool(b) => {
                let _ = write!(out, "{b}");
            }
            Value::Int(n) => {
                let _ = write!(out, "{n}");
            }
            Value::Enumerator(e, i) => out.push_str(&system.enumeration(*e).enumerators[*i as usize]),
            Value::Element(s, i) => {
                let sort = system.sort(*s);
                match sort.elements.get(*i as usize) {
                    Some(name) => out.push_str(name),
                    None => {
                        let _ = write!(out, "{}#{i}", sort.name);
                    }
                }
            }
            Value::None => out.push_str("none"),
            Value::Some(v) => {
                out.push_str("some(");
                v.write(system, out);
                out.push(')');
            }
            Value::Set(items) => Self::write_list(system, out, ("{", "}"), items.iter()),
            Value::Tuple(items) => Self::write_list(system, out, ("(", ")"), items.iter()),
            Value::Map(entries) => {
                out.push('[');
                for (i, (k, v)) in entries.iter().enumerate() {
                    out.push_str(if i == 0 { "" } else { ", " });
                    k.write(system, out);
                    out.push_str(" -> ");
                    v.write(system, out);
                }
                out.push(']');
            }
        }
    }

    fn write_list<'a>(
        system: &System,
        out: &mut String,
        (open, close): (&str, &str),
        items: impl Iterator<Item = &'a Value>,
    ) {
        out.push_str(open);
        for (i, item) in items.enumerate() {
            out.push_str(if i == 0 { "" } else { ", " });
            item.write(system, out);
        }
        out.push_str(close);
    }
}

/// Why the values of a type cannot be listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DomainError {
    /// `int` has no bounds.
    Unbounded,
    /// A sort has neither named elements nor a size in the scope.
    NoSize(SortId),
    /// More values than the limit.
    TooLarge {
        /// The limit that was exceeded.
        limit: u64,
    },
}

/// Number of elements of a sort: its named elements, or the scope's size.
///
/// # Errors
/// [`DomainError::NoSize`].
pub fn sort_size(system: &System, scope: &Scope, sort: SortId) -> Result<u32, DomainError> {
    match system.sort(sort).elements.len() {
        0 => scope.size(sort).ok_or(DomainError::NoSize(sort)),
        n => Ok(n as u32),
    }
}

/// Number of values of a type, at most `limit`.
///
/// # Errors
/// [`DomainError`].
pub fn domain_size(system: &System, scope: &Scope, ty: TypeId, limit: u64) -> Result<u64, DomainError> {
    let too_large = DomainError::TooLarge { limit };
    let size = match system.arena.type_of_id(ty) {
        Type::Bool => 2,
        Type::Int => return Err(DomainError::Unbounded),
        Type::Range { lo, hi } => hi.abs_diff(*lo).checked_add(1).ok_or(too_large.clone())?,
        Type::Enum(e) => system.enumeration(*e).enumerators.len() as u64,
        Type::Sort(s) => u64::from(sort_size(system, scope, *s)?),
        Type::Option(inner) => domain_size(system, scope, *inner, limit)? + 1,
        Type::Set(inner) => {
            let n = domain_size(system, scope, *inner, limit)?;
            1u64.checked_shl(u32::try_from(n).unwrap_or(64))
                .filter(|_| n < 64)
                .ok_or(too_large.clone())?
        }
        Type::Map(k, v) => {
            let (k, v) = (
                domain_size(system, scope, *k, limit)?,
                domain_size(system, scope, *v, limit)?,
            );
            v.checked_pow(u32::try_from(k).unwrap_or(u32::MAX))
                .ok_or(too_large.clone())?
        }
        Type::Tuple(parts) => {
            let mut n = 1u64;
            for part in parts {
                n = n
                    .checked_mul(domain_size(system, scope, *part, limit)?)
                    .ok_or(too_large.clone())?;
            }
            n
        }
    };
    if size > limit { Err(too_large) } else { Ok(size) }
}

/// All values of a type in order, at most `limit` of them.
///
/// # Errors
/// [`DomainError`].
pub fn domain(system: &System, scope: &Scope, ty: TypeId, limit: u64) -> Result<Vec<Value>, DomainError> {
    domain_size(system, scope, ty, limit)?;
    Ok(match system.arena.type_of_id(ty).clone() {
        Type::Bool => vec![Value::Bool(false), Value::Bool(true)],
        Type::Int => return Err(DomainError::Unbounded),
        Type::Range { lo, hi } => (lo..=hi).map(Value::Int).collect(),
        Type::Enum(e) => (0..system.enumeration(e).enumerators.len() as u32)
            .map(|i| Value::Enumerator(e, i))
            .collect(),
        Type::Sort(s) => (0..sort_size(system, scope, s)?)
            .map(|i| Value::Element(s, i))
            .collect(),
        Type::Option(inner) => {
            let some = domain(system, scope, inner, limit)?
                .into_iter()
                .map(|v| Value::Some(Box::new(v)));
            std::iter::once(Value::None).chain(some).collect()
        }
        Type::Set(inner) => {
            let items = domain(system, scope, inner, limit)?;
            let mut sets: Vec<Value> = subsets(&items).map(Value::Set).collect();
            sets.sort();
            sets
        }
        Type::Map(k, v) => {
            let (keys, values) = (domain(system, scope, k, limit)?, domain(system, scope, v, limit)?);
            product(&vec![values; keys.len()])
                .into_iter()
                .map(|vs| Value::Map(keys.iter().cloned().zip(vs).collect()))
                .collect()
        }
        Type::Tuple(parts) => {
            let parts = parts
                .iter()
                .map(|p| domain(system, scope, *p, limit))
                .collect::<Result<Vec<_>, _>>()?;
            product(&parts).into_iter().map(Value::Tuple).collect()
        }
    })
}

fn subsets(items: &[Value]) -> impl Iterator<Item = BTreeSet<Value>> + '_ {
    (0u64..1 << items.len()).map(|mask| {
        items
            .iter()
            .enumerate()
            .filter(|(i, _)| mask >> i & 1 == 1)
            .map(|(_, v)| v.clone())
            .collect()
    })
}

/// The cartesian product, the last component changing fastest.
#[must_use]
pub fn product(parts: &[Vec<Value>]) -> Vec<Vec<Value>> {
    let mut out = vec![Vec::new()];
    for part in parts {
        out = out
            .into_iter()
            .flat_map(|head| {
                part.iter().map(move |v| {
                    let mut row = head.clone();
                    row.push(v.clone());
                    row
                })
            })
            .collect();
    }
    out
}
