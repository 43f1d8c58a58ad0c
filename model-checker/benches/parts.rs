//! The parts of the explicit-state engine by themselves: the visited set, the layout of states, and the events as machine code
//! and on the portable machine. What they come to together is measured by the benchmark `explicit`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    reason = "a benchmark fails by panicking"
)]

use std::collections::HashSet;
use std::hint::black_box;
use std::ops::ControlFlow;
use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use model_checker::Budget;
use model_checker::explicit::hash::hash;
use model_checker::explicit::layout::Layout;
use model_checker::explicit::machine::{Machine, Successors, Transitions};
use model_checker::explicit::parts::{Compiled, Table};
use model_checker::ground::{Cone, Ground};

#[path = "../tests/explicit_support/mod.rs"]
mod explicit_support;
use explicit_support::{BOXES, scope, system};

/// States of a table.
const STATES: u64 = 1 << 20;
/// States that a round of a search sends together, about.
const ROUND: usize = 1 << 16;
/// States that are expanded together.
const BLOCK: usize = 128;
/// Reachable states that are expanded.
const EXPANDED: usize = 1 << 12;

/// Does something with the life cycle of so many containers and resources.
fn with_boxes(containers: u32, resources: u32, f: impl FnOnce(&Ground<'_>, &Cone, &Layout)) {
    let system = system(BOXES);
    let scope = scope(&system, &[("Container", containers), ("Resource", resources)]);
    let ground =
        Ground::new(&system, &scope, &[], 1_000_000, &Budget::default()).expect("it can be grounded");
    let cone = Cone::everything(&ground);
    let layout = Layout::new(&ground.cells, cone.cells());
    f(&ground, &cone, &layout);
}

/// Packed states that do not come in order, without regard to what their cells may be.
fn scattered(layout: &Layout, count: u64) -> Vec<u64> {
    let (words, mask) = (layout.words() as u64, u64::MAX >> (64 - layout.last_bits()));
    let word = |state, word| match word + 1 == words {
        true => hash(&[state, word]) & mask,
        false => hash(&[state, word]),
    };
    (0..count)
        .flat_map(|state| (0..words).map(move |at| word(state, at)))
        .collect()
}

fn filled(layout: &Layout, states: &[u64]) -> Table {
    let mut table = Table::new(layout);
    for round in states.chunks(ROUND * layout.words()) {
        table.insert(round).expect("there is memory");
    }
    table
}

fn table(c: &mut Criterion) {
    let mut group = c.benchmark_group("table");
    group.throughput(Throughput::Elements(STATES)).sample_size(10);
    for (containers, resources) in [(4, 7), (30, 18)] {
        with_boxes(containers, resources, |_, _, layout| {
            let name = format!("of {} bits", layout.bits());
            let states = scattered(layout, STATES);
            group.bench_function(format!("new states {name}"), |b| {
                b.iter(|| filled(layout, &states).bytes());
            });
            let mut full = filled(layout, &states);
            group.bench_function(format!("known states {name}"), |b| {
                b.iter(|| {
                    for round in states.chunks(ROUND * layout.words()) {
                        assert_eq!(full.insert(round), Ok(0));
                    }
                });
            });
        });
    }
}

/// Some reachable states, nearest first.
fn reachable(ground: &Ground<'_>, cone: &Cone, layout: &Layout) -> Vec<u64> {
    let words = layout.words();
    let (mut states, mut seen) = (Vec::new(), HashSet::new());
    ground.initial_states(&|cell| cone.contains(cell), 1, &mut |values| {
        states.resize(words, 0);
        layout.pack(values, &mut states);
        ControlFlow::Break(())
    });
    let mut machine = Machine::of_events(ground, cone, layout).expect("a machine");
    let mut at = 0;
    while states.len() < EXPANDED * words {
        let mut after = Successors {
            words,
            ..Successors::default()
        };
        machine.expand(&states[at..at + words], &mut after);
        at += words;
        for state in after.states.chunks_exact(words) {
            if seen.insert(state.to_vec()) {
                states.extend_from_slice(state);
            }
        }
    }
    states.truncate(EXPANDED * words);
    states
}

fn layout(c: &mut Criterion) {
    let mut group = c.benchmark_group("layout");
    group.throughput(Throughput::Elements(EXPANDED as u64));
    with_boxes(4, 7, |ground, cone, layout| {
        let states = reachable(ground, cone, layout);
        let mut values = vec![0; layout.len()];
        group.bench_function("unpack", |b| {
            b.iter(|| {
                for state in states.chunks_exact(layout.words()) {
                    layout.unpack(state, &mut values);
                    black_box(&values);
                }
            });
        });
        let mut packed = vec![0; layout.words()];
        group.bench_function("pack", |b| {
            b.iter(|| {
                for _ in 0..EXPANDED {
                    layout.pack(black_box(&values), &mut packed);
                    black_box(&packed);
                }
            });
        });
    });
}

fn successors(c: &mut Criterion) {
    let mut group = c.benchmark_group("successors");
    with_boxes(4, 7, |ground, cone, layout| {
        let states = reachable(ground, cone, layout);
        let mut compiled = Compiled::new(ground, cone, layout).expect("machine code");
        let blocks = || states.chunks(BLOCK * layout.words());
        let made: usize = blocks().map(|block| compiled.expand(block).len()).sum();
        group.throughput(Throughput::Elements((made / layout.words()) as u64));
        group.bench_function("by machine code", |b| {
            b.iter(|| blocks().map(|block| compiled.expand(block).len()).sum::<usize>());
        });
        let mut machine = Machine::of_events(ground, cone, layout).expect("a machine");
        let mut after = Successors {
            words: layout.words(),
            ..Successors::default()
        };
        group.bench_function("by the portable machine", |b| {
            b.iter(|| {
                for state in states.chunks_exact(layout.words()) {
                    after.clear();
                    machine.expand(state, &mut after);
                    black_box(&after);
                }
            });
        });
    });
    group.finish();
    let mut group = c.benchmark_group("making");
    group.sample_size(10);
    with_boxes(4, 7, |ground, cone, layout| {
        group.bench_function("machine code", |b| {
            b.iter_batched(
                || (),
                |()| Compiled::new(ground, cone, layout),
                BatchSize::PerIteration,
            );
        });
    });
}

criterion_group! {
    name = parts;
    config = Criterion::default()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3));
    targets = table, layout, successors
}
criterion_main!(parts);
