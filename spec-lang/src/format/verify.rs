//! Whether two texts say the same: by their tokens and comments, and by their syntax trees.

use std::fmt::{self, Write};
use std::hash::{DefaultHasher, Hasher};

use super::spelling::canonical;
use super::tokens::{Comment, Token, tokens};
use crate::syntax::ast::File;

/// Where two texts have other tokens, but for the spelling of operators, or other comments between them.
pub(super) fn difference(a: &str, b: &str) -> Option<String> {
    let (a, b) = (tokens(a, &[]), tokens(b, &[]));
    let (mut a, mut b) = (pieces(&a), pieces(&b));
    loop {
        match (a.next(), b.next()) {
            (None, None) => return None,
            (x, y) if x == y => {}
            (x, y) => {
                let [x, y] = [x, y].map(|p| p.map_or("the end", |p| p.0));
                return Some(format!("`{x}` has become `{y}`"));
            }
        }
    }
}

/// What a text consists of, in order: comments with whether they stand alone, and words and signs.
fn pieces<'t>(tokens: &'t [Token<'t>]) -> impl Iterator<Item = (&'t str, bool)> {
    tokens.iter().flat_map(|token| {
        let comments = token.comments.iter().map(|c: &Comment<'_>| (c.text, c.own_line));
        let words = canonical(token.text).split(' ').map(|w| (w, false));
        comments.chain(words)
    })
}

/// Whether two trees are the same but for places.
pub(super) fn same_tree(a: &File, b: &File) -> bool {
    digest(a) == digest(b)
}

fn digest(file: &File) -> (u64, usize) {
    let mut out = WithoutSpans::default();
    // the writer does not fail
    let _ = write!(out, "{file:?}");
    (out.hasher.finish(), out.length)
}

/// Takes the debugging text of a tree, and leaves out its spans.
#[derive(Default)]
struct WithoutSpans {
    hasher: DefaultHasher,
    length: usize,
    /// Inside of a span.
    skipping: bool,
}

impl Write for WithoutSpans {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if text == "Span" {
            self.skipping = true;
        } else if self.skipping {
            self.skipping = !text.ends_with('}');
        } else {
            self.hasher.write(text.as_bytes());
            self.length += text.len();
        }
        Ok(())
    }
}
