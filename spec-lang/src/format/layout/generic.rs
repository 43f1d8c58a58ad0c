//! Rules without a layout of their own.

use super::super::doc::{Doc, comments, fill, hard, indent, many, space};
use super::super::tree::{Node, Part};
use super::Layout;

/// What stands in one pair of brackets, or outside of all.
struct Level {
    docs: Vec<Doc>,
    /// Braces behind which a line ended: every item begins a line.
    items: bool,
}

impl Layout<'_> {
    /// Line breaks stay where they are; what stands in brackets is one level deeper, and so is what goes on below the
    /// beginning. In braces behind which a line ended, each item begins a line.
    pub(super) fn generic(&self, node: &Node) -> Doc {
        let parts = node.parts();
        let mut levels = vec![Level {
            docs: Vec::new(),
            items: false,
        }];
        for (i, part) in parts.iter().enumerate() {
            if self.is_bracket(*part, ['}', ')', ']']) {
                self.close(&mut levels, *part);
            }
            let before = i.checked_sub(1).and_then(|b| parts.get(b)).copied();
            let outside = levels.len() == 1;
            let Some(here) = levels.last_mut() else { continue };
            let gap = before.and_then(|before| self.between(node, here.items, before, *part));
            let opens = self.is_bracket(*part, ['{', '(', '[']);
            let doc = self.part(*part);
            match gap {
                Some(gap) if gap.hard && outside && opens => here.docs.extend([space(), doc]),
                Some(gap) if gap.hard && outside && !self.is_bracket(*part, ['}', ')', ']']) => {
                    here.docs.push(indent(vec![gap, doc]));
                }
                Some(gap) => here.docs.extend([gap, doc]),
                None => here.docs.push(doc),
            }
            if opens {
                let next = parts.get(i + 1).is_some_and(|p| self.begins_line(*p));
                levels.push(Level {
                    docs: Vec::new(),
                    items: next && self.text(part.first()) == "{",
                });
            }
        }
        many(levels.into_iter().flat_map(|l| l.docs).collect())
    }

    fn is_bracket(&self, part: Part<'_>, which: [char; 3]) -> bool {
        matches!(part, Part::Token(t) if self.text(t).starts_with(which))
    }

    fn close(&self, levels: &mut Vec<Level>, bracket: Part<'_>) {
        if levels.len() < 2 {
            return;
        }
        let (inside, outer) = (levels.pop(), levels.last_mut());
        if let (Some(mut inside), Some(outer)) = (inside, outer) {
            inside.docs.push(comments(bracket.first()));
            outer.docs.push(indent(inside.docs));
        }
    }

    /// What stands between two parts; `items` in braces whose items each begin a line.
    fn between(&self, node: &Node, items: bool, before: Part<'_>, part: Part<'_>) -> Option<Doc> {
        let ends = matches!(before, Part::Node(_)) || self.text(before.last()) == ";";
        let begins_item = items && ends && matches!(part, Part::Node(_));
        if begins_item || self.begins_line(part) {
            return Some(hard());
        }
        let apart = self.is_apart(node.rule, before.last(), part.first());
        let comma = self.text(before.last()) == ",";
        apart.then(|| if comma { fill() } else { space() })
    }
}
