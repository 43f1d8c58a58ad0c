//! Formulas and terms of many-sorted first-order logic, each kept once.
//!
//! Takes what the translation builds; gives a graph that [`super::print`] writes. Simplifies by truth values and by
//! the equality of literals only, so that a query still shows what it was made from.

use std::collections::HashSet;

use indexmap::IndexSet;

/// A term.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) struct T(u32);

/// A sort: position in [`Graph::sorts`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) enum S {
    Bool,
    Int,
    Named(u32),
}

/// A function: position in [`Graph::functions`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) struct F(u32);

/// A bound variable: of one quantifier, or a parameter of one definition.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) struct V(u32);

/// Operators with any number of arguments of one kind.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Op {
    Not,
    And,
    Or,
    Implies,
    Ite,
    Equal,
    LessEqual,
    Less,
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    Neg,
}

impl Op {
    /// The operator of the theory.
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Op::Not => "not",
            Op::And => "and",
            Op::Or => "or",
            Op::Implies => "=>",
            Op::Ite => "ite",
            Op::Equal => "=",
            Op::LessEqual => "<=",
            Op::Less => "<",
            Op::Add => "+",
            Op::Sub | Op::Neg => "-",
            Op::Mul => "*",
            Op::Div => "div",
            Op::Mod => "mod",
        }
    }
}

/// One node.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Node {
    Truth(bool),
    Number(i64),
    /// An element of a finite sort.
    Element(S, u32),
    Call(F, Vec<T>),
    Variable(V),
    Apply(Op, Vec<T>),
    /// Whether universal, the variable, and the body.
    Quantified(bool, V, T),
}

/// A sort of the model.
#[derive(Clone, Debug)]
pub(crate) struct SortInfo {
    pub(crate) symbol: String,
    /// Symbols of all elements, if the sort is finite.
    pub(crate) elements: Option<Vec<String>>,
}

/// A declared function.
#[derive(Clone, Debug)]
pub(crate) struct FunctionInfo {
    pub(crate) symbol: String,
    pub(crate) args: Vec<S>,
    pub(crate) result: S,
}

/// See the module.
#[derive(Default)]
pub(crate) struct Graph {
    nodes: IndexSet<Node>,
    sort_of: Vec<S>,
    variables: Vec<S>,
    pub(crate) sorts: Vec<SortInfo>,
    pub(crate) functions: Vec<FunctionInfo>,
}

impl Graph {
    pub(crate) fn node(&self, t: T) -> &Node {
        &self.nodes[t.0 as usize]
    }

    pub(crate) fn sort(&self, t: T) -> S {
        self.sort_of[t.0 as usize]
    }

    pub(crate) fn variable_sort(&self, v: V) -> S {
        self.variables[v.0 as usize]
    }

    pub(crate) fn function(&self, f: F) -> &FunctionInfo {
        &self.functions[f.0 as usize]
    }

    pub(crate) fn sort_info(&self, s: S) -> Option<&SortInfo> {
        match s {
            S::Named(i) => self.sorts.get(i as usize),
            S::Bool | S::Int => None,
        }
    }

    fn keep(&mut self, node: Node, sort: S) -> T {
        let (index, new) = self.nodes.insert_full(node);
        if new {
            self.sort_of.push(sort);
        }
        T(index as u32)
    }

    pub(crate) fn add_sort(&mut self, info: SortInfo) -> S {
        self.sorts.push(info);
        S::Named(self.sorts.len() as u32 - 1)
    }

    pub(crate) fn add_function(&mut self, info: FunctionInfo) -> F {
        self.functions.push(info);
        F(self.functions.len() as u32 - 1)
    }

    pub(crate) fn truth(&mut self, value: bool) -> T {
        self.keep(Node::Truth(value), S::Bool)
    }

    pub(crate) fn as_truth(&self, t: T) -> Option<bool> {
        match self.node(t) {
            Node::Truth(b) => Some(*b),
            _ => None,
        }
    }

    pub(crate) fn number(&mut self, value: i64) -> T {
        self.keep(Node::Number(value), S::Int)
    }

    pub(crate) fn element(&mut self, sort: S, index: u32) -> T {
        self.keep(Node::Element(sort, index), sort)
    }

    pub(crate) fn call(&mut self, f: F, args: Vec<T>) -> T {
        let result = self.function(f).result;
        self.keep(Node::Call(f, args), result)
    }

    pub(crate) fn fresh(&mut self, sort: S) -> (V, T) {
        self.variables.push(sort);
        let v = V(self.variables.len() as u32 - 1);
        (v, self.keep(Node::Variable(v), sort))
    }

    pub(crate) fn quantified(&mut self, universal: bool, v: V, body: T) -> T {
        if self.as_truth(body).is_some() {
            return body;
        }
        self.keep(Node::Quantified(universal, v, body), S::Bool)
    }

    pub(crate) fn not(&mut self, a: T) -> T {
        match self.node(a) {
            Node::Truth(b) => {
                let b = !*b;
                self.truth(b)
            }
            Node::Apply(Op::Not, args) => args[0],
            _ => self.keep(Node::Apply(Op::Not, vec![a]), S::Bool),
        }
    }

    pub(crate) fn and(&mut self, parts: impl IntoIterator<Item = T>) -> T {
        self.junction(Op::And, parts)
    }

    pub(crate) fn or(&mut self, parts: impl IntoIterator<Item = T>) -> T {
        self.junction(Op::Or, parts)
    }

    fn junction(&mut self, op: Op, parts: impl IntoIterator<Item = T>) -> T {
        let neutral = op == Op::And;
        let mut seen = HashSet::new();
        let mut out = Vec::new();
        for part in parts {
            match self.as_truth(part) {
                Some(b) if b == neutral => {}
                Some(b) => return self.truth(b),
                None if seen.insert(part) => out.push(part),
                None => {}
            }
        }
        match out.as_slice() {
            [] => self.truth(neutral),
            [one] => *one,
            _ => self.keep(Node::Apply(op, out), S::Bool),
        }
    }

    pub(crate) fn implies(&mut self, a: T, b: T) -> T {
        match (self.as_truth(a), self.as_truth(b)) {
            (Some(true), _) => b,
            (Some(false), _) | (_, Some(true)) => self.truth(true),
            (None, Some(false)) => self.not(a),
            (None, None) => self.keep(Node::Apply(Op::Implies, vec![a, b]), S::Bool),
        }
    }

    pub(crate) fn ite(&mut self, c: T, a: T, b: T) -> T {
        match self.as_truth(c) {
            Some(true) => a,
            Some(false) => b,
            None if a == b => a,
            None => match (self.as_truth(a), self.as_truth(b)) {
                (Some(true), _) => self.or([c, b]),
                (_, Some(false)) => self.and([c, a]),
                (Some(false), _) => {
                    let not = self.not(c);
                    self.and([not, b])
                }
                (_, Some(true)) => self.implies(c, a),
                (None, None) => {
                    let sort = self.sort(a);
                    self.keep(Node::Apply(Op::Ite, vec![c, a, b]), sort)
                }
            },
        }
    }

    pub(crate) fn equal(&mut self, a: T, b: T) -> T {
        let literal = |t: T| matches!(self.node(t), Node::Truth(_) | Node::Number(_) | Node::Element(..));
        match (self.as_truth(a), self.as_truth(b)) {
            _ if a == b => self.truth(true),
            _ if literal(a) && literal(b) => self.truth(false),
            (Some(true), _) => b,
            (_, Some(true)) => a,
            (Some(false), _) => self.not(b),
            (_, Some(false)) => self.not(a),
            (None, None) => self.keep(Node::Apply(Op::Equal, vec![a, b]), S::Bool),
        }
    }

    /// A comparison (`<=` or `<`).
    pub(crate) fn compare(&mut self, op: Op, a: T, b: T) -> T {
        match (self.node(a), self.node(b), op) {
            (Node::Number(x), Node::Number(y), Op::Less) => {
                let holds = x < y;
                self.truth(holds)
            }
            (Node::Number(x), Node::Number(y), _) => {
                let holds = x <= y;
                self.truth(holds)
            }
            (_, _, _) => self.keep(Node::Apply(op, vec![a, b]), S::Bool),
        }
    }

    /// Integer arithmetic.
    pub(crate) fn arithmetic(&mut self, op: Op, args: Vec<T>) -> T {
        self.keep(Node::Apply(op, args), S::Int)
    }

    /// The direct parts of a node.
    pub(crate) fn parts(&self, t: T) -> Vec<T> {
        match self.node(t) {
            Node::Truth(_) | Node::Number(_) | Node::Element(..) | Node::Variable(_) => Vec::new(),
            Node::Call(_, args) | Node::Apply(_, args) => args.clone(),
            Node::Quantified(_, _, body) => vec![*body],
        }
    }

    /// Everything reached from `roots` through parts, each once, parts first.
    pub(crate) fn reach(&self, roots: &[T]) -> Vec<T> {
        let mut seen = HashSet::new();
        let mut out = Vec::new();
        let mut stack: Vec<(T, bool)> = roots.iter().rev().map(|r| (*r, false)).collect();
        while let Some((t, ready)) = stack.pop() {
            if ready {
                out.push(t);
            } else if seen.insert(t) {
                stack.push((t, true));
                stack.extend(self.parts(t).into_iter().rev().map(|p| (p, false)));
            }
        }
        out
    }
}
