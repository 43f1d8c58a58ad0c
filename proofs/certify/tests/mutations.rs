//! A certificate in which anything is changed is refused, with a message that says where.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};

use certify::{CheckReport, Outcome, check, sources, write};
use transition_system::System;

mod support;
use support::{LOCK_SERVER, OWNERSHIP, no_solvers, place, proof, system};

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % n.max(1) as u64) as usize
    }
}

fn written(name: &str) -> (PathBuf, System) {
    let lock = system(LOCK_SERVER);
    let dir = place(name);
    let texts = vec![("lock.sys".to_owned(), LOCK_SERVER.to_owned())];
    let found_with = [("z3".to_owned(), "5.4.1".to_owned())];
    write(
        &dir,
        &proof(&lock, "exclusive", &["exclusive", "linked_is_taken"], None),
        &texts,
        &found_with,
    )
    .unwrap();
    (dir, lock)
}

fn files(dir: &Path) -> Vec<String> {
    let mut out: Vec<String> = fs::read_dir(dir)
        .unwrap()
        .map(|e| e.unwrap().file_name().to_str().unwrap().to_owned())
        .filter(|name| name != "model")
        .collect();
    out.push("model/0-lock.sys".to_owned());
    out.sort();
    out
}

/// What `check` says; it reports before it asks any solver.
fn verdict(dir: &Path, system: &System) -> Result<CheckReport, String> {
    check(dir, system, &no_solvers())
}

/// Refused, and the message names the file.
fn refused(dir: &Path, system: &System, file: &str, what: &str) {
    match verdict(dir, system) {
        Ok(report) => {
            assert_eq!(report.outcome, Outcome::Refused, "{what}");
            let name = file.rsplit('/').next().unwrap();
            assert!(
                report.problems.iter().any(|p| p.contains(name)),
                "{what}: {:#?}",
                report.problems
            );
            assert!(report.queries.is_empty(), "a solver was asked");
        }
        Err(message) => assert!(message.contains("cert.json"), "{what}: {message}"),
    }
}

#[test]
fn an_untouched_certificate_has_no_problem_but_the_missing_solvers() {
    let (dir, lock) = written("untouched");
    let report = verdict(&dir, &lock).unwrap();
    assert_eq!(report.outcome, Outcome::Incomplete);
    assert_eq!(report.problems.len(), 2, "{:?}", report.problems);
}

#[test]
fn every_changed_byte_is_seen() {
    let (dir, lock) = written("bytes");
    let names = files(&dir);
    assert!(names.len() >= 12);
    for seed in 0..240 {
        let mut random = Random(seed);
        let file = &names[random.below(names.len())];
        let path = dir.join(file);
        let before = fs::read(&path).unwrap();
        let mut after = before.clone();
        let at = random.below(after.len());
        match random.below(3) {
            0 => after[at] ^= 1 << random.below(7),
            1 => {
                after.remove(at);
            }
            _ => after.insert(at, b" 0)\n"[random.below(4)]),
        }
        if after != before {
            fs::write(&path, &after).unwrap();
            refused(&dir, &lock, file, &format!("seed {seed}, byte {at} of {file}"));
            fs::write(&path, &before).unwrap();
        }
    }
    assert_eq!(verdict(&dir, &lock).unwrap().outcome, Outcome::Incomplete);
}

#[test]
fn every_changed_line_is_seen() {
    let (dir, lock) = written("lines");
    for file in files(&dir) {
        let path = dir.join(&file);
        let before = fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = before.lines().collect();
        for at in 0..lines.len() {
            for change in 0..3 {
                let mut after = lines.clone();
                match change {
                    0 => {
                        after.remove(at);
                    }
                    1 => after.insert(at, lines[at]),
                    _ if at + 1 < lines.len() => after.swap(at, at + 1),
                    _ => continue,
                }
                let after = after.join("\n") + "\n";
                if after != before {
                    fs::write(&path, after).unwrap();
                    refused(
                        &dir,
                        &lock,
                        &file,
                        &format!("line {} of {file}, change {change}", at + 1),
                    );
                }
            }
        }
        fs::write(&path, &before).unwrap();
    }
}

#[test]
fn a_file_that_is_missing_renamed_or_foreign_is_seen() {
    for file in files(&written("first").0) {
        let (dir, lock) = written("missing");
        fs::remove_file(dir.join(&file)).unwrap();
        refused(&dir, &lock, &file, "removed");
        let (dir, lock) = written("renamed");
        fs::rename(dir.join(&file), dir.join("9-other.smt2")).unwrap();
        refused(&dir, &lock, &file, "renamed");
    }
    let (dir, lock) = written("foreign");
    for foreign in ["extra.smt2", "model/1-extra.wt", ".hidden"] {
        fs::write(dir.join(foreign), "(check-sat)\n").unwrap();
        refused(&dir, &lock, foreign, "a file too many");
        fs::remove_file(dir.join(foreign)).unwrap();
    }
    fs::create_dir(dir.join("more")).unwrap();
    refused(&dir, &lock, "more", "a folder too many");
}

#[cfg(unix)]
#[test]
fn links_and_odd_names_are_refused() {
    use std::os::unix::ffi::OsStrExt;

    let (dir, lock) = written("linked");
    let other = place("elsewhere");
    fs::create_dir_all(&other).unwrap();
    fs::copy(dir.join("3-property.smt2"), other.join("3-property.smt2")).unwrap();
    fs::remove_file(dir.join("3-property.smt2")).unwrap();
    std::os::unix::fs::symlink(other.join("3-property.smt2"), dir.join("3-property.smt2")).unwrap();
    refused(&dir, &lock, "3-property.smt2", "a link to the same text");
    assert!(verdict(&dir, &lock).unwrap().problems[0].contains("symbolic link"));

    let (dir, lock) = written("odd");
    fs::write(dir.join(std::ffi::OsStr::from_bytes(b"\xff.smt2")), "").unwrap();
    assert!(verdict(&dir, &lock).unwrap().problems[0].contains("not UTF-8"));

    let (dir, lock) = written("linked_model");
    fs::remove_dir_all(other.join("model")).ok();
    fs::rename(dir.join("model"), other.join("model")).unwrap();
    std::os::unix::fs::symlink(other.join("model"), dir.join("model")).unwrap();
    refused(&dir, &lock, "model", "a link to the sources");
    assert!(sources(&dir).is_err());
}

#[test]
fn another_model_is_refused() {
    let (dir, _) = written("other_model");
    let mut open = system(LOCK_SERVER);
    let disconnect = open.find_event("disconnect").unwrap();
    open.events[disconnect.index()].guard = open.arena.bool(true);
    let report = verdict(&dir, &open).unwrap();
    assert_eq!(report.outcome, Outcome::Refused);
    assert!(
        report.problems.iter().any(|p| p.contains("its system differs")),
        "{:?}",
        report.problems
    );
    assert!(
        report.problems.iter().any(|p| p.contains("2-step-disconnect")),
        "{:?}",
        report.problems
    );

    let mut fewer = system(LOCK_SERVER);
    fewer.events.pop();
    let report = verdict(&dir, &fewer).unwrap();
    assert_eq!(report.outcome, Outcome::Refused);
    assert!(
        report
            .problems
            .iter()
            .any(|p| p.contains("lists 10 queries, the model gives")),
        "{:?}",
        report.problems
    );

    let report = verdict(&dir, &system(OWNERSHIP)).unwrap();
    assert_eq!(report.outcome, Outcome::Refused);
    assert!(
        report
            .problems
            .iter()
            .any(|p| p.contains("no property `exclusive`")),
        "{:?}",
        report.problems
    );
}

/// `cert.json` edited with care, its seal made anew: what it says must still be what the model gives.
#[test]
fn a_certificate_that_claims_something_else_is_refused() {
    let edits: [(&str, &str, &str); 6] = [
        (
            "\"property\": \"exclusive\"",
            "\"property\": \"linked_is_taken\"",
            "seal",
        ),
        ("\"size\": \"any\"", "\"size\": {\n    \"Client\": 2\n  }", "seal"),
        (
            "\"specification\": \"exclusive\"",
            "\"specification\": \"linked_is_taken\"",
            "another formula",
        ),
        (
            "\"format_version\": 1",
            "\"format_version\": 2",
            "format version 2",
        ),
        ("\"expected\": \"unsat\"", "\"expected\": \"sat\"", "seal"),
        ("model/0-lock.sys", "model/../cert.json", "outside"),
    ];
    for (from, to, message) in edits {
        let (dir, lock) = written("edited");
        let path = dir.join("cert.json");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from}");
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
        let said = match verdict(&dir, &lock) {
            Ok(report) => {
                assert_eq!(report.outcome, Outcome::Refused, "{from}");
                report.problems.join("\n")
            }
            Err(message) => message,
        };
        assert!(said.contains(message), "{from}: {said}");
    }
}
