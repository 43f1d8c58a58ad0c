//! Text to syntax tree.
//!
//! Takes one text; gives its declarations, and a diagnostic for each that is broken. A broken declaration costs
//! only itself: reading goes on at the next reserved word that begins a declaration. Bounded in depth, so
//! that no text overflows the stack.

pub(crate) mod ast;
mod build;
mod expected;
mod scan;

pub(crate) use scan::too_deep;

use pest::Parser as _;
use pest::error::ErrorVariant;

use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, SourceMap, Span};

mod grammar {
    #[derive(pest_derive::Parser)]
    #[grammar = "syntax/grammar.pest"]
    pub(super) struct Grammar;
}

use grammar::{Grammar, Rule};

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

/// What is wrong with the text of a broken declaration that begins at `start`.
fn explain_broken(source: SourceId, text: &str, start: usize, end: usize) -> Diagnostic {
    let part = text.get(start..end).unwrap_or("");
    // Details cost time and are the process's to switch on, so only here; without them the message is shorter.
    pest::set_error_detail(true);
    let parsed = Grammar::parse(Rule::lone_decl, part);
    pest::set_error_detail(false);
    match parsed {
        Err(error) => expected::explain(source, text, start, &error),
        Ok(_) => Diagnostic::error("E0101", start_of(source), "this declaration cannot be read"),
    }
}

fn start_of(source: SourceId) -> Span {
    Span {
        source,
        start: 0,
        end: 0,
    }
}
