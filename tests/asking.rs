//! What the command line asks of `check`: other sizes, other properties, values along runs, every violation, ends.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value as Json;

const TWO: &str = "module two
sort Thing
var seen: set Thing
var level: 0..3
init { seen == {}; level == 0 }
event see(t: Thing) { when t not in seen; seen += t }
event climb { when level < 3; level := level + 1 }
event jump { when level < 2; level := level + 2 }
invariant low { level <= 1 }
transition slow { level' <= level + 1 }
witness all_seen { forall t: Thing. t in seen }
witness top { level == 3 }
check low, slow for Thing = 1 for Thing = 2
check all_seen for Thing = 1
";

fn specification(name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("asking-{name}.wt"));
    std::fs::write(&path, text).unwrap();
    path
}

/// Exit code and both outputs of `check`.
fn check(path: &PathBuf, args: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_watertight"))
        .arg("check")
        .arg(path)
        .args(args)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

fn results(path: &PathBuf, args: &[&str]) -> (i32, Vec<Json>) {
    let (code, out, err) = check(path, &[args, &["--format", "json"]].concat());
    let json: Json = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out}{err}"));
    (code, json["results"].as_array().unwrap().clone())
}

#[test]
fn sizes_of_the_command_line_replace_those_of_the_file() {
    let path = specification("sizes", TWO);
    let (_, rows) = results(&path, &["--for", "Thing=3"]);
    let asked: Vec<_> = rows
        .iter()
        .map(|r| (r["property"].as_str().unwrap(), r["scope"].as_str().unwrap()))
        .collect();
    // two commands that differed in size are one
    assert_eq!(
        asked,
        [
            ("low", "Thing = 3"),
            ("slow", "Thing = 3"),
            ("all_seen", "Thing = 3")
        ]
    );
    assert_eq!(rows[2]["trace"]["steps"].as_array().unwrap().len(), 3);
}

#[test]
fn what_is_for_another_order_is_named() {
    let path = specification("order", TWO);
    for (args, said) in [
        (
            &["--order", "depth-first", "--symmetry"][..],
            "error: --symmetry is for the search breadth first, which --order asks not to make",
        ),
        (
            &["--bit-state", "1", "--symmetry", "--merge-steps"],
            "error: --symmetry, --merge-steps are for the search breadth first, which --bit-state asks not to make",
        ),
        (
            &["--hash-compact", "--forget-dead"],
            "help: leave it out, or --hash-compact",
        ),
    ] {
        let (code, _, err) = check(&path, args);
        assert_eq!(code, 2);
        assert!(err.contains(said), "{err}");
    }
}

#[test]
fn a_sort_has_one_size() {
    let path = specification("twice", TWO);
    let sizes = ["--for", "Thing=2, Thing=3"];
    for more in [&[][..], &["--property", "low"]] {
        let (code, _, err) = check(&path, &[&sizes, more].concat());
        assert_eq!(code, 2);
        assert!(err.contains("`Thing` is given two sizes"), "{err}");
    }
}

#[test]
fn formulas_are_checked_as_properties_are() {
    let path = specification("formulas", TWO);
    let formula = "level == 3 => Thing#1 in seen";
    let (code, rows) = results(
        &path,
        &["--property", formula, "--property", "top", "--for", "Thing=2"],
    );
    assert_eq!(code, 1);
    assert_eq!(
        (&rows[0]["property"], &rows[0]["verdict"]),
        (&"top".into(), &"holds".into())
    );
    assert_eq!(
        (&rows[1]["property"], &rows[1]["verdict"]),
        (&formula.into(), &"violated".into())
    );
    assert_eq!(rows[1]["trace"]["steps"].as_array().unwrap().len(), 2);
    let (code, rows) = results(&path, &["--property", "level >= 0"]);
    assert_eq!((code, &rows[0]["verdict"]), (0, &"holds".into()));
    // a formula that is undefined somewhere is violated there
    let (code, rows) = results(&path, &["--property", "6 / (2 - level) > 0"]);
    assert_eq!(code, 1);
    assert!(
        rows[0]["reason"].as_str().unwrap().contains("a divisor is zero"),
        "{}",
        rows[0]
    );
}

/// Steps from a state that is known are looked at, though the states behind them may not be kept.
#[test]
fn what_is_found_at_a_limit_is_violated() {
    let path = specification("limit", TWO);
    let (code, rows) = results(
        &path,
        &["--all-violations", "--max-states", "1", "--for", "Thing=1"],
    );
    assert_eq!(code, 1);
    for row in &rows[..2] {
        assert_eq!(row["verdict"], "violated", "{row}");
        assert_eq!(row["trace"]["steps"].as_array().unwrap().len(), 1);
    }
    assert_eq!(rows[2]["verdict"], "unknown");
}

#[test]
fn a_run_to_a_state_is_shortest_and_has_values() {
    let path = specification("trace", TWO);
    let args = [
        "--trace-to",
        "level == 3",
        "--eval",
        "level * 2",
        "--eval",
        "1 / level",
        "--for",
        "Thing=2",
    ];
    let (code, rows) = results(&path, &args);
    assert_eq!((code, rows.len()), (0, 1));
    assert_eq!(rows[0]["trace"]["steps"].as_array().unwrap().len(), 2);
    let values = rows[0]["values"].as_array().unwrap();
    assert_eq!(
        (&values[0]["type"], &values[0]["values"][2]),
        (&"int".into(), &"6".into())
    );
    assert_eq!(
        (&values[1]["values"][0], &values[1]["values"][2]),
        (&Json::Null, &"0".into())
    );
    let (_, text, _) = check(&path, &args);
    assert!(
        text.contains("eval level * 2 = 6") && text.contains("is undefined: a divisor is zero"),
        "{text}"
    );
    let (code, text, _) = check(&path, &["--trace-to", "level > 3"]);
    assert!(code == 1 && text.contains("VACUOUS"), "{text}");
    let (_, text, _) = check(&path, &["--runs"]);
    assert!(text.contains("1. see(t = Thing#0)"), "{text}");
}

#[test]
fn every_event_that_breaks_a_property_is_told() {
    let path = specification("every", TWO);
    let (code, rows) = results(
        &path,
        &[
            "--property",
            "low",
            "--property",
            "slow",
            "--all-violations",
            "--for",
            "Thing=1",
            "--stats",
        ],
    );
    assert_eq!(code, 1);
    // `low` by jump from 0 or 1 and by climb from 1, each with one thing seen or not
    assert_eq!(rows[0]["violating"], 4);
    let ways = rows[0]["ways"].as_array().unwrap();
    assert_eq!(
        (ways.len(), &ways[0]["event"], &ways[0]["count"]),
        (1, &"climb".into(), &2.into())
    );
    assert_eq!(ways[0]["trace"]["steps"].as_array().unwrap().len(), 2);
    assert_eq!(
        (&rows[1]["violating"], rows[1]["ways"].as_array().unwrap().len()),
        (&4.into(), 0)
    );
    let search = &rows[0]["search"];
    assert_eq!(
        (&search["states"], &search["exhaustive"]),
        (&8.into(), &true.into())
    );
    assert_eq!(search["states_by_depth"], serde_json::json!([1, 3, 3, 1]));
    assert_eq!(search["events"][0]["fired"], 4);
    assert!(rows[1].get("search").is_none());
}

#[test]
fn promises_do_not_end_the_search_for_every_violation() {
    let text = TWO.replace("when level < 2; level := level + 2", "level := level + 2");
    let path = specification("promises", &text);
    let (code, text, _) = check(
        &path,
        &[
            "--property",
            "low",
            "--property",
            "top",
            "--all-violations",
            "--for",
            "Thing=1",
        ],
    );
    assert!(
        code == 1 && text.contains("also by climb") && text.contains("also in jump, 2 such states"),
        "{text}"
    );
    assert!(text.contains("reached   in 2 steps"), "{text}");
}

#[test]
fn runs_may_end_where_they_are_meant_to() {
    let path = specification("ends", TWO);
    let ends = |terminal: &str| {
        results(
            &path,
            &["--terminal", terminal, "--property", "top", "--for", "Thing=2"],
        )
    };
    for terminal in ["level == 3", "top", "seen != {}"] {
        let (code, rows) = ends(terminal);
        assert_eq!(
            (code, &rows[1]["property"], &rows[1]["verdict"]),
            (0, &"no_deadlock".into(), &"holds".into())
        );
    }
    let (code, rows) = ends("low");
    assert_eq!((code, &rows[1]["verdict"]), (1, &"violated".into()));
    assert_eq!(rows[1]["trace"]["steps"].as_array().unwrap().len(), 4);
}

#[test]
fn what_is_wrong_is_said() {
    let path = specification("wrong", TWO);
    let cases: [(&[&str], &str); 9] = [
        (&["--property", "levl == 1"], "did you mean `level`?"),
        (&["--property", "level"], "expression:1:1"),
        (&["--trace-to", "level =="], "expected an expression"),
        (&["--eval", "nothing"], "there is no value `nothing`"),
        (&["--for", "Thin=2"], "its open sorts are `Thing`"),
        (&["--for", "Thing=0"], "a sort has from 1 to 4096 elements"),
        (&["--system", "three"], "the file has `two`"),
        (&["--terminal", "slow"], "speaks of steps"),
        (&["--all-violations", "--engine", "bmc"], "is of explicit states"),
    ];
    for (args, wanted) in cases {
        let (code, out, err) = check(&path, args);
        assert!(
            code == 2 && err.starts_with("error") && err.contains(wanted),
            "{args:?}: {out}{err}"
        );
    }
}

#[test]
fn progress_is_told_to_programs() {
    let path = specification("progress", TWO);
    let (_, _, err) = check(
        &path,
        &[
            "--property",
            "top",
            "--progress",
            "json",
            "--max-states",
            "1000",
            "--progress-every",
            "0.001",
        ],
    );
    let lines: Vec<Json> = err.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let last = lines.last().unwrap();
    assert_eq!(
        (&last["system"], &last["properties"][0]),
        (&"two".into(), &"top".into())
    );
    assert!(last["states"].as_u64().unwrap() > 0 && last["limits_used"]["states"].as_f64().unwrap() > 0.0);
}
