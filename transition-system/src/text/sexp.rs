//! S-expressions: atoms and lists with the line they start on. Nesting is limited, so bad input cannot
//! overflow the stack.

use super::read::TextError;

/// Deepest nesting that is read.
const DEPTH_LIMIT: usize = 2_000;

#[derive(Clone, Debug)]
pub(super) enum Sexp {
    Atom(String, usize),
    List(Vec<Sexp>, usize),
}

impl Sexp {
    pub(super) fn line(&self) -> usize {
        match self {
            Sexp::Atom(_, line) | Sexp::List(_, line) => *line,
        }
    }

    pub(super) fn atom(&self) -> Option<&str> {
        if let Sexp::Atom(a, _) = self {
            Some(a)
        } else {
            None
        }
    }

    pub(super) fn list(&self) -> Option<&[Sexp]> {
        if let Sexp::List(items, _) = self {
            Some(items)
        } else {
            None
        }
    }
}

/// All expressions of a text.
pub(super) fn parse(text: &str) -> Result<Vec<Sexp>, TextError> {
    let mut stack: Vec<(Vec<Sexp>, usize)> = vec![(Vec::new(), 1)];
    for (index, content) in text.lines().enumerate() {
        let line = index + 1;
        // a comment stands on a line of its own
        let mut rest = if content.starts_with(';') {
            ""
        } else {
            content.trim_start()
        };
        while let Some(first) = rest.chars().next() {
            match first {
                '(' if stack.len() > DEPTH_LIMIT => return Err(TextError::new(line, "nested too deeply")),
                '(' => {
                    stack.push((Vec::new(), line));
                    rest = &rest[1..];
                }
                ')' => {
                    let (items, start) = stack.pop().unwrap_or_default();
                    let Some((outer, _)) = stack.last_mut() else {
                        return Err(TextError::new(line, "`)` without `(`"));
                    };
                    outer.push(Sexp::List(items, start));
                    rest = &rest[1..];
                }
                _ => {
                    let end = rest
                        .find(|c: char| c.is_whitespace() || c == '(' || c == ')')
                        .unwrap_or(rest.len());
                    let (atom, tail) = rest.split_at(end);
                    if let Some((items, _)) = stack.last_mut() {
                        items.push(Sexp::Atom(atom.to_owned(), line));
                    }
                    rest = tail;
                }
            }
            rest = rest.trim_start();
        }
    }
    match (stack.pop(), stack.last()) {
        (Some((items, _)), None) => Ok(items),
        (Some((_, line)), Some(_)) => Err(TextError::new(line, "`(` without `)`")),
        (None, _) => Ok(Vec::new()),
    }
}
