//! Types as written.

use super::super::ast::{Arith, Bound, BoundTerm, Param, Type, TypeKind};
use super::super::{Pair, Rule};
use super::{Builder, MAX_DEPTH, too_deep};
use crate::diagnostic::Diagnostic;
use crate::source::Span;

impl Builder<'_> {
    /// `A`, or `A -> B`.
    pub(super) fn ty(&mut self, pair: Pair<'_>) -> Option<Type> {
        let span = self.span(&pair);
        let mut inner = pair.into_inner();
        let (first, second) = (inner.next()?, inner.next());
        let begin = self.span(&first);
        if self.depth + 2 > MAX_DEPTH {
            self.diagnostics.push(type_too_deep(begin));
            return Some(unit(span));
        }
        let built = self.deeper(1, begin, |b| {
            let key = b.base(first)?;
            let Some(second) = second else { return Some(key) };
            let value = b.ty(second)?;
            Some(Type {
                span: key.span.to(value.span),
                kind: TypeKind::Map(Box::new(key), Box::new(value)),
            })
        });
        built.unwrap_or(Some(unit(span)))
    }

    pub(super) fn base(&mut self, pair: Pair<'_>) -> Option<Type> {
        let span = self.span(&pair);
        let built = self.deeper_or(1, || type_too_deep(span), |b| b.base_inside(pair, span));
        built.unwrap_or(Some(unit(span)))
    }

    fn base_inside(&mut self, pair: Pair<'_>, span: Span) -> Option<Type> {
        let rule = pair.as_rule();
        let mut inner = pair.into_inner();
        let (kind, end) = match rule {
            Rule::bool_t => (TypeKind::Bool, self.span(&inner.next()?)),
            Rule::int_t => (TypeKind::Int, self.span(&inner.next()?)),
            Rule::name_t => {
                let path = self.path(inner.next()?);
                let end = path.span;
                (TypeKind::Name(path), end)
            }
            Rule::range_t => {
                let (lo, hi) = (self.bound(inner.next()?)?, self.bound(inner.next()?)?);
                let end = hi.span;
                (TypeKind::Range(lo, hi), end)
            }
            Rule::seq_t | Rule::multiset_t => {
                let bound = self.bound(inner.nth(1)?)?;
                let element = self.base(inner.next()?)?;
                let end = element.span;
                let element = Box::new(element);
                let kind = if rule == Rule::seq_t {
                    TypeKind::Seq(bound, element)
                } else {
                    TypeKind::Multiset(bound, element)
                };
                (kind, end)
            }
            Rule::option_t | Rule::set_t => {
                let element = self.base(inner.nth(1)?)?;
                let end = element.span;
                let element = Box::new(element);
                let option = rule == Rule::option_t;
                let kind = if option {
                    TypeKind::Option(element)
                } else {
                    TypeKind::Set(element)
                };
                (kind, end)
            }
            Rule::relation_t | Rule::arg_relation => {
                let parts = inner.skip(1).map(|p| self.base(p)).collect::<Option<Vec<_>>>()?;
                let end = parts.last()?.span;
                return self.relation(parts, span.to(end));
            }
            Rule::tuple_t => {
                let mut parts = inner.map(|p| self.ty(p)).collect::<Option<Vec<_>>>()?;
                if parts.len() == 1 {
                    return parts.pop();
                }
                (TypeKind::Tuple(parts), span)
            }
            _ => return None,
        };
        Some(Type {
            kind,
            span: Span { end: end.end, ..span },
        })
    }

    fn relation(&mut self, parts: Vec<Type>, span: Span) -> Option<Type> {
        if parts.len() < 2 {
            self.error("E0111", span, "a relation has two or more columns")
                .help = Some("write `relation A, B`; a set of single elements is `set A`".to_owned());
        }
        let tuple = Type {
            kind: TypeKind::Tuple(parts),
            span,
        };
        Some(Type {
            kind: TypeKind::Set(Box::new(tuple)),
            span,
        })
    }

    fn bound(&mut self, pair: Pair<'_>) -> Option<Bound> {
        let mut inner = pair.into_inner();
        let (first, mut span) = self.bound_term(inner.next()?)?;
        let mut rest = Vec::new();
        while let (Some(op), Some(term)) = (inner.next(), inner.next()) {
            let op = match op.as_str() {
                "+" => Arith::Add,
                "-" => Arith::Sub,
                _ => Arith::Mul,
            };
            let (term, end) = self.bound_term(term)?;
            span = span.to(end);
            rest.push((op, term));
        }
        Some(Bound { first, rest, span })
    }

    fn bound_term(&mut self, pair: Pair<'_>) -> Option<(BoundTerm, Span)> {
        let start = self.span(&pair);
        let mut inner = pair.into_inner();
        let mut first = inner.next()?;
        let negative = first.as_rule() == Rule::minus;
        if negative {
            first = inner.next()?;
        }
        let span = start.to(self.span(&first));
        let term = match first.as_rule() {
            Rule::int => BoundTerm::Int(self.integer(&first, negative)),
            _ => BoundTerm::Name {
                path: self.path(first),
                negative,
            },
        };
        Some((term, span))
    }

    /// Parameters in parentheses, one entry a name.
    pub(super) fn params(&mut self, pair: Pair<'_>) -> Option<Vec<Param>> {
        let mut out = Vec::new();
        for group in pair.into_inner() {
            out.extend(self.param(group)?);
        }
        Some(out)
    }

    /// `x, y: T`, one entry a name.
    pub(super) fn param(&mut self, pair: Pair<'_>) -> Option<Vec<Param>> {
        let mut inner = pair.into_inner();
        let names = self.names(inner.next()?);
        let ty = self.ty(inner.next()?)?;
        let params = names.into_iter().map(|name| Param { name, ty: ty.clone() });
        Some(params.collect())
    }
}

/// What stands for a type that was reported already.
fn unit(span: Span) -> Type {
    Type {
        kind: TypeKind::Bool,
        span,
    }
}

fn type_too_deep(span: Span) -> Diagnostic {
    too_deep(span).help("give parts of it a name with `type`")
}
