//! The pages of the codes are true: each begins with its row, its first example gives exactly its code, and its second
//! nothing at all. With `WATERTIGHT_BLESS=1` the rows are written.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use spec_lang::codes::{CODES, Code, find, near};
use spec_lang::{Compilation, Loader, Source, compile, render};

/// What cannot have examples: a depth of 256, a file of 16 MiB, a defect.
const WITHOUT_EXAMPLE: [&str; 3] = ["E0104", "E0106", "E0900"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/errors")
}

/// The modules of a page: its blocks with a file name.
struct Modules(Vec<(String, String)>);

impl Loader for Modules {
    fn load(&self, module: &str) -> Result<Option<Source>, String> {
        let name = format!("{module}.wt");
        let found = self.0.iter().find(|(n, _)| *n == name);
        Ok(found.map(|(n, t)| Source::new(n.clone(), t.clone())))
    }
}

/// The blocks of a page: what stands behind `wt`, and the text.
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut rest = page;
    while let Some((_, block)) = rest.split_once("```wt") {
        let (name, block) = block.split_once('\n').unwrap();
        let (text, after) = block.split_once("```").unwrap();
        out.push((name.trim().to_owned(), text.to_owned()));
        rest = after;
    }
    out
}

fn codes(out: &Compilation) -> BTreeSet<&str> {
    out.diagnostics.iter().map(|d| d.code).collect()
}

#[test]
fn the_first_example_gives_the_code_and_the_second_nothing() {
    for code in CODES.iter().filter(|c| !WITHOUT_EXAMPLE.contains(&c.code)) {
        let (named, examples): (Vec<_>, Vec<_>) =
            blocks(code.page).into_iter().partition(|b| !b.0.is_empty());
        let modules = Modules(named);
        let [(_, wrong), (_, right)] = examples.as_slice() else {
            panic!("{} has {} examples instead of two", code.code, examples.len());
        };
        let out = compile(Source::new("wrong.wt", wrong.as_str()), &modules);
        let shown = render(&out.diagnostics, &out.sources, false);
        assert_eq!(codes(&out), BTreeSet::from([code.code]), "{shown}");
        let out = compile(Source::new("right.wt", right.as_str()), &modules);
        let shown = render(&out.diagnostics, &out.sources, false);
        assert_eq!(codes(&out), BTreeSet::new(), "{}:\n{shown}", code.code);
    }
}

/// The page with its row at its head.
fn with_row(code: &Code) -> String {
    let body = code.page.splitn(4, '\n').nth(3).unwrap_or_default();
    format!("# {}: {}\n\n{}\n{body}", code.code, code.title, code.explanation)
}

#[test]
fn pages_begin_with_the_row_of_their_code() {
    let bless = std::env::var_os("WATERTIGHT_BLESS").is_some();
    for code in CODES {
        let wanted = with_row(code);
        if bless {
            std::fs::write(folder().join(format!("{}.md", code.code)), &wanted).unwrap();
        } else {
            assert_eq!(code.page, wanted, "{}", code.code);
        }
    }
    let pages = std::fs::read_dir(folder()).unwrap().count();
    assert_eq!(pages, CODES.len(), "a page without a code");
}

#[test]
fn codes_are_in_order_and_found_as_people_write_them() {
    assert!(CODES.windows(2).all(|w| w[0].code < w[1].code));
    for written in ["E0301", "e0301", "0301", "301"] {
        assert_eq!(find(written).unwrap().code, "E0301");
    }
    assert!(find("E3001").is_none() && find("").is_none() && find("\u{2200}").is_none());
}

#[test]
fn near_codes_are_offered() {
    let near = |code| near(code).iter().map(|c| c.code).collect::<Vec<_>>();
    assert_eq!(near("E0399").first().map(|c| &c[..3]), Some("E03"));
    assert_eq!(near("E03O1"), ["E0301"]);
    assert!(near("nonsense").is_empty());
}
