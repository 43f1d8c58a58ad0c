//! Scopes to look for counterexamples in, the smallest first.

use transition_system::{Scope, SortId, System};

use super::report::Options;

/// The given scope, with sizes for the sorts that it leaves open: all combinations of 1 to
/// [`Options::largest_sort`] elements, ordered by their sum, at most [`Options::scopes`] of them.
pub(super) fn scopes(system: &System, given: Option<&Scope>, options: &Options) -> Vec<Scope> {
    let given = given.cloned().unwrap_or_default();
    let open: Vec<SortId> = open_sorts(system, &given);
    let largest = options.largest_sort.max(1);
    let mut out = Vec::new();
    for extra in 0..=(largest - 1) * open.len() as u32 {
        distribute(&open, extra, largest - 1, &given, options.scopes.max(1), &mut out);
    }
    out
}

/// The sorts that stay of any size under a scope.
pub(super) fn open_sorts(system: &System, scope: &Scope) -> Vec<SortId> {
    system
        .sort_ids()
        .filter(|s| system.sort(*s).elements.is_empty() && scope.size(*s).is_none())
        .collect()
}

/// Adds every scope in which the sizes of `open` exceed one by `extra` together.
fn distribute(open: &[SortId], extra: u32, most: u32, scope: &Scope, limit: usize, out: &mut Vec<Scope>) {
    if out.len() >= limit {
        return;
    }
    match open {
        [] if extra == 0 => out.push(scope.clone()),
        [] => {}
        [first, rest @ ..] => {
            let least = extra.saturating_sub(most * rest.len() as u32);
            for more in least..=extra.min(most) {
                distribute(
                    rest,
                    extra - more,
                    most,
                    &scope.clone().with(*first, 1 + more),
                    limit,
                    out,
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_grow_together_and_no_combination_is_missed() {
        let system = transition_system::text::read("(system s)\n(sort A)\n(sort B)\n(sort C x y)\n").unwrap();
        let options = Options {
            largest_sort: 3,
            ..Options::default()
        };
        let sizes: Vec<Vec<u32>> = scopes(&system, None, &options)
            .iter()
            .map(|s| s.sizes().map(|(_, n)| n).collect())
            .collect();
        assert_eq!(
            sizes,
            [
                [1, 1],
                [1, 2],
                [2, 1],
                [1, 3],
                [2, 2],
                [3, 1],
                [2, 3],
                [3, 2],
                [3, 3]
            ]
            .map(Vec::from)
        );
        let a = system.find_sort("A").unwrap();
        let given = Scope::new().with(a, 7);
        assert_eq!(scopes(&system, Some(&given), &options).len(), 3);
        let few = Options { scopes: 2, ..options };
        assert_eq!(scopes(&system, None, &few).len(), 2);
    }
}
