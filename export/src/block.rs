//! Rectangles of text, put beside and below each other. Columns inside a block keep their distances wherever it
//! goes, which is what the junction lists of TLA+ need.

/// One or more lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Block(Vec<String>);

impl Block {
    /// One line.
    pub(crate) fn line(text: impl Into<String>) -> Self {
        Self(vec![text.into()])
    }

    /// Blocks below each other.
    pub(crate) fn stack(parts: impl IntoIterator<Item = Block>) -> Self {
        let lines: Vec<String> = parts.into_iter().flat_map(|b| b.0).collect();
        if lines.is_empty() {
            Self::line("")
        } else {
            Self(lines)
        }
    }

    /// `other` begins where the last line of this ends.
    pub(crate) fn beside(mut self, other: Block) -> Self {
        let mut lines = other.0.into_iter();
        let offset = self.0.last().map_or(0, |l| l.chars().count());
        if let (Some(last), Some(first)) = (self.0.last_mut(), lines.next()) {
            last.push_str(&first);
        }
        self.0.extend(lines.map(|l| pad(offset, &l)));
        self
    }

    /// Moved to the right.
    pub(crate) fn indent(self, by: usize) -> Self {
        Self(self.0.into_iter().map(|l| pad(by, &l)).collect())
    }

    /// The lines, each with its end.
    pub(crate) fn text(&self) -> String {
        self.0.iter().map(|l| format!("{}\n", l.trim_end())).collect()
    }
}

fn pad(by: usize, line: &str) -> String {
    if line.is_empty() {
        String::new()
    } else {
        format!("{:by$}{line}", "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_keep_their_distance() {
        let list = Block::stack([Block::line("/\\ a"), Block::line("/\\ b")]);
        let whole = Block::line("x == (").beside(list).beside(Block::line(")"));
        assert_eq!(whole.text(), "x == (/\\ a\n      /\\ b)\n");
    }
}
