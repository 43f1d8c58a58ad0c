//! Constructors of integer nodes and comparisons.
//!
//! Sums keep their literal on the right (`x + 3`), comparisons with a literal move it across and into the branches
//! of an `if`, and what the intervals decide is folded: `some(c) == owner` and the like become comparisons of
//! one cell with one literal.

use super::dag::{Dag, Fault, Node, NodeId};

/// How a node is compared with a literal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Comparison {
    /// `a == k`.
    Same,
    /// `a <= k`.
    AtMost,
    /// `a >= k`.
    AtLeast,
}

use Comparison::{AtLeast, AtMost, Same};

impl Dag {
    /// An integer.
    pub fn int(&mut self, value: i64) -> NodeId {
        self.intern(Node::Int(value), (value, value), false)
    }

    fn int_node(&mut self, node: Node, lo: i128, hi: i128) -> NodeId {
        match (i64::try_from(lo), i64::try_from(hi)) {
            (Ok(lo), Ok(_)) if lo as i128 == hi => self.int(lo),
            (Ok(lo), Ok(hi)) => self.intern(node, (lo, hi), false),
            (_, _) => {
                self.set_fault(Fault::Overflow);
                self.int(0)
            }
        }
    }

    fn wide(&self, a: NodeId) -> (i128, i128) {
        let (lo, hi) = self.bounds(a);
        (i128::from(lo), i128::from(hi))
    }

    /// A node plus a literal.
    pub fn offset(&mut self, a: NodeId, by: i64) -> NodeId {
        if by == 0 {
            return a;
        }
        if let Node::Add(x, k) = *self.node(a)
            && let Some(k) = self.literal(k)
            && let Some(sum) = k.checked_add(by)
        {
            return self.offset(x, sum);
        }
        if let Node::Ite(c, x, y) = *self.node(a)
            && self.literal(x).is_some()
            && self.literal(y).is_some()
        {
            let (x, y) = (self.offset(x, by), self.offset(y, by));
            return self.ite(c, x, y);
        }
        let (lo, hi) = self.wide(a);
        let literal = self.int(by);
        self.int_node(Node::Add(a, literal), lo + i128::from(by), hi + i128::from(by))
    }

    /// Sum.
    pub fn add(&mut self, a: NodeId, b: NodeId) -> NodeId {
        match (self.literal(a), self.literal(b)) {
            (_, Some(k)) => self.offset(a, k),
            (Some(k), None) => self.offset(b, k),
            (None, None) => {
                let ((l1, h1), (l2, h2)) = (self.wide(a), self.wide(b));
                self.int_node(Node::Add(a.min(b), a.max(b)), l1 + l2, h1 + h2)
            }
        }
    }

    /// Difference.
    pub fn sub(&mut self, a: NodeId, b: NodeId) -> NodeId {
        match self.literal(b).and_then(i64::checked_neg) {
            _ if a == b => self.int(0),
            Some(k) => self.offset(a, k),
            None => {
                let ((l1, h1), (l2, h2)) = (self.wide(a), self.wide(b));
                self.int_node(Node::Sub(a, b), l1 - h2, h1 - l2)
            }
        }
    }

    /// Product.
    pub fn mul(&mut self, a: NodeId, b: NodeId) -> NodeId {
        let (a, b) = if self.literal(a).is_some() { (b, a) } else { (a, b) };
        if self.literal(b) == Some(1) {
            return a;
        }
        let ((l1, h1), (l2, h2)) = (self.wide(a), self.wide(b));
        let corners = [l1 * l2, l1 * h2, h1 * l2, h1 * h2];
        let lo = corners.into_iter().min().unwrap_or(0);
        let hi = corners.into_iter().max().unwrap_or(0);
        self.int_node(Node::Mul(a, b), lo, hi)
    }

    /// Euclidean quotient; 0 for a zero divisor.
    pub fn div(&mut self, a: NodeId, b: NodeId) -> NodeId {
        if let (Some(x), Some(y)) = (self.literal(a), self.literal(b)) {
            let value = if y == 0 { Some(0) } else { x.checked_div_euclid(y) };
            return self.folded(value);
        }
        let (lo, hi) = self.wide(a);
        let greatest = lo.abs().max(hi.abs());
        let (lo, hi) = match self.literal(b) {
            Some(k) if k > 0 => (lo.div_euclid(i128::from(k)), hi.div_euclid(i128::from(k))),
            // rounding away from zero adds at most one
            Some(_) | None => (-greatest - 1, greatest + 1),
        };
        self.int_node(Node::Div(a, b), lo, hi)
    }

    /// Euclidean remainder; 0 for a zero divisor.
    pub fn modulo(&mut self, a: NodeId, b: NodeId) -> NodeId {
        if let (Some(x), Some(y)) = (self.literal(a), self.literal(b)) {
            let value = if y == 0 { Some(0) } else { x.checked_rem_euclid(y) };
            return self.folded(value);
        }
        let (lo, hi) = self.wide(b);
        let greatest = lo.abs().max(hi.abs());
        self.int_node(Node::Mod(a, b), 0, (greatest - 1).max(0))
    }

    fn folded(&mut self, value: Option<i64>) -> NodeId {
        match value {
            Some(n) => self.int(n),
            None => {
                self.set_fault(Fault::Overflow);
                self.int(0)
            }
        }
    }

    /// Equality of two truth values or two integers.
    pub fn eq(&mut self, a: NodeId, b: NodeId) -> NodeId {
        if a == b {
            return Self::TRUE;
        }
        if self.is_boolean(a) && self.is_boolean(b) {
            return self.iff(a, b);
        }
        let ((l1, h1), (l2, h2)) = (self.bounds(a), self.bounds(b));
        if h1 < l2 || h2 < l1 {
            return Self::FALSE;
        }
        match (self.literal(a), self.literal(b)) {
            (Some(x), Some(y)) => self.bool(x == y),
            (None, Some(k)) => self.compare(a, k, Same),
            (Some(k), None) => self.compare(b, k, Same),
            (None, None) => self.intern_bool(Node::Eq(a.min(b), a.max(b))),
        }
    }

    fn iff(&mut self, a: NodeId, b: NodeId) -> NodeId {
        match (a, b) {
            (Self::TRUE, x) | (x, Self::TRUE) => return x,
            (Self::FALSE, x) | (x, Self::FALSE) => return self.not(x),
            (_, _) => {}
        }
        match (self.node(a).clone(), self.node(b).clone()) {
            (Node::Not(x), Node::Not(y)) => self.iff_plain(x, y),
            (Node::Not(x), _) => {
                let e = self.iff_plain(x, b);
                self.not(e)
            }
            (_, Node::Not(y)) => {
                let e = self.iff_plain(a, y);
                self.not(e)
            }
            (_, _) => self.iff_plain(a, b),
        }
    }

    fn iff_plain(&mut self, a: NodeId, b: NodeId) -> NodeId {
        if a == b {
            return Self::TRUE;
        }
        self.intern_bool(Node::Eq(a.min(b), a.max(b)))
    }

    /// `a <= b`.
    pub fn le(&mut self, a: NodeId, b: NodeId) -> NodeId {
        let ((l1, h1), (l2, h2)) = (self.bounds(a), self.bounds(b));
        if h1 <= l2 {
            return Self::TRUE;
        }
        if l1 > h2 {
            return Self::FALSE;
        }
        match (self.literal(a), self.literal(b)) {
            (_, Some(k)) => self.compare(a, k, AtMost),
            (Some(k), None) => self.compare(b, k, AtLeast),
            (None, None) => self.intern_bool(Node::Le(a, b)),
        }
    }

    /// `a < b`.
    pub fn lt(&mut self, a: NodeId, b: NodeId) -> NodeId {
        let e = self.le(b, a);
        self.not(e)
    }

    fn compare(&mut self, a: NodeId, k: i64, how: Comparison) -> NodeId {
        let (lo, hi) = self.bounds(a);
        match how {
            Same if k < lo || k > hi => return Self::FALSE,
            Same if lo == hi => return Self::TRUE,
            AtMost if hi <= k => return Self::TRUE,
            AtMost if lo > k => return Self::FALSE,
            AtMost if lo == k => return self.compare(a, k, Same),
            AtLeast if lo >= k => return Self::TRUE,
            AtLeast if hi < k => return Self::FALSE,
            AtLeast if hi == k => return self.compare(a, k, Same),
            Same | AtMost | AtLeast => {}
        }
        if let Some(known) = self.compared.get(&(a, k, how)) {
            return *known;
        }
        let out = match *self.node(a) {
            Node::Ite(c, x, y) => {
                let (x, y) = (self.compare(x, k, how), self.compare(y, k, how));
                self.ite(c, x, y)
            }
            Node::Add(x, j) if self.literal(j).is_some() => {
                match self.literal(j).and_then(|j| k.checked_sub(j)) {
                    Some(k) => self.compare(x, k, how),
                    None => self.plain(a, k, how),
                }
            }
            _ => self.plain(a, k, how),
        };
        self.compared.insert((a, k, how), out);
        out
    }

    fn plain(&mut self, a: NodeId, k: i64, how: Comparison) -> NodeId {
        let literal = self.int(k);
        match how {
            Same => self.intern_bool(Node::Eq(a, literal)),
            AtMost => self.intern_bool(Node::Le(a, literal)),
            AtLeast => {
                // a >= k as not (a <= k - 1), one form for both directions
                let below = self.compare(a, k - 1, AtMost);
                self.not(below)
            }
        }
    }
}
