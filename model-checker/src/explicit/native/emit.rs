//! Nodes as operations of the code generator.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use cranelift_frontend::FunctionBuilder;
use rustc_hash::FxHashMap;

use super::super::layout::Layout;
use super::support::{Reads, Table};
use crate::ground::{CellId, Dag, Node, NodeId, Values};

/// Makes operations on the words of one state. A truth value is an `i8` of 0 or 1, an integer an `i64`.
pub(super) struct Emitter<'a, 'b> {
    pub(super) builder: &'a mut FunctionBuilder<'b>,
    pub(super) dag: &'a Dag,
    pub(super) layout: &'a Layout,
    reads: &'a [Reads],
    words: Vec<Value>,
    known: FxHashMap<NodeId, Value>,
    codes: FxHashMap<CellId, Value>,
    tables: FxHashMap<NodeId, Option<Table>>,
    scratch: Values,
    /// What became known, so that it can be forgotten behind code that may be skipped.
    recent: Vec<Known>,
    /// Operations made.
    pub(super) operations: usize,
}

#[derive(Clone, Copy)]
enum Known {
    Node(NodeId),
    Code(CellId),
}

/// A moment, to go back to.
#[derive(Clone, Copy)]
pub(super) struct Mark(usize);

impl<'a, 'b> Emitter<'a, 'b> {
    pub(super) fn new(
        builder: &'a mut FunctionBuilder<'b>,
        dag: &'a Dag,
        layout: &'a Layout,
        reads: &'a [Reads],
        words: Vec<Value>,
    ) -> Self {
        Self {
            builder,
            dag,
            layout,
            reads,
            words,
            known: FxHashMap::default(),
            codes: FxHashMap::default(),
            tables: FxHashMap::default(),
            scratch: Values::default(),
            recent: Vec::new(),
            operations: 0,
        }
    }

    pub(super) fn words(&self) -> &[Value] {
        &self.words
    }

    pub(super) fn mark(&self) -> Mark {
        Mark(self.recent.len())
    }

    /// Forgets what became known since.
    pub(super) fn forget(&mut self, mark: Mark) {
        for known in self.recent.split_off(mark.0) {
            match known {
                Known::Node(node) => drop(self.known.remove(&node)),
                Known::Code(cell) => drop(self.codes.remove(&cell)),
            }
        }
    }

    /// The table of a node that reads one cell of few values.
    pub(super) fn table(&mut self, node: NodeId) -> Option<Table> {
        let (dag, layout, reads, scratch) = (self.dag, self.layout, self.reads, &mut self.scratch);
        *self
            .tables
            .entry(node)
            .or_insert_with(|| Table::of(dag, layout, reads, node, scratch))
    }

    /// The conjunction of these.
    pub(super) fn conjunction(&mut self, nodes: &[NodeId]) -> Value {
        match nodes {
            [one] => self.truth(*one),
            _ => self.junction(nodes, true),
        }
    }

    pub(super) fn constant(&mut self, value: u64) -> Value {
        self.builder.ins().iconst(types::I64, value as i64)
    }

    /// A constant truth value.
    pub(super) fn bool(&mut self, value: bool) -> Value {
        self.builder.ins().iconst(types::I8, i64::from(value))
    }

    fn counted(&mut self, value: Value) -> Value {
        self.operations += 1;
        value
    }

    pub(super) fn not(&mut self, a: Value) -> Value {
        let out = self.builder.ins().bxor_imm(a, 1);
        self.counted(out)
    }

    pub(super) fn and(&mut self, a: Value, b: Value) -> Value {
        let out = self.builder.ins().band(a, b);
        self.counted(out)
    }

    pub(super) fn or(&mut self, a: Value, b: Value) -> Value {
        let out = self.builder.ins().bor(a, b);
        self.counted(out)
    }

    /// A truth value as an integer.
    pub(super) fn widen(&mut self, a: Value) -> Value {
        let out = self.builder.ins().uextend(types::I64, a);
        self.counted(out)
    }

    /// Conjunction or disjunction, as a shallow tree.
    pub(super) fn join(&mut self, mut parts: Vec<Value>, conjunction: bool) -> Value {
        if parts.is_empty() {
            return self.bool(conjunction);
        }
        while parts.len() > 1 {
            let mut next = Vec::with_capacity(parts.len().div_ceil(2));
            for pair in parts.chunks(2) {
                next.push(match (pair, conjunction) {
                    ([a, b], true) => self.and(*a, *b),
                    ([a, b], false) => self.or(*a, *b),
                    (one, _) => one[0],
                });
            }
            parts = next;
        }
        parts[0]
    }

    /// The value less the least value of a cell.
    fn code(&mut self, cell: CellId) -> Value {
        if let Some(value) = self.codes.get(&cell) {
            return *value;
        }
        let value = match self.layout.field(cell) {
            None => self.constant(0),
            Some(field) => {
                let (word, shift, mask) = self.layout.place(field);
                let mut value = self.words[word];
                if shift > 0 {
                    value = self.builder.ins().ushr_imm(value, i64::from(shift));
                }
                let mask = self.constant(mask);
                let out = self.builder.ins().band(value, mask);
                self.operations += 2;
                out
            }
        };
        self.codes.insert(cell, value);
        self.recent.push(Known::Code(cell));
        value
    }

    /// The truth of a node that reads one cell.
    fn look(&mut self, table: Table) -> Value {
        if table.truth == 0 {
            return self.bool(false);
        }
        if table.not().truth == 0 {
            return self.bool(true);
        }
        if let Some(code) = table.only() {
            return self.compare(&[(table.cell, code)], true);
        }
        if let Some(code) = table.not().only() {
            return self.compare(&[(table.cell, code)], false);
        }
        let code = self.code(table.cell);
        let truth = self.constant(table.truth);
        let shifted = self.builder.ins().ushr(truth, code);
        let narrow = self.builder.ins().ireduce(types::I8, shifted);
        let out = self.builder.ins().band_imm(narrow, 1);
        self.operations += 3;
        out
    }

    /// Whether these cells have these codes (`same`), or one has another. They must be of one word.
    fn compare(&mut self, cells: &[(CellId, u64)], same: bool) -> Value {
        let (mut at, mut mask, mut wanted) = (0, 0, 0);
        for (cell, code) in cells {
            if let Some(field) = self.layout.field(*cell) {
                let (word, shift, most) = self.layout.place(field);
                at = word;
                mask |= most << shift;
                wanted |= code << shift;
            }
        }
        let condition = if same { IntCC::Equal } else { IntCC::NotEqual };
        let (word, mask, wanted) = (self.words[at], self.constant(mask), self.constant(wanted));
        let masked = self.builder.ins().band(word, mask);
        let out = self.builder.ins().icmp(condition, masked, wanted);
        self.operations += 2;
        out
    }

    /// A truth value.
    pub(super) fn truth(&mut self, node: NodeId) -> Value {
        if let Some(value) = self.known.get(&node) {
            return *value;
        }
        let value = match (self.dag.node(node), self.table(node)) {
            (Node::Bool(b), _) => self.bool(*b),
            (_, Some(table)) => self.look(table),
            (Node::Not(a), None) => {
                let a = self.truth(*a);
                self.not(a)
            }
            (Node::And(xs), None) => self.junction(xs, true),
            (Node::Or(xs), None) => self.junction(xs, false),
            (Node::Ite(c, a, b), None) => {
                let (c, a, b) = (self.truth(*c), self.truth(*a), self.truth(*b));
                let out = self.builder.ins().select(c, a, b);
                self.counted(out)
            }
            (Node::Eq(a, b), None) if self.dag.is_boolean(*a) => {
                let (a, b) = (self.truth(*a), self.truth(*b));
                let out = self.builder.ins().icmp(IntCC::Equal, a, b);
                self.counted(out)
            }
            (Node::Eq(a, b), None) => self.compare_integers(IntCC::Equal, *a, *b),
            (Node::Le(a, b), None) => self.compare_integers(IntCC::SignedLessThanOrEqual, *a, *b),
            (Node::Cell(cell), None) => {
                let code = self.code(*cell);
                let out = self.builder.ins().ireduce(types::I8, code);
                self.counted(out)
            }
            // no other node is a truth value, and nodes of the next state were replaced
            (
                Node::Int(_)
                | Node::Next(_)
                | Node::Add(..)
                | Node::Sub(..)
                | Node::Mul(..)
                | Node::Div(..)
                | Node::Mod(..),
                None,
            ) => self.bool(false),
        };
        self.remember(node, value)
    }

    fn remember(&mut self, node: NodeId, value: Value) -> Value {
        self.known.insert(node, value);
        self.recent.push(Known::Node(node));
        value
    }

    fn compare_integers(&mut self, condition: IntCC, a: NodeId, b: NodeId) -> Value {
        let (a, b) = (self.integer(a), self.integer(b));
        let out = self.builder.ins().icmp(condition, a, b);
        self.counted(out)
    }

    /// A conjunction or disjunction; parts that fix a cell of the same word are one comparison.
    fn junction(&mut self, xs: &[NodeId], conjunction: bool) -> Value {
        let mut fixed: Vec<Vec<(CellId, u64)>> = vec![Vec::new(); self.words.len()];
        let mut parts = Vec::with_capacity(xs.len());
        for x in xs {
            let only = match self.table(*x) {
                Some(table) if conjunction => table.only().map(|code| (table.cell, code)),
                Some(table) => table.not().only().map(|code| (table.cell, code)),
                None => None,
            };
            let place = only
                .and_then(|(cell, _)| self.layout.field(cell))
                .map(|f| self.layout.place(f));
            match (only, place) {
                // two codes of one cell stay apart
                (Some((cell, code)), Some((word, _, _))) if fixed[word].iter().all(|(c, _)| *c != cell) => {
                    fixed[word].push((cell, code));
                }
                (_, _) => parts.push(self.truth(*x)),
            }
        }
        for cells in fixed.iter().filter(|cells| !cells.is_empty()) {
            parts.push(self.compare(cells, conjunction));
        }
        self.join(parts, conjunction)
    }

    /// An integer, or a truth value as one.
    pub(super) fn integer(&mut self, node: NodeId) -> Value {
        if self.dag.is_boolean(node) {
            let truth = self.truth(node);
            return self.widen(truth);
        }
        if let Some(value) = self.known.get(&node) {
            return *value;
        }
        let value = match self.dag.node(node) {
            Node::Int(n) => self.constant(*n as u64),
            Node::Cell(cell) => {
                let code = self.code(*cell);
                let lo = self.layout.field(*cell).map_or(0, |f| self.layout.bounds(f).0);
                if lo == 0 {
                    code
                } else {
                    self.builder.ins().iadd_imm(code, lo)
                }
            }
            Node::Ite(c, a, b) => {
                let (c, a, b) = (self.truth(*c), self.integer(*a), self.integer(*b));
                self.builder.ins().select(c, a, b)
            }
            Node::Add(a, b) => {
                let (a, b) = (self.integer(*a), self.integer(*b));
                self.builder.ins().iadd(a, b)
            }
            Node::Sub(a, b) => {
                let (a, b) = (self.integer(*a), self.integer(*b));
                self.builder.ins().isub(a, b)
            }
            Node::Mul(a, b) => {
                let (a, b) = (self.integer(*a), self.integer(*b));
                self.builder.ins().imul(a, b)
            }
            Node::Div(a, b) => self.divide(*a, *b).0,
            Node::Mod(a, b) => self.divide(*a, *b).1,
            // truth values were treated above, and nodes of the next state were replaced
            Node::Bool(_)
            | Node::Next(_)
            | Node::Not(_)
            | Node::And(_)
            | Node::Or(_)
            | Node::Eq(..)
            | Node::Le(..) => self.constant(0),
        };
        self.operations += 1;
        self.remember(node, value)
    }

    /// Euclidean quotient and remainder; both 0 for a zero divisor.
    fn divide(&mut self, a: NodeId, b: NodeId) -> (Value, Value) {
        let (a, b) = (self.integer(a), self.integer(b));
        self.operations += 12;
        let ins = |this: &mut Self| this.builder.ins().iconst(types::I64, 0);
        let zero = ins(self);
        let none = self.builder.ins().icmp_imm(IntCC::Equal, b, 0);
        let one = self.builder.ins().iconst(types::I64, 1);
        let minus = self.builder.ins().icmp_imm(IntCC::Equal, b, -1);
        // the hardware traps at 0, and at -1 for the least integer: both are divided by 1 and mended
        let special = self.builder.ins().bor(none, minus);
        let safe = self.builder.ins().select(special, one, b);
        let quotient = self.builder.ins().sdiv(a, safe);
        let product = self.builder.ins().imul(quotient, safe);
        let remainder = self.builder.ins().isub(a, product);
        let negative = self.builder.ins().icmp_imm(IntCC::SignedLessThan, remainder, 0);
        let positive_divisor = self.builder.ins().icmp_imm(IntCC::SignedGreaterThan, safe, 0);
        let (down, up) = (
            self.builder.ins().iadd_imm(quotient, -1),
            self.builder.ins().iadd_imm(quotient, 1),
        );
        let nearer = self.builder.ins().select(positive_divisor, down, up);
        let size = self.builder.ins().iabs(safe);
        let raised = self.builder.ins().iadd(remainder, size);
        let quotient = self.builder.ins().select(negative, nearer, quotient);
        let remainder = self.builder.ins().select(negative, raised, remainder);
        let negated = self.builder.ins().ineg(a);
        let quotient = self.builder.ins().select(minus, negated, quotient);
        let quotient = self.builder.ins().select(none, zero, quotient);
        let remainder = self.builder.ins().select(special, zero, remainder);
        (quotient, remainder)
    }
}
