//! How values are shown: records by their fields, sequences and multisets by their elements.
//!
//! Views are about looks only. No engine reads them, and a system without views means the same.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::ids::{BinderId, ConstId, VarId};
use crate::system::System;
use crate::value::Value;

/// How a value is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// As its type says.
    #[default]
    Plain,
    /// The components of a tuple by name, as in `{a: 1, b: web}`. With one name, the value itself.
    Record(Vec<(String, View)>),
    /// The components of a tuple.
    Tuple(Vec<View>),
    /// Nested options, at most so many, as a list: `[x, y]`.
    Seq(u32, Box<View>),
    /// A map to counts, as in `{web * 2, db}`.
    Multiset(Box<View>),
    /// What is inside an option.
    Option(Box<View>),
    /// The elements of a set.
    Set(Box<View>),
    /// Keys and values of a map.
    Map(Box<View>, Box<View>),
}

/// The views of a system's declarations; what is not listed is plain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Views {
    /// Of constants.
    pub constants: BTreeMap<ConstId, View>,
    /// Of variables.
    pub variables: BTreeMap<VarId, View>,
    /// Of parameters and bound variables.
    pub binders: BTreeMap<BinderId, View>,
}

static PLAIN: View = View::Plain;

impl Views {
    /// The view of a constant.
    #[must_use]
    pub fn constant(&self, id: ConstId) -> &View {
        self.constants.get(&id).unwrap_or(&PLAIN)
    }

    /// The view of a variable.
    #[must_use]
    pub fn variable(&self, id: VarId) -> &View {
        self.variables.get(&id).unwrap_or(&PLAIN)
    }

    /// The view of a binder.
    #[must_use]
    pub fn binder(&self, id: BinderId) -> &View {
        self.binders.get(&id).unwrap_or(&PLAIN)
    }
}

impl View {
    /// Views of parts made one, plain where all of them are.
    #[must_use]
    pub fn tuple(parts: Vec<View>) -> View {
        if parts.iter().all(|p| *p == View::Plain) {
            return View::Plain;
        }
        View::Tuple(parts)
    }

    /// The view of an option.
    #[must_use]
    pub fn option(inner: View) -> View {
        match inner {
            View::Plain => View::Plain,
            other => View::Option(Box::new(other)),
        }
    }

    /// The view of a set.
    #[must_use]
    pub fn set(of: View) -> View {
        match of {
            View::Plain => View::Plain,
            other => View::Set(Box::new(other)),
        }
    }

    /// The view of a map.
    #[must_use]
    pub fn map(key: View, value: View) -> View {
        match (key, value) {
            (View::Plain, View::Plain) => View::Plain,
            (key, value) => View::Map(Box::new(key), Box::new(value)),
        }
    }

    /// The view of keys, and of values, of a map.
    #[must_use]
    pub fn entries(&self) -> (&View, &View) {
        match self {
            View::Map(k, v) => (k, v),
            View::Multiset(k) => (k, &PLAIN),
            View::Plain
            | View::Record(_)
            | View::Tuple(_)
            | View::Seq(..)
            | View::Option(_)
            | View::Set(_) => (&PLAIN, &PLAIN),
        }
    }

    /// The view of the elements of a set.
    #[must_use]
    pub fn element(&self) -> &View {
        match self {
            View::Set(of) => of,
            View::Plain
            | View::Record(_)
            | View::Tuple(_)
            | View::Seq(..)
            | View::Multiset(_)
            | View::Option(_)
            | View::Map(..) => &PLAIN,
        }
    }
}

impl Value {
    /// The value as a view shows it; where they do not fit, as [`Value::display`].
    #[must_use]
    pub fn show(&self, system: &System, view: &View) -> String {
        let mut out = String::new();
        self.write_as(system, view, &mut out);
        out
    }

    fn write_as(&self, system: &System, view: &View, out: &mut String) {
        match (view, self) {
            (View::Record(fields), value) => {
                let whole = std::slice::from_ref(value);
                let parts = match value {
                    Value::Tuple(parts) if fields.len() > 1 => parts.as_slice(),
                    _ => whole,
                };
                let pairs = fields.iter().zip(parts);
                list(out, ("{", "}"), pairs, |out, ((name, view), part)| {
                    let _ = write!(out, "{name}: ");
                    part.write_as(system, view, out);
                });
            }
            (View::Tuple(views), Value::Tuple(parts)) => {
                list(out, ("(", ")"), views.iter().zip(parts), |out, (view, part)| {
                    part.write_as(system, view, out);
                });
            }
            (View::Seq(most, of), value) => {
                let items = items(value, *most);
                list(out, ("[", "]"), items.into_iter(), |out, item| {
                    item.write_as(system, of, out);
                });
            }
            (View::Multiset(of), Value::Map(entries)) => {
                let held = entries.iter().filter(|(_, n)| n.as_int() != Some(0));
                list(out, ("{", "}"), held, |out, (key, n)| {
                    key.write_as(system, of, out);
                    if n.as_int() != Some(1) {
                        let _ = write!(out, " * {}", n.display(system));
                    }
                });
            }
            (View::Option(of), Value::Some(inner)) => {
                out.push_str("some(");
                inner.write_as(system, of, out);
                out.push(')');
            }
            (View::Set(of), Value::Set(items)) => {
                list(out, ("{", "}"), items.iter(), |out, item| {
                    item.write_as(system, of, out)
                });
            }
            (View::Map(k, v), Value::Map(entries)) => {
                list(out, ("[", "]"), entries.iter(), |out, (key, value)| {
                    key.write_as(system, k, out);
                    out.push_str(" -> ");
                    value.write_as(system, v, out);
                });
            }
            (
                View::Plain
                | View::Tuple(_)
                | View::Multiset(_)
                | View::Option(_)
                | View::Set(_)
                | View::Map(..),
                value,
            ) => out.push_str(&value.display(system)),
        }
    }
}

/// The elements of a sequence of at most so many: nested options of pairs, the last without a rest.
#[must_use]
pub fn items(mut value: &Value, most: u32) -> Vec<&Value> {
    let mut out = Vec::new();
    for left in (0..most).rev() {
        let Value::Some(inside) = value else { break };
        match inside.as_ref() {
            Value::Tuple(parts) if left > 0 => {
                let [item, rest] = parts.as_slice() else { break };
                out.push(item);
                value = rest;
            }
            item => out.push(item),
        }
    }
    out
}

fn list<T>(
    out: &mut String,
    (open, close): (&str, &str),
    items: impl Iterator<Item = T>,
    mut each: impl FnMut(&mut String, T),
) {
    out.push_str(open);
    for (i, item) in items.enumerate() {
        out.push_str(if i == 0 { "" } else { ", " });
        each(out, item);
    }
    out.push_str(close);
}
