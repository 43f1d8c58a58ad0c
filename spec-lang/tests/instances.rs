//! Instances: elements, values, evidence, what is left open, and commands about them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod common;

use common::{compiled, model};
use spec_lang::{CommandKind, Expectation, Severity};
use transition_system::eval::Evaluator;
use transition_system::{Given, Scope, System, Value};

const HOST: &str = "
module host
sort Container
sort Path
enum Cap { NetAdmin, SysAdmin, SysPtrace }
const caps: Container -> set Cap
const level: Container -> Cap -> 0..3
const peer: option Container
const reads: relation Container, Path
const debug: bool
const ports: set 0..9
var x: bool
init { x == debug }
invariant i { x == debug }
invariant j { card(ports) < 10 }
";

fn instance(body: &str) -> System {
    let model = model(&format!("{HOST}\ninstance prod of host {{\n{body}\n}}\n"));
    assert_eq!(model.systems.len(), 2);
    assert_eq!(
        (model.systems[0].name.as_str(), model.systems[0].instance),
        ("host", false)
    );
    assert_eq!(
        (model.systems[1].name.as_str(), model.systems[1].instance),
        ("prod", true)
    );
    model.systems.into_iter().nth(1).unwrap().system
}

/// The givens, each as `constant[keys] = value`.
fn givens(system: &System) -> Vec<String> {
    let scope = Scope::new();
    let evaluator = Evaluator::new(system, &scope);
    let state = transition_system::State {
        constants: Vec::new(),
        variables: Vec::new(),
    };
    let at = transition_system::eval::Context {
        state: &state,
        next: None,
    };
    let show = |e| {
        let value: Value = evaluator
            .value(e, at, &mut std::collections::HashMap::new())
            .unwrap();
        value.display(system)
    };
    let one = |g: &Given| {
        let keys: String = g.indices.iter().map(|k| format!("[{}]", show(*k))).collect();
        let value = g.value.map_or("?".to_owned(), show);
        format!("{}{keys} = {value}", system.constant(g.constant).name)
    };
    system.givens.iter().map(one).collect()
}

#[test]
fn sorts_get_their_elements_and_constants_their_values() {
    let system = instance(
        "caps[web] = { NetAdmin, Cap::SysPtrace }
         Container = { web, db, };
         level[db][SysAdmin] = 2, level[db][NetAdmin] = 0
         peer = some(db)
         Path = { etc, proc }
         reads = { (web, etc), (db, proc) }
         debug = true; ports = { 1, 9 }",
    );
    assert_eq!(system.sorts[0].elements, ["web", "db"]);
    assert_eq!(
        givens(&system),
        [
            "caps[web] = {NetAdmin, SysPtrace}",
            "level[db][SysAdmin] = 2",
            "level[db][NetAdmin] = 0",
            "peer = some(db)",
            "reads = {(web, etc), (db, proc)}",
            "debug = true",
            "ports = {1, 9}",
        ]
    );
}

#[test]
fn what_is_not_said_or_said_to_be_unknown_is_open() {
    let text = format!(
        "{HOST}\ninstance prod of host {{ Container = {{ web }}; unknown caps[web]; unknown peer; peer_is }}"
    );
    assert!(compiled(&text).model.is_none(), "`peer_is` says nothing");
    let out = compiled(&text.replace("peer_is", "ports = {}"));
    let warnings: Vec<_> = out
        .diagnostics
        .iter()
        .map(|d| (d.severity, d.message.as_str()))
        .collect();
    assert_eq!(
        warnings,
        [(
            Severity::Warning,
            "`prod` says nothing of `level`, `reads`, `debug`"
        )]
    );
    let system = &out.model.unwrap().systems[1].system;
    assert_eq!(givens(system), ["caps[web] = ?", "peer = ?", "ports = {}"]);
    assert_eq!(
        system.sorts[1].elements,
        Vec::<String>::new(),
        "a sort that is not named stays open"
    );
}

#[test]
fn evidence_belongs_to_what_stands_on_its_line() {
    let system = instance(
        "Container = { web }
         caps[web] = { NetAdmin, SysAdmin } //@ a.json:1:2
         level[web][SysAdmin] = 1           //@ b.json:1:2 //@ b.json:9:9
         //@ a line below
         ports = {                          //@ c.json:1:1
           1,                               //@ c.json:2:1
           2, 3                             //@ c.json:3:1
         }
         unknown debug //@ nobody knows
         unknown peer unknown reads",
    );
    let evidence: Vec<_> = system.givens.iter().map(|g| g.evidence.clone()).collect();
    assert_eq!(evidence[0], ["a.json:1:2"]);
    assert_eq!(system.givens[0].member_evidence.len(), 2);
    assert_eq!(evidence[1], ["b.json:1:2", "b.json:9:9", "a line below"]);
    assert_eq!(evidence[2], ["c.json:1:1"]);
    let of_ports: Vec<_> = system.givens[2]
        .member_evidence
        .iter()
        .map(|(_, e)| e.join(" "))
        .collect();
    assert_eq!(of_ports, ["c.json:2:1", "c.json:3:1", "c.json:3:1"]);
    assert_eq!(evidence[3], ["nobody knows"]);
    assert!(system.givens.iter().all(|g| g.origin.is_known()));
}

#[test]
fn lines_about_elements_are_combined_with_the_set_or_stay_partial() {
    let system = instance(
        "Container = { web, db }
         NetAdmin in caps[web]      //@ x:1
         caps[web] = { SysAdmin }   //@ x:2
         SysPtrace not in caps[web] //@ x:3
         SysPtrace in caps[db]      //@ y:1
         NetAdmin ∉ caps[db]        //@ y:2
         5 in ports",
    );
    assert_eq!(
        givens(&system),
        ["caps[web] = {NetAdmin, SysAdmin}", "caps[db] = ?", "ports = ?"]
    );
    assert_eq!(system.givens[0].member_evidence.len(), 3);
    assert_eq!(system.givens[1].member_evidence.len(), 2);
    assert_eq!(system.assumptions.len(), 3);
    let partial =
        instance("Container = { web }\nNetAdmin in caps[web]\nSysAdmin not in caps[web]\nPath = { p }");
    let scope = Scope::new();
    let evaluator = Evaluator::new(&partial, &scope);
    let sets: Vec<_> = evaluator
        .domain(partial.constants[0].ty)
        .unwrap()
        .into_iter()
        .filter(|caps| {
            let mut constants = vec![caps.clone()];
            constants.extend((1..partial.constants.len()).map(|i| {
                let domain = evaluator.domain(partial.constants[i].ty).unwrap();
                domain[0].clone()
            }));
            let state = transition_system::State {
                constants,
                variables: Vec::new(),
            };
            evaluator.constants_allowed(&state).unwrap()
        })
        .map(|caps| caps.display(&partial))
        .collect();
    assert_eq!(sets, ["[web -> {NetAdmin}]", "[web -> {NetAdmin, SysPtrace}]"]);
}

#[test]
fn every_value_must_be_one_of_its_type() {
    for (line, code) in [
        ("debug = 1", "E0301"),
        ("peer = web", "E0301"),
        ("caps = { NetAdmin }", "E0301"),
        ("level[web][SysAdmin] = 4", "E0308"),
        ("caps[web][web] = { NetAdmin }", "E0304"),
        ("caps[NetAdmin] = {}", "E0507"),
        ("reads = { (web, web) }", "E0507"),
        ("reads = { web }", "E0301"),
        ("debug = not true", "E0301"),
        ("nothing = 1", "E0201"),
        ("Cap = { A }", "E0201"),
        ("1 in peer", "E0304"),
        ("ports = { 1 }; ports = { 2 }", "E0506"),
        ("unknown debug; debug = true", "E0506"),
    ] {
        let out = compiled(&format!(
            "{HOST}\ninstance prod of host {{ Container = {{ web }} {line} }}"
        ));
        let codes: Vec<_> = out
            .diagnostics
            .iter()
            .filter(|d| d.is_error())
            .map(|d| d.code)
            .collect();
        assert_eq!(codes, [code], "{line}");
    }
}

#[test]
fn commands_speak_of_the_module_or_of_an_instance() {
    let given = "unknown caps unknown level unknown peer unknown reads unknown ports unknown debug";
    let text = format!(
        "{HOST}
instance one of host {{ Container = {{ a }} {given} }}
instance two of host {{ {given} }}
check i, one.i, two.j for Path = 2 expect holds
prove host.i using j, i expect proved
prove two.i using two.j
check j"
    );
    let model = model(&text);
    let command = |i: usize| {
        let c = &model.commands[i];
        let names: Vec<_> = c
            .properties
            .iter()
            .map(|p| model.systems[c.system].system.property(*p).name.clone())
            .collect();
        (
            c.kind,
            c.system,
            names.join(" "),
            c.lemmas.as_ref().map(Vec::len),
            c.expect,
        )
    };
    use CommandKind::{Check, Prove};
    assert_eq!(model.commands.len(), 6);
    assert_eq!(
        command(0),
        (Check, 0, "i".to_owned(), None, Some(Expectation::Holds))
    );
    assert_eq!(
        command(1),
        (Check, 1, "i".to_owned(), None, Some(Expectation::Holds))
    );
    assert_eq!(
        command(2),
        (Check, 2, "j".to_owned(), None, Some(Expectation::Holds))
    );
    assert_eq!(
        command(3),
        (Prove, 0, "i".to_owned(), Some(2), Some(Expectation::Proved))
    );
    assert_eq!(command(4), (Prove, 2, "i".to_owned(), Some(1), None));
    assert_eq!(command(5), (Check, 0, "j".to_owned(), None, None));
    let path = model.systems[2].system.find_sort("Path").unwrap();
    assert_eq!(model.commands[2].scope.size(path), Some(2));
    assert_eq!(model.commands[3].origin.line, 20);
}
