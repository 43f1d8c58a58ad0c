//! Components and systems.

use super::super::ast::{Component, Composition, DeclKind, File, Name, Part, PartKind, Relabel, SystemDecl};
use super::super::ast::{Expr, ExprKind, ModuleParam, Type, TypeKind, UseArg};
use super::super::{Pair, Rule};
use super::Builder;
use crate::source::Span;

/// A declaration, where its name ends, and where it ends.
type Built = (DeclKind, Span, Span);

impl Builder<'_> {
    pub(super) fn module_param(&mut self, pair: Pair<'_>) -> Option<ModuleParam> {
        let mut inner = pair.into_inner().skip(1);
        let name = self.name(&inner.next()?);
        let ty = match inner.next() {
            Some(ty) => Some(self.ty(ty)?),
            None => None,
        };
        Some(ModuleParam { name, ty })
    }

    pub(super) fn use_arg(&mut self, pair: Pair<'_>) -> Option<UseArg> {
        let mut inner = pair.into_inner();
        let name = self.name(&inner.next()?);
        let given = inner.next()?;
        let (mut ty, mut value) = (None, None);
        match given.as_rule() {
            Rule::path => {
                let path = self.path(given);
                let span = path.span;
                ty = Some(Type {
                    kind: TypeKind::Name(path.clone()),
                    span,
                });
                value = Some(Expr {
                    kind: ExprKind::Path(path),
                    span,
                    parens: false,
                });
            }
            Rule::type_ => ty = Some(self.ty(given)?),
            Rule::arg_relation => ty = Some(self.base(given)?),
            _ => value = Some(self.expr(given)?),
        }
        Some(UseArg { name, ty, value })
    }

    pub(super) fn component(&mut self, pair: Pair<'_>) -> Option<Built> {
        let mut inner = pair.into_inner().skip(1);
        let name = self.name(&inner.next()?);
        let mut made = Component {
            name,
            params: Vec::new(),
            body: File::default(),
        };
        let at = made.name.span;
        let mut end = at;
        for part in inner {
            end = self.span(&part);
            match part.as_rule() {
                Rule::params => made.params = self.params(part)?,
                _ => made.body = self.members(part),
            }
        }
        Some((DeclKind::Component(made), at, end))
    }

    pub(super) fn system(&mut self, pair: Pair<'_>) -> Option<Built> {
        let mut inner = pair.into_inner().skip(1);
        let name = self.name(&inner.next()?);
        let at = name.span;
        let mut params = Vec::new();
        let mut next = inner.next()?;
        if next.as_rule() == Rule::params {
            params = self.params(next)?;
            next = inner.next()?;
        }
        let composition = self.composition(next)?;
        let mut end = composition.parts.last()?.span;
        let mut body = File::default();
        if let Some(members) = inner.next() {
            end = self.span(&members);
            body = self.members(members);
        }
        let made = SystemDecl {
            name,
            params,
            composition,
            body,
        };
        Some((DeclKind::System(made), at, end))
    }

    /// The declarations of a body in braces, each read for itself.
    fn members(&mut self, pair: Pair<'_>) -> File {
        let mut out = File::default();
        for member in pair.into_inner() {
            match member.as_rule() {
                Rule::broken_member => self.broken(&member, &mut out),
                _ => self.declaration(member, &mut out),
            }
        }
        out
    }

    fn composition(&mut self, pair: Pair<'_>) -> Option<Composition> {
        let parts = pair.into_inner().map(|p| self.part(p)).collect::<Option<_>>()?;
        Some(Composition { parts })
    }

    fn part(&mut self, pair: Pair<'_>) -> Option<Part> {
        let mut inner = pair.into_inner();
        let first = inner.next()?;
        let mut span = self.span(&first);
        let kind = match first.as_rule() {
            Rule::group => PartKind::Group(self.composition(first.into_inner().next()?)?),
            _ => PartKind::Of {
                path: self.path(first),
                args: Vec::new(),
            },
        };
        let mut part = Part {
            kind,
            alias: None,
            family: Vec::new(),
            changes: Vec::new(),
            span,
        };
        for tail in inner {
            span = span.to(self.tail(tail, &mut part)?);
        }
        part.span = span;
        Some(part)
    }

    /// What stands behind a part; where it ends.
    fn tail(&mut self, pair: Pair<'_>, part: &mut Part) -> Option<Span> {
        let rule = pair.as_rule();
        let whole = self.span(&pair);
        let mut inner = pair.into_inner();
        if rule == Rule::args {
            if let PartKind::Of { args, .. } = &mut part.kind {
                *args = inner.map(|p| self.expr(p)).collect::<Option<_>>()?;
            }
            return Some(whole);
        }
        inner.next()?;
        match rule {
            Rule::alias_t => {
                let name = self.name(&inner.next()?);
                let at = name.span;
                if let PartKind::Group(_) = part.kind {
                    self.error("E0102", at, "only a component or a system has a name")
                        .help = Some("declare what is in the parentheses as a `system`".to_owned());
                } else if let Some(before) = part.alias.replace(name) {
                    let error = self.error("E0102", at, "this part has a name already");
                    error.labels.push((before.span, "here".to_owned()));
                }
                Some(at)
            }
            Rule::family_t => {
                for list in inner {
                    part.family.extend(self.param(list)?);
                }
                part.family.last().map(|p| p.ty.span)
            }
            Rule::hiding_t => {
                let names: Vec<Name> = inner.map(|p| self.name(&p)).collect();
                let at = names.last()?.span;
                part.changes.push(Relabel::Hiding(names));
                Some(at)
            }
            _ => {
                let pairs = inner.map(|p| self.rename(p)).collect::<Option<Vec<_>>>()?;
                let at = pairs.last()?.1.span;
                part.changes.push(Relabel::Renaming(pairs));
                Some(at)
            }
        }
    }

    fn rename(&mut self, pair: Pair<'_>) -> Option<(Name, Name)> {
        let mut inner = pair.into_inner();
        let from = self.name(&inner.next()?);
        Some((from, self.name(&inner.nth(1)?)))
    }
}
