//! Devices of the host that the sandbox has nodes for, and those its device cgroup lets it open.

use super::paths::normal;
use super::write::{Evidence, Writer};
use crate::facts::{
    DeviceAccess, DeviceKind, DeviceNode, DeviceVerdict, SandboxFacts, SandboxKind, is_below,
};

const READ_WRITE: DeviceAccess = DeviceAccess {
    read: true,
    write: true,
    mknod: false,
};

/// Numbers of disks on Linux (Documentation/admin-guide/devices.txt): SCSI, virtio, NVMe, device mapper, loop, MMC,
/// Xen.
const DISKS: &[u32] = &[8, 252, 253, 254, 259, 7, 179, 202, 65, 66];

/// Classes by their numbers; `None` as minor is any.
const CLASSES: &[(&str, DeviceKind, u32, Option<u32>)] = &[
    ("Mem", DeviceKind::Char, 1, Some(1)),
    ("Mem", DeviceKind::Char, 1, Some(4)),
    ("Kmsg", DeviceKind::Char, 1, Some(11)),
    ("Vfio", DeviceKind::Char, 10, Some(196)),
    ("Gpu", DeviceKind::Char, 226, None),
    ("Gpu", DeviceKind::Char, 195, None),
    ("Terminal", DeviceKind::Char, 4, None),
];

/// Devices of which every opener gets an instance of its own, and the terminals of the container itself.
const OWN: &[(u32, Option<u32>)] = &[
    (1, Some(3)),
    (1, Some(5)),
    (1, Some(7)),
    (1, Some(8)),
    (1, Some(9)),
    (5, None),
    (136, None),
    (10, Some(200)),
    (10, Some(229)),
    (10, Some(232)),
];

pub(super) fn write(w: &mut Writer, facts: &SandboxFacts) {
    nodes(w, facts);
    access(w, facts);
}

/// Every class of the model.
const ALL: [&str; 7] = ["Disk", "Mem", "Kmsg", "Vfio", "Gpu", "Terminal", "OtherDevice"];

/// Whether the runtime gives it every node of the host, or may.
fn devices_of_host(facts: &SandboxFacts) -> bool {
    facts.devices.all_host_nodes.may_be(|all| *all)
}

fn nodes(w: &mut Writer, facts: &SandboxFacts) {
    let devices = &facts.devices.nodes;
    let Some(nodes) = devices.known() else {
        w.unknown_workload("device_nodes", Evidence::of(&devices.origin));
        w.unknown_workload("open_nodes", Evidence::of(&devices.origin));
        return;
    };
    let mut members: Vec<_> = nodes
        .iter()
        .filter_map(|n| Some((class(&n.value)?.to_owned(), Evidence::of(&n.origin))))
        .collect();
    if devices_of_host(facts) {
        let evidence = Evidence::of(&facts.devices.all_host_nodes.origin);
        members.extend(ALL.map(|c| (c.to_owned(), evidence.clone())));
    }
    for entry in facts.filesystem.mounts.known().into_iter().flatten() {
        let Some(path) = entry.value.host_path().map(normal) else {
            continue;
        };
        let evidence = Evidence::of(&entry.origin);
        if is_below("/dev", &path) {
            members.extend(ALL.map(|c| (c.to_owned(), evidence.clone())));
        } else if is_below(&path, "/dev")
            && let Some(class) = class_of_path(&path)
        {
            members.push((class.to_owned(), evidence));
        }
    }
    let typed = facts.filesystem.mounts.known().into_iter().flatten();
    for entry in typed.filter(|m| m.value.fs_type.is(|t| t == "devtmpfs")) {
        members.extend(ALL.map(|c| (c.to_owned(), Evidence::of(&entry.origin))));
    }
    w.set("device_nodes", members, &Evidence::of(&devices.origin));
    let open = nodes.iter().filter(|n| open_to_all(&n.value, facts));
    let open = open.filter_map(|n| Some((class(&n.value)?.to_owned(), Evidence::of(&n.origin))));
    w.set("open_nodes", open.collect(), &Evidence::of(&devices.origin));
}

/// Whether the node's own owner and mode let the process open it. runc makes a node without `fileMode` with 0666
/// (libcontainer/specconv, `createDevices`); of a running process the mode is not told, and root's nodes are root's.
fn open_to_all(node: &DeviceNode, facts: &SandboxFacts) -> bool {
    let live = facts.kind == SandboxKind::LiveProcess;
    let mode = node.file_mode.unwrap_or(if live { 0o660 } else { 0o666 });
    let owner = node.uid.unwrap_or(0);
    mode & 0o006 != 0 || owner != 0 && facts.user.uid.may_be(|uid| *uid == owner)
}

fn class(node: &DeviceNode) -> Option<&'static str> {
    match (node.kind, node.major) {
        (Some(DeviceKind::Fifo), _) => None,
        (Some(DeviceKind::Block), _) => Some("Disk"),
        (Some(DeviceKind::Char), Some(major)) => of_numbers(major, node.minor, &node.path),
        (Some(DeviceKind::Char) | None, _) => class_of_path(&node.path),
    }
}

fn of_numbers(major: u32, minor: Option<u32>, path: &str) -> Option<&'static str> {
    let own = OWN
        .iter()
        .any(|(m, n)| *m == major && (n.is_none() || *n == minor));
    let known = CLASSES
        .iter()
        .find(|(_, _, m, n)| *m == major && (n.is_none() || *n == minor));
    match known {
        _ if own => None,
        Some((class, ..)) => Some(class),
        None if path.starts_with("/dev/vfio") => Some("Vfio"),
        None => Some("OtherDevice"),
    }
}

/// By the usual name, where the numbers are not in the configuration.
fn class_of_path(path: &str) -> Option<&'static str> {
    let name = path.strip_prefix("/dev/")?;
    let starts = |list: &[&str]| list.iter().any(|p| name.starts_with(p));
    if matches!(
        name,
        "null"
            | "zero"
            | "full"
            | "random"
            | "urandom"
            | "tty"
            | "console"
            | "ptmx"
            | "kvm"
            | "fuse"
            | "net/tun"
            | "shm"
            | "mqueue"
    ) || starts(&["pts", "fd", "std"])
    {
        None
    } else if matches!(name, "mem" | "port" | "kmem") {
        Some("Mem")
    } else if name == "kmsg" {
        Some("Kmsg")
    } else if starts(&["vfio"]) {
        Some("Vfio")
    } else if starts(&["dri", "nvidia", "kfd"]) {
        Some("Gpu")
    } else if starts(&["tty"]) {
        Some("Terminal")
    } else if starts(&[
        "sd", "vd", "xvd", "nvme", "dm-", "mapper", "loop", "mmcblk", "md", "disk",
    ]) {
        Some("Disk")
    } else {
        Some("OtherDevice")
    }
}

fn access(w: &mut Writer, facts: &SandboxFacts) {
    let devices = &facts.devices;
    if devices.policy.known().is_none() {
        w.unknown_workload("device_access", Evidence::of(&devices.policy.origin));
        return;
    }
    let mut members = Vec::new();
    let listed: Vec<(u32, Option<u32>)> = explicit(facts, DeviceKind::Block);
    let disks = DISKS.iter().map(|m| (*m, Some(0))).chain(listed);
    try_open(facts, "Disk", DeviceKind::Block, disks, &mut members);
    let named = explicit(facts, DeviceKind::Char);
    for (class, kind, major, minor) in CLASSES {
        let same = named
            .iter()
            .filter(|(m, n)| m == major && (minor.is_none() || n == minor));
        let numbers = same.copied().chain([(*major, *minor)]);
        try_open(facts, class, *kind, numbers, &mut members);
    }
    let others = named
        .iter()
        .copied()
        .filter(|(major, minor)| of_numbers(*major, *minor, "") == Some("OtherDevice"))
        .chain([(240, Some(0))]);
    try_open(facts, "OtherDevice", DeviceKind::Char, others, &mut members);
    w.set("device_access", members, &Evidence::of(&devices.policy.origin));
}

/// Numbers that nodes and rules name.
fn explicit(facts: &SandboxFacts, kind: DeviceKind) -> Vec<(u32, Option<u32>)> {
    let nodes = facts
        .devices
        .nodes
        .known()
        .into_iter()
        .flatten()
        .map(|n| &n.value);
    let nodes = nodes
        .filter(|n| n.kind == Some(kind))
        .filter_map(|n| Some((n.major?, n.minor)));
    let rules = facts
        .devices
        .policy
        .known()
        .into_iter()
        .flat_map(|p| p.rules.iter().map(|r| r.value));
    let rules = rules
        .filter(|r| r.allow && r.kind == Some(kind))
        .filter_map(|r| Some((r.major?, r.minor)));
    nodes.chain(rules).collect()
}

fn try_open(
    facts: &SandboxFacts,
    class: &str,
    kind: DeviceKind,
    numbers: impl Iterator<Item = (u32, Option<u32>)>,
    members: &mut Vec<(String, Evidence)>,
) {
    for (major, minor) in numbers {
        let read = facts.devices.allowed(kind, Some(major), minor, READ_WRITE);
        let alone = facts
            .devices
            .allowed(kind, Some(major), minor, DeviceAccess::READ);
        for decision in [read, alone] {
            if decision.verdict != DeviceVerdict::Denied {
                let place = decision.places.first().cloned();
                let note = if place.as_ref().is_some_and(|p| p.absent) {
                    "not restricted"
                } else {
                    ""
                };
                members.push((
                    class.to_owned(),
                    Evidence {
                        place,
                        note: note.to_owned(),
                    },
                ));
                return;
            }
        }
    }
}
