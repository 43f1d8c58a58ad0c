//! The tables: every declaration entered under its name, and what is declared twice.

use super::parameters::{self, Arguments};
use super::{
    Alias, AliasIx, Component, ComponentIx, ComposedSystem, Const, ConstIx, Def, DefIx, Enum, EnumIx, Event,
    EventIx, Loaded, Module, ModuleIx, Names, Node, Property, PropertyIx, Record, RecordIx, Role, Sort,
    SortIx, Structure, SystemIx, TypeName, Use, Value, Var, VarIx, compose, signatures,
};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{Decl, DeclKind, Name, Param};
use crate::types::Types;

/// Enters all declarations of all modules, and gives constants, variables, definitions and events their types.
pub(crate) fn collect<'a>(
    loaded: &'a [Loaded],
    types: &mut Types,
    diagnostics: &mut Vec<Diagnostic>,
) -> Names<'a> {
    let mut names = Names::default();
    let given = parameters::arguments(loaded);
    for (i, module) in loaded.iter().enumerate() {
        Collector {
            names: &mut names,
            diagnostics,
            module: Module {
                name: module.name.clone(),
                broken: module.file.broken.iter().cloned().collect(),
                ..Module::default()
            },
            ix: ModuleIx::new(i),
        }
        .run(module, &given);
    }
    compose::all(&mut names, diagnostics);
    signatures::resolve(&mut names, types, diagnostics);
    names
}

/// Enters declarations into one module's tables.
pub(super) struct Collector<'a, 'n> {
    pub(super) names: &'n mut Names<'a>,
    pub(super) diagnostics: &'n mut Vec<Diagnostic>,
    pub(super) module: Module,
    pub(super) ix: ModuleIx,
}

impl<'a> Collector<'a, '_> {
    fn run(mut self, loaded: &'a Loaded, given: &Arguments<'a>) {
        self.module_params(loaded, given);
        for (i, decl) in loaded.file.decls.iter().enumerate() {
            if let DeclKind::Use { path, alias, .. } = &decl.kind {
                let Some(module) = loaded.uses.get(&i) else {
                    self.module.incomplete = true;
                    continue;
                };
                let last = path.names.last().map(|n| n.text.clone()).unwrap_or_default();
                self.module.uses.push(Use {
                    module: *module,
                    qualifier: alias.as_ref().map_or(last, |a| a.text.clone()),
                    open: alias.is_none(),
                });
            } else {
                self.enter(decl);
            }
        }
        self.names.modules.push(self.module);
    }

    pub(super) fn enter(&mut self, decl: &'a Decl) {
        let module = self.ix;
        match &decl.kind {
            DeclKind::Module(_) | DeclKind::Use { .. } | DeclKind::Command(_) | DeclKind::Instance(_) => {}
            DeclKind::Sort(list) => list.iter().for_each(|n| self.sort(n)),
            DeclKind::Enum { name, members } => self.enumeration(name, members, decl.head),
            DeclKind::Alias { name, ty } => {
                let ix = AliasIx::new(self.names.aliases.len());
                self.names.aliases.push(Alias {
                    module,
                    name,
                    written: ty,
                    ty: Types::ERROR,
                });
                self.type_name(name, TypeName::Alias(ix));
            }
            DeclKind::Record { name, fields } => self.record(name, fields),
            DeclKind::Const { names, ty, value } => {
                for name in names {
                    let ix = ConstIx::new(self.names.consts.len());
                    self.names.consts.push(Const {
                        module,
                        name,
                        doc: &decl.doc,
                        written: ty,
                        value: value.as_ref(),
                        scope: module,
                        role: Role::Plain,
                        ty: Types::ERROR,
                    });
                    self.value(name, Value::Const(ix));
                }
            }
            DeclKind::Var { names, ty } => {
                for name in names {
                    let ix = VarIx::new(self.names.vars.len());
                    self.names.vars.push(Var {
                        module,
                        name,
                        written: ty,
                        private: decl.private,
                        ty: Types::ERROR,
                    });
                    self.value(name, Value::Var(ix));
                }
            }
            DeclKind::Def(def) => {
                let ix = DefIx::new(self.names.defs.len());
                self.names.defs.push(Def {
                    module,
                    private: decl.private,
                    def,
                    params: Vec::new(),
                    result: Types::ERROR,
                });
                self.value(&def.name, Value::Def(ix));
            }
            DeclKind::Assume(e) => self.names.assumes.push((module, e)),
            DeclKind::Init(list) => self.names.inits.extend(list.iter().map(|e| (module, e))),
            DeclKind::Event(_) | DeclKind::Property { .. } => self.behaviour(decl),
            DeclKind::Component(_) | DeclKind::System(_) => self.structure(decl),
            DeclKind::Theory(theory) => self.theory(theory, decl),
        }
    }

    fn behaviour(&mut self, decl: &'a Decl) {
        let module = self.ix;
        match &decl.kind {
            DeclKind::Event(event) => {
                let ix = EventIx::new(self.names.events.len());
                self.names.events.push(Event {
                    module,
                    event,
                    doc: &decl.doc,
                    head: decl.head,
                    params: Vec::new(),
                });
                if let Some(old) = self.module.events.insert(event.name.text.clone(), ix) {
                    self.twice(&event.name, self.names[old].event.name.span);
                }
            }
            DeclKind::Property { kind, name, formulas } => {
                let ix = PropertyIx::new(self.names.properties.len());
                self.names.properties.push(Property {
                    module,
                    name,
                    kind: *kind,
                    formulas,
                    doc: &decl.doc,
                    head: decl.head,
                });
                if let Some(old) = self.module.properties.insert(name.text.clone(), ix) {
                    self.twice(name, self.names[old].name.span);
                }
            }
            DeclKind::Module(_)
            | DeclKind::Use { .. }
            | DeclKind::Command(_)
            | DeclKind::Instance(_)
            | DeclKind::Sort(_)
            | DeclKind::Enum { .. }
            | DeclKind::Alias { .. }
            | DeclKind::Record { .. }
            | DeclKind::Const { .. }
            | DeclKind::Var { .. }
            | DeclKind::Def(_)
            | DeclKind::Assume(_)
            | DeclKind::Component(_)
            | DeclKind::System(_)
            | DeclKind::Init(_)
            | DeclKind::Theory(_) => {}
        }
    }

    pub(super) fn sort(&mut self, name: &'a Name) {
        let ix = SortIx::new(self.names.sorts.len());
        self.names.sorts.push(Sort {
            module: self.ix,
            name,
        });
        self.type_name(name, TypeName::Sort(ix));
    }

    pub(super) fn enumeration(&mut self, name: &'a Name, members: &'a [Name], head: Span) {
        let ix = EnumIx::new(self.names.enums.len());
        self.names.enums.push(Enum {
            module: self.ix,
            name,
            members,
            head,
        });
        self.type_name(name, TypeName::Enum(ix));
        let mut seen = std::collections::HashMap::new();
        for (i, member) in members.iter().enumerate() {
            if let Some(old) = seen.insert(member.text.as_str(), member.span) {
                self.twice(member, old);
                continue;
            }
            self.value(member, Value::Enumerator(ix, i as u32));
        }
    }

    fn record(&mut self, name: &'a Name, fields: &'a [Param]) {
        let ix = RecordIx::new(self.names.records.len());
        self.names.records.push(Record {
            module: self.ix,
            name,
            fields,
            ty: Types::ERROR,
        });
        self.type_name(name, TypeName::Record(ix));
        let mut seen = std::collections::HashMap::new();
        for field in fields {
            if let Some(old) = seen.insert(field.name.text.as_str(), field.name.span) {
                self.twice(&field.name, old);
            }
        }
    }

    pub(super) fn type_name(&mut self, name: &Name, meaning: TypeName) {
        if let Some(old) = self.module.types.insert(name.text.clone(), meaning) {
            let first = self.names.type_span(old);
            self.twice(name, first);
        }
    }

    fn structure(&mut self, decl: &'a Decl) {
        let (name, meaning) = match &decl.kind {
            DeclKind::Component(component) => {
                let ix = ComponentIx::new(self.names.components.len());
                self.names.components.push(Component {
                    module: self.ix,
                    component,
                });
                (&component.name, Structure::Component(ix))
            }
            DeclKind::System(system) => {
                let ix = SystemIx::new(self.names.systems.len());
                self.names.systems.push(ComposedSystem {
                    module: self.ix,
                    system,
                    head: decl.head,
                    space: None,
                    node: Node::Together(Vec::new()),
                });
                (&system.name, Structure::System(ix))
            }
            _ => return,
        };
        if let Some(old) = self.module.structures.insert(name.text.clone(), meaning) {
            let first = self.names.structure_span(old);
            self.twice(name, first);
        }
    }

    /// Enters a value; only enumerators of different enumerations may share a name.
    pub(super) fn value(&mut self, name: &Name, meaning: Value) {
        let list = self.module.values.entry(name.text.clone()).or_default();
        let enumerator = |v: &Value| matches!(v, Value::Enumerator(..));
        let clash = list
            .iter()
            .find(|old| !(enumerator(old) && enumerator(&meaning)))
            .copied();
        match clash {
            None => list.push(meaning),
            Some(old) => {
                let first = self.names.span_of(old);
                self.twice(name, first);
            }
        }
    }

    pub(super) fn twice(&mut self, name: &Name, first: Span) {
        self.diagnostics.push(
            Diagnostic::error("E0202", name.span, format!("`{}` is declared twice", name.text))
                .here("again here")
                .label(first, "first declared here"),
        );
    }
}
