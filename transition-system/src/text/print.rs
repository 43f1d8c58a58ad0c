//! Printing. Takes a valid system; gives its text. Deterministic: numbers are given in order of appearance.

use std::collections::HashMap;
use std::fmt::Write as _;

use crate::expr::{Expr, FoldOp, Quantifier};
use crate::fairness::Fairness;
use crate::ids::{BinderId, ExprId, TypeId};
use crate::subst::post_order;
use crate::system::{Event, Promise, PromiseKind, PropertyKind, System};
use crate::temporal::Temporal;
use crate::types::Type;
use crate::view::View;

/// The text of a system.
#[must_use]
pub fn print(system: &System) -> String {
    let mut printer = Printer {
        system,
        names: Names::default(),
        out: String::new(),
    };
    printer.declarations();
    printer.shared();
    printer.statements();
    printer.out
}

/// The text of one closed expression, without sharing; its binders are introduced where they are bound.
#[must_use]
pub fn print_expr(system: &System, expr: ExprId) -> String {
    let mut printer = Printer {
        system,
        names: Names {
            inline: true,
            ..Names::default()
        },
        out: String::new(),
    };
    printer.expr(expr);
    printer.out
}

/// The text of a type.
#[must_use]
pub fn print_type(system: &System, ty: TypeId) -> String {
    match system.arena.type_of_id(ty) {
        Type::Bool => "bool".to_owned(),
        Type::Int => "int".to_owned(),
        Type::Range { lo, hi } => format!("(range {lo} {hi})"),
        Type::Enum(e) => format!("(enum {})", system.enumeration(*e).name),
        Type::Sort(s) => format!("(sort {})", system.sort(*s).name),
        Type::Option(t) => format!("(option {})", print_type(system, *t)),
        Type::Set(t) => format!("(set {})", print_type(system, *t)),
        Type::Map(k, v) => format!("(map {} {})", print_type(system, *k), print_type(system, *v)),
        Type::Tuple(ts) => {
            let parts: Vec<_> = ts.iter().map(|t| print_type(system, *t)).collect();
            format!("(tuple {})", parts.join(" "))
        }
    }
}

fn print_view(view: &View) -> String {
    match view {
        View::Plain => "plain".to_owned(),
        View::Record(fields) => {
            let fields: String = fields
                .iter()
                .map(|(name, v)| format!(" ({name} {})", print_view(v)))
                .collect();
            format!("(record{fields})")
        }
        View::Tuple(parts) => {
            let parts: String = parts.iter().map(|v| format!(" {}", print_view(v))).collect();
            format!("(tuple{parts})")
        }
        View::Seq(n, of) => format!("(seq {n} {})", print_view(of)),
        View::Multiset(of) => format!("(multiset {})", print_view(of)),
        View::Option(of) => format!("(option {})", print_view(of)),
        View::Set(of) => format!("(set {})", print_view(of)),
        View::Map(k, v) => format!("(map {} {})", print_view(k), print_view(v)),
    }
}

#[derive(Default)]
struct Names {
    /// Whether binders are introduced where they are bound.
    inline: bool,
    binders: HashMap<BinderId, usize>,
    shared: HashMap<ExprId, usize>,
}

impl Names {
    fn binder(&mut self, b: BinderId) -> usize {
        let next = self.binders.len();
        *self.binders.entry(b).or_insert(next)
    }
}

pub(super) struct Printer<'a> {
    system: &'a System,
    names: Names,
    pub(super) out: String,
}

impl Printer<'_> {
    fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn declarations(&mut self) {
        let s = self.system;
        self.line(&format!("(system {})", s.name));
        for e in &s.enumerations {
            self.line(&format!("(enum {} {})", e.name, e.enumerators.join(" ")));
        }
        for sort in &s.sorts {
            let elements: String = sort.elements.iter().map(|e| format!(" {e}")).collect();
            self.line(&format!("(sort {}{elements})", sort.name));
        }
        for c in &s.constants {
            self.line(&format!("(const {} {})", c.name, print_type(s, c.ty)));
        }
        for v in &s.variables {
            self.line(&format!("(var {} {})", v.name, print_type(s, v.ty)));
        }
    }

    /// Every expression that is a root of a statement, in the order of statements.
    fn roots(&self) -> Vec<ExprId> {
        let s = self.system;
        let mut roots = Vec::new();
        for given in &s.givens {
            roots.extend(given.indices.iter().copied().chain(given.value));
        }
        for axiom in s.assumptions.iter().chain(&s.init) {
            roots.push(axiom.formula);
            roots.extend(axiom.promises.iter().map(|p| p.holds));
        }
        for event in &s.events {
            roots.extend(event.actor);
            roots.push(event.guard);
            roots.extend(event.updates.iter().map(|u| u.value));
            roots.extend(event.promises.iter().map(|p| p.holds));
        }
        for p in &s.properties {
            roots.push(p.formula);
            let states = p.temporal.iter().flat_map(Temporal::states);
            roots.extend(states.map(|(_, e)| e));
            roots.extend(p.promises.iter().map(|p| p.holds));
            for clause in &p.steps {
                roots.push(clause.formula);
                roots.extend(clause.promises.iter().map(|p| p.holds));
            }
        }
        roots
    }

    /// Declares all binders, and every composite expression that is used more than once.
    fn shared(&mut self) {
        let arena = &self.system.arena;
        let roots = self.roots();
        let mut uses: HashMap<ExprId, usize> = HashMap::new();
        for root in &roots {
            *uses.entry(*root).or_default() += 1;
        }
        let nodes = post_order(arena, &roots);
        for id in &nodes {
            arena
                .expr(*id)
                .for_each_child(|c| *uses.entry(c).or_default() += 1);
        }
        let mut params: Vec<_> = self.system.events.iter().flat_map(Event::binders).collect();
        let temporal = self.system.properties.iter().filter_map(|p| p.temporal.as_ref());
        let around = temporal.flat_map(Temporal::states).flat_map(|(around, _)| around);
        params.extend(around.map(|(_, b)| b));
        let bound = nodes.iter().filter_map(|id| match arena.expr(*id) {
            Expr::Bound(b) => Some(*b),
            other => other.binder(),
        });
        for b in params.into_iter().chain(bound) {
            let before = self.names.binders.len();
            let n = self.names.binder(b);
            if n == before {
                let info = arena.binder_info(b);
                let ty = print_type(self.system, info.ty);
                self.line(&format!("(binder ${n} {} {ty})", info.name));
            }
        }
        for id in nodes {
            if uses[&id] > 1 && !arena.expr(id).children().is_empty() {
                let n = self.names.shared.len();
                let _ = write!(self.out, "(def %{n} ");
                self.expr(id);
                self.line(")");
                self.names.shared.insert(id, n);
            }
        }
    }

    fn views(&mut self) {
        let s = self.system;
        let constants = s.views.constants.iter();
        let constants = constants.map(|(c, v)| (format!("const {}", s.constant(*c).name), v));
        let variables = s.views.variables.iter();
        let variables = variables.map(|(x, v)| (format!("var {}", s.variable(*x).name), v));
        // A binder that nothing mentions has no number, and needs no view.
        let binders = s.views.binders.iter();
        let binders = binders.filter_map(|(b, v)| Some((*self.names.binders.get(b)?, v)));
        let mut binders: Vec<_> = binders.collect();
        binders.sort_by_key(|(n, _)| *n);
        let binders = binders.into_iter().map(|(n, v)| (format!("binder ${n}"), v));
        let lines: Vec<_> = constants
            .chain(variables)
            .chain(binders)
            .map(|(what, v)| format!("(view {what} {})", print_view(v)))
            .collect();
        lines.iter().for_each(|l| self.line(l));
    }

    fn statements(&mut self) {
        self.views();
        let s = self.system;
        for given in &s.givens {
            let _ = write!(self.out, "(given {} (", s.constant(given.constant).name);
            self.exprs(&given.indices, "");
            self.out.push_str(") ");
            match given.value {
                Some(v) => self.expr(v),
                None => self.out.push_str("unknown"),
            }
            self.line(")");
        }
        for (word, axioms) in [("assume", &s.assumptions), ("init", &s.init)] {
            for axiom in axioms {
                self.formula(word, axiom.formula, &axiom.promises);
            }
        }
        for event in &s.events {
            self.event(event);
        }
        for p in &s.properties {
            if let Some(formula) = &p.temporal {
                let _ = write!(self.out, "(temporal {} ", p.name);
                self.temporal(formula);
                self.promises(&p.promises);
                self.line(")");
                continue;
            }
            let word = match p.kind {
                PropertyKind::Invariant => "invariant",
                PropertyKind::Transition => "transition",
                PropertyKind::Witness => "witness",
                PropertyKind::Temporal => "temporal",
            };
            self.formula(&format!("{word} {}", p.name), p.formula, &p.promises);
            for clause in &p.steps {
                let event = &s.event(clause.event).name;
                self.formula(
                    &format!("step {} {event}", p.name),
                    clause.formula,
                    &clause.promises,
                );
            }
        }
        for c in &s.components {
            self.line(&super::component::print(s, c));
        }
    }

    fn formula(&mut self, head: &str, formula: ExprId, promises: &[Promise]) {
        let _ = write!(self.out, "({head} ");
        self.expr(formula);
        self.promises(promises);
        self.line(")");
    }

    fn promises(&mut self, promises: &[Promise]) {
        for p in promises {
            let word = match p.kind {
                PromiseKind::Range => "range",
                PromiseKind::SomeValue => "some",
                PromiseKind::Divisor => "divisor",
                PromiseKind::Agreement => "agree",
                PromiseKind::NotEmpty => "nonempty",
            };
            let _ = write!(self.out, " ({word} ");
            self.expr(p.holds);
            self.out.push(')');
        }
    }

    fn event(&mut self, event: &Event) {
        let _ = write!(self.out, "(event {} ", event.name);
        for list in [&event.params, &event.choices] {
            let names: Vec<_> = list
                .iter()
                .map(|b| format!("${}", self.names.binder(*b)))
                .collect();
            let _ = write!(self.out, "({}) ", names.join(" "));
        }
        match event.actor {
            Some(a) => self.expr(a),
            None => self.out.push('-'),
        }
        self.out.push(' ');
        self.expr(event.guard);
        self.out.push_str(" (");
        for (i, update) in event.updates.iter().enumerate() {
            let space = if i == 0 { "" } else { " " };
            let _ = write!(
                self.out,
                "{space}({} ",
                self.system.variable(update.variable).name
            );
            self.expr(update.value);
            self.out.push(')');
        }
        self.out.push(')');
        self.promises(&event.promises);
        self.marks(event);
        self.line(")");
    }

    fn marks(&mut self, event: &Event) {
        let word = |f: Fairness| match f {
            Fairness::None => "none",
            Fairness::Weak => "weak",
            Fairness::Strong => "strong",
        };
        if event.fairness != Fairness::None {
            let _ = write!(self.out, " (fair {})", word(event.fairness));
        }
        if event.input {
            self.out.push_str(" (input)");
        }
        if let Some(whole) = &event.alternative {
            let _ = write!(self.out, " (alternative {} {})", whole.of, word(whole.fairness));
        }
    }

    fn exprs(&mut self, items: &[ExprId], before: &str) {
        for (i, item) in items.iter().enumerate() {
            self.out.push_str(if i == 0 { before } else { " " });
            self.expr(*item);
        }
    }

    fn node(&mut self, head: &str, items: &[ExprId]) {
        let _ = write!(self.out, "({head}");
        self.exprs(items, " ");
        self.out.push(')');
    }

    fn bind(&mut self, head: &str, b: BinderId, parts: &[ExprId]) {
        let n = self.names.binder(b);
        if self.names.inline {
            let info = self.system.arena.binder_info(b);
            let ty = print_type(self.system, info.ty);
            let _ = write!(self.out, "({head} (${n} {} {ty})", info.name);
        } else {
            let _ = write!(self.out, "({head} ${n}");
        }
        self.exprs(parts, " ");
        self.out.push(')');
    }

    /// The number of a binder.
    pub(super) fn binder(&mut self, b: BinderId) -> usize {
        self.names.binder(b)
    }

    pub(super) fn expr(&mut self, id: ExprId) {
        if let Some(n) = self.names.shared.get(&id) {
            let _ = write!(self.out, "%{n}");
            return;
        }
        let s = self.system;
        let typed = |word: &str| format!("{word} {}", print_type(s, s.arena.type_id(id)));
        match s.arena.expr(id) {
            Expr::Bool(b) => self.out.push_str(if *b { "true" } else { "false" }),
            Expr::Int(n) => {
                let _ = write!(self.out, "{n}");
            }
            Expr::Enumerator(e, i) => {
                let e = s.enumeration(*e);
                let _ = write!(self.out, "(enumerator {} {})", e.name, e.enumerators[*i as usize]);
            }
            Expr::Element(sort, i) => {
                let sort = s.sort(*sort);
                let _ = write!(self.out, "(element {} {})", sort.name, sort.elements[*i as usize]);
            }
            Expr::Const(c) => {
                let _ = write!(self.out, "(const {})", s.constant(*c).name);
            }
            Expr::Var(v) => {
                let _ = write!(self.out, "(var {})", s.variable(*v).name);
            }
            Expr::Next(v) => {
                let _ = write!(self.out, "(next {})", s.variable(*v).name);
            }
            Expr::Bound(b) => {
                let n = self.names.binder(*b);
                let _ = write!(self.out, "${n}");
            }
            Expr::Not(a) => self.node("not", &[*a]),
            Expr::And(xs) => self.node("and", xs),
            Expr::Or(xs) => self.node("or", xs),
            Expr::Implies(a, b) => self.node("=>", &[*a, *b]),
            Expr::Ite(c, a, b) => self.node("ite", &[*c, *a, *b]),
            Expr::Eq(a, b) => self.node("=", &[*a, *b]),
            Expr::Lt(a, b) => self.node("<", &[*a, *b]),
            Expr::Le(a, b) => self.node("<=", &[*a, *b]),
            Expr::Add(a, b) => self.node("+", &[*a, *b]),
            Expr::Sub(a, b) => self.node("-", &[*a, *b]),
            Expr::Mul(a, b) => self.node("*", &[*a, *b]),
            Expr::Div(a, b) => self.node("div", &[*a, *b]),
            Expr::Mod(a, b) => self.node("mod", &[*a, *b]),
            Expr::Neg(a) => self.node("neg", &[*a]),
            Expr::Narrow(a, _) => self.node(&typed("narrow"), &[*a]),
            Expr::Quant(Quantifier::Forall, b, body) => self.bind("forall", *b, &[*body]),
            Expr::Quant(Quantifier::Exists, b, body) => self.bind("exists", *b, &[*body]),
            Expr::Fold(op, b, condition, body) => {
                let head = match op {
                    FoldOp::Sum => "sum",
                    FoldOp::Min => "min",
                    FoldOp::Max => "max",
                };
                self.bind(head, *b, &[*condition, *body]);
            }
            Expr::Compr(b, body) => self.bind("compr", *b, &[*body]),
            Expr::Lambda(b, body) => {
                let head = typed("lambda");
                self.bind(&head, *b, &[*body]);
            }
            Expr::None(_) => self.node(&typed("none"), &[]),
            Expr::Some(a) => self.node(&typed("some"), &[*a]),
            Expr::IsSome(a) => self.node("is-some", &[*a]),
            Expr::Unwrap(a) => self.node("unwrap", &[*a]),
            Expr::SetLit(_, xs) => self.node(&typed("set"), xs),
            Expr::In(a, b) => self.node("in", &[*a, *b]),
            Expr::Subset(a, b) => self.node("subset", &[*a, *b]),
            Expr::Union(a, b) => self.node("union", &[*a, *b]),
            Expr::Inter(a, b) => self.node("inter", &[*a, *b]),
            Expr::Diff(a, b) => self.node("diff", &[*a, *b]),
            Expr::Card(a) => self.node("card", &[*a]),
            Expr::Closure(a) => self.node("closure", &[*a]),
            Expr::Store(m, k, v) => self.node("store", &[*m, *k, *v]),
            Expr::Apply(m, k) => self.node("apply", &[*m, *k]),
            Expr::Tuple(xs) => {
                let head = typed("tuple");
                self.node(&head, xs);
            }
            Expr::Proj(a, i) => self.node(&format!("proj {i}"), &[*a]),
        }
    }
}
