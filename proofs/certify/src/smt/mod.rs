//! SMT-LIB 2: names, formulas as a shared graph, and their text.

pub(crate) mod graph;
pub(crate) mod names;
pub(crate) mod print;
