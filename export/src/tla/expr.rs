//! Expressions and types as TLA+.
//!
//! Everything that is an operand of something else stands in parentheses, but for what no reader can mistake: names,
//! applications and brackets; arithmetic beside a comparison; a comparison beside `/\`, `\/` and `=>`. What is short is one
//! line; of what is long, each part of a conjunction or disjunction has a line of its own.

use std::collections::BTreeSet;

use transition_system::{BinderId, Expr, ExprId, Quantifier, System, Type, TypeId};

use super::names::Names;
use super::pieces::{Piece, Tight};
use crate::block::Block;

/// Longest expression on one line.
pub(super) const WIDTH: usize = 88;

/// An operator that the module defines for itself, where it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Helper {
    Option,
    Sum,
    Least,
    Greatest,
    Closure,
    Remainder,
    Quotient,
}

/// Writes expressions of one system.
pub(crate) struct Writer<'a> {
    pub(crate) system: &'a System,
    pub(crate) names: Names,
    pub(crate) helpers: BTreeSet<Helper>,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(system: &'a System) -> Self {
        Self {
            system,
            names: Names::new(system),
            helpers: BTreeSet::new(),
        }
    }

    // ---- types

    /// The set of all values of a type, fit as an operand.
    pub(crate) fn set_of(&mut self, ty: TypeId) -> String {
        match self.system.arena.type_of_id(ty) {
            Type::Bool => "BOOLEAN".to_owned(),
            Type::Int => "Int".to_owned(),
            Type::Range { lo, hi } => format!("({}..{})", integer(*lo), integer(*hi)),
            Type::Enum(e) => self.names.enumeration(*e).to_owned(),
            Type::Sort(s) => self.names.sort(*s).to_owned(),
            Type::Option(inner) => {
                self.helpers.insert(Helper::Option);
                format!("Option({})", self.set_of_plain(*inner))
            }
            Type::Set(inner) => format!("(SUBSET {})", self.set_of(*inner)),
            Type::Map(k, v) => format!("[{} -> {}]", self.set_of_plain(*k), self.set_of_plain(*v)),
            Type::Tuple(parts) => {
                let parts: Vec<_> = parts.iter().map(|p| self.set_of(*p)).collect();
                format!("({})", parts.join(" \\X "))
            }
        }
    }

    /// The same without parentheses around it.
    pub(crate) fn set_of_plain(&mut self, ty: TypeId) -> String {
        let set = self.set_of(ty);
        match set.strip_prefix('(').and_then(|s| s.strip_suffix(')')) {
            Some(inner) => inner.to_owned(),
            None => set,
        }
    }

    // ---- binders

    pub(crate) fn enter(&mut self, binder: BinderId) -> String {
        let name = &self.system.arena.binder_info(binder).name;
        self.names.enter(binder, name)
    }

    /// Enters binders and gives `x \in S, y \in T`.
    pub(crate) fn enter_all(&mut self, binders: &[BinderId]) -> String {
        let mut out = Vec::new();
        for b in binders {
            let set = self.set_of_plain(self.system.arena.binder_info(*b).ty);
            out.push(format!("{} \\in {set}", self.enter(*b)));
        }
        out.join(", ")
    }

    pub(crate) fn leave_all(&mut self, binders: &[BinderId]) {
        binders.iter().for_each(|b| self.names.leave(*b));
    }

    // ---- expressions

    /// The expression, in as many lines as it needs.
    pub(crate) fn block(&mut self, e: ExprId) -> Block {
        let e = self.bare(e);
        if let Some(line) = self.flat(e, WIDTH) {
            return Block::line(line);
        }
        match self.system.arena.expr(e) {
            Expr::And(parts) => self.list("/\\ ", parts),
            Expr::Or(parts) => self.list("\\/ ", parts),
            Expr::Implies(a, b) => {
                let left = self.part(*a, Tight::Comparison);
                let right = self.part(*b, Tight::Comparison);
                Block::stack([left, Block::line("=> ").beside(right)])
            }
            Expr::Ite(c, a, b) => Block::stack([
                Block::line("IF ").beside(self.block(*c)),
                Block::line("THEN ").beside(self.block(*a)),
                Block::line("ELSE ").beside(self.block(*b)),
            ]),
            Expr::Quant(q, _, _) => {
                let (binders, body) = self.chain(*q, e);
                let head = format!("{} {} :", sign(*q), self.enter_all(&binders));
                let body = self.block(body).indent(2);
                self.leave_all(&binders);
                Block::stack([Block::line(head), body])
            }
            _ => {
                let (pieces, binder) = self.pieces(e);
                let mut out = Block::line("");
                for piece in pieces {
                    out = out.beside(match piece {
                        Piece::Text(s) => Block::line(s),
                        Piece::Part(part, tight) => self.part(part, tight),
                    });
                }
                self.leave_all(&binder);
                out
            }
        }
    }

    /// The expression, in parentheses where something beside it could be mistaken for a part.
    pub(crate) fn operand(&mut self, e: ExprId) -> Block {
        self.part(e, Tight::Atom)
    }

    /// Formulas as a conjunction, one a line.
    pub(crate) fn conjunction(&mut self, parts: &[ExprId]) -> Block {
        match parts {
            [] => Block::line("TRUE"),
            [one] => self.block(*one),
            _ => self.list("/\\ ", parts),
        }
    }

    fn list(&mut self, bullet: &str, parts: &[ExprId]) -> Block {
        let items: Vec<Block> = parts
            .iter()
            .map(|p| Block::line(bullet).beside(self.block(*p)))
            .collect();
        Block::stack(items)
    }

    fn part(&mut self, e: ExprId, tight: Tight) -> Block {
        let inner = self.block(e);
        if self.tightness(e) >= tight {
            inner
        } else {
            Block::line("(").beside(inner).beside(Block::line(")"))
        }
    }

    /// The expression on one line, if that is short enough.
    pub(crate) fn flat(&mut self, e: ExprId, budget: usize) -> Option<String> {
        let e = self.bare(e);
        let (pieces, binders) = self.pieces(e);
        let out = self.join(pieces, budget);
        self.leave_all(&binders);
        out
    }

    fn join(&mut self, pieces: Vec<Piece>, budget: usize) -> Option<String> {
        let mut out = String::new();
        for piece in pieces {
            let left = budget.checked_sub(out.len())?;
            match piece {
                Piece::Text(s) => out.push_str(&s),
                Piece::Part(part, tight) => {
                    let inner = self.flat(part, left)?;
                    if self.tightness(part) >= tight {
                        out.push_str(&inner);
                    } else {
                        out.push_str(&format!("({inner})"));
                    }
                }
            }
        }
        (out.len() <= budget).then_some(out)
    }

    /// Without the checks of ranges, which are promises of their own.
    pub(super) fn bare(&self, mut e: ExprId) -> ExprId {
        while let Expr::Narrow(inner, _) = self.system.arena.expr(e) {
            e = *inner;
        }
        e
    }

    fn tightness(&self, e: ExprId) -> Tight {
        let arena = &self.system.arena;
        match arena.expr(self.bare(e)) {
            Expr::Bool(_)
            | Expr::Int(_)
            | Expr::Enumerator(..)
            | Expr::Element(..)
            | Expr::Const(_)
            | Expr::Var(_)
            | Expr::Next(_)
            | Expr::Bound(_)
            | Expr::Neg(_)
            | Expr::Narrow(..)
            | Expr::None(_)
            | Expr::Some(_)
            | Expr::Unwrap(_)
            | Expr::SetLit(..)
            | Expr::Compr(..)
            | Expr::Card(_)
            | Expr::Closure(_)
            | Expr::Fold(..)
            | Expr::Lambda(..)
            | Expr::Store(..)
            | Expr::Apply(..)
            | Expr::Tuple(_)
            | Expr::Proj(..) => Tight::Atom,
            Expr::Div(_, b) | Expr::Mod(_, b) if !self.is_positive(*b) => Tight::Atom,
            Expr::Add(..) | Expr::Sub(..) | Expr::Mul(..) | Expr::Div(..) | Expr::Mod(..) => {
                Tight::Arithmetic
            }
            Expr::Eq(a, _) if *arena.type_of(*a) == Type::Bool => Tight::Whole,
            Expr::Not(_)
            | Expr::IsSome(_)
            | Expr::Eq(..)
            | Expr::Lt(..)
            | Expr::Le(..)
            | Expr::In(..)
            | Expr::Subset(..) => Tight::Comparison,
            Expr::And(_)
            | Expr::Or(_)
            | Expr::Implies(..)
            | Expr::Ite(..)
            | Expr::Quant(..)
            | Expr::Union(..)
            | Expr::Inter(..)
            | Expr::Diff(..) => Tight::Whole,
        }
    }

    /// Quantifiers of one kind, and what they are around.
    pub(super) fn chain(&self, q: Quantifier, mut e: ExprId) -> (Vec<BinderId>, ExprId) {
        let mut binders = Vec::new();
        while let Expr::Quant(kind, b, body) = self.system.arena.expr(e)
            && *kind == q
        {
            binders.push(*b);
            e = *body;
        }
        (binders, e)
    }
}

pub(super) fn sign(q: Quantifier) -> &'static str {
    match q {
        Quantifier::Forall => "\\A",
        Quantifier::Exists => "\\E",
    }
}

pub(super) fn integer(n: i64) -> String {
    if n < 0 { format!("({n})") } else { n.to_string() }
}
