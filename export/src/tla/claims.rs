//! The definitions of a module that claim something: promises and properties.

use transition_system::{
    BinderId, Expr, ExprId, Promise, Property, PropertyId, PropertyKind, StepClause, Temporal,
};

use super::parts::{bullets, call};
use super::{Assembly, comment};
use crate::NoForm;
use crate::block::Block;

/// Whether a formula has a part without a form.
fn has_until(formula: &Temporal) -> bool {
    match formula {
        Temporal::State(_) => false,
        Temporal::Until(..) => true,
        Temporal::Not(a) | Temporal::Always(a) | Temporal::Eventually(a) | Temporal::Quant(_, _, a) => {
            has_until(a)
        }
        Temporal::And(parts) | Temporal::Or(parts) => parts.iter().any(has_until),
        Temporal::Implies(a, b) | Temporal::Iff(a, b) | Temporal::LeadsTo(a, b) => {
            has_until(a) || has_until(b)
        }
    }
}

impl Assembly<'_> {
    /// What must hold for events to be defined, for all values of their parameters.
    pub(super) fn promises(&mut self) {
        let system = self.system;
        for id in system.event_ids() {
            let event = system.event(id);
            if event.promises.is_empty() {
                continue;
            }
            let binders: Vec<_> = event.binders().collect();
            let body = self.for_all(&binders, |this| this.kept(&event.promises));
            let name = self.writer.names.event(id).to_owned();
            let name = self.writer.names.fresh(&format!("Defined_{name}"));
            self.define("", &name, body);
            self.invariants.push(name);
        }
    }

    /// `\A x \in S :` and what is claimed of each.
    fn for_all(&mut self, binders: &[BinderId], claim: impl FnOnce(&mut Self) -> Block) -> Block {
        if binders.is_empty() {
            return claim(self);
        }
        let head = Block::line(format!("\\A {} :", self.writer.enter_all(binders)));
        let body = claim(self).indent(2);
        self.writer.leave_all(binders);
        Block::stack([head, body])
    }

    fn kept(&mut self, promises: &[Promise]) -> Block {
        let formulas: Vec<ExprId> = promises.iter().map(|p| p.holds).collect();
        self.writer.conjunction(&formulas)
    }

    /// The properties, each behind what must hold for it to be defined.
    pub(super) fn claims(&mut self) -> Result<(), NoForm> {
        let system = self.system;
        for id in system.property_ids() {
            let property = system.property(id);
            if property.temporal.as_ref().is_some_and(has_until) {
                let what = format!("`{}` is left out: `until` has no form in TLA+", property.name);
                self.body.push(comment(&what));
                self.left_out.push(NoForm::new(what, &property.origin));
                continue;
            }
            match property.kind {
                PropertyKind::Invariant | PropertyKind::Witness | PropertyKind::Temporal => {
                    self.of_states(id, property)?;
                }
                PropertyKind::Transition => self.of_steps(id, property),
            }
        }
        Ok(())
    }

    fn of_states(&mut self, id: PropertyId, property: &Property) -> Result<(), NoForm> {
        let name = self.writer.names.property(id).to_owned();
        if !property.promises.is_empty() {
            let defined = self.writer.names.fresh(&format!("Defined_{name}"));
            let parts = self.kept(&property.promises);
            self.define("", &defined, parts);
            self.invariants.push(defined);
        }
        let body = match property.kind {
            PropertyKind::Temporal => self.temporal(property)?,
            PropertyKind::Invariant | PropertyKind::Witness | PropertyKind::Transition => {
                self.writer.block(property.formula)
            }
        };
        self.define(&property.doc, &name, body);
        match property.kind {
            PropertyKind::Invariant => self.invariants.push(name),
            PropertyKind::Temporal | PropertyKind::Transition => self.properties.push(name),
            PropertyKind::Witness => {
                let never = self.writer.names.fresh(&format!("Never_{name}"));
                self.define("", &never, Block::line(format!("~{name}")));
                self.witnesses.push(never);
            }
        }
        Ok(())
    }

    fn of_steps(&mut self, id: PropertyId, property: &Property) {
        let name = self.writer.names.property(id).to_owned();
        let of_clauses = property.steps.iter().map(|s| s.promises.len());
        if property.promises.len() + of_clauses.sum::<usize>() > 0 {
            let defined = self.writer.names.fresh(&format!("Defined_{name}"));
            let formulas: Vec<ExprId> = property.promises.iter().map(|p| p.holds).collect();
            let body = self.step_claim(property, &formulas, |s| {
                s.promises.iter().map(|p| p.holds).collect()
            });
            self.define("", &defined, always_step(body));
            self.properties.push(defined);
        }
        let body = self.step_claim(property, &[property.formula], |s| vec![s.formula]);
        self.define(&property.doc, &name, always_step(body));
        self.properties.push(name);
    }

    /// What is claimed of steps: of those of an event with a clause what that says, of others `general`.
    fn step_claim(
        &mut self,
        property: &Property,
        general: &[ExprId],
        own: impl Fn(&StepClause) -> Vec<ExprId>,
    ) -> Block {
        let trivial = |e: &ExprId| *self.system.arena.expr(*e) == Expr::Bool(true);
        let general: Vec<ExprId> = general.iter().copied().filter(|e| !trivial(e)).collect();
        if property.steps.is_empty() {
            return self.writer.conjunction(&general);
        }
        let mut lines = Vec::new();
        if !general.is_empty() {
            lines.extend(self.of_others(property, &general));
        }
        for clause in &property.steps {
            let formulas: Vec<ExprId> = own(clause)
                .into_iter()
                .filter(|e| *self.system.arena.expr(*e) != Expr::Bool(true))
                .collect();
            if formulas.is_empty() {
                continue;
            }
            let binders: Vec<_> = self.system.event(clause.event).binders().collect();
            lines.push(self.for_all(&binders, |this| {
                let names: Vec<String> = binders
                    .iter()
                    .map(|b| this.writer.names.bound(*b).to_owned())
                    .collect();
                let step = call(this.writer.names.event(clause.event), &names);
                let claim = this.writer.conjunction(&formulas);
                implies(Block::line(step), claim)
            }));
        }
        match lines.len() {
            0 => Block::line("TRUE"),
            _ => bullets("/\\ ", lines),
        }
    }

    /// The steps of events without a clause satisfy the general formula.
    fn of_others(&mut self, property: &Property, general: &[ExprId]) -> Option<Block> {
        let mut steps = Vec::new();
        for event in self.system.event_ids() {
            if property.steps.iter().any(|s| s.event == event) {
                continue;
            }
            let binders: Vec<_> = self.system.event(event).binders().collect();
            let some = self.some_of(event, &binders);
            self.writer.leave_all(&binders);
            steps.push(Block::line(some));
        }
        if steps.is_empty() {
            return None;
        }
        let claim = self.writer.conjunction(general);
        let some = Block::line("(")
            .beside(bullets("\\/ ", steps))
            .beside(Block::line(")"));
        Some(implies(some, claim))
    }
}

fn implies(a: Block, b: Block) -> Block {
    Block::stack([a, Block::line("=> (").beside(b).beside(Block::line(")"))])
}

fn always_step(body: Block) -> Block {
    Block::line("[][").beside(body).beside(Block::line("]_vars"))
}
