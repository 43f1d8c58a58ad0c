//! Which events of components take place together, and what each component owns.
//!
//! An event of a composition is a set of declared events, one of each side that has the name. Hiding takes the name
//! away, so that nothing outside joins in; renaming gives it another, before anything outside is looked at.

use transition_system::{Component, EventId, PropertyId, VarId};

use super::lock_step::LockStep;
use super::{Lowering, Namer};
use crate::diagnostic::Diagnostic;
use crate::names::{EventIx, ModuleIx, Names, Node, SpaceKind};
use crate::suggest::nearest;
use crate::syntax::ast::{Name, Relabel};

/// An event of the system: the declarations that take place together.
pub(super) struct JointEvent {
    pub(super) name: String,
    pub(super) parts: Vec<EventIx>,
}

/// An event of a part of the composition.
#[derive(Clone)]
struct Labelled {
    name: String,
    /// Not seen from outside.
    hidden: bool,
    /// It has a name that was chosen for it in this composition.
    renamed: bool,
    parts: Vec<EventIx>,
}

impl Lowering<'_, '_> {
    /// All events of the system.
    pub(super) fn joint_events(&mut self) -> Vec<JointEvent> {
        let names = self.program.names;
        let space = self.space;
        let composed = names.systems.iter().find(|s| space.is_some() && s.space == space);
        let Some(composed) = composed else {
            return self.plain_events(&[], &[]);
        };
        let mut composer = Composer {
            names,
            diagnostics: self.diagnostics,
            lock_step: LockStep::default(),
        };
        let labelled = composer.events(&composed.node);
        if let Some(system) = space {
            composer.lock_step.warn(names, system, composer.diagnostics);
        }
        let mut joined: Vec<JointEvent> = Vec::new();
        for event in labelled {
            if !joined.iter().any(|j| j.parts == event.parts) {
                let name = composer.shown(&event);
                joined.push(JointEvent {
                    name,
                    parts: event.parts,
                });
            }
        }
        let mut leaves = Vec::new();
        leaves_of(&composed.node, &mut leaves);
        let taken: Vec<_> = joined.iter().map(|j| j.name.clone()).collect();
        let mut all = self.plain_events(&leaves, &taken);
        all.extend(joined);
        all
    }

    /// The events of the files that are used, but for those that take part in the composition.
    fn plain_events(&mut self, leaves: &[ModuleIx], taken: &[String]) -> Vec<JointEvent> {
        let names = self.program.names;
        let here: Vec<_> = (0..names.events.len())
            .map(EventIx::new)
            .filter(|e| {
                let module = names[*e].module;
                self.is_bare(module) && !leaves.contains(&module)
            })
            .collect();
        let texts = here.iter().map(|e| names[*e].event.name.text.as_str());
        let namer = Namer::new(texts.chain(taken.iter().map(String::as_str)));
        let one = |e: EventIx| JointEvent {
            name: self.named(&namer, names[e].module, &names[e].event.name.text),
            parts: vec![e],
        };
        here.into_iter().map(one).collect()
    }

    /// Notes which component each entry of the system is of.
    pub(super) fn components(&mut self) {
        let names = self.program.names;
        let Some(composed) = names
            .systems
            .iter()
            .find(|s| self.space.is_some() && s.space == self.space)
        else {
            return;
        };
        let mut leaves = Vec::new();
        leaves_of(&composed.node, &mut leaves);
        let events = self.joint_parts.clone();
        for module in leaves {
            let Some(space) = &names[module].space else {
                continue;
            };
            let event_of = |parts: &Vec<EventIx>| parts.iter().any(|e| names[*e].module == module);
            let vars = names
                .vars
                .iter()
                .zip(&self.ids.vars)
                .filter(|(v, _)| v.module == module);
            let (private, open): (Vec<_>, Vec<_>) = vars.partition(|(v, _)| v.private);
            let ids = |list: Vec<(_, &Option<VarId>)>| list.into_iter().filter_map(|(_, id)| *id).collect();
            let properties = names.properties.iter().zip(&self.ids.properties);
            let component = Component {
                name: space.label.clone(),
                of: space.of.clone(),
                variables: ids(open),
                private: ids(private),
                events: (0..events.len())
                    .filter(|i| event_of(&events[*i]))
                    .map(EventId::new)
                    .collect(),
                properties: properties
                    .filter(|(p, _)| p.module == module)
                    .filter_map(|(_, id): (_, &Option<PropertyId>)| *id)
                    .collect(),
                origin: self.origin(space.span),
            };
            self.system.components.push(component);
        }
    }
}

/// The spaces and files whose events take part in a composition.
fn leaves_of(node: &Node<'_>, out: &mut Vec<ModuleIx>) {
    match node {
        Node::Leaf(module) if !out.contains(module) => out.push(*module),
        Node::Leaf(_) => {}
        Node::Together(list) => list.iter().for_each(|n| leaves_of(n, out)),
        Node::Changed(inner, _) => leaves_of(inner, out),
    }
}

struct Composer<'c, 'a> {
    names: &'c Names<'a>,
    diagnostics: &'c mut Vec<Diagnostic>,
    lock_step: LockStep,
}

impl Composer<'_, '_> {
    /// The events of a part of the composition; those that are not hidden differ in their names.
    fn events(&mut self, node: &Node<'_>) -> Vec<Labelled> {
        match node {
            Node::Leaf(module) => self.declared(*module),
            Node::Together(list) => {
                let mut out: Vec<Labelled> = Vec::new();
                for part in list {
                    for event in self.events(part) {
                        self.join(event, &mut out);
                    }
                }
                out
            }
            Node::Changed(inner, changes) => {
                let mut out = self.events(inner);
                for change in *changes {
                    match change {
                        Relabel::Hiding(list) => list.iter().for_each(|n| self.hide(n, &mut out)),
                        Relabel::Renaming(list) => self.rename(list, &mut out),
                    }
                }
                out
            }
        }
    }

    fn declared(&self, module: ModuleIx) -> Vec<Labelled> {
        let all = (0..self.names.events.len()).map(EventIx::new);
        let own = all.filter(|e| self.names[*e].module == module);
        own.map(|e| Labelled {
            name: self.names[e].event.name.text.clone(),
            hidden: false,
            renamed: false,
            parts: vec![e],
        })
        .collect()
    }

    fn hide(&mut self, name: &Name, events: &mut [Labelled]) {
        match events.iter_mut().find(|e| !e.hidden && e.name == name.text) {
            Some(event) => event.hidden = true,
            None => self.no_event(name, events),
        }
    }

    /// All at once, so that two names can be exchanged.
    fn rename(&mut self, list: &[(Name, Name)], events: &mut [Labelled]) {
        let mut new: Vec<(usize, &Name)> = Vec::new();
        for (from, to) in list {
            match events.iter().position(|e| !e.hidden && e.name == from.text) {
                Some(i) if new.iter().any(|(j, _)| *j == i) => self.renamed_twice(from),
                Some(i) => new.push((i, to)),
                None => self.no_event(from, events),
            }
        }
        for (k, (_, to)) in new.iter().enumerate() {
            let mut stays = (0..events.len()).filter(|j| new.iter().all(|(i, _)| i != j));
            let clash = stays.find(|j| events[*j].name == to.text);
            let twice = new.iter().take(k).any(|(_, other)| other.text == to.text);
            if let Some(other) = clash.and_then(|j| events.get(j)) {
                self.renaming_clash(to, other);
            } else if twice {
                self.renamed_onto_one(to);
            }
        }
        for (i, to) in new {
            events[i].name.clone_from(&to.text);
            events[i].renamed = true;
        }
    }

    fn no_event(&mut self, name: &Name, events: &[Labelled]) {
        let hidden = events.iter().any(|e| e.hidden && e.name == name.text);
        let known: Vec<_> = events
            .iter()
            .filter(|e| !e.hidden)
            .map(|e| e.name.as_str())
            .collect();
        let help = match nearest(&name.text, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if hidden => "it is hidden already".to_owned(),
            None if known.is_empty() => "this part has no events that are seen".to_owned(),
            None => format!("its events are `{}`", known.join("`, `")),
        };
        let message = format!("this part has no event `{}`", name.text);
        self.diagnostics
            .push(Diagnostic::error("E0526", name.span, message).help(help));
    }

    fn renamed_twice(&mut self, from: &Name) {
        let message = format!("`{}` is renamed twice", from.text);
        self.diagnostics
            .push(Diagnostic::error("E0527", from.span, message));
    }

    fn renamed_onto_one(&mut self, to: &Name) {
        let message = format!("two events are renamed to `{}`", to.text);
        self.diagnostics
            .push(Diagnostic::error("E0527", to.span, message).help(ONE_EACH));
    }

    fn renaming_clash(&mut self, to: &Name, other: &Labelled) {
        let declared = other.parts.first().map(|e| self.names[*e].event.name.span);
        let (code, message) = if other.hidden {
            (
                "E0522",
                format!("`{}` is the name of a hidden event of this part", to.text),
            )
        } else {
            ("E0527", format!("this part has an event `{}` already", to.text))
        };
        let mut error = Diagnostic::error(code, to.span, message).help(ONE_EACH);
        if let Some(declared) = declared {
            error = error.label(declared, "the other event");
        }
        self.diagnostics.push(error);
    }

    /// Adds an event to those beside it: with the one of its name, if both are seen.
    fn join(&mut self, event: Labelled, out: &mut Vec<Labelled>) {
        let same = out
            .iter_mut()
            .find(|e| !e.hidden && !event.hidden && e.name == event.name);
        match same {
            Some(other) => {
                if !other.renamed && !event.renamed {
                    self.lock_step.note(self.names, &other.parts, &event.parts);
                }
                let new = event.parts.into_iter().filter(|p| !other.parts.contains(p));
                let new: Vec<_> = new.collect();
                other.parts.extend(new);
            }
            None => out.push(event),
        }
    }

    /// How an event is called in the system: behind its component if it is of one, and behind all if it is hidden.
    fn shown(&self, event: &Labelled) -> String {
        let spaces = event
            .parts
            .iter()
            .filter_map(|e| self.names[self.names[*e].module].space.as_ref());
        let labels: Vec<&str> = spaces
            .filter(|s| s.kind == SpaceKind::Component)
            .map(|s| s.label.as_str())
            .collect();
        if labels.is_empty() || (!event.hidden && event.parts.len() > 1) {
            return event.name.clone();
        }
        format!("{}.{}", labels.join("+"), event.name)
    }
}

const ONE_EACH: &str = "in one part, each name is of one event";
