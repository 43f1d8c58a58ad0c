//! What is called invalid is what runc refuses: each variant of a configuration is read here and started for real.
//!
//! Needs root, `runc` and `busybox`; says so and does nothing where one is missing.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests"
)]

mod common;

use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A change of the configuration, by the path of a value (`/a/b`, `-` at the end appends, `null` removes).
type Change = (&'static str, Value);

/// Variants, and whether runc refuses them.
fn variants() -> Vec<(&'static str, bool, Vec<Change>)> {
    let user = || ("/linux/namespaces/-", json!({"type": "user"}));
    let map =
        |container: u32, size: u32| json!([{"containerID": container, "hostID": 100_000, "size": size}]);
    let seccomp = |text: Value| vec![("/linux/seccomp", text)];
    vec![
        ("as it is", false, vec![]),
        ("no process", true, vec![("/process", Value::Null)]),
        ("no root", true, vec![("/root", Value::Null)]),
        (
            "namespace twice",
            true,
            vec![("/linux/namespaces/-", json!({"type": "pid"}))],
        ),
        (
            "no such namespace",
            true,
            vec![("/linux/namespaces/-", json!({"type": "foo"}))],
        ),
        (
            "hostname without uts",
            true,
            vec![("/linux/namespaces/3", Value::Null)],
        ),
        (
            "masks without mount namespace",
            true,
            vec![("/linux/namespaces/4", Value::Null)],
        ),
        (
            "map without user namespace",
            false,
            vec![("/linux/uidMappings", map(0, 10))],
        ),
        ("user namespace without map", true, vec![user()]),
        (
            "root is not mapped",
            true,
            vec![
                user(),
                ("/linux/uidMappings", map(1, 10)),
                ("/linux/gidMappings", map(1, 10)),
            ],
        ),
        (
            "size of nothing",
            true,
            vec![
                user(),
                ("/linux/uidMappings", map(0, 0)),
                ("/linux/gidMappings", map(0, 9)),
            ],
        ),
        (
            "only one map",
            true,
            vec![user(), ("/linux/uidMappings", map(0, 10))],
        ),
        (
            "no such capability",
            false,
            vec![("/process/capabilities/bounding/-", json!("CAP_FOO"))],
        ),
        (
            "net sysctl of the host",
            true,
            vec![
                ("/linux/namespaces/1", Value::Null),
                ("/linux/sysctl", json!({"net.ipv4.ip_forward": "1"})),
            ],
        ),
        (
            "ipc sysctl of the host",
            true,
            vec![
                ("/linux/namespaces/2", Value::Null),
                ("/linux/sysctl", json!({"kernel.shmmax": "1000000"})),
            ],
        ),
        (
            "sysctl of the host",
            true,
            vec![("/linux/sysctl", json!({"kernel.panic": "1"}))],
        ),
        (
            "sysctl for the hostname",
            true,
            vec![("/linux/sysctl", json!({"kernel.hostname": "x"}))],
        ),
        (
            "sysctl for the domain",
            false,
            vec![("/linux/sysctl", json!({"kernel.domainname": "x"}))],
        ),
        (
            "sysctl with slashes",
            false,
            vec![("/linux/sysctl", json!({"net/ipv4/ip_forward": "1"}))],
        ),
        (
            "no such rlimit",
            true,
            vec![(
                "/process/rlimits/-",
                json!({"type": "RLIMIT_X", "hard": 1, "soft": 1}),
            )],
        ),
        (
            "soft above hard",
            true,
            vec![(
                "/process/rlimits",
                json!([{"type": "RLIMIT_NOFILE", "hard": 64, "soft": 65}]),
            )],
        ),
        (
            "no such propagation",
            true,
            vec![("/linux/rootfsPropagation", json!("foo"))],
        ),
        (
            "relative working directory",
            true,
            vec![("/process/cwd", json!("tmp"))],
        ),
        ("no working directory", true, vec![("/process/cwd", Value::Null)]),
        ("no arguments", true, vec![("/process/args", json!([]))]),
        (
            "relative mask",
            false,
            vec![("/linux/maskedPaths/-", json!("proc/x"))],
        ),
        (
            "mount of nothing",
            true,
            vec![("/mounts/-", json!({"type": "tmpfs", "source": "tmpfs"}))],
        ),
        (
            "relative destination",
            false,
            vec![(
                "/mounts/-",
                json!({"destination": "tmp", "type": "tmpfs", "source": "tmpfs"}),
            )],
        ),
        (
            "bind without the option",
            true,
            vec![(
                "/mounts/-",
                json!({"destination": "/mnt", "type": "bind", "source": "/etc"}),
            )],
        ),
        (
            "option that means nothing",
            false,
            vec![(
                "/mounts/-",
                json!({"destination": "/mnt", "type": "bind", "source": "/etc", "options": ["bind", "readonly"]}),
            )],
        ),
        (
            "no such action",
            true,
            seccomp(json!({"defaultAction": "SCMP_ACT_FOO"})),
        ),
        (
            "no such architecture",
            true,
            seccomp(json!({"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_FOO"]})),
        ),
        (
            "no such system call",
            false,
            seccomp(
                json!({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["x"], "action": "SCMP_ACT_ERRNO"}]}),
            ),
        ),
        (
            "seventh argument",
            true,
            seccomp(
                json!({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["personality"],
                "action": "SCMP_ACT_ERRNO", "args": [{"index": 7, "value": 1, "op": "SCMP_CMP_EQ"}]}]}),
            ),
        ),
        (
            "no such operator",
            true,
            seccomp(
                json!({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["personality"],
                "action": "SCMP_ACT_ERRNO", "args": [{"index": 0, "value": 1, "op": "FOO"}]}]}),
            ),
        ),
        ("filter of nothing", false, seccomp(json!({"syscalls": []}))),
        (
            "wrong type",
            true,
            vec![("/process/noNewPrivileges", json!("yes"))],
        ),
        (
            "no such device",
            true,
            vec![("/linux/devices", json!([{"path": "/dev/x", "type": "z"}]))],
        ),
        (
            "no such rule",
            true,
            vec![(
                "/linux/resources/devices/-",
                json!({"allow": true, "type": "z", "access": "r"}),
            )],
        ),
        (
            "rule without access",
            true,
            vec![("/linux/resources/devices/-", json!({"allow": true, "type": "c"}))],
        ),
        (
            "score out of range",
            true,
            vec![("/process/oomScoreAdj", json!(2000))],
        ),
        (
            "class of service that is a path",
            true,
            vec![("/linux/intelRdt", json!({"closID": "../x"}))],
        ),
        (
            "limit of nothing",
            false,
            vec![("/linux/resources/pids", json!({"limit": 0}))],
        ),
        (
            "empty hostname of the host",
            false,
            vec![("/linux/namespaces/3", Value::Null), ("/hostname", json!(""))],
        ),
        ("float as an id", true, vec![("/process/user/uid", json!(0.5))]),
        ("no user", false, vec![("/process/user", Value::Null)]),
    ]
}

fn change(config: &mut Value, (path, new): &Change) {
    let (parent, key) = path.rsplit_once('/').unwrap();
    match config.pointer_mut(parent).unwrap() {
        Value::Object(map) if new.is_null() => {
            map.remove(key);
        }
        Value::Object(map) => {
            map.insert(key.to_owned(), new.clone());
        }
        Value::Array(items) if key == "-" => items.push(new.clone()),
        Value::Array(items) if new.is_null() => {
            items.remove(key.parse().unwrap());
        }
        other => panic!("{path} in {other}"),
    }
}

/// A folder that is removed at the end.
struct Bundle(PathBuf);

impl Bundle {
    /// A root file system with one program; nothing if something is missing.
    fn new() -> Option<Self> {
        let busybox = ["/bin/busybox", "/usr/bin/busybox"]
            .into_iter()
            .find(|p| Path::new(p).exists());
        let runc = Command::new("runc")
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        let root = std::fs::read_to_string("/proc/self/status").is_ok_and(|s| s.contains("Uid:\t0\t0"));
        let (Some(busybox), Ok(_), true) = (busybox, runc, root) else {
            println!("skipped: starting containers needs root, runc and busybox");
            return None;
        };
        let folder = std::env::temp_dir().join(format!("watertight-runc-{}", std::process::id()));
        for part in [
            "rootfs/bin",
            "rootfs/mnt",
            "rootfs/tmp",
            "rootfs/proc",
            "rootfs/sys",
            "rootfs/dev",
        ] {
            std::fs::create_dir_all(folder.join(part)).unwrap();
        }
        std::fs::copy(busybox, folder.join("rootfs/bin/true")).unwrap();
        Some(Self(folder))
    }

    /// Whether runc starts the configuration, and what it says.
    fn start(&self, config: &Value, number: usize) -> (bool, String) {
        std::fs::write(self.0.join("config.json"), config.to_string()).unwrap();
        let id = format!("watertight-{}-{number}", std::process::id());
        let run = Command::new("runc")
            .args(["run", "--bundle"])
            .arg(&self.0)
            .arg(&id)
            .stdin(Stdio::null())
            .output();
        let run = run.unwrap();
        let _ = Command::new("runc").args(["delete", "--force", &id]).output();
        (
            run.status.success(),
            String::from_utf8_lossy(&run.stderr).into_owned(),
        )
    }
}

impl Drop for Bundle {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn what_is_invalid_is_what_runc_refuses() {
    let bundle = Bundle::new();
    for (number, (name, refused, changes)) in variants().iter().enumerate() {
        let mut config: Value = serde_json::from_str(include_str!("fixtures/runc-spec.json")).unwrap();
        config["process"]["terminal"] = json!(false);
        config["process"]["args"] = json!(["/bin/true"]);
        changes.iter().for_each(|c| change(&mut config, c));
        let reading = runtime_extractor::read("config.json", config.to_string().as_bytes());
        let reasons: Vec<&str> = reading
            .sandboxes
            .iter()
            .flat_map(|s| &s.invalid)
            .map(|i| i.message.as_str())
            .collect();
        let found = !reading.errors.is_empty() || !reasons.is_empty();
        assert_eq!(found, *refused, "{name}: {reasons:?} {:?}", reading.errors);
        if let Some(bundle) = &bundle {
            let (started, said) = bundle.start(&config, number);
            assert_eq!(started, !refused, "{name}: runc says {said}");
        }
    }
}
