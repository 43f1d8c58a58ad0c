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
    if let Some(free) = stats.merged {
        out.push_str(&merged(free));
    }
    if let Some(parts) = stats.forgotten {
        out.push_str(&forgotten(parts));
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

/// How many instances of events are taken at once where they can be taken alone, of how many.
fn merged((free, all): (usize, usize)) -> String {
    if free == 0 {
        ", no step can be merged".to_owned()
    } else {
        format!(", {free} of {all} steps merged where alone")
    }
}

/// How many parts of the state are forgotten where they do not matter, of how many.
fn forgotten((some, all): (usize, usize)) -> String {
    if some == 0 {
        ", every part matters".to_owned()
    } else {
        format!(", {some} of {all} parts forgotten where they do not matter")
    }
}
