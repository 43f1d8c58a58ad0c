//! Searches that are killed, interrupted and limited go on from their checkpoints to the same answer; a checkpoint that is
//! damaged, or of another search, is refused.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value as Json;

/// Containers that take resources; a witness that is reached and an invariant that holds.
fn specification(name: &str, resources: u32) -> PathBuf {
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/theory/life_cycle.wt");
    let model = fs::read_to_string(model).unwrap();
    let (declarations, _) = model.split_once("\ncheck ").unwrap();
    let check =
        format!("check owners_exist, stopped_owner, nothing_left for Container = 4, Resource = {resources}");
    let path = folder(name).with_extension("wt");
    fs::write(&path, format!("{declarations}\n{check}\n")).unwrap();
    path
}

fn folder(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("checkpoints-{name}"));
    let _ = fs::remove_dir_all(&path);
    path
}

fn check(file: &Path, folder: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_watertight"));
    command
        .args(["check", "--format", "json", "--quiet"])
        .arg(file)
        .arg("--checkpoint")
        .arg(folder)
        .args(more)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// What a run said, without its time.
fn answers(output: &Output) -> Vec<Json> {
    let json: Json = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| {
        panic!("{}", String::from_utf8_lossy(&output.stderr));
    });
    let mut results = json["results"].as_array().unwrap().clone();
    for result in &mut results {
        result.as_object_mut().unwrap().remove("milliseconds");
        result.as_object_mut().unwrap().remove("time_ms");
        result.as_object_mut().unwrap().remove("seconds");
    }
    results
}

fn checkpoint(folder: &Path) -> PathBuf {
    let files = fs::read_dir(folder).unwrap().flatten().map(|e| e.path());
    let mut files: Vec<PathBuf> = files
        .filter(|p| p.extension().is_some_and(|e| e == "checkpoint"))
        .collect();
    assert_eq!(files.len(), 1);
    files.pop().unwrap()
}

#[test]
fn a_search_that_is_killed_ten_times_comes_to_the_same_totals() {
    let resources = if cfg!(debug_assertions) { 4 } else { 6 };
    let file = specification("killed", resources);
    let (kept, other) = (folder("killed"), folder("whole"));
    let whole = answers(&check(&file, &other, &[]).output().unwrap());
    let mut killed = 0;
    let mut moment = 7u64;
    for _ in 0..10 {
        let mut more = vec!["--checkpoint-every", "0"];
        let there = fs::read_dir(&kept).into_iter().flatten().flatten();
        let any = there
            .map(|e| e.path())
            .any(|p| p.extension().is_some_and(|e| e == "checkpoint"));
        more.extend(any.then_some("--resume"));
        let mut child = check(&file, &kept, &more).spawn().unwrap();
        moment = moment
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        std::thread::sleep(Duration::from_millis(20 + (moment >> 33) % 230));
        killed += u32::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert!(
        killed >= 3,
        "only {killed} runs were killed before they were done"
    );
    let resumed = answers(&check(&file, &kept, &["--resume"]).output().unwrap());
    assert_eq!(whole, resumed);
}

#[test]
fn a_search_at_its_limit_goes_on_when_the_limit_is_raised() {
    let file = specification("limited", 4);
    let (kept, other) = (folder("limited"), folder("unlimited"));
    let whole = answers(&check(&file, &other, &[]).output().unwrap());
    for limit in ["100", "20000", "60000"] {
        let mut more = vec!["--max-states", limit];
        more.extend((limit != "100").then_some("--resume"));
        let output = check(&file, &kept, &more).output().unwrap();
        assert_eq!(output.status.code(), Some(3));
        checkpoint(&kept);
    }
    let resumed = check(&file, &kept, &["--resume"]).output().unwrap();
    assert_eq!(answers(&resumed), whole);
    // the checkpoint now says that all is done
    assert_eq!(
        answers(&check(&file, &kept, &["--resume"]).output().unwrap()),
        whole
    );
}

#[test]
fn a_checkpoint_that_is_damaged_or_missing_is_refused_with_a_reason() {
    let file = specification("damaged", 3);
    let kept = folder("damaged");
    let nothing = check(&file, &kept, &["--resume"]).output().unwrap();
    assert_eq!(nothing.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&nothing.stderr).contains("no checkpoint"));
    check(&file, &kept, &["--max-states", "5000"]).output().unwrap();
    let path = checkpoint(&kept);
    let good = fs::read(&path).unwrap();
    let mut cases: Vec<(Vec<u8>, &str)> = vec![
        (good[..good.len() / 2].to_vec(), "it ends early"),
        (good[..20].to_vec(), "it ends early"),
        (Vec::new(), "it ends early"),
        ([good.clone(), vec![0]].concat(), "something follows its end"),
        (
            b"not a checkpoint at all".to_vec(),
            "no checkpoint of this version",
        ),
    ];
    for at in [16, 30, 100, good.len() / 2, good.len() - 9, good.len() - 1] {
        let mut bytes = good.clone();
        bytes[at] ^= 0x10;
        cases.push((bytes, "damaged"));
    }
    for (bytes, reason) in cases {
        fs::write(&path, bytes).unwrap();
        let output = check(&file, &kept, &["--resume"]).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(3), "{text}");
        assert!(
            text.contains("the checkpoint cannot be used") && text.contains(reason),
            "{reason}: {text}"
        );
    }
    fs::write(&path, good).unwrap();
    assert_eq!(
        check(&file, &kept, &["--resume"]).output().unwrap().status.code(),
        Some(0)
    );
}

#[test]
fn a_folder_that_cannot_be_used_is_refused_before_the_search() {
    let file = specification("unusable", 3);
    for folder in [file.as_path(), Path::new("/proc/none")] {
        let output = check(&file, folder, &[]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("no files can be written there") && output.stdout.is_empty());
    }
}

#[test]
fn a_search_without_a_checkpoint_of_its_own_says_that_it_begins() {
    let file = specification("others", 3);
    let kept = folder("others");
    check(&file, &kept, &["--max-states", "5000"]).output().unwrap();
    let notes = |more: &[&str]| {
        let rows = answers(&check(&file, &kept, more).output().unwrap());
        rows[0]["notes"].to_string()
    };
    assert!(notes(&["--resume", "--symmetry"]).contains("holds no checkpoint of this search"));
    assert!(!notes(&["--resume"]).contains("no checkpoint"));
    assert!(!notes(&["--symmetry"]).contains("no checkpoint"));
}

#[test]
fn the_search_for_fair_runs_goes_on_from_its_checkpoint() {
    let file = specification("fair", 3);
    let text = fs::read_to_string(&file).unwrap();
    let (declarations, _) = text.split_once("\ncheck ").unwrap();
    let temporal = "temporal calm { always (forall r: Resource, c: Container. owner[r] == some(c) => phase[c] != Absent) }
temporal used { eventually exists r: Resource. owner[r] != none }
check calm, used for Container = 4, Resource = 3";
    fs::write(&file, format!("{declarations}\n{temporal}\n")).unwrap();
    let (kept, other) = (folder("fair"), folder("fair-whole"));
    let whole = answers(&check(&file, &other, &[]).output().unwrap());
    assert_eq!(
        (&whole[0]["verdict"], &whole[0]["states"]),
        (&"holds".into(), &30_565.into())
    );
    // `used` is violated among the first states, which are looked at before the others
    let stopped = answers(&check(&file, &kept, &["--max-states", "20000"]).output().unwrap());
    assert_eq!(
        (&stopped[0]["verdict"], &stopped[1]["verdict"]),
        (&"unknown".into(), &"violated".into())
    );
    checkpoint(&kept);
    let resumed = answers(&check(&file, &kept, &["--resume"]).output().unwrap());
    assert_eq!(whole, resumed);
}
