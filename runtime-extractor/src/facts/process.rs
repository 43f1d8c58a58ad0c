//! The process of the sandbox and the settings around it that are not of one of the other groups.

use super::cgroup::{Limit, Setting};
use super::fact::{Fact, FactList};
use serde::Serialize;

/// A resource limit of the process (getrlimit(2)).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Rlimit {
    /// E.g. `RLIMIT_NOFILE`.
    pub name: String,
    /// What is enforced.
    pub soft: Limit,
    /// How far the process may raise it.
    pub hard: Limit,
}

/// A scheduling policy (sched(7)).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Scheduler {
    /// E.g. `SCHED_FIFO`.
    pub policy: String,
    /// Nice value.
    pub nice: Option<i64>,
    /// Static priority.
    pub priority: Option<i64>,
}

/// When a hook runs, in the order of a container's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HookStage {
    /// After the environment is made, before the program (deprecated).
    Prestart,
    /// The same.
    CreateRuntime,
    /// The same, in the container's namespaces, before its root is entered.
    CreateContainer,
    /// Just before the program, in the container.
    StartContainer,
    /// After the program started.
    Poststart,
    /// After the container is deleted.
    Poststop,
}

impl HookStage {
    /// True if the hook runs in the runtime's namespaces, which are the host's.
    pub fn runs_on_host(self) -> bool {
        match self {
            Self::Prestart | Self::CreateRuntime | Self::Poststart | Self::Poststop => true,
            Self::CreateContainer | Self::StartContainer => false,
        }
    }
}

/// A program that the runtime runs around the container.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Hook {
    /// When.
    pub stage: HookStage,
    /// The program.
    pub path: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// Seconds until it is given up, if given.
    pub timeout_s: Option<u64>,
}

/// Cache and memory bandwidth of Intel RDT.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct IntelRdt {
    /// Class of service.
    pub clos_id: Option<String>,
    /// Schema of the third-level cache.
    pub l3_cache: Option<String>,
    /// Schema of memory bandwidth.
    pub memory_bandwidth: Option<String>,
    /// Every schema, as given.
    pub schemata: Vec<String>,
}

/// An open descriptor of a live process.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct OpenFile {
    /// The descriptor.
    pub fd: u32,
    /// What its link shows, e.g. `/dev/kvm` or `socket:[123]`.
    pub target: String,
    /// Id of the mount it was opened through, if known: one that the sandbox's mount table lacks is outside.
    pub mount_id: Option<u64>,
    /// Open flags of open(2), if known.
    pub flags: Option<u64>,
}

/// The process of the sandbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Process {
    /// Arguments, with the program first; for Kubernetes unknown where the image decides.
    pub args: Fact<Vec<String>>,
    /// Working directory.
    pub cwd: Fact<String>,
    /// Names of the environment's variables (values may be secrets and are not kept).
    pub env_names: FactList<String>,
    /// A terminal is attached.
    pub terminal: Fact<bool>,
    /// `execve` never gains privileges.
    pub no_new_privs: Fact<bool>,
    /// Resource limits.
    pub rlimits: FactList<Rlimit>,
    /// Preference of the out-of-memory killer, -1000 to 1000; `None` is the runtime's own.
    pub oom_score_adj: Fact<Option<i64>>,
    /// Scheduling policy; `None` is the runtime's own.
    pub scheduler: Fact<Option<Scheduler>>,
    /// Class of I/O priority; `None` is the runtime's own.
    pub io_priority: Fact<Option<String>>,
    /// Execution domain, e.g. `LINUX32`; `None` is the native one.
    pub personality: Fact<Option<String>>,
    /// Open descriptors of a live process; unknown for configurations beyond the standard streams.
    pub open_files: FactList<OpenFile>,
}

/// Settings of the sandbox's environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Environment {
    /// Host name; `None` is not set.
    pub hostname: Fact<Option<String>>,
    /// Domain name; `None` is not set.
    pub domainname: Fact<Option<String>>,
    /// Kernel parameters.
    pub sysctls: FactList<Setting>,
    /// Programs that the runtime runs around the container.
    pub hooks: FactList<Hook>,
    /// Annotations.
    pub annotations: FactList<Setting>,
    /// Intel RDT; `None` is not set.
    pub intel_rdt: Fact<Option<IntelRdt>>,
    /// Network devices moved from the host into the sandbox: name on the host, name inside.
    pub net_devices: FactList<(String, Option<String>)>,
    /// Offsets of a time namespace: clock, seconds.
    pub time_offsets: FactList<(String, i64)>,
    /// NUMA memory policy, e.g. `MPOL_BIND`; `None` is not set.
    pub memory_policy: Fact<Option<String>>,
}
