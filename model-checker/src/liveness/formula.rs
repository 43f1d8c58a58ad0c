//! Temporal formulas in negation normal form, hash-consed: equal formulas have equal ids.

use indexmap::IndexSet;
use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::ground::{Dag, GroundTemporal, NodeId};

/// A formula of a [`Formulas`].
pub type FormulaId = u32;

/// A formula whose negations stand at atoms only.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Formula {
    /// True.
    True,
    /// False.
    False,
    /// An atom (by position), true or false.
    Literal(u32, bool),
    /// Both.
    And(FormulaId, FormulaId),
    /// Either.
    Or(FormulaId, FormulaId),
    /// The second comes, and the first holds before it.
    Until(FormulaId, FormulaId),
    /// The second holds up to and with the first moment of the first, which need not come.
    Release(FormulaId, FormulaId),
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Formulas {
    table: IndexSet<Formula, FxBuildHasher>,
    /// Nodes of the atoms, by position.
    pub atoms: IndexSet<NodeId, FxBuildHasher>,
}

/// What was normalized, by place: an equivalence visits its sides twice.
type Known = FxHashMap<(*const GroundTemporal, bool), FormulaId>;

impl Formulas {
    /// The formula behind an id.
    ///
    /// # Panics
    /// If the id is of another table.
    #[must_use]
    pub fn get(&self, id: FormulaId) -> Formula {
        self.table[id as usize]
    }

    fn intern(&mut self, formula: Formula) -> FormulaId {
        self.table.insert_full(formula).0 as FormulaId
    }

    /// A literal.
    pub fn literal(&mut self, node: NodeId, positive: bool) -> FormulaId {
        if node == Dag::TRUE || node == Dag::FALSE {
            let holds = (node == Dag::TRUE) == positive;
            return self.intern(if holds { Formula::True } else { Formula::False });
        }
        let atom = self.atoms.insert_full(node).0 as u32;
        self.intern(Formula::Literal(atom, positive))
    }

    /// Both.
    pub fn and(&mut self, a: FormulaId, b: FormulaId) -> FormulaId {
        match (self.get(a), self.get(b)) {
            (Formula::False, _) | (_, Formula::True) => a,
            (Formula::True, _) | (_, Formula::False) => b,
            _ if a == b => a,
            _ => self.intern(Formula::And(a.min(b), a.max(b))),
        }
    }

    /// Either.
    pub fn or(&mut self, a: FormulaId, b: FormulaId) -> FormulaId {
        match (self.get(a), self.get(b)) {
            (Formula::True, _) | (_, Formula::False) => a,
            (Formula::False, _) | (_, Formula::True) => b,
            _ if a == b => a,
            _ => self.intern(Formula::Or(a.min(b), a.max(b))),
        }
    }

    /// `a` until `b`. What comes eventually of two comes eventually of one: that keeps automata small.
    pub fn until(&mut self, a: FormulaId, b: FormulaId) -> FormulaId {
        match (self.get(a), self.get(b)) {
            (_, Formula::True | Formula::False) | (Formula::False, _) => b,
            (Formula::True, Formula::Or(..)) => {
                let nothing = self.intern(Formula::False);
                self.disjuncts(b).into_iter().fold(nothing, |out, part| {
                    let part = self.until(a, part);
                    self.or(out, part)
                })
            }
            (Formula::True, Formula::Until(t, _)) if self.get(t) == Formula::True => b,
            _ => self.intern(Formula::Until(a, b)),
        }
    }

    /// `a` releases `b`.
    pub fn release(&mut self, a: FormulaId, b: FormulaId) -> FormulaId {
        match (self.get(a), self.get(b)) {
            (_, Formula::True | Formula::False) | (Formula::True, _) => b,
            (Formula::False, Formula::Release(f, _)) if self.get(f) == Formula::False => b,
            _ => self.intern(Formula::Release(a, b)),
        }
    }

    /// A formula, or its negation.
    pub fn normal(&mut self, formula: &GroundTemporal, positive: bool) -> FormulaId {
        self.part(formula, positive, &mut Known::default())
    }

    fn part(&mut self, formula: &GroundTemporal, positive: bool, known: &mut Known) -> FormulaId {
        let key = (std::ptr::from_ref(formula), positive);
        if let Some(known) = known.get(&key) {
            return *known;
        }
        let out = match (formula, positive) {
            (GroundTemporal::State(node), _) => self.literal(*node, positive),
            (GroundTemporal::Not(a), _) => self.part(a, !positive, known),
            (GroundTemporal::And(list), true) | (GroundTemporal::Or(list), false) => {
                let start = self.intern(Formula::True);
                list.iter().fold(start, |out, part| {
                    let part = self.part(part, positive, known);
                    self.and(out, part)
                })
            }
            (GroundTemporal::Or(list), true) | (GroundTemporal::And(list), false) => {
                let start = self.intern(Formula::False);
                list.iter().fold(start, |out, part| {
                    let part = self.part(part, positive, known);
                    self.or(out, part)
                })
            }
            (GroundTemporal::Iff(a, b), _) => {
                let (yes, no) = (self.part(a, true, known), self.part(a, false, known));
                let (same, other) = (self.part(b, positive, known), self.part(b, !positive, known));
                let (both, neither) = (self.and(yes, same), self.and(no, other));
                self.or(both, neither)
            }
            (GroundTemporal::Until(a, b), true) => {
                let (a, b) = (self.part(a, true, known), self.part(b, true, known));
                self.until(a, b)
            }
            (GroundTemporal::Until(a, b), false) => {
                let (a, b) = (self.part(a, false, known), self.part(b, false, known));
                self.release(a, b)
            }
        };
        known.insert(key, out);
        out
    }

    /// Formulas of which one holds if and only if the whole does.
    #[must_use]
    pub fn disjuncts(&self, id: FormulaId) -> Vec<FormulaId> {
        let (mut out, mut work) = (Vec::new(), vec![id]);
        while let Some(id) = work.pop() {
            match self.get(id) {
                Formula::Or(a, b) => work.extend([b, a]),
                Formula::False => {}
                Formula::True
                | Formula::Literal(..)
                | Formula::And(..)
                | Formula::Until(..)
                | Formula::Release(..) => out.push(id),
            }
        }
        out.sort_unstable();
        out.dedup();
        out
    }
}
