//! What needs all elements at hand: cardinalities, sums, least and greatest integers, transitive closures.
//!
//! None of these has a form in first-order logic over sorts of any size, so they are written out over the elements of
//! a finite type, and refused by name elsewhere.

use transition_system::text::print_type;
use transition_system::{Expr, ExprId, FoldOp, Type, TypeId};

use super::encoder::{Encoder, Result, Unsupported};
use super::term::TermId;
use super::value::{EnvId, FrameId, Val, ValId};

/// Most elements that are counted or added up.
const COUNT_LIMIT: u64 = 1024;

/// Most elements of a type on which a relation is closed.
const CLOSURE_LIMIT: u64 = 64;

impl Encoder<'_> {
    /// All values of a type, or why there is no such list.
    fn all(&mut self, what: &str, ty: TypeId, limit: u64) -> Result<Vec<ValId>> {
        self.values(ty, limit).ok_or_else(|| {
            Unsupported(format!(
                "{what} `{}`, which has a sort of any size in it or more than {limit} values; \
                 give the sort a size, or say it with quantifiers",
                print_type(self.system, ty)
            ))
        })
    }

    pub(super) fn cardinality(&mut self, set: ExprId, env: EnvId, frame: FrameId) -> Result<TermId> {
        let elem = self.element_type(set)?;
        let items = self.all("`card` of a set of", elem, COUNT_LIMIT)?;
        let set = self.eval(set, env, frame)?;
        let (zero, one) = (self.terms.int(0), self.terms.int(1));
        let mut parts = Vec::new();
        for item in items {
            let member = self.member(item, set)?;
            parts.push(self.terms.ite(member, one, zero));
        }
        Ok(self.terms.add(parts))
    }

    /// The sum, least or greatest of many integers.
    pub(super) fn fold(&mut self, expr: ExprId, env: EnvId, frame: FrameId) -> Result<TermId> {
        let Expr::Fold(op, binder, condition, body) = *self.system.arena.expr(expr) else {
            return Err(Unsupported("an expression that adds nothing up".to_owned()));
        };
        let what = match op {
            FoldOp::Sum => "`sum` over",
            FoldOp::Min => "`min` over",
            FoldOp::Max => "`max` over",
        };
        let ty = self.system.arena.binder_info(binder).ty;
        let mut items = Vec::new();
        for value in self.all(what, ty, COUNT_LIMIT)? {
            let env = self.bind(env, binder, value);
            let here = self.formula(condition, env, frame)?;
            if self.terms.as_bool(here) != Some(false) {
                items.push((here, self.formula(body, env, frame)?));
            }
        }
        Ok(match op {
            FoldOp::Sum => {
                let zero = self.terms.int(0);
                let parts: Vec<_> = items
                    .into_iter()
                    .map(|(c, x)| self.terms.ite(c, x, zero))
                    .collect();
                self.terms.add(parts)
            }
            FoldOp::Min => self.extreme(items, |this, a, b| this.terms.le(a, b)),
            FoldOp::Max => self.extreme(items, |this, a, b| this.terms.le(b, a)),
        })
    }

    /// The first of the integers whose conditions hold; any integer, where none does.
    fn extreme(
        &mut self,
        items: Vec<(TermId, TermId)>,
        before: impl Fn(&mut Self, TermId, TermId) -> TermId,
    ) -> TermId {
        let mut best: Option<(TermId, TermId)> = None;
        for (q, y) in items {
            best = Some(match best {
                None => (q, y),
                Some((p, x)) => {
                    let first = before(self, x, y);
                    let not = self.terms.not(q);
                    let stays = self.terms.or([not, first]);
                    let stays = self.terms.and([p, stays]);
                    (self.terms.or([p, q]), self.terms.ite(stays, x, y))
                }
            });
        }
        match best {
            Some((_, x)) => x,
            None => self.terms.int(0),
        }
    }

    /// The transitive closure of a relation, by letting each element in turn be passed through.
    pub(super) fn closure(&mut self, relation: ExprId, env: EnvId, frame: FrameId) -> Result<ValId> {
        let pair = self.element_type(relation)?;
        let column = match self.ty(pair) {
            Type::Tuple(parts) => parts.first().copied(),
            Type::Bool | Type::Int | Type::Range { .. } | Type::Enum(_) | Type::Sort(_) => None,
            Type::Option(_) | Type::Set(_) | Type::Map(..) => None,
        };
        let Some(column) = column else {
            return Err(Unsupported("the closure of what is no relation".to_owned()));
        };
        let items = self.all("`closure` of a relation on", column, CLOSURE_LIMIT)?;
        let relation = self.eval(relation, env, frame)?;
        let n = items.len();
        let mut pairs = Vec::with_capacity(n * n);
        let mut edges = Vec::with_capacity(n * n);
        for x in &items {
            for y in &items {
                let item = self.val(Val::Tuple(vec![*x, *y]));
                edges.push(self.member(item, relation)?);
                pairs.push(item);
            }
        }
        for k in 0..n {
            for i in (0..n).filter(|i| *i != k) {
                for j in (0..n).filter(|j| *j != k) {
                    let through = self.terms.and([edges[i * n + k], edges[k * n + j]]);
                    edges[i * n + j] = self.terms.or([edges[i * n + j], through]);
                }
            }
        }
        Ok(self.val(Val::Members(pair, pairs.into_iter().zip(edges).collect())))
    }
}
