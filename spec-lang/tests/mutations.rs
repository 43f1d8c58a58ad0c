//! Valid files with bytes or tokens changed: never a panic, never a contradiction, always in bounded time.
//!
//! `WATERTIGHT_SEED` chooses another run, `WATERTIGHT_ROUNDS` its length; the seed is printed where a test fails.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod common;

use std::path::Path;
use std::time::{Duration, Instant};

use common::compiled;

/// All `.wt` files below a folder.
fn files(folder: &Path, out: &mut Vec<String>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, out);
        } else if path.extension().is_some_and(|e| e == "wt") {
            out.push(std::fs::read_to_string(path).unwrap());
        }
    }
}

/// A small generator of numbers (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n.max(1) as u64) as usize
    }
}

fn tokens(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let end = match first {
            c if word(c) => rest.find(|c| !word(c)).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (token, later) = rest.split_at(end);
        out.push(token);
        rest = later;
    }
    out
}

/// Bytes that mean something.
const SPECIAL: &[u8] = b" (){}[].,:;=<>|&+-*/\\'!~@#\n\xe2x0";

fn mutated_bytes(text: &str, numbers: &mut Numbers) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=numbers.below(4) {
        if bytes.is_empty() {
            break;
        }
        let at = numbers.below(bytes.len());
        match numbers.below(4) {
            0 => bytes[at] = SPECIAL[numbers.below(SPECIAL.len())],
            1 => drop(bytes.remove(at)),
            2 => bytes.insert(at, (numbers.below(256)) as u8),
            _ => bytes.truncate(at.max(1)),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn mutated_tokens(text: &str, others: &[&str], numbers: &mut Numbers) -> String {
    let mut list = tokens(text);
    for _ in 0..=numbers.below(4) {
        let (a, b) = (numbers.below(list.len()), numbers.below(list.len()));
        match numbers.below(5) {
            0 => list.swap(a, b),
            1 => drop(list.remove(a)),
            2 => list.insert(a, list[b]),
            3 => list[a] = others[numbers.below(others.len())],
            _ => {
                let piece: Vec<_> = list[a..(a + 12).min(list.len())].to_vec();
                list.splice(b..b, piece);
            }
        }
        if list.is_empty() {
            break;
        }
    }
    list.concat()
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

#[test]
fn no_mutation_of_a_valid_file_panics_or_hangs() {
    let seed = number("WATERTIGHT_SEED").unwrap_or(20_240_607);
    let mut numbers = Numbers(seed);
    let mut all = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    files(&root.join("tests/models"), &mut all);
    files(&root.join("../tests/cases"), &mut all);
    let words: Vec<_> = all
        .iter()
        .flat_map(|t| tokens(t))
        .filter(|t| !t.trim().is_empty())
        .collect();
    let rounds = number("WATERTIGHT_ROUNDS").unwrap_or(1500);
    for round in 0..rounds {
        let original = &all[numbers.below(all.len())];
        let text = if round % 2 == 0 {
            mutated_bytes(original, &mut numbers)
        } else {
            mutated_tokens(original, &words, &mut numbers)
        };
        let start = Instant::now();
        let out = compiled(&text);
        let limit = Duration::from_secs(30);
        assert!(
            start.elapsed() < limit,
            "seed {seed}, round {round} took {:?}:\n{text}",
            start.elapsed()
        );
        let errors = out.diagnostics.iter().any(spec_lang::Diagnostic::is_error);
        assert_eq!(out.model.is_none(), errors, "seed {seed}, round {round}:\n{text}");
        let defect = out.diagnostics.iter().find(|d| d.code == "E0900");
        assert!(defect.is_none(), "seed {seed}, round {round}: {defect:?}\n{text}");
        let _ = spec_lang::render(&out.diagnostics, &out.sources, round % 3 == 0);
    }
}
