//! Valid files with bytes or tokens changed: never a panic, never a contradiction, always in bounded time.
//!
//! `WATERTIGHT_SEED` chooses another run, `WATERTIGHT_ROUNDS` its length; the seed is printed where a test fails.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod common;

use std::path::Path;
use std::time::{Duration, Instant};

use common::compiled;
use common::mutate::{Numbers, files_below, mutated_bytes, mutated_tokens, number, words};

#[test]
fn no_mutation_of_a_valid_file_panics_or_hangs() {
    let seed = number("WATERTIGHT_SEED").unwrap_or(20_240_607);
    let mut numbers = Numbers(seed);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = files_below(&root.join("tests/models"), "wt");
    all.extend(files_below(&root.join("../tests/cases"), "wt"));
    let words = words(&all);
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
