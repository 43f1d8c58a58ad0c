//! The facts of pods decide as Kubernetes' own Pod Security Admission does, on its own test pods.
//!
//! Each pod of the corpus is labelled with the check that denies it, or with being allowed. The checks are written here over
//! facts only; a pod that is denied by a check must have a container whose facts show why, and one that is
//! allowed must have none. Checks of what no fact holds (kinds of volumes that nothing mounts) are counted as skipped.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests")]

mod common;

use runtime_extractor::facts::{
    AppArmor, Capability, Fact, Namespace, Notice, SandboxFacts, Seccomp, Selinux,
};
use std::collections::BTreeMap;

/// What the baseline level lets a container have (kubernetes/pod-security-admission, check_capabilities_baseline.go).
const BASELINE: [Capability; 13] = [
    Capability::AuditWrite,
    Capability::Chown,
    Capability::DacOverride,
    Capability::Fowner,
    Capability::Fsetid,
    Capability::Kill,
    Capability::Mknod,
    Capability::NetBindService,
    Capability::Setfcap,
    Capability::Setgid,
    Capability::Setpcap,
    Capability::Setuid,
    Capability::SysChroot,
];
const SAFE_SYSCTLS: [&str; 14] = [
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_notsent_lowat",
    "net.ipv4.tcp_slow_start_after_idle",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_wmem",
];

fn given<T>(fact: &Fact<T>, test: impl FnOnce(&T) -> bool) -> bool {
    !fact.origin.is_default() && fact.is(test)
}

fn notices(facts: &SandboxFacts, text: &str) -> bool {
    facts
        .notices
        .iter()
        .any(|Notice { message, .. }| message.contains(text))
}

/// Whether a container's facts show what a check denies; `None` if no fact holds what it looks at.
fn denies(check: &str, minor: u32, facts: &SandboxFacts) -> Option<bool> {
    let pod = facts.pod.as_ref().unwrap();
    Some(match check {
        "privileged" => pod.privileged.is(|p| *p),
        "hostnamespaces" => [
            &facts.namespaces.pid,
            &facts.namespaces.net,
            &facts.namespaces.ipc,
        ]
        .iter()
        .any(|n| n.is(|n| *n == Namespace::Host)),
        "hostports" => pod
            .host_ports
            .known()
            .unwrap()
            .iter()
            .any(|p| p.origin.place().unwrap().path.ends_with("hostPort")),
        "hostpathvolumes" => {
            notices(facts, "no container mounts the host path")
                || facts
                    .filesystem
                    .mounts
                    .known()
                    .unwrap()
                    .iter()
                    .any(|m| m.value.host_path().is_some())
        }
        "capabilities_baseline" if !pod.privileged.is(|p| *p) => {
            let set = facts.capabilities.bounding.known().unwrap();
            set.0
                .iter()
                .any(|(cap, origin)| !origin.is_default() && !BASELINE.contains(cap))
        }
        "capabilities_baseline" => false,
        "procmount" => {
            !pod.privileged.is(|p| *p)
                && facts.filesystem.masked_paths.known().unwrap().is_empty()
                && !(minor >= 35 && facts.namespaces.user.is(|n| *n != Namespace::Host))
        }
        "procmount_restricted" => facts.filesystem.masked_paths.known().unwrap().is_empty(),
        "seccompprofile_baseline" => {
            given(&facts.seccomp, |s| *s == Seccomp::Unconfined) && !pod.privileged.is(|p| *p)
        }
        "seccompprofile_restricted" => {
            minor >= 19
                && !facts
                    .seccomp
                    .is(|s| matches!(s, Seccomp::RuntimeDefault | Seccomp::Localhost(_)))
        }
        "selinuxoptions" => facts.selinux.is(|s| match s {
            Selinux::None => false,
            Selinux::Label(_) => true,
            Selinux::Parts {
                user, role, type_, ..
            } => {
                let allowed = ["", "container_t", "container_init_t", "container_kvm_t"];
                let engine = minor >= 31 && type_.as_deref() == Some("container_engine_t");
                user.as_deref().is_some_and(|u| !u.is_empty())
                    || role.as_deref().is_some_and(|r| !r.is_empty())
                    || type_.as_deref().is_some_and(|t| !allowed.contains(&t) && !engine)
            }
        }),
        "apparmorprofile" => {
            given(&facts.apparmor, |a| *a == AppArmor::Unconfined) && !pod.privileged.is(|p| *p)
        }
        "sysctls" => facts
            .environment
            .sysctls
            .known()
            .unwrap()
            .iter()
            .any(|s| !SAFE_SYSCTLS.contains(&s.value.key.as_str())),
        "allowprivilegeescalation" => minor >= 8 && !facts.process.no_new_privs.is(|n| *n),
        "runasnonroot" => {
            let relaxed = minor >= 35 && facts.namespaces.user.is(|n| *n != Namespace::Host);
            !relaxed && !pod.run_as_non_root.is(|n| *n)
        }
        "runasuser" => minor >= 23 && facts.user.uid.is(|uid| *uid == 0),
        "capabilities_restricted" => {
            minor >= 22
                && facts
                    .capabilities
                    .bounding
                    .known()
                    .unwrap()
                    .iter()
                    .any(|c| c != Capability::NetBindService)
        }
        "hostprobesandhostlifecycle" => minor >= 34 && notices(facts, "the kubelet connects to"),
        "windowshostprocess" => notices(facts, "host processes exist on Windows only"),
        _ => return None,
    })
}

const BASELINE_CHECKS: [&str; 12] = [
    "privileged",
    "hostnamespaces",
    "hostports",
    "hostpathvolumes",
    "capabilities_baseline",
    "procmount",
    "seccompprofile_baseline",
    "selinuxoptions",
    "apparmorprofile",
    "sysctls",
    "hostprobesandhostlifecycle",
    "windowshostprocess",
];
const RESTRICTED_CHECKS: [&str; 5] = [
    "allowprivilegeescalation",
    "runasnonroot",
    "runasuser",
    "capabilities_restricted",
    "seccompprofile_restricted",
];

fn replaces_selinux(facts: &SandboxFacts) -> bool {
    given(&facts.selinux, |s| {
        *s == Selinux::Parts {
            user: None,
            role: None,
            type_: None,
            level: None,
        }
    })
}

fn word<'a>(truth: &'a str, key: &str) -> &'a str {
    truth
        .split_whitespace()
        .find_map(|w| w.strip_prefix(key))
        .unwrap()
}

#[test]
fn facts_decide_as_pod_security_admission_does() {
    let Some(corpus) = common::corpus() else { return };
    let (mut denied, mut allowed) = (0, 0);
    let mut skipped: BTreeMap<String, usize> = BTreeMap::new();
    for record in common::records(&corpus, "psa") {
        let reading = runtime_extractor::read(&record.name, &std::fs::read(&record.path).unwrap());
        assert!(
            reading.errors.is_empty() && reading.invalid.is_empty(),
            "{}: {:?}",
            record.name,
            reading.errors
        );
        let minor: u32 = word(&record.truth, "version=v1.").parse().unwrap();
        let check = word(&record.truth, "check=");
        if reading.sandboxes.is_empty() {
            assert!(reading.skipped[0].why.contains("Windows"), "{}", record.name);
            *skipped.entry("Windows".to_owned()).or_default() += 1;
            continue;
        }
        let found = |check: &str| -> Option<bool> {
            let answers: Option<Vec<bool>> = reading
                .sandboxes
                .iter()
                .map(|s| denies(check, minor, s))
                .collect();
            answers.map(|all| all.contains(&true))
        };
        if word(&record.truth, "expect=") == "DENIED" {
            match found(check) {
                // The check looks at the pod's options too where every container replaces them by its own.
                Some(false)
                    if check == "selinuxoptions" && reading.sandboxes.iter().all(replaces_selinux) =>
                {
                    *skipped.entry("selinuxoptions replaced".to_owned()).or_default() += 1;
                }
                Some(answer) => {
                    assert!(answer, "{}: `{check}` finds nothing", record.name);
                    denied += 1;
                }
                None => *skipped.entry(check.to_owned()).or_default() += 1,
            }
            continue;
        }
        let restricted = record.truth.contains("level=restricted");
        let checks = BASELINE_CHECKS
            .iter()
            .chain(RESTRICTED_CHECKS.iter().filter(|_| restricted));
        for check in checks {
            assert_eq!(
                found(check),
                Some(false),
                "{}: `{check}` denies an allowed pod",
                record.name
            );
        }
        allowed += 1;
    }
    println!("denied {denied}, allowed {allowed}, skipped {skipped:?}");
    assert!(denied >= 1_200 && allowed >= 400, "{denied} {allowed}");
}
