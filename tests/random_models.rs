//! Random well-typed modules over the whole language: written in two ways they mean the same, the formatter keeps them, and
//! the reference evaluator and the explicit engine agree on them.
//!
//! `WATERTIGHT_SEED` chooses the first module, and `WATERTIGHT_ROUNDS` how many there are (a tenth of it); a failure prints
//! its module and the seed of it. `WATERTIGHT_SHOW=1` prints all of them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "what was covered is seen with --nocapture")]
#![allow(
    unreachable_pub,
    reason = "the reference is shared by tests, which are crates of their own"
)]

mod random;
#[path = "support/reference.rs"]
mod reference;

use std::panic::{AssertUnwindSafe, catch_unwind};

use model_checker::Budget;
use model_checker::explicit::{self, Limits, Options, Silent, search};
use model_checker::ground::Ground;
use model_checker::liveness;
use random::{Module, module};
use reference::{Answer, Reference};
use spec_lang::{Model, NoModules, Operators, Source, Unformatted, compile, format, render};
use transition_system::eval::Evaluator;
use transition_system::replay::{replay, replay_run};
use transition_system::validate::validate;
use transition_system::{PropertyId, PropertyKind, Scope, System, Vacuity, Verdict, text};

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// How many modules came to which end.
#[derive(Debug, Default)]
struct Seen {
    compared: u64,
    too_large: u64,
    undefined: u64,
    several_states: u64,
    holds: u64,
    violated: u64,
    vacuous: u64,
    temporal: u64,
}

/// In two tests, so that two cores share them.
#[test]
fn random_modules_mean_one_thing() {
    run(0);
}

#[test]
fn other_random_modules_mean_one_thing() {
    run(1);
}

fn run(half: u64) {
    let first = number("WATERTIGHT_SEED").unwrap_or(0);
    let all = number("WATERTIGHT_ROUNDS").map_or(150, |n| n / 10);
    let rounds = (all + 1 - half) / 2;
    let mut seen = Seen::default();
    let mut failed = Vec::new();
    for seed in (first..first + all).skip(half as usize).step_by(2) {
        let made = module(seed);
        if std::env::var_os("WATERTIGHT_SHOW").is_some() {
            println!("// seed {seed}\n{}", made.bare);
        }
        if catch_unwind(AssertUnwindSafe(|| hold(&made, &mut seen))).is_err() {
            println!("WATERTIGHT_SEED={seed} WATERTIGHT_ROUNDS=10\n{}", made.bare);
            failed.push(seed);
        }
    }
    println!("{seen:?}");
    assert!(failed.is_empty(), "modules of the seeds {failed:?}");
    if rounds >= 50 {
        assert!(seen.compared * 10 > rounds * 8, "{seen:?}");
        for count in [
            seen.undefined,
            seen.several_states,
            seen.holds,
            seen.violated,
            seen.vacuous,
            seen.temporal,
        ] {
            assert!(count * 20 > rounds, "{seen:?}");
        }
    }
}

fn hold(made: &Module, seen: &mut Seen) {
    let model = compiled(&made.bare);
    let printed = systems(&model);
    assert_eq!(
        systems(&compiled(&made.full)),
        printed,
        "with all parentheses:\n{}",
        made.full
    );
    for spelling in [Operators::AsWritten, Operators::Unicode] {
        let laid_out = formatted(&made.bare, spelling);
        let again = formatted(&laid_out, spelling);
        let mut lines = laid_out.lines().zip(again.lines());
        assert!(
            again == laid_out,
            "laid out again, {:?}",
            lines.find(|(a, b)| a != b)
        );
        assert_eq!(systems(&compiled(&laid_out)), printed, "laid out:\n{laid_out}");
    }
    for command in &model.commands {
        let system = &model.systems[command.system].system;
        let printed = text::print(system);
        assert_eq!(text::print(&text::read(&printed).unwrap()), printed);
        validate(system).unwrap_or_else(|e| panic!("{e:?}\n{printed}"));
        compare(system, &command.scope, &command.properties, seen);
    }
}

fn compiled(text: &str) -> Model {
    let out = compile(Source::new("random.wt", text), &NoModules);
    match out.model {
        Some(model) => model,
        None => panic!("{}\n{text}", render(&out.diagnostics, &out.sources, false)),
    }
}

fn systems(model: &Model) -> Vec<String> {
    model.systems.iter().map(|s| text::print(&s.system)).collect()
}

fn formatted(text: &str, operators: Operators) -> String {
    match format(Source::new("random.wt", text), operators) {
        Ok(out) => out,
        Err(Unformatted::Wrong(diagnostics, sources)) => {
            panic!("{}", render(&diagnostics, &sources, false))
        }
        Err(Unformatted::Defect(what)) => panic!("{what}\n{text}"),
    }
}

fn options(cone: bool) -> Options<'static> {
    Options {
        limits: Limits {
            states: Some(200_000),
            memory_bytes: Some(1 << 30),
            time: None,
        },
        cone,
        ..Options::default()
    }
}

fn compare(system: &System, scope: &Scope, properties: &[PropertyId], seen: &mut Seen) {
    let is_temporal = |p: &PropertyId| system.property(*p).kind == PropertyKind::Temporal;
    let (temporal, asked): (Vec<_>, Vec<_>) = properties.iter().partition(|p| is_temporal(p));
    let reference = match reference::explore(system, scope, &asked) {
        Ok(reference) => reference,
        Err(why) => {
            println!("not compared: {why}");
            seen.too_large += 1;
            return;
        }
    };
    seen.compared += 1;
    seen.undefined += u64::from(reference.undefined.is_some());
    seen.several_states += u64::from(reference.states > 1);
    counts(system, scope, &reference);
    for cone in [false, true] {
        let report = explicit::check(system, scope, &asked, &options(cone), &mut Silent);
        for (property, verdict) in &report.verdicts {
            let position = asked.iter().position(|p| p == property).unwrap();
            let answer = reference.answer(system.property(*property).kind, position);
            judge(system, scope, *property, verdict, answer);
            seen.holds += u64::from(matches!(verdict, Verdict::Holds(_)));
            seen.violated += u64::from(matches!(verdict, Verdict::Violated(_)));
            seen.vacuous += u64::from(matches!(verdict, Verdict::Vacuous(_)));
        }
        for (_, run) in &report.witnesses {
            replay_run(&Evaluator::new(system, scope), run).unwrap();
        }
    }
    let report = liveness::check(system, scope, &temporal, &options(true), &mut Silent);
    for (_, verdict) in &report.verdicts {
        seen.temporal += 1;
        match verdict {
            Verdict::Violated(v) => replay(system, scope, &v.trace, &v.what).unwrap(),
            Verdict::Holds(_) | Verdict::Vacuous(_) => {}
            Verdict::Proved(_) | Verdict::Unknown(_) => panic!("{verdict:?}"),
        }
    }
}

/// Numbers of states and steps, of a search that nothing ends.
fn counts(system: &System, scope: &Scope, reference: &Reference) {
    let ground = Ground::new(system, scope, &[], 10_000_000, &Budget::default()).unwrap();
    let report = search(&ground, &options(false), &mut Silent);
    let undefined = report.undefined.as_ref().map(|v| v.trace.len() as u64);
    assert_eq!(undefined, reference.undefined, "undefined after");
    if undefined.is_none() {
        assert_eq!(
            (
                report.stats.initial_states,
                report.stats.states,
                report.stats.transitions
            ),
            (reference.initial, reference.states, reference.transitions),
            "initial states, states, steps"
        );
    }
}

fn judge(system: &System, scope: &Scope, property: PropertyId, verdict: &Verdict, answer: Answer) {
    let name = &system.property(property).name;
    match (verdict, answer) {
        (Verdict::Violated(v), Answer::Violated(steps)) => {
            replay(system, scope, &v.trace, &v.what).unwrap_or_else(|e| panic!("{name}: {e}"));
            assert_eq!(v.trace.len() as u64, steps, "{name}: shortest run");
        }
        (Verdict::Holds(_), Answer::Holds | Answer::Reached(_))
        | (Verdict::Vacuous(Vacuity::NoInitialState), Answer::NoInitialState)
        | (Verdict::Vacuous(Vacuity::NeverReached(_)), Answer::NeverReached) => {}
        (verdict, answer) => panic!("{name}: the engine says {verdict:?}, the reference {answer:?}"),
    }
}
