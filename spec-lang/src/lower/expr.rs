//! Expressions to expressions.

use transition_system::{Arena, BinderId, Expr, ExprId, FoldOp, Type};

use transition_system::view::View;

use super::{Env, Lowering};
use crate::check::typed::{TBinder, TExpr, TKind, Test};
use crate::names::{ConstIx, DefIx};
use crate::source::Span;
use crate::syntax::ast::{Arith, SetOp};
use crate::syntax::too_deep;
use crate::types::Ty;

/// Greatest nesting after definitions are written out.
pub(crate) const MAX_LOWERED_DEPTH: usize = 1000;

type Binary = fn(&mut Arena, ExprId, ExprId) -> ExprId;

fn arithmetic(op: Arith) -> Binary {
    match op {
        Arith::Add => Arena::add,
        Arith::Sub => Arena::sub,
        Arith::Mul => Arena::mul,
        Arith::Div => Arena::div,
        Arith::Mod => Arena::modulo,
    }
}

fn set_operation(op: SetOp) -> Binary {
    match op {
        SetOp::Union => Arena::union,
        SetOp::Inter => Arena::inter,
        SetOp::Diff => Arena::diff,
    }
}

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

    fn form(&mut self, e: &TExpr, env: &mut Env) -> ExprId {
        match &e.kind {
            TKind::Error | TKind::Ambiguous => self.impossible(),
            TKind::Bool(b) => self.system.arena.bool(*b),
            TKind::Int(n) => self.system.arena.int(*n),
            TKind::Enumerator(of, i) => match self.ids.enumeration(*of) {
                Some(of) => self.system.arena.enumerator(of, *i),
                None => self.impossible(),
            },
            TKind::Const(c) => self.constant(*c),
            TKind::Var(v) => self.variable(*v, None),
            TKind::Lifted(v, given) => self.variable(*v, Some(*given)),
            TKind::Of { indices, value } => self.of_member(indices, env, |l, env| l.expr(value, env)),
            TKind::Local(l) => match env.get(*l).copied().flatten() {
                Some(value) => value,
                None => self.impossible(),
            },
            TKind::Call(d, args) => {
                let args = self.all(args, env);
                self.call(*d, args)
            }
            TKind::Not(a) => self.unary(a, env, Arena::not),
            TKind::Neg(a) => self.unary(a, env, Arena::neg),
            TKind::Card(a) => self.unary(a, env, Arena::card),
            TKind::Lt(a, b) => self.binary(a, b, env, Arena::lt),
            TKind::Le(a, b) => self.binary(a, b, env, Arena::le),
            TKind::Subset(a, b) => self.binary(a, b, env, Arena::subset),
            TKind::Apply(m, k) => self.binary(m, k, env, Arena::apply),
            TKind::SetOp(op, a, b) => self.binary(a, b, env, set_operation(*op)),
            TKind::Arith(op, a, b) => {
                let out = self.binary(a, b, env, arithmetic(*op));
                self.partial(out, e.span)
            }
            TKind::And(list) => {
                let list = self.until(list, false, env);
                self.system.arena.and(list)
            }
            TKind::Or(list) => {
                let list = self.until(list, true, env);
                self.system.arena.or(list)
            }
            TKind::Implies(a, b) => self.implication(a, b, env),
            TKind::If(c, a, b) => self.conditional(c, a, b, env),
            TKind::Eq(a, b) => self.equal(a, b, env),
            TKind::Quant {
                forall,
                binders,
                body,
            } => self.quantified(*forall, binders, body, env),
            TKind::Compr { binders, body } => self.comprehension(binders, body, env),
            TKind::Fold { op, binders, body } => {
                let (binder, condition) = self.restricted(binders, env);
                let body = self.expr(body, env);
                let out = self.system.arena.fold(*op, binder, condition, body);
                self.partial(out, e.span)
            }
            TKind::Store(m, k, v) => {
                let (m, k, v) = (self.expr(m, env), self.expr(k, env), self.expr(v, env));
                self.system.arena.store(m, k, v)
            }
            TKind::Seq(op, args) => self.sequence(*op, e, args, env),
            TKind::Closure(a) => self.unary(a, env, Arena::closure),
            TKind::Lambda { key, body } => self.lambda(e.ty, *key, body, env),
            TKind::In(item, set) => {
                let integer = self.program.types.is_integer(item.ty);
                let item = self.expr(item, env);
                self.member(item, integer, set, env)
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
            TKind::Side(left, inner) => self.side(*left, inner, env),
            TKind::Component(a, i) => {
                let record = self.program.types.as_record(a.ty);
                let single = record.is_some_and(|(_, fields)| fields.len() == 1);
                let a = self.expr(a, env);
                if single {
                    return a;
                }
                self.system.arena.proj(a, *i)
            }
            TKind::Value(a) => {
                let out = self.unary(a, env, Arena::unwrap_some);
                self.partial(out, e.span)
            }
            TKind::Narrow(a) => {
                let (a, ty) = (self.expr(a, env), self.ty(e.ty));
                let out = self.system.arena.narrow(a, ty);
                self.partial(out, e.span)
            }
            TKind::None => {
                let ty = self.ty(e.ty);
                self.system.arena.none(ty)
            }
            TKind::Some(a) => {
                let (a, ty) = (self.expr(a, env), self.ty(e.ty));
                self.system.arena.some(a, Some(ty))
            }
            TKind::Tuple(list) if list.len() == 1 => self.expr(&list[0], env),
            TKind::Tuple(list) => {
                let (list, ty) = (self.all(list, env), self.ty(e.ty));
                self.system.arena.tuple(list, Some(ty))
            }
            TKind::Set(list) => {
                let list = self.all(list, env);
                let of = self.program.types.as_set(e.ty).unwrap_or(e.ty);
                let of = self.ty(of);
                self.system.arena.set_lit(of, list)
            }
        }
    }

    /// A variable or a call in one of two runs: the right one is what elsewhere is the next state.
    fn side(&mut self, left: bool, inner: &TExpr, env: &mut Env) -> ExprId {
        let args = match &inner.kind {
            TKind::Call(_, args) => self.all(args, env),
            _ => Vec::new(),
        };
        let before = std::mem::replace(&mut self.next, !left);
        let out = match &inner.kind {
            TKind::Call(d, _) => self.call(*d, args),
            _ => self.expr(inner, env),
        };
        self.next = before;
        out
    }

    /// What stands where only an error could have led: such a system is not handed out, and if it were, the
    /// rule book would refuse it.
    pub(super) fn impossible(&mut self) -> ExprId {
        self.system.arena.bool(false)
    }

    fn unary(&mut self, a: &TExpr, env: &mut Env, make: fn(&mut Arena, ExprId) -> ExprId) -> ExprId {
        let a = self.expr(a, env);
        make(&mut self.system.arena, a)
    }

    fn binary(&mut self, a: &TExpr, b: &TExpr, env: &mut Env, make: Binary) -> ExprId {
        let (a, b) = (self.expr(a, env), self.expr(b, env));
        make(&mut self.system.arena, a, b)
    }

    fn constant(&mut self, c: ConstIx) -> ExprId {
        if let Some(index) = self.indices.get(&c) {
            return *index;
        }
        let sig = &self.program.names[c];
        let members = self.members_of(sig.module);
        if let Some(id) = self.ids.constant(c) {
            let ty = self.family_ty(sig.module, sig.ty);
            let map = self.system.arena.constant(id, ty);
            return self.at_members(map, &members);
        }
        if let Some(done) = self.const_values.get(&(c, members.clone())) {
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
            None => self.impossible(),
        };
        self.const_values.insert((c, members), out);
        out
    }

    /// The value of a variable, for the members of its families that are spoken of (or for the outermost of
    /// these families).
    fn variable(&mut self, v: crate::names::VarIx, families: Option<usize>) -> ExprId {
        let sig = &self.program.names[v];
        let ty = self.family_ty(sig.module, sig.ty);
        let map = match self.ids.variable(v) {
            Some(id) if self.next => self.system.arena.next(id, ty),
            Some(id) => self.system.arena.var(id, ty),
            None => return self.impossible(),
        };
        let mut members = self.members_of(sig.module);
        members.truncate(families.unwrap_or(members.len()));
        self.at_members(map, &members)
    }

    /// A definition written out for these arguments; once for each list of arguments.
    pub(super) fn call(&mut self, d: DefIx, args: Vec<ExprId>) -> ExprId {
        let members = self.members_of(self.program.names[d].module);
        let key = (d, args, members, self.next);
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

    fn implication(&mut self, a: &TExpr, b: &TExpr, env: &mut Env) -> ExprId {
        let a = self.expr(a, env);
        if self.system.arena.as_bool(a) == Some(false) {
            return self.system.arena.bool(true);
        }
        let b = self.expr(b, env);
        self.system.arena.implies(a, b)
    }

    fn conditional(&mut self, c: &TExpr, a: &TExpr, b: &TExpr, env: &mut Env) -> ExprId {
        let c = self.expr(c, env);
        match self.system.arena.as_bool(c) {
            Some(true) => self.expr(a, env),
            Some(false) => self.expr(b, env),
            None => {
                let (a, b) = (self.expr(a, env), self.expr(b, env));
                self.system.arena.ite(c, a, b)
            }
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
        self.binary(a, b, env, Arena::eq)
    }

    /// Notes where a partial operation was written.
    pub(super) fn partial(&mut self, id: ExprId, span: Span) -> ExprId {
        if let Expr::Unwrap(_)
        | Expr::Div(..)
        | Expr::Mod(..)
        | Expr::Narrow(..)
        | Expr::Fold(FoldOp::Min | FoldOp::Max, ..) = self.system.arena.expr(id)
        {
            self.places.entry(id).or_insert(span);
        }
        id
    }

    /// A fresh binder for a local; the local means its value from here on.
    pub(super) fn fresh(&mut self, local: usize, name: &str, ty: Ty, env: &mut Env) -> BinderId {
        let view = self.view(ty);
        let ty = self.ty(ty);
        let binder = self.system.arena.binder(name, ty);
        if view != View::Plain {
            self.system.views.binders.insert(binder, view);
        }
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
        let (binder, condition) = self.restricted(binders, env);
        let body = self.expr(body, env);
        let body = self.system.arena.and([condition, body]);
        self.system.arena.compr(binder, body)
    }

    /// One binder for all, and that its value is in the sets of each.
    fn restricted(&mut self, binders: &[TBinder], env: &mut Env) -> (BinderId, ExprId) {
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
        (binder, self.system.arena.and(parts))
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

    fn lambda(&mut self, ty: Ty, key: usize, body: &TExpr, env: &mut Env) -> ExprId {
        let (key_ty, value_ty) = self.program.types.as_entries(ty).unwrap_or((ty, body.ty));
        let binder = self.fresh(key, "k", key_ty, env);
        let body = self.expr(body, env);
        let value_ty = self.ty(value_ty);
        self.system.arena.lambda(binder, body, value_ty)
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
