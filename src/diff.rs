//! What differs between two texts, line by line, as `diff -u` shows it.
//!
//! The shortest edit is looked for (Myers, An O(ND) difference algorithm, 1986) up to a bound; beyond it what lies between the
//! common beginning and end is shown as replaced.

use std::fmt::Write;

/// Lines shown around a change.
const CONTEXT: usize = 3;
/// Greatest number of edits that is looked for.
const MOST_EDITS: usize = 2000;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Edit {
    Keep,
    Remove,
    Add,
}

/// The difference of two texts of one name; empty if there is none.
pub fn unified(name: &str, old: &str, new: &str) -> String {
    let (old, new): (Vec<_>, Vec<_>) = (lines(old), lines(new));
    let edits = edits(&old, &new);
    let mut out = String::new();
    for (start, end) in hunks(&edits) {
        if out.is_empty() {
            out = format!("--- {name}\n+++ {name} (formatted)\n");
        }
        hunk(&mut out, &edits, start, end, &old, &new);
    }
    out
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// Ranges of edits to show, with context.
fn hunks(edits: &[Edit]) -> Vec<(usize, usize)> {
    let mut out: Vec<(usize, usize)> = Vec::new();
    for (i, _) in edits.iter().enumerate().filter(|(_, e)| **e != Edit::Keep) {
        let (start, end) = (i.saturating_sub(CONTEXT), (i + 1 + CONTEXT).min(edits.len()));
        match out.last_mut() {
            Some(last) if start <= last.1 => last.1 = end,
            _ => out.push((start, end)),
        }
    }
    out
}

fn hunk(out: &mut String, edits: &[Edit], start: usize, end: usize, old: &[&str], new: &[&str]) {
    let count = |range: &[Edit], not: Edit| range.iter().filter(|e| **e != not).count();
    let (before, here) = (&edits[..start], &edits[start..end]);
    let (mut a, mut b) = (count(before, Edit::Add), count(before, Edit::Remove));
    let (len_a, len_b) = (count(here, Edit::Add), count(here, Edit::Remove));
    // writing to a string does not fail
    let _ = writeln!(out, "@@ -{},{len_a} +{},{len_b} @@", a + 1, b + 1);
    for edit in here {
        let (sign, line) = match edit {
            Edit::Keep => (' ', old[a]),
            Edit::Remove => ('-', old[a]),
            Edit::Add => ('+', new[b]),
        };
        a += usize::from(*edit != Edit::Add);
        b += usize::from(*edit != Edit::Remove);
        let _ = writeln!(out, "{sign}{}", line.trim_end_matches('\n'));
        if !line.ends_with('\n') {
            out.push_str("\\ no line break at the end\n");
        }
    }
}

fn edits(old: &[&str], new: &[&str]) -> Vec<Edit> {
    let start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[start..], &new[start..]);
    let end = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let (old, new) = (&old[..old.len() - end], &new[..new.len() - end]);
    let mut out = vec![Edit::Keep; start];
    out.extend(shortest(old, new).unwrap_or_else(|| {
        let removed = std::iter::repeat_n(Edit::Remove, old.len());
        removed.chain(std::iter::repeat_n(Edit::Add, new.len())).collect()
    }));
    out.extend(std::iter::repeat_n(Edit::Keep, end));
    out
}

/// The shortest edit, if it has at most [`MOST_EDITS`]: `reach[k]` is how far along `old` diagonal `k` leads.
fn shortest(old: &[&str], new: &[&str]) -> Option<Vec<Edit>> {
    let (n, m) = (old.len() as isize, new.len() as isize);
    let mut steps: Vec<Vec<isize>> = Vec::new();
    for d in 0..=(MOST_EDITS as isize).min(n + m) {
        let mut row = vec![0; 2 * d as usize + 1];
        for k in (-d..=d).step_by(2) {
            let mut x = best(steps.last(), d, k);
            while x < n && x - k < m && old[x as usize] == new[(x - k) as usize] {
                x += 1;
            }
            row[(k + d) as usize] = x;
            if x >= n && x - k >= m {
                return Some(trace(&steps, d, k, x));
            }
        }
        steps.push(row);
    }
    None
}

/// Where diagonal `k` begins at `d` edits: behind a removal or an addition, whichever leads farther.
fn best(before: Option<&Vec<isize>>, d: isize, k: isize) -> isize {
    let at = |k: isize| before.and_then(|row| row.get(usize::try_from(k + d - 1).ok()?).copied());
    let removed = at(k - 1).map(|x| x + 1);
    let added = at(k + 1);
    if k == -d {
        return added.unwrap_or(0);
    }
    if k == d {
        return removed.unwrap_or(0);
    }
    removed.max(added).unwrap_or(0)
}

fn trace(steps: &[Vec<isize>], d: isize, k: isize, x: isize) -> Vec<Edit> {
    let (mut k, mut x) = (k, x);
    let mut out = Vec::new();
    for d in (0..=d).rev() {
        let row = usize::try_from(d - 1).ok().and_then(|i| steps.get(i));
        let start = best(row, d, k);
        out.extend(std::iter::repeat_n(Edit::Keep, (x - start) as usize));
        let Some(row) = row else { break };
        let at = |k: isize| usize::try_from(k + d - 1).ok().and_then(|i| row.get(i).copied());
        // of two ways the addition, which is looked at from the end, so that removals come first
        let by_removal = k == d || (k != -d && at(k + 1) != Some(start));
        (k, x) = if by_removal {
            (k - 1, start - 1)
        } else {
            (k + 1, start)
        };
        out.push(if by_removal { Edit::Remove } else { Edit::Add });
    }
    out.reverse();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a difference makes of the old text.
    fn applied(old: &str, new: &str) -> String {
        let (old, new) = (lines(old), lines(new));
        let (mut a, mut b) = (old.iter(), new.iter());
        let mut out = String::new();
        for edit in edits(&old, &new) {
            match edit {
                Edit::Keep => {
                    let line = a.next().unwrap();
                    assert_eq!(Some(line), b.next());
                    out.push_str(line);
                }
                Edit::Remove => drop(a.next()),
                Edit::Add => out.push_str(b.next().unwrap()),
            }
        }
        assert!(a.next().is_none() && b.next().is_none());
        out
    }

    #[test]
    fn differences_lead_from_the_old_text_to_the_new() {
        let texts = [
            "",
            "a\n",
            "a\nb\nc\n",
            "b\na\nc\nd",
            "x\nb\ny\nc\nz\n",
            "c\nb\na\n",
            "a\nb\nb\nb\nc\n",
        ];
        for old in texts {
            for new in texts {
                assert_eq!(applied(old, new), new);
            }
        }
        let long: String = (0..5000).map(|i| format!("{i}\n")).collect();
        let other: String = (0..5000).map(|i| format!("{}\n", i * 2)).collect();
        assert_eq!(applied(&long, &other), other);
    }

    #[test]
    fn the_shortest_edit_is_found_and_shown_with_context() {
        let (old, new) = ("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9");
        let shown = unified("a.wt", old, new);
        assert_eq!(
            shown,
            "--- a.wt\n+++ a.wt (formatted)\n@@ -2,8 +2,8 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n-9\n+9\n\\ no line break at \
             the end\n"
        );
        assert_eq!(unified("a.wt", old, old), "");
    }
}
