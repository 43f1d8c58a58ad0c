//! What a plain YAML scalar means to Kubernetes, whose reader (`sigs.k8s.io/yaml`, `goyaml.v2/resolve.go`) keeps the
//! words and numbers of YAML 1.1: `yes`, `on` and `y` are true, `0644` is octal, `1_000` is a thousand.

use super::NodeKind;

/// What a plain (unquoted, untagged) scalar is.
pub(super) fn resolve(text: &str) -> NodeKind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return NodeKind::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return NodeKind::Bool(true);
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return NodeKind::Bool(false);
        }
        _ => {}
    }
    number(text).map_or_else(|| NodeKind::String(text.to_owned()), NodeKind::Number)
}

/// The number that a scalar writes, integers in decimal.
pub(super) fn number(text: &str) -> Option<String> {
    if matches!(text.trim_start_matches(['+', '-']), ".inf" | ".Inf" | ".INF")
        || matches!(text, ".nan" | ".NaN" | ".NAN")
    {
        return Some(text.to_owned());
    }
    let starts = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'));
    if !starts {
        return None;
    }
    let plain: String = text.chars().filter(|c| *c != '_').collect();
    integer(&plain).or_else(|| is_float(&plain).then(|| plain.clone()))
}

/// An integer with Go's base prefixes, in decimal.
fn integer(plain: &str) -> Option<String> {
    let (sign, digits) = match plain.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", plain.strip_prefix('+').unwrap_or(plain)),
    };
    let lower = digits.to_ascii_lowercase();
    let (radix, body) = match lower.get(..2) {
        Some("0x") => (16, lower.get(2..)?),
        Some("0o") => (8, lower.get(2..)?),
        Some("0b") => (2, lower.get(2..)?),
        Some(two) if two.starts_with('0') => (8, lower.get(1..)?),
        Some(_) | None => (10, lower.as_str()),
    };
    if body.is_empty() || !body.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    let value = u128::from_str_radix(body, radix).ok()?;
    let sign = if value == 0 { "" } else { sign };
    Some(format!("{sign}{value}"))
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_float(plain: &str) -> bool {
    let unsigned = plain.strip_prefix(['-', '+']).unwrap_or(plain);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (
            mantissa,
            Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent)),
        ),
        None => (unsigned, None),
    };
    let digits = |s: &str| s.chars().all(|c| c.is_ascii_digit());
    let good_mantissa = match mantissa.split_once('.') {
        Some((whole, fraction)) => {
            digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty())
        }
        None => !mantissa.is_empty() && digits(mantissa),
    };
    good_mantissa && exponent.is_none_or(|e| !e.is_empty() && digits(e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_numbers_are_those_of_yaml_1_1() {
        let number = |text: &str| NodeKind::Number(text.into());
        let cases = [
            ("yes", NodeKind::Bool(true)),
            ("Off", NodeKind::Bool(false)),
            ("~", NodeKind::Null),
            ("0644", number("420")),
            ("0o17", number("15")),
            ("0x10", number("16")),
            ("-0b11", number("-3")),
            ("1_000", number("1000")),
            ("+7", number("7")),
            ("1e3", number("1e3")),
            (".5", number(".5")),
            ("18446744073709551615", number("18446744073709551615")),
        ];
        for (text, kind) in cases {
            assert_eq!(resolve(text), kind, "{text}");
        }
        for text in [
            "089",
            "1.2.3",
            "2001-01-01",
            "10m",
            "-",
            "+",
            ".",
            "e3",
            "0x",
            "yES",
            "1e",
            "12:30:45",
        ] {
            assert_eq!(
                resolve(text),
                if text == "089" {
                    number("089")
                } else {
                    NodeKind::String(text.into())
                },
                "{text}"
            );
        }
    }
}
