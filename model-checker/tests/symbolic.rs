//! The symbolic engine on small systems whose answers are known.

use model_checker::symbolic::{Answer, Options, SymbolicReport, bmc, prove};
use transition_system::promise::add_promises;
use transition_system::replay::replay;
use transition_system::{
    Method, Origin, Owner, PromiseKind, PropertyId, Scope, Stop, System, Vacuity, Verdict, Wrong, text,
    validate,
};

fn system(text: &str) -> System {
    let mut system = text::read(text).unwrap();
    add_promises(&mut system, &|_| Origin::unknown());
    assert_eq!(validate::validate(&system), Ok(()));
    system
}

fn property(system: &System, name: &str) -> PropertyId {
    system.find_property(name).unwrap()
}

fn proved(report: &SymbolicReport) -> Vec<String> {
    let Verdict::Proved(proof) = &report.verdict else {
        panic!("not proved: {:?}", report.verdict);
    };
    assert_eq!(proof.method, Method::Induction);
    proof.invariant.iter().map(|c| c.name.clone()).collect()
}

#[test]
fn the_lock_server_is_exclusive_for_any_number_of_clients_and_servers() {
    let s = system(include_str!("symbolic/lock_server.sys"));
    let report = prove(&s, property(&s, "exclusive"), None, None, &Options::default());
    assert_eq!(proved(&report), ["exclusive", "held_is_not_free"]);
    assert!(
        report
            .obligations
            .iter()
            .all(|o| matches!(o.result, Answer::Proved | Answer::Trivial))
    );
    assert_eq!(report.notes.len(), 1, "{:?}", report.notes);
    println!("{report:?}");
}
