//! What the tests of the corpus share: the cases, the reference answers, the solvers.

#![allow(unreachable_pub, reason = "shared by tests, which are crates of their own")]
#![allow(dead_code, reason = "not every test uses all of it")]

pub mod corpus;
pub mod reference;
pub mod solvers;
