//! The bytes of a running process's `/proc` files, as whoever may read them hands them over.
//!
//! Takes bytes per [`ProcFile`]; a file that could not be read is left out, which makes its facts unknown. Links and
//! groups of files are handed over in a text form of their own, one item a line, which [`ProcFile`] documents. A whole
//! snapshot has a binary form too, so that it can be taken on one machine and read on another.

use crate::source::{Limits, ReadError, SourceFile};
use std::collections::BTreeMap;

macro_rules! proc_files {
    ($($(#[$doc:meta])* $variant:ident $name:literal,)*) => {
        /// A file of a snapshot.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ProcFile { $($(#[$doc])* $variant,)* }

        impl ProcFile {
            /// Every file.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its name, e.g. `status`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

proc_files! {
    /// The links of `/proc/PID/ns`, one a line: `pid pid:[4026531836]`.
    Ns "ns",
    /// The same of the process that reads, which is taken for the host.
    NsHost "ns.host",
    /// `/proc/PID/status`.
    Status "status",
    /// `/proc/PID/uid_map`.
    UidMap "uid_map",
    /// `/proc/PID/gid_map`.
    GidMap "gid_map",
    /// `/proc/PID/setgroups`.
    Setgroups "setgroups",
    /// `/proc/PID/mountinfo`.
    Mountinfo "mountinfo",
    /// `/proc/self/mountinfo` of the process that reads.
    MountinfoHost "mountinfo.host",
    /// `/proc/PID/cgroup`.
    Cgroup "cgroup",
    /// Files of its control groups, each after a line with its path: `== /sys/fs/cgroup/pids/x/pids.max`.
    CgroupFiles "cgroupfiles",
    /// `/proc/PID/limits`.
    Limits "limits",
    /// The links of `/proc/PID/fd`, one a line: `0 /dev/null`.
    Fd "fd",
    /// The files of `/proc/PID/fdinfo`, each after a line with its number: `# 0`.
    FdInfo "fdinfo",
    /// `/proc/PID/attr/current`; empty where reading it fails with EINVAL, which means that no module labels processes.
    AttrCurrent "attr_current",
    /// `/proc/PID/oom_score_adj`.
    OomScoreAdj "oom_score_adj",
    /// `/proc/PID/cmdline`.
    Cmdline "cmdline",
    /// `/proc/self/mounts` of the process that reads.
    MountsHost "mounts.host",
    /// The seccomp filters, as `PTRACE_SECCOMP_GET_FILTER` gives them: a line `arch x86_64`, then for each filter, the
    /// newest first, a line `filter 0` and its instructions, one a line: `32 0 0 4` (code, jt, jf, k).
    SeccompFilters "seccomp_filters",
    /// `/proc/sys/kernel/osrelease`.
    Osrelease "osrelease",
    /// Which of [`PROBED_PATHS`] are there in the sandbox, one a line: `/proc/kcore present` or `/proc/kcore absent`.
    Paths "paths",
    /// The device nodes of the sandbox, one a line: path, `c` or `b`, major, minor: `/dev/kvm c 10 232`.
    Dev "dev",
}

/// Paths of kernel interfaces of which it matters whether they are there at all.
pub const PROBED_PATHS: &[&str] = &[
    "/proc/acpi",
    "/proc/asound",
    "/proc/bus",
    "/proc/fs",
    "/proc/interrupts",
    "/proc/irq",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/proc/sys",
    "/proc/sysrq-trigger",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/sys/devices/virtual/powercap",
    "/sys/firmware",
];

impl ProcFile {
    /// The file of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|file| file.name() == name)
    }
}

/// First line of the binary form.
const MAGIC: &str = "watertight process snapshot 1";

/// What was read of a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcSnapshot {
    /// A name for the sandbox.
    pub name: String,
    /// What the names of the files start with in places, e.g. `/proc/1234`.
    pub root: String,
    /// The bytes that could be read.
    pub files: BTreeMap<ProcFile, Vec<u8>>,
}

impl ProcSnapshot {
    /// An empty snapshot.
    pub fn new(name: impl Into<String>, root: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            root: root.into(),
            files: BTreeMap::new(),
        }
    }

    /// Adds a file.
    #[must_use]
    pub fn with(mut self, file: ProcFile, bytes: impl Into<Vec<u8>>) -> Self {
        self.files.insert(file, bytes.into());
        self
    }

    /// The name of a file in places.
    pub fn file_name(&self, file: ProcFile) -> String {
        format!("{}/{}", self.root, file.name())
    }

    /// The binary form: a first line, a line with the root, then for each file a line with its name and size, and its
    /// bytes followed by a line end.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = format!("{MAGIC}\n{}\n{}\n", one_line(&self.name), one_line(&self.root)).into_bytes();
        for (file, bytes) in &self.files {
            out.extend_from_slice(format!("{} {}\n", file.name(), bytes.len()).as_bytes());
            out.extend_from_slice(bytes);
            out.push(b'\n');
        }
        out
    }

    /// True if bytes are the binary form.
    pub fn is_snapshot(bytes: &[u8]) -> bool {
        bytes.starts_with(MAGIC.as_bytes())
    }

    /// Reads the binary form.
    ///
    /// # Errors
    /// If it is cut off, or names a file that no snapshot has.
    pub fn from_bytes(source_name: &str, bytes: &[u8], limits: &Limits) -> Result<Self, ReadError> {
        let wrong = |line: u32, message: String| ReadError {
            file: source_name.into(),
            line,
            column: 1,
            message,
            help: Some("take the snapshot again".into()),
        };
        if bytes.len() > limits.max_bytes {
            return Err(wrong(
                1,
                format!(
                    "the file has {} bytes, more than {}",
                    bytes.len(),
                    limits.max_bytes
                ),
            ));
        }
        let mut rest = bytes;
        let mut line = 0;
        let mut next = |rest: &mut &[u8]| {
            line += 1;
            let end = rest.iter().position(|b| *b == b'\n');
            let taken = end.and_then(|end| Some((rest.get(..end)?, rest.get(end + 1..)?)));
            let Some((text, tail)) = taken else {
                return Err(wrong(line, "the snapshot is cut off".into()));
            };
            *rest = tail;
            Ok((line, String::from_utf8_lossy(text).into_owned()))
        };
        next(&mut rest)?;
        let (_, name) = next(&mut rest)?;
        let (_, root) = next(&mut rest)?;
        let mut snapshot = Self::new(name, root);
        while !rest.is_empty() {
            let (line, header) = next(&mut rest)?;
            let header = header
                .split_once(' ')
                .and_then(|(n, size)| Some((ProcFile::from_name(n)?, size.parse().ok()?)));
            let Some((file, size)) = header else {
                return Err(wrong(line, "this is not the name of a file and its size".into()));
            };
            let taken: Option<(&[u8], &[u8])> = rest.get(..size).zip(rest.get(size..));
            let Some((content, [b'\n', tail @ ..])) = taken else {
                return Err(wrong(line, format!("`{}` is cut off", file.name())));
            };
            snapshot.files.insert(file, content.to_vec());
            rest = tail;
        }
        Ok(snapshot)
    }

    /// A file as text.
    pub(super) fn text(&self, file: ProcFile, limits: &Limits) -> Option<Result<SourceFile, ReadError>> {
        let bytes = self.files.get(&file)?;
        Some(SourceFile::with_nul(&self.file_name(file), bytes, limits))
    }
}

fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_binary_form_reads_back() {
        let snapshot = ProcSnapshot::new("web", "/proc/7")
            .with(ProcFile::Cmdline, &b"sh\0-c\0"[..])
            .with(ProcFile::Status, &b"Uid:\t0\n"[..])
            .with(ProcFile::AttrCurrent, &b""[..]);
        let bytes = snapshot.to_bytes();
        assert!(ProcSnapshot::is_snapshot(&bytes));
        assert_eq!(
            ProcSnapshot::from_bytes("f", &bytes, &Limits::default()),
            Ok(snapshot)
        );
        for cut in 0..bytes.len() {
            // Only a cut between two files leaves a whole snapshot.
            if let Ok(part) = ProcSnapshot::from_bytes("f", &bytes[..cut], &Limits::default()) {
                assert_eq!(part.to_bytes(), &bytes[..cut]);
            }
        }
    }
}
