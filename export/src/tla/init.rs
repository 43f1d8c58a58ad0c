//! The initial states in the order in which TLC can find them: each variable gets its value, or is taken from its set,
//! before anything reads it.
//!
//! A conjunct `x = e` whose right side is known by then *gives* `x`, as do `forall k. m[k] = e`, `b` and `not b`; what
//! nothing gives is taken from the set of its type. A conjunct with a partial operation waits for all before it.

use std::collections::BTreeSet;

use transition_system::{BinderId, Expr, ExprId, FoldOp, Origin, Quantifier, Type, TypeId};

use super::Symbol;
use super::expr::{WIDTH, Writer};
use crate::NoForm;
use crate::block::Block;

/// One conjunct, below the quantifiers that stand around it.
struct Conjunct {
    forall: Vec<BinderId>,
    formula: ExprId,
    symbols: BTreeSet<Symbol>,
    partial: bool,
    /// Stops TLC where it is false.
    promise: Option<String>,
}

/// How a conjunct gives a variable.
struct Gives {
    keys: Vec<Vec<BinderId>>,
    symbol: Symbol,
    value: Given,
}

enum Given {
    Is(ExprId),
    Truth(bool),
}

/// What the initial states satisfy.
pub(super) struct Start<'s> {
    /// What has a value in each state.
    pub(super) symbols: &'s [(Symbol, TypeId, Origin)],
    /// What is known of single places of constants.
    pub(super) places: Vec<(Symbol, Block)>,
    /// Formulas with what must hold for them to be defined.
    pub(super) formulas: Vec<(ExprId, Vec<(ExprId, String)>)>,
}

impl Start<'_> {
    fn places_of(&self, symbol: Symbol) -> impl Iterator<Item = Block> + '_ {
        let mine = self.places.iter().filter(move |(s, _)| *s == symbol);
        mine.map(|(_, line)| line.clone())
    }
}

impl Writer<'_> {
    /// The lines of `Init`.
    pub(super) fn init(&mut self, start: &Start<'_>) -> Result<Vec<Block>, NoForm> {
        let mut waiting = Vec::new();
        for (formula, promises) in &start.formulas {
            for (holds, message) in promises {
                let mut promise = self.conjunct(Vec::new(), *holds);
                promise.promise = Some(message.clone());
                waiting.push(promise);
            }
            self.split(Vec::new(), *formula, &mut waiting);
        }
        let mut open: Vec<&(Symbol, TypeId, Origin)> = start.symbols.iter().collect();
        let mut out = Vec::new();
        while !(open.is_empty() && waiting.is_empty()) {
            let known = |s: &Symbol| !open.iter().any(|(o, _, _)| o == s);
            let ready = |i: usize, c: &Conjunct| {
                c.symbols.iter().all(known)
                    && !(c.partial && waiting[..i].iter().any(|w| w.promise.is_none()))
            };
            if let Some(i) = (0..waiting.len()).find(|i| ready(*i, &waiting[*i])) {
                let conjunct = waiting.remove(i);
                out.push(self.constraint(&conjunct));
                continue;
            }
            let given = waiting.iter().enumerate().find_map(|(i, c)| {
                let gives = self.gives(c)?;
                let others = c.symbols.iter().filter(|s| **s != gives.symbol);
                let closed = others.into_iter().all(known) && !self.mentions(&gives);
                (closed && !known(&gives.symbol)).then_some((i, gives))
            });
            if let Some((i, gives)) = given {
                waiting.remove(i);
                open.retain(|(o, _, _)| *o != gives.symbol);
                out.push(self.given(&gives));
                out.extend(start.places_of(gives.symbol));
                continue;
            }
            if open.is_empty() {
                // a partial conjunct behind one that can never be ready: none is left that could wait for anything
                let conjunct = waiting.remove(0);
                out.push(self.constraint(&conjunct));
                continue;
            }
            let (symbol, ty, origin) = open.remove(0);
            out.push(self.taken(*symbol, *ty, origin)?);
            out.extend(start.places_of(*symbol));
        }
        Ok(out)
    }

    fn taken(&mut self, symbol: Symbol, ty: TypeId, origin: &Origin) -> Result<Block, NoForm> {
        let name = self.symbol(symbol).to_owned();
        if self.has_integers(ty) {
            let what = format!(
                "`{name}` starts with any integer, which TLC cannot list: give it a range or a first value"
            );
            return Err(NoForm::new(what, origin));
        }
        let set = self.set_of_plain(ty);
        Ok(Block::line(format!("{name} \\in {set}")))
    }

    fn has_integers(&self, ty: TypeId) -> bool {
        match self.system.arena.type_of_id(ty) {
            Type::Int => true,
            Type::Bool | Type::Range { .. } | Type::Enum(_) | Type::Sort(_) => false,
            Type::Option(t) | Type::Set(t) => self.has_integers(*t),
            Type::Map(k, v) => self.has_integers(*k) || self.has_integers(*v),
            Type::Tuple(parts) => parts.iter().any(|p| self.has_integers(*p)),
        }
    }

    fn constraint(&mut self, c: &Conjunct) -> Block {
        if let Some(message) = &c.promise {
            let body = self.block(c.formula);
            let close = Block::line(format!(", \"{message}\")"));
            return Block::line("Assert(").beside(body).beside(close);
        }
        if c.forall.is_empty() {
            return self.block(c.formula);
        }
        let head = format!("\\A {} :", self.enter_all(&c.forall));
        let body = match self.flat(c.formula, WIDTH.saturating_sub(head.len())) {
            Some(line) => Block::line(format!("{head} {line}")),
            None => Block::stack([Block::line(head), self.block(c.formula).indent(2)]),
        };
        self.leave_all(&c.forall);
        body
    }

    /// `m = [k \in K |-> e]`.
    fn given(&mut self, gives: &Gives) -> Block {
        let mut head = format!("{} = ", self.symbol(gives.symbol));
        for level in &gives.keys {
            head.push_str(&format!("[{} |-> ", self.enter_all(level)));
        }
        let body = match gives.value {
            Given::Is(e) => self.block(e),
            Given::Truth(b) => Block::line(if b { "TRUE" } else { "FALSE" }),
        };
        for level in &gives.keys {
            self.leave_all(level);
        }
        let close = "]".repeat(gives.keys.len());
        Block::line(head).beside(body).beside(Block::line(close))
    }

    /// Conjuncts one by one, those inside of `forall`, too.
    fn split(&self, mut forall: Vec<BinderId>, formula: ExprId, out: &mut Vec<Conjunct>) {
        match self.system.arena.expr(formula) {
            Expr::And(parts) => parts.iter().for_each(|p| self.split(forall.clone(), *p, out)),
            Expr::Quant(Quantifier::Forall, b, body) => {
                forall.push(*b);
                self.split(forall, *body, out);
            }
            _ => out.push(self.conjunct(forall, formula)),
        }
    }

    fn conjunct(&self, forall: Vec<BinderId>, formula: ExprId) -> Conjunct {
        let mut found = Found::default();
        self.look(formula, &mut found);
        // a variable that the formula does not bind: only the quantifiers that it needs stay
        let forall = forall.into_iter().filter(|b| found.binders.contains(b)).collect();
        Conjunct {
            forall,
            formula,
            symbols: found.symbols,
            partial: found.partial,
            promise: None,
        }
    }

    fn look(&self, e: ExprId, found: &mut Found) {
        if !found.seen.insert(e) {
            return;
        }
        let node = self.system.arena.expr(e);
        match node {
            Expr::Var(v) => drop(found.symbols.insert(Symbol::Variable(*v))),
            Expr::Const(c) => drop(found.symbols.insert(Symbol::Constant(*c))),
            Expr::Bound(b) => drop(found.binders.insert(*b)),
            Expr::Unwrap(_) | Expr::Div(..) | Expr::Mod(..) | Expr::Fold(FoldOp::Min | FoldOp::Max, ..) => {
                found.partial = true;
            }
            _ => {}
        }
        node.for_each_child(|c| self.look(c, found));
    }

    fn gives(&self, c: &Conjunct) -> Option<Gives> {
        if c.promise.is_some() {
            return None;
        }
        let arena = &self.system.arena;
        let (place, value) = match arena.expr(c.formula) {
            Expr::Eq(a, b) => match self.place(*a) {
                Some(place) => (place, Given::Is(*b)),
                None => (self.place(*b)?, Given::Is(*a)),
            },
            Expr::Not(a) => match arena.expr(*a) {
                Expr::IsSome(_) => return None,
                _ => (self.place(*a)?, Given::Truth(false)),
            },
            _ => (self.place(c.formula)?, Given::Truth(true)),
        };
        let (symbol, keys) = place;
        let mut bound: Vec<BinderId> = keys.iter().flatten().copied().collect();
        let mut forall = c.forall.clone();
        bound.sort_unstable();
        forall.sort_unstable();
        (bound == forall && self.whole_keys(symbol, &keys)).then_some(Gives { keys, symbol, value })
    }

    /// A symbol, applied to bound variables, level by level.
    fn place(&self, e: ExprId) -> Option<(Symbol, Vec<Vec<BinderId>>)> {
        let arena = &self.system.arena;
        let bound = |e: ExprId| match arena.expr(e) {
            Expr::Bound(b) => Some(*b),
            _ => None,
        };
        match arena.expr(e) {
            Expr::Var(v) => Some((Symbol::Variable(*v), Vec::new())),
            Expr::Const(c) => Some((Symbol::Constant(*c), Vec::new())),
            Expr::Apply(m, k) => {
                let level = match arena.expr(*k) {
                    Expr::Bound(b) => vec![*b],
                    Expr::Tuple(parts) => parts.iter().map(|p| bound(*p)).collect::<Option<_>>()?,
                    _ => return None,
                };
                let (symbol, mut keys) = self.place(*m)?;
                keys.push(level);
                Some((symbol, keys))
            }
            _ => None,
        }
    }

    /// Whether the bound variables have the types of the map's keys, not parts of them.
    fn whole_keys(&self, symbol: Symbol, keys: &[Vec<BinderId>]) -> bool {
        let arena = &self.system.arena;
        let mut ty = self.type_of(symbol);
        for level in keys {
            let Type::Map(key, value) = arena.type_of_id(ty) else {
                return false;
            };
            let types: Vec<TypeId> = level.iter().map(|b| arena.binder_info(*b).ty).collect();
            let fits = match arena.type_of_id(*key) {
                Type::Tuple(parts) if types.len() > 1 => *parts == types,
                _ => types == [*key],
            };
            if !fits {
                return false;
            }
            ty = *value;
        }
        true
    }

    fn mentions(&self, gives: &Gives) -> bool {
        let Given::Is(e) = gives.value else { return false };
        let mut found = Found::default();
        self.look(e, &mut found);
        found.symbols.contains(&gives.symbol)
    }
}

#[derive(Default)]
struct Found {
    seen: BTreeSet<ExprId>,
    symbols: BTreeSet<Symbol>,
    binders: BTreeSet<BinderId>,
    partial: bool,
}
