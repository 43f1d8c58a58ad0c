//! Every key of the runtime specification (config.md, config-linux.md, 1.0 to 1.3), by the object it may be in.
//!
//! A row is a path in which `*` stands for any key or index, and the keys that an object there may have. An object that has
//! no row holds free names (annotations, sysctls, devices by name). Whatever is not in the table is reported.

use crate::log::Log;
use crate::suggest::nearest;
use crate::tree::Node;
use crate::view::At;

const ID_MAPPING: &[&str] = &["containerID", "hostID", "size"];
const HOOK: &[&str] = &["path", "args", "env", "timeout"];
const THROTTLE: &[&str] = &["major", "minor", "rate"];

/// The path of an object, and the keys that it may have.
const KEYS: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "ociVersion",
            "root",
            "mounts",
            "process",
            "hostname",
            "domainname",
            "hooks",
            "annotations",
            "linux",
            "windows",
            "solaris",
            "freebsd",
            "vm",
            "zos",
        ],
    ),
    ("root", &["path", "readonly"]),
    (
        "mounts.*",
        &[
            "destination",
            "type",
            "source",
            "options",
            "uidMappings",
            "gidMappings",
        ],
    ),
    ("mounts.*.uidMappings.*", ID_MAPPING),
    ("mounts.*.gidMappings.*", ID_MAPPING),
    (
        "process",
        &[
            "terminal",
            "consoleSize",
            "cwd",
            "env",
            "args",
            "commandLine",
            "rlimits",
            "user",
            "capabilities",
            "apparmorProfile",
            "noNewPrivileges",
            "oomScoreAdj",
            "scheduler",
            "selinuxLabel",
            "ioPriority",
            "execCPUAffinity",
        ],
    ),
    ("process.consoleSize", &["height", "width"]),
    ("process.rlimits.*", &["type", "soft", "hard"]),
    (
        "process.user",
        &["uid", "gid", "umask", "additionalGids", "username"],
    ),
    (
        "process.capabilities",
        &["effective", "bounding", "inheritable", "permitted", "ambient"],
    ),
    (
        "process.scheduler",
        &[
            "policy", "nice", "priority", "flags", "runtime", "deadline", "period",
        ],
    ),
    ("process.ioPriority", &["class", "priority"]),
    ("process.execCPUAffinity", &["initial", "final"]),
    (
        "hooks",
        &[
            "prestart",
            "createRuntime",
            "createContainer",
            "startContainer",
            "poststart",
            "poststop",
        ],
    ),
    ("hooks.*.*", HOOK),
    (
        "linux",
        &[
            "namespaces",
            "uidMappings",
            "gidMappings",
            "timeOffsets",
            "devices",
            "netDevices",
            "cgroupsPath",
            "resources",
            "intelRdt",
            "memoryPolicy",
            "sysctl",
            "seccomp",
            "rootfsPropagation",
            "maskedPaths",
            "readonlyPaths",
            "mountLabel",
            "personality",
        ],
    ),
    ("linux.namespaces.*", &["type", "path"]),
    ("linux.uidMappings.*", ID_MAPPING),
    ("linux.gidMappings.*", ID_MAPPING),
    ("linux.timeOffsets", &["boottime", "monotonic"]),
    ("linux.timeOffsets.*", &["secs", "nanosecs"]),
    (
        "linux.devices.*",
        &["type", "path", "major", "minor", "fileMode", "uid", "gid"],
    ),
    ("linux.netDevices.*", &["name"]),
    (
        "linux.intelRdt",
        &[
            "closID",
            "schemata",
            "l3CacheSchema",
            "memBwSchema",
            "enableCMT",
            "enableMBM",
            "enableMonitoring",
        ],
    ),
    ("linux.memoryPolicy", &["mode", "nodes", "flags"]),
    ("linux.personality", &["domain", "flags"]),
    (
        "linux.seccomp",
        &[
            "defaultAction",
            "defaultErrnoRet",
            "architectures",
            "flags",
            "listenerPath",
            "listenerMetadata",
            "syscalls",
        ],
    ),
    (
        "linux.seccomp.syscalls.*",
        &["names", "action", "errnoRet", "args"],
    ),
    (
        "linux.seccomp.syscalls.*.args.*",
        &["index", "value", "valueTwo", "op"],
    ),
    (
        "linux.resources",
        &[
            "unified",
            "devices",
            "pids",
            "blockIO",
            "cpu",
            "hugepageLimits",
            "memory",
            "network",
            "rdma",
        ],
    ),
    (
        "linux.resources.devices.*",
        &["allow", "type", "major", "minor", "access"],
    ),
    ("linux.resources.pids", &["limit"]),
    (
        "linux.resources.blockIO",
        &[
            "weight",
            "leafWeight",
            "weightDevice",
            "throttleReadBpsDevice",
            "throttleWriteBpsDevice",
            "throttleReadIOPSDevice",
            "throttleWriteIOPSDevice",
        ],
    ),
    (
        "linux.resources.blockIO.weightDevice.*",
        &["major", "minor", "weight", "leafWeight"],
    ),
    ("linux.resources.blockIO.throttleReadBpsDevice.*", THROTTLE),
    ("linux.resources.blockIO.throttleWriteBpsDevice.*", THROTTLE),
    ("linux.resources.blockIO.throttleReadIOPSDevice.*", THROTTLE),
    ("linux.resources.blockIO.throttleWriteIOPSDevice.*", THROTTLE),
    (
        "linux.resources.cpu",
        &[
            "shares",
            "quota",
            "burst",
            "period",
            "realtimeRuntime",
            "realtimePeriod",
            "cpus",
            "mems",
            "idle",
        ],
    ),
    ("linux.resources.hugepageLimits.*", &["pageSize", "limit"]),
    (
        "linux.resources.memory",
        &[
            "limit",
            "reservation",
            "swap",
            "kernel",
            "kernelTCP",
            "swappiness",
            "disableOOMKiller",
            "useHierarchy",
            "checkBeforeUpdate",
        ],
    ),
    ("linux.resources.network", &["classID", "priorities"]),
    ("linux.resources.network.priorities.*", &["name", "priority"]),
    ("linux.resources.rdma.*", &["hcaHandles", "hcaObjects"]),
];

/// Objects whose content is reported as a whole elsewhere, so that their keys are not reported one by one.
const SKIPPED: &[&str] = &["windows", "solaris", "freebsd", "vm", "zos"];

/// Reports every key that the specification does not have.
pub(super) fn report_unknown(root: &At<'_>, log: &mut Log) {
    walk(root, "", log);
}

fn walk(at: &At<'_>, pattern: &str, log: &mut Log) {
    if !at.node().is_some_and(Node::is_container) {
        return;
    }
    // Wrong types are reported by those who read the values.
    let mut quiet = Log::default();
    let row = KEYS
        .iter()
        .find(|(path, _)| matches(path, pattern))
        .map(|(_, keys)| *keys);
    let object = at.is_object(&mut quiet);
    for (key, member) in if object {
        at.members(&mut quiet)
    } else {
        Vec::new()
    } {
        match row {
            Some(keys) if !keys.contains(&key) => report(key, keys, &member, log),
            Some(_) if SKIPPED.contains(&key) && pattern.is_empty() => {}
            Some(_) => walk(&member, &extend(pattern, key), log),
            None => walk(&member, &extend(pattern, "*"), log),
        }
    }
    for item in if object { Vec::new() } else { at.items(&mut quiet) } {
        walk(&item, &extend(pattern, "*"), log);
    }
}

fn report(key: &str, keys: &[&str], member: &At<'_>, log: &mut Log) {
    if let Some(same) = keys.iter().find(|k| k.eq_ignore_ascii_case(key)) {
        let message = format!(
            "the key `{key}` differs from `{same}` in case: runc reads it as `{same}`, crun ignores it"
        );
        log.error(&member.place(), message, Some(format!("write it as `{same}`")));
        return;
    }
    let hint =
        nearest(key, keys.iter().copied()).map_or_else(String::new, |k| format!("; did you mean `{k}`?"));
    log.notice(
        member.place(),
        format!("the key `{key}` is not in the runtime specification and is not used{hint}"),
    );
}

fn extend(pattern: &str, key: &str) -> String {
    if pattern.is_empty() {
        key.to_owned()
    } else {
        format!("{pattern}.{key}")
    }
}

/// True if a path of the table, in which `*` stands for anything, is this path.
fn matches(row: &str, path: &str) -> bool {
    let (mut row, mut path) = (row.split('.'), path.split('.'));
    loop {
        match (row.next(), path.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) if a == "*" || a == b => {}
            (_, _) => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_one_segment() {
        assert!(matches("a.*.b", "a.x.b") && matches("", ""));
        assert!(!matches("a.*", "a") && !matches("a.*", "a.b.c") && !matches("a", ""));
    }
}
