//! Events: guards, choices and updates.

use transition_system::{Alternative, BinderId, Event, ExprId, Fairness, Origin};

use super::assign::{Assigned, Branch, Step};
use super::part::Joined;
use super::theory::EventInfo;
use super::{Env, Lowering};
use crate::check::typed::{TAlternative, TBinder, TEvent, TExpr, TStep, TStmt};
use crate::names::EventIx;

/// An event while it is collected.
pub(super) struct Collected {
    pub(super) guard: Vec<ExprId>,
    pub(super) choices: Vec<BinderId>,
    pub(super) assigned: Vec<Assigned>,
    /// Conditions of the `if`s, by number.
    pub(super) conditions: Vec<ExprId>,
    /// Branches entered.
    path: Vec<Branch>,
    /// Which of the events that take place together is being collected.
    part: usize,
    /// Which alternative of it this is.
    alternative: usize,
}

/// One way in which declarations take place together: which alternative of each.
#[derive(Clone, Default)]
struct Way {
    alternatives: Vec<usize>,
    /// The names of the alternatives, of those that have some.
    names: Vec<String>,
    fairness: Fairness,
}

impl Lowering<'_, '_> {
    /// The events of declarations that take place together: one, or one for each way to take their alternatives.
    pub(super) fn events(&mut self, parts: &[EventIx], name: &str) -> Vec<Event> {
        let sigs = parts.iter().map(|ix| self.program.names[*ix].event.fairness);
        let fairness = sigs.max().unwrap_or_default();
        let mut ways = vec![Way::default()];
        for part in parts {
            let alternatives = self.alternatives(*part);
            ways = ways.iter().flat_map(|way| way.with(alternatives)).collect();
        }
        let one = |way: Way| {
            if way.names.is_empty() {
                return self.event(parts, name.to_owned(), &way.alternatives, fairness);
            }
            let named = format!("{name}.{}", way.names.join("."));
            Event {
                alternative: Some(Alternative {
                    of: name.to_owned(),
                    fairness,
                }),
                ..self.event(parts, named, &way.alternatives, way.fairness)
            }
        };
        ways.into_iter().map(one).collect()
    }

    /// The alternatives of a declaration; none if it is one event.
    fn alternatives(&self, part: EventIx) -> &[TAlternative] {
        let checked = self.program.checked;
        let body = checked.events.get(part.index()).map_or(&[][..], |e| &e.body);
        let either = body.iter().find_map(|s| match s {
            TStmt::Either(list) => Some(list.as_slice()),
            TStmt::When(_) | TStmt::Choose { .. } | TStmt::If { .. } | TStmt::Assign(_) => None,
        });
        either.unwrap_or_default()
    }

    /// One event of these declarations, which take place together: parameters are identified by name, and all
    /// conditions hold.
    fn event(
        &mut self,
        parts: &[EventIx],
        name: String,
        alternatives: &[usize],
        fairness: Fairness,
    ) -> Event {
        let mut joined = Joined::default();
        self.events.push(EventInfo {
            declared: parts.to_vec(),
            ..EventInfo::default()
        });
        let mut collected = Collected {
            guard: Vec::new(),
            choices: Vec::new(),
            assigned: Vec::new(),
            conditions: Vec::new(),
            path: Vec::new(),
            part: 0,
            alternative: 0,
        };
        let program = self.program;
        for (part, ix) in parts.iter().enumerate() {
            if let Some(typed) = program.checked.events.get(ix.index()) {
                collected.part = part;
                collected.alternative = alternatives.get(part).copied().unwrap_or(0);
                self.event_part(typed, &mut joined, &mut collected);
            }
        }
        let guard = self.system.arena.and(collected.guard.iter().copied());
        let (updates, promises) = self.updates(&collected, guard);
        let sigs = || parts.iter().map(|ix| &program.names[*ix]);
        let doc = sigs().map(|s| s.doc).find(|d| !d.is_empty());
        let head = sigs().next().map(|s| s.head);
        Event {
            name,
            doc: doc.unwrap_or_default().to_owned(),
            params: joined.binders(),
            choices: collected.choices,
            actor: joined.actor(),
            guard,
            updates,
            promises,
            fairness,
            // What a system takes part in is not the environment's alone.
            input: sigs().all(|s| s.event.input),
            alternative: None,
            origin: head.map_or_else(Origin::unknown, |h| self.origin(h)),
        }
    }

    fn event_part(&mut self, typed: &TEvent, joined: &mut Joined, collected: &mut Collected) {
        let sig = &self.program.names[typed.event];
        let mut env: Env = vec![None; typed.locals.len()];
        let outside = self.join_indices(sig.module, joined);
        for (i, (param, ty)) in sig.event.params.iter().zip(&sig.params).enumerate() {
            let binder = self.join_param(&param.name, *ty, joined);
            if let Some(place) = env.get_mut(i) {
                *place = Some(self.system.arena.bound(binder));
            }
        }
        if let Some(actor) = &typed.actor {
            let value = self.expr(actor, &mut env);
            self.join_actor(value, actor.span, joined);
            if let Some(info) = self.events.last_mut() {
                info.actor = info.actor.or(Some(actor.ty));
            }
        }
        let (guard, via) = self.via(&typed.via, &mut env);
        collected.guard.extend(guard);
        if let Some(info) = self.events.last_mut() {
            info.via.extend(via);
        }
        self.statements(&typed.body, collected, &mut env);
        self.indices = outside;
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
                    let members = self.members_of(self.program.names[assign.var].module);
                    let mut steps: Vec<_> = members.into_iter().map(Step::Key).collect();
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
                        part: out.part,
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

impl Way {
    /// This way, with each alternative of a further declaration.
    fn with(&self, alternatives: &[TAlternative]) -> Vec<Self> {
        let mut plain = self.clone();
        plain.alternatives.push(0);
        if alternatives.is_empty() {
            return vec![plain];
        }
        let one = |(i, alternative): (usize, &TAlternative)| {
            let mut way = self.clone();
            way.alternatives.push(i);
            way.names.push(alternative.name.clone());
            way.fairness = way.fairness.max(alternative.fairness);
            way
        };
        alternatives.iter().enumerate().map(one).collect()
    }
}
