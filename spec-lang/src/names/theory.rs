//! The declarations of the theory in the tables. What they bring along gets names of its own: a mediation `P` is a
//! definition `P`, a definition `P.by` and a property `P.complete`; a resource `r` is properties `r.disjoint`, `r.limited` and `r.total`.

use super::collect::Collector;
use super::{Def, DefIx, EventIx, Found, ModuleIx, Names, Property, PropertyIx, TypeName, Value};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{self, Decl, Name, Path, PropertyKind};
use crate::syntax::theory as written;
use crate::types::{Form, Ty, Types};

/// `integrity`
#[derive(Debug)]
pub(crate) struct Integrity<'a> {
    pub(crate) module: ModuleIx,
    pub(crate) written: &'a written::Integrity,
    pub(crate) property: PropertyIx,
}

/// `mediate`
#[derive(Debug)]
pub(crate) struct Mediator<'a> {
    pub(crate) module: ModuleIx,
    pub(crate) written: &'a written::Mediate,
    pub(crate) decide: DefIx,
    pub(crate) by: Option<DefIx>,
    /// Where it guards something.
    pub(crate) complete: Option<PropertyIx>,
}

/// `observer`
#[derive(Debug)]
pub(crate) struct Observer<'a> {
    pub(crate) module: ModuleIx,
    pub(crate) written: &'a written::Observer,
    pub(crate) params: Vec<Ty>,
}

/// `noninterference`
#[derive(Debug)]
pub(crate) struct Flow<'a> {
    pub(crate) module: ModuleIx,
    pub(crate) written: &'a written::Noninterference,
    pub(crate) doc: &'a str,
    pub(crate) property: PropertyIx,
    /// One for each lemma.
    pub(crate) lemmas: Vec<PropertyIx>,
    pub(crate) from: Ty,
    pub(crate) to: Ty,
}

/// `resource`
#[derive(Debug)]
pub(crate) struct Resource<'a> {
    pub(crate) module: ModuleIx,
    pub(crate) written: &'a written::Resource,
    pub(crate) holder: Ty,
    pub(crate) disjoint: Option<PropertyIx>,
    pub(crate) limited: Option<PropertyIx>,
    pub(crate) total: Option<PropertyIx>,
}

impl<'a> Collector<'a, '_> {
    pub(super) fn theory(&mut self, theory: &'a written::Theory, decl: &'a Decl) {
        let module = self.ix;
        if !self.may_stand_here(theory, decl.head) {
            return;
        }
        match theory {
            written::Theory::Integrity(written) => {
                let property = self.property(&written.name, PropertyKind::Steps, decl);
                self.names.integrities.push(Integrity {
                    module,
                    written,
                    property,
                });
            }
            written::Theory::Mediate(written) => self.mediator(written, decl),
            written::Theory::Secret(written) => self.names.secrets.push((module, written)),
            written::Theory::Observer(written) => {
                let name = &written.name;
                let index = self.names.observers.len();
                self.names.observers.push(Observer {
                    module,
                    written,
                    params: Vec::new(),
                });
                if let Some(old) = self.module.observers.insert(name.text.clone(), index) {
                    self.twice(name, self.names.observers[old].written.name.span);
                }
            }
            written::Theory::Noninterference(written) => {
                let property = self.property(&written.name, PropertyKind::TwoRuns, decl);
                let kind = PropertyKind::TwoRuns;
                let lemmas = written.lemmas.iter().map(|l| self.property(&l.name, kind, decl));
                let lemmas = lemmas.collect();
                self.names.flows.push(Flow {
                    module,
                    written,
                    doc: &decl.doc,
                    property,
                    lemmas,
                    from: Types::ERROR,
                    to: Types::ERROR,
                });
            }
            written::Theory::Resource(written) => {
                let kind = PropertyKind::Invariant;
                let mut property = |name, wanted: bool| wanted.then(|| self.property(name, kind, decl));
                let disjoint = property(&written.disjoint, written.hard);
                let limited = property(&written.limited, written.limit.is_some());
                let total = property(&written.summed, written.total.is_some());
                self.names.resources.push(Resource {
                    module,
                    written,
                    holder: Types::ERROR,
                    disjoint,
                    limited,
                    total,
                });
            }
        }
    }

    /// In the components of a family, only what is claimed of each member alone.
    fn may_stand_here(&mut self, theory: &written::Theory, head: Span) -> bool {
        let word = match theory {
            written::Theory::Integrity(_) | written::Theory::Resource(_) => return true,
            written::Theory::Mediate(_) => "mediate",
            written::Theory::Secret(_) => "secret",
            written::Theory::Observer(_) => "observer",
            written::Theory::Noninterference(_) => "noninterference",
        };
        let in_family = self.module.space.as_ref().is_some_and(|s| !s.family.is_empty());
        if in_family {
            let message = format!("`{word}` cannot be declared for each component of a family");
            self.diagnostics.push(
                Diagnostic::error("E0433", head, message)
                    .help("declare it outside of the component, over a variable with a key for each member"),
            );
        }
        !in_family
    }

    fn mediator(&mut self, written: &'a written::Mediate, decl: &'a Decl) {
        let module = self.ix;
        self.decisions(written, decl.head);
        let decide = self.definition(&written.decide);
        let by = written.by.as_ref().map(|by| self.definition(&by.def));
        let guards = !written.guards.is_empty();
        let complete = guards.then(|| self.property(&written.complete, PropertyKind::Steps, decl));
        self.names.mediators.push(Mediator {
            module,
            written,
            decide,
            by,
            complete,
        });
    }

    /// The enumeration of decisions: one for all modules.
    fn decisions(&mut self, written: &'a written::Mediate, head: Span) {
        let Some(known) = self.names.decision else {
            let before = self.names.enums.len();
            self.enumeration(&written.decision, &written.decisions, head);
            self.names.decision = Some(super::EnumIx::new(before));
            return;
        };
        let name = written.decision.text.clone();
        if self.module.types.get(&name) == Some(&TypeName::Enum(known)) {
            return;
        }
        self.type_name(&written.decision, TypeName::Enum(known));
        for (i, member) in written.decisions.iter().enumerate() {
            self.value(member, Value::Enumerator(known, i as u32));
        }
    }

    fn definition(&mut self, def: &'a ast::Def) -> DefIx {
        let ix = DefIx::new(self.names.defs.len());
        self.names.defs.push(Def {
            module: self.ix,
            def,
            private: false,
            params: Vec::new(),
            result: Types::ERROR,
        });
        self.value(&def.name, Value::Def(ix));
        ix
    }

    fn property(&mut self, name: &'a Name, kind: PropertyKind, decl: &'a Decl) -> PropertyIx {
        let ix = PropertyIx::new(self.names.properties.len());
        self.names.properties.push(Property {
            module: self.ix,
            name,
            kind,
            formulas: &[],
            doc: &decl.doc,
            head: decl.head,
        });
        if let Some(old) = self.module.properties.insert(name.text.clone(), ix) {
            self.twice(name, self.names[old].name.span);
        }
        ix
    }
}

/// Gives the declarations of the theory the types they declare.
pub(super) fn resolve(names: &mut Names<'_>, types: &mut Types, diagnostics: &mut Vec<Diagnostic>) {
    let mut run = |names: &Names<'_>, module, written: &ast::Type| {
        let mut reader = super::TypeReader {
            names,
            types,
            diagnostics,
            module,
        };
        reader.finite(written, "the values of a parameter")
    };
    for i in 0..names.observers.len() {
        let (module, written) = (names.observers[i].module, names.observers[i].written);
        let params = written.params.iter().map(|p| run(names, module, &p.ty));
        names.observers[i].params = params.collect();
    }
    for i in 0..names.flows.len() {
        let (module, written) = (names.flows[i].module, names.flows[i].written);
        names.flows[i].from = run(names, module, &written.from.ty);
        names.flows[i].to = run(names, module, &written.to.ty);
    }
    for i in 0..names.resources.len() {
        let (module, written) = (names.resources[i].module, names.resources[i].written);
        names.resources[i].holder = run(names, module, &written.param.ty);
    }
    for i in 0..names.mediators.len() {
        let (module, written, by) = (
            names.mediators[i].module,
            names.mediators[i].written,
            names.mediators[i].by,
        );
        if let (Some(def), Some(by)) = (by, &written.by) {
            names.defs[def.index()].result = component_type(names, module, &by.components, types);
        }
    }
}

/// The type of the components that decide: the first that means one thing says it. What does not exist is reported
/// where the definition is checked.
fn component_type(names: &Names<'_>, module: ModuleIx, components: &[Path], types: &mut Types) -> Ty {
    for path in components {
        if let Found::These(list) = names.value_named(module, path, &[], &mut Vec::new())
            && let [one] = list.as_slice()
        {
            return match one {
                Value::Enumerator(e, _) => types.make(Form::Enum(*e)),
                Value::Const(c) => names[*c].ty,
                Value::Var(v) => names[*v].ty,
                Value::Def(d) => names[*d].result,
            };
        }
    }
    Types::ERROR
}

impl<'a> Names<'a> {
    /// The mediation whose definition this is.
    pub(crate) fn mediator_of(&self, def: DefIx) -> Option<(usize, &Mediator<'a>)> {
        self.mediators.iter().enumerate().find(|(_, m)| m.decide == def)
    }

    /// The events that a list of names means; those that are none are reported.
    pub(crate) fn events_named(
        &self,
        module: ModuleIx,
        paths: &[Path],
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Vec<EventIx> {
        let mut out = Vec::new();
        for path in paths {
            if let Found::These(list) = self.event_named(module, path, diagnostics) {
                out.extend(list);
            }
        }
        out
    }
}
