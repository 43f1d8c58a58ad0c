//! The library against what is published of its models: numbers of reachable states, which a model's `//! states` lines
//! give, hold on the explicit engine.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use model_checker::explicit::{self, Silent};
use support::corpus::{self, Case};
use transition_system::{Scope, System};

fn scope_of(system: &System, sizes: &[(String, u32)]) -> Scope {
    sizes.iter().fold(Scope::new(), |scope, (name, size)| {
        let sort = system
            .find_sort(name)
            .unwrap_or_else(|| panic!("no sort `{name}`"));
        scope.with(sort, *size)
    })
}

/// Visits every state: no property is asked, and nothing is left out.
fn count(case: &Case, sizes: &[(String, u32)]) -> u64 {
    let system = &case.model.systems[0].system;
    let options = explicit::Options {
        cone: false,
        deadlock: false,
        ..explicit::Options::default()
    };
    let report = explicit::check(system, &scope_of(system, sizes), &[], &options, &mut Silent);
    assert!(
        report.stats.exhaustive,
        "{}: {sizes:?} was not finished",
        case.name
    );
    report.stats.states
}

#[test]
fn numbers_of_states_are_the_published_ones() {
    let mut compared = 0;
    for case in corpus::library() {
        for (sizes, states) in case.published() {
            assert_eq!(count(&case, &sizes), states, "{}: {sizes:?}", case.name);
            compared += 1;
        }
    }
    assert!(compared >= 7, "the library publishes numbers");
}
