//! Lines of output: indentation, empty lines, comments behind code and their alignment.

use super::tokens::Comment;

/// Farthest that comments of neighbouring lines are moved to stand below each other.
const MOST_ALIGNED: usize = 24;

#[derive(Debug, Default)]
struct Line<'p> {
    blank_before: bool,
    indent: usize,
    code: String,
    /// Of `code`, in characters.
    width: usize,
    /// Behind code.
    comment: Option<&'p str>,
}

impl Line<'_> {
    /// Whether its comment stands below that of an earlier line: nothing is between them, and they are of one block.
    fn follows(&self, earlier: &Line<'_>) -> bool {
        !self.blank_before && self.indent == earlier.indent
    }

    /// Whether an empty line behind it would stand at the beginning of a block.
    fn opens(&self) -> bool {
        self.code.ends_with(['{', '(', '[']) && !self.code.trim_start().starts_with("//")
    }
}

/// What is printed so far.
#[derive(Debug, Default)]
pub(super) struct Lines<'p> {
    done: Vec<Line<'p>>,
    here: Line<'p>,
    indent: usize,
    space: bool,
    /// Nothing may be added to the line.
    full: bool,
}

impl<'p> Lines<'p> {
    /// Ends the line, if anything is on it; the next has this indentation.
    pub(super) fn end(&mut self, indent: usize) {
        if !self.is_empty() {
            self.done.push(std::mem::take(&mut self.here));
        }
        self.indent = indent;
        self.space = false;
        self.full = false;
    }

    /// The column at which text would be written, from 0.
    pub(super) fn column(&self) -> usize {
        if self.is_empty() || self.full {
            self.indent
        } else {
            self.here.width + usize::from(self.space)
        }
    }

    fn is_empty(&self) -> bool {
        self.here.code.is_empty() && self.here.comment.is_none()
    }

    pub(super) fn space(&mut self) {
        self.space = true;
    }

    pub(super) fn text(&mut self, text: &str, blank_before: bool, indent: usize) {
        if self.full {
            self.end(indent);
        }
        if self.is_empty() {
            let opened = self.done.last().is_none_or(Line::opens);
            self.here.blank_before = blank_before && !opened && !text.starts_with(['}', ')', ']']);
            self.here.code.extend(std::iter::repeat_n(' ', self.indent));
            self.here.width = self.indent;
            self.here.indent = self.indent;
        } else if self.space {
            self.here.code.push(' ');
            self.here.width += 1;
        }
        self.space = false;
        self.here.code.push_str(text);
        self.here.width += text.chars().count();
    }

    pub(super) fn comment(&mut self, comment: &Comment<'p>, indent: usize) {
        if comment.own_line || self.full || self.is_empty() {
            if !self.is_empty() {
                self.end(indent);
            }
            self.text(comment.text, comment.blank_before, indent);
        } else {
            self.here.comment = Some(comment.text);
        }
        self.indent = indent;
        self.space = false;
        self.full = true;
    }

    /// The text, with a line break at its end.
    pub(super) fn finish(mut self) -> String {
        self.end(0);
        let columns = comment_columns(&self.done);
        let mut out = String::new();
        for (line, column) in self.done.iter().zip(columns) {
            if line.blank_before {
                out.push('\n');
            }
            out.push_str(&line.code);
            if let Some(comment) = line.comment {
                out.extend(std::iter::repeat_n(' ', column - line.width));
                out.push_str(comment);
            }
            out.push('\n');
        }
        out
    }
}

/// Where the comment of each line begins: two columns behind the code, and below each other on neighbouring lines.
fn comment_columns(lines: &[Line<'_>]) -> Vec<usize> {
    let mut out: Vec<usize> = lines.iter().map(|l| l.width + 2).collect();
    let mut start = 0;
    while start < lines.len() {
        let run = lines[start..].iter().enumerate();
        let length = run
            .take_while(|(i, l)| l.comment.is_some() && (*i == 0 || l.follows(&lines[start])))
            .count();
        let widths = || lines[start..start + length].iter().map(|l| l.width);
        if let (Some(least), Some(most)) = (widths().min(), widths().max())
            && most - least <= MOST_ALIGNED
        {
            out[start..start + length].fill(most + 2);
        }
        start += length.max(1);
    }
    out
}
