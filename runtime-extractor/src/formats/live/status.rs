//! Identity, capabilities and system call filter of a live process, from `status`, `uid_map` and `gid_map`.
//!
//! The kernel shows ids in the user namespace of the reader: `Uid:` is the host's id, and the middle column of a map is
//! the host's too (user_namespaces(7)). The id inside comes from reading the map backwards.

use super::snapshot::ProcFile;
use super::{Text, Texts, filters, lists_of};
use crate::facts::{
    CapSet, Capabilities, Capability, CapabilitySets, Entry, Fact, FactList, HostId, IdMap, Namespace,
    Namespaces, Origin, Place, Seccomp, User, host_root_mapped,
};
use crate::log::Log;

const NO_STATUS: &str = "`status` could not be read";

/// A line `Key: value` of `status`.
fn field<'a>(text: &'a Text, key: &str) -> Option<(&'a str, Place)> {
    let (span, line) = text
        .source
        .lines()
        .find(|(_, line)| line.strip_prefix(key).is_some_and(|r| r.starts_with(':')))?;
    let value = line.split_once(':').map_or("", |(_, value)| value.trim());
    Some((value, text.source.place(span, key, false)))
}

fn known<T>(texts: &Texts, key: &str, parse: impl FnOnce(&str) -> Option<T>) -> Fact<T> {
    let Some(text) = texts.get(ProcFile::Status) else {
        return Fact::unknown(NO_STATUS, Vec::new());
    };
    match field(text, key) {
        Some((value, place)) => match parse(value) {
            Some(value) => Fact::observed(value, place),
            None => Fact::unknown(format!("`{key}` has an unexpected form"), vec![place]),
        },
        None => Fact::unknown(format!("`status` has no `{key}`"), vec![text.whole()]),
    }
}

/// The effective id is the second number of `Uid:` and `Gid:`.
fn second_number(value: &str) -> Option<u32> {
    value.split_whitespace().nth(1)?.parse().ok()
}

/// Who the process is.
pub(super) fn read_user(texts: &Texts, namespaces: &Namespaces) -> User {
    let own = !namespaces.user.is(|n| *n == Namespace::Host);
    let uid_map = read_map(texts, ProcFile::UidMap, own);
    let gid_map = read_map(texts, ProcFile::GidMap, own);
    let outer_uid = known(texts, "Uid", second_number);
    let outer_gid = known(texts, "Gid", second_number);
    let inner = |outer: &Fact<u32>, map: &FactList<IdMap>| inside(outer, map, own);
    let groups = known(texts, "Groups", |value| {
        value.split_whitespace().map(|g| g.parse::<u32>().ok()).collect()
    });
    let groups: Fact<Vec<u32>> = groups;
    let additional_gids = groups.map(|list| {
        let entry = |id: &u32| {
            let id = inner(&Fact::new(*id, groups.origin.clone()), &gid_map);
            Some(Entry::new(*id.known()?, groups.origin.clone()))
        };
        list.iter().filter_map(entry).collect()
    });
    let uid = inner(&outer_uid, &uid_map);
    User {
        is_root: uid.map(|id| *id == 0),
        uid,
        gid: inner(&outer_gid, &gid_map),
        additional_gids,
        umask: known(texts, "Umask", |value| u32::from_str_radix(value, 8).ok()).map(|mask| Some(*mask)),
        host_uid: outer_uid.map(|id| HostId::Mapped(*id)),
        host_gid: outer_gid.map(|id| HostId::Mapped(*id)),
        host_root_mapped: host_root_mapped(&namespaces.user, &uid_map),
        uid_map,
        gid_map,
    }
}

/// The id inside that a map gives the outer one.
fn inside(outer: &Fact<u32>, map: &FactList<IdMap>, own: bool) -> Fact<u32> {
    if !own {
        return outer.clone();
    }
    let (Some(id), Some(lines)) = (outer.known(), map.known()) else {
        return Fact::unknown("the id or its map is not known", outer.places().to_vec());
    };
    let backwards = |line: &Entry<IdMap>| {
        let IdMap {
            container,
            host,
            size,
        } = line.value;
        IdMap {
            container: host,
            host: container,
            size,
        }
        .to_host(*id)
    };
    match lines.iter().find_map(backwards) {
        Some(inner) => Fact::new(inner, outer.origin.clone()),
        None => Fact::unknown(
            "the map does not have the id of the process",
            outer.places().to_vec(),
        ),
    }
}

fn read_map(texts: &Texts, file: ProcFile, own: bool) -> FactList<IdMap> {
    let Some(text) = texts.get(file) else {
        return Fact::unknown(format!("`{}` could not be read", file.name()), Vec::new());
    };
    if !own {
        return Fact::observed(Vec::new(), text.whole());
    }
    let mut lines = Vec::new();
    for (mut place, words) in lists_of(text) {
        let numbers: Vec<u32> = words.iter().filter_map(|w| w.parse().ok()).collect();
        if let [container, host, size] = *numbers.as_slice() {
            place.path = file.name().to_owned();
            lines.push(Entry::new(
                IdMap {
                    container,
                    host,
                    size,
                },
                Origin::observed(place),
            ));
        }
    }
    Fact::observed(lines, text.whole())
}

/// The capability sets.
pub(super) fn read_capabilities(texts: &Texts, no_new_privs: &Fact<bool>, log: &mut Log) -> Capabilities {
    let sets = CapabilitySets {
        bounding: read_set(texts, "CapBnd", log),
        effective: read_set(texts, "CapEff", log),
        permitted: read_set(texts, "CapPrm", log),
        inheritable: read_set(texts, "CapInh", log),
        ambient: read_set(texts, "CapAmb", log),
    };
    Capabilities::of_running(sets, no_new_privs)
}

fn read_set(texts: &Texts, key: &str, log: &mut Log) -> Fact<CapSet> {
    let mask = known(texts, key, |value| u64::from_str_radix(value, 16).ok());
    let beyond = mask.known().map_or(0, |mask| mask >> Capability::ALL.len());
    if let (true, Some(place)) = (beyond != 0, mask.origin.place()) {
        log.notice(
            place.clone(),
            format!("the bits {beyond:x} beyond CAP_CHECKPOINT_RESTORE are capabilities without a name here"),
        );
    }
    let origin = mask.origin.clone();
    mask.map(|mask| {
        let held = Capability::ALL.iter().filter(|cap| mask >> cap.bit() & 1 == 1);
        CapSet(held.map(|cap| (*cap, origin.clone())).collect())
    })
}

/// Whether no_new_privs is set.
pub(super) fn read_no_new_privs(texts: &Texts) -> Fact<bool> {
    known(texts, "NoNewPrivs", |value| match value {
        "0" => Some(false),
        "1" => Some(true),
        _ => None,
    })
}

/// The seccomp mode of the process's first thread, and its filters if all of them were read.
pub(super) fn read_seccomp(texts: &Texts) -> Fact<Seccomp> {
    let mode = read_mode(texts);
    let Some(Seccomp::Opaque { filters }) = mode.known() else {
        return mode;
    };
    match filters::read(texts) {
        Some((read, place)) if filters.is_none_or(|n| n as usize == read.programs.len()) => {
            Fact::observed(Seccomp::Programs(Box::new(read)), place)
        }
        Some(_) | None => mode,
    }
}

fn read_mode(texts: &Texts) -> Fact<Seccomp> {
    let filters = known(texts, "Seccomp_filters", |value| value.parse::<u32>().ok());
    known(texts, "Seccomp", |value| match value {
        "0" => Some(Seccomp::None),
        "1" => Some(Seccomp::Strict),
        "2" => Some(Seccomp::Opaque {
            filters: filters.known().copied(),
        }),
        _ => None,
    })
}
