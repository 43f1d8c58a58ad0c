//! A source text with its name, and the errors that point into it.
//!
//! Takes the bytes of a file. Gives [`SourceFile`] (valid UTF-8 within the size limit, without NUL, without a byte
//! order mark) or a [`ReadError`] that names the place. Guarantees: every offset of the text has a line and a column,
//! both counted from 1, columns in characters; a line ends with `\n`, `\r\n` or `\r`.

use crate::facts::Place;
use serde::Serialize;
use std::sync::Arc;

/// Bounds on what is read, so that no input takes unbounded memory, time or stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one source.
    pub max_bytes: usize,
    /// Levels of nested objects and arrays.
    pub max_depth: usize,
    /// Nodes that YAML aliases may add to one source.
    pub max_alias_nodes: usize,
    /// Errors that are reported of one source; further ones are counted.
    pub max_errors: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bytes: 64 << 20,
            max_depth: 200,
            max_alias_nodes: 100_000,
            max_errors: 100,
        }
    }
}

/// A half-open range of byte offsets of a source text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
}

impl Span {
    /// The range from `start` to `end`; an end before the start gives an empty range.
    pub fn new(start: usize, end: usize) -> Self {
        Self {
            start,
            end: end.max(start),
        }
    }

    /// The smallest range that holds both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }
}

/// Something that keeps a source from being read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReadError {
    /// Name of the source.
    pub file: Arc<str>,
    /// Line, counted from 1; 0 if nothing of the source could be read.
    pub line: u32,
    /// Column in characters, counted from 1; 0 like the line.
    pub column: u32,
    /// What is wrong, in lower case without a full stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl ReadError {
    /// An error about a source of which nothing could be read.
    pub fn of_source(name: &str, message: impl Into<String>, help: Option<String>) -> Self {
        Self {
            file: name.into(),
            line: 0,
            column: 0,
            message: message.into(),
            help,
        }
    }

    /// `file:line:column`, or the file alone.
    pub fn place(&self) -> String {
        match self.line {
            0 => self.file.to_string(),
            line => format!("{}:{line}:{}", self.file, self.column),
        }
    }
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.place(), self.message)?;
        match &self.help {
            Some(help) => write!(f, " ({help})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ReadError {}

/// A source text with its name and where its lines start.
#[derive(Debug, Clone)]
pub struct SourceFile {
    name: Arc<str>,
    text: String,
    line_starts: Vec<usize>,
    /// Characters before each multiple of [`STRIDE`] bytes, so that a column in a long line is found fast.
    characters: Vec<usize>,
    byte_order_mark: bool,
}

/// Bytes between two entries of [`SourceFile::characters`].
const STRIDE: usize = 512;

/// Characters that begin in some bytes of UTF-8.
fn count_characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|b| **b & 0xc0 != 0x80).count()
}

impl SourceFile {
    /// Checks the bytes of a configuration file and takes them as text.
    ///
    /// # Errors
    /// If there are more bytes than the limit, if they are not UTF-8, or if there is a NUL among them.
    pub fn new(name: &str, bytes: &[u8], limits: &Limits) -> Result<Self, ReadError> {
        let source = Self::with_nul(name, bytes, limits)?;
        match source.text.find('\0') {
            Some(offset) => {
                Err(source.error(offset, "there is a NUL byte here", Some("is this a text file?")))
            }
            None => Ok(source),
        }
    }

    /// The same for a file of `/proc`, in which NUL separates arguments.
    ///
    /// # Errors
    /// If there are more bytes than the limit, or if they are not UTF-8.
    pub fn with_nul(name: &str, bytes: &[u8], limits: &Limits) -> Result<Self, ReadError> {
        let first = |message: String| ReadError {
            file: name.into(),
            line: 1,
            column: 1,
            message,
            help: Some("configuration files are small; is this the right file?".into()),
        };
        if bytes.len() > limits.max_bytes {
            return Err(first(format!(
                "the file has {} bytes, more than {}",
                bytes.len(),
                limits.max_bytes
            )));
        }
        let stripped = bytes.strip_prefix(b"\xef\xbb\xbf");
        let bytes = stripped.unwrap_or(bytes);
        match std::str::from_utf8(bytes) {
            Ok(text) => {
                let source = Self::of_text(name, text.to_owned());
                Ok(Self {
                    byte_order_mark: stripped.is_some(),
                    ..source
                })
            }
            Err(bad) => {
                let good =
                    String::from_utf8_lossy(bytes.get(..bad.valid_up_to()).unwrap_or_default()).into_owned();
                let source = Self::of_text(name, good);
                Err(source.error(
                    source.text.len(),
                    "this byte is not UTF-8",
                    Some("configuration files are UTF-8 text"),
                ))
            }
        }
    }

    /// A text that is known to be good.
    pub fn of_text(name: &str, text: String) -> Self {
        let bytes = text.as_bytes();
        let ends = bytes.iter().enumerate().filter(|(i, b)| match **b {
            b'\n' => true,
            b'\r' => bytes.get(i + 1) != Some(&b'\n'),
            _ => false,
        });
        let line_starts = std::iter::once(0).chain(ends.map(|(i, _)| i + 1)).collect();
        let mut total = 0;
        let characters = bytes.chunks(STRIDE).map(|chunk| {
            let before = total;
            total += count_characters(chunk);
            before
        });
        let characters = characters.collect();
        Self {
            name: name.into(),
            text,
            line_starts,
            characters,
            byte_order_mark: false,
        }
    }

    /// The name that the caller gave.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The text, without a byte order mark.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// True if a byte order mark stood before the text.
    pub fn had_byte_order_mark(&self) -> bool {
        self.byte_order_mark
    }

    /// The text of a range; empty if the range is not one of this text.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    /// Line and column of a byte offset, both counted from 1; an offset past the end is taken as the end.
    pub fn line_column(&self, offset: usize) -> (u32, u32) {
        let offset = offset.min(self.text.len());
        let line = self.line_starts.partition_point(|start| *start <= offset).max(1);
        let start = self.line_starts.get(line - 1).copied().unwrap_or(0);
        let characters = match self.text.as_bytes().get(start..offset) {
            Some(near) if near.len() <= STRIDE => count_characters(near),
            Some(_) | None => self.characters_before(offset) - self.characters_before(start),
        };
        (saturate(line), saturate(characters + 1))
    }

    /// The byte offset of a line (from 1) and a number of characters before the column (from 0).
    pub fn offset(&self, line: usize, characters: usize) -> usize {
        let start = self.line_starts.get(line.saturating_sub(1)).copied();
        let start = start.unwrap_or(self.text.len());
        if characters <= STRIDE {
            let rest = self.text.get(start..).unwrap_or_default();
            let place = rest.char_indices().nth(characters);
            return place.map_or(self.text.len(), |(bytes, _)| start + bytes);
        }
        let wanted = self.characters_before(start) + characters;
        let index = self
            .characters
            .partition_point(|before| *before <= wanted)
            .saturating_sub(1);
        let known = self.characters.get(index).copied().unwrap_or(0);
        let from = index * STRIDE;
        let rest = self.text.as_bytes().get(from..).unwrap_or_default();
        let mut beginnings = rest.iter().enumerate().filter(|(_, b)| **b & 0xc0 != 0x80);
        match beginnings.nth(wanted.saturating_sub(known)) {
            Some((bytes, _)) => from + bytes,
            None => self.text.len(),
        }
    }

    /// Characters before a byte offset.
    fn characters_before(&self, offset: usize) -> usize {
        let index = (offset / STRIDE).min(self.characters.len().saturating_sub(1));
        let known = self.characters.get(index).copied().unwrap_or(0);
        let rest = self.text.as_bytes().get(index * STRIDE..offset);
        known + count_characters(rest.unwrap_or_default())
    }

    /// The lines of the text with the range of each, without their ends.
    pub fn lines(&self) -> impl Iterator<Item = (Span, &str)> {
        let ends = self
            .line_starts
            .iter()
            .skip(1)
            .copied()
            .chain(std::iter::once(self.text.len()));
        self.line_starts.iter().zip(ends).map(|(start, end)| {
            let line = self.slice(Span::new(*start, end)).trim_end_matches(['\n', '\r']);
            (Span::new(*start, start + line.len()), line)
        })
    }

    /// A place in this text.
    pub fn place(&self, span: Span, path: impl Into<String>, absent: bool) -> Place {
        let (line, column) = self.line_column(span.start);
        let (end_line, end_column) = self.line_column(span.end);
        Place {
            file: self.name.clone(),
            line,
            column,
            end_line,
            end_column,
            path: path.into(),
            absent,
        }
    }

    /// An error at a byte offset.
    pub fn error(&self, offset: usize, message: impl Into<String>, help: Option<&str>) -> ReadError {
        let (line, column) = self.line_column(offset);
        ReadError {
            file: self.name.clone(),
            line,
            column,
            message: message.into(),
            help: help.map(str::to_owned),
        }
    }
}

fn saturate(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_characters_and_lines_end_three_ways() {
        let source = SourceFile::of_text("a", "é=1\r\nb\rc\n".into());
        assert_eq!(source.line_column(0), (1, 1));
        assert_eq!(source.line_column(2), (1, 2));
        assert_eq!(source.line_column(6), (2, 1));
        assert_eq!(source.line_column(8), (3, 1));
        assert_eq!(source.line_column(10), (4, 1));
        assert_eq!(source.offset(1, 1), 2);
        assert_eq!(source.offset(3, 0), 8);
        let lines: Vec<&str> = source.lines().map(|(_, line)| line).collect();
        assert_eq!(lines, ["é=1", "b", "c", ""]);
    }

    #[test]
    fn places_in_long_lines_are_right() {
        let text = format!("{}\n{}", "aé".repeat(2_000), "é".repeat(3_000));
        let source = SourceFile::of_text("a", text.clone());
        let (mut line, mut column) = (1, 1);
        for (offset, letter) in text.char_indices() {
            assert_eq!(source.line_column(offset), (line, column));
            assert_eq!(source.offset(line as usize, column as usize - 1), offset);
            (line, column) = if letter == '\n' {
                (line + 1, 1)
            } else {
                (line, column + 1)
            };
        }
        assert_eq!(source.offset(2, 3_000), text.len());
        assert_eq!(SourceFile::of_text("e", String::new()).line_column(5), (1, 1));
    }

    #[test]
    fn bad_bytes_are_named_with_their_place() {
        let limits = Limits {
            max_bytes: 8,
            ..Limits::default()
        };
        let message = |bytes: &[u8]| SourceFile::new("f", bytes, &limits).unwrap_err().to_string();
        assert!(message(b"a\nb\xff").starts_with("f:2:2: this byte is not UTF-8"));
        assert!(message(b"a\nb\0").starts_with("f:2:2: there is a NUL byte here"));
        assert!(message(b"123456789").starts_with("f:1:1: the file has 9 bytes, more than 8"));
        assert_eq!(
            SourceFile::new("f", b"\xef\xbb\xbfab", &limits).unwrap().text(),
            "ab"
        );
    }
}
