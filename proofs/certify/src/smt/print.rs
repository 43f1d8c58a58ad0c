//! The text of one closed query.
//!
//! Takes assertions in sections, each with a remark; gives a file that any SMT-LIB 2 solver reads: logic,
//! sorts with their elements, declarations, assertions, `check-sat`. Only what occurs is declared.
//!
//! A finite sort is an uninterpreted sort with named elements, an axiom that they differ, and one that there are no
//! others. Without quantifiers elsewhere in the query, the latter is written for each ground term of the sort
//! alone: a model of that can be cut down to the named elements, as no other element is the value of a
//! term, so it has a model exactly if the quantified axiom has one, and the query stays quantifier-free. If there is no
//! such term, the elements that do not occur are left out for the same reason.
//!
//! Guarantees: equal input gives equal bytes; a bound variable is named by its depth.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::rc::Rc;

use super::graph::{F, Graph, Node, Op, S, T, V};

/// Longest text of one query, in bytes.
const LIMIT_BYTES: usize = 64 << 20;
/// A closed term that is used twice and has at least so many nodes is given a name.
const NAMED_FROM_NODES: u64 = 8;

/// A remark and the formulas asserted under it.
pub(crate) struct Section {
    pub(crate) remark: String,
    pub(crate) formulas: Vec<T>,
}

/// The text of a query: remarks at the top, then what is needed for the assertions.
///
/// # Errors
/// If the text would be too long.
pub(crate) fn query(graph: &Graph, head: &[String], sections: &[Rc<Section>]) -> Result<String, String> {
    let roots: Vec<T> = sections.iter().flat_map(|s| s.formulas.iter().copied()).collect();
    let mut printer = Printer::new(graph, &roots);
    for line in head {
        printer.line(&format!("; {line}"));
    }
    printer.line(&format!("(set-logic {})", printer.logic()));
    printer.sorts();
    printer.functions();
    printer.closed_world();
    printer.shared()?;
    for section in sections {
        printer.section(section)?;
    }
    printer.line("(check-sat)");
    Ok(printer.out)
}

/// The text of one definition, for readers: the symbol, its parameters, the body.
pub(crate) fn definition(graph: &Graph, symbol: &str, parameters: &[V], body: T) -> Result<String, String> {
    let mut printer = Printer::new(graph, &[body]);
    let mut list = Vec::new();
    for (i, v) in parameters.iter().enumerate() {
        printer.variables.insert(*v, format!("k{i}"));
        list.push(format!("(k{i} {})", printer.sort_name(graph.variable_sort(*v))));
    }
    let head = format!(
        "(define-fun {symbol} ({}) {} ",
        list.join(" "),
        printer.sort_name(graph.sort(body))
    );
    printer.out.push_str(&head);
    printer.term(body, 0)?;
    printer.out.push(')');
    Ok(printer.out)
}

/// The declarations that the terms `roots` need, with the axioms of their sorts.
pub(crate) fn declarations(graph: &Graph, roots: &[T]) -> String {
    let mut printer = Printer::new(graph, roots);
    printer.quantified = true;
    printer.sorts();
    printer.functions();
    let finite: Vec<S> = printer
        .sorts
        .iter()
        .copied()
        .filter(|s| printer.elements(*s).is_some())
        .collect();
    for sort in finite {
        printer.no_others(sort);
    }
    printer.out
}

struct Printer<'g> {
    graph: &'g Graph,
    /// Everything reached, parts first.
    nodes: Vec<T>,
    /// Variables that occur free in a node.
    free: HashMap<T, Rc<[V]>>,
    used: Vec<F>,
    sorts: BTreeSet<S>,
    quantified: bool,
    names: HashMap<T, String>,
    variables: HashMap<V, String>,
    out: String,
}

impl<'g> Printer<'g> {
    fn new(graph: &'g Graph, roots: &[T]) -> Self {
        let nodes = graph.reach(roots);
        let mut printer = Self {
            graph,
            nodes: Vec::new(),
            free: HashMap::new(),
            used: Vec::new(),
            sorts: BTreeSet::new(),
            quantified: false,
            names: HashMap::new(),
            variables: HashMap::new(),
            out: String::new(),
        };
        let mut used = BTreeSet::new();
        for t in &nodes {
            printer.sorts.insert(graph.sort(*t));
            match graph.node(*t) {
                Node::Call(f, _) => {
                    used.insert(*f);
                }
                Node::Quantified(_, v, _) => {
                    printer.quantified = true;
                    printer.sorts.insert(graph.variable_sort(*v));
                }
                Node::Truth(_)
                | Node::Number(_)
                | Node::Element(..)
                | Node::Variable(_)
                | Node::Apply(..) => {}
            }
            let free = printer.free_of(*t);
            printer.free.insert(*t, free);
        }
        for f in &used {
            let info = graph.function(*f);
            printer
                .sorts
                .extend(info.args.iter().copied().chain([info.result]));
        }
        printer.used = used.into_iter().collect();
        printer
            .used
            .sort_by(|a, b| graph.function(*a).symbol.cmp(&graph.function(*b).symbol));
        printer.nodes = nodes;
        printer
    }

    fn free_of(&self, t: T) -> Rc<[V]> {
        let mut out: Vec<V> = Vec::new();
        if let Node::Variable(v) = self.graph.node(t) {
            out.push(*v);
        }
        for part in self.graph.parts(t) {
            out.extend(self.free[&part].iter());
        }
        out.sort_unstable();
        out.dedup();
        if let Node::Quantified(_, v, _) = self.graph.node(t) {
            out.retain(|x| x != v);
        }
        out.into()
    }

    fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn logic(&self) -> String {
        let (mut integers, mut nonlinear) = (false, false);
        for t in &self.nodes {
            integers |= self.graph.sort(*t) == S::Int;
            if let Node::Apply(op @ (Op::Mul | Op::Div | Op::Mod), args) = self.graph.node(*t) {
                let numbers = args
                    .iter()
                    .map(|a| matches!(self.graph.node(*a), Node::Number(_)));
                let numbers: Vec<bool> = numbers.collect();
                nonlinear |= match op {
                    Op::Mul => !numbers.contains(&true),
                    _ => numbers.last() != Some(&true),
                };
            }
        }
        integers |= self.sorts.contains(&S::Int);
        let prefix = if self.quantified { "" } else { "QF_" };
        let arithmetic = match (integers, nonlinear) {
            (false, _) => "",
            (true, false) => "LIA",
            (true, true) => "NIA",
        };
        format!("{prefix}UF{arithmetic}")
    }

    fn sort_name(&self, sort: S) -> String {
        match (sort, self.graph.sort_info(sort)) {
            (S::Bool, _) => "Bool".to_owned(),
            (S::Named(_), Some(info)) => info.symbol.clone(),
            (S::Int, _) | (S::Named(_), None) => "Int".to_owned(),
        }
    }

    fn elements(&self, sort: S) -> Option<&'g [String]> {
        self.graph.sort_info(sort)?.elements.as_deref()
    }

    /// Declares the sorts, and the elements of finite ones, which differ.
    fn sorts(&mut self) {
        for sort in self.sorts.clone() {
            if !matches!(sort, S::Named(_)) {
                continue;
            }
            let name = self.sort_name(sort);
            self.line(&format!("(declare-sort {name} 0)"));
            let elements = self.needed_elements(sort);
            for element in &elements {
                self.line(&format!("(declare-fun {element} () {name})"));
            }
            if elements.len() > 1 {
                self.line(&format!("(assert (distinct {}))", elements.join(" ")));
            }
        }
    }

    /// The elements of a finite sort: all where there are quantifiers or terms that could be any of them, else those
    /// that occur.
    fn needed_elements(&self, sort: S) -> Vec<&'g str> {
        let all = self.elements(sort).unwrap_or_default();
        let occurs = |index: usize| {
            self.nodes.iter().any(
                |t| matches!(self.graph.node(*t), Node::Element(s, i) if *s == sort && *i as usize == index),
            )
        };
        let any = self.quantified
            || self.nodes.iter().any(|t| {
                self.graph.sort(*t) == sort
                    && matches!(self.graph.node(*t), Node::Call(..) | Node::Variable(_))
            });
        all.iter()
            .enumerate()
            .filter(|(i, _)| any || occurs(*i))
            .map(|(_, e)| e.as_str())
            .collect()
    }

    fn functions(&mut self) {
        for f in self.used.clone() {
            let info = self.graph.function(f);
            let args: Vec<String> = info.args.iter().map(|s| self.sort_name(*s)).collect();
            let result = self.sort_name(info.result);
            self.line(&format!(
                "(declare-fun {} ({}) {result})",
                info.symbol,
                args.join(" ")
            ));
        }
    }

    /// There are no elements of a finite sort but those named.
    fn no_others(&mut self, sort: S) {
        let Some(elements) = self.elements(sort) else {
            return;
        };
        let name = self.sort_name(sort);
        let cases: Vec<String> = elements.iter().map(|e| format!("(= x0 {e})")).collect();
        let body = if let [one] = cases.as_slice() {
            one.clone()
        } else {
            format!("(or {})", cases.join(" "))
        };
        self.line(&format!("(assert (forall ((x0 {name})) {body}))"));
    }

    /// Finite sorts have no other elements; see the module.
    fn closed_world(&mut self) {
        if self.quantified {
            for sort in self.sorts.clone() {
                self.no_others(sort);
            }
        }
        let ground: Vec<T> = self.nodes.clone();
        for t in ground {
            let Some(elements) = self.elements(self.graph.sort(t)) else {
                continue;
            };
            if !matches!(self.graph.node(t), Node::Call(..)) || !self.free[&t].is_empty() {
                continue;
            }
            let start = self.out.len();
            if self.term(t, 0).is_err() {
                continue;
            }
            let text = self.out.split_off(start);
            let cases: Vec<String> = elements.iter().map(|e| format!("(= {text} {e})")).collect();
            match cases.as_slice() {
                [one] => self.line(&format!("(assert {one})")),
                _ => self.line(&format!("(assert (or {}))", cases.join(" "))),
            }
        }
    }

    /// Names closed terms that are used more than once.
    fn shared(&mut self) -> Result<(), String> {
        let mut uses: HashMap<T, u32> = HashMap::new();
        let mut sizes: HashMap<T, u64> = HashMap::new();
        for t in &self.nodes {
            let parts = self.graph.parts(*t);
            let size = parts.iter().fold(1u64, |n, p| n.saturating_add(sizes[p]));
            sizes.insert(*t, size);
            for p in parts {
                *uses.entry(p).or_default() += 1;
            }
        }
        for t in self.nodes.clone() {
            let often = uses.get(&t).is_some_and(|n| *n > 1);
            if !often || sizes[&t] < NAMED_FROM_NODES || !self.free[&t].is_empty() {
                continue;
            }
            let name = format!("t.{}", self.names.len());
            let head = format!("(define-fun {name} () {} ", self.sort_name(self.graph.sort(t)));
            self.out.push_str(&head);
            self.term(t, 0)?;
            self.line(")");
            self.names.insert(t, name);
        }
        Ok(())
    }

    fn section(&mut self, section: &Section) -> Result<(), String> {
        if section
            .formulas
            .iter()
            .all(|t| self.graph.as_truth(*t) == Some(true))
        {
            return Ok(());
        }
        self.line(&format!("; {}", section.remark));
        for t in &section.formulas {
            if self.graph.as_truth(*t) == Some(true) {
                continue;
            }
            self.out.push_str("(assert ");
            self.term(*t, 0)?;
            self.line(")");
        }
        Ok(())
    }

    fn term(&mut self, t: T, depth: usize) -> Result<(), String> {
        if self.out.len() > LIMIT_BYTES {
            return Err(format!("a query is longer than {} MiB", LIMIT_BYTES >> 20));
        }
        if let Some(name) = self.names.get(&t) {
            self.out.push_str(name);
            return Ok(());
        }
        match self.graph.node(t).clone() {
            Node::Truth(b) => self.out.push_str(if b { "true" } else { "false" }),
            Node::Number(n) if n < 0 => {
                let _ = write!(self.out, "(- {})", n.unsigned_abs());
            }
            Node::Number(n) => {
                let _ = write!(self.out, "{n}");
            }
            Node::Element(sort, i) => {
                let name = self
                    .elements(sort)
                    .and_then(|e| e.get(i as usize))
                    .ok_or("an element that is not there")?;
                self.out.push_str(name);
            }
            Node::Variable(v) => {
                let name = self
                    .variables
                    .get(&v)
                    .cloned()
                    .ok_or("a variable that is not bound")?;
                self.out.push_str(&name);
            }
            Node::Call(f, args) => {
                let symbol = &self.graph.function(f).symbol;
                self.application(symbol, &args, depth)?;
            }
            Node::Apply(op, args) => self.application(op.symbol(), &args, depth)?,
            Node::Quantified(universal, v, body) => self.quantifier(universal, v, body, depth)?,
        }
        Ok(())
    }

    fn application(&mut self, symbol: &str, args: &[T], depth: usize) -> Result<(), String> {
        if args.is_empty() {
            self.out.push_str(symbol);
            return Ok(());
        }
        self.out.push('(');
        self.out.push_str(symbol);
        for a in args {
            self.out.push(' ');
            self.term(*a, depth)?;
        }
        self.out.push(')');
        Ok(())
    }

    /// A quantifier together with those of its kind directly below.
    fn quantifier(&mut self, universal: bool, v: V, body: T, depth: usize) -> Result<(), String> {
        let (mut bound, mut body) = (vec![v], body);
        while let Node::Quantified(same, v, inner) = self.graph.node(body) {
            if *same != universal {
                break;
            }
            bound.push(*v);
            body = *inner;
        }
        let mut list = Vec::new();
        for (i, v) in bound.iter().enumerate() {
            let name = format!("x{}", depth + i);
            list.push(format!(
                "({name} {})",
                self.sort_name(self.graph.variable_sort(*v))
            ));
            self.variables.insert(*v, name);
        }
        let word = if universal { "forall" } else { "exists" };
        let _ = write!(self.out, "({word} ({}) ", list.join(" "));
        self.term(body, depth + bound.len())?;
        self.out.push(')');
        Ok(())
    }
}
