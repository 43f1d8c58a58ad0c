//! Limits of a container of a pod.

use super::pod::{Container, Pod};
use super::quantity::thousandths;
use crate::facts::{
    BlockIoLimits, Cgroup, CpuLimits, DeviceAccess, DeviceKind, DeviceRule, Entry, Fact, FactList,
    HugePageLimit, Limit, MemoryLimits, NetworkLimits, Origin,
};
use crate::formats::layers::KUBERNETES;
use crate::log::Log;
use crate::view::At;

/// Microseconds of a period of the CPU controller, as the kubelet sets it.
const PERIOD_US: u64 = 100_000;

const NODE_DECIDES: &str = "the node decides, not the manifest";

/// The limits of a container: its own, or else those of the pod as a whole.
pub(super) fn read_cgroup(pod: &Pod<'_>, container: &Container<'_>, log: &mut Log) -> Cgroup {
    let own = container.at.at(&["resources", "limits"]);
    let whole = pod.spec.at(&["resources", "limits"]);
    own.is_object(log);
    let pick = |key: &str| {
        if own.get(key).is_present() {
            own.get(key)
        } else {
            fallback(&own, &whole, key)
        }
    };
    let memory = read_limit(&pick("memory"), log, |milli| milli / 1000);
    let quota = read_limit(&pick("cpu"), log, |milli| {
        milli.saturating_mul(u128::from(PERIOD_US)) / 1000
    });
    let unknown = || Fact::unknown(NODE_DECIDES, vec![container.at.place()]);
    Cgroup {
        path: unknown_of(container),
        memberships: unknown_of(container),
        memory: MemoryLimits {
            limit: memory,
            swap: unknown(),
            reservation: unknown(),
            kernel: unknown(),
            kernel_tcp: unknown(),
            swappiness: unknown_of(container),
            oom_killer_disabled: Fact::default_of(false, KUBERNETES, own.place()),
        },
        cpu: read_cpu(container, quota, log),
        pids: Fact::unknown(
            "the kubelet limits processes (`podPidsLimit`), not the manifest",
            vec![own.place()],
        ),
        hugepages: read_hugepages(&own, log),
        block_io: BlockIoLimits {
            weight: unknown_of(container),
            leaf_weight: unknown_of(container),
            weight_devices: unknown_of(container),
            throttles: unknown_of(container),
        },
        rdma: unknown_of(container),
        network: NetworkLimits {
            class_id: unknown_of(container),
            priorities: unknown_of(container),
        },
        unified: unknown_of(container),
    }
}

/// The pod's limit where the pod has one; absent at the container otherwise.
fn fallback<'a>(own: &At<'a>, whole: &At<'a>, key: &str) -> At<'a> {
    if whole.get(key).is_present() {
        whole.get(key)
    } else {
        own.get(key)
    }
}

fn unknown_of<T>(container: &Container<'_>) -> Fact<T> {
    Fact::unknown(NODE_DECIDES, vec![container.at.place()])
}

fn read_limit(at: &At<'_>, log: &mut Log, unit: impl FnOnce(u128) -> u128) -> Fact<Limit> {
    let limit = at
        .string_or_number(log)
        .and_then(|text| match thousandths(&text) {
            Some(value) => Some(Limit::Max(u64::try_from(unit(value)).unwrap_or(u64::MAX))),
            None => {
                log.error(
                    &at.place(),
                    format!("`{text}` is not a quantity"),
                    Some("write e.g. `500m`, `2` or `1Gi`".into()),
                );
                None
            }
        });
    at.fact(limit, KUBERNETES, Limit::Unlimited)
}

fn read_cpu(container: &Container<'_>, quota: Fact<Limit>, log: &mut Log) -> CpuLimits {
    let request = container.at.at(&["resources", "requests", "cpu"]);
    let milli = request.string_or_number(log).and_then(|text| thousandths(&text));
    // The kubelet turns thousandths of a CPU into shares of 1024, at least 2.
    let shares = milli.map(|m| u64::try_from((m * 1024 / 1000).max(2)).unwrap_or(u64::MAX));
    CpuLimits {
        shares: request.optional(shares, KUBERNETES),
        quota,
        period: Fact::default_of(Some(PERIOD_US), KUBERNETES, container.at.place()),
        burst: unknown_of(container),
        realtime_runtime: unknown_of(container),
        realtime_period: unknown_of(container),
        cpus: unknown_of(container),
        mems: unknown_of(container),
        idle: Fact::default_of(false, KUBERNETES, container.at.place()),
    }
}

fn read_hugepages(limits: &At<'_>, log: &mut Log) -> FactList<HugePageLimit> {
    let mut list = Vec::new();
    for (key, at) in limits.members(log) {
        let Some(size) = key.strip_prefix("hugepages-") else {
            continue;
        };
        let bytes = at
            .string_or_number(log)
            .and_then(|text| thousandths(&text))
            .map(|milli| milli / 1000);
        let limit = bytes.map_or(0, |bytes| u64::try_from(bytes).unwrap_or(u64::MAX));
        list.push(Entry::new(
            HugePageLimit {
                page_size: size.to_owned(),
                limit,
            },
            at.given(),
        ));
    }
    let given = (!list.is_empty()).then_some(list);
    limits.fact(given, KUBERNETES, Vec::new())
}

/// Any node may be made, and the standard devices used.
pub(super) fn standard_rules(origin: &Origin) -> Vec<Entry<DeviceRule>> {
    let mknod = [DeviceKind::Char, DeviceKind::Block].map(|kind| DeviceRule {
        allow: true,
        kind: Some(kind),
        major: None,
        minor: None,
        access: DeviceAccess::MKNOD,
    });
    let numbers = [
        (1, Some(3)),
        (1, Some(5)),
        (1, Some(7)),
        (1, Some(8)),
        (1, Some(9)),
        (5, Some(0)),
        (5, Some(2)),
        (136, None),
    ];
    let usable = numbers.map(|(major, minor)| DeviceRule {
        allow: true,
        kind: Some(DeviceKind::Char),
        major: Some(major),
        minor,
        access: DeviceAccess::ALL,
    });
    mknod
        .into_iter()
        .chain(usable)
        .map(|rule| Entry::new(rule, origin.clone()))
        .collect()
}
