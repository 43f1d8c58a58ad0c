//! Comparisons of integers that the types of both sides decide already.
//!
//! What a component says is checked for each of its uses, with their arguments: only what is decided in all of them
//! is a mistake of the component.

use std::collections::{HashMap, HashSet};

use super::walk::Comparison;
use crate::check::Checked;
use crate::check::typed::{Locals, SeqOp, TExpr, TKind, TStep, TStmt, TTemporal};
use crate::diagnostic::Diagnostic;
use crate::names::{Names, Role};
use crate::source::Span;
use crate::syntax::ast::{Arith, Compare};
use crate::types::{Form, Ty, Types};

/// The least and the greatest value of a side, and whether it is more than a number that is written down.
#[derive(Clone, Copy)]
struct Interval {
    lo: i64,
    hi: i64,
    varies: bool,
}

struct Finder<'f, 'a> {
    names: &'f Names<'a>,
    types: &'f Types,
    checked: &'f Checked,
    comparisons: &'f HashMap<Span, Comparison>,
    /// How often each body was checked.
    copies: HashMap<Span, u32>,
    /// By place: the body, how often it is decided, and what is to be said.
    found: HashMap<Span, (Span, u32, Diagnostic)>,
}

/// Warns of comparisons that are always true or always false.
pub(super) fn comparisons(
    names: &Names<'_>,
    types: &Types,
    checked: &Checked,
    comparisons: &HashMap<Span, Comparison>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if comparisons.is_empty() {
        return;
    }
    let mut finder = Finder {
        names,
        types,
        checked,
        comparisons,
        copies: HashMap::new(),
        found: HashMap::new(),
    };
    finder.all();
    let Finder { copies, found, .. } = finder;
    for (body, times, warning) in found.into_values() {
        if copies.get(&body) == Some(&times) {
            diagnostics.push(warning);
        }
    }
}

impl Finder<'_, '_> {
    fn all(&mut self) {
        let checked = self.checked;
        for def in checked.defs.iter().chain(checked.consts.iter().flatten()) {
            self.body(&def.locals, &[&def.body]);
        }
        for formula in checked.assumes.iter().chain(&checked.inits) {
            self.body(&formula.locals, &[&formula.body]);
        }
        for event in &checked.events {
            let mut list = Vec::new();
            statements(&event.body, &mut list);
            self.body(&event.locals, &list);
        }
        for property in &checked.properties {
            let mut list: Vec<_> = property.formulas.iter().collect();
            property.temporal.iter().for_each(|t| states(t, &mut list));
            self.body(&property.locals, &list);
        }
        for rule in checked.integrities.iter().flat_map(|i| &i.rules) {
            self.body(&rule.locals, &[&rule.condition]);
        }
        for flow in &checked.flows {
            let list: Vec<_> = flow
                .condition
                .iter()
                .chain(flow.lemmas.iter().flatten())
                .collect();
            self.body(&flow.locals, &list);
        }
    }

    /// The expressions of one body; the first stands for it.
    fn body(&mut self, locals: &Locals, list: &[&TExpr]) {
        let Some(key) = list.first().map(|e| e.span) else {
            return;
        };
        *self.copies.entry(key).or_default() += 1;
        let mut here = HashSet::new();
        let mut work = list.to_vec();
        while let Some(e) = work.pop() {
            e.children(&mut work);
            let Some(written) = self.comparisons.get(&e.span) else {
                continue;
            };
            if let Some(warning) = self.decided(e, *written, locals)
                && here.insert(e.span)
            {
                let entry = self.found.entry(e.span).or_insert((key, 0, warning));
                entry.1 += 1;
            }
        }
    }

    /// What is to be said of a comparison that is always the same.
    fn decided(&self, e: &TExpr, written: Comparison, locals: &Locals) -> Option<Diagnostic> {
        let (TKind::Eq(a, b) | TKind::Lt(a, b) | TKind::Le(a, b)) = &e.kind else {
            return None;
        };
        let turned = matches!(written.op, Compare::Gt | Compare::Ge);
        let sides = if turned { (b, a) } else { (a, b) };
        if (sides.0.span, sides.1.span) != (written.left, written.right) {
            return None;
        }
        let (x, y) = (self.interval(a, locals)?, self.interval(b, locals)?);
        if !x.varies && !y.varies {
            return None;
        }
        let apart = x.hi < y.lo || y.hi < x.lo;
        let truth = match &e.kind {
            TKind::Lt(..) if x.hi < y.lo => true,
            TKind::Lt(..) if x.lo >= y.hi => false,
            TKind::Le(..) if x.hi <= y.lo => true,
            TKind::Le(..) if x.lo > y.hi => false,
            TKind::Eq(..) if apart => false,
            _ => return None,
        };
        let always = truth != (written.op == Compare::Ne);
        let mut warning = Diagnostic::warning("E0606", e.span, format!("this comparison is always {always}"));
        for (side, interval) in [(a, x), (b, y)] {
            if interval.varies {
                let text = match interval {
                    Interval { lo, hi: i64::MAX, .. } => format!("at least {lo}, by its type"),
                    Interval { lo, hi, .. } => format!("from {lo} to {hi}, by its type"),
                };
                warning = warning.label(side.span, text);
            }
        }
        Some(warning.help(if always {
            "types are promises, and checked with everything else: leave the comparison out, or compare with another value"
        } else {
            "no value of these types makes it true: compare with another value, or give the type more room"
        }))
    }

    fn interval(&self, e: &TExpr, locals: &Locals) -> Option<Interval> {
        match &e.kind {
            TKind::Int(n) => Some(exactly(*n)),
            TKind::Narrow(a) => self.interval(a, locals),
            TKind::Neg(a) => {
                let a = self.interval(a, locals)?;
                let (lo, hi) = (a.hi.checked_neg()?, a.lo.checked_neg()?);
                Some(Interval { lo, hi, ..a })
            }
            TKind::Arith(op, a, b) => arithmetic(*op, self.interval(a, locals)?, self.interval(b, locals)?),
            TKind::Card(_) => Some(at_most(i64::MAX)),
            TKind::Seq(SeqOp::Len, list) => match self.types.form(list.first()?.ty) {
                Form::Seq(n, _) => Some(at_most(i64::from(*n))),
                _ => None,
            },
            TKind::Const(c) => match self.checked.consts.get(c.index()) {
                Some(Some(value)) => match value.body.kind {
                    TKind::Int(n) if self.names[*c].role == Role::Plain => Some(exactly(n)),
                    _ => None,
                },
                _ => self.declared(self.names[*c].ty),
            },
            TKind::Var(v) => self.declared(self.names[*v].ty),
            TKind::Local(l) => self.declared(locals.get(*l)?.1),
            TKind::Call(d, _) => self.declared(self.names[*d].result),
            TKind::Apply(map, _) => match self.types.form(map.ty) {
                Form::Map(_, value) => self.declared(*value),
                _ => None,
            },
            TKind::Value(option) => match self.types.form(option.ty) {
                Form::Option(value) => self.declared(*value),
                _ => None,
            },
            TKind::Component(tuple, i) => match self.types.form(tuple.ty) {
                Form::Tuple(parts) | Form::Record(_, parts) => self.declared(*parts.get(*i as usize)?),
                _ => None,
            },
            TKind::Prime(a) | TKind::Side(_, a) | TKind::Of { value: a, .. } => self.interval(a, locals),
            _ => self.declared(e.ty),
        }
    }

    fn declared(&self, ty: Ty) -> Option<Interval> {
        match *self.types.form(ty) {
            Form::Range(lo, hi) => Some(Interval { lo, hi, varies: true }),
            _ => None,
        }
    }
}

fn exactly(n: i64) -> Interval {
    Interval {
        lo: n,
        hi: n,
        varies: false,
    }
}

fn at_most(hi: i64) -> Interval {
    Interval {
        lo: 0,
        hi,
        varies: true,
    }
}

fn arithmetic(op: Arith, a: Interval, b: Interval) -> Option<Interval> {
    let (lo, hi) = match op {
        Arith::Add => (a.lo.checked_add(b.lo)?, a.hi.checked_add(b.hi)?),
        Arith::Sub => (a.lo.checked_sub(b.hi)?, a.hi.checked_sub(b.lo)?),
        // of what is multiplied and divided, types rarely say enough
        Arith::Mul | Arith::Div | Arith::Mod => return None,
    };
    let varies = a.varies || b.varies;
    Some(Interval { lo, hi, varies })
}

/// All expressions of statements.
fn statements<'e>(list: &'e [TStmt], out: &mut Vec<&'e TExpr>) {
    for stmt in list {
        match stmt {
            TStmt::When(e) => out.push(e),
            TStmt::Choose { binders, condition } => {
                out.extend(binders.iter().filter_map(|b| b.set.as_ref()));
                out.extend(condition);
            }
            TStmt::If {
                condition,
                then,
                otherwise,
            } => {
                out.push(condition);
                statements(then, out);
                statements(otherwise, out);
            }
            TStmt::Assign(assign) => {
                for step in &assign.steps {
                    match step {
                        TStep::Key(e) | TStep::Item(e, _) => out.push(e),
                        TStep::Part(_) => {}
                    }
                }
                out.push(&assign.value);
            }
            TStmt::Either(list) => list.iter().for_each(|a| statements(&a.body, out)),
        }
    }
}

/// All state formulas of a temporal one.
fn states<'e>(formula: &'e TTemporal, out: &mut Vec<&'e TExpr>) {
    match formula {
        TTemporal::State(e) => out.push(e),
        TTemporal::Not(a) | TTemporal::Always(a) | TTemporal::Eventually(a) => states(a, out),
        TTemporal::And(list) | TTemporal::Or(list) => list.iter().for_each(|t| states(t, out)),
        TTemporal::Implies(a, b)
        | TTemporal::Iff(a, b)
        | TTemporal::Until(a, b)
        | TTemporal::LeadsTo(a, b) => {
            states(a, out);
            states(b, out);
        }
        TTemporal::Quant { binders, body, .. } => {
            out.extend(binders.iter().filter_map(|b| b.set.as_ref()));
            states(body, out);
        }
    }
}
