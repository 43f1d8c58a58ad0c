//! The atoms that invariants found by the machine are made of.
//!
//! Takes a system and a property. Gives *schemas*: formulas over what the property can depend on, with binders of sorts
//! as arguments. They are what can be said of one part of one variable or constant (that a relation holds of elements, that a map has
//! a value, that an option is none), comparisons of integers, and the formulas with quantifiers that the specification
//! itself uses, so that a universal clause over schemas can have a quantifier alternation that the specification has.
//! Guarantees: each schema is total, and its free binders are its arguments.

use std::collections::{BTreeSet, HashMap};

use transition_system::depend::{event_flow, property_reads};
use transition_system::subst::{free_binders, post_order};
use transition_system::{
    Arena, BinderId, ConstId, EventId, Expr, ExprId, Promise, PropertyId, PropertyKind, SortId, System, Type,
    TypeId, VarId,
};

/// Most schemas.
const SCHEMAS: usize = 300;
/// Most arguments of one.
const ARGUMENTS: usize = 4;
/// Ranges and enumerations of keys are taken apart while they have at most so many values.
const KEYS: usize = 16;
/// A value is compared with at most so many of its type.
const EQUALITIES: usize = 6;
/// An integer is compared with at most so many numbers.
const THRESHOLDS: usize = 8;
/// At most so many integers are compared with each other.
const INTEGERS: usize = 6;

/// A formula about elements.
#[derive(Clone, Debug)]
pub(super) struct Schema {
    pub(super) formula: ExprId,
    pub(super) args: Vec<(BinderId, SortId)>,
    /// How far it is from a plain fact about one place: 0 for these.
    pub(super) weight: u32,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub(super) struct Vocabulary {
    pub(super) schemas: Vec<Schema>,
    /// The type of the elements of each sort.
    pub(super) types: HashMap<SortId, TypeId>,
}

type Args = Vec<(BinderId, SortId)>;

/// Writes the schemas into the system's arena.
struct Author<'s> {
    system: &'s mut System,
    schemas: Vec<Schema>,
    known: BTreeSet<ExprId>,
    integers: Vec<(ExprId, Args)>,
    /// Values that are compared with values of the same type.
    comparable: Vec<(ExprId, TypeId, Args)>,
    numbers: Vec<i64>,
}

impl Vocabulary {
    /// The atoms for a property, as formulas of `system`.
    pub(super) fn of(system: &mut System, property: PropertyId) -> Self {
        let variables = influence(system, property);
        let mut author = Author {
            numbers: numbers(system, property),
            system,
            schemas: Vec::new(),
            known: BTreeSet::new(),
            integers: Vec::new(),
            comparable: Vec::new(),
        };
        for id in variables.iter().copied() {
            let ty = author.system.variable(id).ty;
            let value = author.system.arena.var(id, ty);
            author.value(value, ty, &Vec::new());
        }
        for id in constants(author.system, property, &variables) {
            let ty = author.system.constant(id).ty;
            let value = author.system.arena.constant(id, ty);
            author.value(value, ty, &Vec::new());
        }
        author.comparisons();
        author.equalities();
        author.own_formulas(property, &variables);
        let schemas = author.schemas;
        let sorts: Vec<SortId> = system.sort_ids().collect();
        let types = sorts
            .into_iter()
            .map(|s| (s, system.arena.ty(Type::Sort(s))))
            .collect();
        Self { schemas, types }
    }
}

impl Author<'_> {
    fn arena(&mut self) -> &mut Arena {
        &mut self.system.arena
    }

    fn add(&mut self, formula: ExprId, args: &Args, weight: u32) {
        let arena = &self.system.arena;
        if self.schemas.len() >= SCHEMAS
            || args.len() > ARGUMENTS
            || arena.as_bool(formula).is_some()
            || !arena.is_total(formula)
            || !self.known.insert(formula)
        {
            return;
        }
        self.schemas.push(Schema {
            formula,
            args: args.clone(),
            weight,
        });
    }

    /// Everything that can be said of a value.
    fn value(&mut self, value: ExprId, ty: TypeId, args: &Args) {
        if self.schemas.len() >= SCHEMAS {
            return;
        }
        match self.system.arena.type_of_id(ty).clone() {
            Type::Bool => self.add(value, args, 0),
            Type::Enum(_) | Type::Sort(_) => {
                self.comparable.push((value, ty, args.clone()));
                for (key, more) in self.keys(ty) {
                    let same = self.arena().eq(value, key);
                    self.add(same, &joined(args, &more), 0);
                }
            }
            Type::Range { lo, hi } => self.integer(value, (lo, hi), args),
            Type::Int => self.integer(value, (i64::MIN, i64::MAX), args),
            Type::Option(inner) => self.option(value, inner, args),
            Type::Tuple(parts) => {
                for (index, part) in parts.iter().enumerate() {
                    let component = self.arena().proj(value, index as u32);
                    self.value(component, *part, args);
                }
            }
            Type::Set(element) => {
                for (key, more) in self.keys(element) {
                    let member = self.arena().member(key, value);
                    self.add(member, &joined(args, &more), 0);
                }
            }
            Type::Map(key_ty, value_ty) => {
                for (key, more) in self.keys(key_ty) {
                    let at = self.arena().apply(value, key);
                    self.value(at, value_ty, &joined(args, &more));
                }
            }
        }
    }

    fn option(&mut self, value: ExprId, inner: TypeId, args: &Args) {
        if self.system.arena.is_total(value) {
            self.comparable
                .push((value, self.system.arena.type_id(value), args.clone()));
        }
        let some = self.arena().is_some(value);
        self.add(some, args, 0);
        let option = self.system.arena.type_id(value);
        for (key, more) in self.keys(inner) {
            let full = self.arena().some(key, Some(option));
            let same = self.arena().eq(value, full);
            self.add(same, &joined(args, &more), 0);
        }
    }

    fn integer(&mut self, value: ExprId, (lo, hi): (i64, i64), args: &Args) {
        self.integers.push((value, args.clone()));
        let within: Vec<i64> = match hi.checked_sub(lo) {
            Some(width) if width <= THRESHOLDS as i64 => (lo..hi).collect(),
            _ => self.numbers.clone(),
        };
        for bound in within
            .into_iter()
            .filter(|n| lo <= *n && *n < hi)
            .take(THRESHOLDS)
        {
            let bound = self.arena().int(bound);
            let low = self.arena().le(value, bound);
            self.add(low, args, 0);
        }
    }

    /// Integers of two places compared, each with arguments of its own.
    fn comparisons(&mut self) {
        let integers: Vec<(ExprId, Args)> = self.integers.iter().take(INTEGERS).cloned().collect();
        for (a, args) in &integers {
            for (b, of_b) in &integers {
                let (b, of_b) = self.renamed(*b, of_b);
                if *a == b {
                    continue;
                }
                let le = self.arena().le(*a, b);
                self.add(le, &joined(args, &of_b), 1);
            }
        }
    }

    /// Two places with values of one type, each with arguments of its own: whether they have the same one.
    fn equalities(&mut self) {
        let all = std::mem::take(&mut self.comparable);
        for (i, (a, ty, args)) in all.iter().enumerate() {
            let others = all[i..].iter().filter(|(_, other, _)| other == ty);
            for (b, _, of_b) in others.take(EQUALITIES) {
                let (b, of_b) = self.renamed(*b, of_b);
                if *a == b {
                    continue;
                }
                let same = self.arena().eq(*a, b);
                self.add(same, &joined(args, &of_b), 1);
            }
        }
    }

    fn renamed(&mut self, value: ExprId, args: &Args) -> (ExprId, Args) {
        let mut with = HashMap::new();
        let mut out = Args::new();
        for (binder, sort) in args {
            let info = self.system.arena.binder_info(*binder).clone();
            let fresh = self.arena().binder(info.name, info.ty);
            let bound = self.arena().bound(fresh);
            with.insert(*binder, bound);
            out.push((fresh, *sort));
        }
        let value = transition_system::subst::substitute(self.arena(), value, &with);
        (value, out)
    }

    /// The keys of a type, each with the arguments that it introduces; none of a type that is too large.
    fn keys(&mut self, ty: TypeId) -> Vec<(ExprId, Args)> {
        match self.system.arena.type_of_id(ty).clone() {
            Type::Bool => [false, true]
                .map(|b| (self.arena().bool(b), Args::new()))
                .to_vec(),
            Type::Enum(e) => {
                let n = self.system.enumeration(e).enumerators.len();
                self.few(n, |arena, i| arena.enumerator(e, i))
            }
            Type::Sort(sort) => match self.system.sort(sort).elements.len() {
                0 => {
                    let name = self.system.sort(sort).name.to_lowercase();
                    let name = name.chars().take(1).collect::<String>();
                    let binder = self.arena().binder(name, ty);
                    vec![(self.arena().bound(binder), vec![(binder, sort)])]
                }
                n => self.few(n, |arena, i| arena.element(sort, i)),
            },
            Type::Range { lo, hi } => match hi.checked_sub(lo).and_then(|w| usize::try_from(w).ok()) {
                Some(width) => self.few(width + 1, |arena, i| arena.int(lo + i64::from(i))),
                None => Vec::new(),
            },
            Type::Option(inner) => {
                let mut out = vec![(self.arena().none(ty), Args::new())];
                for (key, args) in self.keys(inner) {
                    out.push((self.arena().some(key, Some(ty)), args));
                }
                out
            }
            Type::Tuple(parts) => {
                let mut out = vec![(Vec::new(), Args::new())];
                for part in parts {
                    let mut longer = Vec::new();
                    for (items, args) in &out {
                        // each combination has arguments of its own
                        for (key, more) in self.keys(part) {
                            let mut items: Vec<ExprId> = items.clone();
                            items.push(key);
                            longer.push((items, joined(args, &more)));
                        }
                    }
                    out = longer;
                    if out.len() > KEYS * KEYS {
                        return Vec::new();
                    }
                }
                out.into_iter()
                    .map(|(items, args)| (self.arena().tuple(items, Some(ty)), args))
                    .collect()
            }
            Type::Int | Type::Set(_) | Type::Map(..) => Vec::new(),
        }
    }

    fn few(&mut self, n: usize, mut key: impl FnMut(&mut Arena, u32) -> ExprId) -> Vec<(ExprId, Args)> {
        if n > KEYS {
            return Vec::new();
        }
        (0..n as u32)
            .map(|i| (key(self.arena(), i), Args::new()))
            .collect()
    }

    /// The formulas with quantifiers, and the comparisons of sets and maps, that the specification uses.
    fn own_formulas(&mut self, property: PropertyId, variables: &BTreeSet<VarId>) {
        let mut roots = of_property(self.system, property);
        let system = &*self.system;
        for id in system.event_ids() {
            let flow = event_flow(system, id);
            if flow.writes.is_disjoint(variables) {
                continue;
            }
            let event = system.event(id);
            roots.push(event.guard);
            roots.extend(event.updates.iter().map(|u| u.value));
        }
        for id in system.property_ids() {
            let invariant = system.property(id).kind == PropertyKind::Invariant;
            if invariant && property_reads(system, id).is_subset(variables) {
                roots.push(system.property(id).formula);
            }
        }
        let mut found = Vec::new();
        for id in post_order(&system.arena, &roots) {
            let arena = &system.arena;
            let composite = |e: ExprId| {
                let ty = arena.type_of(e);
                matches!(ty, Type::Set(_) | Type::Map(..))
            };
            let interesting = match arena.expr(id) {
                Expr::Quant(..) | Expr::Subset(..) => true,
                Expr::Eq(a, _) => composite(*a),
                _ => false,
            };
            let two_states = || {
                post_order(arena, &[id])
                    .iter()
                    .any(|e| matches!(arena.expr(*e), Expr::Next(_)))
            };
            if interesting && !two_states() {
                found.push(id);
            }
        }
        let mut forms = BTreeSet::new();
        found.extend(self.enabled(variables));
        for formula in found {
            let mut args = Args::new();
            let free = free_binders(&self.system.arena, formula);
            let mut open = true;
            for binder in free {
                match self
                    .system
                    .arena
                    .type_of_id(self.system.arena.binder_info(binder).ty)
                {
                    Type::Sort(sort) if self.system.sort(*sort).elements.is_empty() => {
                        args.push((binder, *sort));
                    }
                    _ => open = false,
                }
            }
            if open && args.len() < ARGUMENTS && self.reads_state(formula) {
                let form = form(&self.system.arena, formula, &mut Vec::new());
                if forms.insert(form) {
                    self.add(formula, &args, 2);
                }
            }
        }
    }

    /// What a guard says of the other parameters, where one occurs in no update: there is an element with which it does. What was reached by an
    /// event often rests on that there was one.
    fn enabled(&mut self, variables: &BTreeSet<VarId>) -> Vec<ExprId> {
        let mut out = Vec::new();
        let events: Vec<EventId> = self.system.event_ids().collect();
        for id in events {
            if event_flow(self.system, id).writes.is_disjoint(variables) {
                continue;
            }
            let event = self.system.event(id).clone();
            let updates: Vec<ExprId> = event.updates.iter().map(|u| u.value).collect();
            let updated: BTreeSet<BinderId> = updates
                .iter()
                .flat_map(|u| free_binders(&self.system.arena, *u))
                .collect();
            let conjuncts = match self.system.arena.expr(event.guard) {
                Expr::And(parts) => parts.clone(),
                _ => vec![event.guard],
            };
            for binder in event.binders().filter(|b| !updated.contains(b)) {
                let about: Vec<ExprId> = conjuncts
                    .iter()
                    .filter(|c| free_binders(&self.system.arena, **c).contains(&binder))
                    .copied()
                    .collect();
                let together = self.arena().and(about);
                out.push(self.arena().exists(&[binder], together));
            }
        }
        out
    }

    fn reads_state(&self, formula: ExprId) -> bool {
        let arena = &self.system.arena;
        post_order(arena, &[formula])
            .iter()
            .any(|e| matches!(arena.expr(*e), Expr::Var(_) | Expr::Const(_)))
    }
}

/// What a formula looks like whatever its binders are called.
fn form(arena: &Arena, expr: ExprId, binders: &mut Vec<BinderId>) -> String {
    let node = arena.expr(expr);
    let number = |b: BinderId, binders: &mut Vec<BinderId>| match binders.iter().position(|x| *x == b) {
        Some(i) => i,
        None => {
            binders.push(b);
            binders.len() - 1
        }
    };
    if let Expr::Bound(b) = node {
        return format!("b{}:{}", number(*b, binders), arena.type_id(expr).index());
    }
    let own = node.binder().map(|b| number(b, binders));
    let children = node.children();
    if children.is_empty() {
        return format!("{}", expr.index());
    }
    let parts: Vec<String> = children.iter().map(|c| form(arena, *c, binders)).collect();
    // the node without what is in it: its kind, and what it says beside its children
    let kind = match node {
        Expr::Quant(q, ..) => format!("{q:?}"),
        Expr::Fold(op, ..) => format!("{op:?}"),
        Expr::Proj(_, i) => format!("proj{i}"),
        Expr::SetLit(ty, _) | Expr::Narrow(_, ty) => format!("{:?}{ty:?}", std::mem::discriminant(node)),
        _ => format!("{:?}", std::mem::discriminant(node)),
    };
    format!("({kind} {own:?} {})", parts.join(" "))
}

fn joined(a: &Args, b: &Args) -> Args {
    a.iter().chain(b).copied().collect()
}

/// The formulas of a property, of its promises, and of its clauses.
fn of_property(system: &System, property: PropertyId) -> Vec<ExprId> {
    let decl = system.property(property);
    let holds = |promises: &[Promise]| promises.iter().map(|p| p.holds).collect::<Vec<_>>();
    let mut roots = vec![decl.formula];
    roots.extend(holds(&decl.promises));
    for clause in &decl.steps {
        roots.push(clause.formula);
        roots.extend(holds(&clause.promises));
    }
    roots
}

/// The variables that a property can depend on.
fn influence(system: &System, property: PropertyId) -> BTreeSet<VarId> {
    let mut reached = property_reads(system, property);
    let promised = system
        .event_ids()
        .filter(|e| !system.event(*e).promises.is_empty());
    for event in promised {
        reached.extend(event_flow(system, event).reads);
    }
    let flows: Vec<_> = system.event_ids().map(|e| event_flow(system, e)).collect();
    loop {
        let before = reached.len();
        for flow in &flows {
            if !flow.writes.is_disjoint(&reached) {
                reached.extend(flow.reads.iter().chain(&flow.guard).copied());
            }
        }
        if reached.len() == before {
            return reached;
        }
    }
}

/// The constants that matter to these variables.
fn constants(system: &System, property: PropertyId, variables: &BTreeSet<VarId>) -> BTreeSet<ConstId> {
    let mut roots = of_property(system, property);
    for id in system.event_ids() {
        if event_flow(system, id).writes.is_disjoint(variables) {
            continue;
        }
        let event = system.event(id);
        roots.push(event.guard);
        roots.extend(event.updates.iter().map(|u| u.value));
    }
    roots.extend(system.init.iter().map(|a| a.formula));
    let arena = &system.arena;
    let direct = post_order(arena, &roots);
    let assumptions: Vec<ExprId> = system.assumptions.iter().map(|a| a.formula).collect();
    let assumed = post_order(arena, &assumptions);
    let constant = |e: &ExprId| match arena.expr(*e) {
        Expr::Const(c) => Some(*c),
        _ => None,
    };
    direct.iter().chain(&assumed).filter_map(constant).collect()
}

/// The numbers that the specification compares with, and those next to them.
fn numbers(system: &System, property: PropertyId) -> Vec<i64> {
    let mut roots = of_property(system, property);
    for id in system.event_ids() {
        let event = system.event(id);
        roots.push(event.guard);
        roots.extend(event.updates.iter().map(|u| u.value));
    }
    roots.extend(system.init.iter().map(|a| a.formula));
    let mut out = BTreeSet::new();
    for id in post_order(&system.arena, &roots) {
        if let Expr::Int(n) = system.arena.expr(id) {
            out.extend([n.saturating_sub(1), *n]);
        }
    }
    out.into_iter().collect()
}
