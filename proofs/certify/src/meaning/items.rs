//! Values at hand: keys, and what binders stand for.

use transition_system::{ExprId, Type, TypeId, Value};

use super::{Access, At, Item, Meaning, NoForm, Path, Place, Result, composite_key};
use crate::smt::graph::T;

impl Meaning<'_> {
    /// The value of an expression, at a path, as a key: taken apart into base values.
    pub(super) fn item(&mut self, e: ExprId, at: &At, path: &mut Path, ty: TypeId) -> Result<Item> {
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
    pub(super) fn unfold(
        &mut self,
        place: Place,
        whole: TypeId,
        path: &mut Path,
        ty: TypeId,
    ) -> Result<Item> {
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
    pub(super) fn lift(&mut self, value: &Value, ty: TypeId) -> Result<Item> {
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
    pub(super) fn no_value(&mut self, inner: TypeId) -> Result<Item> {
        let no = self.graph.truth(false);
        Ok(Item::Option(no, Box::new(self.fixed(inner)?)))
    }

    pub(super) fn fixed(&mut self, ty: TypeId) -> Result<Item> {
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
    pub(super) fn walk(&mut self, item: &Item, path: &[Access]) -> Result<T> {
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
    pub(super) fn same_items(&mut self, a: &Item, b: &Item) -> Result<T> {
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
}
