//! All codes.
