//! Engines: a [`System`](transition_system::System) and a [`Scope`](transition_system::Scope) in, a
//! [`Verdict`](transition_system::Verdict) out, within a [`Budget`].
//!
//! [`ground`] makes a system finite and scalar; [`explicit`] visits its states, or fires its monotone events as a
//! fixpoint; [`liveness`] finds fair runs among its states; [`symbolic`] proves for any size. This crate knows no syntax, no file and no container runtime.

mod budget;
pub mod explicit;
pub mod ground;
pub mod liveness;
pub mod monotone;
pub mod space;
pub mod symbolic;
pub mod walk;

pub use budget::Budget;
