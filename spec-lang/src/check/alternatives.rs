//! Named alternatives of an event: `either lost { .. } or delivered { .. }`.
//!
//! They become events of their own, `send.lost` and `send.delivered`, so an event has one such statement, directly in
//! its body; what stands before and after it belongs to each.

use super::body::Body;
use super::typed::{TAlternative, TStmt};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{Alternative, Stmt, StmtKind};

impl Body<'_, '_> {
    /// Alternatives, each a block of its own.
    pub(super) fn either(&mut self, list: &[Alternative]) -> TStmt {
        let mut out: Vec<TAlternative> = Vec::new();
        for (i, alternative) in list.iter().enumerate() {
            let name = &alternative.name;
            if let Some(old) = list.iter().take(i).find(|a| a.name.text == name.text) {
                self.report(
                    Diagnostic::error("E0202", name.span, format!("`{}` is declared twice", name.text))
                        .here("again here")
                        .label(old.name.span, "first declared here"),
                );
            }
            out.push(TAlternative {
                name: name.text.clone(),
                fairness: alternative.fairness,
                body: self.scoped(|b| b.statements(&alternative.body)),
            });
        }
        TStmt::Either(out)
    }

    /// Reports `either` where it cannot stand in the body of an event.
    pub(super) fn misplaced(&mut self, body: &[Stmt]) {
        let mut first = None;
        for stmt in body {
            match (&stmt.kind, first) {
                (StmtKind::Either(list), None) => {
                    first = Some(stmt.span);
                    list.iter().for_each(|a| self.nested(&a.body));
                }
                (StmtKind::Either(list), Some(other)) => {
                    let message = "an event has one list of alternatives";
                    self.report(
                        misplaced(stmt.span, message)
                            .here("a second one")
                            .label(other, "the first one"),
                    );
                    list.iter().for_each(|a| self.nested(&a.body));
                }
                (_, _) => self.nested(std::slice::from_ref(stmt)),
            }
        }
    }

    fn nested(&mut self, block: &[Stmt]) {
        for stmt in block {
            match &stmt.kind {
                StmtKind::When(_) | StmtKind::Choose { .. } | StmtKind::Assign { .. } => {}
                StmtKind::If { then, otherwise, .. } => {
                    self.nested(then);
                    self.nested(otherwise);
                }
                StmtKind::Either(_) => {
                    let message = "`either` stands directly in the body of an event";
                    self.report(misplaced(stmt.span, message));
                }
            }
        }
    }
}

fn misplaced(span: Span, message: &str) -> Diagnostic {
    Diagnostic::error("E0408", span, message).help(
        "alternatives are events of their own; write out their combinations, or use `choose` for a choice without a name",
    )
}
