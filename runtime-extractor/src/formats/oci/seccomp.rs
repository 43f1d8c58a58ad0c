//! The seccomp filter of an OCI configuration.

use super::Config;
use crate::facts::{
    ArgCondition, CompareOp, Entry, Fact, Origin, Seccomp, SeccompAction, SeccompFilter, SeccompRule,
};
use crate::formats::layers::RUNTIME_SPEC;
use crate::log::Log;
use crate::suggest::nearest;
use crate::view::At;

/// The architectures that libseccomp knows.
const ARCHITECTURES: &[&str] = &[
    "SCMP_ARCH_X86",
    "SCMP_ARCH_X86_64",
    "SCMP_ARCH_X32",
    "SCMP_ARCH_ARM",
    "SCMP_ARCH_AARCH64",
    "SCMP_ARCH_LOONGARCH64",
    "SCMP_ARCH_M68K",
    "SCMP_ARCH_MIPS",
    "SCMP_ARCH_MIPS64",
    "SCMP_ARCH_MIPS64N32",
    "SCMP_ARCH_MIPSEL",
    "SCMP_ARCH_MIPSEL64",
    "SCMP_ARCH_MIPSEL64N32",
    "SCMP_ARCH_PPC",
    "SCMP_ARCH_PPC64",
    "SCMP_ARCH_PPC64LE",
    "SCMP_ARCH_S390",
    "SCMP_ARCH_S390X",
    "SCMP_ARCH_SH",
    "SCMP_ARCH_SHEB",
    "SCMP_ARCH_PARISC",
    "SCMP_ARCH_PARISC64",
    "SCMP_ARCH_RISCV64",
];

/// The flags of seccomp(2) that the specification has.
const FLAGS: &[&str] = &[
    "SECCOMP_FILTER_FLAG_TSYNC",
    "SECCOMP_FILTER_FLAG_LOG",
    "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
    "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
];

/// The filter; none by default.
pub(super) fn read(config: &Config<'_>, log: &mut Log) -> Fact<Seccomp> {
    let at = config.linux.get("seccomp");
    if !at.is_object(log) {
        return Fact::default_of(Seccomp::None, RUNTIME_SPEC, at.place());
    }
    let rules: Vec<SeccompRule> = at
        .get("syscalls")
        .items(log)
        .iter()
        .filter_map(|rule| read_rule(rule, log))
        .collect();
    let default = at.get("defaultAction");
    let Some(default_action) = read_action(&default, &at.get("defaultErrnoRet"), log) else {
        if default.is_present() || !rules.is_empty() {
            log.invalid(default.place(), "a seccomp filter needs a default action");
        } else {
            log.notice(
                default.place(),
                "runc sets up no filter here, because there is no default action; crun refuses it",
            );
        }
        return Fact::given(Seccomp::None, at.place());
    };
    let listener = at.get("listenerPath");
    let filter = SeccompFilter {
        default_action,
        default_origin: default.given(),
        architectures: read_words(&at.get("architectures"), ARCHITECTURES, "architecture", log),
        flags: read_words(&at.get("flags"), FLAGS, "seccomp flag", log),
        listener_path: listener
            .string(log)
            .map(|path| Entry::new(path, listener.given())),
        rules,
    };
    check_notify(&filter, &listener, log);
    Fact::given(Seccomp::Filter(Box::new(filter)), at.place())
}

fn read_words(at: &At<'_>, known: &[&str], what: &str, log: &mut Log) -> Vec<Entry<String>> {
    let mut words = Vec::new();
    for (word, item) in at.strings(log) {
        if !known.contains(&word.as_str()) {
            let hint = nearest(&word, known.iter().copied())
                .map_or_else(String::new, |n| format!("; did you mean `{n}`?"));
            log.invalid(item.place(), format!("there is no {what} `{word}`{hint}"));
        }
        words.push(Entry::new(word, item.given()));
    }
    words
}

fn read_action(at: &At<'_>, number: &At<'_>, log: &mut Log) -> Option<SeccompAction> {
    let number = number.u32(log);
    let name = at.string(log).filter(|name| !name.is_empty())?;
    let action = SeccompAction::from_oci(&name, number);
    if action.is_none() {
        let names = SeccompAction::OCI_NAMES;
        let hint = nearest(&name, names).map_or_else(String::new, |n| format!("; did you mean `{n}`?"));
        log.invalid(at.place(), format!("there is no seccomp action `{name}`{hint}"));
    }
    action
}

fn read_rule(at: &At<'_>, log: &mut Log) -> Option<SeccompRule> {
    if !at.is_object(log) {
        return None;
    }
    let names_at = at.get("names");
    let names: Vec<Entry<String>> = names_at
        .strings(log)
        .into_iter()
        .map(|(name, item)| Entry::new(name, item.given()))
        .collect();
    if names.is_empty() {
        log.invalid(
            names_at.place(),
            "a seccomp rule must name at least one system call",
        );
    }
    let Some(action) = read_action(&at.get("action"), &at.get("errnoRet"), log) else {
        if !at.get("action").is_present() {
            log.invalid(at.get("action").place(), "a seccomp rule without an action");
        }
        return None;
    };
    let args = at
        .get("args")
        .items(log)
        .iter()
        .filter_map(|arg| read_condition(arg, log))
        .collect();
    Some(SeccompRule {
        names,
        action,
        args,
        origin: Origin::given(at.place()),
    })
}

fn read_condition(at: &At<'_>, log: &mut Log) -> Option<Entry<ArgCondition>> {
    if !at.is_object(log) {
        return None;
    }
    let index = at.get("index").u32(log).unwrap_or(0);
    if index > 5 {
        log.invalid(at.get("index").place(), "a system call has the arguments 0 to 5");
    }
    let name = at.get("op").string(log).unwrap_or_default();
    let Some(op) = CompareOp::from_oci(&name) else {
        let names = CompareOp::OCI_NAMES;
        let hint = nearest(&name, names).map_or_else(String::new, |n| format!("; did you mean `{n}`?"));
        log.invalid(
            at.get("op").place(),
            format!("there is no seccomp operator `{name}`{hint}"),
        );
        return None;
    };
    let value = at.get("value").u64(log).unwrap_or(0);
    let value_two = at.get("valueTwo").u64(log).unwrap_or(0);
    Some(Entry::new(
        ArgCondition {
            index,
            value,
            value_two,
            op,
        },
        at.given(),
    ))
}

fn check_notify(filter: &SeccompFilter, listener: &At<'_>, log: &mut Log) {
    let notifies = filter
        .rules
        .iter()
        .any(|rule| rule.action == SeccompAction::Notify);
    if filter.default_action == SeccompAction::Notify {
        log.invalid(
            listener.place(),
            "the default action of a seccomp filter cannot be to notify an agent",
        );
    } else if notifies && filter.listener_path.is_none() {
        log.invalid(listener.place(), "rules that notify an agent need `listenerPath`");
    }
}
