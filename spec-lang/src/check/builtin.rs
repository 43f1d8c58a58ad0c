//! Functions that every module has. They are no words of the language: whatever a module declares or uses under
//! one of these names hides the function.

use transition_system::FoldOp;

use super::body::Body;
use super::expr::arguments;
use super::typed::{SeqOp, TExpr};
use super::wrong;
use crate::diagnostic::Diagnostic;
use crate::names::Found;
use crate::source::Span;
use crate::suggest::nearest;
use crate::syntax::ast::{Expr, Path};
use crate::types::Ty;

/// A function that every module has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Builtin {
    Fold(FoldOp),
    Domain,
    Range,
    Image,
    Inverse,
    Compose,
    Restrict,
    Closure { reflexive: bool },
    Seq(SeqOp),
    Count,
}

/// Names, functions, and how many arguments they take.
const BUILTINS: &[(&str, Builtin, usize)] = &[
    ("sum", Builtin::Fold(FoldOp::Sum), 1),
    ("min", Builtin::Fold(FoldOp::Min), 1),
    ("max", Builtin::Fold(FoldOp::Max), 1),
    ("dom", Builtin::Domain, 1),
    ("ran", Builtin::Range, 1),
    ("image", Builtin::Image, 2),
    ("inverse", Builtin::Inverse, 1),
    ("compose", Builtin::Compose, 2),
    ("restrict", Builtin::Restrict, 2),
    ("closure", Builtin::Closure { reflexive: false }, 1),
    ("rclosure", Builtin::Closure { reflexive: true }, 1),
    ("len", Builtin::Seq(SeqOp::Len), 1),
    ("head", Builtin::Seq(SeqOp::Head), 1),
    ("tail", Builtin::Seq(SeqOp::Tail), 1),
    ("last", Builtin::Seq(SeqOp::Last), 1),
    ("front", Builtin::Seq(SeqOp::Front), 1),
    ("append", Builtin::Seq(SeqOp::Append), 2),
    ("prepend", Builtin::Seq(SeqOp::Prepend), 2),
    ("concat", Builtin::Seq(SeqOp::Concat), 2),
    ("elems", Builtin::Seq(SeqOp::Elems), 1),
    ("count", Builtin::Count, 2),
];

impl Body<'_, '_> {
    /// The function of this name, unless something else has it here.
    pub(super) fn builtin(&self, path: &Path) -> Option<usize> {
        let name = path.single()?;
        let row = BUILTINS.iter().position(|(n, _, _)| *n == name.text)?;
        let mut unknown = Vec::new();
        match self.names.value_named(self.module, path, &[], &mut unknown) {
            Found::Nothing => unknown.iter().all(|d| d.code == "E0201").then_some(row),
            Found::These(_) | Found::Broken => None,
        }
    }

    /// Helps where the name of a function is misspelled, if nothing nearer was found.
    pub(super) fn suggest_builtin(&mut self, path: &Path) {
        if let (Some(name), Some(error)) = (path.single(), self.diagnostics.last_mut())
            && error.code == "E0201"
            && error.help.is_none()
            && let Some(near) = nearest(&name.text, BUILTINS.iter().map(|(n, _, _)| *n))
        {
            error.help = Some(format!("did you mean `{near}`?"));
        }
    }

    pub(super) fn call_builtin(&mut self, row: usize, args: &[Expr], hint: Option<Ty>, span: Span) -> TExpr {
        let Some((name, builtin, wanted)) = BUILTINS.get(row).copied() else {
            return wrong(span);
        };
        if args.len() != wanted {
            args.iter().for_each(|a| drop(self.typed(a, None)));
            let message = format!("`{name}` takes {}, found {}", arguments(wanted), args.len());
            self.report(Diagnostic::error("E0303", span, message));
            return wrong(span);
        }
        match (builtin, args) {
            (Builtin::Fold(op), [set]) => self.fold_set(op, set, span),
            (Builtin::Domain, [r]) => self.column(r, true, span),
            (Builtin::Range, [r]) => self.column(r, false, span),
            (Builtin::Image, [r, s]) => self.image(r, s, span),
            (Builtin::Inverse, [r]) => self.inverse(r, span),
            (Builtin::Compose, [r, s]) => self.compose(r, s, span),
            (Builtin::Restrict, [r, s]) => self.restrict(r, s, span),
            (Builtin::Closure { reflexive }, [r]) => self.closure(r, reflexive, span),
            (Builtin::Seq(SeqOp::Append), [s, x]) => self.longer(s, x, true, hint, span),
            (Builtin::Seq(SeqOp::Prepend), [x, s]) => self.longer(s, x, false, hint, span),
            (Builtin::Seq(SeqOp::Concat), [s, t]) => self.concat(s, t, hint, span),
            (Builtin::Seq(op), [s]) => self.of_sequence(op, s, hint, span),
            (Builtin::Count, [bag, x]) => self.count(bag, x, span),
            (_, _) => wrong(span),
        }
    }
}
