//! Seccomp: which filter, and its rules as data. What a filter decides is answered by [`decide`](super::decide).

use super::fact::{Entry, Origin};
use super::seccomp_program::SeccompPrograms;
use serde::Serialize;

/// What filters the system calls of the sandbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Seccomp {
    /// No filter is set up, because none is asked for.
    None,
    /// No filter is set up, because the configuration says so.
    Unconfined,
    /// The default profile of the runtime below, whose content these sources do not hold.
    RuntimeDefault,
    /// A profile in a file on the node, whose content these sources do not hold.
    Localhost(String),
    /// This filter.
    Filter(Box<SeccompFilter>),
    /// These filters, in the form in which the kernel runs them (a live process in mode 2).
    Programs(Box<SeccompPrograms>),
    /// A filter is active, but its content cannot be read (a live process in mode 2).
    Opaque {
        /// How many filters, if the kernel says.
        filters: Option<u32>,
    },
    /// Mode 1: only read, write, `_exit` and sigreturn.
    Strict,
}

/// What happens to a call that a rule (or the default) matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SeccompAction {
    /// Runs.
    Allow,
    /// Runs, and is logged.
    Log,
    /// Fails with this errno.
    Errno(u32),
    /// The thread is killed.
    KillThread,
    /// The process is killed.
    KillProcess,
    /// The process gets SIGSYS, and its handler may go on.
    Trap,
    /// A tracer decides; without a tracer the call fails with ENOSYS.
    Trace(u32),
    /// A supervisor outside decides.
    Notify,
}

impl SeccompAction {
    /// The action of an OCI name, e.g. `SCMP_ACT_ERRNO`, with its optional number.
    pub fn from_oci(name: &str, number: Option<u32>) -> Option<Self> {
        const EPERM: u32 = 1;
        Some(match name {
            "SCMP_ACT_ALLOW" => Self::Allow,
            "SCMP_ACT_LOG" => Self::Log,
            "SCMP_ACT_ERRNO" => Self::Errno(number.unwrap_or(EPERM)),
            "SCMP_ACT_KILL" | "SCMP_ACT_KILL_THREAD" => Self::KillThread,
            "SCMP_ACT_KILL_PROCESS" => Self::KillProcess,
            "SCMP_ACT_TRAP" => Self::Trap,
            "SCMP_ACT_TRACE" => Self::Trace(number.unwrap_or(EPERM)),
            "SCMP_ACT_NOTIFY" => Self::Notify,
            _ => return None,
        })
    }

    /// Every OCI name that [`Self::from_oci`] takes.
    pub const OCI_NAMES: [&'static str; 9] = [
        "SCMP_ACT_ALLOW",
        "SCMP_ACT_LOG",
        "SCMP_ACT_ERRNO",
        "SCMP_ACT_KILL",
        "SCMP_ACT_KILL_THREAD",
        "SCMP_ACT_KILL_PROCESS",
        "SCMP_ACT_TRAP",
        "SCMP_ACT_TRACE",
        "SCMP_ACT_NOTIFY",
    ];
}

/// How an argument is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CompareOp {
    /// Differs from the value.
    NotEqual,
    /// Is less.
    Less,
    /// Is less or equal.
    LessEqual,
    /// Is equal.
    Equal,
    /// Is greater or equal.
    GreaterEqual,
    /// Is greater.
    Greater,
    /// Is equal to `value_two` after masking with `value`.
    MaskedEqual,
}

impl CompareOp {
    /// The comparison of an OCI name, e.g. `SCMP_CMP_EQ`.
    pub fn from_oci(name: &str) -> Option<Self> {
        Some(match name {
            "SCMP_CMP_NE" => Self::NotEqual,
            "SCMP_CMP_LT" => Self::Less,
            "SCMP_CMP_LE" => Self::LessEqual,
            "SCMP_CMP_EQ" => Self::Equal,
            "SCMP_CMP_GE" => Self::GreaterEqual,
            "SCMP_CMP_GT" => Self::Greater,
            "SCMP_CMP_MASKED_EQ" => Self::MaskedEqual,
            _ => return None,
        })
    }

    /// Every OCI name that [`Self::from_oci`] takes.
    pub const OCI_NAMES: [&'static str; 7] = [
        "SCMP_CMP_NE",
        "SCMP_CMP_LT",
        "SCMP_CMP_LE",
        "SCMP_CMP_EQ",
        "SCMP_CMP_GE",
        "SCMP_CMP_GT",
        "SCMP_CMP_MASKED_EQ",
    ];
}

/// A condition on one argument of a system call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ArgCondition {
    /// Which argument, 0 to 5.
    pub index: u32,
    /// The value compared with, or the mask.
    pub value: u64,
    /// The value compared with after masking.
    pub value_two: u64,
    /// The comparison.
    pub op: CompareOp,
}

/// One rule: these system calls with these arguments get this action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SeccompRule {
    /// Names of system calls.
    pub names: Vec<Entry<String>>,
    /// What happens.
    pub action: SeccompAction,
    /// Conditions that must all hold (for two on the same argument see [`decide`](super::decide)).
    pub args: Vec<Entry<ArgCondition>>,
    /// Where the rule is.
    pub origin: Origin,
}

/// A filter as an OCI configuration writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SeccompFilter {
    /// For calls that no rule matches.
    pub default_action: SeccompAction,
    /// Where the default action is.
    pub default_origin: Origin,
    /// Architectures beside the native one, e.g. `SCMP_ARCH_X86`.
    pub architectures: Vec<Entry<String>>,
    /// Filter flags, e.g. `SECCOMP_FILTER_FLAG_LOG`.
    pub flags: Vec<Entry<String>>,
    /// The socket of the agent that decides notified calls.
    pub listener_path: Option<Entry<String>>,
    /// The rules, in order.
    pub rules: Vec<SeccompRule>,
}
