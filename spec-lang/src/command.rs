//! What a file asks for: commands, resolved to systems and properties.

use transition_system::{Origin, PropertyId, Scope};

use crate::diagnostic::Diagnostic;
use crate::lower::two_runs::TwoRuns;
use crate::lower::{Lowered, Program};
use crate::names::{Found, ModuleIx, PropertyIx, TypeName};
use crate::source::Span;
use crate::suggest::nearest;
use crate::syntax::ast::{self, Path, PropertyKind, Target};

/// What is done with properties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandKind {
    /// Searched in a scope.
    Check,
    /// Proved for any size (or for the sizes given).
    Prove,
}

/// How a command is answered, if its author says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// An inductive invariant, by a solver.
    Induction,
    /// All runs of at most this many steps, by a solver.
    Bmc(u32),
    /// The fixpoint of monotone events.
    Fixpoint,
    /// All reachable states, one by one.
    Explicit,
}

impl Method {
    /// The names, as they stand behind `by`.
    pub const NAMES: [&str; 4] = ["induction", "bmc", "fixpoint", "explicit"];
}

/// The verdict that the author expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// `Verdict::Holds` (for a witness: reached), or better.
    Holds,
    /// `Verdict::Proved`.
    Proved,
    /// `Verdict::Violated`.
    Violated,
    /// `Verdict::Unknown`.
    Unknown,
    /// `Verdict::Vacuous`.
    Vacuous,
}

/// `check` or `prove`. A command about several systems or with several scopes is split, one for each.
#[derive(Clone, Debug, PartialEq)]
pub struct Command {
    /// Check or prove.
    pub kind: CommandKind,
    /// Index into [`crate::Model::systems`].
    pub system: usize,
    /// Properties of that system, in the order written.
    pub properties: Vec<PropertyId>,
    /// Lemmas after `using`; `None` if it was not written (then an engine may take any invariant).
    pub lemmas: Option<Vec<PropertyId>>,
    /// Sizes of sorts. Sorts that are neither named by the instance nor sized here stay open.
    pub scope: Scope,
    /// How it is answered; `None` if that is left open.
    pub method: Option<Method>,
    /// What the author expects.
    pub expect: Option<Expectation>,
    /// Where it was written.
    pub origin: Origin,
}

/// Longest runs that `by bmc` looks at.
const MOST_STEPS: u32 = 1000;

/// A system that commands can speak of.
pub(crate) struct Subject {
    /// The name of the instance or composed system; `None` for the root module.
    pub(crate) instance: Option<String>,
    /// A composed system for itself, without given values.
    pub(crate) composed: bool,
    /// The module, or the space of the system.
    pub(crate) module: ModuleIx,
    pub(crate) lowered: Lowered,
    /// For a system of two runs.
    pub(crate) pair: Option<PairOf>,
}

/// What a system of two runs was made of.
pub(crate) struct PairOf {
    /// The system of one run.
    pub(crate) base: usize,
    /// Its invariants, of each run.
    pub(crate) lifted: Vec<(PropertyId, [PropertyId; 2])>,
    pub(crate) view: TwoRuns,
}

/// Resolves the commands of the root file.
pub(crate) struct Resolver<'c, 'a> {
    pub(crate) program: Program<'c, 'a>,
    pub(crate) root: ModuleIx,
    pub(crate) subjects: &'c [Subject],
    pub(crate) diagnostics: &'c mut Vec<Diagnostic>,
}

impl Resolver<'_, '_> {
    /// The commands that one declaration stands for.
    pub(crate) fn resolve(&mut self, command: &ast::Command, span: Span) -> Vec<Command> {
        let targets: Vec<_> = command
            .targets
            .iter()
            .filter_map(|t| self.target(t, command.prove))
            .collect();
        let expect = command
            .expect
            .as_ref()
            .and_then(|n| self.expectation(n, command.prove));
        let method = command.method.as_ref().and_then(|m| self.method(m));
        let mut out: Vec<Command> = Vec::new();
        let no_sizes = Vec::new();
        let scopes = match command.scopes.as_slice() {
            [] => std::slice::from_ref(&no_sizes),
            several => several,
        };
        for sizes in scopes {
            let first = out.len();
            for (system, property) in &targets {
                if let Some(known) = out[first..].iter_mut().find(|c| c.system == *system) {
                    known.properties.push(*property);
                    continue;
                }
                out.push(Command {
                    kind: if command.prove {
                        CommandKind::Prove
                    } else {
                        CommandKind::Check
                    },
                    system: *system,
                    properties: vec![*property],
                    lemmas: command.using.as_ref().map(|_| Vec::new()),
                    scope: self.scope(sizes, *system),
                    method,
                    expect,
                    origin: self.program.sources.origin(span),
                });
            }
        }
        for lemma in command.using.iter().flatten() {
            self.lemma(lemma, &mut out);
        }
        out
    }

    fn lemma(&mut self, lemma: &Target, commands: &mut [Command]) {
        let Some((system, property)) = self.target(lemma, true) else {
            return;
        };
        let mut used = false;
        for command in commands.iter_mut() {
            let lemmas = command.lemmas.get_or_insert_default();
            if command.system == system {
                lemmas.push(property);
                used = true;
            } else if let Some(pair) = &self.subjects[command.system].pair
                && pair.base == system
                && let Some((_, both)) = pair.lifted.iter().find(|(p, _)| *p == property)
            {
                // an invariant of one run is one of each of two
                lemmas.extend(both);
                used = true;
            }
        }
        if !used && !commands.is_empty() {
            let message = "this is a property of another system than what is proved";
            self.diagnostics
                .push(Diagnostic::error("E0512", lemma.span, message));
        }
    }

    fn target(&mut self, target: &Target, prove: bool) -> Option<(usize, PropertyId)> {
        let dotted = self.dotted(target);
        let target = dotted.as_ref().unwrap_or(target);
        let (system, within) = match &target.system {
            Some(path) if self.is_part_of_only(path) => {
                let within = std::iter::once(path).chain(&target.within);
                (self.default_system(target)?, within.collect())
            }
            Some(path) => (self.system_named(path)?, target.within.iter().collect()),
            None => (self.default_system(target)?, Vec::new()),
        };
        let subject = self.subjects.get(system)?;
        let names = self.program.names;
        let ix = self.property(subject.module, &within, &target.property)?;
        if prove && names[ix].kind == PropertyKind::Witness {
            self.diagnostics.push(
                Diagnostic::error("E0513", target.span, "a witness is shown by a run, not proved")
                    .help("use `check`, or state an `invariant`"),
            );
            return None;
        }
        if prove && names[ix].kind == PropertyKind::Temporal {
            let message = "a temporal property is about whole runs, which induction does not speak of";
            self.diagnostics
                .push(Diagnostic::error("E0411", target.span, message).help("use `check`, in a scope"));
            return None;
        }
        if names[ix].kind == PropertyKind::TwoRuns {
            let of = |s: &Subject| s.pair.as_ref().is_some_and(|p| p.base == system);
            let system = self
                .subjects
                .iter()
                .position(|s| of(s) && s.lowered.ids.property(ix).is_some())?;
            return Some((system, self.subjects[system].lowered.ids.property(ix)?));
        }
        Some((system, subject.lowered.ids.property(ix)?))
    }

    /// The property of a system, or of a part of it.
    fn property(&mut self, module: ModuleIx, within: &[&Path], property: &Path) -> Option<PropertyIx> {
        let names = self.program.names;
        if within.is_empty() {
            return match names.property_named(module, property, self.diagnostics) {
                Found::These(list) => list.first().copied(),
                Found::Broken | Found::Nothing => None,
            };
        }
        let mut space = module;
        for part in within {
            let Some(next) = names.part(space, &part.text()) else {
                let message = format!("there is no part `{}`", part.text());
                let known = names[space].space.iter().flat_map(|s| s.parts.keys());
                return self.nothing_near(space, part, message, known.map(String::as_str).collect());
            };
            space = next;
        }
        let found = names[space].properties.get(&property.text()).copied();
        if found.is_none() {
            let message = format!("this part has no property `{}`", property.text());
            let known = names[space].properties.keys().map(String::as_str);
            return self.nothing_near(space, property, message, known.collect());
        }
        found
    }

    fn nothing_near<T>(
        &mut self,
        space: ModuleIx,
        path: &Path,
        message: String,
        mut known: Vec<&str>,
    ) -> Option<T> {
        if self.program.names[space].broken.contains(&path.text()) {
            return None;
        }
        known.sort_unstable();
        let near = nearest(&path.text(), known).map(|n| format!("did you mean `{n}`?"));
        self.diagnostics
            .push(Diagnostic::error("E0201", path.span, message).maybe_help(near));
        None
    }

    /// Whether a path names a part of the only system, and no system.
    fn is_part_of_only(&self, path: &Path) -> bool {
        let mut subjects = self.subjects.iter().filter(|s| s.pair.is_none());
        let (Some(only), None) = (subjects.next(), subjects.next()) else {
            return false;
        };
        let text = path.text();
        only.instance.as_ref() != Some(&text) && self.program.names.part(only.module, &text).is_some()
    }

    /// `a.b` read as the property `a.b` that a declaration `a` brings along, where `a` is no system or part of one.
    fn dotted(&self, target: &Target) -> Option<Target> {
        let mut before: Vec<&Path> = target.system.iter().chain(&target.within).collect();
        let last = before.pop()?;
        if before.is_empty() && (self.find_system(last).is_some() || self.is_part_of_only(last)) {
            return None;
        }
        let property = last.dotted(&target.property);
        let name = &property.names.last()?.text;
        let declared = self.program.names.properties.iter().any(|p| p.name.text == *name);
        let mut before = before.into_iter().cloned();
        declared.then(|| Target {
            system: before.next(),
            within: before.collect(),
            property,
            span: target.span,
        })
    }

    fn find_system(&self, path: &Path) -> Option<usize> {
        let text = path.text();
        let by_instance = self
            .subjects
            .iter()
            .position(|s| s.instance.as_deref() == Some(text.as_str()) && s.pair.is_none());
        let by_module = || {
            let module = self.program.names.module_named(self.root, path)?;
            self.subjects
                .iter()
                .position(|s| s.instance.is_none() && s.module == module && s.pair.is_none())
        };
        by_instance.or_else(by_module)
    }

    fn system_named(&mut self, path: &Path) -> Option<usize> {
        let text = path.text();
        let found = self.find_system(path);
        if found.is_none() && !self.program.names[self.root].broken.contains(&text) {
            let names = self.subjects.iter().filter_map(|s| s.instance.as_deref());
            let near = nearest(&text, names).map(|n| format!("did you mean `{n}`?"));
            let message = format!("there is no instance `{text}`");
            self.diagnostics
                .push(Diagnostic::error("E0514", path.span, message).maybe_help(near));
        }
        found
    }

    /// The system of a property that is named alone: the root's, or the only instance's if the root has neither
    /// variables nor this property.
    fn default_system(&mut self, target: &Target) -> Option<usize> {
        let subjects = self.subjects;
        let own = subjects
            .iter()
            .position(|s| s.instance.is_none() && s.pair.is_none());
        let mut instances = (0..subjects.len()).filter(|i| Some(*i) != own && subjects[*i].pair.is_none());
        let only = instances.next().filter(|_| instances.next().is_none());
        let names = self.program.names;
        let has_state = names.vars.iter().any(|v| v.module == self.root);
        let declares = target
            .property
            .single()
            .is_some_and(|n| names[self.root].properties.contains_key(&n.text));
        match (own, only) {
            (Some(own), _) if has_state || declares => return Some(own),
            (_, Some(only)) => return Some(only),
            (Some(own), None) => return Some(own),
            (None, None) => {}
        }
        let name = target.property.text();
        let choices: Vec<_> = self
            .subjects
            .iter()
            .filter(|s| s.pair.is_none())
            .filter_map(|s| s.instance.as_ref())
            .map(|i| format!("`{i}.{name}`"))
            .collect();
        let message = match choices.is_empty() {
            true => "this file declares nothing that could be checked".to_owned(),
            false => format!("`{name}` of which instance?"),
        };
        let help = (!choices.is_empty()).then(|| format!("write {}", choices.join(" or ")));
        self.diagnostics
            .push(Diagnostic::error("E0514", target.span, message).maybe_help(help));
        None
    }

    fn scope(&mut self, sizes: &[(Path, u32)], system: usize) -> Scope {
        let mut scope = Scope::new();
        let Some(subject) = self.subjects.get(system) else {
            return scope;
        };
        for (path, size) in sizes {
            let mut silent = Vec::new();
            let names = self.program.names;
            let found = match names.type_named(subject.module, path, &mut silent) {
                Found::These(list) => Found::These(list),
                Found::Broken | Found::Nothing => names.type_named(self.root, path, self.diagnostics),
            };
            let Found::These(list) = found else { continue };
            let Some(TypeName::Sort(sort)) = list.first() else {
                let message = format!("`{}` is an enumeration, and has the size it has", path.text());
                self.diagnostics
                    .push(Diagnostic::error("E0515", path.span, message));
                continue;
            };
            let Some(id) = subject.lowered.ids.sort(*sort) else {
                continue;
            };
            let named = subject.lowered.system.sort(id).elements.len();
            if named > 0 {
                let message = format!("the instance names the {named} elements of `{}`", path.text());
                self.diagnostics
                    .push(Diagnostic::error("E0515", path.span, message).help("leave the size out"));
                continue;
            }
            if scope.size(id).is_some() {
                let message = format!("the size of `{}` is given twice", path.text());
                self.diagnostics
                    .push(Diagnostic::error("E0515", path.span, message));
            }
            scope = scope.with(id, *size);
        }
        scope
    }

    fn method(&mut self, method: &ast::MethodName) -> Option<Method> {
        let name = method.name.text.as_str();
        let bound = method.bound.map(u32::try_from);
        let known = Method::NAMES.contains(&name);
        let (message, help) = match (name, bound) {
            ("induction", None) => return Some(Method::Induction),
            ("fixpoint", None) => return Some(Method::Fixpoint),
            ("explicit", None) => return Some(Method::Explicit),
            ("bmc", Some(Ok(steps @ 1..=MOST_STEPS))) => return Some(Method::Bmc(steps)),
            ("bmc", _) => (
                format!("`bmc` has a number of steps from 1 to {MOST_STEPS}"),
                Some("write `by bmc 10`".to_owned()),
            ),
            _ if known => (format!("`{name}` has no number"), None),
            _ => {
                let near = nearest(name, Method::NAMES).map(|n| format!("did you mean `{n}`?"));
                let list = "there are `induction`, `bmc` with a number of steps, `fixpoint` and `explicit`";
                (
                    format!("there is no method `{name}`"),
                    Some(near.unwrap_or_else(|| list.to_owned())),
                )
            }
        };
        self.diagnostics
            .push(Diagnostic::error("E0517", method.span, message).maybe_help(help));
        None
    }

    fn expectation(&mut self, name: &ast::Name, prove: bool) -> Option<Expectation> {
        let words: &[(&str, Expectation)] = if prove {
            &[
                ("proved", Expectation::Proved),
                ("violated", Expectation::Violated),
                ("unknown", Expectation::Unknown),
                ("vacuous", Expectation::Vacuous),
            ]
        } else {
            &[
                ("holds", Expectation::Holds),
                ("violated", Expectation::Violated),
                ("unknown", Expectation::Unknown),
                ("vacuous", Expectation::Vacuous),
            ]
        };
        let found = words.iter().find(|(w, _)| *w == name.text).map(|(_, e)| *e);
        if found.is_none() {
            let list: Vec<_> = words.iter().map(|(w, _)| format!("`{w}`")).collect();
            let message = format!("expected one of {}, found `{}`", list.join(", "), name.text);
            self.diagnostics
                .push(Diagnostic::error("E0516", name.span, message));
        }
        found
    }
}
