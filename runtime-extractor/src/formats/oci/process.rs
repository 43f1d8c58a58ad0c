//! The process of an OCI configuration: program, capabilities, rlimits, LSM labels.

use super::Config;
use super::namespaces::list_fact;
use crate::facts::{
    AppArmor, CapSet, Capabilities, Capability, CapabilitySets, Entry, Fact, FactList, Limit, Process,
    Rlimit, Scheduler, Selinux, User,
};
use crate::formats::layers::{RUNC_OR_CRUN, RUNTIME_SPEC};
use crate::log::Log;
use crate::suggest::nearest;
use crate::view::At;

/// The names that setrlimit(2) knows.
const RLIMITS: [&str; 16] = [
    "RLIMIT_AS",
    "RLIMIT_CORE",
    "RLIMIT_CPU",
    "RLIMIT_DATA",
    "RLIMIT_FSIZE",
    "RLIMIT_LOCKS",
    "RLIMIT_MEMLOCK",
    "RLIMIT_MSGQUEUE",
    "RLIMIT_NICE",
    "RLIMIT_NOFILE",
    "RLIMIT_NPROC",
    "RLIMIT_RSS",
    "RLIMIT_RTPRIO",
    "RLIMIT_RTTIME",
    "RLIMIT_SIGPENDING",
    "RLIMIT_STACK",
];

/// The process, without its identity and capabilities.
pub(super) fn read(config: &Config<'_>, log: &mut Log) -> Process {
    let at = &config.process;
    Process {
        args: read_args(at, log),
        cwd: read_cwd(at, log),
        env_names: read_env(&at.get("env"), log),
        terminal: at
            .get("terminal")
            .fact(at.get("terminal").bool(log), RUNTIME_SPEC, false),
        no_new_privs: at.get("noNewPrivileges").fact(
            at.get("noNewPrivileges").bool(log),
            RUNTIME_SPEC,
            false,
        ),
        rlimits: read_rlimits(&at.get("rlimits"), log),
        oom_score_adj: read_oom(&at.get("oomScoreAdj"), log),
        scheduler: read_scheduler(&at.get("scheduler"), log),
        io_priority: {
            let class = at.at(&["ioPriority", "class"]);
            class.optional(class.string(log), RUNTIME_SPEC)
        },
        personality: read_personality(config, log),
        open_files: Fact::unknown(
            "a configuration does not say which descriptors the runtime leaves open",
            vec![at.place()],
        ),
    }
}

fn read_args(at: &At<'_>, log: &mut Log) -> Fact<Vec<String>> {
    let args = at.get("args");
    let list: Vec<String> = args.strings(log).into_iter().map(|(text, _)| text).collect();
    if at.is_present() && list.is_empty() {
        log.invalid(args.place(), "`process.args` must name a program");
    }
    args.fact(args.is_present().then_some(list), RUNTIME_SPEC, Vec::new())
}

fn read_cwd(at: &At<'_>, log: &mut Log) -> Fact<String> {
    let cwd = at.get("cwd");
    let text = cwd.string(log);
    if at.is_present() && !text.as_deref().is_some_and(|path| path.starts_with('/')) {
        log.invalid(cwd.place(), "`process.cwd` must be an absolute path");
    }
    cwd.fact(text, RUNTIME_SPEC, String::new())
}

fn read_env(at: &At<'_>, log: &mut Log) -> FactList<String> {
    let name = |(text, item): (String, At<'_>)| {
        let name = text.split('=').next().unwrap_or_default().to_owned();
        Entry::new(name, item.given())
    };
    list_fact(at, at.strings(log).into_iter().map(name).collect())
}

fn read_rlimits(at: &At<'_>, log: &mut Log) -> FactList<Rlimit> {
    let mut limits = Vec::new();
    for item in at.items(log) {
        let Some(name) = item.get("type").string(log) else {
            log.invalid(item.get("type").place(), "an rlimit without a type");
            continue;
        };
        if !RLIMITS.contains(&name.as_str()) {
            let hint = nearest(&name, RLIMITS).map_or_else(String::new, |n| format!("; did you mean `{n}`?"));
            log.invalid(
                item.get("type").place(),
                format!("there is no rlimit `{name}`{hint}"),
            );
        }
        let (soft, hard) = (
            item.get("soft").u64(log).unwrap_or(0),
            item.get("hard").u64(log).unwrap_or(0),
        );
        if soft > hard {
            log.invalid(
                item.get("soft").place(),
                "the soft limit must not be above the hard limit",
            );
        }
        let limit = |value: u64| {
            if value == u64::MAX {
                Limit::Unlimited
            } else {
                Limit::Max(value)
            }
        };
        limits.push(Entry::new(
            Rlimit {
                name,
                soft: limit(soft),
                hard: limit(hard),
            },
            item.given(),
        ));
    }
    list_fact(at, limits)
}

fn read_oom(at: &At<'_>, log: &mut Log) -> Fact<Option<i64>> {
    let value = at.i64(log);
    if value.is_some_and(|v| !(-1000..=1000).contains(&v)) {
        log.invalid(at.place(), "`oomScoreAdj` must be between -1000 and 1000");
    }
    at.optional(value, RUNC_OR_CRUN)
}

fn read_scheduler(at: &At<'_>, log: &mut Log) -> Fact<Option<Scheduler>> {
    if !at.is_object(log) {
        return at.optional(None, RUNTIME_SPEC);
    }
    let policy = at.get("policy").string(log);
    if policy.is_none() {
        log.invalid(at.get("policy").place(), "a scheduler without a policy");
    }
    let (nice, priority) = (at.get("nice").i64(log), at.get("priority").i64(log));
    at.optional(
        policy.map(|policy| Scheduler {
            policy,
            nice,
            priority,
        }),
        RUNTIME_SPEC,
    )
}

fn read_personality(config: &Config<'_>, log: &mut Log) -> Fact<Option<String>> {
    let at = config.linux.at(&["personality", "domain"]);
    let domain = at.string(log);
    if domain
        .as_deref()
        .is_some_and(|d| !matches!(d, "LINUX" | "LINUX32"))
    {
        log.notice(
            at.place(),
            "an execution domain that the specification does not have; crun refuses it",
        );
    }
    at.optional(domain, RUNTIME_SPEC)
}

/// The capability sets; a set that is not given is empty (measured with runc 1.1.5 and crun 1.8.1).
pub(super) fn read_capabilities(
    config: &Config<'_>,
    user: &User,
    process: &Process,
    log: &mut Log,
) -> Capabilities {
    let at = config.process.get("capabilities");
    at.is_object(log);
    let sets = CapabilitySets {
        bounding: read_set(&at.get("bounding"), log),
        effective: read_set(&at.get("effective"), log),
        permitted: read_set(&at.get("permitted"), log),
        inheritable: read_set(&at.get("inheritable"), log),
        ambient: read_set(&at.get("ambient"), log),
    };
    Capabilities::from_sets(sets, &user.is_root, &process.no_new_privs)
}

fn read_set(at: &At<'_>, log: &mut Log) -> Fact<CapSet> {
    let mut set = CapSet::default();
    for (name, item) in at.strings(log) {
        match Capability::from_name(&name) {
            Some(cap) => {
                if cap.name() != name {
                    log.notice(
                        item.place(),
                        format!(
                            "runc ignores `{name}`, crun reads it as `{}`: taken as given",
                            cap.name()
                        ),
                    );
                }
                set.insert(cap, item.given());
            }
            None => {
                let near = Capability::from_short_name(&name).map(Capability::name);
                let near = near.or_else(|| nearest(&name, Capability::ALL.iter().map(|c| c.name())));
                let hint = near.map_or_else(String::new, |n| format!("; did you mean `{n}`?"));
                log.notice(
                    item.place(),
                    format!("there is no capability `{name}`: runtimes ignore it{hint}"),
                );
            }
        }
    }
    at.fact(at.is_present().then_some(set), RUNC_OR_CRUN, CapSet::default())
}

/// The AppArmor profile.
pub(super) fn read_apparmor(config: &Config<'_>, log: &mut Log) -> Fact<AppArmor> {
    let at = config.process.get("apparmorProfile");
    let profile = at
        .string(log)
        .filter(|name| !name.is_empty())
        .map(|name| match name.as_str() {
            "unconfined" => AppArmor::Unconfined,
            _ => AppArmor::Profile(name),
        });
    at.fact(profile, RUNTIME_SPEC, AppArmor::Unconfined)
}

/// The SELinux label of the process.
pub(super) fn read_selinux(config: &Config<'_>, log: &mut Log) -> Fact<Selinux> {
    let at = config.process.get("selinuxLabel");
    let label = at.string(log).filter(|text| !text.is_empty()).map(Selinux::Label);
    at.fact(label, RUNTIME_SPEC, Selinux::None)
}
