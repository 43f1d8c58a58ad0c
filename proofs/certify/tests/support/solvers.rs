//! The solver programs on this machine.

use std::path::{Path, PathBuf};
use std::time::Duration;

use certify::Solvers;

/// Those that the environment names, the set-up of the project at `root` installs, or the system has, if both are there; what is
/// missing is said.
pub fn installed(root: &Path, query_time: Duration) -> Option<Solvers> {
    let named = |variable: &str| std::env::var_os(variable).map(PathBuf::from);
    let first = |places: [Option<PathBuf>; 3]| places.into_iter().flatten().find(|p| p.is_file());
    let z3 = first([
        named("WATERTIGHT_Z3").map(|dir| dir.join("bin/z3")),
        Some(root.join("target/z3/bin/z3")),
        Some("/usr/bin/z3".into()),
    ]);
    let cvc5 = first([
        named("WATERTIGHT_CVC5"),
        Some("/usr/bin/cvc5".into()),
        Some(root.join("target/cvc5/cvc5")),
    ]);
    if z3.is_none() || cvc5.is_none() {
        eprintln!("SKIPPED: certificates are not run, for want of a solver (Z3: {z3:?}, cvc5: {cvc5:?})");
        return None;
    }
    Some(Solvers { z3, cvc5, query_time })
}
