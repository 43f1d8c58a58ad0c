//! The limits of `check` hold in every phase: while a system is written out for its scope, while events are fired
//! together, and while a shortest run is looked for.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value as Json;

/// How long a phase may go on, on a busy machine, after it should have stopped.
const LATE: Duration = Duration::from_secs(5);

/// Written out it is 3000 * 3000 cells, and as many events twice.
const WIDE: &str = "sort S
var f: S -> S -> bool
init { forall a: S, b: S. not f[a][b] }
event join(a: S, b: S) { f[a][b] := true }
event part(a: S, b: S) { f[a][b] := false }
invariant i { forall a: S, b: S. f[a][b] => not f[b][a] }
check i for S = 3000
";

/// A fixpoint of 4000 rounds over 4000 events, and a shortest run among very many candidates.
const DEEP: &str = "var f: 0..8000 -> bool
init { forall n: 0..8000. f[n] <=> n == 0 }
event next(n: 0..7999) {
  when f[n]
  f[n + 1] := true
}
invariant i { not f[8000] }
check i expect violated
";

fn specification(name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("limits-{name}.wt"));
    std::fs::write(&path, text).unwrap();
    path
}

fn start(path: &PathBuf, args: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_watertight"))
        .args(["check", "--format", "json"])
        .args(args)
        .arg(path)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The reason of the only result, which is unknown, and its notes.
fn reason(output: &Output) -> (String, String) {
    let json: Json = serde_json::from_slice(&output.stdout).unwrap();
    let result = &json["results"][0];
    assert_eq!(output.status.code(), Some(3), "{result}");
    assert_eq!(result["verdict"], "unknown");
    (
        result["reason"].as_str().unwrap().to_owned(),
        result["notes"].to_string(),
    )
}

#[test]
fn time_is_limited() {
    for (name, text) in [("wide-time", WIDE), ("deep-time", DEEP)] {
        let path = specification(name, text);
        let begin = Instant::now();
        let output = start(&path, &["--timeout", "1"]).wait_with_output().unwrap();
        assert!(
            begin.elapsed() < Duration::from_secs(1) + LATE,
            "{name}: {:?}",
            begin.elapsed()
        );
        let (why, covered) = reason(&output);
        assert!(why.starts_with("stopped after 1.0 s"), "{name}: {why}");
        assert!(covered.contains("stopped while"), "{name}: {covered}");
    }
}

#[test]
fn memory_is_limited() {
    let path = specification("wide-memory", WIDE);
    let output = start(&path, &["--max-memory", "50"]).wait_with_output().unwrap();
    let (why, covered) = reason(&output);
    assert!(why.starts_with("stopped at the limit of 50 MiB"), "{why}");
    assert!(covered.contains("parts"), "{covered}");
}

#[test]
fn an_interrupt_is_obeyed() {
    for (name, text) in [("wide-interrupt", WIDE), ("deep-interrupt", DEEP)] {
        let child = start(&specification(name, text), &[]);
        std::thread::sleep(Duration::from_millis(700));
        let begin = Instant::now();
        let id = child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-INT", &id])
                .status()
                .unwrap()
                .success()
        );
        let output = child.wait_with_output().unwrap();
        assert!(begin.elapsed() < LATE, "{name}: {:?}", begin.elapsed());
        assert_eq!(reason(&output).0, "interrupted", "{name}");
    }
}

/// Z3 writes the text of a failed check of its own to standard error, which is not what was found.
#[test]
fn the_solver_does_not_speak_for_itself() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases/lang-arithmetic.wt");
    let output = start(&path, &["--engine", "bmc", "--timeout", "30"])
        .wait_with_output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!said.contains("ASSERTION") && !said.contains("Z3_"), "{said}");
}
