//! The proof behind a fixpoint: what it does not contain stays false.
//!
//! With unknown constants at their worst values the fixpoint contains what any values allow, so its complement
//! is inductive for all of them. Where constants had to be tried one by one, a cell that only some choices
//! leave false is claimed under the condition of those choices. The ranges of variables are part of the invariant: the ground
//! system has them in its cells, a solver does not.

use transition_system::{Conjunct, ConjunctSource, ExprId, Method, Proof, System};

use super::Ineligible;
use super::case::Case;
use crate::ground::{CellId, CellOwner};
use crate::symbolic::invariants::of_types;

/// For a choice of unknown constants: the values of all cells in its fixpoint.
type Reached = (Vec<(CellId, i64)>, Vec<i64>);

impl Case<'_> {
    pub(super) fn proof(&self, reached: &[Reached]) -> Result<Proof, Ineligible> {
        let mut system = self.monotone.full.clone();
        let mut invariant = of_types(&mut system);
        let cells = &self.monotone.ground.cells;
        let read = self.dag().cells_of(&self.order);
        for cell in read.into_iter().filter(|c| !cells.get(*c).is_constant()) {
            let never = reached
                .iter()
                .all(|(_, values)| values[cell.index()] == self.initial[cell.index()]);
            let number = invariant.len();
            if never {
                let formula = self.keeps(&mut system, cell)?;
                invariant.push(self.conjunct(cell, number, formula));
                continue;
            }
            for (choice, values) in reached {
                if values[cell.index()] == self.initial[cell.index()] {
                    let condition = self.chosen(&mut system, choice)?;
                    let claim = self.keeps(&mut system, cell)?;
                    let formula = system.arena.implies(condition, claim);
                    invariant.push(self.conjunct(cell, invariant.len(), formula));
                }
            }
        }
        let open = system.sorts.iter().any(|s| s.elements.is_empty());
        let scope = open.then(|| self.monotone.ground.scope.clone());
        Ok(Proof {
            method: Method::MonotoneFixpoint,
            system,
            property: self.property,
            invariant,
            scope,
        })
    }

    fn conjunct(&self, cell: CellId, number: usize, formula: ExprId) -> Conjunct {
        let name = match self.monotone.ground.cells.get(cell).owner {
            CellOwner::Var(v) => &self.monotone.full.variable(v).name,
            CellOwner::Const(c) => &self.monotone.full.constant(c).name,
        };
        let name: String = name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect();
        Conjunct {
            name: format!("{name}-{number}"),
            formula,
            source: ConjunctSource::Engine,
        }
    }

    /// That a cell has its initial value.
    fn keeps(&self, system: &mut System, cell: CellId) -> Result<ExprId, Ineligible> {
        self.has_value(system, cell, self.initial[cell.index()])
    }

    fn has_value(&self, system: &mut System, cell: CellId, value: i64) -> Result<ExprId, Ineligible> {
        let cells = &self.monotone.ground.cells;
        let unnamed = || Ineligible::new("an element has no name");
        let (at, conditions) = cells.expression(system, cell).ok_or_else(unnamed)?;
        let claim = if cells.get(cell).is_boolean() {
            if value == 1 { at } else { system.arena.not(at) }
        } else {
            let ty = system.arena.type_id(at);
            let literal =
                crate::ground::literal_of(system, &cells.get(cell).decode(value), ty).ok_or_else(unnamed)?;
            system.arena.eq(at, literal)
        };
        let condition = system.arena.and(conditions);
        Ok(system.arena.implies(condition, claim))
    }

    fn chosen(&self, system: &mut System, choice: &[(CellId, i64)]) -> Result<ExprId, Ineligible> {
        let mut parts = Vec::new();
        for (cell, value) in choice {
            parts.push(self.has_value(system, *cell, *value)?);
        }
        Ok(system.arena.and(parts))
    }
}
