//! The explicit engine on systems with known counts.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use model_checker::explicit::{ExplicitReport, Limits, Options, Silent, check};
use transition_system::{PropertyId, Scope, Stop, System, Verdict, Wrong};

mod explicit_support;
use explicit_support::{BOXES, property, replayed, replayed_witness, scope, system};

fn run(system: &System, scope: &Scope, properties: &[PropertyId], options: &Options<'_>) -> ExplicitReport {
    check(system, scope, properties, options, &mut Silent)
}

fn boxes(containers: u32, resources: u32) -> (System, Scope) {
    let system = system(BOXES);
    let scope = scope(&system, &[("Container", containers), ("Resource", resources)]);
    (system, scope)
}

#[test]
fn boxes_have_the_counts_of_other_checkers() {
    let (system, scope) = boxes(4, 4);
    let owners = property(&system, "owners_exist");
    let report = run(&system, &scope, &[owners], &Options::default());
    assert_eq!(report.stats.states, 124_969);
    assert_eq!(report.stats.initial_states, 1);
    assert!(report.stats.exhaustive);
    match &report.verdicts[0].1 {
        Verdict::Holds(coverage) => {
            assert!(coverage.exhaustive);
            assert_eq!(coverage.states, Some(124_969));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(report.stats.states_by_depth.iter().sum::<u64>(), 124_969);
    assert_eq!(report.stats.never_enabled().count(), 0);
}

#[test]
fn the_shortest_run_to_a_witness_and_to_a_violation() {
    let (system, scope) = boxes(3, 3);
    let all = [
        property(&system, "all_owned"),
        property(&system, "nobody_pauses"),
        property(&system, "owners_exist"),
    ];
    let report = run(&system, &scope, &all, &Options::default());
    let (id, trace) = &report.witnesses[0];
    replayed_witness(&system, &scope, *id, trace);
    // create, start, and three grants
    assert_eq!(trace.len(), 5);
    assert_eq!(replayed(&system, &scope, &report.verdicts[1].1), Some(3));
    assert!(matches!(report.verdicts[2].1, Verdict::Holds(_)));
}

/// Prints figures; run with `--release -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement, for release builds"]
fn speed_on_boxes() {
    for (containers, resources, states) in [(5, 4, 1_159_850), (4, 7, 10_351_765)] {
        let (system, scope) = boxes(containers, resources);
        let owners = property(&system, "owners_exist");
        let report = run(&system, &scope, &[owners], &Options::default());
        let stats = &report.stats;
        assert_eq!(stats.states, states);
        println!(
            "boxes {containers}x{resources}: {} states, {} transitions, {:.0} ns a transition, {:.1} bytes a state",
            stats.states,
            stats.transitions,
            stats.time.as_nanos() as f64 / stats.transitions as f64,
            stats.memory_bytes as f64 / stats.states as f64,
        );
    }
}
