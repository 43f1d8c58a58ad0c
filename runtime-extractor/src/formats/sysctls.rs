//! Kernel parameters of a sandbox: which belong to a namespace that it has, so that setting them changes it alone
//! (runc's `libcontainer/configs/validate/validator.go`, crun's `src/libcrun/linux.c`; the kubelet takes a part of
//! those, `pkg/kubelet/sysctl/allowlist.go`).

use crate::facts::{Fact, Namespace, SandboxFacts, SandboxKind};
use crate::log::Log;

/// Kernel parameters that belong to the IPC namespace.
const IPC_SYSCTLS: [&str; 8] = [
    "kernel.msgmax",
    "kernel.msgmnb",
    "kernel.msgmni",
    "kernel.sem",
    "kernel.shmall",
    "kernel.shmmax",
    "kernel.shmmni",
    "kernel.shm_rmid_forced",
];

/// Reports parameters that no namespace of the sandbox holds: runtimes and the kubelet refuse them.
pub(super) fn check(facts: &SandboxFacts, log: &mut Log) {
    for entry in facts.environment.sysctls.known().into_iter().flatten() {
        let key = dotted(&entry.value.key);
        let refusal = refusal(&key, facts);
        if let (Some(message), Some(place)) = (refusal, entry.origin.place()) {
            log.invalid(place.clone(), message);
        }
    }
}

fn refusal(key: &str, facts: &SandboxFacts) -> Option<String> {
    let namespaces = &facts.namespaces;
    if IPC_SYSCTLS.contains(&key) || key.starts_with("fs.mqueue.") {
        return is_host(facts, &namespaces.ipc)
            .then(|| format!("the sysctl `{key}` needs an IPC namespace of its own"));
    }
    if key.starts_with("net.") {
        let host = namespaces.net.is(|n| *n == Namespace::Host);
        return host.then(|| format!("the sysctl `{key}` needs a network namespace of its own"));
    }
    match key {
        "kernel.domainname" if !is_host(facts, &namespaces.uts) => None,
        "kernel.hostname" if !is_host(facts, &namespaces.uts) => {
            Some("set `hostname` instead of the sysctl".into())
        }
        _ => Some(format!(
            "the sysctl `{key}` is not of a namespace: it would change the host"
        )),
    }
}

/// The name with dots, from either way of writing it (sysctl(8)).
fn dotted(key: &str) -> String {
    match key.find(['.', '/']).and_then(|i| key.get(i..=i)) {
        Some("/") => key
            .chars()
            .map(|c| match c {
                '.' => '/',
                '/' => '.',
                other => other,
            })
            .collect(),
        Some(_) | None => key.to_owned(),
    }
}

/// Whether a namespace is the host's in the eyes of who checks: a runtime takes one that is listed for one of its own,
/// wherever its path leads.
fn is_host(facts: &SandboxFacts, namespace: &Fact<Namespace>) -> bool {
    let listed = facts.kind == SandboxKind::OciBundle && !namespace.origin.is_default();
    namespace.is(|n| *n == Namespace::Host) && !listed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sysctl_names_have_two_notations() {
        assert_eq!(
            dotted("net/ipv4/conf/eno2.100/rp_filter"),
            "net.ipv4.conf.eno2/100.rp_filter"
        );
        assert_eq!(
            dotted("net.ipv4.conf.eno2/100.rp_filter"),
            "net.ipv4.conf.eno2/100.rp_filter"
        );
        assert_eq!(dotted("plain"), "plain");
    }
}
