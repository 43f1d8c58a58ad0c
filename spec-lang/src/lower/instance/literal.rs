//! Literals of an instance, read by the type that their place wants.

use transition_system::{ExprId, Type};

use super::Builder;
use crate::diagnostic::Diagnostic;
use crate::names::{EnumIx, Found, RecordIx, SortIx, Value};
use crate::source::Span;
use crate::suggest::nearest;
use crate::syntax::ast::{Expr, ExprKind, Name, Path};
use crate::types::{Form, Ty};

impl Builder<'_, '_> {
    /// The value of a literal; `None` (with an error) if it is not one of this type.
    pub(super) fn literal(&mut self, e: &Expr, ty: Ty) -> Option<ExprId> {
        let form = self.program.types.form(ty).clone();
        match (form, &e.kind) {
            (Form::Error | Form::Unknown, _) => None,
            (Form::Bool, ExprKind::Bool(b)) => Some(self.lowered.system.arena.bool(*b)),
            (Form::Int, ExprKind::Int(n)) => Some(self.lowered.system.arena.int(*n)),
            (Form::Range(lo, hi), ExprKind::Int(n)) => self.in_range(*n, lo, hi, e.span),
            (Form::Enum(of), ExprKind::Path(path)) => self.enumerator(of, path),
            (Form::Sort(of), ExprKind::Path(path)) => self.element(of, path),
            (Form::Option(_), ExprKind::None) => {
                let ty = self.type_id(ty);
                Some(self.lowered.system.arena.none(ty))
            }
            (Form::Option(of), ExprKind::Some(inner)) => {
                let inner = self.literal(inner, of)?;
                let ty = self.type_id(ty);
                Some(self.lowered.system.arena.some(inner, Some(ty)))
            }
            (Form::Set(of), ExprKind::Set(items)) => {
                let items: Vec<_> = items.iter().map(|i| self.literal(i, of)).collect();
                let items = items.into_iter().collect::<Option<Vec<_>>>()?;
                let of = self.type_id(of);
                Some(self.lowered.system.arena.set_lit(of, items))
            }
            (Form::Tuple(parts), ExprKind::Tuple(items)) if parts.len() == items.len() => {
                let items: Vec<_> = items.iter().zip(parts).map(|(i, t)| self.literal(i, t)).collect();
                let items = items.into_iter().collect::<Option<Vec<_>>>()?;
                let ty = self.type_id(ty);
                Some(self.lowered.system.arena.tuple(items, Some(ty)))
            }
            (Form::Record(record, types), ExprKind::Named { fields, .. }) => {
                self.record(record, &types, fields, ty, e.span)
            }
            (Form::Seq(n, of), ExprKind::Seq(items)) if items.len() as u64 <= u64::from(n) => {
                self.sequence(items, n, of, ty)
            }
            (form, _) => {
                self.not_literal(&form, ty, e.span);
                None
            }
        }
    }

    fn record(
        &mut self,
        record: RecordIx,
        types: &[Ty],
        given: &[(Name, Expr)],
        ty: Ty,
        span: Span,
    ) -> Option<ExprId> {
        let fields = self.program.names[record].fields;
        let mut values = Vec::new();
        for (field, of) in fields.iter().zip(types) {
            let here: Vec<_> = given.iter().filter(|(n, _)| n.text == field.name.text).collect();
            let [(_, value)] = here.as_slice() else {
                let message = format!("the field `{}` is given once", field.name.text);
                self.diagnostics.push(Diagnostic::error("E0322", span, message));
                return None;
            };
            values.push(self.literal(value, *of)?);
        }
        let known = |n: &Name| fields.iter().any(|f| f.name.text == n.text);
        if let Some((name, _)) = given.iter().find(|(n, _)| !known(n)) {
            let shown = self.program.types.show(self.program.names, ty);
            let message = format!("`{shown}` has no field `{}`", name.text);
            self.diagnostics
                .push(Diagnostic::error("E0321", name.span, message));
            return None;
        }
        if let [only] = values.as_slice() {
            return Some(*only);
        }
        let ty = self.type_id(ty);
        Some(self.lowered.system.arena.tuple(values, Some(ty)))
    }

    fn sequence(&mut self, items: &[Expr], n: u32, of: Ty, ty: Ty) -> Option<ExprId> {
        let items = items
            .iter()
            .map(|i| self.literal(i, of))
            .collect::<Option<Vec<_>>>()?;
        let (mut types, mut at) = (Vec::new(), self.type_id(ty));
        let arena = &mut self.lowered.system.arena;
        for _ in 0..n {
            types.push(at);
            if let Type::Option(inner) = arena.type_of_id(at)
                && let Type::Tuple(parts) = arena.type_of_id(*inner)
                && let Some(rest) = parts.get(1)
            {
                at = *rest;
            }
        }
        let mut out = types.get(items.len()).map(|t| arena.none(*t));
        for (item, ty) in items.into_iter().zip(types).rev() {
            let inner = match (out, arena.type_of_id(ty)) {
                (Some(rest), Type::Option(inner)) => {
                    let inner = *inner;
                    arena.tuple(vec![item, rest], Some(inner))
                }
                (_, _) => item,
            };
            out = Some(arena.some(inner, Some(ty)));
        }
        out
    }

    fn not_literal(&mut self, form: &Form, ty: Ty, span: Span) {
        let shown = self.program.types.show(self.program.names, ty);
        let help = match form {
            Form::Map(..) => "a map is given key by key, as in `m[k] = v`",
            Form::Set(_) => "a set is written `{ a, b }`",
            Form::Option(_) => "an option is `none` or `some(v)`",
            Form::Tuple(_) => "a tuple is written `(a, b)`",
            Form::Record(..) => "a record is written `R(a = v, b = w)`",
            Form::Seq(..) => "a sequence is written `[a, b]`, with at most as many elements as its type has",
            Form::Multiset(..) => "a multiset is given element by element, as in `b[k] = 2`",
            Form::Enum(_) | Form::Sort(_) => "a value of it is a name",
            Form::Error | Form::Unknown | Form::Bool | Form::Int | Form::Range(..) => {
                "an instance gives values, not expressions"
            }
        };
        let message = format!("expected a literal of `{shown}`");
        self.diagnostics
            .push(Diagnostic::error("E0301", span, message).help(help));
    }

    fn in_range(&mut self, n: i64, lo: i64, hi: i64, span: Span) -> Option<ExprId> {
        if (lo..=hi).contains(&n) {
            return Some(self.lowered.system.arena.int(n));
        }
        let message = format!("{n} is outside `{lo}..{hi}`");
        self.diagnostics.push(Diagnostic::error("E0308", span, message));
        None
    }

    fn enumerator(&mut self, of: EnumIx, path: &Path) -> Option<ExprId> {
        let names = self.program.names;
        let members = names[of].members;
        let index = match path.single() {
            Some(name) => members.iter().position(|m| m.text == name.text),
            None => match names.value_named(self.module, path, &[], &mut Vec::new()) {
                Found::These(list) => list.into_iter().find_map(|v| match v {
                    Value::Enumerator(e, i) if e == of => Some(i as usize),
                    _ => None,
                }),
                Found::Broken | Found::Nothing => None,
            },
        };
        let Some(index) = index else {
            let near = nearest(&path.text(), members.iter().map(|m| m.text.as_str()));
            let message = format!("`{}` is not one of `{}`", path.text(), names[of].name.text);
            let error =
                Diagnostic::error("E0507", path.span, message).label(names[of].name.span, "declared here");
            self.diagnostics
                .push(error.maybe_help(near.map(|n| format!("did you mean `{n}`?"))));
            return None;
        };
        let of = self.lowered.ids.enumeration(of)?;
        Some(self.lowered.system.arena.enumerator(of, index as u32))
    }

    fn element(&mut self, of: SortIx, path: &Path) -> Option<ExprId> {
        let sort = &self.program.names[of].name.text;
        let text = path.text();
        let Some(elements) = self.elements.get(&of) else {
            let message = format!("the elements of `{sort}` are not named here");
            let help = format!("add a line `{sort} = {{ {text} }}`");
            self.diagnostics
                .push(Diagnostic::error("E0507", path.span, message).help(help));
            return None;
        };
        let Some(index) = elements.get(&text).copied() else {
            let mut names: Vec<_> = elements.keys().map(String::as_str).collect();
            names.sort_unstable();
            let near = nearest(&text, names).map(|n| format!("did you mean `{n}`?"));
            let message = format!("`{text}` is not one of the elements named of `{sort}`");
            self.diagnostics
                .push(Diagnostic::error("E0507", path.span, message).maybe_help(near));
            return None;
        };
        let of = self.lowered.ids.sort(of)?;
        Some(self.lowered.system.arena.element(of, index))
    }
}
