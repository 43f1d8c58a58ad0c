//! Runs in the Informal Trace Format are what ADR-015 of Apalache says, and say what the run says.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use model_checker::explicit::{self, Options, Silent};
use model_checker::liveness;
use serde_json::{Value as Json, json};
use support::{Case, cases};
use transition_system::{PropertyId, PropertyKind, Trace, Verdict};

/// Every run of a case: of what is violated, and of witnesses that are reached.
fn runs(case: &Case) -> Vec<(PropertyId, Trace)> {
    let system = &case.system;
    let temporal = |p: &PropertyId| system.property(*p).kind == PropertyKind::Temporal;
    let (later, now): (Vec<_>, Vec<_>) = system.property_ids().partition(temporal);
    let options = Options {
        limits: explicit::Limits {
            states: Some(3000),
            ..explicit::Limits::default()
        },
        ..Options::default()
    };
    let report = explicit::check(system, &case.scope, &now, &options, &mut Silent);
    let infinite = liveness::check(system, &case.scope, &later, &options, &mut Silent);
    let mut out = report.witnesses;
    for (id, verdict) in report.verdicts.into_iter().chain(infinite.verdicts) {
        if let Verdict::Violated(violation) = verdict {
            out.push((id, violation.trace));
        }
    }
    out
}

/// The expressions of the format.
fn check_expr(e: &Json) {
    match e {
        Json::Bool(_) | Json::String(_) => {}
        Json::Array(items) => items.iter().for_each(check_expr),
        Json::Object(fields) => {
            let special: Vec<&String> = fields.keys().filter(|k| k.starts_with('#')).collect();
            match special.as_slice() {
                [] => fields.values().for_each(check_expr),
                [key] => {
                    assert_eq!(fields.len(), 1, "{e}");
                    check_special(key, &fields[*key]);
                }
                _ => panic!("{e}"),
            }
        }
        Json::Null | Json::Number(_) => panic!("{e} is no expression"),
    }
}

fn check_special(key: &str, value: &Json) {
    match key {
        "#bigint" => {
            let digits = value.as_str().unwrap();
            assert!(digits.parse::<i64>().is_ok(), "{digits}");
        }
        "#tup" | "#set" => value.as_array().unwrap().iter().for_each(check_expr),
        "#map" => {
            for pair in value.as_array().unwrap() {
                let pair = pair.as_array().unwrap();
                assert_eq!(pair.len(), 2);
                pair.iter().for_each(check_expr);
            }
        }
        other => panic!("`{other}` is not of the format"),
    }
}

fn check_trace(trace: &Json, run: &Trace) {
    let names = |key: &str| -> Vec<String> {
        let list = trace[key].as_array().unwrap().iter();
        list.map(|n| n.as_str().unwrap().to_owned()).collect()
    };
    let (params, vars) = (names("params"), names("vars"));
    let states = trace["states"].as_array().unwrap();
    for (index, state) in states.iter().enumerate() {
        let state = state.as_object().unwrap();
        let params = if index == 0 { params.as_slice() } else { &[] };
        assert_eq!(state["#meta"]["index"], index);
        assert_eq!(state["#meta"].get("event").is_some(), index > 0);
        assert_eq!(state.len(), 1 + params.len() + vars.len());
        for name in params.iter().chain(&vars) {
            assert!(!name.starts_with('#'));
            check_expr(&state[name]);
        }
    }
    match run.loop_start {
        Some(start) => {
            assert_eq!(trace["loop"], start);
            assert!(start < states.len());
        }
        None => {
            assert!(trace.get("loop").is_none());
            assert_eq!(states.len(), run.len() + 1);
        }
    }
}

#[test]
fn every_run_is_of_the_format() {
    let (mut finite, mut infinite) = (0, 0);
    for case in cases() {
        for (_, run) in runs(&case) {
            let trace = export::itf::trace(&case.system, &run, "a run", &case.name);
            check_trace(&trace, &run);
            match run.loop_start {
                Some(_) => infinite += 1,
                None => finite += 1,
            }
        }
    }
    assert!(finite > 50, "only {finite} finite runs");
    assert!(infinite > 3, "only {infinite} infinite runs");
}

#[test]
fn values_are_shown_as_they_were_written() {
    let cases = cases();
    let case = cases.iter().find(|c| c.name == "lang-records").unwrap();
    let id = case.system.find_property("closed").unwrap();
    let runs = runs(case);
    let (_, run) = runs.iter().find(|(p, _)| *p == id).unwrap();
    let trace = export::itf::trace(&case.system, run, "a run", "lang-records.wt");
    let first = &trace["states"][0];
    let limits = json!({ "low": { "#bigint": "0" }, "high": { "#bigint": "0" } });
    assert_eq!(trace["params"], json!(["start"]));
    assert_eq!(first["start"], limits);
    assert_eq!(first["pair"], json!({ "#tup": [{ "#bigint": "0" }, false] }));
    assert_eq!(first["tag"], json!({ "value": false }));
    let none = json!({ "tag": "None", "value": { "#tup": [] } });
    let state = json!({ "phase": "Created", "limits": limits, "next": none });
    let both = json!({ "#map": [["Container#0", state], ["Container#1", state]] });
    assert_eq!(first["state"], both);
}
