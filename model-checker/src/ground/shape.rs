//! Shapes: how the values of a type fall apart into scalars in a scope.
//!
//! Bools, integers, enumerators, elements, and options of these are one scalar each; a set is one truth value
//! per element of its type; a map is one group per key; a tuple its components; an option of anything else a
//! flag and its payload, which has its default form where the flag is false, so that equal values have equal
//! scalars.

use std::convert::Infallible;
use std::sync::Arc;

use transition_system::value::{Value, domain};
use transition_system::{EnumId, Scope, SortId, System, Type, TypeId};

use super::error::GroundError;

/// Most elements of a set's type or keys of a map.
const WIDTH_LIMIT: u64 = 1 << 16;

/// A tree with one leaf per scalar of a value.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Tree<T> {
    /// A scalar.
    Scalar(T),
    /// A truth value per element of the set's type.
    Set(Arc<[T]>),
    /// A group per key.
    Map(Arc<[Tree<T>]>),
    /// The components.
    Tuple(Arc<[Tree<T>]>),
    /// Whether there is a value, and the value.
    Option(T, Arc<Tree<T>>),
}

impl<T: Copy> Tree<T> {
    /// The same tree with other leaves.
    pub fn map<U>(&self, f: &mut dyn FnMut(T) -> U) -> Tree<U> {
        let Ok(tree) = self.try_map(&mut |x| Ok::<U, Infallible>(f(x)));
        tree
    }

    /// The same tree with other leaves, or the error of the first leaf that has none.
    ///
    /// # Errors
    /// What `f` returns.
    pub fn try_map<U, E>(&self, f: &mut dyn FnMut(T) -> Result<U, E>) -> Result<Tree<U>, E> {
        Ok(match self {
            Tree::Scalar(x) => Tree::Scalar(f(*x)?),
            Tree::Set(xs) => Tree::Set(xs.iter().map(|x| f(*x)).collect::<Result<_, E>>()?),
            Tree::Map(xs) => Tree::Map(xs.iter().map(|x| x.try_map(f)).collect::<Result<_, E>>()?),
            Tree::Tuple(xs) => Tree::Tuple(xs.iter().map(|x| x.try_map(f)).collect::<Result<_, E>>()?),
            Tree::Option(flag, x) => Tree::Option(f(*flag)?, Arc::new(x.try_map(f)?)),
        })
    }

    /// Calls `f` on each leaf, in order.
    pub fn for_each(&self, f: &mut dyn FnMut(T)) {
        match self {
            Tree::Scalar(x) => f(*x),
            Tree::Set(xs) => xs.iter().for_each(|x| f(*x)),
            Tree::Map(xs) | Tree::Tuple(xs) => xs.iter().for_each(|x| x.for_each(f)),
            Tree::Option(flag, x) => {
                f(*flag);
                x.for_each(f);
            }
        }
    }
}

/// What a scalar stands for. Its values are consecutive integers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Scalar {
    /// 0 and 1.
    Bool,
    /// Integers, as they are.
    Range(i64, i64),
    /// Integers without bounds.
    Int,
    /// Index of an enumerator; number of enumerators.
    Enum(EnumId, u32),
    /// Index of an element; number of elements.
    Sort(SortId, u32),
    /// 0 for `none`, else 1 plus the inner value's distance from the least one.
    Option(Box<Scalar>),
}

impl Scalar {
    /// Least and greatest value; `None` for [`Scalar::Int`].
    #[must_use]
    pub fn bounds(&self) -> Option<(i64, i64)> {
        Some(match self {
            Scalar::Bool => (0, 1),
            Scalar::Range(lo, hi) => (*lo, *hi),
            Scalar::Int => return None,
            Scalar::Enum(_, n) | Scalar::Sort(_, n) => (0, i64::from(*n) - 1),
            Scalar::Option(inner) => {
                let (lo, hi) = inner.bounds()?;
                (0, hi.checked_sub(lo)?.checked_add(1)?)
            }
        })
    }

    /// Whether the value with this code is an element of a sort.
    #[must_use]
    pub fn is_element(&self, code: i64) -> bool {
        match self {
            Scalar::Sort(..) => true,
            Scalar::Option(inner) => code > 0 && inner.is_element(code - 1),
            Scalar::Bool | Scalar::Range(..) | Scalar::Int | Scalar::Enum(..) => false,
        }
    }

    /// The value with this code.
    #[must_use]
    pub fn decode(&self, code: i64) -> Value {
        match self {
            Scalar::Bool => Value::Bool(code != 0),
            Scalar::Range(..) | Scalar::Int => Value::Int(code),
            Scalar::Enum(e, _) => Value::Enumerator(*e, code as u32),
            Scalar::Sort(s, _) => Value::Element(*s, code as u32),
            Scalar::Option(_) if code == 0 => Value::None,
            Scalar::Option(inner) => {
                let (lo, _) = inner.bounds().unwrap_or_default();
                Value::Some(Box::new(inner.decode(lo + code - 1)))
            }
        }
    }

    /// The code of a value; `None` if it is not of the type.
    #[must_use]
    pub fn encode(&self, value: &Value) -> Option<i64> {
        match (self, value) {
            (Scalar::Bool, Value::Bool(b)) => Some(i64::from(*b)),
            (Scalar::Range(lo, hi), Value::Int(n)) => (lo..=hi).contains(&n).then_some(*n),
            (Scalar::Int, Value::Int(n)) => Some(*n),
            (Scalar::Enum(e, n), Value::Enumerator(f, i)) => (e == f && i < n).then_some(i64::from(*i)),
            (Scalar::Sort(s, n), Value::Element(t, i)) => (s == t && i < n).then_some(i64::from(*i)),
            (Scalar::Option(_), Value::None) => Some(0),
            (Scalar::Option(inner), Value::Some(v)) => Some(inner.encode(v)? - inner.bounds()?.0 + 1),
            (_, _) => None,
        }
    }
}

/// The shape of a type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Shape {
    /// One scalar.
    Scalar(Scalar),
    /// The elements that a set may have, in order, and their shape.
    Set(Arc<[Value]>, Arc<Shape>),
    /// The keys in order, their shape, and the shape of the values.
    Map(Arc<[Value]>, Arc<Shape>, Arc<Shape>),
    /// Components.
    Tuple(Vec<Arc<Shape>>),
    /// An option of what is not one bounded scalar.
    Option(Arc<Shape>),
}

impl Shape {
    /// Makes the shape of a type.
    ///
    /// # Errors
    /// [`GroundError`] where a sort has no size or a set or map is too wide.
    pub fn of(system: &System, scope: &Scope, ty: TypeId) -> Result<Shape, GroundError> {
        let part = |ty: TypeId| Shape::of(system, scope, ty).map(Arc::new);
        let values = |ty: TypeId| -> Result<Arc<[Value]>, GroundError> {
            Ok(domain(system, scope, ty, WIDTH_LIMIT)
                .map_err(|e| GroundError::domain(system, ty, &e))?
                .into())
        };
        Ok(match system.arena.type_of_id(ty) {
            Type::Bool => Shape::Scalar(Scalar::Bool),
            Type::Int => Shape::Scalar(Scalar::Int),
            Type::Range { lo, hi } => Shape::Scalar(Scalar::Range(*lo, *hi)),
            Type::Enum(e) => Shape::Scalar(Scalar::Enum(*e, system.enumeration(*e).enumerators.len() as u32)),
            Type::Sort(s) => {
                let size = transition_system::value::sort_size(system, scope, *s)
                    .map_err(|e| GroundError::domain(system, ty, &e))?;
                Shape::Scalar(Scalar::Sort(*s, size))
            }
            Type::Option(inner) => match Shape::of(system, scope, *inner)? {
                Shape::Scalar(s) if Scalar::Option(Box::new(s.clone())).bounds().is_some() => {
                    Shape::Scalar(Scalar::Option(Box::new(s)))
                }
                other => Shape::Option(Arc::new(other)),
            },
            Type::Set(elem) => match system.arena.type_of_id(*elem) {
                // only ever written out, never stored: see `flatten`
                Type::Int => Shape::Set(Arc::new([]), Arc::new(Shape::Scalar(Scalar::Int))),
                _ => Shape::Set(values(*elem)?, part(*elem)?),
            },
            Type::Map(k, v) => Shape::Map(values(*k)?, part(*k)?, part(*v)?),
            Type::Tuple(parts) => Shape::Tuple(parts.iter().map(|p| part(*p)).collect::<Result<_, _>>()?),
        })
    }

    /// The scalars of a value.
    ///
    /// # Errors
    /// [`GroundError`] if the value is not of the type.
    pub fn encode(&self, value: &Value) -> Result<Tree<i64>, GroundError> {
        let wrong = || GroundError::internal("a value is not of its declared type");
        Ok(match (self, value) {
            (Shape::Scalar(s), _) => Tree::Scalar(s.encode(value).ok_or_else(wrong)?),
            (Shape::Set(items, _), Value::Set(set)) => {
                Tree::Set(items.iter().map(|x| i64::from(set.contains(x))).collect())
            }
            (Shape::Map(keys, _, inner), Value::Map(map)) => Tree::Map(
                keys.iter()
                    .map(|k| inner.encode(map.get(k).ok_or_else(wrong)?))
                    .collect::<Result<_, _>>()?,
            ),
            (Shape::Tuple(shapes), Value::Tuple(parts)) => Tree::Tuple(
                shapes
                    .iter()
                    .zip(parts)
                    .map(|(s, v)| s.encode(v))
                    .collect::<Result<_, _>>()?,
            ),
            (Shape::Option(inner), Value::None) => Tree::Option(0, Arc::new(inner.default_tree())),
            (Shape::Option(inner), Value::Some(v)) => Tree::Option(1, Arc::new(inner.encode(v)?)),
            (_, _) => return Err(wrong()),
        })
    }

    /// The value with these scalars.
    #[must_use]
    pub fn decode(&self, tree: &Tree<i64>) -> Value {
        match (self, tree) {
            (Shape::Scalar(s), Tree::Scalar(code)) => s.decode(*code),
            (Shape::Set(items, _), Tree::Set(bits)) => Value::Set(
                items
                    .iter()
                    .zip(bits.iter())
                    .filter(|(_, bit)| **bit != 0)
                    .map(|(x, _)| x.clone())
                    .collect(),
            ),
            (Shape::Map(keys, _, inner), Tree::Map(values)) => Value::Map(
                keys.iter()
                    .zip(values.iter())
                    .map(|(k, v)| (k.clone(), inner.decode(v)))
                    .collect(),
            ),
            (Shape::Tuple(shapes), Tree::Tuple(parts)) => Value::Tuple(
                shapes
                    .iter()
                    .zip(parts.iter())
                    .map(|(s, p)| s.decode(p))
                    .collect(),
            ),
            (Shape::Option(inner), Tree::Option(flag, payload)) if *flag != 0 => {
                Value::Some(Box::new(inner.decode(payload)))
            }
            // an option without a value; a tree of another shape is never made
            (_, _) => Value::None,
        }
    }

    /// The scalars of the payload of `none`: the least of each.
    #[must_use]
    pub fn default_tree(&self) -> Tree<i64> {
        match self {
            Shape::Scalar(s) => Tree::Scalar(s.bounds().map_or(0, |b| b.0)),
            Shape::Set(items, _) => Tree::Set(items.iter().map(|_| 0).collect()),
            Shape::Map(keys, _, inner) => {
                let one = inner.default_tree();
                Tree::Map(keys.iter().map(|_| one.clone()).collect())
            }
            Shape::Tuple(parts) => Tree::Tuple(parts.iter().map(|p| p.default_tree()).collect()),
            Shape::Option(inner) => Tree::Option(0, Arc::new(inner.default_tree())),
        }
    }
}
