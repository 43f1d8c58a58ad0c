//! Live captures of real containers: every stated fact holds, and what was observed agrees with the configuration.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests"
)]

mod common;

use common::Record;
use runtime_extractor::facts::{
    AppArmor, Capability, DeviceAccess, DeviceKind, DeviceVerdict, HostId, Namespace, NamespaceKind,
    SandboxFacts, Seccomp,
};
use runtime_extractor::formats::live::{self, ProcFile, ProcSnapshot, cgroup_mounts, controller_mount};
use runtime_extractor::source::{Limits, SourceFile};
use std::collections::BTreeMap;

/// The captures, each with what is known of it.
fn captures() -> Option<Vec<(String, String, ProcSnapshot)>> {
    let corpus = common::corpus()?;
    let mut all: BTreeMap<String, (String, ProcSnapshot)> = BTreeMap::new();
    for Record { path, name, truth } in common::records(&corpus, "live") {
        let (capture, file) = name.strip_prefix("live/").unwrap().split_once("__").unwrap();
        let entry = all.entry(capture.to_owned()).or_insert_with(|| {
            (
                truth.clone(),
                ProcSnapshot::new(capture, format!("/proc/{capture}")),
            )
        });
        if let Some(file) = ProcFile::from_name(file) {
            entry.1.files.insert(file, std::fs::read(path).unwrap());
        }
    }
    assert_eq!(all.len(), 11);
    Some(
        all.into_iter()
            .map(|(name, (truth, snapshot))| (name, truth, snapshot))
            .collect(),
    )
}

fn facts(snapshot: &ProcSnapshot) -> SandboxFacts {
    let reading = live::read(snapshot, &Limits::default());
    assert!(reading.errors.is_empty(), "{:?}", reading.errors);
    reading.sandboxes.into_iter().next().unwrap()
}

fn shared(facts: &SandboxFacts) -> Vec<&'static str> {
    let host = |kind: &NamespaceKind| facts.namespaces.get(*kind).known() == Some(&Namespace::Host);
    NamespaceKind::ALL
        .iter()
        .filter(|kind| host(kind))
        .map(|kind| kind.proc_name())
        .collect()
}

/// Which namespaces are the host's, by what the record says.
fn expected_shared(truth: &str) -> Vec<&'static str> {
    let runtime_default = vec!["user", "cgroup", "time"];
    let with = |kind| {
        NamespaceKind::ALL
            .map(NamespaceKind::proc_name)
            .into_iter()
            .filter(|k| *k == kind || runtime_default.contains(k))
            .collect()
    };
    if truth.contains("private user,ipc,pid,net,uts,cgroup,mnt; time HOST") {
        vec!["time"]
    } else if truth.contains("ALL host namespaces shared") {
        NamespaceKind::ALL.map(NamespaceKind::proc_name).to_vec()
    } else if truth.contains("HOST net ns") {
        with("net")
    } else if truth.contains("HOST pid ns") {
        with("pid")
    } else if truth.contains("HOST uts ns") {
        with("uts")
    } else if truth.contains("LXC lxc-start as root") {
        vec!["user", "time"]
    } else {
        runtime_default
    }
}

#[test]
fn every_stated_fact_holds() {
    let Some(captures) = captures() else { return };
    let mut devices = 0;
    for (name, truth, snapshot) in captures {
        let facts = facts(&snapshot);
        assert_eq!(shared(&facts), expected_shared(&truth), "{name}: {truth}");
        if truth.contains("seccomp none") || truth.contains("no seccomp profile") {
            assert_eq!(facts.seccomp.known(), Some(&Seccomp::None), "{name}");
        }
        if truth.contains("seccomp filter mode 2") {
            assert_eq!(
                facts.seccomp.known(),
                Some(&Seccomp::Opaque { filters: Some(1) }),
                "{name}"
            );
        }
        if truth.contains("apparmor unconfined") {
            assert_eq!(facts.apparmor.known(), Some(&AppArmor::Unconfined), "{name}");
        }
        let kvm = facts
            .devices
            .allowed(DeviceKind::Char, Some(10), Some(232), DeviceAccess::ALL);
        if truth.contains("cgroup allow c 10:232 rwm") {
            devices += 1;
            assert_eq!(kvm.verdict, DeviceVerdict::Allowed, "{name}");
            assert!(kvm.places[0].path == "devices.list", "{name}: {:?}", kvm.places);
        } else if name.starts_with("runc-") || name.starts_with("crun-") {
            assert_eq!(kvm.verdict, DeviceVerdict::Denied, "{name}");
        }
        if truth.contains("sysfs bind") {
            let sys = facts.filesystem.mount_at("/sys").unwrap();
            assert_eq!(
                (sys.fs_type.known().map(String::as_str), sys.read_only.known()),
                (Some("sysfs"), Some(&true))
            );
        }
        if truth.contains("cap.drop list") {
            let dropped = [
                Capability::SysModule,
                Capability::SysRawio,
                Capability::SysTime,
                Capability::MacAdmin,
                Capability::MacOverride,
            ];
            let bounding = facts.capabilities.bounding.known().unwrap();
            assert!(
                dropped.iter().all(|cap| !bounding.contains(*cap)) && bounding.contains(Capability::SysAdmin)
            );
        }
        if truth.contains("fds /dev/kvm, kvm-vm, kvm-vcpu:0") {
            let files = facts.process.open_files.known().unwrap();
            for target in ["/dev/kvm", "anon_inode:kvm-vm", "anon_inode:kvm-vcpu:0"] {
                assert!(files.iter().any(|f| f.value.target == target), "{name}: {target}");
            }
        }
        if truth.contains("--ro-bind rootfs /") {
            assert_eq!(facts.filesystem.rootfs.read_only.known(), Some(&true));
            assert_eq!(facts.user.host_uid.known(), Some(&HostId::Mapped(0)));
            assert_eq!(facts.user.host_root_mapped.known(), Some(&true));
        }
    }
    assert_eq!(devices, 2);
}

#[test]
fn the_observed_agrees_with_the_configuration() {
    let Some(corpus) = common::corpus() else { return };
    let mut compared = 0;
    for (name, _, snapshot) in captures().unwrap() {
        let path = corpus.join(format!("live/{name}__config.json"));
        let Ok(bytes) = std::fs::read(&path) else { continue };
        compared += 1;
        let live = facts(&snapshot);
        let reading = runtime_extractor::read("config.json", &bytes);
        let config = &reading.sandboxes[0];
        assert!(
            config.invalid.is_empty() && config.notices.is_empty(),
            "{name}: {:?}",
            config.notices
        );
        assert_eq!(shared(&live), shared(config), "{name}");
        let masks = |f: &SandboxFacts| {
            [&f.capabilities.at_start, &f.capabilities.attainable].map(|s| s.known().unwrap().mask())
        };
        assert_eq!(masks(&live), masks(config), "{name}");
        assert_eq!(
            live.process.no_new_privs.known(),
            config.process.no_new_privs.known(),
            "{name}"
        );
        assert_eq!(live.seccomp.known(), config.seccomp.known(), "{name}");
        assert_eq!(live.process.args.known(), config.process.args.known(), "{name}");
        assert_eq!(live.user.uid.known(), config.user.uid.known(), "{name}");
        assert_eq!(
            live.filesystem.rootfs.read_only.known(),
            config.filesystem.rootfs.read_only.known(),
            "{name}"
        );
        compare_paths(&name, &live, config);
        for (kind, major, minor) in [
            (DeviceKind::Char, 10, 232),
            (DeviceKind::Block, 8, 0),
            (DeviceKind::Char, 1, 3),
        ] {
            let verdict = |f: &SandboxFacts| {
                f.devices
                    .allowed(kind, Some(major), Some(minor), DeviceAccess::READ)
                    .verdict
            };
            assert_eq!(verdict(&live), verdict(config), "{name}: {major}:{minor}");
        }
    }
    assert_eq!(compared, 8);
}

/// What is masked and read-only in the process is so in the configuration, which may list paths that are not there;
/// and every mount of the configuration is seen with its flags.
fn compare_paths(name: &str, live: &SandboxFacts, config: &SandboxFacts) {
    let (seen, asked) = (&live.filesystem, &config.filesystem);
    for entry in seen.masked_paths.known().unwrap() {
        assert!(
            asked.masked(&entry.value).is_some(),
            "{name}: {} is masked",
            entry.value
        );
    }
    for entry in seen.readonly_paths.known().unwrap() {
        assert!(
            asked.readonly(&entry.value).is_some(),
            "{name}: {} is read-only",
            entry.value
        );
    }
    for path in ["/proc/keys", "/proc/timer_list", "/sys/firmware"] {
        assert!(seen.masked(path).is_some(), "{name}: {path}");
    }
    for path in ["/proc/sys/kernel", "/proc/irq", "/proc/bus", "/proc/fs"] {
        assert!(seen.readonly(path).is_some(), "{name}: {path}");
    }
    for mount in asked.mounts.known().unwrap() {
        let at = mount.value.destination.known().unwrap();
        let found = seen.mount_at(at).unwrap();
        assert_eq!(found.destination.known(), Some(at), "{name}");
        if at != "/sys/fs/cgroup" {
            assert_eq!(
                found.read_only.known(),
                mount.value.read_only.known(),
                "{name}: {at}"
            );
            assert_eq!(found.nosuid.known(), mount.value.nosuid.known(), "{name}: {at}");
            assert_eq!(found.noexec.known(), mount.value.noexec.known(), "{name}: {at}");
        }
    }
}

#[test]
fn places_point_at_the_line_that_says_so() {
    let Some(captures) = captures() else { return };
    for (name, _, snapshot) in captures {
        let facts = facts(&snapshot);
        let line = |place: &runtime_extractor::facts::Place| {
            let file = place.file.rsplit('/').next().unwrap();
            let bytes = &snapshot.files[&ProcFile::from_name(file).unwrap()];
            String::from_utf8_lossy(bytes)
                .lines()
                .nth(place.line as usize - 1)
                .unwrap()
                .to_owned()
        };
        assert!(
            line(&facts.namespaces.pid.places()[0]).starts_with("pid pid:["),
            "{name}"
        );
        assert!(
            line(&facts.capabilities.bounding.places()[0]).starts_with("CapBnd:"),
            "{name}"
        );
        assert!(
            line(&facts.process.no_new_privs.places()[0]).starts_with("NoNewPrivs:"),
            "{name}"
        );
        for mount in facts.filesystem.mounts.known().unwrap() {
            let point = mount.value.destination.known().unwrap();
            assert!(
                line(&mount.origin.places[0]).contains(point.as_str()),
                "{name}: {point}"
            );
        }
    }
}

#[test]
fn what_could_not_be_read_is_unknown() {
    let Some(captures) = captures() else { return };
    for (name, _, snapshot) in captures {
        for file in ProcFile::ALL {
            let mut less = snapshot.clone();
            less.files.remove(file);
            let facts = facts(&less);
            match file {
                ProcFile::Mountinfo => assert!(facts.filesystem.mounts.known().is_none(), "{name}"),
                ProcFile::Ns => assert!(facts.namespaces.net.known().is_none(), "{name}"),
                ProcFile::Status => assert!(facts.capabilities.at_start.known().is_none(), "{name}"),
                ProcFile::Limits => assert!(facts.process.rlimits.known().is_none(), "{name}"),
                _ => {}
            }
        }
    }
}

#[test]
fn hierarchies_of_real_hosts_are_found() {
    let Some(corpus) = common::corpus() else { return };
    let mut compared = 0;
    for record in common::records(&corpus, "live-cgroup") {
        let Some(base) = record
            .path
            .to_str()
            .unwrap()
            .strip_suffix(".mounts")
            .map(str::to_owned)
        else {
            continue;
        };
        let text = std::fs::read_to_string(&record.path).unwrap();
        let mounts = cgroup_mounts(&SourceFile::of_text("mounts", text));
        let Ok(expected) = std::fs::read_to_string(format!("{base}.parsed")) else {
            continue;
        };
        compared += 1;
        for line in expected.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let found = controller_mount(&mounts, words[0]).unwrap_or("<null>");
            assert_eq!(found, words[1], "{base}: {}", words[0]);
        }
    }
    assert!(compared >= 8, "{compared}");
}
