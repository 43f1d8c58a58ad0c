//! Capabilities: the 41 names of capabilities(7), the five sets, and what a process can get out of them.

use super::fact::{Fact, Origin, Place};
use serde::Serialize;
use std::collections::BTreeMap;

macro_rules! capabilities {
    ($($variant:ident $name:literal,)*) => {
        /// A capability of Linux 5.9 and later; the discriminant is its bit.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "the names are those of capabilities(7), which documents them")]
        pub enum Capability { $($variant,)* }

        impl Capability {
            /// Every capability, by ascending bit.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name with its prefix, e.g. `CAP_SYS_ADMIN`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

capabilities! {
    Chown "CAP_CHOWN",
    DacOverride "CAP_DAC_OVERRIDE",
    DacReadSearch "CAP_DAC_READ_SEARCH",
    Fowner "CAP_FOWNER",
    Fsetid "CAP_FSETID",
    Kill "CAP_KILL",
    Setgid "CAP_SETGID",
    Setuid "CAP_SETUID",
    Setpcap "CAP_SETPCAP",
    LinuxImmutable "CAP_LINUX_IMMUTABLE",
    NetBindService "CAP_NET_BIND_SERVICE",
    NetBroadcast "CAP_NET_BROADCAST",
    NetAdmin "CAP_NET_ADMIN",
    NetRaw "CAP_NET_RAW",
    IpcLock "CAP_IPC_LOCK",
    IpcOwner "CAP_IPC_OWNER",
    SysModule "CAP_SYS_MODULE",
    SysRawio "CAP_SYS_RAWIO",
    SysChroot "CAP_SYS_CHROOT",
    SysPtrace "CAP_SYS_PTRACE",
    SysPacct "CAP_SYS_PACCT",
    SysAdmin "CAP_SYS_ADMIN",
    SysBoot "CAP_SYS_BOOT",
    SysNice "CAP_SYS_NICE",
    SysResource "CAP_SYS_RESOURCE",
    SysTime "CAP_SYS_TIME",
    SysTtyConfig "CAP_SYS_TTY_CONFIG",
    Mknod "CAP_MKNOD",
    Lease "CAP_LEASE",
    AuditWrite "CAP_AUDIT_WRITE",
    AuditControl "CAP_AUDIT_CONTROL",
    Setfcap "CAP_SETFCAP",
    MacOverride "CAP_MAC_OVERRIDE",
    MacAdmin "CAP_MAC_ADMIN",
    Syslog "CAP_SYSLOG",
    WakeAlarm "CAP_WAKE_ALARM",
    BlockSuspend "CAP_BLOCK_SUSPEND",
    AuditRead "CAP_AUDIT_READ",
    Perfmon "CAP_PERFMON",
    Bpf "CAP_BPF",
    CheckpointRestore "CAP_CHECKPOINT_RESTORE",
}

impl Capability {
    /// The bit in the masks of `/proc/PID/status`, 0 to 40.
    pub fn bit(self) -> u32 {
        self as u32
    }

    /// The capability of a full name in any case, e.g. `CAP_KILL`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|c| c.name().eq_ignore_ascii_case(name))
    }

    /// The capability of a name without its prefix, in any case, e.g. `KILL`.
    pub fn from_short_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|c| c.name()[4..].eq_ignore_ascii_case(name))
    }
}

impl Serialize for Capability {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// A set of capabilities, each with where it comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct CapSet(pub BTreeMap<Capability, Origin>);

impl CapSet {
    /// True if `cap` is in the set.
    pub fn contains(&self, cap: Capability) -> bool {
        self.0.contains_key(&cap)
    }

    /// The members, by ascending bit.
    pub fn iter(&self) -> impl Iterator<Item = Capability> + '_ {
        self.0.keys().copied()
    }

    /// The places that put `cap` into the set.
    pub fn places(&self, cap: Capability) -> &[Place] {
        self.0.get(&cap).map_or(&[], |o| &o.places)
    }

    /// Adds `cap`; the first origin stays.
    pub fn insert(&mut self, cap: Capability, origin: Origin) {
        self.0.entry(cap).or_insert(origin);
    }

    /// The members as the mask that `/proc/PID/status` prints.
    pub fn mask(&self) -> u64 {
        self.iter().fold(0, |m, c| m | 1 << c.bit())
    }

    /// The members of this set that are in `other` too.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self(
            self.0
                .iter()
                .filter(|(c, _)| other.contains(**c))
                .map(|(c, o)| (*c, o.clone()))
                .collect(),
        )
    }

    /// The members of either set; where both have one, this set's origin stays.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut all = self.clone();
        for (cap, origin) in &other.0 {
            all.insert(*cap, origin.clone());
        }
        all
    }
}

/// The five sets, and two that follow from them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Capabilities {
    /// The ceiling of what an `execve` can add.
    pub bounding: Fact<CapSet>,
    /// As the runtime sets it before it executes the program; for a live process, as it is now.
    pub effective: Fact<CapSet>,
    /// As the runtime sets it before it executes the program; for a live process, as it is now.
    pub permitted: Fact<CapSet>,
    /// Kept over `execve` where the file's inheritable set has them.
    pub inheritable: Fact<CapSet>,
    /// Kept over the `execve` of an unprivileged program by a non-root user.
    pub ambient: Fact<CapSet>,
    /// The permitted set of the program after the runtime's `execve`, which is also its effective set: what
    /// `/proc/PID/status` will show; for a live process, what it shows now.
    pub at_start: Fact<CapSet>,
    /// The most that any program in the sandbox can hold in the sandbox's user namespace: `at_start`, and without
    /// no_new_privs also the bounding and inheritable sets, through uid 0 or a setuid program of the image.
    pub attainable: Fact<CapSet>,
}

/// Rule name of [`Capabilities::at_start`].
const START_RULE: &str = "capabilities(7): transformation of capabilities during execve";
/// Rule name of [`Capabilities::attainable`].
const ATTAIN_RULE: &str =
    "capabilities(7): set-user-id programs gain up to the bounding set unless no_new_privs";

/// The five sets before `execve`, from which the other two follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapabilitySets {
    /// See [`Capabilities::bounding`].
    pub bounding: Fact<CapSet>,
    /// See [`Capabilities::effective`].
    pub effective: Fact<CapSet>,
    /// See [`Capabilities::permitted`].
    pub permitted: Fact<CapSet>,
    /// See [`Capabilities::inheritable`].
    pub inheritable: Fact<CapSet>,
    /// See [`Capabilities::ambient`].
    pub ambient: Fact<CapSet>,
}

impl Capabilities {
    /// Derives what the program holds after the runtime's `execve`, and what it can attain.
    ///
    /// An unknown user or no_new_privs leaves both at the largest possible set.
    pub fn from_sets(sets: CapabilitySets, is_root: &Fact<bool>, no_new_privs: &Fact<bool>) -> Self {
        let at_start = started(&sets, is_root, no_new_privs);
        Self::with_start(sets, at_start, no_new_privs)
    }

    /// For a process that runs: what it holds is what is observed.
    pub fn of_running(sets: CapabilitySets, no_new_privs: &Fact<bool>) -> Self {
        let at_start = sets.permitted.clone();
        Self::with_start(sets, at_start, no_new_privs)
    }

    fn with_start(sets: CapabilitySets, at_start: Fact<CapSet>, no_new_privs: &Fact<bool>) -> Self {
        let attainable = attainable(&sets, &at_start, no_new_privs);
        let CapabilitySets {
            bounding,
            effective,
            permitted,
            inheritable,
            ambient,
        } = sets;
        Self {
            bounding,
            effective,
            permitted,
            inheritable,
            ambient,
            at_start,
            attainable,
        }
    }
}

/// capabilities(7): P'(permitted) of a plain file, for root and for others.
fn started(sets: &CapabilitySets, is_root: &Fact<bool>, no_new_privs: &Fact<bool>) -> Fact<CapSet> {
    let (Some(bounding), Some(permitted), Some(inheritable), Some(ambient)) = (
        sets.bounding.known(),
        sets.permitted.known(),
        sets.inheritable.known(),
        sets.ambient.known(),
    ) else {
        return Fact::unknown("a capability set is not known", sets.bounding.places().to_vec());
    };
    let as_root = bounding.union(inheritable);
    let gains = as_root.iter().any(|c| !permitted.contains(c));
    let as_root = match no_new_privs.may_be(|set| !*set) || !gains {
        true => as_root,
        false => as_root.intersection(permitted),
    };
    let as_other = ambient.intersection(permitted).intersection(inheritable);
    let held = match is_root.known() {
        Some(true) => as_root,
        Some(false) => as_other,
        None => as_root.union(&as_other),
    };
    let places = [&sets.bounding.origin, &is_root.origin]
        .iter()
        .filter_map(|o| o.place().cloned())
        .collect();
    Fact::derived(held, START_RULE, places)
}

fn attainable(sets: &CapabilitySets, at_start: &Fact<CapSet>, no_new_privs: &Fact<bool>) -> Fact<CapSet> {
    let (Some(held), Some(bounding), Some(inheritable)) =
        (at_start.known(), sets.bounding.known(), sets.inheritable.known())
    else {
        return Fact::unknown("a capability set is not known", sets.bounding.places().to_vec());
    };
    let most = match no_new_privs.is(|set| *set) {
        true => held.clone(),
        false => held.union(bounding).union(inheritable),
    };
    let places = [&sets.bounding.origin, &no_new_privs.origin]
        .iter()
        .filter_map(|o| o.place().cloned())
        .collect();
    Fact::derived(most, ATTAIN_RULE, places)
}

/// The 14 capabilities that Docker and containerd leave to a container.
pub const DOCKER_DEFAULT: [Capability; 14] = [
    Capability::Chown,
    Capability::DacOverride,
    Capability::Fowner,
    Capability::Fsetid,
    Capability::Kill,
    Capability::Setgid,
    Capability::Setuid,
    Capability::Setpcap,
    Capability::NetBindService,
    Capability::NetRaw,
    Capability::SysChroot,
    Capability::Mknod,
    Capability::AuditWrite,
    Capability::Setfcap,
];
