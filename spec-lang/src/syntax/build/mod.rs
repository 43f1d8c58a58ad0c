//! From the parser's pairs to the syntax tree.
//!
//! The only place that knows the parser's types. A function returns `None` only where the grammar and this
//! module disagree, which is reported as an internal error. Spans are computed from the tokens, since the
//! parser's own include the blanks behind an optional part that is absent.

mod chain;
mod decl;
mod event;
mod expr;
mod instance;
mod structure;
mod theory;
mod types;

use pest::iterators::Pairs;

use super::ast::{Expr, File, Name, Path};
use super::expected::{DECLARATIONS, is_word_char};
use super::scan::{MAX_DEPTH, Note, Scan, too_deep};
use super::{Pair, Rule, explain_broken, explain_stray};
use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, SourceMap, Span};

/// Builds the tree of a file.
pub(super) fn file(
    sources: &SourceMap,
    source: SourceId,
    scan: Scan,
    pairs: Pairs<'_, Rule>,
    diagnostics: &mut Vec<Diagnostic>,
) -> File {
    let mut builder = Builder::new(sources, source, scan, diagnostics);
    let mut out = File::default();
    for pair in pairs.flat_map(|p| p.into_inner()) {
        match pair.as_rule() {
            Rule::EOI => {}
            Rule::broken => builder.broken(&pair, &mut out),
            _ => builder.declaration(pair, &mut out),
        }
    }
    builder.leftover_notes();
    out
}

/// Builds the tree of one expression.
pub(super) fn expression(
    sources: &SourceMap,
    source: SourceId,
    scan: Scan,
    pairs: Pairs<'_, Rule>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Expr> {
    let mut builder = Builder::new(sources, source, scan, diagnostics);
    let pair = pairs
        .flat_map(|p| p.into_inner())
        .find(|p| p.as_rule() == Rule::expr)?;
    builder.expr(pair)
}

struct Builder<'a> {
    sources: &'a SourceMap,
    source: SourceId,
    diagnostics: &'a mut Vec<Diagnostic>,
    /// Evidence not yet attached, in order.
    evidence: Vec<Note>,
    docs: Vec<Note>,
    next_doc: usize,
    /// Where the previous declaration began and ended.
    last_start: u32,
    last_end: u32,
    depth: usize,
    /// Inside of formulas that speak of two runs, where `left.x` is `x` in one of them.
    two_runs: bool,
}

impl<'a> Builder<'a> {
    fn new(
        sources: &'a SourceMap,
        source: SourceId,
        scan: Scan,
        diagnostics: &'a mut Vec<Diagnostic>,
    ) -> Self {
        Self {
            sources,
            source,
            diagnostics,
            evidence: scan.evidence,
            docs: scan.docs,
            next_doc: 0,
            last_start: 0,
            last_end: 0,
            depth: 0,
            two_runs: false,
        }
    }
}

impl Builder<'_> {
    fn span(&self, pair: &Pair<'_>) -> Span {
        let span = pair.as_span();
        Span {
            source: self.source,
            start: span.start() as u32,
            end: span.end() as u32,
        }
    }

    fn error(&mut self, code: &'static str, span: Span, message: impl Into<String>) -> &mut Diagnostic {
        self.diagnostics.push(Diagnostic::error(code, span, message));
        let last = self.diagnostics.len() - 1;
        &mut self.diagnostics[last]
    }

    fn broken(&mut self, pair: &Pair<'_>, out: &mut File) {
        let span = pair.as_span();
        let text = self.sources.text(self.source);
        let (start, end) = (span.start(), span.end());
        let first = span
            .as_str()
            .split(|c: char| !is_word_char(c))
            .next()
            .unwrap_or("");
        if !self.is_misused_word(start) {
            self.diagnostics.push(if DECLARATIONS.contains(&first) {
                explain_broken(self.source, &text, start, end)
            } else {
                explain_stray(self.source, &text, self.last_start as usize, start, end)
            });
        }
        let words = span.as_str().split(|c: char| !is_word_char(c));
        out.broken
            .extend(words.filter(|w| !w.is_empty()).skip(1).take(8).map(str::to_owned));
        self.last_start = start as u32;
        self.last_end = span.end() as u32;
        while self
            .docs
            .get(self.next_doc)
            .is_some_and(|d| d.span.start < self.last_end)
        {
            self.next_doc += 1;
        }
    }

    /// Whether the error before this text is that its first word was used as a name.
    fn is_misused_word(&self, start: usize) -> bool {
        self.diagnostics.last().is_some_and(|d| {
            let here = d
                .labels
                .first()
                .is_some_and(|(s, _)| s.source == self.source && s.start as usize == start);
            here && d.message.starts_with("expected a name")
        })
    }

    fn declaration(&mut self, pair: Pair<'_>, out: &mut File) {
        let span = self.span(&pair);
        match self.decl(pair) {
            Some(decl) => {
                self.last_start = decl.span.start;
                self.last_end = decl.span.end;
                out.decls.push(decl);
            }
            None => {
                self.error("E0900", span, "this declaration was parsed but not understood")
                    .help = Some("this is a defect of Watertight; please report it".to_owned());
            }
        }
    }

    /// The documentation of a declaration that begins at `start`.
    fn doc(&mut self, start: u32) -> String {
        let mut lines: Vec<String> = Vec::new();
        while let Some(note) = self.docs.get(self.next_doc)
            && note.span.start < start
        {
            if note.alone && note.span.start >= self.last_end {
                lines.push(note.text.clone());
            } else {
                self.stray_doc(note.span);
            }
            self.next_doc += 1;
        }
        lines.join("\n").trim().to_owned()
    }

    /// Passes over documentation inside a declaration that may have it there (members of an enumeration).
    fn skip_docs_before(&mut self, end: u32) {
        while self.docs.get(self.next_doc).is_some_and(|d| d.span.start < end) {
            self.next_doc += 1;
        }
    }

    fn stray_doc(&mut self, span: Span) {
        self.diagnostics.push(
            Diagnostic::warning("E0109", span, "this documentation belongs to no declaration").help(
                "`///` stands on lines of its own before a declaration; other comments begin with `//`",
            ),
        );
    }

    fn leftover_notes(&mut self) {
        for note in self.docs.split_off(self.next_doc.min(self.docs.len())) {
            self.stray_doc(note.span);
        }
        for note in std::mem::take(&mut self.evidence) {
            self.diagnostics.push(
                Diagnostic::warning("E0509", note.span, "this evidence belongs to nothing")
                    .help("`//@` stands behind a line of an `instance` and says where the line comes from"),
            );
        }
    }

    /// Runs `f` some levels deeper; `None` (with an error) if that is too deep.
    fn deeper<T>(&mut self, levels: usize, span: Span, f: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.deeper_or(levels, || too_deep(span), f)
    }

    /// As `deeper`, with an error of its own.
    fn deeper_or<T>(
        &mut self,
        levels: usize,
        error: impl FnOnce() -> Diagnostic,
        f: impl FnOnce(&mut Self) -> T,
    ) -> Option<T> {
        if self.depth + levels > MAX_DEPTH {
            self.diagnostics.push(error());
            return None;
        }
        self.depth += levels;
        let out = f(self);
        self.depth -= levels;
        Some(out)
    }

    fn name(&self, pair: &Pair<'_>) -> Name {
        Name {
            text: pair.as_str().to_owned(),
            span: self.span(pair),
        }
    }

    fn names(&self, pair: Pair<'_>) -> Vec<Name> {
        pair.into_inner().map(|p| self.name(&p)).collect()
    }

    fn path(&self, pair: Pair<'_>) -> Path {
        let span = self.span(&pair);
        Path {
            names: self.names(pair),
            span,
        }
    }

    /// An integer literal; beyond `i64` an error and 0.
    fn integer(&mut self, pair: &Pair<'_>, negative: bool) -> i64 {
        let digits = pair.as_str().replace('_', "");
        let text = if negative { format!("-{digits}") } else { digits };
        match text.parse() {
            Ok(n) => n,
            Err(_) => {
                let span = self.span(pair);
                self.error("E0105", span, "this number does not fit into 64 bits");
                0
            }
        }
    }
}
