//! A run as a sequence diagram: who did what to whom.
//!
//! A step is a message. It comes from who acts (`by`), else from the environment for an `input` event, else from the
//! first component that takes part, else from the system. It goes to every other argument that could act, that is, has
//! the type of some event's actor, and to every other component that takes part; without any, an input goes to the
//! system, and all else stays with the sender.

use std::fmt::Write as _;

use transition_system::eval::{Bindings, Context, Evaluator};
use transition_system::{Scope, State, Step, System, Trace, TypeId, Value};

/// A diagram, to be written in one language or another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagram {
    /// Who takes part, in order of appearance.
    pub lifelines: Vec<String>,
    /// What happens, in order.
    pub messages: Vec<Message>,
    /// For an infinite run: the first message of what repeats forever.
    pub repeats_from: Option<usize>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// From whom: index of a lifeline.
    pub from: usize,
    /// To whom; the sender alone for what it does to itself.
    pub to: Vec<usize>,
    /// The event with its arguments.
    pub label: String,
}

impl Diagram {
    /// The diagram of a run.
    #[must_use]
    pub fn new(system: &System, scope: &Scope, run: &Trace) -> Self {
        let mut out = Self {
            lifelines: Vec::new(),
            messages: Vec::new(),
            repeats_from: run.loop_start.filter(|s| *s < run.len()),
        };
        let agents: Vec<TypeId> = system
            .events
            .iter()
            .filter_map(|e| Some(system.arena.type_id(e.actor?)))
            .collect();
        let mut before = &run.initial;
        for step in &run.steps {
            let message = out.message(system, scope, &agents, before, step);
            out.messages.push(Message {
                label: run.call(system, step),
                ..message
            });
            before = &step.state;
        }
        out
    }

    fn message(
        &mut self,
        system: &System,
        scope: &Scope,
        agents: &[TypeId],
        before: &State,
        step: &Step,
    ) -> Message {
        let event = system.event(step.event);
        let actor = actor(system, scope, before, step);
        let from = match &actor {
            Some(value) => self.lifeline(value.display(system)),
            None if event.input => self.lifeline("environment".to_owned()),
            None => {
                let first = system.taking_part(step.event).next();
                self.lifeline(first.map_or(&system.name, |c| &c.name).clone())
            }
        };
        let others = event.params.iter().zip(&step.args).filter(|(b, value)| {
            agents.contains(&system.arena.binder_info(**b).ty) && Some(*value) != actor.as_ref()
        });
        let others = others.map(|(_, v)| v.display(system));
        let components = system.taking_part(step.event).map(|c| c.name.clone());
        let mut to = Vec::new();
        for name in others.chain(components) {
            let line = self.lifeline(name);
            if line != from && !to.contains(&line) {
                to.push(line);
            }
        }
        if to.is_empty() && event.input {
            to.push(self.lifeline(system.name.clone()));
        }
        if to.is_empty() {
            to.push(from);
        }
        Message {
            from,
            to,
            label: String::new(),
        }
    }

    fn lifeline(&mut self, name: String) -> usize {
        self.lifelines.iter().position(|l| *l == name).unwrap_or_else(|| {
            self.lifelines.push(name);
            self.lifelines.len() - 1
        })
    }

    /// The diagram in the language of Mermaid.
    #[must_use]
    pub fn mermaid(&self) -> String {
        let mut out = String::from("sequenceDiagram\n");
        for (i, name) in self.lifelines.iter().enumerate() {
            let _ = writeln!(out, "  participant p{i} as {}", escaped(name));
        }
        for (i, message) in self.messages.iter().enumerate() {
            if self.repeats_from == Some(i) {
                out.push_str("  loop forever\n");
            }
            for to in &message.to {
                let _ = writeln!(
                    out,
                    "  p{}->>p{to}: {}. {}",
                    message.from,
                    i + 1,
                    escaped(&message.label)
                );
            }
        }
        if self.repeats_from.is_some_and(|s| s < self.messages.len()) {
            out.push_str("  end\n");
        }
        out
    }

    /// The diagram drawn with characters: a column for each lifeline, the message at the end of its line.
    #[must_use]
    pub fn text(&self) -> String {
        let mut columns = Vec::new();
        let mut at = 0;
        let mut head = String::new();
        for name in &self.lifelines {
            let width = name.chars().count();
            columns.push(at + width / 2);
            let _ = write!(head, "{name}    ");
            at += width + 4;
        }
        let lines = |row: &mut Vec<char>| {
            for c in &columns {
                row[*c] = '|';
            }
        };
        let mut out = format!("{}\n", head.trim_end());
        for (i, message) in self.messages.iter().enumerate() {
            if self.repeats_from == Some(i) {
                out.push_str("-- and from here again and again:\n");
            }
            for (n, to) in message.to.iter().enumerate() {
                let mut row = vec![' '; at];
                lines(&mut row);
                arrow(&mut row, columns[message.from], columns[*to]);
                let row: String = row.into_iter().collect();
                let label = if n == 0 {
                    format!("{}. {}", i + 1, message.label)
                } else {
                    String::new()
                };
                let _ = writeln!(out, "{}", format!("{row}{label}").trim_end());
            }
        }
        out
    }
}

fn actor(system: &System, scope: &Scope, before: &State, step: &Step) -> Option<Value> {
    let event = system.event(step.event);
    let mut env: Bindings = event.binders().zip(step.args.iter().cloned()).collect();
    let at = Context {
        state: before,
        next: None,
    };
    Evaluator::new(system, scope)
        .value(event.actor?, at, &mut env)
        .ok()
}

fn arrow(row: &mut [char], from: usize, to: usize) {
    if from == to {
        row[from] = '*';
        return;
    }
    let (low, high) = (from.min(to), from.max(to));
    for cell in &mut row[low + 1..high] {
        if *cell == ' ' {
            *cell = '-';
        }
    }
    if from < to {
        row[to - 1] = '>';
    } else {
        row[to + 1] = '<';
    }
}

/// Text that Mermaid takes as it is.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '#' => out.push_str("#35;"),
            ';' => out.push_str("#59;"),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diagram() -> Diagram {
        let message = |from, to: &[usize], label: &str| Message {
            from,
            to: to.to_vec(),
            label: label.to_owned(),
        };
        Diagram {
            lifelines: vec!["P#0".to_owned(), "P#1".to_owned(), "lock".to_owned()],
            messages: vec![
                message(0, &[0], "look()"),
                message(0, &[2], "send(m = {1; 2})"),
                message(2, &[1], "answer()"),
                message(1, &[0, 2], "tell()"),
            ],
            repeats_from: Some(2),
        }
    }

    #[test]
    fn text_has_a_column_for_each() {
        assert_eq!(
            diagram().text(),
            "P#0    P#1    lock\n \
              *      |       |     1. look()\n \
              |------|------>|     2. send(m = {1; 2})\n\
             -- and from here again and again:\n \
              |      |<------|     3. answer()\n \
              |<-----|       |     4. tell()\n \
              |      |------>|\n"
        );
    }

    #[test]
    fn mermaid_is_escaped() {
        let expected = "sequenceDiagram
  participant p0 as P#35;0
  participant p1 as P#35;1
  participant p2 as lock
  p0->>p0: 1. look()
  p0->>p2: 2. send(m = {1#59; 2})
  loop forever
  p2->>p1: 3. answer()
  p1->>p0: 4. tell()
  p1->>p2: 4. tell()
  end
";
        assert_eq!(diagram().mermaid(), expected);
    }
}
