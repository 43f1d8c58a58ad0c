//! A text as tokens and the comments between them.
//!
//! A token is a word or number, or a symbol as the parser sees it: the borders of the parser's pieces always separate
//! tokens, so that a symbol which the grammar gains needs no change here.

/// A comment, from its `//` to the end of its line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Comment<'t> {
    pub(super) text: &'t str,
    /// Nothing stands before it on its line.
    pub(super) own_line: bool,
    /// A line that is empty stands before it.
    pub(super) blank_before: bool,
}

/// A token with what stands before it.
#[derive(Clone, Debug)]
pub(super) struct Token<'t> {
    pub(super) text: &'t str,
    /// First byte.
    pub(super) start: usize,
    /// Anything stands between it and the token before.
    pub(super) spaced: bool,
    /// A line ends between it and the token before.
    pub(super) broken: bool,
    /// A line that is empty stands before it, behind the last comment.
    pub(super) blank_before: bool,
    /// Comments between it and the token before.
    pub(super) comments: Vec<Comment<'t>>,
}

/// The tokens of a text, and at the end one that is empty. `borders` are bytes, in order, that no token reaches over.
pub(super) fn tokens<'t>(text: &'t str, borders: &[usize]) -> Vec<Token<'t>> {
    let mut out = Vec::new();
    let mut at = 0;
    let mut next_border = 0;
    loop {
        let (comments, blank, broken, start) = gap(text, at);
        while borders.get(next_border).is_some_and(|b| *b <= start) {
            next_border += 1;
        }
        let most = borders.get(next_border).map_or(usize::MAX, |b| b - start);
        let rest = text.get(start..).unwrap_or("");
        let token = rest.get(..length(rest).min(most)).unwrap_or(rest);
        out.push(Token {
            text: token,
            start,
            spaced: start > at,
            broken,
            blank_before: blank,
            comments,
        });
        if token.is_empty() {
            return out;
        }
        at = start + token.len();
    }
}

/// What stands between byte `at` and the next token: comments, whether an empty line stands at the end, whether a
/// line ends, and where the token begins.
fn gap(text: &str, mut at: usize) -> (Vec<Comment<'_>>, bool, bool, usize) {
    let mut comments = Vec::new();
    let mut broken = false;
    let mut new_lines = 0;
    loop {
        let rest = text.get(at..).unwrap_or("");
        let blank = rest.find(|c| !is_blank(c)).unwrap_or(rest.len());
        new_lines += rest.get(..blank).unwrap_or("").matches('\n').count();
        broken |= new_lines > 0;
        at += blank;
        let rest = rest.get(blank..).unwrap_or("");
        if !rest.starts_with("//") {
            return (comments, new_lines > 1, broken, at);
        }
        let end = rest.find('\n').unwrap_or(rest.len());
        comments.push(Comment {
            text: rest.get(..end).unwrap_or("").trim_end(),
            own_line: new_lines > 0 || at == 0 || (comments.is_empty() && before_is_blank(text, at)),
            blank_before: new_lines > 1,
        });
        at += end;
        new_lines = 0;
    }
}

/// Nothing but blanks stands before a byte, in the whole text.
fn before_is_blank(text: &str, at: usize) -> bool {
    text.get(..at).is_some_and(|t| t.chars().all(is_blank))
}

/// What the grammar takes for blank; a byte order mark stands at the beginning only and is dropped.
fn is_blank(c: char) -> bool {
    c == ' ' || ('\u{09}'..='\u{0D}').contains(&c) || c == '\u{FEFF}'
}

/// Symbols of more than one character, the longest first.
const LONG: [&str; 17] = [
    "<=>", ":=", "+=", "-=", "->", "=>", "==", "!=", "<=", ">=", "::", "..", "~>", "><", "&&", "||", "/\\",
];

fn length(rest: &str) -> usize {
    let word = rest
        .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .unwrap_or(rest.len());
    if word > 0 {
        return word;
    }
    match LONG.iter().find(|l| rest.starts_with(**l)) {
        Some(long) => long.len(),
        None => rest.chars().next().map_or(0, char::len_utf8),
    }
}
