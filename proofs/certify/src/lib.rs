//! Certificates: proofs by invariant that others can check.
//!
//! A certificate is a folder: `cert.json` (what is claimed, the invariant by conjunct, digests), `model.smt2` (the model
//! for readers), closed SMT-LIB queries whose answers together are the proof, and the sources of the model.
//! [`write()`] makes one of a [`Proof`](transition_system::Proof), [`check()`] makes every query anew from the
//! model and compares byte by byte, then runs Z3 and cvc5 on them. `docs/certificates.md` describes the format.
//!
//! [`smt_lib()`] gives the model alone as text, for who wants to ask a solver something else.
//!
//! This crate shares no code with the engines: [`transition_system`] gives it the system and its text form, and the
//! translation to logic (`meaning`, `obligations`, `smt`) is its own, by another method than the symbolic
//! engine's. So a mistake in an engine's encoding shows as a certificate that the solvers refute.

mod certificate;
mod check;
mod deep;
mod folder;
mod meaning;
mod model;
mod obligations;
mod smt;
mod solvers;
mod write;

pub use certificate::{CERT_FILE, FORMAT_VERSION, MODEL_FILE, SOURCE_FOLDER};
pub use check::{CheckReport, Outcome, QueryReport, SolverAnswer, check, claim, sources};
pub use model::smt_lib;
pub use obligations::Expected;
pub use solvers::{Answer, Solver, Solvers};
pub use write::{WriteError, Written, write};
