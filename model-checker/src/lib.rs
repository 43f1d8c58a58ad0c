//! `model-checker`.

pub mod symbolic;
