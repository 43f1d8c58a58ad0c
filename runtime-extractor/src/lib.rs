//! Reads real container configuration into [`facts`], each with the place it came from.
//!
//! Takes the names and the bytes of sources; opens no file and asks no system: only the command does. Gives, for
//! every container that a source describes, one [`facts::SandboxFacts`].

pub mod facts;
pub mod instance;
pub mod log;
pub mod source;
mod suggest;
pub mod tree;
pub mod view;
