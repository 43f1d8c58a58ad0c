//! Identity, capabilities, system call filter and labels of a container of a pod.

use super::pod::{Container, Pod};
use crate::facts::{
    AppArmor, CapSet, Capabilities, Capability, CapabilitySets, DOCKER_DEFAULT, Entry, Fact, HostId, IdMap,
    Namespace, Namespaces, Origin, Seccomp, Selinux, User, host_id, host_root_mapped,
};
use crate::formats::layers::{CRI, KUBELET, KUBERNETES};
use crate::log::Log;
use crate::view::At;

/// Who the container's process is.
pub(super) fn read_user(
    pod: &Pod<'_>,
    container: &Container<'_>,
    namespaces: &Namespaces,
    log: &mut Log,
) -> User {
    let uid = read_id(
        &container.setting(pod, "runAsUser"),
        "the image decides the user",
        log,
    );
    let gid = read_id(
        &container.setting(pod, "runAsGroup"),
        "the image decides the group",
        log,
    );
    let non_root = read_non_root(pod, container, log);
    let is_root = match (uid.known(), non_root.known()) {
        (Some(_), _) => uid.map(|id| *id == 0),
        (None, Some(true)) => Fact::new(false, non_root.origin.clone()),
        (None, _) => Fact::unknown("the image decides the user", uid.places().to_vec()),
    };
    if let (Some(0), Some(true), Some(place)) = (uid.known(), non_root.known(), non_root.origin.place()) {
        log.invalid(
            place.clone(),
            "the container must not run as root, and `runAsUser` is 0: it does not start",
        );
    }
    let places = namespaces.user.places().to_vec();
    let (uid_map, gid_map, host_root) = match namespaces.user.known() {
        Some(Namespace::Host) => {
            let none: Fact<Vec<Entry<IdMap>>> = Fact::new(Vec::new(), namespaces.user.origin.clone());
            (
                none.clone(),
                none.clone(),
                host_root_mapped(&namespaces.user, &none),
            )
        }
        Some(Namespace::New | Namespace::Join(_) | Namespace::SharedWithPod) | None => {
            let map: Fact<Vec<Entry<IdMap>>> =
                Fact::unknown("the kubelet chooses the ids of each pod", places.clone());
            let rule = "kubelet: a pod with a user namespace gets host ids of its own, never 0";
            (map.clone(), map, Fact::derived(false, rule, places))
        }
    };
    let host_uid: Fact<HostId> = host_id(&uid, &namespaces.user, &uid_map);
    let host_gid = host_id(&gid, &namespaces.user, &gid_map);
    User {
        is_root,
        additional_gids: read_groups(pod, log),
        umask: Fact::unknown("the runtime decides the umask", Vec::new()),
        host_uid,
        host_gid,
        host_root_mapped: host_root,
        uid_map,
        gid_map,
        uid,
        gid,
    }
}

fn read_id(at: &At<'_>, why: &str, log: &mut Log) -> Fact<u32> {
    match at.u32(log) {
        Some(id) => Fact::given(id, at.place()),
        None => Fact::unknown(why, vec![at.place()]),
    }
}

/// Whether root is refused.
pub(super) fn read_non_root(pod: &Pod<'_>, container: &Container<'_>, log: &mut Log) -> Fact<bool> {
    let at = container.setting(pod, "runAsNonRoot");
    at.fact(at.bool(log), KUBERNETES, false)
}

fn read_groups(pod: &Pod<'_>, log: &mut Log) -> Fact<Vec<Entry<u32>>> {
    let mut groups = Vec::new();
    let fs_group = pod.context.get("fsGroup");
    groups.extend(fs_group.u32(log).map(|id| Entry::new(id, fs_group.given())));
    let list = pod.context.get("supplementalGroups");
    for item in list.items(log) {
        groups.extend(item.u32(log).map(|id| Entry::new(id, item.given())));
    }
    let given = (!groups.is_empty()).then_some(groups);
    list.fact(given, KUBERNETES, Vec::new())
}

/// Whether `execve` gains privileges: by default it does.
pub(super) fn read_no_new_privs(container: &Container<'_>, log: &mut Log) -> Fact<bool> {
    let at = container.context.get("allowPrivilegeEscalation");
    at.fact(at.bool(log).map(|allowed| !allowed), KUBERNETES, false)
}

/// The capability sets: the runtime's default with what the container adds and drops (containerd
/// `WithAddedCapabilities`, `WithDroppedCapabilities`: `ALL` first, then the others by name).
pub(super) fn read_capabilities(
    container: &Container<'_>,
    user: &User,
    no_new_privs: &Fact<bool>,
    log: &mut Log,
) -> Capabilities {
    let at = container.context.get("capabilities");
    at.is_object(log);
    let add = read_names(&at.get("add"), log);
    let drop = read_names(&at.get("drop"), log);
    let set = match container.privileged.known() {
        Some(true) => all(&container.privileged.origin),
        Some(false) | None => compose(&at, &add, &drop, log),
    };
    check_escalation(container, &set, no_new_privs, log);
    let origin = match at.is_present() {
        true => at.given(),
        false => Origin::default_of(CRI, at.place()),
    };
    let origin = if container.privileged.is(|p| *p) {
        container.privileged.origin.clone()
    } else {
        origin
    };
    let held = Fact::new(set, origin);
    let empty = || Fact::default_of(CapSet::default(), CRI, at.place());
    let sets = CapabilitySets {
        bounding: held.clone(),
        effective: held.clone(),
        permitted: held,
        inheritable: empty(),
        ambient: empty(),
    };
    Capabilities::from_sets(sets, &user.is_root, no_new_privs)
}

fn all(origin: &Origin) -> CapSet {
    CapSet(Capability::ALL.iter().map(|cap| (*cap, origin.clone())).collect())
}

/// A name of `add` or `drop`.
struct Name<'a> {
    text: String,
    at: At<'a>,
}

fn read_names<'a>(at: &At<'a>, log: &mut Log) -> Vec<Name<'a>> {
    at.strings(log)
        .into_iter()
        .map(|(text, at)| Name {
            text: text.to_uppercase(),
            at,
        })
        .collect()
}

fn compose(at: &At<'_>, add: &[Name<'_>], drop: &[Name<'_>], log: &mut Log) -> CapSet {
    let default = Origin::default_of(CRI, at.get("drop").place());
    let mut set = CapSet(DOCKER_DEFAULT.iter().map(|cap| (*cap, default.clone())).collect());
    if let Some(name) = add.iter().find(|name| name.text == "ALL") {
        set = all(&name.at.given()).union(&set);
    }
    if drop.iter().any(|name| name.text == "ALL") {
        set = CapSet::default();
    }
    for name in add.iter().filter(|name| name.text != "ALL") {
        if let Some(cap) = resolve(name, true, log) {
            set.0.insert(cap, name.at.given());
        }
    }
    for name in drop.iter().filter(|name| name.text != "ALL") {
        if let Some(cap) = resolve(name, false, log) {
            set.0.remove(&cap);
        }
    }
    set
}

/// Names are without `CAP_`. With it, CRI-O takes them and containerd does not: what isolates less is assumed.
fn resolve(name: &Name<'_>, adding: bool, log: &mut Log) -> Option<Capability> {
    if let Some(cap) = Capability::from_short_name(&name.text) {
        return Some(cap);
    }
    let cap = Capability::from_name(&name.text);
    let message = match cap {
        Some(_) if adding => {
            "CRI-O adds this capability, containerd does not know it with `CAP_`: it is taken as added"
        }
        Some(_) => {
            "CRI-O drops this capability, containerd does not know it with `CAP_`: it is not taken as dropped"
        }
        None => "there is no such capability: runtimes ignore it",
    };
    log.notice(name.at.place(), message);
    cap.filter(|_| adding)
}

fn check_escalation(container: &Container<'_>, set: &CapSet, no_new_privs: &Fact<bool>, log: &mut Log) {
    if !no_new_privs.is(|set| *set) {
        return;
    }
    let place = container.context.get("allowPrivilegeEscalation").place();
    if container.privileged.is(|p| *p) {
        log.invalid(
            place,
            "`allowPrivilegeEscalation: false` cannot be set with `privileged: true`",
        );
    } else if set.contains(Capability::SysAdmin)
        && !set.0.get(&Capability::SysAdmin).is_some_and(Origin::is_default)
    {
        log.invalid(
            place,
            "`allowPrivilegeEscalation: false` cannot be set when SYS_ADMIN is added",
        );
    }
}

/// The filter: the container's profile, or the pod's, or an annotation's, or none.
pub(super) fn read_seccomp(pod: &Pod<'_>, container: &Container<'_>, log: &mut Log) -> Fact<Seccomp> {
    if container.privileged.is(|p| *p) {
        return Fact::new(Seccomp::Unconfined, container.privileged.origin.clone());
    }
    let at = container.setting(pod, "seccompProfile");
    if at.is_object(log) {
        let kind = at.get("type");
        let file = at.get("localhostProfile");
        let profile = match kind.string(log).as_deref() {
            Some("Unconfined") => Seccomp::Unconfined,
            Some("RuntimeDefault") => Seccomp::RuntimeDefault,
            Some("Localhost") => Seccomp::Localhost(file.string(log).unwrap_or_default()),
            Some(_) | None => {
                log.invalid(
                    kind.place(),
                    "a profile has the type `RuntimeDefault`, `Localhost` or `Unconfined`",
                );
                return Fact::unknown("the profile has no known type", vec![kind.place()]);
            }
        };
        if matches!(&profile, Seccomp::Localhost(path) if path.is_empty()) {
            log.invalid(
                file.place(),
                "a profile of type `Localhost` needs `localhostProfile`",
            );
        }
        return Fact::given(profile, kind.place());
    }
    let annotations = pod.metadata.get("annotations");
    let own = annotations.get(&format!(
        "container.seccomp.security.alpha.kubernetes.io/{}",
        container.name
    ));
    let shared = annotations.get("seccomp.security.alpha.kubernetes.io/pod");
    let annotation = if own.is_present() { own } else { shared };
    match annotation.string(log).as_deref() {
        Some("unconfined") => Fact::given(Seccomp::Unconfined, annotation.place()),
        Some(_) => Fact::unknown(
            "the annotation holds only before Kubernetes 1.27",
            vec![annotation.place()],
        ),
        None => Fact::default_of(Seccomp::Unconfined, KUBELET, at.place()),
    }
}

/// The AppArmor profile: the container's, or the pod's, or an annotation's, or the runtime's.
pub(super) fn read_apparmor(pod: &Pod<'_>, container: &Container<'_>, log: &mut Log) -> Fact<AppArmor> {
    if container.privileged.is(|p| *p) {
        return Fact::new(AppArmor::Unconfined, container.privileged.origin.clone());
    }
    let at = container.setting(pod, "appArmorProfile");
    if at.is_object(log) {
        let kind = at.get("type");
        let name = at.get("localhostProfile").string(log);
        let profile = match (kind.string(log).as_deref(), name) {
            (Some("Unconfined"), _) => AppArmor::Unconfined,
            (Some("RuntimeDefault"), _) => AppArmor::RuntimeDefault,
            (Some("Localhost"), Some(name)) => AppArmor::Profile(name),
            (_, _) => {
                let message = "a profile has the type `RuntimeDefault`, `Localhost` (with `localhostProfile`) or `Unconfined`";
                log.invalid(kind.place(), message);
                return Fact::unknown("the profile has no known type", vec![kind.place()]);
            }
        };
        return Fact::given(profile, kind.place());
    }
    let key = format!(
        "container.apparmor.security.beta.kubernetes.io/{}",
        container.name
    );
    let annotation = pod.metadata.get("annotations").get(&key);
    let profile = annotation.string(log).map(|value| match value.as_str() {
        "unconfined" => AppArmor::Unconfined,
        "runtime/default" | "" => AppArmor::RuntimeDefault,
        other => AppArmor::Profile(other.trim_start_matches("localhost/").to_owned()),
    });
    match profile {
        Some(profile) => Fact::given(profile, annotation.place()),
        None => Fact::default_of(AppArmor::RuntimeDefault, CRI, at.place()),
    }
}

/// The parts of the SELinux label.
pub(super) fn read_selinux(pod: &Pod<'_>, container: &Container<'_>, log: &mut Log) -> Fact<Selinux> {
    let at = container.setting(pod, "seLinuxOptions");
    if !at.is_object(log) {
        return Fact::default_of(Selinux::None, KUBERNETES, at.place());
    }
    let parts = Selinux::Parts {
        user: at.get("user").string(log),
        role: at.get("role").string(log),
        type_: at.get("type").string(log),
        level: at.get("level").string(log),
    };
    Fact::given(parts, at.place())
}

/// Says that options for Windows are not taken into account.
pub(super) fn report_windows(pod: &Pod<'_>, container: &Container<'_>, log: &mut Log) {
    let at = container.setting(pod, "windowsOptions");
    if at.get("hostProcess").bool(log) == Some(true) {
        log.notice(
            at.get("hostProcess").place(),
            "host processes exist on Windows only: not verified",
        );
    }
}
