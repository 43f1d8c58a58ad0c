//! Declarations.

use super::super::ast::{Command, Decl, DeclKind, Def, Expr, Header, MethodName, Path, PropertyKind, Target};
use super::super::{Pair, Rule};
use super::Builder;
use crate::source::Span;

/// A declaration, where its name ends, and where it ends.
pub(super) type Built = (DeclKind, Span, Span);

impl Builder<'_> {
    pub(super) fn decl(&mut self, pair: Pair<'_>) -> Option<Decl> {
        let start = self.span(&pair);
        let doc = self.doc(start.start);
        let mut pair = pair;
        let private = pair.as_rule() == Rule::private_decl;
        if private {
            pair = pair.into_inner().nth(1)?;
        }
        let rule = pair.as_rule();
        let (kind, name, end) = self.decl_kind(rule, pair)?;
        if matches!(rule, Rule::enum_decl | Rule::record_decl) {
            self.skip_docs_before(end.end);
        }
        Some(Decl {
            doc,
            span: Span {
                end: end.end,
                ..start
            },
            head: Span {
                end: name.end,
                ..start
            },
            private,
            kind,
        })
    }

    fn decl_kind(&mut self, rule: Rule, pair: Pair<'_>) -> Option<Built> {
        match rule {
            Rule::def_decl => self.def(pair),
            Rule::event_decl => {
                let (event, end) = self.event(pair)?;
                let name = event.name.span;
                Some((DeclKind::Event(event), name, end))
            }
            Rule::property_decl | Rule::temporal_decl => self.property(pair),
            Rule::command_decl => self.command(pair),
            Rule::instance_decl => self.instance(pair),
            Rule::component_decl => self.component(pair),
            Rule::system_decl => self.system(pair),
            Rule::module_decl | Rule::use_decl => self.module_or_use(pair),
            Rule::type_decl | Rule::record_decl => self.new_type(rule, pair),
            Rule::sort_decl | Rule::enum_decl | Rule::const_decl | Rule::var_decl => self.data(rule, pair),
            Rule::assume_decl => {
                let mut inner = pair.into_inner();
                let word = self.span(&inner.next()?);
                let formula = self.expr(inner.next()?)?;
                let end = formula.span;
                Some((DeclKind::Assume(formula), word, end))
            }
            Rule::init_decl => {
                let mut inner = pair.into_inner();
                let word = self.span(&inner.next()?);
                let block = inner.next()?;
                let end = self.span(&block);
                Some((DeclKind::Init(self.formulas(block)?), word, end))
            }
            _ => self.theory(rule, pair),
        }
    }

    pub(super) fn formulas(&mut self, pair: Pair<'_>) -> Option<Vec<Expr>> {
        pair.into_inner().map(|p| self.expr(p)).collect()
    }

    fn module_or_use(&mut self, pair: Pair<'_>) -> Option<Built> {
        let mut inner = pair.into_inner();
        let word = inner.next()?;
        let path = self.path(inner.next()?);
        let mut end = path.span;
        if word.as_rule() == Rule::kw_module {
            let mut params = Vec::new();
            if let Some(list) = inner.next() {
                end = self.span(&list);
                params = list
                    .into_inner()
                    .map(|p| self.module_param(p))
                    .collect::<Option<_>>()?;
            }
            return Some((DeclKind::Module(Header { path, params }), end, end));
        }
        let (mut args, mut alias) = (Vec::new(), None);
        for part in inner {
            match part.as_rule() {
                Rule::use_args => {
                    end = self.span(&part);
                    args = part
                        .into_inner()
                        .map(|p| self.use_arg(p))
                        .collect::<Option<_>>()?;
                }
                Rule::ident => {
                    end = self.span(&part);
                    alias = Some(self.name(&part));
                }
                _ => {}
            }
        }
        Some((DeclKind::Use { path, args, alias }, end, end))
    }

    fn new_type(&mut self, rule: Rule, pair: Pair<'_>) -> Option<Built> {
        let whole = self.span(&pair);
        let mut inner = pair.into_inner().skip(1);
        let name = self.name(&inner.next()?);
        let at = name.span;
        if rule == Rule::type_decl {
            let ty = self.ty(inner.next()?)?;
            let end = ty.span;
            return Some((DeclKind::Alias { name, ty }, at, end));
        }
        let mut fields = Vec::new();
        for param in inner {
            fields.extend(self.param(param)?);
        }
        Some((DeclKind::Record { name, fields }, at, whole))
    }

    fn data(&mut self, rule: Rule, pair: Pair<'_>) -> Option<Built> {
        let whole = self.span(&pair);
        let mut inner = pair.into_inner().skip(1);
        let first = inner.next()?;
        if rule == Rule::enum_decl {
            let name = self.name(&first);
            let members = self.names(inner.next()?);
            let at = name.span;
            return Some((DeclKind::Enum { name, members }, at, whole));
        }
        let names = self.names(first);
        let at = names.last()?.span;
        if rule == Rule::sort_decl {
            return Some((DeclKind::Sort(names), at, at));
        }
        let ty = self.ty(inner.next()?)?;
        let mut end = ty.span;
        if rule == Rule::var_decl {
            return Some((DeclKind::Var { names, ty }, at, end));
        }
        let value = match inner.next() {
            Some(p) => Some(self.expr(p)?),
            None => None,
        };
        end = value.as_ref().map_or(end, |v| v.span);
        Some((DeclKind::Const { names, ty, value }, at, end))
    }

    fn def(&mut self, pair: Pair<'_>) -> Option<Built> {
        let mut inner = pair.into_inner().skip(1);
        let name = self.name(&inner.next()?);
        let mut next = inner.next()?;
        let mut params = Vec::new();
        if next.as_rule() == Rule::params {
            params = self.params(next)?;
            next = inner.next()?;
        }
        let result = self.ty(next)?;
        let body = self.expr(inner.next()?)?;
        let (at, end) = (name.span, body.span);
        let def = Def {
            name,
            params,
            result,
            body,
        };
        Some((DeclKind::Def(def), at, end))
    }

    fn property(&mut self, pair: Pair<'_>) -> Option<Built> {
        let mut inner = pair.into_inner();
        let kind = match inner.next()?.as_str() {
            "invariant" => PropertyKind::Invariant,
            "witness" => PropertyKind::Witness,
            "temporal" => PropertyKind::Temporal,
            _ => PropertyKind::Transition,
        };
        let name = self.name(&inner.next()?);
        let block = inner.next()?;
        let (at, end) = (name.span, self.span(&block));
        let formulas = self.formulas(block)?;
        Some((DeclKind::Property { kind, name, formulas }, at, end))
    }

    fn command(&mut self, pair: Pair<'_>) -> Option<Built> {
        let mut inner = pair.into_inner();
        let prove = inner.next()?.as_str() == "prove";
        let mut command = Command {
            prove,
            targets: Vec::new(),
            scopes: Vec::new(),
            using: None,
            method: None,
            expect: None,
        };
        let mut end = None;
        for part in inner {
            match part.as_rule() {
                Rule::target => command.targets.push(self.target(part)?),
                Rule::scope_clause => {
                    let mut sizes = Vec::new();
                    for size in part.into_inner().filter(|p| p.as_rule() == Rule::size) {
                        let (size, at) = self.size(size)?;
                        end = Some(at);
                        sizes.push(size);
                    }
                    command.scopes.push(sizes);
                }
                Rule::using_clause => {
                    let targets = part.into_inner().skip(1).map(|p| self.target(p));
                    command.using = Some(targets.collect::<Option<Vec<_>>>()?);
                }
                Rule::method_clause => command.method = Some(self.method(part)?),
                _ => command.expect = Some(self.name(&part.into_inner().nth(1)?)),
            }
        }
        let at = command.targets.last()?.span;
        let later = [
            end,
            command.using.as_ref().and_then(|u| u.last()).map(|t| t.span),
            command.method.as_ref().map(|m| m.span),
            command.expect.as_ref().map(|n| n.span),
        ];
        let end = later.into_iter().flatten().max_by_key(|s| s.end).unwrap_or(at);
        Some((DeclKind::Command(command), at, end))
    }

    fn method(&mut self, pair: Pair<'_>) -> Option<MethodName> {
        let mut inner = pair.into_inner().skip(1);
        let name = self.name(&inner.next()?);
        let bound = inner.next();
        let end = bound.as_ref().map_or(name.span, |b| self.span(b));
        Some(MethodName {
            span: name.span.to(end),
            bound: bound.map(|b| self.integer(&b, false)),
            name,
        })
    }

    fn size(&mut self, pair: Pair<'_>) -> Option<((Path, u32), Span)> {
        let mut inner = pair.into_inner();
        let path = self.path(inner.next()?);
        let number = inner.next()?;
        let value = self.integer(&number, false);
        let at = self.span(&number);
        let size = match u32::try_from(value) {
            Ok(n) if (1..=4096).contains(&n) => n,
            _ => {
                self.error("E0112", at, "the size of a sort is between 1 and 4096");
                1
            }
        };
        Some(((path, size), at))
    }

    fn target(&mut self, pair: Pair<'_>) -> Option<Target> {
        let mut parts: Vec<Path> = pair.into_inner().map(|p| self.path(p)).collect();
        let property = parts.pop()?;
        let span = parts.first().map_or(property.span, |s| s.span.to(property.span));
        let mut parts = parts.into_iter();
        Some(Target {
            system: parts.next(),
            within: parts.collect(),
            property,
            span,
        })
    }
}
