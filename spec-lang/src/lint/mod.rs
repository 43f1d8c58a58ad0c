//! What is allowed and rarely meant: names that nothing uses, events that change nothing, comparisons that cannot
//! go either way, names that hide others, invariants of nothing.
//!
//! Takes a compilation without errors; gives warnings about the root file only, since what a file uses was written by
//! others. Each part of the text is looked at once. Where a construct has a use that looks like the mistake, there is
//! no warning: a false one costs more than one that is missing. A name that begins with `_` says that it is meant.

mod constant;
mod declared;
mod expr;
mod scope;
mod walk;

use crate::check::Checked;
use crate::check::typed::TKind;
use crate::diagnostic::Diagnostic;
use crate::names::{Loaded, Names};
use crate::syntax::ast::{Decl, DeclKind, PropertyKind};
use crate::types::Types;
use walk::Walk;

/// Adds the warnings about the root file.
pub(crate) fn lint(
    names: &Names<'_>,
    types: &Types,
    checked: &Checked,
    loaded: &[Loaded],
    diagnostics: &mut Vec<Diagnostic>,
) {
    let Some(root) = loaded.last() else { return };
    let mut walk = Walk::default();
    walk.file(&root.file);
    diagnostics.append(&mut walk.scope.out);
    declared::unused(&root.file, &walk, diagnostics);
    constant::comparisons(names, types, checked, &walk.comparisons, diagnostics);
    invariants(names, checked, &root.file.decls, diagnostics);
}

/// Whether a name says that it is meant as it is.
fn meant(name: &str) -> bool {
    name.starts_with('_')
}

/// Warns of invariants that mention no variable, in a file that declares some. With an instance, what is claimed may be of
/// what it gives; and `{ true }` stands for the promises alone.
fn invariants(names: &Names<'_>, checked: &Checked, decls: &[Decl], diagnostics: &mut Vec<Diagnostic>) {
    let Some(root) = decls.first().map(|d| d.span.source) else {
        return;
    };
    let instances = decls.iter().any(|d| matches!(d.kind, DeclKind::Instance(_)));
    if instances || !names.vars.iter().any(|v| v.name.span.source == root) {
        return;
    }
    for property in &checked.properties {
        let sig = &names[property.property];
        let written = sig.kind == PropertyKind::Invariant && !sig.formulas.is_empty();
        if !written || sig.name.span.source != root || meant(&sig.name.text) {
            continue;
        }
        let promises = property.formulas.iter().all(|f| matches!(f.kind, TKind::Bool(_)));
        if !promises && !property.formulas.iter().any(|f| checked.speaks_of_state(f)) {
            let message = format!("the invariant `{}` mentions no variable", sig.name.text);
            diagnostics.push(
                Diagnostic::warning("E0608", sig.name.span, message)
                    .here("the same in every state")
                    .help("what is taken for granted of constants is an `assume`; else say what of the state it is about"),
            );
        }
    }
}

/// Whether a file declares a system.
fn composes(decls: &[Decl]) -> bool {
    decls.iter().any(|d| matches!(d.kind, DeclKind::System(_)))
}
