//! Certificates of small systems: accepted by both solvers as written, refused when anything is changed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use certify::{Answer, Expected, Outcome, Solver, Solvers, check, sources, write};
use transition_system::promise::add_promises;
use transition_system::{Conjunct, ConjunctSource, Method, Origin, Proof, Scope, System, text, validate};

fn system(text: &str) -> System {
    let mut system = text::read(text).unwrap();
    add_promises(&mut system, &|_| Origin::unknown());
    assert_eq!(validate::validate(&system), Ok(()));
    system
}

fn proof(system: &System, property: &str, lemmas: &[&str], scope: Option<Scope>) -> Proof {
    let id = |name: &str| system.find_property(name).unwrap();
    let invariant = lemmas
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

fn folder(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&dir);
    dir
}

/// The solvers on this machine; what is missing is said.
fn solvers() -> Solvers {
    let found = |variable: &str, places: &[&str]| {
        let chosen = std::env::var_os(variable).map(PathBuf::from).into_iter();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        chosen
            .chain(places.iter().map(|p| root.join(p)))
            .find(|p| p.is_file())
    };
    let solvers = Solvers {
        z3: found("WATERTIGHT_Z3_PROGRAM", &["target/z3/bin/z3"]),
        cvc5: found("WATERTIGHT_CVC5", &["target/cvc5/cvc5", "/usr/bin/cvc5"]),
        query_time: Duration::from_secs(20),
    };
    if solvers.z3.is_none() || solvers.cvc5.is_none() {
        println!("SKIPPED: a solver is missing ({solvers:?}), so certificates are not run");
    }
    solvers
}

fn accepted(dir: &Path, system: &System) {
    let solvers = solvers();
    if solvers.z3.is_none() || solvers.cvc5.is_none() {
        return;
    }
    let report = check(dir, system, &solvers).unwrap();
    assert_eq!(report.outcome, Outcome::Accepted, "{:#?}", report.problems);
    for query in &report.queries {
        println!("{}: {:?}", query.file, query.answers);
    }
    println!("{:?} {:?}", report.time, report.warnings);
}

#[test]
fn the_lock_server_is_accepted_for_any_size() {
    let s = system(include_str!("systems/lock_server.sys"));
    let dir = folder("lock_server");
    let sources = vec![(
        "lock_server.sys".to_owned(),
        include_str!("systems/lock_server.sys").to_owned(),
    )];
    let found_with = [("z3".to_owned(), "5.4.1".to_owned())];
    write(
        &dir,
        &proof(&s, "exclusive", &["exclusive", "held_is_not_free"], None),
        &sources,
        &found_with,
    )
    .unwrap();
    accepted(&dir, &s);
}
