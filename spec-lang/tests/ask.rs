//! Expressions about a model that is compiled already.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use spec_lang::ask::{Question, Rejected};
use spec_lang::{Loader, Model, NoModules, Source, compile};
use transition_system::eval::{Bindings, Context, Evaluator};
use transition_system::{Scope, State};

const LOCK: &str = "module lock
sort Process
enum Phase { Idle, Busy }
const limit: 1..3 = 2
var phase: Process -> Phase
var inside: set Process
var count: 0..9
def busy(p: Process): bool = phase[p] == Busy
init { forall p: Process. phase[p] == Idle; inside == {}; count == limit }
event enter(p: Process) { inside += p }
invariant few { card(inside) <= limit }
";

fn model(text: &str, loader: &dyn Loader) -> Model {
    let out = compile(Source::new("test.wt", text), loader);
    let messages = spec_lang::render(&out.diagnostics, &out.sources, false);
    out.model.unwrap_or_else(|| panic!("{messages}"))
}

fn two(model: &Model) -> Scope {
    let sort = model.systems[0].system.find_sort("Process").unwrap();
    Scope::new().with(sort, 2)
}

/// Type and value of an expression in the first initial state.
fn value(text: &str) -> String {
    let model = model(LOCK, &NoModules);
    let scope = two(&model);
    let answer = model.ask(0, &scope, &[Question { text, truth: false }]);
    let answer = answer.unwrap_or_else(|e| panic!("{}", messages(&e)));
    let closed = Scope::new();
    let evaluator = Evaluator::new(&answer.system, &closed);
    let state: &State = &evaluator.initial_states().unwrap()[0];
    let asked = &answer.expressions[0];
    let at = Context { state, next: None };
    let value = evaluator.value(asked.expr, at, &mut Bindings::new()).unwrap();
    format!("{}: {}", value.display(&answer.system), asked.ty)
}

fn messages(rejected: &Rejected) -> String {
    let one = |d: &spec_lang::Diagnostic| format!("{} {}", d.code, d.message);
    rejected
        .diagnostics
        .iter()
        .map(one)
        .collect::<Vec<_>>()
        .join("; ")
}

fn error(text: &str) -> String {
    let model = model(LOCK, &NoModules);
    let scope = two(&model);
    match model.ask(0, &scope, &[Question { text, truth: false }]) {
        Ok(answer) => panic!("{text}: {:?}", answer.expressions),
        Err(rejected) => {
            assert!(!spec_lang::render(&rejected.diagnostics, &rejected.sources, false).is_empty());
            messages(&rejected)
        }
    }
}

#[test]
fn expressions_have_a_value_and_a_type() {
    assert_eq!(value("count + 1"), "3: int");
    assert_eq!(value("busy(Process#0)"), "false: bool");
    assert_eq!(
        value("{ p: Process | not busy(p) }"),
        "{Process#0, Process#1}: set Process"
    );
    assert_eq!(value("some(Process#1)"), "some(Process#1): option Process");
    assert_eq!(value("(phase[Process#1], Busy)"), "(Idle, Busy): (Phase, Phase)");
    assert_eq!(value("forall p: Process. p in inside => busy(p)"), "true: bool");
    assert_eq!(
        value("Process#1 != Process#0  // a remark on Proc#7"),
        "true: bool"
    );
}

#[test]
fn what_is_wrong_is_said() {
    assert_eq!(
        error("Process#2 in inside"),
        "E0201 there is no element `Process#2`"
    );
    assert_eq!(
        error("Proces#0 in inside"),
        "E0201 there is no element `Proces#0`"
    );
    assert_eq!(error("insid"), "E0201 there is no value `insid`");
    assert!(
        error("count == inside").starts_with("E030"),
        "{}",
        error("count == inside")
    );
    assert!(error("count'").starts_with("E0406"), "{}", error("count'"));
    assert!(error("{}").starts_with("E0306"));
    for text in [
        "",
        "count +",
        "var x: bool",
        "count count",
        "(",
        "#",
        "Process#",
        "#3",
        "\u{0}",
        "é#1",
    ] {
        assert!(error(text).starts_with("E0"), "{text}: {}", error(text));
    }
    assert!(error(&"(".repeat(5000)).starts_with("E0"));
}

#[test]
fn elements_of_an_instance_are_named_and_hide_nothing() {
    let text = "module host
sort Box
const big: set Box
var here: set Box
var hidden: bool
init { here == big; hidden }
event e(b: Box) { here += b }
instance prod of host { Box = { web, hidden }; big = { web } }
";
    let model = model(text, &NoModules);
    let ask = |text| {
        let question = Question { text, truth: true };
        model.ask(1, &Scope::new(), &[question])
    };
    assert!(ask("web in here and hidden").is_ok());
    assert!(ask("Box#1 in here").is_ok());
    assert!(ask("hidden in here").is_err());
    assert!(ask("here").is_err(), "a truth value is wanted");
    let several = [
        Question {
            text: "here",
            truth: false,
        },
        Question {
            text: "web in here",
            truth: true,
        },
    ];
    assert_eq!(
        model.ask(1, &Scope::new(), &several).unwrap().expressions.len(),
        2
    );
}
