//! Random systems by their seeds: each is made and tested, and shown where its test fails.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use transition_system::{Scope, System, text};

use super::finished;
use super::random::Maker;

/// A random system whose constants and variables have at most so many values together.
pub fn made(maker: Maker, values: u64) -> (System, Scope) {
    let (system, scope) = maker.make(values);
    (finished(system), scope)
}

/// Tests the systems of `count` seeds, or of as many times more as the environment variable `factor` says, or of the one
/// seed that `WATERTIGHT_SEED` says. Gives their number.
pub fn each_seed(
    count: u64,
    factor: &str,
    make: impl Fn(u64) -> (System, Scope),
    mut test: impl FnMut(u64, &System, &Scope),
) -> u64 {
    let number = |name: &str| std::env::var(name).map(|n| n.parse::<u64>().expect("a number"));
    let seeds = match number("WATERTIGHT_SEED") {
        Ok(seed) => seed..seed + 1,
        Err(_) => 0..count * number(factor).unwrap_or(1),
    };
    for seed in seeds.clone() {
        let (system, scope) = make(seed);
        if let Err(cause) = catch_unwind(AssertUnwindSafe(|| test(seed, &system, &scope))) {
            let (scope, text) = (scope.display(&system), text::print(&system));
            eprintln!("WATERTIGHT_SEED={seed}, scope {scope}\n{text}");
            resume_unwind(cause);
        }
    }
    seeds.end - seeds.start
}
