//! The explicit-state engine: every reachable state of a finite scope, breadth first.

mod ample;
mod blame;
mod chance;
mod checkpoint;
pub(crate) mod checks;
mod deep;
mod every;
pub(crate) mod explored;
mod forget;
mod found;
pub mod hash;
pub mod layout;
pub mod machine;
mod native;
mod options;
#[doc(hidden)]
pub mod parts;
mod program;
mod progress;
mod question;
mod reductions;
mod report;
mod resume;
mod search;
pub mod select;
mod set;
mod spill;
mod swarm;
mod symmetry;
mod trace;
pub(crate) mod visited;
mod worker;

use transition_system::{PropertyId, Scope, System};

use crate::ground::{Ground, GroundError, NODE_LIMIT};

pub use blame::{Blame, blame};
pub use checkpoint::{Forgetful, Keeper};
pub use every::{Every, Subject, Way};
pub use options::{Limits, Lossy, Options, Order, Tuning};
pub use progress::{Progress, Silent, Snapshot, estimate};
pub use report::{Assumed, ConstCell, EventCount, ExplicitReport, Stats};
pub use search::{search, search_kept};
pub use spill::{Disk, Pile};
pub use symmetry::Alike;

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
    check_kept(system, scope, properties, options, progress, &mut Forgetful)
}

/// The same, with checkpoints.
pub fn check_kept(
    system: &System,
    scope: &Scope,
    properties: &[PropertyId],
    options: &Options<'_>,
    progress: &mut dyn Progress,
    keeper: &mut dyn Keeper,
) -> ExplicitReport {
    grounded(system, scope, properties, options, |ground| {
        let ground = match options.settle {
            true => ground.settle(NODE_LIMIT, options.symmetry)?,
            false => ground,
        };
        Ok(match options.order {
            Order::BreadthFirst => search_kept(&ground, options, progress, keeper),
            Order::DepthFirst => deep::search(&ground, options, progress),
            Order::Swarm => swarm::search(&ground, options, progress),
        })
    })
}

/// Searches a system for these properties; each is `Unknown` where it cannot be grounded.
pub(crate) fn grounded<'s>(
    system: &'s System,
    scope: &'s Scope,
    properties: &[PropertyId],
    options: &Options<'s>,
    search: impl FnOnce(Ground<'s>) -> Result<ExplicitReport, GroundError>,
) -> ExplicitReport {
    Ground::new(system, scope, properties, NODE_LIMIT, &options.budget())
        .and_then(search)
        .unwrap_or_else(|error| ExplicitReport::unknown(properties.iter().copied(), error))
}
