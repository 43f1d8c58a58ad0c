//! Events: guards, choices and updates.

use transition_system::{Alternative, BinderId, Event, ExprId};

use super::assign::{Assigned, Branch, Step};
use super::{Env, Lowering};
use crate::check::typed::{TAlternative, TBinder, TEvent, TExpr, TStep, TStmt};

/// An event while it is collected.
pub(super) struct Collected {
    pub(super) guard: Vec<ExprId>,
    pub(super) choices: Vec<BinderId>,
    pub(super) assigned: Vec<Assigned>,
    /// Conditions of the `if`s, by number.
    pub(super) conditions: Vec<ExprId>,
    /// Branches entered.
    path: Vec<Branch>,
    /// Which alternative this is.
    alternative: usize,
}

impl Lowering<'_, '_> {
    /// The events that a declaration stands for: one, or its alternatives.
    pub(super) fn events(&mut self, typed: &TEvent, name: &str) -> Vec<Event> {
        let alternatives = typed.body.iter().find_map(|s| match s {
            TStmt::Either(list) => Some(list),
            TStmt::When(_) | TStmt::Choose { .. } | TStmt::If { .. } | TStmt::Assign(_) => None,
        });
        let Some(alternatives) = alternatives else {
            return vec![self.event(typed, name.to_owned(), 0)];
        };
        let fairness = self.program.names[typed.event].event.fairness;
        let one = |(index, alternative): (usize, &TAlternative)| Event {
            fairness: alternative.fairness,
            alternative: Some(Alternative {
                of: name.to_owned(),
                fairness,
            }),
            ..self.event(typed, format!("{name}.{}", alternative.name), index)
        };
        alternatives.iter().enumerate().map(one).collect()
    }

    fn event(&mut self, typed: &TEvent, name: String, alternative: usize) -> Event {
        let sig = &self.program.names[typed.event];
        let mut env: Env = vec![None; typed.locals.len()];
        let mut params = Vec::new();
        for (i, (name, ty)) in typed.locals.iter().enumerate().take(sig.params.len()) {
            params.push(self.fresh(i, name, *ty, &mut env));
        }
        let actor = typed.actor.as_ref().map(|e| self.expr(e, &mut env));
        let mut collected = Collected {
            guard: Vec::new(),
            choices: Vec::new(),
            assigned: Vec::new(),
            conditions: Vec::new(),
            path: Vec::new(),
            alternative,
        };
        self.statements(&typed.body, &mut collected, &mut env);
        let guard = self.system.arena.and(collected.guard.iter().copied());
        let (updates, promises) = self.updates(&collected, guard);
        Event {
            name,
            doc: sig.doc.to_owned(),
            params,
            choices: collected.choices,
            actor,
            guard,
            updates,
            promises,
            fairness: sig.event.fairness,
            input: sig.event.input,
            alternative: None,
            origin: self.origin(sig.head),
        }
    }

    fn statements(&mut self, list: &[TStmt], out: &mut Collected, env: &mut Env) {
        for stmt in list {
            match stmt {
                TStmt::When(e) => {
                    let condition = self.expr(e, env);
                    self.require(condition, out);
                }
                TStmt::Choose { binders, condition } => self.choose(binders, condition.as_ref(), out, env),
                TStmt::If {
                    condition,
                    then,
                    otherwise,
                } => {
                    let condition = self.expr(condition, env);
                    let number = out.conditions.len();
                    out.conditions.push(condition);
                    for (taken, block) in [(true, then), (false, otherwise)] {
                        out.path.push(Branch { number, taken });
                        self.statements(block, out, env);
                        out.path.pop();
                    }
                }
                TStmt::Either(list) => {
                    if let Some(taken) = list.get(out.alternative) {
                        self.statements(&taken.body, out, env);
                    }
                }
                TStmt::Assign(assign) => {
                    let mut steps = Vec::new();
                    for step in &assign.steps {
                        steps.push(match step {
                            TStep::Key(key) => Step::Key(self.expr(key, env)),
                            TStep::Item(key, n) => Step::Item(self.expr(key, env), *n),
                            TStep::Part(i) => Step::Part(*i),
                        });
                    }
                    let value = self.expr(&assign.value, env);
                    let path = out.path.clone();
                    out.assigned.push(Assigned {
                        var: assign.var,
                        steps,
                        op: assign.op,
                        value,
                        path,
                        span: assign.span,
                    });
                }
            }
        }
    }

    /// Adds a condition to the guard, for when the branch is taken.
    fn require(&mut self, condition: ExprId, out: &mut Collected) {
        let path = self.path_condition(&out.path, &out.conditions);
        let condition = self.system.arena.implies(path, condition);
        out.guard.push(condition);
    }

    pub(super) fn path_condition(&mut self, path: &[Branch], conditions: &[ExprId]) -> ExprId {
        let mut parts = Vec::new();
        for branch in path {
            let c = conditions[branch.number];
            parts.push(if branch.taken { c } else { self.system.arena.not(c) });
        }
        self.system.arena.and(parts)
    }

    fn choose(&mut self, binders: &[TBinder], condition: Option<&TExpr>, out: &mut Collected, env: &mut Env) {
        let mut parts = Vec::new();
        for b in binders {
            let binder = self.fresh(b.local, &b.name, b.ty, env);
            out.choices.push(binder);
            if let Some(set) = &b.set {
                parts.push(self.element_of(b, set, env));
            }
        }
        if let Some(condition) = condition {
            parts.push(self.expr(condition, env));
        }
        let condition = self.system.arena.and(parts);
        self.require(condition, out);
    }
}
