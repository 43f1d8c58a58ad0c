//! Operands: everything but operators.

use transition_system::FoldOp;

use super::super::ast::{Arm, Binder, Change, Domain, Expr, ExprKind, Name, Path, Pattern, PatternKind};
use super::super::{Pair, Rule};
use super::Builder;
use super::chain::{broken, plain};
use crate::source::Span;

impl Builder<'_> {
    /// An expression of any form.
    pub(super) fn expr(&mut self, pair: Pair<'_>) -> Option<Expr> {
        self.chain(pair)
    }

    fn boxed(&mut self, pair: Pair<'_>) -> Option<Box<Expr>> {
        self.expr(pair).map(Box::new)
    }

    fn exprs(&mut self, pair: Pair<'_>) -> Option<Vec<Expr>> {
        pair.into_inner().map(|p| self.expr(p)).collect()
    }

    pub(super) fn operand(&mut self, pair: Pair<'_>) -> Option<Expr> {
        match pair.as_rule() {
            Rule::quant | Rule::quant_l | Rule::t_quant => self.quantified(pair),
            Rule::fold | Rule::fold_l => self.folded(pair),
            Rule::ite | Rule::ite_l => self.conditional(pair),
            Rule::let_in | Rule::let_in_l => self.let_in(pair),
            Rule::tight | Rule::t_tight => self.tight(pair),
            _ => None,
        }
    }

    fn quantified(&mut self, pair: Pair<'_>) -> Option<Expr> {
        let start = self.span(&pair);
        let mut inner = pair.into_inner();
        let word = inner.next()?;
        let forall = matches!(word.as_str(), "forall" | "∀");
        let (binders, body) = self.bound_body(inner)?;
        let span = start_to(start, body.span);
        let kind = ExprKind::Quant {
            forall,
            binders,
            body,
        };
        Some(plain(span, kind))
    }

    fn folded(&mut self, pair: Pair<'_>) -> Option<Expr> {
        let start = self.span(&pair);
        let mut inner = pair.into_inner();
        let op = match inner.next()?.as_str() {
            "sum" => FoldOp::Sum,
            "min" => FoldOp::Min,
            _ => FoldOp::Max,
        };
        let (binders, body) = self.bound_body(inner)?;
        let span = start_to(start, body.span);
        Some(plain(span, ExprKind::Fold { op, binders, body }))
    }

    /// Binders and the body behind them.
    fn bound_body<'i>(&mut self, parts: impl Iterator<Item = Pair<'i>>) -> Option<(Vec<Binder>, Box<Expr>)> {
        let mut binders = Vec::new();
        for part in parts {
            match part.as_rule() {
                Rule::binder | Rule::compr_binder => binders.push(self.binder(part)?),
                _ => return Some((binders, self.boxed(part)?)),
            }
        }
        None
    }

    /// `x, y: T` or `x, y in S`.
    pub(super) fn binder(&mut self, pair: Pair<'_>) -> Option<Binder> {
        let mut inner = pair.into_inner();
        let names = self.names(inner.next()?);
        let next = inner.find(|p| p.as_rule() != Rule::kw_in)?;
        let domain = match next.as_rule() {
            Rule::type_ => Domain::Type(self.ty(next)?),
            _ => Domain::Set(self.expr(next)?),
        };
        Some(Binder { names, domain })
    }

    fn conditional(&mut self, pair: Pair<'_>) -> Option<Expr> {
        let start = self.span(&pair);
        let mut parts = pair.into_inner().filter(|p| !is_word(p));
        let condition = self.boxed(parts.next()?)?;
        let then = self.boxed(parts.next()?)?;
        let otherwise = self.boxed(parts.next()?)?;
        let span = start_to(start, otherwise.span);
        let kind = ExprKind::If {
            condition,
            then,
            otherwise,
        };
        Some(plain(span, kind))
    }

    fn let_in(&mut self, pair: Pair<'_>) -> Option<Expr> {
        let start = self.span(&pair);
        let mut parts = pair.into_inner().filter(|p| !is_word(p));
        let name = self.name(&parts.next()?);
        let value = self.boxed(parts.next()?)?;
        let body = self.boxed(parts.next()?)?;
        Some(plain(
            start_to(start, body.span),
            ExprKind::Let { name, value, body },
        ))
    }

    /// An atom with calls, indices and fields behind it.
    pub(super) fn tight(&mut self, pair: Pair<'_>) -> Option<Expr> {
        let span = self.span(&pair);
        let mut inner = pair.into_inner();
        let atom = inner.next()?;
        let mut postfixes: Vec<_> = inner.collect();
        let built = self.deeper(postfixes.len(), span, |b| {
            let mut expr = b.dotted(atom, &mut postfixes)?;
            for postfix in postfixes {
                expr = b.postfix(expr, postfix)?;
            }
            Some(expr)
        });
        built.unwrap_or(Some(broken(span)))
    }

    /// An atom with the fields that are part of its name: `left.x` of two runs, `P.by(..)` of a mediation.
    fn dotted(&mut self, atom: Pair<'_>, postfixes: &mut Vec<Pair<'_>>) -> Option<Expr> {
        let expr = self.atom(atom)?;
        let ExprKind::Path(path) = &expr.kind else {
            return Some(expr);
        };
        let field = |i: usize| {
            let part = postfixes.get(i).filter(|p| p.as_rule() == Rule::field)?;
            part.clone().into_inner().next()
        };
        let Some(first) = field(0).filter(|f| f.as_rule() == Rule::ident) else {
            return Some(expr);
        };
        let called = postfixes.get(1).is_some_and(|p| p.as_rule() == Rule::call);
        let end = Path {
            span: self.span(&first),
            names: vec![self.name(&first)],
        };
        let span = path.span.to(end.span);
        let kind = match path.text().as_str() {
            side @ ("left" | "right") if self.two_runs => ExprKind::Side(side == "left", end),
            _ if first.as_str() == "by" && called => ExprKind::Path(path.dotted(&end)),
            _ => return Some(expr),
        };
        postfixes.remove(0);
        Some(plain(span, kind))
    }

    fn postfix(&mut self, expr: Expr, pair: Pair<'_>) -> Option<Expr> {
        let span = expr.span.to(self.span(&pair));
        let inside = Box::new(expr);
        let kind = match pair.as_rule() {
            Rule::call => ExprKind::Call {
                callee: inside,
                args: self.exprs(pair)?,
            },
            Rule::named_args => ExprKind::Named {
                callee: inside,
                fields: pair.into_inner().map(|p| self.named(p)).collect::<Option<_>>()?,
            },
            Rule::with_p => ExprKind::With {
                base: inside,
                changes: pair.into_inner().map(|p| self.change(p)).collect::<Option<_>>()?,
            },
            Rule::index => ExprKind::Index {
                map: inside,
                key: self.boxed(pair.into_inner().next()?)?,
            },
            Rule::field => return self.field(inside, pair.into_inner().next()?, span),
            Rule::prime => ExprKind::Prime(inside),
            _ => return None,
        };
        Some(plain(span, kind))
    }

    fn field(&mut self, inside: Box<Expr>, name: Pair<'_>, span: Span) -> Option<Expr> {
        if name.as_rule() == Rule::int {
            let index = u32::try_from(self.integer(&name, false)).unwrap_or(u32::MAX);
            return Some(plain(span, ExprKind::Component(inside, index)));
        }
        if name.as_str() == "value" {
            return Some(plain(span, ExprKind::Value(inside)));
        }
        Some(plain(span, ExprKind::Field(inside, self.name(&name))))
    }

    fn named(&mut self, pair: Pair<'_>) -> Option<(Name, Expr)> {
        let mut inner = pair.into_inner();
        Some((self.name(&inner.next()?), self.expr(inner.next()?)?))
    }

    fn change(&mut self, pair: Pair<'_>) -> Option<Change> {
        if pair.as_rule() == Rule::named {
            let (name, value) = self.named(pair)?;
            return Some(Change::Field(name, Box::new(value)));
        }
        let mut inner = pair.into_inner();
        Some(Change::Key(
            self.boxed(inner.next()?)?,
            self.boxed(inner.next()?)?,
        ))
    }

    fn atom(&mut self, pair: Pair<'_>) -> Option<Expr> {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::paren | Rule::t_paren => return self.parenthesized(pair),
            Rule::compr => return self.comprehension(pair),
            Rule::seq_lit => ExprKind::Seq(self.exprs(pair)?),
            Rule::set_lit => ExprKind::Set(self.exprs(pair)?),
            Rule::lambda => return self.lambda(pair),
            Rule::match_e => return self.match_in(pair),
            Rule::some_e => ExprKind::Some(self.boxed(last(pair)?)?),
            Rule::card_e => ExprKind::Card(self.boxed(last(pair)?)?),
            Rule::none_e => ExprKind::None,
            Rule::true_e => ExprKind::Bool(true),
            Rule::false_e => ExprKind::Bool(false),
            Rule::int => ExprKind::Int(self.integer(&pair, false)),
            Rule::path => ExprKind::Path(self.path(pair)),
            _ => return None,
        };
        Some(plain(span, kind))
    }

    fn parenthesized(&mut self, pair: Pair<'_>) -> Option<Expr> {
        let span = self.span(&pair);
        let mut parts = self.exprs(pair)?;
        if parts.len() == 1 {
            let only = parts.pop()?;
            return Some(Expr {
                span,
                parens: true,
                ..only
            });
        }
        Some(plain(span, ExprKind::Tuple(parts)))
    }

    fn comprehension(&mut self, pair: Pair<'_>) -> Option<Expr> {
        let span = self.span(&pair);
        let (binders, body) = self.bound_body(pair.into_inner())?;
        Some(plain(span, ExprKind::Compr { binders, body }))
    }

    fn lambda(&mut self, pair: Pair<'_>) -> Option<Expr> {
        let span = self.span(&pair);
        let mut inner = pair.into_inner();
        let name = self.name(&inner.next()?);
        let ty = self.ty(inner.next()?)?;
        let body = self.boxed(inner.next()?)?;
        Some(plain(span, ExprKind::Lambda { name, ty, body }))
    }

    fn match_in(&mut self, pair: Pair<'_>) -> Option<Expr> {
        let span = self.span(&pair);
        let mut inner = pair.into_inner().filter(|p| !is_word(p));
        let value = self.boxed(inner.next()?)?;
        let arms = inner.map(|p| self.arm(p)).collect::<Option<Vec<_>>>()?;
        // The cases become a chain of conditions, one inside the other.
        let kind = ExprKind::Match { value, arms };
        Some(plain(span, kind))
    }

    fn arm(&mut self, pair: Pair<'_>) -> Option<Arm> {
        let mut patterns = Vec::new();
        for part in pair.into_inner() {
            if part.as_rule() == Rule::pattern {
                patterns.push(self.pattern(part)?);
                continue;
            }
            let body = self.expr(part)?;
            return Some(Arm { patterns, body });
        }
        None
    }

    fn pattern(&mut self, pair: Pair<'_>) -> Option<Pattern> {
        let inner = pair.into_inner().next()?;
        let span = self.span(&inner);
        let kind = match inner.as_rule() {
            Rule::wildcard => PatternKind::Any,
            Rule::none_e => PatternKind::None,
            Rule::true_e => PatternKind::Bool(true),
            Rule::false_e => PatternKind::Bool(false),
            Rule::some_p => PatternKind::Some(self.name(&last(inner)?)),
            Rule::path => PatternKind::Path(self.path(inner)),
            _ => return None,
        };
        Some(Pattern { kind, span })
    }
}

fn start_to(start: Span, end: Span) -> Span {
    Span {
        end: end.end,
        ..start
    }
}

fn last(pair: Pair<'_>) -> Option<Pair<'_>> {
    pair.into_inner().last()
}

/// A keyword between the parts.
pub(super) fn is_word(pair: &Pair<'_>) -> bool {
    matches!(
        pair.as_rule(),
        Rule::kw_if
            | Rule::kw_then
            | Rule::kw_else
            | Rule::kw_let
            | Rule::kw_in
            | Rule::kw_match
            | Rule::kw_when
            | Rule::kw_choose
            | Rule::kw_where
            | Rule::kw_by
    )
}
