//! `certify`.
