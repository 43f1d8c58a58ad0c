//! Text to syntax tree.
//!
//! Takes one text; gives its declarations, and a diagnostic for each that is broken. A broken declaration costs
//! only itself: reading goes on at the next reserved word that begins a declaration. Bounded in depth, so
//! that no text overflows the stack.

pub(crate) mod ast;
mod build;
mod classify;
mod expected;
mod scan;
pub(crate) mod theory;

pub(crate) use scan::too_deep;

use pest::Parser as _;
use pest::error::ErrorVariant;

use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, SourceMap, Span};

mod grammar {
    #[derive(pest_derive::Parser)]
    #[grammar = "syntax/grammar.pest"]
    pub(crate) struct Grammar;
}

pub(crate) use grammar::{Grammar, Rule};

type Pair<'i> = pest::iterators::Pair<'i, Rule>;

/// Reads a text of the map.
pub(crate) fn parse(sources: &SourceMap, source: SourceId, diagnostics: &mut Vec<Diagnostic>) -> ast::File {
    let text = sources.text(source);
    let scan = match scan::scan(source, &text) {
        Ok(scan) => scan,
        Err(error) => {
            diagnostics.push(*error);
            return ast::File::default();
        }
    };
    match Grammar::parse(Rule::file, &text) {
        Ok(pairs) => build::file(sources, source, scan, pairs, diagnostics),
        Err(error) => {
            diagnostics.push(match &error.variant {
                ErrorVariant::CustomError { .. } => too_deep(start_of(source)),
                ErrorVariant::ParsingError { .. } => expected::explain(source, &text, 0, &error),
            });
            ast::File::default()
        }
    }
}

/// Reads one expression: the text of a source, or one of the same length that stands for it.
pub(crate) fn parse_expression(
    sources: &SourceMap,
    source: SourceId,
    text: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<ast::Expr> {
    let scan = match scan::scan(source, text) {
        Ok(scan) => scan,
        Err(error) => {
            diagnostics.push(*error);
            return None;
        }
    };
    match with_details(|| Grammar::parse(Rule::lone_expr, text)) {
        Ok(pairs) => build::expression(sources, source, scan, pairs, diagnostics),
        Err(error) => {
            diagnostics.push(match &error.variant {
                ErrorVariant::CustomError { .. } => too_deep(start_of(source)),
                ErrorVariant::ParsingError { .. } => expected::explain(source, text, 0, &error),
            });
            None
        }
    }
}

/// What is wrong with the text of a broken declaration.
fn explain_broken(source: SourceId, text: &str, start: usize, end: usize) -> Diagnostic {
    let part = text.get(start..end).unwrap_or("");
    match with_details(|| Grammar::parse(Rule::lone_decl, part)) {
        Err(error) => expected::explain(source, text, start, &error),
        Ok(_) => expected::no_declaration(source, text, start),
    }
}

/// What is wrong with text at `stray` that follows a declaration which begins at `start`: the declaration
/// goes on in a wrong way, or the next one begins in a wrong way.
fn explain_stray(source: SourceId, text: &str, start: usize, stray: usize, end: usize) -> Diagnostic {
    let new_line = text
        .get(..stray)
        .is_some_and(|t| t.trim_end_matches([' ', '\t']).ends_with('\n'));
    let goes_on = explain_broken(source, text, start, end);
    let further = goes_on
        .labels
        .first()
        .is_some_and(|(span, _)| span.start as usize > stray);
    if further || (!new_line && start < stray) {
        goes_on
    } else {
        expected::no_declaration(source, text, stray)
    }
}

/// Parses with the list of all tokens that could have stood at the furthest place. The parser switches this for
/// the whole process, so one text at a time; it costs time, so only for what is broken.
fn with_details<T>(parse: impl FnOnce() -> T) -> T {
    static ONE: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    pest::set_error_detail(true);
    let out = parse();
    pest::set_error_detail(false);
    out
}

fn start_of(source: SourceId) -> Span {
    Span {
        source,
        start: 0,
        end: 0,
    }
}
