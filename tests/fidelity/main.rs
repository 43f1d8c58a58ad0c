//! The library model against reality: what it predicts for an operation under a configuration is what kernels did when
//! real containers with that configuration tried it.
//!
//! The measurements (`matrix.tsv`: 78 configurations, runc 1.1.5 and crun 1.8.1, each with cgroup version 1 and 2, on
//! Linux 6.18) are in the folder that `WATERTIGHT_FIDELITY` names. A cell where the kernel lacks the feature, or where
//! the container did not start, is no measurement.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "what is skipped and how much agrees is said")]

mod matrix;
mod predict;
mod table;

use std::collections::BTreeMap;

use runtime_extractor::facts::SandboxFacts;

use matrix::{Matrix, Run, Setup};
use predict::{Answer, Question, predict};
use table::{EXCEPTIONS, Row, rows};

fn facts(matrix: &Matrix, name: &str) -> SandboxFacts {
    let reading = runtime_extractor::read(&format!("{name}.json"), matrix.configuration(name).as_bytes());
    assert!(reading.errors.is_empty(), "{name}: {:?}", reading.errors);
    assert_eq!(reading.sandboxes.len(), 1, "{name}");
    reading.sandboxes.into_iter().next().unwrap()
}

#[test]
fn every_configuration_is_read() {
    let Some(matrix) = Matrix::find() else { return };
    let names = matrix.configurations();
    assert_eq!(names.len(), 78);
    for name in &names {
        let facts = facts(&matrix, name);
        let started = Setup::ALL
            .iter()
            .any(|s| matrix.has(name) && matrix.run(name, *s).started());
        if !started {
            println!("{name}: no runtime started it; invalid: {:?}", facts.invalid);
        }
        assert!(
            !started || facts.invalid.is_empty(),
            "{name}: {:?}",
            facts.invalid
        );
    }
}

/// A cell of the comparison.
struct Cell<'a> {
    row: usize,
    run: Run<'a>,
    measured: Answer,
    predicted: Answer,
}

fn compare<'a>(matrix: &'a Matrix, names: &'a [String], rows: &[Row]) -> Vec<Cell<'a>> {
    let questions: Vec<Question> = rows.iter().map(|r| r.question.clone()).collect();
    let mut cells = Vec::new();
    for name in names {
        let facts = facts(matrix, name);
        for setup in Setup::ALL {
            let run = matrix.run(name, setup);
            if !run.started() {
                continue;
            }
            let predicted = predict(&facts, setup, &questions);
            for (row, predicted) in predicted.into_iter().enumerate() {
                if let Some(measured) = (rows[row].measured)(&run) {
                    cells.push(Cell {
                        row,
                        run,
                        measured,
                        predicted,
                    });
                }
            }
        }
    }
    cells
}

/// Where the model is not what was measured: by question and answers, the runs.
fn disagreements<'a>(cells: &'a [Cell<'a>], rows: &[Row]) -> BTreeMap<(&'static str, String), Vec<Run<'a>>> {
    let mut found: BTreeMap<_, Vec<Run<'a>>> = BTreeMap::new();
    for c in cells.iter().filter(|c| c.measured != c.predicted) {
        let what = format!("measured {}, predicted {}", c.measured, c.predicted);
        found
            .entry((rows[c.row].question.name(), what))
            .or_default()
            .push(c.run);
    }
    found
}

#[test]
fn predictions_are_what_kernels_did() {
    let Some(matrix) = Matrix::find() else { return };
    let names: Vec<String> = matrix
        .configurations()
        .into_iter()
        .filter(|n| matrix.has(n))
        .collect();
    let rows = rows();
    let cells = compare(&matrix, &names, &rows);
    for (index, row) in rows.iter().enumerate() {
        let of_row = || cells.iter().filter(|c| c.row == index);
        let agreeing = of_row().filter(|c| c.measured == c.predicted).count();
        println!(
            "{:<18} {agreeing:>4} of {:>4}",
            row.question.name(),
            of_row().count()
        );
    }
    let mut excepted = vec![0; EXCEPTIONS.len()];
    let mut wrong = 0;
    for ((question, what), runs) in disagreements(&cells, &rows) {
        for run in runs {
            let known = EXCEPTIONS.iter().position(|e| e.covers(question, &run));
            let why = known.map_or("NOT EXPLAINED", |i| EXCEPTIONS[i].why);
            println!("{question}: {what}: {} ({}): {why}", run.config, run.setup.name());
            match known {
                Some(index) => excepted[index] += 1,
                None => wrong += 1,
            }
        }
    }
    let differing = wrong + excepted.iter().sum::<usize>();
    println!("{} of {} cells agree", cells.len() - differing, cells.len());
    assert_eq!(wrong, 0, "cells that differ without a reason");
    for (exception, count) in EXCEPTIONS.iter().zip(excepted) {
        let expected = exception.configs.len() * exception.setups.len();
        assert_eq!(
            count, expected,
            "{}: an exception that is none",
            exception.question
        );
    }
    assert!(cells.len() > 12_000, "most of the matrix is compared");
}
