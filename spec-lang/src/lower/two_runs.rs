//! Noninterference by self-composition: a system of two runs, and the invariant that an observer sees the same in both.
//!
//! Takes the system of a module or instance, and a `noninterference`. Gives a system with every variable twice, `left.x`
//! and `right.x`, and two constants for from whom and to whom. Initial states: both runs start as the module says, and
//! agree but for the secrets of `i`. Events: what is not done by `i` happens in both runs at once, with the same
//! parameters and choices, and a run in which it cannot happen stays as it is; what is done by `i` happens in one run
//! alone (`left.e`, `right.e`), unless only secrets are to be told (`from secrets of i`). Claimed: what the observers of `j` see is equal. Lemmas speak of both runs; every
//! invariant of the module is an invariant of each run.
//!
//! A formula of two runs is lowered as one of two states, where the next state is the right run; then its next
//! variables become the right ones.

use transition_system::subst::{map_leaves, post_order};
use transition_system::{
    Arena, Axiom, BinderId, ConstId, Constant, Event, Expr, ExprId, Fairness, Promise, Property, PropertyId,
    PropertyKind, System, Type, Update, VarId, Variable,
};

use super::{Env, Lowered, Lowering, Program};
use crate::check::theory::TPlace;
use crate::check::two_runs::{TFlow, TSecret, TSeen, owned_by};
use crate::diagnostic::Diagnostic;
use crate::names::{Flow, ModuleIx};
use crate::source::Span;
use crate::types::Ty;

/// What a report needs to show two runs.
#[derive(Clone, Debug)]
pub struct TwoRuns {
    /// The constant that says whose secrets differ.
    pub from: ConstId,
    /// The constant that says who observes.
    pub to: ConstId,
    /// What is observed, in the order written.
    pub seen: Vec<Seen>,
}

/// Something that an observer sees: `left` in one run and `right` in the other, for all values of the binders for which
/// it is seen at all.
#[derive(Clone, Debug)]
pub struct Seen {
    /// As written.
    pub text: String,
    /// What it is seen for.
    pub binders: Vec<BinderId>,
    /// That the left run shows it.
    pub left_shows: ExprId,
    /// That the right run shows it.
    pub right_shows: ExprId,
    /// The value in the left run.
    pub left: ExprId,
    /// The value in the right run.
    pub right: ExprId,
}

/// A system of two runs.
pub(crate) struct Paired {
    pub(crate) lowered: Lowered,
    /// For each invariant of the system of one run: it, of the left and of the right.
    pub(crate) lifted: Vec<(PropertyId, [PropertyId; 2])>,
    pub(crate) view: TwoRuns,
}

/// The system of two runs of a flow.
pub(crate) fn pair(
    program: Program<'_, '_>,
    root: ModuleIx,
    base: &Lowered,
    flow: usize,
    diagnostics: &mut Vec<Diagnostic>,
) -> Paired {
    let mut lowering = Lowering::resume(program, root, base.clone(), diagnostics);
    let decl = &program.names.flows[flow];
    let typed = &program.checked.flows[flow];
    let mut parts = lowering.parts(decl, typed);
    lowering.actors_are_rigid(decl);
    let mut pairing = Pairing {
        count: base.system.variables.len(),
        base: &base.system,
        system: lowering.system,
        from: parts.from,
        from_type: decl.from,
        secrets_only: decl.written.secrets_only,
    };
    pairing.variables();
    pairing.system.components.clear();
    pairing.start(&parts);
    pairing.events(&lowering.events);
    let lifted = pairing.lift();
    let mut ids = lowering.ids;
    ids.properties.fill(None);
    let lemmas = std::mem::take(&mut parts.lemmas);
    for ((formula, property), lemma) in lemmas.into_iter().zip(&decl.lemmas).zip(&decl.written.lemmas) {
        let origin = program.sources.origin(lemma.head);
        let id = pairing.property(&lemma.name.text, "", formula, origin);
        ids.properties[property.index()] = Some(id);
    }
    let view = pairing.view(parts, program);
    let formula = pairing.same_view(&view);
    let origin = program.sources.origin(program.names[decl.property].head);
    let id = pairing.claim(&decl.written.name.text, decl.doc, formula, origin);
    ids.properties[decl.property.index()] = Some(id);
    let mut system = pairing.system;
    system.name = format!("{}.{}", base.system.name, decl.written.name.text);
    Paired {
        lowered: Lowered {
            system,
            ids,
            places: lowering.places,
            events: Vec::new(),
        },
        lifted,
        view,
    }
}

/// What is lowered in the arena of the one system, as formulas of two states.
struct Parts {
    from: ConstId,
    to: ConstId,
    condition: Option<(ExprId, Span)>,
    /// That the runs agree on each variable but for secrets.
    agree: Vec<ExprId>,
    lemmas: Vec<ExprId>,
    seen: Vec<(Seen, Span)>,
}

impl Lowering<'_, '_> {
    fn parts(&mut self, decl: &Flow<'_>, typed: &TFlow) -> Parts {
        let (from, who) = self.rigid(decl, &decl.written.from.name.text, decl.from);
        let (to, observer) = self.rigid(decl, &decl.written.to.name.text, decl.to);
        let mut env: Env = vec![None; typed.locals.len()];
        env[0] = Some(who);
        env[1] = Some(observer);
        let condition = typed.condition.as_ref().map(|e| (self.expr(e, &mut env), e.span));
        let variables: Vec<VarId> = self.system.variable_ids().collect();
        let agree = variables.into_iter().map(|v| self.runs_agree(v, who, decl.from));
        let agree = agree.collect();
        let mut lemmas = Vec::new();
        for formulas in &typed.lemmas {
            let parts: Vec<_> = formulas.iter().map(|e| self.expr(e, &mut env)).collect();
            lemmas.push(self.system.arena.and(parts));
        }
        let mut seen = Vec::new();
        for index in &typed.observers {
            let observers = &self.program.checked.observers[*index];
            for item in &observers.items {
                let mut env: Env = vec![None; observers.locals.len()];
                env[0] = Some(observer);
                seen.push((self.seen(item, &mut env), item.span));
            }
        }
        Parts {
            from,
            to,
            condition,
            agree,
            lemmas,
            seen,
        }
    }

    /// A new constant.
    fn rigid(&mut self, decl: &Flow<'_>, name: &str, ty: Ty) -> (ConstId, ExprId) {
        let taken = self.system.find_constant(name).is_some();
        let name = if taken {
            format!("{}.{name}", decl.written.name.text)
        } else {
            name.to_owned()
        };
        let ty = self.ty(ty);
        let id = ConstId::new(self.system.constants.len());
        self.system.constants.push(Constant {
            name,
            ty,
            doc: String::new(),
            origin: self.origin(decl.written.name.span),
        });
        (id, self.system.arena.constant(id, ty))
    }

    /// That two runs agree on a variable, but where it is a secret of `who` in both.
    fn runs_agree(&mut self, variable: VarId, who: ExprId, who_type: Ty) -> ExprId {
        let checked = self.program.checked;
        let mut secrets: Vec<(&TSecret, &TPlace)> = Vec::new();
        for secret in checked.secrets.iter().filter(|s| self.is_member(s.module)) {
            if owned_by(self.program.types, secret.owner.ty, who_type) {
                let places = secret
                    .places
                    .iter()
                    .filter(|p| self.ids.variable(p.var) == Some(variable));
                secrets.extend(places.map(|p| (secret, p)));
            }
        }
        let depth = secrets.iter().map(|(_, p)| p.keys.len()).max().unwrap_or(0);
        let (mut keys, mut ty) = (Vec::new(), self.system.variable(variable).ty);
        for _ in 0..depth {
            if let Type::Map(k, v) = *self.system.arena.type_of_id(ty) {
                keys.push(self.system.arena.binder("k", k));
                ty = v;
            }
        }
        let at: Vec<ExprId> = keys.iter().map(|k| self.system.arena.bound(*k)).collect();
        let secret: Vec<_> = secrets
            .into_iter()
            .map(|(s, p)| self.is_secret(s, p, &at, who, who_type))
            .collect();
        let secret = self.system.arena.or(secret);
        let differs = self.changes(variable, &at);
        let body = self.system.arena.implies(differs, secret);
        self.system.arena.forall(&keys, body)
    }

    /// That a place at these keys is a secret of `who` in both runs.
    fn is_secret(
        &mut self,
        secret: &TSecret,
        place: &TPlace,
        at: &[ExprId],
        who: ExprId,
        who_type: Ty,
    ) -> ExprId {
        let mut env: Env = vec![None; secret.locals.len()];
        let mut parts = Vec::new();
        for (local, key) in place.keys.iter().zip(at) {
            match env[*local] {
                Some(same) => parts.push(self.system.arena.eq(same, *key)),
                None => env[*local] = Some(*key),
            }
        }
        for next in [false, true] {
            self.next = next;
            let owner = self.expr(&secret.owner, &mut env);
            let arena = &mut self.system.arena;
            parts.push(if secret.owner.ty == who_type {
                arena.eq(owner, who)
            } else if self.program.types.as_option(secret.owner.ty).is_some() {
                // of its own type: `some(0)` as an owner has the type under which it was written first
                let some = arena.some(who, None);
                arena.eq(owner, some)
            } else {
                arena.member(who, owner)
            });
        }
        self.next = false;
        self.system.arena.and(parts)
    }

    fn seen(&mut self, item: &TSeen, env: &mut Env) -> Seen {
        let binders: Vec<_> = item
            .binders
            .iter()
            .map(|b| self.fresh(b.local, &b.name, b.ty, env))
            .collect();
        let mut sides = Vec::new();
        for next in [false, true] {
            self.next = next;
            let sets = item.binders.iter().filter_map(|b| Some((b, b.set.as_ref()?)));
            let shows: Vec<_> = sets.map(|(b, s)| self.element_of(b, s, env)).collect();
            let shows = self.system.arena.and(shows);
            sides.push((shows, self.expr(&item.value, env)));
        }
        self.next = false;
        let [(left_shows, left), (right_shows, right)] = [sides[0], sides[1]];
        Seen {
            text: String::new(),
            binders,
            left_shows,
            right_shows,
            left,
            right,
        }
    }

    /// Reports an event whose actor depends on the state: then the runs could disagree on who acts.
    fn actors_are_rigid(&mut self, decl: &Flow<'_>) {
        for (event, info) in self.system.events.iter().zip(&self.events) {
            let apart = info.actor == Some(decl.from) && !decl.written.secrets_only;
            let Some(actor) = event.actor.filter(|_| apart) else {
                continue;
            };
            if reads_state(&self.system.arena, actor) {
                let written = info.declared.iter().map(|d| self.program.names[*d].event);
                let actors = written.filter_map(|e| e.actor.as_ref());
                let span = actors.map(|a| a.span).next().unwrap_or(decl.written.name.span);
                let message = format!(
                    "who does `{}` depends on the state, and may differ between two runs",
                    event.name
                );
                self.diagnostics.push(
                    Diagnostic::error("E0432", span, message)
                        .label(decl.written.name.span, "asked for here")
                        .help("make who acts a parameter, and say in `when` who it is"),
                );
            }
        }
    }
}

fn reads_state(arena: &Arena, e: ExprId) -> bool {
    post_order(arena, &[e])
        .into_iter()
        .any(|id| matches!(arena.expr(id), Expr::Var(_)))
}

/// The system of two runs while it is made. Variable `v` of the left run is `v`, of the right run `count + v`.
struct Pairing<'b> {
    count: usize,
    base: &'b System,
    system: System,
    from: ConstId,
    from_type: Ty,
    secrets_only: bool,
}

/// What is done by `i`, and where it happens then.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Where {
    Both,
    Left,
    Right,
}

impl Pairing<'_> {
    fn variables(&mut self) {
        self.system.variables.clear();
        for side in ["left", "right"] {
            for v in &self.base.variables {
                self.system.variables.push(Variable {
                    name: format!("{side}.{}", v.name),
                    ..v.clone()
                });
            }
        }
        for (variable, view) in &self.base.views.variables {
            let right = VarId::new(self.count + variable.index());
            self.system.views.variables.insert(right, view.clone());
        }
    }

    /// A formula of one run, of the right one.
    fn right(&mut self, e: ExprId) -> ExprId {
        let count = self.count;
        map_leaves(
            &mut self.system.arena,
            e,
            &mut |arena, leaf| match *arena.expr(leaf) {
                Expr::Var(v) => {
                    let ty = arena.type_id(leaf);
                    Some(arena.var(VarId::new(count + v.index()), ty))
                }
                _ => None,
            },
        )
    }

    /// A formula of two states, of two runs.
    fn related(&mut self, e: ExprId) -> ExprId {
        let count = self.count;
        map_leaves(
            &mut self.system.arena,
            e,
            &mut |arena, leaf| match *arena.expr(leaf) {
                Expr::Next(v) => {
                    let ty = arena.type_id(leaf);
                    Some(arena.var(VarId::new(count + v.index()), ty))
                }
                _ => None,
            },
        )
    }

    fn start(&mut self, parts: &Parts) {
        let origin = transition_system::Origin::unknown();
        if let Some((formula, _)) = parts.condition {
            self.system.assumptions.push(Axiom {
                formula,
                promises: Vec::new(),
                origin: origin.clone(),
            });
        }
        let left = self.base.init.clone();
        for axiom in &left {
            let formula = self.right(axiom.formula);
            self.system.init.push(Axiom {
                formula,
                ..axiom.clone()
            });
        }
        for agree in &parts.agree {
            let formula = self.related(*agree);
            self.system.init.push(Axiom {
                formula,
                promises: Vec::new(),
                origin: origin.clone(),
            });
        }
    }

    // ---- events ----

    fn events(&mut self, infos: &[super::theory::EventInfo]) {
        self.system.events.clear();
        let base = self.base;
        for (event, info) in base.events.iter().zip(infos) {
            let apart = info.actor == Some(self.from_type) && !self.secrets_only;
            let actor = event.actor.filter(|_| apart);
            let both = self.event(event, actor, Where::Both);
            self.system.events.push(both);
            if actor.is_some() {
                for at in [Where::Left, Where::Right] {
                    let alone = self.event(event, actor, at);
                    self.system.events.push(alone);
                }
            }
        }
    }

    fn event(&mut self, event: &Event, actor: Option<ExprId>, at: Where) -> Event {
        let (common, left) = self.split(event.guard);
        let right = self.right(left);
        let mut guard = vec![common];
        guard.push(match at {
            Where::Both => self.system.arena.or([left, right]),
            Where::Left => left,
            Where::Right => right,
        });
        if let Some(actor) = actor {
            let ty = self.system.constant(self.from).ty;
            let from = self.system.arena.constant(self.from, ty);
            let is = self.system.arena.eq(actor, from);
            guard.push(if at == Where::Both {
                self.system.arena.not(is)
            } else {
                is
            });
        }
        let mut updates = Vec::new();
        let mut promises = Vec::new();
        if at != Where::Right {
            let happens = if at == Where::Both { Some(left) } else { None };
            updates.extend(event.updates.iter().map(|u| self.update(u, happens, false)));
            promises.extend(event.promises.iter().cloned());
        }
        if at != Where::Left {
            let happens = if at == Where::Both { Some(right) } else { None };
            updates.extend(event.updates.iter().map(|u| self.update(u, happens, true)));
            for promise in &event.promises {
                let holds = self.right(promise.holds);
                promises.push(Promise {
                    holds,
                    ..promise.clone()
                });
            }
        }
        let side = match at {
            Where::Both => "",
            Where::Left => "left.",
            Where::Right => "right.",
        };
        Event {
            name: format!("{side}{}", event.name),
            fairness: Fairness::None,
            alternative: None,
            guard: self.system.arena.and(guard),
            updates,
            promises,
            ..event.clone()
        }
    }

    /// The conjuncts of a guard that are the same in both runs, and the others.
    fn split(&mut self, guard: ExprId) -> (ExprId, ExprId) {
        let conjuncts = match self.system.arena.expr(guard) {
            Expr::And(parts) => parts.clone(),
            _ => vec![guard],
        };
        // what stands behind a condition on the state may be defined only because of it
        let first = conjuncts.iter().position(|c| reads_state(&self.system.arena, *c));
        let (common, rest) = conjuncts.split_at(first.unwrap_or(conjuncts.len()));
        let common = self.system.arena.and(common.iter().copied());
        (common, self.system.arena.and(rest.iter().copied()))
    }

    /// An update of one run; `happens` says when, where the other run may move alone.
    fn update(&mut self, update: &Update, happens: Option<ExprId>, right: bool) -> Update {
        let offset = if right { self.count } else { 0 };
        let variable = VarId::new(update.variable.index() + offset);
        let mut value = update.value;
        if right {
            value = self.right(value);
        }
        if let Some(happens) = happens {
            let ty = self.system.variable(variable).ty;
            let before = self.system.arena.var(variable, ty);
            value = self.system.arena.ite(happens, value, before);
        }
        Update {
            variable,
            value,
            origin: update.origin.clone(),
        }
    }

    // ---- properties ----

    /// The invariants of one run, of each.
    fn lift(&mut self) -> Vec<(PropertyId, [PropertyId; 2])> {
        self.system.properties.clear();
        let mut out = Vec::new();
        for (index, property) in self.base.properties.iter().enumerate() {
            if property.kind != PropertyKind::Invariant {
                continue;
            }
            let right = self.right(property.formula);
            let ids = [("left", property.formula), ("right", right)].map(|(side, formula)| {
                let id = PropertyId::new(self.system.properties.len());
                self.system.properties.push(Property {
                    name: format!("{side}.{}", property.name),
                    formula,
                    ..property.clone()
                });
                id
            });
            out.push((PropertyId::new(index), ids));
        }
        out
    }

    /// An invariant, from a formula of two states.
    fn property(
        &mut self,
        name: &str,
        doc: &str,
        formula: ExprId,
        origin: transition_system::Origin,
    ) -> PropertyId {
        let formula = self.related(formula);
        self.claim(name, doc, formula, origin)
    }

    fn claim(
        &mut self,
        name: &str,
        doc: &str,
        formula: ExprId,
        origin: transition_system::Origin,
    ) -> PropertyId {
        let id = PropertyId::new(self.system.properties.len());
        self.system.properties.push(Property {
            name: name.to_owned(),
            doc: doc.to_owned(),
            kind: PropertyKind::Invariant,
            formula,
            promises: Vec::new(),
            temporal: None,
            steps: Vec::new(),
            origin,
        });
        id
    }

    fn view(&mut self, parts: Parts, program: Program<'_, '_>) -> TwoRuns {
        let mut seen = Vec::new();
        for (item, span) in parts.seen {
            let text = program.sources.text(span.source);
            let text = text.get(span.start as usize..span.end as usize).unwrap_or("");
            let words: Vec<_> = text.split_whitespace().collect();
            seen.push(Seen {
                text: words.join(" "),
                binders: item.binders,
                left_shows: self.related(item.left_shows),
                right_shows: self.related(item.right_shows),
                left: self.related(item.left),
                right: self.related(item.right),
            });
        }
        TwoRuns {
            from: parts.from,
            to: parts.to,
            seen,
        }
    }

    /// That the observer sees the same in both runs.
    fn same_view(&mut self, view: &TwoRuns) -> ExprId {
        let arena = &mut self.system.arena;
        let mut parts = Vec::new();
        for item in &view.seen {
            let shows = arena.eq(item.left_shows, item.right_shows);
            let same = arena.eq(item.left, item.right);
            let same = arena.implies(item.left_shows, same);
            let both = arena.and([shows, same]);
            parts.push(arena.forall(&item.binders, both));
        }
        arena.and(parts)
    }
}
