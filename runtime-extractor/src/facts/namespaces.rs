//! Namespaces: with whom each of the eight kinds is shared.

use super::fact::Fact;
use serde::Serialize;
use std::collections::BTreeMap;

/// The eight kinds of namespace (namespaces(7)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NamespaceKind {
    /// Mount points.
    Mnt,
    /// Process ids.
    Pid,
    /// Network devices, stacks, ports, abstract sockets.
    Net,
    /// System V IPC and POSIX message queues.
    Ipc,
    /// Host and domain name.
    Uts,
    /// User and group ids, capabilities, keyrings.
    User,
    /// Cgroup root directory.
    Cgroup,
    /// Boot and monotonic clocks.
    Time,
}

impl NamespaceKind {
    /// Every kind, in the order of the vocabulary.
    pub const ALL: [Self; 8] = [
        Self::Mnt,
        Self::Pid,
        Self::Net,
        Self::Ipc,
        Self::Uts,
        Self::User,
        Self::Cgroup,
        Self::Time,
    ];

    /// The name of the link in `/proc/PID/ns`, e.g. `mnt`.
    pub fn proc_name(self) -> &'static str {
        match self {
            Self::Mnt => "mnt",
            Self::Pid => "pid",
            Self::Net => "net",
            Self::Ipc => "ipc",
            Self::Uts => "uts",
            Self::User => "user",
            Self::Cgroup => "cgroup",
            Self::Time => "time",
        }
    }

    /// The name in an OCI configuration, e.g. `mount`.
    pub fn oci_name(self) -> &'static str {
        match self {
            Self::Mnt => "mount",
            Self::Net => "network",
            Self::Pid | Self::Ipc | Self::Uts | Self::User | Self::Cgroup | Self::Time => self.proc_name(),
        }
    }
}

/// With whom a namespace is shared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Namespace {
    /// The namespace that the runtime itself runs in: the host's.
    Host,
    /// One of its own (for a live process: not the host's; compare `observed_ids` to see who else is in it).
    New,
    /// The namespace behind this path, which another party made; it may turn out to be the host's.
    Join(String),
    /// The one that all containers of the pod share, and which is not the host's.
    SharedWithPod,
}

/// With whom each namespace is shared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Namespaces {
    /// Mount namespace.
    pub mnt: Fact<Namespace>,
    /// Process id namespace.
    pub pid: Fact<Namespace>,
    /// Network namespace.
    pub net: Fact<Namespace>,
    /// IPC namespace.
    pub ipc: Fact<Namespace>,
    /// UTS namespace.
    pub uts: Fact<Namespace>,
    /// User namespace.
    pub user: Fact<Namespace>,
    /// Cgroup namespace.
    pub cgroup: Fact<Namespace>,
    /// Time namespace.
    pub time: Fact<Namespace>,
    /// Inode numbers of the namespaces of a live process; empty for configurations.
    pub observed_ids: BTreeMap<NamespaceKind, u64>,
}

impl Namespaces {
    /// Builds all eight by asking `f` for each.
    pub fn from_fn(mut f: impl FnMut(NamespaceKind) -> Fact<Namespace>) -> Self {
        Self {
            mnt: f(NamespaceKind::Mnt),
            pid: f(NamespaceKind::Pid),
            net: f(NamespaceKind::Net),
            ipc: f(NamespaceKind::Ipc),
            uts: f(NamespaceKind::Uts),
            user: f(NamespaceKind::User),
            cgroup: f(NamespaceKind::Cgroup),
            time: f(NamespaceKind::Time),
            observed_ids: BTreeMap::new(),
        }
    }

    /// The fact for one kind.
    pub fn get(&self, kind: NamespaceKind) -> &Fact<Namespace> {
        match kind {
            NamespaceKind::Mnt => &self.mnt,
            NamespaceKind::Pid => &self.pid,
            NamespaceKind::Net => &self.net,
            NamespaceKind::Ipc => &self.ipc,
            NamespaceKind::Uts => &self.uts,
            NamespaceKind::User => &self.user,
            NamespaceKind::Cgroup => &self.cgroup,
            NamespaceKind::Time => &self.time,
        }
    }
}
