//! Where the tests find the corpus of real configurations, which is not part of this repository.

#![allow(dead_code, reason = "each test binary uses a part")]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests")]

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

/// A small generator of numbers (splitmix64), so that a failure can be repeated.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// The next number.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`, which is not 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    /// A text with a few bytes changed, removed, doubled or taken from elsewhere in it.
    pub(crate) fn mutate(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = bytes.to_vec();
        for _ in 0..=self.below(3) {
            if out.is_empty() {
                return out;
            }
            let at = self.below(out.len());
            match self.below(5) {
                0 => out[at] = self.next() as u8,
                1 => {
                    out.remove(at);
                }
                2 => out.insert(at, b"{}[],:\"\\-0 \n&*%"[self.below(15)]),
                3 => out[at] ^= 1 << self.below(8),
                _ => {
                    let (from, length) = (self.below(out.len()), self.below(20));
                    let part = out[from..(from + length).min(out.len())].to_vec();
                    out.splice(at..at, part);
                }
            }
        }
        out
    }
}
