//! Terms of many-sorted first-order logic with integers: hash-consed, made by smart constructors only.
//!
//! Takes nothing of the transition system but the ids of its sorts. Gives a graph whose nodes the solver's
//! terms are made from one to one. Guarantees: equal terms have equal ids; constructors simplify only by
//! equivalences; every base sort is taken to be non-empty.

use std::collections::HashSet;
use std::rc::Rc;

use indexmap::IndexSet;
use transition_system::{EnumId, Quantifier, SortId};

/// A sort of terms.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) enum Base {
    Bool,
    Int,
    Enum(EnumId),
    Sort(SortId),
    /// The events of the system, as a finite sort: which one a step takes.
    Event,
}

/// A term.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) struct TermId(u32);

impl TermId {
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A declared function or constant.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) struct SymbolId(u32);

/// A variable bound by a quantifier; each is bound once.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) struct BoundId(u32);

/// One node.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Term {
    Bool(bool),
    Int(i64),
    /// An element of a finite sort by index; different indices are different elements.
    Literal(Base, u32),
    Apply(SymbolId, Vec<TermId>),
    Bound(BoundId),
    Not(TermId),
    And(Vec<TermId>),
    Or(Vec<TermId>),
    Ite(TermId, TermId, TermId),
    Eq(TermId, TermId),
    Le(TermId, TermId),
    Add(Vec<TermId>),
    Mul(TermId, TermId),
    Div(TermId, TermId),
    Mod(TermId, TermId),
    Quant(Quantifier, Vec<BoundId>, TermId),
}

/// The signature of a declared symbol.
#[derive(Clone, Debug)]
pub(super) struct Symbol {
    pub(super) name: String,
    pub(super) args: Vec<Base>,
    pub(super) result: Base,
}

/// All terms of one run.
#[derive(Default)]
pub(super) struct Terms {
    nodes: IndexSet<Term>,
    bases: Vec<Base>,
    free: Vec<Rc<[BoundId]>>,
    symbols: Vec<Symbol>,
    bound: Vec<(Base, TermId)>,
}

impl Terms {
    pub(super) fn get(&self, id: TermId) -> &Term {
        &self.nodes[id.index()]
    }

    pub(super) fn base(&self, id: TermId) -> Base {
        self.bases[id.index()]
    }

    pub(super) fn symbol(&self, id: SymbolId) -> &Symbol {
        &self.symbols[id.0 as usize]
    }

    /// The sort of a bound variable, and the variable as a term.
    pub(super) fn bound(&self, id: BoundId) -> (Base, TermId) {
        self.bound[id.0 as usize]
    }

    pub(super) fn declare(&mut self, symbol: Symbol) -> SymbolId {
        self.symbols.push(symbol);
        SymbolId(self.symbols.len() as u32 - 1)
    }

    fn intern(&mut self, term: Term, base: Base) -> TermId {
        if let Some(index) = self.nodes.get_index_of(&term) {
            return TermId(index as u32);
        }
        let free = self.free_of(&term);
        self.nodes.insert(term);
        self.bases.push(base);
        self.free.push(free);
        TermId(self.bases.len() as u32 - 1)
    }

    fn free_of(&self, term: &Term) -> Rc<[BoundId]> {
        let mut out: Vec<BoundId> = Vec::new();
        if let Term::Bound(b) = term {
            out.push(*b);
        }
        for child in children(term) {
            out.extend(self.free[child.index()].iter().copied());
        }
        out.sort_unstable();
        out.dedup();
        if let Term::Quant(_, bound, _) = term {
            out.retain(|b| !bound.contains(b));
        }
        out.into()
    }

    pub(super) fn bool(&mut self, value: bool) -> TermId {
        self.intern(Term::Bool(value), Base::Bool)
    }

    pub(super) fn as_bool(&self, id: TermId) -> Option<bool> {
        match self.get(id) {
            Term::Bool(b) => Some(*b),
            _ => None,
        }
    }

    pub(super) fn int(&mut self, value: i64) -> TermId {
        self.intern(Term::Int(value), Base::Int)
    }

    pub(super) fn literal(&mut self, base: Base, index: u32) -> TermId {
        self.intern(Term::Literal(base, index), base)
    }

    pub(super) fn apply(&mut self, symbol: SymbolId, args: Vec<TermId>) -> TermId {
        let base = self.symbol(symbol).result;
        self.intern(Term::Apply(symbol, args), base)
    }

    /// A fresh bound variable.
    pub(super) fn fresh_bound(&mut self, base: Base) -> (BoundId, TermId) {
        let id = BoundId(self.bound.len() as u32);
        let term = self.intern(Term::Bound(id), base);
        self.bound.push((base, term));
        (id, term)
    }

    pub(super) fn not(&mut self, a: TermId) -> TermId {
        match self.get(a) {
            Term::Bool(b) => {
                let b = !*b;
                self.bool(b)
            }
            Term::Not(inner) => *inner,
            _ => self.intern(Term::Not(a), Base::Bool),
        }
    }

    pub(super) fn and(&mut self, parts: impl IntoIterator<Item = TermId>) -> TermId {
        self.junction(parts, true)
    }

    pub(super) fn or(&mut self, parts: impl IntoIterator<Item = TermId>) -> TermId {
        self.junction(parts, false)
    }

    fn junction(&mut self, parts: impl IntoIterator<Item = TermId>, conjunction: bool) -> TermId {
        let mut out = Vec::new();
        let mut seen = HashSet::new();
        for part in parts {
            let nested = match (self.get(part), conjunction) {
                (Term::And(xs), true) | (Term::Or(xs), false) => xs.clone(),
                _ => vec![part],
            };
            for x in nested {
                let opposite = self.not(x);
                if self.as_bool(x) == Some(!conjunction) || seen.contains(&opposite) {
                    return self.bool(!conjunction);
                }
                if self.as_bool(x).is_none() && seen.insert(x) {
                    out.push(x);
                }
            }
        }
        match out.as_slice() {
            [] => self.bool(conjunction),
            [one] => *one,
            _ if conjunction => self.intern(Term::And(out), Base::Bool),
            _ => self.intern(Term::Or(out), Base::Bool),
        }
    }

    pub(super) fn implies(&mut self, a: TermId, b: TermId) -> TermId {
        let not = self.not(a);
        self.or([not, b])
    }

    pub(super) fn ite(&mut self, c: TermId, a: TermId, b: TermId) -> TermId {
        if a == b {
            return a;
        }
        match *self.get(c) {
            Term::Bool(true) => return a,
            Term::Bool(false) => return b,
            Term::Not(inner) => return self.ite(inner, b, a),
            _ => {}
        }
        let base = self.base(a);
        if base != Base::Bool {
            return self.intern(Term::Ite(c, a, b), base);
        }
        match (self.as_bool(a), self.as_bool(b)) {
            (Some(true), _) => self.or([c, b]),
            (_, Some(false)) => self.and([c, a]),
            (Some(false), _) => {
                let not = self.not(c);
                self.and([not, b])
            }
            (_, Some(true)) => self.implies(c, a),
            (None, None) => self.intern(Term::Ite(c, a, b), base),
        }
    }

    fn is_literal(&self, id: TermId) -> bool {
        matches!(self.get(id), Term::Literal(..) | Term::Int(_) | Term::Bool(_))
    }

    pub(super) fn eq(&mut self, a: TermId, b: TermId) -> TermId {
        if a == b {
            return self.bool(true);
        }
        let (a, b) = if a < b { (a, b) } else { (b, a) };
        if self.is_literal(a) && self.is_literal(b) {
            return self.bool(false);
        }
        for (x, y) in [(a, b), (b, a)] {
            match (self.as_bool(x), self.get(y)) {
                (Some(true), _) => return y,
                (Some(false), _) => return self.not(y),
                // A literal against a choice of which one side is a literal is decided on that side.
                (None, &Term::Ite(c, t, e))
                    if self.is_literal(x) && (self.is_literal(t) || self.is_literal(e)) =>
                {
                    let (t, e) = (self.eq(t, x), self.eq(e, x));
                    return self.ite(c, t, e);
                }
                (None, _) => {}
            }
        }
        self.intern(Term::Eq(a, b), Base::Bool)
    }

    pub(super) fn le(&mut self, a: TermId, b: TermId) -> TermId {
        match (self.get(a), self.get(b)) {
            (Term::Int(x), Term::Int(y)) => {
                let holds = x <= y;
                self.bool(holds)
            }
            _ if a == b => self.bool(true),
            _ => self.intern(Term::Le(a, b), Base::Bool),
        }
    }

    pub(super) fn lt(&mut self, a: TermId, b: TermId) -> TermId {
        let le = self.le(b, a);
        self.not(le)
    }

    /// The sum; literals among the summands are added up where that stays within `i64`.
    pub(super) fn add(&mut self, parts: impl IntoIterator<Item = TermId>) -> TermId {
        let mut sum = 0i64;
        let mut out = Vec::new();
        for part in parts {
            match self.get(part) {
                Term::Int(n) => match sum.checked_add(*n) {
                    Some(total) => sum = total,
                    None => out.push(part),
                },
                _ => out.push(part),
            }
        }
        if sum != 0 || out.is_empty() {
            let constant = self.int(sum);
            out.push(constant);
        }
        match out.as_slice() {
            [one] => *one,
            _ => self.intern(Term::Add(out), Base::Int),
        }
    }

    pub(super) fn mul(&mut self, a: TermId, b: TermId) -> TermId {
        match (self.get(a), self.get(b)) {
            (Term::Int(x), Term::Int(y)) if x.checked_mul(*y).is_some() => {
                let product = x.wrapping_mul(*y);
                self.int(product)
            }
            _ => self.intern(Term::Mul(a, b), Base::Int),
        }
    }

    pub(super) fn neg(&mut self, a: TermId) -> TermId {
        let minus = self.int(-1);
        self.mul(minus, a)
    }

    pub(super) fn div(&mut self, a: TermId, b: TermId) -> TermId {
        self.intern(Term::Div(a, b), Base::Int)
    }

    pub(super) fn modulo(&mut self, a: TermId, b: TermId) -> TermId {
        self.intern(Term::Mod(a, b), Base::Int)
    }

    /// A quantified formula; variables that do not occur are left out.
    pub(super) fn quant(&mut self, q: Quantifier, bound: BoundId, body: TermId) -> TermId {
        if !self.free[body.index()].contains(&bound) {
            return body;
        }
        match self.get(body).clone() {
            Term::Quant(inner, mut more, body) if inner == q => {
                more.insert(0, bound);
                self.intern(Term::Quant(q, more, body), Base::Bool)
            }
            _ => self.intern(Term::Quant(q, vec![bound], body), Base::Bool),
        }
    }
}

/// The direct children of a node.
pub(super) fn children(term: &Term) -> Vec<TermId> {
    match term {
        Term::Bool(_) | Term::Int(_) | Term::Literal(..) | Term::Bound(_) => Vec::new(),
        Term::Apply(_, xs) | Term::And(xs) | Term::Or(xs) | Term::Add(xs) => xs.clone(),
        Term::Not(a) | Term::Quant(_, _, a) => vec![*a],
        Term::Ite(a, b, c) => vec![*a, *b, *c],
        Term::Eq(a, b) | Term::Le(a, b) | Term::Mul(a, b) | Term::Div(a, b) | Term::Mod(a, b) => vec![*a, *b],
    }
}
