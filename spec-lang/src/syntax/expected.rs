//! What to say where a declaration cannot be read: what was found, what could have stood there, and for what is
//! written otherwise elsewhere, how it is written here.

use std::collections::BTreeSet;

use pest::error::{Error, ErrorVariant, InputLocation};

use super::Rule;
use super::classify::{Kind, classify, foreign, pasted, unopened};
use super::scan::too_deep;
use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, Span};
use crate::suggest::nearest;

/// Words that begin a declaration.
pub(super) const DECLARATIONS: [&str; 28] = [
    "module",
    "use",
    "sort",
    "enum",
    "const",
    "assume",
    "var",
    "def",
    "init",
    "event",
    "invariant",
    "witness",
    "transition",
    "temporal",
    "type",
    "record",
    "check",
    "prove",
    "instance",
    "component",
    "system",
    "private",
    "integrity",
    "mediate",
    "secret",
    "observer",
    "noninterference",
    "resource",
];

/// Words that are not names.
pub(super) const RESERVED: [&str; 47] = [
    "and",
    "assume",
    "bool",
    "card",
    "check",
    "choose",
    "const",
    "def",
    "else",
    "enum",
    "event",
    "exists",
    "false",
    "forall",
    "if",
    "in",
    "init",
    "instance",
    "int",
    "invariant",
    "let",
    "match",
    "module",
    "none",
    "not",
    "option",
    "or",
    "prove",
    "relation",
    "set",
    "some",
    "sort",
    "subset",
    "then",
    "transition",
    "true",
    "unknown",
    "use",
    "var",
    "when",
    "where",
    "witness",
    "by",
    "of",
    "for",
    "using",
    "expect",
];

/// Explains an error in a part of a text that begins at byte `start`.
pub(super) fn explain(source: SourceId, text: &str, start: usize, error: &Error<Rule>) -> Diagnostic {
    let (InputLocation::Pos(mut at) | InputLocation::Span((mut at, _))) = error.location;
    let mut tokens: BTreeSet<String> = BTreeSet::new();
    // The list of tokens is empty where something forbidden was found; then the rules say where.
    if let Some(attempts) = error.parse_attempts()
        && !attempts.expected_tokens().is_empty()
    {
        at = attempts.max_position;
        tokens = attempts
            .expected_tokens()
            .iter()
            .map(ToString::to_string)
            .collect();
    }
    if let Some(word) = refused_name(&tokens, text.get(..start + at).unwrap_or("")) {
        at -= word.len();
        tokens = BTreeSet::from([NAME_AHEAD.to_owned()]);
    }
    let (found, span) = token_at(source, text, start + at);
    match &error.variant {
        ErrorVariant::CustomError { .. } => return too_deep(span),
        ErrorVariant::ParsingError { positives, .. } if tokens.is_empty() => {
            tokens.extend(
                positives
                    .contains(&Rule::infix)
                    .then(|| OPERATOR_AHEAD.to_owned()),
            );
        }
        ErrorVariant::ParsingError { .. } => {}
    }
    let inside_word = text.get(..start + at).is_some_and(|t| t.ends_with(is_word_char));
    let expected = Expected::new(&tokens, inside_word);
    if expected.declaration && !tokens.contains("}") {
        return no_declaration(source, text, start + at);
    }
    let found_text = if found.is_empty() {
        "the end of the file".to_owned()
    } else {
        format!("`{found}`")
    };
    let message = match expected.describe() {
        Some(list) => format!("expected {list}, found {found_text}"),
        None => format!("{found_text} cannot stand here"),
    };
    let kind = classify(&expected, found, text, start, span.start as usize);
    finish(kind, span, message)
}

/// The diagnostic of a kind.
fn finish(kind: Kind, span: Span, message: String) -> Diagnostic {
    let error = Diagnostic::error(kind.code, span, message).maybe_help(kind.help);
    match kind.place {
        Some((at, label)) => {
            let place = Span {
                start: at as u32,
                end: at as u32 + 1,
                ..span
            };
            error.label(place, label)
        }
        None => error,
    }
}

/// The reserved word at the end of a text, if it was read to its end before it was refused as a name: then
/// nothing could have stood behind it.
fn refused_name<'t>(tokens: &BTreeSet<String>, text: &'t str) -> Option<&'t str> {
    let word = text.rsplit(|c| !is_word_char(c)).next()?;
    let nothing = Expected::new(tokens, true).describe().is_none();
    Some(word).filter(|w| nothing && RESERVED.contains(w))
}

/// A text that goes on at byte `at` where a declaration should begin.
pub(super) fn no_declaration(source: SourceId, text: &str, at: usize) -> Diagnostic {
    let (found, span) = token_at(source, text, at);
    let bracket = found.chars().next().filter(|c| ['}', ')', ']'].contains(c));
    let rest = text.get(span.start as usize..).unwrap_or("");
    if let Some(kind) = foreign(found, rest).or_else(|| bracket.map(unopened)) {
        return finish(kind, span, format!("expected a declaration, found `{found}`"));
    }
    let behind = rest.get(found.len()..).and_then(|r| r.chars().next());
    if let Some(letter) = behind.filter(|c| c.is_alphabetic() && found.ends_with(is_word_char)) {
        let start = span.end;
        let span = Span {
            start,
            end: start + letter.len_utf8() as u32,
            ..span
        };
        let message = format!("expected a declaration, found `{found}{letter}`");
        return Diagnostic::error("E0123", span, message).help(pasted(letter));
    }
    let near = nearest(found, DECLARATIONS).map(|w| format!("did you mean `{w}`?"));
    let list = "a declaration begins with one of `module`, `use`, `sort`, `enum`, `type`, `record`, `const`, `assume`, `var`, `def`, \
                `init`, `event`, `invariant`, `witness`, `transition`, `temporal`, `check`, `prove`, `instance`, `component`, `system`, \
                `integrity`, `mediate`, `secret`, `observer`, `noninterference`, `resource`";
    Diagnostic::error("E0101", span, format!("expected a declaration, found `{found}`"))
        .help(near.unwrap_or_else(|| list.to_owned()))
}

/// Whether a word begins a declaration.
pub(super) fn is_declaration(word: &str) -> bool {
    DECLARATIONS.contains(&word)
}

pub(super) fn is_word_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The word, number or symbol at or behind a byte, past blanks and comments.
fn token_at(source: SourceId, text: &str, mut at: usize) -> (&str, Span) {
    loop {
        let rest = text.get(at..).unwrap_or("");
        let trimmed = rest.trim_start_matches([' ', '\t', '\r', '\n', '\u{FEFF}']);
        at += rest.len() - trimmed.len();
        if !trimmed.starts_with("//") {
            break;
        }
        at += trimmed.find('\n').unwrap_or(trimmed.len());
    }
    let rest = text.get(at..).unwrap_or("");
    let word = rest.find(|c| !is_word_char(c)).unwrap_or(rest.len());
    let long = [
        "<=>", ":=", "->", "~>", "<-", "=>", "::", "..", "++", "--", "==", "!=", "&&", "||",
    ];
    let len = match long.iter().find(|l| rest.starts_with(**l)) {
        _ if word > 0 => word,
        Some(l) => l.len(),
        None => rest.chars().next().map_or(0, char::len_utf8),
    };
    if len == 0 {
        // The end of the file: behind the last thing that is there.
        at = text.trim_end().len();
    }
    let span = Span {
        source,
        start: at as u32,
        end: (at + len) as u32,
    };
    (rest.get(..len).unwrap_or(""), span)
}

/// The token by which a name begins.
const NAME_AHEAD: &str = "A..Z";

/// The token by which the grammar looks for an operator.
const OPERATOR_AHEAD: &str = "<..>";

/// What could have stood at a place.
pub(super) struct Expected {
    pub(super) declaration: bool,
    pub(super) expression: bool,
    pub(super) operator: bool,
    pub(super) statement: bool,
    /// After the place of an assignment, where `=` is read only to say that it is `:=`.
    pub(super) assignment: bool,
    pub(super) name: bool,
    pub(super) number: bool,
    /// A `.` or a `,`, as between binders and what a quantifier says.
    pub(super) dot: bool,
    /// Anything else, as written.
    pub(super) words: Vec<String>,
}

impl Expected {
    fn new(tokens: &BTreeSet<String>, inside_word: bool) -> Self {
        let has = |t: &str| tokens.contains(t);
        let letters = has(NAME_AHEAD) && !inside_word;
        let digits = has("0..9") && !inside_word;
        let expression = has("forall") && has("card");
        let statement = has("when") && has("choose");
        let mut out = Self {
            declaration: has("assume") && has("prove"),
            expression,
            operator: has(OPERATOR_AHEAD),
            statement,
            assignment: has("+="),
            name: letters && !expression && !statement,
            number: digits && !expression,
            dot: has(".") && has(","),
            words: Vec::new(),
        };
        out.words = tokens.iter().filter(|t| out.keeps(t)).cloned().collect();
        out
    }

    fn keeps(&self, token: &str) -> bool {
        let of_expression = [
            "!", "(", "-", "[", "card", "exists", "false", "forall", "if", "let", "match", "none", "not",
            "some", "true", "{", "sum", "min", "max",
        ];
        let of_operator = [
            "!=", "%", "&", "&&", "'", "(", "*", "+", "-", ".", "/", "/\\", "<", "<=", "<=>", "=", "==",
            "=>", ">", ">=", "><", "[", "\\", "\\/", "and", "in", "not", "or", "subset", "|", "||",
        ];
        let of_bound = ["+", "-", "*", ".."];
        let blank = token.trim().trim_matches('\u{FEFF}').is_empty() || token == "//" || token == "_";
        let range = token.contains("..") && token != "..";
        !(blank
            || range
            || !token.is_ascii()
            || token == ";"
            || (self.expression && of_expression.contains(&token))
            || (self.operator && of_operator.contains(&token))
            || (self.statement && ["when", "choose", "if", "either"].contains(&token))
            || (self.declaration && DECLARATIONS.contains(&token))
            || (token == "=" && self.assignment)
            || (!self.expression && !self.operator && of_bound.contains(&token)))
    }

    /// The list in words.
    fn describe(&self) -> Option<String> {
        let groups = [
            (self.declaration, "a declaration"),
            (self.statement, "a statement"),
            (self.expression, "an expression"),
            (self.name, "a name"),
            (self.number, "a number"),
            (self.operator && self.words.is_empty(), "an operator"),
        ];
        let mut parts: Vec<String> = groups
            .iter()
            .filter(|(yes, _)| *yes)
            .map(|(_, text)| (*text).to_owned())
            .collect();
        parts.extend(self.words.iter().map(|w| format!("`{w}`")));
        let last = parts.pop()?;
        Some(if parts.is_empty() {
            last
        } else {
            format!("{} or {last}", parts.join(", "))
        })
    }
}
