//! The names that are bound around a place, and what is said of names: by whom each is used, and what it hides.

use std::collections::HashMap;

use super::meant;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{Name, Path};

/// How often something declared is mentioned.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Mentions {
    /// Read, by anything but what says where it starts.
    pub(super) read: u32,
    /// Assigned.
    pub(super) written: u32,
    /// Mentioned in `init`.
    pub(super) initial: u32,
}

impl Mentions {
    pub(super) fn any(self) -> bool {
        self.read + self.written + self.initial > 0
    }
}

/// What a bound name is, as far as warnings are concerned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Role {
    /// It may be unused and may hide others: its name is part of what others see, or stands for a place.
    Free,
    /// It may be unused.
    Optional,
    /// A parameter.
    Param,
    /// Bound by a quantifier, a set, `choose`, `let` or a pattern.
    Binder,
}

struct Bound<'a> {
    name: &'a Name,
    uses: u32,
    role: Role,
}

/// Names bound and mentioned so far.
#[derive(Default)]
pub(super) struct Scope<'a> {
    /// Mentions of what is not bound, by the name: that of a declaration, or of a part of one.
    pub(super) seen: HashMap<&'a str, Mentions>,
    /// The warnings so far.
    pub(super) out: Vec<Diagnostic>,
    /// Whether a text about the first states is looked at.
    pub(super) initial: bool,
    bound: Vec<Bound<'a>>,
    /// What is declared, in the file and in the component around.
    declared: Vec<HashMap<&'a str, (Span, &'static str)>>,
}

impl<'a> Scope<'a> {
    /// Goes into a file or component that declares these values.
    pub(super) fn enter(&mut self, declared: HashMap<&'a str, (Span, &'static str)>) {
        self.declared.push(declared);
    }

    pub(super) fn exit(&mut self) {
        self.declared.pop();
    }

    /// How many names are bound.
    pub(super) fn depth(&self) -> usize {
        self.bound.len()
    }

    /// Forgets the names bound since, and warns of those that nothing used.
    pub(super) fn leave(&mut self, depth: usize) {
        for bound in self.bound.split_off(depth.min(self.bound.len())) {
            let text = &bound.name.text;
            let what = match bound.role {
                Role::Param => "the parameter",
                Role::Binder => "the bound name",
                Role::Free | Role::Optional => continue,
            };
            if bound.uses == 0 && !meant(text) {
                self.out.push(
                    Diagnostic::warning("E0601", bound.name.span, format!("{what} `{text}` is never used"))
                        .help(format!(
                            "leave it out, or say something of it; or write `_{text}`, if it is meant"
                        )),
                );
            }
        }
    }

    /// If any of the names bound since is used, counts all as used.
    pub(super) fn use_all_if_any(&mut self, depth: usize) {
        let since = self.bound.get_mut(depth..).unwrap_or_default();
        if since.iter().any(|b| b.uses > 0) {
            since.iter_mut().for_each(|b| b.uses += 1);
        }
    }

    /// Binds a name, and warns if it hides another.
    pub(super) fn bind(&mut self, name: &'a Name, role: Role) {
        if role != Role::Free && !meant(&name.text) {
            self.hides(name);
        }
        self.bind_again(name, role);
    }

    /// Binds a name that may hide another: that it is made of.
    pub(super) fn bind_again(&mut self, name: &'a Name, role: Role) {
        self.bound.push(Bound { name, uses: 0, role });
    }

    fn hides(&mut self, name: &Name) {
        let bound = self.bound.iter().rev().find(|b| b.name.text == name.text);
        let hidden = bound
            .map(|b| (b.name.span, "the name bound outside of it"))
            .or_else(|| {
                let declared = self.declared.iter().rev();
                declared.filter_map(|d| d.get(name.text.as_str())).next().copied()
            });
        if let Some((span, what)) = hidden {
            let message = format!("`{}` hides {what}", name.text);
            self.out.push(
                Diagnostic::warning("E0607", name.span, message)
                    .here("hides the other from here on")
                    .label(span, "declared here")
                    .help("give it a name of its own"),
            );
        }
    }

    /// How often a name was mentioned where it means what it means here.
    pub(super) fn count(&self, name: &str) -> u32 {
        match self.bound.iter().rev().find(|b| b.name.text == name) {
            Some(bound) => bound.uses,
            None => self.seen.get(name).map_or(0, |m| m.read + m.initial),
        }
    }

    /// A path that is read.
    pub(super) fn read(&mut self, path: &'a Path) {
        if let Some(name) = path.single() {
            let bound = self.bound.iter_mut().rev().find(|b| b.name.text == name.text);
            if let Some(bound) = bound {
                bound.uses += 1;
                return;
            }
        }
        path.names.iter().for_each(|n| self.mention(n));
    }

    /// A name of something declared.
    pub(super) fn mention(&mut self, name: &'a Name) {
        let initial = self.initial;
        let seen = self.seen.entry(&name.text).or_default();
        if initial {
            seen.initial += 1;
        } else {
            seen.read += 1;
        }
    }

    /// A path that is assigned.
    pub(super) fn write(&mut self, path: &'a Path) {
        for name in &path.names {
            self.seen.entry(&name.text).or_default().written += 1;
        }
    }
}
