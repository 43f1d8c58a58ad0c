//! Expressions: the term at a path into the value of one.

use std::rc::Rc;

use transition_system::{BinderId, Expr, ExprId, Type, TypeId, VarId};

use super::{Access, At, Item, Meaning, NoForm, Path, Place, Result, When, in_front, with};
use crate::smt::graph::T;

impl Meaning<'_> {
    pub(super) fn after(&mut self, variable: VarId, at: &At, path: Path) -> Result<T> {
        let event = match at.when {
            When::After(event) | When::Step(event) => event,
            When::Now => return Err(NoForm("a next state where there is none".to_owned())),
        };
        match self
            .system
            .event(event)
            .updates
            .iter()
            .find(|u| u.variable == variable)
        {
            Some(update) => {
                let now = self.arguments(event, When::Now);
                self.at(update.value, &now, path)
            }
            None => self.declared(
                Place::Variable(variable),
                self.system.variable(variable).ty,
                &path,
            ),
        }
    }

    /// The part of `at` that an expression depends on.
    pub(super) fn restricted(&mut self, e: ExprId, at: &At) -> At {
        let free = self.free(e);
        let binders = at
            .binders
            .iter()
            .filter(|(b, _)| free.contains(b))
            .map(|(b, i)| (*b, i.clone()))
            .collect();
        At {
            binders: Rc::new(binders),
            when: at.when,
        }
    }

    pub(super) fn free(&mut self, e: ExprId) -> Rc<[BinderId]> {
        if let Some(known) = self.free.get(&e) {
            return known.clone();
        }
        let node = self.system.arena.expr(e);
        let mut out: Vec<BinderId> = Vec::new();
        if let Expr::Bound(b) = node {
            out.push(*b);
        }
        for child in node.children() {
            out.extend(self.free(child).iter());
        }
        out.sort_unstable();
        out.dedup();
        out.retain(|b| node.binder() != Some(*b));
        let out: Rc<[BinderId]> = out.into();
        self.free.insert(e, out.clone());
        out
    }

    /// The term at a path into the value of an expression.
    pub(super) fn at(&mut self, e: ExprId, at: &At, path: Path) -> Result<T> {
        let at = self.restricted(e, at);
        let key = (e, at, path);
        if let Some(t) = self.known.get(&key) {
            return Ok(*t);
        }
        let t = self.read(e, &key.1, &key.2)?;
        self.known.insert(key, t);
        Ok(t)
    }

    pub(super) fn read(&mut self, e: ExprId, at: &At, path: &Path) -> Result<T> {
        let arena = &self.system.arena;
        match (arena.expr(e), path.as_slice()) {
            (Expr::Const(c), _) => self.declared(Place::Constant(*c), self.system.constant(*c).ty, path),
            (Expr::Var(v), _) => match at.when {
                When::Now | When::Step(_) => {
                    self.declared(Place::Variable(*v), self.system.variable(*v).ty, path)
                }
                When::After(_) => self.after(*v, at, path.clone()),
            },
            (Expr::Next(v), _) => match at.when {
                When::Step(_) => self.after(*v, at, path.clone()),
                When::Now | When::After(_) => Err(NoForm("a next state where there is none".to_owned())),
            },
            (Expr::Bound(b), _) => match at.binders.get(b).cloned() {
                Some(item) => self.walk(&item, path),
                None => Err(NoForm("an expression that is not closed".to_owned())),
            },
            (Expr::Ite(c, a, b), _) => {
                let c = self.formula(*c, at)?;
                match self.graph.as_truth(c) {
                    Some(true) => self.at(*a, at, path.clone()),
                    Some(false) => self.at(*b, at, path.clone()),
                    None => {
                        let (a, b) = (self.at(*a, at, path.clone())?, self.at(*b, at, path.clone())?);
                        Ok(self.graph.ite(c, a, b))
                    }
                }
            }
            (Expr::Narrow(a, _), _) => self.at(*a, at, path.clone()),
            (Expr::Unwrap(a), _) => self.at(*a, at, in_front(Access::Inside, path)),
            (Expr::Proj(a, i), _) => self.at(*a, at, in_front(Access::Part(*i as usize), path)),
            (Expr::Apply(m, k), _) => {
                let key = self.key_of(*m, *k, at)?;
                self.at(*m, at, in_front(Access::Key(key), path))
            }
            (Expr::None(_), [Access::IsSome]) => Ok(self.graph.truth(false)),
            (Expr::None(_), _) => self.nothing(arena.type_id(e), path),
            (Expr::Some(_), [Access::IsSome]) => Ok(self.graph.truth(true)),
            (Expr::Some(a), [Access::Inside, rest @ ..]) => self.at(*a, at, rest.to_vec()),
            (Expr::Tuple(xs), [Access::Part(i), rest @ ..]) => match xs.get(*i) {
                Some(x) => self.at(*x, at, rest.to_vec()),
                None => Err(NoForm("a component that is not there".to_owned())),
            },
            (Expr::Lambda(b, body), [Access::Key(key), rest @ ..])
            | (Expr::Compr(b, body), [Access::Key(key), rest @ ..]) => {
                let inner = with(at, *b, key.clone());
                self.at(*body, &inner, rest.to_vec())
            }
            (Expr::Store(m, k, v), [Access::Key(key), rest @ ..]) => {
                let stored = self.key_of(*m, *k, at)?;
                let same = self.same_items(key, &stored)?;
                let (value, otherwise) = (self.at(*v, at, rest.to_vec())?, self.at(*m, at, path.clone())?);
                Ok(self.graph.ite(same, value, otherwise))
            }
            (Expr::SetLit(elem, xs), [Access::Key(key)]) => {
                let mut same = Vec::new();
                for x in xs {
                    let item = self.item(*x, at, &mut Vec::new(), *elem)?;
                    same.push(self.same_items(key, &item)?);
                }
                Ok(self.graph.or(same))
            }
            (Expr::Union(a, b), [Access::Key(_)]) => {
                let both = [self.at(*a, at, path.clone())?, self.at(*b, at, path.clone())?];
                Ok(self.graph.or(both))
            }
            (Expr::Inter(a, b), [Access::Key(_)]) => {
                let both = [self.at(*a, at, path.clone())?, self.at(*b, at, path.clone())?];
                Ok(self.graph.and(both))
            }
            (Expr::Diff(a, b), [Access::Key(_)]) => {
                let (a, b) = (self.at(*a, at, path.clone())?, self.at(*b, at, path.clone())?);
                let not = self.graph.not(b);
                Ok(self.graph.and([a, not]))
            }
            (Expr::Closure(a), [Access::Key(pair)]) => self.closed(*a, pair, at),
            (_, []) => self.base(e, at),
            (_, _) => Err(NoForm("a path that does not fit an expression".to_owned())),
        }
    }

    /// The key of a map as its type says.
    pub(super) fn key_of(&mut self, map: ExprId, key: ExprId, at: &At) -> Result<Item> {
        match self.system.arena.type_of(map) {
            Type::Map(k, _) => self.item(key, at, &mut Vec::new(), *k),
            _ => Err(NoForm("a key of what is no map".to_owned())),
        }
    }

    pub(super) fn elements_of(&self, set: ExprId) -> Result<TypeId> {
        match self.system.arena.type_of(set) {
            Type::Set(elem) => Ok(*elem),
            _ => Err(NoForm("a set operation on what is no set".to_owned())),
        }
    }
}
