//! The reference evaluator of expressions: the meaning of the language, slow and obvious.
//!
//! `and`, `or`, `=>` and `if` stop early; quantifiers look at every value of the binder's type, in order, and
//! stop at the first that decides. A partial operator outside its domain is an error, which is a violation
//! of a promise ([`crate::promise`]).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::expr::{Expr, FoldOp, Quantifier};
use crate::ids::{BinderId, ExprId, TypeId};
use crate::scope::Scope;
use crate::system::{PromiseKind, System};
use crate::trace::State;
use crate::types::Type;
use crate::value::{DomainError, Value, domain};

/// Most values of one type that are ever listed.
pub const DOMAIN_LIMIT: u64 = 1 << 20;

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EvalError {
    /// A promise is broken: this partial operation is outside its domain.
    Undefined(PromiseKind, ExprId),
    /// Integer arithmetic left `i64`.
    Overflow(ExprId),
    /// A quantifier ranges over a type whose values cannot be listed.
    Domain(DomainError),
    /// The expression is not well-typed, or needs a next state that is not there: an internal error, since
    /// [`crate::validate`] refuses it.
    IllFormed(ExprId),
}

impl From<DomainError> for EvalError {
    fn from(e: DomainError) -> Self {
        EvalError::Domain(e)
    }
}

/// Evaluates expressions of one system in one scope.
pub struct Evaluator<'a> {
    /// The system.
    pub system: &'a System,
    /// The sizes of open sorts.
    pub scope: &'a Scope,
}

/// Where an expression is evaluated.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The current state.
    pub state: &'a State,
    /// The next state, for two-state properties.
    pub next: Option<&'a State>,
}

/// Values of binders.
pub type Bindings = HashMap<BinderId, Value>;

type Result<T> = std::result::Result<T, EvalError>;

impl<'a> Evaluator<'a> {
    /// An evaluator.
    #[must_use]
    pub fn new(system: &'a System, scope: &'a Scope) -> Self {
        Self { system, scope }
    }

    /// All values of a type.
    ///
    /// # Errors
    /// [`EvalError::Domain`].
    pub fn domain(&self, ty: TypeId) -> Result<Vec<Value>> {
        Ok(domain(self.system, self.scope, ty, DOMAIN_LIMIT)?)
    }

    /// The truth value of a formula.
    ///
    /// # Errors
    /// [`EvalError`].
    pub fn truth(&self, expr: ExprId, at: Context<'_>, env: &mut Bindings) -> Result<bool> {
        self.value(expr, at, env)?
            .as_bool()
            .ok_or(EvalError::IllFormed(expr))
    }

    fn int(&self, expr: ExprId, at: Context<'_>, env: &mut Bindings) -> Result<i64> {
        self.value(expr, at, env)?
            .as_int()
            .ok_or(EvalError::IllFormed(expr))
    }

    fn set(&self, expr: ExprId, at: Context<'_>, env: &mut Bindings) -> Result<BTreeSet<Value>> {
        match self.value(expr, at, env)? {
            Value::Set(s) => Ok(s),
            _ => Err(EvalError::IllFormed(expr)),
        }
    }

    /// The value of an expression.
    ///
    /// # Errors
    /// [`EvalError`].
    pub fn value(&self, expr: ExprId, at: Context<'_>, env: &mut Bindings) -> Result<Value> {
        let ill = || EvalError::IllFormed(expr);
        Ok(match self.system.arena.expr(expr) {
            Expr::Bool(b) => Value::Bool(*b),
            Expr::Int(n) => Value::Int(*n),
            Expr::Enumerator(e, i) => Value::Enumerator(*e, *i),
            Expr::Element(s, i) => Value::Element(*s, *i),
            Expr::Const(c) => at.state.constants.get(c.index()).cloned().ok_or_else(ill)?,
            Expr::Var(v) => at.state.variables.get(v.index()).cloned().ok_or_else(ill)?,
            Expr::Next(v) => at
                .next
                .and_then(|s| s.variables.get(v.index()))
                .cloned()
                .ok_or_else(ill)?,
            Expr::Bound(b) => env.get(b).cloned().ok_or_else(ill)?,
            Expr::Not(a) => Value::Bool(!self.truth(*a, at, env)?),
            Expr::And(xs) => Value::Bool(self.all(xs, true, at, env)?),
            Expr::Or(xs) => Value::Bool(!self.all(xs, false, at, env)?),
            Expr::Implies(a, b) => Value::Bool(!self.truth(*a, at, env)? || self.truth(*b, at, env)?),
            Expr::Ite(c, a, b) => {
                let branch = if self.truth(*c, at, env)? { a } else { b };
                self.value(*branch, at, env)?
            }
            Expr::Eq(a, b) => Value::Bool(self.value(*a, at, env)? == self.value(*b, at, env)?),
            Expr::Lt(a, b) => Value::Bool(self.int(*a, at, env)? < self.int(*b, at, env)?),
            Expr::Le(a, b) => Value::Bool(self.int(*a, at, env)? <= self.int(*b, at, env)?),
            Expr::Add(..) | Expr::Sub(..) | Expr::Mul(..) | Expr::Div(..) | Expr::Mod(..) | Expr::Neg(_) => {
                self.arithmetic(expr, at, env)?
            }
            Expr::Narrow(a, ty) => self.narrow(expr, *a, *ty, at, env)?,
            Expr::Quant(q, b, body) => self.quantified(*q, *b, *body, at, env)?,
            Expr::Fold(..) => self.fold(expr, at, env)?,
            Expr::None(_) => Value::None,
            Expr::Some(a) => Value::Some(Box::new(self.value(*a, at, env)?)),
            Expr::IsSome(a) => Value::Bool(self.value(*a, at, env)? != Value::None),
            Expr::Unwrap(a) => match self.value(*a, at, env)? {
                Value::Some(v) => *v,
                Value::None => return Err(EvalError::Undefined(PromiseKind::SomeValue, expr)),
                _ => return Err(ill()),
            },
            Expr::SetLit(_, xs) => Value::Set(self.values(xs, at, env)?.into_iter().collect()),
            Expr::Tuple(xs) => Value::Tuple(self.values(xs, at, env)?),
            Expr::Compr(..) | Expr::Lambda(..) => self.comprehension(expr, at, env)?,
            Expr::In(a, s) => {
                let item = self.value(*a, at, env)?;
                match self.place(*s, at, env)? {
                    Some(Value::Set(set)) => Value::Bool(set.contains(&item)),
                    Some(_) => return Err(ill()),
                    None => Value::Bool(self.set(*s, at, env)?.contains(&item)),
                }
            }
            Expr::Subset(a, b) => Value::Bool(self.set(*a, at, env)?.is_subset(&self.set(*b, at, env)?)),
            Expr::Union(a, b) => Value::Set(&self.set(*a, at, env)? | &self.set(*b, at, env)?),
            Expr::Inter(a, b) => Value::Set(&self.set(*a, at, env)? & &self.set(*b, at, env)?),
            Expr::Diff(a, b) => Value::Set(&self.set(*a, at, env)? - &self.set(*b, at, env)?),
            Expr::Card(a) => Value::Int(self.set(*a, at, env)?.len() as i64),
            Expr::Closure(a) => Value::Set(closure(self.set(*a, at, env)?).ok_or_else(ill)?),
            Expr::Store(m, k, v) => {
                let mut map = self.map(*m, at, env)?;
                map.insert(self.value(*k, at, env)?, self.value(*v, at, env)?);
                Value::Map(map)
            }
            Expr::Apply(m, k) => match self.place(*m, at, env)? {
                Some(Value::Map(map)) => map.get(&self.value(*k, at, env)?).cloned().ok_or_else(ill)?,
                Some(_) => return Err(ill()),
                None => {
                    let map = self.map(*m, at, env)?;
                    map.get(&self.value(*k, at, env)?).cloned().ok_or_else(ill)?
                }
            },
            Expr::Proj(a, i) => match self.value(*a, at, env)? {
                Value::Tuple(parts) => parts.get(*i as usize).cloned().ok_or_else(ill)?,
                _ => return Err(ill()),
            },
        })
    }

    /// The value of a variable, a constant or a part of one, where it stands: states are large, and what is looked up is small. `None`
    /// for other expressions.
    fn place<'v>(&self, expr: ExprId, at: Context<'v>, env: &mut Bindings) -> Result<Option<&'v Value>> {
        let value = match *self.system.arena.expr(expr) {
            Expr::Const(c) => at.state.constants.get(c.index()),
            Expr::Var(v) => at.state.variables.get(v.index()),
            Expr::Next(v) => at.next.and_then(|s| s.variables.get(v.index())),
            Expr::Apply(m, k) => match self.place(m, at, env)? {
                Some(Value::Map(map)) => map.get(&self.value(k, at, env)?),
                Some(_) => None,
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        value.map(Some).ok_or(EvalError::IllFormed(expr))
    }

    fn values(&self, xs: &[ExprId], at: Context<'_>, env: &mut Bindings) -> Result<Vec<Value>> {
        xs.iter().map(|x| self.value(*x, at, env)).collect()
    }

    /// Whether every part has the truth value `want`, stopping at the first that has not.
    fn all(&self, xs: &[ExprId], want: bool, at: Context<'_>, env: &mut Bindings) -> Result<bool> {
        for x in xs {
            if self.truth(*x, at, env)? != want {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn map(&self, expr: ExprId, at: Context<'_>, env: &mut Bindings) -> Result<BTreeMap<Value, Value>> {
        match self.value(expr, at, env)? {
            Value::Map(m) => Ok(m),
            _ => Err(EvalError::IllFormed(expr)),
        }
    }

    fn arithmetic(&self, expr: ExprId, at: Context<'_>, env: &mut Bindings) -> Result<Value> {
        let undefined = EvalError::Undefined(PromiseKind::Divisor, expr);
        let result = match *self.system.arena.expr(expr) {
            Expr::Add(a, b) => self.int(a, at, env)?.checked_add(self.int(b, at, env)?),
            Expr::Sub(a, b) => self.int(a, at, env)?.checked_sub(self.int(b, at, env)?),
            Expr::Mul(a, b) => self.int(a, at, env)?.checked_mul(self.int(b, at, env)?),
            Expr::Neg(a) => self.int(a, at, env)?.checked_neg(),
            Expr::Div(a, b) => match (self.int(a, at, env)?, self.int(b, at, env)?) {
                (_, 0) => return Err(undefined),
                (x, y) => x.checked_div_euclid(y),
            },
            Expr::Mod(a, b) => match (self.int(a, at, env)?, self.int(b, at, env)?) {
                (_, 0) => return Err(undefined),
                (x, y) => x.checked_rem_euclid(y),
            },
            _ => return Err(EvalError::IllFormed(expr)),
        };
        result.map(Value::Int).ok_or(EvalError::Overflow(expr))
    }

    fn narrow(
        &self,
        expr: ExprId,
        a: ExprId,
        ty: TypeId,
        at: Context<'_>,
        env: &mut Bindings,
    ) -> Result<Value> {
        let n = self.int(a, at, env)?;
        match self.system.arena.type_of_id(ty) {
            Type::Range { lo, hi } if (*lo..=*hi).contains(&n) => Ok(Value::Int(n)),
            Type::Range { .. } => Err(EvalError::Undefined(PromiseKind::Range, expr)),
            _ => Err(EvalError::IllFormed(expr)),
        }
    }

    fn quantified(
        &self,
        q: Quantifier,
        binder: BinderId,
        body: ExprId,
        at: Context<'_>,
        env: &mut Bindings,
    ) -> Result<Value> {
        let decides = q == Quantifier::Exists;
        for value in self.domain(self.system.arena.binder_info(binder).ty)? {
            if self.with(binder, value, env, |env| self.truth(body, at, env))? == decides {
                return Ok(Value::Bool(decides));
            }
        }
        Ok(Value::Bool(!decides))
    }

    fn fold(&self, expr: ExprId, at: Context<'_>, env: &mut Bindings) -> Result<Value> {
        let Expr::Fold(op, binder, condition, body) = *self.system.arena.expr(expr) else {
            return Err(EvalError::IllFormed(expr));
        };
        let mut items = Vec::new();
        for value in self.domain(self.system.arena.binder_info(binder).ty)? {
            let item = self.with(binder, value, env, |env| {
                Ok(if self.truth(condition, at, env)? {
                    Some(self.int(body, at, env)?)
                } else {
                    None
                })
            })?;
            items.extend(item);
        }
        let nothing = EvalError::Undefined(PromiseKind::NotEmpty, expr);
        Ok(Value::Int(match op {
            FoldOp::Sum => items
                .into_iter()
                .try_fold(0i64, i64::checked_add)
                .ok_or(EvalError::Overflow(expr))?,
            FoldOp::Min => items.into_iter().min().ok_or(nothing)?,
            FoldOp::Max => items.into_iter().max().ok_or(nothing)?,
        }))
    }

    fn comprehension(&self, expr: ExprId, at: Context<'_>, env: &mut Bindings) -> Result<Value> {
        match *self.system.arena.expr(expr) {
            Expr::Compr(b, body) => {
                let mut set = BTreeSet::new();
                for value in self.domain(self.system.arena.binder_info(b).ty)? {
                    if self.with(b, value.clone(), env, |env| self.truth(body, at, env))? {
                        set.insert(value);
                    }
                }
                Ok(Value::Set(set))
            }
            Expr::Lambda(b, body) => {
                let mut map = BTreeMap::new();
                for key in self.domain(self.system.arena.binder_info(b).ty)? {
                    let value = self.with(b, key.clone(), env, |env| self.value(body, at, env))?;
                    map.insert(key, value);
                }
                Ok(Value::Map(map))
            }
            _ => Err(EvalError::IllFormed(expr)),
        }
    }

    /// Runs `f` with the binder bound, and restores what it was bound to.
    fn with<T>(
        &self,
        binder: BinderId,
        value: Value,
        env: &mut Bindings,
        f: impl FnOnce(&mut Bindings) -> Result<T>,
    ) -> Result<T> {
        let before = env.insert(binder, value);
        let out = f(env);
        match before {
            Some(v) => env.insert(binder, v),
            None => env.remove(&binder),
        };
        out
    }
}

/// The transitive closure of a set of pairs; `None` if an element is no pair.
fn closure(mut pairs: BTreeSet<Value>) -> Option<BTreeSet<Value>> {
    loop {
        let mut more = pairs.clone();
        for first in &pairs {
            for second in &pairs {
                let (Value::Tuple(x), Value::Tuple(y)) = (first, second) else {
                    return None;
                };
                if let ([a, b], [c, d]) = (x.as_slice(), y.as_slice())
                    && b == c
                {
                    more.insert(Value::Tuple(vec![a.clone(), d.clone()]));
                }
            }
        }
        if more.len() == pairs.len() {
            return Some(pairs);
        }
        pairs = more;
    }
}
