//! The vocabulary: what a configuration says about one sandbox, after defaults, each fact with its origin.
//!
//! Every reader in [`crate::formats`] gives these types and nothing else, and whoever writes a model instance reads
//! these types and nothing else: a new format or a new model meets only here. `docs/facts.md` documents each fact,
//! whence each format takes it and what its default is.
//!
//! Guarantees: nothing that a source says is dropped without a [`Notice`]; what cannot be known is an explicit
//! [`Value::Unknown`]; a configuration that a runtime would refuse is reported in [`SandboxFacts::invalid`].

mod bpf;
mod capability;
mod cgroup;
mod devices;
mod fact;
mod host;
mod lsm;
mod mounts;
mod namespaces;
mod pod;
mod process;
mod seccomp;
mod seccomp_decide;
mod seccomp_program;
mod syscall_numbers;
mod user;

pub use capability::{CapSet, Capabilities, Capability, CapabilitySets, DOCKER_DEFAULT};
pub use cgroup::{
    BlockIoLimits, Cgroup, CpuLimits, DeviceWeight, HugePageLimit, Limit, Membership, MemoryLimits,
    NetworkLimits, RdmaLimit, Setting, Throttle, ThrottleKind,
};
pub use devices::{
    DeviceAccess, DeviceDecision, DeviceKind, DeviceNode, DevicePolicy, DeviceRule, DeviceVerdict, Devices,
};
pub use fact::{Entry, Fact, FactList, Layer, Origin, OriginKind, Place, Value};
pub use host::{CgroupMount, CgroupVersion, Host, Runtime, RuntimeKind};
pub use lsm::{AppArmor, Selinux};
pub use mounts::{Bind, Filesystem, IdMapping, Mount, MountSource, Propagation, Rootfs, is_below};
pub use namespaces::{Namespace, NamespaceKind, Namespaces};
pub use pod::{ContainerRole, HostPort, PodContainer};
pub use process::{Environment, Hook, HookStage, IntelRdt, OpenFile, Process, Rlimit, Scheduler};
pub use seccomp::{ArgCondition, CompareOp, Seccomp, SeccompAction, SeccompFilter, SeccompRule};
pub use seccomp_decide::{ArgValue, Args, Outcome, Reach, SeccompDecision, decide};
pub use seccomp_program::{Instruction, SeccompProgram, SeccompPrograms};
pub use syscall_numbers::{Abi, Architecture, numbered_calls};
pub use user::{HostId, IdMap, User, host_id, host_root_mapped};

use serde::Serialize;
use std::sync::Arc;

/// What kind of thing the facts are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SandboxKind {
    /// A container as an OCI bundle's `config.json` describes it.
    OciBundle,
    /// A running process.
    LiveProcess,
    /// A container of a Kubernetes pod or pod template.
    KubernetesContainer,
}

/// Something that the reader saw and that no fact holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// Where.
    pub place: Place,
    /// What it is and why it is not used, in lower case.
    pub message: String,
}

/// A reason why a runtime refuses the configuration: it is then neither safe nor unsafe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Invalid {
    /// Where.
    pub place: Place,
    /// What is wrong, in lower case.
    pub message: String,
}

/// Everything that is known about one sandbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SandboxFacts {
    /// A name that is unique among the sandboxes of one reading.
    pub name: String,
    /// What kind of thing this is.
    pub kind: SandboxKind,
    /// The names of the sources that were read.
    pub sources: Vec<Arc<str>>,
    /// With whom each namespace is shared.
    pub namespaces: Namespaces,
    /// Ids and their maps.
    pub user: User,
    /// Capability sets.
    pub capabilities: Capabilities,
    /// System call filter; [`decide`] answers what it does with a call.
    pub seccomp: Fact<Seccomp>,
    /// AppArmor profile.
    pub apparmor: Fact<AppArmor>,
    /// SELinux label of the process.
    pub selinux: Fact<Selinux>,
    /// SELinux label of the mounts.
    pub mount_label: Fact<Option<String>>,
    /// Root, mounts, masked and read-only paths.
    pub filesystem: Filesystem,
    /// Device nodes and the device cgroup.
    pub devices: Devices,
    /// Control groups and limits.
    pub cgroup: Cgroup,
    /// The process.
    pub process: Process,
    /// Host name, kernel parameters, hooks, annotations and the like.
    pub environment: Environment,
    /// The host and the runtime.
    pub host: Host,
    /// What only a container of a pod has.
    pub pod: Option<PodContainer>,
    /// What was seen and not used.
    pub notices: Vec<Notice>,
    /// Why a runtime refuses it; empty for a configuration that starts.
    pub invalid: Vec<Invalid>,
}

impl SandboxFacts {
    /// What the sandbox's seccomp set-up does with the calls of `syscall` whose arguments satisfy `args`.
    pub fn decide_syscall(&self, syscall: &str, args: &Args) -> SeccompDecision {
        decide(&self.seccomp, syscall, args)
    }
}

#[cfg(test)]
mod tests;
