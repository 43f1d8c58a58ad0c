//! Nodes as straight code: what the portable machine executes.
//!
//! A register holds one 64-bit integer. The first registers are the cells of the current state, then those of the
//! next state, then literals, then results. A program is a run of operations that ends in [`Op::Done`]; a condition
//! that fails leaves it early.

use rustc_hash::FxHashMap;

use super::layout::{FieldId, Layout};
use crate::ground::{CellId, Dag, GroundError, Node, NodeId};

/// A register.
pub(super) type Reg = u32;

/// An operation. `to` receives the result.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Op {
    /// `to := 1 - a`.
    Not { to: Reg, a: Reg },
    /// `to := a & b`, on truth values.
    And { to: Reg, a: Reg, b: Reg },
    /// `to := a | b`, on truth values.
    Or { to: Reg, a: Reg, b: Reg },
    /// `to := a == b`.
    Eq { to: Reg, a: Reg, b: Reg },
    /// `to := a <= b`.
    Le { to: Reg, a: Reg, b: Reg },
    /// `to := a + b`.
    Add { to: Reg, a: Reg, b: Reg },
    /// `to := a - b`.
    Sub { to: Reg, a: Reg, b: Reg },
    /// `to := a * b`.
    Mul { to: Reg, a: Reg, b: Reg },
    /// Euclidean quotient, 0 for a zero divisor.
    Div { to: Reg, a: Reg, b: Reg },
    /// Euclidean remainder, 0 for a zero divisor.
    Mod { to: Reg, a: Reg, b: Reg },
    /// `to := if c then a else b`.
    Ite { to: Reg, c: Reg, a: Reg, b: Reg },
    /// `to := a`.
    Copy { to: Reg, a: Reg },
    /// Goes on at `target` if `a` is `want`.
    Jump { a: Reg, want: bool, target: u32 },
    /// Leaves as false unless `(a == b) == want`.
    NeedEq { a: Reg, b: Reg, want: bool },
    /// Leaves as false unless `(a <= b) == want`.
    NeedLe { a: Reg, b: Reg, want: bool },
    /// Leaves as false unless `a` is `want`.
    Need { a: Reg, want: bool },
    /// Leaves as broken unless `a` is true.
    Promise { a: Reg, position: u32 },
    /// The guard holds: starts the state after as a copy.
    Fire,
    /// Sets a cell of the state after.
    Write { field: FieldId, a: Reg },
    /// Leaves as escaped unless `a` is within the registers `lo` and `hi`.
    Within { a: Reg, lo: Reg, hi: Reg },
    /// The end; true, for a formula.
    Done,
}

/// The code of many programs over one set of registers.
#[derive(Clone, Debug)]
pub(super) struct Code {
    /// All operations.
    pub(super) ops: Vec<Op>,
    /// Values of registers at the start: literals in place, the rest 0.
    pub(super) registers: Vec<i64>,
    /// Number of cells of one state.
    pub(super) fields: usize,
}

/// Where a program starts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Entry(pub u32);

/// Makes [`Code`].
pub(super) struct Compiler<'a> {
    dag: &'a Dag,
    fields: FxHashMap<CellId, FieldId>,
    ops: Vec<Op>,
    literals: FxHashMap<i64, Reg>,
    temporaries: Reg,
    most: Reg,
    // of the program being made
    known: FxHashMap<NodeId, Reg>,
    uses: FxHashMap<NodeId, u32>,
    /// Nodes that became known, so that they can be forgotten where code may be skipped.
    recent: Vec<NodeId>,
    /// Whether a cell outside of the layout was read.
    missing: bool,
}

/// Literals are numbered from here while code is made, and moved behind the cells at the end.
const LITERALS: Reg = 1 << 30;

impl<'a> Compiler<'a> {
    /// A compiler for states of this layout.
    #[must_use]
    pub(super) fn new(dag: &'a Dag, layout: &Layout) -> Self {
        let fields: FxHashMap<CellId, FieldId> = layout
            .cells()
            .filter_map(|c| Some((c, layout.field(c)?)))
            .collect();
        let temporaries = 2 * layout.len() as Reg;
        Self {
            dag,
            fields,
            ops: Vec::new(),
            literals: FxHashMap::default(),
            temporaries,
            most: temporaries,
            known: FxHashMap::default(),
            uses: FxHashMap::default(),
            recent: Vec::new(),
            missing: false,
        }
    }

    /// Whether every cell that a node reads is in the layout.
    #[must_use]
    pub(super) fn covers(&self, cell: CellId) -> bool {
        self.fields.contains_key(&cell)
    }

    /// Begins a program in which these nodes will be used.
    pub(super) fn begin(&mut self, roots: &[NodeId]) -> Entry {
        self.known.clear();
        self.recent.clear();
        self.uses.clear();
        self.temporaries = 2 * self.fields.len() as Reg;
        for id in self.dag.order(roots) {
            self.dag
                .node(id)
                .for_each_child(|c| *self.uses.entry(c).or_default() += 1);
        }
        for root in roots {
            *self.uses.entry(*root).or_default() += 1;
        }
        Entry(self.ops.len() as u32)
    }

    /// Ends a program.
    pub(super) fn end(&mut self) {
        self.ops.push(Op::Done);
    }

    /// Leaves as false unless the node has this truth value.
    pub(super) fn need(&mut self, node: NodeId, want: bool) {
        match (self.dag.node(node).clone(), want) {
            (Node::Bool(b), _) if b == want => {}
            (Node::Not(a), _) => self.need(a, !want),
            (Node::And(xs), true) | (Node::Or(xs), false) => {
                let mut parts = xs.to_vec();
                // the cheap conditions first
                parts.sort_by_cached_key(|x| self.dag.order(&[*x]).len());
                parts.into_iter().for_each(|x| self.need(x, want));
            }
            (Node::Eq(a, b), _) => {
                let (a, b) = (self.value(a), self.value(b));
                self.ops.push(Op::NeedEq { a, b, want });
            }
            (Node::Le(a, b), _) => {
                let (a, b) = (self.value(a), self.value(b));
                self.ops.push(Op::NeedLe { a, b, want });
            }
            (_, _) => {
                let a = self.value(node);
                self.ops.push(Op::Need { a, want });
            }
        }
    }

    /// Leaves as broken unless the node is true.
    pub(super) fn promise(&mut self, node: NodeId, position: usize) {
        let a = self.value(node);
        let position = position as u32;
        self.ops.push(Op::Promise { a, position });
    }

    /// The guard holds.
    pub(super) fn fire(&mut self) {
        self.ops.push(Op::Fire);
    }

    /// Sets a cell of the state after to a value computed before [`Compiler::fire`].
    pub(super) fn write(&mut self, cell: CellId, a: Reg) {
        if let Some(field) = self.fields.get(&cell) {
            self.ops.push(Op::Write { field: *field, a });
        }
    }

    /// Leaves as escaped unless the register is within bounds.
    pub(super) fn within(&mut self, a: Reg, (lo, hi): (i64, i64)) {
        let (lo, hi) = (self.literal(lo), self.literal(hi));
        self.ops.push(Op::Within { a, lo, hi });
    }

    /// The register that holds a node from here on. What several nodes share is computed first, whether or
    /// not it will be needed, so that it is there wherever code goes on.
    pub(super) fn value(&mut self, node: NodeId) -> Reg {
        for id in self.dag.order(&[node]) {
            if id != node && self.uses.get(&id).is_some_and(|n| *n > 1) {
                self.node(id);
            }
        }
        self.node(node)
    }

    fn literal(&mut self, value: i64) -> Reg {
        let next = LITERALS + self.literals.len() as Reg;
        *self.literals.entry(value).or_insert(next)
    }

    fn temporary(&mut self) -> Reg {
        self.temporaries += 1;
        self.most = self.most.max(self.temporaries);
        self.temporaries - 1
    }

    fn node(&mut self, id: NodeId) -> Reg {
        if let Some(reg) = self.known.get(&id) {
            return *reg;
        }
        let reg = match self.dag.node(id).clone() {
            Node::Bool(b) => self.literal(i64::from(b)),
            Node::Int(n) => self.literal(n),
            Node::Cell(c) => self.field(c),
            Node::Next(c) => self.field(c) + self.fields.len() as Reg,
            Node::Not(a) => {
                let (a, to) = (self.node(a), self.temporary());
                self.ops.push(Op::Not { to, a });
                to
            }
            Node::And(xs) => self.junction(&xs, true),
            Node::Or(xs) => self.junction(&xs, false),
            Node::Ite(c, a, b) => {
                let (c, a, b, to) = (self.node(c), self.node(a), self.node(b), self.temporary());
                self.ops.push(Op::Ite { to, c, a, b });
                to
            }
            Node::Eq(a, b) => self.binary(a, b, |to, a, b| Op::Eq { to, a, b }),
            Node::Le(a, b) => self.binary(a, b, |to, a, b| Op::Le { to, a, b }),
            Node::Add(a, b) => self.binary(a, b, |to, a, b| Op::Add { to, a, b }),
            Node::Sub(a, b) => self.binary(a, b, |to, a, b| Op::Sub { to, a, b }),
            Node::Mul(a, b) => self.binary(a, b, |to, a, b| Op::Mul { to, a, b }),
            Node::Div(a, b) => self.binary(a, b, |to, a, b| Op::Div { to, a, b }),
            Node::Mod(a, b) => self.binary(a, b, |to, a, b| Op::Mod { to, a, b }),
        };
        self.known.insert(id, reg);
        self.recent.push(id);
        reg
    }

    fn field(&mut self, cell: CellId) -> Reg {
        let field = self.fields.get(&cell);
        self.missing |= field.is_none();
        field.map_or(0, |f| f.index() as Reg)
    }

    fn binary(&mut self, a: NodeId, b: NodeId, make: fn(Reg, Reg, Reg) -> Op) -> Reg {
        let (a, b, to) = (self.node(a), self.node(b), self.temporary());
        self.ops.push(make(to, a, b));
        to
    }

    /// A conjunction or disjunction, left as soon as it is decided where a part costs more than a register.
    fn junction(&mut self, xs: &[NodeId], conjunction: bool) -> Reg {
        let (cheap, dear): (Vec<NodeId>, Vec<NodeId>) = xs.iter().partition(|x| {
            self.known.contains_key(x) || matches!(self.dag.node(**x), Node::Cell(_) | Node::Next(_))
        });
        let to = self.temporary();
        let first = self.literal(i64::from(conjunction));
        self.ops.push(Op::Copy { to, a: first });
        for x in cheap {
            let a = self.node(x);
            self.ops.push(if conjunction {
                Op::And { to, a: to, b: a }
            } else {
                Op::Or { to, a: to, b: a }
            });
        }
        let mut jumps = Vec::new();
        for x in dear {
            jumps.push(self.ops.len());
            self.ops.push(Op::Jump {
                a: to,
                want: !conjunction,
                target: 0,
            });
            let mark = self.recent.len();
            let a = self.node(x);
            self.ops.push(Op::Copy { to, a });
            // what was computed here may be skipped: it is not known behind
            for id in self.recent.split_off(mark) {
                self.known.remove(&id);
            }
        }
        let end = self.ops.len() as u32;
        for at in jumps {
            if let Op::Jump { target, .. } = &mut self.ops[at] {
                *target = end;
            }
        }
        to
    }

    /// The code, with literals placed behind the results.
    ///
    /// # Errors
    /// An internal error if a cell outside of the layout was read.
    pub(super) fn finish(self) -> Result<Code, GroundError> {
        if self.missing {
            return Err(GroundError::internal("a cell outside of the cone is read"));
        }
        let base = self.most;
        let mut registers = vec![0; base as usize + self.literals.len()];
        for (value, reg) in &self.literals {
            registers[(base + reg - LITERALS) as usize] = *value;
        }
        let place = |r: &mut Reg| {
            if *r >= LITERALS {
                *r = base + *r - LITERALS;
            }
        };
        let mut ops = self.ops;
        ops.iter_mut().for_each(|op| op.each_source(place));
        Ok(Code {
            ops,
            registers,
            fields: self.fields.len(),
        })
    }
}

impl Op {
    /// Calls `f` on each register that the operation reads.
    fn each_source(&mut self, f: impl Fn(&mut Reg)) {
        match self {
            Op::Not { a, .. }
            | Op::Copy { a, .. }
            | Op::Jump { a, .. }
            | Op::Need { a, .. }
            | Op::Promise { a, .. }
            | Op::Write { a, .. } => f(a),
            Op::And { a, b, .. }
            | Op::Or { a, b, .. }
            | Op::Eq { a, b, .. }
            | Op::Le { a, b, .. }
            | Op::Add { a, b, .. }
            | Op::Sub { a, b, .. }
            | Op::Mul { a, b, .. }
            | Op::Div { a, b, .. }
            | Op::Mod { a, b, .. }
            | Op::NeedEq { a, b, .. }
            | Op::NeedLe { a, b, .. } => {
                f(a);
                f(b);
            }
            Op::Ite { c, a, b, .. } => {
                f(c);
                f(a);
                f(b);
            }
            Op::Within { a, lo, hi } => {
                f(a);
                f(lo);
                f(hi);
            }
            Op::Fire | Op::Done => {}
        }
    }
}
