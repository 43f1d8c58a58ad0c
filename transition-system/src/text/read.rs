//! Reading. Takes what [`super::print()`] writes, by a machine or by hand; gives a system that
//! [`crate::validate`] should check (tests do), or the first error with its line.

use std::collections::HashMap;
use std::fmt;

use super::sexp::{Sexp, parse};
use crate::expr::{FoldOp, Quantifier};
use crate::fairness::{Alternative, Fairness};
use crate::ids::{BinderId, ExprId, TypeId};
use crate::origin::Origin;
use crate::system::{
    Axiom, Constant, Enumeration, Event, Given, Promise, PromiseKind, Property, PropertyKind, Sort,
    StepClause, System, Update, Variable,
};
use crate::types::Type;
use crate::view::View;

/// Why a text is not that of a system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextError {
    /// Line, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl TextError {
    pub(super) fn new(line: usize, message: impl Into<String>) -> Self {
        Self {
            line,
            message: message.into(),
        }
    }
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

pub(super) type Result<T> = std::result::Result<T, TextError>;

/// Reads a system.
///
/// # Errors
/// The first thing that is not as [`super::print()`] writes it.
pub fn read(text: &str) -> Result<System> {
    let mut reader = Reader::default();
    for form in parse(text)? {
        reader.declaration(&form)?;
    }
    Ok(reader.system)
}

/// Reads one closed expression over the names of a system, into its arena.
///
/// # Errors
/// The first thing that is not as [`super::print_expr`] writes it.
pub fn read_expr(system: &mut System, text: &str) -> Result<ExprId> {
    let forms = parse(text)?;
    let [form] = forms.as_slice() else {
        return Err(TextError::new(1, "one expression expected"));
    };
    let mut reader = Reader {
        system: std::mem::take(system),
        ..Reader::default()
    };
    let result = reader.expr(form);
    *system = reader.system;
    result
}

#[derive(Default)]
pub(super) struct Reader {
    system: System,
    binders: HashMap<String, BinderId>,
    shared: HashMap<String, ExprId>,
}

pub(super) fn expected<T>(at: &Sexp, what: &str) -> Result<T> {
    Err(TextError::new(at.line(), format!("{what} expected")))
}

fn atom<'a>(form: &'a Sexp, what: &str) -> Result<&'a str> {
    form.atom()
        .ok_or_else(|| TextError::new(form.line(), format!("{what} expected")))
}

fn list<'a>(form: &'a Sexp, what: &str) -> Result<&'a [Sexp]> {
    form.list()
        .ok_or_else(|| TextError::new(form.line(), format!("{what} expected")))
}

fn names(forms: &[Sexp]) -> Result<Vec<String>> {
    forms
        .iter()
        .map(|f| atom(f, "a name").map(str::to_owned))
        .collect()
}

pub(super) fn head(form: &Sexp) -> Result<(&str, &[Sexp])> {
    match list(form, "a list")? {
        [first, rest @ ..] => Ok((atom(first, "a word")?, rest)),
        [] => expected(form, "a word"),
    }
}

/// Whether a form behind the updates of an event is a mark and no promise.
fn is_mark(form: &Sexp) -> bool {
    head(form).is_ok_and(|(word, _)| matches!(word, "fair" | "input" | "alternative"))
}

fn mark(form: &Sexp, event: &mut Event) -> Result<()> {
    match head(form)? {
        ("fair", [how]) => event.fairness = fairness(how)?,
        ("input", []) => event.input = true,
        ("alternative", [of, how]) => {
            event.alternative = Some(Alternative {
                of: atom(of, "a name")?.to_owned(),
                fairness: fairness(how)?,
            });
        }
        (_, _) => return expected(form, "a mark"),
    }
    Ok(())
}

fn fairness(form: &Sexp) -> Result<Fairness> {
    Ok(match form.atom() {
        Some("none") => Fairness::None,
        Some("weak") => Fairness::Weak,
        Some("strong") => Fairness::Strong,
        Some(_) | None => return expected(form, "`none`, `weak` or `strong`"),
    })
}

impl Reader {
    fn declaration(&mut self, form: &Sexp) -> Result<()> {
        let (word, rest) = head(form)?;
        let origin = Origin::unknown();
        match (word, rest) {
            ("system", [name]) => self.system.name = atom(name, "a name")?.to_owned(),
            ("enum", [name, items @ ..]) => {
                let (name, enumerators) = (atom(name, "a name")?.to_owned(), names(items)?);
                self.system.enumerations.push(Enumeration {
                    name,
                    enumerators,
                    origin,
                });
            }
            ("sort", [name, items @ ..]) => {
                let (name, elements) = (atom(name, "a name")?.to_owned(), names(items)?);
                self.system.sorts.push(Sort {
                    name,
                    elements,
                    origin,
                });
            }
            ("const", [name, ty]) => {
                let (name, ty) = (atom(name, "a name")?.to_owned(), self.ty(ty)?);
                self.system.constants.push(Constant {
                    name,
                    ty,
                    doc: String::new(),
                    origin,
                });
            }
            ("var", [name, ty]) => {
                let (name, ty) = (atom(name, "a name")?.to_owned(), self.ty(ty)?);
                self.system.variables.push(Variable { name, ty, origin });
            }
            ("binder", [n, name, ty]) => {
                self.new_binder(n, name, ty)?;
            }
            ("def", [n, e]) => {
                let e = self.expr(e)?;
                self.shared.insert(atom(n, "a number")?.to_owned(), e);
            }
            ("given", [name, indices, value]) => self.given(name, indices, value)?,
            ("assume" | "init", [formula, promises @ ..]) => {
                let axiom = Axiom {
                    formula: self.expr(formula)?,
                    promises: self.promises(promises)?,
                    origin,
                };
                let table = if word == "init" {
                    &mut self.system.init
                } else {
                    &mut self.system.assumptions
                };
                table.push(axiom);
            }
            ("event", [name, params, choices, actor, guard, updates, rest @ ..]) => {
                let marks = rest.iter().position(is_mark).unwrap_or(rest.len());
                let (promises, marks) = rest.split_at(marks);
                let mut event = Event {
                    name: atom(name, "a name")?.to_owned(),
                    doc: String::new(),
                    params: self.binder_list(params)?,
                    choices: self.binder_list(choices)?,
                    actor: if actor.atom() == Some("-") {
                        None
                    } else {
                        Some(self.expr(actor)?)
                    },
                    guard: self.expr(guard)?,
                    updates: list(updates, "updates")?
                        .iter()
                        .map(|u| self.update(u))
                        .collect::<Result<_>>()?,
                    promises: self.promises(promises)?,
                    fairness: Fairness::None,
                    input: false,
                    alternative: None,
                    origin,
                };
                marks.iter().try_for_each(|m| mark(m, &mut event))?;
                self.system.events.push(event);
            }
            ("invariant" | "transition" | "witness", [name, formula, promises @ ..]) => {
                let kind = match word {
                    "invariant" => PropertyKind::Invariant,
                    "transition" => PropertyKind::Transition,
                    _ => PropertyKind::Witness,
                };
                let (name, formula) = (atom(name, "a name")?.to_owned(), self.expr(formula)?);
                let promises = self.promises(promises)?;
                let property = Property {
                    name,
                    doc: String::new(),
                    kind,
                    formula,
                    temporal: None,
                    promises,
                    steps: Vec::new(),
                    origin,
                };
                self.system.properties.push(property);
            }
            ("view", [what, name, view]) => self.view(what, name, view)?,
            ("component", rest) => {
                let component = super::component::read(&self.system, rest, form.line())?;
                self.system.components.push(component);
            }
            ("temporal", [name, formula, promises @ ..]) => {
                let property = Property {
                    name: atom(name, "a name")?.to_owned(),
                    doc: String::new(),
                    kind: PropertyKind::Temporal,
                    temporal: Some(self.temporal(formula)?),
                    formula: self.system.arena.bool(true),
                    promises: self.promises(promises)?,
                    steps: Vec::new(),
                    origin,
                };
                self.system.properties.push(property);
            }
            ("step", [property, event, formula, promises @ ..]) => {
                self.clause(property, event, formula, promises)?;
            }
            (_, _) => return expected(form, "a declaration"),
        }
        Ok(())
    }

    fn view(&mut self, what: &Sexp, name: &Sexp, view: &Sexp) -> Result<()> {
        let (view, text) = (read_view(view)?, atom(name, "a name")?);
        match atom(what, "what it is a view of")? {
            "const" => match self.system.find_constant(text) {
                Some(c) => drop(self.system.views.constants.insert(c, view)),
                None => return expected(name, "a constant"),
            },
            "var" => match self.system.find_variable(text) {
                Some(v) => drop(self.system.views.variables.insert(v, view)),
                None => return expected(name, "a variable"),
            },
            _ => {
                let binder = self.binder(name)?;
                self.system.views.binders.insert(binder, view);
            }
        }
        Ok(())
    }

    fn clause(&mut self, property: &Sexp, event: &Sexp, formula: &Sexp, promises: &[Sexp]) -> Result<()> {
        let named = atom(property, "a property")?;
        let id = self
            .system
            .find_property(named)
            .ok_or_else(|| TextError::new(property.line(), format!("no property `{named}`")))?;
        let named = atom(event, "an event")?;
        let event = self
            .system
            .find_event(named)
            .ok_or_else(|| TextError::new(event.line(), format!("no event `{named}`")))?;
        let clause = StepClause {
            event,
            formula: self.expr(formula)?,
            promises: self.promises(promises)?,
        };
        if let Some(property) = self.system.properties.get_mut(id.index()) {
            property.steps.push(clause);
        }
        Ok(())
    }

    fn given(&mut self, name: &Sexp, indices: &Sexp, value: &Sexp) -> Result<()> {
        let constant = atom(name, "a constant")?;
        let constant = self
            .system
            .find_constant(constant)
            .ok_or_else(|| TextError::new(name.line(), format!("no constant `{constant}`")))?;
        let indices = list(indices, "indices")?
            .iter()
            .map(|i| self.expr(i))
            .collect::<Result<_>>()?;
        let value = if value.atom() == Some("unknown") {
            None
        } else {
            Some(self.expr(value)?)
        };
        self.system.givens.push(Given {
            constant,
            indices,
            value,
            evidence: Vec::new(),
            member_evidence: Vec::new(),
            origin: Origin::unknown(),
        });
        Ok(())
    }

    fn update(&mut self, form: &Sexp) -> Result<Update> {
        let [name, value] = list(form, "an update")? else {
            return expected(form, "an update");
        };
        let variable = atom(name, "a variable")?;
        let variable = self
            .system
            .find_variable(variable)
            .ok_or_else(|| TextError::new(name.line(), format!("no variable `{variable}`")))?;
        Ok(Update {
            variable,
            value: self.expr(value)?,
            origin: Origin::unknown(),
        })
    }

    fn promises(&mut self, forms: &[Sexp]) -> Result<Vec<Promise>> {
        forms
            .iter()
            .map(|form| {
                let (word, rest) = head(form)?;
                let kind = match word {
                    "range" => PromiseKind::Range,
                    "some" => PromiseKind::SomeValue,
                    "divisor" => PromiseKind::Divisor,
                    "agree" => PromiseKind::Agreement,
                    "nonempty" => PromiseKind::NotEmpty,
                    _ => return expected(form, "a promise"),
                };
                let [holds] = rest else {
                    return expected(form, "one formula");
                };
                Ok(Promise {
                    kind,
                    holds: self.expr(holds)?,
                    origin: Origin::unknown(),
                })
            })
            .collect()
    }

    fn new_binder(&mut self, n: &Sexp, name: &Sexp, ty: &Sexp) -> Result<BinderId> {
        let ty = self.ty(ty)?;
        let binder = self.system.arena.binder(atom(name, "a name")?, ty);
        self.binders.insert(atom(n, "a binder")?.to_owned(), binder);
        Ok(binder)
    }

    pub(super) fn binder(&mut self, form: &Sexp) -> Result<BinderId> {
        match form {
            Sexp::Atom(n, line) => self
                .binders
                .get(n)
                .copied()
                .ok_or_else(|| TextError::new(*line, format!("no binder `{n}`"))),
            Sexp::List(items, _) => match items.as_slice() {
                [n, name, ty] => self.new_binder(n, name, ty),
                _ => expected(form, "a binder"),
            },
        }
    }

    fn binder_list(&mut self, form: &Sexp) -> Result<Vec<BinderId>> {
        list(form, "binders")?.iter().map(|b| self.binder(b)).collect()
    }

    fn ty(&mut self, form: &Sexp) -> Result<TypeId> {
        if let Some(word) = form.atom() {
            return match word {
                "bool" => Ok(self.system.arena.bool_ty()),
                "int" => Ok(self.system.arena.int_ty()),
                _ => expected(form, "a type"),
            };
        }
        let (word, rest) = head(form)?;
        let ty = match (word, rest) {
            ("range", [lo, hi]) => Type::Range {
                lo: integer(lo)?,
                hi: integer(hi)?,
            },
            ("enum", [name]) => match self.system.find_enumeration(atom(name, "a name")?) {
                Some(e) => Type::Enum(e),
                None => return expected(name, "an enumeration"),
            },
            ("sort", [name]) => match self.system.find_sort(atom(name, "a name")?) {
                Some(s) => Type::Sort(s),
                None => return expected(name, "a sort"),
            },
            ("option", [t]) => Type::Option(self.ty(t)?),
            ("set", [t]) => Type::Set(self.ty(t)?),
            ("map", [k, v]) => Type::Map(self.ty(k)?, self.ty(v)?),
            ("tuple", parts) => Type::Tuple(parts.iter().map(|p| self.ty(p)).collect::<Result<_>>()?),
            (_, _) => return expected(form, "a type"),
        };
        Ok(self.system.arena.ty(ty))
    }

    pub(super) fn expr(&mut self, form: &Sexp) -> Result<ExprId> {
        match form {
            Sexp::Atom(a, line) => self.leaf(a, *line),
            Sexp::List(..) => {
                let (word, rest) = head(form)?;
                match self.special(word, rest)? {
                    Some(e) => Ok(e),
                    None => {
                        let items = rest.iter().map(|x| self.expr(x)).collect::<Result<Vec<_>>>()?;
                        self.operator(word, &items).ok_or_else(|| {
                            TextError::new(form.line(), format!("no operator `{word}` like this"))
                        })
                    }
                }
            }
        }
    }

    fn leaf(&mut self, a: &str, line: usize) -> Result<ExprId> {
        let unknown = || TextError::new(line, format!("`{a}` is not known"));
        match a.as_bytes() {
            b"true" => Ok(self.system.arena.bool(true)),
            b"false" => Ok(self.system.arena.bool(false)),
            [b'$', ..] => {
                let b = self.binders.get(a).copied().ok_or_else(unknown)?;
                Ok(self.system.arena.bound(b))
            }
            [b'%', ..] => self.shared.get(a).copied().ok_or_else(unknown),
            _ => match a.parse() {
                Ok(n) => Ok(self.system.arena.int(n)),
                Err(_) => Err(unknown()),
            },
        }
    }

    /// Forms whose parts are not all expressions.
    fn special(&mut self, word: &str, rest: &[Sexp]) -> Result<Option<ExprId>> {
        let e = match (word, rest) {
            ("enumerator", [of, name]) => {
                let id = self.system.find_enumeration(atom(of, "a name")?);
                let wanted = atom(name, "a name")?;
                let Some(id) = id else {
                    return expected(of, "an enumeration");
                };
                let index = self
                    .system
                    .enumeration(id)
                    .enumerators
                    .iter()
                    .position(|x| x == wanted);
                let Some(index) = index else {
                    return expected(name, "an enumerator");
                };
                self.system.arena.enumerator(id, index as u32)
            }
            ("element", [of, name]) => {
                let id = self.system.find_sort(atom(of, "a name")?);
                let wanted = atom(name, "a name")?;
                let Some(id) = id else {
                    return expected(of, "a sort");
                };
                let index = self.system.sort(id).elements.iter().position(|x| x == wanted);
                let Some(index) = index else {
                    return expected(name, "an element");
                };
                self.system.arena.element(id, index as u32)
            }
            ("const", [name]) => {
                let Some(id) = self.system.find_constant(atom(name, "a name")?) else {
                    return expected(name, "a constant");
                };
                let ty = self.system.constant(id).ty;
                self.system.arena.constant(id, ty)
            }
            ("var" | "next", [name]) => {
                let Some(id) = self.system.find_variable(atom(name, "a name")?) else {
                    return expected(name, "a variable");
                };
                let ty = self.system.variable(id).ty;
                if word == "var" {
                    self.system.arena.var(id, ty)
                } else {
                    self.system.arena.next(id, ty)
                }
            }
            ("forall" | "exists", [b, body]) => {
                let q = if word == "forall" {
                    Quantifier::Forall
                } else {
                    Quantifier::Exists
                };
                let (b, body) = (self.binder(b)?, self.expr(body)?);
                self.system.arena.quant(q, b, body)
            }
            ("sum" | "min" | "max", [b, condition, body]) => {
                let op = match word {
                    "sum" => FoldOp::Sum,
                    "min" => FoldOp::Min,
                    _ => FoldOp::Max,
                };
                let (b, condition, body) = (self.binder(b)?, self.expr(condition)?, self.expr(body)?);
                self.system.arena.fold(op, b, condition, body)
            }
            ("compr", [b, body]) => {
                let (b, body) = (self.binder(b)?, self.expr(body)?);
                self.system.arena.compr(b, body)
            }
            ("lambda", [ty, b, body]) => {
                let ty = self.ty(ty)?;
                let Type::Map(_, value) = *self.system.arena.type_of_id(ty) else {
                    return expected(b, "a map type");
                };
                let (b, body) = (self.binder(b)?, self.expr(body)?);
                self.system.arena.lambda(b, body, value)
            }
            ("none" | "some" | "narrow" | "set" | "tuple", [ty, items @ ..]) => {
                let ty = self.ty(ty)?;
                let items = items.iter().map(|x| self.expr(x)).collect::<Result<Vec<_>>>()?;
                return Ok(self.typed(word, ty, items));
            }
            ("proj", [index, e]) => {
                let (index, e) = (integer(index)?, self.expr(e)?);
                self.system
                    .arena
                    .proj(e, u32::try_from(index).unwrap_or(u32::MAX))
            }
            (_, _) => return Ok(None),
        };
        Ok(Some(e))
    }

    fn typed(&mut self, word: &str, ty: TypeId, items: Vec<ExprId>) -> Option<ExprId> {
        let arena = &mut self.system.arena;
        match (word, items.as_slice()) {
            ("none", []) => Some(arena.none(ty)),
            ("some", &[a]) => Some(arena.some(a, Some(ty))),
            ("narrow", &[a]) => Some(arena.narrow(a, ty)),
            ("tuple", _) => Some(arena.tuple(items, Some(ty))),
            ("set", _) => match *arena.type_of_id(ty) {
                Type::Set(elem) => Some(arena.set_lit(elem, items)),
                _ => None,
            },
            (_, _) => None,
        }
    }

    fn operator(&mut self, word: &str, items: &[ExprId]) -> Option<ExprId> {
        let arena = &mut self.system.arena;
        Some(match (word, items) {
            ("not", &[a]) => arena.not(a),
            ("and", xs) => arena.and(xs.iter().copied()),
            ("or", xs) => arena.or(xs.iter().copied()),
            ("=>", &[a, b]) => arena.implies(a, b),
            ("ite", &[c, a, b]) => arena.ite(c, a, b),
            ("=", &[a, b]) => arena.eq(a, b),
            ("<", &[a, b]) => arena.lt(a, b),
            ("<=", &[a, b]) => arena.le(a, b),
            ("+", &[a, b]) => arena.add(a, b),
            ("-", &[a, b]) => arena.sub(a, b),
            ("*", &[a, b]) => arena.mul(a, b),
            ("div", &[a, b]) => arena.div(a, b),
            ("mod", &[a, b]) => arena.modulo(a, b),
            ("neg", &[a]) => arena.neg(a),
            ("is-some", &[a]) => arena.is_some(a),
            ("unwrap", &[a]) => arena.unwrap_some(a),
            ("in", &[a, b]) => arena.member(a, b),
            ("subset", &[a, b]) => arena.subset(a, b),
            ("union", &[a, b]) => arena.union(a, b),
            ("inter", &[a, b]) => arena.inter(a, b),
            ("diff", &[a, b]) => arena.diff(a, b),
            ("card", &[a]) => arena.card(a),
            ("closure", &[a]) => arena.closure(a),
            ("store", &[m, k, v]) => arena.store(m, k, v),
            ("apply", &[m, k]) => arena.apply(m, k),
            (_, _) => return None,
        })
    }
}

fn read_view(form: &Sexp) -> Result<View> {
    if form.atom() == Some("plain") {
        return Ok(View::Plain);
    }
    let (word, rest) = head(form)?;
    let inner = |v: &Sexp| read_view(v).map(Box::new);
    Ok(match (word, rest) {
        ("record", fields) => {
            let field = |f: &Sexp| match list(f, "a field")? {
                [name, view] => Ok((atom(name, "a name")?.to_owned(), read_view(view)?)),
                _ => expected(f, "a field"),
            };
            View::Record(fields.iter().map(field).collect::<Result<_>>()?)
        }
        ("tuple", parts) => View::Tuple(parts.iter().map(read_view).collect::<Result<_>>()?),
        ("seq", [n, of]) => View::Seq(u32::try_from(integer(n)?).unwrap_or(0), inner(of)?),
        ("multiset", [of]) => View::Multiset(inner(of)?),
        ("option", [of]) => View::Option(inner(of)?),
        ("set", [of]) => View::Set(inner(of)?),
        ("map", [k, v]) => View::Map(inner(k)?, inner(v)?),
        (_, _) => return expected(form, "a view"),
    })
}

fn integer(form: &Sexp) -> Result<i64> {
    match atom(form, "an integer")?.parse() {
        Ok(n) => Ok(n),
        Err(_) => expected(form, "an integer"),
    }
}
