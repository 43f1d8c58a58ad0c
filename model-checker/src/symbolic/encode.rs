//! Expressions, states and steps as values and terms.
//!
//! Takes expressions of the system with values for their binders and variables. Gives the value they have by
//! the reference semantics wherever they are defined, and some fixed value elsewhere: whoever asks also asks
//! for their promises. A step needs no symbols of the next state: the value of an expression *after* an
//! event is its value where each assigned variable has the value of its assignment (weakest
//! precondition), so what an event does not assign is unchanged without a frame condition.

use std::rc::Rc;

use transition_system::{BinderId, EventId, Expr, ExprId, Type, TypeId};

use super::encoder::{Encoder, Env, Frame, Result, Unsupported};
use super::term::TermId;
use super::value::{EnvId, FrameId, SetOp, Val, ValId};

impl Encoder<'_> {
    // ---- states and steps ----

    /// A state whose variables have symbols of their own, marked by `tag`.
    pub(super) fn state(&mut self, tag: &str) -> Result<FrameId> {
        let system = self.system;
        let current = system
            .variables
            .iter()
            .map(|v| self.place(format!("{}{tag}", v.name), v.ty))
            .collect::<Result<_>>()?;
        Ok(self.frame(Frame { current, next: None }))
    }

    pub(super) fn frame(&mut self, frame: Frame) -> FrameId {
        self.frames.push(frame);
        FrameId(self.frames.len() as u32 - 1)
    }

    fn at(&self, frame: FrameId) -> &Frame {
        &self.frames[frame.0 as usize]
    }

    /// The values of all variables in a state.
    pub(super) fn variables(&self, frame: FrameId) -> Vec<ValId> {
        self.at(frame).current.clone()
    }

    /// A state and the one after it, for transition properties.
    pub(super) fn pair(&mut self, before: FrameId, after: FrameId) -> FrameId {
        let (current, next) = (self.variables(before), self.variables(after));
        self.frame(Frame {
            current,
            next: Some(next),
        })
    }

    /// Symbols for the parameters and choices of an event, marked by `tag`.
    pub(super) fn arguments(&mut self, event: EventId, tag: &str) -> Result<EnvId> {
        let decl = self.system.event(event);
        let mut env = Env::new();
        for binder in decl.binders() {
            let info = self.system.arena.binder_info(binder);
            let value = self.place(
                format!("{}.{}#{}{tag}", decl.name, info.name, binder.index()),
                info.ty,
            )?;
            env.push((binder, value));
        }
        env.sort_unstable();
        Ok(self.env(env))
    }

    /// The state after an event, in terms of the state before.
    pub(super) fn after(&mut self, event: EventId, env: EnvId, before: FrameId) -> Result<FrameId> {
        let mut current = self.variables(before);
        for update in &self.system.event(event).updates {
            current[update.variable.index()] = self.eval(update.value, env, before)?;
        }
        Ok(self.frame(Frame { current, next: None }))
    }

    /// That the integers of parameters are within their ranges.
    pub(super) fn arguments_well_formed(&mut self, event: EventId, env: EnvId) -> Result<TermId> {
        let mut parts = Vec::new();
        for binder in self.system.event(event).binders() {
            let value = self.binding(env, binder)?;
            parts.push(self.well_formed(value, self.system.arena.binder_info(binder).ty)?);
        }
        Ok(self.terms.and(parts))
    }

    // ---- environments ----

    pub(super) fn env(&mut self, env: Env) -> EnvId {
        EnvId(self.envs.insert_full(env).0 as u32)
    }

    pub(super) fn closed(&mut self) -> EnvId {
        self.env(Env::new())
    }

    pub(super) fn bind(&mut self, env: EnvId, binder: BinderId, value: ValId) -> EnvId {
        let mut bindings = self.envs[env.0 as usize].clone();
        match bindings.binary_search_by_key(&binder, |(b, _)| *b) {
            Ok(i) => bindings[i].1 = value,
            Err(i) => bindings.insert(i, (binder, value)),
        }
        self.env(bindings)
    }

    pub(super) fn binding(&self, env: EnvId, binder: BinderId) -> Result<ValId> {
        let bindings = &self.envs[env.0 as usize];
        match bindings.binary_search_by_key(&binder, |(b, _)| *b) {
            Ok(i) => Ok(bindings[i].1),
            Err(_) => Err(Unsupported("an expression is not closed".to_owned())),
        }
    }

    /// The part of an environment that an expression depends on.
    fn project(&mut self, expr: ExprId, env: EnvId) -> EnvId {
        let free = self.free_binders(expr);
        let bindings = &self.envs[env.0 as usize];
        let kept: Env = bindings
            .iter()
            .filter(|(b, _)| free.binary_search(b).is_ok())
            .copied()
            .collect();
        self.env(kept)
    }

    fn free_binders(&mut self, expr: ExprId) -> Rc<[BinderId]> {
        if let Some(done) = self.free.get(&expr) {
            return done.clone();
        }
        let node = self.system.arena.expr(expr);
        let mut free: Vec<BinderId> = Vec::new();
        if let Expr::Bound(b) = node {
            free.push(*b);
        }
        for child in node.children() {
            free.extend(self.free_binders(child).iter().copied());
        }
        free.sort_unstable();
        free.dedup();
        if let Some(bound) = node.binder() {
            free.retain(|b| *b != bound);
        }
        let free: Rc<[BinderId]> = free.into();
        self.free.insert(expr, free.clone());
        free
    }

    // ---- expressions ----

    /// A formula as a term.
    pub(super) fn formula(&mut self, expr: ExprId, env: EnvId, frame: FrameId) -> Result<TermId> {
        let value = self.eval(expr, env, frame)?;
        self.term(value)
    }

    /// The value of an expression.
    pub(super) fn eval(&mut self, expr: ExprId, env: EnvId, frame: FrameId) -> Result<ValId> {
        let env = self.project(expr, env);
        let key = (expr, env, frame);
        if let Some(done) = self.memo.get(&key) {
            return Ok(*done);
        }
        let value = self.eval_new(expr, env, frame)?;
        self.memo.insert(key, value);
        Ok(value)
    }

    fn eval_new(&mut self, expr: ExprId, env: EnvId, frame: FrameId) -> Result<ValId> {
        let arena = &self.system.arena;
        match arena.expr(expr) {
            Expr::Const(c) => Ok(self.constants[c.index()]),
            Expr::Var(v) => Ok(self.at(frame).current[v.index()]),
            Expr::Next(v) => match &self.at(frame).next {
                Some(next) => Ok(next[v.index()]),
                None => Err(Unsupported("a next state where there is none".to_owned())),
            },
            Expr::Bound(b) => self.binding(env, *b),
            Expr::Narrow(a, _) => self.eval(*a, env, frame),
            Expr::Ite(c, a, b) => {
                let c = self.formula(*c, env, frame)?;
                match self.terms.as_bool(c) {
                    Some(true) => self.eval(*a, env, frame),
                    Some(false) => self.eval(*b, env, frame),
                    None => {
                        let (a, b) = (self.eval(*a, env, frame)?, self.eval(*b, env, frame)?);
                        self.choice(c, a, b)
                    }
                }
            }
            Expr::None(ty) => match self.ty(*ty) {
                Type::Option(inner) => self.none(*inner),
                _ => Err(Unsupported("`none` of a type that is no option".to_owned())),
            },
            Expr::Some(a) => {
                let value = self.eval(*a, env, frame)?;
                Ok(self.some(value))
            }
            Expr::Unwrap(a) => Ok(self.option(*a, env, frame)?.1),
            Expr::Tuple(xs) => {
                let items = xs
                    .iter()
                    .map(|x| self.eval(*x, env, frame))
                    .collect::<Result<_>>()?;
                Ok(self.val(Val::Tuple(items)))
            }
            Expr::Proj(a, i) => {
                let tuple = self.eval(*a, env, frame)?;
                match self.get(tuple) {
                    Val::Tuple(items) => Ok(items[*i as usize]),
                    _ => Err(Unsupported("a component of what is no tuple".to_owned())),
                }
            }
            Expr::SetLit(..)
            | Expr::Compr(..)
            | Expr::Lambda(..)
            | Expr::Union(..)
            | Expr::Inter(..)
            | Expr::Diff(..)
            | Expr::Closure(_)
            | Expr::Store(..)
            | Expr::Apply(..) => self.function(expr, env, frame),
            Expr::Bool(_)
            | Expr::Int(_)
            | Expr::Enumerator(..)
            | Expr::Element(..)
            | Expr::Not(_)
            | Expr::And(_)
            | Expr::Or(_)
            | Expr::Implies(..)
            | Expr::Eq(..)
            | Expr::Lt(..)
            | Expr::Le(..)
            | Expr::Add(..)
            | Expr::Sub(..)
            | Expr::Mul(..)
            | Expr::Div(..)
            | Expr::Mod(..)
            | Expr::Neg(_)
            | Expr::Quant(..)
            | Expr::Fold(..)
            | Expr::IsSome(_)
            | Expr::In(..)
            | Expr::Subset(..)
            | Expr::Card(_) => {
                let term = self.base_term(expr, env, frame)?;
                Ok(self.leaf(term))
            }
        }
    }

    fn option(&mut self, expr: ExprId, env: EnvId, frame: FrameId) -> Result<(TermId, ValId)> {
        let value = self.eval(expr, env, frame)?;
        match self.get(value) {
            Val::Option(some, value) => Ok((*some, *value)),
            _ => Err(Unsupported("an option where there is none".to_owned())),
        }
    }

    /// Sets, maps and their application.
    fn function(&mut self, expr: ExprId, env: EnvId, frame: FrameId) -> Result<ValId> {
        match self.system.arena.expr(expr) {
            Expr::SetLit(elem, xs) => {
                let items = xs
                    .iter()
                    .map(|x| self.eval(*x, env, frame))
                    .collect::<Result<_>>()?;
                Ok(self.val(Val::Items(*elem, items)))
            }
            Expr::Compr(binder, body) | Expr::Lambda(binder, body) => Ok(self.val(Val::Closure {
                binder: *binder,
                body: *body,
                env,
                frame,
            })),
            Expr::Closure(a) => self.closure(*a, env, frame),
            Expr::Union(a, b) => self.set_op(SetOp::Union, *a, *b, env, frame),
            Expr::Inter(a, b) => self.set_op(SetOp::Inter, *a, *b, env, frame),
            Expr::Diff(a, b) => self.set_op(SetOp::Diff, *a, *b, env, frame),
            Expr::Store(m, k, v) => {
                let Type::Map(key_ty, _) = *self.system.arena.type_of(*m) else {
                    return Err(Unsupported("a key is set in what is no map".to_owned()));
                };
                let map = self.eval(*m, env, frame)?;
                let (key, value) = (self.eval(*k, env, frame)?, self.eval(*v, env, frame)?);
                Ok(self.val(Val::Store {
                    map,
                    key,
                    value,
                    key_ty,
                }))
            }
            Expr::Apply(m, k) => {
                let (map, key) = (self.eval(*m, env, frame)?, self.eval(*k, env, frame)?);
                self.apply(map, key)
            }
            _ => Err(Unsupported("an expression that is no set or map".to_owned())),
        }
    }

    fn set_op(&mut self, op: SetOp, a: ExprId, b: ExprId, env: EnvId, frame: FrameId) -> Result<ValId> {
        let (a, b) = (self.eval(a, env, frame)?, self.eval(b, env, frame)?);
        Ok(self.val(Val::Set(op, a, b)))
    }

    /// Truth values, integers and elements.
    fn base_term(&mut self, expr: ExprId, env: EnvId, frame: FrameId) -> Result<TermId> {
        use super::term::Base;
        let arena = &self.system.arena;
        match arena.expr(expr) {
            Expr::Bool(b) => Ok(self.terms.bool(*b)),
            Expr::Int(n) => Ok(self.terms.int(*n)),
            Expr::Enumerator(e, i) => Ok(self.terms.literal(Base::Enum(*e), *i)),
            Expr::Element(s, i) => Ok(self.terms.literal(Base::Sort(*s), *i)),
            Expr::Not(a) => {
                let a = self.formula(*a, env, frame)?;
                Ok(self.terms.not(a))
            }
            Expr::And(xs) => {
                let parts = self.formulas(xs, env, frame)?;
                Ok(self.terms.and(parts))
            }
            Expr::Or(xs) => {
                let parts = self.formulas(xs, env, frame)?;
                Ok(self.terms.or(parts))
            }
            Expr::Implies(a, b) => {
                let (a, b) = (self.formula(*a, env, frame)?, self.formula(*b, env, frame)?);
                Ok(self.terms.implies(a, b))
            }
            Expr::Eq(a, b) => {
                let ty = self.common_type(*a, *b);
                let (a, b) = (self.eval(*a, env, frame)?, self.eval(*b, env, frame)?);
                self.equal(a, b, ty)
            }
            Expr::Lt(a, b) => {
                let (a, b) = (self.formula(*a, env, frame)?, self.formula(*b, env, frame)?);
                Ok(self.terms.lt(a, b))
            }
            Expr::Le(a, b) => {
                let (a, b) = (self.formula(*a, env, frame)?, self.formula(*b, env, frame)?);
                Ok(self.terms.le(a, b))
            }
            Expr::Add(..) | Expr::Sub(..) | Expr::Mul(..) | Expr::Div(..) | Expr::Mod(..) | Expr::Neg(_) => {
                self.arithmetic(expr, env, frame)
            }
            Expr::Quant(q, binder, body) => {
                let ty = arena.binder_info(*binder).ty;
                self.quantify(*q, ty, &mut |this, value| {
                    let env = this.bind(env, *binder, value);
                    this.formula(*body, env, frame)
                })
            }
            Expr::IsSome(a) => Ok(self.option(*a, env, frame)?.0),
            Expr::In(a, s) => {
                let (item, set) = (self.eval(*a, env, frame)?, self.eval(*s, env, frame)?);
                self.member(item, set)
            }
            Expr::Subset(a, b) => {
                let elem = self.element_type(*a)?;
                let (a, b) = (self.eval(*a, env, frame)?, self.eval(*b, env, frame)?);
                self.quantify(transition_system::Quantifier::Forall, elem, &mut |this, x| {
                    let (x, y) = (this.member(x, a)?, this.member(x, b)?);
                    Ok(this.terms.implies(x, y))
                })
            }
            Expr::Card(a) => self.cardinality(*a, env, frame),
            Expr::Fold(..) => self.fold(expr, env, frame),
            _ => Err(Unsupported(
                "a composite expression where a base value is needed".to_owned(),
            )),
        }
    }

    fn formulas(&mut self, xs: &[ExprId], env: EnvId, frame: FrameId) -> Result<Vec<TermId>> {
        xs.iter().map(|x| self.formula(*x, env, frame)).collect()
    }

    fn arithmetic(&mut self, expr: ExprId, env: EnvId, frame: FrameId) -> Result<TermId> {
        let children = self.system.arena.expr(expr).children();
        let terms = self.formulas(&children, env, frame)?;
        Ok(match (self.system.arena.expr(expr), terms.as_slice()) {
            (Expr::Add(..), &[a, b]) => self.terms.add([a, b]),
            (Expr::Sub(..), &[a, b]) => {
                let minus = self.terms.neg(b);
                self.terms.add([a, minus])
            }
            (Expr::Mul(..), &[a, b]) => self.terms.mul(a, b),
            (Expr::Div(..), &[a, b]) => self.terms.div(a, b),
            (Expr::Mod(..), &[a, b]) => self.terms.modulo(a, b),
            (Expr::Neg(_), &[a]) => self.terms.neg(a),
            (_, _) => return Err(Unsupported("an operation that is not arithmetic".to_owned())),
        })
    }

    /// The type of both sides of an equality; that of a literal is the less telling.
    fn common_type(&self, a: ExprId, b: ExprId) -> TypeId {
        let arena = &self.system.arena;
        match arena.expr(a) {
            Expr::SetLit(..) | Expr::Some(_) | Expr::Tuple(_) | Expr::Ite(..) => arena.type_id(b),
            _ => arena.type_id(a),
        }
    }

    pub(super) fn element_type(&self, set: ExprId) -> Result<TypeId> {
        match self.system.arena.type_of(set) {
            Type::Set(elem) => Ok(*elem),
            _ => Err(Unsupported("a set operation on what is no set".to_owned())),
        }
    }
}
