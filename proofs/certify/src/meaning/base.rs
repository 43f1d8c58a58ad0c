//! Expressions of a base type that are no place, choice or application: formulas and integers.

use transition_system::{Expr, ExprId, Quantifier, TypeId};

use super::{Access, At, Meaning, NoForm, Result, Source, with};
use crate::smt::graph::{Op, T};

impl Meaning<'_> {
    /// Expressions of a base type that are no place, choice or application.
    pub(super) fn base(&mut self, e: ExprId, at: &At) -> Result<T> {
        let arena = &self.system.arena;
        match arena.expr(e) {
            Expr::Bool(b) => Ok(self.graph.truth(*b)),
            Expr::Int(n) => Ok(self.graph.number(*n)),
            Expr::Enumerator(_, i) | Expr::Element(_, i) => {
                let sort = self.sort(arena.type_id(e))?;
                Ok(self.graph.element(sort, *i))
            }
            Expr::Not(a) => {
                let a = self.formula(*a, at)?;
                Ok(self.graph.not(a))
            }
            Expr::And(xs) => {
                let parts = self.formulas(xs, at)?;
                Ok(self.graph.and(parts))
            }
            Expr::Or(xs) => {
                let parts = self.formulas(xs, at)?;
                Ok(self.graph.or(parts))
            }
            Expr::Implies(a, b) => {
                let (a, b) = (self.formula(*a, at)?, self.formula(*b, at)?);
                Ok(self.graph.implies(a, b))
            }
            Expr::Eq(a, b) => {
                let ty = self.common(*a, *b);
                self.same(
                    (&Source::Expr(*a, at), &mut Vec::new()),
                    (&Source::Expr(*b, at), &mut Vec::new()),
                    ty,
                )
            }
            Expr::Lt(a, b) => {
                let (a, b) = (self.formula(*a, at)?, self.formula(*b, at)?);
                Ok(self.graph.compare(Op::Less, a, b))
            }
            Expr::Le(a, b) => {
                let (a, b) = (self.formula(*a, at)?, self.formula(*b, at)?);
                Ok(self.graph.compare(Op::LessEqual, a, b))
            }
            Expr::Quant(q, binder, body) => {
                let ty = arena.binder_info(*binder).ty;
                self.quantified(*q == Quantifier::Forall, ty, &mut |this, item| {
                    let inner = with(at, *binder, item);
                    this.formula(*body, &inner)
                })
            }
            Expr::IsSome(a) => self.at(*a, at, vec![Access::IsSome]),
            Expr::In(x, s) => {
                let elem = self.elements_of(*s)?;
                let key = self.item(*x, at, &mut Vec::new(), elem)?;
                self.at(*s, at, vec![Access::Key(key)])
            }
            Expr::Subset(a, b) => {
                let elem = self.elements_of(*a)?;
                self.quantified(true, elem, &mut |this, key| {
                    let path = vec![Access::Key(key)];
                    let (x, y) = (this.at(*a, at, path.clone())?, this.at(*b, at, path)?);
                    Ok(this.graph.implies(x, y))
                })
            }
            Expr::Card(s) => self.counted(*s, at),
            Expr::Fold(op, binder, condition, body) => self.folded((*op, *binder), *condition, *body, at),
            Expr::Add(..) | Expr::Sub(..) | Expr::Mul(..) | Expr::Div(..) | Expr::Mod(..) | Expr::Neg(_) => {
                self.arithmetic(e, at)
            }
            Expr::Const(_)
            | Expr::Var(_)
            | Expr::Next(_)
            | Expr::Bound(_)
            | Expr::Ite(..)
            | Expr::Narrow(..)
            | Expr::None(_)
            | Expr::Some(_)
            | Expr::Unwrap(_)
            | Expr::SetLit(..)
            | Expr::Compr(..)
            | Expr::Union(..)
            | Expr::Inter(..)
            | Expr::Diff(..)
            | Expr::Closure(_)
            | Expr::Lambda(..)
            | Expr::Store(..)
            | Expr::Apply(..)
            | Expr::Tuple(_)
            | Expr::Proj(..) => Err(NoForm(
                "a composite value where a base value is needed".to_owned(),
            )),
        }
    }

    pub(super) fn formulas(&mut self, xs: &[ExprId], at: &At) -> Result<Vec<T>> {
        xs.iter().map(|x| self.formula(*x, at)).collect()
    }

    /// The type of both sides of an equality; that of a literal may be wider.
    pub(super) fn common(&self, a: ExprId, b: ExprId) -> TypeId {
        let arena = &self.system.arena;
        match arena.expr(a) {
            Expr::SetLit(..) | Expr::Some(_) | Expr::Tuple(_) | Expr::Ite(..) => arena.type_id(b),
            _ => arena.type_id(a),
        }
    }

    pub(super) fn arithmetic(&mut self, e: ExprId, at: &At) -> Result<T> {
        let node = self.system.arena.expr(e);
        let op = match node {
            Expr::Add(..) => Op::Add,
            Expr::Sub(..) => Op::Sub,
            Expr::Mul(..) => Op::Mul,
            Expr::Div(..) => Op::Div,
            Expr::Mod(..) => Op::Mod,
            _ => Op::Neg,
        };
        let args = self.formulas(&node.children(), at)?;
        Ok(self.graph.arithmetic(op, args))
    }
}
