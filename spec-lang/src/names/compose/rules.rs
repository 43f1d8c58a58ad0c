//! What is wrong with a composition: arguments that do not fit, circles, declarations that cannot stand in a component
//! or system, and names that would hide others.

use super::{At, Composer};
use crate::diagnostic::Diagnostic;
use crate::names::{ModuleIx, SpaceKind};
use crate::source::Span;
use crate::syntax::ast::{Decl, DeclKind, Expr, Name, Param, Part};

impl<'a> Composer<'_, 'a> {
    pub(super) fn circle(&mut self, from: usize, span: Span) {
        let round = self.stack.iter().skip(from).chain(self.stack.get(from));
        let round: Vec<_> = round
            .map(|s| format!("`{}`", self.names[*s].system.name.text))
            .collect();
        let message = format!("composed of itself: {}", round.join(" is composed of "));
        self.diagnostics
            .push(Diagnostic::error("E0520", span, message).help("a system has finitely many parts"));
    }

    /// That there is one argument for each parameter.
    pub(super) fn arguments(&mut self, params: &[Param], at: &At<'_>, declared: Span) -> Option<()> {
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

    /// Whether a declaration may stand in a component or system.
    pub(super) fn may_stand(&mut self, space: ModuleIx, decl: &Decl) -> bool {
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
    pub(super) fn captures(&mut self, space: ModuleIx, decl: &'a Decl) {
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

    /// Reports a name that the system or its file has already.
    pub(super) fn one_name(&mut self, system: ModuleIx, name: &str, part: &Part) {
        let at = part.alias.as_ref().map_or(part.span, |a| a.span);
        let file = self.names.file_of(system);
        let value = part
            .alias
            .as_ref()
            .and_then(|a| self.names[file].values.get(&a.text));
        let value = value.and_then(|l| l.first()).map(|v| self.names.span_of(*v));
        let old = self
            .names
            .part(system, name)
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
    }
}
