//! JSON as RFC 8259 has it, and as strict as the runtimes that read it: no comment, no trailing comma, no loose
//! string or number, one value, not empty. Duplicate keys are errors too: readers disagree about which one counts.

use super::{Member, Node, NodeKind, check_duplicates, too_deep};
use crate::source::{Limits, ReadError, SourceFile, Span};
use jsonc_parser::ast::{ObjectPropName, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

/// Reads a JSON text.
///
/// # Errors
/// The first error of syntax; or else every duplicate key.
pub fn parse_json(source: &SourceFile, limits: &Limits) -> Result<Node, Vec<ReadError>> {
    check_text(source, limits).map_err(|e| vec![e])?;
    let parsed = parse_to_ast(source.text(), &CollectOptions::default(), &strict());
    let value = match parsed {
        Ok(parsed) => parsed.value,
        Err(error) => {
            let message = lower_first(&error.kind().to_string());
            return Err(vec![source.error(
                error.range().start,
                message,
                Some("this is not valid JSON"),
            )]);
        }
    };
    let Some(value) = value else {
        return Err(vec![source.error(
            0,
            "the file is empty",
            Some("a JSON document holds one value"),
        )]);
    };
    let mut errors = Vec::new();
    let node = convert(source, &value, &mut errors);
    if errors.is_empty() { Ok(node) } else { Err(errors) }
}

fn strict() -> ParseOptions {
    ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    }
}

/// What the parser does not check: the depth, because it recurses; raw control characters in strings; white space of
/// other kinds; and the byte order mark, which the runtimes' reader refuses.
fn check_text(source: &SourceFile, limits: &Limits) -> Result<(), ReadError> {
    if source.had_byte_order_mark() {
        return Err(source.error(
            0,
            "the file starts with a byte order mark",
            Some("JSON must not have one"),
        ));
    }
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut escaped = false;
    for (offset, byte) in source.text().bytes().enumerate() {
        match byte {
            0x20.. if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            0..0x20 if in_string => {
                return Err(source.error(
                    offset,
                    "a raw control character in a string",
                    Some("write it as an escape"),
                ));
            }
            _ if in_string => {}
            b'{' | b'[' => {
                depth += 1;
                if depth > limits.max_depth {
                    return Err(too_deep(source, offset, limits));
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b' ' | b'\t' | b'\n' | b'\r' | 0x21..=0x7e => {}
            _ => {
                let help = Some("JSON has only spaces, tabs and line ends between its values");
                return Err(source.error(offset, "a character that JSON does not have here", help));
            }
        }
    }
    Ok(())
}

fn convert(source: &SourceFile, value: &Value<'_>, errors: &mut Vec<ReadError>) -> Node {
    let span = Span::new(value.start(), value.end());
    let kind = match value {
        Value::NullKeyword(_) => NodeKind::Null,
        Value::BooleanLit(literal) => NodeKind::Bool(literal.value),
        Value::NumberLit(literal) => NodeKind::Number(literal.value.to_owned()),
        Value::StringLit(literal) => NodeKind::String(literal.value.clone().into_owned()),
        Value::Array(array) => NodeKind::Array(
            array
                .elements
                .iter()
                .map(|item| convert(source, item, errors))
                .collect(),
        ),
        Value::Object(object) => {
            let members: Vec<Member> = object
                .properties
                .iter()
                .map(|property| {
                    let key = match &property.name {
                        ObjectPropName::String(literal) => literal.value.clone().into_owned(),
                        ObjectPropName::Word(literal) => literal.value.to_owned(),
                    };
                    let key_span = Span::new(property.name.start(), property.name.end());
                    Member {
                        key,
                        key_span,
                        value: convert(source, &property.value, errors),
                    }
                })
                .collect();
            check_duplicates(source, &members, errors);
            NodeKind::Object(members)
        }
    };
    Node { kind, span }
}

fn lower_first(message: &str) -> String {
    let mut letters = message.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Node, Vec<ReadError>> {
        let limits = Limits {
            max_depth: 4,
            ..Limits::default()
        };
        parse_json(&SourceFile::of_text("f", text.into()), &limits)
    }

    fn first_error(text: &str) -> String {
        read(text).unwrap_err()[0].to_string()
    }

    #[test]
    fn values_keep_their_ranges() {
        let text = "{\"é\": [1, -2.5e3, null],\n \"b\": {\"c\": \"x\\u0041\"}}";
        let node = read(text).unwrap();
        let list = &node.get("é").unwrap().value;
        assert_eq!(&text[list.span.start..list.span.end], "[1, -2.5e3, null]");
        let inner = node.get("b").unwrap().value.get("c").unwrap();
        assert_eq!(inner.value.kind, NodeKind::String("xA".into()));
        assert_eq!(&text[inner.key_span.start..inner.key_span.end], "\"c\"");
    }

    #[test]
    fn what_the_runtimes_refuse_is_refused() {
        for text in [
            "",
            " ",
            "{]",
            "{\"a\":1,}",
            "[1,]",
            "// c\n{}",
            "{'a':1}",
            "{a:1}",
            "[01]",
            "[+1]",
            "[.5]",
            "[1.]",
            "[0x1]",
            "[NaN]",
            "{} {}",
            "[\"\n\"]",
            "[\"\\x41\"]",
            "[1 2]",
            "{\"a\" 1}",
            "\"abc",
            "[\u{b}1]",
            "[\u{a0}1]",
            "[\"\\ud800\"",
            "nul",
        ] {
            assert!(read(text).is_err(), "{text:?} was accepted");
        }
    }

    #[test]
    fn every_duplicate_key_is_reported_with_its_place() {
        let errors = read("{\"a\":1,\n\"a\":2,\"o\":{\"b\":1,\"b\":2}}").unwrap_err();
        let all: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(all.len(), 2);
        assert!(
            all[1].starts_with("f:2:1: the key `a` is here twice (the first is at 1:2)"),
            "{all:?}"
        );
    }

    #[test]
    fn nesting_is_bounded_before_the_parser_recurses() {
        assert!(read("[[[[]]]]").is_ok());
        assert!(first_error("[[[[[]]]]]").starts_with("f:1:5: more than 4 levels of nesting"));
        assert!(read("[\"[[[[[[\\\"[[[[\"]").is_ok());
        let limits = Limits::default();
        let deep = SourceFile::of_text("f", "[".repeat(1 << 20));
        assert!(
            parse_json(&deep, &limits).unwrap_err()[0]
                .message
                .contains("levels of nesting")
        );
    }
}
