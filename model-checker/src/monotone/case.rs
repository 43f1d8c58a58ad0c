//! One property of a monotone system: is it eligible, which cells grow, which constants are unknown and how they
//! matter.

use std::collections::{HashMap, HashSet};

use transition_system::{PropertyId, PropertyKind};

use super::{Ineligible, Monotone};
use crate::ground::{CellId, Cone, Dag, Node, NodeId};

/// An unknown constant cell of the cone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unknown {
    pub(super) cell: CellId,
    /// The value that helps a violation most; `None` if neither is always the better one.
    pub(super) worst: Option<i64>,
}

/// See the module.
#[derive(Debug)]
pub struct Case<'m> {
    pub(super) monotone: &'m Monotone<'m>,
    pub(super) property: PropertyId,
    pub(super) formula: NodeId,
    /// Positions of the events of the cone.
    pub(super) events: Vec<usize>,
    /// All nodes that matter, children first.
    pub(super) order: Vec<NodeId>,
    /// Cells that events change.
    pub(super) growing: Vec<CellId>,
    /// Values of the cells that are given, or that `init` forces.
    known: HashMap<CellId, i64>,
    /// Values of all cells at the start.
    pub(super) initial: Vec<i64>,
    pub(super) unknown: Vec<Unknown>,
}

impl<'m> Case<'m> {
    pub(super) fn new(monotone: &'m Monotone<'m>, property: PropertyId) -> Result<Self, Ineligible> {
        let ground = &monotone.ground;
        let Some(found) = ground
            .property(property)
            .filter(|p| p.kind == PropertyKind::Invariant)
        else {
            return Err(Ineligible::new("only invariants are decided by a fixpoint"));
        };
        let cone = Cone::of(ground, &[found]);
        let promised = cone
            .events
            .iter()
            .any(|e| ground.events[*e].promises().next().is_some());
        if promised || !found.promises.is_empty() || ground.undefined.is_some() {
            return Err(Ineligible::new(
                "something may be undefined, which a fixpoint does not look for",
            ));
        }
        let mut case = Self {
            monotone,
            property,
            formula: found.formula,
            events: cone.events.clone(),
            order: Vec::new(),
            growing: Vec::new(),
            known: HashMap::new(),
            initial: Vec::new(),
            unknown: Vec::new(),
        };
        case.find_growing(&cone)?;
        case.order = ground.dag.order(&case.roots());
        case.fix_start(&cone)?;
        case.check_assumptions()?;
        let polarity = case.polarities();
        case.check_polarity(&polarity)?;
        case.find_unknown(&cone, &polarity);
        case.complete_start()?;
        Ok(case)
    }

    /// The formula, then guards and updates of growing cells.
    fn roots(&self) -> Vec<NodeId> {
        let mut roots = vec![self.formula];
        for event in &self.events {
            let event = &self.monotone.ground.events[*event];
            roots.push(event.guard);
            let updates = event
                .updates
                .iter()
                .filter(|(c, _)| self.growing.binary_search(c).is_ok());
            roots.extend(updates.map(|(_, node)| *node));
        }
        roots
    }

    pub(super) fn dag(&self) -> &'m Dag {
        &self.monotone.ground.dag
    }

    fn name(&self, cell: CellId) -> String {
        let ground = &self.monotone.ground;
        match ground.cells.get(cell).owner {
            crate::ground::CellOwner::Var(v) => ground.system.variable(v).name.clone(),
            crate::ground::CellOwner::Const(c) => ground.system.constant(c).name.clone(),
        }
    }

    /// Cells that events change; each may only become true, and stays so.
    fn find_growing(&mut self, cone: &Cone) -> Result<(), Ineligible> {
        let ground = &self.monotone.ground;
        for index in &self.events {
            self.monotone.budget.tick(64, 0)?;
            for (cell, node) in ground.events[*index]
                .updates
                .iter()
                .filter(|(c, _)| cone.contains(*c))
            {
                let info = ground.cells.get(*cell);
                self.monotone.budget.tick(256, 0)?;
                let stays = info.is_boolean()
                    && ground.dag.value(*node, &|c, _| (c == *cell).then_some(1)) == Some(1);
                if !stays {
                    let event = &ground.system.event(ground.events[*index].event).name;
                    let name = self.name(*cell);
                    return Err(Ineligible::new(format!(
                        "`{event}` may take something away from `{name}`"
                    )));
                }
                self.growing.push(*cell);
            }
        }
        self.growing.sort_unstable();
        self.growing.dedup();
        Ok(())
    }

    /// The value that `init` forces on each variable cell of the cone.
    fn fix_start(&mut self, cone: &Cone) -> Result<(), Ineligible> {
        let ground = &self.monotone.ground;
        let given = ground.cells.ids().zip(&self.monotone.given);
        self.known = given.filter_map(|(c, v)| v.map(|v| (c, v))).collect();
        let mut forced: HashMap<CellId, i64> = HashMap::new();
        for constraint in ground.constraints() {
            let order = ground.dag.order(&[constraint]);
            self.monotone.budget.tick(64 * order.len() as u64, 0)?;
            if let [cell] = ground.dag.cells_of(&order).as_slice()
                && !ground.cells.get(*cell).is_constant()
            {
                let (lo, hi) = ground.cells.get(*cell).bounds;
                let holds = |v: i64| ground.dag.value(constraint, &|_, _| Some(v)) == Some(1);
                let mut allowed = (lo..=hi.min(lo.saturating_add(256))).filter(|v| holds(*v));
                if let (Some(v), None) = (allowed.next(), allowed.next()) {
                    forced.insert(*cell, v);
                }
            }
        }
        self.known.extend(&forced);
        let open = cone
            .cells()
            .find(|c| !ground.cells.get(*c).is_constant() && !forced.contains_key(c));
        match open {
            Some(cell) => Err(Ineligible::new(format!(
                "`init` leaves `{}` open",
                self.name(cell)
            ))),
            None => Ok(()),
        }
    }

    /// Makes the start an initial state: what is given and forced stays, the other cells get values that `init` and the
    /// assumptions allow. Formulas about unknown constants must hold whatever those are.
    fn complete_start(&mut self) -> Result<(), Ineligible> {
        let ground = &self.monotone.ground;
        let unknown: HashSet<CellId> = self.unknown.iter().map(|u| u.cell).collect();
        let known = |c: CellId| self.known.get(&c).copied();
        for constraint in ground.constraints() {
            let order = ground.dag.order(&[constraint]);
            self.monotone.budget.tick(64 * order.len() as u64, 0)?;
            let open = ground.dag.cells_of(&order).iter().any(|c| unknown.contains(c));
            if open && ground.dag.value(constraint, &|c, _| known(c)) != Some(1) {
                return Err(Ineligible::new(
                    "`init` or an assumption restricts unknown constants",
                ));
            }
        }
        let mut fixed: Vec<(CellId, i64)> = self.known.iter().map(|(c, v)| (*c, *v)).collect();
        fixed.sort_unstable();
        let Some(values) = ground.initial_state(&fixed, &self.monotone.budget) else {
            self.monotone.budget.look()?;
            return Err(Ineligible::new("no initial state was found"));
        };
        self.initial = values;
        Ok(())
    }

    /// Assumptions must hold by what is given: a worst case could otherwise break them.
    fn check_assumptions(&self) -> Result<(), Ineligible> {
        let ground = &self.monotone.ground;
        let given = &self.monotone.given;
        for axiom in &ground.axioms {
            let assumption = matches!(axiom.owner, transition_system::Owner::Assumption(_));
            if assumption && ground.dag.value(axiom.formula, &|c, _| given[c.index()]) != Some(1) {
                return Err(Ineligible::new("an assumption restricts unknown constants"));
            }
        }
        Ok(())
    }

    /// For each cell with which polarity it occurs: 1 positive, 2 negative, 3 both. A violation counts as
    /// the negation of the formula.
    fn polarities(&self) -> HashMap<CellId, u8> {
        let mut seen: HashMap<NodeId, u8> = HashMap::new();
        let mut cells: HashMap<CellId, u8> = HashMap::new();
        let mut stack: Vec<(NodeId, u8)> = self.roots().into_iter().skip(1).map(|n| (n, 1)).collect();
        stack.push((self.formula, 2));
        while let Some((id, sign)) = stack.pop() {
            let known = seen.entry(id).or_default();
            let new = sign & !*known;
            if new == 0 {
                continue;
            }
            *known |= new;
            let flipped = (new & 1) << 1 | new >> 1;
            match self.dag().node(id) {
                Node::Cell(c) | Node::Next(c) => *cells.entry(*c).or_default() |= new,
                Node::Bool(_) | Node::Int(_) => {}
                Node::Not(a) => stack.push((*a, flipped)),
                Node::And(xs) | Node::Or(xs) => stack.extend(xs.iter().map(|x| (*x, new))),
                Node::Ite(c, a, b) => stack.extend([(*c, 3), (*a, new), (*b, new)]),
                Node::Eq(a, b)
                | Node::Le(a, b)
                | Node::Add(a, b)
                | Node::Sub(a, b)
                | Node::Mul(a, b)
                | Node::Div(a, b)
                | Node::Mod(a, b) => stack.extend([(*a, 3), (*b, 3)]),
            }
        }
        cells
    }

    fn check_polarity(&self, polarity: &HashMap<CellId, u8>) -> Result<(), Ineligible> {
        match self
            .growing
            .iter()
            .find(|c| polarity.get(c).is_some_and(|p| *p != 1))
        {
            Some(cell) => Err(Ineligible::new(format!(
                "something needs `{}` not to grow",
                self.name(*cell)
            ))),
            None => Ok(()),
        }
    }

    fn find_unknown(&mut self, cone: &Cone, polarity: &HashMap<CellId, u8>) {
        let ground = &self.monotone.ground;
        let open = cone
            .cells()
            .filter(|c| ground.cells.get(*c).is_constant() && self.monotone.given[c.index()].is_none());
        for cell in open {
            let worst = match polarity.get(&cell) {
                Some(1) => Some(1),
                Some(2) => Some(0),
                Some(_) | None => None,
            };
            if polarity.contains_key(&cell) {
                let worst = worst.filter(|_| ground.cells.get(cell).is_boolean());
                self.unknown.push(Unknown { cell, worst });
            }
        }
    }
}
