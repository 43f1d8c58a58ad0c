//! Host paths that are mounted into the sandbox, by what follows from writing them.

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

/// Files that an engine makes for each container and binds into it.
const PER_CONTAINER: &[(&str, &str)] = &[
    ("/etc/resolv.conf", "/var/lib/docker/containers/"),
    ("/etc/hostname", "/var/lib/docker/containers/"),
    ("/etc/hosts", "/var/lib/docker/containers/"),
    ("/dev/shm", "/var/lib/docker/containers/"),
    ("/etc/resolv.conf", "/var/lib/containerd/"),
    ("/etc/hostname", "/var/lib/containerd/"),
    ("/dev/shm", "/run/containerd/"),
    ("/etc/hosts", "/var/lib/kubelet/pods/"),
    ("/dev/termination-log", "/var/lib/kubelet/pods/"),
    (
        "/var/run/secrets/kubernetes.io/serviceaccount",
        "/var/lib/kubelet/pods/",
    ),
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

fn own_file(destination: &str, source: &str) -> bool {
    PER_CONTAINER
        .iter()
        .any(|(d, s)| destination == *d && source.starts_with(s))
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
    let contains = |list: &[&str]| list.iter().any(|p| is_below(p, path));
    let mut out = Vec::new();
    if is_below(path, "/proc") {
        out.push("HostProc");
    }
    if contains(SOCKETS) || path.ends_with(".sock") && touches(SOCKETS) {
        out.push("EngineSocket");
    }
    if path == "/run" || path == "/var/run" || path == "/var" {
        out.push("HostRun");
    }
    if touches(ENGINE_STATE) {
        out.push("EngineState");
    }
    if touches(SYSTEM) {
        out.push("SystemFiles");
    }
    let kernel = ["/proc", "/sys", "/dev"].iter().any(|p| is_below(path, p));
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
        assert!(!own_file("/etc/hosts", "/etc/hosts"));
    }
}
