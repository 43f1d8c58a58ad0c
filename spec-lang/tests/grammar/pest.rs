//! The grammar of the parser in the notation of the page.
//!
//! Left out is what only a machine needs: how a broken declaration is skipped, that a word ends where no letter
//! follows, that an operator is read as long as it can be, and what is read only to be reported.

use std::collections::BTreeMap;

use pest_meta::ast::{Expr, RuleType};
use pest_meta::parser;

use super::ebnf::{Form, Rule, one_or};

/// Rules for the reading of broken texts and for looking ahead.
const HIDDEN: &[&str] = &[
    "WHITESPACE",
    "COMMENT",
    "SOI",
    "EOI",
    "ANY",
    "lone_decl",
    "lone_expr",
    "broken",
    "chunk",
    "word",
    "decl_word",
    "temporal_ahead",
    "event_ahead",
    "component_word",
    "theory_word",
    "gap",
    "ident_char",
    "reserved",
    "broken_member",
    "inner_chunk",
    "braces",
    "infix_ahead",
    "t_word",
];

/// Terminals that are read only for an error which says what to write instead.
const REFUSED: &[(&str, &[&str])] = &[
    ("file", &["\u{FEFF}"]),
    ("assign_op", &["="]),
    ("fix_i", &[":="]),
    ("prefix", &["!"]),
    ("other_op", &["&&", "||", "/\\", "\\/", "="]),
];

/// Rules in which looking ahead matters to a reader.
const AHEAD: &[&str] = &["set_lit", "infix_no_implies"];

/// What is said in words.
const IN_WORDS: &[(&str, &str)] = &[
    (
        "ident",
        "a letter or _, then letters, digits and _; no word of the language",
    ),
    ("int", "digits, with _ between them"),
];

/// A part of the grammar, under its title.
pub(crate) struct Section {
    pub(crate) title: String,
    pub(crate) rules: Vec<Rule>,
}

/// All sections.
pub(crate) fn sections(text: &str) -> Vec<Section> {
    let pairs = parser::parse(parser::Rule::grammar_rules, text).unwrap();
    let rules = parser::consume_rules(pairs).unwrap();
    let by_name: BTreeMap<&str, &Expr> = rules.iter().map(|r| (r.name.as_str(), &r.expr)).collect();
    let mut out = vec![Section {
        title: "Files".to_owned(),
        rules: Vec::new(),
    }];
    let mut rules = rules.iter();
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("// ---- ") {
            let title = title.trim_end_matches(" ----");
            let title = title.split(": ").next().unwrap();
            let title = title.split(", whose").next().unwrap();
            out.push(Section {
                title: title[..1].to_uppercase() + &title[1..],
                rules: Vec::new(),
            });
        }
        let declares = |name: &str| {
            line.strip_prefix(name)
                .is_some_and(|r| r.trim_start().starts_with("= "))
        };
        let Some(rule) = rules.as_slice().first().filter(|r| declares(&r.name)) else {
            continue;
        };
        rules.next();
        if HIDDEN.contains(&rule.name.as_str()) || rule.name.starts_with("kw_") {
            continue;
        }
        let within = Within {
            rule: &rule.name,
            all: &by_name,
        };
        let form = within.form(&rule.expr).unwrap_or(Form::Seq(Vec::new()));
        out.last_mut().unwrap().rules.push(Rule {
            name: rule.name.clone(),
            tight: rule.ty == RuleType::CompoundAtomic && !matches!(form, Form::Words(_)),
            form,
        });
    }
    assert_eq!(rules.as_slice().len(), 0, "a rule does not begin its line");
    out.retain(|s| !s.rules.is_empty());
    out
}

struct Within<'a> {
    rule: &'a str,
    all: &'a BTreeMap<&'a str, &'a Expr>,
}

impl Within<'_> {
    /// What a reader needs of an expression; nothing, if it only looks ahead.
    fn form(&self, expr: &Expr) -> Option<Form> {
        if let Some((_, words)) = IN_WORDS.iter().find(|(r, _)| *r == self.rule) {
            return Some(Form::Words((*words).to_owned()));
        }
        Some(match expr {
            Expr::Str(text) => {
                let refused = REFUSED.iter().find(|(r, _)| *r == self.rule);
                if refused.is_some_and(|(_, list)| list.contains(&text.as_str())) {
                    return None;
                }
                Form::Text(text.clone())
            }
            Expr::Ident(name) if HIDDEN.contains(&name.as_str()) => return None,
            Expr::Ident(name) if name.starts_with("kw_") => return self.form(self.all[name.as_str()]),
            // a component in a component is refused
            Expr::Ident(name) if self.rule == "member" && name == "decl" => self.member(),
            Expr::Ident(name) => Form::Rule(name.clone()),
            Expr::NegPred(inner) if AHEAD.contains(&self.rule) => Form::Not(Box::new(self.form(inner)?)),
            Expr::NegPred(_) => return None,
            Expr::PosPred(_) => return None,
            Expr::Seq(..) => {
                let mut list = Vec::new();
                self.sequence(expr, &mut list);
                if list.is_empty() {
                    return None;
                }
                one_or(list, Form::Seq)
            }
            Expr::Choice(..) => {
                let mut list = Vec::new();
                self.choice(expr, &mut list);
                if list.is_empty() {
                    return None;
                }
                one_or(list, Form::Or)
            }
            Expr::Opt(inner) => Form::Opt(Box::new(self.form(inner)?)),
            Expr::Rep(inner) => Form::Star(Box::new(self.form(inner)?)),
            Expr::RepOnce(inner) => Form::Plus(Box::new(self.form(inner)?)),
            other => panic!("`{}` has a form that the page has not: {other:?}", self.rule),
        })
    }

    fn sequence(&self, expr: &Expr, out: &mut Vec<Form>) {
        if let Expr::Seq(a, b) = expr {
            self.sequence(a, out);
            self.sequence(b, out);
        } else {
            out.extend(self.form(expr));
        }
    }

    fn choice(&self, expr: &Expr, out: &mut Vec<Form>) {
        if let Expr::Choice(a, b) = expr {
            self.choice(a, out);
            self.choice(b, out);
            return;
        }
        match self.form(expr) {
            Some(Form::Or(list)) => out.extend(list),
            Some(form) if !out.contains(&form) => out.push(form),
            Some(_) | None => {}
        }
    }

    fn member(&self) -> Form {
        let within = Within {
            rule: "decl",
            all: self.all,
        };
        let Some(Form::Or(mut list)) = within.form(self.all["decl"]) else {
            panic!("`decl` has no alternatives")
        };
        let nested = ["component_decl", "system_decl"].map(|n| Form::Rule(n.to_owned()));
        list.retain(|f| !nested.contains(f));
        Form::Or(list)
    }
}
