//! Random well-typed modules over the whole language: written in two ways they mean the same, the formatter keeps them, and
//! the reference evaluator and the explicit engine agree on them.
//!
//! `WATERTIGHT_SEED` chooses the first module, and `WATERTIGHT_ROUNDS` how many there are (a tenth of it); a failure prints
//! its module, made small, and the seed of it. `WATERTIGHT_SHOW=1` prints all of them. That the comparison can fail is shown
//! with engines that are given another system than the reference.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "what was covered is seen with --nocapture")]
#![allow(
    unreachable_pub,
    reason = "the reference is shared by tests, which are crates of their own"
)]

mod random;
#[path = "support/reference.rs"]
mod reference;

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};

use model_checker::Budget;
use model_checker::explicit::{self, ExplicitReport, Limits, Options, Silent, search};
use model_checker::ground::Ground;
use model_checker::liveness;
use random::shrink::shrink;
use random::{Module, Text, module};
use reference::{Answer, Reference};
use spec_lang::{Loader, Model, Operators, Source, Unformatted, compile, format, render};
use transition_system::eval::Evaluator;
use transition_system::replay::{replay, replay_run};
use transition_system::validate::validate;
use transition_system::{Expr, PropertyId, PropertyKind, Scope, System, Update, Vacuity, Verdict, text};

/// Most steps of a system that is compared: the reference is slow.
const STEPS: u64 = 40_000;

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
    /// Modules with an instance, with a use of a module with parameters.
    instances: u64,
    parts: u64,
    /// Systems of two runs: compared; without a flow, with one, that one can only be in both runs at once.
    two_runs: u64,
    sealed: u64,
    leaking: u64,
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
            report(seed, &made.bare);
            failed.push(seed);
        }
    }
    println!("{seen:?}");
    assert!(failed.is_empty(), "modules of the seeds {failed:?}");
    if rounds >= 50 {
        seen.everything(rounds);
    }
}

impl Seen {
    /// Everything comes often enough.
    fn everything(&self, rounds: u64) {
        for (count, percent) in [
            (self.compared, 80),
            (self.undefined, 5),
            (self.several_states, 40),
            (self.holds, 50),
            (self.violated, 50),
            (self.vacuous, 5),
            (self.temporal, 5),
            (self.instances, 15),
            (self.parts, 12),
            (self.two_runs, 15),
            (self.sealed, 4),
            (self.leaking, 2),
        ] {
            assert!(
                count * 100 > rounds * percent,
                "{percent} % of {rounds}: {self:?}"
            );
        }
    }
}

/// Prints a module that fails, as small as it still does so in the same place.
fn report(seed: u64, text: &Text) {
    let again = |t: &Text| failure(t, |t| meaning(t, &mut Seen::default()));
    let small = match again(text) {
        Some(place) => shrink(text, 2000, |t| again(t).as_ref() == Some(&place)),
        None => text.clone(),
    };
    println!("WATERTIGHT_SEED={seed} WATERTIGHT_ROUNDS=10\n{small}");
}

thread_local! {
    static PANICKED: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Where a test of a text panics, in silence; `None` if it does not, or there is no model.
fn failure(text: &Text, test: impl Fn(&Text)) -> Option<String> {
    compile(Source::new("random.wt", &*text.root), &Part(text)).model?;
    in_silence(|| test(text))
}

/// Where this panics, without a message.
fn in_silence(test: impl FnOnce()) -> Option<String> {
    let hook = take_hook();
    set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        PANICKED.with(|p| p.replace(place));
    }));
    let result = catch_unwind(AssertUnwindSafe(test));
    set_hook(hook);
    result.err().map(|_| PANICKED.with(RefCell::take))
}

fn hold(made: &Module, seen: &mut Seen) {
    assert_eq!(
        systems(&compiled(&made.full)),
        systems(&compiled(&made.bare)),
        "with all parentheses:\n{}",
        made.full
    );
    meaning(&made.bare, seen);
    seen.instances += u64::from(made.has.instance);
    seen.parts += u64::from(made.has.part);
}

/// Laid out, a text means the same; and the engines agree with the reference.
fn meaning(text: &Text, seen: &mut Seen) {
    let model = compiled(text);
    let printed = systems(&model);
    for spelling in [Operators::AsWritten, Operators::Unicode] {
        let laid_out = text.map(|t| formatted(t, spelling));
        let again = laid_out.map(|t| formatted(t, spelling));
        assert_eq!(again, laid_out, "laid out again");
        assert_eq!(systems(&compiled(&laid_out)), printed, "laid out:\n{laid_out}");
    }
    for (named, printed) in model.systems.iter().zip(&printed) {
        assert_eq!(text::print(&text::read(printed).unwrap()), *printed);
        validate(&named.system).unwrap_or_else(|e| panic!("{e:?}\n{printed}"));
    }
    for command in &model.commands {
        let named = &model.systems[command.system];
        let mut now = Seen::default();
        let asked = Asked {
            system: &named.system,
            engines: &named.system,
            scope: &command.scope,
        };
        asked.compare(&command.properties, &mut now);
        seen.add(&now, named.two_runs.is_some());
    }
}

impl Seen {
    fn add(&mut self, of: &Self, two_runs: bool) {
        self.compared += of.compared;
        self.too_large += of.too_large;
        self.undefined += of.undefined;
        self.several_states += of.several_states;
        self.holds += of.holds;
        self.violated += of.violated;
        self.vacuous += of.vacuous;
        self.temporal += of.temporal;
        if two_runs {
            self.two_runs += of.compared;
            self.sealed += u64::from(of.holds > 0);
            self.leaking += u64::from(of.violated > 0 && of.undefined == 0);
        }
    }
}

struct Part<'t>(&'t Text);

impl Loader for Part<'_> {
    fn load(&self, module: &str) -> Result<Option<Source>, String> {
        let part = self.0.part.as_ref().filter(|_| module == "part");
        Ok(part.map(|text| Source::new("part.wt", &**text)))
    }
}

fn compiled(text: &Text) -> Model {
    let out = compile(Source::new("random.wt", &*text.root), &Part(text));
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

/// What the reference is asked of, and what the engines are: the same, but in tests of this test.
struct Asked<'m> {
    system: &'m System,
    engines: &'m System,
    scope: &'m Scope,
}

impl Asked<'_> {
    fn compare(&self, properties: &[PropertyId], seen: &mut Seen) {
        let (system, scope) = (self.system, self.scope);
        let is_temporal = |p: &PropertyId| system.property(*p).kind == PropertyKind::Temporal;
        let (temporal, asked): (Vec<_>, Vec<_>) = properties.iter().partition(|p| is_temporal(p));
        let all = search(&self.ground(), &options(false), &mut Silent);
        if all.stats.transitions > STEPS {
            seen.too_large += 1;
            return;
        }
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
        counts(&all, &reference);
        for cone in [false, true] {
            let report = explicit::check(self.engines, scope, &asked, &options(cone), &mut Silent);
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
        self.lassos(&temporal, seen);
    }

    fn ground(&self) -> Ground<'_> {
        Ground::new(self.engines, self.scope, &[], 10_000_000, &Budget::default()).unwrap()
    }

    fn lassos(&self, temporal: &[PropertyId], seen: &mut Seen) {
        let (system, scope) = (self.system, self.scope);
        let report = liveness::check(self.engines, scope, temporal, &options(true), &mut Silent);
        for (_, verdict) in &report.verdicts {
            seen.temporal += 1;
            match verdict {
                Verdict::Violated(v) => replay(system, scope, &v.trace, &v.what).unwrap(),
                Verdict::Holds(_) | Verdict::Vacuous(_) => {}
                Verdict::Proved(_) | Verdict::Unknown(_) => panic!("{verdict:?}"),
            }
        }
    }
}

/// Numbers of states and steps, of a search that nothing ends.
fn counts(report: &ExplicitReport, reference: &Reference) {
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
        (Verdict::Violated(v), Answer::Violated(steps) | Answer::ReachedOrViolated(steps)) => {
            replay(system, scope, &v.trace, &v.what).unwrap_or_else(|e| panic!("{name}: {e}"));
            assert_eq!(v.trace.len() as u64, steps, "{name}: shortest run");
        }
        (Verdict::Holds(_), Answer::Holds | Answer::Reached(_) | Answer::ReachedOrViolated(_))
        | (Verdict::Vacuous(Vacuity::NoInitialState), Answer::NoInitialState)
        | (Verdict::Vacuous(Vacuity::NeverReached(_)), Answer::NeverReached) => {}
        (verdict, answer) => panic!("{name}: the engine says {verdict:?}, the reference {answer:?}"),
    }
}

// ---- that the comparison can fail ----

/// What an engine could have wrong.
#[derive(Clone, Copy, Debug)]
enum Fault {
    /// The condition of an event is its opposite.
    Negated,
    /// An event does not assign one of its variables.
    Dropped,
}

impl Fault {
    /// The system with the fault in one event; `None` if there is no place for it.
    fn of(self, system: &System) -> Option<System> {
        let mut out = system.clone();
        let kept = |u: &Update| *system.arena.expr(u.value) == Expr::Var(u.variable);
        let event = out
            .events
            .iter_mut()
            .find(|e| e.updates.iter().any(|u| !kept(u)))?;
        match self {
            Self::Negated => event.guard = out.arena.not(event.guard),
            Self::Dropped => {
                let at = event.updates.iter().position(|u| !kept(u))?;
                event.updates.remove(at);
            }
        }
        Some(out)
    }

    /// What becomes of the fault where the engines have it and the reference does not. `None` if it changes nothing that the
    /// reference tells apart, or there are many steps.
    fn noticed(self, text: &Text) -> Option<bool> {
        let model = compile(Source::new("random.wt", &*text.root), &Part(text)).model?;
        let command = model.commands.last()?;
        let (system, scope) = (&model.systems[command.system].system, &command.scope);
        let wrong = self.of(system)?;
        let told = |s| {
            let ground = Ground::new(s, scope, &[], 100_000, &Budget::default()).ok()?;
            let steps = search(&ground, &options(false), &mut Silent).stats.transitions;
            if steps > 2000 {
                return None;
            }
            let found = reference::explore(s, scope, &command.properties).ok()?;
            // what is undefined ends the search of an engine
            let counts = [found.initial, found.states, found.transitions];
            let answers = command.properties.iter().enumerate();
            let answers = answers.map(|(i, p)| found.answer(system.property(*p).kind, i));
            let answers: Vec<_> = answers.collect();
            Some((
                found.undefined,
                found.undefined.is_none().then_some(counts),
                answers,
            ))
        };
        if told(system)? == told(&wrong)? {
            return None;
        }
        let asked = Asked {
            system,
            engines: &wrong,
            scope,
        };
        let compare = || asked.compare(&command.properties, &mut Seen::default());
        Some(in_silence(compare).is_some())
    }
}

/// Each fault is noticed that changes what can be reached, or an answer; and many do.
#[test]
fn faults_are_noticed() {
    for (fault, percent) in [(Fault::Negated, 40), (Fault::Dropped, 10)] {
        let outcomes: Vec<_> = (0..50).map(|seed| fault.noticed(&module(seed).bare)).collect();
        let count = |what| outcomes.iter().filter(|o| **o == what).count();
        let (noticed, missed) = (count(Some(true)), count(Some(false)));
        println!(
            "{fault:?}: {noticed} of {} noticed, {missed} missed",
            outcomes.len()
        );
        assert_eq!(missed, 0, "{fault:?}: {outcomes:?}");
        assert!(noticed * 100 >= outcomes.len() * percent, "{fault:?}: {noticed}");
    }
}

#[test]
fn what_shows_a_fault_is_made_small() {
    let shows = |t: &Text| Fault::Negated.noticed(t) == Some(true);
    let mut texts = (0..).map(|seed| module(seed).bare);
    let text = texts.find(|t| t.part.is_some() && shows(t)).unwrap();
    let small = shrink(&text, 400, shows);
    assert!(shows(&small), "{small}");
    let lines = |t: &Text| t.to_string().lines().count();
    println!("{} lines of {}:\n{small}", lines(&small), lines(&text));
    assert!(lines(&small) * 3 < lines(&text), "{small}\nof {text}");
}
