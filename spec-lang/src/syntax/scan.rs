//! A first, linear look at a text: what the grammar treats as blank but which means something (documentation
//! and evidence), and brackets nested so deep that parsing them is not worth a stack.

use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, Span};

/// Greatest nesting of brackets, and of expressions.
pub(crate) const MAX_DEPTH: usize = 256;
/// Greatest length of a text in bytes.
pub(crate) const MAX_BYTES: usize = 16 << 20;

/// A comment that means something.
#[derive(Clone, Debug)]
pub(crate) struct Note {
    /// Of the whole comment.
    pub(crate) span: Span,
    /// Line, from 0.
    pub(crate) line: u32,
    /// What it says.
    pub(crate) text: String,
    /// Nothing else stands on the line.
    pub(crate) alone: bool,
}

/// What the scan found.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// `/// ...`
    pub(crate) docs: Vec<Note>,
    /// `//@ ...`
    pub(crate) evidence: Vec<Note>,
}

/// Scans a text.
///
/// # Errors
/// If the text is too long, nested too deep to be parsed, or its lines cannot be told.
pub(crate) fn scan(source: SourceId, text: &str) -> Result<Scan, Box<Diagnostic>> {
    if text.len() > MAX_BYTES {
        let span = Span {
            source,
            start: 0,
            end: 0,
        };
        let message = format!("this file has {} bytes; the limit is {MAX_BYTES}", text.len());
        return Err(Box::new(Diagnostic::error("E0106", span, message)));
    }
    if let Some(at) = lone_return(text) {
        let message = "this line ends with a carriage return and no line feed";
        let error = Diagnostic::error("E0123", span_of(source, at, 1), message);
        return Err(Box::new(error.help("save the file with line ends LF or CRLF")));
    }
    let mut out = Scan::default();
    let mut depth = 0usize;
    let mut offset = 0usize;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let code = comment_start(line).unwrap_or(line.len());
        for (i, byte) in line.as_bytes()[..code].iter().enumerate() {
            match byte {
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth > MAX_DEPTH {
                return Err(Box::new(too_deep(span_of(source, offset + i, 1))));
            }
        }
        let alone = line[..code].trim().is_empty();
        note(
            &mut out,
            source,
            number as u32,
            offset + code,
            line[code..].trim_end(),
            alone,
        );
        offset += line.len();
    }
    Ok(out)
}

/// The error for nesting beyond [`MAX_DEPTH`].
pub(crate) fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::error("E0104", span, format!("nested deeper than {MAX_DEPTH} levels"))
        .help("give parts of it a name with `def`")
}

fn span_of(source: SourceId, start: usize, len: usize) -> Span {
    Span {
        source,
        start: start as u32,
        end: (start + len) as u32,
    }
}

/// A carriage return that is not part of a line end. Some editors show one as a line end; here a comment would go on behind it.
fn lone_return(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut returns = text.match_indices('\r').map(|(i, _)| i);
    returns.find(|i| bytes.get(i + 1) != Some(&b'\n'))
}

fn comment_start(line: &str) -> Option<usize> {
    line.find("//")
}

fn note(out: &mut Scan, source: SourceId, line: u32, start: usize, comment: &str, alone: bool) {
    let span = span_of(source, start, comment.len());
    let make = |text: &str| Note {
        span,
        line,
        text: text.trim().to_owned(),
        alone,
    };
    if let Some(text) = comment.strip_prefix("///") {
        out.docs.push(make(text));
    } else if comment.starts_with("//@") {
        out.evidence.extend(comment.split("//@").skip(1).map(make));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Source, SourceMap};

    fn id() -> SourceId {
        SourceMap::default().add(Source::new("t", ""))
    }

    #[test]
    fn notes_are_found_with_their_lines() {
        let scan = scan(id(), "/// a\nx = { A } //@ f:1 //@ g:2\n//@ alone\n// no\n").unwrap();
        assert_eq!(scan.docs.len(), 1);
        let evidence: Vec<_> = scan
            .evidence
            .iter()
            .map(|n| (n.line, n.text.as_str(), n.alone))
            .collect();
        assert_eq!(
            evidence,
            [(1, "f:1", false), (1, "g:2", false), (2, "alone", true)]
        );
    }

    #[test]
    fn a_line_ends_with_a_line_feed() {
        let at = |text| scan(id(), text).map_err(|e| e.labels[0].0.start).err();
        assert_eq!(at("// a\r\nx\r\n"), None);
        assert_eq!(at("// a\rx\r\n"), Some(4));
        assert_eq!(at("x\r"), Some(1));
    }

    #[test]
    fn brackets_in_comments_do_not_count() {
        let text = format!("// {}\n", "(".repeat(MAX_DEPTH + 1));
        assert!(scan(id(), &text).is_ok());
        let text = format!("x {}\n", "(".repeat(MAX_DEPTH + 1));
        assert_eq!(scan(id(), &text).unwrap_err().code, "E0104");
    }
}
