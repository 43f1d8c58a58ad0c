//! Declarations, and what they consist of besides blocks.

use super::super::doc::{Doc, fill, hard, indent, line, many, space};
use super::super::tree::{Node, Part};
use super::{Layout, hanging};
use crate::syntax::Rule;

impl Layout<'_> {
    /// A declaration of one sentence; an expression behind `=` is attached.
    pub(super) fn declaration(&self, node: &Node) -> Doc {
        let parts = node.parts();
        if matches!(node.rule, Rule::enum_decl | Rule::record_decl) {
            return self.enumeration(node);
        }
        if let [head @ .., equals, Part::Node(value)] = parts.as_slice()
            && self.text(equals.last()) == "="
        {
            let mut docs = self.joined(node, head, |_, _| space());
            docs.extend([space(), self.part(*equals), self.attached(value)]);
            return many(docs);
        }
        let docs = parts.iter().map(|part| match part {
            Part::Node(n) if n.rule == Rule::names => many(self.filled(n)),
            Part::Node(_) | Part::Token(_) => self.part(*part),
        });
        let mut out = Vec::new();
        for (i, doc) in docs.enumerate() {
            let apart = |before: usize| self.is_apart(node.rule, parts[before].last(), parts[i].first());
            if i.checked_sub(1).is_some_and(apart) {
                out.push(space());
            }
            out.push(doc);
        }
        hanging(out)
    }

    /// `enum E { A, B }` and `record R { a: T, b: U }`.
    fn enumeration(&self, node: &Node) -> Doc {
        let parts = node.parts();
        let [word, name, open, inner @ .., close] = parts.as_slice() else {
            return self.generic(node);
        };
        let members = match inner {
            [Part::Node(names), comma @ ..] if names.rule == Rule::names => {
                let mut members = self.elements(names, &names.parts());
                members.extend(comma.iter().map(|p| self.part(*p)));
                members
            }
            _ => self.elements(node, inner),
        };
        let breaks = inner.first().is_some_and(|p| self.begins_line(*p));
        let body = self.bracketed(node, *open, members, *close, breaks);
        many(vec![self.part(*word), space(), self.part(*name), space(), body])
    }

    /// `A || B || C`: all on one line, or each on one.
    pub(super) fn composition(&self, node: &Node) -> Doc {
        let parts = node.parts();
        let is_operator =
            |p: Part<'_>| matches!(self.text(p.first()), "||" | "∥") && matches!(p, Part::Token(_));
        let breaks = parts.iter().any(|p| is_operator(*p) && self.begins_line(*p));
        let docs = self.joined(
            node,
            &parts,
            |_, right| {
                if is_operator(right) { line() } else { space() }
            },
        );
        self.group(node, docs, breaks)
    }

    /// A declaration that ends with a block.
    pub(super) fn with_block(&self, node: &Node) -> Doc {
        let parts = node.parts();
        let Some((block, head)) = parts.split_last() else {
            return self.generic(node);
        };
        let head = self.joined(node, head, |_, right| match right {
            Part::Node(n) if matches!(n.rule, Rule::by_clause | Rule::via_clause) => fill(),
            Part::Node(_) | Part::Token(_) => space(),
        });
        many(vec![hanging(head), space(), self.part(*block)])
    }

    /// `check` or `prove`: clauses stay on the lines on which they were.
    pub(super) fn command(&self, node: &Node) -> Doc {
        let is_clause = |part: Part<'_>| matches!(part, Part::Node(n) if n.rule != Rule::target);
        let docs = self.joined(node, &node.parts(), |left, right| {
            if is_clause(right) && self.begins_line(right) {
                hard()
            } else if is_clause(right) || self.text(left.last()) == "," {
                fill()
            } else {
                space()
            }
        });
        hanging(docs)
    }

    /// `when e` and `choose x: T where e`.
    pub(super) fn condition(&self, node: &Node) -> Doc {
        let docs = self.joined(node, &node.parts(), |_, right| {
            if self.text(right.first()) == "where" {
                line()
            } else {
                space()
            }
        });
        self.group(node, vec![hanging(docs)], false)
    }

    /// `place := e`
    pub(super) fn assignment(&self, node: &Node) -> Doc {
        let parts = node.parts();
        let [place @ .., operator, Part::Node(value)] = parts.as_slice() else {
            return self.generic(node);
        };
        let mut docs = self.joined(node, place, |_, _| space());
        docs.extend([space(), self.part(*operator), self.attached(value)]);
        many(docs)
    }

    /// Line breaks stay where they are, whatever the width: evidence belongs to what stands on its line.
    pub(super) fn as_written(&self, node: &Node) -> Doc {
        let parts: Vec<Part<'_>> = (node.start..node.end).map(Part::Token).collect();
        let mut stack: Vec<Vec<Doc>> = vec![Vec::new()];
        for (i, part) in parts.iter().enumerate() {
            let closes = self.text(part.first()).starts_with(['}', ')', ']']);
            if closes && let Some(mut inside) = stack.pop() {
                inside.push(super::super::doc::comments(part.first()));
                match stack.last_mut() {
                    Some(outer) => outer.push(indent(inside)),
                    None => stack.push(inside),
                }
            }
            let Some(here) = stack.last_mut() else { continue };
            if i > 0 {
                here.extend(self.kept(node.rule, *part));
            }
            here.push(self.part(*part));
            if self.text(part.first()).starts_with(['{', '(', '[']) {
                stack.push(Vec::new());
            }
        }
        many(stack.into_iter().flatten().collect())
    }

    /// What stood before a part: a line break, a space, or nothing.
    pub(super) fn kept(&self, rule: Rule, part: Part<'_>) -> Option<Doc> {
        if self.begins_line(part) {
            return Some(hard());
        }
        let before = part.first().checked_sub(1)?;
        self.is_apart(rule, before, part.first()).then(space)
    }
}
