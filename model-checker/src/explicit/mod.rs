//! The explicit-state engine: every reachable state of a finite scope, breadth first.

mod blame;
pub(crate) mod checks;
mod found;
pub mod hash;
pub mod layout;
pub mod machine;
mod native;
mod options;
mod program;
mod progress;
mod report;
mod search;
pub mod select;
pub mod store;
mod trace;
pub(crate) mod visited;
mod worker;

use transition_system::{PropertyId, Scope, System};

use crate::ground::{Ground, NODE_LIMIT};

pub use blame::{Blame, blame};
pub use options::{Limits, Options, Tuning};
pub use progress::{Progress, Silent, Snapshot};
pub use report::{Assumed, ConstCell, EventCount, ExplicitReport, Stats};
pub use search::search;

/// Grounds a system and checks these properties.
///
/// A system that cannot be grounded, or not within the limits, has the verdict `Unknown` for each.
pub fn check(
    system: &System,
    scope: &Scope,
    properties: &[PropertyId],
    options: &Options<'_>,
    progress: &mut dyn Progress,
) -> ExplicitReport {
    match Ground::new(system, scope, properties, NODE_LIMIT, &options.budget()) {
        Ok(ground) => search(&ground, options, progress),
        Err(error) => ExplicitReport::unknown(properties.iter().copied(), error),
    }
}
