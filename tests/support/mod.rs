//! What the tests of the corpus share: the cases, and the reference answers.

pub mod corpus;
pub mod reference;
