//! `check --certificate` writes what it can, says what it cannot, and goes on.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A guard counts a set of a sort of any size.
const COUNTING: &str = "module counting
sort S
var got: set S
var late: bool
init { got == {}; not late }
event take(s: S) { when s not in got and card(got) < 3  got += s }
event drop(s: S) { when s in got  got -= s }
invariant early { not late }
prove early
";

/// Sets as keys of a map have no form in a certificate.
const KEYED: &str = "module keyed
enum E { A, B }
var seen: set E -> bool
var late: bool
init { forall s: set E. not seen[s]; not late }
event look(s: set E) { seen[s] := true }
invariant early { not late }
check early expect holds
";

fn place(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("certificate-files-{name}"));
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

fn watertight(dir: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_watertight"))
        .args(args)
        .current_dir(dir)
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

#[test]
fn a_guard_may_count() {
    let dir = place("guard");
    std::fs::write(dir.join("counting.wt"), COUNTING).unwrap();
    let output = watertight(&dir, &["check", "counting.wt", "--certificate", "proof"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let checked = watertight(&dir, &["certify", "proof"]);
    // without solvers nothing is accepted, but nothing is refused
    assert_ne!(checked.status.code(), Some(1), "{}", said(&checked));
    assert_ne!(checked.status.code(), Some(2), "{}", said(&checked));
}

#[test]
fn one_without_a_form_keeps_no_other_from_being_written() {
    let dir = place("others");
    std::fs::write(dir.join("keyed.wt"), KEYED).unwrap();
    std::fs::write(dir.join("counting.wt"), COUNTING).unwrap();
    let args = [
        "check",
        "keyed.wt",
        "absent.wt",
        "counting.wt",
        "--certificate",
        "proof",
    ];
    let output = watertight(&dir, &args);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(dir.join("proof/counting/early/cert.json").is_file());
    let output = watertight(
        &dir,
        &["check", "keyed.wt", "counting.wt", "--certificate", "proof"],
    );
    let text = said(&output);
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(
        text.contains("no certificate: ") && text.contains("sets and maps as keys"),
        "{text}"
    );
    assert!(!dir.join("proof/keyed/early/cert.json").exists());
}
