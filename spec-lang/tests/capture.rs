//! Definitions are written out without capture: random formulas, whose binders and parameters share a handful of
//! names, mean the same through definitions as by an evaluator of this file that knows substitution only.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use common::{scope, system, truth};
use proptest::prelude::*;
use transition_system::eval::Evaluator;
use transition_system::{Expr, ExprId, System};

/// A formula over elements of a sort with two elements, a relation `r`, and definitions `d0`, `d1`, ...
#[derive(Clone, Debug)]
enum Formula {
    /// `r(x, y)`
    Related(usize, usize),
    Equal(usize, usize),
    Not(Box<Formula>),
    And(Box<Formula>, Box<Formula>),
    Quant(bool, usize, Box<Formula>),
    /// Definition number (modulo those before), arguments.
    Call(usize, usize, usize),
    /// `x in s(y)` where `s(y)` is the set of what satisfies a definition with `y`.
    In(usize, usize, usize),
}

const NAMES: [&str; 3] = ["x", "y", "z"];

fn formula() -> impl Strategy<Value = Formula> {
    let name = 0..NAMES.len();
    let leaf = prop_oneof![
        (name.clone(), name.clone()).prop_map(|(a, b)| Formula::Related(a, b)),
        (name.clone(), name.clone()).prop_map(|(a, b)| Formula::Equal(a, b)),
        (0..3usize, name.clone(), name.clone()).prop_map(|(d, a, b)| Formula::Call(d, a, b)),
        (0..3usize, name.clone(), name.clone()).prop_map(|(d, a, b)| Formula::In(d, a, b)),
    ];
    leaf.prop_recursive(3, 12, 2, move |inner| {
        prop_oneof![
            inner.clone().prop_map(|f| Formula::Not(Box::new(f))),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| Formula::And(Box::new(a), Box::new(b))),
            (any::<bool>(), 0..NAMES.len(), inner).prop_map(|(q, n, f)| Formula::Quant(q, n, Box::new(f))),
        ]
    })
}

/// Writes a formula that may use the first `defs` definitions.
fn write(f: &Formula, defs: usize) -> String {
    match f {
        Formula::Related(a, b) => format!("r({}, {})", NAMES[*a], NAMES[*b]),
        Formula::Equal(a, b) => format!("{} == {}", NAMES[*a], NAMES[*b]),
        Formula::Not(f) => format!("not ({})", write(f, defs)),
        Formula::And(a, b) => format!("({}) and ({})", write(a, defs), write(b, defs)),
        Formula::Quant(all, n, f) => {
            let word = if *all { "forall" } else { "exists" };
            format!("({word} {}: C. {})", NAMES[*n], write(f, defs))
        }
        Formula::Call(_, a, b) | Formula::In(_, a, b) if defs == 0 => {
            format!("r({}, {})", NAMES[*a], NAMES[*b])
        }
        Formula::Call(d, a, b) => format!("d{}({}, {})", d % defs, NAMES[*a], NAMES[*b]),
        Formula::In(d, a, b) => format!("{} in s{}({})", NAMES[*a], d % defs, NAMES[*b]),
    }
}

/// The meaning, with values for the names in scope.
fn holds(f: &Formula, defs: &[Formula], r: &BTreeSet<(u32, u32)>, env: [u32; 3]) -> bool {
    match f {
        Formula::Related(a, b) => r.contains(&(env[*a], env[*b])),
        Formula::Equal(a, b) => env[*a] == env[*b],
        Formula::Not(f) => !holds(f, defs, r, env),
        Formula::And(a, b) => holds(a, defs, r, env) && holds(b, defs, r, env),
        Formula::Quant(all, n, f) => {
            let mut each = (0..2).map(|value| {
                let mut env = env;
                env[*n] = value;
                holds(f, defs, r, env)
            });
            if *all { each.all(|b| b) } else { each.any(|b| b) }
        }
        Formula::Call(_, a, b) | Formula::In(_, a, b) if defs.is_empty() => r.contains(&(env[*a], env[*b])),
        // `d(x, y)`, and `s(y) = { x: C | d(x, y) }`; `z` is bound in each body by a quantifier around it.
        Formula::Call(d, a, b) | Formula::In(d, a, b) => {
            let d = d % defs.len();
            (0..2).all(|z| holds(&defs[d], &defs[..d], r, [env[*a], env[*b], z]))
        }
    }
}

fn text(defs: &[Formula], goal: &Formula) -> String {
    let mut out = "sort C\nconst r: relation C, C\nvar v: bool\n".to_owned();
    for (i, d) in defs.iter().enumerate() {
        let _ = writeln!(out, "def d{i}(x: C, y: C): bool = forall z: C. {}", write(d, i));
        let _ = writeln!(out, "def s{i}(y: C): set C = {{ x: C | d{i}(x, y) }}");
    }
    let _ = writeln!(
        out,
        "invariant goal {{ forall x: C. exists y: C. forall z: C. {} }}",
        write(goal, defs.len())
    );
    out
}

/// Every binder is bound by one expression.
fn binders_are_bound_once(system: &System) {
    let mut bound = BTreeMap::new();
    for i in 0..system.arena.expr_count() {
        let id = ExprId::new(i);
        if let Expr::Quant(_, b, _) | Expr::Compr(b, _) | Expr::Lambda(b, _) = system.arena.expr(id) {
            assert_eq!(bound.insert(*b, id), None, "two expressions bind one binder");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn definitions_mean_what_substitution_says(defs in proptest::collection::vec(formula(), 0..4), goal in formula()) {
        let system = system(&text(&defs, &goal));
        binders_are_bound_once(&system);
        let scope = scope(&system, 2);
        for state in Evaluator::new(&system, &scope).initial_states().unwrap() {
            let transition_system::Value::Set(pairs) = &state.constants[0] else { panic!("a relation") };
            let number = |v: &transition_system::Value| match v {
                transition_system::Value::Element(_, i) => *i,
                _ => panic!("an element"),
            };
            let r: BTreeSet<(u32, u32)> = pairs.iter().map(|p| match p {
                transition_system::Value::Tuple(p) => (number(&p[0]), number(&p[1])),
                _ => panic!("a pair"),
            }).collect();
            let each = 0..2u32;
            let want = each.clone().all(|x| each.clone().any(|y| {
                each.clone().all(|z| holds(&goal, &defs, &r, [x, y, z]))
            }));
            prop_assert_eq!(truth(&system, &scope, "goal", &state), want, "{}", text(&defs, &goal));
        }
    }
}

#[test]
fn a_definition_used_twice_has_binders_of_its_own() {
    let text = "sort C var o: C -> C
        def others(c: C): set C = { d: C | d != c and o[d] == c }
        invariant i { forall d: C. others(d) & others(o[d]) == {} }";
    let system = system(text);
    binders_are_bound_once(&system);
    let comprehensions = (0..system.arena.expr_count())
        .filter(|i| matches!(system.arena.expr(ExprId::new(*i)), Expr::Compr(..)))
        .count();
    assert_eq!(comprehensions, 2);
}

#[test]
fn equal_uses_of_a_definition_are_one_expression() {
    let text = "sort C var o: C -> C
        def others(c: C): set C = { d: C | d != c and o[d] == c }
        invariant i { forall d: C. others(d) == others(d) and card(others(d)) >= 0 }";
    let system = system(text);
    let comprehensions = (0..system.arena.expr_count())
        .filter(|i| matches!(system.arena.expr(ExprId::new(*i)), Expr::Compr(..)))
        .count();
    assert_eq!(comprehensions, 1);
}
