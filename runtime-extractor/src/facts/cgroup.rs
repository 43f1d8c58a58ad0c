//! Control groups: where the sandbox is, and its limits per controller.

use super::fact::{Fact, FactList};
use serde::Serialize;

/// An upper bound of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// None: as much as the groups above allow.
    Unlimited,
    /// At most this (bytes, microseconds, tasks: see the field).
    Max(u64),
}

/// The limits of the memory controller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MemoryLimits {
    /// Bytes of memory.
    pub limit: Fact<Limit>,
    /// Bytes of memory and swap together.
    pub swap: Fact<Limit>,
    /// Bytes that are kept under pressure.
    pub reservation: Fact<Limit>,
    /// Bytes of kernel memory (cgroup v1, obsolete).
    pub kernel: Fact<Limit>,
    /// Bytes of TCP buffers (cgroup v1).
    pub kernel_tcp: Fact<Limit>,
    /// Tendency to swap, 0 to 100.
    pub swappiness: Fact<Option<u64>>,
    /// The out-of-memory killer is off: tasks hang instead.
    pub oom_killer_disabled: Fact<bool>,
}

/// The limits of the cpu and cpuset controllers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CpuLimits {
    /// Relative weight (cgroup v1 shares).
    pub shares: Fact<Option<u64>>,
    /// Microseconds of processor time per period.
    pub quota: Fact<Limit>,
    /// Microseconds of a period.
    pub period: Fact<Option<u64>>,
    /// Microseconds that may be saved up.
    pub burst: Fact<Option<u64>>,
    /// Microseconds of realtime scheduling per realtime period (cgroup v1).
    pub realtime_runtime: Fact<Option<i64>>,
    /// Microseconds of a realtime period (cgroup v1).
    pub realtime_period: Fact<Option<u64>>,
    /// The processors it may use, e.g. `0-3`; `None` is all.
    pub cpus: Fact<Option<String>>,
    /// The memory nodes it may use; `None` is all.
    pub mems: Fact<Option<String>>,
    /// Scheduled only when idle.
    pub idle: Fact<bool>,
}

/// A limit on pages of one size.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct HugePageLimit {
    /// E.g. `2MB`.
    pub page_size: String,
    /// Bytes.
    pub limit: u64,
}

/// Which rate of a block device is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ThrottleKind {
    /// Bytes read per second.
    ReadBps,
    /// Bytes written per second.
    WriteBps,
    /// Reads per second.
    ReadIops,
    /// Writes per second.
    WriteIops,
}

/// A setting for one block device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Throttle {
    /// Which rate.
    pub kind: ThrottleKind,
    /// Major number.
    pub major: u32,
    /// Minor number.
    pub minor: u32,
    /// The bound, per second.
    pub rate: u64,
}

/// A weight for one block device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct DeviceWeight {
    /// Major number.
    pub major: u32,
    /// Minor number.
    pub minor: u32,
    /// Weight, 10 to 1000.
    pub weight: Option<u64>,
    /// Weight against the group's children.
    pub leaf_weight: Option<u64>,
}

/// The limits of the block I/O controller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BlockIoLimits {
    /// Weight, 10 to 1000.
    pub weight: Fact<Option<u64>>,
    /// Weight against the group's children.
    pub leaf_weight: Fact<Option<u64>>,
    /// Weights per device.
    pub weight_devices: FactList<DeviceWeight>,
    /// Rates per device.
    pub throttles: FactList<Throttle>,
}

/// A limit on one RDMA device.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct RdmaLimit {
    /// The device.
    pub device: String,
    /// Handles.
    pub hca_handles: Option<u64>,
    /// Objects.
    pub hca_objects: Option<u64>,
}

/// The settings of the network controllers (cgroup v1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NetworkLimits {
    /// Class of packets.
    pub class_id: Fact<Option<u64>>,
    /// Priority per interface.
    pub priorities: FactList<(String, u64)>,
}

/// A setting of a name and a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Setting {
    /// The name.
    pub key: String,
    /// The value.
    pub value: String,
}

/// The group of a live process in one hierarchy (a line of `/proc/PID/cgroup`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Membership {
    /// Number of the hierarchy; 0 is cgroup v2.
    pub hierarchy: u32,
    /// Controllers of the hierarchy, or `name=..`; empty for cgroup v2.
    pub controllers: Vec<String>,
    /// The path of the group, as seen from the reader's cgroup namespace.
    pub path: String,
}

/// Where the sandbox is in the hierarchies and what it may use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cgroup {
    /// The path that is asked for; `None` leaves it to the runtime, which makes one named after the container.
    pub path: Fact<Option<String>>,
    /// The groups of a live process; empty for configurations.
    pub memberships: FactList<Membership>,
    /// Memory.
    pub memory: MemoryLimits,
    /// Processors.
    pub cpu: CpuLimits,
    /// Tasks.
    pub pids: Fact<Limit>,
    /// Huge pages.
    pub hugepages: FactList<HugePageLimit>,
    /// Block devices.
    pub block_io: BlockIoLimits,
    /// RDMA devices.
    pub rdma: FactList<RdmaLimit>,
    /// Packets.
    pub network: NetworkLimits,
    /// Files of cgroup v2 that are written as given.
    pub unified: FactList<Setting>,
}
