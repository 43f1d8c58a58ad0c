//! Texts and positions in them.
//!
//! Takes texts by name (this crate opens no file); gives [`Span`]s their line and column. A [`Span`] is a range
//! of bytes of one text and lies on character boundaries.

use std::sync::Arc;

use transition_system::Origin;

/// A text and the name under which messages speak of it (a path, or a library module).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The name.
    pub name: String,
    /// The text.
    pub text: String,
}

impl Source {
    /// A text with a name.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
        }
    }
}

/// A text of a [`SourceMap`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SourceId(u32);

/// A region of a text: bytes `start..end`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Span {
    /// The text.
    pub source: SourceId,
    /// First byte.
    pub start: u32,
    /// Byte after the last.
    pub end: u32,
}

impl Span {
    /// From the beginning of this span to the end of the other.
    #[must_use]
    pub fn to(self, end: Span) -> Span {
        Span {
            end: end.end.max(self.start),
            ..self
        }
    }
}

#[derive(Clone, Debug)]
struct Entry {
    name: Arc<str>,
    text: Arc<str>,
    /// Byte at which each line begins.
    lines: Vec<u32>,
}

/// All texts of a compilation.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    entries: Vec<Entry>,
}

impl SourceMap {
    /// Adds a text.
    pub fn add(&mut self, source: Source) -> SourceId {
        let breaks = source.text.bytes().enumerate().filter(|(_, b)| *b == b'\n');
        let lines = std::iter::once(0)
            .chain(breaks.map(|(i, _)| i as u32 + 1))
            .collect();
        self.entries.push(Entry {
            name: source.name.into(),
            text: source.text.into(),
            lines,
        });
        SourceId(self.entries.len() as u32 - 1)
    }

    fn entry(&self, id: SourceId) -> &Entry {
        &self.entries[id.0 as usize]
    }

    /// The name of a text.
    #[must_use]
    pub fn name(&self, id: SourceId) -> &str {
        &self.entry(id).name
    }

    /// The text.
    #[must_use]
    pub fn text(&self, id: SourceId) -> Arc<str> {
        self.entry(id).text.clone()
    }

    /// All texts, in the order in which they were read.
    pub fn ids(&self) -> impl Iterator<Item = SourceId> + use<> {
        (0..self.entries.len() as u32).map(SourceId)
    }

    /// What a span covers.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        let text = &self.entry(span.source).text;
        text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// The line of a byte, from 0.
    #[must_use]
    pub fn line(&self, id: SourceId, byte: u32) -> u32 {
        self.entry(id).lines.partition_point(|l| *l <= byte) as u32 - 1
    }

    /// Line and column of a byte, from 1, columns in characters.
    #[must_use]
    pub fn position(&self, id: SourceId, byte: u32) -> (u32, u32) {
        let line = self.line(id, byte);
        let entry = self.entry(id);
        let start = entry.lines[line as usize] as usize;
        let before = entry.text.get(start..byte as usize).unwrap_or("");
        (line + 1, before.chars().count() as u32 + 1)
    }

    /// The word (letters, digits, `_`) at a line and column, both from 1.
    #[must_use]
    pub fn word_at(&self, id: SourceId, line: u32, column: u32) -> Option<&str> {
        let text = self.entry(id).text.lines().nth(line.checked_sub(1)? as usize)?;
        let (start, _) = text.char_indices().nth(column.checked_sub(1)? as usize)?;
        let rest = text.get(start..)?;
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        rest.get(..end).filter(|w| !w.is_empty())
    }

    /// A span as the transition system carries it.
    #[must_use]
    pub fn origin(&self, span: Span) -> Origin {
        let (line, column) = self.position(span.source, span.start);
        let (end_line, end_column) = self.position(span.source, span.end);
        Origin {
            file: self.entry(span.source).name.clone(),
            line,
            column,
            end_line,
            end_column,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let mut map = SourceMap::default();
        let id = map.add(Source::new("a.wt", "sort A\n∀∀x y\n"));
        let span = Span {
            source: id,
            start: 13,
            end: 14,
        };
        assert_eq!(map.slice(span), "x");
        assert_eq!(
            (map.word_at(id, 1, 1), map.word_at(id, 2, 5)),
            (Some("sort"), Some("y"))
        );
        assert_eq!((map.word_at(id, 2, 1), map.word_at(id, 9, 1)), (None, None));
        let origin = map.origin(span);
        assert_eq!((origin.line, origin.column, origin.end_column), (2, 3, 4));
        assert_eq!(map.position(id, 6), (1, 7));
        assert_eq!(map.position(id, 7), (2, 1));
    }
}
