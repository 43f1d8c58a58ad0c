//! Which probe measures which operation of the model, and how its outcome is read.

use crate::matrix::{Outcome, Run, Setup};
use crate::predict::{Answer, Question};

use Outcome::{Absent, Allow, Deny, Virtualize};

/// One question to the model, and what the probes say to it.
pub(crate) struct Row {
    pub(crate) question: Question,
    /// What was measured; `None` where nothing was.
    pub(crate) measured: fn(&Run<'_>) -> Option<Answer>,
}

macro_rules! rows {
    ($(($op:literal, $measured:expr)),* $(,)?) => {
        vec![$(Row {
            question: Question::Mediation($op),
            measured: |run| {
                let read: fn(&Run<'_>) -> Option<Outcome> = $measured;
                read(run).map(Answer::Outcome)
            },
        }),*]
    };
}

macro_rules! reaches {
    ($(($name:literal, $never:literal, $measured:expr)),* $(,)?) => {
        vec![$(Row {
            question: Question::Reach { name: $name, never: $never },
            measured: |run| {
                let read: fn(&Run<'_>) -> Option<Outcome> = $measured;
                read(run).map(|o| Answer::Reached(o == Allow))
            },
        }),*]
    };
}

/// All rows.
pub(crate) fn rows() -> Vec<Row> {
    let mut all = mediation();
    all.extend(reachable());
    all
}

/// One operation, tried once by a probe that starts from nothing.
fn mediation() -> Vec<Row> {
    rows![
        ("LoadModule", |r| r.get("modload")),
        ("Kexec", |r| r.get("kexec_bad")),
        ("Reboot", |r| r.get("reboot_bad")),
        ("RawIo", |r| r.best(&["iopl_t", "ioperm_t"])),
        // /dev/mem is not built into that kernel, so that its own check never came
        ("OpenMem", |r| device(r, "open_mk_mem", None)
            .filter(|o| *o != Allow)),
        ("TraceKernel", |r| r.get("bpf_trace")),
        ("WatchCpus", |r| r.get("perf_all")),
        ("ReadLog", |r| r.best(&[
            "syslog_all",
            "syslog_read",
            "open_mk_kmsg",
            "open_dev_kmsg"
        ])),
        ("SetClock", |r| r.best(&["settime_null", "adjtimex_bad"])),
        ("SwapOff", |r| r.get("swapoff_bad")),
        ("SetHostName", |r| r.get("sethost_same")),
        ("Account", |r| r.get("acct_bad")),
        ("OpenByHandle", |r| r.get("handle_open")),
        ("SearchKeys", |r| r.get("key_host_search")),
        ("UndoMounts", |r| own(r.best(&[
            "remount_rw_procsys",
            "remount_rw_sys",
            "mount_proc",
            "umount_masked"
        ]))),
        ("MountCgroup", cgroup_root),
        ("WriteCorePattern", |r| r
            .best(&["w_core_pattern", "hostproc_core"])),
        ("WriteSysctl", |r| r.best(&["w_swappiness", "hostproc_core"])),
        ("WriteIrq", |r| r.best(&["w_irq", "hostproc_core"])),
        ("WriteSysFs", |r| r.get("w_ksm")),
        ("ReadTimers", |r| own_proc(r, "r_timer_list")),
        ("ReadKeyList", key_list),
        ("ReadFirmware", |r| r.get("r_firmware")),
        ("ListProcesses", |r| r.best(&["list_pids", "hostproc_list"])),
        ("KillProcess", |r| r.get("kill_host")),
        ("KillAlike", |r| outside_its_pod(r).then(|| r.get("kill_sib"))?),
        ("OpenProcRoot", |r| r.best(&["proc_root_read", "hostproc_root"])),
        ("Ptrace", |r| r.best(&[
            "ptrace_host",
            "vm_readv",
            "proc_mem",
            "proc_environ"
        ])),
        ("TakeDescriptor", |r| r.get("pidfd_getfd_host")),
        ("EnterNamespaces", |r| own_proc(r, "setns_host")),
        ("OpenDisk", |r| device(r, "open_mk_blk", Some("open_dev_blk"))),
        ("ReadPath", |r| r.get("read_host_file")),
        ("WritePath", |r| r.get("write_host_file")),
        ("ConnectEngine", |r| socket(r.get("path_sock"))),
        ("ReachServices", |r| r.best(&["abs_host", "conn_host_tcp"])),
        ("SniffHost", |r| r.best(&["pkt_sock", "raw_sock"])),
        ("ConfigureNetwork", |r| r.best(&[
            "if_flags_same",
            "nft_get",
            "rt_newlink_bad"
        ])),
        ("UseIpc", |r| r.best(&["shm_host", "mq_host"])),
        ("RaisePriority", |r| r.get("sched_fifo")),
        ("LockMemory", |r| r.get("mlock_big")),
        ("LiftLimit", |r| own(r.get("cg_write_limit"))),
    ]
}

/// What several steps, one after the other, reach.
fn reachable() -> Vec<Row> {
    reaches![
        ("core_pattern", "CorePattern not in armed", |r| r.best(&[
            "w_core_pattern",
            "hostproc_core",
            "seq_remount_core",
            "seq_umount_core",
            "seq_newproc_core",
            "seq_userns_newproc_core",
        ])),
        ("release_agent", "ReleaseAgent not in armed", |r| r
            .best(&["rel_agent", "seq_userns_relagent"])),
        ("sysfs", "not allowed(WriteSysFs)", |r| r
            .best(&["w_ksm", "seq_newsys_ksm"])),
        ("timers", "not allowed(ReadTimers)", |r| own_proc(
            r,
            "r_timer_list"
        )
        .max(own_proc(r, "seq_umount_timerlist"))),
        (
            "processes",
            "limited[adversary][Processes] and not allowed(LiftLimit)",
            |r| r.get("fork64")
        ),
        (
            "memory",
            "limited[adversary][Memory] and not allowed(LiftLimit)",
            |r| r.get("alloc96")
        ),
    ]
}

/// Cells where model and measurement differ and the model is right, each with the reason.
pub(crate) const EXCEPTIONS: &[Exception] = &[
    Exception {
        question: "ReadFirmware",
        configs: &["userns_priv"],
        setups: &Setup::ALL,
        why: "the probe lists the folder, which everybody may; the tables in it are root's alone",
    },
    Exception {
        question: "sysfs",
        configs: &[
            "SYS_ADMIN_nosec",
            "allcaps_nosec",
            "allcaps_sec",
            "cap_SYS_ADMIN",
            "hostpid_SYS_PTRACE_ADMIN",
        ],
        setups: &[Setup::RuncV1, Setup::RuncV2],
        why: "the probe mounts /sys a second time and finds the file system read-only, as runc made it; \
              `mount -o remount,rw /sys` makes it writable, as was tried on a real container",
    },
];

/// See [`EXCEPTIONS`].
pub(crate) struct Exception {
    pub(crate) question: &'static str,
    pub(crate) configs: &'static [&'static str],
    pub(crate) setups: &'static [Setup],
    pub(crate) why: &'static str,
}

impl Exception {
    pub(crate) fn covers(&self, question: &str, run: &Run<'_>) -> bool {
        self.question == question && self.configs.contains(&run.config) && self.setups.contains(&run.setup)
    }
}

/// Containers of one pod are one trust domain.
fn outside_its_pod(run: &Run<'_>) -> bool {
    !run.config.starts_with("pod_share")
}

/// Where the host's /proc is mounted too, nobody looked at this file in it.
fn own_proc(run: &Run<'_>, probe: &str) -> Option<Outcome> {
    run.get("hostproc_list").is_none().then(|| run.get(probe))?
}

/// Everybody may read /proc/keys; it shows the keys of the reader's user namespace.
fn key_list(run: &Run<'_>) -> Option<Outcome> {
    let host_root = run.text("uidmap").split_whitespace().nth(1) == Some("0");
    own_proc(run, "r_keys").map(|o| if o == Allow && !host_root { Virtualize } else { o })
}

/// An instance of one's own is what the operation is about.
fn own(outcome: Option<Outcome>) -> Option<Outcome> {
    outcome.map(|o| if o == Virtualize { Allow } else { o })
}

/// A node that is there, else one that the probe made: where it could make none, there is none.
fn device(run: &Run<'_>, made: &str, listed: Option<&str>) -> Option<Outcome> {
    match listed.and_then(|l| run.get(l)) {
        Some(found) if found != Absent => Some(found),
        Some(_) | None if run.get("mknod_blk") == Some(Deny) => Some(Absent),
        Some(_) | None => run.get(made),
    }
}

/// The laboratory's root file systems have an empty file where the socket is mounted: connecting to that is refused, or
/// its permissions are.
fn socket(outcome: Option<Outcome>) -> Option<Outcome> {
    outcome.map(|o| if o == Allow { Allow } else { Absent })
}

/// Only the root of a hierarchy has a `release_agent`.
fn cgroup_root(run: &Run<'_>) -> Option<Outcome> {
    match (run.get("mount_cg1")?, run.get("rel_agent")?) {
        (Allow | Virtualize, Absent) => Some(Virtualize),
        (Allow | Virtualize, _) => Some(Allow),
        (refused, _) => Some(refused),
    }
}
