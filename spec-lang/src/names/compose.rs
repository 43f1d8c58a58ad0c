//! Composition: a space for each part of each system.
//!
//! Takes the tables of all files; adds the spaces of their systems, and of components that nothing uses, so that they
//! are checked too. Arguments become the values of constants; declarations are entered anew for each use.

use std::collections::HashMap;

use super::collect::Collector;
use super::lookup::Found;
use super::{
    Const, ConstIx, Module, ModuleIx, Names, Node, Role, Space, SpaceKind, Structure, SystemIx, Value,
};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{Composition, Decl, DeclKind, Expr, File, Name, Param, Part, PartKind, Path};
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

    fn circle(&mut self, from: usize, span: Span) {
        let round = self.stack.iter().skip(from).chain(self.stack.get(from));
        let round: Vec<_> = round
            .map(|s| format!("`{}`", self.names[*s].system.name.text))
            .collect();
        let message = format!("composed of itself: {}", round.join(" is composed of "));
        self.diagnostics
            .push(Diagnostic::error("E0520", span, message).help("a system has finitely many parts"));
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

    /// That there is one argument for each parameter.
    fn arguments(&mut self, params: &[Param], at: &At<'_>, declared: Span) -> Option<()> {
        let given = at.args.map_or(0, <[Expr]>::len);
        if params.len() == given {
            return Some(());
        }
        let takes = if params.len() == 1 {
            "1 argument".to_owned()
        } else {
            format!("{} arguments", params.len())
        };
        let list: Vec<_> = params.iter().map(|p| p.name.text.as_str()).collect();
        let help = (!list.is_empty()).then(|| format!("its parameters are `{}`", list.join(", ")));
        let message = format!("this takes {takes}, found {given}");
        self.diagnostics.push(
            Diagnostic::error("E0523", at.span, message)
                .label(declared, "declared here")
                .maybe_help(help),
        );
        None
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

    /// Whether a declaration may stand in a component or system.
    fn may_stand(&mut self, space: ModuleIx, decl: &Decl) -> bool {
        let system = self.names[space]
            .space
            .as_ref()
            .is_some_and(|s| s.kind == SpaceKind::System);
        let (may, help) = match decl.kind {
            DeclKind::Var { .. } | DeclKind::Const { .. } | DeclKind::Event(_) => (
                !system,
                "what a system does is what its components do; declare it in a component, or outside",
            ),
            DeclKind::Def(_)
            | DeclKind::Init(_)
            | DeclKind::Assume(_)
            | DeclKind::Property { .. }
            | DeclKind::Theory(_) => (true, ""),
            DeclKind::Module(_)
            | DeclKind::Use { .. }
            | DeclKind::Sort(_)
            | DeclKind::Enum { .. }
            | DeclKind::Alias { .. }
            | DeclKind::Record { .. }
            | DeclKind::Command(_)
            | DeclKind::Instance(_)
            | DeclKind::Component(_)
            | DeclKind::System(_) => (false, "it stands outside of components and systems"),
        };
        if !may {
            let place = if system { "system" } else { "component" };
            let message = format!("this cannot stand in a {place}");
            self.diagnostics
                .push(Diagnostic::error("E0531", decl.head, message).help(help));
        }
        may
    }

    /// Reports what would hide a name that all components share.
    fn captures(&mut self, space: ModuleIx, decl: &'a Decl) {
        let declared: Vec<&Name> = match &decl.kind {
            DeclKind::Var { names, .. } | DeclKind::Const { names, .. } => names.iter().collect(),
            DeclKind::Def(def) => vec![&def.name],
            DeclKind::Event(event) => return self.captured_index(space, &event.params),
            DeclKind::Property { name, .. } => return self.captured_property(space, name),
            _ => return,
        };
        let file = self.names.file_of(space);
        for name in declared {
            let outer = self.names[file]
                .values
                .get(&name.text)
                .and_then(|l| l.first())
                .copied();
            if let Some(outer) = outer {
                self.hides(name, self.names.span_of(outer), "all components share this one");
            }
        }
    }

    /// The parameter of an event that is called as the index of the family.
    fn captured_index(&mut self, space: ModuleIx, params: &[Param]) {
        for param in params {
            let family = self.names.family_of(space);
            let index = family
                .iter()
                .find(|c| self.names[**c].name.text == param.name.text)
                .copied();
            if let Some(index) = index {
                let outer = self.names[index].name.span;
                self.hides(&param.name, outer, "the events of the family have this parameter");
            }
        }
    }

    /// A property of a system that is called as one of the file.
    fn captured_property(&mut self, space: ModuleIx, name: &Name) {
        let system = self.names[space]
            .space
            .as_ref()
            .is_some_and(|s| s.label.is_empty());
        let file = self.names.file_of(space);
        if let Some(outer) = self.names[file]
            .properties
            .get(&name.text)
            .copied()
            .filter(|_| system)
        {
            self.hides(
                name,
                self.names[outer].name.span,
                "this is a property of the system too",
            );
        }
    }

    fn hides(&mut self, name: &Name, outer: Span, what: &str) {
        let message = format!("`{}` would hide what has this name outside", name.text);
        self.diagnostics.push(
            Diagnostic::error("E0522", name.span, message)
                .label(outer, what)
                .help("give one of them another name"),
        );
    }

    /// Enters a part under its name.
    fn enter_part(&mut self, system: ModuleIx, name: String, part: &Part, space: ModuleIx) {
        let at = part.alias.as_ref().map_or(part.span, |a| a.span);
        let file = self.names.file_of(system);
        let value = part
            .alias
            .as_ref()
            .and_then(|a| self.names[file].values.get(&a.text));
        let value = value.and_then(|l| l.first()).map(|v| self.names.span_of(*v));
        let old = self
            .names
            .part(system, &name)
            .and_then(|p| self.names[p].space.as_ref())
            .map(|s| s.span);
        if let Some(first) = old.or(value) {
            let message = format!("`{name}` names two things in this system");
            self.diagnostics.push(
                Diagnostic::error("E0521", at, message)
                    .label(first, "the other is here")
                    .help("give the part a name of its own with `as`"),
            );
        }
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
