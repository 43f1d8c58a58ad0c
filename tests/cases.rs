//! One corpus, all engines: every case of `tests/cases/` and model of the library gives, on each engine, the verdicts that it expects, with the
//! numbers of states and steps that its header says, and every run replays.
//!
//! What an engine cannot decide is a line of `tests/cases/skips.txt`, with the reason; a test fails where the list is
//! another, and `WATERTIGHT_REWRITE=1` writes it anew.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "skips are seen with --nocapture")]

mod support;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command as Program;
use std::time::Duration;

use model_checker::Budget;
use model_checker::explicit::{self, Silent};
use model_checker::{liveness, symbolic};
use serde_json::Value as Json;
use spec_lang::{Command, CommandKind, Expectation};
use support::corpus::{self, Case};
use support::reference::{self, Answer, Reference};
use transition_system::eval::Evaluator;
use transition_system::replay::{replay, replay_run};
use transition_system::validate::validate;
use transition_system::{
    Origin, Property, PropertyId, PropertyKind, Scope, Stop, System, Trace, Vacuity, Verdict, Violation, text,
};

/// Steps for bounded search; longer runs are not found and that is a skip.
const DEPTH: u32 = 8;

/// The list of skips, of one engine.
struct Skips {
    engine: &'static str,
    lines: BTreeSet<String>,
}

impl Skips {
    fn new(engine: &'static str) -> Self {
        Self {
            engine,
            lines: BTreeSet::new(),
        }
    }

    fn add(&mut self, place: &str, why: &str) {
        println!("skipped: {} {place}: {why}", self.engine);
        self.lines.insert(format!("{} {place}: {why}", self.engine));
    }

    /// Compares with the list that is kept.
    fn settle(self) {
        let path = corpus::folder().join("skips.txt");
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        let mine = format!("{} ", self.engine);
        let (known, others): (BTreeSet<_>, BTreeSet<_>) = kept
            .lines()
            .map(str::to_owned)
            .partition(|l| l.starts_with(&mine));
        if std::env::var_os("WATERTIGHT_REWRITE").is_some() {
            let all: Vec<_> = others.union(&self.lines).cloned().collect();
            std::fs::write(path, all.join("\n") + "\n").unwrap();
            return;
        }
        let new: Vec<_> = self.lines.difference(&known).collect();
        let gone: Vec<_> = known.difference(&self.lines).collect();
        assert!(
            new.is_empty() && gone.is_empty(),
            "tests/cases/skips.txt: new {new:#?}, gone {gone:#?}"
        );
    }
}

/// A question of a case: a property in a scope.
struct Question<'c> {
    case: &'c Case,
    command: &'c Command,
    system: &'c System,
    property: PropertyId,
    /// Whether runs are as short as any.
    shortest: bool,
}

impl Question<'_> {
    fn expect(&self) -> Expectation {
        self.command.expect.unwrap_or(Expectation::Holds)
    }

    fn place(&self) -> String {
        let property = &self.system.property(self.property).name;
        let scope = self.command.scope.display(self.system);
        let scope = if scope.is_empty() {
            scope
        } else {
            format!(" for {scope}")
        };
        format!("{} {}.{property}{scope}", self.case.name, self.system.name)
    }

    fn is_temporal(&self) -> bool {
        self.system.property(self.property).kind == PropertyKind::Temporal
    }

    /// Holds a verdict against what is expected; gives why it is a skip, if it is one.
    fn judge(&self, verdict: &Verdict, witness: Option<&Trace>) -> Option<String> {
        let place = self.place();
        let steps = self.case.steps(self.command, self.property);
        let is_witness = self.system.property(self.property).kind == PropertyKind::Witness;
        match (self.expect(), verdict) {
            (Expectation::Unknown, Verdict::Unknown(_)) => None,
            (_, Verdict::Unknown(stop)) => Some(reason(stop)),
            (Expectation::Holds | Expectation::Proved, Verdict::Proved(_)) => None,
            (Expectation::Holds | Expectation::Proved, Verdict::Holds(_)) => {
                assert_eq!(
                    is_witness,
                    witness.is_some(),
                    "{place}: a run shows a witness, and nothing else"
                );
                if let Some(run) = witness {
                    let evaluator = Evaluator::new(self.system, &self.command.scope);
                    replay_run(&evaluator, run).unwrap_or_else(|e| panic!("{place}: {e}"));
                    assert!(
                        steps.is_none_or(|n| n == run.len() as u64 || !self.shortest && n < run.len() as u64),
                        "{place}: {} steps",
                        run.len()
                    );
                }
                None
            }
            (Expectation::Violated, Verdict::Violated(violation)) => {
                self.violated(violation, steps);
                None
            }
            (Expectation::Vacuous, Verdict::Vacuous(_)) => None,
            (_, Verdict::Vacuous(Vacuity::NeverReached(c)) | Verdict::Holds(c)) if !c.exhaustive => {
                let found_by = steps.is_some_and(|n| n <= c.depth);
                assert!(!found_by, "{place}: nothing was found up to {} steps", c.depth);
                Some(format!("nothing in {} steps", c.depth))
            }
            (expected, other) => panic!("{place}: expected {expected:?}, found {other:?}"),
        }
    }

    fn violated(&self, violation: &Violation, steps: Option<u64>) {
        let (place, run) = (self.place(), &violation.trace);
        replay(self.system, &self.command.scope, run, &violation.what)
            .unwrap_or_else(|e| panic!("{place}: {e}"));
        let length = run.len() as u64;
        let fits = steps.is_none_or(|n| {
            if violation.shortest {
                length == n
            } else {
                length >= n
            }
        });
        assert!(fits, "{place}: {length} steps");
    }
}

fn reason(stop: &Stop) -> String {
    match stop {
        Stop::NotInductive(cti) => format!("not inductive: `{}`", cti.broken),
        Stop::SolverUnknown(what) | Stop::Unsupported(what) => what.clone(),
        Stop::StateLimit(_) | Stop::MemoryLimit(_) | Stop::TimeLimit(_) => "a limit".to_owned(),
        Stop::Interrupted => panic!("nothing interrupts a test"),
    }
}

/// Each property of each `check` of a case.
fn questions(case: &Case) -> Vec<Question<'_>> {
    let ask = |command| {
        let properties = &(command as &Command).properties;
        properties.iter().map(move |p| Question {
            case,
            command,
            system: case.system(command),
            property: *p,
            shortest: true,
        })
    };
    case.checks().flat_map(ask).collect()
}

#[test]
fn every_system_obeys_the_rules_and_reads_back() {
    corpus::each(|case| {
        for named in &case.model.systems {
            let place = format!("{} {}", case.name, named.name);
            validate(&named.system).unwrap_or_else(|e| panic!("{place}: {e:?}"));
            let printed = text::print(&named.system);
            let again = text::read(&printed).unwrap_or_else(|e| panic!("{place}: {e:?}\n{printed}"));
            validate(&again).unwrap_or_else(|e| panic!("{place}, read back: {e:?}"));
            assert_eq!(text::print(&again), printed, "{place}");
        }
    });
}

/// Limits that a corpus of small cases stays below by far.
fn explicit_options(cone: bool, deadlock: bool) -> explicit::Options<'static> {
    let limits = explicit::Limits {
        states: Some(500_000),
        memory_bytes: Some(1 << 30),
        time: None,
    };
    explicit::Options {
        limits,
        cone,
        deadlock,
        ..explicit::Options::default()
    }
}

#[test]
fn explicit_states() {
    let mut skips = Skips::new("explicit");
    corpus::each(|case| {
        for command in case.checks() {
            for (cone, symmetry, partial_order, merge_steps, forget_dead) in [
                (true, false, false, false, false),
                (false, false, false, false, false),
                (true, true, false, false, false),
                (false, true, true, false, false),
                (true, false, true, false, false),
                (true, false, false, false, true),
                (false, true, false, true, true),
            ] {
                let system = case.system(command);
                let options = explicit::Options {
                    symmetry,
                    partial_order,
                    merge_steps,
                    forget_dead,
                    ..explicit_options(cone, false)
                };
                let report =
                    explicit::check(system, &command.scope, &command.properties, &options, &mut Silent);
                for (property, verdict) in &report.verdicts {
                    let question = Question {
                        case,
                        command,
                        system,
                        property: *property,
                        shortest: !partial_order && !merge_steps,
                    };
                    let witness = report
                        .witnesses
                        .iter()
                        .find(|(p, _)| p == property)
                        .map(|(_, t)| t);
                    if let Some(why) = question.judge(verdict, witness) {
                        assert!(
                            case.says("skip explicit").is_some() || question.is_temporal(),
                            "{}: {why}",
                            question.place()
                        );
                        skips.add(&question.place(), &why);
                    }
                    let vacuous = report.stats.exhaustive && report.stats.vacuous.contains(property);
                    let said = case.says("vacuous") == Some(&system.property(*property).name);
                    assert!(
                        !report.stats.exhaustive || vacuous == said,
                        "{}: vacuous {vacuous}",
                        question.place()
                    );
                }
            }
        }
    });
    skips.settle();
}

#[test]
fn fair_runs() {
    let mut skips = Skips::new("liveness");
    corpus::each(|case| {
        for command in case.checks() {
            let system = case.system(command);
            let is_temporal = |p: &PropertyId| system.property(*p).kind == PropertyKind::Temporal;
            let asked: Vec<_> = command.properties.iter().copied().filter(is_temporal).collect();
            if asked.is_empty() {
                continue;
            }
            let options = explicit_options(true, false);
            let report = liveness::check(system, &command.scope, &asked, &options, &mut Silent);
            for (property, verdict) in &report.verdicts {
                let question = Question {
                    case,
                    command,
                    system,
                    property: *property,
                    shortest: true,
                };
                if let Some(why) = question.judge(verdict, None) {
                    skips.add(&question.place(), &why);
                }
                let vacuous = report.stats.exhaustive && report.stats.vacuous.contains(property);
                let said = case.says("vacuous") == Some(&system.property(*property).name);
                assert_eq!(vacuous, said, "{}: vacuous", question.place());
            }
        }
    });
    skips.settle();
}

/// An invariant that is true everywhere.
fn always(system: &mut System) -> PropertyId {
    system.properties.push(Property {
        name: "always".to_owned(),
        doc: String::new(),
        kind: PropertyKind::Invariant,
        formula: system.arena.bool(true),
        temporal: None,
        promises: Vec::new(),
        steps: Vec::new(),
        origin: Origin::unknown(),
    });
    PropertyId::new(system.properties.len() - 1)
}

#[test]
fn states_are_counted() {
    corpus::each(|case| {
        let Some(command) = case
            .checks()
            .next()
            .filter(|_| case.says("skip explicit").is_none())
        else {
            return;
        };
        // what is decided ends a search, so the question is one that never is
        let mut system = case.system(command).clone();
        let always = always(&mut system);
        let options = explicit_options(false, false);
        let report = explicit::check(&system, &command.scope, &[always], &options, &mut Silent);
        let counts = (report.stats.initial_states, report.stats.states);
        for (key, count) in [("initial", counts.0), ("states", counts.1)] {
            assert!(
                case.number(key).is_none_or(|n| n == count),
                "{}: {key} = {count}",
                case.name
            );
        }
        let looked = explicit::check(
            &system,
            &command.scope,
            &[],
            &explicit_options(false, true),
            &mut Silent,
        );
        let deadlock = looked.deadlock.map(|found| {
            replay(&system, &command.scope, &found.trace, &found.what).unwrap();
            found.trace.len() as u64
        });
        if let Some(said) = case.says("deadlock") {
            let found = deadlock.map_or("none".to_owned(), |n| n.to_string());
            assert_eq!(found, said, "{}: deadlock", case.name);
        }
        let unskipped = case.says("skip reference").is_none() && report.undefined.is_none();
        if let Some(Ok(reference)) = unskipped.then(|| reference::explore(&system, &command.scope, &[])) {
            assert_eq!(
                counts,
                (reference.initial, reference.states),
                "{}: initial, states",
                case.name
            );
            assert_eq!(deadlock, reference.deadlock, "{}: deadlock", case.name);
        }
    });
}

#[test]
fn the_reference_evaluator() {
    let mut skips = Skips::new("reference");
    corpus::each(|case| {
        for command in case.checks() {
            let system = case.system(command);
            let explored = match case.says("skip reference") {
                Some(why) => Err(why.to_owned()),
                None => reference::explore(system, &command.scope, &command.properties),
            };
            for (position, property) in command.properties.iter().enumerate() {
                let question = Question {
                    case,
                    command,
                    system,
                    property: *property,
                    shortest: true,
                };
                match &explored {
                    Ok(_) if question.is_temporal() => {
                        skips.add(
                            &question.place(),
                            "runs have a reference of their own, in model-checker/tests/liveness.rs",
                        );
                    }
                    Ok(reference) => agree(&question, reference, position),
                    Err(why) => skips.add(&question.place(), why),
                }
            }
        }
    });
    skips.settle();
}

/// What the reference found is what is expected.
fn agree(question: &Question<'_>, reference: &Reference, position: usize) {
    let kind = question.system.property(question.property).kind;
    let found = match reference.answer(kind, position) {
        Answer::Violated(n) => (Expectation::Violated, Some(n)),
        Answer::Reached(n) => (Expectation::Holds, Some(n)),
        Answer::ReachedOrViolated(n) if question.expect() == Expectation::Holds => {
            (Expectation::Holds, Some(n))
        }
        Answer::ReachedOrViolated(n) => (Expectation::Violated, Some(n)),
        Answer::Holds => (Expectation::Holds, None),
        Answer::NeverReached | Answer::NoInitialState => (Expectation::Vacuous, None),
    };
    let said = question.case.steps(question.command, question.property);
    assert_eq!(found.0, question.expect(), "{}", question.place());
    assert!(
        said.is_none() || found.1.is_none() || said == found.1,
        "{}: {:?} steps",
        question.place(),
        found.1
    );
}

fn symbolic_options() -> symbolic::Options {
    symbolic::Options {
        query_time: Duration::from_secs(60),
        reach_depth: DEPTH,
        ..symbolic::Options::default()
    }
}

#[test]
fn induction_in_the_scope() {
    let mut skips = Skips::new("symbolic");
    corpus::each(|case| {
        for question in questions(case) {
            let (scope, options) = (Some(&question.command.scope), symbolic_options());
            let report = symbolic::prove(
                question.system,
                question.property,
                None,
                scope,
                &options,
                &Budget::default(),
            );
            if let Some(why) = question.judge(&report.verdict, report.witness.as_ref()) {
                skips.add(&question.place(), &why);
            }
        }
    });
    skips.settle();
}

#[test]
fn bounded_search() {
    let mut skips = Skips::new("bmc");
    corpus::each(|case| {
        let depth = case
            .number("bounded")
            .map_or(DEPTH, |n| u32::try_from(n).unwrap());
        for question in questions(case) {
            let (scope, options) = (Some(&question.command.scope), symbolic_options());
            let report = symbolic::bmc(
                question.system,
                question.property,
                scope,
                depth,
                &options,
                &Budget::default(),
            );
            if let Some(why) = question.judge(&report.verdict, report.witness.as_ref()) {
                skips.add(&question.place(), &why);
            }
        }
    });
    skips.settle();
}

/// What is proved for any size is not violated in any small scope.
#[test]
fn proofs_hold_in_small_scopes() {
    corpus::each(|case| {
        let proofs = case
            .model
            .commands
            .iter()
            .filter(|c| c.kind == CommandKind::Prove);
        for command in proofs.filter(|c| c.expect == Some(Expectation::Proved)) {
            let system = case.system(command);
            for size in 1..=2 {
                let open = system.sort_ids().filter(|s| system.sort(*s).elements.is_empty());
                let scope = open.fold(Scope::new(), |scope, sort| scope.with(sort, size));
                let Ok(reference) = reference::explore(system, &scope, &command.properties) else {
                    continue;
                };
                let names: Vec<_> = command
                    .properties
                    .iter()
                    .map(|p| &system.property(*p).name)
                    .collect();
                let violated = reference.found.iter().any(Option::is_some) || reference.undefined.is_some();
                assert!(
                    !violated,
                    "{}: {names:?} is proved, and violated with {size}",
                    case.name
                );
            }
        }
    });
}

/// The program, as a user runs it: every expectation is met, by `prove` and by what `check` chooses.
#[test]
fn the_program() {
    corpus::each(|case| {
        let output = Program::new(env!("CARGO_BIN_EXE_watertight"))
            .args([
                "check",
                "--quiet",
                "--format",
                "json",
                "--max-states",
                "500000",
                case.path.to_str().unwrap(),
            ])
            .current_dir(corpus::folder())
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        let result: Json =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{}: {e}\n{errors}", case.name));
        assert_eq!(errors, "", "{}", case.name);
        let rows = result["results"].as_array().unwrap();
        let asked = case
            .model
            .commands
            .iter()
            .flat_map(|c| c.properties.iter().map(move |p| (c, *p)));
        let asked: Vec<_> = asked.collect();
        assert_eq!(
            rows.len(),
            asked.len(),
            "{}: a row for each property of each command",
            case.name
        );
        for (row, (command, property)) in rows.iter().zip(asked) {
            assert_eq!(row["as_expected"], true, "{}: {row:#}", case.name);
            let steps = case
                .steps(command, property)
                .filter(|_| command.kind == CommandKind::Check);
            let found = row["trace"]["steps"].as_array().map(|s| s.len() as u64);
            assert!(
                steps.is_none() || found.is_none() || steps == found,
                "{}: {found:?} steps\n{row:#}",
                case.name
            );
        }
        assert_eq!(output.status.code(), Some(0), "{}", case.name);
    });
}

/// Every proof of the corpus has a certificate, which the solvers that are there accept.
#[test]
fn proofs_have_certificates() {
    let mut skips = Skips::new("certificate");
    corpus::each(|case| {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
            .join("case-certificates")
            .join(&case.name);
        let _ = std::fs::remove_dir_all(&folder);
        let dir = folder.to_str().unwrap();
        let run = |args: &[&str]| {
            let mut program = Program::new(env!("CARGO_BIN_EXE_watertight"));
            let output = program.args(args).current_dir(corpus::folder()).output().unwrap();
            let [out, err] = [output.stdout, output.stderr].map(|b| String::from_utf8(b).unwrap());
            (output.status.code(), format!("{out}{err}"))
        };
        let check = [
            "check",
            "--quiet",
            "--max-states",
            "500000",
            case.path.to_str().unwrap(),
            "--certificate",
            dir,
        ];
        match run(&check) {
            (Some(0), _) => {}
            (_, text) => {
                let why = text.rsplit_once("no certificate can be made: ");
                let (_, why) = why.unwrap_or_else(|| panic!("{}: {text}", case.name));
                return skips.add(&case.name, why.lines().next().unwrap_or_default().trim());
            }
        }
        if folder.is_dir() {
            let (code, text) = run(&["certify", dir]);
            assert!(!text.contains("refused"), "{}: {text}", case.name);
            assert!(
                code == Some(0) || text.contains("cvc5 not found"),
                "{}: {text}",
                case.name
            );
        }
    });
    skips.settle();
}

// ---- the library against what is published of its models

fn scope_of(system: &System, sizes: &[(String, u32)]) -> Scope {
    sizes.iter().fold(Scope::new(), |scope, (name, size)| {
        let sort = system
            .find_sort(name)
            .unwrap_or_else(|| panic!("no sort `{name}`"));
        scope.with(sort, *size)
    })
}

/// Visits every state: no property is asked, and nothing is left out.
fn count_states(case: &Case, sizes: &[(String, u32)]) -> u64 {
    let system = &case.model.systems[0].system;
    let options = explicit::Options {
        cone: false,
        deadlock: false,
        ..explicit::Options::default()
    };
    let report = explicit::check(system, &scope_of(system, sizes), &[], &options, &mut Silent);
    assert!(
        report.stats.exhaustive,
        "{}: {sizes:?} was not finished",
        case.name
    );
    report.stats.states
}

#[test]
fn numbers_of_states_are_the_published_ones() {
    let mut compared = 0;
    for case in corpus::library() {
        for (sizes, states) in case.published() {
            assert_eq!(count_states(&case, &sizes), states, "{}: {sizes:?}", case.name);
            compared += 1;
        }
    }
    assert!(compared >= 7, "the library publishes numbers");
}

#[test]
fn the_library_is_formatted() {
    for model in models::MODELS {
        let source = spec_lang::Source::new(model.path, model.text);
        let formatted = spec_lang::format(source, spec_lang::Operators::Ascii).unwrap();
        assert!(
            formatted == model.text,
            "{}: `watertight fmt models/{}`",
            model.name,
            model.path
        );
    }
}
