//! Random sentences of a grammar.

use std::collections::{BTreeMap, BTreeSet};

use super::ebnf::{Form, Rule};

/// What stands for a name; none is a word that means something somewhere.
const NAMES: &[&str] = &["a", "b7", "Cee", "x_1", "_y", "web", "R"];
const NUMBERS: &[&str] = &["0", "7", "1_000"];

/// Most rules inside of each other before the shortest way out is taken.
const DEEP: usize = 14;

/// Derives sentences; what was used less is used first.
pub(crate) struct Deriver<'g> {
    rules: BTreeMap<&'g str, &'g Rule>,
    /// Rules inside of each other that the shortest sentence of a rule needs.
    heights: BTreeMap<&'g str, usize>,
    /// How often each alternative was taken, by rule and text.
    pub(crate) used: BTreeMap<(&'g str, &'g Form), usize>,
    state: u64,
}

impl<'g> Deriver<'g> {
    pub(crate) fn new(grammar: &'g [Rule]) -> Self {
        let rules: BTreeMap<&str, &Rule> = grammar.iter().map(|r| (r.name.as_str(), r)).collect();
        let mut heights = BTreeMap::new();
        loop {
            let before = heights.len();
            for rule in grammar {
                if let (false, Some(h)) = (
                    heights.contains_key(rule.name.as_str()),
                    height(&rule.form, &heights),
                ) {
                    heights.insert(rule.name.as_str(), h + 1);
                }
            }
            if heights.len() == before {
                break;
            }
        }
        for rule in grammar {
            assert!(
                heights.contains_key(rule.name.as_str()),
                "`{}` has no sentence",
                rule.name
            );
        }
        Self {
            rules,
            heights,
            used: BTreeMap::new(),
            state: 0x9E37_79B9_7F4A_7C15,
        }
    }

    /// Rules that are named somewhere, and those that a sentence of `start` can use.
    pub(crate) fn reachable(&self, start: &'g str) -> BTreeSet<&'g str> {
        let mut out = BTreeSet::new();
        let mut stack = vec![start];
        while let Some(name) = stack.pop() {
            if out.insert(name) {
                let rule = self
                    .rules
                    .get(name)
                    .unwrap_or_else(|| panic!("there is no rule `{name}`"));
                names(&rule.form, &mut stack);
            }
        }
        out
    }

    fn random(&mut self, below: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state % below as u64) as usize
    }

    /// A sentence of a rule, that can be read in one way only.
    pub(crate) fn sentence(&mut self, name: &'g str, depth: usize) -> String {
        let rule = self.rules[name];
        loop {
            let text = self.form(&rule.form, rule, depth + 1);
            if !goes_on(name, &text) {
                return text;
            }
        }
    }

    fn form(&mut self, form: &'g Form, rule: &'g Rule, depth: usize) -> String {
        match form {
            Form::Text(text) => text.clone(),
            Form::Words(_) => {
                let words = if rule.name == "int" { NUMBERS } else { NAMES };
                words[self.random(words.len())].to_owned()
            }
            Form::Rule(name) => self.sentence(name, depth),
            Form::Not(_) => String::new(),
            Form::Seq(list) => self.sequence(list, rule, depth),
            Form::Or(list) => {
                let chosen = self.choose(list, rule, depth);
                self.form(chosen, rule, depth)
            }
            Form::Opt(inner) => match depth < DEEP && self.random(2) == 0 {
                true => self.form(inner, rule, depth),
                false => String::new(),
            },
            Form::Star(inner) | Form::Plus(inner) => {
                // separators that may be left out are not, so that a sentence can be read in one way only
                let separator = terminals(inner);
                let least = usize::from(separator || matches!(form, Form::Plus(_)));
                let more = if depth < DEEP && !separator {
                    self.random(3)
                } else {
                    0
                };
                let parts: Vec<String> = (0..least.max(more))
                    .map(|_| self.form(inner, rule, depth))
                    .collect();
                joined(&parts, rule)
            }
        }
    }

    fn sequence(&mut self, list: &'g [Form], rule: &'g Rule, depth: usize) -> String {
        let mut parts = Vec::new();
        for (i, form) in list.iter().enumerate() {
            if let Form::Not(what) = form {
                // the rest again, until it is not what it must not be
                for _ in 0..20 {
                    let rest = self.sequence(&list[i + 1..], rule, depth);
                    if !self.begins(what, &rest) {
                        parts.push(rest);
                        return joined(&parts, rule);
                    }
                }
                parts.push(String::from("}"));
                return joined(&parts, rule);
            }
            parts.push(self.form(form, rule, depth));
        }
        joined(&parts, rule)
    }

    fn choose(&mut self, list: &'g [Form], rule: &'g Rule, depth: usize) -> &'g Form {
        let heights = &self.heights;
        let of = |f: &Form| height(f, heights).unwrap_or(usize::MAX);
        let least = list.iter().map(of).min().unwrap_or(0);
        let possible: Vec<&Form> = list.iter().filter(|f| depth < DEEP || of(f) == least).collect();
        let name = rule.name.as_str();
        let rare = possible
            .iter()
            .min_by_key(|f| self.used.get(&(name, **f)).copied().unwrap_or(0))
            .copied();
        let chosen = match (rare, self.random(2)) {
            (Some(rare), 0) => rare,
            (_, _) => possible[self.random(possible.len())],
        };
        *self.used.entry((name, chosen)).or_default() += 1;
        chosen
    }

    /// Whether a text begins with a sentence of a form.
    fn begins(&self, form: &Form, text: &str) -> bool {
        self.rest(form, text).is_some()
    }

    fn rest<'t>(&self, form: &Form, text: &'t str) -> Option<&'t str> {
        let text = text.trim_start();
        match form {
            Form::Text(t) => text.strip_prefix(t.as_str()),
            Form::Words(_) => {
                let end = text
                    .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
                    .unwrap_or(text.len());
                (end > 0 && !text.starts_with(|c: char| c.is_ascii_digit())).then(|| &text[end..])
            }
            Form::Rule(name) => self.rest(&self.rules[name.as_str()].form, text),
            Form::Not(inner) => self.rest(inner, text).is_none().then_some(text),
            Form::Seq(list) => list.iter().try_fold(text, |rest, f| self.rest(f, rest)),
            Form::Or(list) => list.iter().find_map(|f| self.rest(f, text)),
            Form::Opt(inner) => self.rest(inner, text).or(Some(text)),
            Form::Star(inner) | Form::Plus(inner) => {
                let mut rest = text;
                while let Some(next) = self.rest(inner, rest) {
                    rest = next;
                }
                Some(rest)
            }
        }
    }
}

/// Whether something may go on farther than it was derived, as the page says: the columns of a relation behind a comma, and
/// an expression in a formula of time, where the words of time are names.
fn goes_on(rule: &str, text: &str) -> bool {
    let open = ["else ", "let ", "sum ", "min ", "max "];
    let time = ["always ", "eventually ", "□", "◇"];
    let first = open.iter().filter_map(|w| text.find(w)).min();
    match rule {
        "use_args" => text.contains("relation"),
        "t_expr" => first.is_some_and(|at| time.iter().any(|w| text[at..].contains(w))),
        _ => false,
    }
}

fn joined(parts: &[String], rule: &Rule) -> String {
    let parts: Vec<&str> = parts
        .iter()
        .map(String::as_str)
        .filter(|p| !p.is_empty())
        .collect();
    parts.join(if rule.tight { "" } else { " " })
}

/// Whether it is made of terminals only.
fn terminals(form: &Form) -> bool {
    match form {
        Form::Text(_) => true,
        Form::Or(list) => list.iter().all(terminals),
        Form::Rule(_)
        | Form::Words(_)
        | Form::Seq(_)
        | Form::Opt(_)
        | Form::Star(_)
        | Form::Plus(_)
        | Form::Not(_) => false,
    }
}

fn names<'g>(form: &'g Form, out: &mut Vec<&'g str>) {
    match form {
        Form::Rule(name) => out.push(name),
        Form::Text(_) | Form::Words(_) => {}
        Form::Seq(list) | Form::Or(list) => list.iter().for_each(|f| names(f, out)),
        Form::Opt(f) | Form::Star(f) | Form::Plus(f) | Form::Not(f) => names(f, out),
    }
}

fn height(form: &Form, known: &BTreeMap<&str, usize>) -> Option<usize> {
    match form {
        Form::Text(_) | Form::Words(_) | Form::Not(_) | Form::Opt(_) | Form::Star(_) => Some(0),
        Form::Rule(name) => known.get(name.as_str()).copied(),
        Form::Seq(list) => list
            .iter()
            .map(|f| height(f, known))
            .try_fold(0, |m, h| Some(m.max(h?))),
        Form::Or(list) => list.iter().filter_map(|f| height(f, known)).min(),
        Form::Plus(f) => height(f, known),
    }
}
