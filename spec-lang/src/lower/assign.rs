//! Assignments of one event to one variable: one update, and promises where two of them may meet.
//!
//! All right-hand sides, keys and conditions speak of the state before. Assignments to different keys become
//! nested stores; where two keys may be equal, an agreement is promised: equal keys imply equal values. Adding to
//! a set and adding to it again do not disturb each other.

use transition_system::{ExprId, Promise, PromiseKind, Type, Update};

use super::Lowering;
use super::event::Collected;
use crate::diagnostic::Diagnostic;
use crate::names::VarIx;
use crate::source::Span;
use crate::syntax::ast::AssignOp;

/// One branch of one `if`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Branch {
    pub(super) number: usize,
    pub(super) taken: bool,
}

/// One step from a value to a part of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Step {
    /// The value at a key of a map.
    Key(ExprId),
    /// An element of a sequence of at most so many.
    Item(ExprId, u32),
    /// A component of a tuple.
    Part(u32),
}

/// One assignment.
#[derive(Clone, Debug)]
pub(super) struct Assigned {
    pub(super) var: VarIx,
    pub(super) steps: Vec<Step>,
    pub(super) op: AssignOp,
    pub(super) value: ExprId,
    pub(super) path: Vec<Branch>,
    pub(super) span: Span,
    /// Which of the events that take place together says it.
    pub(super) part: usize,
}

impl Assigned {
    /// Never executed together with the other.
    fn excludes(&self, other: &Self) -> bool {
        let differ = |a: &Branch| {
            other
                .path
                .iter()
                .any(|b| a.number == b.number && a.taken != b.taken)
        };
        self.path.iter().any(differ)
    }

    /// Executed whenever the other is, or the other way round.
    fn goes_with(&self, other: &Self) -> bool {
        self.path.starts_with(&other.path) || other.path.starts_with(&self.path)
    }
}

impl Lowering<'_, '_> {
    /// The updates of an event, in order of first assignment, and the agreements.
    pub(super) fn updates(&mut self, event: &Collected, guard: ExprId) -> (Vec<Update>, Vec<Promise>) {
        let mut updates = Vec::new();
        let mut promises = Vec::new();
        let mut done: Vec<VarIx> = Vec::new();
        for first in &event.assigned {
            if done.contains(&first.var) {
                continue;
            }
            done.push(first.var);
            let list: Vec<_> = event.assigned.iter().filter(|a| a.var == first.var).collect();
            self.agreements(event, &list, guard, &mut promises);
            let Some(variable) = self.ids.variable(first.var) else {
                continue;
            };
            let sig = &self.program.names[first.var];
            let ty = self.family_ty(sig.module, sig.ty);
            let before = self.system.arena.var(variable, ty);
            updates.push(Update {
                variable,
                value: self.at_place(event, before, &list, 0),
                origin: self.origin(first.span),
            });
        }
        (updates, promises)
    }

    /// The value of a place after these assignments, whose first `depth` keys lead to the place.
    fn at_place(&mut self, event: &Collected, before: ExprId, list: &[&Assigned], depth: usize) -> ExprId {
        let (whole, inside): (Vec<_>, Vec<_>) = list.iter().copied().partition(|a| a.steps.len() == depth);
        let mut value = self.in_branches(event, before, &whole, 0);
        let mut done: Vec<Step> = Vec::new();
        for first in &inside {
            let step = first.steps[depth];
            if done.contains(&step) {
                continue;
            }
            done.push(step);
            let same: Vec<_> = inside
                .iter()
                .copied()
                .filter(|a| a.steps[depth] == step)
                .collect();
            let old = self.part(value, step, first.span);
            let new = self.at_place(event, old, &same, depth + 1);
            value = self.with_part(value, step, new, first.span);
        }
        value
    }

    /// The part of a value that a step leads to.
    fn part(&mut self, whole: ExprId, step: Step, span: Span) -> ExprId {
        match step {
            Step::Key(key) => self.system.arena.apply(whole, key),
            Step::Item(key, n) => self.seq_item(whole, n, key, span),
            Step::Part(i) => self.system.arena.proj(whole, i),
        }
    }

    /// The value with that part replaced.
    fn with_part(&mut self, whole: ExprId, step: Step, new: ExprId, span: Span) -> ExprId {
        let ty = self.system.arena.type_id(whole);
        match step {
            Step::Key(key) => self.system.arena.store(whole, key, new),
            Step::Item(key, n) => self.seq_put(whole, n, key, new, span),
            Step::Part(i) => {
                let count = match self.system.arena.type_of_id(ty) {
                    Type::Tuple(parts) => parts.len() as u32,
                    _ => 0,
                };
                let mut parts = Vec::new();
                for j in 0..count {
                    let old = self.system.arena.proj(whole, j);
                    parts.push(if i == j { new } else { old });
                }
                self.system.arena.tuple(parts, Some(ty))
            }
        }
    }

    /// The value after assignments to one place, `level` branches deep.
    fn in_branches(
        &mut self,
        event: &Collected,
        mut value: ExprId,
        list: &[&Assigned],
        level: usize,
    ) -> ExprId {
        let mut rest = list;
        while let Some((first, others)) = rest.split_first() {
            let Some(branch) = first.path.get(level) else {
                value = self.assigned(value, first);
                rest = others;
                continue;
            };
            let same = |a: &&&Assigned| a.path.get(level).is_some_and(|b| b.number == branch.number);
            let count = rest.iter().take_while(same).count();
            let (here, later) = rest.split_at(count);
            let (then, otherwise): (Vec<_>, Vec<_>) = here
                .iter()
                .copied()
                .partition(|a| a.path.get(level).is_some_and(|b| b.taken));
            let then = self.in_branches(event, value, &then, level + 1);
            let otherwise = self.in_branches(event, value, &otherwise, level + 1);
            value = self
                .system
                .arena
                .ite(event.conditions[branch.number], then, otherwise);
            rest = later;
        }
        value
    }

    fn assigned(&mut self, before: ExprId, a: &Assigned) -> ExprId {
        let of = match *self.system.arena.type_of(before) {
            Type::Set(of) => of,
            _ => return a.value,
        };
        let arena = &mut self.system.arena;
        match a.op {
            AssignOp::Set => a.value,
            AssignOp::Add => {
                let one = arena.set_lit(of, vec![a.value]);
                arena.union(before, one)
            }
            AssignOp::Remove => {
                let one = arena.set_lit(of, vec![a.value]);
                arena.diff(before, one)
            }
        }
    }

    fn agreements(&mut self, event: &Collected, list: &[&Assigned], guard: ExprId, out: &mut Vec<Promise>) {
        for (i, second) in list.iter().enumerate() {
            for first in list.iter().take(i) {
                if !first.excludes(second) {
                    self.agreement(event, first, second, guard, out);
                }
            }
        }
    }

    /// That two assignments, where they meet, say the same.
    fn agreement(
        &mut self,
        event: &Collected,
        a: &Assigned,
        b: &Assigned,
        guard: ExprId,
        out: &mut Vec<Promise>,
    ) {
        let mut conditions = vec![guard];
        let mut same_place = true;
        for (x, y) in a.steps.iter().zip(&b.steps) {
            same_place &= x == y;
            match (*x, *y) {
                (Step::Key(x) | Step::Item(x, _), Step::Key(y) | Step::Item(y, _)) => {
                    conditions.push(self.system.arena.eq(x, y));
                }
                // Different components are different places.
                (Step::Part(i), Step::Part(j)) if i != j => return,
                (Step::Part(_), _) | (_, Step::Part(_)) => {}
            }
        }
        let Some(agree) = self.agree(a, b) else { return };
        if self.system.arena.as_bool(agree) == Some(true) {
            return;
        }
        // one element in and another out is a promise that they differ, unless they are the same at sight
        let in_and_out = a.op != AssignOp::Set && b.op != AssignOp::Set;
        let contradicts = !in_and_out || self.system.arena.as_bool(agree) == Some(false);
        if same_place && a.part == b.part && a.goes_with(b) && contradicts {
            self.assigned_twice(a, b);
            return;
        }
        conditions.push(self.path_condition(&a.path, &event.conditions));
        conditions.push(self.path_condition(&b.path, &event.conditions));
        let both = self.system.arena.and(conditions);
        let holds = self.system.arena.implies(both, agree);
        if self.system.arena.as_bool(holds) != Some(true) {
            out.push(Promise {
                kind: PromiseKind::Agreement,
                holds,
                origin: self.origin(b.span),
            });
        }
    }

    /// What it means that two assignments at one place (or one inside the other) say the same; `None` where
    /// they always do.
    fn agree(&mut self, a: &Assigned, b: &Assigned) -> Option<ExprId> {
        let (outer, inner) = if a.steps.len() <= b.steps.len() {
            (a, b)
        } else {
            (b, a)
        };
        let mut value = outer.value;
        for step in inner.steps.iter().skip(outer.steps.len()) {
            value = self.part(value, *step, inner.span);
        }
        let arena = &mut self.system.arena;
        Some(match (outer.op, inner.op) {
            (AssignOp::Set, AssignOp::Set) => arena.eq(value, inner.value),
            (AssignOp::Add, AssignOp::Add) | (AssignOp::Remove, AssignOp::Remove) => return None,
            (AssignOp::Add, AssignOp::Remove) | (AssignOp::Remove, AssignOp::Add) => {
                arena.ne(outer.value, inner.value)
            }
            (AssignOp::Set, AssignOp::Add) => arena.member(inner.value, value),
            (AssignOp::Add, AssignOp::Set) => arena.member(outer.value, inner.value),
            (AssignOp::Set, AssignOp::Remove) => {
                let member = arena.member(inner.value, value);
                arena.not(member)
            }
            (AssignOp::Remove, AssignOp::Set) => {
                let member = arena.member(outer.value, inner.value);
                arena.not(member)
            }
        })
    }

    fn assigned_twice(&mut self, a: &Assigned, b: &Assigned) {
        let name = &self.program.names[a.var].name.text;
        self.diagnostics.push(
            Diagnostic::error("E0402", b.span, format!("`{name}` is assigned twice at one place in one event"))
                .here("again here")
                .label(a.span, "first assigned here")
                .help("an event is one step: its assignments happen at once, and right-hand sides read the state before"),
        );
    }
}
