//! `model.smt2`: the model as a reader wants it, declarations and one definition for each formula.
//!
//! Takes a claim; gives text. No query uses this file: each is closed in itself. It shows what the queries are
//! made of: what is known of constants, `init`, for each event its guard and what each variable is
//! afterwards, the invariant by conjunct, and the property.

use transition_system::text::{print, read};
use transition_system::{Fairness, PropertyId, PropertyKind, Scope, System};

use crate::deep;
use crate::meaning::{At, Meaning, NoForm, Place, When};
use crate::obligations::Claim;
use crate::smt::graph::{T, V};
use crate::smt::names::symbol;
use crate::smt::print::{declarations, definition};

/// The text of `model.smt2`.
pub(crate) fn readable(claim: &Claim<'_>) -> Result<String, NoForm> {
    let mut writer = Writer::new(claim.system, claim.scope);
    writer.behaviour()?;
    writer.claims(claim)?;
    writer.text("for readers; the queries do not use this file")
}

/// A system as SMT-LIB: what is known of constants, `init`, for each event its guard and what each variable is
/// afterwards, and every property of states and steps. Sorts without a size in the scope are of any size.
///
/// # Errors
/// In words: a construct has no form in SMT-LIB.
pub fn smt_lib(system: &System, scope: &Scope) -> Result<String, String> {
    // the text form has the names, and not the order, of what is in the arena
    let plain = read(&print(system)).map_err(|e| format!("the system does not read back: {e}"))?;
    deep::run(|| {
        let mut writer = Writer::new(&plain, scope);
        let text = writer
            .behaviour()
            .and_then(|()| writer.properties())
            .and_then(|()| {
                writer.without_fairness();
                writer.text(
                    "a transition system; `init`, `guard.E` and `after.E.V` are of the state before a step",
                )
            });
        text.map_err(|e| e.to_string())
    })
}

struct Definition {
    symbol: String,
    parameters: Vec<V>,
    body: T,
}

struct Writer<'a> {
    system: &'a System,
    meaning: Meaning<'a>,
    out: Vec<Definition>,
    /// What is left out, a sentence each.
    remarks: Vec<String>,
}

impl<'a> Writer<'a> {
    fn new(system: &'a System, scope: &'a Scope) -> Self {
        Self {
            system,
            meaning: Meaning::new(system, scope),
            out: Vec::new(),
            remarks: Vec::new(),
        }
    }

    fn text(&self, what: &str) -> Result<String, NoForm> {
        let roots: Vec<T> = self.out.iter().map(|d| d.body).collect();
        let graph = &self.meaning.graph;
        let mut text = format!("; {}: {what}\n", symbol("", &self.system.name));
        for remark in &self.remarks {
            text.push_str(&format!("; {remark}\n"));
        }
        text.push_str("(set-logic ALL)\n");
        text.push_str(&declarations(graph, &roots));
        for d in &self.out {
            let line = definition(graph, &d.symbol, &d.parameters, d.body).map_err(NoForm)?;
            text.push_str(&line);
            text.push('\n');
        }
        Ok(text)
    }

    fn behaviour(&mut self) -> Result<(), NoForm> {
        self.constants()?;
        self.init()?;
        self.events()
    }

    /// Says that the fairness of events is left out.
    fn without_fairness(&mut self) {
        let fair = self.system.events.iter().filter(|e| e.fairness != Fairness::None);
        let names: Vec<&str> = fair.map(|e| e.name.as_str()).collect();
        if !names.is_empty() {
            let remark = format!(
                "the fairness of {} is left out: it is of infinite runs",
                names.join(", ")
            );
            self.remarks.push(remark);
        }
    }

    fn properties(&mut self) -> Result<(), NoForm> {
        for id in self.system.property_ids() {
            self.property(id, &symbol("property.", &self.system.property(id).name))?;
        }
        Ok(())
    }

    fn define(&mut self, symbol: String, parameters: Vec<V>, body: T) {
        self.out.push(Definition {
            symbol,
            parameters,
            body,
        });
    }

    fn constants(&mut self) -> Result<(), NoForm> {
        let (system, now) = (self.system, At::closed(When::Now));
        let mut parts = Vec::new();
        for id in system.constant_ids() {
            parts.push(self.meaning.typed(Place::Constant(id), system.constant(id).ty)?);
        }
        for given in &system.givens {
            if let Some(value) = given.value {
                parts.push(self.meaning.given(given.constant, &given.indices, value)?);
            }
        }
        for axiom in &system.assumptions {
            parts.push(self.meaning.formula(axiom.formula, &now)?);
        }
        let body = self.meaning.graph.and(parts);
        self.define("constants".to_owned(), Vec::new(), body);
        Ok(())
    }

    fn init(&mut self) -> Result<(), NoForm> {
        let (system, now) = (self.system, At::closed(When::Now));
        let mut parts = Vec::new();
        for id in system.variable_ids() {
            parts.push(self.meaning.typed(Place::Variable(id), system.variable(id).ty)?);
        }
        for axiom in &system.init {
            parts.push(self.meaning.formula(axiom.formula, &now)?);
        }
        let body = self.meaning.graph.and(parts);
        self.define("init".to_owned(), Vec::new(), body);
        Ok(())
    }

    fn events(&mut self) -> Result<(), NoForm> {
        let system = self.system;
        for event in system.event_ids() {
            let decl = system.event(event);
            let name = symbol("", &decl.name);
            let at = self.meaning.arguments(event, When::Now);
            let guard = self.meaning.formula(decl.guard, &at)?;
            self.define(format!("guard.{name}"), Vec::new(), guard);
            for update in &decl.updates {
                let variable = symbol("", &system.variable(update.variable).name);
                for (component, parameters, body) in self.meaning.components_after(event, update.variable)? {
                    self.define(format!("after.{name}.{variable}{component}"), parameters, body);
                }
            }
        }
        Ok(())
    }

    fn claims(&mut self, claim: &Claim<'_>) -> Result<(), NoForm> {
        let now = At::closed(When::Now);
        for conjunct in claim.invariant {
            let body = self.meaning.formula(conjunct.formula, &now)?;
            self.define(symbol("inv.", &conjunct.name), Vec::new(), body);
        }
        self.property(claim.property, "property")
    }

    /// A property of steps is a formula for each event.
    fn property(&mut self, id: PropertyId, name: &str) -> Result<(), NoForm> {
        let system = self.system;
        let decl = system.property(id);
        match decl.kind {
            PropertyKind::Invariant | PropertyKind::Witness => {
                let body = self.meaning.formula(decl.formula, &At::closed(When::Now))?;
                self.define(name.to_owned(), Vec::new(), body);
            }
            PropertyKind::Transition => {
                for event in system.event_ids() {
                    let at = self.meaning.arguments(event, When::Step(event));
                    let body = self.meaning.formula(decl.of_step(event).0, &at)?;
                    self.define(
                        symbol(&format!("{name}."), &system.event(event).name),
                        Vec::new(),
                        body,
                    );
                }
            }
            PropertyKind::Temporal => self
                .remarks
                .push(format!("{name} is of whole runs, and not here")),
        }
        Ok(())
    }
}
