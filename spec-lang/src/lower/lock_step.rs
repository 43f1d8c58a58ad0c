//! Parts that are used twice and move as one, though nobody said that they should.
//!
//! Two uses of one component have the same events, and events of one name take place together. That is rarely meant
//! where both keep their names, so it is a warning. A name that is given by `renaming` is meant.

use crate::diagnostic::{Diagnostic, Severity};
use crate::names::{EventIx, ModuleIx, Names};

const HELP: &str = "make them a family, `C(x) as n for x: S`, or keep the events of one apart with `renaming` or `hiding`; \
    `renaming e to e` says that it is meant";

/// What was seen in a composition: two uses, and an event that both declare.
#[derive(Default)]
pub(super) struct LockStep {
    seen: Vec<(ModuleIx, ModuleIx, String)>,
}

impl LockStep {
    /// Notes the declarations that are in both of two events that take place together.
    pub(super) fn note(&mut self, names: &Names<'_>, one: &[EventIx], other: &[EventIx]) {
        for b in other {
            let again = |a: &&EventIx| {
                names[**a].module != names[*b].module && std::ptr::eq(names[**a].event, names[*b].event)
            };
            if let Some(a) = one.iter().find(again) {
                let event = names[*b].event.name.text.clone();
                self.seen.push((names[*a].module, names[*b].module, event));
            }
        }
    }

    /// Warns of each pair of parts once, at the second, where nothing is wrong.
    pub(super) fn warn(&self, names: &Names<'_>, system: ModuleIx, diagnostics: &mut Vec<Diagnostic>) {
        if diagnostics.iter().any(|d| d.severity == Severity::Error) {
            return;
        }
        let mut pairs: Vec<(ModuleIx, ModuleIx, Vec<&str>)> = Vec::new();
        for (a, b, event) in &self.seen {
            let Some((a, b)) = differ(names, system, *a, *b) else {
                continue;
            };
            match pairs.iter_mut().find(|(x, y, _)| (*x, *y) == (a, b)) {
                Some((_, _, events)) if events.contains(&event.as_str()) => {}
                Some((_, _, events)) => events.push(event),
                None => pairs.push((a, b, vec![event])),
            }
        }
        for (a, b, events) in pairs {
            let (Some(first), Some(second)) = (&names[a].space, &names[b].space) else {
                continue;
            };
            let message = format!(
                "events of `{}` and `{}` take place together: `{}`",
                first.label,
                second.label,
                events.join("`, `")
            );
            let warning = Diagnostic::warning("E0535", second.span, message)
                .label(first.span, "the other part")
                .help(HELP);
            // a system that is part of another is composed again there
            if !diagnostics.contains(&warning) {
                diagnostics.push(warning);
            }
        }
    }
}

/// The parts of a system, one in the other, in which two spaces first differ.
fn differ(names: &Names<'_>, system: ModuleIx, a: ModuleIx, b: ModuleIx) -> Option<(ModuleIx, ModuleIx)> {
    let label = |m: ModuleIx| names[m].space.as_ref().map(|s| s.label.clone());
    let (one, other) = (label(a)?, label(b)?);
    let mut around = system;
    for (x, y) in one.split('.').zip(other.split('.')) {
        let parts = (names.part(around, x)?, names.part(around, y)?);
        if x != y {
            return Some(parts);
        }
        around = parts.0;
    }
    None
}
