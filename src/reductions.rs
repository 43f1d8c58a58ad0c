//! What a search left out, in words.

use model_checker::explicit::{Alike, Stats};
use transition_system::System;

use crate::planner::Search;

/// What was asked to be left out, and how much of it there is.
#[must_use]
pub fn reductions(system: &System, stats: &Stats, asked: &Search) -> String {
    let mut out = String::new();
    if asked.symmetry {
        out.push_str(&symmetry(system, stats));
    }
    if let Some(free) = stats.partial_order {
        out.push_str(&partial_order(free));
    }
    out
}

/// Up to which symmetry states were counted: `, up to symmetry of Container (5!), Resource (7!)`.
fn symmetry(system: &System, stats: &Stats) -> String {
    let sort = |alike: &Alike| {
        let classes: Vec<String> = alike.classes.iter().map(|size| format!("{size}!")).collect();
        format!("{} ({})", system.sort(alike.sort).name, classes.join(" "))
    };
    let sorts: Vec<String> = stats.symmetry.iter().map(sort).collect();
    if sorts.is_empty() {
        ", without symmetry".to_owned()
    } else {
        format!(", up to symmetry of {}", sorts.join(", "))
    }
}

/// How many instances of events need not be taken in every order, of how many.
fn partial_order((free, all): (usize, usize)) -> String {
    if free == 0 {
        ", every order matters".to_owned()
    } else {
        format!(", up to the order of {free} of {all} steps")
    }
}
