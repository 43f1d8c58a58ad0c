//! The symbolic engine: proofs and counterexamples by queries to Z3.

mod z3_library;
pub mod z3_version;
