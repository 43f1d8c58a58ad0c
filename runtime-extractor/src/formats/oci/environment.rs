//! Names, kernel parameters, hooks, annotations and the other settings around the process of an OCI configuration.

use super::Config;
use super::cgroup::read_settings;
use super::namespaces::list_fact;
use crate::facts::{Entry, Environment, Fact, FactList, Hook, HookStage, IntelRdt};
use crate::formats::annotations::report_annotations;
use crate::formats::layers::RUNTIME_SPEC;
use crate::log::Log;
use crate::tree::NodeKind;
use crate::view::At;

/// The keys of the hooks and when they run.
const STAGES: [(&str, HookStage); 6] = [
    ("prestart", HookStage::Prestart),
    ("createRuntime", HookStage::CreateRuntime),
    ("createContainer", HookStage::CreateContainer),
    ("startContainer", HookStage::StartContainer),
    ("poststart", HookStage::Poststart),
    ("poststop", HookStage::Poststop),
];

/// The environment of the sandbox.
pub(super) fn read(config: &Config<'_>, log: &mut Log) -> Environment {
    let name = |key: &str, log: &mut Log| {
        let at = config.root.get(key);
        at.optional(at.string(log).filter(|text| !text.is_empty()), RUNTIME_SPEC)
    };
    let annotations = read_settings(&config.root.get("annotations"), log);
    report_annotations(&annotations, log);
    let policy = config.linux.at(&["memoryPolicy", "mode"]);
    Environment {
        hostname: name("hostname", log),
        domainname: name("domainname", log),
        sysctls: read_settings(&config.linux.get("sysctl"), log),
        hooks: read_hooks(&config.root.get("hooks"), log),
        annotations,
        intel_rdt: read_rdt(&config.linux.get("intelRdt"), log),
        net_devices: read_net_devices(&config.linux.get("netDevices"), log),
        time_offsets: read_time_offsets(&config.linux.get("timeOffsets"), log),
        memory_policy: policy.optional(policy.string(log), RUNTIME_SPEC),
    }
}

fn read_hooks(at: &At<'_>, log: &mut Log) -> FactList<Hook> {
    at.is_object(log);
    let mut hooks = Vec::new();
    for (key, stage) in STAGES {
        for item in at.get(key).items(log) {
            if item.is_object(log) {
                hooks.push(Entry::new(read_hook(&item, stage, log), item.given()));
            }
        }
    }
    list_fact(at, hooks)
}

fn read_hook(at: &At<'_>, stage: HookStage, log: &mut Log) -> Hook {
    let path = at.get("path").string(log).unwrap_or_default();
    if !path.starts_with('/') {
        log.notice(at.get("path").place(), "the path of a hook should be absolute");
    }
    let args = at
        .get("args")
        .strings(log)
        .into_iter()
        .map(|(text, _)| text)
        .collect();
    at.get("env").strings(log);
    Hook {
        stage,
        path,
        args,
        timeout_s: at.get("timeout").u64(log),
    }
}

fn read_rdt(at: &At<'_>, log: &mut Log) -> Fact<Option<IntelRdt>> {
    if !at.is_object(log) {
        return at.optional(None, RUNTIME_SPEC);
    }
    let clos_id = at.get("closID").string(log);
    if clos_id
        .as_deref()
        .is_some_and(|id| id == "." || id == ".." || id.contains('/'))
    {
        log.invalid(
            at.get("closID").place(),
            "a class of service must be the name of a directory",
        );
    }
    let schemata = at.get("schemata");
    let lines = match schemata.node().map(|node| &node.kind) {
        Some(NodeKind::String(text)) => vec![text.clone()],
        Some(_) | None => schemata.strings(log).into_iter().map(|(line, _)| line).collect(),
    };
    let rdt = IntelRdt {
        clos_id,
        l3_cache: at.get("l3CacheSchema").string(log),
        memory_bandwidth: at.get("memBwSchema").string(log),
        schemata: lines,
    };
    at.optional(Some(rdt), RUNTIME_SPEC)
}

fn read_net_devices(at: &At<'_>, log: &mut Log) -> FactList<(String, Option<String>)> {
    let mut devices = Vec::new();
    for (name, item) in at.members(log) {
        item.is_object(log);
        devices.push(Entry::new(
            (name.to_owned(), item.get("name").string(log)),
            item.given(),
        ));
    }
    list_fact(at, devices)
}

fn read_time_offsets(at: &At<'_>, log: &mut Log) -> FactList<(String, i64)> {
    let mut offsets = Vec::new();
    for (clock, item) in at.members(log) {
        item.is_object(log);
        offsets.push(Entry::new(
            (clock.to_owned(), item.get("secs").i64(log).unwrap_or(0)),
            item.given(),
        ));
    }
    list_fact(at, offsets)
}
