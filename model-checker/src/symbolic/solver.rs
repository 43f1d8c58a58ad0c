//! Queries to Z3.
//!
//! Takes terms; gives `unsat`, a model, or *undecided*, each query within its limits. Finite sorts become
//! enumeration types, open sorts uninterpreted ones, whose universe can be of any size. Guarantees: every query is a fresh
//! solver with fixed seeds, so its answer does not depend on the queries before; a query that is undecided
//! is tried once more with another seed and strategy; Z3's own reasons are not passed on.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use z3::ast::{Ast, Bool, Dynamic, Int, exists_const, forall_const};
use z3::{FuncDecl, Params, SatResult, Solver, Sort, Symbol};

use transition_system::Quantifier;

use super::clock::Clock;
use super::encoder::Encoder;
use super::quiet::quietly;
use super::report::Options;
use super::term::{Base, BoundId, SymbolId, Term, TermId, children};

/// The answer to a query.
pub(super) enum Outcome {
    /// No model.
    Unsat,
    Sat(Model),
    /// Neither, within the limits.
    Undecided,
}

/// A model of a query.
pub(super) struct Model(z3::Model);

/// The terms of one encoding, in Z3. All queries of an encoding go through one session. The tables are ordered, since
/// the order in which terms are given back to Z3 decides on the numbers of later terms, and these on its choices.
pub(super) struct Session<'a> {
    options: Options,
    clock: Clock<'a>,
    /// Makes the names of finite sorts unique where one context sees several encodings.
    tag: u32,
    sorts: BTreeMap<Base, (Sort, Vec<Dynamic>)>,
    symbols: BTreeMap<SymbolId, FuncDecl>,
    terms: BTreeMap<TermId, Dynamic>,
}

impl<'a> Session<'a> {
    pub(super) fn new(options: &Options, clock: Clock<'a>, tag: u32) -> Self {
        Self {
            options: options.clone(),
            clock,
            tag,
            sorts: BTreeMap::new(),
            symbols: BTreeMap::new(),
            terms: BTreeMap::new(),
        }
    }

    /// Whether nothing more is to be asked.
    pub(super) fn expired(&self) -> bool {
        self.clock.is_over()
    }

    /// Whether the conjunction of `formulas` has a model.
    pub(super) fn check(&mut self, encoder: &Encoder<'_>, formulas: &[TermId]) -> Outcome {
        for (seed, strategy) in self.attempts() {
            let solver = self.solver(seed, strategy);
            match self.ask(&solver, encoder, formulas) {
                Outcome::Undecided => {}
                decided @ (Outcome::Unsat | Outcome::Sat(_)) => return decided,
            }
        }
        Outcome::Undecided
    }

    /// The same, tried once and with no more than some of Z3's resources, so that the answer does not hang on the clock.
    pub(super) fn check_briefly(
        &mut self,
        encoder: &Encoder<'_>,
        formulas: &[TermId],
        resources: u32,
    ) -> Outcome {
        let solver = self.solver_with(self.options.seed, Strategy::Default, resources);
        self.ask(&solver, encoder, formulas)
    }

    fn ask(&mut self, solver: &Solver, encoder: &Encoder<'_>, formulas: &[TermId]) -> Outcome {
        if self.expired() {
            return Outcome::Undecided;
        }
        for f in formulas {
            match self.formula(encoder, *f) {
                Some(f) => solver.assert(f),
                None => return Outcome::Undecided,
            }
        }
        match quietly(|| (solver.check(), solver.get_model())) {
            (SatResult::Unsat, _) => Outcome::Unsat,
            (SatResult::Sat, Some(model)) => Outcome::Sat(Model(model)),
            (SatResult::Sat | SatResult::Unknown, _) => Outcome::Undecided,
        }
    }

    /// A model of `formulas` that also satisfies as many of `preferences` as one pass over them, in order,
    /// can keep together.
    pub(super) fn check_preferring(
        &mut self,
        encoder: &Encoder<'_>,
        formulas: &[TermId],
        preferences: &[TermId],
    ) -> Outcome {
        let first = self.check(encoder, formulas);
        let Outcome::Sat(mut best) = first else {
            return first;
        };
        let end = Instant::now() + self.options.query_time;
        let solver = self.solver(self.options.seed, Strategy::Default);
        for f in formulas {
            let Some(f) = self.formula(encoder, *f) else {
                return Outcome::Sat(best);
            };
            solver.assert(f);
        }
        for preference in preferences {
            let already = self.truth(encoder, &best, *preference) == Some(true);
            let Some(wanted) = self.formula(encoder, *preference) else {
                continue;
            };
            if already {
                solver.assert(wanted);
                continue;
            }
            if self.expired() || Instant::now() >= end {
                break;
            }
            solver.push();
            solver.assert(wanted);
            match quietly(|| (solver.check(), solver.get_model())) {
                (SatResult::Sat, Some(model)) => best = Model(model),
                (SatResult::Sat | SatResult::Unsat, _) => solver.pop(1),
                // A solver that was interrupted is not asked again.
                (SatResult::Unknown, _) => break,
            }
        }
        Outcome::Sat(best)
    }

    fn attempts(&self) -> [(u32, Strategy); 2] {
        [
            (self.options.seed, Strategy::Default),
            (self.options.seed.wrapping_add(17), Strategy::Eager),
        ]
    }

    /// A solver within the limits. Several checks on one solver depend on their order, which is fixed.
    pub(super) fn solver(&self, seed: u32, strategy: Strategy) -> Solver {
        self.solver_with(seed, strategy, self.options.query_resources)
    }

    fn solver_with(&self, seed: u32, strategy: Strategy, resources: u32) -> Solver {
        let solver = match strategy {
            Strategy::Default => Solver::new(),
            Strategy::Eager => Solver::new_for_logic("ALL").unwrap_or_default(),
        };
        let time = self
            .clock
            .left(self.options.query_time)
            .max(Duration::from_millis(1));
        let mut params = Params::new();
        params.set_u32("timeout", u32::try_from(time.as_millis()).unwrap_or(u32::MAX));
        params.set_u32("random_seed", seed);
        // else Z3 takes the signal while a query runs, and nobody else hears of it
        params.set_bool("ctrl_c", false);
        if resources > 0 {
            params.set_u32("rlimit", resources);
        }
        if strategy == Strategy::Eager {
            params.set_u32("relevancy", 0);
        }
        solver.set_params(&params);
        solver
    }

    /// A formula as Z3's; `None` only if it is not well-sorted, which no encoding is.
    pub(super) fn formula(&mut self, encoder: &Encoder<'_>, term: TermId) -> Option<Bool> {
        self.term(encoder, term)?.as_bool()
    }

    fn sort(&mut self, encoder: &Encoder<'_>, base: Base) -> Sort {
        self.enumeration(encoder, base).0.clone()
    }

    fn enumeration(&mut self, encoder: &Encoder<'_>, base: Base) -> &(Sort, Vec<Dynamic>) {
        let tag = self.tag;
        self.sorts.entry(base).or_insert_with(|| {
            let name = match base {
                Base::Bool => return (Sort::bool(), Vec::new()),
                Base::Int => return (Sort::int(), Vec::new()),
                Base::Enum(e) => format!("enum.{}.{tag}", encoder.system.enumeration(e).name),
                Base::Sort(s) => format!("sort.{}.{tag}", encoder.system.sort(s).name),
                Base::Event => format!("event.{tag}"),
            };
            match encoder.size(base) {
                None => (Sort::uninterpreted(Symbol::from(name.as_str())), Vec::new()),
                Some(n) => {
                    let names: Vec<Symbol> = (0..n)
                        .map(|i| Symbol::from(format!("{name}.{i}").as_str()))
                        .collect();
                    let (sort, constants, _) = Sort::enumeration(Symbol::from(name.as_str()), &names);
                    (sort, constants.iter().map(|c| c.apply(&[])).collect())
                }
            }
        })
    }

    fn symbol(&mut self, encoder: &Encoder<'_>, id: SymbolId) -> &FuncDecl {
        if !self.symbols.contains_key(&id) {
            let symbol = encoder.terms.symbol(id);
            let args: Vec<Sort> = symbol.args.iter().map(|b| self.sort(encoder, *b)).collect();
            let result = self.sort(encoder, symbol.result);
            let args: Vec<&Sort> = args.iter().collect();
            let decl = FuncDecl::new(format!("{}.{}", symbol.name, self.tag), &args, &result);
            self.symbols.insert(id, decl);
        }
        &self.symbols[&id]
    }

    /// Makes the term and, first, everything below it; without recursion.
    fn term(&mut self, encoder: &Encoder<'_>, root: TermId) -> Option<Dynamic> {
        let mut stack = vec![root];
        while let Some(&id) = stack.last() {
            if self.terms.contains_key(&id) {
                stack.pop();
                continue;
            }
            let missing: Vec<TermId> = children(encoder.terms.get(id))
                .into_iter()
                .filter(|c| !self.terms.contains_key(c))
                .collect();
            if missing.is_empty() {
                let made = self.make(encoder, id)?;
                self.terms.insert(id, made);
                stack.pop();
            } else {
                stack.extend(missing);
            }
        }
        self.terms.get(&root).cloned()
    }

    fn truth_of(&self, id: TermId) -> Option<Bool> {
        self.terms.get(&id)?.as_bool()
    }

    fn truths(&self, ids: &[TermId]) -> Option<Vec<Bool>> {
        ids.iter().map(|id| self.truth_of(*id)).collect()
    }

    fn int_of(&self, id: TermId) -> Option<Int> {
        self.terms.get(&id)?.as_int()
    }

    /// One node, its children made.
    fn make(&mut self, encoder: &Encoder<'_>, id: TermId) -> Option<Dynamic> {
        Some(match encoder.terms.get(id).clone() {
            Term::Bool(b) => Bool::from_bool(b).into(),
            Term::Int(n) => Int::from_i64(n).into(),
            Term::Literal(base, i) => self.enumeration(encoder, base).1.get(i as usize)?.clone(),
            Term::Apply(symbol, args) => {
                let args: Vec<Dynamic> = args
                    .iter()
                    .map(|a| self.terms.get(a).cloned())
                    .collect::<Option<_>>()?;
                let args: Vec<&dyn Ast> = args.iter().map(|a| a as &dyn Ast).collect();
                self.symbol(encoder, symbol).apply(&args)
            }
            Term::Bound(b) => {
                let sort = self.sort(encoder, encoder.terms.bound(b).0);
                Dynamic::new_const(format!("bound.{}", id.index()), &sort)
            }
            Term::Not(a) => self.truth_of(a)?.not().into(),
            Term::And(xs) => Bool::and(&self.truths(&xs)?).into(),
            Term::Or(xs) => Bool::or(&self.truths(&xs)?).into(),
            Term::Ite(c, a, b) => self.truth_of(c)?.ite(self.terms.get(&a)?, self.terms.get(&b)?),
            Term::Eq(a, b) => self
                .terms
                .get(&a)?
                .safe_eq(self.terms.get(&b)?.clone())
                .ok()?
                .into(),
            Term::Le(a, b) => self.int_of(a)?.le(self.int_of(b)?).into(),
            Term::Add(xs) => {
                let parts = xs.iter().map(|x| self.int_of(*x)).collect::<Option<Vec<_>>>()?;
                Int::add(&parts).into()
            }
            Term::Mul(a, b) => Int::mul(&[self.int_of(a)?, self.int_of(b)?]).into(),
            Term::Div(a, b) => self.int_of(a)?.div(self.int_of(b)?).into(),
            Term::Mod(a, b) => self.int_of(a)?.modulo(self.int_of(b)?).into(),
            Term::Quant(q, bound, body) => self.quantified(encoder, q, &bound, body)?,
        })
    }

    fn quantified(
        &mut self,
        encoder: &Encoder<'_>,
        q: Quantifier,
        bound: &[BoundId],
        body: TermId,
    ) -> Option<Dynamic> {
        let variables = bound
            .iter()
            .map(|b| self.term(encoder, encoder.terms.bound(*b).1))
            .collect::<Option<Vec<_>>>()?;
        let variables: Vec<&dyn Ast> = variables.iter().map(|v| v as &dyn Ast).collect();
        let body = self.truth_of(body)?;
        Some(match q {
            Quantifier::Forall => forall_const(&variables, &[], &body).into(),
            Quantifier::Exists => exists_const(&variables, &[], &body).into(),
        })
    }

    // ---- models ----

    /// The truth value of a term in a model.
    pub(super) fn truth(&mut self, encoder: &Encoder<'_>, model: &Model, term: TermId) -> Option<bool> {
        let term = self.formula(encoder, term)?;
        model.0.eval(&term, true)?.as_bool()
    }

    /// The integer value of a term in a model, if it is within `i64`.
    pub(super) fn integer(&mut self, encoder: &Encoder<'_>, model: &Model, term: TermId) -> Option<i64> {
        let term = self.term(encoder, term)?.as_int()?;
        model.0.eval(&term, true)?.as_i64()
    }

    /// Which element of a finite sort a term is in a model.
    pub(super) fn element(&mut self, encoder: &Encoder<'_>, model: &Model, term: TermId) -> Option<u32> {
        let base = encoder.terms.base(term);
        let term = self.term(encoder, term)?;
        let value = model.0.eval(&term, true)?;
        let elements = &self.enumeration(encoder, base).1;
        elements
            .iter()
            .position(|e| e.ast_eq(value.clone()))
            .map(|i| i as u32)
    }

    /// The model of a solver that has just answered `sat`.
    pub(super) fn model_of(solver: &Solver) -> Option<Model> {
        quietly(|| solver.get_model()).map(Model)
    }
}

/// How a solver is set up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Strategy {
    /// As Z3 chooses.
    Default,
    /// The general solver, which looks at all atoms and not only at those that matter.
    Eager,
}
