//! `match` over enumerations, options and truth values: every case once, none missing.

use super::body::Body;
use super::expr::make;
use super::typed::{LocalId, TExpr, TKind, Test};
use super::wrong;
use crate::diagnostic::Diagnostic;
use crate::names::{EnumIx, Value};
use crate::source::Span;
use crate::syntax::ast::{Arm, Expr, Name, Pattern, PatternKind};
use crate::types::{Form, Ty, Types};

/// What can be matched.
#[derive(Clone, Copy)]
enum Subject {
    Enum(EnumIx),
    Option(Ty),
    Bool,
}

/// An arm whose patterns are understood.
struct Case<'e> {
    test: Test,
    binds: Option<(LocalId, Span)>,
    body: &'e Expr,
}

impl Body<'_, '_> {
    pub(super) fn matching(&mut self, value: &Expr, arms: &[Arm], hint: Option<Ty>, span: Span) -> TExpr {
        let value = self.infer_known(value);
        let subject = match *self.types.form(value.ty) {
            Form::Enum(e) => Subject::Enum(e),
            Form::Option(t) => Subject::Option(t),
            Form::Bool => Subject::Bool,
            Form::Error => return wrong(span),
            _ => {
                let message = format!(
                    "`match` takes a value of an enumeration, an option or a truth value, found {}",
                    self.show(value.ty)
                );
                self.report(Diagnostic::error("E0313", value.span, message).help("for numbers, use `if`"));
                return wrong(span);
            }
        };
        let before = self.scope.len();
        let cases = self.cases(subject, arms, span);
        self.scope.truncate(before);
        let (bodies, ty) = self.bodies(&cases, hint);
        let cases = cases.into_iter().map(|c| c.test).zip(bodies).collect();
        make(
            TKind::Match {
                value: Box::new(value),
                cases,
            },
            ty,
            span,
        )
    }

    fn cases<'e>(&mut self, subject: Subject, arms: &'e [Arm], span: Span) -> Vec<Case<'e>> {
        let mut open = self.all_cases(subject);
        let mut out = Vec::new();
        for arm in arms {
            let mut members = Vec::new();
            let mut case = Case {
                test: Test::Any,
                binds: None,
                body: &arm.body,
            };
            for pattern in &arm.patterns {
                let Some(covers) =
                    self.pattern(subject, pattern, &mut case, &mut members, arm.patterns.len() > 1)
                else {
                    open.clear();
                    continue;
                };
                let before = open.len();
                open.retain(|c| covers.as_ref().is_some_and(|name| name != c));
                if open.len() == before {
                    self.report(Diagnostic::warning(
                        "E0312",
                        pattern.span,
                        "this case is never reached",
                    ));
                }
            }
            if let (false, Subject::Enum(e)) = (members.is_empty(), subject) {
                case.test = Test::Members(e, members);
            }
            out.push(case);
        }
        if !open.is_empty() {
            let list: Vec<_> = open.iter().map(|c| format!("`{c}`")).collect();
            let message = format!("this `match` leaves out {}", list.join(", "));
            self.report(
                Diagnostic::error("E0311", span, message)
                    .help("add the missing cases, or `_ => ...` for all others"),
            );
        }
        out
    }

    fn all_cases(&self, subject: Subject) -> Vec<String> {
        match subject {
            Subject::Enum(e) => self.names[e].members.iter().map(|m| m.text.clone()).collect(),
            Subject::Option(_) => vec!["none".to_owned(), "some(...)".to_owned()],
            Subject::Bool => vec!["true".to_owned(), "false".to_owned()],
        }
    }

    /// Notes a pattern in its case; gives the one case that it covers (`Some(None)` for all), or nothing
    /// where it was refused.
    fn pattern(
        &mut self,
        subject: Subject,
        pattern: &Pattern,
        case: &mut Case<'_>,
        members: &mut Vec<u32>,
        several: bool,
    ) -> Option<Option<String>> {
        match (&pattern.kind, subject) {
            (PatternKind::Any, _) => {
                members.clear();
                Some(None)
            }
            (PatternKind::None, Subject::Option(_)) => {
                case.test = Test::IsNone;
                Some(Some("none".to_owned()))
            }
            (PatternKind::Some(name), Subject::Option(t)) => {
                self.some_pattern(name, t, case, several);
                Some(Some("some(...)".to_owned()))
            }
            (PatternKind::Bool(b), Subject::Bool) => {
                case.test = Test::Is(*b);
                Some(Some(b.to_string()))
            }
            (PatternKind::Path(path), Subject::Enum(e)) => {
                let member = self.value(path)?.into_iter().find_map(|v| match v {
                    Value::Enumerator(of, i) if of == e => Some(i),
                    _ => None,
                });
                let Some(i) = member else {
                    self.wrong_pattern(subject, pattern);
                    return None;
                };
                members.push(i);
                self.names[e]
                    .members
                    .get(i as usize)
                    .map(|m| Some(m.text.clone()))
            }
            (PatternKind::None | PatternKind::Some(_) | PatternKind::Bool(_) | PatternKind::Path(_), _) => {
                self.wrong_pattern(subject, pattern);
                None
            }
        }
    }

    fn some_pattern(&mut self, name: &Name, ty: Ty, case: &mut Case<'_>, several: bool) {
        if several {
            let message = "`some(...)` stands alone in its case, since it binds a name";
            self.report(Diagnostic::error("E0313", name.span, message));
        }
        let local = self.bind(name, ty);
        case.test = Test::IsSome(local);
        case.binds = Some((local, name.span));
    }

    fn wrong_pattern(&mut self, subject: Subject, pattern: &Pattern) {
        let cases: Vec<_> = self.all_cases(subject).iter().map(|c| format!("`{c}`")).collect();
        self.report(
            Diagnostic::error("E0313", pattern.span, "this is not a case of what is matched")
                .help(format!("its cases are {}", cases.join(", "))),
        );
    }

    /// The bodies, all of one type.
    fn bodies(&mut self, cases: &[Case<'_>], hint: Option<Ty>) -> (Vec<TExpr>, Ty) {
        let wanted = hint.filter(|t| !self.types.has_unknown(*t));
        let mut ty = wanted;
        let mut out = Vec::new();
        for case in cases {
            let body = self.case_body(
                case,
                ty.map(|t| {
                    if wanted.is_none() {
                        self.types.widened(t)
                    } else {
                        t
                    }
                }),
            );
            if ty.is_none() && !self.types.has_unknown(body.ty) {
                ty = Some(body.ty);
            }
            out.push(body);
        }
        let Some(mut ty) = ty else {
            let open = out.first().map_or(Types::ERROR, |b| b.ty);
            return (out, open);
        };
        for (case, body) in cases.iter().zip(&mut out) {
            if self.types.has_unknown(body.ty) {
                *body = self.case_body(case, Some(ty));
            }
            match (wanted, self.join(ty, body.ty)) {
                (None, Some(joined)) => ty = joined,
                (_, _) => *body = self.fit(body.clone(), ty),
            }
        }
        (out, ty)
    }

    fn case_body(&mut self, case: &Case<'_>, hint: Option<Ty>) -> TExpr {
        self.scoped(|b| {
            b.scope.extend(case.binds);
            b.typed(case.body, hint)
        })
    }
}
