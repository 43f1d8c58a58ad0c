//! Flattening of sums, least and greatest integers, and transitive closures.
//!
//! A sum adds halves, and the least of many is the lesser of the leasts of halves, so that the result is as deep as
//! the logarithm of their number. Where there is nothing to take the least of, the node has some value: the promise
//! that there is something is checked on its own.

use transition_system::{BinderId, ExprId, FoldOp, Type};

use super::dag::{Dag, NodeId};
use super::error::GroundError;
use super::flatten::Flattener;
use super::shape::Tree;
use super::term::Term;

type Result<T> = std::result::Result<T, GroundError>;

/// Whether there is an integer, and which.
type Best = (NodeId, NodeId);

impl Flattener<'_> {
    pub(super) fn fold(
        &mut self,
        op: FoldOp,
        binder: BinderId,
        condition: ExprId,
        body: ExprId,
    ) -> Result<NodeId> {
        let domain = self.domain(self.system.arena.binder_info(binder).ty)?;
        let mut items: Vec<Best> = Vec::new();
        for value in domain.iter() {
            let item = self.under(binder, *value, |this| {
                let here = this.truth(condition)?;
                if here == Dag::FALSE {
                    return Ok(None);
                }
                Ok(Some((here, this.scalar(body)?)))
            })?;
            items.extend(item);
        }
        Ok(match op {
            FoldOp::Sum => {
                let zero = self.dag.int(0);
                let parts = items.into_iter().map(|(c, x)| self.dag.ite(c, x, zero)).collect();
                self.total(parts)
            }
            FoldOp::Min => self.extreme(items, |dag, a, b| dag.le(a, b)),
            FoldOp::Max => self.extreme(items, |dag, a, b| dag.le(b, a)),
        })
    }

    /// The sum of nodes.
    pub(super) fn total(&mut self, mut parts: Vec<NodeId>) -> NodeId {
        while parts.len() > 1 {
            parts = parts
                .chunks(2)
                .map(|pair| match pair {
                    [x, y] => self.dag.add(*x, *y),
                    _ => pair[0],
                })
                .collect();
        }
        parts.first().copied().unwrap_or_else(|| self.dag.int(0))
    }

    fn extreme(
        &mut self,
        mut items: Vec<Best>,
        before: impl Fn(&mut Dag, NodeId, NodeId) -> NodeId,
    ) -> NodeId {
        let dag = &mut self.dag;
        while items.len() > 1 {
            items = items
                .chunks(2)
                .map(|pair| match *pair {
                    [(p, x), (q, y)] => {
                        let first = before(dag, x, y);
                        let both = dag.ite(first, x, y);
                        let with_first = dag.ite(q, both, x);
                        (dag.or([p, q]), dag.ite(p, with_first, y))
                    }
                    _ => pair[0],
                })
                .collect();
        }
        items.first().map_or_else(|| dag.int(0), |(_, x)| *x)
    }

    /// Transitive closure, by letting each element in turn be passed through.
    pub(super) fn closure(&mut self, relation: ExprId) -> Result<Term> {
        let Tree::Set(bits) = self.term(relation)? else {
            return Err(GroundError::internal("a relation was expected"));
        };
        let column = match self.system.arena.type_of(relation) {
            Type::Set(pair) => match self.system.arena.type_of_id(*pair) {
                Type::Tuple(parts) => parts.first().copied(),
                _ => None,
            },
            _ => None,
        };
        let column = column.ok_or_else(|| GroundError::internal("a relation was expected"))?;
        let n = self.domain(column)?.len();
        let mut pairs = bits.to_vec();
        if pairs.len() != n * n {
            return Err(GroundError::internal("a relation of one type was expected"));
        }
        for k in 0..n {
            for i in (0..n).filter(|i| *i != k) {
                let to_k = pairs[i * n + k];
                if to_k == Dag::FALSE {
                    continue;
                }
                for j in (0..n).filter(|j| *j != k) {
                    let through = self.dag.and([to_k, pairs[k * n + j]]);
                    pairs[i * n + j] = self.dag.or([pairs[i * n + j], through]);
                }
                self.check()?;
            }
        }
        Ok(Tree::Set(pairs.into()))
    }
}
