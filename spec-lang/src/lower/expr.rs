//! Expressions to expressions.

use transition_system::{BinderId, Expr, ExprId, Type};

use super::{Env, Lowering};
use crate::check::typed::{TBinder, TExpr, TKind, Test};
use crate::names::{ConstIx, DefIx};
use crate::source::Span;
use crate::syntax::ast::{Arith, SetOp};
use crate::syntax::too_deep;

/// Greatest nesting after definitions are written out.
pub(crate) const MAX_LOWERED_DEPTH: usize = 1000;

impl Lowering<'_, '_> {
    /// The expression with these values of its locals.
    pub(super) fn expr(&mut self, e: &TExpr, env: &mut Env) -> ExprId {
        if self.depth >= MAX_LOWERED_DEPTH {
            self.diagnostics.push(too_deep(e.span));
            return self.system.arena.bool(false);
        }
        self.depth += 1;
        let out = self.form(e, env);
        self.depth -= 1;
        out
    }

    fn all(&mut self, list: &[TExpr], env: &mut Env) -> Vec<ExprId> {
        list.iter().map(|e| self.expr(e, env)).collect()
    }

    /// The truth values up to the first that is this literal: what follows is never asked.
    fn until(&mut self, list: &[TExpr], stop: bool, env: &mut Env) -> Vec<ExprId> {
        let mut out = Vec::new();
        for e in list {
            let id = self.expr(e, env);
            out.push(id);
            if self.system.arena.as_bool(id) == Some(stop) {
                break;
            }
        }
        out
    }

    fn pair(&mut self, a: &TExpr, b: &TExpr, env: &mut Env) -> (ExprId, ExprId) {
        (self.expr(a, env), self.expr(b, env))
    }

    fn form(&mut self, e: &TExpr, env: &mut Env) -> ExprId {
        match &e.kind {
            TKind::Error | TKind::Ambiguous => self.system.arena.bool(false),
            TKind::Bool(b) => self.system.arena.bool(*b),
            TKind::Int(n) => self.system.arena.int(*n),
            TKind::Enumerator(of, i) => match self.ids.enumeration(*of) {
                Some(of) => self.system.arena.enumerator(of, *i),
                None => self.system.arena.bool(false),
            },
            TKind::Const(c) => self.constant(*c),
            TKind::Var(v) => self.variable(*v),
            TKind::Local(l) => match env.get(*l).copied().flatten() {
                Some(value) => value,
                None => self.system.arena.bool(false),
            },
            TKind::Call(d, args) => {
                let args = self.all(args, env);
                self.call(*d, args)
            }
            TKind::Not(_) | TKind::And(_) | TKind::Or(_) | TKind::Implies(..) | TKind::If(..) => {
                self.logic(e, env)
            }
            TKind::Eq(a, b) => self.equal(a, b, env),
            TKind::Lt(..) | TKind::Le(..) | TKind::Arith(..) | TKind::Neg(_) | TKind::Narrow(_) => {
                self.integer(e, env)
            }
            TKind::Quant {
                forall,
                binders,
                body,
            } => self.quantified(*forall, binders, body, env),
            TKind::Compr { binders, body } => self.comprehension(binders, body, env),
            TKind::Lambda { key, body } => self.lambda(e, *key, body, env),
            TKind::None | TKind::Some(_) | TKind::Value(_) | TKind::Tuple(_) | TKind::Component(..) => {
                self.structure(e, env)
            }
            TKind::Set(_) | TKind::Subset(..) | TKind::SetOp(..) | TKind::Card(_) => self.set(e, env),
            TKind::In(item, set) => {
                let integer = self.program.types.is_integer(item.ty);
                let item = self.expr(item, env);
                self.member(item, integer, set, env)
            }
            TKind::Apply(m, k) => {
                let (m, k) = self.pair(m, k, env);
                self.system.arena.apply(m, k)
            }
            TKind::Let { local, value, body } => {
                env[*local] = Some(self.expr(value, env));
                self.expr(body, env)
            }
            TKind::Match { value, cases } => self.cases(value, cases, env),
            TKind::Prime(inner) => {
                let before = std::mem::replace(&mut self.next, true);
                let out = self.expr(inner, env);
                self.next = before;
                out
            }
        }
    }

    fn constant(&mut self, c: ConstIx) -> ExprId {
        if let Some(id) = self.ids.constant(c) {
            let ty = self.ty(self.program.names[c].ty);
            return self.system.arena.constant(id, ty);
        }
        if let Some(done) = self.const_values.get(&c) {
            return *done;
        }
        let out = match self
            .program
            .checked
            .consts
            .get(c.index())
            .and_then(Option::as_ref)
        {
            Some(def) => self.expr(&def.body, &mut vec![None; def.locals.len()]),
            None => self.system.arena.bool(false),
        };
        self.const_values.insert(c, out);
        out
    }

    fn variable(&mut self, v: crate::names::VarIx) -> ExprId {
        let ty = self.ty(self.program.names[v].ty);
        match self.ids.variable(v) {
            Some(id) if self.next => self.system.arena.next(id, ty),
            Some(id) => self.system.arena.var(id, ty),
            None => self.system.arena.bool(false),
        }
    }

    /// A definition written out for these arguments; once for each list of arguments.
    pub(super) fn call(&mut self, d: DefIx, args: Vec<ExprId>) -> ExprId {
        let key = (d, args, self.next);
        if let Some(done) = self.memo.get(&key) {
            return *done;
        }
        let def = &self.program.checked.defs[d.index()];
        let mut env: Env = vec![None; def.locals.len()];
        for (place, value) in env.iter_mut().zip(&key.1) {
            *place = Some(*value);
        }
        let out = self.expr(&def.body, &mut env);
        self.memo.insert(key, out);
        out
    }

    fn logic(&mut self, e: &TExpr, env: &mut Env) -> ExprId {
        match &e.kind {
            TKind::Not(a) => {
                let a = self.expr(a, env);
                self.system.arena.not(a)
            }
            TKind::And(list) => {
                let list = self.until(list, false, env);
                self.system.arena.and(list)
            }
            TKind::Or(list) => {
                let list = self.until(list, true, env);
                self.system.arena.or(list)
            }
            TKind::Implies(a, b) => {
                let a = self.expr(a, env);
                if self.system.arena.as_bool(a) == Some(false) {
                    return self.system.arena.bool(true);
                }
                let b = self.expr(b, env);
                self.system.arena.implies(a, b)
            }
            TKind::If(c, a, b) => {
                let c = self.expr(c, env);
                match self.system.arena.as_bool(c) {
                    Some(true) => self.expr(a, env),
                    Some(false) => self.expr(b, env),
                    None => {
                        let (a, b) = self.pair(a, b, env);
                        self.system.arena.ite(c, a, b)
                    }
                }
            }
            _ => self.system.arena.bool(false),
        }
    }

    fn equal(&mut self, a: &TExpr, b: &TExpr, env: &mut Env) -> ExprId {
        let option = match (&a.kind, &b.kind) {
            (TKind::None, _) => Some(b),
            (_, TKind::None) => Some(a),
            (_, _) => None,
        };
        if let Some(option) = option {
            let option = self.expr(option, env);
            let is_some = self.system.arena.is_some(option);
            return self.system.arena.not(is_some);
        }
        let (a, b) = self.pair(a, b, env);
        self.system.arena.eq(a, b)
    }

    fn integer(&mut self, e: &TExpr, env: &mut Env) -> ExprId {
        match &e.kind {
            TKind::Lt(a, b) => {
                let (a, b) = self.pair(a, b, env);
                self.system.arena.lt(a, b)
            }
            TKind::Le(a, b) => {
                let (a, b) = self.pair(a, b, env);
                self.system.arena.le(a, b)
            }
            TKind::Neg(a) => {
                let a = self.expr(a, env);
                self.system.arena.neg(a)
            }
            TKind::Narrow(a) => {
                let a = self.expr(a, env);
                let ty = self.ty(e.ty);
                let out = self.system.arena.narrow(a, ty);
                self.partial(out, e.span)
            }
            TKind::Arith(op, a, b) => {
                let (a, b) = self.pair(a, b, env);
                let arena = &mut self.system.arena;
                let out = match op {
                    Arith::Add => arena.add(a, b),
                    Arith::Sub => arena.sub(a, b),
                    Arith::Mul => arena.mul(a, b),
                    Arith::Div => arena.div(a, b),
                    Arith::Mod => arena.modulo(a, b),
                };
                self.partial(out, e.span)
            }
            _ => self.system.arena.bool(false),
        }
    }

    /// Notes where a partial operation was written.
    pub(super) fn partial(&mut self, id: ExprId, span: Span) -> ExprId {
        if let Expr::Unwrap(_) | Expr::Div(..) | Expr::Mod(..) | Expr::Narrow(..) = self.system.arena.expr(id)
        {
            self.places.entry(id).or_insert(span);
        }
        id
    }

    /// A fresh binder for a local; the local means its value from here on.
    pub(super) fn fresh(
        &mut self,
        local: usize,
        name: &str,
        ty: crate::types::Ty,
        env: &mut Env,
    ) -> BinderId {
        let ty = self.ty(ty);
        let binder = self.system.arena.binder(name, ty);
        env[local] = Some(self.system.arena.bound(binder));
        binder
    }

    fn quantified(&mut self, forall: bool, binders: &[TBinder], body: &TExpr, env: &mut Env) -> ExprId {
        let mut made = Vec::new();
        for b in binders {
            let set = b.set.as_ref();
            let binder = self.fresh(b.local, &b.name, b.ty, env);
            let condition = set.map(|s| self.element_of(b, s, env));
            made.push((binder, condition));
        }
        let mut out = self.expr(body, env);
        for (binder, condition) in made.into_iter().rev() {
            let arena = &mut self.system.arena;
            out = match (condition, forall) {
                (Some(c), true) => arena.implies(c, out),
                (Some(c), false) => arena.and([c, out]),
                (None, _) => out,
            };
            out = if forall {
                arena.forall(&[binder], out)
            } else {
                arena.exists(&[binder], out)
            };
        }
        out
    }

    /// That the value of a binder is in its set.
    pub(super) fn element_of(&mut self, binder: &TBinder, set: &TExpr, env: &mut Env) -> ExprId {
        let item = env[binder.local].unwrap_or_else(|| self.system.arena.bool(false));
        self.member(item, false, set, env)
    }

    fn comprehension(&mut self, binders: &[TBinder], body: &TExpr, env: &mut Env) -> ExprId {
        let binder = match binders {
            [one] => self.fresh(one.local, &one.name, one.ty, env),
            _ => self.tuple_binder(binders, env),
        };
        let mut parts = Vec::new();
        for b in binders {
            if let Some(set) = &b.set {
                parts.push(self.element_of(b, set, env));
            }
        }
        parts.push(self.expr(body, env));
        let body = self.system.arena.and(parts);
        self.system.arena.compr(binder, body)
    }

    /// One binder for several: each local is a component of it.
    fn tuple_binder(&mut self, binders: &[TBinder], env: &mut Env) -> BinderId {
        let parts = binders.iter().map(|b| self.ty(b.ty)).collect();
        let ty = self.system.arena.ty(Type::Tuple(parts));
        let name: Vec<_> = binders.iter().map(|b| b.name.as_str()).collect();
        let binder = self.system.arena.binder(name.join("_"), ty);
        let tuple = self.system.arena.bound(binder);
        for (i, b) in binders.iter().enumerate() {
            env[b.local] = Some(self.system.arena.proj(tuple, i as u32));
        }
        binder
    }

    fn lambda(&mut self, e: &TExpr, key: usize, body: &TExpr, env: &mut Env) -> ExprId {
        let (key_ty, value_ty) = match *self.program.types.form(e.ty) {
            crate::types::Form::Map(k, v) => (k, v),
            _ => (e.ty, body.ty),
        };
        let binder = self.fresh(key, "k", key_ty, env);
        let body = self.expr(body, env);
        let value_ty = self.ty(value_ty);
        self.system.arena.lambda(binder, body, value_ty)
    }

    fn structure(&mut self, e: &TExpr, env: &mut Env) -> ExprId {
        let ty = self.ty(e.ty);
        match &e.kind {
            TKind::None => self.system.arena.none(ty),
            TKind::Some(a) => {
                let a = self.expr(a, env);
                self.system.arena.some(a, Some(ty))
            }
            TKind::Value(a) => {
                let a = self.expr(a, env);
                let out = self.system.arena.unwrap_some(a);
                self.partial(out, e.span)
            }
            TKind::Tuple(list) => {
                let list = self.all(list, env);
                self.system.arena.tuple(list, Some(ty))
            }
            TKind::Component(a, i) => {
                let a = self.expr(a, env);
                self.system.arena.proj(a, *i)
            }
            _ => self.system.arena.bool(false),
        }
    }

    fn set(&mut self, e: &TExpr, env: &mut Env) -> ExprId {
        match &e.kind {
            TKind::Set(list) => {
                let list = self.all(list, env);
                let set = self.ty(e.ty);
                let of = match self.system.arena.type_of_id(set) {
                    Type::Set(of) => *of,
                    _ => set,
                };
                self.system.arena.set_lit(of, list)
            }
            TKind::Subset(a, b) => {
                let (a, b) = self.pair(a, b, env);
                self.system.arena.subset(a, b)
            }
            TKind::SetOp(op, a, b) => {
                let (a, b) = self.pair(a, b, env);
                match op {
                    SetOp::Union => self.system.arena.union(a, b),
                    SetOp::Inter => self.system.arena.inter(a, b),
                    SetOp::Diff => self.system.arena.diff(a, b),
                }
            }
            TKind::Card(a) => {
                let a = self.expr(a, env);
                self.system.arena.card(a)
            }
            _ => self.system.arena.bool(false),
        }
    }

    /// A `match` as a chain of conditions; the last case needs none. Cases of a literal are decided here.
    fn cases(&mut self, value: &TExpr, cases: &[(Test, TExpr)], env: &mut Env) -> ExprId {
        let subject = self.expr(value, env);
        let mut made = Vec::new();
        for (test, body) in cases {
            let condition = self.test(subject, test, value.span, env);
            let decided = self.system.arena.as_bool(condition);
            if decided != Some(false) {
                made.push((condition, self.expr(body, env)));
            }
            if decided == Some(true) {
                break;
            }
        }
        let last = made.pop().map(|(_, body)| body);
        let last = last.unwrap_or_else(|| self.system.arena.bool(false));
        made.into_iter().rev().fold(last, |rest, (condition, body)| {
            self.system.arena.ite(condition, body, rest)
        })
    }

    fn test(&mut self, subject: ExprId, test: &Test, span: Span, env: &mut Env) -> ExprId {
        match test {
            Test::Any => self.system.arena.bool(true),
            Test::Is(true) => subject,
            Test::Is(false) => self.system.arena.not(subject),
            Test::IsNone => {
                let is_some = self.system.arena.is_some(subject);
                self.system.arena.not(is_some)
            }
            Test::IsSome(local) => {
                let value = self.system.arena.unwrap_some(subject);
                env[*local] = Some(self.partial(value, span));
                self.system.arena.is_some(subject)
            }
            Test::Members(of, members) => {
                let Some(of) = self.ids.enumeration(*of) else {
                    return self.system.arena.bool(false);
                };
                let arena = &mut self.system.arena;
                let mut parts = Vec::new();
                for i in members {
                    let member = arena.enumerator(of, *i);
                    parts.push(arena.eq(subject, member));
                }
                arena.or(parts)
            }
        }
    }
}
