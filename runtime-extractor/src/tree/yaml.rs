//! YAML with several documents, anchors, aliases and merge keys, built from the parser's events without recursion.
//!
//! Guards: the depth and the nodes added by aliases are bounded; an alias inside its own anchor, a key that is not a
//! scalar and a duplicate key are errors. The range of a value that an alias repeats is that of its anchor.

use super::scalar::{number, resolve};
use super::{Member, Node, NodeKind, check_duplicates, too_deep};
use crate::source::{Limits, ReadError, SourceFile, Span};
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span as YamlSpan, Tag};
use std::collections::{HashMap, HashSet};

/// Reads the documents of a YAML text; a document without content is [`NodeKind::Null`].
///
/// # Errors
/// The first error of syntax, with every duplicate key before it.
pub fn parse_yaml(source: &SourceFile, limits: &Limits) -> Result<Vec<Node>, Vec<ReadError>> {
    let mut builder = Builder::new(source, limits);
    let mut parser = Parser::new_from_str(source.text());
    while let Some(event) = parser.next_event() {
        let step = event
            .map_err(|e| builder.scan_error(&e))
            .and_then(|(event, span)| builder.event(event, span));
        if let Err(error) = step {
            builder.errors.push(error);
            break;
        }
    }
    if builder.errors.is_empty() {
        Ok(builder.documents)
    } else {
        Err(builder.errors)
    }
}

/// A list or object that is being read.
struct Open {
    span: Span,
    anchor: usize,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Object {
        members: Vec<Member>,
        merges: Vec<Node>,
        key: Option<Key>,
    },
}

/// A key whose value is to come.
struct Key {
    text: String,
    span: Span,
    merge: bool,
}

struct Builder<'a> {
    source: &'a SourceFile,
    limits: &'a Limits,
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    alias_nodes: usize,
    anchor_nodes: usize,
    documents: Vec<Node>,
    root: Option<Node>,
    errors: Vec<ReadError>,
}

impl<'a> Builder<'a> {
    fn new(source: &'a SourceFile, limits: &'a Limits) -> Self {
        Self {
            source,
            limits,
            open: Vec::new(),
            anchors: HashMap::new(),
            alias_nodes: 0,
            anchor_nodes: 0,
            documents: Vec::new(),
            root: None,
            errors: Vec::new(),
        }
    }

    fn scan_error(&self, error: &ScanError) -> ReadError {
        let offset = self.source.offset(error.marker().line(), error.marker().col());
        self.source
            .error(offset, error.info(), Some("this is not valid YAML"))
    }

    fn span(&self, span: YamlSpan) -> Span {
        let start = self.source.offset(span.start.line(), span.start.col());
        let end = self.source.offset(span.end.line(), span.end.col());
        Span::new(start, end)
    }

    fn event(&mut self, event: Event<'_>, span: YamlSpan) -> Result<(), ReadError> {
        let at = self.span(span);
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd => Ok(()),
            Event::DocumentStart(_) => {
                self.anchors.clear();
                Ok(())
            }
            Event::DocumentEnd => {
                let empty = Node {
                    kind: NodeKind::Null,
                    span: at,
                };
                let root = self.root.take().unwrap_or(empty);
                self.documents.push(root);
                Ok(())
            }
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain;
                let trimmed = self.trim(at);
                if self.wants_key() {
                    let merge = plain && tag.is_none() && text == "<<";
                    return self.key(Key {
                        text: text.into_owned(),
                        span: trimmed,
                        merge,
                    });
                }
                let kind = scalar_kind(&text, plain, tag.as_deref());
                self.value(Node { kind, span: trimmed }, anchor)
            }
            Event::Alias(anchor) => self.alias(anchor, at),
            Event::SequenceStart(anchor, _) => self.start(at, anchor, Content::List(Vec::new())),
            Event::MappingStart(anchor, _) => {
                let content = Content::Object {
                    members: Vec::new(),
                    merges: Vec::new(),
                    key: None,
                };
                self.start(at, anchor, content)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(at),
        }
    }

    /// Takes the white space off the end of a range.
    fn trim(&self, span: Span) -> Span {
        let text = self.source.slice(span);
        Span::new(span.start, span.start + text.trim_end().len())
    }

    /// True if the next node is a key of an object.
    fn wants_key(&self) -> bool {
        matches!(
            self.open.last(),
            Some(Open {
                content: Content::Object { key: None, .. },
                ..
            })
        )
    }

    fn key(&mut self, new: Key) -> Result<(), ReadError> {
        if let Some(Open {
            content: Content::Object { key, .. },
            ..
        }) = self.open.last_mut()
        {
            *key = Some(new);
        }
        Ok(())
    }

    fn start(&mut self, span: Span, anchor: usize, content: Content) -> Result<(), ReadError> {
        if self.wants_key() {
            let message = "a key must be a scalar, not a list or an object";
            return Err(self.source.error(span.start, message, None));
        }
        if self.open.len() >= self.limits.max_depth {
            return Err(too_deep(self.source, span.start, self.limits));
        }
        self.open.push(Open {
            span,
            anchor,
            content,
        });
        Ok(())
    }

    fn end(&mut self, at: Span) -> Result<(), ReadError> {
        let Some(Open {
            span,
            anchor,
            content,
        }) = self.open.pop()
        else {
            return Ok(());
        };
        let flow = self.source.slice(at).starts_with([']', '}']);
        let (kind, last) = match content {
            Content::List(items) => {
                let last = items.last().map(|item| item.span.end);
                (NodeKind::Array(items), last)
            }
            Content::Object { members, merges, .. } => {
                let last = members.last().map(|m| m.value.span.end.max(m.key_span.end));
                check_duplicates(self.source, &members, &mut self.errors);
                (NodeKind::Object(merged(members, merges)), last)
            }
        };
        let end = if flow { at.end } else { last.unwrap_or(span.end) };
        self.value(
            Node {
                kind,
                span: Span::new(span.start, end),
            },
            anchor,
        )
    }

    fn alias(&mut self, anchor: usize, at: Span) -> Result<(), ReadError> {
        let Some(node) = self.anchors.get(&anchor) else {
            let message = "this alias refers to nothing before it, or to what it is in";
            return Err(self.source.error(at.start, message, None));
        };
        self.alias_nodes += node.count();
        if self.alias_nodes > self.limits.max_alias_nodes {
            let message = format!("aliases add more than {} values", self.limits.max_alias_nodes);
            return Err(self.source.error(
                at.start,
                message,
                Some("write the values out, or use fewer aliases"),
            ));
        }
        let node = node.clone();
        if self.wants_key() {
            return match node.kind {
                NodeKind::String(text) | NodeKind::Number(text) => self.key(Key {
                    text,
                    span: at,
                    merge: false,
                }),
                NodeKind::Null | NodeKind::Bool(_) | NodeKind::Array(_) | NodeKind::Object(_) => Err(self
                    .source
                    .error(at.start, "a key must be a scalar, not a list or an object", None)),
            };
        }
        if self.open.len() + depth(&node) > self.limits.max_depth {
            return Err(too_deep(self.source, at.start, self.limits));
        }
        self.value(node, 0)
    }

    /// Keeps a node for its aliases; anchors in anchors keep their content twice, so that is bounded too.
    fn remember(&mut self, anchor: usize, node: &Node) -> Result<(), ReadError> {
        const PER_ALIAS: usize = 10;
        self.anchor_nodes += node.count();
        if self.anchor_nodes > self.limits.max_alias_nodes.saturating_mul(PER_ALIAS) {
            let message = "anchors name too many values";
            return Err(self
                .source
                .error(node.span.start, message, Some("use fewer anchors")));
        }
        self.anchors.insert(anchor, node.clone());
        Ok(())
    }

    fn value(&mut self, node: Node, anchor: usize) -> Result<(), ReadError> {
        if anchor > 0 {
            self.remember(anchor, &node)?;
        }
        match self.open.last_mut().map(|open| &mut open.content) {
            None => self.root = Some(node),
            Some(Content::List(items)) => items.push(node),
            Some(Content::Object { members, merges, key }) => match key.take() {
                Some(key) if key.merge => {
                    let error =
                        self.source
                            .error(node.span.start, "only objects can be merged with `<<`", None);
                    merges.extend(merge_sources(node).ok_or(error)?);
                }
                Some(key) => members.push(Member {
                    key: key.text,
                    key_span: key.span,
                    value: node,
                }),
                None => {}
            },
        }
        Ok(())
    }
}

/// The objects that the value of a merge key names, or `None` if it names something else.
fn merge_sources(node: Node) -> Option<Vec<Node>> {
    let sources = match node.kind {
        NodeKind::Array(items) => items,
        NodeKind::Object(_) => vec![node],
        NodeKind::Null | NodeKind::Bool(_) | NodeKind::Number(_) | NodeKind::String(_) => return None,
    };
    sources
        .iter()
        .all(|s| matches!(s.kind, NodeKind::Object(_)))
        .then_some(sources)
}

/// Adds the members of merged objects that are not there yet.
fn merged(mut members: Vec<Member>, merges: Vec<Node>) -> Vec<Member> {
    if merges.is_empty() {
        return members;
    }
    let mut keys: HashSet<String> = members.iter().map(|m| m.key.clone()).collect();
    for node in merges {
        if let NodeKind::Object(extra) = node.kind {
            members.extend(extra.into_iter().filter(|member| keys.insert(member.key.clone())));
        }
    }
    members
}

/// Levels of nesting of a node; recursion is bounded because the node was built within the limit.
fn depth(node: &Node) -> usize {
    match &node.kind {
        NodeKind::Null | NodeKind::Bool(_) | NodeKind::Number(_) | NodeKind::String(_) => 0,
        NodeKind::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        NodeKind::Object(members) => 1 + members.iter().map(|m| depth(&m.value)).max().unwrap_or(0),
    }
}

fn scalar_kind(text: &str, plain: bool, tag: Option<&Tag>) -> NodeKind {
    match tag {
        None if plain => resolve(text),
        None => NodeKind::String(text.to_owned()),
        Some(tag) if tag.is_yaml_core_schema() => match tag.suffix.as_str() {
            "null" => NodeKind::Null,
            "bool" => resolve(text),
            "int" | "float" => match number(text) {
                Some(value) => NodeKind::Number(value),
                None => NodeKind::String(text.to_owned()),
            },
            _ => NodeKind::String(text.to_owned()),
        },
        Some(_) => NodeKind::String(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Limits {
        Limits {
            max_depth: 6,
            max_alias_nodes: 50,
            ..Limits::default()
        }
    }

    fn read(text: &str) -> Result<Vec<Node>, Vec<ReadError>> {
        parse_yaml(&SourceFile::of_text("f", text.into()), &limits())
    }

    fn error(text: &str) -> String {
        read(text).unwrap_err()[0].to_string()
    }

    #[test]
    fn ranges_of_block_and_flow_values_end_where_they_end() {
        let text = "a:\n  é: yes   # c\n  l:\n    - 1\n    - {x: [2]}\n\n# end\nb: 'q'\n";
        let docs = read(text).unwrap();
        let slice = |n: &Node| &text[n.span.start..n.span.end];
        let a = &docs[0].get("a").unwrap().value;
        assert_eq!(slice(a), "é: yes   # c\n  l:\n    - 1\n    - {x: [2]}");
        assert_eq!(slice(&a.get("l").unwrap().value), "- 1\n    - {x: [2]}");
        assert_eq!(slice(&a.get("é").unwrap().value), "yes");
        assert_eq!(slice(&docs[0].get("b").unwrap().value), "'q'");
        assert_eq!(docs[0].get("b").unwrap().value.kind, NodeKind::String("q".into()));
    }

    #[test]
    fn documents_are_separate_and_may_be_empty() {
        assert_eq!(read("a: 1\n---\n---\nb: 2\n").unwrap().len(), 3);
        assert!(read("").unwrap().is_empty());
        assert!(
            error("a: &x 1\n---\nb: *x\n").contains("alias")
                || error("a: &x 1\n---\nb: *x\n").contains("anchor")
        );
    }

    #[test]
    fn anchors_are_repeated_and_merged() {
        let docs = read("base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  y: 3\n").unwrap();
        let used = &docs[0].get("use").unwrap().value;
        assert_eq!(used.get("x").unwrap().value.kind, NodeKind::Number("1".into()));
        assert_eq!(used.get("y").unwrap().value.kind, NodeKind::Number("3".into()));
    }

    #[test]
    fn bombs_and_loops_are_refused() {
        let bomb = "a: &a [x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a]\nc: [*b,*b,*b]\n";
        assert!(error(bomb).contains("aliases add more than 50 values"));
        assert!(error("a: &a [*a]\n").contains("alias"));
        assert!(error("[[[[[[[1]]]]]]]").contains("more than 6 levels"));
        assert!(error("a: &a [[[1]]]\nb: [[[[*a]]]]").contains("more than 6 levels"));
        let deep = SourceFile::of_text("f", "[".repeat(1 << 20));
        assert!(parse_yaml(&deep, &Limits::default()).is_err());
        let indented: String = (0..3000).map(|i| format!("{}a:\n", " ".repeat(i))).collect();
        assert!(parse_yaml(&SourceFile::of_text("f", indented), &Limits::default()).is_err());
    }

    #[test]
    fn duplicates_and_odd_keys_are_errors() {
        assert!(
            error("a: 1\nb: 2\na: 3\n").starts_with("f:3:1: the key `a` is here twice (the first is at 1:1)")
        );
        assert!(error("? [1]\n: 2\n").contains("a key must be a scalar"));
        assert!(error("a: [1\n").starts_with("f:"));
    }

    #[test]
    fn tags_decide_over_words() {
        let docs = read("[!!str yes, !!int '7', !local on, \"no\"]").unwrap();
        let NodeKind::Array(items) = &docs[0].kind else {
            panic!("not a list")
        };
        let kinds: Vec<_> = items.iter().map(|i| i.kind.clone()).collect();
        let text = |s: &str| NodeKind::String(s.into());
        assert_eq!(
            kinds,
            [text("yes"), NodeKind::Number("7".into()), text("on"), text("no")]
        );
    }
}
