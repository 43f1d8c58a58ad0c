//! Operands: what stands in brackets, binders, choices.

use super::super::doc::{Doc, comments, fill, indent, line, many, soft, space, token};
use super::super::tree::{Node, Part};
use super::{Layout, hanging};
use crate::syntax::Rule;

/// Longest line of a list that is kept as it is.
const MOST_KEPT: usize = 98;

impl Layout<'_> {
    /// Parts that stand directly behind each other.
    pub(super) fn glued(&self, node: &Node) -> Doc {
        many(node.parts().into_iter().map(|p| self.part(p)).collect())
    }

    /// A list in brackets. One expression in parentheses or brackets is not set apart from them.
    pub(super) fn list(&self, node: &Node) -> Doc {
        let parts = node.parts();
        let is_bracket = |p: &Part<'_>| ["(", "[", "{"].contains(&self.text(p.first()));
        let head = parts.iter().position(is_bracket).unwrap_or_default();
        let (head, rest) = parts.split_at(head);
        let [open, inner @ .., close] = rest else {
            return self.generic(node);
        };
        let mut docs: Vec<Doc> = head.iter().map(|p| self.part(*p)).collect();
        docs.push(self.list_in(node, *open, inner, *close));
        many(docs)
    }

    fn list_in(&self, node: &Node, open: Part<'_>, inner: &[Part<'_>], close: Part<'_>) -> Doc {
        let braces = self.text(open.first()) == "{";
        let breaks = inner.first().is_some_and(|p| self.begins_line(*p));
        if let [only] = inner
            && !braces
            && !breaks
        {
            return many(vec![
                self.part(open),
                self.part(*only),
                indent(vec![comments(close.first())]),
                self.part(close),
            ]);
        }
        let docs = self.elements(node, inner);
        self.bracketed(node, open, docs, close, breaks)
    }

    /// Elements and commas; where a line ended between them it does so in a broken list, too, unless a line was so long
    /// that all are filled anew.
    pub(super) fn elements(&self, node: &Node, parts: &[Part<'_>]) -> Vec<Doc> {
        let kept = self.longest_line(parts) <= MOST_KEPT;
        let between = |right: Part<'_>| {
            if kept && self.begins_line(right) {
                line()
            } else {
                fill()
            }
        };
        self.joined(node, parts, |_, right| between(right))
    }

    /// Characters of the longest line on which parts stand, without indentation.
    fn longest_line(&self, parts: &[Part<'_>]) -> usize {
        let (mut longest, mut here) = (0, 0);
        for part in parts {
            if self.begins_line(*part) {
                here = 0;
            }
            let texts = (part.first()..=part.last()).map(|t| {
                let space = usize::from(self.tokens[t].spaced);
                self.text(t).chars().count() + space
            });
            here += texts.sum::<usize>();
            longest = longest.max(here);
        }
        longest
    }

    /// A group in brackets: in a broken one the content stands on lines of its own, one level deeper.
    pub(super) fn bracketed(
        &self,
        node: &Node,
        open: Part<'_>,
        mut content: Vec<Doc>,
        close: Part<'_>,
        broken: bool,
    ) -> Doc {
        let edge = || {
            if self.text(open.last()) == "{" {
                line()
            } else {
                soft()
            }
        };
        if content.is_empty() {
            return many(vec![
                self.part(open),
                indent(vec![comments(close.first())]),
                self.part(close),
            ]);
        }
        content.insert(0, edge());
        content.push(comments(close.first()));
        self.group(
            node,
            vec![self.part(open), indent(content), edge(), self.part(close)],
            broken,
        )
    }

    /// `{ binders | e }` and `[k: K => e]`.
    pub(super) fn binding(&self, node: &Node) -> Doc {
        let parts = node.parts();
        let [open, head @ .., body, close] = parts.as_slice() else {
            return self.generic(node);
        };
        let breaks = head.first().is_some_and(|p| self.begins_line(*p));
        let mut docs = self.joined(node, head, |_, _| space());
        let below = self.begins_line(*body);
        docs.push(match body {
            Part::Node(n) => self.attached(n),
            Part::Token(t) => token(*t),
        });
        self.bracketed(node, *open, docs, *close, breaks || below)
    }

    /// `forall binders. e`
    pub(super) fn quantified(&self, node: &Node) -> Doc {
        let parts = node.parts();
        let [head @ .., Part::Node(body)] = parts.as_slice() else {
            return self.generic(node);
        };
        let head = self.joined(node, head, |left, _| {
            if self.text(left.last()) == "," {
                fill()
            } else {
                space()
            }
        });
        many(vec![hanging(head), self.attached(body)])
    }

    /// `if c then a else b`; a further `if` behind `else` goes on at the same level.
    pub(super) fn choice(&self, node: &Node) -> Doc {
        let mut docs = Vec::new();
        self.choices(node, &mut docs);
        let parts = node.parts();
        let breaks = parts.get(2..).is_some_and(|p| {
            p.iter()
                .any(|p| self.begins_line(*p) && matches!(self.text(p.first()), "then" | "else"))
        });
        self.group(node, docs, breaks)
    }

    fn choices(&self, node: &Node, docs: &mut Vec<Doc>) {
        let parts = node.parts();
        let [word, condition, then, a, otherwise, b] = parts.as_slice() else {
            docs.push(self.generic(node));
            return;
        };
        docs.extend([self.part(*word), space(), self.part(*condition)]);
        docs.push(super::group(
            vec![indent(vec![line(), self.part(*then), space(), self.part(*a)])],
            false,
        ));
        docs.extend([line(), self.part(*otherwise), space()]);
        match b {
            Part::Node(n) if matches!(n.core().rule, Rule::ite | Rule::ite_l) => self.choices(n.core(), docs),
            Part::Node(_) | Part::Token(_) => docs.push(self.part(*b)),
        }
    }

    /// `let x = a in e`
    pub(super) fn let_in(&self, node: &Node) -> Doc {
        let parts = node.parts();
        let [head @ .., body] = parts.as_slice() else {
            return self.generic(node);
        };
        let mut docs = self.joined(node, head, |_, _| space());
        match body {
            Part::Node(n) if !matches!(n.core().rule, Rule::let_in | Rule::let_in_l) => {
                docs.push(self.attached(n));
            }
            Part::Node(_) | Part::Token(_) => docs.extend([line(), self.part(*body)]),
        }
        self.group(node, docs, self.begins_line(*body))
    }

    /// `match e { arms }`: in a broken one each arm has a line of its own.
    pub(super) fn match_of(&self, node: &Node) -> Doc {
        let parts = node.parts();
        let open = parts
            .iter()
            .position(|p| matches!(p, Part::Token(t) if self.text(*t) == "{"));
        let (Some((head, [open, inner @ .., close])), true) =
            (open.and_then(|i| parts.split_at_checked(i)), parts.len() > 3)
        else {
            return self.generic(node);
        };
        let breaks = inner.first().is_some_and(|p| self.begins_line(*p));
        let arms = self.joined(node, inner, |_, _| line());
        let mut docs = self.joined(node, head, |_, _| space());
        docs.push(space());
        docs.push(self.bracketed(node, *open, arms, *close, breaks));
        many(docs)
    }

    /// `pattern, pattern => e`
    pub(super) fn arm(&self, node: &Node) -> Doc {
        let parts = node.parts();
        let [head @ .., Part::Node(body)] = parts.as_slice() else {
            return self.generic(node);
        };
        let head = self.joined(node, head, |left, _| {
            if self.text(left.last()) == "," {
                fill()
            } else {
                space()
            }
        });
        many(vec![hanging(head), self.attached(body)])
    }
}
