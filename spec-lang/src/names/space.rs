//! The parts of composed systems as spaces of names.
//!
//! Each use of a component or system in a composition is a space of its own: a [`Module`](super::Module) with a
//! [`Space`], whose declarations are those of the component, entered anew. A name that a space does not declare is
//! looked for in the space around it, at last in the file that declares the component.

use std::collections::HashMap;

use super::lookup::Found;
use super::{ComponentIx, ConstIx, ModuleIx, Names, SystemIx, Value};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{self, Path, Relabel};

/// What distinguishes a part of a system from a file.
#[derive(Debug, Clone)]
pub(crate) struct Space {
    pub(crate) kind: SpaceKind,
    /// The space or file around it.
    pub(crate) parent: ModuleIx,
    /// The name behind which its places and events stand, as `rt` or `p.rt`; empty for the system itself.
    pub(crate) label: String,
    /// The component or system that it is of.
    pub(crate) of: String,
    /// The indices of the families that it is in, outermost first.
    pub(crate) family: Vec<ConstIx>,
    /// The parts of a system, by name.
    pub(crate) parts: HashMap<String, ModuleIx>,
    /// Where the part was written.
    pub(crate) span: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SpaceKind {
    Component,
    System,
    /// Holds the index of a family.
    Family,
}

/// What stands in a composition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Structure {
    Component(ComponentIx),
    System(SystemIx),
}

/// A component as declared.
#[derive(Debug)]
pub(crate) struct Component<'a> {
    pub(crate) module: ModuleIx,
    pub(crate) component: &'a ast::Component,
}

/// A system as declared, and what it is composed of.
#[derive(Debug)]
pub(crate) struct ComposedSystem<'a> {
    pub(crate) module: ModuleIx,
    pub(crate) system: &'a ast::SystemDecl,
    pub(crate) head: Span,
    /// Its own space; `None` if its composition has an error that leaves none.
    pub(crate) space: Option<ModuleIx>,
    pub(crate) node: Node<'a>,
}

/// A composition of spaces.
#[derive(Debug, Clone)]
pub(crate) enum Node<'a> {
    /// The events that one space declares.
    Leaf(ModuleIx),
    /// Events of one name synchronise.
    Together(Vec<Node<'a>>),
    /// Hidden and renamed events, in the order written.
    Changed(Box<Node<'a>>, &'a [Relabel]),
}

impl Names<'_> {
    /// A space, then the ones around it; the file comes last.
    pub(crate) fn around(&self, module: ModuleIx) -> impl Iterator<Item = ModuleIx> {
        let parent = |m: &ModuleIx| self[*m].space.as_ref().map(|s| s.parent);
        std::iter::successors(Some(module), parent)
    }

    /// The file of a space.
    pub(crate) fn file_of(&self, module: ModuleIx) -> ModuleIx {
        self.around(module).last().unwrap_or(module)
    }

    /// The indices of the families that a module's declarations are in, outermost first.
    pub(crate) fn family_of(&self, module: ModuleIx) -> &[ConstIx] {
        self[module].space.as_ref().map_or(&[], |s| &s.family)
    }

    /// The part of a system with this name.
    pub(crate) fn part(&self, system: ModuleIx, name: &str) -> Option<ModuleIx> {
        self[system].space.as_ref()?.parts.get(name).copied()
    }

    /// The part that a name means where it stands.
    pub(crate) fn part_around(&self, module: ModuleIx, name: &str) -> Option<ModuleIx> {
        self.around(module).find_map(|m| self.part(m, name))
    }

    /// Where a component or system was declared.
    pub(crate) fn structure_span(&self, structure: Structure) -> Span {
        match structure {
            Structure::Component(c) => self[c].component.name.span,
            Structure::System(s) => self[s].system.name.span,
        }
    }

    /// Whether a value may be named where `module` is: what is private only inside of what declares it.
    pub(crate) fn may_name(&self, module: ModuleIx, value: Value) -> bool {
        let home = match value {
            Value::Var(v) if self[v].private => self[v].module,
            Value::Def(d) if self[d].private => self[d].module,
            Value::Var(_) | Value::Def(_) | Value::Const(_) | Value::Enumerator(..) => return true,
        };
        self.around(module).any(|m| m == home)
    }

    /// That something private is named from outside.
    pub(crate) fn is_private(&self, value: Value, name: &str, at: Span) -> Diagnostic {
        Diagnostic::error("E0524", at, format!("`{name}` is private"))
            .label(self.span_of(value), "declared here")
            .help("what is private is named only inside of what declares it; a `def` beside it may show a part of it")
    }

    /// Leaves out what is private elsewhere; the error, if nothing else is left.
    pub(super) fn leave_out_private(
        &self,
        module: ModuleIx,
        path: &Path,
        found: &mut Result<Vec<(ModuleIx, Vec<Value>)>, String>,
    ) -> Option<Diagnostic> {
        let (last, list) = (path.names.last()?, found.as_mut().ok()?);
        let first = list.first().and_then(|(_, v)| v.first()).copied()?;
        list.retain(|(_, values)| values.iter().all(|v| self.may_name(module, *v)));
        list.is_empty()
            .then(|| self.is_private(first, &last.text, path.span))
    }

    /// The value that a part of a system declares under a name.
    pub(crate) fn value_of_part(
        &self,
        module: ModuleIx,
        part: ModuleIx,
        name: &ast::Name,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Found<Value> {
        if self[part].broken.contains(&name.text) {
            return Found::Broken;
        }
        let Some(value) = self[part].values.get(&name.text).and_then(|l| l.first()) else {
            let known = self[part].values.keys().map(String::as_str);
            let mut known: Vec<_> = known.collect();
            known.sort_unstable();
            let near = crate::suggest::nearest(&name.text, known).map(|n| format!("did you mean `{n}`?"));
            let label = self[part].space.as_ref().map_or("", |s| s.label.as_str());
            let message = format!("`{label}` declares no `{}`", name.text);
            diagnostics.push(Diagnostic::error("E0525", name.span, message).maybe_help(near));
            return Found::Nothing;
        };
        if !self.may_name(module, *value) {
            diagnostics.push(self.is_private(*value, &name.text, name.span));
            return Found::Nothing;
        }
        Found::These(vec![*value])
    }
}
