//! The rule book: what holds of every [`System`] that an engine may be given. The front end guarantees it,
//! tests run it before every engine.
//!
//! 1. Names are unique: enumerations and sorts together, constants and variables together, events,
//!    properties; enumerators and elements within their type. An enumeration has an enumerator; a range is
//!    not empty.
//! 2. Ids are in range of their tables, and every expression is well-typed (`int` and ranges mix, in
//!    comparison and arithmetic only; a range-typed place holds an expression of that range or a literal in
//!    it, through [`Expr::Narrow`] where need be).
//! 3. Binders and keys range over types without `int`, so that a scope makes them finite.
//! 4. Assumptions and givens speak of constants only; `init`, properties, guards and updates of no next
//!    state, but for transition properties.
//! 5. Formulas of axioms and properties are closed; guards, updates, actors and promises of an event are
//!    closed but for its parameters and choices. A binder is introduced at most once in nesting.
//! 6. An event updates a variable at most once, and all formulas are of type `bool`.
//! 7. Given values and indices are literals of the constant's type.
//! 8. Alternatives of one event have the parameters of one event, in number and type, and one fairness as a
//!    whole; no event has the name of the whole.
//! 9. A temporal property has a temporal formula, and `true` as its other one; no other property has one. Its parts are
//!    formulas of one state, closed but for the binders of the quantifiers around them.
//! 10. Components differ in their names, speak of what is there, and no two own one variable or property.
//! 11. Only transition properties have clauses, one at most for each event; its formula and promises are closed but
//!     for the event's parameters and choices.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::expr::Expr;
use crate::ids::{BinderId, ExprId, TypeId};
use crate::system::{Event, Promise, Property, PropertyKind, System};
use crate::temporal::Temporal;
use crate::types::Type;

/// A broken rule: its number, and what breaks it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The number in the module's list.
    pub rule: u8,
    /// What, in words.
    pub what: String,
}

/// Checks every rule.
///
/// # Errors
/// Every rule that is broken, in order of the tables.
pub fn validate(system: &System) -> Result<(), Vec<Broken>> {
    let mut checker = Checker {
        system,
        broken: Vec::new(),
        facts: HashMap::new(),
    };
    checker.names();
    checker.types();
    checker.givens();
    checker.formulas();
    checker.events();
    checker.alternatives();
    checker.components();
    if checker.broken.is_empty() {
        Ok(())
    } else {
        Err(checker.broken)
    }
}

struct Checker<'a> {
    system: &'a System,
    broken: Vec<Broken>,
    facts: HashMap<ExprId, Facts>,
}

/// What an expression mentions, itself or below.
#[derive(Clone, Debug, Default)]
struct Facts {
    state: bool,
    next: bool,
    free: Vec<BinderId>,
}

/// What a formula may mention.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reads {
    Constants,
    State,
    TwoStates,
}

impl Checker<'_> {
    fn broken(&mut self, rule: u8, what: impl Into<String>) {
        self.broken.push(Broken {
            rule,
            what: what.into(),
        });
    }

    fn unique<'b>(&mut self, what: &str, names: impl Iterator<Item = &'b String>) {
        let mut seen = BTreeSet::new();
        for name in names {
            if !seen.insert(name) {
                self.broken(1, format!("{what} `{name}` is declared twice"));
            }
        }
    }

    fn names(&mut self) {
        let s = self.system;
        self.unique(
            "type",
            s.enumerations
                .iter()
                .map(|e| &e.name)
                .chain(s.sorts.iter().map(|x| &x.name)),
        );
        self.unique(
            "name",
            s.constants
                .iter()
                .map(|c| &c.name)
                .chain(s.variables.iter().map(|v| &v.name)),
        );
        self.unique("event", s.events.iter().map(|e| &e.name));
        self.unique("property", s.properties.iter().map(|p| &p.name));
        for e in &s.enumerations {
            self.unique("enumerator", e.enumerators.iter());
            if e.enumerators.is_empty() {
                self.broken(1, format!("enumeration `{}` is empty", e.name));
            }
        }
        for sort in &s.sorts {
            self.unique("element", sort.elements.iter());
        }
    }

    fn components(&mut self) {
        let s = self.system;
        self.unique("component", s.components.iter().map(|c| &c.name));
        let (mut variables, mut properties) = (BTreeSet::new(), BTreeSet::new());
        for c in &s.components {
            let mut twice = false;
            for v in c.variables.iter().chain(&c.private) {
                twice |= !variables.insert(*v) || v.index() >= s.variables.len();
            }
            for p in &c.properties {
                twice |= !properties.insert(*p) || p.index() >= s.properties.len();
            }
            if twice || c.events.iter().any(|e| e.index() >= s.events.len()) {
                self.broken(10, format!("the component `{}` owns what is not its own", c.name));
            }
        }
    }

    fn types(&mut self) {
        let arena = &self.system.arena;
        for index in 0..arena.type_count() {
            match arena.type_of_id(TypeId::new(index)) {
                Type::Range { lo, hi } if lo > hi => self.broken(1, format!("the range {lo}..{hi} is empty")),
                Type::Enum(e) if e.index() >= self.system.enumerations.len() => {
                    self.broken(2, "a type names an enumeration that is not there");
                }
                Type::Sort(s) if s.index() >= self.system.sorts.len() => {
                    self.broken(2, "a type names a sort that is not there");
                }
                Type::Map(k, _) if !self.finite(*k) => self.broken(3, "the keys of a map are not finite"),
                Type::Set(t) if !self.finite(*t) && !matches!(arena.type_of_id(*t), Type::Int) => {
                    self.broken(3, "the elements of a set are not finite");
                }
                Type::Tuple(parts) if parts.len() < 2 => {
                    self.broken(2, "a tuple has fewer than two components")
                }
                _ => {}
            }
        }
    }

    fn finite(&self, ty: TypeId) -> bool {
        match self.system.arena.type_of_id(ty) {
            Type::Int => false,
            Type::Bool | Type::Range { .. } | Type::Enum(_) | Type::Sort(_) => true,
            Type::Option(t) | Type::Set(t) => self.finite(*t),
            Type::Map(k, v) => self.finite(*k) && self.finite(*v),
            Type::Tuple(parts) => parts.iter().all(|p| self.finite(*p)),
        }
    }

    fn givens(&mut self) {
        for given in &self.system.givens {
            let Some(constant) = self.system.constants.get(given.constant.index()) else {
                self.broken(7, "a given names a constant that is not there");
                continue;
            };
            let mut ty = constant.ty;
            for index in &given.indices {
                let Type::Map(k, v) = *self.system.arena.type_of_id(ty) else {
                    self.broken(7, format!("`{}` is indexed too often", constant.name));
                    break;
                };
                self.literal(*index, k, &constant.name);
                ty = v;
            }
            if let Some(value) = given.value {
                self.literal(value, ty, &constant.name);
            }
        }
    }

    fn literal(&mut self, expr: ExprId, ty: TypeId, name: &str) {
        if !self.system.arena.is_literal(expr) || !self.fits(expr, ty) {
            self.broken(
                7,
                format!("what is given of `{name}` is not a literal of its type"),
            );
        }
    }

    fn formulas(&mut self) {
        let s = self.system;
        for axiom in &s.assumptions {
            self.closed_formula("assumption", axiom.formula, &axiom.promises, Reads::Constants);
        }
        for axiom in &s.init {
            self.closed_formula("init", axiom.formula, &axiom.promises, Reads::State);
        }
        for p in &s.properties {
            let reads = if p.kind == PropertyKind::Transition {
                Reads::TwoStates
            } else {
                Reads::State
            };
            self.closed_formula(&p.name, p.formula, &p.promises, reads);
            self.temporal(p);
            self.clauses(p);
        }
    }

    fn clauses(&mut self, property: &Property) {
        let name = &property.name;
        if !property.steps.is_empty() && property.kind != PropertyKind::Transition {
            self.broken(11, format!("`{name}` has clauses, but is not about steps"));
        }
        let mut seen = BTreeSet::new();
        for clause in &property.steps {
            let Some(event) = self.system.events.get(clause.event.index()) else {
                self.broken(11, format!("`{name}` has a clause of an event that is not there"));
                continue;
            };
            if !seen.insert(clause.event) {
                self.broken(11, format!("`{name}` has two clauses of `{}`", event.name));
            }
            let allowed: BTreeSet<_> = event.binders().collect();
            for f in std::iter::once(clause.formula).chain(clause.promises.iter().map(|p| p.holds)) {
                self.formula(name, f, Reads::TwoStates, &allowed);
            }
        }
    }

    fn temporal(&mut self, p: &Property) {
        let is_temporal = p.kind == PropertyKind::Temporal;
        if is_temporal != p.temporal.is_some() || (is_temporal && !self.is_true(p.formula)) {
            self.broken(
                9,
                format!("`{}` has the formula of another kind of property", p.name),
            );
        }
        let Some(formula) = &p.temporal else { return };
        let mut work = vec![formula];
        while let Some(next) = work.pop() {
            if let Temporal::And(list) | Temporal::Or(list) = next
                && list.len() < 2
            {
                self.broken(9, format!("`{}` joins fewer than two formulas", p.name));
            }
            work.extend(next.parts());
        }
        for (around, state) in formula.states() {
            let binders: BTreeSet<_> = around.iter().map(|(_, b)| *b).collect();
            if binders.len() < around.len() {
                self.broken(5, format!("`{}` binds one binder twice", p.name));
            }
            if !binders
                .iter()
                .all(|b| self.finite(self.system.arena.binder_info(*b).ty))
            {
                self.broken(3, format!("`{}` has a binder that is not finite", p.name));
            }
            self.formula(&p.name, state, Reads::State, &binders);
        }
    }

    fn is_true(&self, formula: ExprId) -> bool {
        self.system.arena.as_bool(formula) == Some(true)
    }

    fn closed_formula(&mut self, what: &str, formula: ExprId, promises: &[Promise], reads: Reads) {
        for f in std::iter::once(formula).chain(promises.iter().map(|p| p.holds)) {
            self.formula(what, f, reads, &BTreeSet::new());
        }
    }

    fn formula(&mut self, what: &str, f: ExprId, reads: Reads, allowed: &BTreeSet<BinderId>) {
        if *self.system.arena.type_of(f) != Type::Bool {
            self.broken(6, format!("`{what}` is not a truth value"));
        }
        self.expression(what, f, reads, allowed);
    }

    fn expression(&mut self, what: &str, e: ExprId, reads: Reads, allowed: &BTreeSet<BinderId>) {
        self.learn(what, e);
        let facts = self.facts.get(&e).cloned().unwrap_or_default();
        if !facts.free.iter().all(|b| allowed.contains(b)) {
            self.broken(5, format!("`{what}` is not closed"));
        }
        if facts.state && reads == Reads::Constants {
            self.broken(4, format!("`{what}` reads a variable"));
        }
        if facts.next && reads != Reads::TwoStates {
            self.broken(4, format!("`{what}` reads the next state"));
        }
    }

    /// Facts about an expression and all below it, each node once; those that are ill-typed are reported.
    fn learn(&mut self, what: &str, root: ExprId) {
        let arena = &self.system.arena;
        let mut stack = vec![(root, false)];
        while let Some((id, ready)) = stack.pop() {
            if self.facts.contains_key(&id) {
                continue;
            }
            let node = arena.expr(id);
            if !ready {
                stack.push((id, true));
                node.for_each_child(|c| stack.push((c, false)));
                continue;
            }
            let mut facts = Facts {
                state: matches!(node, Expr::Var(_)),
                next: matches!(node, Expr::Next(_)),
                free: match node {
                    Expr::Bound(b) => vec![*b],
                    _ => Vec::new(),
                },
            };
            node.for_each_child(|c| {
                if let Some(below) = self.facts.get(&c) {
                    facts.state |= below.state;
                    facts.next |= below.next;
                    let new = below.free.iter().filter(|b| !facts.free.contains(b)).copied();
                    let new: Vec<_> = new.collect();
                    facts.free.extend(new);
                }
            });
            facts.free.retain(|b| Some(*b) != node.binder());
            self.facts.insert(id, facts);
            if !self.well_typed(id) {
                let what = format!("an expression of `{what}` is not well-typed: {node:?}");
                self.broken(2, what);
            }
        }
    }

    fn events(&mut self) {
        for event in &self.system.events {
            let allowed: BTreeSet<_> = event.binders().collect();
            for b in &allowed {
                if !self.finite(self.system.arena.binder_info(*b).ty) {
                    self.broken(3, format!("a parameter of `{}` is not finite", event.name));
                }
            }
            self.formula(&event.name, event.guard, Reads::State, &allowed);
            for p in &event.promises {
                self.formula(&event.name, p.holds, Reads::State, &allowed);
            }
            if let Some(actor) = event.actor {
                self.expression(&event.name, actor, Reads::State, &allowed);
            }
            let mut seen = BTreeSet::new();
            for update in &event.updates {
                let Some(variable) = self.system.variables.get(update.variable.index()) else {
                    self.broken(
                        2,
                        format!("`{}` updates a variable that is not there", event.name),
                    );
                    continue;
                };
                if !seen.insert(update.variable) {
                    self.broken(6, format!("`{}` updates `{}` twice", event.name, variable.name));
                }
                self.expression(&event.name, update.value, Reads::State, &allowed);
                if !self.fits(update.value, variable.ty) {
                    self.broken(
                        2,
                        format!(
                            "`{}` gives `{}` a value of another type",
                            event.name, variable.name
                        ),
                    );
                }
            }
        }
    }

    fn alternatives(&mut self) {
        let s = self.system;
        let types =
            |e: &Event| -> Vec<TypeId> { e.params.iter().map(|b| s.arena.binder_info(*b).ty).collect() };
        let mut first: BTreeMap<&str, &Event> = BTreeMap::new();
        for event in &s.events {
            let Some(whole) = &event.alternative else { continue };
            if s.find_event(&whole.of).is_some() {
                self.broken(
                    8,
                    format!("`{}` is an event and a whole of alternatives", whole.of),
                );
            }
            let one = *first.entry(&whole.of).or_insert(event);
            if one.alternative.as_ref() != Some(whole) || types(one) != types(event) {
                self.broken(
                    8,
                    format!("`{}` and `{}` are not alternatives", one.name, event.name),
                );
            }
        }
    }

    /// Whether an expression may stand where a value of type `ty` is stored.
    fn fits(&self, e: ExprId, ty: TypeId) -> bool {
        let arena = &self.system.arena;
        if arena.type_id(e) == ty {
            return true;
        }
        match (arena.expr(e), arena.type_of_id(ty)) {
            (Expr::Int(n), Type::Range { lo, hi }) => (lo..=hi).contains(&n),
            (Expr::Some(a), Type::Option(t)) => self.fits(*a, *t),
            (Expr::Tuple(xs), Type::Tuple(ts)) => {
                xs.len() == ts.len() && xs.iter().zip(ts).all(|(x, t)| self.fits(*x, *t))
            }
            (Expr::SetLit(_, xs), Type::Set(t)) => xs.iter().all(|x| self.fits(*x, *t)),
            (Expr::Ite(_, a, b), _) => self.fits(*a, ty) && self.fits(*b, ty),
            (_, Type::Int) => arena.type_of(e).is_integer(),
            (_, _) => false,
        }
    }

    /// Whether two expressions have a common type.
    fn alike(&self, a: ExprId, b: ExprId) -> bool {
        let arena = &self.system.arena;
        let both_integers = arena.type_of(a).is_integer() && arena.type_of(b).is_integer();
        both_integers || self.fits(a, arena.type_id(b)) || self.fits(b, arena.type_id(a))
    }

    fn well_typed(&self, id: ExprId) -> bool {
        let arena = &self.system.arena;
        let bool = |e: &ExprId| *arena.type_of(*e) == Type::Bool;
        let integer = |e: &ExprId| arena.type_of(*e).is_integer();
        let table = |len: usize, index: usize| index < len;
        match arena.expr(id) {
            Expr::Bool(_) | Expr::Int(_) | Expr::Bound(_) => true,
            Expr::Enumerator(e, i) => self
                .system
                .enumerations
                .get(e.index())
                .is_some_and(|e| table(e.enumerators.len(), *i as usize)),
            Expr::Element(s, i) => self
                .system
                .sorts
                .get(s.index())
                .is_some_and(|s| table(s.elements.len(), *i as usize)),
            Expr::Const(c) => self
                .system
                .constants
                .get(c.index())
                .is_some_and(|c| c.ty == arena.type_id(id)),
            Expr::Var(v) | Expr::Next(v) => self
                .system
                .variables
                .get(v.index())
                .is_some_and(|v| v.ty == arena.type_id(id)),
            Expr::Not(a) => bool(a),
            Expr::And(xs) | Expr::Or(xs) => xs.len() >= 2 && xs.iter().all(bool),
            Expr::Implies(a, b) => bool(a) && bool(b),
            Expr::Ite(c, a, b) => bool(c) && self.alike(*a, *b),
            Expr::Eq(a, b) => self.alike(*a, *b),
            Expr::Lt(a, b)
            | Expr::Le(a, b)
            | Expr::Add(a, b)
            | Expr::Sub(a, b)
            | Expr::Mul(a, b)
            | Expr::Div(a, b)
            | Expr::Mod(a, b) => integer(a) && integer(b),
            Expr::Neg(a) => integer(a),
            Expr::Narrow(a, t) => integer(a) && matches!(arena.type_of_id(*t), Type::Range { .. }),
            Expr::Quant(_, b, body) => bool(body) && self.finite(arena.binder_info(*b).ty),
            Expr::Fold(_, b, condition, body) => {
                bool(condition) && integer(body) && self.finite(arena.binder_info(*b).ty)
            }
            Expr::Compr(b, body) => bool(body) && self.finite(arena.binder_info(*b).ty),
            Expr::None(t) => matches!(arena.type_of_id(*t), Type::Option(_)),
            Expr::Some(a) => matches!(arena.type_of(id), Type::Option(t) if self.fits(*a, *t)),
            Expr::IsSome(a) | Expr::Unwrap(a) => matches!(arena.type_of(*a), Type::Option(_)),
            Expr::SetLit(t, xs) => xs.iter().all(|x| self.fits(*x, *t)),
            Expr::In(a, s) => matches!(arena.type_of(*s), Type::Set(t) if self.fits(*a, *t)),
            Expr::Subset(a, b) | Expr::Union(a, b) | Expr::Inter(a, b) | Expr::Diff(a, b) => {
                matches!(arena.type_of(*a), Type::Set(_)) && self.alike(*a, *b)
            }
            Expr::Card(a) => matches!(arena.type_of(*a), Type::Set(_)),
            Expr::Closure(a) => match arena.type_of(*a) {
                Type::Set(t) => {
                    matches!(arena.type_of_id(*t), Type::Tuple(ts) if matches!(ts.as_slice(), [a, b] if a == b))
                }
                _ => false,
            },
            Expr::Lambda(b, body) => {
                matches!(arena.type_of(id), Type::Map(k, v) if *k == arena.binder_info(*b).ty && self.fits(*body, *v))
            }
            Expr::Store(m, k, v) => {
                matches!(arena.type_of(*m), Type::Map(kt, vt) if self.fits(*k, *kt) && self.fits(*v, *vt))
            }
            Expr::Apply(m, k) => matches!(arena.type_of(*m), Type::Map(kt, _) if self.fits(*k, *kt)),
            Expr::Tuple(xs) => xs.len() >= 2,
            Expr::Proj(a, i) => matches!(arena.type_of(*a), Type::Tuple(ts) if (*i as usize) < ts.len()),
        }
    }
}
