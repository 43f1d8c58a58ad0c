//! `runtime-extractor`.
