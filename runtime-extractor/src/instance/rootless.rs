//! A runtime that an ordinary user runs, in a user namespace that no configuration lists (podman, Docker's rootless mode,
//! rootless Kubernetes).
//!
//! What a configuration calls the host's user namespace is then the runtime's own: no id of it is user 0 of the host, and
//! no capability is one over the host. What belongs to the user on the host, though, belongs to root inside.

use crate::facts::{Fact, HostId, Namespace, Origin, OriginKind, SandboxFacts};

const RULE: &str =
    "given on the command line: a user runs the runtime in a user namespace (user_namespaces(7))";

/// The facts as they are below such a runtime. What was observed stays.
pub(super) fn below(facts: &SandboxFacts) -> SandboxFacts {
    let mut facts = facts.clone();
    let user = &mut facts.namespaces.user;
    if matches!(user.origin.kind, OriginKind::Observed) {
        return facts;
    }
    let ids = "the ids of the user who runs the runtime are not in the configuration";
    let id = |of: &Fact<HostId>| match of.is(|id| *id == HostId::Unmapped) {
        true => of.clone(),
        false => Fact::unknown(ids, of.places().to_vec()),
    };
    facts.user.host_uid = id(&facts.user.host_uid);
    facts.user.host_gid = id(&facts.user.host_gid);
    facts.user.host_root_mapped = Fact::derived(false, RULE, Vec::new());
    if user.is(|n| *n == Namespace::Host) {
        *user = Fact::new(Namespace::New, Origin::derived(RULE, Vec::new()));
    }
    facts
}
