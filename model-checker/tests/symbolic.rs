//! The symbolic engine on small systems whose answers are known.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::time::Duration;

use model_checker::Budget;
use model_checker::symbolic::{Answer, Options, SymbolicReport, bmc, prove};
use transition_system::eval::{Bindings, Context, Evaluator};
use transition_system::promise::add_promises;
use transition_system::replay::{replay, replay_run};
use transition_system::{
    Coverage, Cti, EventId, Method, Origin, Owner, PromiseKind, PropertyId, Scope, Stop, System, Vacuity,
    Value, Verdict, Violation, Wrong, text, validate,
};

const LOCK_SERVER: &str = include_str!("symbolic/lock_server.sys");
const MOVES: &str = include_str!("symbolic/moves.sys");

fn system(text: &str) -> System {
    let mut system = text::read(text).unwrap();
    add_promises(&mut system, &|_| Origin::unknown());
    assert_eq!(validate::validate(&system), Ok(()));
    system
}

fn property(system: &System, name: &str) -> PropertyId {
    system.find_property(name).unwrap()
}

fn event(system: &System, name: &str) -> EventId {
    system.find_event(name).unwrap()
}

fn run(system: &System, name: &str) -> SymbolicReport {
    prove(
        system,
        property(system, name),
        None,
        None,
        &Options::default(),
        &Budget::default(),
    )
}

fn invariant(report: &SymbolicReport) -> Vec<String> {
    let Verdict::Proved(proof) = &report.verdict else {
        panic!("not proved: {:?}", report.verdict);
    };
    assert_eq!(proof.method, Method::Induction);
    assert!(
        report
            .obligations
            .iter()
            .all(|o| matches!(o.result, Answer::Proved | Answer::Trivial))
    );
    assert!(!report.solver.is_empty());
    proof.invariant.iter().map(|c| c.name.clone()).collect()
}

fn cti(report: &SymbolicReport) -> &Cti {
    match &report.verdict {
        Verdict::Unknown(Stop::NotInductive(cti)) => cti,
        other => panic!("no counterexample to induction: {other:?}"),
    }
}

fn violation(report: &SymbolicReport) -> &Violation {
    match &report.verdict {
        Verdict::Violated(violation) => violation,
        other => panic!("not violated: {other:?}"),
    }
}

/// The sizes of `names` in the order of declaration that make a run of the system possible.
fn replays(system: &System, sizes: &[(&str, u32)], violation: &Violation) {
    let scope = sizes.iter().fold(Scope::new(), |s, (n, size)| {
        s.with(system.find_sort(n).unwrap(), *size)
    });
    assert_eq!(replay(system, &scope, &violation.trace, &violation.what), Ok(()));
}

/// `value` with its sets and maps opened: how many truths and values of options it holds.
fn weight(value: &Value) -> usize {
    match value {
        Value::Bool(b) => usize::from(*b),
        Value::Set(items) => items.len(),
        Value::Map(entries) => entries.values().map(weight).sum(),
        Value::Tuple(items) => items.iter().map(weight).sum(),
        Value::Some(inner) => 1 + weight(inner),
        Value::Int(_) | Value::Enumerator(..) | Value::Element(..) | Value::None => 0,
    }
}

// ---- proofs ----

#[test]
fn the_lock_server_is_exclusive_for_any_number_of_clients_and_servers() {
    let s = system(LOCK_SERVER);
    let report = run(&s, "exclusive");
    assert_eq!(invariant(&report), ["exclusive", "held_is_not_free"]);
    assert!(report.notes[0].contains("`wrong`"), "{:?}", report.notes);
    assert_eq!(
        invariant(&run(&s, "held_is_not_free")),
        ["held_is_not_free", "exclusive"]
    );
    let names: Vec<&str> = report.obligations.iter().map(|o| o.name.as_str()).collect();
    assert_eq!(names[..2], ["init exclusive", "init held_is_not_free"]);
    assert!(names.contains(&"step acquire exclusive") && names.contains(&"step release held_is_not_free"));
}

#[test]
fn lemmas_are_taken_as_they_are_given() {
    let s = system(LOCK_SERVER);
    let (exclusive, lemma) = (property(&s, "exclusive"), property(&s, "held_is_not_free"));
    let with = prove(
        &s,
        exclusive,
        Some(&[lemma]),
        None,
        &Options::default(),
        &Budget::default(),
    );
    assert_eq!(invariant(&with), ["exclusive", "held_is_not_free"]);
    let without = prove(
        &s,
        exclusive,
        Some(&[]),
        None,
        &Options::default(),
        &Budget::default(),
    );
    assert_eq!(cti(&without).broken, "exclusive");
    // A lemma that is false at the start is shown where it is false.
    let s = system(&format!(
        "{LOCK_SERVER}(invariant taken (forall $9 (not (apply (var free) $9))))\n"
    ));
    let report = prove(
        &s,
        exclusive,
        Some(&[property(&s, "taken")]),
        None,
        &Options::default(),
        &Budget::default(),
    );
    assert_eq!(cti(&report).broken, "taken");
    assert!(cti(&report).trace.is_empty());
}

#[test]
fn a_scope_is_part_of_the_proof() {
    let s = system(LOCK_SERVER);
    let scope = Scope::new()
        .with(s.find_sort("Client").unwrap(), 2)
        .with(s.find_sort("Server").unwrap(), 1);
    let report = prove(
        &s,
        property(&s, "exclusive"),
        None,
        Some(&scope),
        &Options::default(),
        &Budget::default(),
    );
    let Verdict::Proved(proof) = &report.verdict else {
        panic!("{:?}", report.verdict)
    };
    assert_eq!(proof.scope, Some(scope));
}

#[test]
fn ranges_are_kept_and_transitions_are_proved() {
    // Without the counter that overflows, ownership is safe for any size.
    let text = MOVES.replace(" (moves (narrow (range 0 2) (+ (var moves) 1)))", "");
    let s = system(&text);
    assert_eq!(invariant(&run(&s, "owners_run")), ["type.moves", "owners_run"]);
    assert_eq!(invariant(&run(&s, "owners_stay")), ["type.moves"]);
    assert_eq!(invariant(&run(&s, "never_moved")), ["type.moves"]);
}

// ---- counterexamples ----

#[test]
fn a_counterexample_to_induction_is_small_and_real() {
    let s = system(LOCK_SERVER);
    let report = prove(
        &s,
        property(&s, "exclusive"),
        Some(&[]),
        None,
        &Options::default(),
        &Budget::default(),
    );
    let cti = cti(&report);
    assert_eq!(cti.scope.display(&s), "Client = 2, Server = 1");
    let [step] = cti.trace.steps.as_slice() else {
        panic!("{:?}", cti.trace)
    };
    assert_eq!(step.event, event(&s, "acquire"));
    // The server is free though one client holds it: nothing more is needed.
    let before: usize = cti.trace.initial.variables.iter().map(weight).sum();
    assert_eq!(before, 2, "{:?}", cti.trace.initial);
    let evaluator = Evaluator::new(&s, &cti.scope);
    let truth =
        |state, formula| evaluator.truth(formula, Context { state, next: None }, &mut Bindings::new());
    assert_eq!(truth(&cti.trace.initial, cti.formula), Ok(true));
    assert_eq!(
        evaluator.fire(step.event, &step.args, &cti.trace.initial),
        Ok(Some(step.state.clone()))
    );
    assert_eq!(truth(&step.state, cti.formula), Ok(false));
}

#[test]
fn a_dropped_guard_gives_a_run() {
    let text = LOCK_SERVER.replace(
        "(event release ($2 $3) () $2 (in %1 (var holds))",
        "(event release ($2 $3) () $2 true",
    );
    let s = system(&text);
    let report = run(&s, "exclusive");
    let found = violation(&report);
    assert_eq!(found.what, Wrong::Invariant(property(&s, "exclusive")));
    assert!(!found.shortest, "a larger size might have a shorter run");
    replays(&s, &[("Client", 2), ("Server", 1)], found);
    let names: Vec<_> = found
        .trace
        .steps
        .iter()
        .map(|step| s.event(step.event).name.as_str())
        .collect();
    assert_eq!(names, ["acquire", "release", "acquire"]);
}

#[test]
fn a_promise_that_is_broken_is_a_violation() {
    let s = system(MOVES);
    let report = run(&s, "owners_run");
    let found = violation(&report);
    let Wrong::Undefined {
        owner: Owner::Event(id, args),
        kind: PromiseKind::Range,
        ..
    } = &found.what
    else {
        panic!("{:?}", found.what);
    };
    assert_eq!((*id, args.len(), found.trace.len()), (event(&s, "migrate"), 2, 7));
    replays(&s, &[("Container", 2), ("Resource", 1)], found);
}

#[test]
fn a_false_start_is_a_run_without_steps() {
    let s = system(&LOCK_SERVER.replace(
        "(init (= (var holds) (set (set (tuple (sort Client) (sort Server))))))",
        "",
    ));
    let report = run(&s, "exclusive");
    assert!(violation(&report).trace.is_empty());
    replays(&s, &[("Client", 2), ("Server", 1)], violation(&report));
}

#[test]
fn a_transition_property_is_refuted_by_its_last_step() {
    let s = system(&MOVES.replace("(range 0 2)", "(range 0 9)"));
    let report = run(&s, "never_moved");
    let found = violation(&report);
    assert_eq!(found.what, Wrong::Transition(property(&s, "never_moved")));
    assert_eq!(found.trace.steps.last().unwrap().event, event(&s, "migrate"));
    replays(&s, &[("Container", 2), ("Resource", 1)], found);
}

// ---- bounded search ----

#[test]
fn a_witness_comes_with_its_run() {
    let s = system(LOCK_SERVER);
    let held = property(&s, "held");
    let report = bmc(&s, held, None, 3, &Options::default(), &Budget::default());
    let Verdict::Holds(Coverage {
        exhaustive: false,
        depth: 1,
        scope,
        ..
    }) = &report.verdict
    else {
        panic!("{:?}", report.verdict);
    };
    let trace = report.witness.as_ref().unwrap();
    let evaluator = Evaluator::new(&s, scope);
    assert_eq!(replay_run(&evaluator, trace), Ok(()));
    let at = Context {
        state: trace.last(),
        next: None,
    };
    assert_eq!(
        evaluator.truth(s.property(held).formula, at, &mut Bindings::new()),
        Ok(true)
    );
    // To prove a witness is to look for it.
    assert!(matches!(run(&s, "held").verdict, Verdict::Holds(_)));
}

#[test]
fn a_bounded_search_says_how_far_it_went() {
    let s = system(LOCK_SERVER);
    let scope = Scope::new()
        .with(s.find_sort("Client").unwrap(), 2)
        .with(s.find_sort("Server").unwrap(), 1);
    let report = bmc(
        &s,
        property(&s, "exclusive"),
        Some(&scope),
        4,
        &Options::default(),
        &Budget::default(),
    );
    let Verdict::Holds(coverage) = report.verdict else {
        panic!("{:?}", report.verdict)
    };
    assert_eq!(
        (coverage.exhaustive, coverage.depth, coverage.scope),
        (false, 4, scope)
    );
    // A system in which nothing happens is searched to its end.
    let mut still = system(LOCK_SERVER);
    still.events.clear();
    let report = bmc(
        &still,
        property(&still, "held"),
        None,
        4,
        &Options {
            largest_sort: 1,
            ..Options::default()
        },
        &Budget::default(),
    );
    let Verdict::Vacuous(Vacuity::NeverReached(coverage)) = report.verdict else {
        panic!("{:?}", report.verdict)
    };
    assert!(!coverage.exhaustive, "other sizes were not searched");
    assert_eq!(coverage.depth, 0);
}

// ---- what cannot be answered ----

#[test]
fn a_contradictory_start_is_vacuous() {
    let mut s = system(LOCK_SERVER);
    s.init[0].formula = s.arena.bool(false);
    assert!(matches!(
        run(&s, "exclusive").verdict,
        Verdict::Vacuous(Vacuity::NoInitialState)
    ));
    assert!(matches!(
        run(&s, "held").verdict,
        Verdict::Vacuous(Vacuity::NoInitialState)
    ));
}

#[test]
fn a_count_over_a_sort_of_any_size_is_refused_by_name() {
    let s = system(
        "(system count)\n(sort Node)\n(var up (set (sort Node)))\n(init (= (var up) (set (set (sort Node)))))\n\
         (binder $n n (sort Node))\n\
         (event rise ($n) () - (< (card (var up)) 2) ((up (union (var up) (set (set (sort Node)) $n)))))\n\
         (invariant few (<= (card (var up)) 2))\n",
    );
    let few = property(&s, "few");
    let Verdict::Unknown(Stop::Unsupported(what)) = run(&s, "few").verdict else {
        panic!("not refused")
    };
    assert!(what.contains("`card`") && what.contains("Node"), "{what}");
    let scope = Scope::new().with(s.find_sort("Node").unwrap(), 5);
    let report = prove(
        &s,
        few,
        None,
        Some(&scope),
        &Options::default(),
        &Budget::default(),
    );
    assert_eq!(invariant(&report), ["few"]);
}

#[test]
fn what_was_not_decided_is_said_in_our_words() {
    // Fermat's last theorem for cubes is beyond any solver's limits.
    let s = system(
        "(system cubes)\n(var x int)\n(var y int)\n(var z int)\n\
         (init (and (< 0 (var x)) (< 0 (var y)) (< 0 (var z))))\n\
         (invariant fermat (not (= (+ (* (var x) (* (var x) (var x))) (* (var y) (* (var y) (var y)))) (* (var z) (* (var z) (var z))))))\n",
    );
    let options = Options {
        query_time: Duration::from_millis(300),
        ..Options::default()
    };
    let report = prove(
        &s,
        property(&s, "fermat"),
        None,
        None,
        &options,
        &Budget::default(),
    );
    let Verdict::Unknown(Stop::SolverUnknown(what)) = &report.verdict else {
        panic!("{:?}", report.verdict)
    };
    assert_eq!(what, "the obligation `init fermat` within 0.3 s, tried twice");
    assert!(report.time < Duration::from_secs(20));
}

#[test]
fn equal_questions_have_equal_answers() {
    let s = system(MOVES);
    for name in ["owners_run", "owners_stay", "never_moved"] {
        let (a, b) = (run(&s, name), run(&s, name));
        let words = |r: &SymbolicReport| {
            let mut text = format!("{:?} {:?}", r.notes, r.witness);
            match &r.verdict {
                Verdict::Proved(p) => text.push_str(&format!("{:?}", p.invariant)),
                Verdict::Violated(v) => text.push_str(&format!("{v:?}")),
                other => text.push_str(&format!("{other:?}")),
            }
            text
        };
        assert_eq!(words(&a), words(&b));
    }
}
