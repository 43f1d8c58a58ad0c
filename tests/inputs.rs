//! Several inputs on one command line: what cannot be read keeps nothing else from being judged, and is never passed
//! over.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value as Json;

const GOOD: &str = "examples/docker-hardened/config.json";
const BAD: &str = "examples/docker-privileged/config.json";
const ABSENT: &str = "examples/absent.json";

fn watertight(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_watertight"))
        .args(args)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .output()
        .unwrap()
}

fn document(output: &Output) -> Json {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{e}\n{}", String::from_utf8_lossy(&output.stderr)))
}

/// Names of the sandboxes and places of the errors.
fn summary(json: &Json) -> (Vec<String>, Vec<String>) {
    let texts = |list: &Json, key: &str| {
        let all = list.as_array().unwrap().iter();
        all.map(|x| x[key].as_str().unwrap().to_owned()).collect()
    };
    (texts(&json["sandboxes"], "name"), texts(&json["errors"], "place"))
}

#[test]
fn the_others_are_judged() {
    for (args, code) in [
        (vec![ABSENT, GOOD], 2),
        (vec![GOOD, ABSENT, "examples"], 2),
        (vec![ABSENT, BAD], 2),
        (vec![BAD, GOOD], 1),
        (vec![ABSENT], 2),
    ] {
        let output = watertight(&[&["verify", "--no-fix", "--format", "json"], &args[..]].concat());
        assert_eq!(output.status.code(), Some(code), "{args:?}");
        let (sandboxes, errors) = summary(&document(&output));
        let unread = args.iter().copied().filter(|a| !a.ends_with("config.json"));
        let unread: Vec<&str> = unread.collect();
        assert_eq!(sandboxes.len() + errors.len(), args.len(), "{args:?}");
        assert_eq!(errors, unread, "{args:?}");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        for path in unread {
            assert!(said.contains(&format!("{path}: error: ")), "{said}");
        }
    }
}

#[test]
fn people_are_told_apart_from_the_result() {
    let output = watertight(&["verify", "--no-fix", ABSENT, GOOD]);
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    );
    assert_eq!(output.status.code(), Some(2));
    assert!(out.contains("isolation        of the host      proved") && !out.contains(ABSENT));
    assert!(err.contains(&format!("{ABSENT}: error: ")));
}

#[test]
fn extract_shows_what_it_could_read() {
    let output = watertight(&["extract", "--format", "json", ABSENT, GOOD]);
    let json = document(&output);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(json["sandboxes"].as_array().unwrap().len(), 1);
    assert_eq!(json["errors"][0]["file"], ABSENT);
}

/// Verdicts by property and victim, with the exit code.
fn verdicts(args: &[&str]) -> (Vec<String>, Option<i32>) {
    let output = watertight(&[&["verify", "--no-fix", "--format", "json"], args].concat());
    let json = document(&output);
    let findings = json["sandboxes"][0]["findings"].as_array().unwrap().clone();
    let text = |f: &Json, key: &str| f[key].as_str().unwrap().to_owned();
    let all = findings.iter().map(|f| {
        format!(
            "{}.{} {}",
            text(f, "property"),
            text(f, "victim"),
            text(f, "verdict")
        )
    });
    (all.collect(), output.status.code())
}

#[test]
fn a_user_who_runs_the_runtime_is_not_root_of_the_host() {
    let config = "examples/podman-rootless/config.json";
    assert_eq!(verdicts(&[config]).1, Some(1));
    let (found, code) = verdicts(&[config, "--host", "rootless=yes"]);
    assert_eq!(code, Some(0), "{found:?}");
    // the user's own socket commands the user's engine, whoever root is
    let socket = verdicts(&["examples/docker-socket/config.json", "--host", "rootless=yes"]);
    assert!(
        !socket.0.contains(&"isolation.host proved".to_owned()),
        "{socket:?}"
    );
}

#[test]
fn what_the_node_decides_is_not_proved() {
    let pod = std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/k8s-restricted/pod.yaml"),
    )
    .unwrap();
    let verify = |name: &str, from: &str, to: &str| {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("inputs-{name}.yaml"));
        assert!(pod.contains(from));
        std::fs::write(&path, pod.replacen(from, to, 1)).unwrap();
        path.display().to_string()
    };
    let limits = "memory: 128Mi\n";
    let gpu = verify("gpu", limits, "memory: 128Mi\n        nvidia.com/gpu: 1\n");
    let mounts = "    volumeMounts:";
    let raw = verify(
        "raw",
        mounts,
        "    volumeDevices: [{name: scratch, devicePath: /dev/xvda}]\n    volumeMounts:",
    );
    for (path, code) in [(gpu, 3), (raw, 3)] {
        let (found, exit) = verdicts(&[&path]);
        assert_eq!(exit, Some(code), "{path}: {found:?}");
    }
    let user = "runAsUser: 10001\n";
    let groups = verify(
        "groups",
        user,
        "runAsUser: 10001\n    runAsGroup: 10001\n    supplementalGroups: [2000]\n",
    );
    assert_eq!(verdicts(&[&groups]).1, Some(0));
    let sysctl = verify(
        "sysctl",
        user,
        "runAsUser: 10001\n    sysctls: [{name: kernel.core_pattern, value: \"|/x\"}]\n",
    );
    assert_eq!(verdicts(&[&sysctl]), (Vec::new(), Some(2)));
}
