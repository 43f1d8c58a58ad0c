//! Declarations that nothing uses, variables that nothing reads or assigns.
//!
//! Names are compared as text: what is mentioned anywhere under its name counts as used. What a module offers to
//! others, others use: a file that begins with `module` and gives no commands, or a component in a file that composes
//! no system, is only held to what it declares `private`.

use super::scope::Mentions;
use super::walk::Walk;
use super::{composes, meant};
use crate::diagnostic::Diagnostic;
use crate::syntax::ast::{Decl, DeclKind, File, Name};

struct Finder<'f, 'a> {
    walk: &'f Walk<'a>,
    out: &'f mut Vec<Diagnostic>,
    /// Whether others may use what is not private.
    offered: bool,
    /// Whether variables can change at all.
    events: bool,
}

/// Warns of the declarations of a file that nothing uses.
pub(super) fn unused(file: &File, walk: &Walk<'_>, out: &mut Vec<Diagnostic>) {
    if !any(&file.decls, is_claim) {
        return;
    }
    let commands = any(&file.decls, |k| matches!(k, DeclKind::Command(_)));
    let offered = !commands && any(&file.decls, |k| matches!(k, DeclKind::Module(_)));
    let mut finder = Finder {
        walk,
        out,
        offered,
        events: any(&file.decls, is_event),
    };
    finder.decls(&file.decls);
    for decl in &file.decls {
        if let DeclKind::Component(component) = &decl.kind {
            finder.offered = offered || !composes(&file.decls);
            finder.decls(&component.body.decls);
        } else if let DeclKind::System(system) = &decl.kind {
            finder.offered = offered;
            finder.decls(&system.body.decls);
        }
    }
}

/// Whether a declaration, or one in a component, is of this kind.
fn any(decls: &[Decl], kind: fn(&DeclKind) -> bool) -> bool {
    decls
        .iter()
        .any(|d| kind(&d.kind) || matches!(&d.kind, DeclKind::Component(c) if any(&c.body.decls, kind)))
}

fn is_event(kind: &DeclKind) -> bool {
    matches!(kind, DeclKind::Event(_))
}

fn is_claim(kind: &DeclKind) -> bool {
    matches!(
        kind,
        DeclKind::Property { .. } | DeclKind::Command(_) | DeclKind::Theory(_)
    )
}

impl Finder<'_, '_> {
    fn decls(&mut self, decls: &[Decl]) {
        let offered = self.offered;
        for decl in decls.iter().filter(|d| d.private || !offered) {
            match &decl.kind {
                DeclKind::Var { names, .. } => names.iter().for_each(|n| self.variable(n)),
                DeclKind::Sort(names) => names.iter().for_each(|n| self.declared(n, "sort")),
                DeclKind::Const { names, .. } => names.iter().for_each(|n| self.declared(n, "constant")),
                DeclKind::Enum { name, members } => {
                    if !members.iter().any(|m| self.seen(m).any()) {
                        self.declared(name, "enumeration");
                    }
                }
                DeclKind::Alias { name, .. } => self.declared(name, "type"),
                DeclKind::Record { name, .. } => self.declared(name, "record"),
                DeclKind::Def(def) => self.declared(&def.name, "definition"),
                DeclKind::Module(_)
                | DeclKind::Use { .. }
                | DeclKind::Assume(_)
                | DeclKind::Init(_)
                | DeclKind::Event(_)
                | DeclKind::Property { .. }
                | DeclKind::Command(_)
                | DeclKind::Instance(_)
                | DeclKind::Component(_)
                | DeclKind::System(_)
                | DeclKind::Theory(_) => {}
            }
        }
    }

    fn seen(&self, name: &Name) -> Mentions {
        self.walk
            .scope
            .seen
            .get(name.text.as_str())
            .copied()
            .unwrap_or_default()
    }

    fn declared(&mut self, name: &Name, what: &str) {
        if !self.seen(name).any() && !meant(&name.text) {
            let message = format!("the {what} `{}` is never used", name.text);
            self.out.push(
                Diagnostic::warning("E0602", name.span, message)
                    .help(format!("leave it out; or write `_{}`, if it is meant", name.text)),
            );
        }
    }

    fn variable(&mut self, name: &Name) {
        let seen = self.seen(name);
        if meant(&name.text) {
            return;
        }
        if !seen.any() {
            self.declared(name, "variable");
        } else if seen.read == 0 {
            let message = format!("the variable `{}` is never read", name.text);
            self.out.push(
                Diagnostic::warning("E0603", name.span, message)
                    .here("no condition, value or property depends on it")
                    .help(format!("leave it out; or write `_{}`, if it is meant", name.text)),
            );
        } else if seen.written == 0 && self.events {
            let message = format!("the variable `{}` is never assigned", name.text);
            self.out.push(
                Diagnostic::warning("E0604", name.span, message)
                    .here("keeps the value that it starts with")
                    .help("what stays the same in every state is a `const`, and what is known of it an `assume`"),
            );
        }
    }
}
