//! Who the process is: ids inside, the maps of its user namespace, and the ids that the host's kernel sees.

use super::fact::{Entry, Fact, FactList, Place};
use super::namespaces::Namespace;
use serde::Serialize;

/// One line of a uid or gid map (user_namespaces(7)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct IdMap {
    /// First id inside the user namespace.
    pub container: u32,
    /// First id outside: of the host, or of the parent user namespace.
    pub host: u32,
    /// How many ids, at least 1.
    pub size: u32,
}

impl IdMap {
    /// The outer id of the inner `id`, if this line maps it.
    pub fn to_host(self, id: u32) -> Option<u32> {
        let offset = id.checked_sub(self.container).filter(|o| *o < self.size)?;
        self.host.checked_add(offset)
    }

    /// True if this line maps some inner id to the outer `id`.
    pub fn covers_host(self, id: u32) -> bool {
        id.checked_sub(self.host).is_some_and(|o| o < self.size)
    }
}

/// An id as the host's kernel sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HostId {
    /// This id.
    Mapped(u32),
    /// None: no line of the map has it, so it acts as the overflow id 65534.
    Unmapped,
}

/// Who the process is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct User {
    /// User id inside the sandbox.
    pub uid: Fact<u32>,
    /// The user id is 0; known also where only that it is not 0 is (Kubernetes `runAsNonRoot`).
    pub is_root: Fact<bool>,
    /// Group id inside the sandbox.
    pub gid: Fact<u32>,
    /// Supplementary groups inside the sandbox.
    pub additional_gids: FactList<u32>,
    /// File mode creation mask.
    pub umask: Fact<Option<u32>>,
    /// Map of user ids; empty where there is no user namespace of its own.
    pub uid_map: FactList<IdMap>,
    /// Map of group ids; empty where there is no user namespace of its own.
    pub gid_map: FactList<IdMap>,
    /// The user id of the process as the host sees it.
    pub host_uid: Fact<HostId>,
    /// The group id of the process as the host sees it.
    pub host_gid: Fact<HostId>,
    /// True if some user id of the sandbox is the host's uid 0: without a user namespace always.
    pub host_root_mapped: Fact<bool>,
}

/// Rule name of what follows from the maps.
const MAP_RULE: &str = "user_namespaces(7): ids are seen outside through the map";

/// The id that the host sees for `id`, given the user namespace and its map.
pub fn host_id(id: &Fact<u32>, namespace: &Fact<Namespace>, map: &FactList<IdMap>) -> Fact<HostId> {
    let places = || first_places(&[id.places(), namespace.places()]);
    let Some(inner) = id.known().copied() else {
        return Fact::unknown("the id is not known", id.places().to_vec());
    };
    match namespace.known() {
        Some(Namespace::Host) => Fact::derived(HostId::Mapped(inner), MAP_RULE, places()),
        Some(Namespace::New) => match map.known() {
            Some(lines) => through(inner, lines, id.places()),
            None => Fact::unknown("the id map is not known", map.places().to_vec()),
        },
        Some(Namespace::Join(_) | Namespace::SharedWithPod) | None => match map.known() {
            Some(lines) if !lines.is_empty() => through(inner, lines, id.places()),
            Some(_) | None => Fact::unknown("the map of the joined user namespace is not known", places()),
        },
    }
}

fn through(inner: u32, lines: &[Entry<IdMap>], id_places: &[Place]) -> Fact<HostId> {
    let hit = lines
        .iter()
        .find_map(|line| line.value.to_host(inner).map(|outer| (outer, line)));
    match hit {
        Some((outer, line)) => {
            let places = first_places(&[&line.origin.places, id_places]);
            Fact::derived(HostId::Mapped(outer), MAP_RULE, places)
        }
        None => Fact::derived(HostId::Unmapped, MAP_RULE, id_places.to_vec()),
    }
}

/// Whether some id of the sandbox is the host's uid 0.
pub fn host_root_mapped(namespace: &Fact<Namespace>, map: &FactList<IdMap>) -> Fact<bool> {
    let by_map = |lines: &[Entry<IdMap>]| match lines.iter().find(|l| l.value.covers_host(0)) {
        Some(line) => Fact::derived(true, MAP_RULE, line.origin.places.clone()),
        None => Fact::derived(false, MAP_RULE, map.places().to_vec()),
    };
    match (namespace.known(), map.known()) {
        (Some(Namespace::Host), _) => Fact::derived(true, MAP_RULE, namespace.places().to_vec()),
        (Some(Namespace::New), Some(lines)) => by_map(lines),
        (Some(Namespace::Join(_) | Namespace::SharedWithPod) | None, Some(lines)) if !lines.is_empty() => {
            by_map(lines)
        }
        (_, _) => Fact::unknown(
            "the map of the user namespace is not known",
            namespace.places().to_vec(),
        ),
    }
}

/// The first place of each group.
fn first_places(groups: &[&[Place]]) -> Vec<Place> {
    groups.iter().filter_map(|g| g.first().cloned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_line_ends_where_its_size_ends() {
        let line = IdMap {
            container: 0,
            host: 100_000,
            size: 65_536,
        };
        assert_eq!(line.to_host(0), Some(100_000));
        assert_eq!(line.to_host(65_535), Some(165_535));
        assert_eq!(line.to_host(65_536), None);
        assert!(!line.covers_host(0) && line.covers_host(165_535) && !line.covers_host(165_536));
    }

    #[test]
    fn the_identity_map_of_the_whole_range_does_not_overflow() {
        let line = IdMap {
            container: 1,
            host: u32::MAX,
            size: u32::MAX,
        };
        assert_eq!(line.to_host(1), Some(u32::MAX));
        assert_eq!(line.to_host(2), None);
    }
}
