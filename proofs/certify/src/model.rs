//! `model.smt2`: the model as a reader wants it, declarations and one definition for each formula.
//!
//! Takes a claim; gives text. No query uses this file: each is closed in itself. It shows what the queries are
//! made of: what is known of constants, `init`, for each event its guard and what each variable is
//! afterwards, the invariant by conjunct, and the property.

use transition_system::PropertyKind;

use crate::meaning::{At, Meaning, NoForm, Place, When};
use crate::obligations::Claim;
use crate::smt::graph::{T, V};
use crate::smt::names::symbol;
use crate::smt::print::{declarations, definition};

/// The text of `model.smt2`.
pub(crate) fn readable(claim: &Claim<'_>) -> Result<String, NoForm> {
    let mut writer = Writer {
        claim,
        meaning: Meaning::new(claim.system, claim.scope),
        out: Vec::new(),
    };
    writer.constants()?;
    writer.init()?;
    writer.events()?;
    writer.claims()?;
    let roots: Vec<T> = writer.out.iter().map(|d| d.body).collect();
    let graph = &writer.meaning.graph;
    let mut text = format!(
        "; {}: for readers; the queries do not use this file\n",
        symbol("", &claim.system.name)
    );
    text.push_str("(set-logic ALL)\n");
    text.push_str(&declarations(graph, &roots));
    for d in &writer.out {
        let line = definition(graph, &d.symbol, &d.parameters, d.body).map_err(NoForm)?;
        text.push_str(&line);
        text.push('\n');
    }
    Ok(text)
}

struct Definition {
    symbol: String,
    parameters: Vec<V>,
    body: T,
}

struct Writer<'a> {
    claim: &'a Claim<'a>,
    meaning: Meaning<'a>,
    out: Vec<Definition>,
}

impl Writer<'_> {
    fn define(&mut self, symbol: String, parameters: Vec<V>, body: T) {
        self.out.push(Definition {
            symbol,
            parameters,
            body,
        });
    }

    fn constants(&mut self) -> Result<(), NoForm> {
        let (system, now) = (self.claim.system, At::closed(When::Now));
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
        let (system, now) = (self.claim.system, At::closed(When::Now));
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
        let system = self.claim.system;
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

    fn claims(&mut self) -> Result<(), NoForm> {
        let (system, now) = (self.claim.system, At::closed(When::Now));
        for conjunct in self.claim.invariant {
            let body = self.meaning.formula(conjunct.formula, &now)?;
            self.define(symbol("inv.", &conjunct.name), Vec::new(), body);
        }
        let decl = system.property(self.claim.property);
        // A property of steps is a formula for each event.
        match decl.kind {
            PropertyKind::Invariant | PropertyKind::Witness | PropertyKind::Temporal => {
                let body = self.meaning.formula(decl.formula, &now)?;
                self.define("property".to_owned(), Vec::new(), body);
            }
            PropertyKind::Transition => {
                for event in system.event_ids() {
                    let at = self.meaning.arguments(event, When::Step(event));
                    let body = self.meaning.formula(decl.of_step(event).0, &at)?;
                    let name = symbol("", &system.event(event).name);
                    self.define(format!("property.{name}"), Vec::new(), body);
                }
            }
        }
        Ok(())
    }
}
