//! `verify --pid` on a running runc container against `verify` on its bundle. Starts real containers, so it needs
//! root, runc and busybox; without them it skips and says so.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "skips are said")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value as Json;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Runs a command of `tests/live/containers.sh`.
fn shell(script: &str, args: &[&str]) -> Output {
    Command::new("bash")
        .args(["-c", &format!(". tests/live/containers.sh; {script}"), "live"])
        .args(args)
        .current_dir(root())
        .output()
        .unwrap()
}

/// A container that is stopped and whose bundle is removed, whatever happens to the test.
struct Container {
    bundle: PathBuf,
    pid: u32,
}

impl Container {
    /// Starts a container from an example; `None` with the reason if it cannot be.
    fn start(runtime: &str, config: &Path, name: &str) -> Result<Self, String> {
        let bundle = std::env::temp_dir().join(format!("watertight-live-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&bundle).unwrap();
        let path = bundle.to_str().unwrap();
        let made = shell("make_bundle \"$1\" \"$2\"", &[path, config.to_str().unwrap()]);
        let container = Self {
            bundle: bundle.clone(),
            pid: 0,
        };
        if !made.status.success() {
            return Err(String::from_utf8_lossy(&made.stderr).trim().to_owned());
        }
        let started = shell("start_container \"$1\" \"$2\"", &[runtime, path]);
        match String::from_utf8_lossy(&started.stdout).trim().parse() {
            Ok(pid) if started.status.success() => {
                std::mem::forget(container);
                Ok(Self { bundle, pid })
            }
            _ => Err(String::from_utf8_lossy(&started.stderr).trim().to_owned()),
        }
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        shell("stop_container \"$1\"", &[self.bundle.to_str().unwrap()]);
        let _ = std::fs::remove_dir_all(&self.bundle);
    }
}

fn verdicts(args: &[&str]) -> BTreeMap<String, String> {
    let output = Command::new(env!("CARGO_BIN_EXE_watertight"))
        .args(["verify", "--no-fix", "--format", "json"])
        .args(args)
        .output()
        .unwrap();
    let result: Json = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{args:?}: {e}\n{}", String::from_utf8_lossy(&output.stderr)));
    let findings = result["sandboxes"][0]["findings"].as_array().unwrap().clone();
    let word = |f: &Json, key: &str| f[key].as_str().unwrap().to_owned();
    findings
        .iter()
        .map(|f| {
            (
                format!("{}.{}", word(f, "property"), word(f, "victim")),
                word(f, "verdict"),
            )
        })
        .collect()
}

/// Compares file and process. What the file leaves unknown the process may decide; and of a process with a seccomp filter
/// what the filter lets through may not be readable.
fn compare(runtime: &str, example: &str) -> Result<(), String> {
    let config = root().join("examples").join(example).join("config.json");
    let container = Container::start(runtime, &config, &format!("{runtime}-{example}"))?;
    let bundle = container.bundle.join("config.json");
    let filtered = std::fs::read_to_string(&bundle).unwrap().contains("\"seccomp\"");
    let file = verdicts(&[bundle.to_str().unwrap()]);
    let live = verdicts(&["--pid", &container.pid.to_string()]);
    assert_eq!(file.len(), live.len());
    for (property, in_file) in &file {
        let in_process = &live[property];
        let decided = in_file == "unknown";
        let opaque = filtered && in_process == "unknown";
        assert!(
            in_file == in_process || decided || opaque,
            "{runtime} {example}: {property} is {in_file} in the file and {in_process} in the process"
        );
    }
    Ok(())
}

/// Without a filter the verdicts are equal; with one they may be unknown, never the opposite.
const EXAMPLES: &[&str] = &[
    "runc-spec",
    "crun-spec",
    "user-namespace-root",
    "readonly-paths-removed",
    "masked-paths-removed",
    "docker-no-seccomp",
    "docker-host-pid",
    "docker-sys-module",
    "docker-hardened",
];

fn all(runtime: &str, least: usize) {
    let able = shell("can_start \"$1\"", &[runtime]);
    if !able.status.success() {
        println!(
            "SKIPPED: {runtime} cannot start containers here: {}",
            String::from_utf8_lossy(&able.stderr).trim()
        );
        return;
    }
    let mut compared = 0;
    for example in EXAMPLES {
        match compare(runtime, example) {
            Ok(()) => compared += 1,
            Err(why) => println!("SKIPPED: {runtime} {example}: {why}"),
        }
    }
    println!("{compared} containers of {runtime} compared");
    assert!(compared >= least, "{compared} of {} started", EXAMPLES.len());
}

#[test]
fn a_running_runc_container_has_the_verdict_of_its_bundle() {
    all("runc", 6);
}

#[test]
fn a_running_crun_container_has_the_verdict_of_its_bundle() {
    all("crun", 1);
}
