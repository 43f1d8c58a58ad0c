//! Syntax errors by kind: what is a common slip has a code and a hint of its own, and everything else is `E0102`.

use super::expected::{Expected, RESERVED, is_declaration, is_word_char};

/// A code, what to do, and the byte of a further place with what is to be seen there.
pub(super) struct Kind {
    pub(super) code: &'static str,
    pub(super) help: Option<String>,
    pub(super) place: Option<(usize, &'static str)>,
}

fn kind(code: &'static str, help: &str) -> Kind {
    Kind {
        code,
        help: Some(help.to_owned()),
        place: None,
    }
}

/// The kind of an error at byte `at` of a text, in a declaration that begins at `start`, where `found` stands.
pub(super) fn classify(expected: &Expected, found: &str, text: &str, start: usize, at: usize) -> Kind {
    let before = text.get(start..at).unwrap_or("");
    let rest = text.get(at..).unwrap_or("");
    if let Some(foreign) = foreign(found, rest) {
        return foreign;
    }
    if let Some(bracket) = bracket(expected, found, before, start) {
        return bracket;
    }
    let wants = |word: &str| expected.words.iter().any(|w| w == word);
    let named = expected.name && RESERVED.contains(&found);
    match found {
        _ if named => Kind {
            code: "E0115",
            help: Some(format!(
                "`{found}` is a word of the language; choose another name"
            )),
            place: None,
        },
        "->" if expected.operator => kind("E0107", "implication is written `=>`"),
        ":=" if expected.operator => kind("E0117", "`:=` assigns, in an event; `==` compares"),
        "=" | "==" if wants(":=") => kind("E0116", "an assignment is written `:=`"),
        "'" => kind(
            "E0119",
            "`x'`, the value of `x` in the next state, has no blank before the `'`",
        ),
        "(" | "[" if expected.operator => kind(
            "E0119",
            "`(` and `[` stand directly behind the name, without a blank",
        ),
        "]" if expected.words == [":"] => kind(
            "E0119",
            "an index `[` stands directly behind its map, without a blank",
        ),
        _ if expected.dot && quantifier_is_open(before) => kind(
            "E0120",
            "what a quantifier speaks of stands behind a `.`: `forall x: T. e`",
        ),
        _ if wants("else") || wants("then") => kind("E0121", "write `if c then a else b`"),
        _ if wants(":") && !expected.operator => kind("E0122", "names have a type, as in `x: bool`"),
        _ => Kind {
            code: "E0102",
            help: None,
            place: None,
        },
    }
}

/// What other languages have and this one has not.
pub(super) fn foreign(found: &str, rest: &str) -> Option<Kind> {
    if rest.starts_with("/*") || rest.starts_with("(*") || found == "#" {
        return Some(kind("E0124", "a comment begins with `//` and ends with its line"));
    }
    if rest.starts_with(['"', '`']) {
        return Some(kind(
            "E0118",
            "there are no strings; values with names are an `enum`",
        ));
    }
    let strange = found
        .chars()
        .next()
        .filter(|c| !is_word_char(*c) && !is_sign(*c))?;
    Some(Kind {
        code: "E0123",
        help: Some(pasted(strange)),
        place: None,
    })
}

/// What a sign is that the language does not have, and what it may stand for.
pub(super) fn pasted(c: char) -> String {
    let point = format!("U+{:04X}", u32::from(c));
    match looks_like(c) {
        Some(ours) if ours.is_ascii_alphabetic() => {
            format!("this is {point}, which looks like the Latin `{ours}`; was it pasted?")
        }
        Some(' ') => format!("this is {point}, a blank of another kind; was it pasted?"),
        Some(ours) => format!("this is {point}; the sign of the language is `{ours}`"),
        None if c.is_alphabetic() => {
            format!("this is {point}; names are made of `a` to `z`, `A` to `Z`, digits and `_`")
        }
        None if c.is_ascii() => "no sign of the language looks like this; was it pasted?".to_owned(),
        None => format!("this is {point}; no sign of the language looks like this; was it pasted?"),
    }
}

/// Letters of other scripts beside the Latin ones that they look like, and signs of other keyboards.
const ALIKE: [(&str, &str); 6] = [
    // Cyrillic
    ("аеіјорсухѕһԁԛԝАВЕЅІЈКМНОРСТУХ", "aeijopcyxshdqwABESIJKMHOPCTYX"),
    // Greek
    ("ονγρτυχικΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ovyptuxikABEZHIKMNOPTYX"),
    ("‐‑‒–—―−", "-------"),
    ("’′‹›", "''<>"),
    ("…·•∗", "...*"),
    ("\u{a0}\u{2003}\u{2009}\u{3000}", "    "),
];

/// The sign of the language that another looks like.
fn looks_like(c: char) -> Option<char> {
    if let '\u{FF01}'..='\u{FF5E}' = c {
        return char::from_u32(u32::from(c) - 0xFEE0);
    }
    ALIKE
        .iter()
        .flat_map(|(theirs, ours)| theirs.chars().zip(ours.chars()))
        .find_map(|(theirs, ours)| (theirs == c).then_some(ours))
}

/// Whether the language has a sign that begins like this.
fn is_sign(c: char) -> bool {
    "(){}[]<>=!&|+-*/\\%'.,:;~".contains(c) || ('\u{2190}'..='\u{22FF}').contains(&c) || "¬×".contains(c)
}

/// Brackets that are not closed, or not opened.
fn bracket(expected: &Expected, found: &str, before: &str, start: usize) -> Option<Kind> {
    let open = open_brackets(before);
    let unclosed = |(at, _): (usize, char), help: &str| Kind {
        code: "E0113",
        help: Some(help.to_owned()),
        place: Some((start + at, "this bracket is not closed")),
    };
    let closes = expected
        .words
        .iter()
        .any(|w| ["}", ")", "]"].contains(&w.as_str()));
    let first = found.chars().next();
    match first {
        None if closes => Some(unclosed(*open.last()?, "a bracket may not be closed")),
        Some(c @ ('}' | ')' | ']')) => {
            let (at, top) = *open.last()?;
            if closer(top) == c {
                return None;
            }
            if open.iter().any(|(_, o)| closer(*o) == c) {
                let help = format!("a `{}` is missing before it", closer(top));
                return Some(unclosed((at, top), &help));
            }
            Some(unopened(c))
        }
        Some(_) if is_declaration(found) && closes => Some(unclosed(
            *open.first()?,
            "the `}` of the declaration before may be missing",
        )),
        Some(_) | None => None,
    }
}

/// A bracket that closes nothing.
pub(super) fn unopened(bracket: char) -> Kind {
    Kind {
        code: "E0114",
        help: Some(format!("no bracket is open that `{bracket}` could close")),
        place: None,
    }
}

fn closer(open: char) -> char {
    match open {
        '(' => ')',
        '[' => ']',
        _ => '}',
    }
}

/// Brackets that are open at the end of a text, with their bytes.
fn open_brackets(text: &str) -> Vec<(usize, char)> {
    let mut open = Vec::new();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let code = line.split("//").next().unwrap_or("");
        for (i, c) in code.char_indices() {
            match c {
                '(' | '[' | '{' => open.push((offset + i, c)),
                ')' | ']' | '}' => drop(open.pop()),
                _ => {}
            }
        }
        offset += line.len();
    }
    open
}

/// Whether a quantifier at the end of a text has no `.` yet.
fn quantifier_is_open(text: &str) -> bool {
    let last = ["forall", "exists", "∀", "∃"]
        .iter()
        .filter_map(|q| text.rfind(q))
        .max();
    let Some(last) = last else { return false };
    let behind = text.get(last..).unwrap_or("");
    let ends = behind.match_indices('.').any(|(i, _)| {
        let after = behind.get(i + 1..).unwrap_or("");
        after.starts_with(char::is_whitespace)
    });
    !ends && open_brackets(behind).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sign_stands_beside_the_one_that_it_looks_like() {
        for (theirs, ours) in ALIKE {
            assert_eq!(theirs.chars().count(), ours.chars().count(), "{theirs}");
            assert!(
                ours.is_ascii() && theirs.chars().all(|c| !c.is_ascii()),
                "{theirs}"
            );
        }
        assert_eq!(looks_like('\u{430}'), Some('a'));
        assert_eq!(looks_like('\u{FF08}'), Some('('));
        assert_eq!(looks_like('é'), None);
    }
}
