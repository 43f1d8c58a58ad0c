//! Equality by extension, quantifiers, and what types and instances say.

use transition_system::text::print_type;
use transition_system::value::domain;
use transition_system::{ConstId, ExprId, Type, TypeId};

use super::{
    Access, At, COMPOSITE_INSTANCES, INSTANCES, Item, Meaning, NoForm, Path, Place, Result, Source, When,
    deeper,
};
use crate::smt::graph::{Op, S, T};

impl Meaning<'_> {
    pub(super) fn look(&mut self, source: &Source<'_>, path: &Path) -> Result<T> {
        match source {
            Source::Expr(e, at) => self.at(*e, at, path.clone()),
            Source::Item(item) => self.walk(item, path),
        }
    }

    /// Equality of what lies at two paths; of sets and maps, by extension.
    pub(super) fn same(
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
    pub(super) fn listed(&mut self, ty: TypeId, limit: u64) -> Result<Option<Vec<Item>>> {
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

    pub(super) fn tuple_quantified(
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

    pub(super) fn written_out(
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

    pub(super) fn junction(&mut self, universal: bool, parts: Vec<T>) -> T {
        if universal {
            self.graph.and(parts)
        } else {
            self.graph.or(parts)
        }
    }

    pub(super) fn within(&mut self, t: T, lo: i64, hi: i64) -> T {
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

    pub(super) fn typed_at(&mut self, place: Place, whole: TypeId, path: &mut Path, ty: TypeId) -> Result<T> {
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
    pub(super) fn has_range(&self, ty: TypeId) -> bool {
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
}
