//! Flattening of sets: pointwise, and membership pushed into the operators, so that an element that is known is
//! looked up without writing out the whole set.

use std::sync::Arc;

use transition_system::{BinderId, Expr, ExprId, Type, TypeId};

use super::dag::{Dag, NodeId};
use super::error::GroundError;
use super::flatten::Flattener;
use super::shape::{Shape, Tree};
use super::term::Term;

type Result<T> = std::result::Result<T, GroundError>;
type Bits = Arc<[NodeId]>;

impl Flattener<'_> {
    fn element_type(&self, set: ExprId) -> Result<TypeId> {
        match self.system.arena.type_of(set) {
            Type::Set(elem) => Ok(*elem),
            _ => Err(GroundError::internal("a set was expected")),
        }
    }

    fn is_open(&self, elem: TypeId) -> bool {
        matches!(self.system.arena.type_of_id(elem), Type::Int)
    }

    /// The bits of a set, in the order of the values of its element type.
    fn bits(&mut self, term: &Term) -> Result<Bits> {
        match term {
            Tree::Set(bits) => Ok(bits.clone()),
            Tree::Scalar(_) | Tree::Map(_) | Tree::Tuple(_) | Tree::Option(..) => {
                Err(GroundError::internal("a set was expected"))
            }
        }
    }

    pub(super) fn set_literal(&mut self, elem: TypeId, items: &[ExprId]) -> Result<Term> {
        if self.is_open(elem) {
            return Err(GroundError::new(
                "a set of `int`s can only be written on the right of `in`; use a range as its element type",
            ));
        }
        let shape = self.shape(elem)?;
        let domain = self.domain(elem)?;
        let mut terms = Vec::with_capacity(items.len());
        for item in items {
            terms.push(self.term_as(*item, elem)?);
        }
        let mut hits: Vec<Vec<NodeId>> = vec![Vec::new(); domain.len()];
        for term in &terms {
            let known = self.dag.literals(term).map(|t| shape.decode(&t));
            for (i, value) in domain.iter().enumerate() {
                let Some(here) = self.bound_term(*value) else {
                    continue;
                };
                let hit = match &known {
                    Some(_) => self.dag.bool(here == *term),
                    None => self.dag.term_eq(term, &here),
                };
                if hit != Dag::FALSE {
                    hits[i].push(hit);
                }
            }
        }
        Ok(Tree::Set(hits.into_iter().map(|h| self.dag.or(h)).collect()))
    }

    pub(super) fn comprehension(&mut self, binder: BinderId, body: ExprId) -> Result<Term> {
        let domain = self.domain(self.system.arena.binder_info(binder).ty)?;
        let mut bits = Vec::with_capacity(domain.len());
        for value in domain.iter() {
            bits.push(self.under(binder, *value, |this| this.truth(body))?);
        }
        Ok(Tree::Set(bits.into()))
    }

    pub(super) fn bitwise(
        &mut self,
        a: ExprId,
        b: ExprId,
        f: impl Fn(&mut Dag, NodeId, NodeId) -> NodeId,
    ) -> Result<Term> {
        let (x, y) = self.sets(a, b)?;
        Ok(Tree::Set(
            x.iter()
                .zip(y.iter())
                .map(|(x, y)| f(&mut self.dag, *x, *y))
                .collect(),
        ))
    }

    fn sets(&mut self, a: ExprId, b: ExprId) -> Result<(Bits, Bits)> {
        let (x, y) = self.alike(a, b)?;
        let (x, y) = (self.bits(&x)?, self.bits(&y)?);
        if x.len() == y.len() {
            Ok((x, y))
        } else {
            Err(GroundError::internal("sets of two types"))
        }
    }

    pub(super) fn subset(&mut self, a: ExprId, b: ExprId) -> Result<NodeId> {
        if let Expr::SetLit(_, items) = self.system.arena.expr(a).clone() {
            let mut parts = Vec::with_capacity(items.len());
            for item in items {
                parts.push(self.member_of(item, b)?);
            }
            return Ok(self.dag.and(parts));
        }
        let (x, y) = self.sets(a, b)?;
        let parts: Vec<_> = x
            .iter()
            .zip(y.iter())
            .map(|(x, y)| self.dag.implies(*x, *y))
            .collect();
        Ok(self.dag.and(parts))
    }

    pub(super) fn card(&mut self, a: ExprId) -> Result<NodeId> {
        let term = self.term(a)?;
        let bits = self.bits(&term)?;
        let counts = bits.iter().map(|bit| self.as_int(*bit)).collect();
        Ok(self.total(counts))
    }

    pub(super) fn member_of(&mut self, item: ExprId, set: ExprId) -> Result<NodeId> {
        let mut elem = self.element_type(set)?;
        if self.is_open(elem) {
            elem = self.system.arena.type_id(item);
        }
        let item = self.term_as(item, elem)?;
        self.member(&item, elem, set)
    }

    /// Whether a term of type `elem` is in a set.
    fn member(&mut self, item: &Term, elem: TypeId, set: ExprId) -> Result<NodeId> {
        match self.system.arena.expr(set).clone() {
            Expr::SetLit(_, items) => {
                let mut parts = Vec::with_capacity(items.len());
                for other in items {
                    let other = self.term_as(other, elem)?;
                    parts.push(self.dag.term_eq(item, &other));
                }
                Ok(self.dag.or(parts))
            }
            Expr::Compr(binder, body) => {
                let binding = self.binding(item.clone());
                self.under(binder, binding, |this| this.truth(body))
            }
            Expr::Union(a, b) => {
                let (x, y) = (self.member(item, elem, a)?, self.member(item, elem, b)?);
                Ok(self.dag.or([x, y]))
            }
            Expr::Inter(a, b) => {
                let (x, y) = (self.member(item, elem, a)?, self.member(item, elem, b)?);
                Ok(self.dag.and([x, y]))
            }
            Expr::Diff(a, b) => {
                let (x, y) = (self.member(item, elem, a)?, self.member(item, elem, b)?);
                let not = self.dag.not(y);
                Ok(self.dag.and([x, not]))
            }
            Expr::Ite(c, a, b) => {
                let c = self.truth(c)?;
                let (x, y) = (self.member(item, elem, a)?, self.member(item, elem, b)?);
                Ok(self.dag.ite(c, x, y))
            }
            _ => self.member_by_bits(item, set),
        }
    }

    fn member_by_bits(&mut self, item: &Term, set: ExprId) -> Result<NodeId> {
        let term = self.term(set)?;
        let bits = self.bits(&term)?;
        let shape = self.shape(self.system.arena.type_id(set))?;
        match &*shape {
            Shape::Set(items, inner) if !items.is_empty() => {
                let places = self.dag.places(item, inner, items)?;
                Ok(self.dag.select_bit(&bits, &places))
            }
            _ => Err(GroundError::internal("a set was expected")),
        }
    }
}
