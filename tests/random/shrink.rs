//! Makes a text smaller that shows something: without declarations, members, statements, properties asked for.
//!
//! Takes a text and a test; gives a text that passes the test, from which nothing can be left out alone (or the number of
//! attempts was used up).

use std::ops::Range;

use super::module::Text;

/// The smallest text found, after at most so many attempts, that still `shows` what this one does.
pub fn shrink(text: &Text, attempts: usize, shows: impl FnMut(&Text) -> bool) -> Text {
    let mut search = Search {
        best: text.clone(),
        shows,
        left: attempts,
    };
    loop {
        let before = search.best.clone();
        search.pass();
        if search.best == before || search.left == 0 {
            return search.best;
        }
    }
}

struct Search<F> {
    best: Text,
    shows: F,
    left: usize,
}

impl<F: FnMut(&Text) -> bool> Search<F> {
    fn pass(&mut self) {
        for depth in 0..3 {
            self.lines(depth, |t| Some(&t.root), |t, root| t.root = root);
            self.lines(depth, |t| t.part.as_ref(), |t, part| t.part = Some(part));
        }
        self.names("check ");
        if self.best.part.is_some() && !self.best.root.contains("use part") {
            let without = Text {
                part: None,
                ..self.best.clone()
            };
            self.attempt(without);
        }
    }

    fn attempt(&mut self, text: Text) {
        if self.left > 0 {
            self.left -= 1;
            if (self.shows)(&text) {
                self.best = text;
            }
        }
    }

    /// Without what stands within so many braces: many of it at once, then fewer, from the end.
    fn lines(&mut self, depth: i32, get: fn(&Text) -> Option<&String>, set: fn(&mut Text, String)) {
        let mut many = usize::MAX;
        while many > 1 {
            let Some(all) = get(&self.best) else { return };
            let chunks = chunks(all, depth);
            many = (many / 2).min(chunks.len() / 2).max(1);
            for group in chunks.rchunks(many) {
                let [Range { start, .. }, ..] = group else {
                    continue;
                };
                let range = *start..group.last().map_or(*start, |r| r.end);
                let Some(now) = get(&self.best) else { return };
                let kept = now.lines().enumerate().filter(|(i, _)| !range.contains(i));
                let mut text = self.best.clone();
                set(&mut text, kept.map(|(_, l)| l.to_owned() + "\n").collect());
                self.attempt(text);
            }
        }
    }

    /// Without one of the names behind a word at the beginning of a line.
    fn names(&mut self, word: &str) {
        let of = |line: &str| {
            Some(
                line.strip_prefix(word)?
                    .split(" for ")
                    .next()?
                    .split(", ")
                    .count(),
            )
        };
        let lines: Vec<_> = self.best.root.lines().map(|l| of(l).unwrap_or(0)).collect();
        for (at, count) in lines.into_iter().enumerate().filter(|(_, n)| *n > 1) {
            for name in (0..count).rev() {
                let lines = self.best.root.lines().enumerate();
                let root = lines.map(|(i, l)| if i == at { without(l, word, name) } else { l.to_owned() } + "\n");
                let text = Text {
                    root: root.collect(),
                    ..self.best.clone()
                };
                self.attempt(text);
            }
        }
    }
}

fn without(line: &str, word: &str, name: usize) -> String {
    let rest = line.strip_prefix(word).unwrap_or(line);
    let (names, scope) = rest.split_once(" for ").unwrap_or((rest, ""));
    let names = names.split(", ").enumerate().filter(|(i, _)| *i != name);
    let names: Vec<_> = names.map(|(_, n)| n).collect();
    let scope = if scope.is_empty() {
        String::new()
    } else {
        format!(" for {scope}")
    };
    format!("{word}{}{scope}", names.join(", "))
}

/// Ranges of lines, each of which begins within at most so many braces.
fn chunks(text: &str, depth: i32) -> Vec<Range<usize>> {
    let (mut out, mut inside): (Vec<Range<usize>>, i32) = (Vec::new(), 0);
    for (i, line) in text.lines().enumerate() {
        let closes = line.trim_start().starts_with('}');
        match out.last_mut() {
            Some(last) if inside > depth || closes && inside == depth + 1 => last.end = i + 1,
            Some(_) | None => out.push(i..i + 1),
        }
        for c in line.chars() {
            inside += i32::from("{[(".contains(c)) - i32::from("}])".contains(c));
        }
    }
    out
}
