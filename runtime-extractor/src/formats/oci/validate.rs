//! Combinations that a runtime refuses, so that no container comes of them (runc's
//! `libcontainer/configs/validate/validator.go`, and what runc 1.1.5 and crun 1.8.1 said when they were tried).

use crate::facts::{Fact, FactList, Namespace, Place, SandboxFacts};
use crate::log::Log;

/// Kernel parameters that belong to the IPC namespace.
const IPC_SYSCTLS: [&str; 8] = [
    "kernel.msgmax",
    "kernel.msgmnb",
    "kernel.msgmni",
    "kernel.sem",
    "kernel.shmall",
    "kernel.shmmax",
    "kernel.shmmni",
    "kernel.shm_rmid_forced",
];

/// Reports every combination that a runtime refuses.
pub(super) fn check(facts: &SandboxFacts, log: &mut Log) {
    names(facts, log);
    masks(facts, log);
    sysctls(facts, log);
    time_offsets(facts, log);
    net_devices(facts, log);
}

fn is_host(namespace: &Fact<Namespace>) -> bool {
    namespace.is(|n| *n == Namespace::Host) && namespace.origin.is_default()
}

fn place_of<T>(fact: &Fact<T>) -> Option<Place> {
    fact.origin.place().cloned()
}

fn names(facts: &SandboxFacts, log: &mut Log) {
    if !is_host(&facts.namespaces.uts) {
        return;
    }
    for (name, what) in [
        (&facts.environment.hostname, "hostname"),
        (&facts.environment.domainname, "domainname"),
    ] {
        if let (true, Some(place)) = (name.is(Option::is_some), place_of(name)) {
            log.invalid(place, format!("`{what}` cannot be set without a UTS namespace"));
        }
    }
}

fn masks(facts: &SandboxFacts, log: &mut Log) {
    if !is_host(&facts.namespaces.mnt) {
        return;
    }
    let lists = [
        (&facts.filesystem.masked_paths, "maskedPaths"),
        (&facts.filesystem.readonly_paths, "readonlyPaths"),
    ];
    for (list, what) in lists {
        if let (true, Some(place)) = (!is_empty(list), place_of(list)) {
            log.invalid(
                place,
                format!("`{what}` cannot be applied without a mount namespace"),
            );
        }
    }
}

fn is_empty<T>(list: &FactList<T>) -> bool {
    list.known().is_none_or(Vec::is_empty)
}

fn sysctls(facts: &SandboxFacts, log: &mut Log) {
    for entry in facts.environment.sysctls.known().into_iter().flatten() {
        let key = dotted(&entry.value.key);
        let refusal = refusal(&key, facts);
        if let (Some(message), Some(place)) = (refusal, entry.origin.place()) {
            log.invalid(place.clone(), message);
        }
    }
}

fn refusal(key: &str, facts: &SandboxFacts) -> Option<String> {
    let namespaces = &facts.namespaces;
    if IPC_SYSCTLS.contains(&key) || key.starts_with("fs.mqueue.") {
        return is_host(&namespaces.ipc)
            .then(|| format!("the sysctl `{key}` needs an IPC namespace of its own"));
    }
    if key.starts_with("net.") {
        let host = namespaces.net.is(|n| *n == Namespace::Host);
        return host.then(|| format!("the sysctl `{key}` needs a network namespace of its own"));
    }
    match key {
        "kernel.domainname" if !is_host(&namespaces.uts) => None,
        "kernel.hostname" if !is_host(&namespaces.uts) => Some("set `hostname` instead of the sysctl".into()),
        _ => Some(format!(
            "the sysctl `{key}` is not of a namespace: it would change the host"
        )),
    }
}

/// The name with dots, from either way of writing it (sysctl(8)).
fn dotted(key: &str) -> String {
    match key.find(['.', '/']).and_then(|i| key.get(i..=i)) {
        Some("/") => key
            .chars()
            .map(|c| match c {
                '.' => '/',
                '/' => '.',
                other => other,
            })
            .collect(),
        Some(_) | None => key.to_owned(),
    }
}

fn time_offsets(facts: &SandboxFacts, log: &mut Log) {
    let offsets = &facts.environment.time_offsets;
    if let (true, false, Some(place)) = (
        is_host(&facts.namespaces.time),
        is_empty(offsets),
        place_of(offsets),
    ) {
        log.invalid(place, "`timeOffsets` needs a time namespace");
    }
}

fn net_devices(facts: &SandboxFacts, log: &mut Log) {
    let devices = &facts.environment.net_devices;
    if let (true, false, Some(place)) = (
        is_host(&facts.namespaces.net),
        is_empty(devices),
        place_of(devices),
    ) {
        log.invalid(place, "`netDevices` needs a network namespace");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sysctl_names_have_two_notations() {
        assert_eq!(
            dotted("net/ipv4/conf/eno2.100/rp_filter"),
            "net.ipv4.conf.eno2/100.rp_filter"
        );
        assert_eq!(
            dotted("net.ipv4.conf.eno2/100.rp_filter"),
            "net.ipv4.conf.eno2/100.rp_filter"
        );
        assert_eq!(dotted("plain"), "plain");
    }
}
