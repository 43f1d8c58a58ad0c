//! Valid files with bytes or tokens changed: never a panic, never a contradiction, always in bounded time.
//!
//! `WATERTIGHT_SEED` chooses another run, `WATERTIGHT_ROUNDS` its length; the seed is printed where a test fails.
//! To fuzz for as long as you like, in this case ten minutes, from a seed that is the time of day:
//!
//! ```text
//! WATERTIGHT_SECONDS=600 cargo test --release -p spec-lang --test mutations -- --ignored --nocapture
//! ```
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]
#![allow(
    clippy::print_stdout,
    reason = "the seed of a long run is seen with --nocapture"
)]

mod common;

use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use common::compiled;
use common::mutate::{Numbers, files_below, mutated_bytes, mutated_tokens, number, words};
use spec_lang::{Operators, Source, Unformatted, format};

/// What is changed: tests, cases and the library.
fn originals() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = ["tests/models", "../tests/cases", "../models"];
    folders
        .iter()
        .flat_map(|f| files_below(&root.join(f), "wt"))
        .collect()
}

/// One text in, whatever it is; `place` is the seed and the round.
fn hold(text: &str, color: bool, place: &str) {
    let start = Instant::now();
    let out = compiled(text);
    let limit = Duration::from_secs(30);
    assert!(
        start.elapsed() < limit,
        "{place} took {:?}:\n{text}",
        start.elapsed()
    );
    let errors = out.diagnostics.iter().any(spec_lang::Diagnostic::is_error);
    assert_eq!(out.model.is_none(), errors, "{place}:\n{text}");
    let defect = out.diagnostics.iter().find(|d| d.code == "E0900");
    assert!(defect.is_none(), "{place}: {defect:?}\n{text}");
    let _ = spec_lang::render(&out.diagnostics, &out.sources, color);
}

/// The texts of a run, without an end.
struct Texts<'t> {
    all: &'t [String],
    words: Vec<&'t str>,
    numbers: Numbers,
    round: u64,
}

impl<'t> Texts<'t> {
    fn new(all: &'t [String], seed: u64) -> Self {
        Self {
            all,
            words: words(all),
            numbers: Numbers(seed),
            round: 0,
        }
    }

    fn next(&mut self) -> String {
        self.round += 1;
        let original = &self.all[self.numbers.below(self.all.len())];
        if self.round.is_multiple_of(2) {
            mutated_tokens(original, &self.words, &mut self.numbers)
        } else {
            mutated_bytes(original, &mut self.numbers)
        }
    }
}

#[test]
fn no_mutation_of_a_valid_file_panics_or_hangs() {
    let seed = number("WATERTIGHT_SEED").unwrap_or(20_240_607);
    let rounds = number("WATERTIGHT_ROUNDS").unwrap_or(1500);
    let all = originals();
    let mut texts = Texts::new(&all, seed);
    for round in 0..rounds {
        let text = texts.next();
        hold(&text, round % 3 == 0, &format!("seed {seed}, round {round}"));
    }
}

/// The compiler and the formatter, until the time is over.
#[test]
#[ignore = "runs for WATERTIGHT_SECONDS, one minute by default"]
fn fuzz() {
    let clock = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let seed = number("WATERTIGHT_SEED").unwrap_or_else(|| clock().unwrap().as_millis() as u64);
    let time = Duration::from_secs(number("WATERTIGHT_SECONDS").unwrap_or(60));
    println!("seed {seed}");
    let all = originals();
    let mut texts = Texts::new(&all, seed);
    let (start, mut slowest) = (Instant::now(), Duration::ZERO);
    while start.elapsed() < time {
        let text = texts.next();
        let place = format!("seed {seed}, round {}", texts.round);
        let began = Instant::now();
        hold(&text, texts.round.is_multiple_of(3), &place);
        if let Err(Unformatted::Defect(what)) = format(Source::new("t.wt", &*text), Operators::AsWritten) {
            panic!("{place}: {what}\n{text}");
        }
        slowest = slowest.max(began.elapsed());
    }
    println!("{} texts, the slowest in {slowest:?}", texts.round);
}
