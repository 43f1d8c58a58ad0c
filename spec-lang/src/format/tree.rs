//! The parser's pieces over tokens: which rule covers which tokens, and the tokens that belong to no piece of it.

use pest::iterators::{Pair, Pairs};

use super::tokens::{Token, tokens};
use crate::syntax::Rule;

/// What a rule covers.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) rule: Rule,
    /// First token.
    pub(super) start: usize,
    /// Token after the last.
    pub(super) end: usize,
    pub(super) children: Vec<Node>,
}

/// A part of a node, in the order of the text.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part<'n> {
    Token(usize),
    Node(&'n Node),
}

impl Part<'_> {
    pub(super) fn first(&self) -> usize {
        match self {
            Part::Token(t) => *t,
            Part::Node(n) => n.start,
        }
    }

    pub(super) fn last(&self) -> usize {
        match self {
            Part::Token(t) => *t,
            Part::Node(n) => n.end - 1,
        }
    }
}

impl Node {
    /// Its children and the tokens between them.
    pub(super) fn parts(&self) -> Vec<Part<'_>> {
        let mut out = Vec::new();
        let mut at = self.start;
        for child in &self.children {
            out.extend((at..child.start).map(Part::Token));
            out.push(Part::Node(child));
            at = child.end;
        }
        out.extend((at..self.end).map(Part::Token));
        out
    }

    /// The rule of the only part that matters: looks through nodes that consist of one node.
    pub(super) fn core(&self) -> &Node {
        match self.children.as_slice() {
            [only] if only.start == self.start && only.end == self.end => only.core(),
            _ => self,
        }
    }
}

/// A text's tokens and tree.
pub(super) struct Tree<'t> {
    pub(super) tokens: Vec<Token<'t>>,
    pub(super) root: Node,
}

/// Reads the tree of a text that was parsed.
pub(super) fn tree<'t>(text: &'t str, pairs: Pairs<'t, Rule>) -> Option<Tree<'t>> {
    let mut borders = Vec::new();
    collect_borders(pairs.clone(), &mut borders);
    borders.sort_unstable();
    borders.dedup();
    let tokens = tokens(text, &borders);
    let root = pairs.into_iter().next()?;
    let root = node(&root, &tokens);
    Some(Tree { tokens, root })
}

fn collect_borders(pairs: Pairs<'_, Rule>, out: &mut Vec<usize>) {
    for pair in pairs {
        let span = pair.as_span();
        out.extend([span.start(), span.end()]);
        collect_borders(pair.into_inner(), out);
    }
}

fn node(pair: &Pair<'_, Rule>, tokens: &[Token<'_>]) -> Node {
    let span = pair.as_span();
    let at = |byte: usize| tokens.partition_point(|t| t.start < byte).min(tokens.len() - 1);
    let children = pair.clone().into_inner().map(|p| node(&p, tokens));
    Node {
        rule: pair.as_rule(),
        start: at(span.start()),
        end: at(span.end()),
        children: children.filter(|n| n.start < n.end).collect(),
    }
}
