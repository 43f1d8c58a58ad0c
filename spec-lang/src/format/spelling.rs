//! How operators are written: as they are, by their names, or by their mathematical symbols.

use super::Operators;
use super::tokens::Token;
use super::tree::Node;
use crate::syntax::Rule;

/// The two spellings of what is an operator wherever it stands.
const ANYWHERE: [(&str, &str); 11] = [
    ("forall", "∀"),
    ("exists", "∃"),
    ("and", "∧"),
    ("or", "∨"),
    ("not", "¬"),
    ("subset", "⊆"),
    ("<=>", "⇔"),
    ("!=", "≠"),
    ("<=", "≤"),
    (">=", "≥"),
    ("not in", "∉"),
];

/// Of operators whose sign means something else in other places.
const AS_OPERATOR: [(&str, &str); 7] = [
    ("||", "∥"),
    ("><", "×"),
    ("in", "∈"),
    ("=>", "⇒"),
    ("|", "∪"),
    ("&", "∩"),
    ("->", "→"),
];

/// How each token is written; nothing for one that is part of the one before.
pub(super) fn spelling<'t>(tokens: &[Token<'t>], root: &Node, operators: Operators) -> Vec<&'t str> {
    let mut out: Vec<&str> = tokens.iter().map(|t| t.text).collect();
    if operators != Operators::AsWritten {
        spell(tokens, root, Rule::file, operators, &mut out);
    }
    out
}

fn spell<'t>(tokens: &[Token<'t>], node: &Node, parent: Rule, operators: Operators, out: &mut [&'t str]) {
    for child in &node.children {
        spell(tokens, child, node.rule, operators, out);
    }
    let is_pair =
        node.end == node.start + 2 && tokens[node.start].text == "not" && tokens[node.start + 1].text == "in";
    if is_pair {
        // a comment between the words has no place in one sign
        if operators == Operators::Unicode && tokens[node.start + 1].comments.is_empty() {
            out[node.start] = "∉";
            out[node.start + 1] = "";
        }
        return;
    }
    if is_operator(node.rule, parent) {
        for part in node.parts() {
            if let super::tree::Part::Token(t) = part {
                let text = tokens[t].text;
                let sign = matches!(node.rule, Rule::type_) == matches!(text, "->" | "→");
                let table = ANYWHERE.iter().chain(AS_OPERATOR.iter().filter(|_| sign));
                out[t] = other(table, text, operators);
            }
        }
    }
}

/// Whether the tokens of a rule itself are operators.
fn is_operator(rule: Rule, parent: Rule) -> bool {
    match rule {
        Rule::quantifier
        | Rule::prefix
        | Rule::infix
        | Rule::infix_no_in
        | Rule::set_op
        | Rule::bar_free_op
        | Rule::in_word
        | Rule::member_op
        | Rule::arm
        | Rule::lambda
        | Rule::composition
        | Rule::type_ => true,
        Rule::kw_in => !matches!(parent, Rule::let_in | Rule::let_in_l),
        _ => false,
    }
}

fn other<'t, 'e>(
    table: impl Iterator<Item = &'e (&'static str, &'static str)>,
    text: &'t str,
    operators: Operators,
) -> &'t str {
    for (ascii, unicode) in table {
        match operators {
            Operators::Ascii if text == *unicode => return ascii,
            Operators::Unicode if text == *ascii => return unicode,
            Operators::Ascii | Operators::Unicode | Operators::AsWritten => {}
        }
    }
    text
}

/// One spelling for each token, to compare texts by.
pub(super) fn canonical(text: &str) -> &str {
    let all = ANYWHERE.iter().chain(&AS_OPERATOR);
    all.into_iter().find(|(_, u)| *u == text).map_or(text, |(a, _)| a)
}
