//! Builds the import library of Z3 from `z3/import.c`, which explains it, and puts it where `-lz3` is looked for.

use std::env;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=z3");
    println!("cargo::rerun-if-env-changed=Z3_LIBRARY_PATH_OVERRIDE");
    if env::var_os("Z3_LIBRARY_PATH_OVERRIDE").is_some() {
        return Err("unset Z3_LIBRARY_PATH_OVERRIDE: libz3 is loaded at run time, from WATERTIGHT_Z3 (docs/install.md)".into());
    }
    // No metadata: the crate z3-sys already asks for the library, only the folder is ours to say.
    cc::Build::new()
        .file("z3/import.c")
        .cargo_metadata(false)
        .try_compile("z3")?;
    println!("cargo::rustc-link-search=native={}", env::var("OUT_DIR")?);
    Ok(())
}
