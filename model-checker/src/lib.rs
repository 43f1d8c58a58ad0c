//! `model-checker`.
