//! Types: every body checked against the signatures.
//!
//! Takes [`Names`]; gives the typed bodies of all definitions, formulas, events and properties. Types flow both
//! ways: what is wanted decides what `none`, `{}` and an enumerator of several enumerations mean, and where
//! an integer must fit a range. After an error the tree is still complete, with [`TKind::Error`] where
//! nothing better is known, so that one run reports all.

mod alternatives;
pub(crate) mod ask;
mod binary;
mod body;
mod builtin;
mod event;
mod expr;
mod fit;
mod fold;
mod forms;
mod hull;
mod matches;
mod part;
mod purity;
mod record;
mod relation;
pub(crate) mod resource;
mod seq;
mod temporal;
pub(crate) mod theory;
pub(crate) mod two_runs;
pub(crate) mod typed;

use crate::diagnostic::Diagnostic;
use crate::names::{ConstIx, DefIx, EventIx, ModuleIx, Names, PropertyIx};
use crate::source::Span;
use crate::syntax::ast::{Expr, PropertyKind};
use crate::types::Types;
use body::{Body, Setting};
use resource::TResource;
use theory::{TIntegrity, TMediator};
use two_runs::{TFlow, TObserver, TSecret};
use typed::{TDef, TEvent, TExpr, TFormula, TKind, TProperty};

/// The typed bodies, each list in order of declaration.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    pub(crate) defs: Vec<TDef>,
    /// Values of constants that have one.
    pub(crate) consts: Vec<Option<TDef>>,
    pub(crate) assumes: Vec<TFormula>,
    pub(crate) inits: Vec<TFormula>,
    pub(crate) events: Vec<TEvent>,
    pub(crate) properties: Vec<TProperty>,
    pub(crate) integrities: Vec<TIntegrity>,
    /// In the order of the mediations.
    pub(crate) mediators: Vec<TMediator>,
    pub(crate) secrets: Vec<TSecret>,
    /// In the order of the observers.
    pub(crate) observers: Vec<TObserver>,
    /// In the order of the flows.
    pub(crate) flows: Vec<TFlow>,
    /// In the order of the resources.
    pub(crate) resources: Vec<TResource>,
    /// Which definitions speak of the state.
    state: Vec<bool>,
}

impl Checked {
    /// Whether an expression depends on variables.
    pub(crate) fn speaks_of_state(&self, e: &TExpr) -> bool {
        purity::speaks_of_state(e, &self.state)
    }
}

/// Checks all bodies.
pub(crate) fn check(names: &Names<'_>, types: &mut Types, diagnostics: &mut Vec<Diagnostic>) -> Checked {
    let mut checker = Checker {
        names,
        types,
        diagnostics,
    };
    let mut checked = Checked {
        defs: (0..names.defs.len())
            .map(|i| checker.def(DefIx::new(i)))
            .collect(),
        consts: (0..names.consts.len())
            .map(|i| checker.constant(ConstIx::new(i)))
            .collect(),
        assumes: checker.formulas(&names.assumes, Setting::Rigid),
        inits: checker.formulas(&names.inits, Setting::State),
        events: (0..names.events.len())
            .map(|i| checker.event(EventIx::new(i)))
            .collect(),
        properties: (0..names.properties.len())
            .map(|i| checker.property(PropertyIx::new(i)))
            .collect(),
        ..Checked::default()
    };
    checked.integrities = (0..names.integrities.len())
        .map(|i| checker.integrity(i, &checked.events))
        .collect();
    checked.mediators = (0..names.mediators.len()).map(|i| checker.mediator(i)).collect();
    checked.secrets = names.secrets.iter().map(|(m, s)| checker.secret(*m, s)).collect();
    checked.observers = (0..names.observers.len()).map(|i| checker.observer(i)).collect();
    checked.flows = (0..names.flows.len())
        .map(|i| checker.flow(i, &checked.secrets))
        .collect();
    checked.resources = (0..names.resources.len()).map(|i| checker.resource(i)).collect();
    checked.state = purity::check(names, &checked, diagnostics);
    checked
}

struct Checker<'n, 'a> {
    names: &'n Names<'a>,
    types: &'n mut Types,
    diagnostics: &'n mut Vec<Diagnostic>,
}

impl<'a> Checker<'_, 'a> {
    fn body(&mut self, module: ModuleIx, setting: Setting, bytes: u32) -> Body<'_, 'a> {
        Body {
            names: self.names,
            types: self.types,
            diagnostics: self.diagnostics,
            module,
            setting,
            visits: body::visits_for(bytes),
            locals: Vec::new(),
            scope: Vec::new(),
        }
    }

    fn def(&mut self, ix: DefIx) -> TDef {
        let sig = &self.names[ix];
        let mut body = self.body(sig.module, Setting::State, length(sig.def.body.span));
        for (param, ty) in sig.def.params.iter().zip(&sig.params) {
            body.bind_once(&param.name, *ty);
        }
        let typed = body.check(&sig.def.body, sig.result);
        TDef {
            locals: body.locals,
            body: typed,
        }
    }

    fn constant(&mut self, ix: ConstIx) -> Option<TDef> {
        let sig = &self.names[ix];
        let value = sig.value?;
        let mut body = self.body(sig.scope, Setting::Rigid, length(value.span));
        let typed = body.check(value, sig.ty);
        Some(TDef {
            locals: body.locals,
            body: typed,
        })
    }

    fn formulas(&mut self, list: &[(ModuleIx, &Expr)], setting: Setting) -> Vec<TFormula> {
        let one = |(module, e): &(ModuleIx, &Expr)| {
            let mut body = self.body(*module, setting, length(e.span));
            let typed = body.check(e, Types::BOOL);
            TFormula {
                module: *module,
                locals: body.locals,
                body: typed,
            }
        };
        list.iter().map(one).collect()
    }

    fn property(&mut self, ix: PropertyIx) -> TProperty {
        let sig = &self.names[ix];
        let setting = if sig.kind == PropertyKind::Transition {
            Setting::Step
        } else {
            Setting::State
        };
        let bytes = sig.formulas.iter().map(|e| length(e.span)).sum();
        let mut body = self.body(sig.module, setting, bytes);
        let (mut formulas, mut temporal) = (Vec::new(), Vec::new());
        for e in sig.formulas {
            if sig.kind == PropertyKind::Temporal {
                temporal.push(body.temporal(e));
            } else {
                formulas.push(body.check(e, Types::BOOL));
            }
        }
        TProperty {
            property: ix,
            locals: body.locals,
            formulas,
            temporal,
        }
    }

    fn event(&mut self, ix: EventIx) -> TEvent {
        let sig = &self.names[ix];
        let bytes = sig.event.body.iter().map(|s| length(s.span)).sum();
        let mut body = self.body(sig.module, Setting::State, bytes);
        for (param, ty) in sig.event.params.iter().zip(&sig.params) {
            let ty = body.finite_or_error(*ty, param.ty.span, "the values of a parameter");
            body.bind_once(&param.name, ty);
        }
        let actor = sig.event.actor.as_ref().map(|e| body.infer_known(e));
        body.misplaced(&sig.event.body);
        let via = sig.event.via.iter().filter_map(|v| body.via(v)).collect();
        let statements = body.statements(&sig.event.body);
        TEvent {
            event: ix,
            locals: body.locals,
            actor,
            via,
            body: statements,
        }
    }
}

/// What stands for an expression that was reported already.
fn wrong(span: Span) -> TExpr {
    TExpr {
        kind: TKind::Error,
        ty: Types::ERROR,
        span,
    }
}

fn length(span: Span) -> u32 {
    span.end.saturating_sub(span.start)
}
