//! Which system calls the filter lets through.

use super::WORKLOAD;
use super::write::{Evidence, Writer};
use crate::facts::{Args, Capability, Fact, Reach, SandboxFacts, Seccomp};

/// The calls of the model, and the capability with which the default profile of engines lets each through:
/// `Always`, `Never`, or with any of these. From moby/profiles `seccomp/default.json`; containerd
/// `contrib/seccomp/seccomp_default.go` and CRI-O's built-in profile agree on these calls.
const CALLS: &[(&str, Default)] = &[
    ("init_module", Default::With(&[Capability::SysModule])),
    ("kexec_load", Default::Never),
    ("reboot", Default::With(&[Capability::SysBoot])),
    ("open_by_handle_at", Default::With(&[Capability::DacReadSearch])),
    ("mount", Default::With(&[Capability::SysAdmin])),
    ("umount2", Default::With(&[Capability::SysAdmin])),
    ("setns", Default::With(&[Capability::SysAdmin])),
    ("ptrace", Default::Always),
    ("pidfd_getfd", Default::With(&[Capability::SysPtrace])),
    ("keyctl", Default::Never),
    ("bpf", Default::With(&[Capability::SysAdmin, Capability::Bpf])),
    (
        "perf_event_open",
        Default::With(&[Capability::SysAdmin, Capability::Perfmon]),
    ),
    ("iopl", Default::With(&[Capability::SysRawio])),
    (
        "syslog",
        Default::With(&[Capability::SysAdmin, Capability::Syslog]),
    ),
    ("settimeofday", Default::With(&[Capability::SysTime])),
    ("swapoff", Default::Never),
    ("sethostname", Default::With(&[Capability::SysAdmin])),
    ("acct", Default::With(&[Capability::SysPacct])),
    ("mknod", Default::Always),
    ("kill", Default::Always),
    ("sched_setscheduler", Default::Always),
    ("mlock", Default::Always),
];

/// Calls that do the same as one of the model: the filter stops an operation only if it stops all of them.
const ALTERNATIVES: &[(&str, &[&str])] = &[
    ("init_module", &["finit_module"]),
    ("kexec_load", &["kexec_file_load"]),
    ("mount", &["fsopen", "move_mount", "open_tree", "mount_setattr"]),
    ("ptrace", &["process_vm_writev"]),
    ("iopl", &["ioperm"]),
    (
        "settimeofday",
        &[
            "clock_settime",
            "clock_settime64",
            "adjtimex",
            "clock_adjtime",
            "clock_adjtime64",
            "stime",
        ],
    ),
    ("mknod", &["mknodat"]),
    ("sethostname", &["setdomainname"]),
    ("swapoff", &["swapon"]),
    (
        "kill",
        &[
            "tkill",
            "tgkill",
            "pidfd_send_signal",
            "rt_sigqueueinfo",
            "rt_tgsigqueueinfo",
        ],
    ),
    ("sched_setscheduler", &["sched_setattr"]),
    ("mlock", &["mlock2", "mlockall"]),
    ("umount2", &["umount"]),
];

#[derive(Clone, Copy)]
enum Default {
    Always,
    Never,
    With(&'static [Capability]),
}

pub(super) fn write(w: &mut Writer, facts: &SandboxFacts) {
    let whole = Evidence::of(&facts.seccomp.origin);
    if facts.seccomp.is(|s| *s == Seccomp::RuntimeDefault) {
        runtime_default(w, facts, &whole);
        return;
    }
    let mut members = Vec::new();
    for (call, _) in CALLS {
        let names = ALTERNATIVES
            .iter()
            .find(|(c, _)| c == call)
            .map_or(&[] as &[&str], |(_, more)| more);
        for name in std::iter::once(call).chain(names) {
            let decision = facts.decide_syscall(name, &Args::ANY);
            match decision.reach() {
                Reach::Unknown => {
                    w.unknown(&format!("allowed_calls[{WORKLOAD}]"), &whole);
                    return;
                }
                Reach::Always | Reach::Sometimes => {
                    let mut evidence = Evidence {
                        place: decision.places.first().cloned(),
                        note: String::new(),
                    };
                    if evidence.place.as_ref().is_none_or(|p| p.absent) {
                        evidence = whole.clone();
                    }
                    members.push(((*call).to_owned(), evidence));
                    break;
                }
                Reach::Never => {}
            }
        }
    }
    w.set("allowed_calls", members, &whole);
}

fn runtime_default(w: &mut Writer, facts: &SandboxFacts, whole: &Evidence) {
    let evidence = whole
        .clone()
        .with_note("the default profile of containerd, CRI-O and Docker");
    let bounding: &Fact<_> = &facts.capabilities.bounding;
    let members = CALLS
        .iter()
        .filter(|(_, default)| match default {
            Default::Always => true,
            Default::Never => false,
            Default::With(caps) => caps.iter().any(|c| bounding.may_be(|set| set.contains(*c))),
        })
        .map(|(call, _)| ((*call).to_owned(), evidence.clone()))
        .collect();
    w.set("allowed_calls", members, &evidence);
}
