//! Which Z3 this program runs with.
//!
//! Takes: a libz3 found on the machine by `z3_library`, at the first call. Gives: its version and its place, for
//! `--version`, for every result and for every certificate. Guarantees: after `Ok`, every function of the `z3` crate may
//! be called, and the version is what the loaded library says of itself and at least [`OLDEST`]. Before `Ok` the `z3`
//! crate must not be used: each entry point of the symbolic engine asks here first.

use std::fmt;
use std::sync::OnceLock;

use super::z3_library::{self, Library};

/// The oldest Z3 that is accepted: the oldest that the `z3` crate supports.
pub const OLDEST: Z3Version = Z3Version {
    major: 4,
    minor: 13,
    patch: 3,
};

/// A version of Z3, ordered as versions are; prints as `5.4.1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Z3Version {
    /// The first number.
    pub major: u32,
    /// The second number.
    pub minor: u32,
    /// The third number, which Z3 itself calls the build number.
    pub patch: u32,
}

impl fmt::Display for Z3Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// The version of the Z3 in use. Loads libz3 at the first call (some milliseconds); afterwards it costs nothing.
///
/// # Errors
/// One line that says what to do: no libz3 was found, or only ones older than [`OLDEST`].
pub fn z3_version() -> Result<Z3Version, String> {
    Ok(loaded()?.version)
}

/// Where the Z3 in use was loaded from: a file, or the bare name under which the system's loader found it.
///
/// # Errors
/// As [`z3_version`].
pub fn z3_path() -> Result<String, String> {
    Ok(loaded()?.path.display().to_string())
}

fn loaded() -> Result<&'static Library, String> {
    static LIBRARY: OnceLock<Result<Library, String>> = OnceLock::new();
    LIBRARY
        .get_or_init(z3_library::load)
        .as_ref()
        .map_err(Clone::clone)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The forwarders lead into the library whose version was read.
    #[test]
    fn the_z3_crate_runs_on_the_library_that_was_loaded() {
        let version = z3_version().unwrap();
        assert!(version >= OLDEST);
        let said = z3::full_version().to_string();
        assert!(
            said.starts_with(&version.to_string()),
            "loaded {version}, but z3 says {said}"
        );

        let solver = z3::Solver::new();
        let x = z3::ast::Int::new_const("x");
        solver.assert(x.gt(3));
        assert_eq!(solver.check(), z3::SatResult::Sat);
        solver.assert(x.lt(4));
        assert_eq!(solver.check(), z3::SatResult::Unsat);
    }

    #[test]
    fn versions_are_ordered_by_number_and_not_by_text() {
        assert!(
            Z3Version {
                major: 4,
                minor: 8,
                patch: 12
            } < OLDEST
        );
        assert!(
            Z3Version {
                major: 4,
                minor: 13,
                patch: 10
            } > OLDEST
        );
        assert_eq!(OLDEST.to_string(), "4.13.3");
    }
}
