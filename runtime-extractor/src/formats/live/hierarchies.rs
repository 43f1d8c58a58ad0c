//! Control group hierarchies of a host, from its mount table (`/proc/self/mounts`) and a process's `/proc/PID/cgroup`.

use super::mountinfo::unescape;
use super::snapshot::ProcFile;
use super::{Text, Texts};
use crate::facts::{CgroupMount, CgroupVersion, Entry, Fact, FactList, Membership, Origin};
use crate::source::SourceFile;

/// The options of a cgroup mount that are not controllers.
const FLAGS: &[&str] = &[
    "rw",
    "ro",
    "nosuid",
    "nodev",
    "noexec",
    "relatime",
    "noatime",
    "nodiratime",
    "strictatime",
    "seclabel",
    "xattr",
    "clone_children",
    "noprefix",
    "cpuset_v2_mode",
    "favordynmods",
    "nsdelegate",
    "memory_localevents",
    "memory_recursiveprot",
    "memory_hugetlb_accounting",
    "pids_localevents",
    "none",
    "all",
];

/// The mounted hierarchies, in the order of the table.
pub fn cgroup_mounts(source: &SourceFile) -> Vec<Entry<CgroupMount>> {
    let mut mounts = Vec::new();
    for (span, line) in source.lines() {
        let mut words = line.split(' ');
        let (_, Some(point), Some(kind), Some(options)) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            continue;
        };
        let unified = kind == "cgroup2";
        if !unified && kind != "cgroup" {
            continue;
        }
        let mut controllers: Vec<String> = options
            .split(',')
            .filter(|o| is_controller(o))
            .map(str::to_owned)
            .collect();
        if unified {
            controllers.clear();
        }
        controllers.sort();
        let mount_point = unescape(point);
        let place = source.place(span, mount_point.clone(), false);
        mounts.push(Entry::new(
            CgroupMount {
                controllers,
                mount_point,
                unified,
            },
            Origin::observed(place),
        ));
    }
    mounts
}

fn is_controller(option: &str) -> bool {
    option.starts_with("name=") || !(FLAGS.contains(&option) || option.contains('=') || option.is_empty())
}

/// Where a controller (or `name=..`, or `unified`) is mounted; of several places the last in the table.
pub fn controller_mount<'a>(mounts: &'a [Entry<CgroupMount>], controller: &str) -> Option<&'a str> {
    let has = |m: &&Entry<CgroupMount>| match controller {
        "unified" => m.value.unified,
        _ => m.value.controllers.iter().any(|c| c == controller),
    };
    mounts
        .iter()
        .rev()
        .find(has)
        .map(|m| m.value.mount_point.as_str())
}

/// The groups of the process: lines `number:controllers:path`.
pub(super) fn memberships(texts: &Texts) -> FactList<Membership> {
    let Some(text) = texts.get(ProcFile::Cgroup) else {
        return Fact::unknown("`cgroup` could not be read", Vec::new());
    };
    Fact::observed(parse_memberships(text), text.whole())
}

fn parse_memberships(text: &Text) -> Vec<Entry<Membership>> {
    let mut found = Vec::new();
    for (span, line) in text.source.lines() {
        let mut parts = line.splitn(3, ':');
        let (Some(number), Some(names), Some(path)) = (parts.next(), parts.next(), parts.next()) else {
            continue;
        };
        let Ok(hierarchy) = number.parse() else { continue };
        let controllers = names
            .split(',')
            .filter(|c| !c.is_empty())
            .map(str::to_owned)
            .collect();
        let membership = Membership {
            hierarchy,
            controllers,
            path: path.to_owned(),
        };
        found.push(Entry::new(
            membership,
            Origin::observed(text.source.place(span, names, false)),
        ));
    }
    found
}

/// How the host arranges control groups: by the hierarchies that the process is in.
pub(super) fn version(memberships: &FactList<Membership>) -> Fact<CgroupVersion> {
    let Some(list) = memberships.known().filter(|list| !list.is_empty()) else {
        return Fact::unknown(
            "the process's groups are not known",
            memberships.places().to_vec(),
        );
    };
    let unified = list
        .iter()
        .any(|m| m.value.hierarchy == 0 && m.value.controllers.is_empty());
    let legacy = list.iter().any(|m| !m.value.controllers.is_empty());
    let version = match (legacy, unified) {
        (true, true) => CgroupVersion::Hybrid,
        (true, false) => CgroupVersion::V1,
        (false, _) => CgroupVersion::V2,
    };
    Fact::new(version, memberships.origin.clone())
}
