//! What an encoding owns: the scope, the terms, the values, the declared symbols.
//!
//! Takes a system and a scope that may leave sorts open. Gives terms for the values of everything declared
//! ([`Encoder::place`]), the operations on values ([`Encoder::equal`], [`Encoder::apply`],
//! [`Encoder::choice`], [`Encoder::quantify`]); [`super::encode`] builds on them for expressions. Guarantees:
//! names and ids depend on the order of calls alone.

use std::collections::HashMap;
use std::rc::Rc;

use indexmap::IndexSet;
use transition_system::value::domain;
use transition_system::{BinderId, ExprId, Quantifier, Scope, System, Type, TypeId, Value};

use super::term::{Base, Symbol, SymbolId, TermId, Terms};
use super::value::{EnvId, FrameId, PlaceId, SetOp, Val, ValId};

/// The engine cannot treat a construct: which, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unsupported(pub(super) String);

pub(super) type Result<T> = std::result::Result<T, Unsupported>;

/// Quantifiers over finite types become conjunctions and disjunctions while a nest of them has at most so many
/// instances.
const INSTANCE_LIMIT: u64 = 4096;

/// Quantifiers over sets and maps have no other form than instances, so they get at least so many.
const COMPOSITE_LIMIT: u64 = 256;

/// Values of variables, now and after a step.
pub(super) struct Frame {
    pub(super) current: Vec<ValId>,
    pub(super) next: Option<Vec<ValId>>,
}

pub(super) type Env = Vec<(BinderId, ValId)>;

/// See the module.
pub(super) struct Encoder<'a> {
    pub(super) system: &'a System,
    pub(super) scope: Scope,
    pub(super) terms: Terms,
    pub(super) constants: Vec<ValId>,
    pub(super) frames: Vec<Frame>,
    pub(super) envs: IndexSet<Env>,
    pub(super) free: HashMap<ExprId, Rc<[BinderId]>>,
    pub(super) memo: HashMap<(ExprId, EnvId, FrameId), ValId>,
    vals: IndexSet<Val>,
    places: Vec<String>,
    components: HashMap<(PlaceId, String), SymbolId>,
    defaults: HashMap<Base, SymbolId>,
    applied: HashMap<(ValId, ValId), ValId>,
    /// Instances made so far by the quantifiers around.
    instances: u64,
}

impl<'a> Encoder<'a> {
    pub(super) fn new(system: &'a System, scope: Scope) -> Result<Self> {
        let mut encoder = Self {
            system,
            scope,
            terms: Terms::default(),
            constants: Vec::new(),
            frames: Vec::new(),
            envs: IndexSet::new(),
            free: HashMap::new(),
            memo: HashMap::new(),
            vals: IndexSet::new(),
            places: Vec::new(),
            components: HashMap::new(),
            defaults: HashMap::new(),
            applied: HashMap::new(),
            instances: 1,
        };
        for constant in &system.constants {
            let value = encoder.place(constant.name.clone(), constant.ty)?;
            encoder.constants.push(value);
        }
        Ok(encoder)
    }

    pub(super) fn ty(&self, ty: TypeId) -> &'a Type {
        self.system.arena.type_of_id(ty)
    }

    /// The number of elements of a finite sort.
    pub(super) fn size(&self, base: Base) -> Option<u32> {
        match base {
            Base::Bool => Some(2),
            Base::Int => None,
            Base::Enum(e) => Some(self.system.enumeration(e).enumerators.len() as u32),
            Base::Sort(s) => match self.system.sort(s).elements.len() {
                0 => self.scope.size(s),
                n => Some(n as u32),
            },
            Base::Event => Some(self.system.events.len() as u32),
        }
    }

    // ---- values ----

    pub(super) fn val(&mut self, val: Val) -> ValId {
        ValId(self.vals.insert_full(val).0 as u32)
    }

    pub(super) fn get(&self, id: ValId) -> &Val {
        &self.vals[id.0 as usize]
    }

    pub(super) fn leaf(&mut self, term: TermId) -> ValId {
        self.val(Val::Leaf(term))
    }

    /// The term of a base value.
    pub(super) fn term(&mut self, id: ValId) -> Result<TermId> {
        match self.get(id) {
            Val::Leaf(t) => Ok(*t),
            other => Err(Unsupported(format!("a value where a term is needed: {other:?}"))),
        }
    }

    /// Something declared, with a name of its own.
    pub(super) fn place(&mut self, name: String, ty: TypeId) -> Result<ValId> {
        self.places.push(name);
        let place = PlaceId(self.places.len() as u32 - 1);
        self.part(place, String::new(), ty, Vec::new())
    }

    /// The part of something declared that lies under `path`, at the keys `args`.
    fn part(&mut self, place: PlaceId, path: String, ty: TypeId, args: Vec<TermId>) -> Result<ValId> {
        Ok(match self.ty(ty) {
            Type::Option(inner) => {
                let some = self.component(place, format!("{path}.some"), Base::Bool, &args);
                let value = self.part(place, format!("{path}.value"), *inner, args)?;
                self.val(Val::Option(some, value))
            }
            Type::Tuple(parts) => {
                let parts = parts
                    .iter()
                    .enumerate()
                    .map(|(i, t)| self.part(place, format!("{path}.{i}"), *t, args.clone()))
                    .collect::<Result<_>>()?;
                self.val(Val::Tuple(parts))
            }
            Type::Set(_) | Type::Map(..) => self.val(Val::Place {
                place,
                path,
                ty,
                args,
            }),
            Type::Bool | Type::Int | Type::Range { .. } | Type::Enum(_) | Type::Sort(_) => {
                let base = self.base(ty)?;
                let term = self.component(place, path, base, &args);
                self.leaf(term)
            }
        })
    }

    fn component(&mut self, place: PlaceId, path: String, result: Base, args: &[TermId]) -> TermId {
        let key = (place, path);
        let symbol = match self.components.get(&key) {
            Some(symbol) => *symbol,
            None => {
                let name = format!("{}{}", self.places[place.0 as usize], key.1);
                let arg_bases = args.iter().map(|a| self.terms.base(*a)).collect();
                let symbol = self.terms.declare(Symbol {
                    name,
                    args: arg_bases,
                    result,
                });
                self.components.insert(key, symbol);
                symbol
            }
        };
        self.terms.apply(symbol, args.to_vec())
    }

    fn base(&self, ty: TypeId) -> Result<Base> {
        match self.ty(ty) {
            Type::Bool => Ok(Base::Bool),
            Type::Int | Type::Range { .. } => Ok(Base::Int),
            Type::Enum(e) => Ok(Base::Enum(*e)),
            Type::Sort(s) => Ok(Base::Sort(*s)),
            Type::Option(_) | Type::Set(_) | Type::Map(..) | Type::Tuple(_) => Err(Unsupported(
                "a composite value where a base value is needed".to_owned(),
            )),
        }
    }

    /// A concrete value as terms.
    pub(super) fn lift(&mut self, value: &Value, ty: TypeId) -> Result<ValId> {
        let ill = || Unsupported("a value that does not fit its type".to_owned());
        Ok(match (value, self.ty(ty)) {
            (Value::Bool(b), _) => {
                let t = self.terms.bool(*b);
                self.leaf(t)
            }
            (Value::Int(n), _) => {
                let t = self.terms.int(*n);
                self.leaf(t)
            }
            (Value::Enumerator(e, i), _) => {
                let t = self.terms.literal(Base::Enum(*e), *i);
                self.leaf(t)
            }
            (Value::Element(s, i), _) => {
                let t = self.terms.literal(Base::Sort(*s), *i);
                self.leaf(t)
            }
            (Value::None, Type::Option(inner)) => self.none(*inner)?,
            (Value::Some(v), Type::Option(inner)) => {
                let v = self.lift(v, *inner)?;
                self.some(v)
            }
            (Value::Tuple(items), Type::Tuple(parts)) => {
                let parts = items
                    .iter()
                    .zip(parts)
                    .map(|(v, t)| self.lift(v, *t))
                    .collect::<Result<_>>()?;
                self.val(Val::Tuple(parts))
            }
            (Value::Set(items), Type::Set(elem)) => {
                let items = items.iter().map(|v| self.lift(v, *elem)).collect::<Result<_>>()?;
                self.val(Val::Items(*elem, items))
            }
            (Value::Map(entries), Type::Map(key_ty, value_ty)) => {
                let mut map = self.val(Val::Junk(ty));
                for (k, v) in entries {
                    let (key, value) = (self.lift(k, *key_ty)?, self.lift(v, *value_ty)?);
                    map = self.val(Val::Store {
                        map,
                        key,
                        value,
                        key_ty: *key_ty,
                    });
                }
                map
            }
            (Value::None | Value::Some(_) | Value::Tuple(_) | Value::Set(_) | Value::Map(_), _) => {
                return Err(ill());
            }
        })
    }

    pub(super) fn none(&mut self, inner: TypeId) -> Result<ValId> {
        let (no, value) = (self.terms.bool(false), self.junk(inner)?);
        Ok(self.val(Val::Option(no, value)))
    }

    pub(super) fn some(&mut self, value: ValId) -> ValId {
        let yes = self.terms.bool(true);
        self.val(Val::Option(yes, value))
    }

    /// Some fixed value of a type.
    fn junk(&mut self, ty: TypeId) -> Result<ValId> {
        Ok(match self.ty(ty) {
            Type::Set(_) | Type::Map(..) => self.val(Val::Junk(ty)),
            Type::Option(inner) => self.none(*inner)?,
            Type::Tuple(parts) => {
                let parts = parts.iter().map(|t| self.junk(*t)).collect::<Result<_>>()?;
                self.val(Val::Tuple(parts))
            }
            Type::Range { lo, .. } => {
                let t = self.terms.int(*lo);
                self.leaf(t)
            }
            Type::Bool | Type::Int | Type::Enum(_) | Type::Sort(_) => {
                let base = self.base(ty)?;
                let t = self.default(base);
                self.leaf(t)
            }
        })
    }

    /// Some fixed element of a base sort.
    fn default(&mut self, base: Base) -> TermId {
        match base {
            Base::Bool => self.terms.bool(false),
            Base::Int => self.terms.int(0),
            Base::Enum(_) | Base::Sort(_) | Base::Event if self.size(base).is_some() => {
                self.terms.literal(base, 0)
            }
            Base::Enum(_) | Base::Sort(_) | Base::Event => {
                let symbol = match self.defaults.get(&base) {
                    Some(symbol) => *symbol,
                    None => {
                        let name = format!("default.{}", self.defaults.len());
                        let symbol = self.terms.declare(Symbol {
                            name,
                            args: Vec::new(),
                            result: base,
                        });
                        self.defaults.insert(base, symbol);
                        symbol
                    }
                };
                self.terms.apply(symbol, Vec::new())
            }
        }
    }

    // ---- operations ----

    /// `if condition then a else b`, of any type.
    pub(super) fn choice(&mut self, condition: TermId, a: ValId, b: ValId) -> Result<ValId> {
        match self.terms.as_bool(condition) {
            Some(true) => return Ok(a),
            Some(false) => return Ok(b),
            None if a == b => return Ok(a),
            None => {}
        }
        match (self.get(a).clone(), self.get(b).clone()) {
            (Val::Leaf(x), Val::Leaf(y)) => {
                let t = self.terms.ite(condition, x, y);
                Ok(self.leaf(t))
            }
            (Val::Option(p, x), Val::Option(q, y)) => {
                let (some, value) = (self.terms.ite(condition, p, q), self.choice(condition, x, y)?);
                Ok(self.val(Val::Option(some, value)))
            }
            (Val::Tuple(xs), Val::Tuple(ys)) => {
                let parts = xs
                    .into_iter()
                    .zip(ys)
                    .map(|(x, y)| self.choice(condition, x, y))
                    .collect::<Result<_>>()?;
                Ok(self.val(Val::Tuple(parts)))
            }
            (_, _) => Ok(self.val(Val::Choice(condition, a, b))),
        }
    }

    /// A set (the result is a truth value) or map at a key.
    pub(super) fn apply(&mut self, function: ValId, key: ValId) -> Result<ValId> {
        if let Some(done) = self.applied.get(&(function, key)) {
            return Ok(*done);
        }
        let result = self.apply_new(function, key)?;
        self.applied.insert((function, key), result);
        Ok(result)
    }

    fn apply_new(&mut self, function: ValId, key: ValId) -> Result<ValId> {
        match self.get(function).clone() {
            Val::Place {
                place,
                path,
                ty,
                mut args,
            } => {
                let (key_ty, value_ty) = match self.ty(ty) {
                    Type::Map(k, v) => (*k, Some(*v)),
                    Type::Set(elem) => (*elem, None),
                    other => {
                        return Err(Unsupported(format!(
                            "a value of type {other:?} is not a function"
                        )));
                    }
                };
                self.flatten(key, key_ty, &mut args)?;
                match value_ty {
                    Some(v) => self.part(place, format!("{path}.of"), v, args),
                    None => {
                        let term = self.component(place, path, Base::Bool, &args);
                        Ok(self.leaf(term))
                    }
                }
            }
            Val::Closure {
                binder,
                body,
                env,
                frame,
            } => {
                let env = self.bind(env, binder, key);
                self.eval(body, env, frame)
            }
            Val::Store {
                map,
                key: at,
                value,
                key_ty,
            } => {
                let same = self.equal(key, at, key_ty)?;
                let otherwise = match self.terms.as_bool(same) {
                    Some(true) => value,
                    Some(false) | None => self.apply(map, key)?,
                };
                self.choice(same, value, otherwise)
            }
            Val::Choice(condition, a, b) => {
                let (a, b) = (self.apply(a, key)?, self.apply(b, key)?);
                self.choice(condition, a, b)
            }
            Val::Items(elem, items) => {
                let same = items
                    .into_iter()
                    .map(|x| self.equal(key, x, elem))
                    .collect::<Result<Vec<_>>>()?;
                let term = self.terms.or(same);
                Ok(self.leaf(term))
            }
            Val::Members(elem, members) => {
                let mut parts = Vec::new();
                for (item, condition) in members {
                    let same = self.equal(key, item, elem)?;
                    parts.push(self.terms.and([same, condition]));
                }
                let term = self.terms.or(parts);
                Ok(self.leaf(term))
            }
            Val::Set(op, a, b) => {
                let (a, b) = (self.member(key, a)?, self.member(key, b)?);
                let term = match op {
                    SetOp::Union => self.terms.or([a, b]),
                    SetOp::Inter => self.terms.and([a, b]),
                    SetOp::Diff => {
                        let not = self.terms.not(b);
                        self.terms.and([a, not])
                    }
                };
                Ok(self.leaf(term))
            }
            Val::Junk(ty) => match self.ty(ty) {
                Type::Map(_, v) => self.junk(*v),
                _ => {
                    let no = self.terms.bool(false);
                    Ok(self.leaf(no))
                }
            },
            Val::Leaf(_) | Val::Option(..) | Val::Tuple(_) => {
                Err(Unsupported("a value that is no function is applied".to_owned()))
            }
        }
    }

    /// Whether a value is in a set.
    pub(super) fn member(&mut self, item: ValId, set: ValId) -> Result<TermId> {
        let value = self.apply(set, item)?;
        self.term(value)
    }

    /// The terms of a key; `none` of an option always has the same ones.
    fn flatten(&mut self, key: ValId, ty: TypeId, out: &mut Vec<TermId>) -> Result<()> {
        match (self.get(key).clone(), self.ty(ty)) {
            (Val::Leaf(t), _) => out.push(t),
            (Val::Tuple(items), Type::Tuple(parts)) => {
                for (item, t) in items.into_iter().zip(parts) {
                    self.flatten(item, *t, out)?;
                }
            }
            (Val::Option(some, value), Type::Option(inner)) => {
                out.push(some);
                let junk = self.junk(*inner)?;
                let value = self.choice(some, value, junk)?;
                self.flatten(value, *inner, out)?;
            }
            (_, _) => {
                return Err(Unsupported(
                    "sets and maps as keys of maps or elements of sets are not supported by the symbolic engine; \
                     use the explicit engine in a scope"
                        .to_owned(),
                ));
            }
        }
        Ok(())
    }

    /// Equality of two values of one type; of sets and maps, by extension.
    pub(super) fn equal(&mut self, a: ValId, b: ValId, ty: TypeId) -> Result<TermId> {
        if a == b {
            return Ok(self.terms.bool(true));
        }
        match (self.get(a).clone(), self.get(b).clone(), self.ty(ty)) {
            (Val::Leaf(x), Val::Leaf(y), _) => Ok(self.terms.eq(x, y)),
            (Val::Option(p, x), Val::Option(q, y), Type::Option(inner)) => {
                let (same, value) = (self.terms.eq(p, q), self.equal(x, y, *inner)?);
                let value = self.terms.implies(p, value);
                Ok(self.terms.and([same, value]))
            }
            (Val::Tuple(xs), Val::Tuple(ys), Type::Tuple(parts)) => {
                let same = xs
                    .into_iter()
                    .zip(ys)
                    .zip(parts)
                    .map(|((x, y), t)| self.equal(x, y, *t))
                    .collect::<Result<Vec<_>>>()?;
                Ok(self.terms.and(same))
            }
            (_, _, Type::Set(elem)) => self.quantify(Quantifier::Forall, *elem, &mut |this, key| {
                let (x, y) = (this.member(key, a)?, this.member(key, b)?);
                Ok(this.terms.eq(x, y))
            }),
            (_, _, Type::Map(k, v)) => self.quantify(Quantifier::Forall, *k, &mut |this, key| {
                let (x, y) = (this.apply(a, key)?, this.apply(b, key)?);
                this.equal(x, y, *v)
            }),
            (_, _, other) => Err(Unsupported(format!(
                "values of type {other:?} cannot be compared"
            ))),
        }
    }

    /// All values of a type, if it has at most `limit`.
    pub(super) fn values(&mut self, ty: TypeId, limit: u64) -> Option<Vec<ValId>> {
        let values = domain(self.system, &self.scope, ty, limit).ok()?;
        values.iter().map(|v| self.lift(v, ty).ok()).collect()
    }

    /// A quantified formula: by instances where the type is finite and small, else by bound variables.
    pub(super) fn quantify(
        &mut self,
        q: Quantifier,
        ty: TypeId,
        body: &mut dyn FnMut(&mut Self, ValId) -> Result<TermId>,
    ) -> Result<TermId> {
        if let Some(values) = self.values(ty, INSTANCE_LIMIT / self.instances) {
            return self.instantiate(q, values, body);
        }
        match self.ty(ty) {
            Type::Bool => {
                let values = [false, true].map(|b| {
                    let t = self.terms.bool(b);
                    self.leaf(t)
                });
                self.instantiate(q, values.to_vec(), body)
            }
            Type::Int | Type::Enum(_) | Type::Sort(_) => {
                let base = self.base(ty)?;
                let (bound, term) = self.terms.fresh_bound(base);
                let value = self.leaf(term);
                let inner = body(self, value)?;
                Ok(self.terms.quant(q, bound, inner))
            }
            Type::Range { lo, hi } => {
                let (bound, term) = self.terms.fresh_bound(Base::Int);
                let value = self.leaf(term);
                let inner = body(self, value)?;
                let within = self.within(term, *lo, *hi);
                let inner = match q {
                    Quantifier::Forall => self.terms.implies(within, inner),
                    Quantifier::Exists => self.terms.and([within, inner]),
                };
                Ok(self.terms.quant(q, bound, inner))
            }
            Type::Option(inner) => {
                let none = self.none(*inner)?;
                let at_none = body(self, none)?;
                let rest = self.quantify(q, *inner, &mut |this, value| {
                    let some = this.some(value);
                    body(this, some)
                })?;
                Ok(self.junction(q, vec![at_none, rest]))
            }
            Type::Tuple(parts) => self.quantify_tuple(q, parts, &mut Vec::new(), body),
            Type::Set(_) | Type::Map(..) => match self.values(ty, COMPOSITE_LIMIT) {
                Some(values) => self.instantiate(q, values, body),
                None => Err(Unsupported(format!(
                    "a quantifier over `{}` has too many values, or a sort of any size in it; \
                 check it in a scope with the explicit engine",
                    transition_system::text::print_type(self.system, ty)
                ))),
            },
        }
    }

    fn quantify_tuple(
        &mut self,
        q: Quantifier,
        parts: &[TypeId],
        done: &mut Vec<ValId>,
        body: &mut dyn FnMut(&mut Self, ValId) -> Result<TermId>,
    ) -> Result<TermId> {
        let Some(ty) = parts.get(done.len()) else {
            let tuple = self.val(Val::Tuple(done.clone()));
            return body(self, tuple);
        };
        self.quantify(q, *ty, &mut |this, value| {
            done.push(value);
            let result = this.quantify_tuple(q, parts, done, body);
            done.pop();
            result
        })
    }

    fn instantiate(
        &mut self,
        q: Quantifier,
        values: Vec<ValId>,
        body: &mut dyn FnMut(&mut Self, ValId) -> Result<TermId>,
    ) -> Result<TermId> {
        let before = self.instances;
        self.instances = before
            .saturating_mul(values.len().max(1) as u64)
            .min(INSTANCE_LIMIT);
        let parts = values
            .into_iter()
            .map(|v| body(self, v))
            .collect::<Result<Vec<_>>>();
        self.instances = before;
        Ok(self.junction(q, parts?))
    }

    fn junction(&mut self, q: Quantifier, parts: Vec<TermId>) -> TermId {
        match q {
            Quantifier::Forall => self.terms.and(parts),
            Quantifier::Exists => self.terms.or(parts),
        }
    }

    pub(super) fn within(&mut self, term: TermId, lo: i64, hi: i64) -> TermId {
        let (lo, hi) = (self.terms.int(lo), self.terms.int(hi));
        let (low, high) = (self.terms.le(lo, term), self.terms.le(term, hi));
        self.terms.and([low, high])
    }

    /// That every integer of a range inside a value is within it.
    pub(super) fn well_formed(&mut self, value: ValId, ty: TypeId) -> Result<TermId> {
        if !self.has_range(ty) {
            return Ok(self.terms.bool(true));
        }
        match (self.get(value).clone(), self.ty(ty)) {
            (Val::Leaf(t), Type::Range { lo, hi }) => Ok(self.within(t, *lo, *hi)),
            (Val::Option(some, value), Type::Option(inner)) => {
                let inner = self.well_formed(value, *inner)?;
                Ok(self.terms.implies(some, inner))
            }
            (Val::Tuple(items), Type::Tuple(parts)) => {
                let parts = items
                    .into_iter()
                    .zip(parts)
                    .map(|(v, t)| self.well_formed(v, *t))
                    .collect::<Result<Vec<_>>>()?;
                Ok(self.terms.and(parts))
            }
            (_, Type::Map(k, v)) => self.quantify(Quantifier::Forall, *k, &mut |this, key| {
                let item = this.apply(value, key)?;
                this.well_formed(item, *v)
            }),
            (_, _) => Ok(self.terms.bool(true)),
        }
    }

    /// Whether values of a type hold integers of a range elsewhere than as keys or elements.
    fn has_range(&self, ty: TypeId) -> bool {
        match self.ty(ty) {
            Type::Range { .. } => true,
            Type::Bool | Type::Int | Type::Enum(_) | Type::Sort(_) | Type::Set(_) => false,
            Type::Option(t) | Type::Map(_, t) => self.has_range(*t),
            Type::Tuple(parts) => parts.iter().any(|t| self.has_range(*t)),
        }
    }
}
