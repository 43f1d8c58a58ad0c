//! Devices: the nodes that are made in the sandbox, and the device cgroup's rules with what they decide.

use super::fact::{Entry, Fact, FactList, Place};
use serde::Serialize;

/// The kind of a device node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    /// Character device.
    Char,
    /// Block device.
    Block,
    /// Named pipe.
    Fifo,
}

/// A device node in the sandbox.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct DeviceNode {
    /// Where it is in the sandbox.
    pub path: String,
    /// Its kind; unknown for a node that is bound from the host.
    pub kind: Option<DeviceKind>,
    /// Major number, if known.
    pub major: Option<u32>,
    /// Minor number, if known.
    pub minor: Option<u32>,
    /// Permission bits, if given.
    pub file_mode: Option<u32>,
    /// Owner, if given.
    pub uid: Option<u32>,
    /// Group, if given.
    pub gid: Option<u32>,
}

/// Kinds of access to a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct DeviceAccess {
    /// Open for reading.
    pub read: bool,
    /// Open for writing.
    pub write: bool,
    /// Make a node.
    pub mknod: bool,
}

impl DeviceAccess {
    /// Everything.
    pub const ALL: Self = Self {
        read: true,
        write: true,
        mknod: true,
    };
    /// Reading only.
    pub const READ: Self = Self {
        read: true,
        write: false,
        mknod: false,
    };
    /// Writing only.
    pub const WRITE: Self = Self {
        read: false,
        write: true,
        mknod: false,
    };
    /// Making nodes only.
    pub const MKNOD: Self = Self {
        read: false,
        write: false,
        mknod: true,
    };

    /// Reads letters of `rwm`; anything else is refused.
    pub fn parse(text: &str) -> Option<Self> {
        let mut access = Self {
            read: false,
            write: false,
            mknod: false,
        };
        for letter in text.chars() {
            match letter {
                'r' => access.read = true,
                'w' => access.write = true,
                'm' => access.mknod = true,
                _ => return None,
            }
        }
        Some(access)
    }

    /// The parts of this access that are not in `other`.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self {
            read: self.read && !other.read,
            write: self.write && !other.write,
            mknod: self.mknod && !other.mknod,
        }
    }

    /// True if no part is left.
    pub fn is_empty(self) -> bool {
        !(self.read || self.write || self.mknod)
    }
}

/// A rule of the device cgroup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct DeviceRule {
    /// Allow, or deny.
    pub allow: bool,
    /// The kind; `None` is both.
    pub kind: Option<DeviceKind>,
    /// Major number; `None` is every.
    pub major: Option<u32>,
    /// Minor number; `None` is every.
    pub minor: Option<u32>,
    /// Which accesses.
    pub access: DeviceAccess,
}

impl DeviceRule {
    fn matches(&self, kind: DeviceKind, major: Option<u32>, minor: Option<u32>) -> bool {
        let same = |rule: Option<u32>, asked: Option<u32>| rule.is_none() || rule == asked;
        self.kind.is_none_or(|k| k == kind) && same(self.major, major) && same(self.minor, minor)
    }

    /// True if it is about every device.
    pub fn is_wildcard(&self) -> bool {
        self.kind.is_none() && self.major.is_none() && self.minor.is_none()
    }
}

/// The device cgroup's rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DevicePolicy {
    /// What holds for a device that no rule names. Unknown where runtimes differ: runc denies, crun 1.8 allows.
    pub default_allow: Fact<bool>,
    /// The rules in order, with those that the runtime appends.
    pub rules: Vec<Entry<DeviceRule>>,
}

/// What the device cgroup decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceVerdict {
    /// Every asked access is allowed.
    Allowed,
    /// Some asked access is denied.
    Denied,
    /// It depends on what is not known.
    Unknown,
}

/// The verdict with the places that make it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeviceDecision {
    /// The verdict.
    pub verdict: DeviceVerdict,
    /// The rules that decide, or the place of the default.
    pub places: Vec<Place>,
}

impl DevicePolicy {
    /// Whether a device may be accessed so. `None` for a number asks about a device that no rule names by number.
    ///
    /// The last rule that matches decides for each of the three accesses, as in cgroup v1.
    pub fn allowed(
        &self,
        kind: DeviceKind,
        major: Option<u32>,
        minor: Option<u32>,
        access: DeviceAccess,
    ) -> DeviceDecision {
        let mut left = access;
        let mut places = Vec::new();
        for rule in self
            .rules
            .iter()
            .rev()
            .filter(|r| r.value.matches(kind, major, minor))
        {
            let rest = left.without(rule.value.access);
            if rest == left {
                continue;
            }
            if !rule.value.allow {
                return DeviceDecision {
                    verdict: DeviceVerdict::Denied,
                    places: rule.origin.places.clone(),
                };
            }
            places.extend(rule.origin.places.iter().cloned());
            left = rest;
            if left.is_empty() {
                return DeviceDecision {
                    verdict: DeviceVerdict::Allowed,
                    places,
                };
            }
        }
        let verdict = match self.default_allow.known() {
            Some(true) => DeviceVerdict::Allowed,
            Some(false) => DeviceVerdict::Denied,
            None => DeviceVerdict::Unknown,
        };
        places.extend(self.default_allow.places().iter().cloned());
        DeviceDecision { verdict, places }
    }
}

/// The devices of a sandbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Devices {
    /// Nodes beyond those that every runtime makes (null, zero, full, random, urandom, tty, console, ptmx).
    pub nodes: FactList<DeviceNode>,
    /// There is a node for every device of the host (a privileged container of Kubernetes).
    pub all_host_nodes: Fact<bool>,
    /// The device cgroup; unknown on cgroup v2 for a live process.
    pub policy: Fact<DevicePolicy>,
}

impl Devices {
    /// Whether the device cgroup lets the sandbox access a device; unknown if the policy is.
    pub fn allowed(
        &self,
        kind: DeviceKind,
        major: Option<u32>,
        minor: Option<u32>,
        access: DeviceAccess,
    ) -> DeviceDecision {
        match self.policy.known() {
            Some(policy) => policy.allowed(kind, major, minor, access),
            None => DeviceDecision {
                verdict: DeviceVerdict::Unknown,
                places: self.policy.places().to_vec(),
            },
        }
    }
}
