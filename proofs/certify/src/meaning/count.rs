//! What is written out over all elements of a finite type: cardinalities, sums, least and greatest integers,
//! transitive closures.

use std::rc::Rc;

use transition_system::text::print_type;
use transition_system::{BinderId, ExprId, FoldOp, Type, TypeId};

use super::{Access, At, COUNTED, Edges, Item, Meaning, NoForm, Result, with};
use crate::smt::graph::{FunctionInfo, Node, Op, S, T};

/// Most elements of a type on which a relation is closed.
const CLOSED: u64 = 64;

impl Meaning<'_> {
    fn every(&mut self, what: &str, ty: TypeId, limit: u64) -> Result<Vec<Item>> {
        match self.listed(ty, limit)? {
            Some(items) => Ok(items),
            None => Err(NoForm(format!("{what} `{}`", print_type(self.system, ty)))),
        }
    }

    fn plus(&mut self, parts: Vec<T>) -> T {
        match parts.as_slice() {
            [] => self.graph.number(0),
            [one] => *one,
            _ => self.graph.arithmetic(Op::Add, parts),
        }
    }

    pub(super) fn counted(&mut self, set: ExprId, at: &At) -> Result<T> {
        let elem = self.elements_of(set)?;
        let Some(items) = self.listed(elem, COUNTED)? else {
            return self.uncounted(set, at);
        };
        let (zero, one) = (self.graph.number(0), self.graph.number(1));
        let mut parts = Vec::new();
        for item in items {
            let member = self.at(set, at, vec![Access::Key(item)])?;
            parts.push(self.graph.ite(member, one, zero));
        }
        Ok(self.plus(parts))
    }

    /// The cardinality of a set that cannot be counted out: some number, the same for the same set in the same state. Of
    /// such a term a query without a model shows what it would show of the number itself.
    fn uncounted(&mut self, set: ExprId, at: &At) -> Result<T> {
        let mut args = Vec::new();
        for binder in self.free(set).iter() {
            let Some(item) = at.binders.get(binder).cloned() else {
                return Err(NoForm("an open expression".to_owned()));
            };
            self.flatten(&item, &mut args)?;
        }
        let number = self.uncounted.len();
        let key = (set, at.when);
        let f = match self.uncounted.get(&key) {
            Some(f) => *f,
            None => {
                let info = FunctionInfo {
                    symbol: format!("card.{number}"),
                    args: args.iter().map(|a| self.graph.sort(*a)).collect(),
                    result: S::Int,
                };
                let f = self.graph.add_function(info);
                self.uncounted.insert(key, f);
                f
            }
        };
        Ok(self.graph.call(f, args))
    }

    /// Whether a formula rests on a cardinality that is not counted out.
    pub(crate) fn rests_on_uncounted(&self, roots: &[T]) -> bool {
        let counts = |t: &T| match self.graph.node(*t) {
            Node::Call(f, _) => self.uncounted.values().any(|g| g == f),
            Node::Truth(_)
            | Node::Number(_)
            | Node::Element(..)
            | Node::Variable(_)
            | Node::Apply(..)
            | Node::Quantified(..) => false,
        };
        self.graph.reach(roots).iter().any(counts)
    }

    /// The sum, least or greatest of the integers of `body` where `condition` holds.
    pub(super) fn folded(
        &mut self,
        (op, binder): (FoldOp, BinderId),
        condition: ExprId,
        body: ExprId,
        at: &At,
    ) -> Result<T> {
        let what = match op {
            FoldOp::Sum => "`sum` over",
            FoldOp::Min => "`min` over",
            FoldOp::Max => "`max` over",
        };
        let ty = self.system.arena.binder_info(binder).ty;
        let mut parts = Vec::new();
        for item in self.every(what, ty, COUNTED)? {
            let inner = with(at, binder, item);
            parts.push((self.formula(condition, &inner)?, self.formula(body, &inner)?));
        }
        let zero = self.graph.number(0);
        if op == FoldOp::Sum {
            let parts = parts
                .into_iter()
                .map(|(c, x)| self.graph.ite(c, x, zero))
                .collect();
            return Ok(self.plus(parts));
        }
        // From the last to the first: the best of the rest, and whether there is any.
        let (mut any, mut best) = (self.graph.truth(false), zero);
        for (here, x) in parts.into_iter().rev() {
            let wins = match op {
                FoldOp::Min => self.graph.compare(Op::LessEqual, x, best),
                FoldOp::Max | FoldOp::Sum => self.graph.compare(Op::LessEqual, best, x),
            };
            let with_rest = self.graph.ite(wins, x, best);
            let taken = self.graph.ite(any, with_rest, x);
            best = self.graph.ite(here, taken, best);
            any = self.graph.or([here, any]);
        }
        Ok(best)
    }

    /// Whether a pair is in the transitive closure of a relation.
    pub(super) fn closed(&mut self, relation: ExprId, pair: &Item, at: &At) -> Result<T> {
        let edges = self.edges(relation, at)?;
        let mut parts = Vec::new();
        for (item, holds) in edges.iter() {
            let same = self.same_items(pair, item)?;
            parts.push(self.graph.and([same, *holds]));
        }
        Ok(self.graph.or(parts))
    }

    /// All pairs, each with whether it is in the closure: paths of twice the length, until none is longer.
    fn edges(&mut self, relation: ExprId, at: &At) -> Result<Edges> {
        let at = self.restricted(relation, at);
        let key = (relation, at);
        if let Some(known) = self.closures.get(&key) {
            return Ok(known.clone());
        }
        let column = match self.ty(self.elements_of(relation)?) {
            Type::Tuple(parts) => parts.first().copied(),
            Type::Bool | Type::Int | Type::Range { .. } | Type::Enum(_) | Type::Sort(_) => None,
            Type::Option(_) | Type::Set(_) | Type::Map(..) => None,
        };
        let column = column.ok_or_else(|| NoForm("the closure of what is no relation".to_owned()))?;
        let items = self.every("`closure` of a relation on", column, CLOSED)?;
        let n = items.len();
        let mut pairs = Vec::with_capacity(n * n);
        let mut holds = Vec::with_capacity(n * n);
        for x in &items {
            for y in &items {
                let pair = Item::Tuple(vec![x.clone(), y.clone()]);
                holds.push(self.at(relation, &key.1, vec![Access::Key(pair.clone())])?);
                pairs.push(pair);
            }
        }
        let mut length = 1;
        while length < n {
            holds = self.doubled(&holds, n);
            length *= 2;
        }
        let edges: Edges = Rc::new(pairs.into_iter().zip(holds).collect());
        self.closures.insert(key, edges.clone());
        Ok(edges)
    }

    fn doubled(&mut self, holds: &[T], n: usize) -> Vec<T> {
        let mut out = Vec::with_capacity(n * n);
        for i in 0..n {
            for j in 0..n {
                let mut ways = vec![holds[i * n + j]];
                for k in 0..n {
                    ways.push(self.graph.and([holds[i * n + k], holds[k * n + j]]));
                }
                out.push(self.graph.or(ways));
            }
        }
        out
    }
}
