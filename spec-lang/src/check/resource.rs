//! Resources: what is held, how much of it, and how much of it all together.

use super::Checker;
use super::body::{Body, Setting};
use super::expr::make;
use super::typed::{Locals, TExpr, TKind};
use crate::diagnostic::Diagnostic;
use crate::names::Resource;
use crate::types::{Form, Types};

/// A `resource`; its first local is who holds it.
#[derive(Clone, Debug)]
pub(crate) struct TResource {
    pub(crate) locals: Locals,
    /// A set, if the isolation is hard; else a number.
    pub(crate) value: TExpr,
    pub(crate) limit: Option<TExpr>,
    /// Of all together: speaks of no holder.
    pub(crate) total: Option<TExpr>,
}

impl Checker<'_, '_> {
    pub(super) fn resource(&mut self, index: usize) -> TResource {
        let decl: &Resource<'_> = &self.names.resources[index];
        let written = decl.written;
        let mut body = self.body(decl.module, Setting::State, super::length(written.value.span));
        let holder = body.bind_once(&written.param.name, decl.holder);
        let value = body.infer_known(&written.value);
        let value = body.amount(value, written.hard);
        let limit = written.limit.as_ref().map(|e| body.check(e, Types::INT));
        body.scope.retain(|(local, _)| *local != holder);
        let total = written.total.as_ref().map(|e| body.check(e, Types::INT));
        TResource {
            locals: body.locals,
            value,
            limit,
            total,
        }
    }
}

impl Body<'_, '_> {
    /// What is held, as it is compared: a set as it is or by its number of elements.
    fn amount(&mut self, value: TExpr, hard: bool) -> TExpr {
        let span = value.span;
        match (self.types.form(value.ty), hard) {
            (Form::Set(_), true) | (Form::Int | Form::Range(..), false) | (Form::Error, _) => value,
            (Form::Set(_), false) => make(TKind::Card(Box::new(value)), Types::INT, span),
            (_, true) => {
                let message = format!("hard isolation is of sets, found {}", self.show(value.ty));
                self.report(
                    Diagnostic::error("E0428", span, message)
                        .help("give the set of what is held; for amounts, write `{ soft limit .. }`"),
                );
                value
            }
            (_, false) => {
                let message = format!("soft isolation is of numbers, found {}", self.show(value.ty));
                self.report(
                    Diagnostic::error("E0428", span, message).help("give how much is held, or the set of it"),
                );
                value
            }
        }
    }
}
