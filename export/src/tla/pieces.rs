//! Each form of expression as text around its parts, with how tightly each part must hold together.

use transition_system::{BinderId, Expr, ExprId, FoldOp, Type};

use super::expr::{Helper, Writer, integer, sign};

/// How tight an expression holds together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tight {
    /// Nothing around it.
    Whole,
    Comparison,
    Arithmetic,
    Atom,
}

pub(super) enum Piece {
    Text(String),
    /// Of at least this tightness, else in parentheses.
    Part(ExprId, Tight),
}

fn text(s: impl Into<String>) -> Piece {
    Piece::Text(s.into())
}

fn atom(e: ExprId) -> Piece {
    Piece::Part(e, Tight::Atom)
}

fn whole(e: ExprId) -> Piece {
    Piece::Part(e, Tight::Whole)
}

impl Writer<'_> {
    pub(super) fn is_positive(&self, e: ExprId) -> bool {
        matches!(self.system.arena.expr(self.bare(e)), Expr::Int(n) if *n > 0)
    }

    /// An expression as text and parts, and the binders that it brought into scope, which the caller ends.
    pub(super) fn pieces(&mut self, e: ExprId) -> (Vec<Piece>, Vec<BinderId>) {
        let system = self.system;
        let node = system.arena.expr(e);
        let infix = |sign: &str, a: ExprId, b: ExprId, tight: Tight| {
            vec![
                Piece::Part(a, tight),
                text(format!(" {sign} ")),
                Piece::Part(b, tight),
            ]
        };
        let compare = |sign: &str, a: ExprId, b: ExprId| infix(sign, a, b, Tight::Arithmetic);
        let pieces = match node {
            Expr::Bool(b) => vec![text(if *b { "TRUE" } else { "FALSE" })],
            Expr::Int(n) => vec![text(integer(*n))],
            Expr::Enumerator(of, i) => vec![text(self.names.enumerator(*of, *i))],
            Expr::Element(of, i) => vec![text(self.names.elements(*of)[*i as usize].clone())],
            Expr::Const(c) => vec![text(self.names.constant(*c))],
            Expr::Var(v) => vec![text(self.names.variable(*v))],
            Expr::Next(v) => vec![text(format!("{}'", self.names.variable(*v)))],
            Expr::Bound(b) => vec![text(self.names.bound(*b))],
            Expr::Not(a) => self.negated(*a),
            Expr::And(parts) => between(parts, " /\\ ", Tight::Comparison),
            Expr::Or(parts) => between(parts, " \\/ ", Tight::Comparison),
            Expr::Implies(a, b) => infix("=>", *a, *b, Tight::Comparison),
            Expr::Ite(c, a, b) => vec![
                text("IF "),
                whole(*c),
                text(" THEN "),
                whole(*a),
                text(" ELSE "),
                whole(*b),
            ],
            Expr::Eq(a, b) if *system.arena.type_of(*a) == Type::Bool => {
                infix("<=>", *a, *b, Tight::Comparison)
            }
            Expr::Eq(a, b) => compare("=", *a, *b),
            Expr::Lt(a, b) => compare("<", *a, *b),
            Expr::Le(a, b) => compare("<=", *a, *b),
            Expr::In(a, b) => compare("\\in", *a, *b),
            Expr::Subset(a, b) => compare("\\subseteq", *a, *b),
            Expr::Add(a, b) => infix("+", *a, *b, Tight::Atom),
            Expr::Sub(a, b) => infix("-", *a, *b, Tight::Atom),
            Expr::Mul(a, b) => infix("*", *a, *b, Tight::Atom),
            Expr::Div(a, b) if self.is_positive(*b) => infix("\\div", *a, *b, Tight::Atom),
            Expr::Mod(a, b) if self.is_positive(*b) => infix("%", *a, *b, Tight::Atom),
            Expr::Div(a, b) => self.call(Helper::Quotient, "Quotient(", &[*a, *b]),
            Expr::Mod(a, b) => self.call(Helper::Remainder, "Remainder(", &[*a, *b]),
            Expr::Neg(a) => vec![text("(-"), atom(*a), text(")")],
            Expr::Narrow(a, _) => vec![atom(*a)],
            Expr::None(_) => vec![text("<< >>")],
            Expr::Some(a) => vec![text("<<"), whole(*a), text(">>")],
            Expr::IsSome(a) => vec![Piece::Part(*a, Tight::Arithmetic), text(" # << >>")],
            Expr::Unwrap(a) => vec![atom(*a), text("[1]")],
            Expr::SetLit(_, xs) => around("{", between(xs, ", ", Tight::Whole), "}"),
            Expr::Tuple(xs) => around("<<", between(xs, ", ", Tight::Whole), ">>"),
            Expr::Union(a, b) => infix("\\cup", *a, *b, Tight::Atom),
            Expr::Inter(a, b) => infix("\\cap", *a, *b, Tight::Atom),
            Expr::Diff(a, b) => infix("\\", *a, *b, Tight::Atom),
            Expr::Card(a) => vec![text("Cardinality("), whole(*a), text(")")],
            Expr::Closure(a) => self.call(Helper::Closure, "Closure(", &[*a]),
            Expr::Store(..) => self.store(e),
            Expr::Apply(m, k) => vec![atom(*m), text("["), whole(*k), text("]")],
            Expr::Proj(a, i) => vec![atom(*a), text(format!("[{}]", i + 1))],
            Expr::Quant(..) | Expr::Fold(..) | Expr::Compr(..) | Expr::Lambda(..) => return self.binding(e),
        };
        (pieces, Vec::new())
    }

    fn binding(&mut self, e: ExprId) -> (Vec<Piece>, Vec<BinderId>) {
        let system = self.system;
        match system.arena.expr(e) {
            Expr::Quant(q, _, _) => {
                let (binders, body) = self.chain(*q, e);
                let head = format!("{} {} : ", sign(*q), self.enter_all(&binders));
                (vec![text(head), whole(body)], binders)
            }
            Expr::Compr(b, body) => {
                let head = format!("{{{} : ", self.enter_all(&[*b]));
                (vec![text(head), whole(*body), text("}")], vec![*b])
            }
            Expr::Lambda(b, body) => {
                let head = format!("[{} |-> ", self.enter_all(&[*b]));
                (vec![text(head), whole(*body), text("]")], vec![*b])
            }
            Expr::Fold(op, b, condition, body) => (self.fold(*op, *b, *condition, *body), vec![*b]),
            _ => (Vec::new(), Vec::new()),
        }
    }

    /// `Sum([x \in S |-> e])`, and `Least({e : x \in S})`, where each value need count only once.
    fn fold(&mut self, op: FoldOp, b: BinderId, condition: ExprId, body: ExprId) -> Vec<Piece> {
        let member = self.enter_all(&[b]);
        let name = self.names.bound(b).to_owned();
        let domain = match self.system.arena.as_bool(condition) {
            Some(true) => vec![text(member)],
            _ => vec![
                text(format!("{name} \\in {{{member} : ")),
                whole(condition),
                text("}"),
            ],
        };
        let (helper, call) = match op {
            FoldOp::Sum => (Helper::Sum, "Sum(["),
            FoldOp::Min => (Helper::Least, "Least({"),
            FoldOp::Max => (Helper::Greatest, "Greatest({"),
        };
        self.helpers.insert(helper);
        let mut out = vec![text(call)];
        if op == FoldOp::Sum {
            out.extend(domain);
            out.extend([text(" |-> "), whole(body), text("])")]);
        } else {
            out.extend([whole(body), text(" : ")]);
            out.extend(domain);
            out.push(text("})"));
        }
        out
    }

    fn call(&mut self, helper: Helper, open: &str, arguments: &[ExprId]) -> Vec<Piece> {
        self.helpers.insert(helper);
        if helper == Helper::Quotient {
            self.helpers.insert(Helper::Remainder);
        }
        around(open, between(arguments, ", ", Tight::Whole), ")")
    }

    fn negated(&mut self, a: ExprId) -> Vec<Piece> {
        let system = self.system;
        let arena = &system.arena;
        let infix = |sign: &str, a: ExprId, b: ExprId| {
            vec![
                Piece::Part(a, Tight::Arithmetic),
                text(format!(" {sign} ")),
                Piece::Part(b, Tight::Arithmetic),
            ]
        };
        match arena.expr(a) {
            Expr::Eq(x, y) if *arena.type_of(*x) != Type::Bool => infix("#", *x, *y),
            Expr::In(x, y) => infix("\\notin", *x, *y),
            Expr::IsSome(x) => vec![Piece::Part(*x, Tight::Arithmetic), text(" = << >>")],
            _ => vec![text("~"), atom(a)],
        }
    }

    /// `[m EXCEPT ![k] = v, ![l][i] = w]`.
    fn store(&mut self, mut e: ExprId) -> Vec<Piece> {
        let system = self.system;
        let arena = &system.arena;
        let mut changes = Vec::new();
        while let Expr::Store(m, k, v) = arena.expr(e) {
            let mut one = vec![text("!["), whole(*k), text("]")];
            let (mut place, mut key, mut value) = (*m, *k, *v);
            // a part of what is there, changed in turn
            while let Expr::Store(inner, next, last) = arena.expr(self.bare(value))
                && let Expr::Apply(of, at) = arena.expr(*inner)
                && (*of, *at) == (place, key)
            {
                one.extend([text("["), whole(*next), text("]")]);
                (place, key, value) = (*inner, *next, *last);
            }
            one.extend([text(" = "), whole(value)]);
            changes.push(one);
            e = *m;
        }
        let mut out = vec![text("["), atom(e), text(" EXCEPT ")];
        for (i, change) in changes.into_iter().rev().enumerate() {
            if i > 0 {
                out.push(text(", "));
            }
            out.extend(change);
        }
        out.push(text("]"));
        out
    }
}

fn between(parts: &[ExprId], sign: &str, tight: Tight) -> Vec<Piece> {
    let mut out = Vec::new();
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            out.push(text(sign));
        }
        out.push(Piece::Part(*part, tight));
    }
    out
}

fn around(open: &str, mut inner: Vec<Piece>, close: &str) -> Vec<Piece> {
    inner.insert(0, text(open));
    inner.push(text(close));
    inner
}
