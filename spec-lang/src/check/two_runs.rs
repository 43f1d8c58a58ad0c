//! Confidentiality: what is secret, who sees what, and formulas that speak of two runs.
//!
//! A formula of two runs says of every variable in which of them it is read: `left.x`, `right.x`, `left.f(a)`.

use super::body::{Body, Setting};
use super::expr::make;
use super::theory::TPlace;
use super::typed::{Locals, TBinder, TExpr, TKind};
use super::{Checker, wrong};
use crate::diagnostic::Diagnostic;
use crate::names::{Flow, Found, ModuleIx, Observer, Value};
use crate::source::Span;
use crate::syntax::ast::{Expr, Path};
use crate::syntax::theory::Secret;
use crate::types::{Ty, Types};

impl Body<'_, '_> {
    /// `left.x`: a variable, or a definition without parameters, in one run.
    pub(super) fn side(&mut self, left: bool, path: &Path, span: Span) -> TExpr {
        match self.value(path).as_deref() {
            Some([Value::Var(v)]) => {
                let inner = make(TKind::Var(*v), self.names[*v].ty, span);
                let ty = inner.ty;
                make(TKind::Side(left, Box::new(inner)), ty, span)
            }
            Some([Value::Def(d)]) => {
                let call = self.call_def(*d, &[], span);
                self.sided(left, call)
            }
            Some(_) => {
                self.same_in_both(path);
                wrong(span)
            }
            None => wrong(span),
        }
    }

    /// `left.f(a)`; `None` if `f` is no definition.
    pub(super) fn side_call(&mut self, left: bool, path: &Path, args: &[Expr], span: Span) -> Option<TExpr> {
        match self.names.value_named(self.module, path, &[], &mut Vec::new()) {
            Found::These(list) => match list.as_slice() {
                [Value::Def(d)] => {
                    let call = self.call_def(*d, args, span);
                    Some(self.sided(left, call))
                }
                _ => None,
            },
            Found::Broken | Found::Nothing => None,
        }
    }

    fn sided(&mut self, left: bool, call: TExpr) -> TExpr {
        let (ty, span) = (call.ty, call.span);
        make(TKind::Side(left, Box::new(call)), ty, span)
    }

    fn same_in_both(&mut self, path: &Path) {
        let message = format!("`{}` is the same in both runs", path.text());
        let help = format!("write `{}` alone", path.text());
        self.report(Diagnostic::error("E0426", path.span, message).help(help));
    }

    /// A variable that does not say of which run it is.
    pub(super) fn of_which_run(&mut self, name: &str, span: Span) -> TExpr {
        debug_assert_eq!(self.setting, Setting::TwoRuns);
        let message = format!("`{name}` may differ between the two runs");
        let help = format!("write `left.{name}` or `right.{name}`");
        self.report(Diagnostic::error("E0426", span, message).help(help));
        wrong(span)
    }
}

/// A `secret`: places, and whose they are.
#[derive(Clone, Debug)]
pub(crate) struct TSecret {
    pub(crate) module: ModuleIx,
    pub(crate) locals: Locals,
    pub(crate) places: Vec<TPlace>,
    pub(crate) owner: TExpr,
}

/// An `observer`; its first locals are its parameters.
#[derive(Clone, Debug)]
pub(crate) struct TObserver {
    pub(crate) locals: Locals,
    pub(crate) items: Vec<TSeen>,
}

/// What an observer sees: a value, or one for each of some elements.
#[derive(Clone, Debug)]
pub(crate) struct TSeen {
    pub(crate) binders: Vec<TBinder>,
    pub(crate) value: TExpr,
    pub(crate) span: Span,
}

/// A `noninterference`; its first two locals are from whom and to whom.
#[derive(Clone, Debug)]
pub(crate) struct TFlow {
    pub(crate) locals: Locals,
    pub(crate) condition: Option<TExpr>,
    /// Positions of observers.
    pub(crate) observers: Vec<usize>,
    /// The formulas of each lemma, over two runs.
    pub(crate) lemmas: Vec<Vec<TExpr>>,
}

impl<'a> Checker<'_, 'a> {
    pub(super) fn secret(&mut self, module: ModuleIx, written: &'a Secret) -> TSecret {
        let mut body = self.body(module, Setting::State, super::length(written.owner.span));
        let places = written.places.iter().filter_map(|p| body.guarded(p)).collect();
        let owner = body.infer_known(&written.owner);
        TSecret {
            module,
            locals: body.locals,
            places,
            owner,
        }
    }

    pub(super) fn observer(&mut self, index: usize) -> TObserver {
        let decl = &self.names.observers[index];
        let written = decl.written;
        let bytes = written.items.iter().map(|i| super::length(i.span)).sum();
        let mut body = self.body(decl.module, Setting::State, bytes);
        for (param, ty) in written.params.iter().zip(&decl.params) {
            body.bind_once(&param.name, *ty);
        }
        let items = written.items.iter().map(|item| {
            body.scoped(|b| TSeen {
                binders: b.binders(&item.binders, "what is seen"),
                value: b.infer_known(&item.value),
                span: item.value.span,
            })
        });
        let items = items.collect();
        TObserver {
            locals: body.locals,
            items,
        }
    }

    pub(super) fn flow(&mut self, index: usize, secrets: &[TSecret]) -> TFlow {
        let decl = &self.names.flows[index];
        let written = decl.written;
        let observers = self.observers_of(decl);
        self.has_secrets(decl, secrets);
        let formulas = written.lemmas.iter().flat_map(|l| &l.formulas);
        let bytes = formulas
            .chain(&written.condition)
            .map(|e| super::length(e.span))
            .sum();
        let mut body = self.body(decl.module, Setting::Rigid, bytes);
        body.bind_once(&written.from.name, decl.from);
        body.bind_once(&written.to.name, decl.to);
        let condition = written.condition.as_ref().map(|e| body.check(e, Types::BOOL));
        body.setting = Setting::TwoRuns;
        let lemmas = written.lemmas.iter().map(|l| {
            let formulas = l.formulas.iter().map(|e| body.check(e, Types::BOOL));
            formulas.collect()
        });
        let lemmas = lemmas.collect();
        TFlow {
            locals: body.locals,
            condition,
            observers,
            lemmas,
        }
    }

    /// The observers that are named, or all of the type of who observes.
    fn observers_of(&mut self, decl: &Flow<'a>) -> Vec<usize> {
        let fits = |o: &Observer<'_>| o.params == [decl.to] || decl.to == Types::ERROR;
        let mut out = Vec::new();
        for path in &decl.written.observers {
            let Found::These(list) = self.names.observer_named(decl.module, path, self.diagnostics) else {
                return Vec::new();
            };
            for index in list {
                if fits(&self.names.observers[index]) {
                    out.push(index);
                    continue;
                }
                let wanted = self.types.show(self.names, decl.to);
                let message = format!("`{}` does not observe for one `{wanted}`", path.text());
                let declared = self.names.observers[index].written.name.span;
                self.diagnostics
                    .push(Diagnostic::error("E0431", path.span, message).label(declared, "declared here"));
            }
        }
        if decl.written.observers.is_empty() {
            let all = self.names.observers.iter().enumerate();
            out = all.filter(|(_, o)| fits(o)).map(|(i, _)| i).collect();
            if out.is_empty() {
                let to = &decl.written.to;
                let wanted = self.types.show(self.names, decl.to);
                let message = format!("no observer says what a `{wanted}` sees");
                self.diagnostics
                    .push(Diagnostic::error("E0431", to.name.span, message).help(format!(
                        "declare `observer sees({}: {wanted}) {{ .. }}`",
                        to.name.text
                    )));
            }
        }
        out
    }

    /// Reports a flow from someone who has no secrets.
    fn has_secrets(&mut self, decl: &Flow<'a>, secrets: &[TSecret]) {
        if secrets
            .iter()
            .any(|s| owned_by(self.types, s.owner.ty, decl.from))
        {
            return;
        }
        let from = &decl.written.from;
        let wanted = self.types.show(self.names, decl.from);
        let message = format!("nothing is the secret of a `{wanted}`");
        let mut error = Diagnostic::error("E0430", from.name.span, message).help(format!(
            "declare `secret x[k] of o`, where `o` is a `{wanted}`, an `option {wanted}` or a set"
        ));
        for secret in secrets {
            let of = self.types.show(self.names, secret.owner.ty);
            error = error.label(secret.owner.span, format!("this is of `{of}`"));
        }
        self.diagnostics.push(error);
    }
}

/// Whether an owner of this type can be someone of that type: it is, perhaps it is, or it is among a set.
pub(crate) fn owned_by(types: &Types, owner: Ty, who: Ty) -> bool {
    let one_of = types.as_option(owner).or_else(|| types.as_set(owner));
    owner == who || one_of == Some(who) || types.is_error(owner) || types.is_error(who)
}
