//! Combinations that a runtime refuses, so that no container comes of them (runc's
//! `libcontainer/configs/validate/validator.go`, and what runc 1.1.5 and crun 1.8.1 said when they were tried).

use crate::facts::{Fact, FactList, Namespace, Place, SandboxFacts};
use crate::formats::sysctls;
use crate::log::Log;

/// Reports every combination that a runtime refuses.
pub(super) fn check(facts: &SandboxFacts, log: &mut Log) {
    names(facts, log);
    masks(facts, log);
    sysctls::check(facts, log);
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
