//! One body: its locals, where it stands, and the ways into the checking of expressions.

use super::typed::{LocalId, Locals, TExpr, TKind};
use crate::diagnostic::Diagnostic;
use crate::names::{ModuleIx, Names, TypeReader};
use crate::source::Span;
use crate::syntax::ast::{self, Name};
use crate::types::{Ty, Types};

/// How many visits of expressions a body of this many bytes may take: far more than one for each.
pub(super) fn visits_for(bytes: u32) -> u64 {
    1000 + 64 * u64::from(bytes)
}

/// What a body may speak of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Setting {
    /// Constants only.
    Rigid,
    /// Constants and the current state.
    State,
    /// The next state too.
    Step,
    /// The states of two runs, each variable in one of them.
    TwoRuns,
}

/// A body while it is checked.
pub(super) struct Body<'n, 'a> {
    pub(super) names: &'n Names<'a>,
    pub(super) types: &'n mut Types,
    pub(super) diagnostics: &'n mut Vec<Diagnostic>,
    pub(super) module: ModuleIx,
    pub(super) setting: Setting,
    /// Visits of expressions that remain: some are checked again with a better hint, and nested ones again
    /// for each of these.
    pub(super) visits: u64,
    /// All locals so far.
    pub(super) locals: Locals,
    /// Those that can be named here, innermost last, with where each was bound.
    pub(super) scope: Vec<(LocalId, Span)>,
}

impl Body<'_, '_> {
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// A type as the language writes it, in backticks.
    pub(super) fn show(&self, ty: Ty) -> String {
        format!("`{}`", self.types.show(self.names, ty))
    }

    /// A new local that can be named from here on.
    pub(super) fn bind(&mut self, name: &Name, ty: Ty) -> LocalId {
        let id = self.locals.len();
        self.locals.push((name.text.clone(), ty));
        self.scope.push((id, name.span));
        id
    }

    /// A new local, which must differ from those in scope (parameters, and binders of one list).
    pub(super) fn bind_once(&mut self, name: &Name, ty: Ty) -> LocalId {
        let old = self.scope.iter().find(|(id, _)| self.locals[*id].0 == name.text);
        if let Some((_, span)) = old.copied() {
            self.report(
                Diagnostic::error("E0202", name.span, format!("`{}` is declared twice", name.text))
                    .here("again here")
                    .label(span, "first declared here"),
            );
        }
        self.bind(name, ty)
    }

    pub(super) fn local(&self, name: &str) -> Option<LocalId> {
        let found = self.scope.iter().rev().find(|(id, _)| self.locals[*id].0 == name);
        found.map(|(id, _)| *id)
    }

    /// Runs `f`, then forgets the locals that it bound.
    pub(super) fn scoped<T>(&mut self, f: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.scope.len();
        let out = f(self);
        self.scope.truncate(before);
        out
    }

    pub(super) fn read_type(&mut self, ty: &ast::Type) -> Ty {
        TypeReader {
            names: self.names,
            types: self.types,
            diagnostics: self.diagnostics,
            module: self.module,
        }
        .read(ty)
    }

    /// A type as written whose values can be listed.
    pub(super) fn read_finite(&mut self, ty: &ast::Type, what: &str) -> Ty {
        let out = self.read_type(ty);
        self.finite_or_error(out, ty.span, what)
    }

    pub(super) fn finite_or_error(&mut self, ty: Ty, span: Span, what: &str) -> Ty {
        if !self.types.has_int(ty) {
            return ty;
        }
        let message = format!("`int` has no end, and {what} must come from a finite type");
        self.report(Diagnostic::error("E0307", span, message).help("use a range such as `0..7`"));
        Types::ERROR
    }

    /// An expression of exactly this type.
    pub(super) fn check(&mut self, e: &ast::Expr, want: Ty) -> TExpr {
        let typed = self.typed(e, Some(want));
        self.fit(typed, want)
    }

    /// An expression of whatever type it has.
    pub(super) fn infer_known(&mut self, e: &ast::Expr) -> TExpr {
        let typed = self.typed(e, None);
        self.known(typed)
    }

    /// Reports an expression whose type is open to the end.
    pub(super) fn known(&mut self, typed: TExpr) -> TExpr {
        if !self.types.has_unknown(typed.ty) || self.types.is_error(typed.ty) {
            return typed;
        }
        if let TKind::Ambiguous = typed.kind {
            self.ambiguous(typed.span, &[]);
            return super::wrong(typed.span);
        }
        self.report(
            Diagnostic::error("E0306", typed.span, "the type of this cannot be told").help(
                "nothing here says of what `none` or `{}` is; compare it with something, or give it to a \
                 `def` with a type",
            ),
        );
        super::wrong(typed.span)
    }

    /// Reports an enumerator that several enumerations have.
    pub(super) fn ambiguous(&mut self, span: Span, candidates: &[Span]) {
        let message = "this is a value of several enumerations, and nothing here says of which";
        let mut error = Diagnostic::error("E0203", span, message)
            .help("write the enumeration before it, as in `Phase::Running`");
        for candidate in candidates {
            error = error.label(*candidate, "one is declared here");
        }
        self.report(error);
    }
}
