//! Expressions that are checked alone, against the names of a module.

use transition_system::SortId;

use super::body::Setting;
use super::typed::TDef;
use super::{Checker, length};
use crate::diagnostic::Diagnostic;
use crate::names::{Found, ModuleIx, Names};
use crate::syntax::ast::{Expr, Name, Path};
use crate::types::{Ty, Types};

/// A name that stands for an element of a sort.
#[derive(Clone, Debug)]
pub(crate) struct Local {
    pub(crate) name: String,
    pub(crate) ty: Ty,
    pub(crate) value: (SortId, u32),
    /// Whether it hides a declaration of its name.
    pub(crate) hides: bool,
}

/// See the module.
pub(crate) struct Asking<'n, 'a> {
    pub(crate) names: &'n Names<'a>,
    pub(crate) types: &'n mut Types,
    pub(crate) diagnostics: &'n mut Vec<Diagnostic>,
    pub(crate) module: ModuleIx,
}

impl Asking<'_, '_> {
    /// The typed expression; its first locals are those given.
    pub(crate) fn expression(self, e: &Expr, truth: bool, locals: &[Local]) -> TDef {
        let mut hidden = Vec::with_capacity(locals.len());
        for local in locals {
            let name = Name {
                text: local.name.clone(),
                span: e.span,
            };
            let path = Path {
                names: vec![name.clone()],
                span: e.span,
            };
            let declared = self.names.value_named(self.module, &path, &[], &mut Vec::new());
            hidden.push((name, !local.hides && matches!(declared, Found::These(_))));
        }
        let mut checker = Checker {
            names: self.names,
            types: self.types,
            diagnostics: self.diagnostics,
        };
        let mut body = checker.body(self.module, Setting::State, length(e.span));
        for ((name, hidden), local) in hidden.iter().zip(locals) {
            body.bind(name, local.ty);
            if *hidden {
                body.scope.pop();
            }
        }
        let typed = if truth {
            body.check(e, Types::BOOL)
        } else {
            body.infer_known(e)
        };
        TDef {
            locals: body.locals,
            body: typed,
        }
    }
}
