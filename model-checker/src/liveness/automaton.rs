//! From a formula to a generalised Büchi automaton: the tableau of Gerth, Peled, Vardi and Wolper, *Simple On-the-fly
//! Automatic Verification of Linear Temporal Logic* (PSTV 1995), figure 1.
//!
//! The automaton is labelled at its nodes: in a run, each state of the system satisfies the literals of the node beside
//! it. A node says what holds now and what must hold from the next state on. For each `a until b` there is a set of
//! nodes of which one is passed again and again: those that do not promise `b`, or keep it.

use std::collections::{BTreeMap, BTreeSet};

use super::formula::{Formula, FormulaId, Formulas};

/// Most nodes of an automaton.
pub const NODES: usize = 1 << 12;
/// Most partial nodes that are looked at.
const WORK: usize = 1 << 20;

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Automaton {
    /// Nodes in which a run may begin.
    pub initial: Vec<u32>,
    /// The nodes after each node.
    pub next: Vec<Vec<u32>>,
    /// Literals of each node: atoms that are true or false.
    pub literals: Vec<Vec<(u32, bool)>>,
    /// For each node, the numbers of the acceptance sets it is in.
    pub accepting: Vec<Vec<u32>>,
    /// Number of acceptance sets.
    pub sets: usize,
}

/// A node while its obligations are taken apart.
#[derive(Clone, Debug, Default)]
struct Partial {
    incoming: BTreeSet<u32>,
    new: BTreeSet<FormulaId>,
    old: BTreeSet<FormulaId>,
    next: BTreeSet<FormulaId>,
}

/// Stands for the start of a run among the nodes before a node.
const START: u32 = u32::MAX;

struct Tableau<'f> {
    formulas: &'f Formulas,
    work: Vec<Partial>,
    /// By what holds now and from the next state on: the number and the nodes before.
    done: BTreeMap<(BTreeSet<FormulaId>, BTreeSet<FormulaId>), u32>,
    incoming: Vec<BTreeSet<u32>>,
}

impl Automaton {
    /// The automaton of a formula; `None` if it has too many nodes.
    #[must_use]
    pub fn of(formulas: &Formulas, formula: FormulaId) -> Option<Self> {
        let mut tableau = Tableau {
            formulas,
            work: vec![Partial {
                incoming: BTreeSet::from([START]),
                new: BTreeSet::from([formula]),
                ..Partial::default()
            }],
            done: BTreeMap::new(),
            incoming: Vec::new(),
        };
        for _ in 0..WORK {
            let Some(partial) = tableau.work.pop() else {
                return Some(tableau.automaton());
            };
            tableau.expand(partial);
            if tableau.incoming.len() > NODES {
                return None;
            }
        }
        None
    }

    /// Number of nodes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.next.len()
    }

    /// Whether there is no node.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.next.is_empty()
    }
}

impl Tableau<'_> {
    fn expand(&mut self, mut partial: Partial) {
        let Some(formula) = partial.new.pop_first() else {
            self.complete(partial);
            return;
        };
        if partial.old.contains(&formula) {
            self.work.push(partial);
            return;
        }
        match self.formulas.get(formula) {
            Formula::True => self.work.push(partial),
            Formula::False => {}
            Formula::Literal(atom, positive) => {
                let contradicts = |f: &FormulaId| self.formulas.get(*f) == Formula::Literal(atom, !positive);
                if !partial.old.iter().any(contradicts) {
                    partial.old.insert(formula);
                    self.work.push(partial);
                }
            }
            Formula::And(a, b) => {
                partial.old.insert(formula);
                partial.new.extend([a, b]);
                self.work.push(partial);
            }
            Formula::Or(a, b) => self.split(partial, formula, (&[b], false), (&[a], false)),
            Formula::Until(a, b) => self.split(partial, formula, (&[a], true), (&[b], false)),
            Formula::Release(a, b) => self.split(partial, formula, (&[b], true), (&[a, b], false)),
        }
    }

    /// Two ways to keep a formula: each with what holds now, and whether the formula must hold next as well.
    fn split(
        &mut self,
        mut partial: Partial,
        formula: FormulaId,
        first: (&[FormulaId], bool),
        second: (&[FormulaId], bool),
    ) {
        partial.old.insert(formula);
        for (now, again) in [first, second] {
            let mut one = partial.clone();
            one.new.extend(now);
            if again {
                one.next.insert(formula);
            }
            self.work.push(one);
        }
    }

    fn complete(&mut self, partial: Partial) {
        let number = self.incoming.len() as u32;
        let key = (partial.old, partial.next);
        if let Some(known) = self.done.get(&key) {
            self.incoming[*known as usize].extend(partial.incoming);
            return;
        }
        self.incoming.push(partial.incoming);
        self.work.push(Partial {
            incoming: BTreeSet::from([number]),
            new: key.1.clone(),
            ..Partial::default()
        });
        self.done.insert(key, number);
    }

    fn automaton(self) -> Automaton {
        let count = self.incoming.len();
        let mut out = Automaton {
            next: vec![Vec::new(); count],
            literals: vec![Vec::new(); count],
            accepting: vec![Vec::new(); count],
            ..Automaton::default()
        };
        for (node, before) in self.incoming.iter().enumerate() {
            for from in before {
                match *from {
                    START => out.initial.push(node as u32),
                    from => out.next[from as usize].push(node as u32),
                }
            }
        }
        let untils: BTreeSet<FormulaId> = self.done.keys().flat_map(|(old, _)| old).copied().collect();
        let untils = untils.into_iter().filter_map(|f| match self.formulas.get(f) {
            Formula::Until(_, b) => Some((f, b)),
            _ => None,
        });
        let untils: Vec<_> = untils.collect();
        out.sets = untils.len();
        for ((old, _), node) in &self.done {
            let node = *node as usize;
            out.literals[node].extend(old.iter().filter_map(|f| match self.formulas.get(*f) {
                Formula::Literal(atom, positive) => Some((atom, positive)),
                _ => None,
            }));
            for (set, (until, b)) in untils.iter().enumerate() {
                if !old.contains(until) || old.contains(b) {
                    out.accepting[node].push(set as u32);
                }
            }
        }
        out
    }
}
