//! The formatter: a text as it should be laid out.
//!
//! Takes a text without syntax errors; gives it with the line breaks, spaces and indentation that `docs/fmt.md`
//! describes, and with every token and every comment in its place. The result is read again before it is given: its tokens
//! and comments are those of the text, in order, and its syntax tree is the same. Where that is not so the result
//! is withheld, so a defect of the layout cannot change what a specification means.

mod doc;
mod layout;
mod lines;
mod spelling;
mod tokens;
mod tree;
mod verify;

use pest::Parser as _;

use crate::diagnostic::{Diagnostic, tidy};
use crate::source::{Source, SourceId, SourceMap};
use crate::syntax::{self, Grammar, Rule};

/// How operators are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Operators {
    /// As they are.
    #[default]
    AsWritten,
    /// By names and ASCII signs: `forall`, `and`, `=>`.
    Ascii,
    /// By mathematical signs: `∀`, `∧`, `⇒`.
    Unicode,
}

/// Why a text is not formatted.
#[derive(Clone, Debug)]
pub enum Unformatted {
    /// It cannot be read: what is wrong, and the text for rendering.
    Wrong(Vec<Diagnostic>, SourceMap),
    /// The layout is not the text any more: a defect of this module, in words.
    Defect(String),
}

/// Stack for a text: expressions nest at most 256 levels.
const STACK_BYTES: usize = 64 << 20;

/// Lays out a text. Its lines end as the first of them does.
///
/// # Errors
/// See [`Unformatted`].
pub fn format(source: Source, operators: Operators) -> Result<String, Unformatted> {
    let crlf = source
        .text
        .split_once('\n')
        .is_some_and(|(line, _)| line.ends_with('\r'));
    let source = Source::new(source.name, source.text.replace("\r\n", "\n"));
    let out = stacker::grow(STACK_BYTES, || format_here(source, operators))?;
    Ok(if crlf { out.replace('\n', "\r\n") } else { out })
}

fn format_here(source: Source, operators: Operators) -> Result<String, Unformatted> {
    let name = source.name.clone();
    let mut sources = SourceMap::default();
    let id = sources.add(source);
    let file = read(&sources, id).map_err(|wrong| Unformatted::Wrong(wrong, sources.clone()))?;
    let text = sources.text(id);
    let out = settled(&text, operators).ok_or_else(|| defect("the text has no tree"))?;
    let result = sources.add(Source::new(name, out.as_str()));
    let again = read(&sources, result).map_err(|wrong| {
        let first = wrong.first().map_or("", |d| d.message.as_str());
        defect(&format!("the result cannot be read: {first}"))
    })?;
    if let Some(difference) = verify::difference(&text, &out) {
        return Err(Unformatted::Defect(difference));
    }
    if !verify::same_tree(&file, &again) {
        return Err(defect("the result has another meaning"));
    }
    Ok(out)
}

/// The tree of a text without errors.
fn read(sources: &SourceMap, id: SourceId) -> Result<syntax::ast::File, Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    let file = syntax::parse(sources, id, &mut diagnostics);
    tidy(&mut diagnostics);
    diagnostics.retain(Diagnostic::is_error);
    if diagnostics.is_empty() {
        Ok(file)
    } else {
        Err(diagnostics)
    }
}

/// Layouts of a text at most; two or three are enough but for very long expressions.
const LAYOUTS: usize = 16;

/// The text laid out until nothing changes. A layout keeps some line breaks of its text, so that breaks which were
/// made for want of room can be a reason for others.
fn settled(text: &str, operators: Operators) -> Option<String> {
    let mut out = laid_out(text, operators)?;
    for _ in 1..LAYOUTS {
        match laid_out(&out, operators) {
            Some(again) if again != out => out = again,
            // what cannot be read is reported by who asked
            Some(_) | None => break,
        }
    }
    Some(out)
}

fn laid_out(text: &str, operators: Operators) -> Option<String> {
    let pairs = Grammar::parse(Rule::file, text).ok()?;
    let tree = tree::tree(text, pairs)?;
    let spelling = spelling::spelling(&tree.tokens, &tree.root, operators);
    let doc = layout::file(&tree.tokens, &spelling, &tree.root);
    Some(doc::print(&doc, &tree.tokens, &spelling))
}

fn defect(what: &str) -> Unformatted {
    Unformatted::Defect(what.to_owned())
}
