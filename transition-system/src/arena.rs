//! The arena: interned types, hash-consed expressions, binders, and the smart constructors that are the only
//! way to make an expression.
//!
//! Guarantees: equal nodes have equal ids; ids only grow, so an id stays valid in every later version of
//! its arena; each node's type is known; constants are folded where that loses no promise. A constructor
//! trusts its caller about types (the front end checks the user's text, [`crate::validate`] checks the
//! result).

use indexmap::IndexSet;

use crate::expr::{Expr, FoldOp, Quantifier};
use crate::ids::{BinderId, ConstId, EnumId, ExprId, SortId, TypeId, VarId};
use crate::types::Type;

/// A bound variable. Each binder is bound by one node of an expression, or is a parameter of one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binder {
    /// Name as the user wrote it; not necessarily unique.
    pub name: String,
    /// Type, always one whose values a scope makes finite.
    pub ty: TypeId,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Arena {
    types: IndexSet<Type>,
    exprs: IndexSet<Expr>,
    expr_types: Vec<TypeId>,
    binders: Vec<Binder>,
}

impl Arena {
    /// An empty arena.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    // ---- types and binders ----

    /// The id of a type.
    pub fn ty(&mut self, ty: Type) -> TypeId {
        TypeId::new(self.types.insert_full(ty).0)
    }

    /// The type behind an id.
    ///
    /// # Panics
    /// If the id is of another arena.
    #[must_use]
    pub fn type_of_id(&self, id: TypeId) -> &Type {
        &self.types[id.index()]
    }

    /// Number of types; ids are `0..count`.
    #[must_use]
    pub fn type_count(&self) -> usize {
        self.types.len()
    }

    /// `bool`.
    pub fn bool_ty(&mut self) -> TypeId {
        self.ty(Type::Bool)
    }

    /// `int`.
    pub fn int_ty(&mut self) -> TypeId {
        self.ty(Type::Int)
    }

    /// A fresh binder.
    pub fn binder(&mut self, name: impl Into<String>, ty: TypeId) -> BinderId {
        self.binders.push(Binder {
            name: name.into(),
            ty,
        });
        BinderId::new(self.binders.len() - 1)
    }

    /// The binder behind an id.
    ///
    /// # Panics
    /// If the id is of another arena.
    #[must_use]
    pub fn binder_info(&self, id: BinderId) -> &Binder {
        &self.binders[id.index()]
    }

    /// Number of binders; ids are `0..count`.
    #[must_use]
    pub fn binder_count(&self) -> usize {
        self.binders.len()
    }

    // ---- expressions ----

    /// The node behind an id.
    ///
    /// # Panics
    /// If the id is of another arena.
    #[must_use]
    pub fn expr(&self, id: ExprId) -> &Expr {
        &self.exprs[id.index()]
    }

    /// Number of expressions; ids are `0..count`, children before parents.
    #[must_use]
    pub fn expr_count(&self) -> usize {
        self.exprs.len()
    }

    /// The id of an expression's type.
    ///
    /// # Panics
    /// If the id is of another arena.
    #[must_use]
    pub fn type_id(&self, id: ExprId) -> TypeId {
        self.expr_types[id.index()]
    }

    /// The type of an expression.
    #[must_use]
    pub fn type_of(&self, id: ExprId) -> &Type {
        self.type_of_id(self.type_id(id))
    }

    fn intern(&mut self, expr: Expr, ty: TypeId) -> ExprId {
        let (index, new) = self.exprs.insert_full(expr);
        if new {
            self.expr_types.push(ty);
        }
        ExprId::new(index)
    }

    fn intern_bool(&mut self, expr: Expr) -> ExprId {
        let ty = self.bool_ty();
        self.intern(expr, ty)
    }

    fn intern_int(&mut self, expr: Expr) -> ExprId {
        let ty = self.int_ty();
        self.intern(expr, ty)
    }

    /// A truth value.
    pub fn bool(&mut self, value: bool) -> ExprId {
        self.intern_bool(Expr::Bool(value))
    }

    /// An integer.
    pub fn int(&mut self, value: i64) -> ExprId {
        self.intern_int(Expr::Int(value))
    }

    /// An enumerator, by index.
    pub fn enumerator(&mut self, of: EnumId, index: u32) -> ExprId {
        let ty = self.ty(Type::Enum(of));
        self.intern(Expr::Enumerator(of, index), ty)
    }

    /// A named element of a sort, by index.
    pub fn element(&mut self, of: SortId, index: u32) -> ExprId {
        let ty = self.ty(Type::Sort(of));
        self.intern(Expr::Element(of, index), ty)
    }

    /// A constant of this type.
    pub fn constant(&mut self, id: ConstId, ty: TypeId) -> ExprId {
        self.intern(Expr::Const(id), ty)
    }

    /// A variable of this type, in the current state.
    pub fn var(&mut self, id: VarId, ty: TypeId) -> ExprId {
        self.intern(Expr::Var(id), ty)
    }

    /// A variable of this type, in the next state.
    pub fn next(&mut self, id: VarId, ty: TypeId) -> ExprId {
        self.intern(Expr::Next(id), ty)
    }

    /// The value of a binder.
    pub fn bound(&mut self, id: BinderId) -> ExprId {
        let ty = self.binder_info(id).ty;
        self.intern(Expr::Bound(id), ty)
    }

    /// The truth value of a literal, if it is one.
    #[must_use]
    pub fn as_bool(&self, id: ExprId) -> Option<bool> {
        match self.expr(id) {
            Expr::Bool(b) => Some(*b),
            _ => None,
        }
    }

    fn as_int(&self, id: ExprId) -> Option<i64> {
        match self.expr(id) {
            Expr::Int(n) => Some(*n),
            _ => None,
        }
    }

    /// Whether this is a literal: its value needs neither state nor constants.
    #[must_use]
    pub fn is_literal(&self, id: ExprId) -> bool {
        match self.expr(id) {
            Expr::Bool(_) | Expr::Int(_) | Expr::Enumerator(..) | Expr::Element(..) | Expr::None(_) => true,
            Expr::Some(a) => self.is_literal(*a),
            Expr::Tuple(xs) | Expr::SetLit(_, xs) => xs.iter().all(|x| self.is_literal(*x)),
            _ => false,
        }
    }

    /// Negation.
    pub fn not(&mut self, a: ExprId) -> ExprId {
        match *self.expr(a) {
            Expr::Bool(b) => self.bool(!b),
            Expr::Not(inner) => inner,
            _ => self.intern_bool(Expr::Not(a)),
        }
    }

    /// Conjunction in order; nested conjunctions are flattened, `true` left out, nothing after a literal
    /// `false` kept.
    pub fn and(&mut self, parts: impl IntoIterator<Item = ExprId>) -> ExprId {
        self.junction(parts, true)
    }

    /// Disjunction in order, likewise.
    pub fn or(&mut self, parts: impl IntoIterator<Item = ExprId>) -> ExprId {
        self.junction(parts, false)
    }

    fn junction(&mut self, parts: impl IntoIterator<Item = ExprId>, conjunction: bool) -> ExprId {
        let mut out: Vec<ExprId> = Vec::new();
        for part in parts {
            let nested = match (self.expr(part), conjunction) {
                (Expr::And(xs), true) | (Expr::Or(xs), false) => xs.clone(),
                _ => vec![part],
            };
            for x in nested {
                match self.as_bool(x) {
                    Some(b) if b == conjunction => {}
                    Some(_) => {
                        out.push(x);
                        break;
                    }
                    None if out.contains(&x) => {}
                    None => out.push(x),
                }
            }
            if out.last().is_some_and(|x| self.as_bool(*x) == Some(!conjunction)) {
                break;
            }
        }
        match out.as_slice() {
            [] => self.bool(conjunction),
            [one] => *one,
            _ if conjunction => self.intern_bool(Expr::And(out)),
            _ => self.intern_bool(Expr::Or(out)),
        }
    }

    /// Implication.
    pub fn implies(&mut self, a: ExprId, b: ExprId) -> ExprId {
        match (self.as_bool(a), self.as_bool(b)) {
            (Some(true), _) => b,
            (Some(false), _) => self.bool(true),
            (None, Some(true)) if self.is_total(a) => b,
            (None, Some(false)) => self.not(a),
            (None, _) => self.intern_bool(Expr::Implies(a, b)),
        }
    }

    /// `if c then a else b`.
    pub fn ite(&mut self, c: ExprId, a: ExprId, b: ExprId) -> ExprId {
        match self.as_bool(c) {
            Some(true) => a,
            Some(false) => b,
            None if a == b && self.is_total(c) => a,
            None => {
                let ty = self.join(self.type_id(a), self.type_id(b));
                self.intern(Expr::Ite(c, a, b), ty)
            }
        }
    }

    /// The least type of both: differing integer types join in `int`.
    fn join(&mut self, a: TypeId, b: TypeId) -> TypeId {
        if a != b && self.type_of_id(a).is_integer() && self.type_of_id(b).is_integer() {
            self.int_ty()
        } else {
            a
        }
    }

    /// Equality.
    pub fn eq(&mut self, a: ExprId, b: ExprId) -> ExprId {
        if a == b && self.is_total(a) {
            return self.bool(true);
        }
        match (self.expr(a), self.expr(b)) {
            (Expr::Bool(true), _) => return b,
            (_, Expr::Bool(true)) => return a,
            (Expr::Bool(false), _) => return self.not(b),
            (_, Expr::Bool(false)) => return self.not(a),
            (Expr::Int(_), Expr::Int(_))
            | (Expr::Enumerator(..), Expr::Enumerator(..))
            | (Expr::Element(..), Expr::Element(..)) => return self.bool(false),
            _ => {}
        }
        self.intern_bool(Expr::Eq(a, b))
    }

    /// Disequality: the negation of [`Arena::eq`].
    pub fn ne(&mut self, a: ExprId, b: ExprId) -> ExprId {
        let e = self.eq(a, b);
        self.not(e)
    }

    /// `a < b`.
    pub fn lt(&mut self, a: ExprId, b: ExprId) -> ExprId {
        match (self.as_int(a), self.as_int(b)) {
            (Some(x), Some(y)) => self.bool(x < y),
            _ => self.intern_bool(Expr::Lt(a, b)),
        }
    }

    /// `a <= b`.
    pub fn le(&mut self, a: ExprId, b: ExprId) -> ExprId {
        match (self.as_int(a), self.as_int(b)) {
            (Some(x), Some(y)) => self.bool(x <= y),
            _ => self.intern_bool(Expr::Le(a, b)),
        }
    }

    fn arith(
        &mut self,
        a: ExprId,
        b: ExprId,
        fold: fn(i64, i64) -> Option<i64>,
        make: fn(ExprId, ExprId) -> Expr,
    ) -> ExprId {
        if let (Some(x), Some(y)) = (self.as_int(a), self.as_int(b))
            && let Some(value) = fold(x, y)
        {
            return self.int(value);
        }
        self.intern_int(make(a, b))
    }

    /// Sum.
    pub fn add(&mut self, a: ExprId, b: ExprId) -> ExprId {
        self.arith(a, b, i64::checked_add, Expr::Add)
    }

    /// Difference.
    pub fn sub(&mut self, a: ExprId, b: ExprId) -> ExprId {
        self.arith(a, b, i64::checked_sub, Expr::Sub)
    }

    /// Product.
    pub fn mul(&mut self, a: ExprId, b: ExprId) -> ExprId {
        self.arith(a, b, i64::checked_mul, Expr::Mul)
    }

    /// Euclidean quotient.
    pub fn div(&mut self, a: ExprId, b: ExprId) -> ExprId {
        self.arith(a, b, i64::checked_div_euclid, Expr::Div)
    }

    /// Euclidean remainder.
    pub fn modulo(&mut self, a: ExprId, b: ExprId) -> ExprId {
        self.arith(a, b, i64::checked_rem_euclid, Expr::Mod)
    }

    /// Negative.
    pub fn neg(&mut self, a: ExprId) -> ExprId {
        match self.as_int(a).and_then(i64::checked_neg) {
            Some(value) => self.int(value),
            None => self.intern_int(Expr::Neg(a)),
        }
    }

    /// The least interval `(lo, hi)` known from the form of an integer expression, if one is known.
    #[must_use]
    pub fn interval(&self, id: ExprId) -> Option<(i64, i64)> {
        match self.expr(id) {
            Expr::Int(n) => Some((*n, *n)),
            _ => match self.type_of(id) {
                Type::Range { lo, hi } => Some((*lo, *hi)),
                _ => None,
            },
        }
    }

    /// An integer as a value of `ty`: unchanged where `ty` is `int`, is its own type, or an interval that
    /// contains every value it can have needs no check; else [`Expr::Narrow`].
    pub fn narrow(&mut self, a: ExprId, ty: TypeId) -> ExprId {
        let Type::Range { lo, hi } = *self.type_of_id(ty) else {
            return a;
        };
        if self.type_id(a) == ty {
            return a;
        }
        if let (Expr::Int(_), Some((l, h))) = (self.expr(a), self.interval(a))
            && lo <= l
            && h <= hi
        {
            return a;
        }
        self.intern(Expr::Narrow(a, ty), ty)
    }

    /// A quantified formula over one binder.
    pub fn quant(&mut self, q: Quantifier, binder: BinderId, body: ExprId) -> ExprId {
        if self.as_bool(body).is_some() {
            return body;
        }
        self.intern_bool(Expr::Quant(q, binder, body))
    }

    /// `forall binders. body`.
    pub fn forall(&mut self, binders: &[BinderId], body: ExprId) -> ExprId {
        binders
            .iter()
            .rev()
            .fold(body, |body, b| self.quant(Quantifier::Forall, *b, body))
    }

    /// `exists binders. body`.
    pub fn exists(&mut self, binders: &[BinderId], body: ExprId) -> ExprId {
        binders
            .iter()
            .rev()
            .fold(body, |body, b| self.quant(Quantifier::Exists, *b, body))
    }

    /// The sum, least or greatest of `body` over the values of the binder that satisfy `condition`.
    pub fn fold(&mut self, op: FoldOp, binder: BinderId, condition: ExprId, body: ExprId) -> ExprId {
        if op == FoldOp::Sum && self.as_bool(condition) == Some(false) {
            return self.int(0);
        }
        self.intern_int(Expr::Fold(op, binder, condition, body))
    }

    /// `none` of the option type `ty`.
    pub fn none(&mut self, ty: TypeId) -> ExprId {
        self.intern(Expr::None(ty), ty)
    }

    /// `some(a)`; the option type is that of `a`'s type, or the given one (for a literal in a range).
    pub fn some(&mut self, a: ExprId, option: Option<TypeId>) -> ExprId {
        let inner = self.type_id(a);
        let ty = match option {
            Some(ty) => ty,
            None => self.ty(Type::Option(inner)),
        };
        self.intern(Expr::Some(a), ty)
    }

    /// Whether an option is `some`.
    pub fn is_some(&mut self, a: ExprId) -> ExprId {
        match self.expr(a) {
            Expr::None(_) => self.bool(false),
            Expr::Some(inner) if self.is_total(*inner) => self.bool(true),
            _ => self.intern_bool(Expr::IsSome(a)),
        }
    }

    /// The value inside an option.
    pub fn unwrap_some(&mut self, a: ExprId) -> ExprId {
        if let Expr::Some(inner) = *self.expr(a) {
            return inner;
        }
        let ty = match *self.type_of(a) {
            Type::Option(inner) => inner,
            _ => self.type_id(a),
        };
        self.intern(Expr::Unwrap(a), ty)
    }

    /// A set by its elements, of element type `elem`; what is written twice stands once.
    pub fn set_lit(&mut self, elem: TypeId, items: Vec<ExprId>) -> ExprId {
        let items: Vec<_> = items.into_iter().collect::<IndexSet<_>>().into_iter().collect();
        let ty = self.ty(Type::Set(elem));
        self.intern(Expr::SetLit(elem, items), ty)
    }

    /// `{ binder | body }`.
    pub fn compr(&mut self, binder: BinderId, body: ExprId) -> ExprId {
        let elem = self.binder_info(binder).ty;
        if self.as_bool(body) == Some(false) {
            return self.set_lit(elem, Vec::new());
        }
        let ty = self.ty(Type::Set(elem));
        self.intern(Expr::Compr(binder, body), ty)
    }

    /// Membership.
    pub fn member(&mut self, item: ExprId, set: ExprId) -> ExprId {
        match self.expr(set).clone() {
            Expr::SetLit(_, items) if self.is_total(item) && items.iter().all(|x| self.is_total(*x)) => {
                let parts: Vec<_> = items.into_iter().map(|x| self.eq(item, x)).collect();
                self.or(parts)
            }
            _ => self.intern_bool(Expr::In(item, set)),
        }
    }

    /// Inclusion.
    pub fn subset(&mut self, a: ExprId, b: ExprId) -> ExprId {
        self.intern_bool(Expr::Subset(a, b))
    }

    fn same_type(&mut self, a: ExprId, make: Expr) -> ExprId {
        let ty = self.type_id(a);
        self.intern(make, ty)
    }

    /// Union.
    pub fn union(&mut self, a: ExprId, b: ExprId) -> ExprId {
        self.same_type(a, Expr::Union(a, b))
    }

    /// Intersection.
    pub fn inter(&mut self, a: ExprId, b: ExprId) -> ExprId {
        self.same_type(a, Expr::Inter(a, b))
    }

    /// Difference of sets.
    pub fn diff(&mut self, a: ExprId, b: ExprId) -> ExprId {
        self.same_type(a, Expr::Diff(a, b))
    }

    /// Number of elements of a set.
    pub fn card(&mut self, a: ExprId) -> ExprId {
        self.intern_int(Expr::Card(a))
    }

    /// Transitive closure of a set of pairs of one type.
    pub fn closure(&mut self, a: ExprId) -> ExprId {
        self.same_type(a, Expr::Closure(a))
    }

    /// The map that takes each value of the binder to `body`; `value_ty` is the declared type of values.
    pub fn lambda(&mut self, binder: BinderId, body: ExprId, value_ty: TypeId) -> ExprId {
        let key = self.binder_info(binder).ty;
        let ty = self.ty(Type::Map(key, value_ty));
        self.intern(Expr::Lambda(binder, body), ty)
    }

    /// The map with one key changed.
    pub fn store(&mut self, map: ExprId, key: ExprId, value: ExprId) -> ExprId {
        self.same_type(map, Expr::Store(map, key, value))
    }

    /// The value of a map at a key.
    pub fn apply(&mut self, map: ExprId, key: ExprId) -> ExprId {
        let ty = match *self.type_of(map) {
            Type::Map(_, value) => value,
            _ => self.type_id(map),
        };
        self.intern(Expr::Apply(map, key), ty)
    }

    /// A tuple of at least two components. `ty` is the declared tuple type where one is known.
    pub fn tuple(&mut self, items: Vec<ExprId>, ty: Option<TypeId>) -> ExprId {
        let ty = match ty {
            Some(ty) => ty,
            None => {
                let parts = items.iter().map(|x| self.type_id(*x)).collect();
                self.ty(Type::Tuple(parts))
            }
        };
        self.intern(Expr::Tuple(items), ty)
    }

    /// A component of a tuple.
    pub fn proj(&mut self, a: ExprId, index: u32) -> ExprId {
        if let Expr::Tuple(items) = self.expr(a)
            && items.iter().all(|x| self.is_total(*x))
            && let Some(item) = items.get(index as usize)
        {
            return *item;
        }
        let ty = match self.type_of(a) {
            Type::Tuple(parts) => parts.get(index as usize).copied(),
            _ => None,
        };
        let ty = ty.unwrap_or(self.type_id(a));
        self.intern(Expr::Proj(a, index), ty)
    }

    /// Whether an expression contains no partial operator, so that dropping or repeating it loses no
    /// promise. Shallow: looks through at most a few levels and answers `false` beyond.
    #[must_use]
    pub fn is_total(&self, id: ExprId) -> bool {
        self.total_to_depth(id, 6)
    }

    fn total_to_depth(&self, id: ExprId, depth: u32) -> bool {
        match self.expr(id) {
            Expr::Unwrap(_)
            | Expr::Div(..)
            | Expr::Mod(..)
            | Expr::Narrow(..)
            | Expr::Add(..)
            | Expr::Sub(..)
            | Expr::Mul(..)
            | Expr::Neg(_)
            | Expr::Fold(..) => false,
            other => {
                let mut total = true;
                other.for_each_child(|c| total = total && depth > 0 && self.total_to_depth(c, depth - 1));
                total
            }
        }
    }

    /// Makes a node again with other children (as many as it has, in the order of
    /// [`Expr::for_each_child`]), through the smart constructors.
    pub fn rebuild(&mut self, id: ExprId, children: &[ExprId]) -> ExprId {
        let ty = self.type_id(id);
        match (self.expr(id).clone(), children) {
            (Expr::Not(_), &[a]) => self.not(a),
            (Expr::Neg(_), &[a]) => self.neg(a),
            (Expr::Narrow(_, t), &[a]) => self.narrow(a, t),
            (Expr::Quant(q, b, _), &[a]) => self.quant(q, b, a),
            (Expr::Some(_), &[a]) => self.some(a, Some(ty)),
            (Expr::IsSome(_), &[a]) => self.is_some(a),
            (Expr::Unwrap(_), &[a]) => self.unwrap_some(a),
            (Expr::Compr(b, _), &[a]) => self.compr(b, a),
            (Expr::Card(_), &[a]) => self.card(a),
            (Expr::Closure(_), &[a]) => self.closure(a),
            (Expr::Fold(op, b, _, _), &[c, a]) => self.fold(op, b, c, a),
            (Expr::Lambda(b, _), &[a]) => {
                let value = match *self.type_of_id(ty) {
                    Type::Map(_, v) => v,
                    _ => self.type_id(a),
                };
                self.lambda(b, a, value)
            }
            (Expr::Proj(_, i), &[a]) => self.proj(a, i),
            (Expr::Implies(..), &[a, b]) => self.implies(a, b),
            (Expr::Eq(..), &[a, b]) => self.eq(a, b),
            (Expr::Lt(..), &[a, b]) => self.lt(a, b),
            (Expr::Le(..), &[a, b]) => self.le(a, b),
            (Expr::Add(..), &[a, b]) => self.add(a, b),
            (Expr::Sub(..), &[a, b]) => self.sub(a, b),
            (Expr::Mul(..), &[a, b]) => self.mul(a, b),
            (Expr::Div(..), &[a, b]) => self.div(a, b),
            (Expr::Mod(..), &[a, b]) => self.modulo(a, b),
            (Expr::In(..), &[a, b]) => self.member(a, b),
            (Expr::Subset(..), &[a, b]) => self.subset(a, b),
            (Expr::Union(..), &[a, b]) => self.union(a, b),
            (Expr::Inter(..), &[a, b]) => self.inter(a, b),
            (Expr::Diff(..), &[a, b]) => self.diff(a, b),
            (Expr::Apply(..), &[a, b]) => self.apply(a, b),
            (Expr::Ite(..), &[a, b, c]) => self.ite(a, b, c),
            (Expr::Store(..), &[a, b, c]) => self.store(a, b, c),
            (Expr::And(_), parts) => self.and(parts.iter().copied()),
            (Expr::Or(_), parts) => self.or(parts.iter().copied()),
            (Expr::SetLit(elem, _), parts) => self.set_lit(elem, parts.to_vec()),
            (Expr::Tuple(_), parts) => self.tuple(parts.to_vec(), Some(ty)),
            (_, _) => id,
        }
    }
}
