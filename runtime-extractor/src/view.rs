//! A position in a tree that may hold nothing: how readers walk, so that what is absent has a place too.
//!
//! [`At::get`] and [`At::items`] never fail: below something absent everything is absent, and the place of an absent
//! thing is that of its nearest parent that is there. Typed access reports a wrong type with its place and then acts
//! as if nothing were there; the reader drops a document that has such an error.

use crate::facts::{Fact, Layer, Origin, Place};
use crate::log::Log;
use crate::source::{SourceFile, Span};
use crate::tree::{Member, Node, NodeKind};

/// A position in a tree.
#[derive(Debug, Clone)]
pub struct At<'a> {
    source: &'a SourceFile,
    node: Option<&'a Node>,
    span: Span,
    path: String,
}

impl<'a> At<'a> {
    /// The root of a document; its place is its first character.
    pub fn root(source: &'a SourceFile, node: &'a Node) -> Self {
        let span = first_line(source, node.span, 1);
        Self {
            source,
            node: Some(node),
            span,
            path: String::new(),
        }
    }

    /// The node, unless it is absent or null.
    pub fn node(&self) -> Option<&'a Node> {
        self.node.filter(|node| node.kind != NodeKind::Null)
    }

    /// True if there is something other than null.
    pub fn is_present(&self) -> bool {
        self.node().is_some()
    }

    /// The path from the root, e.g. `linux.namespaces[2].type`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The member of an object.
    pub fn get(&self, key: &str) -> At<'a> {
        match self.node.and_then(|node| node.get(key)) {
            Some(member) => self.member(member),
            None => At {
                source: self.source,
                node: None,
                span: self.span,
                path: join(&self.path, key),
            },
        }
    }

    fn member(&self, member: &'a Member) -> At<'a> {
        // A repeated value may stand before its key: then the key alone is the place.
        let elsewhere = member.value.span.start < member.key_span.start;
        let span = match member.value.is_container() || elsewhere {
            true => member.key_span,
            false => member.key_span.to(member.value.span),
        };
        At {
            source: self.source,
            node: Some(&member.value),
            span,
            path: join(&self.path, &member.key),
        }
    }

    /// The descendant under several keys.
    pub fn at(&self, keys: &[&str]) -> At<'a> {
        keys.iter().fold(self.clone(), |at, key| at.get(key))
    }

    /// A thing that is not there, under a name of its own, e.g. the namespace of a kind in a list.
    pub fn missing(&self, suffix: &str) -> At<'a> {
        At {
            source: self.source,
            node: None,
            span: self.span,
            path: format!("{}{suffix}", self.path),
        }
    }

    /// The place.
    pub fn place(&self) -> Place {
        self.source
            .place(self.span, self.path.clone(), self.node.is_none())
    }

    /// Where something that is said here comes from.
    pub fn given(&self) -> Origin {
        Origin::given(self.place())
    }

    /// The elements of a list; nothing, with an error, for anything else that is there.
    pub fn items(&self, log: &mut Log) -> Vec<At<'a>> {
        let Some(node) = self.node() else {
            return Vec::new();
        };
        let NodeKind::Array(items) = &node.kind else {
            return self.wrong_type("a list", log).unwrap_or_default();
        };
        let at = |(index, item): (usize, &'a Node)| {
            let span = match item.is_container() {
                true => first_line(self.source, item.span, usize::MAX),
                false => item.span,
            };
            At {
                source: self.source,
                node: Some(item),
                span,
                path: format!("{}[{index}]", self.path),
            }
        };
        items.iter().enumerate().map(at).collect()
    }

    /// The members of an object with their keys; nothing, with an error, for anything else that is there.
    pub fn members(&self, log: &mut Log) -> Vec<(&'a str, At<'a>)> {
        let Some(node) = self.node() else {
            return Vec::new();
        };
        let NodeKind::Object(members) = &node.kind else {
            return self.wrong_type("an object", log).unwrap_or_default();
        };
        members
            .iter()
            .map(|member| (member.key.as_str(), self.member(member)))
            .collect()
    }

    /// True if this is an object; an error if it is anything else that is there.
    pub fn is_object(&self, log: &mut Log) -> bool {
        match self.node().map(|node| &node.kind) {
            Some(NodeKind::Object(_)) => true,
            Some(_) => self.wrong_type("an object", log).unwrap_or(false),
            None => false,
        }
    }

    /// The text.
    pub fn string(&self, log: &mut Log) -> Option<String> {
        match &self.node()?.kind {
            NodeKind::String(text) => Some(text.clone()),
            NodeKind::Null
            | NodeKind::Bool(_)
            | NodeKind::Number(_)
            | NodeKind::Array(_)
            | NodeKind::Object(_) => self.wrong_type("a string", log),
        }
    }

    /// A text, or a number as it is written: for quantities and ports.
    pub fn string_or_number(&self, log: &mut Log) -> Option<String> {
        match &self.node()?.kind {
            NodeKind::String(text) | NodeKind::Number(text) => Some(text.clone()),
            NodeKind::Null | NodeKind::Bool(_) | NodeKind::Array(_) | NodeKind::Object(_) => {
                self.wrong_type("a string or a number", log)
            }
        }
    }

    /// The boolean.
    pub fn bool(&self, log: &mut Log) -> Option<bool> {
        match &self.node()?.kind {
            NodeKind::Bool(value) => Some(*value),
            NodeKind::Null
            | NodeKind::Number(_)
            | NodeKind::String(_)
            | NodeKind::Array(_)
            | NodeKind::Object(_) => self.wrong_type("a boolean", log),
        }
    }

    /// An integer within the range of `T`, which `what` names, e.g. `an integer from 0 to 4294967295`.
    pub fn integer<T: TryFrom<i128>>(&self, what: &str, log: &mut Log) -> Option<T> {
        match &self.node()?.kind {
            NodeKind::Number(text) => {
                let value = text
                    .parse::<i128>()
                    .ok()
                    .and_then(|value| T::try_from(value).ok());
                value.or_else(|| self.wrong_type(what, log))
            }
            NodeKind::Null
            | NodeKind::Bool(_)
            | NodeKind::String(_)
            | NodeKind::Array(_)
            | NodeKind::Object(_) => self.wrong_type(what, log),
        }
    }

    /// An integer from 0 to 2^32 - 1.
    pub fn u32(&self, log: &mut Log) -> Option<u32> {
        self.integer("an integer from 0 to 4294967295", log)
    }

    /// An integer from 0 to 2^64 - 1.
    pub fn u64(&self, log: &mut Log) -> Option<u64> {
        self.integer("an integer that is not negative", log)
    }

    /// An integer of 64 bits with a sign.
    pub fn i64(&self, log: &mut Log) -> Option<i64> {
        self.integer("an integer", log)
    }

    /// The texts of a list, each with its position.
    pub fn strings(&self, log: &mut Log) -> Vec<(String, At<'a>)> {
        let items = self.items(log);
        items
            .into_iter()
            .filter_map(|item| item.string(log).map(|text| (text, item)))
            .collect()
    }

    /// The value as a fact: given here, or what `layer` does where nothing is said.
    pub fn fact<T>(&self, value: Option<T>, layer: Layer, default: T) -> Fact<T> {
        match value {
            Some(value) => Fact::given(value, self.place()),
            None => Fact::default_of(default, layer, self.place()),
        }
    }

    /// An optional setting as a fact: given here, or not set by default of `layer`.
    pub fn optional<T>(&self, value: Option<T>, layer: Layer) -> Fact<Option<T>> {
        let value = value.map(Some);
        self.fact(value, layer, None)
    }

    /// Reports that what is here is not `expected`.
    pub fn wrong_type<T>(&self, expected: &str, log: &mut Log) -> Option<T> {
        let found = self.node.map_or_else(|| "nothing".to_owned(), Node::describe);
        let plain_word = self.node.is_some_and(|node| {
            expected == "a string" && matches!(node.kind, NodeKind::Bool(_) | NodeKind::Number(_))
        });
        let help = plain_word.then(|| "put it in quotes".to_owned());
        let path = if self.path.is_empty() {
            "the document"
        } else {
            &self.path
        };
        log.error(
            &self.place(),
            format!("`{path}` must be {expected}, not {found}"),
            help,
        );
        None
    }
}

/// The part of a range on its first line, of at most `most` characters.
fn first_line(source: &SourceFile, span: Span, most: usize) -> Span {
    let line = source
        .slice(span)
        .split(['\n', '\r'])
        .next()
        .unwrap_or_default()
        .trim_end();
    let end = line.char_indices().nth(most).map_or(line.len(), |(end, _)| end);
    Span::new(span.start, span.start + end)
}

/// A path with one more key; keys that are not plain words are quoted.
pub(crate) fn join(path: &str, key: &str) -> String {
    let plain = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    match (path.is_empty(), plain) {
        (true, true) => key.to_owned(),
        (false, true) => format!("{path}.{key}"),
        (_, false) => format!("{path}[{key:?}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Limits;
    use crate::tree::{parse_json, parse_yaml};

    #[test]
    fn what_is_absent_has_the_place_of_its_nearest_parent() {
        let source = SourceFile::of_text("f", "{\"linux\": {\n  \"a\": 1}}".into());
        let node = parse_json(&source, &Limits::default()).unwrap();
        let root = At::root(&source, &node);
        let absent = root.at(&["linux", "resources", "pids"]);
        let place = absent.place();
        assert_eq!((place.line, place.column, place.end_column), (1, 2, 9));
        assert_eq!(place.path, "linux.resources.pids");
        assert!(place.absent);
        let given = root.at(&["linux", "a"]).place();
        assert_eq!(
            (given.line, given.column, given.end_column, given.absent),
            (2, 3, 9, false)
        );
    }

    #[test]
    fn wrong_types_are_errors_with_a_place_and_null_is_absent() {
        let text = "a: yes\nb: [1, x]\nc:\nd: 4294967296\ne: {\"x.y/z\": -1}\n";
        let source = SourceFile::of_text("f", text.into());
        let docs = parse_yaml(&source, &Limits::default()).unwrap();
        let root = At::root(&source, &docs[0]);
        let mut log = Log::default();
        assert_eq!(root.get("a").string(&mut log), None);
        assert_eq!(root.get("b").items(&mut log)[1].u32(&mut log), None);
        assert_eq!(root.get("c").string(&mut log), None);
        assert_eq!(root.get("d").u32(&mut log), None);
        assert_eq!(root.get("e").get("x.y/z").u64(&mut log), None);
        let messages: Vec<String> = log.errors.iter().map(ToString::to_string).collect();
        assert_eq!(
            messages,
            [
                "f:1:1: `a` must be a string, not the boolean `true` (put it in quotes)",
                "f:2:8: `b[1]` must be an integer from 0 to 4294967295, not the string `x`",
                "f:4:1: `d` must be an integer from 0 to 4294967295, not the number `4294967296`",
                "f:5:5: `e[\"x.y/z\"]` must be an integer that is not negative, not the number `-1`",
            ]
        );
    }
}
