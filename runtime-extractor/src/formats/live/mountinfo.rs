//! The mount table `/proc/PID/mountinfo` (proc_pid_mountinfo(5)), and which of its mounts a process can see.

use crate::source::{SourceFile, Span};
use std::collections::HashMap;

/// A line of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MountLine {
    pub(super) id: u64,
    pub(super) parent: u64,
    /// Major and minor number of the file system's device.
    pub(super) device: String,
    /// The subtree of the file system that is mounted.
    pub(super) root: String,
    pub(super) mount_point: String,
    pub(super) options: Vec<String>,
    /// Peer group that the mount shares events with.
    pub(super) shared: Option<u64>,
    /// It receives events from another peer group.
    pub(super) slave: bool,
    pub(super) unbindable: bool,
    pub(super) fs_type: String,
    pub(super) source: String,
    pub(super) super_options: Vec<String>,
    pub(super) span: Span,
}

impl MountLine {
    /// True if a flag of the mount is set.
    pub(super) fn has(&self, option: &str) -> bool {
        self.options.iter().any(|o| o == option)
    }

    /// True if a flag of the file system is set.
    pub(super) fn super_has(&self, option: &str) -> bool {
        self.super_options.iter().any(|o| o == option)
    }
}

/// The lines of a mount table, and the ranges of those that are none.
pub(super) fn parse(source: &SourceFile) -> (Vec<MountLine>, Vec<Span>) {
    let mut lines = Vec::new();
    let mut wrong = Vec::new();
    for (span, text) in source.lines().filter(|(_, text)| !text.trim().is_empty()) {
        match parse_line(span, text) {
            Some(line) => lines.push(line),
            None => wrong.push(span),
        }
    }
    (lines, wrong)
}

fn parse_line(span: Span, text: &str) -> Option<MountLine> {
    let (left, right) = text.split_once(" - ")?;
    let mut fields = left.split(' ');
    let id = fields.next()?.parse().ok()?;
    let parent = fields.next()?.parse().ok()?;
    let device = fields.next()?.to_owned();
    let root = unescape(fields.next()?);
    let mount_point = unescape(fields.next()?);
    let options = fields.next()?.split(',').map(str::to_owned).collect();
    let optional: Vec<&str> = fields.collect();
    let mut right = right.split(' ');
    let fs_type = unescape(right.next()?);
    let source = unescape(right.next()?);
    let super_options = right
        .next()
        .unwrap_or_default()
        .split(',')
        .map(str::to_owned)
        .collect();
    Some(MountLine {
        id,
        parent,
        device,
        root,
        mount_point,
        options,
        shared: optional
            .iter()
            .find_map(|o| o.strip_prefix("shared:")?.parse().ok()),
        slave: optional.iter().any(|o| o.starts_with("master:")),
        unbindable: optional.contains(&"unbindable"),
        fs_type,
        source,
        super_options,
        span,
    })
}

/// White space and backslashes are written as three octal digits.
pub(super) fn unescape(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let digits = tail
            .get(..3)
            .filter(|d| *first == b'\\' && d.iter().all(|b| (b'0'..=b'7').contains(b)));
        let value = digits.map(|d| d.iter().fold(0_u32, |v, b| v * 8 + u32::from(b - b'0')));
        match value.and_then(|v| u8::try_from(v).ok()) {
            Some(byte) => {
                out.push(byte);
                rest = tail.get(3..).unwrap_or_default();
            }
            None => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// The mounts that a path leads to; the others are covered by a mount on top of them or of a parent.
pub(super) struct Visible<'a> {
    root: Option<&'a MountLine>,
    children: HashMap<u64, Vec<&'a MountLine>>,
}

impl<'a> Visible<'a> {
    /// Indexes the table.
    pub(super) fn new(lines: &'a [MountLine]) -> Self {
        let mut children: HashMap<u64, Vec<&'a MountLine>> = HashMap::new();
        for line in lines {
            children.entry(line.parent).or_default().push(line);
        }
        let known = |id: u64| lines.iter().any(|line| line.id == id);
        let root = lines
            .iter()
            .find(|line| line.mount_point == "/" && (line.parent == line.id || !known(line.parent)));
        Self { root, children }
    }

    /// The mount that `path` leads to: from the root down, at each step the mount that is met first.
    pub(super) fn at(&self, path: &str) -> Option<&'a MountLine> {
        let mut current = self.root?;
        let mut steps = 0;
        while let Some(next) = self.next(current, path) {
            current = next;
            steps += 1;
            if steps > 10_000 {
                break;
            }
        }
        Some(current)
    }

    fn next(&self, current: &MountLine, path: &str) -> Option<&'a MountLine> {
        let below = self.children.get(&current.id)?;
        let met = below
            .iter()
            .filter(|m| m.id != current.id && crate::facts::is_below(path, &m.mount_point));
        met.min_by_key(|m| m.mount_point.len()).copied()
    }

    /// True if the mount can be reached by its path.
    pub(super) fn shows(&self, line: &MountLine) -> bool {
        self.root.is_none()
            || self
                .at(&line.mount_point)
                .is_some_and(|found| found.id == line.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Vec<MountLine> {
        let (lines, wrong) = parse(&SourceFile::of_text("mountinfo", text.into()));
        assert!(wrong.is_empty());
        lines
    }

    #[test]
    fn fields_and_escapes_are_read() {
        let text = "36 35 98:0 /mnt1 /mnt\\0402 rw,noatime master:1 shared:7 - ext3 /dev/r\\134oot rw,errors=continue\n";
        let lines = table(text);
        let line = &lines[0];
        assert_eq!(
            (line.mount_point.as_str(), line.source.as_str()),
            ("/mnt 2", "/dev/r\\oot")
        );
        assert_eq!(
            (line.shared, line.slave, line.has("noatime"), line.super_has("rw")),
            (Some(7), true, true, true)
        );
        assert_eq!(unescape("a\\9\\04"), "a\\9\\04");
        let (_, wrong) = parse(&SourceFile::of_text("m", "36 35 98:0 /\nx\n".into()));
        assert_eq!(wrong.len(), 2);
    }

    #[test]
    fn covered_mounts_are_not_seen() {
        let lines = table(
            "84 63 1:0 / / ro - ext4 d rw\n90 84 0:44 / /sys/fs/cgroup rw - tmpfs c rw\n100 84 0:22 / /sys ro - sysfs s rw\n\
             101 100 0:28 / /sys/fs/cgroup rw - tmpfs t rw\n102 101 0:29 / /sys/fs/cgroup rw - tmpfs u rw\n",
        );
        let visible = Visible::new(&lines);
        let seen: Vec<u64> = lines.iter().filter(|l| visible.shows(l)).map(|l| l.id).collect();
        assert_eq!(seen, [84, 100, 102]);
        assert_eq!(visible.at("/sysx/y").map(|l| l.id), Some(84));
    }

    #[test]
    fn a_loop_of_parents_ends() {
        let lines = table("1 1 1:0 / / rw - a b rw\n2 3 1:0 / /x rw - a b rw\n3 2 1:0 / /x rw - a b rw\n");
        assert_eq!(Visible::new(&lines).at("/x").map(|l| l.id), Some(1));
    }
}
