//! Integrity and mediation: who may write what, and what an event goes through.

use super::Checker;
use super::body::{Body, Setting};
use super::typed::{LocalId, Locals, TEvent, TExpr};
use crate::diagnostic::Diagnostic;
use crate::names::{EventIx, Mediator, ModuleIx, PropertyIx, Value, VarIx};
use crate::source::Span;
use crate::suggest::nearest;
use crate::syntax::ast::{self, Name};
use crate::syntax::theory::{Guarded, Via, WriteRule};
use crate::types::{Form, Ty, Types};

/// A place: a variable, and the locals that stand for its keys.
#[derive(Clone, Debug)]
pub(crate) struct TPlace {
    pub(crate) var: VarIx,
    pub(crate) keys: Vec<LocalId>,
}

/// A rule of an `integrity`.
#[derive(Clone, Debug)]
pub(crate) struct TWrite {
    pub(crate) locals: Locals,
    pub(crate) places: Vec<TPlace>,
    /// The local that means who acts.
    pub(crate) actor: Option<LocalId>,
    pub(crate) condition: TExpr,
}

/// An `integrity`.
#[derive(Clone, Debug)]
pub(crate) struct TIntegrity {
    pub(crate) property: PropertyIx,
    pub(crate) rules: Vec<TWrite>,
    pub(crate) system: Vec<EventIx>,
}

/// A mediation: what it guards, with the parameters that are the keys.
#[derive(Clone, Debug)]
pub(crate) struct TMediator {
    pub(crate) places: Vec<TPlace>,
    pub(crate) system: Vec<EventIx>,
}

/// A mediation that an event goes through.
#[derive(Clone, Debug)]
pub(crate) struct TVia {
    /// Position among the mediations.
    pub(crate) mediator: usize,
    pub(crate) args: Vec<TExpr>,
    /// The decisions with which it happens.
    pub(crate) decisions: Vec<u32>,
}

impl Body<'_, '_> {
    /// A place; its keys become locals, or are those of the same name.
    pub(super) fn guarded(&mut self, place: &Guarded) -> Option<TPlace> {
        let var = self.guarded_variable(place)?;
        let mut ty = self.names[var].ty;
        let mut keys = Vec::new();
        for key in &place.keys {
            match *self.types.form(ty) {
                Form::Map(k, v) => {
                    keys.push(self.key(key, k)?);
                    ty = v;
                }
                Form::Error => return None,
                _ => {
                    let message = format!("{} is not a map and has no keys", self.show(ty));
                    self.report(Diagnostic::error("E0304", place.span, message));
                    return None;
                }
            }
        }
        Some(TPlace { var, keys })
    }

    fn key(&mut self, key: &Name, ty: Ty) -> Option<LocalId> {
        let Some(known) = self.local(&key.text) else {
            return Some(self.bind(key, ty));
        };
        let before = self.locals[known].1;
        if before == ty || self.types.is_error(before) {
            return Some(known);
        }
        let message = format!(
            "`{}` is {} here, and {} before",
            key.text,
            self.show(ty),
            self.show(before)
        );
        self.report(
            Diagnostic::error("E0421", key.span, message)
                .help("one name stands for one key; give the other key a name of its own"),
        );
        None
    }

    fn guarded_variable(&mut self, place: &Guarded) -> Option<VarIx> {
        let path = &place.path;
        let found = self.value(path)?;
        if let [Value::Var(v)] = found.as_slice() {
            return Some(*v);
        }
        let vars = self.names.vars.iter().map(|v| v.name.text.as_str());
        let near = nearest(&path.text(), vars).map(|n| format!("did you mean `{n}`?"));
        let message = format!("`{}` is no variable: it is the same in every state", path.text());
        let mut error = Diagnostic::error("E0420", path.span, message).maybe_help(near);
        if let Some(first) = found.first().map(|v| self.names.span_of(*v)) {
            error = error.label(first, "declared here");
        }
        self.report(error);
        None
    }

    /// `via P(a, b) is Allow`
    pub(super) fn via(&mut self, via: &Via) -> Option<TVia> {
        let found = self.value(&via.mediator)?;
        let mediator = match found.as_slice() {
            [Value::Def(d)] => self.names.mediator_of(*d),
            _ => None,
        };
        let Some((index, decl)) = mediator else {
            let mediators = self
                .names
                .mediators
                .iter()
                .map(|m| m.written.decide.name.text.as_str());
            let near = nearest(&via.mediator.text(), mediators).map(|n| format!("did you mean `{n}`?"));
            let message = format!("`{}` is no mediation", via.mediator.text());
            self.report(
                Diagnostic::error("E0429", via.mediator.span, message)
                    .maybe_help(near.or_else(|| Some("`mediate P(..) { .. }` declares one".to_owned()))),
            );
            return None;
        };
        let args = self.via_args(decl, via)?;
        Some(TVia {
            mediator: index,
            args,
            decisions: self.decisions(via, decl),
        })
    }

    fn via_args(&mut self, decl: &Mediator<'_>, via: &Via) -> Option<Vec<TExpr>> {
        let sig = &self.names[decl.decide];
        if via.args.len() != sig.params.len() {
            let message = format!(
                "`{}` takes {} arguments, found {}",
                sig.def.name.text,
                sig.params.len(),
                via.args.len()
            );
            let error = Diagnostic::error("E0303", via.span, message);
            self.report(error.label(sig.def.name.span, "declared here"));
            return None;
        }
        let args = via.args.iter().zip(&sig.params);
        Some(args.map(|(a, t)| self.check(a, *t)).collect())
    }

    fn decisions(&mut self, via: &Via, decl: &Mediator<'_>) -> Vec<u32> {
        let known = &decl.written.decisions;
        let mut out = Vec::new();
        for name in &via.decisions {
            match known.iter().position(|d| d.text == name.text) {
                Some(i) if name.text != "Deny" => out.push(i as u32),
                found => {
                    let message = match found {
                        Some(_) => "what is denied does not happen".to_owned(),
                        None => format!("`{}` is not a decision", name.text),
                    };
                    self.report(
                        Diagnostic::error("E0422", name.span, message).help("write `Allow` or `Virtualize`"),
                    );
                }
            }
        }
        if via.decisions.is_empty() {
            out.push(0);
        }
        out
    }
}

impl<'a> Checker<'_, 'a> {
    pub(super) fn integrity(&mut self, index: usize, events: &[TEvent]) -> TIntegrity {
        let decl = &self.names.integrities[index];
        let (module, written, property) = (decl.module, decl.written, decl.property);
        let rules = written.rules.iter().filter_map(|r| self.rule(r, module, events));
        TIntegrity {
            property,
            rules: rules.collect(),
            system: self.system_events(module, &written.system, &written.name),
        }
    }

    fn rule(&mut self, rule: &WriteRule, module: ModuleIx, events: &[TEvent]) -> Option<TWrite> {
        let mut body = self.body(module, Setting::State, super::length(rule.span));
        let places: Vec<_> = rule.places.iter().filter_map(|p| body.guarded(p)).collect();
        let actor = match &rule.actor {
            Some((name, ty)) => {
                let ty = match ty {
                    Some(ty) => body.read_finite(ty, "who acts"),
                    None => body.type_of_actors(name, events),
                };
                Some(body.bind_once(name, ty))
            }
            None => None,
        };
        let condition = body.check(&rule.condition, Types::BOOL);
        Some(TWrite {
            locals: body.locals,
            places,
            actor,
            condition,
        })
    }

    /// The events of a `system only`, each without an actor.
    pub(super) fn system_events(&mut self, module: ModuleIx, paths: &[ast::Path], of: &Name) -> Vec<EventIx> {
        let events = self.names.events_named(module, paths, self.diagnostics);
        for (event, path) in events.iter().zip(paths) {
            let written = self.names[*event].event;
            let Some(actor) = &written.actor else { continue };
            let message = format!("`{}` says who acts, so it is no event of the system", path.text());
            self.diagnostics.push(
                Diagnostic::error("E0424", path.span, message)
                    .label(actor.span, "it is done by this")
                    .help(format!("leave it out here: `{}` says what it may do", of.text)),
            );
        }
        events
    }

    pub(super) fn mediator(&mut self, index: usize) -> TMediator {
        let decl = &self.names.mediators[index];
        let (module, written, decide) = (decl.module, decl.written, decl.decide);
        let params = self.names[decide].params.clone();
        let mut body = self.body(module, Setting::State, 0);
        for (param, ty) in written.decide.params.iter().zip(&params) {
            body.bind(&param.name, *ty);
        }
        let mut places = Vec::new();
        for place in &written.guards {
            let unknown: Vec<_> = place
                .keys
                .iter()
                .filter(|k| body.local(&k.text).is_none())
                .collect();
            if let Some(key) = unknown.first() {
                body.no_parameter(key, &written.decide.params);
            } else {
                places.extend(body.guarded(place));
            }
        }
        let system = self.system_events(module, &written.system, &written.decide.name);
        TMediator { places, system }
    }
}

impl Body<'_, '_> {
    fn no_parameter(&mut self, key: &Name, params: &[ast::Param]) {
        let near = nearest(&key.text, params.iter().map(|p| p.name.text.as_str()));
        let message = format!("`{}` is no parameter of the mediation", key.text);
        let help = near.map_or_else(
            || "what is guarded is told by the parameters, as in `guards contents[r]`".to_owned(),
            |n| format!("did you mean `{n}`?"),
        );
        self.report(Diagnostic::error("E0421", key.span, message).help(help));
    }

    /// The type of all who act in events, where they have one type.
    fn type_of_actors(&mut self, name: &Name, events: &[TEvent]) -> Ty {
        let mut found: Vec<(Ty, Span)> = Vec::new();
        for actor in events.iter().filter_map(|e| e.actor.as_ref()) {
            if self.types.is_error(actor.ty) {
                return Types::ERROR;
            }
            if found.iter().all(|(t, _)| *t != actor.ty) {
                found.push((actor.ty, actor.span));
            }
        }
        if let [(one, _)] = found.as_slice() {
            return *one;
        }
        let message = if found.is_empty() {
            "no event says who acts".to_owned()
        } else {
            format!(
                "who acts is of several types, and nothing says of which `{}` is",
                name.text
            )
        };
        let mut error = Diagnostic::error("E0425", name.span, message);
        for (ty, span) in &found {
            error = error.label(*span, format!("here it is {}", self.show(*ty)));
        }
        self.report(error.help(if found.is_empty() {
            "write `event e(..) by c { .. }`, or leave out `by` here".to_owned()
        } else {
            format!("write `by {}: T`", name.text)
        }));
        Types::ERROR
    }
}
