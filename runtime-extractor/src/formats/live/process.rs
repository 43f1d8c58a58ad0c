//! The other facts of a live process: arguments, limits, descriptors, labels.

use super::snapshot::ProcFile;
use super::status::read_no_new_privs;
use super::{Texts, lists_of};
use crate::facts::{
    AppArmor, Entry, Environment, Fact, FactList, Limit, OpenFile, Origin, Process, Rlimit, Selinux,
};
use crate::log::Log;
use std::collections::BTreeMap;

/// The names of `/proc/PID/limits` and of setrlimit(2).
const RLIMITS: &[(&str, &str)] = &[
    ("Max cpu time", "RLIMIT_CPU"),
    ("Max file size", "RLIMIT_FSIZE"),
    ("Max data size", "RLIMIT_DATA"),
    ("Max stack size", "RLIMIT_STACK"),
    ("Max core file size", "RLIMIT_CORE"),
    ("Max resident set", "RLIMIT_RSS"),
    ("Max processes", "RLIMIT_NPROC"),
    ("Max open files", "RLIMIT_NOFILE"),
    ("Max locked memory", "RLIMIT_MEMLOCK"),
    ("Max address space", "RLIMIT_AS"),
    ("Max file locks", "RLIMIT_LOCKS"),
    ("Max pending signals", "RLIMIT_SIGPENDING"),
    ("Max msgqueue size", "RLIMIT_MSGQUEUE"),
    ("Max nice priority", "RLIMIT_NICE"),
    ("Max realtime priority", "RLIMIT_RTPRIO"),
    ("Max realtime timeout", "RLIMIT_RTTIME"),
];

const NOT_TAKEN: &str = "a live process does not show it";

/// The process.
pub(super) fn read(texts: &Texts) -> Process {
    let open_files = open_files(texts);
    Process {
        args: args(texts),
        cwd: Fact::unknown(NOT_TAKEN, Vec::new()),
        env_names: Fact::unknown("the environment is not read: it may hold secrets", Vec::new()),
        terminal: terminal(&open_files),
        no_new_privs: read_no_new_privs(texts),
        rlimits: rlimits(texts),
        oom_score_adj: oom_score_adj(texts),
        scheduler: Fact::unknown(NOT_TAKEN, Vec::new()),
        io_priority: Fact::unknown(NOT_TAKEN, Vec::new()),
        personality: Fact::unknown(NOT_TAKEN, Vec::new()),
        open_files,
    }
}

/// What only a configuration says.
pub(super) fn environment() -> Environment {
    Environment {
        hostname: Fact::unknown(NOT_TAKEN, Vec::new()),
        domainname: Fact::unknown(NOT_TAKEN, Vec::new()),
        sysctls: Fact::unknown(NOT_TAKEN, Vec::new()),
        hooks: Fact::unknown(NOT_TAKEN, Vec::new()),
        annotations: Fact::unknown(NOT_TAKEN, Vec::new()),
        intel_rdt: Fact::unknown(NOT_TAKEN, Vec::new()),
        net_devices: Fact::unknown(NOT_TAKEN, Vec::new()),
        time_offsets: Fact::unknown(NOT_TAKEN, Vec::new()),
        memory_policy: Fact::unknown(NOT_TAKEN, Vec::new()),
    }
}

fn args(texts: &Texts) -> Fact<Vec<String>> {
    match texts.get(ProcFile::Cmdline) {
        Some(text) => {
            let content = text.source.text();
            let content = content.strip_suffix('\0').unwrap_or(content);
            let args = content
                .split('\0')
                .filter(|_| !content.is_empty())
                .map(str::to_owned)
                .collect();
            Fact::observed(args, text.whole())
        }
        None => Fact::unknown("`cmdline` could not be read", Vec::new()),
    }
}

fn rlimits(texts: &Texts) -> FactList<Rlimit> {
    let Some(text) = texts.get(ProcFile::Limits) else {
        return Fact::unknown("`limits` could not be read", Vec::new());
    };
    let mut limits = Vec::new();
    for (span, line) in text.source.lines() {
        let hit = RLIMITS
            .iter()
            .find_map(|(label, name)| Some((*name, line.strip_prefix(label)?)));
        let Some((name, rest)) = hit else { continue };
        let mut words = rest.split_whitespace();
        let mut limit = || match words.next()? {
            "unlimited" => Some(Limit::Unlimited),
            number => number.parse().ok().map(Limit::Max),
        };
        if let (Some(soft), Some(hard)) = (limit(), limit()) {
            let origin = Origin::observed(text.source.place(span, name, false));
            limits.push(Entry::new(
                Rlimit {
                    name: name.to_owned(),
                    soft,
                    hard,
                },
                origin,
            ));
        }
    }
    Fact::observed(limits, text.whole())
}

fn oom_score_adj(texts: &Texts) -> Fact<Option<i64>> {
    let Some(text) = texts.get(ProcFile::OomScoreAdj) else {
        return Fact::unknown("`oom_score_adj` could not be read", Vec::new());
    };
    match text.source.text().trim().parse() {
        Ok(value) => Fact::observed(Some(value), text.whole()),
        Err(_) => Fact::unknown("`oom_score_adj` has an unexpected form", vec![text.whole()]),
    }
}

fn open_files(texts: &Texts) -> FactList<OpenFile> {
    let Some(text) = texts.get(ProcFile::Fd) else {
        return Fact::unknown("the descriptors could not be listed", Vec::new());
    };
    let details = details(texts);
    let mut files = Vec::new();
    for (span, line) in text.source.lines() {
        let parsed = line
            .split_once(' ')
            .and_then(|(fd, target)| Some((fd.parse::<u32>().ok()?, target)));
        let Some((fd, target)) = parsed else { continue };
        let (flags, mount_id) = details.get(&fd).copied().unwrap_or_default();
        let file = OpenFile {
            fd,
            target: target.to_owned(),
            mount_id,
            flags,
        };
        files.push(Entry::new(
            file,
            Origin::observed(text.source.place(span, format!("fd {fd}"), false)),
        ));
    }
    Fact::observed(files, text.whole())
}

/// Flags and mount of each descriptor.
fn details(texts: &Texts) -> BTreeMap<u32, (Option<u64>, Option<u64>)> {
    let mut all: BTreeMap<u32, (Option<u64>, Option<u64>)> = BTreeMap::new();
    let mut current = None;
    for (_, words) in texts.get(ProcFile::FdInfo).map(lists_of).into_iter().flatten() {
        match (words.as_slice(), current) {
            (["#", fd], _) => current = fd.parse::<u32>().ok(),
            (["flags:", flags], Some(fd)) => {
                all.entry(fd).or_default().0 = u64::from_str_radix(flags, 8).ok()
            }
            (["mnt_id:", id], Some(fd)) => all.entry(fd).or_default().1 = id.parse().ok(),
            (_, _) => {}
        }
    }
    all
}

/// A terminal is attached if the standard input is one.
fn terminal(open_files: &FactList<OpenFile>) -> Fact<bool> {
    let stdin = open_files
        .known()
        .and_then(|files| files.iter().find(|f| f.value.fd == 0));
    match stdin {
        Some(file) => {
            let target = &file.value.target;
            let is_terminal =
                target.starts_with("/dev/pts/") || target.starts_with("/dev/tty") || target == "/dev/console";
            Fact::new(is_terminal, file.origin.clone())
        }
        None => Fact::unknown("the standard input is not known", open_files.places().to_vec()),
    }
}

/// The labels of security modules: one file serves whichever module labels processes.
pub(super) fn labels(texts: &Texts, log: &mut Log) -> (Fact<AppArmor>, Fact<Selinux>) {
    let Some(text) = texts.get(ProcFile::AttrCurrent) else {
        let why = "`attr/current` could not be read";
        return (Fact::unknown(why, Vec::new()), Fact::unknown(why, Vec::new()));
    };
    let label = text.source.text().trim_end_matches(['\0', '\n']);
    let place = text.whole();
    let colons = label.chars().filter(|c| *c == ':').count();
    if colons >= 2 && !label.contains(' ') {
        let selinux = Fact::observed(Selinux::Label(label.to_owned()), place.clone());
        return (Fact::observed(AppArmor::Unconfined, place), selinux);
    }
    let apparmor = match label.rsplit_once(" (") {
        Some((profile, "enforce)" | "kill)")) => AppArmor::Profile(profile.to_owned()),
        Some((profile, mode)) => {
            let mode = mode.trim_end_matches(')');
            log.notice(
                place.clone(),
                format!("the AppArmor profile `{profile}` is in mode {mode} and denies nothing"),
            );
            AppArmor::Unconfined
        }
        None if label.is_empty() || label == "unconfined" => AppArmor::Unconfined,
        None => AppArmor::Profile(label.to_owned()),
    };
    (
        Fact::observed(apparmor, place.clone()),
        Fact::observed(Selinux::None, place),
    )
}
