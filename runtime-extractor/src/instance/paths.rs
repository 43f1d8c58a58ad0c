//! Host paths that are mounted into the sandbox, by what follows from writing them.

use super::only_top_read_only;
use super::write::{Evidence, Writer};
use crate::facts::{Entry, Mount, MountSource, Propagation, SandboxFacts, is_below};

/// Sockets that command an engine.
const SOCKETS: &[&str] = &[
    "/run/docker.sock",
    "/var/run/docker.sock",
    "/run/containerd/containerd.sock",
    "/var/run/containerd/containerd.sock",
    "/run/k3s/containerd/containerd.sock",
    "/run/crio/crio.sock",
    "/var/run/crio/crio.sock",
    "/run/podman/podman.sock",
    "/var/run/podman/podman.sock",
    "/run/dbus/system_bus_socket",
    "/var/run/dbus/system_bus_socket",
    "/run/systemd/private",
];

/// State of engines and of the kubelet: code and credentials that the host trusts.
const ENGINE_STATE: &[&str] = &[
    "/var/lib/docker",
    "/var/lib/containerd",
    "/var/lib/containers",
    "/var/lib/kubelet",
    "/var/lib/rancher",
    "/var/lib/crio",
    "/var/lib/lxc",
    "/run/containerd",
];

/// What the host executes, loads or trusts.
const SYSTEM: &[&str] = &[
    "/etc",
    "/root",
    "/home",
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/boot",
    "/opt",
    "/var/spool/cron",
    "/snap",
];

/// Names of the files and folders that an engine makes for each container and binds into it.
const PER_CONTAINER: &[&str] = &[
    "resolv.conf",
    "hostname",
    "hosts",
    "shm",
    ".containerenv",
    "etc-hosts",
    "termination-log",
    "run",
    "secrets",
];

/// Volumes that an engine or the kubelet keeps for workloads.
const VOLUMES: &[(&str, &str)] = &[
    ("/var/lib/docker/", "/volumes/"),
    ("/var/lib/containers/storage/", "volumes/"),
    ("/var/lib/kubelet/pods/", "/volumes/"),
    ("/home/", "/.local/share/containers/storage/volumes/"),
];

pub(super) fn write(w: &mut Writer, facts: &SandboxFacts) {
    let Some(mounts) = facts.filesystem.mounts.known() else {
        let evidence = Evidence::of(&facts.filesystem.mounts.origin);
        w.unknown_workload("readable_paths", evidence.clone());
        w.unknown_workload("writable_paths", evidence.clone());
        w.unknown_workload("mounts_propagate", evidence);
        return;
    };
    let (mut readable, mut writable) = (Vec::new(), Vec::new());
    for entry in mounts {
        let evidence = source_evidence(entry);
        for class in classes(&entry.value) {
            let list = if read_only(&entry.value) {
                &mut readable
            } else {
                &mut writable
            };
            list.push((class.to_owned(), evidence.clone()));
        }
        if entry.value.host_path().map(normal).as_deref() == Some("/") && only_top_read_only(&entry.value) {
            // /run is a file system of its own on every host that systemd or openrc booted
            writable.push(("HostRun".to_owned(), evidence));
        }
    }
    let whole = Evidence::of(&facts.filesystem.mounts.origin);
    w.set("readable_paths", readable, &whole);
    w.set("writable_paths", writable, &whole);
    propagation(w, facts, mounts);
}

fn source_evidence(entry: &Entry<Mount>) -> Evidence {
    let source = &entry.value.source.origin;
    if source.places.is_empty() {
        Evidence::of(&entry.origin)
    } else {
        Evidence::of(source)
    }
}

/// Whether no file below can be written through this mount.
pub(super) fn read_only(mount: &Mount) -> bool {
    mount.read_only.is(|ro| *ro) || mount.superblock_read_only.is(|ro| *ro)
}

/// The classes of host paths that a mount shows.
fn classes(mount: &Mount) -> Vec<&'static str> {
    let destination = mount.destination.known().map_or("", String::as_str);
    match mount.source.known() {
        Some(MountSource::HostPath(path)) if !own_file(destination, path) => of_path(path),
        Some(MountSource::Device { root, .. }) if destination != "/" && !own_file(destination, root) => {
            of_path(root)
        }
        Some(
            MountSource::HostPath(_)
            | MountSource::Device { .. }
            | MountSource::BundlePath(_)
            | MountSource::Filesystem(_)
            | MountSource::PodVolume { .. },
        ) => Vec::new(),
        None => vec!["Data"],
    }
}

/// Whether an engine made the source for this very container: one of its small files, kept per container, or a
/// volume.
fn own_file(destination: &str, source: &str) -> bool {
    let source = normal(source);
    let name = source.rsplit('/').next().unwrap_or_default();
    let state = ENGINE_STATE.iter().any(|s| is_below(&source, s)) || source.contains("/containers/");
    let kept = ["/containers/", "-containers/", "/sandboxes/", "/pods/"]
        .iter()
        .any(|part| source.contains(part));
    let named = PER_CONTAINER.contains(&name) || destination == "/dev/termination-log";
    let volume = VOLUMES.iter().any(|(start, part)| {
        source
            .strip_prefix(start)
            .is_some_and(|rest| format!("/{rest}").contains(part))
    });
    (state && kept && named) || volume || is_service_account(destination, &source)
}

/// The token that the kubelet projects into each container.
fn is_service_account(destination: &str, source: &str) -> bool {
    destination == "/var/run/secrets/kubernetes.io/serviceaccount"
        && is_below(source, "/var/lib/kubelet/pods")
}

fn of_path(path: &str) -> Vec<&'static str> {
    let path = normal(path);
    let path = path.as_str();
    if path == "/" {
        return vec![
            "WholeTree",
            "SystemFiles",
            "EngineState",
            "EngineSocket",
            "HostRun",
            "Data",
        ];
    }
    let touches = |list: &[&str]| list.iter().any(|p| is_below(path, p) || is_below(p, path));
    // /var/run is a symbolic link, which a bind of /var does not follow
    let contains = |list: &[&str]| {
        list.iter()
            .any(|p| is_below(p, path) && !(path == "/var" && p.starts_with("/var/run")))
    };
    let mut out = Vec::new();
    if is_below(path, "/proc") {
        out.push("HostProc");
    }
    if contains(SOCKETS) || path.ends_with(".sock") && touches(SOCKETS) {
        out.push("EngineSocket");
    }
    if path == "/run" || path == "/var/run" {
        out.push("HostRun");
    }
    if touches(ENGINE_STATE) {
        out.push("EngineState");
    }
    if touches(SYSTEM) {
        out.push("SystemFiles");
    }
    let kernel = ["/proc", "/sys", "/dev"].iter().any(|p| is_below(path, p)) && !is_below(path, "/dev/shm");
    if out.is_empty() && !kernel {
        out.push("Data");
    }
    out
}

/// The path without `.`, `..`, doubled and trailing slashes.
pub(super) fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

fn propagation(w: &mut Writer, facts: &SandboxFacts, mounts: &[Entry<Mount>]) {
    let shared = |p: &Propagation| *p == Propagation::Shared;
    let root = &facts.filesystem.rootfs.propagation;
    let key = format!("mounts_propagate[{}]", super::WORKLOAD);
    let through = mounts
        .iter()
        .find(|m| m.value.is_host_bind() && m.value.propagation.is(shared));
    if let Some(entry) = through {
        w.value(&key, "true", &Evidence::of(&entry.value.propagation.origin));
    } else if root.is(shared) {
        w.value(&key, "true", &Evidence::of(&root.origin));
    } else {
        w.value(&key, "false", &Evidence::of(&root.origin));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_classified_by_what_they_contain() {
        assert_eq!(of_path("/var/run/docker.sock"), ["EngineSocket"]);
        assert_eq!(of_path("/run"), ["EngineSocket", "HostRun", "EngineState"]);
        assert_eq!(of_path("/srv/data"), ["Data"]);
        assert_eq!(of_path("/etc/"), ["SystemFiles"]);
        assert_eq!(of_path("/srv/../etc/cron.d"), ["SystemFiles"]);
        assert!(of_path("/").contains(&"WholeTree"));
        assert!(of_path("/sys").is_empty());
        assert_eq!(of_path("/var/lib"), ["EngineState"]);
    }

    #[test]
    fn an_engines_own_files_are_not_host_paths() {
        assert!(own_file("/etc/hosts", "/var/lib/docker/containers/abc/hosts"));
        assert!(own_file(
            "/etc/hosts",
            "/var/lib/docker/100000.100000/containers/abc/hosts"
        ));
        assert!(own_file(
            "/dev/shm",
            "/var/lib/containers/storage/overlay-containers/abc/userdata/shm"
        ));
        assert!(own_file("/data", "/var/lib/docker/volumes/data/_data"));
        assert!(!own_file("/etc/hosts", "/etc/hosts"));
        assert!(!own_file("/data", "/var/lib/docker"));
        assert!(!own_file("/data", "/var/lib/docker/volumes"));
        assert!(!own_file("/data", "/var/lib/docker/volumes/data/_data/../../.."));
    }
}
