//! What is known of the host: given on the command line, observed, or a default that is marked as one.

use super::write::{Evidence, Writer};
use crate::facts::{CgroupVersion, SandboxFacts};
use crate::suggest::nearest;

/// Facts of the host that a configuration does not hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostProfile {
    /// The host has cgroup hierarchies of version 1.
    pub cgroup_v1: Option<bool>,
    /// The kernel loads modules.
    pub modules: Option<bool>,
    /// Kernel lockdown is on.
    pub lockdown: Option<bool>,
    /// The magic SysRq key works.
    pub sysrq: Option<bool>,
    /// The sandbox's own network shares a link with other workloads.
    pub bridged: Option<bool>,
    /// An ordinary user runs the runtime, in a user namespace.
    pub rootless: Option<bool>,
}

/// Why `key=value` is not a fact of a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostProfileError {
    /// What is wrong, in lower case.
    pub message: String,
    /// What to write instead.
    pub help: String,
}

const KEYS: &[&str] = &["cgroup", "modules", "lockdown", "sysrq", "bridged", "rootless"];

impl HostProfile {
    /// Sets one fact from `key=value`: `cgroup=v1|v2|hybrid`, or `modules`, `lockdown`, `sysrq`, `bridged`,
    /// `rootless` with `yes` or `no`.
    ///
    /// # Errors
    /// An unknown key or value, with the nearest known one.
    pub fn set(&mut self, assignment: &str) -> Result<(), HostProfileError> {
        let (key, value) = assignment.split_once('=').unwrap_or((assignment, ""));
        let place = match key {
            "cgroup" => {
                self.cgroup_v1 = Some(match value {
                    "v1" | "hybrid" => true,
                    "v2" => false,
                    _ => return Err(bad_value(key, value, "v1, v2 or hybrid")),
                });
                return Ok(());
            }
            "modules" => &mut self.modules,
            "lockdown" => &mut self.lockdown,
            "sysrq" => &mut self.sysrq,
            "bridged" => &mut self.bridged,
            "rootless" => &mut self.rootless,
            _ => return Err(bad_key(key)),
        };
        *place = Some(match value {
            "yes" | "true" | "on" => true,
            "no" | "false" | "off" => false,
            _ => return Err(bad_value(key, value, "yes or no")),
        });
        Ok(())
    }
}

fn bad_key(key: &str) -> HostProfileError {
    let help = match nearest(key, KEYS.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known facts of a host are {}", KEYS.join(", ")),
    };
    HostProfileError {
        message: format!("`{key}` is not a fact of a host"),
        help,
    }
}

fn bad_value(key: &str, value: &str, allowed: &str) -> HostProfileError {
    HostProfileError {
        message: format!("`{value}` is not a value of `{key}`"),
        help: format!("write {key}= and {allowed}"),
    }
}

pub(super) fn write(w: &mut Writer, facts: &SandboxFacts, profile: &HostProfile) {
    let observed = &facts.host.cgroup_version;
    match (profile.cgroup_v1, observed.known()) {
        (Some(v1), _) => w.value(
            "cgroup_v1",
            &v1.to_string(),
            &Evidence::note("given on the command line"),
        ),
        (None, Some(version)) => {
            let v1 = *version != CgroupVersion::V2;
            w.value("cgroup_v1", &v1.to_string(), &Evidence::of(&observed.origin));
        }
        (None, None) => {
            let why = "the host's cgroup version is not in the configuration: --host cgroup=v1 or v2 says it";
            w.unknown("cgroup_v1", &Evidence::note(why));
        }
    }
    let why = "what a daemon does for whoever connects to its socket is not in the configuration";
    w.unknown("daemons_obey", &Evidence::note(why));
    for (constant, given, default) in [
        ("modules_loadable", profile.modules, true),
        ("lockdown", profile.lockdown, false),
        ("sysrq_enabled", profile.sysrq, true),
    ] {
        let note = match given {
            Some(_) => "given on the command line",
            None => "default: a stock distribution kernel",
        };
        w.value(
            constant,
            &given.unwrap_or(default).to_string(),
            &Evidence::note(note),
        );
    }
}
