//! Who reads and writes what, and which event can enable which.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use transition_system::depend::{can_enable, event_flow};
use transition_system::{EventId, System, VarId, text};

/// Variables `x` (a map), `s` (a set), `b` (a truth value), `o` (an option), and events with these guards and updates.
fn system(events: &[(&str, &str, &str)]) -> System {
    let mut out =
        "(system t)\n(enum E A B C)\n(sort S)\n(var x (map (sort S) (enum E)))\n(var s (set (sort S)))\n\
         (var b bool)\n(var o (option (sort S)))\n(binder $0 k (sort S))\n(binder $1 l (sort S))\n"
            .to_owned();
    for (name, guard, update) in events {
        out += &format!("(event {name} ($0 $1) () - {guard} ({update}))\n");
    }
    text::read(&out).unwrap_or_else(|e| panic!("{e:?}\n{out}"))
}

fn names(system: &System, ids: &std::collections::BTreeSet<VarId>) -> String {
    ids.iter()
        .map(|v| system.variable(*v).name.as_str())
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn an_assignment_of_a_place_reads_no_other_place() {
    let of = |update: &str| {
        let system = system(&[("e", "(var b)", update)]);
        let flow = event_flow(&system, EventId::new(0));
        assert_eq!(names(&system, &flow.guard), "b");
        format!(
            "{} / {}",
            names(&system, &flow.reads),
            names(&system, &flow.writes)
        )
    };
    assert_eq!(of("(x (store (var x) $0 (enumerator E A)))"), "b / x");
    assert_eq!(of("(s (union (var s) (set (set (sort S)) $0)))"), "b / s");
    assert_eq!(of("(x (store (var x) $0 (apply (var x) $0)))"), "b / x");
    assert_eq!(of("(x (store (var x) $0 (apply (var x) $1)))"), "x b / x");
    assert_eq!(of("(s (inter (var s) (set (set (sort S)) $0)))"), "s b / s");
    assert_eq!(
        of("(x (ite (is-some (var o)) (store (var x) $0 (enumerator E A)) (var x)))"),
        "b o / x"
    );
}

#[test]
fn what_cannot_enable_is_told() {
    let enables = |update: &str, guard: &str| {
        let system = system(&[("first", "true", update), ("second", guard, "")]);
        can_enable(&system, EventId::new(0), EventId::new(1))
    };
    let a = "(x (store (var x) $0 (enumerator E A)))";
    assert!(enables(a, "(= (apply (var x) $1) (enumerator E A))"));
    assert!(!enables(a, "(= (apply (var x) $1) (enumerator E B))"));
    assert!(enables(a, "(not (= (apply (var x) $1) (enumerator E B)))"));
    assert!(!enables(a, "(not (= (apply (var x) $1) (enumerator E A)))"));
    let add = "(s (union (var s) (set (set (sort S)) $0)))";
    let remove = "(s (diff (var s) (set (set (sort S)) $0)))";
    assert!(enables(add, "(in $1 (var s))") && !enables(remove, "(in $1 (var s))"));
    assert!(!enables(add, "(not (in $1 (var s)))") && enables(remove, "(not (in $1 (var s)))"));
    let empty = "(= (var s) (set (set (sort S))))";
    assert!(!enables(add, empty) && enables(remove, empty));
    assert!(enables("(b true)", "(var b)") && !enables("(b false)", "(var b)"));
    assert!(!enables("(b true)", "(is-some (var o))"));
    assert!(
        enables("(o (some (option (sort S)) $0))", "(is-some (var o))")
            && !enables("(o (none (option (sort S))))", "(is-some (var o))")
    );
    assert!(!enables(
        "(o (none (option (sort S))))",
        "(= (var o) (some (option (sort S)) $1))"
    ));
}
