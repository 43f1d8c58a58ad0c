//! Expressions: typed, hash-consed nodes of an [`Arena`](crate::Arena), made by its smart constructors
//! only.
//!
//! Semantics is that of the reference evaluator ([`crate::eval`]). Every operator is total but five:
//! [`Expr::Unwrap`] of `none`, [`Expr::Div`] and [`Expr::Mod`] by zero, [`Expr::Narrow`] outside its
//! range, and the least or greatest of nothing in [`Expr::Fold`] (and integer arithmetic beyond `i64`). Where a partial operator is *needed* for the value (`and`,
//! `or`, `=>`, `if` evaluate from left to right and stop early), its condition becomes a promise
//! ([`crate::promise`]) that every engine checks.

use crate::ids::{BinderId, ConstId, EnumId, ExprId, SortId, TypeId, VarId};

/// Which quantifier.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Quantifier {
    /// For every value of the binder's type.
    Forall,
    /// For some value of the binder's type.
    Exists,
}

/// What is made of many integers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum FoldOp {
    /// Their sum; 0 of none.
    Sum,
    /// The least; undefined of none.
    Min,
    /// The greatest; undefined of none.
    Max,
}

/// One node. Children are ids of the same arena.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Expr {
    /// A truth value.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// The enumerator with this index.
    Enumerator(EnumId, u32),
    /// A named element of a sort.
    Element(SortId, u32),
    /// The value of a constant.
    Const(ConstId),
    /// The value of a variable in the current state.
    Var(VarId),
    /// The value of a variable in the next state (two-state properties only).
    Next(VarId),
    /// The value of a bound variable or event parameter.
    Bound(BinderId),
    /// Negation.
    Not(ExprId),
    /// Conjunction, in order; at least two conjuncts.
    And(Vec<ExprId>),
    /// Disjunction, in order; at least two disjuncts.
    Or(Vec<ExprId>),
    /// Implication; the right side is needed only if the left holds.
    Implies(ExprId, ExprId),
    /// `if c then a else b`, of any type.
    Ite(ExprId, ExprId, ExprId),
    /// Equality of two values of one type (ranges and integers mix); `<=>` on truth values.
    Eq(ExprId, ExprId),
    /// Less than, on integers.
    Lt(ExprId, ExprId),
    /// Less than or equal, on integers.
    Le(ExprId, ExprId),
    /// Sum.
    Add(ExprId, ExprId),
    /// Difference.
    Sub(ExprId, ExprId),
    /// Product.
    Mul(ExprId, ExprId),
    /// Euclidean quotient (`i64::div_euclid`, as SMT-LIB's `div`); undefined for a zero divisor.
    Div(ExprId, ExprId),
    /// Euclidean remainder, never negative (as SMT-LIB's `mod`); undefined for a zero divisor.
    Mod(ExprId, ExprId),
    /// Negative.
    Neg(ExprId),
    /// An integer as a value of a range; undefined outside it.
    Narrow(ExprId, TypeId),
    /// A quantified formula over one binder.
    Quant(Quantifier, BinderId, ExprId),
    /// The sum, least or greatest of the integers that the body (last) has for those values of the binder that
    /// satisfy the condition; each value counts, also where the integers are equal.
    Fold(FoldOp, BinderId, ExprId, ExprId),
    /// `none` of an option type.
    None(TypeId),
    /// `some(e)`.
    Some(ExprId),
    /// Whether an option is `some`.
    IsSome(ExprId),
    /// The value inside an option; undefined for `none`.
    Unwrap(ExprId),
    /// A set by its elements; the type is that of the elements.
    SetLit(TypeId, Vec<ExprId>),
    /// `{ b : T | P }`.
    Compr(BinderId, ExprId),
    /// Membership (element, set).
    In(ExprId, ExprId),
    /// Inclusion.
    Subset(ExprId, ExprId),
    /// Union.
    Union(ExprId, ExprId),
    /// Intersection.
    Inter(ExprId, ExprId),
    /// Difference.
    Diff(ExprId, ExprId),
    /// Number of elements.
    Card(ExprId),
    /// The transitive closure of a set of pairs whose components have one type.
    Closure(ExprId),
    /// The total map `b : K => e`.
    Lambda(BinderId, ExprId),
    /// The map with one key changed (map, key, value).
    Store(ExprId, ExprId, ExprId),
    /// The value of a map at a key (map, key).
    Apply(ExprId, ExprId),
    /// A tuple.
    Tuple(Vec<ExprId>),
    /// A component of a tuple, from 0.
    Proj(ExprId, u32),
}

impl Expr {
    /// Calls `f` on each direct child, in order of evaluation.
    pub fn for_each_child(&self, mut f: impl FnMut(ExprId)) {
        match self {
            Expr::Bool(_)
            | Expr::Int(_)
            | Expr::Enumerator(..)
            | Expr::Element(..)
            | Expr::Const(_)
            | Expr::Var(_)
            | Expr::Next(_)
            | Expr::Bound(_)
            | Expr::None(_) => {}
            Expr::Not(a)
            | Expr::Neg(a)
            | Expr::Narrow(a, _)
            | Expr::Quant(_, _, a)
            | Expr::Some(a)
            | Expr::IsSome(a)
            | Expr::Unwrap(a)
            | Expr::Compr(_, a)
            | Expr::Card(a)
            | Expr::Closure(a)
            | Expr::Lambda(_, a)
            | Expr::Proj(a, _) => f(*a),
            Expr::Implies(a, b)
            | Expr::Eq(a, b)
            | Expr::Lt(a, b)
            | Expr::Le(a, b)
            | Expr::Add(a, b)
            | Expr::Sub(a, b)
            | Expr::Mul(a, b)
            | Expr::Div(a, b)
            | Expr::Mod(a, b)
            | Expr::In(a, b)
            | Expr::Subset(a, b)
            | Expr::Union(a, b)
            | Expr::Inter(a, b)
            | Expr::Diff(a, b)
            | Expr::Fold(_, _, a, b)
            | Expr::Apply(a, b) => {
                f(*a);
                f(*b);
            }
            Expr::Ite(a, b, c) | Expr::Store(a, b, c) => {
                f(*a);
                f(*b);
                f(*c);
            }
            Expr::And(xs) | Expr::Or(xs) | Expr::SetLit(_, xs) | Expr::Tuple(xs) => {
                xs.iter().copied().for_each(f);
            }
        }
    }

    /// The children in order of evaluation.
    #[must_use]
    pub fn children(&self) -> Vec<ExprId> {
        let mut out = Vec::new();
        self.for_each_child(|c| out.push(c));
        out
    }

    /// The binder that this node introduces over its body.
    #[must_use]
    pub fn binder(&self) -> Option<BinderId> {
        match self {
            Expr::Quant(_, b, _) | Expr::Fold(_, b, _, _) | Expr::Compr(b, _) | Expr::Lambda(b, _) => {
                Some(*b)
            }
            Expr::Bool(_)
            | Expr::Int(_)
            | Expr::Enumerator(..)
            | Expr::Element(..)
            | Expr::Const(_)
            | Expr::Var(_)
            | Expr::Next(_)
            | Expr::Bound(_)
            | Expr::Not(_)
            | Expr::And(_)
            | Expr::Or(_)
            | Expr::Implies(..)
            | Expr::Ite(..)
            | Expr::Eq(..)
            | Expr::Lt(..)
            | Expr::Le(..)
            | Expr::Add(..)
            | Expr::Sub(..)
            | Expr::Mul(..)
            | Expr::Div(..)
            | Expr::Mod(..)
            | Expr::Neg(_)
            | Expr::Narrow(..)
            | Expr::None(_)
            | Expr::Some(_)
            | Expr::IsSome(_)
            | Expr::Unwrap(_)
            | Expr::SetLit(..)
            | Expr::In(..)
            | Expr::Subset(..)
            | Expr::Union(..)
            | Expr::Inter(..)
            | Expr::Diff(..)
            | Expr::Card(_)
            | Expr::Closure(_)
            | Expr::Store(..)
            | Expr::Apply(..)
            | Expr::Tuple(_)
            | Expr::Proj(..) => None,
        }
    }
}
