//! What is said of the parts of a system: `rt.x`, `rt.f(a)`, `workers[c].x`, `pod.rt.x`.

use super::body::Body;
use super::expr::make;
use super::typed::{TExpr, TKind};
use super::wrong;
use crate::diagnostic::Diagnostic;
use crate::names::{ConstIx, Found, ModuleIx, Value};
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, Name};
use crate::types::{Form, Ty};

/// A part of a system, as named in an expression.
pub(super) struct PartOf<'e> {
    space: ModuleIx,
    /// Which members of families, outermost first.
    keys: Vec<&'e Expr>,
}

impl Body<'_, '_> {
    /// The part that an expression names, if it names one.
    pub(super) fn part<'e>(&self, e: &'e Expr) -> Option<PartOf<'e>> {
        match &e.kind {
            ExprKind::Path(path) => {
                let name = path.single().filter(|n| self.local(&n.text).is_none())?;
                let space = self.names.part_around(self.module, &name.text)?;
                Some(PartOf {
                    space,
                    keys: Vec::new(),
                })
            }
            ExprKind::Index { map, key } => {
                let mut part = self.part(map)?;
                part.keys.push(key);
                Some(part)
            }
            ExprKind::Field(inner, name) => {
                let PartOf { space, keys } = self.part(inner)?;
                let space = self.names.part(space, &name.text)?;
                Some(PartOf { space, keys })
            }
            _ => None,
        }
    }

    pub(super) fn is_def_of(&self, part: &PartOf<'_>, name: &Name) -> bool {
        let values = self.names[part.space].values.get(&name.text);
        matches!(values.and_then(|l| l.first()), Some(Value::Def(_)))
    }

    /// What a part declares under a name, applied to arguments if it is a definition.
    pub(super) fn of_part(
        &mut self,
        part: &PartOf<'_>,
        name: &Name,
        args: &[Expr],
        hint: Option<Ty>,
        span: Span,
    ) -> TExpr {
        let found = self
            .names
            .value_of_part(self.module, part.space, name, self.diagnostics);
        let Found::These(list) = found else {
            args.iter().for_each(|a| drop(self.typed(a, None)));
            return wrong(span);
        };
        let Some(value) = list.first().copied() else {
            return wrong(span);
        };
        let here = self.names.family_of(self.module).len();
        let family: Vec<ConstIx> = self
            .names
            .family_of(part.space)
            .iter()
            .skip(here)
            .copied()
            .collect();
        if part.keys.len() > family.len() {
            self.too_many_keys(part, span);
            return wrong(span);
        }
        let indices: Vec<_> = family
            .iter()
            .zip(&part.keys)
            .map(|(c, key)| (*c, self.check(key, self.names[*c].ty)))
            .collect();
        let open = family.get(indices.len()..).unwrap_or_default();
        let inner = match value {
            Value::Def(d) if open.is_empty() => self.call_def(d, args, span),
            Value::Var(v) if !open.is_empty() => {
                let mut typed = self.meaning(&path_of(name, span), &[value], hint);
                if let TKind::Var(_) = typed.kind {
                    typed = make(TKind::Lifted(v, here + indices.len()), self.lifted(v, open), span);
                }
                typed
            }
            _ if open.is_empty() => self.meaning(&path_of(name, span), &list, hint),
            Value::Def(_) | Value::Const(_) | Value::Enumerator(..) | Value::Var(_) => {
                self.which_member(part, name, span);
                return wrong(span);
            }
        };
        if indices.is_empty() {
            return inner;
        }
        let ty = inner.ty;
        let value = Box::new(inner);
        make(TKind::Of { indices, value }, ty, span)
    }

    /// The type of a variable as a map from indices of its family.
    fn lifted(&mut self, v: crate::names::VarIx, open: &[ConstIx]) -> Ty {
        let inner = self.names[v].ty;
        open.iter()
            .rev()
            .fold(inner, |ty, c| self.types.make(Form::Map(self.names[*c].ty, ty)))
    }

    fn too_many_keys(&mut self, part: &PartOf<'_>, span: Span) {
        let label = self.label(part);
        let message = format!("`{label}` has no members to choose from with so many keys");
        self.report(
            Diagnostic::error("E0530", span, message)
                .help("only a family, `C(x) for x: S`, has members, one key for each of its indices"),
        );
    }

    fn which_member(&mut self, part: &PartOf<'_>, name: &Name, span: Span) {
        let label = self.label(part);
        let message = format!("`{label}` is a family, and this asks none of its members");
        let help = format!("write `{label}[x].{}` for the member `x`", name.text);
        self.report(Diagnostic::error("E0530", span, message).help(help));
    }

    fn label(&self, part: &PartOf<'_>) -> String {
        let space = self.names[part.space].space.as_ref();
        space.map(|s| s.label.clone()).unwrap_or_default()
    }
}

/// A name as the path that stands for the whole expression.
fn path_of(name: &Name, span: Span) -> crate::syntax::ast::Path {
    crate::syntax::ast::Path {
        names: vec![name.clone()],
        span,
    }
}
