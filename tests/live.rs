//! `verify --pid` on a running container against `verify` on its bundle, and what its filters decide against what the
//! bundle says. Starts real containers, so it needs root, runc or crun, and busybox; without them it skips and says so.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "skips are said")]

#[path = "live/filters.rs"]
mod filters;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

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

fn json(args: &[&str]) -> Json {
    let output = Command::new(env!("CARGO_BIN_EXE_watertight"))
        .args(args)
        .args(["--format", "json"])
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{args:?}: {e}\n{}", String::from_utf8_lossy(&output.stderr)))
}

fn verdicts(args: &[&str]) -> BTreeMap<String, String> {
    let result = json(&[&["verify", "--no-fix"], args].concat());
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

/// A line of the status of a process.
fn status(pid: u32, name: &str) -> String {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = text.lines().find_map(|l| l.strip_prefix(name));
    line.unwrap().trim().to_owned()
}

/// Compares file and process: what the file leaves unknown the process may decide, nothing else may differ. How many
/// decisions of filters were compared.
fn compare(runtime: &str, example: &str) -> Result<usize, String> {
    let config = root().join("examples").join(example).join("config.json");
    let container = Container::start(runtime, &config, &format!("{runtime}-{example}"))?;
    let bundle = container.bundle.join("config.json");
    let pid = container.pid.to_string();
    let file = verdicts(&[bundle.to_str().unwrap()]);
    let live = verdicts(&["--pid", &pid]);
    assert_eq!(file.len(), live.len());
    for (property, in_file) in &file {
        let in_process = &live[property];
        assert!(
            in_file == in_process || in_file == "unknown",
            "{runtime} {example}: {property} is {in_file} in the file and {in_process} in the process"
        );
    }
    let extracted = json(&["extract", "--pid", &pid]);
    assert_eq!(status(container.pid, "TracerPid:"), "0", "it is let go");
    assert!(status(container.pid, "State:").starts_with('S'), "it goes on");
    Ok(filters::compare(
        &format!("{runtime} {example}"),
        &bundle,
        &extracted,
    ))
}

/// Folders below `examples/` with an OCI configuration, in order.
fn examples() -> Vec<String> {
    let entries = std::fs::read_dir(root().join("examples")).unwrap();
    let mut found: Vec<String> = entries
        .map(|e| e.unwrap().path())
        .filter(|p| p.join("config.json").is_file())
        .map(|p| p.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    found.sort();
    found
}

/// Whether containers can be started with this, and the kernel gives their filters away; else why not.
fn able(runtime: &str) -> Result<(), String> {
    let able = shell("can_start \"$1\"", &[runtime]);
    if !able.status.success() {
        return Err(String::from_utf8_lossy(&able.stderr).trim().to_owned());
    }
    match status(std::process::id(), "Seccomp:").as_str() {
        "0" => Ok(()),
        _ => Err("a seccomp filter confines the tests".into()),
    }
}

fn all(runtime: &str, least: usize) {
    if let Err(why) = able(runtime) {
        println!("SKIPPED: {runtime} cannot start containers here: {why}");
        return;
    }
    let (mut compared, mut decisions) = (0, 0);
    let mut wrong = Vec::new();
    for example in examples() {
        match std::panic::catch_unwind(|| compare(runtime, &example)) {
            Ok(Ok(filters)) => {
                compared += 1;
                decisions += filters;
            }
            Ok(Err(why)) => println!("SKIPPED: {runtime} {example}: {why}"),
            Err(_) => wrong.push(example),
        }
    }
    println!("{compared} containers of {runtime} compared, {decisions} decisions of their filters");
    assert!(wrong.is_empty(), "{wrong:?}");
    assert!(compared >= least, "{compared} started");
    assert!(decisions > 0 || cfg!(not(target_arch = "x86_64")));
}

#[test]
fn a_running_runc_container_has_the_verdict_of_its_bundle() {
    all("runc", 20);
}

#[test]
fn a_running_crun_container_has_the_verdict_of_its_bundle() {
    all("crun", 10);
}

/// What `extract` says of the seccomp set-up of a process of `tests/live/threads.py`.
fn seccomp_of_threads(which: &str) -> Json {
    let mut child = Command::new("python3")
        .args(["tests/live/threads.py", which])
        .current_dir(root())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut ready = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut ready)
        .unwrap();
    assert_eq!(ready, "ready\n");
    let extracted = json(&["extract", "--pid", &child.id().to_string()]);
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success(), "it goes on and ends by itself");
    extracted["sandboxes"][0]["seccomp"]["value"]["known"].clone()
}

#[test]
fn filters_are_those_of_every_thread_or_unknown() {
    if let Err(why) = able("bash") {
        println!("SKIPPED: filters cannot be read here: {why}");
        return;
    }
    let same = seccomp_of_threads("same");
    assert_eq!(
        same["programs"]["programs"][0]["instructions"][1],
        "6 0 0 2147418112"
    );
    let different = seccomp_of_threads("different");
    assert!(different["opaque"].is_object(), "{different}");
}
