//! The declarations of the theory.

use super::super::ast::{DeclKind, Def, Expr, ExprKind, Name, Param, Path, Type, TypeKind};
use super::super::theory::{
    DecidedBy, Guarded, Integrity, Lemma, Mediate, Noninterference, Observer, Resource, Secret, Seen, Theory,
    Via, WriteRule,
};
use super::super::{Pair, Rule};
use super::Builder;
use super::chain::plain;
use super::decl::Built;
use crate::source::Span;

/// The enumeration of decisions, and its enumerators.
const DECISION: &str = "Decision";
const DECISIONS: [&str; 3] = ["Allow", "Deny", "Virtualize"];

/// One row of a mediation: its condition (none for the last), the decision and who decides.
struct Row {
    condition: Option<Expr>,
    decision: Name,
    by: Option<Path>,
    span: Span,
}

impl Builder<'_> {
    pub(super) fn theory(&mut self, rule: Rule, pair: Pair<'_>) -> Option<Built> {
        let whole = self.span(&pair);
        let (theory, name, end) = match rule {
            Rule::integrity_decl => {
                let made = self.integrity(pair)?;
                let name = made.name.span;
                (Theory::Integrity(made), name, whole)
            }
            Rule::mediate_decl => {
                let made = self.mediate(pair)?;
                let name = made.decide.name.span;
                (Theory::Mediate(Box::new(made)), name, whole)
            }
            Rule::secret_decl => {
                let made = self.secret(pair)?;
                let (name, end) = (made.places.last()?.span, made.owner.span);
                (Theory::Secret(made), name, end)
            }
            Rule::observer_decl => {
                let made = self.observer(pair)?;
                let name = made.name.span;
                (Theory::Observer(made), name, whole)
            }
            Rule::noninterference_decl => {
                let made = self.noninterference(pair)?;
                let name = made.name.span;
                (Theory::Noninterference(Box::new(made)), name, whole)
            }
            Rule::resource_decl => {
                let made = self.resource(pair)?;
                let name = made.name.span;
                (Theory::Resource(Box::new(made)), name, whole)
            }
            _ => return None,
        };
        Some((DeclKind::Theory(theory), name, end))
    }

    /// A place with a name for each key.
    fn guarded(&mut self, pair: Pair<'_>) -> Option<Guarded> {
        let whole = self.span(&pair);
        let mut inner = pair.into_inner();
        let path = self.path(inner.next()?);
        let keys: Vec<Name> = inner.map(|p| self.name(&p)).collect();
        let span = if keys.is_empty() { path.span } else { whole };
        Some(Guarded { path, keys, span })
    }

    fn integrity(&mut self, pair: Pair<'_>) -> Option<Integrity> {
        let mut inner = pair.into_inner().skip(1);
        let mut out = Integrity {
            name: self.name(&inner.next()?),
            rules: Vec::new(),
            system: Vec::new(),
        };
        for part in inner {
            match part.as_rule() {
                Rule::write_rule => out.rules.push(self.write_rule(part)?),
                _ => out.system.extend(self.system_only(part)),
            }
        }
        Some(out)
    }

    fn system_only(&mut self, pair: Pair<'_>) -> Vec<Path> {
        let paths = pair.into_inner().filter(|p| p.as_rule() == Rule::path);
        paths.map(|p| self.path(p)).collect()
    }

    fn write_rule(&mut self, pair: Pair<'_>) -> Option<WriteRule> {
        let start = self.span(&pair);
        let (mut places, mut actor) = (Vec::new(), None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::guarded => places.push(self.guarded(part)?),
                Rule::writer => {
                    let mut inner = part.into_inner().skip(1);
                    let name = self.name(&inner.next()?);
                    let ty = match inner.next() {
                        Some(ty) => Some(self.ty(ty)?),
                        None => None,
                    };
                    actor = Some((name, ty));
                }
                Rule::expr => {
                    let condition = self.expr(part)?;
                    let span = start.to(condition.span);
                    return Some(WriteRule {
                        places,
                        actor,
                        condition,
                        span,
                    });
                }
                _ => {}
            }
        }
        None
    }

    fn mediate(&mut self, pair: Pair<'_>) -> Option<Mediate> {
        let whole = self.span(&pair);
        let mut inner = pair.into_inner().skip(1);
        let name = self.name(&inner.next()?);
        let params = self.params(inner.next()?)?;
        let (mut guards, mut system, mut rows) = (Vec::new(), Vec::new(), Vec::new());
        for part in inner {
            match part.as_rule() {
                Rule::guards => {
                    for place in part.into_inner().filter(|p| p.as_rule() == Rule::guarded) {
                        guards.push(self.guarded(place)?);
                    }
                }
                Rule::system_only => system.extend(self.system_only(part)),
                _ => rows.push(self.mediate_row(part)?),
            }
        }
        let at = |text: String| Name {
            text,
            span: name.span,
        };
        let by = self.decided_by(&at(format!("{}.by", name.text)), &params, &rows, whole);
        Some(Mediate {
            complete: at(format!("{}.complete", name.text)),
            decision: at(DECISION.to_owned()),
            decisions: DECISIONS.iter().map(|d| at((*d).to_owned())).collect(),
            decide: decided(name, params, rows, whole)?,
            by,
            guards,
            system,
        })
    }

    fn mediate_row(&mut self, pair: Pair<'_>) -> Option<Row> {
        let span = self.span(&pair);
        let (mut condition, mut decision, mut by) = (None, None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::case_value => condition = Some(self.chain(part)?),
                Rule::ident => decision = Some(self.name(&part)),
                Rule::path => by = Some(self.path(part)),
                _ => {}
            }
        }
        let mut decision = decision?;
        let end = by.as_ref().map_or(decision.span, |b: &Path| b.span);
        let span = Span { end: end.end, ..span };
        if !DECISIONS.contains(&decision.text.as_str()) {
            let near = crate::suggest::nearest(&decision.text, DECISIONS);
            let help = near.map_or_else(
                || "write one of `Allow`, `Deny`, `Virtualize`".to_owned(),
                |n| format!("did you mean `{n}`?"),
            );
            let message = format!("`{}` is not a decision", decision.text);
            self.error("E0422", decision.span, message).help = Some(help);
            decision.text = DECISIONS[0].to_owned();
        }
        Some(Row {
            condition,
            decision,
            by,
            span,
        })
    }

    /// The definition that says who decides, if every row does.
    fn decided_by(&mut self, name: &Name, params: &[Param], rows: &[Row], whole: Span) -> Option<DecidedBy> {
        let components: Vec<Path> = rows.iter().filter_map(|r| r.by.clone()).collect();
        if components.is_empty() {
            return None;
        }
        if let Some(row) = rows.iter().find(|r| r.by.is_none()) {
            self.error(
                "E0423",
                row.span,
                "this case does not say which component decides",
            )
            .help = Some("write `by` and a component behind each decision, or behind none".to_owned());
            return None;
        }
        let body = cascade(rows, |row| {
            let path = row.by.clone()?;
            Some(plain(path.span, ExprKind::Path(path)))
        })?;
        Some(DecidedBy {
            def: Def {
                name: name.clone(),
                params: params.to_vec(),
                result: Type {
                    kind: TypeKind::Bool,
                    span: whole,
                },
                body,
            },
            components,
        })
    }

    /// `via P(a, b) is Allow`
    pub(super) fn via(&mut self, pair: Pair<'_>) -> Option<Via> {
        let start = self.span(&pair);
        let mut inner = pair.into_inner().skip(1);
        let mediator = self.path(inner.next()?);
        let call = inner.next()?;
        let mut span = start.to(self.span(&call));
        let args = call
            .into_inner()
            .map(|p| self.expr(p))
            .collect::<Option<Vec<_>>>()?;
        let decisions = inner.nth(1).map_or_else(Vec::new, |p| self.names(p));
        if let Some(last) = decisions.last() {
            span = span.to(last.span);
        }
        Some(Via {
            mediator,
            args,
            decisions,
            span,
        })
    }

    fn secret(&mut self, pair: Pair<'_>) -> Option<Secret> {
        let mut places = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::guarded => places.push(self.guarded(part)?),
                Rule::expr => {
                    let owner = self.expr(part)?;
                    return Some(Secret { places, owner });
                }
                _ => {}
            }
        }
        None
    }

    fn observer(&mut self, pair: Pair<'_>) -> Option<Observer> {
        let mut inner = pair.into_inner().skip(1);
        let name = self.name(&inner.next()?);
        let params = self.params(inner.next()?)?;
        let items = inner.map(|p| self.seen(p)).collect::<Option<Vec<_>>>()?;
        Some(Observer { name, params, items })
    }

    fn seen(&mut self, pair: Pair<'_>) -> Option<Seen> {
        let mut inner = pair.into_inner();
        let value = self.expr(inner.next()?)?;
        let mut span = value.span;
        let mut binders = Vec::new();
        for part in inner.filter(|p| p.as_rule() == Rule::binder) {
            span = span.to(self.span(&part));
            binders.push(self.binder(part)?);
        }
        Some(Seen { value, binders, span })
    }

    fn noninterference(&mut self, pair: Pair<'_>) -> Option<Noninterference> {
        let mut inner = pair.into_inner().skip(1);
        let name = self.name(&inner.next()?);
        let mut out = self.flow(name, inner.next()?)?;
        for part in inner {
            let start = self.span(&part);
            let mut inner = part.into_inner().skip(1);
            let name = self.name(&inner.next()?);
            let head = start.to(name.span);
            self.two_runs = true;
            let formulas = self.formulas(inner.next()?);
            self.two_runs = false;
            out.lemmas.push(Lemma {
                name,
                formulas: formulas?,
                head: Span {
                    end: head.end,
                    ..start
                },
            });
        }
        Some(out)
    }

    fn flow(&mut self, name: Name, pair: Pair<'_>) -> Option<Noninterference> {
        let mut params = Vec::new();
        let (mut condition, mut observers) = (None, Vec::new());
        let mut waiting: Option<Name> = None;
        let mut secrets_only = false;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::secrets_of => secrets_only = true,
                Rule::ident => waiting = Some(self.name(&part)),
                Rule::type_ => params.push(Param {
                    name: waiting.take()?,
                    ty: self.ty(part)?,
                }),
                Rule::expr => condition = Some(self.expr(part)?),
                Rule::path => observers.push(self.path(part)),
                _ => {}
            }
        }
        let to = params.pop()?;
        Some(Noninterference {
            name,
            from: params.pop()?,
            to,
            condition,
            secrets_only,
            observers,
            lemmas: Vec::new(),
        })
    }

    fn resource(&mut self, pair: Pair<'_>) -> Option<Resource> {
        let mut inner = pair.into_inner().skip(1);
        let name = self.name(&inner.next()?);
        let params_pair = inner.next()?;
        let at = self.span(&params_pair);
        let mut params = self.params(params_pair)?;
        if params.len() != 1 {
            self.error("E0427", at, "a resource has one parameter: who holds it")
                .help = Some("write `resource memory(c: Container) = ...`".to_owned());
        }
        params.truncate(1);
        let value = self.expr(inner.next()?)?;
        let kind = inner.next()?;
        let hard = kind.as_rule() == Rule::hard;
        let (mut limit, mut total) = (None, None);
        for part in kind.into_inner() {
            match part.as_rule() {
                Rule::soft_limit => limit = Some(self.expr(part.into_inner().nth(1)?)?),
                Rule::soft_total => total = Some(self.expr(part.into_inner().nth(1)?)?),
                _ => {}
            }
        }
        let own = |what: &str| Name {
            text: format!("{}.{what}", name.text),
            span: name.span,
        };
        Some(Resource {
            disjoint: own("disjoint"),
            limited: own("limited"),
            summed: own("total"),
            param: params.pop().unwrap_or_else(|| Param {
                name: name.clone(),
                ty: Type {
                    kind: TypeKind::Bool,
                    span: at,
                },
            }),
            name,
            value,
            hard,
            limit,
            total,
        })
    }
}

/// The definition that decides.
fn decided(name: Name, params: Vec<Param>, rows: Vec<Row>, whole: Span) -> Option<Def> {
    let body = cascade(&rows, |row| {
        let enumeration = Name {
            text: DECISION.to_owned(),
            span: row.decision.span,
        };
        let path = Path {
            names: vec![enumeration, row.decision.clone()],
            span: row.decision.span,
        };
        Some(plain(row.decision.span, ExprKind::Path(path)))
    })?;
    let decision = Name {
        text: DECISION.to_owned(),
        span: whole,
    };
    Some(Def {
        name,
        params,
        result: Type {
            kind: TypeKind::Name(Path {
                names: vec![decision],
                span: whole,
            }),
            span: whole,
        },
        body,
    })
}

/// `if c then a else if d then b else ...`, with what `value` gives for each row.
fn cascade(rows: &[Row], value: impl Fn(&Row) -> Option<Expr>) -> Option<Expr> {
    let (last, before) = rows.split_last()?;
    let mut out = value(last)?;
    for row in before.iter().rev() {
        let kind = ExprKind::If {
            condition: Box::new(row.condition.clone()?),
            then: Box::new(value(row)?),
            otherwise: Box::new(out),
        };
        out = plain(row.span, kind);
    }
    Some(out)
}
