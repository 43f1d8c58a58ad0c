//! Control groups and limits of an OCI configuration. Zero and negative limits are none (measured: runc 1.1.5).

use super::Config;
use super::namespaces::list_fact;
use crate::facts::{
    BlockIoLimits, Cgroup, CpuLimits, DeviceWeight, Entry, Fact, FactList, HugePageLimit, Limit,
    MemoryLimits, NetworkLimits, RdmaLimit, Setting, Throttle, ThrottleKind,
};
use crate::formats::layers::RUNTIME_SPEC;
use crate::log::Log;
use crate::view::At;

/// The control groups of the sandbox.
pub(super) fn read(config: &Config<'_>, log: &mut Log) -> Cgroup {
    let path = config.linux.get("cgroupsPath");
    let resources = config.linux.get("resources");
    resources.is_object(log);
    let pids = resources.at(&["pids", "limit"]);
    resources.get("pids").is_object(log);
    Cgroup {
        path: path.optional(path.string(log).filter(|p| !p.is_empty()), RUNTIME_SPEC),
        memberships: Fact::unknown(
            "a configuration does not say in which groups the process ends up",
            vec![path.place()],
        ),
        memory: read_memory(&resources.get("memory"), log),
        cpu: read_cpu(&resources.get("cpu"), log),
        pids: read_limit(&pids, log),
        hugepages: read_hugepages(&resources.get("hugepageLimits"), log),
        block_io: read_block_io(&resources.get("blockIO"), log),
        rdma: read_rdma(&resources.get("rdma"), log),
        network: read_network(&resources.get("network"), log),
        unified: read_settings(&resources.get("unified"), log),
    }
}

/// A limit: positive values bound, others do not.
fn read_limit(at: &At<'_>, log: &mut Log) -> Fact<Limit> {
    let value = at.i64(log).map(|value| match u64::try_from(value) {
        Ok(0) | Err(_) => Limit::Unlimited,
        Ok(most) => Limit::Max(most),
    });
    at.fact(value, RUNTIME_SPEC, Limit::Unlimited)
}

fn read_memory(at: &At<'_>, log: &mut Log) -> MemoryLimits {
    at.is_object(log);
    let limits = MemoryLimits {
        limit: read_limit(&at.get("limit"), log),
        swap: read_limit(&at.get("swap"), log),
        reservation: read_limit(&at.get("reservation"), log),
        kernel: read_limit(&at.get("kernel"), log),
        kernel_tcp: read_limit(&at.get("kernelTCP"), log),
        swappiness: at
            .get("swappiness")
            .optional(at.get("swappiness").u64(log), RUNTIME_SPEC),
        oom_killer_disabled: at.get("disableOOMKiller").fact(
            at.get("disableOOMKiller").bool(log),
            RUNTIME_SPEC,
            false,
        ),
    };
    if at.get("limit").is_present()
        && limits.limit.is(|l| *l == Limit::Unlimited)
        && at.get("limit").i64(log) == Some(0)
    {
        log.notice(at.get("limit").place(), "a memory limit of 0 is no limit in runc");
    }
    if let (Some(Limit::Max(limit)), Some(Limit::Max(swap))) = (limits.limit.known(), limits.swap.known())
        && swap < limit
    {
        log.invalid(
            at.get("swap").place(),
            "the limit of memory and swap must not be below that of memory",
        );
    }
    limits
}

fn read_cpu(at: &At<'_>, log: &mut Log) -> CpuLimits {
    at.is_object(log);
    let number = |key: &str, log: &mut Log| {
        at.get(key)
            .optional(at.get(key).u64(log).filter(|n| *n > 0), RUNTIME_SPEC)
    };
    let text = |key: &str, log: &mut Log| {
        at.get(key)
            .optional(at.get(key).string(log).filter(|t| !t.is_empty()), RUNTIME_SPEC)
    };
    CpuLimits {
        shares: number("shares", log),
        quota: read_limit(&at.get("quota"), log),
        period: number("period", log),
        burst: number("burst", log),
        realtime_runtime: at
            .get("realtimeRuntime")
            .optional(at.get("realtimeRuntime").i64(log), RUNTIME_SPEC),
        realtime_period: number("realtimePeriod", log),
        cpus: text("cpus", log),
        mems: text("mems", log),
        idle: at
            .get("idle")
            .fact(at.get("idle").i64(log).map(|i| i == 1), RUNTIME_SPEC, false),
    }
}

/// The objects of a list, each turned into an entry by `read`.
fn entries<T>(at: &At<'_>, log: &mut Log, mut read: impl FnMut(&At<'_>, &mut Log) -> T) -> Vec<Entry<T>> {
    let mut all = Vec::new();
    for item in at.items(log) {
        if item.is_object(log) {
            all.push(Entry::new(read(&item, log), item.given()));
        }
    }
    all
}

fn read_hugepages(at: &At<'_>, log: &mut Log) -> FactList<HugePageLimit> {
    let list = entries(at, log, |item, log| HugePageLimit {
        page_size: item.get("pageSize").string(log).unwrap_or_default(),
        limit: item.get("limit").u64(log).unwrap_or(0),
    });
    list_fact(at, list)
}

fn read_block_io(at: &At<'_>, log: &mut Log) -> BlockIoLimits {
    at.is_object(log);
    let mut throttles = Vec::new();
    for (key, kind) in [
        ("throttleReadBpsDevice", ThrottleKind::ReadBps),
        ("throttleWriteBpsDevice", ThrottleKind::WriteBps),
        ("throttleReadIOPSDevice", ThrottleKind::ReadIops),
        ("throttleWriteIOPSDevice", ThrottleKind::WriteIops),
    ] {
        throttles.extend(entries(&at.get(key), log, |item, log| Throttle {
            kind,
            major: item.get("major").u32(log).unwrap_or(0),
            minor: item.get("minor").u32(log).unwrap_or(0),
            rate: item.get("rate").u64(log).unwrap_or(0),
        }));
    }
    let devices = at.get("weightDevice");
    let weights = entries(&devices, log, |item, log| DeviceWeight {
        major: item.get("major").u32(log).unwrap_or(0),
        minor: item.get("minor").u32(log).unwrap_or(0),
        weight: item.get("weight").u64(log),
        leaf_weight: item.get("leafWeight").u64(log),
    });
    BlockIoLimits {
        weight: at.get("weight").optional(at.get("weight").u64(log), RUNTIME_SPEC),
        leaf_weight: at
            .get("leafWeight")
            .optional(at.get("leafWeight").u64(log), RUNTIME_SPEC),
        weight_devices: list_fact(&devices, weights),
        throttles: at.fact(
            (!throttles.is_empty()).then_some(throttles),
            RUNTIME_SPEC,
            Vec::new(),
        ),
    }
}

fn read_rdma(at: &At<'_>, log: &mut Log) -> FactList<RdmaLimit> {
    let mut limits = Vec::new();
    for (device, item) in at.members(log) {
        item.is_object(log);
        let limit = RdmaLimit {
            device: device.to_owned(),
            hca_handles: item.get("hcaHandles").u64(log),
            hca_objects: item.get("hcaObjects").u64(log),
        };
        limits.push(Entry::new(limit, item.given()));
    }
    list_fact(at, limits)
}

fn read_network(at: &At<'_>, log: &mut Log) -> NetworkLimits {
    at.is_object(log);
    let priorities = at.get("priorities");
    let list = entries(&priorities, log, |item, log| {
        (
            item.get("name").string(log).unwrap_or_default(),
            item.get("priority").u64(log).unwrap_or(0),
        )
    });
    NetworkLimits {
        class_id: at
            .get("classID")
            .optional(at.get("classID").u64(log), RUNTIME_SPEC),
        priorities: list_fact(&priorities, list),
    }
}

/// An object of texts.
pub(super) fn read_settings(at: &At<'_>, log: &mut Log) -> FactList<Setting> {
    let mut settings = Vec::new();
    for (key, item) in at.members(log) {
        if let Some(value) = item.string(log) {
            settings.push(Entry::new(
                Setting {
                    key: key.to_owned(),
                    value,
                },
                item.given(),
            ));
        }
    }
    list_fact(at, settings)
}
