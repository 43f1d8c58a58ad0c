//! Namespaces, id maps and ids of an OCI configuration.

use super::Config;
use crate::facts::{
    Entry, Fact, FactList, HostId, IdMap, Namespace, NamespaceKind, Namespaces, User, host_id,
    host_root_mapped,
};
use crate::formats::layers::{RUNC_OR_CRUN, RUNTIME_SPEC};
use crate::log::Log;
use crate::suggest::did_you_mean;
use crate::view::At;

/// With whom each namespace is shared: a kind that is not listed is shared with the runtime.
pub(super) fn read(config: &Config<'_>, log: &mut Log) -> Namespaces {
    let list = config.linux.get("namespaces");
    let mut found: Vec<(NamespaceKind, At<'_>, Namespace)> = Vec::new();
    for item in list.items(log) {
        let Some((kind, namespace)) = read_one(&item, log) else {
            continue;
        };
        if let Some((_, first, _)) = found.iter().find(|(k, _, _)| *k == kind) {
            let message = format!(
                "a second `{}` namespace; the first is at {}",
                kind.oci_name(),
                first.place()
            );
            log.invalid(item.place(), message);
            continue;
        }
        let at = item.get("type");
        let at = if matches!(namespace, Namespace::New) {
            at
        } else {
            item.get("path")
        };
        found.push((kind, at, namespace));
    }
    Namespaces::from_fn(|kind| match found.iter().find(|(k, _, _)| *k == kind) {
        Some((_, at, namespace)) => Fact::given(namespace.clone(), at.place()),
        None => {
            let place = list.missing(&format!("[{}]", kind.oci_name())).place();
            Fact::default_of(Namespace::Host, RUNTIME_SPEC, place)
        }
    })
}

fn read_one(item: &At<'_>, log: &mut Log) -> Option<(NamespaceKind, Namespace)> {
    if !item.is_object(log) {
        return None;
    }
    let name = item.get("type").string(log);
    let path = item.get("path").string(log).filter(|path| !path.is_empty());
    let Some(name) = name else {
        log.invalid(item.get("type").place(), "a namespace without a type");
        return None;
    };
    let Some(kind) = NamespaceKind::ALL.into_iter().find(|k| k.oci_name() == name) else {
        let hint = did_you_mean(&name, NamespaceKind::ALL.map(NamespaceKind::oci_name));
        let hint = hint.map_or_else(String::new, |h| format!("; {h}"));
        log.invalid(
            item.get("type").place(),
            format!("there is no `{name}` namespace{hint}"),
        );
        return None;
    };
    let namespace = match path {
        None => Namespace::New,
        Some(path) if is_host_path(&path, kind) => Namespace::Host,
        Some(path) => {
            if !path.starts_with('/') {
                log.invalid(
                    item.get("path").place(),
                    "the path of a namespace must be absolute",
                );
            }
            Namespace::Join(path)
        }
    };
    Some((kind, namespace))
}

/// Paths at which a runtime on the host finds the host's own namespace.
fn is_host_path(path: &str, kind: NamespaceKind) -> bool {
    ["1", "self", "thread-self"]
        .iter()
        .any(|who| path == format!("/proc/{who}/ns/{}", kind.proc_name()))
}

/// Ids and maps.
pub(super) fn read_user(config: &Config<'_>, namespaces: &Namespaces, log: &mut Log) -> User {
    let at = config.process.get("user");
    at.is_object(log);
    let uid = at.get("uid").fact(at.get("uid").u32(log), RUNTIME_SPEC, 0);
    let gid = at.get("gid").fact(at.get("gid").u32(log), RUNTIME_SPEC, 0);
    let groups = at.get("additionalGids");
    let gids = groups
        .items(log)
        .iter()
        .filter_map(|g| g.u32(log).map(|id| Entry::new(id, g.given())))
        .collect();
    let additional_gids = list_fact(&groups, gids);
    let umask = at.get("umask").optional(at.get("umask").u32(log), RUNC_OR_CRUN);
    let own = !matches!(namespaces.user.known(), Some(Namespace::Host));
    let uid_map = read_map(&config.linux.get("uidMappings"), own, log);
    let gid_map = read_map(&config.linux.get("gidMappings"), own, log);
    let host_uid = host_id(&uid, &namespaces.user, &uid_map);
    let host_gid = host_id(&gid, &namespaces.user, &gid_map);
    let host_root_mapped = host_root_mapped(&namespaces.user, &uid_map);
    check_maps(namespaces, &[&uid_map, &gid_map], log);
    for (id, outer, what) in [(&uid, &host_uid, "user"), (&gid, &host_gid, "group")] {
        if outer.is(|id| *id == HostId::Unmapped) {
            let place = id.places().first().cloned().unwrap_or_else(|| at.place());
            log.invalid(
                place,
                format!("the user namespace maps no id to this {what} id, so the process cannot have it"),
            );
        }
    }
    User {
        is_root: uid.map(|id| *id == 0),
        uid,
        gid,
        additional_gids,
        umask,
        uid_map,
        gid_map,
        host_uid,
        host_gid,
        host_root_mapped,
    }
}

/// A list as a fact: what is there, or by default nothing.
pub(super) fn list_fact<T>(at: &At<'_>, entries: Vec<Entry<T>>) -> FactList<T> {
    let given = at.is_present().then_some(entries);
    at.fact(given, RUNTIME_SPEC, Vec::new())
}

/// A map; without a user namespace of its own a map has no effect (runc 1.1 and crun 1.8 ignore it).
fn read_map(at: &At<'_>, own: bool, log: &mut Log) -> FactList<IdMap> {
    let lines = id_maps(at, log);
    if own {
        return list_fact(at, lines);
    }
    if !lines.is_empty() {
        let message = "an id map without a user namespace has no effect: the container's ids are the host's";
        log.notice(at.place(), message);
    }
    Fact::default_of(Vec::new(), RUNTIME_SPEC, at.place())
}

/// Lines that the kernel takes (user_namespaces(7)).
const MOST_LINES: usize = 340;

/// The lines of an id map.
pub(super) fn id_maps(at: &At<'_>, log: &mut Log) -> Vec<Entry<IdMap>> {
    let mut lines = Vec::new();
    let items = at.items(log);
    if items.len() > MOST_LINES {
        log.invalid(at.place(), format!("an id map has at most {MOST_LINES} lines"));
    }
    for item in items.into_iter().take(MOST_LINES) {
        if !item.is_object(log) {
            continue;
        }
        let mut number = |key: &str| item.get(key).u32(log).unwrap_or(0);
        let line = IdMap {
            container: number("containerID"),
            host: number("hostID"),
            size: number("size"),
        };
        if line.size == 0 {
            log.invalid(
                item.get("size").place(),
                "a line of an id map must have a size of at least 1",
            );
        }
        let overlaps = |other: &Entry<IdMap>| {
            let (a, b) = (line, other.value);
            let meet = |x: u32, y: u32| x.abs_diff(y) < if x < y { a.size } else { b.size };
            meet(a.container, b.container) || meet(a.host, b.host)
        };
        if lines.iter().any(overlaps) {
            log.invalid(item.place(), "two lines of an id map overlap");
        }
        lines.push(Entry::new(line, item.given()));
    }
    lines
}

fn check_maps(namespaces: &Namespaces, maps: &[&FactList<IdMap>], log: &mut Log) {
    if !namespaces.user.is(|n| *n == Namespace::New) {
        return;
    }
    for map in maps {
        if let (Some(true), Some(place)) = (map.known().map(Vec::is_empty), map.origin.place()) {
            log.invalid(
                place.clone(),
                "a new user namespace needs uidMappings and gidMappings",
            );
        }
    }
}
