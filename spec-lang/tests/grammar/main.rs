//! The page of the grammar is the grammar: its rules are those of the parser, and random sentences that are derived
//! from the page are read. With `WATERTIGHT_BLESS=1` the rules are written into the page.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod derive;
mod ebnf;
mod pest;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use derive::Deriver;
use spec_lang::{Operators, Source, Unformatted};

const BEGIN: &str = "<!-- grammar -->\n";
const END: &str = "<!-- end of grammar -->";

/// Sentences.
const ROUNDS: usize = 1500;

/// What the grammar allows and its reader refuses with a reason of its own; the page says so.
const REFUSED: &[&str] = &["E0108", "E0111", "E0112"];
/// The same, of a code that says other things too.
const MESSAGES: &[&str] = &[
    "only a component or a system has a name",
    "this part has a name already",
];

fn path(of: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(of)
}

fn page() -> String {
    std::fs::read_to_string(path("../docs/grammar.md")).unwrap()
}

/// The rules of the page.
fn rules() -> Vec<ebnf::Rule> {
    let page = page();
    let blocks = page.split("```ebnf\n").skip(1);
    let text: String = blocks.map(|b| b.split("```").next().unwrap()).collect();
    ebnf::read(&text)
}

#[test]
fn the_page_has_every_rule_of_the_parser() {
    let grammar = std::fs::read_to_string(path("src/syntax/grammar.pest")).unwrap();
    let mut wanted = String::new();
    for section in pest::sections(&grammar) {
        let _ = write!(wanted, "\n## {}\n\n```ebnf\n", section.title);
        for rule in section.rules {
            let _ = writeln!(wanted, "{}", rule.print());
        }
        wanted.push_str("```\n");
    }
    wanted.push('\n');
    let page = page();
    let start = page.find(BEGIN).unwrap() + BEGIN.len();
    let stop = page.find(END).unwrap();
    if page[start..stop] == wanted {
        return;
    }
    if std::env::var_os("WATERTIGHT_BLESS").is_some() {
        let new = format!("{}{wanted}{}", &page[..start], &page[stop..]);
        std::fs::write(path("../docs/grammar.md"), new).unwrap();
        return;
    }
    assert_eq!(&page[start..stop], wanted, "WATERTIGHT_BLESS=1 writes the page");
}

#[test]
fn what_the_page_derives_is_read() {
    let grammar = rules();
    let mut deriver = Deriver::new(&grammar);
    let reachable = deriver.reachable("file");
    for rule in &grammar {
        assert!(
            reachable.contains(rule.name.as_str()),
            "`{}` is used nowhere",
            rule.name
        );
    }
    let mut read = 0;
    let mut wrong = Vec::new();
    for _ in 0..ROUNDS {
        let text = deriver.sentence("file", 0);
        match spec_lang::format(Source::new("derived.wt", text.as_str()), Operators::AsWritten) {
            Ok(_) => read += 1,
            Err(Unformatted::Defect(what)) => wrong.push(format!("{what}: {text}")),
            Err(Unformatted::Wrong(diagnostics, sources)) => {
                let other = diagnostics.iter().any(|d| {
                    d.code.starts_with("E01")
                        && !REFUSED.contains(&d.code)
                        && !MESSAGES.contains(&d.message.as_str())
                });
                if other {
                    wrong.push(format!(
                        "{}\n{text}",
                        spec_lang::render(&diagnostics, &sources, false)
                    ));
                }
            }
        }
    }
    wrong.sort_by_key(String::len);
    wrong.truncate(3);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let unused: Vec<_> = alternatives(&grammar)
        .into_iter()
        .filter(|a| !deriver.used.contains_key(a))
        .collect();
    assert!(unused.is_empty(), "no sentence has {unused:?}");
    assert!(
        read > ROUNDS / 5,
        "only {read} have nothing that is refused for what it means"
    );
}

/// Every alternative of every rule.
fn alternatives(grammar: &[ebnf::Rule]) -> Vec<(&str, &ebnf::Form)> {
    fn of<'g>(rule: &'g str, form: &'g ebnf::Form, out: &mut Vec<(&'g str, &'g ebnf::Form)>) {
        use ebnf::Form::{Not, Opt, Or, Plus, Rule, Seq, Star, Text, Words};
        match form {
            Or(list) => {
                for f in list {
                    out.push((rule, f));
                    of(rule, f, out);
                }
            }
            Seq(list) => list.iter().for_each(|f| of(rule, f, out)),
            Opt(f) | Star(f) | Plus(f) => of(rule, f, out),
            Not(_) | Text(_) | Words(_) | Rule(_) => {}
        }
    }
    let mut out = Vec::new();
    // what only stands behind `!` is not derived
    for rule in grammar.iter().filter(|r| r.name != "binder_ahead") {
        of(&rule.name, &rule.form, &mut out);
    }
    out
}
