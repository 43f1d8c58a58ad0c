//! `models`.
