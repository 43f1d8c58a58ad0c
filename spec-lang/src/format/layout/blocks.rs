//! Blocks of statements and formulas.

use super::super::doc::{Doc, comments, indent, line, many, space};
use super::super::tree::{Node, Part};
use super::Layout;
use crate::syntax::Rule;

impl Layout<'_> {
    /// A block on its own: on one line if it holds one statement, or formulas that were written on one line.
    pub(super) fn block(&self, node: &Node) -> Doc {
        self.group(node, vec![self.block_inside(node)], self.is_broken(node))
    }

    /// A block as part of a group.
    fn block_inside(&self, node: &Node) -> Doc {
        let parts = node.parts();
        let [open, inner @ .., close] = parts.as_slice() else {
            return self.generic(node);
        };
        let mut docs = Vec::new();
        for (i, part) in inner.iter().enumerate() {
            let ends = matches!(part, Part::Token(t) if self.text(*t) == ";");
            if i == 0 || !ends {
                docs.push(line());
            }
            docs.push(self.part(*part));
        }
        docs.push(comments(close.first()));
        let end = if inner.is_empty() { None } else { Some(line()) };
        let mut out = vec![self.part(*open), indent(docs)];
        out.extend(end);
        out.push(self.part(*close));
        many(out)
    }

    /// Whether a line ended behind the brace, or several statements stand in it, or several formulas of which two are
    /// not separated by a `;` on one line.
    fn is_broken(&self, node: &Node) -> bool {
        let parts = node.parts();
        let begins = parts.get(1).is_some_and(|p| self.begins_line(*p)) && parts.len() > 2;
        let several = node.children.len() > 1;
        let breaks = node.children.iter().skip(1).any(|n| {
            let separated = self.text(n.start - 1) == ";";
            !separated || self.begins_line(Part::Node(n))
        });
        begins || several && (matches!(node.rule, Rule::block | Rule::members) || breaks)
    }

    /// `if e { } else if e { } else { }`: all blocks on one line, or none.
    pub(super) fn if_statement(&self, node: &Node) -> Doc {
        let mut docs = Vec::new();
        let broken = self.branches(node, &mut docs);
        self.group(node, docs, broken)
    }

    fn branches(&self, node: &Node, docs: &mut Vec<Doc>) -> bool {
        let mut broken = false;
        for (i, part) in node.parts().into_iter().enumerate() {
            if i > 0 {
                docs.push(space());
            }
            match part {
                Part::Node(n) if n.rule == Rule::if_s => broken |= self.branches(n, docs),
                Part::Node(n) if n.rule == Rule::block => {
                    broken |= self.is_broken(n);
                    docs.push(self.block_inside(n));
                }
                Part::Node(_) | Part::Token(_) => docs.push(self.part(part)),
            }
        }
        broken
    }
}
