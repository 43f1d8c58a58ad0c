//! Linux security modules: the AppArmor profile and the SELinux label.

use serde::Serialize;

/// The AppArmor profile of the process.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AppArmor {
    /// None.
    Unconfined,
    /// The default profile of the runtime below, where the node has AppArmor.
    RuntimeDefault,
    /// The profile of this name.
    Profile(String),
}

/// The SELinux label of the process.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Selinux {
    /// None is asked for: the runtime's own, or the policy's transition.
    None,
    /// This whole label.
    Label(String),
    /// These parts of a label; the runtime below fills in the rest.
    Parts {
        /// SELinux user.
        user: Option<String>,
        /// SELinux role.
        role: Option<String>,
        /// SELinux type.
        type_: Option<String>,
        /// MLS or MCS level.
        level: Option<String>,
    },
}
