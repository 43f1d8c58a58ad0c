//! The one entry point: recognises what a source is by its content and reads it.
//!
//! Takes a name and bytes. A text whose first character is `{` or `[` is JSON; anything else is YAML. Each document
//! is then offered to the rows of [`FORMATS`]. Guarantees: no panic, bounded time and memory, and every document gives a container,
//! or a skipped entry, or an error with a place.

use crate::facts::SandboxFacts;
use crate::formats::{Document, FORMATS, Reader, Reading, Skipped};
use crate::log::bound_errors;
use crate::source::{Limits, ReadError, SourceFile, Span};
use crate::tree::{Node, NodeKind, parse_json, parse_yaml};
use crate::view::At;
use std::collections::{HashMap, HashSet};

/// Reads a source with the usual limits.
pub fn read(name: &str, bytes: &[u8]) -> Reading {
    read_with(name, bytes, &Limits::default())
}

/// Reads a source.
pub fn read_with(name: &str, bytes: &[u8], limits: &Limits) -> Reading {
    let mut reading = match raw_reader(bytes) {
        Some(read) => read(name, bytes, limits),
        None => match SourceFile::new(name, bytes, limits) {
            Ok(source) => read_source(&source, limits),
            Err(error) => Reading::of_errors(vec![error]),
        },
    };
    bound_errors(&mut reading.errors, limits.max_errors);
    unique_names(&mut reading.sandboxes);
    reading
}

type RawReader = fn(&str, &[u8], &Limits) -> Reading;

/// The format that takes the bytes as they are, if one does.
fn raw_reader(bytes: &[u8]) -> Option<RawReader> {
    FORMATS.iter().find_map(|format| match format.reader {
        Reader::Raw { recognise, read } => recognise(bytes).then_some(read),
        Reader::Tree { .. } => None,
    })
}

fn read_source(source: &SourceFile, limits: &Limits) -> Reading {
    if source.text().trim().is_empty() {
        let error = source.error(
            0,
            "the file is empty",
            Some("give a config.json, or a Kubernetes manifest"),
        );
        return Reading::of_errors(vec![error]);
    }
    let documents = match looks_like_json(source.text()) {
        true => parse_json(source, limits).map(|node| vec![node]),
        false => parse_yaml(source, limits),
    };
    let documents = match documents {
        Ok(documents) => documents,
        Err(errors) => return Reading::of_errors(explain_template(source, errors)),
    };
    if documents.is_empty() {
        let place = source.place(Span::new(0, 0), "", false);
        let why = "there is no document in it, only comments".to_owned();
        let skipped = vec![Skipped {
            place,
            kind: "empty file".to_owned(),
            why,
        }];
        return Reading {
            skipped,
            ..Reading::default()
        };
    }
    let mut reading = Reading::default();
    for (index, node) in documents.iter().enumerate() {
        reading.extend(read_document(source, node, index));
    }
    reading
}

/// Says of a template, which is no YAML yet, what to do with it.
fn explain_template(source: &SourceFile, mut errors: Vec<ReadError>) -> Vec<ReadError> {
    if source.text().contains("{{") {
        for error in &mut errors {
            error.help =
                Some("this looks like a template: render it first, e.g. with `helm template`".to_owned());
        }
    }
    errors
}

fn looks_like_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}

fn read_document(source: &SourceFile, node: &Node, index: usize) -> Reading {
    let document = Document {
        source,
        node,
        name: base_name(source.name()),
        index,
    };
    for format in FORMATS {
        match format.reader {
            Reader::Tree { recognise, read } if recognise(&document) => return read(&document),
            Reader::Tree { .. } | Reader::Raw { .. } => {}
        }
    }
    let place = At::root(source, node).place();
    let (kind, why) = match &node.kind {
        NodeKind::Null => ("empty document", "there is nothing in it".to_owned()),
        NodeKind::Object(_) => (
            "unknown object",
            format!("it is of none of the formats {}", format_names()),
        ),
        NodeKind::Bool(_) | NodeKind::Number(_) | NodeKind::String(_) | NodeKind::Array(_) => (
            "unknown document",
            format!("{} is of none of the formats {}", node.describe(), format_names()),
        ),
    };
    let skipped = vec![Skipped {
        place,
        kind: kind.to_owned(),
        why,
    }];
    Reading {
        skipped,
        ..Reading::default()
    }
}

fn format_names() -> String {
    FORMATS
        .iter()
        .map(|format| format.name)
        .collect::<Vec<_>>()
        .join(", ")
}

/// The last part of a path without its extension; for a `config.json` the folder it is in.
fn base_name(name: &str) -> String {
    let mut parts = name.rsplit('/').filter(|part| !part.is_empty());
    let file = parts.next().unwrap_or(name);
    match (file, parts.next()) {
        ("config.json", Some(folder)) if folder != "." && folder != ".." => folder.to_owned(),
        (_, _) => file.rsplit_once('.').map_or(file, |(stem, _)| stem).to_owned(),
    }
}

/// Numbers the later of equal names.
fn unique_names(sandboxes: &mut [SandboxFacts]) {
    let mut taken: HashSet<String> = sandboxes.iter().map(|s| s.name.clone()).collect();
    let mut counts: HashMap<String, usize> = HashMap::new();
    for sandbox in sandboxes {
        let count = counts.entry(sandbox.name.clone()).or_insert(0);
        *count += 1;
        while *count > 1 && !taken.insert(format!("{}#{count}", sandbox.name)) {
            *count += 1;
        }
        if *count > 1 {
            sandbox.name = format!("{}#{count}", sandbox.name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_is_named_after_its_folder() {
        assert_eq!(base_name("a/web/config.json"), "web");
        assert_eq!(base_name("config.json"), "config");
        assert_eq!(base_name("a/pod.yaml"), "pod");
        assert_eq!(base_name("./config.json"), "config");
    }

    #[test]
    fn nothing_is_dropped_without_a_word() {
        for (text, word) in [
            ("", "empty"),
            ("---\n", "nothing"),
            ("# c\n", "only comments"),
            ("1", "none of the formats"),
            ("{\"a\":1}", "none of"),
        ] {
            let reading = read("f", text.as_bytes());
            let said = format!("{:?}{:?}", reading.errors, reading.skipped);
            assert!(said.contains(word), "{text:?}: {said}");
        }
    }
}
