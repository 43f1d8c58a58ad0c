//! Diagnostics as text for people.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{SourceId, SourceMap, Span};

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
        let labels = || {
            diagnostic
                .labels
                .iter()
                .enumerate()
                .filter(move |(_, (s, _))| s.source == file)
        };
        let spans: Vec<_> = labels().map(|(_, (span, _))| *span).collect();
        let excerpt = Excerpt::around(&spans, sources, file);
        let mut snippet = Snippet::source(excerpt.text.clone())
            .line_start(excerpt.line)
            .path(sources.name(file));
        for (i, (span, text)) in labels() {
            let kind = if i == 0 {
                AnnotationKind::Primary
            } else {
                AnnotationKind::Context
            };
            let mut annotation = kind.span(excerpt.inside(*span));
            if !text.is_empty() {
                annotation = annotation.label(text);
            }
            snippet = snippet.annotation(annotation);
        }
        snippet
    };
    files.into_iter().map(one).collect()
}

/// The lines of a text that some spans touch, so that rendering does not depend on the length of the text.
struct Excerpt {
    text: String,
    /// Of the first character, from 1.
    line: usize,
    /// Byte of the text at which the excerpt begins.
    start: usize,
}

impl Excerpt {
    fn around(spans: &[Span], sources: &SourceMap, file: SourceId) -> Self {
        let text = sources.text(file);
        let first = spans.iter().map(|s| s.start).min().unwrap_or(0);
        let last = spans.iter().map(|s| s.end).max().unwrap_or(0).max(first);
        let before = text.get(..first as usize).unwrap_or("");
        let start = before.rfind('\n').map_or(0, |i| i + 1);
        let after = text.get(last as usize..).unwrap_or("");
        let end = last as usize + after.find('\n').unwrap_or(after.len());
        Self {
            text: text.get(start..end).unwrap_or("").to_owned(),
            line: sources.line(file, first) as usize + 1,
            start,
        }
    }

    /// A span as bytes of the excerpt.
    fn inside(&self, span: Span) -> std::ops::Range<usize> {
        let length = self.text.len();
        let start = (span.start as usize).saturating_sub(self.start).min(length);
        start
            ..(span.end as usize)
                .saturating_sub(self.start)
                .min(length)
                .max(start)
    }
}

#[cfg(test)]
mod tests {
    use crate::{NoModules, Source, compile, render};

    #[test]
    fn the_time_does_not_depend_on_the_length_of_the_text() {
        let mut text = "// a long line of a long file, and the like of it\n".repeat(20_000);
        for i in 0..2_000 {
            text += &format!("invariant i{i} {{ missing{i} }}\n");
        }
        let out = compile(Source::new("long.wt", text), &NoModules);
        assert_eq!(out.diagnostics.len(), 2_000);
        let start = std::time::Instant::now();
        let rendered = render(&out.diagnostics, &out.sources, true);
        assert!(rendered.contains("long.wt:22000:19"));
        assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    }

    #[test]
    fn colours_are_used_only_if_they_are_wanted() {
        let out = compile(Source::new("a.wt", "var x: y\n"), &NoModules);
        assert!(render(&out.diagnostics, &out.sources, true).contains('\u{1b}'));
        assert!(!render(&out.diagnostics, &out.sources, false).contains('\u{1b}'));
    }
}
