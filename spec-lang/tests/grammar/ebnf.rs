//! The notation of the page: rules over terminals in quotes, with `( )`, `|`, `*`, `+`, `?`, `!x` and words in `< >`.

use std::fmt::Write as _;

/// What stands on the right of a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Form {
    /// A terminal.
    Text(String),
    /// A rule.
    Rule(String),
    /// What is said in words.
    Words(String),
    Seq(Vec<Form>),
    Or(Vec<Form>),
    Opt(Box<Form>),
    Star(Box<Form>),
    Plus(Box<Form>),
    /// Not where this could stand.
    Not(Box<Form>),
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) name: String,
    /// The parts stand directly behind each other.
    pub(crate) tight: bool,
    pub(crate) form: Form,
}

/// Width of a line.
const WIDTH: usize = 110;

impl Rule {
    pub(crate) fn print(&self) -> String {
        let sign = if self.tight { "==" } else { "=" };
        let head = format!("{:<14} {sign} ", self.name);
        let indent = " ".repeat(17);
        let mut out = head.clone();
        let mut column = head.len();
        // a rule is broken before `|` where it has alternatives, else at blanks
        let words: Vec<String> = match &self.form {
            Form::Or(list) => list.iter().enumerate().map(|(i, f)| alternative(i, f)).collect(),
            form => pieces(&print(form, 0)),
        };
        for (i, word) in words.iter().enumerate() {
            if i > 0 && column + 1 + word.len() > WIDTH {
                let _ = write!(out, "\n{indent}{word}");
                column = indent.len() + word.len();
            } else {
                let blank = if i > 0 { " " } else { "" };
                let _ = write!(out, "{blank}{word}");
                column += blank.len() + word.len();
            }
        }
        out
    }
}

fn alternative(index: usize, form: &Form) -> String {
    let text = print(form, 1);
    if index > 0 { format!("| {text}") } else { text }
}

/// At blanks outside of terminals and words.
fn pieces(text: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut inside = None;
    for c in text.chars() {
        match (c, inside) {
            (' ', None) => out.push(String::new()),
            _ => {
                inside = match (c, inside) {
                    ('"', None) => Some('"'),
                    ('<', None) => Some('>'),
                    (c, Some(end)) if c == end => None,
                    (_, inside) => inside,
                };
                out.last_mut().unwrap().push(c);
            }
        }
    }
    out
}

/// Level 0: anything; 1: no `|`; 2: one thing.
fn print(form: &Form, level: u8) -> String {
    let list = |list: &[Form], between: &str, own: u8| {
        let parts: Vec<String> = list.iter().map(|f| print(f, own + 1)).collect();
        let text = parts.join(between);
        if level > own { format!("({text})") } else { text }
    };
    match form {
        Form::Text(t) => format!("\"{t}\""),
        Form::Rule(name) => name.clone(),
        Form::Words(w) => format!("<{w}>"),
        Form::Or(forms) => list(forms, " | ", 0),
        Form::Seq(forms) => list(forms, " ", 1),
        Form::Opt(f) => format!("{}?", print(f, 2)),
        Form::Star(f) => format!("{}*", print(f, 2)),
        Form::Plus(f) => format!("{}+", print(f, 2)),
        Form::Not(f) => format!("!{}", print(f, 2)),
    }
}

/// Reads rules.
pub(crate) fn read(text: &str) -> Vec<Rule> {
    let tokens = tokens(text);
    let starts: Vec<usize> = (1..tokens.len())
        .filter(|i| tokens[*i] == "=" || tokens[*i] == "==")
        .map(|i| i - 1)
        .collect();
    let ends = starts.iter().skip(1).copied().chain([tokens.len()]);
    let rule = |(start, end): (&usize, usize)| {
        let mut at = start + 2;
        let form = either(&tokens[..end], &mut at);
        assert_eq!(at, end, "rule `{}` cannot be read", tokens[*start]);
        Rule {
            name: tokens[*start].clone(),
            tight: tokens[start + 1] == "==",
            form,
        }
    };
    starts.iter().zip(ends).map(rule).collect()
}

fn tokens(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = text.trim_start();
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '"' => rest[1..].find('"').unwrap() + 2,
            '<' => rest.find('>').unwrap() + 1,
            '=' if rest.starts_with("==") => 2,
            'a'..='z' | '_' => rest
                .find(|c: char| !(c.is_ascii_lowercase() || c == '_'))
                .unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        out.push(rest[..length].to_owned());
        rest = rest[length..].trim_start();
    }
    out
}

fn either(tokens: &[String], at: &mut usize) -> Form {
    let mut list = vec![sequence(tokens, at)];
    while tokens.get(*at).is_some_and(|t| t == "|") {
        *at += 1;
        list.push(sequence(tokens, at));
    }
    one_or(list, Form::Or)
}

fn sequence(tokens: &[String], at: &mut usize) -> Form {
    let mut list = Vec::new();
    while tokens.get(*at).is_some_and(|t| t != "|" && t != ")") {
        list.push(repeated(tokens, at));
    }
    one_or(list, Form::Seq)
}

fn repeated(tokens: &[String], at: &mut usize) -> Form {
    let token = &tokens[*at];
    *at += 1;
    let mut form = match token.as_str() {
        "!" => return Form::Not(Box::new(repeated(tokens, at))),
        "(" => {
            let inner = either(tokens, at);
            assert_eq!(tokens[*at], ")");
            *at += 1;
            inner
        }
        t if t.starts_with('"') => Form::Text(t[1..t.len() - 1].to_owned()),
        t if t.starts_with('<') => Form::Words(t[1..t.len() - 1].to_owned()),
        name => {
            assert!(
                name.starts_with(|c: char| c.is_ascii_lowercase()),
                "a stray `{name}`"
            );
            Form::Rule(name.to_owned())
        }
    };
    while let Some(sign) = tokens.get(*at).filter(|t| matches!(t.as_str(), "?" | "*" | "+")) {
        *at += 1;
        let inner = Box::new(form);
        form = match sign.as_str() {
            "?" => Form::Opt(inner),
            "*" => Form::Star(inner),
            _ => Form::Plus(inner),
        };
    }
    form
}

/// The only one, or all of them.
pub(crate) fn one_or(mut list: Vec<Form>, all: impl FnOnce(Vec<Form>) -> Form) -> Form {
    if list.len() == 1 {
        list.remove(0)
    } else {
        all(list)
    }
}
