//! Composition: a space for each part of each system.
//!
//! Takes the tables of all files; adds the spaces of their systems, and of components that nothing uses, so that they
//! are checked too. Arguments become the values of constants; declarations are entered anew for each use.

mod rules;

use std::collections::HashMap;

use super::collect::Collector;
use super::lookup::Found;
use super::{
    Const, ConstIx, Module, ModuleIx, Names, Node, Role, Space, SpaceKind, Structure, SystemIx, Value,
};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{Composition, Expr, File, Param, Part, PartKind, Path};
use crate::types::Types;

/// Most parts of all systems together.
const MAX_SPACES: usize = 2048;

/// Makes the spaces of all systems and of all components.
pub(super) fn all(names: &mut Names<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut composer = Composer {
        names,
        diagnostics,
        stack: Vec::new(),
        used: Vec::new(),
        full: false,
    };
    for i in 0..composer.names.systems.len() {
        composer.open_system(SystemIx::new(i));
    }
    composer.unused_components();
}

struct Composer<'n, 'a> {
    names: &'n mut Names<'a>,
    diagnostics: &'n mut Vec<Diagnostic>,
    /// Systems that are being composed.
    stack: Vec<SystemIx>,
    used: Vec<Structure>,
    /// That there are too many parts was reported.
    full: bool,
}

/// Where a part stands.
struct At<'a> {
    /// The space in which its arguments mean something.
    scope: ModuleIx,
    label: String,
    family: Vec<ConstIx>,
    args: Option<&'a [Expr]>,
    span: Span,
}

impl<'a> Composer<'_, 'a> {
    /// A system for itself: its parameters are open constants.
    fn open_system(&mut self, ix: SystemIx) {
        let sig = &self.names[ix];
        let at = At {
            scope: sig.module,
            label: String::new(),
            family: Vec::new(),
            args: None,
            span: sig.head,
        };
        if let Some((space, node)) = self.system(ix, at)
            && let Some(entry) = self.names.systems.get_mut(ix.index())
        {
            entry.space = Some(space);
            entry.node = node;
        }
    }

    fn unused_components(&mut self) {
        for i in 0..self.names.components.len() {
            let ix = super::ComponentIx::new(i);
            if self.used.contains(&Structure::Component(ix)) {
                continue;
            }
            let (module, component) = (self.names[ix].module, self.names[ix].component);
            let at = At {
                scope: module,
                label: component.name.text.clone(),
                family: Vec::new(),
                args: None,
                span: component.name.span,
            };
            let Some(space) = self.space(SpaceKind::Component, module, &component.name.text, &at) else {
                return;
            };
            self.params(space, &component.params, &at, Role::Unused);
            self.body(space, &component.body);
        }
    }

    /// A system, its parts and its own declarations.
    fn system(&mut self, ix: SystemIx, at: At<'a>) -> Option<(ModuleIx, Node<'a>)> {
        let (module, system) = (self.names[ix].module, self.names[ix].system);
        if let Some(from) = self.stack.iter().position(|s| *s == ix) {
            self.circle(from, at.span);
            return None;
        }
        let space = self.space(SpaceKind::System, module, &system.name.text, &at)?;
        self.params(space, &system.params, &at, Role::Plain);
        self.stack.push(ix);
        let mut labels = Labels::of(&system.composition);
        let parts = self.composition(space, space, &system.composition, &at.family, &mut labels);
        self.stack.pop();
        self.body(space, &system.body);
        Some((space, Node::Together(vec![Node::Leaf(module), parts])))
    }

    /// The parts of a composition: `scope` is where arguments mean something, `system` what the parts belong to.
    fn composition(
        &mut self,
        system: ModuleIx,
        scope: ModuleIx,
        composition: &'a Composition,
        family: &[ConstIx],
        labels: &mut Labels,
    ) -> Node<'a> {
        let mut nodes = Vec::new();
        for part in &composition.parts {
            nodes.extend(self.part(system, scope, part, family, labels));
        }
        Node::Together(nodes)
    }

    fn part(
        &mut self,
        system: ModuleIx,
        scope: ModuleIx,
        part: &'a Part,
        family: &[ConstIx],
        labels: &mut Labels,
    ) -> Option<Node<'a>> {
        let (scope, family) = self.family(scope, part, family)?;
        let node = match &part.kind {
            PartKind::Group(group) => self.composition(system, scope, group, &family, labels),
            PartKind::Of { path, args } => {
                let name = labels.name(part, path);
                let outer = self.names[system].space.as_ref().map_or("", |s| s.label.as_str());
                let label = if outer.is_empty() {
                    name.clone()
                } else {
                    format!("{outer}.{name}")
                };
                let at = At {
                    scope,
                    label,
                    family,
                    args: Some(args),
                    span: path.span,
                };
                let Some((space, node)) = self.named_part(path, at) else {
                    self.names.modules[system.index()].broken.insert(name);
                    return None;
                };
                self.enter_part(system, name, part, space);
                node
            }
        };
        Some(if part.changes.is_empty() {
            node
        } else {
            Node::Changed(Box::new(node), &part.changes)
        })
    }

    /// The space of the indices of a part, if it is a family.
    fn family(
        &mut self,
        scope: ModuleIx,
        part: &'a Part,
        family: &[ConstIx],
    ) -> Option<(ModuleIx, Vec<ConstIx>)> {
        let mut family = family.to_vec();
        if part.family.is_empty() {
            return Some((scope, family));
        }
        let at = At {
            scope,
            label: String::new(),
            family: family.clone(),
            args: None,
            span: part.span,
        };
        let space = self.space(SpaceKind::Family, scope, "", &at)?;
        family.extend(self.params(space, &part.family, &at, Role::Index));
        if let Some(entry) = self.names.modules[space.index()].space.as_mut() {
            entry.family.clone_from(&family);
        }
        Some((space, family))
    }

    fn named_part(&mut self, path: &'a Path, at: At<'a>) -> Option<(ModuleIx, Node<'a>)> {
        let found = match self.names.structure_named(at.scope, path, self.diagnostics) {
            Found::These(list) => *list.first()?,
            Found::Broken | Found::Nothing => return None,
        };
        self.used.push(found);
        let params = match found {
            Structure::Component(c) => &self.names[c].component.params,
            Structure::System(s) => &self.names[s].system.params,
        };
        self.arguments(params, &at, self.names.structure_span(found))?;
        match found {
            Structure::System(s) => self.system(s, at),
            Structure::Component(c) => {
                let (module, component) = (self.names[c].module, self.names[c].component);
                let space = self.space(SpaceKind::Component, module, &component.name.text, &at)?;
                self.params(space, &component.params, &at, Role::Argument);
                self.body(space, &component.body);
                Some((space, Node::Leaf(space)))
            }
        }
    }

    /// A new space, without declarations.
    fn space(&mut self, kind: SpaceKind, parent: ModuleIx, of: &str, at: &At<'_>) -> Option<ModuleIx> {
        let count = self.names.modules.iter().filter(|m| m.space.is_some()).count();
        if count >= MAX_SPACES && std::mem::replace(&mut self.full, true) {
            return None;
        }
        if count >= MAX_SPACES {
            let message = format!("systems have more than {MAX_SPACES} parts");
            self.diagnostics.push(
                Diagnostic::error("E0532", at.span, message)
                    .help("a family, `C(x) for x: S`, is one part whatever its size"),
            );
            return None;
        }
        let ix = ModuleIx::new(self.names.modules.len());
        self.names.modules.push(Module {
            name: self.names[self.names.file_of(parent)].name.clone(),
            space: Some(Space {
                kind,
                parent,
                label: at.label.clone(),
                of: of.to_owned(),
                family: at.family.clone(),
                parts: HashMap::new(),
                span: at.span,
            }),
            ..Module::default()
        });
        Some(ix)
    }

    /// Enters parameters as constants, with their arguments.
    fn params(&mut self, space: ModuleIx, params: &'a [Param], at: &At<'a>, role: Role) -> Vec<ConstIx> {
        let mut out = Vec::new();
        for (i, param) in params.iter().enumerate() {
            let value = at.args.and_then(|list| list.get(i));
            let ix = ConstIx::new(self.names.consts.len());
            self.names.consts.push(Const {
                module: space,
                name: &param.name,
                doc: "",
                written: &param.ty,
                value,
                scope: at.scope,
                role: if value.is_some() { Role::Argument } else { role },
                ty: Types::ERROR,
            });
            out.push(ix);
            self.collecting(space, |c| c.value(&param.name, Value::Const(ix)));
        }
        out
    }

    fn collecting(&mut self, space: ModuleIx, f: impl FnOnce(&mut Collector<'a, '_>)) {
        let module = std::mem::take(&mut self.names.modules[space.index()]);
        let mut collector = Collector {
            names: self.names,
            diagnostics: self.diagnostics,
            module,
            ix: space,
        };
        f(&mut collector);
        let module = collector.module;
        self.names.modules[space.index()] = module;
    }

    fn body(&mut self, space: ModuleIx, body: &'a File) {
        let broken = body.broken.iter().cloned();
        self.names.modules[space.index()].broken.extend(broken);
        for decl in &body.decls {
            if self.may_stand(space, decl) {
                self.captures(space, decl);
                self.collecting(space, |c| c.enter(decl));
            }
        }
    }

    /// Enters a part under its name.
    fn enter_part(&mut self, system: ModuleIx, name: String, part: &Part, space: ModuleIx) {
        self.one_name(system, &name, part);
        if let Some(entry) = self.names.modules[system.index()].space.as_mut() {
            entry.parts.insert(name, space);
        }
    }
}

/// Names for parts without `as`: that of the component, numbered where there are several.
struct Labels {
    /// How many parts without a name there are of each component, and how many had their turn.
    count: HashMap<String, (usize, usize)>,
}

impl Labels {
    fn of(composition: &Composition) -> Self {
        let mut out = Self {
            count: HashMap::new(),
        };
        out.add(composition);
        out
    }

    fn add(&mut self, composition: &Composition) {
        for part in &composition.parts {
            match &part.kind {
                PartKind::Group(group) => self.add(group),
                PartKind::Of { path, .. } if part.alias.is_none() => {
                    self.count.entry(last(path)).or_default().0 += 1;
                }
                PartKind::Of { .. } => {}
            }
        }
    }

    fn name(&mut self, part: &Part, path: &Path) -> String {
        if let Some(alias) = &part.alias {
            return alias.text.clone();
        }
        let base = last(path);
        match self.count.get_mut(&base) {
            Some((all, done)) if *all > 1 => {
                *done += 1;
                format!("{base}_{done}")
            }
            _ => base,
        }
    }
}

fn last(path: &Path) -> String {
    path.names.last().map(|n| n.text.clone()).unwrap_or_default()
}
