//! Namespaces of a live process: inode numbers compared with those of the reading process and of the first ones.

use super::snapshot::ProcFile;
use super::{Texts, lists_of};
use crate::facts::{Fact, Namespace, NamespaceKind, Namespaces, Place};
use std::collections::BTreeMap;

/// Inode numbers of the first namespaces, which the kernel fixes (include/linux/proc_ns.h).
fn first_inode(kind: NamespaceKind) -> Option<u64> {
    match kind {
        NamespaceKind::Ipc => Some(0xEFFF_FFFF),
        NamespaceKind::Uts => Some(0xEFFF_FFFE),
        NamespaceKind::User => Some(0xEFFF_FFFD),
        NamespaceKind::Pid => Some(0xEFFF_FFFC),
        NamespaceKind::Cgroup => Some(0xEFFF_FFFB),
        NamespaceKind::Time => Some(0xEFFF_FFFA),
        NamespaceKind::Mnt | NamespaceKind::Net => None,
    }
}

/// With whom each namespace is shared.
pub(super) fn read(texts: &Texts) -> Namespaces {
    let own = ids(texts, ProcFile::Ns);
    let host = ids(texts, ProcFile::NsHost);
    let mut namespaces = Namespaces::from_fn(|kind| {
        let Some((id, place)) = own.get(&kind) else {
            return Fact::unknown("the namespace's link could not be read", Vec::new());
        };
        let first = first_inode(kind);
        let reference = host.get(&kind).map(|(id, _)| *id);
        match (reference, first) {
            (Some(other), _) if other == *id => Fact::observed(Namespace::Host, place.clone()),
            (_, Some(other)) if other == *id => Fact::observed(Namespace::Host, place.clone()),
            (None, None) => Fact::unknown("the host's own namespace is not known", vec![place.clone()]),
            (Some(_), _) | (None, Some(_)) => Fact::observed(Namespace::New, place.clone()),
        }
    });
    namespaces.observed_ids = own.into_iter().map(|(kind, (id, _))| (kind, id)).collect();
    namespaces
}

fn ids(texts: &Texts, file: ProcFile) -> BTreeMap<NamespaceKind, (u64, Place)> {
    let mut found = BTreeMap::new();
    for (mut place, words) in texts.get(file).map(lists_of).into_iter().flatten() {
        let [link, target] = words.as_slice() else {
            continue;
        };
        let kind = NamespaceKind::ALL
            .into_iter()
            .find(|kind| kind.proc_name() == *link);
        let id = target
            .split_once(":[")
            .and_then(|(_, rest)| rest.strip_suffix(']')?.parse().ok());
        if let (Some(kind), Some(id)) = (kind, id) {
            place.path = (*link).to_owned();
            found.insert(kind, (id, place));
        }
    }
    found
}
