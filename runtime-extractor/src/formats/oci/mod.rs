//! OCI runtime configurations (`config.json`), the Linux section.
//!
//! Takes the tree of a document; gives one [`SandboxFacts`], or errors. Follows the runtime specification and, where that
//! leaves a choice, what runc 1.1 and crun 1.8 were seen to do, taking what isolates less; each file says which. Every
//! key that the specification does not have is reported.

mod cgroup;
mod devices;
mod environment;
mod keys;
mod mounts;
mod namespaces;
mod options;
mod process;
mod seccomp;
mod validate;

use super::{Document, Reading};
use crate::facts::{Fact, Host, SandboxFacts, SandboxKind};
use crate::formats::layers::RUNTIME_SPEC;
use crate::log::Log;
use crate::view::At;

/// The positions that readers start from.
struct Config<'a> {
    root: At<'a>,
    process: At<'a>,
    linux: At<'a>,
}

/// Platforms other than Linux, and what to call them.
const OTHER_PLATFORMS: [(&str, &str); 4] = [
    ("windows", "Windows"),
    ("solaris", "Solaris"),
    ("freebsd", "FreeBSD"),
    ("zos", "z/OS"),
];

/// True if a document looks like an OCI runtime configuration.
pub(super) fn recognise(document: &Document<'_>) -> bool {
    let has = |key: &str| document.node.get(key).is_some();
    let names = [
        "process", "root", "linux", "mounts", "hooks", "windows", "solaris", "freebsd", "zos", "vm",
    ];
    let is_state = has("status") && has("bundle");
    let is_kubernetes = has("apiVersion") || has("kind");
    !is_state && !is_kubernetes && (has("ociVersion") || (names.iter().filter(|n| has(n)).count() >= 2))
}

/// Reads the document.
pub(super) fn read(document: &Document<'_>) -> Reading {
    let mut log = Log::default();
    let facts = read_facts(document, &mut log);
    Reading::of_log(log, facts.into_iter().collect())
}

fn read_facts(document: &Document<'_>, log: &mut Log) -> Option<SandboxFacts> {
    let root = At::root(document.source, document.node);
    let config = Config {
        process: root.get("process"),
        linux: root.get("linux"),
        root,
    };
    let version = config.root.get("ociVersion");
    match version.string(log) {
        Some(text) if text.starts_with("1.") => {}
        Some(text) => log.notice(
            version.place(),
            format!("version `{text}` is read by the rules of 1.x; crun refuses it"),
        ),
        None if version.is_present() => {}
        None => log.error(
            &version.place(),
            "`ociVersion` is missing",
            Some("the runtime specification requires it".into()),
        ),
    }
    check_platform(&config, log);
    keys::report_unknown(&config.root, log);
    if !config.process.is_object(log) && !config.process.is_present() {
        log.invalid(
            config.process.place(),
            "there is no `process`, so no container starts",
        );
    }
    config.linux.is_object(log);
    let facts = build(document, &config, log);
    validate::check(&facts, log);
    if !log.errors.is_empty() {
        return None;
    }
    Some(SandboxFacts {
        notices: std::mem::take(&mut log.notices),
        invalid: std::mem::take(&mut log.invalid),
        ..facts
    })
}

fn check_platform(config: &Config<'_>, log: &mut Log) {
    for (key, name) in OTHER_PLATFORMS {
        let at = config.root.get(key);
        if at.is_present() && !config.linux.is_present() {
            let help = Some("only Linux containers are verified".to_owned());
            log.error(
                &at.place(),
                format!("this is a {name} container, not a Linux one"),
                help,
            );
        } else if at.is_present() {
            log.notice(
                at.place(),
                format!("the section for {name} is not verified: only that for Linux is"),
            );
        }
    }
    let vm = config.root.get("vm");
    if vm.is_present() {
        log.notice(
            vm.place(),
            "the virtual machine around the container is not taken into account",
        );
    }
}

fn build(document: &Document<'_>, config: &Config<'_>, log: &mut Log) -> SandboxFacts {
    let namespaces = namespaces::read(config, log);
    let user = namespaces::read_user(config, &namespaces, log);
    let process = process::read(config, log);
    let capabilities = process::read_capabilities(config, &user, &process, log);
    let label = config.linux.get("mountLabel");
    SandboxFacts {
        name: document.name.clone(),
        kind: SandboxKind::OciBundle,
        sources: vec![document.source.name().clone()],
        seccomp: seccomp::read(config, log),
        apparmor: process::read_apparmor(config, log),
        selinux: process::read_selinux(config, log),
        mount_label: label.optional(label.string(log), RUNTIME_SPEC),
        filesystem: mounts::read(config, log),
        devices: devices::read(config, log),
        cgroup: cgroup::read(config, log),
        environment: environment::read(config, log),
        host: Host {
            runtime: Fact::unknown("a bundle does not say which runtime will run it", Vec::new()),
            ..Host::unknown("a configuration does not describe the host")
        },
        pod: None,
        notices: Vec::new(),
        invalid: Vec::new(),
        namespaces,
        user,
        capabilities,
        process,
    }
}

#[cfg(test)]
mod tests;
