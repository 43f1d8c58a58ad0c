//! What a search left out, in words.

use model_checker::explicit::{Alike, Stats};
use transition_system::System;

/// Up to which symmetry states were counted: `, up to symmetry of Container (5!), Resource (7!)`.
#[must_use]
pub fn symmetry(system: &System, stats: &Stats) -> String {
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
