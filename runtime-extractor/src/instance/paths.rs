//! Host paths that are mounted into the sandbox, by what follows from writing them.

use super::write::{Evidence, Writer};
use super::{only_top_read_only, recursive};
use crate::facts::{Entry, Mount, MountSource, Propagation, SandboxFacts, SandboxKind, is_below};

/// Where the sockets are that command an engine or the system: the fixed paths that their manuals and defaults name.
const SOCKETS: &[&str] = &[
    "/run/docker.sock",                              // dockerd(8), --host
    "/run/docker/containerd/containerd.sock",        // dockerd(8), the containerd that it starts
    "/run/dockershim.sock",                          // kubelet before 1.24, --container-runtime-endpoint
    "/run/cri-dockerd.sock",                         // cri-dockerd, packaging/systemd/cri-docker.socket
    "/run/balena-engine.sock",                       // balenaOS, balena.socket
    "/run/containerd/containerd.sock",               // containerd-config.toml(5), grpc.address
    "/run/containerd/containerd.sock.ttrpc",         // containerd-config.toml(5), ttrpc.address
    "/run/k3s/containerd/containerd.sock",           // k3s and RKE2, --container-runtime-endpoint
    "/run/k0s/containerd.sock",                      // k0s documentation, runtime
    "/var/snap/microk8s/common/run/containerd.sock", // MicroK8s, args/containerd
    "/run/crio/crio.sock",                           // crio(8), --listen
    "/run/podman/podman.sock",                       // podman-system-service(1)
    "/run/buildkit/buildkitd.sock",                  // buildkitd.toml(5), grpc.address
    "/run/libvirt/libvirt-sock",                     // libvirtd(8), files
    "/run/libvirt/virtqemud-sock",                   // virtqemud(8), files
    "/run/libvirt/virtlxcd-sock",                    // virtlxcd(8), files
    "/run/snapd.socket",                             // snapd, data/systemd/snapd.socket.in
    "/run/dbus/system_bus_socket",                   // dbus-daemon(1); systemd is a service on it
    "/run/systemd/private",                          // systemd(1), files
    "/var/lib/lxd/unix.socket",                      // lxd(1), LXD_DIR
    "/var/snap/lxd/common/lxd/unix.socket",          // LXD as a snap
    "/var/lib/incus/unix.socket",                    // incusd(1), INCUS_DIR
    "/var/lib/kubelet/device-plugins/kubelet.sock",  // kubelet, device plugin registration
];

/// Sockets below a user's `/run/user/UID` that run programs as that user outside: the bus and the manager of
/// `systemd --user` (systemd(1)).
const OF_USER: &[&str] = &["bus", "systemd/private"];

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

/// `rootless`: a user runs the runtime, and owns what root inside owns.
pub(super) fn write(w: &mut Writer, facts: &SandboxFacts, rootless: bool) {
    let Some(mounts) = facts.filesystem.mounts.known() else {
        let evidence = Evidence::of(&facts.filesystem.mounts.origin);
        w.unknown_workload("readable_paths", evidence.clone());
        w.unknown_workload("writable_paths", evidence.clone());
        w.unknown_workload("idmapped_paths", evidence.clone());
        w.unknown_workload("owned_paths", evidence.clone());
        data_permits(w);
        w.unknown_workload("mounts_propagate", evidence);
        return;
    };
    let (mut readable, mut writable) = (Vec::new(), Vec::new());
    for entry in mounts {
        let evidence = source_evidence(entry);
        let list = if read_only(&entry.value) {
            &mut readable
        } else {
            &mut writable
        };
        for class in classes(&entry.value) {
            list.push((class.to_owned(), evidence.clone()));
        }
        if entry.value.host_path().map(normal).as_deref() == Some("/") {
            if recursive(&entry.value) {
                list.push(("HostProc".to_owned(), evidence.clone()));
            }
            if only_top_read_only(&entry.value) {
                // /run is a file system of its own on every host that systemd or openrc booted
                writable.push(("HostRun".to_owned(), evidence));
            }
        }
    }
    let root = &facts.filesystem.rootfs.path;
    let whole_host =
        root.is(|path| path.starts_with('/') && SYSTEM.iter().chain(&["/"]).any(|s| normal(path) == *s));
    if whole_host && facts.kind != SandboxKind::LiveProcess {
        let classes = of_path(root.known().map_or("/", String::as_str));
        let list = if facts.filesystem.rootfs.read_only.is(|ro| *ro) {
            &mut readable
        } else {
            &mut writable
        };
        list.extend(
            classes
                .into_iter()
                .map(|c| (c.to_owned(), Evidence::of(&root.origin))),
        );
    }
    let whole = Evidence::of(&facts.filesystem.mounts.origin);
    let of_host: Vec<Evidence> = readable.iter().chain(&writable).map(|(_, e)| e.clone()).collect();
    w.set("readable_paths", readable, &whole);
    w.set("writable_paths", writable, &whole);
    idmapped(w, facts, mounts);
    owned(w, facts, rootless, &of_host);
    data_permits(w);
    propagation(w, facts, mounts);
}

/// Whether a socket of the host may be mounted into it.
pub(super) fn shows_socket(facts: &SandboxFacts) -> bool {
    let mounts = facts.filesystem.mounts.known();
    mounts.is_none_or(|list| {
        let classes = list.iter().flat_map(|m| classes(&m.value));
        let socket = |class| matches!(class, "EngineSocket" | "DaemonSocket" | "HostRun");
        classes.into_iter().any(socket)
    })
}

/// Host paths whose files belong, seen through the mount, to root of the sandbox where they belong to root of the host.
fn idmapped(w: &mut Writer, facts: &SandboxFacts, mounts: &[Entry<Mount>]) {
    let whole = Evidence::of(&facts.filesystem.mounts.origin);
    let mut members = Vec::new();
    for entry in mounts {
        let of_host = classes(&entry.value);
        match entry.value.id_mapped.known() {
            Some(None) => {}
            Some(Some(_)) => {
                let evidence = Evidence::of(&entry.value.id_mapped.origin);
                members.extend(
                    of_host
                        .iter()
                        .map(|class| ((*class).to_owned(), evidence.clone())),
                );
            }
            None if of_host.is_empty() => {}
            None => {
                w.unknown_workload("idmapped_paths", Evidence::of(&entry.value.id_mapped.origin));
                return;
            }
        }
    }
    w.set("idmapped_paths", members, &whole);
}

/// Host paths whose files belong to its user: below a runtime that a user runs, root inside is that user.
fn owned(w: &mut Writer, facts: &SandboxFacts, rootless: bool, of_host: &[Evidence]) {
    let whole = Evidence::of(&facts.filesystem.mounts.origin);
    match of_host.first() {
        Some(evidence) if rootless => {
            let note = "which of the host's files belong to the user who runs the runtime is not in the configuration";
            w.unknown_workload("owned_paths", evidence.clone().with_note(note));
        }
        Some(_) | None => w.set("owned_paths", Vec::new(), &whole),
    }
}

fn data_permits(w: &mut Writer) {
    let note = "the permission bits of files on the host are not in the configuration";
    w.unknown_workload("data_permits", Evidence::note(note));
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
        Some(MountSource::HostPath(path)) if !own_file(path) => of_path(path),
        Some(MountSource::Device { root, .. }) if destination != "/" && !own_file(root) => of_path(root),
        // a relative source that climbs out of the bundle
        Some(MountSource::BundlePath(path)) if path.split('/').any(|part| part == "..") => {
            let mut out = of_path(&path.replace("../", ""));
            out.push("Data");
            out
        }
        Some(MountSource::Filesystem(source)) => of_filesystem(mount, source),
        Some(
            MountSource::HostPath(_)
            | MountSource::Device { .. }
            | MountSource::BundlePath(_)
            | MountSource::PodVolume { .. },
        ) => Vec::new(),
        None => vec!["Data"],
    }
}

/// File systems of which every mount is new and empty, or which `files.rs` and `devices.rs` look at.
const HARMLESS: &[&str] = &[
    "proc", "sysfs", "cgroup", "cgroup2", "tmpfs", "ramfs", "devpts", "mqueue", "nsfs", "none", "",
];

/// File systems with the kernel's own files: see `files.rs`; devtmpfs: see `devices.rs`.
pub(super) const KERNEL_TYPES: &[&str] = &[
    "debugfs",
    "tracefs",
    "securityfs",
    "configfs",
    "efivarfs",
    "bpf",
    "pstore",
    "binfmt_misc",
    "selinuxfs",
    "fusectl",
];

/// What a file system that is not bound shows: of an overlay the folders it is made of, of a disk everything on it.
fn of_filesystem(mount: &Mount, source: &str) -> Vec<&'static str> {
    let kind = mount.fs_type.known().map_or("", String::as_str);
    if kind == "overlay" {
        let folders = mount.options.iter().filter_map(|o| {
            let (key, value) = o.value.split_once('=')?;
            matches!(key, "lowerdir" | "upperdir" | "workdir").then(|| value.to_owned())
        });
        return folders
            .flat_map(|f| f.split(':').flat_map(of_path).collect::<Vec<_>>())
            .collect();
    }
    if HARMLESS.contains(&kind) || KERNEL_TYPES.contains(&kind) || kind == "devtmpfs" {
        return Vec::new();
    }
    if source.starts_with("/dev/") {
        vec!["WholeTree", "SystemFiles", "EngineState", "Data"]
    } else {
        vec!["Data"]
    }
}

/// Roots below which engines keep what they make for one container.
const KEPT: &[&str] = &[
    "/var/lib/docker",
    "/var/lib/containerd",
    "/var/lib/containers/storage",
    "/run/containerd",
    "/run/containers/storage",
];

/// Whether an engine made the source for this very container: one of its small files, kept per container, or a
/// volume.
fn own_file(source: &str) -> bool {
    let source = normal(source);
    let name = source.rsplit('/').next().unwrap_or_default();
    let rootless = ["/home/", "/run/user/"]
        .iter()
        .any(|start| source.starts_with(start))
        && (source.contains("/.local/share/containers/storage/")
            || source.contains("/containers/overlay-containers/")
            || source.contains("/containers/vfs-containers/"));
    let state = KEPT.iter().any(|root| is_below(&source, root)) || rootless;
    let one = ["/containers/", "-containers/", "/sandboxes/"]
        .iter()
        .any(|part| source.contains(part));
    (state && one && PER_CONTAINER.contains(&name)) || is_volume(&source)
}

/// A volume that an engine or the kubelet keeps, or a part of one: never the folder of all volumes.
fn is_volume(source: &str) -> bool {
    VOLUMES.iter().any(|(start, part)| {
        let Some(rest) = source.strip_prefix(start) else {
            return false;
        };
        let rest = format!("/{rest}");
        rest.find(part).is_some_and(|at| rest.len() > at + part.len())
            || rest.ends_with("/etc-hosts") && rest.matches('/').count() == 2
    })
}

/// A path without the `/var` of `/var/run`, which is a symbolic link to `/run` everywhere.
fn resolved(path: &str) -> String {
    let path = normal(path);
    match path.strip_prefix("/var/run") {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("/run{rest}"),
        _ => path,
    }
}

/// The last part of the path of a socket.
fn is_socket(path: &str) -> bool {
    [".sock", "-sock", ".socket", "_socket"]
        .iter()
        .any(|end| path.ends_with(end))
}

fn is_engine_socket(path: &str) -> bool {
    let name = |p: &str| p.rsplit('/').next().unwrap_or_default().to_owned();
    SOCKETS.iter().any(|s| is_below(s, path))
        || runs_as_user(path)
        || is_socket(path) && SOCKETS.iter().any(|s| name(s) == name(path))
}

/// Whether a path below `/run/user` is or holds a socket of a user's own manager.
fn runs_as_user(path: &str) -> bool {
    let Some(rest) = path.strip_prefix("/run/user") else {
        return false;
    };
    let (_user, below) = rest.trim_start_matches('/').split_once('/').unwrap_or_default();
    rest.is_empty()
        || rest.starts_with('/')
            && OF_USER
                .iter()
                .any(|s| is_below(&format!("/{s}"), &format!("/{below}")))
}

fn of_path(path: &str) -> Vec<&'static str> {
    let path = resolved(path);
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
    if let Some(inside) = root_of_process(path) {
        return of_path(inside);
    }
    let touches = |list: &[&str]| list.iter().any(|p| is_below(path, p) || is_below(p, path));
    let mut out = Vec::new();
    if is_below(path, "/proc") {
        out.push("HostProc");
    }
    if is_engine_socket(path) {
        out.push("EngineSocket");
    } else if is_socket(path) {
        return vec!["DaemonSocket"];
    }
    if path == "/run" {
        out.extend(["HostRun", "DaemonSocket"]);
    }
    if touches(ENGINE_STATE) {
        out.push("EngineState");
    }
    if touches(SYSTEM) {
        out.push("SystemFiles");
    }
    // shared memory, queues and terminals of the host are data of others
    let of_user = is_below(path, "/run/user");
    let shared = ["/dev/shm", "/dev/mqueue", "/dev/pts"]
        .iter()
        .any(|p| is_below(path, p) || is_below(p, path))
        || of_user;
    let kernel = ["/proc", "/sys", "/dev"].iter().any(|p| is_below(path, p));
    if shared || out.is_empty() && !kernel {
        out.push("Data");
    }
    // sockets of display servers have no ending that tells (X(7)), nor have those of a user's own daemons
    if is_below("/tmp/.X11-unix", path) || is_below(path, "/tmp/.X11-unix") || of_user {
        out.push("DaemonSocket");
    }
    out
}

/// What lies behind `/proc/PID/root` and `/proc/PID/cwd`: the host's tree.
fn root_of_process(path: &str) -> Option<&str> {
    let (_, rest) = path.strip_prefix("/proc/")?.split_once('/')?;
    let inside = rest.strip_prefix("root").or_else(|| rest.strip_prefix("cwd"))?;
    match inside {
        "" => Some("/"),
        _ => inside.starts_with('/').then_some(inside),
    }
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
        assert_eq!(
            of_path("/run"),
            ["EngineSocket", "HostRun", "DaemonSocket", "EngineState"]
        );
        assert_eq!(of_path("/srv/data"), ["Data"]);
        assert_eq!(of_path("/etc/"), ["SystemFiles"]);
        assert_eq!(of_path("/srv/../etc/cron.d"), ["SystemFiles"]);
        assert!(of_path("/").contains(&"WholeTree"));
        assert!(of_path("/sys").is_empty());
        assert_eq!(of_path("/proc/1/root/etc"), ["SystemFiles"]);
        assert_eq!(of_path("/run/user/1000/docker.sock")[0], "EngineSocket");
        assert_eq!(of_path("/srv/app/app.sock"), ["DaemonSocket"]);
        assert_eq!(of_path("/var/snap/lxd/common/lxd/unix.socket"), ["EngineSocket"]);
        assert_eq!(
            of_path("/var/run/containerd/containerd.sock.ttrpc"),
            ["EngineSocket", "EngineState"]
        );
        for user in [
            "/run/user",
            "/run/user/1000",
            "/run/user/1000/bus",
            "/run/user/1000/systemd",
        ] {
            assert_eq!(of_path(user), ["EngineSocket", "Data", "DaemonSocket"], "{user}");
        }
        assert_eq!(of_path("/run/user/1000/app"), ["Data", "DaemonSocket"]);
        assert_eq!(of_path("/tmp"), ["Data", "DaemonSocket"]);
        assert_eq!(of_path("/dev/shm"), ["Data"]);
        assert_eq!(of_path("/dev"), ["Data"]);
    }

    #[test]
    fn an_engines_own_files_are_not_host_paths() {
        for own in [
            "/var/lib/docker/containers/abc/hosts",
            "/var/lib/docker/100000.100000/containers/abc/hosts",
            "/var/lib/containers/storage/overlay-containers/abc/userdata/shm",
            "/var/lib/docker/volumes/data/_data",
            "/var/lib/kubelet/pods/1-2-3/volumes/kubernetes.io~secret/token",
        ] {
            assert!(own_file(own), "{own}");
        }
        for other in [
            "/etc/hosts",
            "/var/lib/docker",
            "/var/lib/docker/volumes",
            "/var/lib/docker/volumes/data/_data/../../..",
            "/srv/containers/secrets",
            "/home/alice/containers/run",
            "/var/lib/kubelet/pods",
        ] {
            assert!(!own_file(other), "{other}");
        }
    }
}
