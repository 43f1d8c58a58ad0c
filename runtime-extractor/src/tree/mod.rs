//! The one untyped tree into which every structured format is read.
//!
//! Takes a [`SourceFile`]; gives [`Node`]s with the range of each value and of each key. Guarantees: no two members of an
//! object have the same key; the depth is within [`Limits::max_depth`]; ranges lie in the text.

mod json;
mod scalar;
mod yaml;

pub use json::parse_json;
pub use yaml::parse_yaml;

use crate::source::{Limits, ReadError, SourceFile, Span};

/// What a node is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NodeKind {
    /// Null, or nothing.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number: integers in decimal, others as written.
    Number(String),
    /// A text.
    String(String),
    /// A list.
    Array(Vec<Node>),
    /// Members, in the order of the text.
    Object(Vec<Member>),
}

/// A value with its range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Where it is.
    pub span: Span,
}

/// A member of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its key.
    pub key: String,
    /// Where the key is.
    pub key_span: Span,
    /// Its value.
    pub value: Node,
}

impl Node {
    /// The member with this key, of an object.
    pub fn get(&self, key: &str) -> Option<&Member> {
        match &self.kind {
            NodeKind::Object(members) => members.iter().find(|m| m.key == key),
            NodeKind::Null
            | NodeKind::Bool(_)
            | NodeKind::Number(_)
            | NodeKind::String(_)
            | NodeKind::Array(_) => None,
        }
    }

    /// What to call it in a message.
    pub fn describe(&self) -> String {
        match &self.kind {
            NodeKind::Null => "null".into(),
            NodeKind::Bool(value) => format!("the boolean `{value}`"),
            NodeKind::Number(text) => format!("the number `{text}`"),
            NodeKind::String(text) => format!("the string `{}`", shorten(text)),
            NodeKind::Array(_) => "a list".into(),
            NodeKind::Object(_) => "an object".into(),
        }
    }

    /// True for lists and objects.
    pub fn is_container(&self) -> bool {
        matches!(self.kind, NodeKind::Array(_) | NodeKind::Object(_))
    }

    /// Number of nodes of the tree below and with this one.
    pub fn count(&self) -> usize {
        match &self.kind {
            NodeKind::Null | NodeKind::Bool(_) | NodeKind::Number(_) | NodeKind::String(_) => 1,
            NodeKind::Array(items) => 1 + items.iter().map(Node::count).sum::<usize>(),
            NodeKind::Object(members) => 1 + members.iter().map(|m| m.value.count()).sum::<usize>(),
        }
    }
}

/// The beginning of a text, for a message.
pub(crate) fn shorten(text: &str) -> String {
    const MOST: usize = 60;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}..", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// The error for a key that an object has twice.
fn duplicate_key(source: &SourceFile, key: &str, first: Span, second: Span) -> ReadError {
    let (line, column) = source.line_column(first.start);
    let help = format!("the first is at {line}:{column}");
    source.error(
        second.start,
        format!("the key `{}` is here twice", shorten(key)),
        Some(&help),
    )
}

/// Reports every key of `members` that occurs more than once.
fn check_duplicates(source: &SourceFile, members: &[Member], errors: &mut Vec<ReadError>) {
    const FEW: usize = 8;
    if members.len() <= FEW {
        for (i, member) in members.iter().enumerate() {
            let earlier = members.get(..i).unwrap_or_default();
            if let Some(first) = earlier.iter().find(|m| m.key == member.key) {
                errors.push(duplicate_key(
                    source,
                    &member.key,
                    first.key_span,
                    member.key_span,
                ));
            }
        }
        return;
    }
    let mut seen = std::collections::HashMap::new();
    for member in members {
        if let Some(first) = seen.insert(member.key.as_str(), member.key_span) {
            errors.push(duplicate_key(source, &member.key, first, member.key_span));
        }
    }
}

/// The error for nesting beyond the limit.
fn too_deep(source: &SourceFile, offset: usize, limits: &Limits) -> ReadError {
    let message = format!("more than {} levels of nesting", limits.max_depth);
    source.error(
        offset,
        message,
        Some("no container configuration is nested so deeply"),
    )
}
