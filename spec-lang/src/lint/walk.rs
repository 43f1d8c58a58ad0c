//! The walk through declarations, events and what the theory adds.

use std::collections::HashMap;

use super::meant;
use super::scope::{Role, Scope};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{
    Binder, Compare, Composition, Decl, DeclKind, Def, Domain, Event, ExprKind, File, Instance,
    InstanceItemKind, Name, Part, PartKind, Place, PlaceStep, Stmt, StmtKind,
};
use crate::syntax::theory::{Guarded, Integrity, Mediate, Noninterference, Observer, Resource, Theory};

/// A comparison as written: the operator and the places of its sides.
#[derive(Clone, Copy, Debug)]
pub(super) struct Comparison {
    pub(super) op: Compare,
    pub(super) left: Span,
    pub(super) right: Span,
}

/// The walk through one file.
#[derive(Default)]
pub(super) struct Walk<'a> {
    pub(super) scope: Scope<'a>,
    /// Comparisons of different expressions, by place.
    pub(super) comparisons: HashMap<Span, Comparison>,
    /// Whether what is looked at stands in a component.
    in_component: bool,
}

impl<'a> Walk<'a> {
    pub(super) fn file(&mut self, file: &'a File) {
        self.scope.enter(values(&file.decls));
        file.decls.iter().for_each(|d| self.decl(d));
        self.scope.exit();
    }

    fn decl(&mut self, decl: &'a Decl) {
        match &decl.kind {
            DeclKind::Module(header) => header
                .params
                .iter()
                .filter_map(|p| p.ty.as_ref())
                .for_each(|t| self.ty(t)),
            DeclKind::Use { args, .. } => {
                for arg in args {
                    arg.ty.iter().for_each(|t| self.ty(t));
                    arg.value.iter().for_each(|e| self.expr(e));
                }
            }
            DeclKind::Sort(_) | DeclKind::Enum { .. } | DeclKind::Command(_) => {}
            DeclKind::Alias { ty, .. } | DeclKind::Var { ty, .. } => self.ty(ty),
            DeclKind::Record { fields, .. } => fields.iter().for_each(|f| self.ty(&f.ty)),
            DeclKind::Const { ty, value, .. } => {
                self.ty(ty);
                value.iter().for_each(|e| self.expr(e));
            }
            DeclKind::Assume(e) => self.expr(e),
            DeclKind::Def(def) => self.def(def, Role::Param),
            DeclKind::Init(list) => {
                self.scope.initial = true;
                list.iter().for_each(|e| self.expr(e));
                self.scope.initial = false;
            }
            DeclKind::Event(event) => self.event(event),
            DeclKind::Property { formulas, .. } => formulas.iter().for_each(|e| self.expr(e)),
            DeclKind::Instance(instance) => self.instance(instance),
            DeclKind::Component(component) => {
                component.params.iter().for_each(|p| self.ty(&p.ty));
                let before = std::mem::replace(&mut self.in_component, true);
                self.file(&component.body);
                self.in_component = before;
            }
            DeclKind::System(system) => {
                system.params.iter().for_each(|p| self.ty(&p.ty));
                self.composition(&system.composition);
                self.file(&system.body);
            }
            DeclKind::Theory(theory) => self.theory(theory),
        }
    }

    fn def(&mut self, def: &'a Def, role: Role) {
        let depth = self.scope.depth();
        def.params.iter().for_each(|p| self.ty(&p.ty));
        self.ty(&def.result);
        def.params.iter().for_each(|p| self.scope.bind(&p.name, role));
        self.expr(&def.body);
        self.scope.leave(depth);
    }

    /// The parameters of an event say what it is about: in a component to the events that it takes place with, and in
    /// an event that changes nothing to whoever looks at it.
    fn event(&mut self, event: &'a Event) {
        let changes = assigns(&event.body);
        let depth = self.scope.depth();
        let role = if changes && !self.in_component {
            Role::Param
        } else {
            Role::Optional
        };
        for param in &event.params {
            self.ty(&param.ty);
            self.scope.bind(&param.name, role);
        }
        event.actor.iter().for_each(|e| self.expr(e));
        for via in &event.via {
            self.scope.read(&via.mediator);
            via.args.iter().for_each(|e| self.expr(e));
        }
        self.block(&event.body);
        self.scope.leave(depth);
        let meaningful = event.input || self.in_component || !event.via.is_empty() || meant(&event.name.text);
        if !changes && !meaningful {
            let message = format!("the event `{}` changes nothing", event.name.text);
            self.scope.out.push(
                Diagnostic::warning("E0605", event.name.span, message)
                    .here("assigns to no variable")
                    .help("assign with `x := e`; what comes from outside is an `input event`"),
            );
        }
    }

    fn block(&mut self, list: &'a [Stmt]) {
        let depth = self.scope.depth();
        list.iter().for_each(|s| self.statement(s));
        self.scope.leave(depth);
    }

    fn statement(&mut self, stmt: &'a Stmt) {
        match &stmt.kind {
            StmtKind::When(e) => {
                self.expr(e);
                // in a component it keeps the events of others from happening
                if matches!(e.kind, ExprKind::Bool(false)) && !self.in_component {
                    self.scope.out.push(
                        Diagnostic::warning("E0606", e.span, "this condition is always false")
                            .here("what it stands before never happens"),
                    );
                }
            }
            StmtKind::Choose { binder, condition } => {
                self.binder(binder, Role::Binder);
                condition.iter().for_each(|e| self.expr(e));
            }
            StmtKind::If {
                condition,
                then,
                otherwise,
            } => {
                self.expr(condition);
                self.block(then);
                self.block(otherwise);
            }
            StmtKind::Assign { place, value, .. } => {
                self.scope.write(&place.path);
                self.keys(place);
                self.expr(value);
            }
            StmtKind::Either(list) => list.iter().for_each(|a| self.block(&a.body)),
        }
    }

    /// The expressions in a place.
    fn keys(&mut self, place: &'a Place) {
        place.indices.iter().for_each(|e| self.expr(e));
        for step in &place.rest {
            match step {
                PlaceStep::Key(e) => self.expr(e),
                PlaceStep::Field(_) => {}
            }
        }
    }

    /// Binds the names of a binder; its domain speaks of what was bound before.
    pub(super) fn binder(&mut self, binder: &'a Binder, role: Role) {
        match &binder.domain {
            Domain::Type(ty) => self.ty(ty),
            Domain::Set(e) => self.expr(e),
        }
        binder.names.iter().for_each(|n| self.scope.bind(n, role));
    }

    fn instance(&mut self, instance: &'a Instance) {
        for item in &instance.items {
            self.scope.read(&item.place.path);
            self.keys(&item.place);
            match &item.kind {
                InstanceItemKind::Unknown => {}
                InstanceItemKind::Is(e) | InstanceItemKind::Member { item: e, .. } => self.expr(e),
            }
        }
    }

    fn composition(&mut self, composition: &'a Composition) {
        composition.parts.iter().for_each(|p| self.part(p));
    }

    fn part(&mut self, part: &'a Part) {
        let depth = self.scope.depth();
        for param in &part.family {
            self.ty(&param.ty);
            self.scope.bind(&param.name, Role::Free);
        }
        match &part.kind {
            PartKind::Of { args, .. } => args.iter().for_each(|e| self.expr(e)),
            PartKind::Group(inner) => self.composition(inner),
        }
        self.scope.leave(depth);
    }
}

// ---- the theory: its names stand for keys and for those who act, and may go unused ----

impl<'a> Walk<'a> {
    fn theory(&mut self, theory: &'a Theory) {
        let depth = self.scope.depth();
        match theory {
            Theory::Integrity(integrity) => self.integrity(integrity),
            Theory::Mediate(mediate) => self.mediate(mediate),
            Theory::Secret(secret) => {
                self.places(&secret.places);
                // two runs differ in it from the start, so it is a variable though nothing assigns it
                secret.places.iter().for_each(|p| self.scope.write(&p.path));
                self.expr(&secret.owner);
            }
            Theory::Observer(observer) => self.observer(observer),
            Theory::Noninterference(flow) => self.flow(flow),
            Theory::Resource(resource) => self.resource(resource),
        }
        self.scope.leave(depth);
    }

    fn free(&mut self, name: &'a Name) {
        self.scope.bind(name, Role::Free);
    }

    fn places(&mut self, places: &'a [Guarded]) {
        for place in places {
            self.scope.read(&place.path);
            place.keys.iter().for_each(|k| self.free(k));
        }
    }

    fn integrity(&mut self, integrity: &'a Integrity) {
        for rule in &integrity.rules {
            let depth = self.scope.depth();
            self.places(&rule.places);
            if let Some((actor, ty)) = &rule.actor {
                ty.iter().for_each(|t| self.ty(t));
                self.free(actor);
            }
            self.expr(&rule.condition);
            self.scope.leave(depth);
        }
    }

    fn mediate(&mut self, mediate: &'a Mediate) {
        self.def(&mediate.decide, Role::Free);
        mediate.guards.iter().for_each(|g| self.scope.read(&g.path));
        if let Some(by) = &mediate.by {
            by.components.iter().for_each(|c| self.scope.read(c));
        }
    }

    fn observer(&mut self, observer: &'a Observer) {
        for param in &observer.params {
            self.ty(&param.ty);
            self.free(&param.name);
        }
        for item in &observer.items {
            let depth = self.scope.depth();
            item.binders.iter().for_each(|b| self.binder(b, Role::Optional));
            self.expr(&item.value);
            self.scope.leave(depth);
        }
    }

    fn flow(&mut self, flow: &'a Noninterference) {
        for param in [&flow.from, &flow.to] {
            self.ty(&param.ty);
            self.free(&param.name);
        }
        flow.condition.iter().for_each(|e| self.expr(e));
        let formulas = flow.lemmas.iter().flat_map(|l| &l.formulas);
        formulas.for_each(|e| self.expr(e));
    }

    fn resource(&mut self, resource: &'a Resource) {
        self.ty(&resource.param.ty);
        self.free(&resource.param.name);
        self.expr(&resource.value);
        let more = [&resource.limit, &resource.total];
        more.into_iter().flatten().for_each(|e| self.expr(e));
    }
}

/// Whether any of these statements assigns.
fn assigns(list: &[Stmt]) -> bool {
    list.iter().any(|s| match &s.kind {
        StmtKind::Assign { .. } => true,
        StmtKind::If { then, otherwise, .. } => assigns(then) || assigns(otherwise),
        StmtKind::Either(list) => list.iter().any(|a| assigns(&a.body)),
        StmtKind::When(_) | StmtKind::Choose { .. } => false,
    })
}

/// The values that declarations declare, with what they are.
fn values(decls: &[Decl]) -> HashMap<&str, (Span, &'static str)> {
    let mut out = HashMap::new();
    for decl in decls {
        let (names, what) = match &decl.kind {
            DeclKind::Const { names, .. } => (names.as_slice(), "a constant"),
            DeclKind::Var { names, .. } => (names.as_slice(), "a variable"),
            DeclKind::Def(def) => (std::slice::from_ref(&def.name), "a definition"),
            DeclKind::Component(_)
            | DeclKind::Module(_)
            | DeclKind::Use { .. }
            | DeclKind::Sort(_)
            | DeclKind::Enum { .. }
            | DeclKind::Alias { .. }
            | DeclKind::Record { .. }
            | DeclKind::Assume(_)
            | DeclKind::Init(_)
            | DeclKind::Event(_)
            | DeclKind::Property { .. }
            | DeclKind::Command(_)
            | DeclKind::Instance(_)
            | DeclKind::System(_)
            | DeclKind::Theory(_) => continue,
        };
        out.extend(names.iter().map(|n| (n.text.as_str(), (n.span, what))));
    }
    out
}
