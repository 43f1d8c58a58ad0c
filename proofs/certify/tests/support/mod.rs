//! What the tests of certificates share.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "each test binary uses a part"
)]

pub mod solvers;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use certify::Solvers;
use transition_system::promise::add_promises;
use transition_system::{Conjunct, ConjunctSource, Method, Origin, Proof, Scope, System, text, validate};

pub const LOCK_SERVER: &str = include_str!("../systems/lock_server.sys");
pub const OWNERSHIP: &str = include_str!("../systems/ownership.sys");
pub const RING_LEADER: &str = include_str!("../systems/ring_leader.sys");
pub const TWO_PHASE_COMMIT: &str = include_str!("../systems/two_phase_commit.sys");
pub const PETERSON: &str = include_str!("../systems/peterson.sys");
pub const TRANSITIONS: &str = include_str!("../systems/transitions.sys");
pub const ARITHMETIC: &str = include_str!("../systems/arithmetic.sys");
pub const OPTIONS: &str = include_str!("../systems/options.sys");

/// A system of the text form, held against the rule book.
pub fn system(text: &str) -> System {
    let mut system = text::read(text).unwrap();
    add_promises(&mut system, &|_| Origin::unknown());
    assert_eq!(validate::validate(&system), Ok(()));
    system
}

/// A proof by invariants of the specification, which may be wrong.
pub fn proof(system: &System, property: &str, invariants: &[&str], scope: Option<Scope>) -> Proof {
    let id = |name: &str| system.find_property(name).unwrap();
    let invariant = invariants
        .iter()
        .map(|name| Conjunct {
            name: (*name).to_owned(),
            formula: system.property(id(name)).formula,
            source: ConjunctSource::Specification(id(name)),
        })
        .collect();
    Proof {
        method: Method::Induction,
        system: system.clone(),
        property: id(property),
        invariant,
        scope,
    }
}

/// Adds a conjunct that is no invariant of the specification.
pub fn with_conjunct(mut proof: Proof, name: &str, formula: &str) -> Proof {
    let formula = text::read_expr(&mut proof.system, formula).unwrap();
    proof.invariant.insert(
        0,
        Conjunct {
            name: name.to_owned(),
            formula,
            source: ConjunctSource::Type,
        },
    );
    proof
}

/// An empty place for a certificate.
pub fn place(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&dir);
    dir
}

/// The solvers on this machine, if both are there; what is missing is said.
pub fn solvers() -> Option<Solvers> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    solvers::installed(&root, Duration::from_secs(30))
}

/// No solver: a check that ends before it would ask one.
pub fn no_solvers() -> Solvers {
    Solvers {
        z3: None,
        cvc5: None,
        query_time: Duration::from_secs(1),
    }
}
