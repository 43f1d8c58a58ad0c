//! What is known of the host and of the runtime; unknown unless it was observed or is given.

use super::fact::{Fact, FactList};
use serde::Serialize;

/// How the host arranges control groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CgroupVersion {
    /// One hierarchy per controller.
    V1,
    /// The unified hierarchy only.
    V2,
    /// Controllers in version 1, and an additional unified hierarchy.
    Hybrid,
}

/// Which runtime makes the sandbox.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RuntimeKind {
    /// opencontainers/runc.
    Runc,
    /// containers/crun.
    Crun,
    /// youki-dev/youki.
    Youki,
    /// Kata Containers: a virtual machine.
    Kata,
    /// gVisor's runsc: a kernel in user space.
    Gvisor,
    /// Another of this name.
    Other(String),
}

/// A runtime and its version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Runtime {
    /// Which.
    pub kind: RuntimeKind,
    /// Its version, if known.
    pub version: Option<String>,
}

/// A mounted cgroup hierarchy of the host.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct CgroupMount {
    /// Controllers (or `name=..`), sorted; empty for cgroup v2.
    pub controllers: Vec<String>,
    /// Where it is mounted.
    pub mount_point: String,
    /// True for cgroup v2.
    pub unified: bool,
}

/// What is known of the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Host {
    /// Release of the kernel, e.g. `6.1.0-18-amd64`.
    pub kernel: Fact<String>,
    /// How control groups are arranged.
    pub cgroup_version: Fact<CgroupVersion>,
    /// Active security modules, e.g. `apparmor`.
    pub lsms: FactList<String>,
    /// Mounted cgroup hierarchies.
    pub cgroup_mounts: FactList<CgroupMount>,
    /// The runtime.
    pub runtime: Fact<Runtime>,
}

impl Host {
    /// Nothing is known, because of `why`.
    pub fn unknown(why: &str) -> Self {
        Self {
            kernel: Fact::unknown(why, Vec::new()),
            cgroup_version: Fact::unknown(why, Vec::new()),
            lsms: Fact::unknown(why, Vec::new()),
            cgroup_mounts: Fact::unknown(why, Vec::new()),
            runtime: Fact::unknown(why, Vec::new()),
        }
    }
}
