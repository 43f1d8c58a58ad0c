//! "Did you mean": the nearest of some names.

/// The nearest name by edits, if it is near: at most a third of the letters differ, and not all of a short name.
pub(crate) fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (wanted.chars().count() / 3).max(1);
    names
        .into_iter()
        .filter(|n| *n != wanted)
        .filter_map(|n| distance(wanted, n, limit).map(|d| (d, n)))
        .filter(|(d, n)| *d < n.chars().count())
        .min_by(|a, b| a.cmp(b))
        .map(|(_, n)| n)
}

/// The optimal string alignment distance without regard to case, if at most `limit`.
fn distance(a: &str, b: &str, limit: usize) -> Option<usize> {
    let a: Vec<char> = a.to_lowercase().chars().collect();
    let b: Vec<char> = b.to_lowercase().chars().collect();
    if a.len().abs_diff(b.len()) > limit || a.len().max(b.len()) > 64 {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let swap = i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y;
            let mut best = (last[j] + usize::from(x != y))
                .min(last[j + 1] + 1)
                .min(row[j] + 1);
            if swap {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|d| *d <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_and_far_ones_not() {
        let names = ["Running", "Stopped", "owner", "x"];
        assert_eq!(nearest("Runing", names), Some("Running"));
        assert_eq!(nearest("running", names), Some("Running"));
        assert_eq!(nearest("onwer", names), Some("owner"));
        assert_eq!(nearest("phase", names), None);
        assert_eq!(nearest("y", names), None);
        assert_eq!(nearest("Running", ["Running"]), None);
    }
}
