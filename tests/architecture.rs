//! What `ARCHITECTURE.md` says is absent is absent: dependency edges, file access, printing.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The crates of the workspace with those of it that they use outside tests.
fn edges() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let names: BTreeSet<&str> = packages.iter().map(|p| p["name"].as_str().unwrap()).collect();
    packages
        .iter()
        .map(|p| {
            let uses = p["dependencies"].as_array().unwrap().iter();
            let uses = uses
                .filter(|d| d["kind"].is_null())
                .map(|d| d["name"].as_str().unwrap());
            let uses = uses.filter(|d| names.contains(d)).map(str::to_owned).collect();
            (p["name"].as_str().unwrap().to_owned(), uses)
        })
        .collect()
}

#[test]
fn dependencies_point_one_way() {
    let allowed: &[(&str, &[&str])] = &[
        ("transition-system", &[]),
        ("spec-lang", &["transition-system"]),
        ("model-checker", &["transition-system"]),
        ("certify", &["transition-system"]),
        ("models", &[]),
        ("export", &["transition-system"]),
        ("runtime-extractor", &["spec-lang", "transition-system"]),
        (
            "watertight",
            &[
                "transition-system",
                "spec-lang",
                "model-checker",
                "runtime-extractor",
                "models",
                "certify",
                "export",
            ],
        ),
    ];
    let edges = edges();
    assert_eq!(
        edges.len(),
        allowed.len(),
        "a crate is not in the table of this test"
    );
    for (name, uses) in edges {
        let (_, may) = allowed
            .iter()
            .find(|(n, _)| *n == name)
            .unwrap_or_else(|| panic!("{name} is new"));
        for used in &uses {
            assert!(may.contains(&used.as_str()), "`{name}` must not use `{used}`");
        }
    }
}

fn sources(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

/// Lines outside of tests and comments that contain one of the words.
fn lines_with(folder: &str, words: &[&str], except: &[&str]) -> Vec<String> {
    let mut files = Vec::new();
    sources(&root().join(folder), &mut files);
    let mut found = Vec::new();
    for file in files {
        if except.iter().any(|e| file.ends_with(e)) {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        for line in code.lines().filter(|l| !l.trim_start().starts_with("//")) {
            if words.iter().any(|w| line.contains(w)) {
                found.push(format!("{}: {line}", file.display()));
            }
        }
    }
    found
}

#[test]
fn only_the_command_opens_files() {
    let words = [
        "std::fs",
        "File::open",
        "read_to_string(\"",
        "std::process::Command",
    ];
    for folder in [
        "transition-system/src",
        "spec-lang/src",
        "runtime-extractor/src",
        "models/src",
        "export/src",
    ] {
        assert_eq!(lines_with(folder, &words, &[]), Vec::<String>::new());
    }
    // libz3 is looked for and opened in one place
    assert_eq!(
        lines_with("model-checker/src", &words, &["z3_library.rs"]),
        Vec::<String>::new()
    );
}

#[test]
fn only_the_report_prints() {
    let words = [
        "println!(",
        "print!(",
        "eprintln!(",
        "io::stdout()",
        "io::stderr()",
    ];
    for folder in [
        "src",
        "transition-system/src",
        "spec-lang/src",
        "model-checker/src",
        "runtime-extractor/src",
        "models/src",
        "proofs/certify/src",
        "export/src",
    ] {
        assert_eq!(
            lines_with(folder, &words, &["report/mod.rs", "report/progress.rs"]),
            Vec::<String>::new()
        );
    }
}

#[test]
fn the_text_names_no_absolute_place() {
    let mut files = Vec::new();
    for folder in [
        "src",
        "transition-system",
        "spec-lang",
        "model-checker",
        "runtime-extractor",
        "models",
        "proofs",
        "export",
        "tests",
    ] {
        sources(&root().join(folder), &mut files);
    }
    for file in files.iter().filter(|f| !f.ends_with("tests/architecture.rs")) {
        let text = std::fs::read_to_string(file).unwrap();
        for word in ["/work/", "/root/.cargo", "/tmp/wt"] {
            assert!(!text.contains(word), "{} names {word}", file.display());
        }
    }
}
