//! Runs in the Informal Trace Format of Apalache (ADR-015), which Quint and trace viewers read.
//!
//! Constants are `params`, set in the first state. Integers are `#bigint`, sets `#set`, maps `#map`, tuples `#tup`; records and
//! sequences, which the system keeps as tuples and options, are records and lists again. Options are the variants
//! `None` and `Some`, enumerators and elements strings. An infinite run has `loop`, the state that follows the last.

use serde_json::{Map, Value as Json, json};
use transition_system::view::View;
use transition_system::{State, System, Trace, Value};

/// A run as a trace object. `about` says in a sentence what it is a run of, `source` names the specification.
#[must_use]
pub fn trace(system: &System, run: &Trace, about: &str, source: &str) -> Json {
    let params: Vec<&str> = system.constants.iter().map(|c| c.name.as_str()).collect();
    let vars: Vec<&str> = system.variables.iter().map(|v| v.name.as_str()).collect();
    // the last state of a lasso is the one that it returns to: the format has it once
    let last = match run.loop_start {
        Some(start) if start < run.len() => run.len() - 1,
        _ => run.len(),
    };
    let states: Vec<Json> = (0..=last)
        .filter_map(|i| Some(state(system, run, i, run.state(i)?)))
        .collect();
    let mut meta = json!({
        "format": "ITF",
        "format-description": "https://apalache-mc.org/docs/adr/015adr-trace.html",
        "source": source,
        "description": about,
    });
    if last < run.len()
        && let Some(step) = run.steps.last()
    {
        meta["loop-event"] = run.call(system, step).into();
    }
    let mut out = json!({ "#meta": meta, "params": params, "vars": vars, "states": states });
    if let Some(start) = run.loop_start {
        out["loop"] = start.into();
    }
    out
}

fn state(system: &System, run: &Trace, index: usize, state: &State) -> Json {
    let mut out = Map::new();
    let mut meta = json!({ "index": index });
    if let Some(step) = index.checked_sub(1).and_then(|i| run.steps.get(i)) {
        meta["event"] = run.call(system, step).into();
    }
    out.insert("#meta".to_owned(), meta);
    if index == 0 {
        for (id, v) in system.constant_ids().zip(&state.constants) {
            out.insert(
                system.constant(id).name.clone(),
                value(system, system.views.constant(id), v),
            );
        }
    }
    for (id, v) in system.variable_ids().zip(&state.variables) {
        out.insert(
            system.variable(id).name.clone(),
            value(system, system.views.variable(id), v),
        );
    }
    Json::Object(out)
}

/// A value as the format writes it.
#[must_use]
pub fn value(system: &System, view: &View, v: &Value) -> Json {
    let plain = &View::Plain;
    match (view, v) {
        (View::Record(fields), v) => record(system, fields, v),
        (View::Seq(most, of), v) => {
            let items = transition_system::view::items(v, *most);
            items.into_iter().map(|i| value(system, of, i)).collect()
        }
        (View::Multiset(of), Value::Map(entries)) => {
            let held = entries.iter().filter(|(_, n)| n.as_int() != Some(0));
            let pairs: Vec<Json> = held
                .map(|(k, n)| json!([value(system, of, k), value(system, plain, n)]))
                .collect();
            json!({ "#map": pairs })
        }
        (_, Value::Bool(b)) => Json::Bool(*b),
        (_, Value::Int(n)) => json!({ "#bigint": n.to_string() }),
        (_, Value::Enumerator(..) | Value::Element(..)) => Json::String(v.display(system)),
        (_, Value::None) => json!({ "tag": "None", "value": { "#tup": [] } }),
        (view, Value::Some(inner)) => {
            let of = if let View::Option(of) = view { of } else { plain };
            json!({ "tag": "Some", "value": value(system, of, inner) })
        }
        (view, Value::Set(items)) => {
            let items: Vec<Json> = items.iter().map(|i| value(system, view.element(), i)).collect();
            json!({ "#set": items })
        }
        (view, Value::Map(entries)) => {
            let (keys, values) = view.entries();
            let pair = |(k, x): (&Value, &Value)| json!([value(system, keys, k), value(system, values, x)]);
            let pairs: Vec<Json> = entries.iter().map(pair).collect();
            json!({ "#map": pairs })
        }
        (View::Tuple(views), Value::Tuple(parts)) => {
            let parts: Vec<Json> = views
                .iter()
                .zip(parts)
                .map(|(w, p)| value(system, w, p))
                .collect();
            json!({ "#tup": parts })
        }
        (_, Value::Tuple(parts)) => {
            let parts: Vec<Json> = parts.iter().map(|p| value(system, plain, p)).collect();
            json!({ "#tup": parts })
        }
    }
}

fn record(system: &System, fields: &[(String, View)], v: &Value) -> Json {
    let whole = std::slice::from_ref(v);
    let parts = match v {
        Value::Tuple(parts) if fields.len() > 1 => parts.as_slice(),
        _ => whole,
    };
    let pairs = fields.iter().zip(parts);
    let pairs = pairs.map(|((name, view), part)| (name.clone(), value(system, view, part)));
    Json::Object(pairs.collect())
}
