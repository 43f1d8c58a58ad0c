//! The smallest set of changes that closes every attack, by implicit hitting sets (Moreno-Centeno and Karp, "The
//! Implicit Hitting Set Approach", Operations Research 61(2), 2013): each attack gives the set of changes of
//! which at least one must be made; a smallest set that hits all known ones is tried; where an attack is left,
//! its set joins them. What is returned was verified by the last try, and no smaller set could hit what was
//! found.

use std::collections::BTreeSet;

/// Changes by number.
pub type Changes = BTreeSet<usize>;

/// What a try with some changes made shows.
pub enum Tried {
    /// No attack is left.
    Closed,
    /// An attack is left; one of these further changes must be made. Empty: no change stops it.
    Attack(Changes),
}

/// Most attacks that are looked at.
const TRIES: usize = 400;

/// Most nodes of the search for one hitting set.
const NODES: usize = 200_000;

/// A smallest set of changes for which `attempt` answers [`Tried::Closed`]; `None` if there is none, or the search
/// becomes too large.
pub fn smallest<E>(mut attempt: impl FnMut(&Changes) -> Result<Tried, E>) -> Result<Option<Changes>, E> {
    let mut cores: Vec<Changes> = Vec::new();
    for _ in 0..TRIES {
        let Some(changes) = hitting_set(&cores) else {
            return Ok(None);
        };
        match attempt(&changes)? {
            Tried::Closed => return Ok(Some(changes)),
            Tried::Attack(core) if core.is_disjoint(&changes) && !core.is_empty() => cores.push(core),
            Tried::Attack(_) => return Ok(None),
        }
    }
    Ok(None)
}

/// A smallest set that has an element of each core; the least in order among those.
fn hitting_set(cores: &[Changes]) -> Option<Changes> {
    let mut nodes = 0;
    for size in 0..=cores.len() {
        let mut chosen = Changes::new();
        if extend(cores, &mut chosen, size, &mut nodes)? {
            return Some(chosen);
        }
    }
    None
}

fn extend(cores: &[Changes], chosen: &mut Changes, left: usize, nodes: &mut usize) -> Option<bool> {
    *nodes += 1;
    if *nodes > NODES {
        return None;
    }
    let open: Vec<&Changes> = cores.iter().filter(|c| c.is_disjoint(chosen)).collect();
    let Some(core) = open.iter().min_by_key(|c| c.len()) else {
        return Some(true);
    };
    if left < disjoint(&open) {
        return Some(false);
    }
    for change in *core {
        chosen.insert(*change);
        if extend(cores, chosen, left - 1, nodes)? {
            return Some(true);
        }
        chosen.remove(change);
    }
    Some(false)
}

/// Some pairwise disjoint cores: at least so many changes are needed.
fn disjoint(cores: &[&Changes]) -> usize {
    let mut used = Changes::new();
    let mut count = 0;
    for core in cores {
        if core.is_disjoint(&used) {
            used.extend(core.iter());
            count += 1;
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brute_force(cores: &[Changes], universe: usize) -> usize {
        let hits = |mask: usize| cores.iter().all(|c| c.iter().any(|x| mask >> x & 1 == 1));
        (0..1usize << universe)
            .filter(|m| hits(*m))
            .map(|m| m.count_ones() as usize)
            .min()
            .unwrap_or(0)
    }

    #[test]
    fn hitting_sets_are_smallest_on_all_small_families() {
        // every family of up to three sets over four changes
        let sets: Vec<Changes> = (1..16usize)
            .map(|m| (0..4).filter(|i| m >> i & 1 == 1).collect())
            .collect();
        for a in &sets {
            for b in &sets {
                for c in &sets {
                    let cores = [a.clone(), b.clone(), c.clone()];
                    let found = hitting_set(&cores).unwrap();
                    assert!(cores.iter().all(|core| !core.is_disjoint(&found)));
                    assert_eq!(found.len(), brute_force(&cores, 4));
                }
            }
        }
    }

    #[test]
    fn attacks_are_asked_for_until_none_is_left() {
        let attacks: [Changes; 3] = [[0, 1].into(), [1, 2].into(), [3].into()];
        let found = smallest(|made| {
            let left = attacks.iter().find(|a| a.is_disjoint(made));
            Ok::<_, ()>(left.map_or(Tried::Closed, |a| Tried::Attack(a.clone())))
        });
        assert_eq!(found, Ok(Some([1, 3].into())));
    }

    #[test]
    fn an_attack_that_nothing_stops_has_no_repair() {
        assert_eq!(smallest(|_| Ok::<_, ()>(Tried::Attack(Changes::new()))), Ok(None));
    }
}
