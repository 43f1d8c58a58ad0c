//! What expressions mean: small ones, each with the value computed by hand.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod common;

use common::values;

const PRELUDE: &str = "
enum E { A, B, D }
enum Other { B, Z }
sort C
const four: int = 2 + 2
const twice: 0..20 = four * 2
def double(n: 0..9): 0..20 = n + n
def only(e: E): set E = { f: E | f == e }
def least: 0..9 = 1
";

/// Each expression of type `ty` has just this value.
fn mean(ty: &str, rows: &[(&str, &str)]) {
    for (e, value) in rows {
        let found: Vec<_> = values(PRELUDE, ty, e).into_iter().collect();
        assert_eq!(found, [*value], "`{e}`");
    }
}

#[test]
fn numbers() {
    mean(
        "-9..20",
        &[
            ("1 + 2 * 3", "7"),
            ("(1 + 2) * 3", "9"),
            ("9 - 3 - 2", "4"),
            ("-7 / 2", "-4"),
            ("7 / -2", "-3"),
            ("-7 % 2", "1"),
            ("7 % -2", "1"),
            ("-(2 + 3)", "-5"),
            ("- 2 * 3", "-6"),
            ("- four", "-4"),
            ("twice", "8"),
            ("double(four)", "8"),
            ("least", "1"),
            ("1_0", "10"),
            ("card({ n: 0..9 | n % 3 == 0 })", "4"),
            ("let n = 3 in n * n", "9"),
            ("let n = let m = 2 in m + 1 in n * n", "9"),
            ("if 1 < 2 then 1 else 2", "1"),
            ("if 2 < 1 then 1 else if true then 5 else 2", "5"),
            ("match some(4) { none => 0, some(n) => n + 1 }", "5"),
            ("some(3).value", "3"),
            ("(7, 8).1", "8"),
            ("[n: 0..3 => n * n][3]", "9"),
        ],
    );
}

#[test]
fn precedence_of_truth_values() {
    mean(
        "bool",
        &[
            ("not true or true", "true"),
            ("true or false and false", "true"),
            ("(true or false) and false", "false"),
            ("false => false => false", "true"),
            ("(false => false) => false", "false"),
            ("true <=> false or true", "true"),
            ("false => true <=> true", "true"),
            ("not 1 == 2", "true"),
            ("1 + 1 == 2 and 2 < 3", "true"),
            ("not 1 in {2, 3}", "true"),
            ("1 not in {2, 3} and 2 in {2}", "true"),
            ("3 > 2 and 2 >= 2 and 2 <= 2 and not 2 < 2", "true"),
            ("∀ e: E. ∃ f: E. e ≠ f ∧ ¬(e == f)", "true"),
            ("forall e: E. e == A or e != A and true", "true"),
            ("(forall e: E. e == A) or true", "true"),
            ("if true then false else true or true", "false"),
            ("let x = true in x and not x or x", "true"),
            ("let inside = (A in {A}) in inside", "true"),
            ("match true { true => false, false => true }", "false"),
        ],
    );
}

#[test]
fn sets() {
    mean(
        "set E",
        &[
            ("{}", "{}"),
            ("{ B, A, A }", "{A, B}"),
            ("{ A } | { E::B } & { D }", "{A}"),
            ("{ A, B } \\ { A } | { A }", "{A, B}"),
            ("{ e: E | e != A }", "{B, D}"),
            ("{ e in { A, D } | e != A }", "{D}"),
            ("{ e in { A } | only(D) & only(D) == {} }", "{}"),
            ("only(A) | only(D)", "{A, D}"),
            ("if true then {} else { A }", "{}"),
            ("match D { A, B => { A }, _ => {} }", "{}"),
            ("let s = { B, D } in s \\ { D }", "{B}"),
        ],
    );
    mean(
        "bool",
        &[
            ("{} subset only(A)", "true"),
            ("{ A, B } ⊆ { A }", "false"),
            ("A in only(A) | only(B) and D not in only(A) & only(D)", "true"),
            ("card(only(A)) == 1 and only(A) != only(B)", "true"),
            ("forall e in only(D). e == D", "true"),
            ("exists e in only(D) | only(A), f: E. e == A and f == B", "true"),
            ("forall e, f in only(D). e == f", "true"),
            ("{} == { e: E | e == A and e == B }", "true"),
            ("forall s: set E. s subset s | only(A)", "true"),
            (
                "5 in { n: 0..9 | n > 3 } and not 50 in { n: 0..9 | n > 3 }",
                "true",
            ),
        ],
    );
}

#[test]
fn relations_tuples_maps_and_options() {
    mean(
        "relation E, bool",
        &[
            ("{ (A, true), (B, false) }", "{(A, true), (B, false)}"),
            ("{ e: E, b: bool | e == D and b }", "{(D, true)}"),
            ("{ e in only(B), b: bool | true }", "{(B, false), (B, true)}"),
        ],
    );
    mean(
        "bool",
        &[
            (
                "let r = { e: E, b: bool | b } in r(A, true) and not r(A, false) and (D, true) in r",
                "true",
            ),
            ("(A, 1) == (A, 2 - 1) and (A, 1) != (B, 1)", "true"),
            ("let o = some(A) in o != none and some(A) == o", "true"),
            ("forall o: option E. o == none or o.value in { A, B, D }", "true"),
        ],
    );
    mean(
        "E -> bool",
        &[("[e: E => e == B]", "[A -> false, B -> true, D -> false]")],
    );
    mean(
        "option E",
        &[
            ("some(B)", "some(B)"),
            ("none", "none"),
            ("if false then some(A) else none", "none"),
        ],
    );
    mean(
        "(E, 0..3)",
        &[
            ("(B, 3)", "(B, 3)"),
            ("match some(D) { none => (A, 0), some(e) => (e, 1) }", "(D, 1)"),
        ],
    );
}

#[test]
fn numbers_and_ranges_mix() {
    let prelude = "const x: 0..3\nconst y: 1..5\nassume x == 2\nassume y == 3\ndef up(n: int): int = n + 1\n\
                   def far(o: option int): bool = o == some(7)\n";
    let rows = [
        (
            "bool",
            "card({ x, y }) == 2 and card({ x, x + 1, y }) == 2",
            "true",
        ),
        (
            "bool",
            "some(x + 1) == some(y) and (x + 1, y) == (y, x + 1)",
            "true",
        ),
        (
            "bool",
            "x in { 2, 9 } and y - 1 in { x } and 77 not in { n: 0..3 | true }",
            "true",
        ),
        (
            "bool",
            "x + 0 in { 2 } | { x } and x in { x } | { 1 } and {} subset { x }",
            "true",
        ),
        ("bool", "far(some(y + 4)) and not far(some(x))", "true"),
        (
            "bool",
            "(if true then x else 100) == 2 and [k: 0..3 => k][y - 1] == x",
            "true",
        ),
        (
            "bool",
            "match some(x) { none => 0, some(v) => v + 100 } == 102",
            "true",
        ),
        ("0..9", "up(up(x))", "4"),
        ("option 0..9", "some(x * y)", "some(6)"),
        ("(0..9, 0..9)", "(x, 9)", "(2, 9)"),
        ("set 0..9", "{ x, y, 7 }", "{2, 3, 7}"),
    ];
    for (ty, e, value) in rows {
        let found: Vec<_> = values(prelude, ty, e).into_iter().collect();
        assert_eq!(found, [value], "`{e}`");
    }
}

#[test]
fn enumerators_of_one_name_are_told_apart_by_type() {
    mean(
        "Other",
        &[
            ("B", "B"),
            ("Other::B", "B"),
            ("match E::B { A => Z, B => B, D => Z }", "B"),
        ],
    );
    mean(
        "bool",
        &[
            ("exists o: Other. o == B", "true"),
            ("B == A", "false"),
            ("A == B", "false"),
            ("Z == B", "false"),
        ],
    );
}

#[test]
fn an_open_constant_has_every_value_and_a_sort_every_element() {
    let prelude = format!("{PRELUDE}\nconst c: C\nconst flag: bool\nassume not flag");
    assert_eq!(values(&prelude, "C", "c").len(), 2);
    assert_eq!(
        values(&prelude, "bool", "flag").into_iter().collect::<Vec<_>>(),
        ["false"]
    );
}

#[test]
fn and_or_implies_and_if_stop_early() {
    mean(
        "bool",
        &[
            ("forall o: option E. o != none => o.value == o.value", "true"),
            ("forall o: option E. o == none or o.value == o.value", "true"),
            ("forall n: 0..9. n != 0 and 10 / n >= 1 or n == 0", "true"),
            (
                "forall o: option E. if o == none then true else o.value == o.value",
                "true",
            ),
        ],
    );
}
