//! Builds the import library of Z3 from `z3/import.c`, which explains it.
//!
//! It is linked into this crate, and its name and folder make it also what `-lz3` of the crate z3-sys finds.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=z3");
    cc::Build::new().file("z3/import.c").try_compile("z3")?;
    Ok(())
}
