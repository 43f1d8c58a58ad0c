//! The graph of reachable states, as a picture.

use model_checker::walk::{Arrow, StateGraph, Vertex};
use transition_system::{BinderId, EventId, System, Value};

use super::graph::{Graph, Line, Shape};

/// The graph, one node a state.
#[must_use]
pub fn graph(states: &StateGraph<'_>) -> Graph {
    let system = states.system;
    let mut graph = Graph {
        name: system.name.clone(),
        ..Graph::default()
    };
    let many = states.states.len();
    graph.remarks.push(if states.complete {
        format!("{many} reachable states; a run begins where the line is double")
    } else {
        format!("the first {many} reachable states; there are more (--limit)")
    });
    for vertex in &states.states {
        let shape = match (vertex.violated.is_empty() && !vertex.undefined, vertex.initial) {
            (false, _) => Shape::Marked,
            (true, true) => Shape::Start,
            (true, false) => Shape::Box,
        };
        graph.node(label(system, vertex), shape);
    }
    for arrow in &states.steps {
        graph.edge(arrow.from, arrow.to, call(system, arrow), Line::Solid);
    }
    graph
}

fn label(system: &System, vertex: &Vertex) -> String {
    let place = |(id, value): (_, &Value)| {
        let shown = value.show(system, system.views.variable(id));
        format!("{} = {shown}", system.variable(id).name)
    };
    let places = system.variable_ids().zip(&vertex.state.variables);
    let mut lines: Vec<String> = places.map(place).collect();
    let violated = vertex
        .violated
        .iter()
        .map(|p| format!("not {}", system.property(*p).name));
    lines.extend(violated);
    if vertex.undefined {
        lines.push("an event is undefined".to_owned());
    }
    lines.join("\n")
}

fn call(system: &System, arrow: &Arrow) -> String {
    instance(system, arrow.event, &arrow.args)
}

/// An instance of an event, with its choices: `migrate(r = disk) choosing d = db`.
#[must_use]
pub fn instance(system: &System, event: EventId, args: &[Value]) -> String {
    let event = system.event(event);
    let show = |binders: &[BinderId], values: &[Value]| {
        let one = |(b, v): (&BinderId, &Value)| {
            format!(
                "{} = {}",
                system.arena.binder_info(*b).name,
                v.show(system, system.views.binder(*b))
            )
        };
        binders.iter().zip(values).map(one).collect::<Vec<_>>().join(", ")
    };
    let (params, choices) = args.split_at(event.params.len().min(args.len()));
    let chosen = show(&event.choices, choices);
    let chosen = if chosen.is_empty() {
        chosen
    } else {
        format!(" choosing {chosen}")
    };
    format!("{}({}){chosen}", event.name, show(&event.params, params))
}
