//! Limits and device rules of a live process, from the files of its control groups.
//!
//! The capture holds each file after a line with its path. A file that is missing leaves its limit unknown: the
//! controller may be off, or the file was not taken.

use super::hierarchies::memberships;
use super::snapshot::ProcFile;
use super::{Text, Texts, lists_of};
use crate::facts::{
    BlockIoLimits, Cgroup, CpuLimits, DeviceAccess, DeviceKind, DeviceNode, DevicePolicy, DeviceRule,
    Devices, Entry, Fact, Limit, Membership, MemoryLimits, NetworkLimits, Origin, Place,
};
use crate::log::Log;
use crate::source::Span;

/// Limits of this size or more are how the kernel writes "none" (the largest multiple of a page).
const LEAST_UNLIMITED: u64 = (1 << 63) - (1 << 16);

/// The files of the process's groups.
pub(super) struct GroupFiles<'a> {
    text: Option<&'a Text>,
    /// Path, and the lines with their ranges.
    files: Vec<(&'a str, Vec<(Span, &'a str)>)>,
}

impl<'a> GroupFiles<'a> {
    /// Splits the capture.
    pub(super) fn new(texts: &'a Texts) -> Self {
        let text = texts.get(ProcFile::CgroupFiles);
        let mut files: Vec<(&str, Vec<(Span, &str)>)> = Vec::new();
        for (span, line) in text.iter().flat_map(|t| t.source.lines()) {
            match line.strip_prefix("== ") {
                Some(path) => files.push((path.trim(), Vec::new())),
                None if line.is_empty() => {}
                None => {
                    if let Some((_, lines)) = files.last_mut() {
                        lines.push((span, line));
                    }
                }
            }
        }
        Self { text, files }
    }

    /// The lines of the first file with this name.
    fn lines(&self, name: &str) -> Option<&[(Span, &'a str)]> {
        let (_, lines) = self
            .files
            .iter()
            .find(|(path, _)| path.rsplit('/').next() == Some(name))?;
        Some(lines)
    }

    /// The first line of the first file that is there.
    fn value(&self, names: &[&str]) -> Option<(&'a str, Place)> {
        let text = self.text?;
        names.iter().find_map(|name| {
            let (span, line) = self.lines(name)?.first()?;
            Some((line.trim(), text.source.place(*span, *name, false)))
        })
    }

    fn limit(&self, names: &[&str]) -> Fact<Limit> {
        self.parsed(names, parse_limit)
    }

    fn parsed<T>(&self, names: &[&str], parse: impl FnOnce(&str) -> Option<T>) -> Fact<T> {
        let Some((value, place)) = self.value(names) else {
            return Fact::unknown(
                format!("none of the files {} was taken", names.join(", ")),
                Vec::new(),
            );
        };
        match parse(value) {
            Some(limit) => Fact::observed(limit, place),
            None => Fact::unknown("the file has an unexpected form", vec![place]),
        }
    }

    fn number(&self, names: &[&str]) -> Fact<Option<u64>> {
        self.parsed(names, |value| value.parse().ok().map(Some))
    }
}

fn parse_limit(value: &str) -> Option<Limit> {
    match value {
        "max" | "-1" => Some(Limit::Unlimited),
        _ => match value.parse::<u64>().ok()? {
            LEAST_UNLIMITED.. => Some(Limit::Unlimited),
            most => Some(Limit::Max(most)),
        },
    }
}

/// The control groups of the process.
pub(super) fn read(texts: &Texts, files: &GroupFiles<'_>) -> Cgroup {
    let memberships = memberships(texts);
    Cgroup {
        path: path(&memberships),
        memory: memory(files),
        cpu: cpu(files),
        pids: files.limit(&["pids.max"]),
        hugepages: Fact::unknown("huge page limits are not taken", Vec::new()),
        block_io: BlockIoLimits {
            weight: files.number(&["blkio.weight", "io.weight"]),
            leaf_weight: files.number(&["blkio.leaf_weight"]),
            weight_devices: Fact::unknown("weights per device are not taken", Vec::new()),
            throttles: Fact::unknown("rates per device are not taken", Vec::new()),
        },
        rdma: Fact::unknown("RDMA limits are not taken", Vec::new()),
        network: NetworkLimits {
            class_id: files.number(&["net_cls.classid"]),
            priorities: Fact::unknown("priorities per interface are not taken", Vec::new()),
        },
        unified: Fact::unknown("files of cgroup v2 are taken one by one", Vec::new()),
        memberships,
    }
}

/// The path of the unified hierarchy, or of the first one where the process is not at the root.
fn path(memberships: &crate::facts::FactList<Membership>) -> Fact<Option<String>> {
    let Some(list) = memberships.known() else {
        return Fact::unknown("the process's groups are not known", Vec::new());
    };
    let own = list.iter().find(|m| m.value.path != "/").or(list.first());
    match own {
        Some(membership) => Fact::new(Some(membership.value.path.clone()), membership.origin.clone()),
        None => Fact::new(None, memberships.origin.clone()),
    }
}

fn memory(files: &GroupFiles<'_>) -> MemoryLimits {
    let limit = files.limit(&["memory.limit_in_bytes", "memory.max"]);
    let total = files.limit(&["memory.memsw.limit_in_bytes"]);
    let swap_only = files.limit(&["memory.swap.max"]);
    let swap = match (total.known(), limit.known(), swap_only.known()) {
        (Some(_), _, _) => total,
        (None, Some(Limit::Max(memory)), Some(Limit::Max(swap))) => {
            Fact::new(Limit::Max(memory.saturating_add(*swap)), swap_only.origin.clone())
        }
        (None, Some(_), Some(_)) => Fact::new(Limit::Unlimited, swap_only.origin.clone()),
        (None, _, _) => total,
    };
    MemoryLimits {
        limit,
        swap,
        reservation: files.limit(&["memory.soft_limit_in_bytes", "memory.low"]),
        kernel: files.limit(&["memory.kmem.limit_in_bytes"]),
        kernel_tcp: files.limit(&["memory.kmem.tcp.limit_in_bytes"]),
        swappiness: files.number(&["memory.swappiness"]),
        oom_killer_disabled: files.parsed(&["memory.oom_control"], |v| Some(v == "oom_kill_disable 1")),
    }
}

fn cpu(files: &GroupFiles<'_>) -> CpuLimits {
    let word = |index: usize| move |value: &str| value.split_whitespace().nth(index).map(str::to_owned);
    let text = |names: &[&str]| {
        files.parsed(names, |value| {
            Some(Some(value.to_owned()).filter(|v| !v.is_empty()))
        })
    };
    let quota = match files.value(&["cpu.cfs_quota_us"]) {
        Some(_) => files.limit(&["cpu.cfs_quota_us"]),
        None => files.parsed(&["cpu.max"], |value| parse_limit(&word(0)(value)?)),
    };
    let period = match files.value(&["cpu.cfs_period_us"]) {
        Some(_) => files.number(&["cpu.cfs_period_us"]),
        None => files.parsed(&["cpu.max"], |value| Some(word(1)(value)?.parse().ok())),
    };
    CpuLimits {
        shares: files.number(&["cpu.shares"]),
        quota,
        period,
        burst: files.number(&["cpu.cfs_burst_us", "cpu.max.burst"]),
        realtime_runtime: files.parsed(&["cpu.rt_runtime_us"], |v| v.parse().ok().map(Some)),
        realtime_period: files.number(&["cpu.rt_period_us"]),
        cpus: text(&["cpuset.cpus.effective", "cpuset.cpus"]),
        mems: text(&["cpuset.mems.effective", "cpuset.mems"]),
        idle: files.parsed(&["cpu.idle"], |value| Some(value == "1")),
    }
}

/// Device nodes and rules.
pub(super) fn devices(texts: &Texts, files: &GroupFiles<'_>, cgroup: &Cgroup, log: &mut Log) -> Devices {
    let nodes = nodes(texts, log);
    Devices {
        all_host_nodes: nodes.map(|_| false),
        nodes,
        policy: policy(files, cgroup, log),
    }
}

/// Nodes that every runtime makes: null, zero, full, random, urandom, tty, console, ptmx and pseudo-terminals.
fn is_standard(kind: Option<DeviceKind>, major: Option<u32>, minor: Option<u32>) -> bool {
    let numbers = matches!(
        (major, minor),
        (Some(1), Some(3 | 5 | 7 | 8 | 9)) | (Some(5), Some(0..=2)) | (Some(136), _)
    );
    kind == Some(DeviceKind::Char) && numbers
}

fn nodes(texts: &Texts, log: &mut Log) -> crate::facts::FactList<DeviceNode> {
    let Some(text) = texts.get(ProcFile::Dev) else {
        return Fact::unknown("the device nodes of the sandbox were not listed", Vec::new());
    };
    let mut nodes = Vec::new();
    for (place, words) in lists_of(text) {
        let [path, kind, major, minor, ..] = words.as_slice() else {
            log.notice(place, "this line does not describe a device node");
            continue;
        };
        let kind = match *kind {
            "c" => Some(DeviceKind::Char),
            "b" => Some(DeviceKind::Block),
            "p" => Some(DeviceKind::Fifo),
            _ => None,
        };
        let (major, minor) = (major.parse().ok(), minor.parse().ok());
        if is_standard(kind, major, minor) {
            continue;
        }
        let node = DeviceNode {
            path: (*path).to_owned(),
            kind,
            major,
            minor,
            file_mode: None,
            uid: None,
            gid: None,
        };
        nodes.push(Entry::new(node, Origin::observed(place)));
    }
    Fact::observed(nodes, text.whole())
}

/// cgroup v1 shows its rules; those of v2 are a program that no file shows. Where v1 is mounted, but the process is at
/// its root, the runtime used v2.
fn policy(files: &GroupFiles<'_>, cgroup: &Cgroup, log: &mut Log) -> Fact<DevicePolicy> {
    let has_devices = |m: &&Entry<Membership>| m.value.controllers.iter().any(|c| c == "devices");
    let group = cgroup
        .memberships
        .known()
        .and_then(|list| list.iter().find(has_devices));
    let (Some(text), Some(lines)) = (files.text, files.lines("devices.list")) else {
        return Fact::unknown(
            "`devices.list` was not taken; cgroup v2 has none",
            cgroup.memberships.places().to_vec(),
        );
    };
    let place = |span: Span| text.source.place(span, "devices.list", false);
    let whole = lines
        .first()
        .map_or_else(|| text.whole(), |(span, _)| place(*span));
    if group.is_some_and(|g| g.value.path == "/") {
        return Fact::unknown(
            "the process is at the root of the v1 hierarchy, so v2 may hold its device rules",
            vec![whole],
        );
    }
    let mut rules = Vec::new();
    for (span, line) in lines {
        match parse_rule(line) {
            Some(rule) => rules.push(Entry::new(rule, Origin::observed(place(*span)))),
            None => log.notice(place(*span), "this is not a device rule"),
        }
    }
    let default_allow = Fact::new(false, Origin::observed(whole.clone()));
    Fact::observed(DevicePolicy { default_allow, rules }, whole)
}

/// `c 10:232 rwm`
fn parse_rule(line: &str) -> Option<DeviceRule> {
    let mut words = line.split_whitespace();
    let kind = match words.next()? {
        "a" => None,
        "c" => Some(DeviceKind::Char),
        "b" => Some(DeviceKind::Block),
        _ => return None,
    };
    let (major, minor) = words.next()?.split_once(':')?;
    let number = |text: &str| {
        if text == "*" {
            Some(None)
        } else {
            text.parse().ok().map(Some)
        }
    };
    let (major, minor) = (number(major)?, number(minor)?);
    Some(DeviceRule {
        allow: true,
        kind,
        major,
        minor,
        access: DeviceAccess::parse(words.next()?)?,
    })
}
