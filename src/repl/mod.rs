//! The conversation of `watertight repl`: a line in, text out.
//!
//! A [`Session`] holds a system in a scope and a run of it. Every line is answered: with a value, with what changed, or
//! with what is wrong; nothing ends the session but `:quit`. It reads and prints nothing itself.

mod commands;

use std::fmt::Write as _;

use model_checker::ground::{Ground, GroundError};
use model_checker::walk::{Move, Packed, Stepper};
use spec_lang::Model;
use spec_lang::ask::{Answer, Question};
use transition_system::eval::{Bindings, Context, Evaluator};
use transition_system::{
    EventId, ExprId, PropertyId, PropertyKind, Scope, State, System, Trace, Value, Violation,
};

use crate::outcome::{describe_undefined as undefined, describe_wrong};
use crate::report::states::instance;
use crate::report::trace::changes;
use crate::survey::counted;

/// Moves with the text of each, and why an event is undefined, if one is.
type Possible = (Vec<(Move, String)>, Option<String>);

/// Most initial states that are listed.
const STARTS: usize = 1000;

/// What a line asks of whoever holds the session.
#[derive(Debug, PartialEq, Eq)]
pub enum Reply {
    /// Print this.
    Text(String),
    /// Print this; something was wrong.
    Wrong(String),
    /// Leave.
    Quit,
    /// Go on with another file; an empty name is the same one again.
    Load(String),
}

/// See the module.
pub struct Session<'m, 'g, 's> {
    model: &'m Model,
    index: usize,
    scope: &'m Scope,
    stepper: Stepper<'g, 's>,
    starts: Vec<Packed>,
    start: usize,
    run: Vec<Move>,
}

impl<'m, 'g, 's> Session<'m, 'g, 's> {
    /// A session in the first initial state. `ground` is the system at `index` of the model, sized by the scope.
    ///
    /// # Errors
    /// An internal error.
    pub fn new(
        model: &'m Model,
        index: usize,
        scope: &'m Scope,
        ground: &'g Ground<'s>,
    ) -> Result<Self, GroundError> {
        let stepper = Stepper::new(ground)?;
        let starts = stepper.initial(STARTS).states;
        Ok(Self {
            model,
            index,
            scope,
            stepper,
            starts,
            start: 0,
            run: Vec::new(),
        })
    }

    fn system(&self) -> &'s System {
        self.stepper.ground.system
    }

    /// Where one begins.
    #[must_use]
    pub fn greeting(&self) -> String {
        let base = &self.model.systems[self.index].system;
        let scope = self.scope.display(base);
        let scope = if scope.is_empty() {
            String::new()
        } else {
            format!(" for {scope}")
        };
        let starts = match self.starts.len() {
            0 => "no initial state: assumptions or `init` contradict each other".to_owned(),
            1 => "one initial state".to_owned(),
            STARTS => format!("{STARTS} initial states or more"),
            n => format!("{n} initial states"),
        };
        format!("{}{scope}, {starts}; :help lists the commands", base.name)
    }

    /// The answer to a line.
    pub fn line(&mut self, line: &str) -> Reply {
        let line = line.trim();
        if line.is_empty() || line.starts_with("//") {
            return Reply::Text(String::new());
        }
        if let Some(command) = line.strip_prefix(':') {
            let (word, rest) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
            return self.command(word, rest.trim());
        }
        let name = line.split('(').next().unwrap_or("").trim();
        let is_event = !self.events_named(name).is_empty() && !self.declares(name);
        let whole = line == name || line.ends_with(')');
        self.reply(|this| {
            if is_event && whole {
                return this.fire(line);
            }
            let answer = this.evaluate(line);
            match this.of_parts(name) {
                Some(hint) if whole && answer.is_err() => Err(hint),
                Some(_) | None => answer,
            }
        })
    }

    /// The event of this name, or all its alternatives.
    fn events_named(&self, name: &str) -> Vec<EventId> {
        let system = self.system();
        let has_name = |e: &EventId| {
            let event = system.event(*e);
            event.name == name || event.alternative.as_ref().is_some_and(|a| a.of == name)
        };
        system.event_ids().filter(has_name).collect()
    }

    /// That only parts of a composed system have events of this name, and how they are called.
    fn of_parts(&self, name: &str) -> Option<String> {
        let system = self.system();
        let end = format!(".{name}");
        let called = |e: EventId| {
            let event = system.event(e);
            let of = event.alternative.as_ref().map_or(&event.name, |a| &a.of);
            of.ends_with(&end).then(|| format!("`{of}`"))
        };
        let mut names: Vec<_> = system.event_ids().filter_map(called).collect();
        names.dedup();
        (!name.is_empty() && !names.is_empty())
            .then(|| format!("there is no event `{name}`; did you mean {}?", names.join(" or ")))
    }

    /// Whether the name alone is an expression.
    fn declares(&self, name: &str) -> bool {
        let question = Question {
            text: name,
            truth: false,
        };
        self.model.ask(self.index, self.scope, &[question]).is_ok()
    }

    fn reply(&mut self, f: impl FnOnce(&mut Self) -> Result<String, String>) -> Reply {
        match f(self) {
            Ok(text) => Reply::Text(text),
            Err(text) => Reply::Wrong(text),
        }
    }

    fn packed(&self) -> Result<Packed, String> {
        let here = self
            .run
            .last()
            .map(|m| &m.after)
            .or_else(|| self.starts.get(self.start));
        here.cloned()
            .ok_or_else(|| "there is no initial state".to_owned())
    }

    fn state(&self) -> Result<State, String> {
        Ok(self.stepper.state(&self.packed()?))
    }

    // ---- expressions ----

    fn ask(&self, text: &str) -> Result<Answer, String> {
        let question = Question { text, truth: false };
        self.model.ask(self.index, self.scope, &[question]).map_err(|r| {
            spec_lang::render(&r.diagnostics, &r.sources, true)
                .trim_end()
                .to_owned()
        })
    }

    fn evaluate(&self, text: &str) -> Result<String, String> {
        let answer = self.ask(text)?;
        let state = self.state()?;
        let closed = Scope::new();
        let evaluator = Evaluator::new(&answer.system, &closed);
        let asked = answer.expressions.first().ok_or("nothing was asked")?;
        let at = Context {
            state: &state,
            next: None,
        };
        match evaluator.value(asked.expr, at, &mut Bindings::new()) {
            Ok(value) => Ok(value.show(&answer.system, &asked.view)),
            Err(error) => Err(undefined(&error)),
        }
    }

    fn type_of(&self, text: &str) -> Result<String, String> {
        let answer = self.ask(text)?;
        Ok(answer
            .expressions
            .first()
            .map_or_else(String::new, |a| a.ty.clone()))
    }

    // ---- the run ----

    fn show_state(&self) -> Result<String, String> {
        let (state, system) = (self.state()?, self.system());
        let mut lines = Vec::new();
        for (id, value) in system.constant_ids().zip(&state.constants) {
            let value = value.show(system, system.views.constant(id));
            lines.push(format!("const {} = {value}", system.constant(id).name));
        }
        for (id, value) in system.variable_ids().zip(&state.variables) {
            let value = value.show(system, system.views.variable(id));
            lines.push(format!("{} = {value}", system.variable(id).name));
        }
        Ok(lines.join("\n"))
    }

    /// What can happen here, in order, with the text of each.
    fn moves(&mut self) -> Result<Possible, String> {
        let here = self.packed()?;
        let moves = self.stepper.moves(&here).map_err(|e| e.to_string())?;
        let system = self.system();
        let undefined = moves.undefined.map(|what| {
            let trace = Trace {
                initial: self.stepper.state(&here),
                steps: Vec::new(),
                loop_start: None,
            };
            let shortest = false;
            describe_wrong(
                system,
                &Violation {
                    what,
                    trace,
                    shortest,
                },
            )
        });
        let text = |m: Move| {
            let (event, args) = self.stepper.event(m.instance);
            let text = instance(system, event, args);
            (m, text)
        };
        Ok((moves.moves.into_iter().map(text).collect(), undefined))
    }

    fn show_events(&mut self) -> Result<String, String> {
        let (moves, undefined) = self.moves()?;
        let mut out = String::new();
        for (i, (_, text)) in moves.iter().enumerate() {
            let _ = writeln!(out, "{:>3}. {text}", i + 1);
        }
        if moves.is_empty() {
            out.push_str("no event is enabled here\n");
        }
        if let Some(undefined) = undefined {
            out.push_str(&undefined);
        }
        Ok(out.trim_end().to_owned())
    }

    /// Takes a move by its number or as `event(args)`; gives what changes.
    fn fire(&mut self, what: &str) -> Result<String, String> {
        let (moves, undefined) = self.moves()?;
        let is_number = what.chars().all(|c| c.is_ascii_digit());
        let chosen = if is_number {
            // a number that is too large for a place has none
            let place = what.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
            place
                .and_then(|n| moves.into_iter().nth(n))
                .ok_or_else(|| format!("there is no event number {what} here; :events lists them"))?
        } else {
            self.named(what, moves, undefined)?
        };
        let before = self.state()?;
        let (taken, text) = chosen;
        self.run.push(taken);
        let changed = changes(self.system(), &before, &self.state()?);
        let changed = if changed.is_empty() {
            "  nothing changes".to_owned()
        } else {
            format!("  {}", changed.join("\n  "))
        };
        Ok(format!("{text}\n{changed}"))
    }

    /// The one move that `event(args)` means.
    fn named(
        &mut self,
        what: &str,
        moves: Vec<(Move, String)>,
        undefined: Option<String>,
    ) -> Result<(Move, String), String> {
        let (name, rest) = what.split_once('(').unwrap_or((what, ")"));
        let (name, system) = (name.trim(), self.system());
        let events = self.events_named(name);
        // alternatives have the same parameters
        let event = *events.first().ok_or_else(|| {
            let names: Vec<_> = system.events.iter().map(|e| e.name.as_str()).collect();
            format!("there is no event `{name}`; the events are {}", names.join(", "))
        })?;
        let inside = rest.trim_end().strip_suffix(')').ok_or("a `)` is missing")?;
        let wanted = self.arguments(event, inside)?;
        let given = wanted.len();
        let is_call = what.contains('(');
        if is_call && given < system.event(event).params.len() {
            return Err(self.missing(name, event, given));
        }
        let fits = |(m, _): &(Move, String)| {
            let (of, args) = self.stepper.event(m.instance);
            events.contains(&of) && args.iter().zip(&wanted).all(|(a, w)| a == w)
        };
        let mut found: Vec<_> = moves.into_iter().filter(fits).collect();
        match (found.len(), found.pop()) {
            (1, Some(one)) => Ok(one),
            (0, _) | (_, None) => {
                let more = undefined.map(|u| format!("; {u}")).unwrap_or_default();
                Err(format!("`{what}` is not enabled here{more}"))
            }
            (n, Some(_)) if given < system.event(event).params.len() => Err(format!(
                "`{name}` is enabled here for {n} choices of its arguments; :events lists them"
            )),
            (n, Some(_)) => Err(format!(
                "`{what}` can happen in {n} ways here; :events lists them, :fire N takes one"
            )),
        }
    }

    /// That a call has too few arguments, and which are missing.
    fn missing(&self, name: &str, event: EventId, given: usize) -> String {
        let system = self.system();
        let params = system.event(event).params.iter().skip(given).map(|binder| {
            let info = system.arena.binder_info(*binder);
            let ty = system.type_shown(info.ty, system.views.binder(*binder));
            format!("`{}: {ty}`", info.name)
        });
        let params: Vec<_> = params.collect();
        format!(
            "`{name}` wants {} more: {}",
            counted(params.len() as u64, "argument"),
            params.join(", ")
        )
    }

    /// The values of arguments, by position or by name in order: `p = Process#0`.
    fn arguments(&self, event: EventId, text: &str) -> Result<Vec<Value>, String> {
        let (system, event) = (self.system(), self.system().event(event));
        let parts = split(text);
        if parts.len() > event.params.len() {
            return Err(format!("`{}` has {} parameters", event.name, event.params.len()));
        }
        let state = self.state()?;
        let mut out = Vec::new();
        for (binder, part) in event.params.iter().zip(parts) {
            let info = system.arena.binder_info(*binder);
            let part = match part.split_once('=') {
                Some((name, value)) if name.trim() == info.name && !value.starts_with('=') => value.trim(),
                Some(_) | None => part,
            };
            // first as a value of the parameter's type, written as `:events` writes it
            let closed = Scope::new();
            let evaluator = Evaluator::new(system, &closed);
            let domain = evaluator.domain(info.ty).map_err(|e| undefined(&e))?;
            let plain = |s: &str| s.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            if let Some(value) = domain
                .iter()
                .find(|v| plain(&v.show(system, system.views.binder(*binder))) == plain(part))
            {
                out.push(value.clone());
                continue;
            }
            let answer = self.ask(part)?;
            let expr = answer
                .expressions
                .first()
                .map(|a| a.expr)
                .ok_or("nothing was asked")?;
            let at = Context {
                state: &state,
                next: None,
            };
            let value = Evaluator::new(&answer.system, &closed).value(expr, at, &mut Bindings::new());
            let value = value.map_err(|e| undefined(&e))?;
            if !domain.contains(&value) {
                let wanted = system.type_shown(info.ty, system.views.binder(*binder));
                return Err(format!(
                    "`{}` wants a value of `{wanted}`, and `{part}` is none",
                    info.name
                ));
            }
            out.push(value);
        }
        Ok(out)
    }

    fn back(&mut self, steps: usize) -> Result<String, String> {
        if self.run.is_empty() {
            return Err("this is an initial state; there is nothing to take back".to_owned());
        }
        let keep = self.run.len().saturating_sub(steps);
        self.run.truncate(keep);
        Ok(format!("after {keep} step{}", if keep == 1 { "" } else { "s" }))
    }

    fn restart(&mut self, number: usize) -> Result<String, String> {
        let count = self.starts.len();
        if number == 0 || number > count {
            return Err(format!("there are {count} initial states"));
        }
        self.start = number - 1;
        self.run.clear();
        Ok(format!(
            "initial state {number} of {count}\n{}",
            self.show_state()?
        ))
    }

    fn show_trace(&self) -> Result<String, String> {
        let start = self.starts.get(self.start).ok_or("there is no initial state")?;
        let trace = self.stepper.trace(start, &self.run);
        let mut out = Vec::new();
        crate::report::trace::write(&mut out, self.system(), &trace, "").map_err(|e| e.to_string())?;
        Ok(String::from_utf8_lossy(&out).trim_end().to_owned())
    }

    // ---- properties ----

    /// What a property claims here, over the parameters and choices of the last step where it speaks of steps.
    fn claimed(&self, id: PropertyId) -> (ExprId, Bindings) {
        let (system, property) = (self.system(), self.system().property(id));
        match self.run.last() {
            Some(last) if property.kind == PropertyKind::Transition => {
                let (event, args) = self.stepper.event(last.instance);
                let bound = system.event(event).binders().zip(args.iter().cloned());
                (property.of_step(event).0, bound.collect())
            }
            Some(_) | None => (property.formula, Bindings::new()),
        }
    }

    /// What one property, or each, says of the state here (of the last step, if it speaks of steps).
    fn check(&self, name: &str) -> Result<String, String> {
        let system = self.system();
        let ids: Vec<_> = match (name, system.find_property(name)) {
            ("", _) => system.property_ids().collect(),
            (_, Some(id)) => vec![id],
            (_, None) => {
                let names: Vec<_> = system.properties.iter().map(|p| p.name.as_str()).collect();
                return Err(format!(
                    "there is no property `{name}`; there are {}",
                    names.join(", ")
                ));
            }
        };
        let state = self.state()?;
        let before = match self.run.len() {
            0 => None,
            1 => self.starts.get(self.start).map(|s| self.stepper.state(s)),
            n => self.run.get(n - 2).map(|m| self.stepper.state(&m.after)),
        };
        let closed = Scope::new();
        let evaluator = Evaluator::new(system, &closed);
        let mut lines = Vec::new();
        for id in ids {
            let property = system.property(id);
            let (at, words) = match property.kind {
                PropertyKind::Invariant => (
                    Context {
                        state: &state,
                        next: None,
                    },
                    ("holds here", "is false here"),
                ),
                PropertyKind::Witness => (
                    Context {
                        state: &state,
                        next: None,
                    },
                    ("is reached here", "is not reached here"),
                ),
                PropertyKind::Temporal => {
                    lines.push(format!(
                        "{} speaks of whole runs; `watertight check` decides it",
                        property.name
                    ));
                    continue;
                }
                PropertyKind::Transition => match &before {
                    Some(before) => (
                        Context {
                            state: before,
                            next: Some(&state),
                        },
                        ("holds of the last step", "is false of the last step"),
                    ),
                    None => {
                        lines.push(format!(
                            "{} speaks of steps, and there is none yet",
                            property.name
                        ));
                        continue;
                    }
                },
            };
            let (formula, mut env) = self.claimed(id);
            lines.push(match evaluator.truth(formula, at, &mut env) {
                Ok(true) => format!("{} {}", property.name, words.0),
                Ok(false) => format!("{} {}", property.name, words.1),
                Err(error) => format!("{} is undefined here: {}", property.name, undefined(&error)),
            });
        }
        Ok(lines.join("\n"))
    }
}

/// Arguments, at the commas outside of all brackets.
fn split(text: &str) -> Vec<&str> {
    let (mut depth, mut start, mut out) = (0i32, 0, Vec::new());
    for (i, c) in text.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                out.push(text[start..i].trim());
                start = i + 1;
            }
            _ => {}
        }
    }
    let last = text[start..].trim();
    if !last.is_empty() || !out.is_empty() {
        out.push(last);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn arguments_are_split_outside_of_brackets() {
        assert_eq!(split(""), Vec::<&str>::new());
        assert_eq!(split("a, (b, c), { d, e }"), ["a", "(b, c)", "{ d, e }"]);
        assert_eq!(split("a,"), ["a", ""]);
    }
}
