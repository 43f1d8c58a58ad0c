//! Records: literals, fields, and values with some parts changed.

use super::body::Body;
use super::expr::make;
use super::typed::{TExpr, TKind};
use super::wrong;
use crate::diagnostic::Diagnostic;
use crate::names::{Found, RecordIx, TypeName};
use crate::source::Span;
use crate::suggest::nearest;
use crate::syntax::ast::{Change, Expr, ExprKind, Name};
use crate::types::{Form, Ty, Types};

impl Body<'_, '_> {
    /// The position and type of a field; `None` (with an error) where a type has none of this name.
    pub(super) fn field_of(&mut self, ty: Ty, name: &Name) -> Option<(u32, Ty)> {
        if self.types.is_error(ty) {
            return None;
        }
        let Some((record, types)) = self.types.as_record(ty) else {
            self.no_fields(ty, name);
            return None;
        };
        let fields = self.names[record].fields;
        if let Some(i) = fields.iter().position(|f| f.name.text == name.text) {
            return Some((i as u32, types.get(i).copied()?));
        }
        let near = nearest(&name.text, fields.iter().map(|f| f.name.text.as_str()));
        let near = near.map(|n| format!("did you mean `{n}`?"));
        let message = format!("{} has no field `{}`", self.show(ty), name.text);
        let declared = self.names[record].name.span;
        self.report(
            Diagnostic::error("E0321", name.span, message)
                .label(declared, "declared here")
                .maybe_help(near),
        );
        None
    }

    fn no_fields(&mut self, ty: Ty, name: &Name) {
        let message = format!("there is no field `{}`", name.text);
        let mut error = Diagnostic::error("E0110", name.span, message).help(
            "`.value` is the value of an option, `.0` the first component of a tuple; behind the binders of a \
             quantifier a blank follows the `.`",
        );
        if let Form::Option(inner) = self.types.form(ty)
            && self.types.as_record(*inner).is_some()
        {
            error = error.help(format!(
                "this is an option: write `.value.{}`, where there is a value",
                name.text
            ));
        }
        self.report(error);
    }

    pub(super) fn field(&mut self, inside: &Expr, name: &Name, span: Span) -> TExpr {
        let record = self.infer_known(inside);
        match self.field_of(record.ty, name) {
            Some((i, ty)) => make(TKind::Component(Box::new(record), i), ty, span),
            None => wrong(span),
        }
    }

    /// `R(a = x, b = y)`.
    pub(super) fn record(&mut self, callee: &Expr, given: &[(Name, Expr)], span: Span) -> TExpr {
        let Some(ix) = self.record_named(callee) else {
            given.iter().for_each(|(_, e)| drop(self.typed(e, None)));
            return wrong(span);
        };
        let ty = self.names[ix].ty;
        let mut values: Vec<Option<TExpr>> = vec![None; self.names[ix].fields.len()];
        for (name, value) in given {
            let Some((i, field)) = self.field_of(ty, name) else {
                self.typed(value, None);
                continue;
            };
            let value = self.check(value, field);
            if let Some(place) = values.get_mut(i as usize)
                && place.replace(value).is_some()
            {
                let message = format!("the field `{}` is given twice", name.text);
                self.report(Diagnostic::error("E0322", name.span, message));
            }
        }
        let missing: Vec<_> = self.names[ix]
            .fields
            .iter()
            .zip(&values)
            .filter(|(_, v)| v.is_none())
            .map(|(f, _)| format!("`{}`", f.name.text))
            .collect();
        if !missing.is_empty() && !self.types.is_error(ty) {
            let message = format!("this leaves out {}", missing.join(", "));
            let declared = self.names[ix].name.span;
            self.report(Diagnostic::error("E0322", span, message).label(declared, "declared here"));
        }
        let values = values.into_iter().map(|v| v.unwrap_or_else(|| wrong(span)));
        make(TKind::Tuple(values.collect()), ty, span)
    }

    /// The record that stands before arguments with names.
    fn record_named(&mut self, callee: &Expr) -> Option<RecordIx> {
        let ExprKind::Path(path) = &callee.kind else {
            self.no_record(callee.span);
            return None;
        };
        let found = match self.names.type_named(self.module, path, &mut Vec::new()) {
            Found::These(list) => list.first().copied(),
            Found::Broken => return None,
            Found::Nothing => None,
        };
        let ty = match found {
            Some(TypeName::Record(r)) => return Some(r),
            Some(TypeName::Alias(a)) => self.names[a].ty,
            Some(TypeName::Enum(_) | TypeName::Sort(_)) | None => Types::BOOL,
        };
        match self.types.as_record(ty) {
            Some((r, _)) => Some(r),
            None if self.types.is_error(ty) => None,
            None => {
                self.no_record(callee.span);
                None
            }
        }
    }

    fn no_record(&mut self, span: Span) {
        self.report(
            Diagnostic::error("E0321", span, "only a record is made of fields with names")
                .help("a record is declared as `record R { a: T, b: U }`; to compare, write `==`"),
        );
    }

    /// `r.with(a = x)`, `m.with(k -> v)`: the value with some parts changed.
    pub(super) fn changed(&mut self, base: &Expr, changes: &[Change], hint: Option<Ty>, span: Span) -> TExpr {
        let typed = self.typed(base, hint);
        let mut out = self.known(typed);
        for change in changes {
            out = match change {
                Change::Field(name, value) => self.with_field(out, name, value, span),
                Change::Key(key, value) => self.with_key(out, key, value, span),
            };
        }
        out
    }

    fn with_field(&mut self, record: TExpr, name: &Name, value: &Expr, span: Span) -> TExpr {
        let ty = record.ty;
        let Some((i, field)) = self.field_of(ty, name) else {
            self.typed(value, None);
            return wrong(span);
        };
        let value = self.check(value, field);
        let local = self.hidden("record", ty);
        let fields = self
            .types
            .as_record(ty)
            .map(|(_, f)| f.to_vec())
            .unwrap_or_default();
        let mut parts = Vec::new();
        for (j, part) in fields.into_iter().enumerate() {
            parts.push(if j as u32 == i {
                value.clone()
            } else {
                let whole = Box::new(make(TKind::Local(local), ty, span));
                make(TKind::Component(whole, j as u32), part, span)
            });
        }
        let kind = TKind::Let {
            local,
            value: Box::new(record),
            body: Box::new(make(TKind::Tuple(parts), ty, span)),
        };
        make(kind, ty, span)
    }

    fn with_key(&mut self, map: TExpr, key: &Expr, value: &Expr, span: Span) -> TExpr {
        let ty = map.ty;
        let Some((k, v)) = self.types.as_entries(ty) else {
            if !self.types.is_error(ty) {
                let message = format!("{} is not a map and has no keys", self.show(ty));
                self.report(Diagnostic::error("E0304", map.span, message));
            }
            return wrong(span);
        };
        let (key, value) = (self.check(key, k), self.check(value, v));
        make(
            TKind::Store(Box::new(map), Box::new(key), Box::new(value)),
            ty,
            span,
        )
    }
}
