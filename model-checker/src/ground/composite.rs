//! Flattening of options, tuples and maps, and of expressions in the form of another type.

use std::sync::Arc;

use transition_system::{BinderId, Expr, ExprId, Type, TypeId};

use super::dag::{Dag, NodeId};
use super::error::GroundError;
use super::flatten::Flattener;
use super::shape::{Scalar, Shape, Tree};
use super::term::Term;

type Result<T> = std::result::Result<T, GroundError>;

impl Flattener<'_> {
    /// Two expressions that have a common type, as terms of one shape.
    pub(super) fn alike(&mut self, a: ExprId, b: ExprId) -> Result<(Term, Term)> {
        let (ta, tb) = (self.system.arena.type_id(a), self.system.arena.type_id(b));
        let written = |e: ExprId| {
            matches!(
                self.system.arena.expr(e),
                Expr::SetLit(..) | Expr::Some(_) | Expr::Tuple(_) | Expr::Ite(..)
            )
        };
        if ta == tb {
            Ok((self.term(a)?, self.term(b)?))
        } else if written(a) {
            Ok((self.term_as(a, tb)?, self.term(b)?))
        } else {
            Ok((self.term(a)?, self.term_as(b, ta)?))
        }
    }

    /// The term of an expression in the form of another type that its values fit into.
    pub(crate) fn term_as(&mut self, expr: ExprId, ty: TypeId) -> Result<Term> {
        let own = self.system.arena.type_id(expr);
        if own == ty {
            return self.term(expr);
        }
        match (
            self.system.arena.expr(expr).clone(),
            self.system.arena.type_of_id(ty).clone(),
        ) {
            (Expr::SetLit(_, items), Type::Set(elem)) => self.set_literal(elem, &items),
            (Expr::Some(a), Type::Option(_)) => self.some(a, ty),
            (Expr::Tuple(parts), Type::Tuple(_)) => self.tuple(&parts, ty),
            (Expr::Ite(c, a, b), _) => self.ite(c, a, b, ty),
            (_, _) => {
                let (from, to) = (self.shape(own)?, self.shape(ty)?);
                let term = self.term(expr)?;
                self.convert(term, &from, &to)
            }
        }
    }

    fn convert(&mut self, term: Term, from: &Shape, to: &Shape) -> Result<Term> {
        match (from, to) {
            (a, b) if a == b => Ok(term),
            (
                Shape::Scalar(Scalar::Range(..) | Scalar::Int),
                Shape::Scalar(Scalar::Range(..) | Scalar::Int),
            ) => Ok(term),
            (_, _) => Err(GroundError::internal("two types that do not mix")),
        }
    }

    // ---- options and tuples ----

    pub(super) fn some(&mut self, a: ExprId, option: TypeId) -> Result<Term> {
        let Type::Option(inner) = *self.system.arena.type_of_id(option) else {
            return Err(GroundError::internal("`some` of a type that is no option"));
        };
        let (term, shape) = (self.term_as(a, inner)?, self.shape(option)?);
        Ok(match (&*shape, &term) {
            (Shape::Scalar(Scalar::Option(s)), Tree::Scalar(node)) => {
                let (lo, _) = s.bounds().unwrap_or_default();
                let node = self.as_int(*node);
                Tree::Scalar(self.dag.offset(node, 1 - lo))
            }
            (_, _) => Tree::Option(Dag::TRUE, Arc::new(term)),
        })
    }

    /// A node as an integer: truth values become 0 and 1.
    pub(super) fn as_int(&mut self, node: NodeId) -> NodeId {
        if !self.dag.is_boolean(node) {
            return node;
        }
        let (zero, one) = (self.dag.int(0), self.dag.int(1));
        self.dag.ite(node, one, zero)
    }

    pub(super) fn is_some(&mut self, a: ExprId) -> Result<NodeId> {
        Ok(match self.term(a)? {
            Tree::Option(flag, _) => flag,
            Tree::Scalar(code) => {
                let zero = self.dag.int(0);
                let none = self.dag.eq(code, zero);
                self.dag.not(none)
            }
            Tree::Set(_) | Tree::Map(_) | Tree::Tuple(_) => {
                return Err(GroundError::internal("an option was expected"));
            }
        })
    }

    pub(super) fn unwrap(&mut self, a: ExprId) -> Result<Term> {
        let shape = self.shape(self.system.arena.type_id(a))?;
        Ok(match (self.term(a)?, &*shape) {
            (Tree::Option(_, payload), _) => payload.as_ref().clone(),
            (Tree::Scalar(code), Shape::Scalar(Scalar::Option(inner))) => match **inner {
                Scalar::Bool => {
                    let yes = self.dag.int(2);
                    Tree::Scalar(self.dag.eq(code, yes))
                }
                ref inner => {
                    let (lo, _) = inner.bounds().unwrap_or_default();
                    Tree::Scalar(self.dag.offset(code, lo - 1))
                }
            },
            (_, _) => return Err(GroundError::internal("an option was expected")),
        })
    }

    pub(super) fn tuple(&mut self, parts: &[ExprId], ty: TypeId) -> Result<Term> {
        let Type::Tuple(types) = self.system.arena.type_of_id(ty).clone() else {
            return Err(GroundError::internal("a tuple of a type that is none"));
        };
        let terms = parts.iter().zip(types).map(|(p, t)| self.term_as(*p, t));
        Ok(Tree::Tuple(terms.collect::<Result<Vec<_>>>()?.into()))
    }

    pub(super) fn project(&mut self, a: ExprId, index: usize) -> Result<Term> {
        match self.term(a)? {
            Tree::Tuple(parts) if index < parts.len() => Ok(parts[index].clone()),
            _ => Err(GroundError::internal("a tuple was expected")),
        }
    }

    // ---- maps ----

    pub(super) fn lambda(&mut self, binder: BinderId, body: ExprId, ty: TypeId) -> Result<Term> {
        let Type::Map(_, value) = *self.system.arena.type_of_id(ty) else {
            return Err(GroundError::internal("a map of a type that is none"));
        };
        let domain = self.domain(self.system.arena.binder_info(binder).ty)?;
        let mut parts = Vec::with_capacity(domain.len());
        for key in domain.iter() {
            parts.push(self.under(binder, *key, |this| this.term_as(body, value))?);
        }
        Ok(Tree::Map(parts.into()))
    }

    /// The parts of a map, a key in the form of its keys, and the shape of the map.
    fn map_and_key(&mut self, map: ExprId, key: ExprId) -> Result<(Arc<[Term]>, Term, Arc<Shape>)> {
        let ty = self.system.arena.type_id(map);
        let Type::Map(key_ty, _) = *self.system.arena.type_of_id(ty) else {
            return Err(GroundError::internal("a map was expected"));
        };
        match (self.term(map)?, self.term_as(key, key_ty)?) {
            (Tree::Map(parts), key) => Ok((parts, key, self.shape(ty)?)),
            (_, _) => Err(GroundError::internal("a map was expected")),
        }
    }

    pub(super) fn apply(&mut self, map: ExprId, key: ExprId) -> Result<Term> {
        if let Expr::Lambda(binder, body) = *self.system.arena.expr(map) {
            let ty = self.system.arena.binder_info(binder).ty;
            let key = self.term_as(key, ty)?;
            let key = self.binding(key);
            let value = self.system.arena.type_id(map);
            if let Type::Map(_, value) = *self.system.arena.type_of_id(value) {
                return self.under(binder, key, |this| this.term_as(body, value));
            }
        }
        let (parts, key, shape) = self.map_and_key(map, key)?;
        let Shape::Map(keys, key_shape, _) = &*shape else {
            return Err(GroundError::internal("a map was expected"));
        };
        let places = self.dag.places(&key, key_shape, keys)?;
        Ok(self.dag.select(&parts, &places))
    }

    pub(super) fn store(&mut self, map: ExprId, key: ExprId, value: ExprId) -> Result<Term> {
        let ty = self.system.arena.type_id(map);
        let (parts, key, shape) = self.map_and_key(map, key)?;
        let (Shape::Map(keys, key_shape, _), Type::Map(_, value_ty)) =
            (&*shape, self.system.arena.type_of_id(ty))
        else {
            return Err(GroundError::internal("a map was expected"));
        };
        let value = self.term_as(value, *value_ty)?;
        let places = self.dag.places(&key, key_shape, keys)?;
        Ok(Tree::Map(self.dag.store(&parts, &places, &value)))
    }
}
