//! A fact: a value, or the admission that it is unknown, with where it came from.
//!
//! Gives: [`Fact`], [`Entry`] (an element of a list that a source spells out), [`Origin`], [`Place`].
//! Guarantees: whatever a reader puts into the vocabulary says its origin; a [`Place`] is a real range of the text
//! that was read, and for something absent it is the range of its nearest parent that is there.

use serde::Serialize;
use std::sync::Arc;

/// A range of a source text, as a person finds it, and the path of what is (or is not) there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Place {
    /// The name that the caller gave the source.
    pub file: Arc<str>,
    /// First line, counted from 1.
    pub line: u32,
    /// First column in characters, counted from 1.
    pub column: u32,
    /// Line of the end of the range.
    pub end_line: u32,
    /// Column just after the range.
    pub end_column: u32,
    /// Where in the document, e.g. `linux.namespaces[2].type`; for `/proc` files the name of the field.
    pub path: String,
    /// True if the thing at `path` is missing: the range is then that of its nearest parent.
    pub absent: bool,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Whose default a fact is, and the version for which it was established.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Layer {
    /// The software or specification whose default it is, e.g. `runtime-spec`.
    pub of: &'static str,
    /// The version (or range of versions) for which the default holds.
    pub version: &'static str,
}

/// How a fact is known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OriginKind {
    /// The source says so.
    Given,
    /// The source is silent, and this is what the named layer then does.
    Default(Layer),
    /// It was seen on a running process.
    Observed,
    /// It follows from other facts by a rule of the kernel or of the runtime; the places are those of the others.
    Derived {
        /// The rule, in words.
        rule: &'static str,
    },
    /// The sources do not tell; `why` says what is missing.
    Unknown {
        /// What would have to be known.
        why: String,
    },
}

/// Where a fact came from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Origin {
    /// How it is known.
    pub kind: OriginKind,
    /// The places that decide it; for a default, where the value would have stood.
    pub places: Vec<Place>,
}

impl Origin {
    /// The source says so at `place`.
    pub fn given(place: Place) -> Self {
        Self {
            kind: OriginKind::Given,
            places: vec![place],
        }
    }

    /// Nothing is said; `layer` then does it this way. `place` is where it would be said.
    pub fn default_of(layer: Layer, place: Place) -> Self {
        Self {
            kind: OriginKind::Default(layer),
            places: vec![place],
        }
    }

    /// Seen on a running process, in the line at `place`.
    pub fn observed(place: Place) -> Self {
        Self {
            kind: OriginKind::Observed,
            places: vec![place],
        }
    }

    /// Follows from facts at `places` by `rule`.
    pub fn derived(rule: &'static str, places: Vec<Place>) -> Self {
        Self {
            kind: OriginKind::Derived { rule },
            places,
        }
    }

    /// Not known, because of `why`.
    pub fn unknown(why: impl Into<String>, places: Vec<Place>) -> Self {
        Self {
            kind: OriginKind::Unknown { why: why.into() },
            places,
        }
    }

    /// The first place, which is the one to show where only one is shown.
    pub fn place(&self) -> Option<&Place> {
        self.places.first()
    }

    /// True if a configuration leaves this to a default.
    pub fn is_default(&self) -> bool {
        matches!(self.kind, OriginKind::Default(_))
    }
}

/// A value that is known, or not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Value<T> {
    /// The value.
    Known(T),
    /// The sources do not tell: whoever reasons with the fact must assume every possible value.
    Unknown,
}

/// A fact of the vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Fact<T> {
    /// What is known.
    pub value: Value<T>,
    /// Whence.
    pub origin: Origin,
}

impl<T> Fact<T> {
    /// A known value with its origin.
    pub fn new(value: T, origin: Origin) -> Self {
        Self {
            value: Value::Known(value),
            origin,
        }
    }

    /// A value that the source spells out at `place`.
    pub fn given(value: T, place: Place) -> Self {
        Self::new(value, Origin::given(place))
    }

    /// The value that `layer` uses where the source is silent.
    pub fn default_of(value: T, layer: Layer, place: Place) -> Self {
        Self::new(value, Origin::default_of(layer, place))
    }

    /// A value seen on a running process.
    pub fn observed(value: T, place: Place) -> Self {
        Self::new(value, Origin::observed(place))
    }

    /// A value that follows from others.
    pub fn derived(value: T, rule: &'static str, places: Vec<Place>) -> Self {
        Self::new(value, Origin::derived(rule, places))
    }

    /// A value that the sources do not tell.
    pub fn unknown(why: impl Into<String>, places: Vec<Place>) -> Self {
        Self {
            value: Value::Unknown,
            origin: Origin::unknown(why, places),
        }
    }

    /// The value, if it is known.
    pub fn known(&self) -> Option<&T> {
        match &self.value {
            Value::Known(v) => Some(v),
            Value::Unknown => None,
        }
    }

    /// True if the value is known and satisfies `test`.
    pub fn is(&self, test: impl FnOnce(&T) -> bool) -> bool {
        self.known().is_some_and(test)
    }

    /// True unless the value is known and fails `test`: what must be assumed of an unknown.
    pub fn may_be(&self, test: impl FnOnce(&T) -> bool) -> bool {
        self.known().is_none_or(test)
    }

    /// The places that decide the value.
    pub fn places(&self) -> &[Place] {
        &self.origin.places
    }

    /// The same origin with another value.
    pub fn map<U>(&self, f: impl FnOnce(&T) -> U) -> Fact<U> {
        let value = match &self.value {
            Value::Known(v) => Value::Known(f(v)),
            Value::Unknown => Value::Unknown,
        };
        Fact {
            value,
            origin: self.origin.clone(),
        }
    }
}

/// An element of a list, with where that element comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Entry<T> {
    /// The element.
    pub value: T,
    /// Whence.
    pub origin: Origin,
}

impl<T> Entry<T> {
    /// An element with its origin.
    pub fn new(value: T, origin: Origin) -> Self {
        Self { value, origin }
    }
}

/// A list whose presence is a fact and whose elements each know their place.
pub type FactList<T> = Fact<Vec<Entry<T>>>;
