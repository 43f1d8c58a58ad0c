//! From the mount table of a live process to the facts of its file system.
//!
//! A mask or a read-only path of a runtime is a mount: an empty tmpfs or `/dev/null` over a path of `/proc` or `/sys`, or a
//! read-only bind of that path onto itself. Such mounts become entries of the lists, as a configuration would
//! have them; all others become mounts. Where the host's own table is given, the path of the host is found that a
//! mount shows.

use super::mountinfo::{MountLine, Visible, parse};
use super::snapshot::ProcFile;
use super::{Text, Texts, lists_of};
use crate::facts::{
    Bind, Entry, Fact, Filesystem, Mount, MountSource, Origin, Place, Propagation, Rootfs, is_below,
};
use crate::log::Log;

/// File systems of which there is one instance, or one per namespace: a mount of theirs is not somebody's files.
const KERNEL_TYPES: &[&str] = &[
    "proc",
    "sysfs",
    "cgroup",
    "cgroup2",
    "mqueue",
    "devpts",
    "debugfs",
    "tracefs",
    "securityfs",
    "bpf",
    "configfs",
    "fusectl",
    "pstore",
    "efivarfs",
    "binfmt_misc",
    "selinuxfs",
    "nsfs",
    "rpc_pipefs",
    "hugetlbfs",
];

/// Lines of a mount table that are read.
const MOST_MOUNTS: usize = 10_000;

struct Table<'a> {
    text: &'a Text,
    lines: Vec<MountLine>,
    host: Option<Vec<MountLine>>,
}

impl Table<'_> {
    fn place(&self, line: &MountLine, field: &str) -> Place {
        let path = if field.is_empty() {
            line.mount_point.clone()
        } else {
            format!("{} {field}", line.mount_point)
        };
        self.text.source.place(line.span, path, false)
    }

    fn observed<T>(&self, value: T, line: &MountLine, field: &str) -> Fact<T> {
        Fact::observed(value, self.place(line, field))
    }
}

/// The file system, from the table.
pub(super) fn read(texts: &Texts, log: &mut Log) -> Filesystem {
    let Some(text) = texts.get(ProcFile::Mountinfo) else {
        return unknown("the mount table could not be read");
    };
    let (lines, wrong) = parse(&text.source);
    for span in wrong {
        log.notice(
            text.source.place(span, "", false),
            "this line is not one of a mount table",
        );
    }
    if lines.is_empty() {
        return unknown("the mount table is empty");
    }
    if lines.len() > MOST_MOUNTS {
        log.notice(
            text.whole(),
            format!("the mount table has more than {MOST_MOUNTS} lines and is not read"),
        );
        return unknown("the mount table is too long");
    }
    let host = texts
        .get(ProcFile::MountinfoHost)
        .map(|host| parse(&host.source).0);
    let table = Table { text, lines, host };
    let visible = Visible::new(&table.lines);
    let (seen, covered): (Vec<&MountLine>, Vec<&MountLine>) =
        table.lines.iter().partition(|l| visible.shows(l));
    for line in covered {
        log.notice(
            table.place(line, ""),
            "this mount is covered by another one, and shows when that is undone",
        );
    }
    let mut lists = Lists::default();
    for line in seen.iter().filter(|line| line.mount_point != "/") {
        lists.add(&table, line, &seen, log);
    }
    add_absent(texts, &mut lists.masked);
    let whole = Origin::observed(text.whole());
    let fact = |list| Fact::new(list, whole.clone());
    Filesystem {
        rootfs: rootfs(&table, &visible),
        mounts: Fact::new(lists.mounts, whole.clone()),
        masked_paths: fact(lists.masked),
        readonly_paths: fact(lists.readonly),
    }
}

fn unknown(why: &str) -> Filesystem {
    Filesystem {
        rootfs: Rootfs {
            path: Fact::unknown(why, Vec::new()),
            read_only: Fact::unknown(why, Vec::new()),
            propagation: Fact::unknown(why, Vec::new()),
        },
        mounts: Fact::unknown(why, Vec::new()),
        masked_paths: Fact::unknown(why, Vec::new()),
        readonly_paths: Fact::unknown(why, Vec::new()),
    }
}

#[derive(Default)]
struct Lists {
    mounts: Vec<Entry<Mount>>,
    masked: Vec<Entry<String>>,
    readonly: Vec<Entry<String>>,
}

impl Lists {
    fn add(&mut self, table: &Table<'_>, line: &MountLine, seen: &[&MountLine], log: &mut Log) {
        let entry = || Entry::new(line.mount_point.clone(), Origin::observed(table.place(line, "")));
        if is_mask(line) {
            self.masked.push(entry());
        } else if is_own_part(line, seen) {
            match line.has("ro") {
                true => self.readonly.push(entry()),
                false => log.notice(
                    table.place(line, ""),
                    "this part of a kernel file system is mounted writable again",
                ),
            }
        } else {
            let origin = Origin::observed(table.place(line, ""));
            self.mounts.push(Entry::new(mount(table, line), origin));
        }
    }
}

/// An empty read-only tmpfs, or `/dev/null`, over a path of `/proc` or `/sys`.
fn is_mask(line: &MountLine) -> bool {
    let kernel = is_below(&line.mount_point, "/proc") || is_below(&line.mount_point, "/sys");
    let cgroups = is_below(&line.mount_point, "/sys/fs/cgroup");
    let null = line.root == "/null" && matches!(line.fs_type.as_str(), "tmpfs" | "devtmpfs");
    let empty = line.fs_type == "tmpfs" && (line.has("ro") || line.super_has("ro")) && line.root == "/";
    kernel && !cgroups && line.mount_point != "/proc" && line.mount_point != "/sys" && (null || empty)
}

/// A part of a kernel file system that is mounted over itself.
fn is_own_part(line: &MountLine, seen: &[&MountLine]) -> bool {
    matches!(line.fs_type.as_str(), "proc" | "sysfs")
        && line.root != "/"
        && seen.iter().any(|whole| {
            whole.device == line.device
                && whole.root == "/"
                && line.mount_point == format!("{}{}", whole.mount_point.trim_end_matches('/'), line.root)
        })
}

/// Paths that are not there at all are as hidden as masked ones.
fn add_absent(texts: &Texts, masked: &mut Vec<Entry<String>>) {
    let Some(text) = texts.get(ProcFile::Paths) else {
        return;
    };
    for (place, words) in lists_of(text) {
        if let [path, "absent"] = words.as_slice() {
            masked.push(Entry::new((*path).to_owned(), Origin::observed(place)));
        }
    }
}

fn rootfs(table: &Table<'_>, visible: &Visible<'_>) -> Rootfs {
    let Some(line) = visible.at("/") else {
        let why = "the mount table has no root";
        return unknown(why).rootfs;
    };
    let path = match source_of(table, line) {
        MountSource::HostPath(path) => path,
        MountSource::Device { root, .. } => root,
        MountSource::BundlePath(text) | MountSource::Filesystem(text) => text,
        MountSource::PodVolume { name, .. } => name,
    };
    Rootfs {
        path: table.observed(path, line, "root"),
        read_only: table.observed(line.has("ro") || line.super_has("ro"), line, "options"),
        propagation: propagation(table, line),
    }
}

fn mount(table: &Table<'_>, line: &MountLine) -> Mount {
    let source = source_of(table, line);
    let bind = match source {
        MountSource::HostPath(_) | MountSource::Device { .. } => Bind::Plain,
        MountSource::BundlePath(_) | MountSource::Filesystem(_) | MountSource::PodVolume { .. } => Bind::No,
    };
    let flag = |name: &str| table.observed(line.has(name), line, "options");
    let id_mapped = line.has("idmapped");
    Mount {
        destination: table.observed(line.mount_point.clone(), line, ""),
        source: table.observed(source, line, "root"),
        fs_type: table.observed(line.fs_type.clone(), line, "type"),
        bind: table.observed(bind, line, "root"),
        read_only: flag("ro"),
        superblock_read_only: table.observed(line.super_has("ro"), line, "super options"),
        recursive_read_only: table.observed(false, line, "options"),
        nosuid: flag("nosuid"),
        nodev: flag("nodev"),
        noexec: flag("noexec"),
        propagation: propagation(table, line),
        id_mapped: match id_mapped {
            true => Fact::unknown(
                "the table does not say how an idmapped mount maps",
                vec![table.place(line, "options")],
            ),
            false => table.observed(None, line, "options"),
        },
        sub_path: None,
        options: line
            .options
            .iter()
            .map(|o| Entry::new(o.clone(), Origin::observed(table.place(line, "options"))))
            .collect(),
        origin: Origin::observed(table.place(line, "")),
    }
}

/// What a mount shows.
fn source_of(table: &Table<'_>, line: &MountLine) -> MountSource {
    if KERNEL_TYPES.contains(&line.fs_type.as_str()) && !is_host_proc(table, line) {
        return MountSource::Filesystem(line.source.clone());
    }
    if line.fs_type == "devtmpfs" {
        return MountSource::HostPath(join("/dev", &line.root));
    }
    let from_host = table.host.as_ref().map(|host| host_path(host, line));
    match from_host {
        Some(Some(path)) => MountSource::HostPath(path),
        Some(None) => MountSource::Filesystem(line.source.clone()),
        None if is_own_tmpfs(table, line) || line.fs_type == "overlay" => {
            MountSource::Filesystem(line.source.clone())
        }
        None => MountSource::Device {
            device: line.device.clone(),
            root: line.root.clone(),
            source: line.source.clone(),
        },
    }
}

/// True if the file system is the proc that the host itself has mounted.
fn is_host_proc(table: &Table<'_>, line: &MountLine) -> bool {
    let host = table.host.iter().flatten();
    line.fs_type == "proc" && host.clone().any(|h| h.device == line.device)
}

/// A tmpfs that the table has whole is one that was made for the sandbox.
fn is_own_tmpfs(table: &Table<'_>, line: &MountLine) -> bool {
    let same = |other: &&MountLine| other.device == line.device && other.root == "/";
    line.fs_type == "tmpfs" && table.lines.iter().find(same).is_some()
}

/// The path at which the host has this file system, and the way down to what is mounted.
fn host_path(host: &[MountLine], line: &MountLine) -> Option<String> {
    let best = host
        .iter()
        .filter(|h| h.device == line.device && is_below(&line.root, &h.root));
    let best = best.max_by_key(|h| h.root.len())?;
    let below = line
        .root
        .strip_prefix(best.root.trim_end_matches('/'))
        .unwrap_or_default();
    Some(join(&best.mount_point, below))
}

fn join(parent: &str, below: &str) -> String {
    let joined = format!("{}/{}", parent.trim_end_matches('/'), below.trim_matches('/'));
    let trimmed = joined.trim_end_matches('/');
    if trimmed.is_empty() {
        "/".to_owned()
    } else {
        trimmed.to_owned()
    }
}

/// A peer group reaches the host only if the host's table has it too.
fn propagation(table: &Table<'_>, line: &MountLine) -> Fact<Propagation> {
    let place = table.place(line, "propagation");
    let with_host = table
        .host
        .as_ref()
        .map(|host| host.iter().any(|h| h.shared.is_some() && h.shared == line.shared));
    match (line.shared, with_host) {
        (Some(_), Some(true)) => Fact::observed(Propagation::Shared, place),
        (Some(_), None) => Fact::unknown("whether the host is in the mount's peer group", vec![place]),
        (Some(_), Some(false)) | (None, _) if line.slave => Fact::observed(Propagation::Slave, place),
        (None, _) if line.unbindable => Fact::observed(Propagation::Unbindable, place),
        (Some(_), Some(false)) | (None, _) => Fact::observed(Propagation::Private, place),
    }
}
