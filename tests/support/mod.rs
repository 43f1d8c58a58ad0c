//! What the tests of the corpus share: the cases, and the reference answers.

#![allow(unreachable_pub, reason = "shared by tests, which are crates of their own")]

pub mod corpus;
pub mod reference;
