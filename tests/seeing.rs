//! `show`, `simulate` and `repl`, as a user runs them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use model_checker::Budget;
use model_checker::ground::Ground;
use model_checker::walk::StateGraph;
use spec_lang::{CommandKind, NoModules, Source, compile};
use transition_system::depend::{can_enable, event_flow};

/// Exit code and both outputs of a command in the root of the source tree.
fn run(args: &[&str], input: &str) -> (i32, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_watertight"))
        .args(args)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // a command that does not read its input may be gone by now
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut out: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    out.retain(|p| p.extension().is_some_and(|e| e == "wt"));
    out.sort();
    out
}

#[test]
fn every_case_can_be_shown() {
    for case in cases() {
        let name = case.to_str().unwrap();
        let (code, out, err) = run(&["show", name], "");
        assert!(code == 0 && out.contains("state space"), "{name}: {err}");
        let (code, out, err) = run(&["show", name, "--format", "json"], "");
        let json: serde_json::Value =
            serde_json::from_str(&out).unwrap_or_else(|e| panic!("{name}: {e}\n{err}"));
        assert!(
            code == 0 && json["schema_version"] == 1 && json["systems"].is_array(),
            "{name}"
        );
        for language in ["dot", "mermaid"] {
            let (code, out, err) = run(&["show", name, "--graph", language], "");
            assert!(code == 0 && out.lines().count() > 1, "{name}: {err}");
        }
        let (code, out, err) = run(&["show", name, "--elaborated"], "");
        assert!(code == 0 && out.starts_with("; "), "{name}: {err}");
    }
}

#[test]
fn the_same_seed_gives_the_same_walks() {
    let file = "tests/cases/classic-die-hard.wt";
    let walks = |seed| {
        run(
            &[
                "simulate", file, "--seed", seed, "--walks", "5", "--format", "json",
            ],
            "",
        )
        .1
    };
    assert_eq!(walks("7"), walks("7"));
    assert_ne!(walks("7"), walks("8"));
}

#[test]
fn walks_find_what_is_wrong_and_what_is_asked_for() {
    let (code, out, _) = run(
        &["simulate", "tests/cases/classic-mutex-broken.wt", "--seed", "1"],
        "",
    );
    assert!(code == 1 && out.contains("VIOLATED"), "{out}");
    let die_hard = "tests/cases/classic-die-hard.wt";
    let until = |formula| {
        let args = [
            "simulate", die_hard, "--seed", "1", "--walks", "1", "--steps", "30", "--until", formula,
        ];
        run(&args, "")
    };
    let (code, out, _) = until("small == 3 and big == 5");
    assert!(code == 0 && out.contains("reached after"), "{out}");
    let (code, out, _) = run(&["simulate", die_hard, "--seed", "1", "--until", "not_four"], "");
    assert!(code == 1 && out.contains("VIOLATED"), "{out}");
    let (code, out, _) = until("small == 3 and small == 2");
    assert!(code == 3 && out.contains("not reached"), "{out}");
    for wrong in [
        ["--until", "bog == 4"],
        ["--prefer", "big"],
        ["--invariant", "no"],
        ["--for", "S=3"],
        ["--system", "x"],
    ] {
        let (code, _, err) = run(&[&["simulate", die_hard][..], &wrong[..]].concat(), "");
        assert!(code == 2 && err.starts_with("error"), "{wrong:?}: {err}");
    }
}

#[test]
fn states_are_counted_as_the_engine_counts_them() {
    let (code, out, _) = run(
        &["show", "tests/cases/classic-die-hard.wt", "--states", "dot"],
        "",
    );
    assert_eq!(code, 0);
    assert!(out.starts_with("// 16 reachable states"), "{out}");
    let (code, out, _) = run(
        &[
            "show",
            "tests/cases/classic-die-hard.wt",
            "--states",
            "mermaid",
            "--limit",
            "3",
        ],
        "",
    );
    assert!(code == 3 && out.contains("the first 3 reachable states"), "{out}");
}

#[test]
fn nothing_ends_a_session_but_quit() {
    let lines = "1 +\n:nothing\n:fire 99\n:fire\nbig'\n\u{1}\u{fffd}\nfill_big(3)\n:back\n:init 0\n:check none\n:load missing.wt\n1 + 1\n:load tests/cases/classic-die-hard.wt\nbig + 1\n:quit\nbig + 2\n";
    let (code, out, _) = run(&["repl", "tests/cases/classic-die-hard.wt"], lines);
    assert_eq!(code, 2, "{out}");
    assert!(
        out.contains("\n> big + 1\n1\n> :quit\n") && out.ends_with("> :quit\n"),
        "{out}"
    );
    let (code, out, _) = run(
        &["repl", "tests/cases/classic-die-hard.wt", "--quiet"],
        "big\nbig + small",
    );
    assert_eq!((code, out.as_str()), (0, "0\n0\n"));
}

#[test]
fn a_file_that_cannot_be_loaded_leaves_the_session() {
    let wrong = format!("{}/seeing-wrong.wt", env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(&wrong, "var x: 0..\n").unwrap();
    let lines = format!("fill_big\n:load missing.wt\nbig\n:load {wrong}\nbig + 1\n:trace\n");
    let (code, out, err) = run(&["repl", "tests/cases/classic-die-hard.wt"], &lines);
    assert_eq!(code, 2, "{out}");
    assert!(
        err.contains("missing.wt") && err.contains("seeing-wrong.wt"),
        "{err}"
    );
    assert!(
        out.contains("\n> big\n5\n") && out.contains("\n> big + 1\n6\n"),
        "{out}"
    );
    assert!(out.contains("1. fill_big"), "{out}");
    assert!(
        out.contains("goes on with tests/cases/classic-die-hard.wt"),
        "{out}"
    );
}

#[test]
fn a_call_that_is_no_event_says_what_is_missing() {
    let answers = |file: &str, lines: &str| run(&["repl", file, "--quiet"], lines).1;
    let out = answers("tests/cases/classic-mutex-broken.wt", ":events\n");
    let event = out.trim().split(['.', '(']).nth(1).unwrap().trim().to_owned();
    let out = answers(
        "tests/cases/classic-mutex-broken.wt",
        &format!("{event}()\n:trace\n"),
    );
    assert!(
        out.starts_with(&format!("`{event}` wants 1 argument more: `p: Process`\n")),
        "{out}"
    );
    assert!(!out.contains("\n1. "), "{out}");
    let out = answers("tests/cases/compose-interleaving.wt", "up()\nright.up()\n1 +\n");
    assert!(
        out.starts_with("there is no event `up`; did you mean `left.up`?\n"),
        "{out}"
    );
    let out = answers(
        "tests/cases/classic-die-hard.wt",
        ":fire 99999999999999999999999\n:fire 0\n",
    );
    let no = |n: &str| format!("there is no event number {n} here; :events lists them\n");
    assert_eq!(out, no("99999999999999999999999") + &no("0"));
}

#[test]
fn what_is_wrong_has_one_heading() {
    let (code, _, err) = run(
        &[
            "simulate",
            "tests/cases/classic-die-hard.wt",
            "--until",
            "bog == 2",
        ],
        "",
    );
    assert_eq!((code, err.matches("error").count()), (2, 1), "{err}");
    let (code, out, err) = run(&["explain", "E9999", "E0101", "E0000"], "");
    assert!(code == 2 && out.starts_with("E0101"), "{out}");
    assert!(err.contains("`E9999`") && err.contains("`E0000`"), "{err}");
}

#[test]
fn texts_in_other_forms_are_told_or_kept() {
    let file = |name: &str, bytes: &[u8]| {
        let path = format!("{}/seeing-{name}.wt", env!("CARGO_TARGET_TMPDIR"));
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let text = "var x: 0..2\ninit { x == 0 }\nevent up {\n  x := 1\n}\ninvariant i { x < 2 }\ncheck i\n";
    let wide: Vec<u8> = [0xFEFF]
        .into_iter()
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let (code, _, err) = run(&["check", &file("utf16", &wide)], "");
    assert!(
        code == 2 && err.contains("this is UTF-16 text") && err.contains("save it as UTF-8"),
        "{err}"
    );
    let (code, _, err) = run(&["check", &file("cr", text.replace('\n', "\r").as_bytes())], "");
    assert!(
        code == 2 && err.contains("error[E0123]") && err.contains("carriage return"),
        "{err}"
    );
    let crlf = file("crlf", text.replace('\n', "\r\n").as_bytes());
    assert_eq!(run(&["check", &crlf], "").0, 0);
    assert_eq!(
        run(&["fmt", "--check", &crlf], ""),
        (0, String::new(), String::new())
    );
    let messy = file(
        "messy",
        text.replace('\n', "\r\n").replace(" := ", ":=").as_bytes(),
    );
    assert_eq!(run(&["fmt", &messy], "").0, 0);
    assert_eq!(std::fs::read(&messy).unwrap(), std::fs::read(&crlf).unwrap());
}

/// What `show` says is impossible does not happen in any small case: no event changes what it does not write, and none
/// turns on an instance of an event that it cannot enable.
#[test]
fn what_is_not_listed_is_impossible() {
    let (mut systems, mut turned_on) = (0, 0);
    for case in cases() {
        let text = std::fs::read_to_string(&case).unwrap();
        let Some(model) = compile(Source::new("case.wt", text), &NoModules).model else {
            continue; // it uses a module
        };
        for command in model.commands.iter().filter(|c| c.kind == CommandKind::Check) {
            let system = &model.systems[command.system].system;
            let Ok(ground) = Ground::new(system, &command.scope, &[], 100_000, &Budget::default()) else {
                continue;
            };
            let Ok(graph) = StateGraph::new(&ground, 150) else {
                continue;
            };
            systems += 1;
            if graph.states.iter().any(|s| s.undefined) {
                continue; // an event that is undefined is neither enabled nor disabled
            }
            let mut enabled = vec![BTreeSet::new(); graph.states.len()];
            for arrow in &graph.steps {
                enabled[arrow.from].insert((arrow.event, arrow.args.clone()));
            }
            for arrow in &graph.steps {
                let (before, after) = (&graph.states[arrow.from].state, &graph.states[arrow.to].state);
                let flow = event_flow(system, arrow.event);
                for id in system.variable_ids() {
                    let same = before.variables[id.index()] == after.variables[id.index()];
                    assert!(
                        same || flow.writes.contains(&id),
                        "{case:?}: {}",
                        system.event(arrow.event).name
                    );
                }
                for (event, args) in enabled[arrow.to].iter().filter(|_| graph.complete) {
                    if !enabled[arrow.from].contains(&(*event, args.clone())) {
                        turned_on += 1;
                        let names = (&system.event(arrow.event).name, &system.event(*event).name);
                        assert!(can_enable(system, arrow.event, *event), "{case:?}: {names:?}");
                    }
                }
            }
        }
    }
    assert!(
        systems > 40 && turned_on > 1000,
        "{systems} systems, {turned_on} events turned on"
    );
}
