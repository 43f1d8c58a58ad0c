//! Device nodes and the device cgroup of an OCI configuration.
//!
//! What runtimes add was measured on cgroup v1: runc 1.1.5 and crun 1.8.1 append rules that allow making any node and
//! using the standard ones (runc also `/dev/net/tun`, crun also the console); runc denies what no rule names, crun allows
//! it unless a rule denies everything.

use super::Config;
use super::namespaces::list_fact;
use crate::facts::{
    DeviceAccess, DeviceKind, DeviceNode, DevicePolicy, DeviceRule, Devices, Entry, Fact, Origin,
};
use crate::formats::layers::{RUNC_OR_CRUN, RUNTIME_SPEC};
use crate::log::Log;
use crate::view::At;

/// Devices that runtimes allow whatever the configuration says: major and minor number (`None` is any).
const ALWAYS_ALLOWED: [(u32, Option<u32>); 10] = [
    (1, Some(3)),
    (1, Some(5)),
    (1, Some(7)),
    (1, Some(8)),
    (1, Some(9)),
    (5, Some(0)),
    (5, Some(1)),
    (5, Some(2)),
    (10, Some(200)),
    (136, None),
];

/// The devices of the sandbox.
pub(super) fn read(config: &Config<'_>, log: &mut Log) -> Devices {
    let list = config.linux.get("devices");
    let nodes = list.items(log);
    let nodes = nodes
        .iter()
        .filter_map(|d| read_node(d, log).map(|node| Entry::new(node, d.given())))
        .collect();
    let rules = config.linux.at(&["resources", "devices"]);
    let policy = read_policy(&rules, log);
    let origin = if rules.is_present() {
        rules.given()
    } else {
        Origin::default_of(RUNTIME_SPEC, rules.place())
    };
    Devices {
        nodes: list_fact(&list, nodes),
        all_host_nodes: Fact::default_of(false, RUNTIME_SPEC, list.place()),
        policy: Fact::new(policy, origin),
    }
}

fn read_node(at: &At<'_>, log: &mut Log) -> Option<DeviceNode> {
    if !at.is_object(log) {
        return None;
    }
    let letter = at.get("type").string(log);
    let kind = match letter.as_deref() {
        Some("c" | "u") => Some(DeviceKind::Char),
        Some("b") => Some(DeviceKind::Block),
        Some("p") => Some(DeviceKind::Fifo),
        Some(_) | None => None,
    };
    if kind.is_none() {
        log.invalid(
            at.get("type").place(),
            "a device must have the type `c`, `u`, `b` or `p`",
        );
    }
    let path = at.get("path").string(log);
    if path.is_none() {
        log.invalid(at.get("path").place(), "a device without a path");
    }
    let needs_numbers = kind != Some(DeviceKind::Fifo);
    let number = |key: &str, log: &mut Log| {
        let value = at.get(key).u32(log);
        if value.is_none() && needs_numbers {
            log.notice(
                at.get(key).place(),
                format!("a device without a {key} number: runtimes take 0"),
            );
        }
        value.or_else(|| needs_numbers.then_some(0))
    };
    Some(DeviceNode {
        path: path.unwrap_or_default(),
        kind,
        major: number("major", log),
        minor: number("minor", log),
        file_mode: at.get("fileMode").u32(log),
        uid: at.get("uid").u32(log),
        gid: at.get("gid").u32(log),
    })
}

fn read_policy(at: &At<'_>, log: &mut Log) -> DevicePolicy {
    let mut rules: Vec<Entry<DeviceRule>> = at
        .items(log)
        .iter()
        .filter_map(|r| read_rule(r, log).map(|rule| Entry::new(rule, r.given())))
        .collect();
    let default_allow = Fact::unknown(
        "no rule is about every device: runc denies what no rule names, crun 1.8 allows it",
        vec![at.place()],
    );
    let added = |rule: DeviceRule| Entry::new(rule, Origin::default_of(RUNC_OR_CRUN, at.place()));
    for kind in [DeviceKind::Char, DeviceKind::Block] {
        let access = DeviceAccess::MKNOD;
        rules.push(added(DeviceRule {
            allow: true,
            kind: Some(kind),
            major: None,
            minor: None,
            access,
        }));
    }
    for (major, minor) in ALWAYS_ALLOWED {
        let (kind, access) = (Some(DeviceKind::Char), DeviceAccess::ALL);
        rules.push(added(DeviceRule {
            allow: true,
            kind,
            major: Some(major),
            minor,
            access,
        }));
    }
    DevicePolicy { default_allow, rules }
}

fn read_rule(at: &At<'_>, log: &mut Log) -> Option<DeviceRule> {
    if !at.is_object(log) {
        return None;
    }
    let letter = at.get("type").string(log).unwrap_or_default();
    let kind = match letter.as_str() {
        "" | "a" => None,
        "c" => Some(DeviceKind::Char),
        "b" => Some(DeviceKind::Block),
        _ => {
            log.invalid(
                at.get("type").place(),
                format!("a device rule has the type `a`, `c` or `b`, not `{letter}`"),
            );
            return None;
        }
    };
    let number = |key: &str, log: &mut Log| at.get(key).i64(log).and_then(|n| u32::try_from(n).ok());
    let (major, minor) = (number("major", log), number("minor", log));
    Some(DeviceRule {
        allow: at.get("allow").bool(log).unwrap_or(false),
        kind,
        major,
        minor,
        access: read_access(at, log),
    })
}

fn read_access(at: &At<'_>, log: &mut Log) -> DeviceAccess {
    let place = at.get("access");
    let text = place.string(log).unwrap_or_default();
    if text.is_empty() {
        log.invalid(
            place.place(),
            "a device rule needs an access of the letters `r`, `w`, `m`",
        );
    }
    let known: String = text.chars().filter(|c| matches!(c, 'r' | 'w' | 'm')).collect();
    if known != text {
        log.notice(
            place.place(),
            format!("runc ignores the letters other than r, w, m in `{text}`; crun refuses them"),
        );
    }
    DeviceAccess::parse(&known).unwrap_or(DeviceAccess::ALL)
}
