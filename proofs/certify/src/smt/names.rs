//! Names in SMT-LIB.
//!
//! Takes names of the model; gives simple symbols of SMT-LIB 2. Guarantees: different names give different
//! symbols, no symbol is a reserved word, and what is readable stays so: letters, digits and `_` stand for
//! themselves, `/` for `::`, and any other character is its code between `!`.

/// A symbol for `name`, with a prefix that says of which kind it is. The prefix ends in `.`, which no name
/// keeps, so no two kinds clash.
pub(crate) fn symbol(prefix: &str, name: &str) -> String {
    let mut out = String::from(prefix);
    let mut rest = name;
    while let Some(c) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("::") {
            out.push('/');
            rest = after;
            continue;
        }
        if c.is_ascii_alphanumeric() || c == '_' {
            out.push(c);
        } else {
            out.push_str(&format!("!{:x}!", u32::from(c)));
        }
        rest = &rest[c.len_utf8()..];
    }
    out
}

/// A name inside of a comment: on one line, whatever is in it.
pub(crate) fn remark(name: &str) -> String {
    name.chars()
        .map(|c| if c.is_control() { '?' } else { c })
        .collect()
}

/// A file name part for `name`: letters, digits, `_`, `.` and `-`.
pub(crate) fn file_part(name: &str) -> String {
    let plain = name.replace("::", ".");
    plain
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || "_.-".contains(c) {
                c
            } else {
                '-'
            }
        })
        .take(80)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_apart_and_readable() {
        assert_eq!(symbol("v.", "linux::host::owner"), "v.linux/host/owner");
        assert_eq!(symbol("v.", "a.b"), "v.a!2e!b");
        assert_eq!(symbol("v.", "a/b"), "v.a!2f!b");
        assert_eq!(symbol("v.", "ä"), "v.!e4!");
        assert_eq!(symbol("v.", "a:b"), "v.a!3a!b");
        assert_eq!(file_part("linux::host start/1"), "linux.host-start-1");
    }
}
