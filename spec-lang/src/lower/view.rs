//! How values of a type of the language are shown: what records, sequences and multisets looked like.

use transition_system::view::View;

use super::Lowering;
use crate::names::ModuleIx;
use crate::types::{Form, Ty};

impl Lowering<'_, '_> {
    /// The view of a place as the map that a family makes of it.
    pub(super) fn family_view(&self, module: ModuleIx, ty: Ty) -> View {
        let names = self.program.names;
        let family = names.family_of(module).iter().rev();
        family.fold(self.view(ty), |value, c| {
            View::map(self.view(names[*c].ty), value)
        })
    }

    /// The view of a type.
    pub(super) fn view(&self, ty: Ty) -> View {
        match self.program.types.form(ty) {
            Form::Error
            | Form::Unknown
            | Form::Bool
            | Form::Int
            | Form::Range(..)
            | Form::Enum(_)
            | Form::Sort(_) => View::Plain,
            Form::Option(t) => View::option(self.view(*t)),
            Form::Set(t) => View::set(self.view(*t)),
            Form::Map(k, v) => View::map(self.view(*k), self.view(*v)),
            Form::Tuple(parts) => View::tuple(parts.iter().map(|t| self.view(*t)).collect()),
            Form::Seq(n, t) => View::Seq(*n, Box::new(self.view(*t))),
            Form::Multiset(t, _) => View::Multiset(Box::new(self.view(*t))),
            Form::Record(r, types) => {
                let fields = self.program.names[*r].fields.iter().zip(types);
                View::Record(
                    fields
                        .map(|(f, t)| (f.name.text.clone(), self.view(*t)))
                        .collect(),
                )
            }
        }
    }
}
