//! From facts to an instance of the library model `linux::host`.
//!
//! Takes [`SandboxFacts`] and a [`HostProfile`]; gives the text of a `.wt` instance in which every line says
//! behind `//@` where it comes from, and the same evidence as data. A fact that is unknown is written as
//! `unknown`: the model then considers every value of it.
//!
//! Guarantees: each constant of the model that speaks of a workload is written exactly once; nothing is
//! assumed safe that the facts do not say. Where several facts decide one constant, the weakest reading for the
//! adversary's victim is taken.

mod calls;
mod change;
mod devices;
mod files;
mod host;
mod paths;
mod rootless;
mod write;

use crate::facts::{
    Bind, Fact, HostId, Limit, Mount, Namespace, NamespaceKind, Origin, OriginKind, Place, SandboxFacts,
};

pub use change::change_label;
pub use host::{HostProfile, HostProfileError};
pub use write::{Evidence, Instance};

use write::Writer;

/// Element that stands for the sandbox in the model.
pub const WORKLOAD: &str = "workload";
/// Element that stands for any other workload on the same host.
pub const NEIGHBOUR: &str = "neighbour";
/// The library model that is instantiated.
pub const MODEL: &str = "linux::host";

/// Writes the instance. `name` must be an identifier of the language.
#[must_use]
pub fn instance(name: &str, facts: &SandboxFacts, host: &HostProfile) -> Instance {
    let rootless = host.rootless == Some(true);
    let below = rootless.then(|| rootless::below(facts));
    let facts = below.as_ref().unwrap_or(facts);
    let mut w = Writer::new(facts);
    identity(&mut w, facts);
    namespaces(&mut w, facts);
    w.blank("capabilities");
    starting_capabilities(&mut w, facts);
    capability_set(&mut w, "bounding", &facts.capabilities.attainable);
    w.blank("system calls");
    calls::write(&mut w, facts);
    confinement(&mut w, facts);
    w.blank("host paths");
    paths::write(&mut w, facts, rootless);
    w.blank("kernel files");
    files::write(&mut w, facts);
    w.blank("devices");
    devices::write(&mut w, facts);
    w.blank("resources");
    limits(&mut w, facts);
    own_cgroup(&mut w, facts);
    realtime_share(&mut w, facts);
    bridge(&mut w, facts, host);
    w.blank("the host");
    host::write(&mut w, facts, host);
    w.finish(name)
}

fn identity(w: &mut Writer, facts: &SandboxFacts) {
    w.plain(&format!("adversary = {WORKLOAD}"));
    w.blank("identity");
    w.fact("starts_as_root", &facts.user.is_root);
    root_is_host_root(w, facts);
    groups(w, facts);
    w.fact("no_new_privs", &facts.process.no_new_privs);
    w.unknown_workload(
        "setuid_program",
        Evidence::note("what the image holds is not in the configuration"),
    );
    user_on_host(w, facts);
}

/// Unknown for root, too: it decides nothing there, and would if the process ran as another user.
fn user_on_host(w: &mut Writer, facts: &SandboxFacts) {
    let uid = &facts.user.host_uid;
    if uid.is(|id| *id == HostId::Unmapped) {
        w.value(
            &format!("user_on_host[{WORKLOAD}]"),
            "false",
            &Evidence::of(&uid.origin),
        );
    } else {
        let note = "which users' processes the host runs is not in the configuration";
        w.unknown_workload("user_on_host", Evidence::note(note));
    }
}

/// First id of the groups that people have; those below are the system's, which own sockets and devices (login.defs(5),
/// `GID_MIN`).
const PEOPLE: u32 = 1000;

/// Whether one of its groups may open what belongs to the host's groups. Groups of people own no devices; a socket may
/// belong to any.
fn groups(w: &mut Writer, facts: &SandboxFacts) {
    let key = format!("trusted_group[{WORKLOAD}]");
    let root = facts.user.is_root.is(|r| *r);
    let own = &facts.user.gid.origin;
    let Some(origin) = trusted_group(facts).filter(|_| !root) else {
        let more = &facts.user.additional_gids;
        let some = more.known().is_some_and(|list| !list.is_empty());
        w.value(
            &key,
            "false",
            &Evidence::of(if some { &more.origin } else { own }),
        );
        return;
    };
    let why = "which groups own the host's sockets and devices is not in the configuration";
    w.unknown(&key, &Evidence::of(origin).with_note(why));
}

/// Where the first group comes from that may own something of the host that is in the sandbox.
fn trusted_group(facts: &SandboxFacts) -> Option<&Origin> {
    let user = &facts.user;
    let socket = paths::shows_socket(facts);
    let nodes = facts.devices.nodes.known();
    let may_own = |gid: u32| {
        let node = nodes.is_none_or(|list| list.iter().any(|n| n.value.gid == Some(gid)));
        gid < PEOPLE || node
    };
    if user.gid.may_be(|gid| may_own(*gid)) {
        return Some(&user.gid.origin);
    }
    match user.additional_gids.known() {
        None => Some(&user.additional_gids.origin),
        Some(list) => {
            let mut list = list.iter();
            let found = list.find(|gid| socket || may_own(gid.value));
            found.map(|gid| &gid.origin)
        }
    }
}

/// Whether *user 0 of the workload* (or any user it can become) acts as user 0 of the host.
fn root_is_host_root(w: &mut Writer, facts: &SandboxFacts) {
    for (who, value) in [
        (WORKLOAD, &facts.user.host_root_mapped),
        (NEIGHBOUR, &facts.user.host_root_mapped),
    ] {
        w.fact_of(who, "root_is_host_root", value);
    }
}

fn namespaces(w: &mut Writer, facts: &SandboxFacts) {
    w.blank("namespaces");
    for who in [WORKLOAD, NEIGHBOUR] {
        for kind in NamespaceKind::ALL {
            let fact = facts.namespaces.get(kind);
            let key = format!("host_namespace[{who}][{}]", model_name(kind));
            let shared = match fact.known() {
                Some(Namespace::Host) => Some(true),
                Some(Namespace::New | Namespace::SharedWithPod) => Some(false),
                Some(Namespace::Join(path)) => joined(path),
                None => None,
            };
            let evidence = Evidence::of(&fact.origin);
            match shared {
                Some(value) => w.value(&key, &value.to_string(), &evidence),
                None => w.unknown(&key, &evidence),
            }
        }
    }
}

/// A joined namespace is the host's if it is that of process 1, or the one that Docker keeps for `--network host`; it is
/// not where a network plug-in or podman made it for this container (`cni-UUID`, `netns-UUID`). Any other path may be
/// either.
fn joined(path: &str) -> Option<bool> {
    let name = path.rsplit('/').next().unwrap_or_default();
    let made = path.contains("/netns/") && (name.starts_with("cni-") || name.starts_with("netns-"));
    match path {
        _ if path.starts_with("/proc/1/ns/") || path.ends_with("run/docker/netns/default") => Some(true),
        _ if made => Some(false),
        _ => None,
    }
}

fn model_name(kind: NamespaceKind) -> &'static str {
    match kind {
        NamespaceKind::Mnt => "Mount",
        NamespaceKind::Pid => "Pid",
        NamespaceKind::Net => "Net",
        NamespaceKind::Ipc => "Ipc",
        NamespaceKind::Uts => "Uts",
        NamespaceKind::User => "User",
        NamespaceKind::Cgroup => "Cgroup",
        NamespaceKind::Time => "Time",
    }
}

/// A process of another user than 0 starts with its ambient capabilities alone (capabilities(7), execve).
fn starting_capabilities(w: &mut Writer, facts: &SandboxFacts) {
    let start = &facts.capabilities.at_start;
    let never = Evidence::of(&facts.user.is_root.origin);
    if facts.user.is_root.known().is_some() {
        capability_set(w, "capabilities", start);
        w.set("root_capabilities", Vec::new(), &never);
    } else {
        capability_set(w, "capabilities", &facts.capabilities.ambient);
        capability_set(w, "root_capabilities", start);
    }
}

fn capability_set(w: &mut Writer, name: &str, set: &Fact<crate::facts::CapSet>) {
    match set.known() {
        Some(caps) => {
            let members = caps
                .0
                .iter()
                .map(|(cap, origin)| {
                    (
                        cap.name().trim_start_matches("CAP_").to_owned(),
                        Evidence::of(origin),
                    )
                })
                .collect();
            w.set(name, members, &Evidence::of(&set.origin));
        }
        None => w.unknown_workload(name, Evidence::of(&set.origin)),
    }
}

/// What a security module denies: nothing without one; with one, it depends on what the host enforces.
fn confinement(w: &mut Writer, facts: &SandboxFacts) {
    use crate::facts::{AppArmor, Selinux};
    let apparmor_off = facts.apparmor.is(|a| *a == AppArmor::Unconfined);
    let selinux_off = facts.selinux.is(|s| *s == Selinux::None);
    let origin = if apparmor_off {
        &facts.selinux.origin
    } else {
        &facts.apparmor.origin
    };
    if apparmor_off && selinux_off {
        w.set("lsm_denies", Vec::new(), &Evidence::of(&facts.apparmor.origin));
    } else {
        let why = "whether the host enforces this profile, and what it denies, is not in the configuration";
        w.unknown_workload("lsm_denies", Evidence::of(origin).with_note(why));
    }
}

fn limits(w: &mut Writer, facts: &SandboxFacts) {
    let cgroup = &facts.cgroup;
    let all = [
        ("Processes", &cgroup.pids),
        ("Memory", &cgroup.memory.limit),
        ("Cpu", &cgroup.cpu.quota),
    ];
    for (name, fact) in all {
        let (key, evidence) = (format!("limited[{WORKLOAD}][{name}]"), Evidence::of(&fact.origin));
        match fact.known() {
            Some(limit) => w.value(&key, &matches!(limit, Limit::Max(_)).to_string(), &evidence),
            None => w.unknown(&key, &evidence),
        }
    }
}

fn own_cgroup(w: &mut Writer, facts: &SandboxFacts) {
    let memberships = &facts.cgroup.memberships;
    if let Some(lines) = memberships.known() {
        let root = lines
            .iter()
            .find(|m| m.value.hierarchy != 0 && m.value.path == "/");
        let origin = root.map_or(&memberships.origin, |m| &m.origin);
        w.value(
            &format!("own_cgroup[{WORKLOAD}]"),
            &root.is_none().to_string(),
            &Evidence::of(origin),
        );
        return;
    }
    let path = &facts.cgroup.path;
    match path.known() {
        Some(Some(p)) if p == "/" => {
            w.value(
                &format!("own_cgroup[{WORKLOAD}]"),
                "false",
                &Evidence::of(&path.origin),
            );
        }
        Some(_) | None => {
            let note = "runc makes a cgroup in every hierarchy; crun on a hybrid host does not";
            w.unknown_workload("own_cgroup", Evidence::of(&path.origin).with_note(note));
        }
    }
}

/// Kernels that group real-time tasks (`CONFIG_RT_GROUP_SCHED`) give a new cgroup no time for them; others do not ask.
fn realtime_share(w: &mut Writer, facts: &SandboxFacts) {
    let runtime = &facts.cgroup.cpu.realtime_runtime;
    let observed = matches!(runtime.origin.kind, OriginKind::Observed);
    let key = format!("realtime_share[{WORKLOAD}]");
    match runtime.known() {
        Some(Some(time)) if *time > 0 => w.value(&key, "true", &Evidence::of(&runtime.origin)),
        Some(Some(_)) if observed => w.value(&key, "false", &Evidence::of(&runtime.origin)),
        Some(_) | None => {
            let note = "whether the host's kernel groups real-time tasks is not in the configuration";
            w.unknown(&key, &Evidence::note(note));
        }
    }
}

fn bridge(w: &mut Writer, facts: &SandboxFacts, host: &HostProfile) {
    let net = &facts.namespaces.net;
    let key = format!("bridged[{WORKLOAD}]");
    match (host.bridged, net.known()) {
        (Some(value), _) => w.value(
            &key,
            &value.to_string(),
            &Evidence::note("given on the command line"),
        ),
        (None, Some(Namespace::Host)) => w.value(&key, "false", &Evidence::of(&net.origin)),
        (None, _) => {
            let note = "what the engine connects the network namespace to is not in the configuration";
            w.unknown(&key, &Evidence::of(&net.origin).with_note(note));
        }
    }
}

/// The first place of an origin or of one of its parts.
fn first(places: &[Place]) -> Option<Place> {
    places.first().cloned()
}

/// Whether a mount brings in what lies below its source.
fn recursive(mount: &Mount) -> bool {
    mount.bind.may_be(|b| *b == Bind::Recursive)
}

/// Whether a mount is read-only but what is mounted below its source need not be: `ro` with `rbind` changes the
/// topmost mount alone (mount(8), recursive read-only needs `rro`).
fn only_top_read_only(mount: &Mount) -> bool {
    recursive(mount) && !mount.recursive_read_only.is(|r| *r)
}
