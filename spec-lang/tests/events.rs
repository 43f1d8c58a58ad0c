//! What events do: guards, choices, assignments, and promises where assignments meet.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod common;

use std::collections::BTreeSet;

use common::{after, model, reachable, scope, shown, system};
use transition_system::eval::Evaluator;
use transition_system::{PromiseKind, Scope, System};

/// The states after the event `e` of a text with one initial state.
fn step(text: &str) -> Vec<String> {
    let system = system(text);
    let scope = scope(&system, 2);
    let initial = Evaluator::new(&system, &scope).initial_states().unwrap();
    assert_eq!(initial.len(), 1, "{text}");
    after(&system, &scope, &initial[0], "e").into_iter().collect()
}

fn kinds(system: &System) -> Vec<PromiseKind> {
    system
        .events
        .iter()
        .flat_map(|e| e.promises.iter().map(|p| p.kind))
        .collect()
}

#[test]
fn assignments_happen_at_once() {
    let text = "var a: 0..3 var b: 0..3 init { a == 1 b == 2 } event e() { a := b b := a }";
    assert_eq!(step(text), ["2; 1"]);
}

#[test]
fn what_is_not_assigned_keeps_its_value() {
    let text = "var a: 0..3 var b: 0..3 init { a == 1; b == 2 } event e() { if a == 0 { a := 3 } }";
    assert_eq!(step(text), ["1; 2"]);
}

#[test]
fn branches_choose_and_nest() {
    let model = |n: u32| {
        format!(
            "var n: 0..9 var out: 0..9 init {{ n == {n} out == 0 }} event e() {{
               if n == 0 {{ out := 1 }} else if n < 3 {{
                 out := 2
                 if n == 2 {{ n := 0 }}
               }} else {{ n := n - 1 }}
             }}"
        )
    };
    assert_eq!(step(&model(0)), ["0; 1"]);
    assert_eq!(step(&model(1)), ["1; 2"]);
    assert_eq!(step(&model(2)), ["0; 2"]);
    assert_eq!(step(&model(5)), ["4; 0"]);
}

#[test]
fn keys_of_maps_are_assigned_one_by_one() {
    let text = "enum K { A, B } var m: K -> 0..3 init { m[A] == 1 m[B] == 2 }
        event e() { m[A] := m[B] m[B] := m[A] }";
    assert_eq!(step(text), ["[A -> 2, B -> 1]"]);
    let nested = "enum K { A, B } var m: K -> K -> 0..3 init { forall j, k: K. m[j][k] == 0 }
        event e() { m[A][B] := 1  m[A][A] := 2  m[B][B] := 3 }";
    assert_eq!(step(nested), ["[A -> [A -> 2, B -> 1], B -> [A -> 0, B -> 3]]"]);
    let whole = "enum K { A, B } var m: K -> K -> 0..3 init { forall j, k: K. m[j][k] == 0 }
        event e() { m[A] := [k: K => if k == A then 1 else 2] }";
    assert_eq!(step(whole), ["[A -> [A -> 1, B -> 2], B -> [A -> 0, B -> 0]]"]);
}

#[test]
fn a_key_assigned_in_one_branch_keeps_what_another_key_assigns() {
    // Both keys may be the same; then the branch that is not taken must not undo the other assignment.
    let text = "sort C var m: C -> 0..3 var go: bool init { forall c: C. m[c] == 0  go == false }
        event e(c: C, d: C) { m[c] := 1  if go { m[d] := 1 } }";
    let found: BTreeSet<_> = step(text).into_iter().collect();
    let want = ["[C#0 -> 0, C#1 -> 1]; false", "[C#0 -> 1, C#1 -> 0]; false"];
    assert_eq!(found, want.iter().map(|s| (*s).to_owned()).collect());
    assert_eq!(kinds(&system(text)), [], "equal values agree");
}

#[test]
fn two_keys_that_may_be_equal_are_a_promise() {
    let text = "sort C var m: C -> 0..3 init { forall c: C. m[c] == 0 }
        event e(c: C, d: C) { m[c] := 1  m[d] := 2 }";
    assert_eq!(kinds(&system(text)), [PromiseKind::Agreement]);
    let found = step(text);
    assert!(found.contains(&"[C#0 -> 1, C#1 -> 2]".to_owned()), "{found:?}");
    assert!(
        found.iter().any(|s| s.starts_with("Undefined Agreement")),
        "{found:?}"
    );
    let guarded = text.replace("{ m[c]", "{ when c != d  m[c]");
    assert!(step(&guarded).iter().all(|s| !s.starts_with("Undefined")));
    let apart = "enum K { A, B } var m: K -> 0..3 event e() { m[A] := 1  m[B] := 2 }";
    assert_eq!(kinds(&system(apart)), []);
    let branches =
        "sort C var m: C -> 0..3 var b: bool event e(c: C) { if b { m[c] := 1 } else { m[c] := 2 } }";
    assert_eq!(kinds(&system(branches)), []);
}

#[test]
fn sets_change_by_elements() {
    let set = |body: &str| {
        format!("enum E {{ A, B, D }} var s: set E init {{ s == {{ A }} }} event e() {{ {body} }}")
    };
    assert_eq!(step(&set("s += B  s += D")), ["{A, B, D}"]);
    assert_eq!(step(&set("s -= A")), ["{}"]);
    assert_eq!(step(&set("s += B  s -= A")), ["{B}"]);
    assert_eq!(step(&set("s += A  s += A")), ["{A}"]);
    assert_eq!(step(&set("if A in s { s += B } else { s -= A }")), ["{A, B}"]);
    assert_eq!(step(&set("s := { B, D }")), ["{B, D}"]);
    let map = "enum E { A, B } sort C var m: C -> set E init { forall c: C. m[c] == {} }
        event e(c: C, d: C) { m[c] += A  m[d] += B }";
    let found: BTreeSet<_> = step(map).into_iter().collect();
    assert!(
        found.contains("[C#0 -> {A, B}, C#1 -> {}]"),
        "both additions to one set take effect: {found:?}"
    );
    assert_eq!(found.len(), 4);
    assert_eq!(kinds(&system(map)), []);
    let relation = "enum E { A, B } var r: relation E, bool init { r == {} } event e() { r += (A, true) }";
    assert_eq!(step(relation), ["{(A, true)}"]);
}

#[test]
fn adding_and_removing_one_element_is_a_promise() {
    let text = "sort C var s: set C init { s == {} } event e(c: C, d: C) { s += c  s -= d }";
    let found = step(text);
    assert!(
        found.iter().any(|s| s.starts_with("Undefined Agreement")),
        "{found:?}"
    );
    assert!(found.contains(&"{C#0}".to_owned()));
}

#[test]
fn choices_are_nondeterminism() {
    let text = "enum E { A, B, D } var x: E var y: E init { x == A y == A }
        event e() { choose n: E where n != x  x := n }";
    assert_eq!(step(text), ["B; A", "D; A"]);
    let of_set = "enum E { A, B, D } var x: E var s: set E init { x == A s == { A, D } }
        event e() { choose n, k in s where n != k  when n == D  x := k }";
    assert_eq!(step(of_set), ["A; {A, D}"]);
    let in_branch = "enum E { A, B } var x: E var go: bool init { x == A go == false }
        event e() { if go { choose n: E where false  x := n } else { x := B } }";
    assert_eq!(
        step(in_branch),
        ["B; false"],
        "the condition binds where the branch is taken only"
    );
    let when_in_branch = in_branch.replace("choose n: E where false  x := n", "when false");
    assert_eq!(step(&when_in_branch), ["B; false"]);
    assert_eq!(
        step(&when_in_branch.replace("go == false", "go == true")),
        Vec::<String>::new()
    );
}

#[test]
fn init_leaves_open_what_it_does_not_say() {
    let system = system("var a: 0..2 var b: bool init { a != 1 }");
    assert_eq!(
        Evaluator::new(&system, &Scope::new())
            .initial_states()
            .unwrap()
            .len(),
        4
    );
}

#[test]
fn a_transition_speaks_of_both_states() {
    let text = "sort C var n: 0..3 var m: C -> 0..3 init { n == 0 forall c: C. m[c] == 0 }
        def top(c: C): bool = m[c] == 3
        event up() { when n < 3  n := n + 1 }
        event fix(c: C) { m[c] := n }
        transition grows { n' >= n }
        transition by_one { n' <= n + 1  forall c: C. m[c]' == m[c] or m'[c] == n }
        transition stays { forall c: C. top(c) => top(c)' }
        transition wrong { n' == n }";
    let system = system(text);
    let scope = scope(&system, 1);
    let evaluator = Evaluator::new(&system, &scope);
    let mut failed = BTreeSet::new();
    for state in reachable(&system, &scope) {
        for step in evaluator.successors(&state).unwrap() {
            for property in &system.properties {
                let at = transition_system::eval::Context {
                    state: &state,
                    next: Some(&step.state),
                };
                let mut env = transition_system::eval::Bindings::new();
                if !evaluator.truth(property.formula, at, &mut env).unwrap() {
                    failed.insert(property.name.clone());
                }
            }
        }
    }
    assert_eq!(failed.into_iter().collect::<Vec<_>>(), ["wrong"]);
}

#[test]
fn promises_know_their_kind_and_place() {
    for (file, kind, line, column) in [
        ("counter", PromiseKind::Range, 21, 12),
        ("mailbox", PromiseKind::SomeValue, 26, 11),
        ("sharing", PromiseKind::Divisor, 22, 35),
    ] {
        let path = format!("{}/tests/models/{file}.wt", env!("CARGO_MANIFEST_DIR"));
        let system = model(&std::fs::read_to_string(path).unwrap())
            .systems
            .remove(0)
            .system;
        let scope = scope(&system, 2);
        let evaluator = Evaluator::new(&system, &scope);
        let mut broken = BTreeSet::new();
        let mut fired = BTreeSet::new();
        for state in reachable(&system, &scope) {
            for attempt in evaluator.attempts(&state).unwrap() {
                let event = system.event(attempt.event);
                fired.insert(event.name.clone());
                if let Err(transition_system::eval::EvalError::Undefined(k, _)) = attempt.outcome {
                    let promise = event.promises.iter().find(|p| p.kind == k).unwrap();
                    broken.insert((k, promise.origin.line, promise.origin.column));
                }
            }
        }
        assert_eq!(
            broken.into_iter().collect::<Vec<_>>(),
            [(kind, line, column)],
            "{file}"
        );
        assert_eq!(fired.len(), system.events.len(), "{file}: every event can happen");
    }
}

#[test]
fn documentation_and_places_are_kept() {
    let text = "/// How much.\nconst limit: 0..3\nvar n: 0..3\n\n/// One more.\n/// At most `limit`.\nevent up() {\n  when n < limit\n  n := n + 1\n}\n/// Fine.\ninvariant low { n <= limit }\n";
    let system = system(text);
    let event = &system.events[0];
    assert_eq!(event.doc, "One more.\nAt most `limit`.");
    assert_eq!((event.origin.line, event.origin.column), (7, 1));
    assert_eq!(
        (event.updates[0].origin.line, event.updates[0].origin.column),
        (9, 3)
    );
    assert_eq!(system.constants[0].doc, "How much.");
    assert_eq!(
        (
            system.properties[0].doc.as_str(),
            system.properties[0].origin.line
        ),
        ("Fine.", 12)
    );
    let text = system.clone();
    assert_eq!(shown(&text, &reachable(&system, &Scope::new())[0], "n"), "0");
}
