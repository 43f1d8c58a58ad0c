//! Where the solver programs are that check certificates.

use std::path::{Path, PathBuf};
use std::process::Command;

use certify::Solvers;

use crate::cli::Certify;

/// The programs that the command line names, or else those that are found.
#[must_use]
pub fn find(args: &Certify) -> Solvers {
    Solvers {
        z3: args.z3.clone().or_else(z3),
        cvc5: args.cvc5.clone().or_else(cvc5),
        query_time: std::time::Duration::from_secs(args.timeout.max(1)),
    }
}

/// Of `WATERTIGHT_Z3` (a file, or a folder of a distribution), beside the build, or on the path if new enough.
fn z3() -> Option<PathBuf> {
    let given = std::env::var_os("WATERTIGHT_Z3").map(PathBuf::from);
    let beside = given.into_iter().flat_map(|p| {
        let parent = p.parent().map(Path::to_path_buf).unwrap_or_default();
        [
            p.join("bin/z3"),
            p.join("z3"),
            parent.join("bin/z3"),
            parent.join("../bin/z3"),
        ]
    });
    let fetched = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/z3/bin/z3");
    let found = beside.chain([fetched]).find(|p| p.is_file());
    found.or_else(|| on_path("z3").filter(|p| new_enough(p)))
}

fn cvc5() -> Option<PathBuf> {
    let given = std::env::var_os("WATERTIGHT_CVC5").map(PathBuf::from);
    let fetched = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/cvc5/cvc5");
    given
        .or_else(|| on_path("cvc5"))
        .or_else(|| Some(fetched).filter(|p| p.is_file()))
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|dir| dir.join(name))
        .find(|p| p.is_file())
}

/// Z3 4.13.3 or later: what is older was not tried.
fn new_enough(program: &Path) -> bool {
    let Ok(output) = Command::new(program).arg("--version").output() else {
        return false;
    };
    let text = String::from_utf8_lossy(&output.stdout);
    let version = text
        .split_whitespace()
        .find(|w| w.starts_with(|c: char| c.is_ascii_digit()));
    let numbers: Vec<u32> = version
        .unwrap_or_default()
        .split('.')
        .filter_map(|n| n.parse().ok())
        .collect();
    numbers >= vec![4, 13, 3]
}
