//! What the tests of the corpus share: the cases, the reference answers, the solvers, what is proved.

#![allow(unreachable_pub, reason = "shared by tests, which are crates of their own")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
#![allow(dead_code, reason = "not every test uses all of it")]

pub mod corpus;
pub mod reference;
#[allow(clippy::print_stderr, reason = "what is skipped is said")]
#[path = "../../proofs/certify/tests/support/solvers.rs"]
pub mod solvers;
pub mod theorems;
