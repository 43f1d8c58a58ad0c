//! The formatter: every `.wt` file of the repository, and mutations of them, keep tokens, comments and meaning; a second
//! time nothing changes. `tests/format/NAME.in.wt` comes out as `NAME.out.wt` (`WATERTIGHT_BLESS=1` writes it).
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod common;

use std::path::{Path, PathBuf};

use common::mutate::{Numbers, files_below, mutated_bytes, mutated_tokens, number, words};
use spec_lang::{Operators, Source, Unformatted, format};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// All specifications of the repository: files, and the examples of its pages.
fn all() -> Vec<String> {
    let mut out = Vec::new();
    for folder in ["models", "tests", "examples", "spec-lang/tests"] {
        out.extend(files_below(&root().join(folder), "wt"));
    }
    for page in files_below(&root().join("docs"), "md") {
        let blocks = page.split("```wt").skip(1).filter_map(|b| b.split_once('\n'));
        out.extend(blocks.map(|(_, b)| b.split("```").next().unwrap().to_owned()));
    }
    assert!(out.len() > 200, "{}", out.len());
    out
}

fn formatted(text: &str, operators: Operators) -> Option<String> {
    match format(Source::new("t.wt", text), operators) {
        Ok(out) => Some(out),
        Err(Unformatted::Wrong(..)) => None,
        Err(Unformatted::Defect(what)) => panic!("{what}:\n{text}"),
    }
}

const SPELLINGS: [Operators; 2] = [Operators::Unicode, Operators::Ascii];

/// Formats as written and in some spellings; gives whether the text could be read.
fn hold(text: &str, spellings: &[Operators]) -> bool {
    let Some(out) = formatted(text, Operators::AsWritten) else {
        return false;
    };
    let again = formatted(&out, Operators::AsWritten).unwrap();
    assert!(
        again == out,
        "not stable:\n--- first\n{out}\n--- second\n{again}\n--- of\n{text}"
    );
    let long = out
        .lines()
        .find(|l| l.ends_with(' ') || l.contains('\t') && !l.contains("//"));
    assert_eq!(long, None);
    assert!(!out.contains("\n\n\n"), "{out}");
    for operators in spellings {
        let one = formatted(text, *operators).unwrap();
        assert_eq!(formatted(&one, *operators).unwrap(), one, "not stable");
    }
    true
}

#[test]
fn every_specification_of_the_repository_keeps_its_meaning() {
    let read = all().iter().filter(|t| hold(t, &SPELLINGS)).count();
    assert!(read > 150, "{read}");
}

#[test]
fn mutations_keep_their_meaning_where_they_have_one() {
    let seed = number("WATERTIGHT_SEED").unwrap_or(20_240_608);
    println!("seed {seed}");
    let mut numbers = Numbers(seed);
    let all = all();
    let words = words(&all);
    let rounds = number("WATERTIGHT_ROUNDS").map_or(300, |n| n / 8);
    let mut read = 0;
    for round in 0..rounds {
        let original = &all[numbers.below(all.len())];
        let text = match round % 3 {
            0 => mutated_bytes(original, &mut numbers),
            1 => mutated_tokens(original, &words, &mut numbers),
            _ => other_blanks(original, &mut numbers),
        };
        read += usize::from(hold(&text, &SPELLINGS[..usize::from(round % 4 == 0)]));
    }
    assert!(read as u64 > rounds / 4, "{read} of {rounds}");
}

/// Blanks become other blanks or comments, in some places.
fn other_blanks(text: &str, numbers: &mut Numbers) -> String {
    let mut out = String::new();
    let mut comment = false;
    for c in text.chars() {
        comment &= c != '\n';
        comment |= out.ends_with('/') && c == '/';
        match (c, numbers.below(12)) {
            (' ', 0) if !comment => out.push('\n'),
            (' ', 1) if !comment => out.push_str("   "),
            (' ', 2) if !comment => out.push_str(" // why\n\n\n "),
            (' ', 3) if !comment => out.push_str("\n// alone\n"),
            ('\n', 0) if !comment => out.push_str("\n\n\n"),
            ('\n', 1) if !comment => out.push(' '),
            (c, _) => out.push(c),
        }
    }
    out
}

#[test]
fn cases_come_out_as_written_beside_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/format");
    let mut names: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.to_string_lossy().ends_with(".in.wt"))
        .collect();
    names.sort();
    assert!(names.len() >= 5);
    for path in names {
        let text = std::fs::read_to_string(&path).unwrap();
        let out = formatted(&text, Operators::AsWritten).unwrap();
        let beside = PathBuf::from(path.to_string_lossy().replace(".in.wt", ".out.wt"));
        if std::env::var_os("WATERTIGHT_BLESS").is_some() {
            std::fs::write(&beside, &out).unwrap();
        }
        assert_eq!(
            std::fs::read_to_string(&beside).unwrap(),
            out,
            "{}",
            path.display()
        );
    }
}

#[test]
fn a_long_text_takes_linear_time() {
    let start = std::time::Instant::now();
    let chain = "x and ".repeat(20_000);
    let text = format!("var x: bool\ninvariant i {{ {chain} x }}\n");
    assert_eq!(
        formatted(&text, Operators::Unicode).unwrap().lines().count(),
        20_004
    );
    let elements = "x == y, ".repeat(5_000);
    assert!(
        formatted(
            &format!("invariant i {{ s == {{ {elements} }} }}\n"),
            Operators::AsWritten
        )
        .is_some()
    );
    let many: String = (0..2_000)
        .map(|i| format!("event e{i}(c: C) {{ x := not x; y := 1 }} "))
        .collect();
    assert!(formatted(&many, Operators::AsWritten).is_some());
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}

#[test]
fn what_cannot_be_read_is_refused() {
    for text in [
        "event e { when",
        "var x: bool y",
        "invariant i { a && b }",
        "@",
        "invariant i { 1 < 2 < 3 }",
    ] {
        assert!(formatted(text, Operators::AsWritten).is_none(), "{text}");
    }
    assert_eq!(formatted("", Operators::AsWritten).unwrap(), "");
    assert_eq!(
        formatted("// only\n\n\n// this", Operators::AsWritten).unwrap(),
        "// only\n\n// this\n"
    );
}
