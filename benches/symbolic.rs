//! Proofs for sorts of any size: with the invariants that the library's authors wrote, and without any, in one run. The first is the baseline: what
//! a proof costs if nothing has to be found.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark prints, and fails by panicking"
)]

use std::time::{Duration, Instant};

use model_checker::Budget;
use model_checker::symbolic::{Options, prove};
use transition_system::{PropertyId, System, Verdict};

#[path = "../tests/support/mod.rs"]
mod support;

use support::theorems::{THEOREMS, alone, whole};

/// Longest time for one proof.
const TIME: Duration = Duration::from_secs(60);

/// Milliseconds, and conjuncts of the invariant; none if there is no proof.
fn run((system, id): &(System, PropertyId)) -> (f64, Option<usize>) {
    let budget = Budget::new(Some(TIME), None, None);
    let start = Instant::now();
    let report = prove(system, *id, None, None, &Options::default(), &budget);
    let conjuncts = match report.verdict {
        Verdict::Proved(proof) => Some(proof.invariant.len()),
        Verdict::Holds(_) | Verdict::Violated(_) | Verdict::Vacuous(_) | Verdict::Unknown(_) => None,
    };
    (start.elapsed().as_secs_f64() * 1e3, conjuncts)
}

fn main() {
    println!(
        "{:<48} {:>9} {:>9} {:>9} {:>9} {:>8}",
        "", "given ms", "conjuncts", "found ms", "conjuncts", "ratio"
    );
    let (mut decided, mut longest) = (0, 0f64);
    for (model, property) in THEOREMS {
        let (given, with) = run(&whole(model, property));
        let (found, without) = run(&alone(model, property));
        let count = |n: Option<usize>| n.map_or_else(|| "-".to_owned(), |n| n.to_string());
        println!(
            "{:<48} {given:>9.0} {:>9} {found:>9.0} {:>9} {:>8.1}",
            format!("{model} {property}"),
            count(with),
            count(without),
            found / given
        );
        decided += usize::from(without.is_some());
        longest = longest.max(found);
    }
    println!(
        "{decided} of {} proved without an invariant given; the longest took {:.1} s",
        THEOREMS.len(),
        longest / 1e3
    );
}
