//! The walk that finds keys which a format does not have.
//!
//! A table has, for the path of an object, the keys that it may have; `*` in a path stands for any key or index. An object
//! without a row holds free names. What to say about a key that is not in the table is the format's own affair.

use crate::log::Log;
use crate::tree::{Node, NodeKind};
use crate::view::At;

/// The path of an object, and the keys that it may have.
pub(super) type Row = (&'static str, &'static [&'static str]);

/// Walks a tree and calls `report` with each key that the table does not have, the keys that it has there, and the
/// position. Top-level members named in `skipped` are not entered.
pub(super) fn walk(
    at: &At<'_>,
    table: &[Row],
    skipped: &[&str],
    log: &mut Log,
    report: fn(&str, &[&str], &At<'_>, &mut Log),
) {
    Walk {
        table,
        skipped,
        report,
    }
    .enter(at, "", log);
    if log.notices.len() >= MOST_NOTICES {
        log.notice(at.place(), "there are more unknown keys than are listed");
    }
}

/// After this many notices a file is plainly something else, and further keys are not looked at.
const MOST_NOTICES: usize = 1_000;

struct Walk<'t> {
    table: &'t [Row],
    skipped: &'t [&'t str],
    report: fn(&str, &[&str], &At<'_>, &mut Log),
}

impl Walk<'_> {
    fn enter(&self, at: &At<'_>, pattern: &str, log: &mut Log) {
        // Wrong types are reported by those who read the values.
        let mut quiet = Log::default();
        match at.node().map(|node| &node.kind) {
            Some(NodeKind::Array(items)) if items.iter().any(Node::is_container) => {
                for item in at.items(&mut quiet) {
                    self.enter(&item, &extend(pattern, "*"), log);
                }
            }
            Some(NodeKind::Object(_)) => self.members(at, pattern, log),
            Some(
                NodeKind::Null
                | NodeKind::Bool(_)
                | NodeKind::Number(_)
                | NodeKind::String(_)
                | NodeKind::Array(_),
            )
            | None => {}
        }
    }

    fn members(&self, at: &At<'_>, pattern: &str, log: &mut Log) {
        let row = self
            .table
            .iter()
            .find(|(path, _)| matches(path, pattern))
            .map(|(_, keys)| *keys);
        for (key, member) in at.members(&mut Log::default()) {
            if log.notices.len() >= MOST_NOTICES {
                return;
            }
            match row {
                Some(keys) if !keys.contains(&key) => (self.report)(key, keys, &member, log),
                Some(_) if pattern.is_empty() && self.skipped.contains(&key) => {}
                Some(_) => self.enter(&member, &extend(pattern, key), log),
                None => self.enter(&member, &extend(pattern, "*"), log),
            }
        }
    }
}

fn extend(pattern: &str, key: &str) -> String {
    if pattern.is_empty() {
        key.to_owned()
    } else {
        format!("{pattern}.{key}")
    }
}

/// True if a path of the table, in which `*` stands for anything, is this path.
fn matches(row: &str, path: &str) -> bool {
    let (mut row, mut path) = (row.split('.'), path.split('.'));
    loop {
        match (row.next(), path.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) if a == "*" || a == b => {}
            (_, _) => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_one_segment() {
        assert!(matches("a.*.b", "a.x.b") && matches("", ""));
        assert!(!matches("a.*", "a") && !matches("a.*", "a.b.c") && !matches("a", ""));
    }
}
