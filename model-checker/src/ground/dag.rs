//! The graph of scalar nodes: hash-consed, folded as it is made, and total.
//!
//! Takes requests for nodes from the rest of [`crate::ground`]; gives ids. Guarantees: children have smaller ids
//! than parents; equal nodes have equal ids; a node whose value does not depend on any cell is a literal
//! where folding sees it. Every node has a value in every state: a partial operator outside its domain has *some*
//! value (division by zero is 0), which no one may use before the promise that forbids it was
//! evaluated. Each node carries an interval that contains its value in every state; arithmetic whose interval
//! leaves `i64` is a [`Fault`].
//!
//! Truth values are the integers 0 and 1, so that one evaluator serves all nodes.

use indexmap::IndexSet;
use rustc_hash::{FxBuildHasher, FxHashMap};

use super::arith::Comparison;

/// A node of a [`Dag`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeId(u32);

impl NodeId {
    /// The position in the table of nodes, from 0.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A scalar part of a constant or variable.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CellId(u32);

impl CellId {
    /// The id with this index.
    #[must_use]
    pub const fn new(index: usize) -> Self {
        Self(index as u32)
    }

    /// The position in the table of cells, from 0.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// One node. `And` and `Or` have at least two children, sorted and distinct.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Node {
    /// A truth value.
    Bool(bool),
    /// An integer, or the code of an enumerator, element or option.
    Int(i64),
    /// A cell in the current state.
    Cell(CellId),
    /// A cell in the next state.
    Next(CellId),
    /// Negation.
    Not(NodeId),
    /// Conjunction.
    And(Box<[NodeId]>),
    /// Disjunction.
    Or(Box<[NodeId]>),
    /// `if c then a else b`.
    Ite(NodeId, NodeId, NodeId),
    /// Equality, of two truth values or two integers.
    Eq(NodeId, NodeId),
    /// Less than or equal.
    Le(NodeId, NodeId),
    /// Sum.
    Add(NodeId, NodeId),
    /// Difference.
    Sub(NodeId, NodeId),
    /// Product.
    Mul(NodeId, NodeId),
    /// Euclidean quotient; 0 for a zero divisor.
    Div(NodeId, NodeId),
    /// Euclidean remainder; 0 for a zero divisor.
    Mod(NodeId, NodeId),
}

impl Node {
    /// Calls `f` on each child.
    pub fn for_each_child(&self, mut f: impl FnMut(NodeId)) {
        match self {
            Node::Bool(_) | Node::Int(_) | Node::Cell(_) | Node::Next(_) => {}
            Node::Not(a) => f(*a),
            Node::And(xs) | Node::Or(xs) => xs.iter().copied().for_each(f),
            Node::Ite(c, a, b) => {
                f(*c);
                f(*a);
                f(*b);
            }
            Node::Eq(a, b)
            | Node::Le(a, b)
            | Node::Add(a, b)
            | Node::Sub(a, b)
            | Node::Mul(a, b)
            | Node::Div(a, b)
            | Node::Mod(a, b) => {
                f(*a);
                f(*b);
            }
        }
    }
}

/// Bytes of a node without its children: itself, its hash, its places in the tables.
const NODE_BYTES: usize = size_of::<Node>() + 3 * size_of::<usize>() + size_of::<(i64, i64)>();

/// Why a graph cannot be made. The first fault sticks; what is made after it is meaningless.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// More nodes than the limit.
    TooLarge(usize),
    /// Arithmetic whose result might not fit 64 bits.
    Overflow,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Dag {
    nodes: IndexSet<Node, FxBuildHasher>,
    bounds: Vec<(i64, i64)>,
    boolean: Vec<bool>,
    pub(super) compared: FxHashMap<(NodeId, i64, Comparison), NodeId>,
    limit: usize,
    fault: Option<Fault>,
    /// Bytes of nodes and their children.
    bytes: u64,
}

impl Dag {
    /// The literal `false`.
    pub const FALSE: NodeId = NodeId(0);
    /// The literal `true`.
    pub const TRUE: NodeId = NodeId(1);

    /// A graph of the two truth values that will hold at most `limit` nodes.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        let mut dag = Self {
            nodes: IndexSet::default(),
            bounds: Vec::new(),
            boolean: Vec::new(),
            compared: FxHashMap::default(),
            limit: limit.clamp(2, u32::MAX as usize),
            fault: None,
            bytes: 0,
        };
        dag.intern(Node::Bool(false), (0, 0), true);
        dag.intern(Node::Bool(true), (1, 1), true);
        dag
    }

    /// The first fault, if there was one.
    #[must_use]
    pub fn fault(&self) -> Option<Fault> {
        self.fault
    }

    /// Number of nodes; ids are below.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no node: never, since the truth values are there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// All ids, children before parents.
    pub fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.nodes.len() as u32).map(NodeId)
    }

    /// The conjuncts of a truth value.
    #[must_use]
    pub fn conjuncts(&self, id: NodeId) -> Vec<NodeId> {
        match self.node(id) {
            Node::And(xs) => xs.to_vec(),
            _ => vec![id],
        }
    }

    /// The node behind an id.
    ///
    /// # Panics
    /// If the id is of another graph.
    #[must_use]
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }

    /// The least and greatest value that the node may have.
    #[must_use]
    pub fn bounds(&self, id: NodeId) -> (i64, i64) {
        self.bounds[id.index()]
    }

    /// Whether the node is a truth value.
    #[must_use]
    pub fn is_boolean(&self, id: NodeId) -> bool {
        self.boolean[id.index()]
    }

    /// The value of a literal.
    #[must_use]
    pub fn literal(&self, id: NodeId) -> Option<i64> {
        match self.node(id) {
            Node::Bool(b) => Some(i64::from(*b)),
            Node::Int(n) => Some(*n),
            Node::Cell(_)
            | Node::Next(_)
            | Node::Not(_)
            | Node::And(_)
            | Node::Or(_)
            | Node::Ite(..)
            | Node::Eq(..)
            | Node::Le(..)
            | Node::Add(..)
            | Node::Sub(..)
            | Node::Mul(..)
            | Node::Div(..)
            | Node::Mod(..) => None,
        }
    }

    /// About how many bytes the graph takes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) fn set_fault(&mut self, fault: Fault) {
        self.fault.get_or_insert(fault);
    }

    pub(super) fn intern(&mut self, node: Node, bounds: (i64, i64), boolean: bool) -> NodeId {
        if self.nodes.len() >= self.limit && !self.nodes.contains(&node) {
            self.set_fault(Fault::TooLarge(self.limit));
            return Self::FALSE;
        }
        let children = match &node {
            Node::And(xs) | Node::Or(xs) => size_of_val::<[NodeId]>(xs),
            _ => 0,
        };
        let (index, new) = self.nodes.insert_full(node);
        if new {
            self.bytes += (NODE_BYTES + children) as u64;
            self.bounds.push(bounds);
            self.boolean.push(boolean);
        }
        NodeId(index as u32)
    }

    pub(super) fn intern_bool(&mut self, node: Node) -> NodeId {
        self.intern(node, (0, 1), true)
    }

    /// A truth value.
    #[must_use]
    pub fn bool(&self, value: bool) -> NodeId {
        if value { Self::TRUE } else { Self::FALSE }
    }

    /// A cell of the current state with values `lo..=hi`.
    pub fn cell(&mut self, id: CellId, (lo, hi): (i64, i64), boolean: bool) -> NodeId {
        self.intern(Node::Cell(id), (lo, hi), boolean)
    }

    /// A cell of the next state with values `lo..=hi`.
    pub fn next(&mut self, id: CellId, (lo, hi): (i64, i64), boolean: bool) -> NodeId {
        self.intern(Node::Next(id), (lo, hi), boolean)
    }

    /// Negation.
    pub fn not(&mut self, a: NodeId) -> NodeId {
        match *self.node(a) {
            Node::Bool(b) => self.bool(!b),
            Node::Not(inner) => inner,
            _ => self.intern_bool(Node::Not(a)),
        }
    }

    /// Conjunction.
    pub fn and(&mut self, parts: impl IntoIterator<Item = NodeId>) -> NodeId {
        self.junction(parts, true)
    }

    /// Disjunction.
    pub fn or(&mut self, parts: impl IntoIterator<Item = NodeId>) -> NodeId {
        self.junction(parts, false)
    }

    /// `a => b`.
    pub fn implies(&mut self, a: NodeId, b: NodeId) -> NodeId {
        let not = self.not(a);
        self.or([not, b])
    }

    fn junction(&mut self, parts: impl IntoIterator<Item = NodeId>, conjunction: bool) -> NodeId {
        let (neutral, zero) = (self.bool(conjunction), self.bool(!conjunction));
        let mut out: Vec<NodeId> = Vec::new();
        for part in parts {
            match (self.node(part), conjunction) {
                (Node::And(xs), true) | (Node::Or(xs), false) => out.extend_from_slice(xs),
                _ if part == zero => return zero,
                _ if part == neutral => {}
                _ => out.push(part),
            }
        }
        out.sort_unstable();
        out.dedup();
        let contradicts = |x: &NodeId| matches!(self.node(*x), Node::Not(y) if out.binary_search(y).is_ok());
        if out.iter().any(contradicts) {
            return zero;
        }
        match (out.as_slice(), conjunction) {
            ([], _) => neutral,
            ([one], _) => *one,
            (_, true) => self.intern_bool(Node::And(out.into())),
            (_, false) => self.intern_bool(Node::Or(out.into())),
        }
    }

    /// `if c then a else b`; both branches truth values, or both integers.
    pub fn ite(&mut self, c: NodeId, a: NodeId, b: NodeId) -> NodeId {
        if c == Self::TRUE || a == b {
            return a;
        }
        if c == Self::FALSE {
            return b;
        }
        if let Node::Not(inner) = *self.node(c) {
            return self.ite(inner, b, a);
        }
        if self.is_boolean(a) {
            self.ite_bool(c, a, b)
        } else {
            self.ite_int(c, a, b)
        }
    }

    fn ite_bool(&mut self, c: NodeId, a: NodeId, b: NodeId) -> NodeId {
        let a = if a == c { Self::TRUE } else { a };
        let b = if b == c { Self::FALSE } else { b };
        match (a, b) {
            (Self::TRUE, Self::FALSE) => c,
            (Self::FALSE, Self::TRUE) => self.not(c),
            (Self::TRUE, _) => self.or([c, b]),
            (_, Self::FALSE) => self.and([c, a]),
            (Self::FALSE, _) => {
                let not = self.not(c);
                self.and([not, b])
            }
            (_, Self::TRUE) => {
                let not = self.not(c);
                self.or([not, a])
            }
            (_, _) => self.intern_bool(Node::Ite(c, a, b)),
        }
    }

    fn ite_int(&mut self, c: NodeId, a: NodeId, b: NodeId) -> NodeId {
        if let Node::Ite(d, x, _) = *self.node(a)
            && d == c
        {
            return self.ite(c, x, b);
        }
        if let Node::Ite(d, _, y) = *self.node(b)
            && d == c
        {
            return self.ite(c, a, y);
        }
        let ((l1, h1), (l2, h2)) = (self.bounds(a), self.bounds(b));
        self.intern(Node::Ite(c, a, b), (l1.min(l2), h1.max(h2)), false)
    }
}
