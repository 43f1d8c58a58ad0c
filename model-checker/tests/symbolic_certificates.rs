//! Every proof that the symbolic engine gives for a random system has a certificate that both solvers accept.
//!
//! `WATERTIGHT_DIFFERENTIAL=n` multiplies the number of systems; a failure names its seed, and
//! `WATERTIGHT_SEED=s` runs that one alone.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::Path;
use std::time::Duration;

use certify::{Outcome, Solvers, check, write};
use model_checker::Budget;
use model_checker::symbolic::{Options, prove};
use transition_system::{Proof, System, Verdict, text};

mod explicit_support;
use explicit_support::random::Maker;
use explicit_support::seeds::{each_seed, made};
#[allow(unreachable_pub, reason = "shared by tests, which are crates of their own")]
#[path = "../../proofs/certify/tests/support/solvers.rs"]
mod solvers;

const SYSTEMS: u64 = 60;

/// The solvers on this machine, if both are there.
fn installed() -> Option<Solvers> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    solvers::installed(&root, Duration::from_secs(20))
}

#[test]
fn both_solvers_accept_every_proof() {
    let Some(solvers) = installed() else { return };
    let (mut accepted, mut queries, mut slowest) = (0u32, 0, Duration::ZERO);
    let make = |seed| made(Maker::new(seed), 600);
    let systems = each_seed(SYSTEMS, "WATERTIGHT_DIFFERENTIAL", make, |_, system, scope| {
        for id in system.property_ids() {
            for scope in [Some(scope), None] {
                let options = Options {
                    reach_depth: 0,
                    clauses: 20,
                    ..Options::default()
                };
                let report = prove(system, id, None, scope, &options, &Budget::default());
                if let Verdict::Proved(proof) = report.verdict {
                    let report = certified(system, &proof, &solvers);
                    accepted += 1;
                    queries += report.queries.len();
                    slowest = slowest.max(report.time);
                }
            }
        }
    });
    eprintln!("{accepted} certificates with {queries} queries, the slowest in {slowest:?}");
    assert!(systems < 50 || accepted > 20);
}

fn certified(system: &System, proof: &Proof, solvers: &Solvers) -> certify::CheckReport {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("random-certificate");
    let _ = fs::remove_dir_all(&dir);
    let text = text::print(system);
    let written = write(&dir, proof, &[("random.sys".to_owned(), text)], &[]);
    let report = written
        .map_err(|e| e.to_string())
        .and_then(|_| check(&dir, system, solvers));
    match report {
        Ok(report) if report.outcome == Outcome::Accepted => report,
        other => panic!("{:?}\n{other:#?}", proof.invariant),
    }
}
