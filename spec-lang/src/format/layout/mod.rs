//! From the tree to a layout, rule by rule; `docs/fmt.md` says what comes out.
//!
//! A rule that is not listed here is laid out by `generic`: its line breaks stay where they are, its braces indent, and
//! what stands inside of it is laid out by its own rule.

mod blocks;
mod chain;
mod decl;
mod expr;
mod gaps;
mod generic;

use super::doc::{Doc, fill, group, hard, indent, line, many, space, token};
use super::tokens::Token;
use super::tree::{Node, Part};
use crate::syntax::Rule;

/// Lays out a file.
pub(super) fn file(tokens: &[Token<'_>], spelling: &[&str], root: &Node) -> Doc {
    let layout = Layout { tokens, spelling };
    let mut docs = Vec::new();
    for part in root.parts() {
        docs.push(layout.part(part));
        docs.push(hard());
    }
    // the comments at the end of the file
    docs.push(token(tokens.len() - 1));
    many(docs)
}

struct Layout<'l> {
    tokens: &'l [Token<'l>],
    spelling: &'l [&'l str],
}

impl Layout<'_> {
    fn part(&self, part: Part<'_>) -> Doc {
        match part {
            Part::Token(t) => token(t),
            Part::Node(n) => self.node(n),
        }
    }

    fn node(&self, node: &Node) -> Doc {
        match node.rule {
            Rule::module_decl
            | Rule::use_decl
            | Rule::sort_decl
            | Rule::const_decl
            | Rule::assume_decl
            | Rule::var_decl
            | Rule::def_decl
            | Rule::type_decl
            | Rule::record_decl
            | Rule::enum_decl => self.declaration(node),
            Rule::init_decl
            | Rule::event_decl
            | Rule::property_decl
            | Rule::temporal_decl
            | Rule::component_decl
            | Rule::system_decl => self.with_block(node),
            Rule::command_decl => self.command(node),
            Rule::instance_decl => self.as_written(node),
            Rule::block | Rule::formulas | Rule::t_formulas | Rule::members => self.block(node),
            Rule::composition => self.composition(node),
            Rule::if_s => self.if_statement(node),
            Rule::when_s | Rule::choose_s => self.condition(node),
            Rule::assign_s => self.assignment(node),
            rule if is_chain(rule) => self.chain(node, true),
            Rule::tight | Rule::t_tight => self.glued(node),
            Rule::paren
            | Rule::t_paren
            | Rule::call
            | Rule::set_lit
            | Rule::seq_lit
            | Rule::named_args
            | Rule::module_params
            | Rule::use_args
            | Rule::args
            | Rule::with_p
            | Rule::params => self.list(node),
            Rule::compr | Rule::lambda => self.binding(node),
            Rule::quant | Rule::quant_l | Rule::fold | Rule::fold_l | Rule::t_quant => self.quantified(node),
            Rule::ite | Rule::ite_l => self.choice(node),
            Rule::let_in | Rule::let_in_l => self.let_in(node),
            Rule::match_e => self.match_of(node),
            Rule::arm => self.arm(node),
            rule if gaps::is_known(rule) => self.flat(node),
            _ => self.generic(node),
        }
    }

    /// Parts one behind the other, without line breaks.
    fn flat(&self, node: &Node) -> Doc {
        many(self.joined(node, &node.parts(), |_, _| space()))
    }

    /// Parts one behind the other, with line breaks behind commas where the rest does not fit.
    fn filled(&self, node: &Node) -> Vec<Doc> {
        self.joined(node, &node.parts(), |left, _| {
            if self.text(left.last()) == "," {
                fill()
            } else {
                space()
            }
        })
    }

    /// Parts with what stands between them: nothing, or what `between` says.
    fn joined(
        &self,
        node: &Node,
        parts: &[Part<'_>],
        between: impl Fn(Part<'_>, Part<'_>) -> Doc,
    ) -> Vec<Doc> {
        let mut docs = Vec::new();
        for (i, part) in parts.iter().enumerate() {
            if let Some(before) = i.checked_sub(1).and_then(|b| parts.get(b))
                && self.is_apart(node.rule, before.last(), part.first())
            {
                docs.push(between(*before, *part));
            }
            docs.push(self.part(*part));
        }
        docs
    }

    /// How a token is written.
    fn text(&self, index: usize) -> &str {
        self.spelling[index]
    }

    /// Whether a line ends before a part.
    fn begins_line(&self, part: Part<'_>) -> bool {
        self.tokens[part.first()].broken
    }

    /// Comments between the first and the last token.
    fn has_comments(&self, node: &Node) -> bool {
        let inside = self.tokens.get(node.start + 1..node.end);
        inside.is_some_and(|t| t.iter().any(|t| !t.comments.is_empty()))
    }

    /// A group for what a node covers: broken where it must be, where comments stand, and where `broken`.
    fn group(&self, node: &Node, docs: Vec<Doc>, broken: bool) -> Doc {
        let broken = broken || self.has_comments(node);
        group(docs, broken)
    }

    /// What follows an `=`, `:=`, `=>` or the `.` of a quantifier: on the same line if it fits or begins with a brace
    /// that goes on below, else on lines of its own.
    fn attached(&self, node: &Node) -> Doc {
        let breaks = self.begins_line(Part::Node(node));
        if !breaks && hugs(node) {
            return many(vec![space(), self.node(node)]);
        }
        let body = if is_chain(node.rule) {
            self.chain(node, false)
        } else {
            self.node(node)
        };
        let comments = !self.tokens[node.start].comments.is_empty();
        self.group(node, vec![indent(vec![line(), body])], breaks || comments)
    }
}

/// All but the first one level deeper.
fn hanging(mut docs: Vec<Doc>) -> Doc {
    if docs.is_empty() {
        return many(docs);
    }
    let rest = docs.split_off(1);
    docs.push(indent(rest));
    many(docs)
}

fn is_chain(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::expr
            | Rule::let_value
            | Rule::set_expr
            | Rule::bar_free
            | Rule::integer
            | Rule::integer_l
            | Rule::t_expr
    )
}

/// Whether an expression is one of braces or brackets alone.
fn hugs(node: &Node) -> bool {
    let rule = node.core().rule;
    matches!(rule, Rule::match_e | Rule::compr | Rule::set_lit | Rule::lambda)
}
