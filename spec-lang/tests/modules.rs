//! Modules: what a name means across files, and what a system of several modules holds.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::collections::HashMap;

use spec_lang::{Compilation, Loader, Source, compile, render};

struct Files(HashMap<&'static str, &'static str>);

impl Loader for Files {
    fn load(&self, module: &str) -> Result<Option<Source>, String> {
        if module == "locked" {
            return Err("permission denied".to_owned());
        }
        Ok(self
            .0
            .get(module)
            .map(|text| Source::new(format!("{module}.wt"), *text)))
    }
}

const KERNEL: &str = "module linux::kernel
sort Task
enum State { Up, Down }
const limit: 0..3
var state: Task -> State
def up(t: Task): bool = state[t] == Up
init { forall t: Task. state[t] == Down }
event boot(t: Task) { state[t] := Up }
invariant sound { limit <= 3 }
";

const NET: &str = "module linux::net
use linux::kernel
const limit: 0..5
var links: set Task
init { links == {} }
event boot(t: Task) { when up(t)  links += t }
invariant bounded { forall t in links. up(t) and limit <= 5 }
";

fn files() -> Files {
    Files(HashMap::from([
        ("linux::kernel", KERNEL),
        ("linux::net", NET),
        (
            "linux::other",
            "module linux::other\nconst limit: bool\nsort Task\n",
        ),
    ]))
}

fn compiled(text: &str) -> Compilation {
    compile(Source::new("dir/root.wt", text), &files())
}

fn codes(text: &str) -> Vec<&'static str> {
    compiled(text).diagnostics.iter().map(|d| d.code).collect()
}

#[test]
fn a_system_holds_all_used_modules_and_names_are_qualified_where_needed() {
    let out = compiled(
        "module mine\nuse linux::net\nuse linux::kernel as k\nvar limit: bool\nevent boot() { limit := true }
         invariant sound { forall t: k::Task. t in links => k::up(t) and k::state[t] == k::Up and net::limit < 5 }",
    );
    assert!(
        out.diagnostics.is_empty(),
        "{}",
        render(&out.diagnostics, &out.sources, false)
    );
    let model = out.model.unwrap();
    let system = &model.systems[0].system;
    let names = |list: Vec<&str>| list.join(" ");
    assert_eq!(system.name, "mine");
    assert_eq!(
        names(system.constants.iter().map(|c| c.name.as_str()).collect()),
        "linux::kernel::limit linux::net::limit"
    );
    assert_eq!(
        names(system.variables.iter().map(|v| v.name.as_str()).collect()),
        "state links limit"
    );
    assert_eq!(
        names(system.events.iter().map(|e| e.name.as_str()).collect()),
        "linux::kernel::boot linux::net::boot boot"
    );
    assert_eq!(
        names(system.properties.iter().map(|p| p.name.as_str()).collect()),
        "linux::kernel::sound bounded sound"
    );
    assert_eq!(system.events[1].origin.file.as_ref(), "linux::net.wt");
    assert_eq!(system.init.len(), 2);
}

#[test]
fn an_alias_hides_bare_names_and_a_bare_name_of_two_modules_is_ambiguous() {
    assert_eq!(
        codes("use linux::kernel as k\ninvariant i { limit == 0 }"),
        ["E0201"]
    );
    assert_eq!(
        codes("use linux::kernel\nuse linux::other\ninvariant i { true }"),
        Vec::<&str>::new()
    );
    assert_eq!(
        codes("use linux::kernel\nuse linux::other\ninvariant i { limit }"),
        ["E0203"]
    );
    assert_eq!(
        codes("use linux::kernel\nuse linux::other\ninvariant i { other::limit }"),
        Vec::<&str>::new()
    );
    assert_eq!(
        codes("use linux::kernel\nuse linux::other\ninvariant i { linux::other::limit }"),
        Vec::<&str>::new()
    );
    assert_eq!(
        codes("use linux::kernel\nconst limit: bool\ninvariant i { limit }"),
        Vec::<&str>::new()
    );
    assert_eq!(
        codes("use linux::net\ninvariant i { forall t in links. up(t) }"),
        ["E0201"],
        "not passed on"
    );
}

#[test]
fn a_module_that_cannot_be_read_hides_what_it_might_declare() {
    let out = compiled("use locked\ninvariant i { whatever == 1 }\nvar x: nothing::T");
    let messages: Vec<_> = out.diagnostics.iter().map(|d| d.message.as_str()).collect();
    assert_eq!(messages, ["module `locked` cannot be read: permission denied"]);
}

#[test]
fn an_instance_of_a_library_module_stands_alone() {
    let text = "use linux::net as host\ninstance prod of host { Task = { init_, sshd }; limit = 4; kernel::limit = 1 }\ncheck bounded\ncheck prod.kernel::sound";
    let out = compiled(text);
    assert!(
        out.diagnostics.is_empty(),
        "{}",
        render(&out.diagnostics, &out.sources, false)
    );
    let model = out.model.unwrap();
    assert_eq!(model.systems.len(), 1);
    let system = &model.systems[0].system;
    assert_eq!(system.sorts[0].elements, ["init_", "sshd"]);
    assert_eq!(system.givens.len(), 2);
    let checked: Vec<_> = model
        .commands
        .iter()
        .map(|c| system.property(c.properties[0]).name.as_str())
        .collect();
    assert_eq!(checked, ["bounded", "sound"]);
    let full = text
        .replace("use linux::net as host\n", "")
        .replace("of host", "of linux::net");
    assert_eq!(codes(&full), Vec::<&str>::new());
}

#[test]
fn the_root_is_named_by_its_header_or_its_file() {
    let name = |text: &str| compiled(text).model.unwrap().systems[0].name.clone();
    assert_eq!(name("var x: bool"), "root");
    assert_eq!(name("module a::b\nvar x: bool"), "a::b");
}

#[test]
fn errors_in_used_modules_point_into_them() {
    let files = Files(HashMap::from([("bad", "module bad\nvar x: Nothing\n")]));
    let out = compile(Source::new("root.wt", "use bad\ninvariant i { x == x }"), &files);
    assert_eq!(out.diagnostics.len(), 1);
    assert!(render(&out.diagnostics, &out.sources, false).contains("--> bad.wt:2:8"));
}

#[test]
fn equal_texts_give_equal_results() {
    let text = "use linux::net\nuse linux::other\nvar x: Tsk\ninvariant i { limit }\ncheck j";
    let show = || {
        let out = compiled(text);
        render(&out.diagnostics, &out.sources, true)
    };
    assert_eq!(show(), show());
}

/// A comma behind a column of a relation begins the next argument, if a name and `=` follow.
#[test]
fn a_relation_can_be_an_argument() {
    let module = "module bag(sort Key, const most: 1..3)\nvar held: set Key\ninit { held == {} }\n\
        event load(k: Key) { when card(held) < most  held += k }\n";
    let files = Files(HashMap::from([("bag", module)]));
    let compiled = |args: &str| {
        let text = format!(
            "use bag({args}) as b\nenum Side {{ Left, Right }}\ninvariant i {{ card(b::held) <= 3 }}\n"
        );
        compile(Source::new("dir/root.wt", text), &files)
    };
    for args in [
        "Key = relation Side, bool, most = 2",
        "most = 2, Key = relation Side, bool",
        "Key = relation Side, Side, bool, most = 2,",
        "Key = relation Side, (Side, bool)\n, most = 2",
    ] {
        let out = compiled(args);
        let text = render(&out.diagnostics, &out.sources, false);
        assert!(out.model.is_some(), "{args}\n{text}");
    }
    assert!(compiled("Key = relation Side, most = 2").model.is_none());
}

/// Nobody says what its parameters are, so nothing is said of a range that they bound.
#[test]
fn what_a_parameter_bounds_is_no_error_where_nothing_gives_it() {
    let module = "module bag(sort Key, const most: 1..3)\n\
        def marks(n: int): set 0..most + 1 = { x: 0..most + 1 | x < n }\n\
        invariant i { sum(marks(2)) < 9 and max(marks(2)) < 5 and min(marks(2)) < 5 }\n";
    let files = Files(HashMap::from([("bag", module)]));
    let out = compile(
        Source::new("dir/root.wt", "use bag(Key = bool, most = 2) as b\nvar v: bool\n"),
        &files,
    );
    let text = render(&out.diagnostics, &out.sources, false);
    assert!(out.model.is_some(), "{text}");
}
