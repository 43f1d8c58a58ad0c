//! Texts made to hurt: deep, long, wide, doubling. Each gives an error or a system, in bounded time.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use spec_lang::{Compilation, NoModules, Source, compile};

const PRELUDE: &str = "sort C\nvar x: bool\nvar n: 0..9\nvar m: C -> bool\n";

/// Far above what is needed (a megabyte takes about a second when optimized): the machine may be busy.
const LIMIT: Duration = Duration::from_secs(if cfg!(debug_assertions) { 120 } else { 20 });

/// Compiles, in bounded time and without contradicting itself.
fn quickly(what: &str, text: &str) -> Compilation {
    let start = Instant::now();
    let out = compile(Source::new("t.wt", text), &NoModules);
    assert!(start.elapsed() < LIMIT, "{what} took {:?}", start.elapsed());
    assert!(
        out.diagnostics.iter().all(|d| d.code != "E0900"),
        "{what}: {:?}",
        out.diagnostics
    );
    out
}

fn codes(out: &Compilation) -> Vec<&str> {
    let mut codes: Vec<_> = out.diagnostics.iter().map(|d| d.code).collect();
    codes.dedup();
    codes
}

fn refused(what: &str, body: &str) {
    let out = quickly(what, &format!("{PRELUDE}invariant i {{ {body} }}\n"));
    assert_eq!(codes(&out), ["E0104"], "{what}");
}

fn accepted(what: &str, body: &str) {
    let out = quickly(what, &format!("{PRELUDE}invariant i {{ {body} }}\n"));
    assert!(out.model.is_some(), "{what}: {:?}", out.diagnostics);
}

#[test]
fn deep_expressions_are_refused() {
    let n = 10_000;
    refused("parentheses", &format!("{}x{}", "(".repeat(n), ")".repeat(n)));
    refused("unclosed parentheses", &"(".repeat(n));
    refused("braces", &"{".repeat(n));
    refused("not", &format!("{}x", "not ".repeat(n)));
    refused("minus", &format!("{}1 == 1", "- ".repeat(n)));
    refused("quantifiers", &format!("{}x", "forall c: C. ".repeat(n)));
    refused("conditions", &format!("{}x", "if x then x else ".repeat(n)));
    refused("lets", &format!("{}x", "let y = x in ".repeat(n)));
    refused("sums", &format!("{}1 == 1", "n + ".repeat(n)));
    refused("implications", &format!("{}x", "x => ".repeat(n)));
    refused("primes", &format!("x{}", "'".repeat(n)));
}

#[test]
fn deep_types_and_statements_are_refused() {
    let n = 10_000;
    let out = quickly("options", &format!("var x: {}bool\n", "option ".repeat(n)));
    assert_eq!(codes(&out), ["E0104"]);
    let out = quickly("maps", &format!("var x: {}bool\n", "bool -> ".repeat(n)));
    assert_eq!(codes(&out), ["E0104"]);
    let out = quickly(
        "else if",
        &format!(
            "{PRELUDE}event e() {{ {} x := true }}\n",
            "if x { n := 1 } else ".repeat(n)
        ),
    );
    assert!(out.model.is_none());
    let ifs = "if x { n := 1 } else ".repeat(n);
    let out = quickly(
        "else if",
        &format!("{PRELUDE}event e() {{ {ifs} {{ x := true }} }}\n"),
    );
    assert_eq!(codes(&out), ["E0104"]);
}

#[test]
fn nesting_below_the_limit_is_accepted() {
    let n = 200;
    accepted("parentheses", &format!("{}x{}", "(".repeat(n), ")".repeat(n)));
    accepted("quantifiers", &format!("{}x", "forall c: C. ".repeat(n)));
    accepted("sums", &format!("{}1 == 1", "n + ".repeat(n)));
    accepted("implications", &format!("{}x", "x => ".repeat(n)));
}

#[test]
fn long_chains_of_and_and_or_are_accepted() {
    accepted("and", &format!("{}x", "x and ".repeat(50_000)));
    accepted("or", &format!("{}x", "m == [c: C => x] or ".repeat(5_000)));
}

#[test]
fn definitions_that_double_take_linear_time() {
    let mut text = PRELUDE.to_owned();
    text.push_str("def f0(): bool = x\ndef s0(): set C = { c: C | m[c] }\n");
    for i in 1..=100 {
        let _ = writeln!(text, "def f{i}(): bool = f{p}() <=> not f{p}()", p = i - 1);
        let _ = writeln!(text, "def s{i}(): set C = s{p}() & s{p}()", p = i - 1);
    }
    text.push_str("invariant i { f100() }\ninvariant j { forall c: C. c in s100() }\n");
    let out = quickly("doubling", &text);
    assert!(out.model.is_some(), "{:?}", out.diagnostics);
}

#[test]
fn definitions_that_lead_too_deep_are_refused() {
    let mut text = PRELUDE.to_owned();
    text.push_str("def f0(): bool = x\ndef s0(): set C = { c: C | m[c] }\n");
    for i in 1..=5_000 {
        let _ = writeln!(text, "def f{i}(): bool = not (x and f{}())", i - 1);
        let _ = writeln!(text, "def s{i}(): set C = s{}()", i - 1);
    }
    text.push_str("invariant i { f5000() }\ninvariant j { forall c: C. c in s5000() }\n");
    let out = quickly("a tower", &text);
    assert_eq!(codes(&out), ["E0104"]);
}

#[test]
fn equalities_inside_equalities_are_not_checked_exponentially_often() {
    let mut e = "none".to_owned();
    for i in 0..80 {
        e = format!("some(({e}, n + {i})) == none");
        e = format!("({e}, {{}}) == ({e}, {{}})")
            .chars()
            .take(100_000)
            .collect();
        if e.len() > 50_000 {
            break;
        }
    }
    quickly("equalities", &format!("{PRELUDE}invariant i {{ {e} }}\n"));
    let mut e = "none == 1".to_owned();
    for _ in 0..80 {
        e = format!("(some(({e}, n)) == none) == 1");
    }
    quickly("wrong equalities", &format!("{PRELUDE}invariant i {{ {e} }}\n"));
    let mut e = "{}".to_owned();
    for _ in 0..80 {
        e = format!("(if x then {e} else {{}})");
    }
    quickly(
        "open sets",
        &format!("{PRELUDE}invariant i {{ {e} == {{ c: C | true }} }}\n"),
    );
}

#[test]
fn a_megabyte_of_declarations_and_of_rubbish() {
    let mut text = PRELUDE.to_owned();
    let mut i = 0;
    let size = if cfg!(debug_assertions) { 1 << 18 } else { 1 << 20 };
    while text.len() < size {
        let _ = writeln!(
            text,
            "event e{i}(c: C) {{ when m[c] and n < 3\n  m[c] := false\n  n := n + 1 }}"
        );
        i += 1;
    }
    assert!(quickly("declarations", &text).model.is_some());
    for rubbish in [
        "@#!%^ ",
        "var ",
        "{ ",
        "event e { when ",
        "x := ",
        "\u{2200}\u{2203} ",
        "//@ a\n",
        "/// a\n",
        "0..1..2 ",
    ] {
        let out = quickly(rubbish, &rubbish.repeat((size >> 3) / rubbish.len()));
        assert!(!out.diagnostics.is_empty(), "{rubbish}");
    }
}
