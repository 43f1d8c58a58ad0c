//! Every key of the runtime specification (config.md, config-linux.md, 1.0 to 1.3), by the object it may be in.
//!
//! Objects without a row hold free names (annotations, sysctls, devices by name). Whatever is not in the table is
//! reported.

use crate::formats::known_keys::{Row, walk};
use crate::log::Log;
use crate::suggest::nearest;
use crate::view::At;

const ID_MAPPING: &[&str] = &["containerID", "hostID", "size"];
const HOOK: &[&str] = &["path", "args", "env", "timeout"];
const THROTTLE: &[&str] = &["major", "minor", "rate"];

/// The path of an object, and the keys that it may have.
const KEYS: &[Row] = &[
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
    walk(root, KEYS, SKIPPED, log, report);
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
