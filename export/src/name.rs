//! Names in another language: letters, digits and underscores of ASCII, each given once.

use std::collections::HashSet;

/// Gives out names that are neither reserved nor given before.
#[derive(Clone, Debug, Default)]
pub(crate) struct Namer {
    taken: HashSet<String>,
}

impl Namer {
    /// With words that are never given out.
    pub(crate) fn new<'a>(reserved: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            taken: reserved.into_iter().map(str::to_owned).collect(),
        }
    }

    /// A name for `name`: itself where it can be, else with `_kind` behind it, else numbered.
    pub(crate) fn give(&mut self, name: &str, kind: &str) -> String {
        let plain = plain(name);
        let with_kind = format!("{plain}_{kind}");
        let numbered = (2u32..).map(|n| format!("{with_kind}_{n}"));
        let candidates = [plain, with_kind.clone()].into_iter().chain(numbered);
        for candidate in candidates {
            if self.taken.insert(candidate.clone()) {
                return candidate;
            }
        }
        with_kind
    }

    /// Whether a name is taken.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.taken.contains(name)
    }
}

/// The name with every run of other characters as one underscore, behind a letter.
pub(crate) fn plain(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_alphanumeric() || c == '_' {
            out.push(c);
        } else if !c.is_ascii() {
            // other letters stay apart from each other
            out.push_str(&format!("u{:x}", u32::from(c)));
        } else if !out.ends_with('_') {
            out.push('_');
        }
    }
    let letter = out.chars().next().is_some_and(|c| c.is_ascii_alphabetic());
    // `WF_` and `SF_` are operators of TLA+
    if !letter || out.starts_with("WF_") || out.starts_with("SF_") {
        out.insert_str(0, "n_");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_and_given_once() {
        let mut namer = Namer::new(["Next"]);
        assert_eq!(namer.give("linux::host", "module"), "linux_host");
        assert_eq!(namer.give("Next", "event"), "Next_event");
        assert_eq!(namer.give("Next", "event"), "Next_event_2");
        assert_eq!(namer.give("9p", "sort"), "n_9p");
        assert_eq!(namer.give("WF_x", "event"), "n_WF_x");
        assert_eq!(namer.give("größe", "const"), "gruf6udfe");
    }
}
