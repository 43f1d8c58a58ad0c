//! Takes a snapshot of a running process from /proc and the cgroup file systems. What cannot be read is left out,
//! and its facts are then unknown.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use runtime_extractor::formats::live::{self, PROBED_PATHS, ProcFile, ProcSnapshot};
use runtime_extractor::{Limits, Reading};

use crate::command::Failure;
use crate::filters;

/// Files of a control group that hold a limit or a device rule.
const GROUP_FILES: &[&str] = &[
    "pids.max",
    "memory.limit_in_bytes",
    "memory.memsw.limit_in_bytes",
    "memory.max",
    "memory.swap.max",
    "cpu.cfs_quota_us",
    "cpu.cfs_period_us",
    "cpu.shares",
    "cpu.rt_runtime_us",
    "cpu.max",
    "cpu.weight",
    "cpuset.cpus",
    "cpuset.mems",
    "devices.list",
];

/// Most device nodes that are looked at.
const DEVICES: usize = 4096;

/// Reads a process.
///
/// # Errors
/// If there is no such process.
pub fn read(pid: u32) -> Result<Reading, Failure> {
    let root = PathBuf::from(format!("/proc/{pid}"));
    if !root.is_dir() {
        return Err(Failure::new(format!("there is no process {pid}"))
            .help("ps -e lists processes; runc and crun: `list`"));
    }
    Ok(live::read(&snapshot(pid, &root), &Limits::default()))
}

fn snapshot(pid: u32, root: &Path) -> ProcSnapshot {
    let mut snapshot = ProcSnapshot::new(format!("pid {pid}"), root.display().to_string());
    let mut add = |file: ProcFile, bytes: Option<Vec<u8>>| {
        if let Some(bytes) = bytes {
            snapshot.files.insert(file, bytes);
        }
    };
    for (file, name) in [
        (ProcFile::Status, "status"),
        (ProcFile::UidMap, "uid_map"),
        (ProcFile::GidMap, "gid_map"),
        (ProcFile::Setgroups, "setgroups"),
        (ProcFile::Mountinfo, "mountinfo"),
        (ProcFile::Cgroup, "cgroup"),
        (ProcFile::Limits, "limits"),
        (ProcFile::OomScoreAdj, "oom_score_adj"),
        (ProcFile::Cmdline, "cmdline"),
    ] {
        add(file, fs::read(root.join(name)).ok());
    }
    add(ProcFile::AttrCurrent, label(root));
    add(ProcFile::Ns, namespaces(&root.join("ns")));
    add(ProcFile::NsHost, namespaces(Path::new("/proc/self/ns")));
    add(ProcFile::MountinfoHost, fs::read("/proc/self/mountinfo").ok());
    add(ProcFile::MountsHost, fs::read("/proc/self/mounts").ok());
    add(ProcFile::SeccompFilters, filters::read(pid));
    add(ProcFile::Osrelease, fs::read("/proc/sys/kernel/osrelease").ok());
    add(ProcFile::Fd, links(&root.join("fd")));
    add(ProcFile::FdInfo, fd_info(&root.join("fdinfo")));
    add(ProcFile::CgroupFiles, group_files(root));
    add(ProcFile::Paths, probed(&root.join("root")));
    add(ProcFile::Dev, devices(&root.join("root")));
    snapshot
}

/// Without a security module that labels processes, reading fails with EINVAL: that is an answer, too.
fn label(root: &Path) -> Option<Vec<u8>> {
    const EINVAL: i32 = 22;
    match fs::read(root.join("attr/current")) {
        Ok(bytes) => Some(bytes),
        Err(e) if e.raw_os_error() == Some(EINVAL) => Some(Vec::new()),
        Err(_) => None,
    }
}

fn sorted(dir: &Path) -> Option<Vec<PathBuf>> {
    let mut paths: Vec<PathBuf> = fs::read_dir(dir)
        .ok()?
        .filter_map(|e| Some(e.ok()?.path()))
        .collect();
    paths.sort_by_key(|p| p.file_name().map(|n| (n.len(), n.to_owned())));
    Some(paths)
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default()
}

fn namespaces(dir: &Path) -> Option<Vec<u8>> {
    links(dir).filter(|text| !text.is_empty())
}

/// `name target`, one a line.
fn links(dir: &Path) -> Option<Vec<u8>> {
    let mut out = String::new();
    for path in sorted(dir)? {
        if let Ok(target) = fs::read_link(&path) {
            let target = target.display().to_string().replace('\n', "\\n");
            let _ = writeln!(out, "{} {target}", file_name(&path));
        }
    }
    Some(out.into_bytes())
}

fn fd_info(dir: &Path) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    for path in sorted(dir)? {
        if let Ok(bytes) = fs::read(&path) {
            out.extend_from_slice(format!("# {}\n", file_name(&path)).as_bytes());
            out.extend_from_slice(&bytes);
        }
    }
    Some(out)
}

/// The limits and device rules of each control group of the process.
fn group_files(root: &Path) -> Option<Vec<u8>> {
    let memberships = fs::read_to_string(root.join("cgroup")).ok()?;
    let mounts = fs::read_to_string("/proc/self/mounts").ok()?;
    let mut out = Vec::new();
    for line in memberships.lines() {
        let mut parts = line.splitn(3, ':');
        let (Some(_), Some(controllers), Some(path)) = (parts.next(), parts.next(), parts.next()) else {
            continue;
        };
        let Some(mount) = group_mount(&mounts, controllers) else {
            continue;
        };
        let dir = Path::new(&mount).join(path.trim_start_matches('/'));
        for name in GROUP_FILES {
            let file = dir.join(name);
            if let Ok(bytes) = fs::read(&file) {
                out.extend_from_slice(format!("== {}\n", file.display()).as_bytes());
                out.extend_from_slice(&bytes);
                if bytes.last() != Some(&b'\n') {
                    out.push(b'\n');
                }
            }
        }
    }
    Some(out)
}

/// Where the hierarchy with these controllers is mounted; no controllers is version 2.
fn group_mount(mounts: &str, controllers: &str) -> Option<String> {
    mounts.lines().find_map(|line| {
        let fields: Vec<&str> = line.split(' ').collect();
        let [_, at, kind, options, ..] = fields.as_slice() else {
            return None;
        };
        let fits = match *kind {
            "cgroup2" => controllers.is_empty(),
            "cgroup" => {
                !controllers.is_empty() && controllers.split(',').all(|c| options.split(',').any(|o| o == c))
            }
            _ => false,
        };
        fits.then(|| (*at).to_owned())
    })
}

/// Whether the kernel's interfaces are there, seen through the root of the process.
fn probed(root: &Path) -> Option<Vec<u8>> {
    fs::metadata(root).ok()?;
    let mut out = String::new();
    for path in PROBED_PATHS {
        let there = fs::symlink_metadata(root.join(path.trim_start_matches('/'))).is_ok();
        let _ = writeln!(out, "{path} {}", if there { "present" } else { "absent" });
    }
    Some(out.into_bytes())
}

/// Device nodes below /dev of the process, two folders deep.
fn devices(root: &Path) -> Option<Vec<u8>> {
    let mut out = String::new();
    let mut found = 0;
    let mut folders = vec![(root.join("dev"), 0)];
    sorted(&root.join("dev"))?;
    while let Some((folder, depth)) = folders.pop() {
        for path in sorted(&folder).unwrap_or_default() {
            let Ok(metadata) = fs::symlink_metadata(&path) else {
                continue;
            };
            let kind = metadata.file_type();
            if kind.is_dir() && depth < 2 {
                folders.push((path, depth + 1));
            } else if (kind.is_char_device() || kind.is_block_device()) && found < DEVICES {
                found += 1;
                let name = path.strip_prefix(root).unwrap_or(&path).display();
                let letter = if kind.is_block_device() { 'b' } else { 'c' };
                let (major, minor) = numbers(metadata.rdev());
                let _ = writeln!(out, "/{name} {letter} {major} {minor}");
            }
        }
    }
    Some(out.into_bytes())
}

/// Major and minor number as Linux encodes them (include/linux/kdev_t.h, `new_decode_dev`, extended to 64 bits as
/// glibc's `gnu_dev_major` does).
fn numbers(device: u64) -> (u64, u64) {
    let major = (device >> 8) & 0xfff | (device >> 32) & 0xffff_f000;
    let minor = device & 0xff | (device >> 12) & 0xffff_ff00;
    (major, minor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn device_numbers_are_decoded() {
        assert_eq!(numbers(0x0103), (1, 3));
        assert_eq!(numbers(0x0810), (8, 16));
        assert_eq!(numbers(0x11_0305), (259, 261));
    }

    #[test]
    fn a_hierarchy_is_found_by_its_controllers() {
        let mounts = "cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0\ncgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n\
                      cgroup /sys/fs/cgroup/systemd cgroup rw,name=systemd 0 0\n";
        assert_eq!(group_mount(mounts, "cpu").as_deref(), Some("/sys/fs/cgroup/cpu"));
        assert_eq!(
            group_mount(mounts, "name=systemd").as_deref(),
            Some("/sys/fs/cgroup/systemd")
        );
        assert_eq!(group_mount(mounts, "").as_deref(), Some("/sys/fs/cgroup/unified"));
        assert_eq!(group_mount(mounts, "pids"), None);
    }
}
