//! `spec-lang`.
