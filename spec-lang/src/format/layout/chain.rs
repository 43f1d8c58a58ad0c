//! Operators and operands: broken before the loosest operators first, all of one level together.

use super::super::doc::{Doc, indent, line, many, space};
use super::super::tree::{Node, Part};
use super::Layout;
use crate::syntax::Rule;

/// A piece of a sequence.
#[derive(Clone, Copy)]
struct Item<'n> {
    part: Part<'n>,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Operand,
    Prefix,
    /// With its level: 0 is loosest.
    Infix(u8),
}

impl Layout<'_> {
    /// A sequence of operators and operands; `hang` puts what goes on below one level deeper than its beginning.
    pub(super) fn chain(&self, node: &Node, hang: bool) -> Doc {
        let items: Vec<_> = node.parts().into_iter().map(|part| self.item(part)).collect();
        let inner = self.level(&items, hang);
        self.group(node, vec![inner], false)
    }

    fn item<'n>(&self, part: Part<'n>) -> Item<'n> {
        let kind = match part {
            Part::Node(n) if matches!(n.rule, Rule::prefix | Rule::t_prefix) => Kind::Prefix,
            Part::Node(n)
                if matches!(
                    n.rule,
                    Rule::infix
                        | Rule::infix_no_in
                        | Rule::set_op
                        | Rule::bar_free_op
                        | Rule::arith_op
                        | Rule::t_infix
                ) =>
            {
                Kind::Infix(level(self.text(n.start)))
            }
            Part::Node(_) | Part::Token(_) => Kind::Operand,
        };
        Item { part, kind }
    }

    fn level(&self, items: &[Item<'_>], hang: bool) -> Doc {
        let levels = items.iter().filter_map(|i| match i.kind {
            Kind::Infix(level) => Some(level),
            Kind::Operand | Kind::Prefix => None,
        });
        let Some(loosest) = levels.min() else {
            return self.operand(items);
        };
        let is_split = |i: &Item<'_>| i.kind == Kind::Infix(loosest);
        let mut pieces = items.split(is_split);
        let mut docs = vec![self.level(pieces.next().unwrap_or_default(), true)];
        let mut rest = Vec::new();
        let mut broken = false;
        let operators = items.iter().filter(|i| is_split(i));
        for (operator, piece) in operators.zip(pieces) {
            let after = piece.first().is_some_and(|i| self.begins_line(i.part));
            broken |= loosest < COMPARISON && (after || self.begins_line(operator.part));
            rest.push(line());
            rest.push(self.part(operator.part));
            rest.push(space());
            rest.push(self.level(piece, true));
        }
        if hang {
            docs.push(indent(rest));
        } else {
            docs.extend(rest);
        }
        super::group(docs, broken || self.comments_in(items))
    }

    /// Prefix operators and an operand.
    fn operand(&self, items: &[Item<'_>]) -> Doc {
        let mut docs = Vec::new();
        for item in items {
            docs.push(self.part(item.part));
            if item.kind == Kind::Prefix && super::gaps::is_word(self.text(item.part.last())) {
                docs.push(space());
            }
        }
        many(docs)
    }

    fn comments_in(&self, items: &[Item<'_>]) -> bool {
        let (Some(first), Some(last)) = (items.first(), items.last()) else {
            return false;
        };
        let inside = self.tokens.get(first.part.first() + 1..=last.part.last());
        inside.is_some_and(|t| t.iter().any(|t| !t.comments.is_empty()))
    }
}

const COMPARISON: u8 = 5;

/// How tightly an operator binds, from 0; what is not known binds like a comparison.
fn level(operator: &str) -> u8 {
    match operator {
        "<=>" | "⇔" => 0,
        "=>" | "⇒" => 1,
        "~>" | "↝" | "until" => 2,
        "or" | "∨" => 3,
        "and" | "∧" => 4,
        "|" | "∪" | "\\" => 6,
        "&" | "∩" => 7,
        "+" | "-" => 8,
        "*" | "/" | "%" | "><" | "×" => 9,
        _ => COMPARISON,
    }
}
