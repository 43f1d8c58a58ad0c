//! `transition-system`.
