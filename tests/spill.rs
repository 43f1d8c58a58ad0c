//! Searches that run out of memory go on with their states on disk, to the same answer; without a folder for them they stop.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value as Json;

/// A model of the library in a scope.
fn specification(name: &str, model: &str, check: &str) -> PathBuf {
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join(model);
    let model = fs::read_to_string(model).unwrap();
    let (declarations, _) = model.split_once("\ncheck ").unwrap();
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("spill-{name}.wt"));
    fs::write(&path, format!("{declarations}\n{check}\n")).unwrap();
    path
}

fn check(file: &Path, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_watertight"))
        .args(["check", "--format", "json", "--quiet", "--max-memory", "8"])
        .arg(file)
        .args(more)
        .output()
        .unwrap()
}

fn result(output: &Output) -> Json {
    let json: Json = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| {
        panic!("{}", String::from_utf8_lossy(&output.stderr));
    });
    json["results"][0].clone()
}

fn folder(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("spill-{name}"));
    let _ = fs::remove_dir_all(&folder);
    folder.display().to_string()
}

#[test]
fn a_folder_that_cannot_be_used_is_refused_before_the_search() {
    let file = specification("unusable", "models/theory/life_cycle.wt", "check owners_exist");
    for folder in [file.clone(), file.join("folder"), "/proc/none".into()] {
        let output = check(&file, &["--spill", folder.to_str().unwrap()]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("--spill ") && said.contains("no files can be written there"));
    }
}

#[test]
fn more_states_than_memory_holds_are_searched_on_disk() {
    let cases = [
        (
            "short",
            "models/theory/life_cycle.wt",
            "check owners_exist for Container = 4, Resource = 6",
            // the sum over k of C(4, k) 3^k 2^(4 - k) (1 + k)^6
            2_313_985,
        ),
        (
            "wide",
            "benches/sharded_store.wt",
            "check one_owner for Node = 3, Key = 3, Value = 12",
            // 1 + 3 * 25 states of each key
            76 * 76 * 76,
        ),
    ];
    for (name, model, command, states) in cases {
        let file = specification(name, model, command);
        let stopped = result(&check(&file, &[]));
        assert_eq!(stopped["verdict"], "unknown", "{name}: {stopped}");
        let folder = folder(name);
        let output = check(&file, &["--spill", &folder]);
        let done = result(&output);
        assert_eq!(done["verdict"], "holds", "{name}: {done}");
        assert_eq!(done["states"], states, "{name}: {done}");
        assert!(done["notes"].to_string().contains("disk"), "{name}: {done}");
        assert_eq!(
            fs::read_dir(&folder).unwrap().count(),
            0,
            "{name}: files are left"
        );
    }
}
