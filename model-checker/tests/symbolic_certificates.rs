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
use std::path::{Path, PathBuf};
use std::time::Duration;

use certify::{Outcome, Solvers, check, write};
use model_checker::Budget;
use model_checker::symbolic::{Options, prove};
use transition_system::{Proof, System, Verdict, text};

mod explicit_support;
use explicit_support::random::Maker;
use explicit_support::seeds::{each_seed, made};

const SYSTEMS: u64 = 60;

/// The solvers on this machine, if both are there.
fn solvers() -> Option<Solvers> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let first = |places: Vec<PathBuf>| places.into_iter().find(|p| p.is_file());
    let folder = std::env::var_os("WATERTIGHT_Z3").map(PathBuf::from);
    let z3 = folder
        .into_iter()
        .map(|f| f.join("bin/z3"))
        .chain([root.join("target/z3/bin/z3"), "/usr/bin/z3".into()]);
    let cvc5 = std::env::var_os("WATERTIGHT_CVC5").map(PathBuf::from).into_iter();
    let cvc5 = cvc5.chain(["/usr/bin/cvc5".into(), root.join("target/cvc5/cvc5")]);
    let (z3, cvc5) = (first(z3.collect()), first(cvc5.collect()));
    if z3.is_none() || cvc5.is_none() {
        eprintln!("SKIPPED: certificates are not checked, for want of a solver (Z3: {z3:?}, cvc5: {cvc5:?})");
        return None;
    }
    Some(Solvers {
        z3,
        cvc5,
        query_time: Duration::from_secs(20),
    })
}

#[test]
fn both_solvers_accept_every_proof() {
    let Some(solvers) = solvers() else { return };
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
