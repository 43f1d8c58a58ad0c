//! From expressions of a [`System`] to formulas, by *access paths*.
//!
//! Takes an expression of any type and a path into its value: the truth value whether an option has a value,
//! what is inside, a component of a tuple, the value of a map at a key, whether a key is in a set. Gives the
//! term at the end of the path. Sets and maps so need no theory: a path always ends in a truth value, an
//! integer or an element. A variable *after* an event is the assignment of the event, read in the state before;
//! what is not assigned is the variable itself.
//!
//! Where the language gives no value (the value of `none`, a number outside its range, division by zero), the
//! term is some fixed one; [`crate::obligations`] says why that is right.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::rc::Rc;

use transition_system::text::print_type;
use transition_system::value::domain;
use transition_system::{
    BinderId, ConstId, EventId, Expr, ExprId, Quantifier, Scope, System, Type, TypeId, Value, VarId,
};

use crate::smt::graph::{F, FunctionInfo, Graph, Op, S, SortInfo, T, V};
use crate::smt::names::symbol;

/// A nest of quantifiers over finite types is written out while it has at most so many instances. Ground
/// queries are decided at once by every solver (see `docs/certificates.md` for what was measured).
const INSTANCES: u64 = 1024;
/// Quantifiers over sets and maps can only be written out, so they get at least so many.
const COMPOSITE_INSTANCES: u64 = 256;
/// Most elements that the cardinality of a set is counted over.
const COUNTED: u64 = 1024;

/// A construct has no form in a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NoForm(pub(crate) String);

impl fmt::Display for NoForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

pub(crate) type Result<R> = std::result::Result<R, NoForm>;

/// Something declared.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) enum Place {
    Constant(ConstId),
    Variable(VarId),
    /// A parameter or choice, by position in its event.
    Argument(EventId, usize),
}

/// One step into a value.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Access {
    IsSome,
    Inside,
    Part(usize),
    Key(Item),
}

type Path = Vec<Access>;

/// A value that is at hand: a key, or what a binder stands for.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) enum Item {
    Term(T),
    Option(T, Box<Item>),
    Tuple(Vec<Item>),
    Set(Vec<Item>),
    Map(Vec<(Item, Item)>),
    Declared(Place, TypeId),
}

/// In which state variables are read.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum When {
    Now,
    /// After an event from now.
    After(EventId),
    /// Now, and the next state is the one after an event.
    Step(EventId),
}

/// What an expression is read with.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct At {
    pub(crate) binders: Rc<BTreeMap<BinderId, Item>>,
    pub(crate) when: When,
}

impl At {
    pub(crate) fn closed(when: When) -> Self {
        Self {
            binders: Rc::new(BTreeMap::new()),
            when,
        }
    }
}

/// An expression or a value at hand.
enum Source<'s> {
    Expr(ExprId, &'s At),
    Item(&'s Item),
}

/// See the module.
pub(crate) struct Meaning<'a> {
    pub(crate) system: &'a System,
    pub(crate) scope: &'a Scope,
    pub(crate) graph: Graph,
    sorts: BTreeMap<TypeId, S>,
    components: HashMap<(Place, String), F>,
    defaults: HashMap<S, F>,
    free: HashMap<ExprId, Rc<[BinderId]>>,
    known: HashMap<(ExprId, At, Path), T>,
    instances: u64,
}

impl<'a> Meaning<'a> {
    pub(crate) fn new(system: &'a System, scope: &'a Scope) -> Self {
        Self {
            system,
            scope,
            graph: Graph::default(),
            sorts: BTreeMap::new(),
            components: HashMap::new(),
            defaults: HashMap::new(),
            free: HashMap::new(),
            known: HashMap::new(),
            instances: 1,
        }
    }

    fn ty(&self, ty: TypeId) -> &'a Type {
        self.system.arena.type_of_id(ty)
    }

    /// A closed formula.
    pub(crate) fn formula(&mut self, e: ExprId, at: &At) -> Result<T> {
        self.at(e, at, Vec::new())
    }

    /// The parameters and choices of an event, declared.
    pub(crate) fn arguments(&self, event: EventId, when: When) -> At {
        let binders = self.system.event(event).binders().enumerate().map(|(i, b)| {
            let ty = self.system.arena.binder_info(b).ty;
            (b, Item::Declared(Place::Argument(event, i), ty))
        });
        At {
            binders: Rc::new(binders.collect()),
            when,
        }
    }

    // ---- sorts and declarations ----

    /// The sort of a base type.
    pub(crate) fn sort(&mut self, ty: TypeId) -> Result<S> {
        if let Some(s) = self.sorts.get(&ty) {
            return Ok(*s);
        }
        let info = match self.ty(ty) {
            Type::Bool => return Ok(S::Bool),
            Type::Int | Type::Range { .. } => return Ok(S::Int),
            Type::Enum(e) => {
                let e = self.system.enumeration(*e);
                let name = symbol("E.", &e.name);
                let elements = e
                    .enumerators
                    .iter()
                    .map(|x| symbol(&format!("{name}."), x))
                    .collect();
                SortInfo {
                    symbol: name,
                    elements: Some(elements),
                }
            }
            Type::Sort(id) => {
                let sort = self.system.sort(*id);
                let name = symbol("S.", &sort.name);
                let elements = match (sort.elements.as_slice(), self.scope.size(*id)) {
                    ([], None) => None,
                    ([], Some(n)) => Some((0..n).map(|i| format!("{name}.{i}")).collect()),
                    (names, _) => Some(names.iter().map(|x| symbol(&format!("{name}."), x)).collect()),
                };
                SortInfo {
                    symbol: name,
                    elements,
                }
            }
            Type::Option(_) | Type::Set(_) | Type::Map(..) | Type::Tuple(_) => {
                return Err(NoForm(format!(
                    "`{}` is no base type",
                    print_type(self.system, ty)
                )));
            }
        };
        let sort = self.graph.add_sort(info);
        self.sorts.insert(ty, sort);
        Ok(sort)
    }

    fn name_of(&self, place: Place) -> String {
        match place {
            Place::Constant(c) => symbol("c.", &self.system.constant(c).name),
            Place::Variable(v) => symbol("v.", &self.system.variable(v).name),
            Place::Argument(e, i) => {
                let event = self.system.event(e);
                let names: Vec<&str> = event
                    .binders()
                    .map(|b| self.system.arena.binder_info(b).name.as_str())
                    .collect();
                let name = names.get(i).copied().unwrap_or_default();
                let own = symbol(&format!("{}.", symbol("p.", &event.name)), name);
                if names.iter().filter(|n| **n == name).count() > 1 {
                    format!("{own}.{i}")
                } else {
                    own
                }
            }
        }
    }

    /// The term at a path into something declared of type `ty`.
    fn declared(&mut self, place: Place, mut ty: TypeId, path: &[Access]) -> Result<T> {
        let mut name = self.name_of(place);
        let mut args = Vec::new();
        for access in path {
            match (self.ty(ty), access) {
                (Type::Option(_), Access::IsSome) => {
                    name.push_str(".some");
                    return Ok(self.component(place, name, args, S::Bool));
                }
                (Type::Option(inner), Access::Inside) => {
                    name.push_str(".value");
                    ty = *inner;
                }
                (Type::Tuple(parts), Access::Part(i)) => {
                    name.push_str(&format!(".{i}"));
                    ty = *parts
                        .get(*i)
                        .ok_or_else(|| NoForm("a component that is not there".to_owned()))?;
                }
                (Type::Map(_, value), Access::Key(key)) => {
                    self.flatten(key, &mut args)?;
                    name.push_str(".at");
                    ty = *value;
                }
                (Type::Set(_), Access::Key(key)) => {
                    self.flatten(key, &mut args)?;
                    return Ok(self.component(place, name, args, S::Bool));
                }
                (_, _) => return Err(NoForm("a path that does not fit a type".to_owned())),
            }
        }
        let sort = self.sort(ty)?;
        Ok(self.component(place, name, args, sort))
    }

    fn component(&mut self, place: Place, name: String, args: Vec<T>, result: S) -> T {
        let key = (place, name);
        let f = match self.components.get(&key) {
            Some(f) => *f,
            None => {
                let sorts = args.iter().map(|a| self.graph.sort(*a)).collect();
                let f = self.graph.add_function(FunctionInfo {
                    symbol: key.1.clone(),
                    args: sorts,
                    result,
                });
                self.components.insert(key, f);
                f
            }
        };
        self.graph.call(f, args)
    }

    /// The terms of a key, one for each base value in it; `none` always has the same ones.
    fn flatten(&mut self, key: &Item, out: &mut Vec<T>) -> Result<()> {
        match key {
            Item::Term(t) => out.push(*t),
            Item::Tuple(items) => {
                for item in items {
                    self.flatten(item, out)?;
                }
            }
            Item::Option(some, inside) => {
                out.push(*some);
                let mut terms = Vec::new();
                self.flatten(inside, &mut terms)?;
                for t in terms {
                    let sort = self.graph.sort(t);
                    let fixed = self.default(sort);
                    out.push(self.graph.ite(*some, t, fixed));
                }
            }
            Item::Declared(place, ty) => {
                let item = self.unfold(*place, *ty, &mut Vec::new(), *ty)?;
                self.flatten(&item, out)?;
            }
            Item::Set(_) | Item::Map(_) => return Err(composite_key()),
        }
        Ok(())
    }

    /// Some fixed element of a sort.
    fn default(&mut self, sort: S) -> T {
        match (sort, self.graph.sort_info(sort).map(|i| i.elements.is_some())) {
            (S::Bool, _) => self.graph.truth(false),
            (S::Int, _) => self.graph.number(0),
            (S::Named(_), Some(true)) => self.graph.element(sort, 0),
            (S::Named(_), _) => {
                let f = match self.defaults.get(&sort) {
                    Some(f) => *f,
                    None => {
                        let of = self.graph.sort_info(sort).map_or("", |i| i.symbol.as_str());
                        let info = FunctionInfo {
                            symbol: format!("d.{of}"),
                            args: Vec::new(),
                            result: sort,
                        };
                        let f = self.graph.add_function(info);
                        self.defaults.insert(sort, f);
                        f
                    }
                };
                self.graph.call(f, Vec::new())
            }
        }
    }

    /// What stands at a path where there is no value of type `ty`.
    fn nothing(&mut self, mut ty: TypeId, path: &[Access]) -> Result<T> {
        for access in path {
            ty = match (self.ty(ty), access) {
                (Type::Option(_), Access::IsSome) | (Type::Set(_), Access::Key(_)) => {
                    return Ok(self.graph.truth(false));
                }
                (Type::Option(inner), Access::Inside) => *inner,
                (Type::Map(_, value), Access::Key(_)) => *value,
                (Type::Tuple(parts), Access::Part(i)) => *parts
                    .get(*i)
                    .ok_or_else(|| NoForm("a component that is not there".to_owned()))?,
                (_, _) => return Err(NoForm("a path that does not fit a type".to_owned())),
            };
        }
        if let Type::Range { lo, .. } = self.ty(ty) {
            return Ok(self.graph.number(*lo));
        }
        let sort = self.sort(ty)?;
        Ok(self.default(sort))
    }

    // ---- values at hand ----

    /// The value of an expression, at a path, as a key: taken apart into base values.
    fn item(&mut self, e: ExprId, at: &At, path: &mut Path, ty: TypeId) -> Result<Item> {
        match self.ty(ty) {
            Type::Bool | Type::Int | Type::Range { .. } | Type::Enum(_) | Type::Sort(_) => {
                Ok(Item::Term(self.at(e, at, path.clone())?))
            }
            Type::Option(inner) => {
                path.push(Access::IsSome);
                let some = self.at(e, at, path.clone())?;
                path.pop();
                path.push(Access::Inside);
                let inside = self.item(e, at, path, *inner);
                path.pop();
                Ok(Item::Option(some, Box::new(inside?)))
            }
            Type::Tuple(parts) => {
                let mut items = Vec::new();
                for (i, part) in parts.iter().enumerate() {
                    path.push(Access::Part(i));
                    let item = self.item(e, at, path, *part);
                    path.pop();
                    items.push(item?);
                }
                Ok(Item::Tuple(items))
            }
            Type::Set(_) | Type::Map(..) => Err(composite_key()),
        }
    }

    /// Something declared as a key: taken apart into base values.
    fn unfold(&mut self, place: Place, whole: TypeId, path: &mut Path, ty: TypeId) -> Result<Item> {
        match self.ty(ty) {
            Type::Bool | Type::Int | Type::Range { .. } | Type::Enum(_) | Type::Sort(_) => {
                Ok(Item::Term(self.declared(place, whole, path)?))
            }
            Type::Option(inner) => {
                path.push(Access::IsSome);
                let some = self.declared(place, whole, path);
                path.pop();
                path.push(Access::Inside);
                let inside = self.unfold(place, whole, path, *inner);
                path.pop();
                Ok(Item::Option(some?, Box::new(inside?)))
            }
            Type::Tuple(parts) => {
                let mut items = Vec::new();
                for (i, part) in parts.iter().enumerate() {
                    path.push(Access::Part(i));
                    let item = self.unfold(place, whole, path, *part);
                    path.pop();
                    items.push(item?);
                }
                Ok(Item::Tuple(items))
            }
            Type::Set(_) | Type::Map(..) => Err(composite_key()),
        }
    }

    /// A concrete value.
    fn lift(&mut self, value: &Value, ty: TypeId) -> Result<Item> {
        let ill = || NoForm("a value that does not fit its type".to_owned());
        Ok(match (value, self.ty(ty)) {
            (Value::Bool(b), _) => Item::Term(self.graph.truth(*b)),
            (Value::Int(n), _) => Item::Term(self.graph.number(*n)),
            (Value::Enumerator(_, i) | Value::Element(_, i), _) => {
                let sort = self.sort(ty)?;
                Item::Term(self.graph.element(sort, *i))
            }
            (Value::None, Type::Option(inner)) => self.no_value(*inner)?,
            (Value::Some(v), Type::Option(inner)) => {
                let yes = self.graph.truth(true);
                Item::Option(yes, Box::new(self.lift(v, *inner)?))
            }
            (Value::Tuple(items), Type::Tuple(parts)) => Item::Tuple(
                items
                    .iter()
                    .zip(parts)
                    .map(|(v, t)| self.lift(v, *t))
                    .collect::<Result<_>>()?,
            ),
            (Value::Set(items), Type::Set(elem)) => {
                Item::Set(items.iter().map(|v| self.lift(v, *elem)).collect::<Result<_>>()?)
            }
            (Value::Map(entries), Type::Map(k, v)) => {
                let entries = entries
                    .iter()
                    .map(|(x, y)| Ok((self.lift(x, *k)?, self.lift(y, *v)?)));
                Item::Map(entries.collect::<Result<_>>()?)
            }
            (Value::None | Value::Some(_) | Value::Tuple(_) | Value::Set(_) | Value::Map(_), _) => {
                return Err(ill());
            }
        })
    }

    /// `none`, with some fixed content, so that it can be a key.
    fn no_value(&mut self, inner: TypeId) -> Result<Item> {
        let no = self.graph.truth(false);
        Ok(Item::Option(no, Box::new(self.fixed(inner)?)))
    }

    fn fixed(&mut self, ty: TypeId) -> Result<Item> {
        Ok(match self.ty(ty) {
            Type::Option(inner) => self.no_value(*inner)?,
            Type::Tuple(parts) => Item::Tuple(parts.iter().map(|t| self.fixed(*t)).collect::<Result<_>>()?),
            Type::Set(_) => Item::Set(Vec::new()),
            Type::Map(..) => Item::Map(Vec::new()),
            Type::Bool | Type::Int | Type::Range { .. } | Type::Enum(_) | Type::Sort(_) => {
                Item::Term(self.nothing(ty, &[])?)
            }
        })
    }

    /// The term at a path into a value at hand.
    fn walk(&mut self, item: &Item, path: &[Access]) -> Result<T> {
        match (item, path) {
            (Item::Term(t), []) | (Item::Option(t, _), [Access::IsSome]) => Ok(*t),
            (Item::Option(_, inside), [Access::Inside, rest @ ..]) => self.walk(inside, rest),
            (Item::Tuple(items), [Access::Part(i), rest @ ..]) => match items.get(*i) {
                Some(item) => self.walk(item, rest),
                None => Err(NoForm("a component that is not there".to_owned())),
            },
            (Item::Set(items), [Access::Key(key)]) => {
                let same = items
                    .iter()
                    .map(|x| self.same_items(key, x))
                    .collect::<Result<Vec<_>>>()?;
                Ok(self.graph.or(same))
            }
            (Item::Map(entries), [Access::Key(key), rest @ ..]) => {
                let mut out: Option<T> = None;
                for (k, v) in entries.iter().rev() {
                    let (same, value) = (self.same_items(key, k)?, self.walk(v, rest)?);
                    out = Some(match out {
                        Some(otherwise) => self.graph.ite(same, value, otherwise),
                        None => value,
                    });
                }
                out.ok_or_else(|| NoForm("a map without keys".to_owned()))
            }
            (Item::Declared(place, ty), _) => self.declared(*place, *ty, path),
            (_, _) => Err(NoForm("a path that does not fit a value".to_owned())),
        }
    }

    /// Equality of two keys.
    fn same_items(&mut self, a: &Item, b: &Item) -> Result<T> {
        Ok(match (a, b) {
            (Item::Declared(place, ty), other) | (other, Item::Declared(place, ty)) => {
                let unfolded = self.unfold(*place, *ty, &mut Vec::new(), *ty)?;
                self.same_items(&unfolded, other)?
            }
            (Item::Term(x), Item::Term(y)) => self.graph.equal(*x, *y),
            (Item::Option(p, x), Item::Option(q, y)) => {
                let (same, inside) = (self.graph.equal(*p, *q), self.same_items(x, y)?);
                let inside = self.graph.implies(*p, inside);
                self.graph.and([same, inside])
            }
            (Item::Tuple(xs), Item::Tuple(ys)) => {
                let same = xs
                    .iter()
                    .zip(ys)
                    .map(|(x, y)| self.same_items(x, y))
                    .collect::<Result<Vec<_>>>()?;
                self.graph.and(same)
            }
            (_, _) => return Err(composite_key()),
        })
    }

    // ---- equality and quantifiers ----

    fn look(&mut self, source: &Source<'_>, path: &Path) -> Result<T> {
        match source {
            Source::Expr(e, at) => self.at(*e, at, path.clone()),
            Source::Item(item) => self.walk(item, path),
        }
    }

    /// Equality of what lies at two paths; of sets and maps, by extension.
    fn same(
        &mut self,
        (a, pa): (&Source<'_>, &mut Path),
        (b, pb): (&Source<'_>, &mut Path),
        ty: TypeId,
    ) -> Result<T> {
        match self.ty(ty) {
            Type::Bool | Type::Int | Type::Range { .. } | Type::Enum(_) | Type::Sort(_) => {
                let (x, y) = (self.look(a, pa)?, self.look(b, pb)?);
                Ok(self.graph.equal(x, y))
            }
            Type::Option(inner) => {
                let (x, y) = (deeper(pa, Access::IsSome), deeper(pb, Access::IsSome));
                let (x, y) = (self.look(a, &x)?, self.look(b, &y)?);
                let both = self.graph.equal(x, y);
                let (mut pa, mut pb) = (deeper(pa, Access::Inside), deeper(pb, Access::Inside));
                let inside = self.same((a, &mut pa), (b, &mut pb), *inner)?;
                let inside = self.graph.implies(x, inside);
                Ok(self.graph.and([both, inside]))
            }
            Type::Tuple(parts) => {
                let mut same = Vec::new();
                for (i, part) in parts.iter().enumerate() {
                    let (mut pa, mut pb) = (deeper(pa, Access::Part(i)), deeper(pb, Access::Part(i)));
                    same.push(self.same((a, &mut pa), (b, &mut pb), *part)?);
                }
                Ok(self.graph.and(same))
            }
            Type::Set(elem) => self.quantified(true, *elem, &mut |this, key| {
                let (x, y) = (deeper(pa, Access::Key(key.clone())), deeper(pb, Access::Key(key)));
                let (x, y) = (this.look(a, &x)?, this.look(b, &y)?);
                Ok(this.graph.equal(x, y))
            }),
            Type::Map(key, value) => self.quantified(true, *key, &mut |this, key| {
                let (mut x, mut y) = (deeper(pa, Access::Key(key.clone())), deeper(pb, Access::Key(key)));
                this.same((a, &mut x), (b, &mut y), *value)
            }),
        }
    }

    /// All values of a type, if they are at most `limit`.
    fn listed(&mut self, ty: TypeId, limit: u64) -> Result<Option<Vec<Item>>> {
        match domain(self.system, self.scope, ty, limit) {
            Ok(values) => values
                .iter()
                .map(|v| self.lift(v, ty))
                .collect::<Result<_>>()
                .map(Some),
            Err(_) => Ok(None),
        }
    }

    /// A quantified formula: written out where that is short, else with bound variables.
    pub(crate) fn quantified(
        &mut self,
        universal: bool,
        ty: TypeId,
        body: &mut dyn FnMut(&mut Self, Item) -> Result<T>,
    ) -> Result<T> {
        if let Some(items) = self.listed(ty, INSTANCES / self.instances)? {
            return self.written_out(universal, items, body);
        }
        match self.ty(ty) {
            Type::Bool => {
                let items = [false, true].map(|b| Item::Term(self.graph.truth(b)));
                self.written_out(universal, items.to_vec(), body)
            }
            Type::Int | Type::Enum(_) | Type::Sort(_) => {
                let sort = self.sort(ty)?;
                let (v, t) = self.graph.fresh(sort);
                let inner = body(self, Item::Term(t))?;
                Ok(self.graph.quantified(universal, v, inner))
            }
            Type::Range { lo, hi } => {
                let (v, t) = self.graph.fresh(S::Int);
                let inner = body(self, Item::Term(t))?;
                let within = self.within(t, *lo, *hi);
                let inner = if universal {
                    self.graph.implies(within, inner)
                } else {
                    self.graph.and([within, inner])
                };
                Ok(self.graph.quantified(universal, v, inner))
            }
            Type::Option(inner) => {
                let none = self.no_value(*inner)?;
                let at_none = body(self, none)?;
                let yes = self.graph.truth(true);
                let rest = self.quantified(universal, *inner, &mut |this, item| {
                    body(this, Item::Option(yes, Box::new(item)))
                })?;
                Ok(self.junction(universal, vec![at_none, rest]))
            }
            Type::Tuple(parts) => self.tuple_quantified(universal, parts, &mut Vec::new(), body),
            Type::Set(_) | Type::Map(..) => match self.listed(ty, COMPOSITE_INSTANCES)? {
                Some(items) => self.written_out(universal, items, body),
                None => Err(NoForm(format!(
                    "a quantifier over `{}` has no form in first-order logic",
                    print_type(self.system, ty)
                ))),
            },
        }
    }

    fn tuple_quantified(
        &mut self,
        universal: bool,
        parts: &[TypeId],
        done: &mut Vec<Item>,
        body: &mut dyn FnMut(&mut Self, Item) -> Result<T>,
    ) -> Result<T> {
        let Some(ty) = parts.get(done.len()) else {
            return body(self, Item::Tuple(done.clone()));
        };
        self.quantified(universal, *ty, &mut |this, item| {
            done.push(item);
            let out = this.tuple_quantified(universal, parts, done, body);
            done.pop();
            out
        })
    }

    fn written_out(
        &mut self,
        universal: bool,
        items: Vec<Item>,
        body: &mut dyn FnMut(&mut Self, Item) -> Result<T>,
    ) -> Result<T> {
        let before = self.instances;
        self.instances = before.saturating_mul(items.len().max(1) as u64).min(INSTANCES);
        let parts = items
            .into_iter()
            .map(|i| body(self, i))
            .collect::<Result<Vec<_>>>();
        self.instances = before;
        Ok(self.junction(universal, parts?))
    }

    fn junction(&mut self, universal: bool, parts: Vec<T>) -> T {
        if universal {
            self.graph.and(parts)
        } else {
            self.graph.or(parts)
        }
    }

    fn within(&mut self, t: T, lo: i64, hi: i64) -> T {
        let (lo, hi) = (self.graph.number(lo), self.graph.number(hi));
        let (low, high) = (
            self.graph.compare(Op::LessEqual, lo, t),
            self.graph.compare(Op::LessEqual, t, hi),
        );
        self.graph.and([low, high])
    }

    /// That the integers in something declared are within their ranges, as its type says.
    pub(crate) fn typed(&mut self, place: Place, ty: TypeId) -> Result<T> {
        self.typed_at(place, ty, &mut Vec::new(), ty)
    }

    fn typed_at(&mut self, place: Place, whole: TypeId, path: &mut Path, ty: TypeId) -> Result<T> {
        if !self.has_range(ty) {
            return Ok(self.graph.truth(true));
        }
        match self.ty(ty) {
            Type::Range { lo, hi } => {
                let t = self.declared(place, whole, path)?;
                Ok(self.within(t, *lo, *hi))
            }
            Type::Option(inner) => {
                let some = self.declared(place, whole, &deeper(path, Access::IsSome))?;
                let inside = self.typed_at(place, whole, &mut deeper(path, Access::Inside), *inner)?;
                Ok(self.graph.implies(some, inside))
            }
            Type::Tuple(parts) => {
                let mut typed = Vec::new();
                for (i, part) in parts.iter().enumerate() {
                    typed.push(self.typed_at(place, whole, &mut deeper(path, Access::Part(i)), *part)?);
                }
                Ok(self.graph.and(typed))
            }
            Type::Map(key, value) => self.quantified(true, *key, &mut |this, key| {
                this.typed_at(place, whole, &mut deeper(path, Access::Key(key)), *value)
            }),
            Type::Bool | Type::Int | Type::Enum(_) | Type::Sort(_) | Type::Set(_) => {
                Ok(self.graph.truth(true))
            }
        }
    }

    /// Whether a type has integers of a range elsewhere than as keys or elements.
    fn has_range(&self, ty: TypeId) -> bool {
        match self.ty(ty) {
            Type::Range { .. } => true,
            Type::Bool | Type::Int | Type::Enum(_) | Type::Sort(_) | Type::Set(_) => false,
            Type::Option(t) | Type::Map(_, t) => self.has_range(*t),
            Type::Tuple(parts) => parts.iter().any(|t| self.has_range(*t)),
        }
    }

    /// What an instance says of a constant at some keys.
    pub(crate) fn given(&mut self, constant: ConstId, keys: &[ExprId], value: ExprId) -> Result<T> {
        let at = At::closed(When::Now);
        let whole = self.system.constant(constant).ty;
        let (mut ty, mut path) = (whole, Vec::new());
        for key in keys {
            let Type::Map(k, v) = self.ty(ty) else {
                return Err(NoForm("a given indexes what is no map".to_owned()));
            };
            path.push(Access::Key(self.item(*key, &at, &mut Vec::new(), *k)?));
            ty = *v;
        }
        let place = Item::Declared(Place::Constant(constant), whole);
        self.same(
            (&Source::Item(&place), &mut path),
            (&Source::Expr(value, &at), &mut Vec::new()),
            ty,
        )
    }

    /// The term of an update of a map, set or other variable of an event, with parameters for the keys: for
    /// readers. One entry for each component of the variable: its name, its parameters, the term.
    pub(crate) fn components_after(
        &mut self,
        event: EventId,
        variable: VarId,
    ) -> Result<Vec<(String, Vec<V>, T)>> {
        let (ty, mut out) = (self.system.variable(variable).ty, Vec::new());
        let at = At::closed(When::After(event));
        self.each_component(
            variable,
            ty,
            &at,
            &mut Vec::new(),
            &mut Vec::new(),
            String::new(),
            &mut out,
        )?;
        Ok(out)
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "a walk over a type that carries where it is"
    )]
    fn each_component(
        &mut self,
        variable: VarId,
        ty: TypeId,
        at: &At,
        path: &mut Path,
        keys: &mut Vec<V>,
        name: String,
        out: &mut Vec<(String, Vec<V>, T)>,
    ) -> Result<()> {
        let whole = Item::Declared(Place::Variable(variable), self.system.variable(variable).ty);
        match self.ty(ty) {
            Type::Option(inner) => {
                let t = self.after(variable, at, deeper(path, Access::IsSome))?;
                out.push((format!("{name}.some"), keys.clone(), t));
                let mut path = deeper(path, Access::Inside);
                self.each_component(
                    variable,
                    *inner,
                    at,
                    &mut path,
                    keys,
                    format!("{name}.value"),
                    out,
                )
            }
            Type::Tuple(parts) => {
                for (i, part) in parts.iter().enumerate() {
                    let mut path = deeper(path, Access::Part(i));
                    self.each_component(variable, *part, at, &mut path, keys, format!("{name}.{i}"), out)?;
                }
                Ok(())
            }
            Type::Set(key) | Type::Map(key, _) => {
                let before = keys.len();
                let item = self.parameter(*key, keys)?;
                let mut path = deeper(path, Access::Key(item));
                match self.ty(ty) {
                    Type::Map(_, value) => {
                        self.each_component(
                            variable,
                            *value,
                            at,
                            &mut path,
                            keys,
                            format!("{name}.at"),
                            out,
                        )?;
                    }
                    _ => {
                        let t = self.after(variable, at, path)?;
                        out.push((name, keys.clone(), t));
                    }
                }
                keys.truncate(before);
                Ok(())
            }
            Type::Bool | Type::Int | Type::Range { .. } | Type::Enum(_) | Type::Sort(_) => {
                let _ = whole;
                let t = self.after(variable, at, path.clone())?;
                out.push((name, keys.clone(), t));
                Ok(())
            }
        }
    }

    /// A key made of fresh variables.
    fn parameter(&mut self, ty: TypeId, keys: &mut Vec<V>) -> Result<Item> {
        Ok(match self.ty(ty) {
            Type::Option(inner) => {
                let (v, some) = self.graph.fresh(S::Bool);
                keys.push(v);
                Item::Option(some, Box::new(self.parameter(*inner, keys)?))
            }
            Type::Tuple(parts) => Item::Tuple(
                parts
                    .iter()
                    .map(|t| self.parameter(*t, keys))
                    .collect::<Result<_>>()?,
            ),
            Type::Set(_) | Type::Map(..) => return Err(composite_key()),
            Type::Bool | Type::Int | Type::Range { .. } | Type::Enum(_) | Type::Sort(_) => {
                let sort = self.sort(ty)?;
                let (v, t) = self.graph.fresh(sort);
                keys.push(v);
                Item::Term(t)
            }
        })
    }

    // ---- expressions ----

    fn after(&mut self, variable: VarId, at: &At, path: Path) -> Result<T> {
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
    fn restricted(&mut self, e: ExprId, at: &At) -> At {
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

    fn free(&mut self, e: ExprId) -> Rc<[BinderId]> {
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
    fn at(&mut self, e: ExprId, at: &At, path: Path) -> Result<T> {
        let at = self.restricted(e, at);
        let key = (e, at, path);
        if let Some(t) = self.known.get(&key) {
            return Ok(*t);
        }
        let t = self.read(e, &key.1, &key.2)?;
        self.known.insert(key, t);
        Ok(t)
    }

    fn read(&mut self, e: ExprId, at: &At, path: &Path) -> Result<T> {
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
            (_, []) => self.base(e, at),
            (_, _) => Err(NoForm("a path that does not fit an expression".to_owned())),
        }
    }

    /// The key of a map as its type says.
    fn key_of(&mut self, map: ExprId, key: ExprId, at: &At) -> Result<Item> {
        match self.system.arena.type_of(map) {
            Type::Map(k, _) => self.item(key, at, &mut Vec::new(), *k),
            _ => Err(NoForm("a key of what is no map".to_owned())),
        }
    }

    fn elements_of(&self, set: ExprId) -> Result<TypeId> {
        match self.system.arena.type_of(set) {
            Type::Set(elem) => Ok(*elem),
            _ => Err(NoForm("a set operation on what is no set".to_owned())),
        }
    }

    /// Expressions of a base type that are no place, choice or application.
    fn base(&mut self, e: ExprId, at: &At) -> Result<T> {
        let arena = &self.system.arena;
        match arena.expr(e) {
            Expr::Bool(b) => Ok(self.graph.truth(*b)),
            Expr::Int(n) => Ok(self.graph.number(*n)),
            Expr::Enumerator(_, i) | Expr::Element(_, i) => {
                let sort = self.sort(arena.type_id(e))?;
                Ok(self.graph.element(sort, *i))
            }
            Expr::Not(a) => {
                let a = self.formula(*a, at)?;
                Ok(self.graph.not(a))
            }
            Expr::And(xs) => {
                let parts = self.formulas(xs, at)?;
                Ok(self.graph.and(parts))
            }
            Expr::Or(xs) => {
                let parts = self.formulas(xs, at)?;
                Ok(self.graph.or(parts))
            }
            Expr::Implies(a, b) => {
                let (a, b) = (self.formula(*a, at)?, self.formula(*b, at)?);
                Ok(self.graph.implies(a, b))
            }
            Expr::Eq(a, b) => {
                let ty = self.common(*a, *b);
                self.same(
                    (&Source::Expr(*a, at), &mut Vec::new()),
                    (&Source::Expr(*b, at), &mut Vec::new()),
                    ty,
                )
            }
            Expr::Lt(a, b) => {
                let (a, b) = (self.formula(*a, at)?, self.formula(*b, at)?);
                Ok(self.graph.compare(Op::Less, a, b))
            }
            Expr::Le(a, b) => {
                let (a, b) = (self.formula(*a, at)?, self.formula(*b, at)?);
                Ok(self.graph.compare(Op::LessEqual, a, b))
            }
            Expr::Quant(q, binder, body) => {
                let ty = arena.binder_info(*binder).ty;
                self.quantified(*q == Quantifier::Forall, ty, &mut |this, item| {
                    let inner = with(at, *binder, item);
                    this.formula(*body, &inner)
                })
            }
            Expr::IsSome(a) => self.at(*a, at, vec![Access::IsSome]),
            Expr::In(x, s) => {
                let elem = self.elements_of(*s)?;
                let key = self.item(*x, at, &mut Vec::new(), elem)?;
                self.at(*s, at, vec![Access::Key(key)])
            }
            Expr::Subset(a, b) => {
                let elem = self.elements_of(*a)?;
                self.quantified(true, elem, &mut |this, key| {
                    let path = vec![Access::Key(key)];
                    let (x, y) = (this.at(*a, at, path.clone())?, this.at(*b, at, path)?);
                    Ok(this.graph.implies(x, y))
                })
            }
            Expr::Card(s) => self.counted(*s, at),
            Expr::Add(..) | Expr::Sub(..) | Expr::Mul(..) | Expr::Div(..) | Expr::Mod(..) | Expr::Neg(_) => {
                self.arithmetic(e, at)
            }
            Expr::Const(_)
            | Expr::Var(_)
            | Expr::Next(_)
            | Expr::Bound(_)
            | Expr::Ite(..)
            | Expr::Narrow(..)
            | Expr::None(_)
            | Expr::Some(_)
            | Expr::Unwrap(_)
            | Expr::SetLit(..)
            | Expr::Compr(..)
            | Expr::Union(..)
            | Expr::Inter(..)
            | Expr::Diff(..)
            | Expr::Lambda(..)
            | Expr::Store(..)
            | Expr::Apply(..)
            | Expr::Tuple(_)
            | Expr::Proj(..) => Err(NoForm(
                "a composite value where a base value is needed".to_owned(),
            )),
        }
    }

    fn formulas(&mut self, xs: &[ExprId], at: &At) -> Result<Vec<T>> {
        xs.iter().map(|x| self.formula(*x, at)).collect()
    }

    /// The type of both sides of an equality; that of a literal may be wider.
    fn common(&self, a: ExprId, b: ExprId) -> TypeId {
        let arena = &self.system.arena;
        match arena.expr(a) {
            Expr::SetLit(..) | Expr::Some(_) | Expr::Tuple(_) | Expr::Ite(..) => arena.type_id(b),
            _ => arena.type_id(a),
        }
    }

    fn arithmetic(&mut self, e: ExprId, at: &At) -> Result<T> {
        let node = self.system.arena.expr(e);
        let op = match node {
            Expr::Add(..) => Op::Add,
            Expr::Sub(..) => Op::Sub,
            Expr::Mul(..) => Op::Mul,
            Expr::Div(..) => Op::Div,
            Expr::Mod(..) => Op::Mod,
            _ => Op::Neg,
        };
        let args = self.formulas(&node.children(), at)?;
        Ok(self.graph.arithmetic(op, args))
    }

    fn counted(&mut self, set: ExprId, at: &At) -> Result<T> {
        let elem = self.elements_of(set)?;
        let Some(items) = self.listed(elem, COUNTED)? else {
            return Err(NoForm(format!(
                "`card` of a set of `{}`",
                print_type(self.system, elem)
            )));
        };
        let (zero, one) = (self.graph.number(0), self.graph.number(1));
        let mut parts = Vec::new();
        for item in items {
            let member = self.at(set, at, vec![Access::Key(item)])?;
            parts.push(self.graph.ite(member, one, zero));
        }
        Ok(match parts.as_slice() {
            [] => zero,
            [one] => *one,
            _ => self.graph.arithmetic(Op::Add, parts),
        })
    }
}

fn composite_key() -> NoForm {
    NoForm("sets and maps as keys of maps or elements of sets have no form in a certificate".to_owned())
}

fn deeper(path: &Path, access: Access) -> Path {
    let mut out = path.clone();
    out.push(access);
    out
}

fn in_front(access: Access, path: &[Access]) -> Path {
    std::iter::once(access).chain(path.iter().cloned()).collect()
}

fn with(at: &At, binder: BinderId, item: Item) -> At {
    let mut binders = (*at.binders).clone();
    binders.insert(binder, item);
    At {
        binders: Rc::new(binders),
        when: at.when,
    }
}
