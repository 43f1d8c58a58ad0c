//! Events and their statements.

use transition_system::Fairness;

use super::super::ast::{Alternative, AssignOp, Event, Expr, Place, PlaceStep, Stmt, StmtKind};
use super::super::{Pair, Rule};
use super::Builder;
use super::chain::broken;
use super::expr::is_word;
use crate::source::Span;

impl Builder<'_> {
    /// An event, and where it ends.
    pub(super) fn event(&mut self, pair: Pair<'_>) -> Option<(Event, Span)> {
        let mut marks = Marks::default();
        let mut inner = pair.into_inner();
        let mut next = inner.next()?;
        while next.as_rule() != Rule::kw_event {
            self.mark(&next, &mut marks);
            next = inner.next()?;
        }
        let mut event = Event {
            name: self.name(&inner.next()?),
            params: Vec::new(),
            actor: None,
            via: Vec::new(),
            body: Vec::new(),
            fairness: marks.fairness.unwrap_or_default(),
            input: marks.input,
        };
        let mut end = event.name.span;
        for part in inner {
            match part.as_rule() {
                Rule::params => event.params = self.params(part)?,
                Rule::via_clause => event.via.push(self.via(part)?),
                Rule::by_clause => event.actor = Some(self.expr(part.into_inner().last()?)?),
                _ => {
                    end = self.span(&part);
                    event.body = self.block(part)?;
                }
            }
        }
        Some((event, end))
    }

    fn mark(&mut self, pair: &Pair<'_>, marks: &mut Marks) {
        let again = match pair.as_rule() {
            Rule::kw_input => std::mem::replace(&mut marks.input, true),
            _ => marks.fairness.replace(fairness(pair)).is_some(),
        };
        if again {
            let span = self.span(pair);
            let message = "an event is marked `fair` or `strong fair` at most once, and `input` at most once";
            self.error("E0407", span, message);
        }
    }

    fn alternative(&mut self, pair: Pair<'_>) -> Option<Alternative> {
        let mut inner = pair.into_inner();
        let mut next = inner.next()?;
        let mut fair = Fairness::None;
        if next.as_rule() == Rule::fair_mark {
            fair = fairness(&next);
            next = inner.next()?;
        }
        Some(Alternative {
            fairness: fair,
            name: self.name(&next),
            body: self.block(inner.next()?)?,
        })
    }

    fn block(&mut self, pair: Pair<'_>) -> Option<Vec<Stmt>> {
        pair.into_inner().map(|p| self.stmt(p)).collect()
    }

    fn stmt(&mut self, pair: Pair<'_>) -> Option<Stmt> {
        let start = self.span(&pair);
        let rule = pair.as_rule();
        let mut inner = pair.into_inner().filter(|p| !is_word(p));
        let (kind, end) = match rule {
            Rule::when_s => {
                let condition = self.expr(inner.next()?)?;
                let end = condition.span;
                (StmtKind::When(condition), end)
            }
            Rule::choose_s => {
                let first = inner.next()?;
                let mut end = self.span(&first);
                let binder = self.binder(first)?;
                let condition = inner
                    .next()
                    .map(|p| self.expr(p))
                    .map_or(Some(None), |e| e.map(Some))?;
                end = condition.as_ref().map_or(end, |e: &Expr| e.span);
                (StmtKind::Choose { binder, condition }, end)
            }
            Rule::if_s => {
                let built = self.deeper(1, start, |b| b.if_stmt(start, inner));
                return built.unwrap_or(Some(too_deep_stmt(start)));
            }
            Rule::assign_s => {
                let place = self.place(inner.next()?)?;
                let op = self.assign_op(&inner.next()?);
                let value = self.expr(inner.next()?)?;
                let end = value.span;
                (StmtKind::Assign { place, op, value }, end)
            }
            Rule::either_s => {
                let end = inner.clone().last().map_or(start, |p| self.span(&p));
                let alternatives = inner.filter(|p| p.as_rule() == Rule::alternative);
                let built = self.deeper(1, start, |b| alternatives.map(|p| b.alternative(p)).collect());
                let Some(list) = built else {
                    return Some(too_deep_stmt(start));
                };
                let list: Option<Vec<_>> = list;
                (StmtKind::Either(list?), end)
            }
            _ => return None,
        };
        Some(Stmt {
            kind,
            span: Span {
                end: end.end,
                ..start
            },
        })
    }

    fn if_stmt<'i>(&mut self, start: Span, mut parts: impl Iterator<Item = Pair<'i>>) -> Option<Stmt> {
        let condition = self.expr(parts.next()?)?;
        let block = parts.next()?;
        let mut end = self.span(&block);
        let then = self.block(block)?;
        let otherwise = match parts.next() {
            None => Vec::new(),
            Some(p) if p.as_rule() == Rule::if_s => {
                let nested = self.stmt(p)?;
                end = nested.span;
                vec![nested]
            }
            Some(p) => {
                end = self.span(&p);
                self.block(p)?
            }
        };
        let kind = StmtKind::If {
            condition,
            then,
            otherwise,
        };
        Some(Stmt {
            kind,
            span: Span {
                end: end.end,
                ..start
            },
        })
    }

    fn assign_op(&mut self, pair: &Pair<'_>) -> AssignOp {
        match pair.as_str() {
            "+=" => AssignOp::Add,
            "-=" => AssignOp::Remove,
            ":=" => AssignOp::Set,
            _ => {
                let span = self.span(pair);
                self.error("E0107", span, "an assignment is written `:=`").help =
                    Some("`==` compares, and stands in `when`".to_owned());
                AssignOp::Set
            }
        }
    }

    /// `x`, `m[k]`, `m[k][l]`.
    pub(super) fn place(&mut self, pair: Pair<'_>) -> Option<Place> {
        let mut inner = pair.into_inner();
        let path = self.path(inner.next()?);
        let mut span = path.span;
        let (mut indices, mut rest) = (Vec::new(), Vec::new());
        for step in inner {
            span = span.to(self.span(&step));
            let (rule, inside) = (step.as_rule(), step.into_inner().next()?);
            if rule == Rule::field {
                rest.push(PlaceStep::Field(self.name(&inside)));
            } else if rest.is_empty() {
                indices.push(self.expr(inside)?);
            } else {
                rest.push(PlaceStep::Key(Box::new(self.expr(inside)?)));
            }
        }
        Some(Place {
            path,
            indices,
            rest,
            span,
        })
    }
}

/// What stands before `event`.
#[derive(Default)]
struct Marks {
    fairness: Option<Fairness>,
    input: bool,
}

/// `fair` or `strong fair`.
fn fairness(pair: &Pair<'_>) -> Fairness {
    match pair.clone().into_inner().next().map(|p| p.as_rule()) {
        Some(Rule::kw_strong) => Fairness::Strong,
        Some(_) | None => Fairness::Weak,
    }
}

/// What stands for a statement that was reported already.
fn too_deep_stmt(span: Span) -> Stmt {
    Stmt {
        kind: StmtKind::When(broken(span)),
        span,
    }
}
