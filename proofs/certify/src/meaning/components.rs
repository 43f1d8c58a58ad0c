//! The components of a variable after an event, as definitions for readers.

use transition_system::{EventId, Type, TypeId, VarId};

use super::{Access, At, Item, Meaning, Path, Place, Result, When, composite_key, deeper};
use crate::smt::graph::{S, T, V};

impl Meaning<'_> {
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
    pub(super) fn each_component(
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
    pub(super) fn parameter(&mut self, ty: TypeId, keys: &mut Vec<V>) -> Result<Item> {
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
}
