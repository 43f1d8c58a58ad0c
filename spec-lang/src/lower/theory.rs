//! Integrity and mediation: what is claimed of the steps of each event.
//!
//! *Integrity.* For a rule `writes(x[k]) by a only if g` and an event by `c` that assigns `x`, the clause is *for all
//! `k`, if `x[k]` changes, then `g` of the state before, with `c` for `a`*. An event without an actor may not change it
//! unless the system may. *Complete mediation.* An event that assigns what is guarded and goes through the mediation
//! changes only places that it asked about; one that does not go through it changes none. An event that assigns
//! nothing of it has no clause, since nothing changes then.

use std::collections::BTreeMap;

use transition_system::{BinderId, EventId, ExprId, StepClause, VarId};

use super::{Env, Lowering};
use crate::check::theory::{TIntegrity, TMediator, TPlace, TVia, TWrite};
use crate::names::{EventIx, Mediator, ModuleIx};
use crate::types::Ty;

/// What is known of an event of the system beyond what engines need.
#[derive(Clone, Debug, Default)]
pub(crate) struct EventInfo {
    /// The declarations that take place together.
    pub(super) declared: Vec<EventIx>,
    /// The type of its actor.
    pub(super) actor: Option<Ty>,
    /// What it goes through: positions of mediations, and arguments.
    pub(super) via: Vec<(usize, Vec<ExprId>)>,
}

impl Lowering<'_, '_> {
    /// The guard of an event that goes through mediations.
    pub(super) fn via(&mut self, list: &[TVia], env: &mut Env) -> (Vec<ExprId>, Vec<(usize, Vec<ExprId>)>) {
        let (mut guard, mut via) = (Vec::new(), Vec::new());
        for one in list {
            let decide = self.program.names.mediators[one.mediator].decide;
            let args: Vec<ExprId> = one.args.iter().map(|a| self.expr(a, env)).collect();
            let decision = self.call(decide, args.clone());
            let mut parts = Vec::new();
            for d in &one.decisions {
                let Some(of) = self.program.names.decision.and_then(|e| self.ids.enumeration(e)) else {
                    continue;
                };
                let d = self.system.arena.enumerator(of, *d);
                parts.push(self.system.arena.eq(decision, d));
            }
            guard.push(self.system.arena.or(parts));
            via.push((one.mediator, args));
        }
        (guard, via)
    }

    /// Gives the properties of steps their clauses.
    pub(super) fn steps(&mut self) {
        let checked = self.program.checked;
        for integrity in &checked.integrities {
            if let Some(id) = self.ids.property(integrity.property) {
                let module = self.program.names[integrity.property].module;
                let clauses = self.clauses(module, |this, event| this.integrity_of(integrity, event));
                self.system.properties[id.index()].steps = clauses;
            }
        }
        for (index, mediator) in checked.mediators.iter().enumerate() {
            let decl: &Mediator<'_> = &self.program.names.mediators[index];
            if let Some(id) = decl.complete.and_then(|p| self.ids.property(p)) {
                let clauses = self.clauses(decl.module, |this, event| this.mediated(index, mediator, event));
                self.system.properties[id.index()].steps = clauses;
            }
        }
    }

    /// Clauses of a declaration in a module; in a family, for every member.
    fn clauses(
        &mut self,
        module: ModuleIx,
        make: impl Fn(&mut Self, EventId) -> Vec<ExprId>,
    ) -> Vec<StepClause> {
        let mut out = Vec::new();
        for event in self.system.event_ids() {
            let formula = self.for_members(module, true, |this| {
                let parts = make(this, event);
                this.system.arena.and(parts)
            });
            if self.system.arena.as_bool(formula) != Some(true) {
                out.push(StepClause {
                    event,
                    formula,
                    promises: Vec::new(),
                });
            }
        }
        out
    }

    /// The variable of a place, if the event assigns it.
    fn assigned_by(&self, place: &TPlace, event: EventId) -> Option<VarId> {
        let variable = self.ids.variable(place.var)?;
        let updates = &self.system.event(event).updates;
        updates.iter().any(|u| u.variable == variable).then_some(variable)
    }

    /// That the value at a place differs before and after.
    pub(super) fn changes(&mut self, variable: VarId, keys: &[ExprId]) -> ExprId {
        let ty = self.system.variable(variable).ty;
        let arena = &mut self.system.arena;
        let (mut before, mut after) = (arena.var(variable, ty), arena.next(variable, ty));
        for key in keys {
            (before, after) = (arena.apply(before, *key), arena.apply(after, *key));
        }
        arena.ne(before, after)
    }

    // ---- integrity ----

    fn integrity_of(&mut self, integrity: &TIntegrity, event: EventId) -> Vec<ExprId> {
        let info = self.events[event.index()].clone();
        let of_system = info.actor.is_none() && info.declared.iter().any(|d| integrity.system.contains(d));
        let mut out = Vec::new();
        if of_system {
            return out;
        }
        for rule in &integrity.rules {
            for place in &rule.places {
                let Some(variable) = self.assigned_by(place, event) else {
                    continue;
                };
                let speaks = self.speaks_of(rule, &info);
                // somebody else may write it under another rule, which then says when
                if !speaks
                    && integrity
                        .rules
                        .iter()
                        .any(|r| r.is_about(place) && self.speaks_of(r, &info))
                {
                    continue;
                }
                out.push(self.rule(rule, place, variable, event, speaks));
            }
        }
        out
    }

    /// Whether a rule says something of an event with this actor.
    fn speaks_of(&self, rule: &TWrite, info: &EventInfo) -> bool {
        rule.actor.is_none_or(|a| info.actor == Some(rule.locals[a].1))
    }

    fn rule(
        &mut self,
        rule: &TWrite,
        place: &TPlace,
        variable: VarId,
        event: EventId,
        speaks: bool,
    ) -> ExprId {
        let mut env: Env = vec![None; rule.locals.len()];
        let keys = self.key_binders(rule, &mut env);
        if let Some(actor) = rule.actor {
            env[actor] = self.system.event(event).actor;
        }
        let mut at = self.members_of(self.program.names[place.var].module);
        at.extend(place.keys.iter().filter_map(|k| env[*k]));
        let changes = self.changes(variable, &at);
        let allowed = if speaks {
            self.expr(&rule.condition, &mut env)
        } else {
            self.system.arena.bool(false)
        };
        let body = self.system.arena.implies(changes, allowed);
        self.system.arena.forall(&keys, body)
    }

    /// Binders for the keys of a rule.
    fn key_binders(&mut self, rule: &TWrite, env: &mut Env) -> Vec<BinderId> {
        let mut out = BTreeMap::new();
        for key in rule.places.iter().flat_map(|p| &p.keys) {
            if !out.contains_key(key) {
                let (name, ty) = &rule.locals[*key];
                out.insert(*key, self.fresh(*key, name, *ty, env));
            }
        }
        out.into_values().collect()
    }

    // ---- mediation ----

    fn mediated(&mut self, index: usize, mediator: &TMediator, event: EventId) -> Vec<ExprId> {
        let info = self.events[event.index()].clone();
        let mut out = Vec::new();
        if info.declared.iter().any(|d| mediator.system.contains(d)) {
            return out;
        }
        let decl: &Mediator<'_> = &self.program.names.mediators[index];
        let sig = &self.program.names[decl.decide];
        for place in &mediator.places {
            let Some(variable) = self.assigned_by(place, event) else {
                continue;
            };
            let mut env: Env = vec![None; sig.params.len()];
            let mut binders = Vec::new();
            for key in &place.keys {
                if env[*key].is_none() {
                    let name = &sig.def.params[*key].name.text;
                    binders.push(self.fresh(*key, name, sig.params[*key], &mut env));
                }
            }
            let mut at = self.members_of(self.program.names[place.var].module);
            at.extend(place.keys.iter().filter_map(|k| env[*k]));
            let changes = self.changes(variable, &at);
            let mut asked = Vec::new();
            for (_, args) in info.via.iter().filter(|(m, _)| *m == index) {
                let keys = place.keys.iter().filter_map(|k| Some((env[*k]?, *args.get(*k)?)));
                let same: Vec<_> = keys.map(|(k, a)| self.system.arena.eq(k, a)).collect();
                asked.push(self.system.arena.and(same));
            }
            let asked = self.system.arena.or(asked);
            let body = self.system.arena.implies(changes, asked);
            out.push(self.system.arena.forall(&binders, body));
        }
        out
    }
}

impl TWrite {
    fn is_about(&self, place: &TPlace) -> bool {
        self.places.iter().any(|p| p.var == place.var)
    }
}
