//! A formula of a system in the language that systems are written in.
//!
//! Takes an expression without free binders. Gives text that the front end reads back as an expression of the same meaning, where
//! the names of the system are the names of the file: conjuncts that the machine found are shown, and written as lemmas, in this
//! form. Guarantees: operands are in parentheses where the language's table of precedence asks for them; binders of one name get
//! different ones where they meet.

use transition_system::{BinderId, Expr, ExprId, FoldOp, Quantifier, System, Type, TypeId};

/// How tightly an operator binds, as in the table of the language's reference: greater is tighter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Level {
    Open,
    Iff,
    Implies,
    Or,
    And,
    Not,
    Comparison,
    Union,
    Intersection,
    Sum,
    Product,
    Negative,
    Atom,
}

/// An expression as text.
#[must_use]
pub fn formula(system: &System, expr: ExprId) -> String {
    Writer {
        system,
        bound: Vec::new(),
    }
    .at(expr, Level::Open)
}

struct Writer<'s> {
    system: &'s System,
    bound: Vec<(BinderId, String)>,
}

impl Writer<'_> {
    /// An expression as an operand that must bind at least so tightly.
    fn at(&mut self, expr: ExprId, least: Level) -> String {
        let (level, text) = self.write(expr);
        if level < least { format!("({text})") } else { text }
    }

    fn write(&mut self, expr: ExprId) -> (Level, String) {
        let system = self.system;
        let arena = &system.arena;
        match arena.expr(expr).clone() {
            Expr::Bool(b) => (Level::Atom, b.to_string()),
            Expr::Int(n) if n < 0 => (Level::Negative, n.to_string()),
            Expr::Int(n) => (Level::Atom, n.to_string()),
            Expr::Enumerator(e, i) => {
                let name = &system.enumeration(e).enumerators[i as usize];
                (Level::Atom, name.to_string())
            }
            Expr::Element(s, i) => (Level::Atom, system.sort(s).elements[i as usize].to_string()),
            Expr::Const(c) => (Level::Atom, system.constant(c).name.clone()),
            Expr::Var(v) => (Level::Atom, system.variable(v).name.clone()),
            Expr::Next(v) => (Level::Atom, format!("{}'", system.variable(v).name)),
            Expr::Bound(b) => (Level::Atom, self.name(b)),
            Expr::Not(a) => self.negation(a),
            Expr::And(xs) => self.chain(&xs, " and ", Level::And, Level::Not),
            Expr::Or(xs) => self.chain(&xs, " or ", Level::Or, Level::And),
            Expr::Implies(a, b) => {
                let (a, b) = (self.at(a, Level::Or), self.at(b, Level::Implies));
                (Level::Implies, format!("{a} => {b}"))
            }
            Expr::Ite(c, a, b) => {
                let (c, a) = (self.at(c, Level::Open), self.at(a, Level::Open));
                (
                    Level::Open,
                    format!("if {c} then {a} else {}", self.at(b, Level::Open)),
                )
            }
            Expr::Eq(a, b) if *arena.type_of(a) == Type::Bool => {
                self.infix(a, "<=>", b, (Level::Iff, Level::Implies))
            }
            Expr::Eq(a, b) => self.infix(a, "==", b, (Level::Comparison, Level::Union)),
            Expr::Lt(a, b) => self.infix(a, "<", b, (Level::Comparison, Level::Union)),
            Expr::Le(a, b) => self.infix(a, "<=", b, (Level::Comparison, Level::Union)),
            Expr::Subset(a, b) => self.infix(a, "subset", b, (Level::Comparison, Level::Union)),
            Expr::In(a, b) => self.membership(a, b),
            Expr::Add(a, b) => self.left(a, "+", b, (Level::Sum, Level::Product)),
            Expr::Sub(a, b) => self.left(a, "-", b, (Level::Sum, Level::Product)),
            Expr::Mul(a, b) => self.left(a, "*", b, (Level::Product, Level::Negative)),
            Expr::Div(a, b) => self.left(a, "/", b, (Level::Product, Level::Negative)),
            Expr::Mod(a, b) => self.left(a, "%", b, (Level::Product, Level::Negative)),
            Expr::Union(a, b) => self.left(a, "|", b, (Level::Union, Level::Intersection)),
            Expr::Diff(a, b) => self.left(a, "\\", b, (Level::Union, Level::Intersection)),
            Expr::Inter(a, b) => self.left(a, "&", b, (Level::Intersection, Level::Sum)),
            Expr::Neg(a) => (Level::Negative, format!("-{}", self.at(a, Level::Atom))),
            Expr::Narrow(a, _) => self.write(a),
            Expr::Quant(q, b, body) => self.quantified(q, b, body),
            Expr::Fold(op, b, condition, body) => self.fold(op, b, condition, body),
            Expr::None(_) => (Level::Atom, "none".to_owned()),
            Expr::Some(a) => (Level::Atom, format!("some({})", self.at(a, Level::Open))),
            Expr::IsSome(a) => (Level::Comparison, format!("{} != none", self.at(a, Level::Union))),
            Expr::Unwrap(a) => (Level::Atom, format!("{}.value", self.at(a, Level::Atom))),
            Expr::SetLit(_, xs) => (
                Level::Atom,
                format!("{{ {} }}", self.list(&xs)).replace("{  }", "{}"),
            ),
            Expr::Compr(b, body) => self.within(b, |this, name, ty| {
                let body = this.at(body, Level::Open);
                (Level::Atom, format!("{{ {name}: {ty} | {body} }}"))
            }),
            Expr::Card(a) => (Level::Atom, format!("card({})", self.at(a, Level::Open))),
            Expr::Closure(a) => (Level::Atom, format!("closure({})", self.at(a, Level::Open))),
            Expr::Lambda(b, body) => self.within(b, |this, name, ty| {
                let body = this.at(body, Level::Open);
                (Level::Atom, format!("[{name}: {ty} => {body}]"))
            }),
            Expr::Store(m, k, v) => {
                let m = self.at(m, Level::Atom);
                let (k, v) = (self.at(k, Level::Open), self.at(v, Level::Open));
                (Level::Atom, format!("{m}.with({k} -> {v})"))
            }
            Expr::Apply(m, k) => {
                let m = self.at(m, Level::Atom);
                (Level::Atom, format!("{m}[{}]", self.at(k, Level::Open)))
            }
            Expr::Tuple(xs) => (Level::Atom, format!("({})", self.list(&xs))),
            Expr::Proj(a, i) => (Level::Atom, format!("{}.{i}", self.at(a, Level::Atom))),
        }
    }

    /// Negations of comparisons have signs of their own.
    fn negation(&mut self, of: ExprId) -> (Level, String) {
        let arena = &self.system.arena;
        match *arena.expr(of) {
            Expr::Eq(a, b) if *arena.type_of(a) != Type::Bool => {
                self.infix(a, "!=", b, (Level::Comparison, Level::Union))
            }
            Expr::Lt(a, b) => self.infix(a, ">=", b, (Level::Comparison, Level::Union)),
            Expr::Le(a, b) => self.infix(a, ">", b, (Level::Comparison, Level::Union)),
            Expr::IsSome(a) => (Level::Comparison, format!("{} == none", self.at(a, Level::Union))),
            Expr::In(a, b) if !self.is_relation(b) => {
                self.infix(a, "not in", b, (Level::Comparison, Level::Union))
            }
            _ => (Level::Not, format!("not {}", self.at(of, Level::Not))),
        }
    }

    fn is_relation(&self, set: ExprId) -> bool {
        let arena = &self.system.arena;
        match arena.type_of(set) {
            Type::Set(element) => matches!(arena.type_of_id(*element), Type::Tuple(_)),
            _ => false,
        }
    }

    /// `(a, b) in R` is `R(a, b)`, where `R` has a name.
    fn membership(&mut self, item: ExprId, set: ExprId) -> (Level, String) {
        let arena = &self.system.arena;
        if let (Expr::Tuple(xs), Expr::Var(_) | Expr::Const(_)) = (arena.expr(item), arena.expr(set)) {
            let xs = xs.clone();
            let set = self.at(set, Level::Atom);
            return (Level::Atom, format!("{set}({})", self.list(&xs)));
        }
        self.infix(item, "in", set, (Level::Comparison, Level::Union))
    }

    fn infix(&mut self, a: ExprId, sign: &str, b: ExprId, (own, inner): (Level, Level)) -> (Level, String) {
        let (a, b) = (self.at(a, inner), self.at(b, inner));
        (own, format!("{a} {sign} {b}"))
    }

    /// An operator that groups to the left.
    fn left(&mut self, a: ExprId, sign: &str, b: ExprId, (own, right): (Level, Level)) -> (Level, String) {
        let (a, b) = (self.at(a, own), self.at(b, right));
        (own, format!("{a} {sign} {b}"))
    }

    fn chain(&mut self, xs: &[ExprId], sign: &str, own: Level, inner: Level) -> (Level, String) {
        let parts: Vec<String> = xs.iter().map(|x| self.at(*x, inner)).collect();
        (own, parts.join(sign))
    }

    fn list(&mut self, xs: &[ExprId]) -> String {
        let parts: Vec<String> = xs.iter().map(|x| self.at(*x, Level::Open)).collect();
        parts.join(", ")
    }

    /// Nested quantifiers of one kind share their word, and binders of one type the type.
    fn quantified(&mut self, q: Quantifier, binder: BinderId, body: ExprId) -> (Level, String) {
        let word = match q {
            Quantifier::Forall => "forall",
            Quantifier::Exists => "exists",
        };
        let before = self.bound.len();
        let mut groups: Vec<(Vec<String>, TypeId)> = Vec::new();
        let (mut binder, mut body) = (binder, body);
        loop {
            let name = self.fresh(binder);
            self.bound.push((binder, name.clone()));
            let ty = self.system.arena.binder_info(binder).ty;
            match groups.last_mut() {
                Some((names, last)) if *last == ty => names.push(name),
                _ => groups.push((vec![name], ty)),
            }
            match *self.system.arena.expr(body) {
                Expr::Quant(inner, next, rest) if inner == q => (binder, body) = (next, rest),
                _ => break,
            }
        }
        let body = self.at(body, Level::Open);
        self.bound.truncate(before);
        let groups: Vec<String> = groups
            .iter()
            .map(|(names, ty)| format!("{}: {}", names.join(", "), self.system.type_name(*ty)))
            .collect();
        (Level::Open, format!("{word} {}. {body}", groups.join(", ")))
    }

    fn fold(&mut self, op: FoldOp, binder: BinderId, condition: ExprId, body: ExprId) -> (Level, String) {
        let word = match op {
            FoldOp::Sum => "sum",
            FoldOp::Min => "min",
            FoldOp::Max => "max",
        };
        let everything = self.system.arena.as_bool(condition) == Some(true);
        self.within(binder, |this, name, ty| {
            let body = this.at(body, Level::Sum);
            let over = if everything {
                format!("{name}: {ty}")
            } else {
                let condition = this.at(condition, Level::Open);
                format!("{name} in {{ {name}: {ty} | {condition} }}")
            };
            (Level::Open, format!("{word} {over}. {body}"))
        })
    }

    fn within(
        &mut self,
        binder: BinderId,
        write: impl FnOnce(&mut Self, &str, &str) -> (Level, String),
    ) -> (Level, String) {
        let name = self.fresh(binder);
        let ty = self.system.type_name(self.system.arena.binder_info(binder).ty);
        self.bound.push((binder, name.clone()));
        let out = write(self, &name, &ty);
        self.bound.pop();
        out
    }

    fn name(&self, binder: BinderId) -> String {
        let known = self.bound.iter().rev().find(|(b, _)| *b == binder);
        known.map_or_else(
            || self.system.arena.binder_info(binder).name.clone(),
            |(_, name)| name.clone(),
        )
    }

    /// A name for a binder that nothing around it has, and no constant or variable.
    fn fresh(&self, binder: BinderId) -> String {
        let own = &self.system.arena.binder_info(binder).name;
        let taken = |name: &str| {
            self.bound.iter().any(|(_, n)| n == name)
                || self.system.variables.iter().any(|v| v.name == name)
                || self.system.constants.iter().any(|c| c.name == name)
        };
        let mut name = own.clone();
        let mut number = 1;
        while taken(&name) {
            number += 1;
            name = format!("{own}{number}");
        }
        name
    }
}
