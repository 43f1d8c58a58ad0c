//! Random small systems: every type and operator, constants given or open, partial operators.

use transition_system::{
    Axiom, BinderId, ConstId, Constant, EnumId, Enumeration, Event, ExprId, Fairness, Given, Origin,
    Property, PropertyKind, Quantifier, Scope, Sort, SortId, System, Type, TypeId, Update, VarId, Variable,
};

/// SplitMix64.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    pub fn chance(&mut self, percent: u64) -> bool {
        self.next() % 100 < percent
    }
}

pub struct Maker {
    pub random: Random,
    pub system: System,
    pub scope: Scope,
    scalars: Vec<TypeId>,
    keys: Vec<TypeId>,
    range: TypeId,
    bool: TypeId,
    sort: TypeId,
    binders: Vec<BinderId>,
    /// Whether variables may be read, and variables of the next state.
    reads: (bool, bool),
}

impl Maker {
    pub fn new(seed: u64) -> Self {
        let mut random = Random(seed);
        let named = random.chance(40);
        let size = 1 + random.below(3) as u32;
        Self::with(random, seed, named, size)
    }

    /// A sort of two to four elements that no literal can name.
    pub fn symmetric(seed: u64) -> Self {
        let mut random = Random(seed ^ 0x5EED);
        let size = 2 + random.below(3) as u32;
        Self::with(random, seed, false, size)
    }

    fn with(mut random: Random, seed: u64, named: bool, size: u32) -> Self {
        let mut system = System {
            name: format!("random{seed}"),
            ..System::default()
        };
        let origin = Origin::unknown();
        system.enumerations.push(Enumeration {
            name: "E".into(),
            enumerators: vec!["e0".into(), "e1".into(), "e2".into()][..2 + random.below(2)].to_vec(),
            origin: origin.clone(),
        });
        system.sorts.push(Sort {
            name: "S".into(),
            elements: if named {
                (0..size).map(|i| format!("s{i}")).collect()
            } else {
                Vec::new()
            },
            origin,
        });
        let scope = if named {
            Scope::new()
        } else {
            Scope::new().with(SortId::new(0), size)
        };
        let arena = &mut system.arena;
        let lo = random.below(3) as i64 - 1;
        let range = arena.ty(Type::Range {
            lo,
            hi: lo + 1 + random.below(2) as i64,
        });
        let (bool, e, sort) = (
            arena.bool_ty(),
            arena.ty(Type::Enum(EnumId::new(0))),
            arena.ty(Type::Sort(SortId::new(0))),
        );
        Self {
            random,
            system,
            scope,
            scalars: vec![bool, range, e, sort],
            keys: vec![sort, e, range, bool],
            range,
            bool,
            sort,
            binders: Vec::new(),
            reads: (false, false),
        }
    }

    /// A system whose constants and variables have at most this many values in all.
    pub fn make(mut self, most: u64) -> (System, Scope) {
        let mut room = most;
        for i in 0..self.random.below(3) {
            self.place(true, i, &mut room);
        }
        for i in 0..1 + self.random.below(3) {
            self.place(false, i, &mut room);
        }
        self.givens();
        if self.random.chance(30) {
            let formula = self.formula(2);
            self.system.assumptions.push(axiom(formula));
        }
        self.reads = (true, false);
        self.init();
        for i in 0..1 + self.random.below(4) {
            self.event(i);
        }
        for i in 0..3 {
            let kind = [
                PropertyKind::Invariant,
                PropertyKind::Witness,
                PropertyKind::Transition,
            ][i];
            self.reads.1 = kind == PropertyKind::Transition;
            let formula = self.formula(3);
            self.system.properties.push(Property {
                name: format!("p{i}"),
                doc: String::new(),
                kind,
                formula,
                temporal: None,
                promises: Vec::new(),
                steps: Vec::new(),
                origin: Origin::unknown(),
            });
        }
        (self.system, self.scope)
    }

    fn place(&mut self, constant: bool, i: usize, room: &mut u64) {
        let ty = self.any_type(2);
        let Ok(size) = transition_system::value::domain_size(&self.system, &self.scope, ty, *room) else {
            return;
        };
        *room /= size;
        let origin = Origin::unknown();
        if constant {
            self.system.constants.push(Constant {
                name: format!("c{i}"),
                ty,
                doc: String::new(),
                origin,
            });
        } else {
            self.system.variables.push(Variable {
                name: format!("v{i}"),
                ty,
                origin,
            });
        }
    }

    fn any_type(&mut self, depth: usize) -> TypeId {
        if depth == 0 || self.random.chance(45) {
            return self.pick(&self.scalars.clone());
        }
        let inner = self.any_type(depth - 1);
        let key = self.pick(&self.keys.clone());
        let ty = match self.random.below(4) {
            0 => Type::Option(inner),
            1 => Type::Set(key),
            2 => Type::Map(key, inner),
            _ => Type::Tuple(vec![inner, key]),
        };
        self.system.arena.ty(ty)
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.random.below(from.len())]
    }

    fn givens(&mut self) {
        for index in 0..self.system.constants.len() {
            if self.random.chance(50) {
                let ty = self.system.constants[index].ty;
                if let Some(value) = self.literal(ty) {
                    self.system.givens.push(Given {
                        constant: ConstId::new(index),
                        indices: Vec::new(),
                        value: Some(value),
                        evidence: Vec::new(),
                        member_evidence: Vec::new(),
                        origin: Origin::unknown(),
                    });
                }
            } else if let Type::Map(key, value) =
                *self.system.arena.type_of_id(self.system.constants[index].ty)
            {
                let (key, value) = (self.literal(key), self.literal(value));
                if let (Some(key), Some(value)) = (key, value) {
                    self.system.givens.push(Given {
                        constant: ConstId::new(index),
                        indices: vec![key],
                        value: Some(value),
                        evidence: Vec::new(),
                        member_evidence: Vec::new(),
                        origin: Origin::unknown(),
                    });
                }
            }
        }
    }

    /// A literal; maps have none, nor have elements without names.
    fn literal(&mut self, ty: TypeId) -> Option<ExprId> {
        let of = self.system.arena.type_of_id(ty).clone();
        let choice = self.random.next();
        let arena = &mut self.system.arena;
        Some(match of {
            Type::Bool => arena.bool(choice.is_multiple_of(2)),
            Type::Range { lo, hi } => arena.int(lo + (choice % (hi - lo + 1) as u64) as i64),
            Type::Int => arena.int((choice % 3) as i64),
            Type::Enum(e) => {
                let n = self.system.enumerations[e.index()].enumerators.len() as u64;
                arena.enumerator(e, (choice % n) as u32)
            }
            Type::Sort(s) => {
                let n = self.system.sorts[s.index()].elements.len() as u64;
                if n == 0 {
                    return None;
                }
                arena.element(s, (choice % n) as u32)
            }
            Type::Option(_) if choice.is_multiple_of(3) => arena.none(ty),
            Type::Option(inner) => {
                let inner = self.literal(inner)?;
                self.system.arena.some(inner, Some(ty))
            }
            Type::Set(elem) => {
                let mut items = Vec::new();
                for _ in 0..self.random.below(3) {
                    items.push(self.literal(elem)?);
                }
                self.system.arena.set_lit(elem, items)
            }
            Type::Tuple(types) => {
                let items: Option<Vec<_>> = types.iter().map(|t| self.literal(*t)).collect();
                self.system.arena.tuple(items?, Some(ty))
            }
            Type::Map(..) => return None,
        })
    }

    fn init(&mut self) {
        for index in 0..self.system.variables.len() {
            let ty = self.system.variables[index].ty;
            if self.random.chance(80) {
                self.reads.0 = false;
                let value = self.expr(ty, 1);
                self.reads.0 = true;
                let var = self.system.arena.var(VarId::new(index), ty);
                let formula = self.system.arena.eq(var, value);
                self.system.init.push(axiom(formula));
            }
        }
        if self.random.chance(30) {
            let formula = self.formula(2);
            self.system.init.push(axiom(formula));
        }
    }

    fn event(&mut self, i: usize) {
        let mut binders = Vec::new();
        for b in 0..self.random.below(3) {
            let ty = self.pick(&self.keys.clone());
            binders.push(self.system.arena.binder(format!("b{b}"), ty));
        }
        self.binders = binders.clone();
        let mut conjuncts = Vec::new();
        for _ in 0..self.random.below(3) {
            conjuncts.push(self.formula(2));
        }
        let guard = self.system.arena.and(conjuncts);
        let mut updates = Vec::new();
        for index in 0..self.system.variables.len() {
            if self.random.chance(60) {
                let ty = self.system.variables[index].ty;
                let value = self.update(VarId::new(index), ty);
                updates.push(Update {
                    variable: VarId::new(index),
                    value,
                    origin: Origin::unknown(),
                });
            }
        }
        self.binders.clear();
        let split = self.random.below(binders.len() + 1);
        self.system.events.push(Event {
            name: format!("ev{i}"),
            doc: String::new(),
            choices: binders.split_off(split),
            params: binders,
            actor: None,
            guard,
            updates,
            promises: Vec::new(),
            fairness: Fairness::None,
            input: false,
            alternative: None,
            origin: Origin::unknown(),
        });
    }

    fn update(&mut self, var: VarId, ty: TypeId) -> ExprId {
        let old = self.system.arena.var(var, ty);
        match (self.system.arena.type_of_id(ty).clone(), self.random.below(3)) {
            (Type::Map(key, value), 0 | 1) => {
                let (key, value) = (self.expr(key, 1), self.expr(value, 2));
                self.system.arena.store(old, key, value)
            }
            (Type::Set(elem), 0 | 1) => {
                let item = self.expr(elem, 1);
                let one = self.system.arena.set_lit(elem, vec![item]);
                if self.random.chance(60) {
                    self.system.arena.union(old, one)
                } else {
                    self.system.arena.diff(old, one)
                }
            }
            (_, _) => self.expr(ty, 2),
        }
    }

    pub fn formula(&mut self, depth: usize) -> ExprId {
        self.expr(self.bool, depth)
    }

    /// Leaves of a type: binders, constants, variables.
    fn leaves(&mut self, ty: TypeId) -> Vec<ExprId> {
        let mut out = Vec::new();
        for b in self.binders.clone() {
            if self.system.arena.binder_info(b).ty == ty {
                out.push(self.system.arena.bound(b));
            }
        }
        for index in 0..self.system.constants.len() {
            if self.system.constants[index].ty == ty {
                out.push(self.system.arena.constant(ConstId::new(index), ty));
            }
        }
        for index in 0..self.system.variables.len() {
            if self.reads.0 && self.system.variables[index].ty == ty {
                out.push(self.system.arena.var(VarId::new(index), ty));
            }
            if self.reads.1 && self.system.variables[index].ty == ty {
                out.push(self.system.arena.next(VarId::new(index), ty));
            }
        }
        out
    }

    /// A place of a constant or variable that leads to a value of the type: itself, or a part of it.
    fn part(&mut self, ty: TypeId) -> Option<ExprId> {
        let mut out = self.leaves(ty);
        for index in 0..self.system.arena.type_count() {
            let whole = TypeId::new(index);
            match self.system.arena.type_of_id(whole).clone() {
                Type::Map(key, value) if value == ty => {
                    for map in self.leaves(whole) {
                        let key = self.simple(key);
                        out.push(self.system.arena.apply(map, key));
                    }
                }
                Type::Option(inner) if inner == ty => {
                    for option in self.leaves(whole) {
                        out.push(self.system.arena.unwrap_some(option));
                    }
                }
                Type::Tuple(types) => {
                    for (i, t) in types.iter().enumerate() {
                        if *t == ty {
                            for tuple in self.leaves(whole) {
                                out.push(self.system.arena.proj(tuple, i as u32));
                            }
                        }
                    }
                }
                Type::Set(elem) if ty == self.bool => {
                    for set in self.leaves(whole) {
                        let item = self.simple(elem);
                        out.push(self.system.arena.member(item, set));
                    }
                }
                _ => {}
            }
        }
        if out.is_empty() {
            None
        } else {
            Some(self.pick(&out))
        }
    }

    /// A leaf or a literal; an element without a name comes from under a binder or an `unwrap` of none.
    fn simple(&mut self, ty: TypeId) -> ExprId {
        let leaves = self.leaves(ty);
        if !leaves.is_empty() && self.random.chance(75) {
            return self.pick(&leaves);
        }
        if let Some(literal) = self.literal(ty) {
            return literal;
        }
        if !leaves.is_empty() {
            return self.pick(&leaves);
        }
        self.forced(ty)
    }

    /// Some expression of a type that has neither leaf nor literal.
    fn forced(&mut self, ty: TypeId) -> ExprId {
        match self.system.arena.type_of_id(ty).clone() {
            Type::Map(key, value) => {
                let b = self.system.arena.binder("k", key);
                self.binders.push(b);
                let body = self.simple(value);
                self.binders.pop();
                self.system.arena.lambda(b, body, value)
            }
            Type::Option(_) => self.system.arena.none(ty),
            Type::Set(elem) => self.system.arena.set_lit(elem, Vec::new()),
            Type::Tuple(types) => {
                let items = types.iter().map(|t| self.simple(*t)).collect();
                self.system.arena.tuple(items, Some(ty))
            }
            _ => {
                // an element of an open sort: undefined wherever it is evaluated
                let option = self.system.arena.ty(Type::Option(ty));
                let none = self.system.arena.none(option);
                self.system.arena.unwrap_some(none)
            }
        }
    }

    pub fn expr(&mut self, ty: TypeId, depth: usize) -> ExprId {
        if depth == 0 || self.random.chance(20) {
            return match self.part(ty) {
                Some(part) if self.random.chance(80) => part,
                _ => self.simple(ty),
            };
        }
        if self.random.chance(8) {
            let c = self.formula(depth - 1);
            let (a, b) = (self.expr(ty, depth - 1), self.expr(ty, depth - 1));
            return self.system.arena.ite(c, a, b);
        }
        match self.system.arena.type_of_id(ty).clone() {
            Type::Bool => self.boolean(depth - 1),
            Type::Range { .. } => {
                let n = self.integer(depth - 1);
                self.system.arena.narrow(n, ty)
            }
            Type::Int => self.integer(depth - 1),
            Type::Option(inner) if self.random.chance(60) => {
                let inner = self.expr(inner, depth - 1);
                self.system.arena.some(inner, Some(ty))
            }
            Type::Set(elem) => self.set(ty, elem, depth - 1),
            Type::Map(key, value) if self.random.chance(50) => {
                let b = self.system.arena.binder("k", key);
                self.binders.push(b);
                let body = self.expr(value, depth - 1);
                self.binders.pop();
                self.system.arena.lambda(b, body, value)
            }
            Type::Map(key, value) => {
                let (map, key, value) = (
                    self.expr(ty, depth - 1),
                    self.expr(key, depth - 1),
                    self.expr(value, depth - 1),
                );
                self.system.arena.store(map, key, value)
            }
            Type::Tuple(types) => {
                let items = types.iter().map(|t| self.expr(*t, depth - 1)).collect();
                self.system.arena.tuple(items, Some(ty))
            }
            Type::Enum(_) | Type::Sort(_) | Type::Option(_) => match self.part(ty) {
                Some(part) => part,
                None => self.simple(ty),
            },
        }
    }

    fn set(&mut self, ty: TypeId, elem: TypeId, depth: usize) -> ExprId {
        match self.random.below(5) {
            0 => {
                let b = self.system.arena.binder("x", elem);
                self.binders.push(b);
                let body = self.formula(depth);
                self.binders.pop();
                self.system.arena.compr(b, body)
            }
            1 => {
                let items = (0..self.random.below(3))
                    .map(|_| self.expr(elem, depth))
                    .collect();
                self.system.arena.set_lit(elem, items)
            }
            n => {
                let (a, b) = (self.expr(ty, depth), self.expr(ty, depth));
                let arena = &mut self.system.arena;
                match n {
                    2 => arena.union(a, b),
                    3 => arena.inter(a, b),
                    _ => arena.diff(a, b),
                }
            }
        }
    }

    fn integer(&mut self, depth: usize) -> ExprId {
        if depth == 0 || self.random.chance(35) {
            return self.expr(self.range, 0);
        }
        if self.random.chance(15) {
            let ty = self.system.arena.ty(Type::Set(self.sort));
            let set = self.expr(ty, depth - 1);
            return self.system.arena.card(set);
        }
        let (a, b) = (self.integer(depth - 1), self.integer(depth - 1));
        let kind = self.random.below(6);
        let arena = &mut self.system.arena;
        match kind {
            0 | 1 => arena.add(a, b),
            2 => arena.sub(a, b),
            3 => arena.mul(a, b),
            4 if self.random.chance(50) => arena.div(a, b),
            4 => arena.modulo(a, b),
            _ => arena.neg(a),
        }
    }

    fn boolean(&mut self, depth: usize) -> ExprId {
        match self.random.below(11) {
            0 => {
                let a = self.formula(depth);
                self.system.arena.not(a)
            }
            1 => {
                let parts: Vec<_> = (0..2 + self.random.below(2))
                    .map(|_| self.formula(depth))
                    .collect();
                self.system.arena.and(parts)
            }
            2 => {
                let parts: Vec<_> = (0..2 + self.random.below(2))
                    .map(|_| self.formula(depth))
                    .collect();
                self.system.arena.or(parts)
            }
            3 => {
                let (a, b) = (self.formula(depth), self.formula(depth));
                self.system.arena.implies(a, b)
            }
            4 | 5 => {
                let q = if self.random.chance(50) {
                    Quantifier::Forall
                } else {
                    Quantifier::Exists
                };
                let ty = self.pick(&self.keys.clone());
                let b = self.system.arena.binder("q", ty);
                self.binders.push(b);
                let body = self.formula(depth);
                self.binders.pop();
                self.system.arena.quant(q, b, body)
            }
            6 | 7 => {
                let ty = TypeId::new(self.random.below(self.system.arena.type_count()));
                let (a, b) = (self.expr(ty, depth), self.expr(ty, depth));
                self.system.arena.eq(a, b)
            }
            8 => {
                let (a, b) = (self.integer(depth), self.integer(depth));
                if self.random.chance(50) {
                    self.system.arena.lt(a, b)
                } else {
                    self.system.arena.le(a, b)
                }
            }
            9 => {
                let elem = self.pick(&self.keys.clone());
                let ty = self.system.arena.ty(Type::Set(elem));
                let (a, s) = (self.expr(elem, depth), self.expr(ty, depth));
                if self.random.chance(30) {
                    let other = self.expr(ty, depth);
                    self.system.arena.subset(other, s)
                } else {
                    self.system.arena.member(a, s)
                }
            }
            _ => {
                let inner = self.pick(&self.scalars.clone());
                let ty = self.system.arena.ty(Type::Option(inner));
                let a = self.expr(ty, depth);
                self.system.arena.is_some(a)
            }
        }
    }
}

fn axiom(formula: ExprId) -> Axiom {
    Axiom {
        formula,
        promises: Vec::new(),
        origin: Origin::unknown(),
    }
}
