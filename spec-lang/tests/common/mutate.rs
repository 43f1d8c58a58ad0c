//! Texts changed a little: what the tests of the compiler and of the formatter feed on.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;

/// The text of all files with an extension below a folder.
pub(crate) fn files_below(folder: &Path, extension: &str) -> Vec<String> {
    let mut out = Vec::new();
    collect(folder, extension, &mut out);
    out
}

fn collect(folder: &Path, extension: &str, out: &mut Vec<String>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, extension, out);
        } else if path.extension().is_some_and(|e| e == extension) {
            out.push(std::fs::read_to_string(path).unwrap());
        }
    }
}

/// A small generator of numbers (xorshift).
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n.max(1) as u64) as usize
    }
}

pub(crate) fn tokens(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let end = match first {
            c if word(c) => rest.find(|c| !word(c)).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (token, later) = rest.split_at(end);
        out.push(token);
        rest = later;
    }
    out
}

/// Bytes that mean something.
const SPECIAL: &[u8] = b" (){}[].,:;=<>|&+-*/\\'!~@#\n\xe2x0";

pub(crate) fn mutated_bytes(text: &str, numbers: &mut Numbers) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=numbers.below(4) {
        if bytes.is_empty() {
            break;
        }
        let at = numbers.below(bytes.len());
        match numbers.below(4) {
            0 => bytes[at] = SPECIAL[numbers.below(SPECIAL.len())],
            1 => drop(bytes.remove(at)),
            2 => bytes.insert(at, (numbers.below(256)) as u8),
            _ => bytes.truncate(at.max(1)),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

pub(crate) fn mutated_tokens(text: &str, others: &[&str], numbers: &mut Numbers) -> String {
    let mut list = tokens(text);
    for _ in 0..=numbers.below(4) {
        let (a, b) = (numbers.below(list.len()), numbers.below(list.len()));
        match numbers.below(5) {
            0 => list.swap(a, b),
            1 => drop(list.remove(a)),
            2 => list.insert(a, list[b]),
            3 => list[a] = others[numbers.below(others.len())],
            _ => {
                let piece: Vec<_> = list[a..(a + 12).min(list.len())].to_vec();
                list.splice(b..b, piece);
            }
        }
        if list.is_empty() {
            break;
        }
    }
    list.concat()
}

/// All words and signs of some texts.
pub(crate) fn words(all: &[String]) -> Vec<&str> {
    all.iter()
        .flat_map(|t| tokens(t))
        .filter(|t| !t.trim().is_empty())
        .collect()
}

/// The number in an environment variable.
pub(crate) fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}
