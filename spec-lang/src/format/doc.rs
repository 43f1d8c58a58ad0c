//! Layouts as data, and the printer that chooses line breaks: groups are on one line if they fit, and else broken at
//! their lines (after Wadler, A prettier printer, 2003). Runs in linear time: looking ahead stops at the end of the line.

use super::lines::Lines;
use super::tokens::{Comment, Token};

/// A layout.
#[derive(Debug)]
pub(super) struct Doc {
    kind: Kind,
    /// Holds a line break that must be, so that groups around it are broken.
    pub(super) hard: bool,
}

#[derive(Debug)]
enum Kind {
    /// A token, the comments on lines of their own before it, and the comment behind it.
    Token(usize),
    /// The comments on lines of their own before a token; the token follows elsewhere.
    Comments(usize),
    Space,
    /// A space, or in a broken group a line break.
    Line,
    /// Nothing, or in a broken group a line break.
    Soft,
    /// A space, or in a broken group a line break where what follows does not fit.
    Fill,
    Hard,
    Many(Vec<Doc>),
    Indent(Vec<Doc>),
    Group(Vec<Doc>),
}

fn plain(kind: Kind) -> Doc {
    Doc { kind, hard: false }
}

pub(super) fn token(index: usize) -> Doc {
    plain(Kind::Token(index))
}

pub(super) fn comments(index: usize) -> Doc {
    plain(Kind::Comments(index))
}

pub(super) fn space() -> Doc {
    plain(Kind::Space)
}

pub(super) fn line() -> Doc {
    plain(Kind::Line)
}

pub(super) fn soft() -> Doc {
    plain(Kind::Soft)
}

pub(super) fn fill() -> Doc {
    plain(Kind::Fill)
}

pub(super) fn hard() -> Doc {
    Doc {
        kind: Kind::Hard,
        hard: true,
    }
}

pub(super) fn many(docs: Vec<Doc>) -> Doc {
    let hard = docs.iter().any(|d| d.hard);
    Doc {
        kind: Kind::Many(docs),
        hard,
    }
}

pub(super) fn indent(docs: Vec<Doc>) -> Doc {
    let hard = docs.iter().any(|d| d.hard);
    Doc {
        kind: Kind::Indent(docs),
        hard,
    }
}

/// A group, broken if `broken` or if it holds a break that must be.
pub(super) fn group(docs: Vec<Doc>, broken: bool) -> Doc {
    let hard = broken || docs.iter().any(|d| d.hard);
    Doc {
        kind: Kind::Group(docs),
        hard,
    }
}

/// Columns of a line, and of one level.
const WIDTH: usize = 100;
const LEVEL: usize = 2;

#[derive(Clone, Copy)]
struct Work<'d> {
    docs: &'d [Doc],
    indent: usize,
    broken: bool,
}

/// Prints a layout; `spelling` says how a token is written (nothing, if it is part of another).
pub(super) fn print(doc: &Doc, tokens: &[Token<'_>], spelling: &[&str]) -> String {
    let mut printer = Printer {
        tokens,
        spelling,
        lines: Lines::default(),
        said: vec![false; tokens.len()],
    };
    printer.run(doc);
    printer.lines.finish()
}

struct Printer<'p> {
    tokens: &'p [Token<'p>],
    spelling: &'p [&'p str],
    lines: Lines<'p>,
    /// Of a token: its comments are printed.
    said: Vec<bool>,
}

impl<'p> Printer<'p> {
    fn run(&mut self, doc: &Doc) {
        let mut stack = vec![Work {
            docs: std::slice::from_ref(doc),
            indent: 0,
            broken: true,
        }];
        while let Some(work) = stack.pop() {
            let Some((first, rest)) = work.docs.split_first() else {
                continue;
            };
            stack.push(Work { docs: rest, ..work });
            match &first.kind {
                Kind::Token(t) => self.token(*t, work.indent),
                Kind::Comments(t) => self.comments(*t, work.indent),
                Kind::Space => self.lines.space(),
                Kind::Hard => self.lines.end(work.indent),
                Kind::Line if work.broken => self.lines.end(work.indent),
                Kind::Soft if work.broken => self.lines.end(work.indent),
                Kind::Fill if work.broken && !self.fits(&stack, None) => self.lines.end(work.indent),
                Kind::Line | Kind::Fill => self.lines.space(),
                Kind::Soft => {}
                Kind::Many(docs) => stack.push(Work { docs, ..work }),
                Kind::Indent(docs) => stack.push(Work {
                    docs,
                    indent: work.indent + LEVEL,
                    ..work
                }),
                Kind::Group(docs) => {
                    let flat = Work {
                        docs,
                        broken: false,
                        ..work
                    };
                    let broken = first.hard || (work.broken && !self.fits(&stack, Some(flat)));
                    stack.push(Work { broken, ..flat });
                }
            }
        }
    }

    fn comments(&mut self, index: usize, indent: usize) {
        if !std::mem::replace(&mut self.said[index], true) {
            for comment in self.tokens[index].comments.iter().filter(|c| c.own_line) {
                self.lines.comment(comment, indent);
            }
        }
    }

    fn token(&mut self, index: usize, indent: usize) {
        self.comments(index, indent);
        let text = self.spelling[index];
        if !text.is_empty() {
            self.lines.text(text, self.tokens[index].blank_before, indent);
        }
        if let Some(comment) = self.behind(index) {
            self.lines.comment(&comment, indent);
        }
    }

    /// Whether comments before a token put it on a line of its own.
    fn begins_line(&self, index: usize) -> bool {
        self.tokens[index].comments.iter().any(|c| c.own_line)
    }

    /// The comment that stands behind a token, on its line.
    fn behind(&self, index: usize) -> Option<Comment<'p>> {
        let next = self.tokens.get(index + 1)?;
        next.comments.first().filter(|c| !c.own_line).copied()
    }

    /// Whether what comes next fits on the line, up to where it may be broken: `next` and then the rest; without `next`
    /// the rest of the innermost list, behind which groups may be broken.
    fn fits(&self, stack: &[Work<'_>], next: Option<Work<'_>>) -> bool {
        let mut left = WIDTH.saturating_sub(self.lines.column());
        let mut ahead: Vec<Work<'_>> = next.into_iter().collect();
        let mut below = stack.len();
        loop {
            let Some(work) = ahead.pop().or_else(|| {
                below = below.checked_sub(1)?;
                stack.get(below).copied()
            }) else {
                return true;
            };
            let Some((first, rest)) = work.docs.split_first() else {
                continue;
            };
            ahead.push(Work { docs: rest, ..work });
            let width = match &first.kind {
                Kind::Token(t) if !self.said[*t] && self.begins_line(*t) => return true,
                Kind::Token(t) if self.behind(*t).is_some() => {
                    return self.spelling[*t].chars().count() <= left;
                }
                Kind::Token(t) => self.spelling[*t].chars().count(),
                Kind::Comments(t) if self.begins_line(*t) => return true,
                Kind::Hard => return true,
                Kind::Line | Kind::Soft | Kind::Fill if work.broken => return true,
                Kind::Space | Kind::Line | Kind::Fill => 1,
                Kind::Comments(_) | Kind::Soft => 0,
                Kind::Many(docs) | Kind::Indent(docs) => {
                    ahead.push(Work { docs, ..work });
                    0
                }
                Kind::Group(docs) => {
                    let broken = first.hard || (next.is_none() && work.broken && below + 1 < stack.len());
                    ahead.push(Work { docs, broken, ..work });
                    0
                }
            };
            let Some(fewer) = left.checked_sub(width) else {
                return false;
            };
            left = fewer;
        }
    }
}
