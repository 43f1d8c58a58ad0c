//! Lines of an instance about constants.

use transition_system::{ConstId, ExprId};

use super::{Builder, Members, Place, Said};
use crate::diagnostic::Diagnostic;
use crate::names::{ConstIx, Found, Value};
use crate::source::Span;
use crate::suggest::nearest;
use crate::syntax::ast::{self, Expr, ExprKind, InstanceItem, InstanceItemKind};
use crate::types::{Form, Ty};

impl Builder<'_, '_> {
    pub(super) fn constant(&mut self, item: &InstanceItem) {
        let Some(constant) = self.constant_named(&item.place) else {
            return;
        };
        let Some((indices, ty)) = self.keys(&item.place, constant) else {
            return;
        };
        let Some(id) = self.lowered.ids.constant(constant) else {
            return;
        };
        match &item.kind {
            InstanceItemKind::Unknown => self.say(item, id, indices, ty, Said::Unknown, Vec::new()),
            InstanceItemKind::Is(value) => self.is(item, value, id, indices, ty),
            InstanceItemKind::Member {
                item: element,
                negated,
            } => {
                let Form::Set(of) = *self.program.types.form(ty) else {
                    let shown = self.program.types.show(self.program.names, ty);
                    let message = format!("expected a set behind `in`, found `{shown}`");
                    self.diagnostics
                        .push(Diagnostic::error("E0304", item.place.span, message));
                    return;
                };
                let Some(element) = self.literal(element, of) else {
                    return;
                };
                let mut members = Members::default();
                if *negated {
                    members.absent.push((element, item.span));
                } else {
                    members.elements.push(element);
                }
                let evidence = vec![(element, item.evidence.clone())];
                self.say(item, id, indices, ty, Said::Set(members), evidence);
            }
        }
    }

    fn is(&mut self, item: &InstanceItem, value: &Expr, id: ConstId, indices: Vec<ExprId>, ty: Ty) {
        let (Form::Set(of), ExprKind::Set(elements)) = (self.program.types.form(ty).clone(), &value.kind)
        else {
            if let Some(value) = self.literal(value, ty) {
                self.say(item, id, indices, ty, Said::Value(value), Vec::new());
            }
            return;
        };
        let mut members = Members {
            whole: true,
            ..Members::default()
        };
        let mut evidence = Vec::new();
        for (i, element) in elements.iter().enumerate() {
            let Some(literal) = self.literal(element, of) else {
                continue;
            };
            if members.elements.contains(&literal) {
                let message = "this element is listed twice";
                self.diagnostics
                    .push(Diagnostic::warning("E0511", element.span, message));
            } else {
                members.elements.push(literal);
            }
            if let Some((_, notes)) = item.element_evidence.iter().find(|(e, _)| *e == i) {
                evidence.push((literal, notes.clone()));
            }
        }
        self.say(item, id, indices, ty, Said::Set(members), evidence);
    }

    fn constant_named(&mut self, place: &ast::Place) -> Option<ConstIx> {
        let names = self.program.names;
        let found = match names.value_named(self.module, &place.path, &[], self.diagnostics) {
            Found::These(list) => list,
            Found::Broken | Found::Nothing => return None,
        };
        let text = place.path.text();
        match found.first() {
            Some(Value::Const(c)) if names[*c].value.is_none() => Some(*c),
            Some(Value::Const(c)) => {
                let message = format!("`{text}` already has a value");
                let error =
                    Diagnostic::error("E0506", place.span, message).label(names[*c].name.span, "given here");
                self.diagnostics.push(error);
                None
            }
            other => {
                let consts = names.consts.iter().map(|c| c.name.text.as_str());
                let near = nearest(&text, consts).map(|n| format!("did you mean `{n}`?"));
                let mut error =
                    Diagnostic::error("E0507", place.path.span, format!("`{text}` is not a constant"))
                        .help("an instance names the elements of sorts and gives the values of constants")
                        .maybe_help(near);
                if let Some(value) = other {
                    error = error.label(names.span_of(*value), "declared here");
                }
                self.diagnostics.push(error);
                None
            }
        }
    }

    fn keys(&mut self, place: &ast::Place, constant: ConstIx) -> Option<(Vec<ExprId>, Ty)> {
        let mut ty = self.program.names[constant].ty;
        let mut out = Vec::new();
        for key in &place.indices {
            let (Form::Map(k, v) | Form::Multiset(k, v)) = *self.program.types.form(ty) else {
                let shown = self.program.types.show(self.program.names, ty);
                let message = format!("`{shown}` is not a map and has no keys");
                self.diagnostics
                    .push(Diagnostic::error("E0304", key.span, message));
                return None;
            };
            out.push(self.literal(key, k)?);
            ty = v;
        }
        if !place.rest.is_empty() {
            let message = "a record or tuple is given as a whole";
            self.diagnostics.push(
                Diagnostic::error("E0507", place.span, message)
                    .help("write `R(a = v, b = w)` or `(v, w)` behind `=`"),
            );
            return None;
        }
        Some((out, ty))
    }

    /// Notes what a line says, together with what others said of the same place.
    fn say(
        &mut self,
        item: &InstanceItem,
        constant: ConstId,
        indices: Vec<ExprId>,
        ty: Ty,
        said: Said,
        member_evidence: Vec<(ExprId, Vec<String>)>,
    ) {
        let key = (constant, indices.clone());
        let member = matches!(item.kind, InstanceItemKind::Member { .. });
        let evidence = if member { Vec::new() } else { item.evidence.clone() };
        if let Some(old) = self.index.get(&key).copied() {
            self.combine(old, said, evidence, member_evidence, item.span);
            return;
        }
        self.index.insert(key, self.places.len());
        self.places.push(Place {
            constant,
            indices,
            said,
            evidence,
            member_evidence,
            span: item.span,
            ty,
        });
    }

    fn combine(
        &mut self,
        old: usize,
        said: Said,
        evidence: Vec<String>,
        member_evidence: Vec<(ExprId, Vec<String>)>,
        span: Span,
    ) {
        let Some(place) = self.places.get_mut(old) else {
            return;
        };
        match (&mut place.said, said) {
            (Said::Set(known), Said::Set(more)) if !(known.whole && more.whole) => {
                known.whole |= more.whole;
                for element in more.elements {
                    if !known.elements.contains(&element) {
                        known.elements.push(element);
                    }
                }
                known.absent.extend(more.absent);
            }
            (_, _) => {
                self.diagnostics.push(
                    Diagnostic::error("E0506", span, "this is given twice")
                        .here("again here")
                        .label(place.span, "first given here"),
                );
                return;
            }
        }
        place.evidence.extend(evidence);
        place.member_evidence.extend(member_evidence);
    }
}
