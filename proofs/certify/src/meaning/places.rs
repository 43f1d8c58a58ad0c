//! Sorts, and terms for parts of what is declared.

use transition_system::text::print_type;
use transition_system::{Type, TypeId};

use super::{Access, Item, Meaning, NoForm, Place, Result, composite_key};
use crate::smt::graph::{FunctionInfo, S, SortInfo, T};
use crate::smt::names::symbol;

impl Meaning<'_> {
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

    pub(super) fn name_of(&self, place: Place) -> String {
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
    pub(super) fn declared(&mut self, place: Place, mut ty: TypeId, path: &[Access]) -> Result<T> {
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

    pub(super) fn component(&mut self, place: Place, name: String, args: Vec<T>, result: S) -> T {
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
    pub(super) fn flatten(&mut self, key: &Item, out: &mut Vec<T>) -> Result<()> {
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
    pub(super) fn default(&mut self, sort: S) -> T {
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
    pub(super) fn nothing(&mut self, mut ty: TypeId, path: &[Access]) -> Result<T> {
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
}
