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

/// Sums of two cubes are hard to tell for a solver, and one step reaches all.
const HARD: &str = "var x: 2..60000
var y: 2..60000
init { x == 2 and y == 2 }
event pick(a: 2..60000, b: 2..60000) {
  x := a
  y := b
}
temporal later { eventually x == 3 }
witness reached { x == 2 }
invariant hard { x * x * x + y * y * y != 1332271433 }
check later, reached, hard
";

/// A thousand states in a row.
const SMALL: &str = "var x: 0..999
init { x == 0 }
event next { when x < 999; x := x + 1 }
event back { when x == 500; x := 0 }
transition i { x' <= x + 1 }
check i by explicit
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

/// What `check` says on standard error of options that it refuses.
fn refused(path: &PathBuf, args: &[&str]) -> String {
    let output = start(path, args).wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
    said
}

#[test]
fn a_field_of_bits_that_is_larger_than_the_memory_is_refused() {
    let path = specification("field", SMALL);
    let large = ["--bit-state", "1048576"];
    assert!(refused(&path, &large).contains("needs more than 1048576 MiB, and "));
    let given = [&large[..], &["--max-memory", "1000"]].concat();
    assert!(refused(&path, &given).contains("and --max-memory allows 1000 MiB"));
    let swarm = [
        "--bit-state",
        "300",
        "--order",
        "swarm",
        "--threads",
        "4",
        "--max-memory",
        "1000",
    ];
    assert!(refused(&path, &swarm).contains("--bit-state 300 needs more than 1200 MiB for 4 threads"));
    // one thread has room
    let output = start(
        &path,
        &["--bit-state", "300", "--max-memory", "1000", "--max-states", "10"],
    );
    let output = output.wait_with_output().unwrap();
    assert!(reason(&output).0.starts_with("stopped at the limit of 10 states"));
}

#[test]
fn numbers_out_of_range_are_refused_with_their_range() {
    let path = specification("numbers", SMALL);
    for (option, number, range) in [
        ("--bit-state", "0", "from 1 to 1048576"),
        ("--bit-state", "-1", "from 1 to 1048576"),
        ("--hash-compact", "15", "from 16 to 61"),
        ("--hash-compact", "62", "from 16 to 61"),
        ("--max-memory", "0", "from 1 to "),
        ("--max-memory", "17592186044416", "from 1 to "),
        ("--max-states", "-1", "at least 0"),
        ("--max-states", "18446744073709551616", "at least 0"),
        ("--timeout", "1e9", "at least 0"),
        ("--threads", "0", "from 1 to 1024"),
        ("--threads", "65537", "from 1 to 1024"),
        ("--seed", "-1", "at least 0"),
        ("--depth", "-1", "from 0 to "),
        ("--progress-every", "0", "from 0.001 to 86400"),
        ("--progress-every", "nan", "from 0.001 to 86400"),
    ] {
        let said = refused(&path, &[option, number]);
        let expected = format!("invalid value '{number}' for '{option} ");
        assert!(said.contains(&expected) && said.contains(range), "{said}");
    }
    // what is large or nothing, and can be
    for args in [
        ["--max-states", "0"],
        ["--timeout", "0"],
        ["--threads", "1024"],
        ["--seed", "18446744073709551615"],
        ["--max-states", "18446744073709551615"],
        ["--max-memory", "1099511627776"],
    ] {
        let output = start(&path, &args).wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            matches!(output.status.code(), Some(0 | 3)) && said.is_empty(),
            "{args:?}: {said}"
        );
    }
}

/// States of 192 bytes, each with 10,240 steps: few of them need little memory, and are left soon.
#[test]
fn wide_states_with_many_successors_take_no_more_than_they_need() {
    let model = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("models/theory/life_cycle.wt");
    let scope = [
        "--for",
        "Container=512,Resource=2",
        "--property",
        "owners_exist",
        "--threads",
        "1",
    ];
    let few = [&scope[..], &["--max-states", "600", "--max-memory", "40"]].concat();
    let output = start(&model, &few).wait_with_output().unwrap();
    assert_eq!(
        reason(&output).0,
        "stopped at the limit of 600 states; --max-states raises it"
    );
    let child = start(&model, &[&scope[..], &["--portable"]].concat());
    std::thread::sleep(Duration::from_millis(2000));
    let (begin, id) = (Instant::now(), child.id().to_string());
    Command::new("kill").args(["-INT", &id]).status().unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(begin.elapsed() < LATE, "{:?}", begin.elapsed());
    assert_eq!(reason(&output).0, "interrupted");
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

/// The solver looks at no flag; what was decided before is kept.
#[test]
fn a_query_of_the_solver_is_interrupted() {
    for (engine, signal) in [("bmc", "-INT"), ("bmc", "-TERM"), ("symbolic", "-INT")] {
        let path = specification(&format!("hard{signal}-{engine}"), HARD);
        let child = start(&path, &["--engine", engine, "--depth", "100000"]);
        std::thread::sleep(Duration::from_millis(1500));
        let begin = Instant::now();
        let id = child.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &id])
                .status()
                .unwrap()
                .success()
        );
        let output = child.wait_with_output().unwrap();
        assert!(begin.elapsed() < LATE, "{signal} {engine}: {:?}", begin.elapsed());
        assert_eq!(output.status.code(), Some(3));
        let json: Json = serde_json::from_slice(&output.stdout).unwrap();
        let [later, reached, hard] = [0, 1, 2].map(|i| &json["results"][i]);
        assert!(
            later["reason"]
                .as_str()
                .unwrap()
                .starts_with("this engine does not decide temporal"),
            "{later}"
        );
        assert!(!later["engine"].as_str().unwrap().contains("Z3"), "{later}");
        assert_eq!(reached["verdict"], "holds", "{reached}");
        assert_eq!(hard["reason"], "interrupted", "{hard}");
        let noted = hard["notes"].to_string();
        let what = if engine == "bmc" {
            "no violation to depth 0"
        } else {
            "its obligations hold"
        };
        assert!(noted.contains(what), "{noted}");
    }
}

#[test]
fn the_time_of_the_solver_is_limited() {
    let path = specification("hard-time", HARD);
    let begin = Instant::now();
    let output = start(&path, &["--engine", "bmc", "--timeout", "1"])
        .wait_with_output()
        .unwrap();
    assert!(
        begin.elapsed() < Duration::from_secs(1) + LATE,
        "{:?}",
        begin.elapsed()
    );
    let json: Json = serde_json::from_slice(&output.stdout).unwrap();
    let hard = &json["results"][2];
    assert_eq!(hard["reason"], "stopped after 1.0 s");
    assert_eq!(hard["notes"][0], "no violation to depth 0");
}

/// A walk over many cells is left soon, also while it is replayed.
#[test]
fn walks_are_interrupted() {
    let path = specification("walks", WIDE);
    for (size, code) in [("S=100", 1), ("S=3000", 3)] {
        let child = Command::new(env!("CARGO_BIN_EXE_watertight"))
            .args(["simulate", "--seed", "1", "--for", size])
            .arg(&path)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(2500));
        let begin = Instant::now();
        // the small one may have ended
        let id = child.id().to_string();
        let _ = Command::new("kill")
            .args(["-INT", &id])
            .stderr(Stdio::null())
            .status();
        let output = child.wait_with_output().unwrap();
        assert!(begin.elapsed() < LATE, "{size}: {:?}", begin.elapsed());
        let ended = output.status.code();
        assert!(ended == Some(code) || ended == Some(3), "{size}: {ended:?}");
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
