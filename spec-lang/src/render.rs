//! Diagnostics as text for people.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{SourceMap, Span};

/// Renders diagnostics with the lines they speak of, one after the other.
#[must_use]
pub fn render(diagnostics: &[Diagnostic], sources: &SourceMap, color: bool) -> String {
    let renderer = if color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let mut out = String::new();
    for diagnostic in diagnostics {
        out.push_str(&renderer.render(&[group(diagnostic, sources)]));
        out.push_str("\n\n");
    }
    out
}

fn group<'a>(diagnostic: &'a Diagnostic, sources: &'a SourceMap) -> Group<'a> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = level
        .primary_title(&diagnostic.message)
        .id(diagnostic.code)
        .elements(snippets(diagnostic, sources));
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help));
    }
    group
}

/// One snippet for each text that labels point into, that of the primary label first.
fn snippets<'a>(
    diagnostic: &'a Diagnostic,
    sources: &'a SourceMap,
) -> Vec<Snippet<'a, annotate_snippets::Annotation<'a>>> {
    let mut files: Vec<_> = diagnostic.labels.iter().map(|(s, _)| s.source).collect();
    let mut seen = std::collections::HashSet::new();
    files.retain(|f| seen.insert(*f));
    let one = |file| {
        let mut snippet = Snippet::source(sources.text(file).to_string()).path(sources.name(file));
        for (i, (span, text)) in diagnostic
            .labels
            .iter()
            .enumerate()
            .filter(|(_, (s, _))| s.source == file)
        {
            let kind = if i == 0 {
                AnnotationKind::Primary
            } else {
                AnnotationKind::Context
            };
            let mut annotation = kind.span(visible(*span, sources));
            if !text.is_empty() {
                annotation = annotation.label(text);
            }
            snippet = snippet.annotation(annotation);
        }
        snippet
    };
    files.into_iter().map(one).collect()
}

/// The bytes of a span, at least one where the text has any.
fn visible(span: Span, sources: &SourceMap) -> std::ops::Range<usize> {
    let length = sources.text(span.source).len();
    let start = (span.start as usize).min(length);
    start..(span.end as usize).min(length).max(start)
}
