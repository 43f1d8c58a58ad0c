//! How much memory there is for this program, as the machine and its control group say.

use std::fs;
use std::path::Path;

/// Where control groups of the second version are.
const GROUPS: &str = "/sys/fs/cgroup";

/// Bytes that are free on the machine, or those that are left in the control group of this process if these are fewer.
/// `None` where the system does not say.
#[must_use]
pub fn free() -> Option<u64> {
    let machine = fs::read_to_string("/proc/meminfo").ok();
    let machine = machine.and_then(|text| available(&text));
    let group = fs::read_to_string("/proc/self/cgroup").ok();
    let group = group.and_then(|text| left(Path::new(GROUPS), own(&text)?));
    machine.into_iter().chain(group).min()
}

/// What can be had without swapping, of the text of `/proc/meminfo`.
fn available(text: &str) -> Option<u64> {
    let rest = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = rest.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

/// The control group of a process, below where they are, of the text of `/proc/PID/cgroup`.
fn own(text: &str) -> Option<&str> {
    let path = text.lines().find_map(|line| line.strip_prefix("0::"))?;
    path.strip_prefix('/')
}

/// The least that is left in a group or in one around it; `None` if none has a limit.
fn left(groups: &Path, group: &str) -> Option<u64> {
    let all = Path::new(group).ancestors();
    all.filter_map(|path| left_in(&groups.join(path))).min()
}

/// What a group allows beyond what it holds; files that were read and are not in use give way.
fn left_in(group: &Path) -> Option<u64> {
    let number = |file: &str| -> Option<u64> {
        let text = fs::read_to_string(group.join(file)).ok()?;
        text.trim().parse().ok()
    };
    // without a limit there is a word
    let (most, held) = (number("memory.max")?, number("memory.current").unwrap_or(0));
    let counts = fs::read_to_string(group.join("memory.stat")).unwrap_or_default();
    let files = counts
        .lines()
        .find_map(|line| line.strip_prefix("inactive_file "));
    let files: u64 = files.and_then(|n| n.trim().parse().ok()).unwrap_or(0);
    Some(most.saturating_sub(held.saturating_sub(files)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn the_machine_says_what_is_free() {
        let text = "MemTotal:  100 kB\nMemFree: 10 kB\nMemAvailable:    50 kB\n";
        assert_eq!(available(text), Some(50 * 1024));
        assert_eq!(available("MemTotal:  100 kB\n"), None);
        assert_eq!(available("MemAvailable: many kB\n"), None);
    }

    #[test]
    fn a_control_group_allows_less() {
        let root = std::env::temp_dir().join(format!("watertight-groups-{}", std::process::id()));
        let inner = root.join("outer/inner");
        fs::create_dir_all(&inner).unwrap();
        let write = |path: &Path, file: &str, text: &str| fs::write(path.join(file), text).unwrap();
        write(&inner, "memory.max", "max\n");
        assert_eq!(left(&root, "outer/inner"), None);
        write(&root.join("outer"), "memory.max", "1000\n");
        write(&root.join("outer"), "memory.current", "700\n");
        write(
            &root.join("outer"),
            "memory.stat",
            "anon 500\ninactive_file 200\n",
        );
        assert_eq!(left(&root, "outer/inner"), Some(500));
        write(&inner, "memory.max", "100\n");
        assert_eq!(left(&root, "outer/inner"), Some(100));
        assert_eq!(own("1:cpu:/x\n0::/outer/inner\n"), Some("outer/inner"));
        assert_eq!(own("1:cpu:/x\n"), None);
        fs::remove_dir_all(&root).unwrap();
    }
}
