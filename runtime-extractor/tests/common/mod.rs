//! Where the tests find the corpus of real configurations, which is not part of this repository.

#![allow(dead_code, reason = "each test binary uses a part")]

use std::path::{Path, PathBuf};

/// A line of the corpus's `PROVENANCE.tsv`.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    /// Where the file is.
    pub(crate) path: PathBuf,
    /// Its path in the corpus.
    pub(crate) name: String,
    /// What is known of it.
    pub(crate) truth: String,
}

/// The folder of the corpus, if there is one: `WATERTIGHT_CORPUS`, or beside the repository.
pub(crate) fn corpus() -> Option<PathBuf> {
    found(
        std::env::var_os("WATERTIGHT_CORPUS").map(PathBuf::from),
        "../../shared/corpus",
        "corpus",
    )
}

/// The folder of the configurations that were run, if there is one: `WATERTIGHT_FIDELITY`, or beside the repository.
pub(crate) fn fidelity() -> Option<PathBuf> {
    found(
        std::env::var_os("WATERTIGHT_FIDELITY").map(PathBuf::from),
        "../../shared/fidelity",
        "fidelity",
    )
}

fn found(given: Option<PathBuf>, beside: &str, what: &str) -> Option<PathBuf> {
    let folder = given.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join(beside));
    if folder.is_dir() {
        return Some(folder);
    }
    println!(
        "skipped: no {what} at {}; set WATERTIGHT_{}",
        folder.display(),
        what.to_uppercase()
    );
    None
}

/// The records of a kind.
pub(crate) fn records(corpus: &Path, kind: &str) -> Vec<Record> {
    let table = std::fs::read_to_string(corpus.join("PROVENANCE.tsv")).unwrap();
    let mut records = Vec::new();
    for line in table.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        if fields.get(1) == Some(&kind) {
            let (name, truth) = (fields[0].to_owned(), fields[7].to_owned());
            records.push(Record {
                path: corpus.join(&name),
                name,
                truth,
            });
        }
    }
    assert!(!records.is_empty(), "the corpus has no `{kind}`");
    records
}
