//! Where something was written. The transition system opens no file: an [`Origin`] is carried from the
//! front end to the verdict, so that every message and trace step can point at text.

use std::fmt;
use std::sync::Arc;

/// A region of a named text. Lines and columns count from 1, columns in characters; the end is exclusive.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct Origin {
    /// Name of the text (a path as the user gave it, or a library module); empty if unknown.
    pub file: Arc<str>,
    /// First line.
    pub line: u32,
    /// First column.
    pub column: u32,
    /// Line of the exclusive end.
    pub end_line: u32,
    /// Column of the exclusive end.
    pub end_column: u32,
}

impl Origin {
    /// No known place: something that an engine or a test made.
    #[must_use]
    pub fn unknown() -> Self {
        Self::default()
    }

    /// Whether this names a place at all.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.line > 0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_known() {
            write!(f, "{}:{}:{}", self.file, self.line, self.column)
        } else {
            f.write_str("<no source>")
        }
    }
}
