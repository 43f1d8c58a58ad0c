//! The file system of a container of a pod: what every runtime mounts, the pod's volumes, masks.

use super::keys::VOLUME_KINDS;
use super::pod::{Container, Pod};
use crate::facts::{
    Bind, Entry, Fact, FactList, Filesystem, Mount, MountSource, Origin, Propagation, Rootfs,
};
use crate::formats::layers::{CRI, KUBELET, KUBERNETES};
use crate::log::Log;
use crate::suggest::nearest;
use crate::view::At;

/// Paths that the kubelet has masked in every version since it does.
const MASKED: [&str; 10] = [
    "/proc/acpi",
    "/proc/asound",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/sys/firmware",
];
/// Paths that the kubelet has made read-only.
const READONLY: [&str; 5] = [
    "/proc/bus",
    "/proc/fs",
    "/proc/irq",
    "/proc/sys",
    "/proc/sysrq-trigger",
];

/// What containerd and CRI-O mount in every container: path, type, read-only unless privileged, nosuid, noexec, nodev.
const STANDARD: [(&str, &str, bool, [bool; 3]); 7] = [
    ("/proc", "proc", false, [true, true, true]),
    ("/dev", "tmpfs", false, [true, false, false]),
    ("/dev/pts", "devpts", false, [true, true, false]),
    ("/dev/shm", "tmpfs", false, [true, true, true]),
    ("/dev/mqueue", "mqueue", false, [true, true, true]),
    ("/sys", "sysfs", true, [true, true, true]),
    ("/sys/fs/cgroup", "cgroup", true, [true, true, true]),
];

/// Kinds of volumes that are read-only whatever the mount says.
const ALWAYS_READ_ONLY: [&str; 5] = ["configMap", "secret", "downwardAPI", "projected", "image"];

/// Volume mounts that are read of a container.
const MOST_MOUNTS: usize = 1_000;

/// A volume of the pod.
struct Volume<'a> {
    name: String,
    kind: String,
    /// The volume's own settings, e.g. those of `hostPath`.
    settings: At<'a>,
}

/// The file system of a container.
pub(super) fn read(pod: &Pod<'_>, container: &Container<'_>, log: &mut Log) -> Filesystem {
    let image = container.at.get("image");
    let rootfs_read_only = container.context.get("readOnlyRootFilesystem");
    let path = match image.string(log) {
        Some(name) => Fact::given(name, image.place()),
        None => Fact::unknown("no image is named", vec![image.place()]),
    };
    let mut mounts = standard_mounts(pod, container);
    mounts.extend(volume_mounts(pod, container, log));
    let (masked_paths, readonly_paths) = masks(container, log);
    let list = container.at.get("volumeMounts");
    let origin = if list.is_present() {
        list.given()
    } else {
        Origin::default_of(CRI, list.place())
    };
    Filesystem {
        rootfs: Rootfs {
            path,
            read_only: rootfs_read_only.fact(rootfs_read_only.bool(log), KUBERNETES, false),
            propagation: Fact::default_of(Propagation::Slave, CRI, container.at.place()),
        },
        mounts: Fact::new(mounts, origin),
        masked_paths,
        readonly_paths,
    }
}

fn standard_mounts(pod: &Pod<'_>, container: &Container<'_>) -> Vec<Entry<Mount>> {
    let place = container.at.get("volumeMounts").missing("[runtime]").place();
    let origin = Origin::default_of(CRI, place);
    let plain = |value| Fact::new(value, origin.clone());
    let privileged = container.privileged.is(|p| *p);
    let mount = |(path, fs_type, read_only, [nosuid, noexec, nodev]): (&str, &str, bool, [bool; 3])| {
        let read_only = match read_only && privileged {
            true => Fact::new(false, container.privileged.origin.clone()),
            false => plain(read_only),
        };
        // With the host's IPC namespace goes the host's shared memory.
        let source = match path == "/dev/shm" && pod.namespaces.ipc.is(|host| *host) {
            true => Fact::new(
                MountSource::HostPath(path.to_owned()),
                pod.namespaces.ipc.origin.clone(),
            ),
            false => Fact::new(MountSource::Filesystem(fs_type.to_owned()), origin.clone()),
        };
        let mount = Mount {
            destination: Fact::new(path.to_owned(), origin.clone()),
            source,
            fs_type: Fact::new(fs_type.to_owned(), origin.clone()),
            bind: Fact::new(Bind::No, origin.clone()),
            superblock_read_only: match read_only.is(|ro| *ro) {
                true => Fact::unknown("it depends on the low-level runtime", origin.places.clone()),
                false => plain(false),
            },
            read_only,
            recursive_read_only: plain(false),
            nosuid: plain(nosuid),
            nodev: plain(nodev),
            noexec: plain(noexec),
            propagation: Fact::new(Propagation::Private, origin.clone()),
            id_mapped: Fact::new(None, origin.clone()),
            sub_path: None,
            options: Vec::new(),
            origin: origin.clone(),
        };
        Entry::new(mount, origin.clone())
    };
    STANDARD.into_iter().map(mount).collect()
}

fn volume_mounts(pod: &Pod<'_>, container: &Container<'_>, log: &mut Log) -> Vec<Entry<Mount>> {
    let volumes = volumes(pod, log);
    let mut mounts = Vec::new();
    let list = container.at.get("volumeMounts");
    let items = list.items(log);
    if items.len() > MOST_MOUNTS {
        log.error(
            &list.place(),
            format!("a container with more than {MOST_MOUNTS} volume mounts"),
            None,
        );
    }
    for at in items.into_iter().take(MOST_MOUNTS) {
        if !at.is_object(log) {
            continue;
        }
        let name = at.get("name").string(log).unwrap_or_default();
        let volume = volumes.iter().find(|v| v.name == name);
        if volume.is_none() {
            let hint = nearest(&name, volumes.iter().map(|v| v.name.as_str()));
            let hint = hint.map_or_else(String::new, |n| format!("; did you mean `{n}`?"));
            report_missing(&at, &name, pod, &hint, log);
        }
        mounts.push(Entry::new(read_mount(&at, container, volume, log), at.given()));
    }
    mounts
}

/// Templates of a StatefulSet make volumes of their own; of anything else a missing volume is refused.
fn report_missing(at: &At<'_>, name: &str, pod: &Pod<'_>, hint: &str, log: &mut Log) {
    let templates = pod.owner.spec.get("volumeClaimTemplates");
    let mut quiet = Log::default();
    let claimed = templates
        .items(&mut quiet)
        .iter()
        .any(|t| t.at(&["metadata", "name"]).string(&mut quiet).as_deref() == Some(name));
    if !claimed {
        log.invalid(
            at.get("name").place(),
            format!("the pod has no volume `{name}`{hint}"),
        );
    }
}

/// Says which host paths a pod names that none of its containers mounts.
pub(super) fn report_unmounted(pod: &Pod<'_>, containers: &[Container<'_>], log: &mut Log) {
    let mut quiet = Log::default();
    let mut used: Vec<String> = Vec::new();
    for container in containers {
        for list in ["volumeMounts", "volumeDevices"] {
            for mount in container.at.get(list).items(&mut quiet) {
                used.extend(mount.get("name").string(&mut quiet));
            }
        }
    }
    for volume in volumes(pod, &mut quiet) {
        if volume.kind == "hostPath" && !used.contains(&volume.name) {
            let message = format!(
                "no container mounts the host path of the volume `{}`",
                volume.name
            );
            log.notice(volume.settings.place(), message);
        }
    }
}

fn volumes<'a>(pod: &Pod<'a>, log: &mut Log) -> Vec<Volume<'a>> {
    let mut volumes: Vec<Volume<'a>> = Vec::new();
    for at in pod.spec.get("volumes").items(log) {
        if !at.is_object(log) {
            continue;
        }
        let name = at.get("name").string(log).unwrap_or_default();
        let mut quiet = Log::default();
        let members = at.members(&mut quiet);
        let source = members.into_iter().find(|(key, _)| *key != "name");
        let volume = match source {
            Some((kind, settings)) => Volume {
                name,
                kind: kind.to_owned(),
                settings,
            },
            None => Volume {
                name,
                kind: "emptyDir".to_owned(),
                settings: at.get("emptyDir"),
            },
        };
        if !VOLUME_KINDS.contains(&volume.kind.as_str()) {
            let hint = nearest(&volume.kind, VOLUME_KINDS.iter().copied());
            let hint = hint.map_or_else(String::new, |k| format!("; did you mean `{k}`?"));
            log.notice(
                volume.settings.place(),
                format!("there is no kind of volume `{}`{hint}", volume.kind),
            );
        }
        volumes.push(volume);
    }
    volumes
}

fn read_mount(at: &At<'_>, container: &Container<'_>, volume: Option<&Volume<'_>>, log: &mut Log) -> Mount {
    let path = at.get("mountPath");
    let destination = match path.string(log) {
        Some(text) if text.starts_with('/') => Fact::given(text, path.place()),
        Some(text) => Fact::given(format!("/{text}"), path.place()),
        None => {
            log.invalid(path.place(), "a volume mount needs `mountPath`");
            Fact::unknown("no path is named", vec![path.place()])
        }
    };
    let sub = ["subPath", "subPathExpr"]
        .map(|key| at.get(key))
        .into_iter()
        .find(At::is_present);
    let sub_path = sub.and_then(|sub| Some(Entry::new(sub.string(log)?, sub.given())));
    let source = read_source(at, volume, sub_path.as_ref(), log);
    let read_only = read_only(at, volume, log);
    let recursive = at.get("recursiveReadOnly");
    let recursive_on = recursive.string(log).map(|word| word == "Enabled");
    let plain = |value| Fact::default_of(value, CRI, at.place());
    Mount {
        destination,
        fs_type: Fact::derived(
            "bind".to_owned(),
            "the kubelet hands volumes over as bind mounts",
            vec![at.place()],
        ),
        bind: Fact::derived(
            Bind::Recursive,
            "the kubelet hands volumes over as bind mounts",
            vec![at.place()],
        ),
        superblock_read_only: Fact::unknown(
            "whether the volume's file system itself is read-only",
            vec![at.place()],
        ),
        recursive_read_only: recursive.fact(recursive_on, KUBERNETES, false),
        nosuid: plain(false),
        nodev: plain(false),
        noexec: plain(false),
        propagation: read_propagation(at, container, log),
        id_mapped: Fact::unknown(
            "the kubelet idmaps volumes of pods with a user namespace where it can",
            vec![at.place()],
        ),
        options: Vec::new(),
        origin: at.given(),
        source,
        read_only,
        sub_path,
    }
}

fn read_source(
    at: &At<'_>,
    volume: Option<&Volume<'_>>,
    sub: Option<&Entry<String>>,
    log: &mut Log,
) -> Fact<MountSource> {
    let Some(volume) = volume else {
        let claim = MountSource::PodVolume {
            name: at.get("name").string(log).unwrap_or_default(),
            kind: "persistentVolumeClaim".to_owned(),
        };
        return Fact::given(claim, at.get("name").place());
    };
    if volume.kind != "hostPath" {
        let source = MountSource::PodVolume {
            name: volume.name.clone(),
            kind: volume.kind.clone(),
        };
        return Fact::given(source, volume.settings.place());
    }
    let place = volume.settings.get("path");
    let Some(path) = place.string(log) else {
        log.invalid(place.place(), "a `hostPath` volume needs a path");
        return Fact::unknown("no host path is named", vec![place.place()]);
    };
    let path = match sub {
        Some(sub) if sub.value.contains("$(") => path,
        Some(sub) => format!("{}/{}", path.trim_end_matches('/'), sub.value.trim_matches('/')),
        None => path,
    };
    Fact::given(MountSource::HostPath(path), place.place())
}

fn read_only(at: &At<'_>, volume: Option<&Volume<'_>>, log: &mut Log) -> Fact<bool> {
    let place = at.get("readOnly");
    let asked = place.bool(log);
    match volume {
        Some(volume) if asked != Some(true) && ALWAYS_READ_ONLY.contains(&volume.kind.as_str()) => {
            Fact::derived(
                true,
                "volumes of this kind are read-only",
                vec![volume.settings.place()],
            )
        }
        Some(volume) if asked != Some(true) && volume.settings.get("readOnly").bool(log) == Some(true) => {
            Fact::given(true, volume.settings.get("readOnly").place())
        }
        Some(_) | None => place.fact(asked, KUBERNETES, false),
    }
}

fn read_propagation(at: &At<'_>, container: &Container<'_>, log: &mut Log) -> Fact<Propagation> {
    let place = at.get("mountPropagation");
    let value = match place.string(log).as_deref() {
        None => None,
        Some("None") => Some(Propagation::Private),
        Some("HostToContainer") => Some(Propagation::Slave),
        Some("Bidirectional") => {
            if !container.privileged.is(|p| *p) {
                log.invalid(
                    place.place(),
                    "`Bidirectional` propagation is for privileged containers only",
                );
            }
            Some(Propagation::Shared)
        }
        Some(_) => {
            log.invalid(
                place.place(),
                "a mount propagation is `None`, `HostToContainer` or `Bidirectional`",
            );
            None
        }
    };
    place.fact(value, KUBERNETES, Propagation::Private)
}

fn masks(container: &Container<'_>, log: &mut Log) -> (FactList<String>, FactList<String>) {
    let place = container.context.get("procMount");
    let kind = place.string(log);
    if container.privileged.is(|p| *p) {
        let none = Fact::new(Vec::new(), container.privileged.origin.clone());
        return (none.clone(), none);
    }
    match kind.as_deref() {
        Some("Unmasked") => {
            let none = Fact::given(Vec::new(), place.place());
            return (none.clone(), none);
        }
        Some("Default") | None => {}
        Some(_) => log.invalid(place.place(), "`procMount` is `Default` or `Unmasked`"),
    }
    let origin = Origin::default_of(KUBELET, place.place());
    let list = |paths: &[&str]| {
        let entries = paths
            .iter()
            .map(|path| Entry::new((*path).to_owned(), origin.clone()))
            .collect();
        Fact::new(entries, origin.clone())
    };
    (list(&MASKED), list(&READONLY))
}
