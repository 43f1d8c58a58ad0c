//! Kernel interfaces in file systems: which are mounted, which are read-only, which are masked.

use super::paths::{KERNEL_TYPES, normal, read_only};
use super::write::{Evidence, Writer};
use super::{WORKLOAD, only_top_read_only, recursive};
use crate::facts::{Entry, Mount, MountSource, Namespace, SandboxFacts, is_below};

/// Files below a procfs or sysfs, with the model's name and whether it matters that they can be written.
const PROC: &[(&str, &str, bool)] = &[
    ("ProcSys", "sys", true),
    ("SysrqTrigger", "sysrq-trigger", true),
    ("ProcIrq", "irq", true),
    ("Kcore", "kcore", false),
    ("TimerList", "timer_list", false),
    ("SchedDebug", "sched_debug", false),
    ("KeyList", "keys", false),
];
const SYS: &[(&str, &str, bool)] = &[("SysFs", "", true), ("Firmware", "firmware", false)];

pub(super) fn write(w: &mut Writer, facts: &SandboxFacts) {
    let Some(mounts) = facts.filesystem.mounts.known() else {
        let evidence = Evidence::of(&facts.filesystem.mounts.origin);
        w.unknown_workload("writable_files", evidence.clone());
        w.unknown_workload("visible_files", evidence.clone());
        w.unknown_workload("sysfs_read_only", evidence.clone());
        w.unknown_workload("host_groups", evidence);
        return;
    };
    let mut found = Found {
        facts,
        writable: Vec::new(),
        visible: Vec::new(),
    };
    for entry in mounts {
        let Some(at) = entry.value.destination.known() else {
            continue;
        };
        for (prefix, files, submount) in trees(&entry.value) {
            let kept = submount && only_top_read_only(&entry.value);
            found.tree(entry, &normal(&format!("{at}/{prefix}")), files, kept);
        }
        if let Some(writable) = shows_cgroups(&entry.value) {
            let member = ("CgroupFs".to_owned(), Evidence::of(&entry.origin));
            if writable {
                found.writable.push(member.clone());
            }
            found.visible.push(member);
        }
    }
    let Found {
        writable, visible, ..
    } = found;
    w.set(
        "writable_files",
        writable,
        &Evidence::of(&facts.filesystem.readonly_paths.origin),
    );
    w.set(
        "visible_files",
        visible,
        &Evidence::of(&facts.filesystem.masked_paths.origin),
    );
    sysfs_read_only(w, facts, mounts);
    host_groups(w, facts, mounts);
}

type Files = &'static [(&'static str, &'static str, bool)];

/// A kernel tree that a mount shows: its path below the mount, its files, and whether it is mounted below the mount's
/// source rather than being it.
type Shown = (&'static str, Files, bool);

fn trees(mount: &Mount) -> Vec<Shown> {
    let fs_type = mount.fs_type.known().map_or("", String::as_str);
    let path = mount.host_path().map(normal);
    let below = |root: &str| path.as_deref().is_some_and(|p| is_below(p, root));
    match (fs_type, path.as_deref()) {
        ("proc", _) | (_, Some("/proc")) => vec![("", PROC, false)],
        ("sysfs", _) | (_, Some("/sys")) => vec![("", SYS, false)],
        (_, Some("/")) if recursive(mount) => vec![("proc", PROC, true), ("sys", SYS, true)],
        (kind, _) if KERNEL_TYPES.contains(&kind) => vec![("", OTHER, false)],
        _ if below("/sys") && !below("/sys/fs/cgroup") => vec![("", OTHER, false)],
        _ if below("/proc/sys") => vec![("", &[("ProcSys", "", true)], false)],
        _ if below("/proc/irq") => vec![("", &[("ProcIrq", "", true)], false)],
        _ if below("/proc/sysrq-trigger") => vec![("", &[("SysrqTrigger", "", true)], false)],
        _ if below("/proc/kcore") => vec![("", &[("Kcore", "", false)], false)],
        _ => Vec::new(),
    }
}

/// Kernel files that count like those of sysfs: debugfs, tracefs and the like, and parts of /sys.
const OTHER: Files = &[("SysFs", "", true)];

/// Whether a mount shows files of a cgroup hierarchy, and if so whether they can be written through it.
fn shows_cgroups(mount: &Mount) -> Option<bool> {
    let typed = mount.fs_type.is(|t| t == "cgroup" || t == "cgroup2");
    let lent = lends_groups(mount);
    (typed || lent).then(|| !read_only(mount) || (lent && only_top_read_only(mount)))
}

/// Whether it shows the host's hierarchies: they are bound, or a recursive bind of the host brings them along.
fn lends_groups(mount: &Mount) -> bool {
    let path = mount.host_path().map(normal);
    let within = path.as_deref().is_some_and(|p| is_below(p, "/sys/fs/cgroup"));
    let above = path.as_deref().is_some_and(|p| is_below("/sys/fs/cgroup", p));
    within || (above && recursive(mount))
}

fn host_groups(w: &mut Writer, facts: &SandboxFacts, mounts: &[Entry<Mount>]) {
    let key = format!("host_groups[{WORKLOAD}]");
    let lent = mounts.iter().find(|m| lends_groups(&m.value));
    let origin = lent.map_or(&facts.filesystem.mounts.origin, |m| &m.origin);
    w.value(&key, &lent.is_some().to_string(), &Evidence::of(origin));
}

/// Whether the file system of /sys itself is read-only. That of the host's network namespace is the host's, which is not.
fn sysfs_read_only(w: &mut Writer, facts: &SandboxFacts, mounts: &[Entry<Mount>]) {
    let key = format!("sysfs_read_only[{WORKLOAD}]");
    let net = &facts.namespaces.net;
    let own = mounts.iter().find(|m| m.value.fs_type.is(|t| t == "sysfs"));
    match own {
        _ if net.is(|n| *n == Namespace::Host) => w.value(&key, "false", &Evidence::of(&net.origin)),
        None => w.value(&key, "false", &Evidence::of(&facts.filesystem.mounts.origin)),
        Some(sysfs) => w.fact("sysfs_read_only", &sysfs.value.superblock_read_only),
    }
}

struct Found<'a> {
    facts: &'a SandboxFacts,
    writable: Vec<(String, Evidence)>,
    visible: Vec<(String, Evidence)>,
}

impl Found<'_> {
    /// `kept`: the tree is writable whatever the mount that shows it says.
    fn tree(&mut self, entry: &Entry<Mount>, root: &str, files: Files, kept: bool) {
        let fs = &self.facts.filesystem;
        for (name, below, write) in files {
            let path = normal(&format!("{root}/{below}"));
            // a mount over the file hides it (a mask), or shows it again (a bind of the same tree)
            let Some(top) = fs.mount_at(&path) else { continue };
            if !shows_kernel(top) || !self.reaches(entry, top, &path) {
                continue;
            }
            if fs.masked(&path).is_none() {
                let evidence = Evidence::of(&fs.masked_paths.origin);
                self.visible.push(((*name).to_owned(), self.why(entry, evidence)));
            }
            if *write
                && (kept || !read_only(top))
                && fs.readonly(&path).is_none()
                && fs.masked(&path).is_none()
            {
                let evidence = Evidence::of(&fs.readonly_paths.origin);
                self.writable
                    .push(((*name).to_owned(), self.why(entry, evidence)));
            }
        }
    }

    /// Whether what is mounted at `path` belongs to the tree of `entry`.
    fn reaches(&self, entry: &Entry<Mount>, top: &Mount, path: &str) -> bool {
        std::ptr::eq(top, &entry.value) || top.destination.is(|d| normal(d) == path)
    }

    /// A tree that the host lends is itself the reason; in one of the workload's own it is the list of paths.
    fn why(&self, entry: &Entry<Mount>, list: Evidence) -> Evidence {
        let lent = matches!(entry.value.source.known(), Some(MountSource::HostPath(_)));
        if lent { Evidence::of(&entry.origin) } else { list }
    }
}

fn shows_kernel(mount: &Mount) -> bool {
    let by_type = mount
        .fs_type
        .is(|t| t == "proc" || t == "sysfs" || KERNEL_TYPES.contains(&t.as_str()));
    let lent = mount.host_path().map(normal);
    by_type || lent.is_some_and(|p| p == "/" || p.starts_with("/proc") || p.starts_with("/sys"))
}
