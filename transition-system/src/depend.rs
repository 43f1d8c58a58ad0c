//! Who reads and writes what: the dependence of events, properties and variables on each other.
//!
//! Takes a system that obeys the rule book; gives, for each event and property, the variables that it reads and
//! writes, and which event can enable which. All of it is read off the expressions: what is left out is impossible,
//! what is there may happen. An update of one place (`m[k] := e`, `S += e`) reads what stands in it, not the rest of
//! the variable.

use std::collections::BTreeSet;

use crate::arena::Arena;
use crate::expr::Expr;
use crate::ids::{EventId, ExprId, PropertyId, VarId};
use crate::subst::post_order;
use crate::system::System;

/// What an event reads and writes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventFlow {
    /// Variables on which it depends whether the event can happen.
    pub guard: BTreeSet<VarId>,
    /// Variables that are read: by the guard, by new values, by the actor.
    pub reads: BTreeSet<VarId>,
    /// Variables that are assigned.
    pub writes: BTreeSet<VarId>,
}

/// The flow of an event.
#[must_use]
pub fn event_flow(system: &System, id: EventId) -> EventFlow {
    let event = system.event(id);
    let arena = &system.arena;
    let mut out = EventFlow {
        guard: variables(arena, &[event.guard]),
        reads: BTreeSet::new(),
        writes: event.updates.iter().map(|u| u.variable).collect(),
    };
    let mut read: Vec<ExprId> = event.actor.into_iter().chain([event.guard]).collect();
    for update in &event.updates {
        let place = Place {
            variable: update.variable,
            steps: Vec::new(),
        };
        Spine {
            arena,
            read: &mut read,
            written: &mut Vec::new(),
        }
        .walk(update.value, &place);
    }
    out.reads = variables(arena, &read);
    out
}

/// The variables that a property speaks of.
#[must_use]
pub fn property_reads(system: &System, id: PropertyId) -> BTreeSet<VarId> {
    let property = system.property(id);
    let temporal = property.temporal.iter().flat_map(|t| t.states());
    let steps = property.steps.iter().map(|s| s.formula);
    let roots: Vec<ExprId> = temporal
        .map(|(_, e)| e)
        .chain(steps)
        .chain([property.formula])
        .collect();
    variables(&system.arena, &roots)
}

/// The variables in expressions, now or in the next state.
#[must_use]
pub fn variables(arena: &Arena, roots: &[ExprId]) -> BTreeSet<VarId> {
    let of = |id: ExprId| match *arena.expr(id) {
        Expr::Var(v) | Expr::Next(v) => Some(v),
        _ => None,
    };
    post_order(arena, roots).into_iter().filter_map(of).collect()
}

/// Whether a step of `first` can turn the guard of `second` from false to true. `false` is certain.
#[must_use]
pub fn can_enable(system: &System, first: EventId, second: EventId) -> bool {
    let arena = &system.arena;
    let mut writes = Vec::new();
    for update in &system.event(first).updates {
        let place = Place {
            variable: update.variable,
            steps: Vec::new(),
        };
        let mut written = Vec::new();
        Spine {
            arena,
            read: &mut Vec::new(),
            written: &mut written,
        }
        .walk(update.value, &place);
        writes.push((update.variable, written));
    }
    Turn {
        arena,
        writes: &writes,
    }
    .can(system.event(second).guard, true)
}

/// A part of a variable, by the expressions that lead to it.
#[derive(Clone)]
struct Place {
    variable: VarId,
    steps: Vec<Part>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Key(ExprId),
    Component(u32),
}

impl Place {
    fn with(&self, part: Part) -> Self {
        let mut out = self.clone();
        out.steps.push(part);
        out
    }

    /// Whether an expression is what the place holds.
    fn is(&self, arena: &Arena, expr: ExprId) -> bool {
        let mut at = expr;
        for step in self.steps.iter().rev() {
            at = match (arena.expr(at), step) {
                (Expr::Apply(m, k), Part::Key(key)) if k == key => *m,
                (Expr::Proj(t, i), Part::Component(c)) if i == c => *t,
                (_, _) => return false,
            };
            // other keys of the same map may have been assigned before
            while let Expr::Store(m, _, _) = arena.expr(at) {
                at = *m;
            }
        }
        *arena.expr(at) == Expr::Var(self.variable)
    }
}

/// What an update puts somewhere into its variable.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    Value(ExprId),
    Added,
    Removed,
}

/// A walk along an update, from the variable to the places that change.
struct Spine<'a> {
    arena: &'a Arena,
    /// Expressions that are read.
    read: &'a mut Vec<ExprId>,
    written: &'a mut Vec<Written>,
}

impl Spine<'_> {
    fn walk(&mut self, value: ExprId, place: &Place) {
        if place.is(self.arena, value) {
            return;
        }
        match self.arena.expr(value) {
            Expr::Store(m, k, v) => {
                self.walk(*m, place);
                self.read.push(*k);
                self.walk(*v, &place.with(Part::Key(*k)));
            }
            Expr::Ite(c, a, b) => {
                self.read.push(*c);
                self.walk(*a, place);
                self.walk(*b, place);
            }
            Expr::Union(s, added) if self.leads(*s, place) => {
                self.walk(*s, place);
                self.read.push(*added);
                self.written.push(Written::Added);
            }
            Expr::Diff(s, removed) if self.leads(*s, place) => {
                self.walk(*s, place);
                self.read.push(*removed);
                self.written.push(Written::Removed);
            }
            Expr::Tuple(parts) => {
                for (i, part) in parts.iter().enumerate() {
                    self.walk(*part, &place.with(Part::Component(i as u32)));
                }
            }
            _ => {
                self.read.push(value);
                self.written.push(Written::Value(value));
            }
        }
    }

    /// Whether a set is the place, with elements added or taken out.
    fn leads(&self, set: ExprId, place: &Place) -> bool {
        let mut at = set;
        while let Expr::Union(s, _) | Expr::Diff(s, _) = self.arena.expr(at) {
            at = *s;
        }
        place.is(self.arena, at)
    }
}

/// Whether a formula can get another truth value by certain writes.
struct Turn<'a> {
    arena: &'a Arena,
    writes: &'a [(VarId, Vec<Written>)],
}

impl Turn<'_> {
    /// Whether the formula can become `to`.
    fn can(&self, formula: ExprId, to: bool) -> bool {
        match self.arena.expr(formula) {
            Expr::Not(a) => self.can(*a, !to),
            Expr::And(parts) | Expr::Or(parts) => parts.iter().any(|p| self.can(*p, to)),
            Expr::Implies(a, b) => self.can(*a, !to) || self.can(*b, to),
            Expr::Quant(_, _, body) => self.can(*body, to),
            Expr::Eq(a, b) => match (self.place(*a), self.place(*b)) {
                (Some(v), None) if !self.touches(*b) => self.compared(v, *b, to),
                (None, Some(v)) if !self.touches(*a) => self.compared(v, *a, to),
                (_, _) => self.touches(formula),
            },
            Expr::In(item, set) => match self.place(*set) {
                Some(v) if !self.touches(*item) => self.puts(v, |w| match w {
                    Written::Added => to,
                    Written::Removed => !to,
                    Written::Value(e) => match self.arena.expr(e) {
                        Expr::SetLit(_, items) if items.is_empty() => !to,
                        _ => true,
                    },
                }),
                _ => self.touches(formula),
            },
            Expr::IsSome(a) => match self.place(*a) {
                Some(v) => self.puts(v, |w| match w {
                    Written::Value(e) => match self.arena.expr(e) {
                        Expr::None(_) => !to,
                        Expr::Some(_) => to,
                        _ => true,
                    },
                    Written::Added | Written::Removed => true,
                }),
                None => self.touches(formula),
            },
            Expr::Var(_) | Expr::Apply(..) | Expr::Proj(..) => match self.place(formula) {
                Some(v) => self.puts(v, |w| match w {
                    Written::Value(e) => self.arena.as_bool(e).is_none_or(|b| b == to),
                    Written::Added | Written::Removed => true,
                }),
                None => self.touches(formula),
            },
            _ => self.touches(formula),
        }
    }

    /// Whether a place of the variable can become equal to (or different from) a value that does not change.
    fn compared(&self, variable: VarId, value: ExprId, to: bool) -> bool {
        let empty = matches!(self.arena.expr(value), Expr::SetLit(_, items) if items.is_empty());
        self.puts(variable, |w| match w {
            Written::Value(e) if to => !self.differ(e, value),
            Written::Value(e) => e != value,
            Written::Added => !(empty && to),
            Written::Removed => !empty || to,
        })
    }

    fn puts(&self, variable: VarId, f: impl Fn(Written) -> bool) -> bool {
        let of = self.writes.iter().filter(|(v, _)| *v == variable);
        of.flat_map(|(_, list)| list).any(|w| f(*w))
    }

    /// Whether two expressions never have one value.
    fn differ(&self, a: ExprId, b: ExprId) -> bool {
        match (self.arena.expr(a), self.arena.expr(b)) {
            (Expr::None(_), Expr::Some(_)) | (Expr::Some(_), Expr::None(_)) => true,
            (Expr::Some(a), Expr::Some(b)) => self.differ(*a, *b),
            (x, y) => is_atom(x) && is_atom(y) && x != y,
        }
    }

    /// The variable of which an expression is a part, where the way to the part does not change.
    fn place(&self, expr: ExprId) -> Option<VarId> {
        match self.arena.expr(expr) {
            Expr::Var(v) => Some(*v),
            Expr::Apply(m, k) if !self.touches(*k) => self.place(*m),
            Expr::Proj(t, _) => self.place(*t),
            _ => None,
        }
    }

    fn touches(&self, expr: ExprId) -> bool {
        let read = variables(self.arena, &[expr]);
        self.writes.iter().any(|(v, _)| read.contains(v))
    }
}

/// Whether a node is a value whose other spellings are the same node.
fn is_atom(node: &Expr) -> bool {
    matches!(
        node,
        Expr::Bool(_) | Expr::Int(_) | Expr::Enumerator(..) | Expr::Element(..)
    )
}
