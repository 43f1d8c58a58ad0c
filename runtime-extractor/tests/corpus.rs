//! The corpus of real files: each is read, or answered with an error that names the place; places point at what they say.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests"
)]

mod common;

use runtime_extractor::Reading;
use runtime_extractor::formats::live::{self, ProcFile, ProcSnapshot};
use runtime_extractor::source::Limits;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

fn read(name: &str, path: &Path) -> (String, Reading) {
    let bytes = std::fs::read(path).unwrap();
    let reading = runtime_extractor::read(name, &bytes);
    (String::from_utf8_lossy(&bytes).into_owned(), reading)
}

/// Something was said, and every error is within the text.
fn check_answered(name: &str, text: &str, reading: &Reading) {
    let said = reading.sandboxes.len() + reading.skipped.len() + reading.invalid.len() + reading.errors.len();
    assert!(said > 0, "{name}: nothing was said");
    let lines = text.lines().count().max(1) as u32;
    for error in &reading.errors {
        assert!(
            error.line >= 1 && error.line <= lines + 1 && error.column >= 1,
            "{name}: {error}"
        );
        assert!(
            error.message.chars().next().is_some_and(|c| !c.is_uppercase()),
            "{name}: {error}"
        );
        assert!(!error.message.ends_with('.'), "{name}: {error}");
    }
}

#[test]
fn every_file_is_read_or_answered_with_a_place() {
    let Some(corpus) = common::corpus() else { return };
    for kind in ["oci-config", "k8s", "psa", "oci-state", "cri-json", "seccomp"] {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for record in common::records(&corpus, kind) {
            let (text, reading) = read(&record.name, &record.path);
            check_answered(&record.name, &text, &reading);
            let answer = match (reading.sandboxes.is_empty(), reading.errors.is_empty()) {
                (false, true) => "read",
                (_, false) => "error",
                (true, true) => "skipped",
            };
            *counts.entry(answer).or_default() += 1;
            if record.truth.starts_with("schema-INVALID") {
                assert!(!reading.errors.is_empty(), "{} is accepted", record.name);
            }
            if record.truth.starts_with("schema-VALID") {
                let other_platform = reading
                    .errors
                    .iter()
                    .all(|e| e.message.contains("not a Linux one"));
                assert!(other_platform, "{}: {:?}", record.name, reading.errors);
            }
            if record.truth.contains("PSA level") {
                assert!(reading.errors.is_empty(), "{}: {:?}", record.name, reading.errors);
            }
        }
        println!("{kind}: {counts:?}");
    }
}

#[test]
fn the_configurations_that_were_run_are_read_without_a_remark() {
    let Some(folder) = common::fidelity() else { return };
    let mut read_ones = 0;
    for entry in std::fs::read_dir(folder.join("configs")).unwrap() {
        let path = entry.unwrap().path();
        let (_, reading) = read(path.to_str().unwrap(), &path);
        assert!(reading.errors.is_empty(), "{:?}", reading.errors);
        let facts = &reading.sandboxes[0];
        assert!(
            facts.notices.is_empty() && facts.invalid.is_empty(),
            "{:?} {:?}",
            facts.notices,
            facts.invalid
        );
        read_ones += 1;
    }
    assert_eq!(read_ones, 78);
}

/// Every place in a reading.
fn places(value: &Value, found: &mut Vec<Value>) {
    match value {
        Value::Object(map) if map.contains_key("line") && map.contains_key("end_column") => {
            found.push(value.clone())
        }
        Value::Object(map) => map.values().for_each(|v| places(v, found)),
        Value::Array(items) => items.iter().for_each(|v| places(v, found)),
        _ => {}
    }
}

/// The text from the beginning of a place to its end.
fn text_of(text: &str, place: &Value) -> String {
    let number = |key: &str| place[key].as_u64().unwrap() as usize;
    let lines: Vec<&str> = text.split('\n').collect();
    let (first, last) = (number("line") - 1, number("end_line") - 1);
    let cut = |line: &str, from: usize, to: usize| {
        line.chars()
            .skip(from)
            .take(to.saturating_sub(from))
            .collect::<String>()
    };
    if first == last {
        return cut(lines[first], number("column") - 1, number("end_column") - 1);
    }
    let mut parts = vec![cut(lines[first], number("column") - 1, usize::MAX)];
    parts.extend(lines[first + 1..last].iter().map(|line| (*line).to_owned()));
    parts.push(cut(lines[last], 0, number("end_column") - 1));
    parts.join("\n")
}

/// The last key or index of a path: `a.b[2].c` has `c`, `a[2]` has nothing, `a["x.y"]` has `x.y`.
fn last_key(path: &str) -> Option<String> {
    if let Some(quoted) = path.strip_suffix("\"]") {
        return Some(quoted.rsplit("[\"").next()?.replace("\\\"", "\""));
    }
    if path.ends_with(']') {
        return None;
    }
    path.rsplit('.')
        .next()
        .map(str::to_owned)
        .filter(|key| !key.is_empty())
}

/// A place says where its key is; one of something absent says where a parent is.
fn check_place(text: &str, place: &Value) {
    let path = place["path"].as_str().unwrap();
    let slice = text_of(text, place);
    let plain = slice.trim_start_matches(['"', '\'']);
    if place["absent"].as_bool().unwrap() {
        let at_root = place["line"].as_u64() == Some(1) || !slice.contains(':');
        let mut parents = path.split(['.', '[']).map(|part| part.trim_end_matches(']'));
        let of_parent = parents.any(|part| !part.is_empty() && plain.starts_with(part));
        // An element of a list shows the line that it starts with.
        let of_element = path.contains(']') && (slice.starts_with('{') || slice.contains(':'));
        assert!(of_parent || at_root || of_element, "{path}: {slice:?}");
    } else if let Some(key) = last_key(path) {
        assert!(plain.starts_with(&key), "{path}: {slice:?}");
    } else {
        assert!(!slice.is_empty(), "{path}");
    }
}

#[test]
fn a_thousand_places_point_at_the_text_they_came_from() {
    let Some(corpus) = common::corpus() else { return };
    let mut all: Vec<(String, Value)> = Vec::new();
    for kind in ["oci-config", "k8s", "psa"] {
        for record in common::records(&corpus, kind)
            .into_iter()
            .step_by(if kind == "psa" { 40 } else { 1 })
        {
            let (text, reading) = read(&record.name, &record.path);
            // A value that an alias repeats has the place of its anchor.
            if text.contains(": &") {
                continue;
            }
            let mut found = Vec::new();
            places(&serde_json::to_value(&reading).unwrap(), &mut found);
            all.extend(found.into_iter().map(|place| (text.clone(), place)));
        }
    }
    assert!(all.len() > 10_000, "{}", all.len());
    let mut random = common::Random(7);
    for _ in 0..1_000 {
        let (text, place) = &all[random.below(all.len())];
        check_place(text, place);
    }
}

#[test]
fn no_mutation_of_a_real_file_makes_a_reader_panic() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut files: Vec<Vec<u8>> = std::fs::read_dir(fixtures)
        .unwrap()
        .map(|entry| std::fs::read(entry.unwrap().path()).unwrap())
        .collect();
    if let Some(corpus) = common::corpus() {
        for record in common::records(&corpus, "oci-config")
            .iter()
            .chain(&common::records(&corpus, "k8s")[..10])
        {
            files.push(std::fs::read(&record.path).unwrap());
        }
        files.push(capture(&corpus).to_bytes());
    }
    let mut random = common::Random(11);
    for bytes in &files {
        for _ in 0..25 {
            let changed = random.mutate(bytes);
            let reading = runtime_extractor::read("f", &changed);
            assert!(serde_json::to_string(&reading).is_ok());
        }
        for cut in (0..bytes.len()).step_by(bytes.len() / 20 + 1) {
            runtime_extractor::read("f", &bytes[..cut]);
        }
    }
}

/// A live capture, each of whose files is mutated alone too.
fn capture(corpus: &Path) -> ProcSnapshot {
    let mut snapshot = ProcSnapshot::new("runc-kvmdev", "/proc/1");
    for file in ProcFile::ALL {
        if let Ok(bytes) = std::fs::read(corpus.join(format!("live/runc-kvmdev__{}", file.name()))) {
            snapshot.files.insert(*file, bytes);
        }
    }
    let mut random = common::Random(13);
    for file in snapshot.files.keys() {
        for _ in 0..30 {
            let mut changed = snapshot.clone();
            changed.files.insert(*file, random.mutate(&snapshot.files[file]));
            live::read(&changed, &Limits::default());
        }
    }
    snapshot
}

#[test]
fn json_is_taken_exactly_when_a_strict_reader_takes_it() {
    let text = include_bytes!("fixtures/runc-spec.json");
    let mut random = common::Random(17);
    let (mut taken, mut refused) = (0, 0);
    for _ in 0..600 {
        let changed = random.mutate(text);
        // serde_json takes duplicate keys and numbers out of range of f64 differently; everything else must agree.
        let strict = serde_json::from_slice::<Value>(&changed);
        let reading = runtime_extractor::read("config.json", &changed);
        let syntax: Vec<_> = reading
            .errors
            .iter()
            .filter(|e| e.help.as_deref() == Some("this is not valid JSON"))
            .collect();
        match strict {
            Ok(Value::Object(_)) => {
                assert!(syntax.is_empty(), "{syntax:?}");
                taken += 1;
            }
            Ok(_) => {}
            Err(_) => {
                assert!(
                    reading.sandboxes.is_empty(),
                    "accepted: {}",
                    String::from_utf8_lossy(&changed)
                );
                refused += 1;
            }
        }
    }
    assert!(taken > 40 && refused > 40, "{taken} {refused}");
}
