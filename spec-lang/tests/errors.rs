//! The corpus of diagnostics: each `tests/cases/errors/CODE*.wt` renders as the `.txt` beside it, and every
//! code of the table has a case. With `WATERTIGHT_BLESS=1` the `.txt` files are written.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use spec_lang::codes::CODES;
use spec_lang::{Compilation, Loader, Source, compile, render};

struct Modules(PathBuf);

impl Loader for Modules {
    fn load(&self, module: &str) -> Result<Option<Source>, String> {
        let name = format!("modules/{module}.wt");
        let path = self.0.join(&name);
        Ok(std::fs::read_to_string(path)
            .ok()
            .map(|text| Source::new(name, text)))
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/cases/errors")
}

fn cases() -> Vec<(String, String)> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "wt") {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            out.push((name, std::fs::read_to_string(path).unwrap()));
        }
    }
    out.sort();
    out
}

fn compiled(name: &str, text: &str) -> Compilation {
    compile(Source::new(format!("{name}.wt"), text), &Modules(folder()))
}

#[test]
fn every_case_renders_as_written_beside_it() {
    let bless = std::env::var_os("WATERTIGHT_BLESS").is_some();
    let mut wrong = Vec::new();
    for (name, text) in cases() {
        let out = compiled(&name, &text);
        let rendered = render(&out.diagnostics, &out.sources, false);
        let rendered: Vec<_> = rendered.trim_end().lines().map(str::trim_end).collect();
        let rendered = rendered.join("\n") + "\n";
        let path = folder().join(format!("{name}.txt"));
        if bless {
            std::fs::write(&path, &rendered).unwrap();
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        if rendered != expected {
            wrong.push(format!("--- {name}: expected\n{expected}--- found\n{rendered}"));
        }
        let code = &name[..5];
        assert!(
            out.diagnostics.iter().any(|d| d.code == code),
            "{name} does not give {code}:\n{rendered}"
        );
        let errors = out.diagnostics.iter().any(spec_lang::Diagnostic::is_error);
        assert_eq!(out.model.is_none(), errors, "{name}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A file beyond the limit is not kept as a case, and a defect has none.
const WITHOUT_CASE: [&str; 2] = ["E0106", "E0900"];

#[test]
fn every_code_has_a_case_and_a_row() {
    let cases: BTreeSet<_> = cases()
        .into_iter()
        .map(|(name, _)| name[..5].to_owned())
        .collect();
    for code in CODES {
        let has = cases.contains(code.code) || WITHOUT_CASE.contains(&code.code);
        assert!(has, "{} has no case", code.code);
    }
    for case in cases {
        assert!(spec_lang::codes::find(&case).is_some(), "{case} has no row");
    }
}

/// All texts of this crate's sources.
fn sources(folder: &Path, out: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("codes.rs") {
            out.push(std::fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn every_code_that_is_given_has_a_row_and_every_row_is_given() {
    let mut texts = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut texts);
    let mut given = BTreeSet::new();
    for text in &texts {
        let starts = text.match_indices("\"E0").map(|(i, _)| i + 1);
        given.extend(starts.filter_map(|i| text.get(i..i + 5)).map(str::to_owned));
    }
    let rows: BTreeSet<_> = CODES.iter().map(|c| c.code.to_owned()).collect();
    assert_eq!(given, rows);
}

#[test]
fn a_file_beyond_the_limit_is_refused() {
    let out = compiled("large", &" ".repeat((16 << 20) + 1));
    let codes: Vec<_> = out.diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(codes, ["E0106"]);
}
