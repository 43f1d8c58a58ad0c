//! Random well-typed modules over the whole language, each written in two ways.
//!
//! A module comes from a seed and nothing else. `tree` is what is written and how, `types` the types, `maker` what is in
//! scope, `value` expressions of a type, `module` declarations, `part` a module with parameters, `flow` and `given` what a
//! module may have besides. `shrink` makes a text smaller that shows something.

#![allow(unreachable_pub, reason = "a module of a test")]

mod basic;
mod behaviour;
mod claims;
mod collection;
mod flow;
mod given;
mod maker;
mod module;
mod part;
pub mod shrink;
mod tree;
mod types;
mod value;

pub use module::{Module, Text, module};

/// Random numbers from a seed (splitmix64).
pub struct Random(pub u64);

impl Random {
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `n`, which is not 0.
    pub fn below(&mut self, n: usize) -> usize {
        (self.bits() % n as u64) as usize
    }

    pub fn between(&mut self, lo: i64, hi: i64) -> i64 {
        lo + self.below((hi - lo + 1) as usize) as i64
    }

    /// True in `percent` of all cases.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn pick<'t, T>(&mut self, list: &'t [T]) -> &'t T {
        &list[self.below(list.len())]
    }
}
