//! What the facts of a configuration say is what real containers with that configuration had.
//!
//! The table holds, for 78 configurations run by runc and crun on cgroup v1 and v2, what a process inside found.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests"
)]

mod common;

use runtime_extractor::facts::{
    ArgValue, Args, Limit, Namespace, NamespaceKind, Outcome, Reach, SandboxFacts, Seccomp, SeccompAction,
};
use std::collections::BTreeMap;

/// The measured process lacked this capability on the host itself.
const LACKED: u64 = 1 << 24;

/// Probes of the table, with the system call that each makes first.
const CALLS: &[(&str, &str, Args)] = &[
    ("persona", "personality", Args::first(ArgValue::Equal(0x40000))),
    ("alg_sock", "socket", Args::ALG),
    ("vsock_sock", "socket", Args::VSOCK),
    ("pkt_sock", "socket", Args::PACKET),
    ("uns_user", "unshare", Args::NEW_USER),
    ("clone3_user", "clone3", Args::ANY),
    ("key_session", "keyctl", Args::ANY),
    ("add_key_t", "add_key", Args::ANY),
    ("bpf_sock", "bpf", Args::ANY),
    ("perf_self", "perf_event_open", Args::ANY),
    ("uffd", "userfaultfd", Args::ANY),
    ("iouring", "io_uring_setup", Args::ANY),
    ("fanot", "fanotify_init", Args::ANY),
    ("kexec_bad", "kexec_load", Args::ANY),
    ("reboot_bad", "reboot", Args::ANY),
    ("acct_bad", "acct", Args::ANY),
    ("swapoff_bad", "swapoff", Args::ANY),
    ("settime_null", "settimeofday", Args::ANY),
    ("handle_open", "open_by_handle_at", Args::ANY),
    ("syslog_read", "syslog", Args::ANY),
    ("mount_tmpfs", "mount", Args::ANY),
    ("pivot_t", "pivot_root", Args::ANY),
    ("ptrace_child", "ptrace", Args::ANY),
    ("vm_readv", "process_vm_readv", Args::ANY),
    ("fsopen_t", "fsopen", Args::ANY),
    ("open_tree_t", "open_tree", Args::ANY),
    ("iopl_t", "iopl", Args::ANY),
    ("ioperm_t", "ioperm", Args::ANY),
    ("sethost_same", "sethostname", Args::ANY),
    ("chroot_t", "chroot", Args::ANY),
    ("memfd_secret_t", "memfd_secret", Args::ANY),
    ("quotactl_t", "quotactl", Args::ANY),
];

/// The cells of the table: outcome by operation and configuration, for the host and for each set-up that started.
struct Table(BTreeMap<(String, String), (String, Vec<String>)>);

impl Table {
    fn read() -> Option<(Self, Vec<SandboxFacts>)> {
        let folder = common::fidelity()?;
        let mut cells = BTreeMap::new();
        for line in std::fs::read_to_string(folder.join("matrix.tsv"))
            .unwrap()
            .lines()
            .skip(1)
        {
            let fields: Vec<&str> = line.split('\t').collect();
            let ran = fields[3..7]
                .iter()
                .filter(|v| !matches!(**v, "" | "norun" | "-"))
                .map(|v| (*v).to_owned())
                .collect();
            cells.insert(
                (fields[0].to_owned(), fields[1].to_owned()),
                (fields[2].to_owned(), ran),
            );
        }
        let mut all = Vec::new();
        for entry in std::fs::read_dir(folder.join("configs")).unwrap() {
            let path = entry.unwrap().path();
            let reading = runtime_extractor::read(path.to_str().unwrap(), &std::fs::read(&path).unwrap());
            all.push(reading.sandboxes.into_iter().next().unwrap());
        }
        all.sort_by(|a, b| a.name.cmp(&b.name));
        Some((Self(cells), all))
    }

    /// What the host and the containers found.
    fn get(&self, op: &str, config: &str) -> (&str, &[String]) {
        // Three of the configurations start nowhere.
        let cell = self.0.get(&(op.to_owned(), config.to_owned()));
        cell.map_or(("", &[]), |(host, ran)| (host, ran))
    }
}

#[test]
fn namespaces_are_shared_as_the_facts_say() {
    let Some((table, all)) = Table::read() else { return };
    let mut compared = 0;
    for facts in &all {
        for kind in NamespaceKind::ALL {
            // Some were started from within another time namespace; the harness itself was in another mount namespace.
            let elsewhere = kind == NamespaceKind::Time && facts.name.starts_with("timens");
            if elsewhere || kind == NamespaceKind::Mnt {
                continue;
            }
            let (host, ran) = table.get(&format!("ns_{}", kind.proc_name()), &facts.name);
            let expected = facts.namespaces.get(kind).known().unwrap();
            for found in ran {
                let shared = found == host;
                assert_eq!(
                    shared,
                    *expected == Namespace::Host,
                    "{} {kind:?} {found} {host}",
                    facts.name
                );
                compared += 1;
            }
        }
    }
    println!("{compared} namespaces");
    assert!(compared > 1_500);
}

#[test]
fn privileges_are_those_the_facts_say() {
    let Some((table, all)) = Table::read() else { return };
    let mut compared = 0;
    for facts in &all {
        let held = facts.capabilities.at_start.known().unwrap().mask() & !LACKED;
        for found in table.get("capeff", &facts.name).1 {
            assert_eq!(
                u64::from_str_radix(found, 16).unwrap(),
                held,
                "{} {found} {held:016x}",
                facts.name
            );
            compared += 1;
        }
        let nnp = facts.process.no_new_privs.known().unwrap();
        for found in table.get("setsid_nnp", &facts.name).1 {
            assert_eq!(found, &format!("nnp={}", u8::from(*nnp)), "{}", facts.name);
        }
        let mode = match facts.seccomp.known().unwrap() {
            Seccomp::Filter(_) => "mode=2",
            other => {
                assert_eq!(*other, Seccomp::None);
                "mode=0"
            }
        };
        for found in table.get("seccomp_mode", &facts.name).1 {
            assert_eq!(found, mode, "{}", facts.name);
        }
    }
    assert!(compared > 200, "{compared}");
}

#[test]
fn maps_and_limits_are_those_the_facts_say() {
    let Some((table, all)) = Table::read() else { return };
    let mut maps = 0;
    for facts in &all {
        for found in table.get("uidmap", &facts.name).1 {
            let numbers: Vec<u32> = found.split_whitespace().map(|n| n.parse().unwrap()).collect();
            let lines = facts.user.uid_map.known().unwrap();
            match lines.first() {
                Some(line) => {
                    maps += 1;
                    assert_eq!(
                        numbers,
                        [line.value.container, line.value.host, line.value.size],
                        "{}",
                        facts.name
                    );
                }
                None => assert_eq!(numbers, [0, 0, u32::MAX], "{}", facts.name),
            }
        }
        let limits = facts.process.rlimits.known().unwrap();
        let files = limits.iter().find(|l| l.value.name == "RLIMIT_NOFILE");
        for found in table.get("nofile_count", &facts.name).1 {
            if let Some(limit) = files {
                assert_eq!(
                    limit.value.soft,
                    Limit::Max(found.parse().unwrap()),
                    "{}",
                    facts.name
                );
            }
        }
    }
    assert!(maps > 10, "{maps}");
}

#[test]
fn system_calls_are_filtered_as_the_evaluator_says() {
    let Some((table, all)) = Table::read() else { return };
    let (mut refused, mut allowed) = (0, 0);
    for facts in &all {
        for (probe, call, args) in CALLS {
            let decision = facts.decide_syscall(call, args);
            for found in table.get(probe, &facts.name).1 {
                match decision.outcome {
                    Outcome::Always(SeccompAction::Errno(errno)) => {
                        let name = if errno == 38 {
                            "deny(ENOSYS)"
                        } else {
                            "deny(EPERM)"
                        };
                        assert_eq!(found, name, "{}: {probe}", facts.name);
                        refused += 1;
                    }
                    _ if found.starts_with("allow") || found.starts_with("virt") => {
                        assert_eq!(
                            decision.reach(),
                            Reach::Always,
                            "{}: {probe} {decision:?}",
                            facts.name
                        );
                        allowed += 1;
                    }
                    _ => {}
                }
            }
        }
    }
    println!("{refused} refused, {allowed} allowed");
    assert!(refused > 2_000 && allowed > 1_000, "{refused} {allowed}");
}
