//! The reference of the language is true: its examples compile, its list of words and its table of codes are those of
//! the compiler. With `WATERTIGHT_BLESS=1` the table is written.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod common;

use std::path::{Path, PathBuf};

use common::{compiled, model};
use spec_lang::codes::CODES;

fn page() -> (PathBuf, String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/language.md");
    let text = std::fs::read_to_string(&path).unwrap();
    (path, text)
}

/// The blocks of a kind.
fn blocks<'t>(page: &'t str, kind: &str) -> Vec<&'t str> {
    let open = format!("```{kind}\n");
    let starts = page.match_indices(&open).map(|(i, _)| i + open.len());
    starts.map(|i| page[i..].split("```").next().unwrap()).collect()
}

#[test]
fn every_example_compiles_without_a_warning() {
    let (_, page) = page();
    let examples = blocks(&page, "wt");
    assert!(examples.len() >= 5);
    for example in examples {
        let out = compiled(example);
        assert_eq!(out.diagnostics, [], "{example}");
    }
}

#[test]
fn the_reserved_words_are_those_that_are_listed() {
    let (_, page) = page();
    let listed: Vec<_> = blocks(&page, "text")[0].split_whitespace().collect();
    assert!(listed.len() > 40);
    for word in &listed {
        let out = compiled(&format!("invariant i {{ forall {word}: bool. true }}"));
        let message = out.diagnostics.first().map_or("", |d| d.message.as_str());
        assert!(message.starts_with("expected a name"), "{word}: {message}");
    }
    for word in [
        "as", "by", "of", "for", "using", "expect", "holds", "system", "resource", "value",
    ] {
        model(&format!(
            "var {word}: bool invariant i {{ {word} or not {word} }}"
        ));
    }
}

#[test]
fn the_table_of_codes_is_that_of_the_compiler() {
    let (path, page) = page();
    let (begin, end) = ("<!-- codes -->\n", "<!-- end of codes -->");
    let start = page.find(begin).unwrap() + begin.len();
    let stop = page.find(end).unwrap();
    let mut table = "| code | meaning | |\n| --- | --- | --- |\n".to_owned();
    for code in CODES {
        table += &format!(
            "| {} | {} | {} |\n",
            code.code,
            code.title,
            code.explanation.replace('|', "\\|")
        );
    }
    if std::env::var_os("WATERTIGHT_BLESS").is_some() {
        std::fs::write(path, format!("{}{table}{}", &page[..start], &page[stop..])).unwrap();
    } else {
        assert_eq!(&page[start..stop], table);
    }
}
