//! The explicit-state engine: every reachable state of a finite scope, breadth first.

mod options;
mod progress;
mod report;

pub use options::{Limits, Options};
pub use progress::{Progress, Silent, Snapshot};
pub use report::{Assumed, ConstCell, EventCount, ExplicitReport, Stats};
