//! Grounding: a system in a scope, flattened into scalar *cells* and a graph of scalar *nodes*.
//!
//! Takes a [`System`] that obeys the rule book and a [`Scope`] that gives every open sort a size. Gives a
//! [`Ground`]: the cells of all constants and variables, and nodes over them for every formula, every property asked
//! for and every instance of an event that the constants do not rule out. What an instance gives of constants
//! is folded; what it leaves open is a cell that keeps its value in a run.
//!
//! Guarantees: in corresponding states (see [`Cells::state`]) nodes have the values that the reference evaluator
//! gives their expressions, wherever it gives one; instances left out are never enabled and never undefined. The
//! differential tests of this crate hold the engines, and so this module, against the reference evaluator.

mod arith;
mod cells;
mod composite;
mod cone;
mod dag;
mod error;
mod flatten;
mod fold;
mod initial;
mod instance;
mod partial;
mod run;
mod sets;
mod settled;
mod shape;
mod solve;
mod temporal;
mod term;

use std::collections::BTreeMap;

use transition_system::{
    BinderId, Expr, ExprId, Owner, Promise, PropertyId, PropertyKind, Quantifier, Scope, System,
};

use crate::budget::Budget;

pub(crate) use cells::literal_of;
pub use cells::{Cell, CellOwner, Cells, Place};
pub use cone::Cone;
pub use dag::{CellId, Dag, Fault, Node, NodeId};
pub use error::GroundError;
pub(crate) use flatten::Flattener;
pub use initial::{Initials, UndefinedAxiom};
pub use instance::{GroundEvent, GroundPromise};
pub use partial::{Leaves, Values, div, modulo};
pub use shape::{Scalar, Shape, Tree};
pub use solve::{Ended, Solver};
pub use temporal::GroundTemporal;
pub use term::{Places, Term};

/// Most nodes that a ground system may have unless the caller says otherwise.
pub const NODE_LIMIT: usize = 8_000_000;

/// An assumption or a formula of `init`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroundAxiom {
    /// Which one.
    pub owner: Owner,
    /// The formula.
    pub formula: NodeId,
    /// Promises that do not hold by their form alone.
    pub promises: Vec<GroundPromise>,
}

/// A property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroundProperty {
    /// Which one.
    pub id: PropertyId,
    /// What it claims.
    pub kind: PropertyKind,
    /// The formula.
    pub formula: NodeId,
    /// Promises that do not hold by their form alone.
    pub promises: Vec<GroundPromise>,
    /// For a transition property: what is claimed of the steps of some events instead, by position among
    /// [`Ground::events`].
    pub clauses: BTreeMap<usize, GroundClause>,
    /// Formula and promises of a step that changes nothing.
    pub stutter: NodeId,
    /// For an invariant *for all .. a implies b*, and a temporal property of this kind: some `a` is true.
    pub antecedent: Option<NodeId>,
    /// The formula of a temporal property.
    pub temporal: Option<GroundTemporal>,
}

/// A formula with elements of sorts for the binders that are free in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Atom {
    /// The formula.
    pub(crate) formula: ExprId,
    /// An element for each binder, by index.
    pub(crate) elements: Vec<(BinderId, u32)>,
}

/// What a transition property claims of the steps of one instance of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroundClause {
    /// The formula.
    pub formula: NodeId,
    /// Promises that do not hold by their form alone.
    pub promises: Vec<GroundPromise>,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Ground<'a> {
    /// The system.
    pub system: &'a System,
    /// The sizes of its open sorts.
    pub scope: &'a Scope,
    /// The scalar parts of all constants and variables.
    pub cells: Cells,
    /// The nodes.
    pub dag: Dag,
    /// Instances of events, by event and arguments.
    pub events: Vec<GroundEvent>,
    /// Assumptions, then formulas of `init`.
    pub axioms: Vec<GroundAxiom>,
    /// The properties asked for, in the order asked.
    pub properties: Vec<GroundProperty>,
    /// The first assumption or formula of `init` that can be undefined.
    pub undefined: Option<UndefinedAxiom>,
    /// That the payload of an option without a value has its default form.
    canonical: Vec<NodeId>,
    /// For what is asked of it later.
    pub(crate) budget: Budget<'a>,
}

impl<'a> Ground<'a> {
    /// Grounds a system for these properties, with at most `node_limit` nodes.
    ///
    /// # Errors
    /// [`GroundError`] where a type has no bounds, the result would be too large, or the budget is spent.
    pub fn new(
        system: &'a System,
        scope: &'a Scope,
        properties: &[PropertyId],
        node_limit: usize,
        budget: &Budget<'a>,
    ) -> Result<Self, GroundError> {
        Self::with_known(system, scope, properties, node_limit, budget, &[])
    }

    /// The same, and formulas with elements for their free binders.
    pub(crate) fn with_atoms(
        system: &'a System,
        scope: &'a Scope,
        properties: &[PropertyId],
        node_limit: usize,
        budget: &Budget<'a>,
        atoms: &[Atom],
    ) -> Result<(Self, Vec<NodeId>), GroundError> {
        Self::written_out(system, scope, properties, (node_limit, budget), &[], atoms)
    }

    /// The same, with values of some cells as if they were given.
    fn with_known(
        system: &'a System,
        scope: &'a Scope,
        properties: &[PropertyId],
        node_limit: usize,
        budget: &Budget<'a>,
        known: &[(CellId, i64)],
    ) -> Result<Self, GroundError> {
        let written = Self::written_out(system, scope, properties, (node_limit, budget), known, &[]);
        written.map(|(ground, _)| ground)
    }

    fn written_out(
        system: &'a System,
        scope: &'a Scope,
        properties: &[PropertyId],
        (node_limit, budget): (usize, &Budget<'a>),
        known: &[(CellId, i64)],
        atoms: &[Atom],
    ) -> Result<(Self, Vec<NodeId>), GroundError> {
        let mut cells = Cells::new(system, scope, budget)?;
        known.iter().for_each(|(cell, value)| cells.give(*cell, *value));
        let mut flat = Flattener::new(system, scope, &cells, true, node_limit, budget);
        let axioms = flat.axioms()?;
        let mut events = Vec::new();
        for event in system.event_ids() {
            events.extend(flat.instances(event)?);
        }
        let properties = properties
            .iter()
            .map(|p| flat.property(*p, &events))
            .collect::<Result<Vec<_>, _>>()?;
        let canonical = flat.canonical();
        let atoms = atoms
            .iter()
            .map(|a| flat.atom(a))
            .collect::<Result<Vec<_>, _>>()?;
        flat.check()?;
        let dag = flat.dag;
        let mut ground = Self {
            system,
            scope,
            cells,
            dag,
            events,
            axioms,
            properties,
            undefined: None,
            canonical,
            budget: budget.clone(),
        };
        ground.undefined = ground.undefined_axiom();
        budget
            .look()
            .map_err(|stop| GroundError::at(stop, "formulas and events", ground.dag.len()))?;
        Ok((ground, atoms))
    }

    /// The ground form of a property that was asked for.
    #[must_use]
    pub fn property(&self, id: PropertyId) -> Option<&GroundProperty> {
        self.properties.iter().find(|p| p.id == id)
    }
}

impl Flattener<'_> {
    /// Assumptions, then formulas of `init`.
    pub(crate) fn axioms(&mut self) -> Result<Vec<GroundAxiom>, GroundError> {
        let system = self.system;
        let assumptions = system.assumptions.iter().enumerate();
        let inits = system.init.iter().enumerate();
        let all = assumptions
            .map(|(i, a)| (Owner::Assumption(i), a))
            .chain(inits.map(|(i, a)| (Owner::Init(i), a)));
        let mut out = Vec::new();
        for (owner, axiom) in all {
            out.push(GroundAxiom {
                owner,
                formula: self.truth(axiom.formula)?,
                promises: self.promises(&axiom.promises)?,
            });
        }
        Ok(out)
    }

    /// A property.
    pub(crate) fn property(
        &mut self,
        id: PropertyId,
        events: &[GroundEvent],
    ) -> Result<GroundProperty, GroundError> {
        let property = self.system.property(id);
        let formula = self.truth(property.formula)?;
        let promises = self.promises(&property.promises)?;
        let whole = self.dag.and(promises.iter().map(|p| p.holds).chain([formula]));
        let stutter = match property.kind {
            PropertyKind::Transition => self.stutter(whole),
            PropertyKind::Invariant | PropertyKind::Witness | PropertyKind::Temporal => whole,
        };
        let antecedent = match (property.kind, &property.temporal) {
            (PropertyKind::Invariant, _) => self.antecedent(property.formula)?,
            (PropertyKind::Temporal, Some(formula)) => self.temporal_antecedent(formula)?,
            (PropertyKind::Transition | PropertyKind::Witness | PropertyKind::Temporal, _) => None,
        };
        let temporal = property.temporal.as_ref().map(|f| self.temporal(f)).transpose()?;
        Ok(GroundProperty {
            id,
            kind: property.kind,
            formula,
            promises,
            clauses: self.clauses(id, events)?,
            stutter,
            antecedent,
            temporal,
        })
    }

    fn clauses(
        &mut self,
        id: PropertyId,
        events: &[GroundEvent],
    ) -> Result<BTreeMap<usize, GroundClause>, GroundError> {
        let mut out = BTreeMap::new();
        for clause in &self.system.property(id).steps {
            for (position, event) in events.iter().enumerate().filter(|(_, e)| e.event == clause.event) {
                self.bind_arguments(event.event, &event.args)?;
                let ground = GroundClause {
                    formula: self.truth(clause.formula)?,
                    promises: self.promises(&clause.promises)?,
                };
                out.insert(position, ground);
            }
        }
        Ok(out)
    }

    fn promises(&mut self, promises: &[Promise]) -> Result<Vec<GroundPromise>, GroundError> {
        let mut out = Vec::new();
        for (index, promise) in promises.iter().enumerate() {
            let holds = self.truth(promise.holds)?;
            if holds != Dag::TRUE {
                let kind = promise.kind;
                out.push(GroundPromise { holds, kind, index });
            }
        }
        Ok(out)
    }

    fn stutter(&mut self, formula: NodeId) -> NodeId {
        let cells = self.cells;
        let rewritten = self.dag.rewrite(&[formula], &mut |dag, cell, next| {
            let info = cells.get(cell);
            next.then(|| dag.cell(cell, info.bounds, info.is_boolean()))
        });
        rewritten[0]
    }

    /// Whether some left side of an implication under universal quantifiers is true.
    fn antecedent(&mut self, formula: ExprId) -> Result<Option<NodeId>, GroundError> {
        match *self.system.arena.expr(formula) {
            Expr::Implies(a, _) => Ok(Some(self.truth(a)?)),
            Expr::Quant(Quantifier::Forall, binder, body) => {
                let domain = self.domain(self.system.arena.binder_info(binder).ty)?;
                let mut parts = Vec::with_capacity(domain.len());
                for value in domain.iter() {
                    match self.under(binder, *value, |this| this.antecedent(body))? {
                        Some(part) => parts.push(part),
                        None => return Ok(None),
                    }
                }
                Ok(Some(self.dag.or(parts)))
            }
            _ => Ok(None),
        }
    }

    /// A formula with elements for its free binders.
    fn atom(&mut self, atom: &Atom) -> Result<NodeId, GroundError> {
        for (binder, element) in &atom.elements {
            let term = Tree::Scalar(self.dag.int(i64::from(*element)));
            let binding = self.binding(term);
            self.bind(*binder, binding);
        }
        self.truth(atom.formula)
    }

    /// For each option of a composite type: without a value, its payload has its default form.
    pub(crate) fn canonical(&mut self) -> Vec<NodeId> {
        let cells = self.cells;
        let constants = self.system.constant_ids().map(|c| cells.constant(c));
        let variables = self.system.variable_ids().map(|v| cells.variable(v));
        let mut out = Vec::new();
        for (shape, tree) in constants.chain(variables) {
            self.canonical_part(shape, tree, &mut out);
        }
        out
    }

    fn canonical_part(&mut self, shape: &Shape, tree: &Tree<CellId>, out: &mut Vec<NodeId>) {
        match (shape, tree) {
            (Shape::Map(_, _, inner), Tree::Map(parts)) => {
                parts.iter().for_each(|p| self.canonical_part(inner, p, out));
            }
            (Shape::Tuple(shapes), Tree::Tuple(parts)) => {
                shapes
                    .iter()
                    .zip(parts.iter())
                    .for_each(|(s, p)| self.canonical_part(s, p, out));
            }
            (Shape::Option(inner), Tree::Option(flag, payload)) => {
                let flag = self.cell_node(*flag, false);
                let here = payload.map(&mut |c| self.cell_node(c, false));
                let default = self.dag.lift(&inner.default_tree(), inner);
                let same = self.dag.term_eq(&here, &default);
                let formula = self.dag.or([flag, same]);
                if formula != Dag::TRUE {
                    out.push(formula);
                }
                self.canonical_part(inner, payload, out);
            }
            (_, _) => {}
        }
    }
}
