//! The file system that the sandbox sees: its root, its mounts, its masked and read-only paths.

use super::fact::{Entry, Fact, FactList, Origin};
use super::user::IdMap;
use serde::Serialize;

/// How mount events travel to and from a mount (mount_namespaces(7)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Propagation {
    /// Not at all.
    Private,
    /// From the host into the sandbox.
    Slave,
    /// Both ways: a mount made in the sandbox appears on the host.
    Shared,
    /// Not at all, and it cannot be bind-mounted.
    Unbindable,
}

/// What is mounted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MountSource {
    /// A path of the host, by a bind mount.
    HostPath(String),
    /// A path relative to the bundle, by a bind mount.
    BundlePath(String),
    /// A file system of its own, made for the sandbox: its type is in `fs_type`, this is the source text.
    Filesystem(String),
    /// A volume of the pod.
    PodVolume {
        /// Its name in the pod; containers of one pod that name the same volume share it.
        name: String,
        /// Its kind, e.g. `emptyDir`, `persistentVolumeClaim`.
        kind: String,
    },
    /// A subtree of a file system on a device of the host, seen in a live mount table.
    Device {
        /// Major and minor number, e.g. `254:0`.
        device: String,
        /// The subtree that is mounted.
        root: String,
        /// The source text, e.g. `/dev/vda`.
        source: String,
    },
}

/// Whether and how a mount is a bind mount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bind {
    /// It is not.
    No,
    /// Only the mount itself.
    Plain,
    /// With the mounts below it.
    Recursive,
}

/// What an idmapped mount maps.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct IdMapping {
    /// Map of user ids; empty means that of the sandbox's user namespace.
    pub uids: Vec<IdMap>,
    /// Map of group ids; empty means that of the sandbox's user namespace.
    pub gids: Vec<IdMap>,
    /// With the mounts below it.
    pub recursive: bool,
}

/// One mount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mount {
    /// Where it is in the sandbox.
    pub destination: Fact<String>,
    /// What is there.
    pub source: Fact<MountSource>,
    /// The type of the file system, e.g. `proc`; for a bind mount `bind` or `none`.
    pub fs_type: Fact<String>,
    /// Whether it is a bind mount.
    pub bind: Fact<Bind>,
    /// Not writable through this mount.
    pub read_only: Fact<bool>,
    /// The file system itself is not writable: nobody who lacks power over it can make it so by a remount.
    pub superblock_read_only: Fact<bool>,
    /// The mounts below it are not writable either.
    pub recursive_read_only: Fact<bool>,
    /// Set-user-id bits and file capabilities do nothing.
    pub nosuid: Fact<bool>,
    /// Device nodes do nothing.
    pub nodev: Fact<bool>,
    /// Programs do not run.
    pub noexec: Fact<bool>,
    /// How mount events travel.
    pub propagation: Fact<Propagation>,
    /// The map of an idmapped mount.
    pub id_mapped: Fact<Option<IdMapping>>,
    /// Only this part of the source is visible (Kubernetes `subPath`).
    pub sub_path: Option<Entry<String>>,
    /// Every option as the source writes it.
    pub options: Vec<Entry<String>>,
    /// Where the mount is configured.
    pub origin: Origin,
}

impl Mount {
    /// The path of the host that this mount shows, if it is known to show one.
    pub fn host_path(&self) -> Option<&str> {
        match self.source.known()? {
            MountSource::HostPath(path) => Some(path),
            MountSource::BundlePath(_)
            | MountSource::Filesystem(_)
            | MountSource::PodVolume { .. }
            | MountSource::Device { .. } => None,
        }
    }

    /// True if it shows a part of a file system that is not the sandbox's own: a host path, or a subtree of a device.
    pub fn is_host_bind(&self) -> bool {
        self.source.may_be(|source| match source {
            MountSource::HostPath(_) | MountSource::BundlePath(_) | MountSource::Device { .. } => true,
            MountSource::Filesystem(_) | MountSource::PodVolume { .. } => false,
        })
    }
}

/// The root of the sandbox's file system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rootfs {
    /// Its path on the host, or in the bundle if relative; for Kubernetes the image.
    pub path: Fact<String>,
    /// Not writable.
    pub read_only: Fact<bool>,
    /// How mount events travel.
    pub propagation: Fact<Propagation>,
}

/// The file system that the sandbox sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Filesystem {
    /// The root.
    pub rootfs: Rootfs,
    /// The mounts, in the order in which they are made.
    pub mounts: FactList<Mount>,
    /// Paths hidden under an empty directory or `/dev/null`.
    pub masked_paths: FactList<String>,
    /// Paths made read-only.
    pub readonly_paths: FactList<String>,
}

impl Filesystem {
    /// The mount whose destination is the longest prefix of `path`; of equals the last one, which covers the others.
    pub fn mount_at(&self, path: &str) -> Option<&Mount> {
        let mounts = self.mounts.known()?;
        let mut best: Option<(usize, &Mount)> = None;
        for entry in mounts {
            let Some(destination) = entry.value.destination.known() else {
                continue;
            };
            let length = destination.trim_end_matches('/').len();
            if is_below(path, destination) && best.is_none_or(|(l, _)| length >= l) {
                best = Some((length, &entry.value));
            }
        }
        best.map(|(_, mount)| mount)
    }

    /// The entry that masks `path` itself or a directory above it.
    pub fn masked(&self, path: &str) -> Option<&Entry<String>> {
        covering(&self.masked_paths, path)
    }

    /// The entry that makes `path` itself or a directory above it read-only.
    pub fn readonly(&self, path: &str) -> Option<&Entry<String>> {
        covering(&self.readonly_paths, path)
    }
}

fn covering<'a>(list: &'a FactList<String>, path: &str) -> Option<&'a Entry<String>> {
    list.known()?.iter().find(|entry| is_below(path, &entry.value))
}

/// True if `path` is `parent` or below it; both absolute.
pub fn is_below(path: &str, parent: &str) -> bool {
    let parent = parent.trim_end_matches('/');
    path.strip_prefix(parent)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
