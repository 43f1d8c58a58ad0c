//! From expressions to terms: quantifiers and comprehensions unrolled, sets and maps taken apart.
//!
//! Takes expressions of a system, with binders bound to terms; gives trees of nodes. Guarantees: wherever the
//! reference evaluator gives a value, evaluating the nodes gives the same one. Each expression is flattened once
//! per binding of the binders that are free in it.

use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexSet;
use rustc_hash::{FxBuildHasher, FxHashMap};
use transition_system::value::domain;
use transition_system::{BinderId, Expr, ExprId, Quantifier, Scope, System, TypeId};

use super::cells::{CellOwner, Cells, Place};
use super::dag::{CellId, Dag, NodeId};
use super::error::GroundError;
use super::shape::{Scalar, Shape, Tree};
use super::term::Term;
use crate::budget::Budget;

/// Most values of the type of one binder.
const BINDER_LIMIT: u64 = 1 << 20;

/// Bytes of an entry of [`Flattener::memo`] without its parts.
const MEMO_BYTES: usize = 2 * size_of::<(ExprId, Box<[Binding]>, Term)>();

type Result<T> = std::result::Result<T, GroundError>;

/// A term that binders can be bound to, by its place in [`Flattener::bindings`].
pub(crate) type Binding = u32;

/// See the module.
pub(crate) struct Flattener<'a> {
    pub(crate) system: &'a System,
    pub(crate) scope: &'a Scope,
    pub(crate) cells: &'a Cells,
    pub(crate) dag: Dag,
    /// Whether what an instance gives is folded.
    fold_givens: bool,
    shapes: FxHashMap<TypeId, Arc<Shape>>,
    leaves: FxHashMap<(CellOwner, bool), Term>,
    bindings: IndexSet<Term, FxBuildHasher>,
    domains: FxHashMap<TypeId, Rc<[Binding]>>,
    env: FxHashMap<BinderId, Binding>,
    free: Vec<Rc<[BinderId]>>,
    memo: FxHashMap<(ExprId, Box<[Binding]>), Term>,
    budget: &'a Budget<'a>,
    /// Bytes of terms and instances.
    bytes: u64,
}

impl<'a> Flattener<'a> {
    pub(crate) fn new(
        system: &'a System,
        scope: &'a Scope,
        cells: &'a Cells,
        fold_givens: bool,
        node_limit: usize,
        budget: &'a Budget<'a>,
    ) -> Self {
        Self {
            system,
            scope,
            cells,
            dag: Dag::new(node_limit),
            fold_givens,
            shapes: FxHashMap::default(),
            leaves: FxHashMap::default(),
            bindings: IndexSet::default(),
            domains: FxHashMap::default(),
            env: FxHashMap::default(),
            free: free_binders(system),
            memo: FxHashMap::default(),
            budget,
            bytes: 0,
        }
    }

    /// Counts `work` units, and bytes that stay.
    pub(super) fn spend(&mut self, work: usize, bytes: usize) -> Result<()> {
        self.bytes += bytes as u64;
        let held = self.cells.bytes() + self.dag.bytes() + self.bytes;
        self.budget
            .tick(work as u64, held)
            .map_err(|stop| GroundError::at(stop, "formulas and events", self.dag.len()))
    }

    /// An error if the graph ran into its limit or integers might overflow.
    pub(crate) fn check(&self) -> Result<()> {
        match self.dag.fault() {
            Some(fault) => Err(GroundError::fault(fault)),
            None => Ok(()),
        }
    }

    pub(crate) fn shape(&mut self, ty: TypeId) -> Result<Arc<Shape>> {
        if let Some(shape) = self.shapes.get(&ty) {
            return Ok(shape.clone());
        }
        let shape = Arc::new(Shape::of(self.system, self.scope, ty)?);
        self.shapes.insert(ty, shape.clone());
        Ok(shape)
    }

    /// The binders that occur free in an expression, in order of id.
    pub(crate) fn free(&self, expr: ExprId) -> &[BinderId] {
        &self.free[expr.index()]
    }

    /// All values of a type, to bind a binder to.
    pub(crate) fn domain(&mut self, ty: TypeId) -> Result<Rc<[Binding]>> {
        if let Some(known) = self.domains.get(&ty) {
            return Ok(known.clone());
        }
        let values = domain(self.system, self.scope, ty, BINDER_LIMIT)
            .map_err(|e| GroundError::domain(self.system, ty, &e))?;
        let shape = self.shape(ty)?;
        let mut out = Vec::with_capacity(values.len());
        for value in &values {
            let term = self.dag.lift(&shape.encode(value)?, &shape);
            out.push(self.bindings.insert_full(term).0 as Binding);
        }
        let out: Rc<[Binding]> = out.into();
        self.domains.insert(ty, out.clone());
        Ok(out)
    }

    pub(crate) fn binding(&mut self, term: Term) -> Binding {
        self.bindings.insert_full(term).0 as Binding
    }

    /// Binds a binder; gives what it was bound to.
    pub(crate) fn bind(&mut self, binder: BinderId, to: Binding) -> Option<Binding> {
        self.env.insert(binder, to)
    }

    /// Undoes [`Flattener::bind`].
    pub(crate) fn restore(&mut self, binder: BinderId, before: Option<Binding>) {
        match before {
            Some(b) => self.env.insert(binder, b),
            None => self.env.remove(&binder),
        };
    }

    /// The node of a formula.
    pub(crate) fn truth(&mut self, expr: ExprId) -> Result<NodeId> {
        self.scalar(expr)
    }

    pub(super) fn scalar(&mut self, expr: ExprId) -> Result<NodeId> {
        match self.term(expr)? {
            Tree::Scalar(node) => Ok(node),
            Tree::Set(_) | Tree::Map(_) | Tree::Tuple(_) | Tree::Option(..) => {
                Err(GroundError::internal("a scalar was expected"))
            }
        }
    }

    /// The term of an expression, in the form of its own type.
    pub(crate) fn term(&mut self, expr: ExprId) -> Result<Term> {
        match self.system.arena.expr(expr) {
            Expr::Bool(b) => return Ok(Tree::Scalar(self.dag.bool(*b))),
            Expr::Int(n) => return Ok(Tree::Scalar(self.dag.int(*n))),
            Expr::Bound(b) => return self.bound(*b),
            _ => {}
        }
        let mut key = Vec::with_capacity(self.free[expr.index()].len());
        for binder in self.free[expr.index()].iter() {
            key.push(
                *self
                    .env
                    .get(binder)
                    .ok_or_else(|| GroundError::internal("an open expression"))?,
            );
        }
        let key = (expr, key.into_boxed_slice());
        if let Some(known) = self.memo.get(&key) {
            return Ok(known.clone());
        }
        let term = self.fresh(expr)?;
        self.check()?;
        let width = width(&term);
        self.spend(
            16 + 4 * width,
            MEMO_BYTES + size_of_val::<[Binding]>(&key.1) + width * size_of::<Term>(),
        )?;
        self.memo.insert(key, term.clone());
        Ok(term)
    }

    pub(super) fn bound(&self, binder: BinderId) -> Result<Term> {
        self.env
            .get(&binder)
            .and_then(|b| self.bound_term(*b))
            .ok_or_else(|| GroundError::internal("an open expression"))
    }

    /// The term of a binding.
    pub(super) fn bound_term(&self, binding: Binding) -> Option<Term> {
        self.bindings.get_index(binding as usize).cloned()
    }

    fn fresh(&mut self, expr: ExprId) -> Result<Term> {
        let ty = self.system.arena.type_id(expr);
        let node = match self.system.arena.expr(expr).clone() {
            Expr::Bool(b) => self.dag.bool(b),
            Expr::Int(n) => self.dag.int(n),
            Expr::Enumerator(_, i) | Expr::Element(_, i) => self.dag.int(i64::from(i)),
            Expr::Bound(b) => return self.bound(b),
            Expr::Const(_) | Expr::Var(_) => return self.leaf(expr, false),
            Expr::Next(_) => return self.leaf(expr, true),
            Expr::Not(a) => {
                let a = self.truth(a)?;
                self.dag.not(a)
            }
            Expr::And(parts) => self.junction(&parts, true)?,
            Expr::Or(parts) => self.junction(&parts, false)?,
            Expr::Implies(a, b) => {
                let a = self.truth(a)?;
                if a == Dag::FALSE {
                    return Ok(Tree::Scalar(Dag::TRUE));
                }
                let b = self.truth(b)?;
                self.dag.implies(a, b)
            }
            Expr::Ite(c, a, b) => return self.ite(c, a, b, ty),
            Expr::Eq(a, b) => self.equal(a, b)?,
            Expr::Lt(a, b) => self.binary(a, b, Dag::lt)?,
            Expr::Le(a, b) => self.binary(a, b, Dag::le)?,
            Expr::Add(a, b) => self.binary(a, b, Dag::add)?,
            Expr::Sub(a, b) => self.binary(a, b, Dag::sub)?,
            Expr::Mul(a, b) => self.binary(a, b, Dag::mul)?,
            Expr::Div(a, b) => self.binary(a, b, Dag::div)?,
            Expr::Mod(a, b) => self.binary(a, b, Dag::modulo)?,
            Expr::Neg(a) => {
                let (zero, a) = (self.dag.int(0), self.scalar(a)?);
                self.dag.sub(zero, a)
            }
            Expr::Narrow(a, _) => self.scalar(a)?,
            Expr::Quant(q, b, body) => self.quantified(q, b, body)?,
            Expr::Fold(op, b, condition, body) => self.fold(op, b, condition, body)?,
            Expr::IsSome(a) => self.is_some(a)?,
            Expr::In(item, set) => self.member_of(item, set)?,
            Expr::Subset(a, b) => self.subset(a, b)?,
            Expr::Card(a) => self.card(a)?,
            Expr::None(_) => {
                let shape = self.shape(ty)?;
                return Ok(self.dag.lift(&shape.default_tree(), &shape));
            }
            Expr::Some(a) => return self.some(a, ty),
            Expr::Unwrap(a) => return self.unwrap(a),
            Expr::SetLit(elem, items) => return self.set_literal(elem, &items),
            Expr::Compr(b, body) => return self.comprehension(b, body),
            Expr::Union(a, b) => return self.bitwise(a, b, |dag, x, y| dag.or([x, y])),
            Expr::Inter(a, b) => return self.bitwise(a, b, |dag, x, y| dag.and([x, y])),
            Expr::Diff(a, b) => {
                return self.bitwise(a, b, |dag, x, y| {
                    let not = dag.not(y);
                    dag.and([x, not])
                });
            }
            Expr::Closure(a) => return self.closure(a),
            Expr::Lambda(b, body) => return self.lambda(b, body, ty),
            Expr::Store(map, key, value) => return self.store(map, key, value),
            Expr::Apply(map, key) => return self.apply(map, key),
            Expr::Tuple(parts) => return self.tuple(&parts, ty),
            Expr::Proj(a, index) => return self.project(a, index as usize),
        };
        Ok(Tree::Scalar(node))
    }

    // ---- leaves ----

    /// The cells of a constant or variable as nodes.
    pub(crate) fn leaf(&mut self, expr: ExprId, next: bool) -> Result<Term> {
        let owner = match self.system.arena.expr(expr) {
            Expr::Const(c) => CellOwner::Const(*c),
            Expr::Var(v) | Expr::Next(v) => CellOwner::Var(*v),
            _ => return Err(GroundError::internal("neither a constant nor a variable")),
        };
        self.leaf_of(owner, next)
    }

    /// The same, by its owner.
    pub(super) fn leaf_of(&mut self, owner: CellOwner, next: bool) -> Result<Term> {
        if let Some(known) = self.leaves.get(&(owner, next)) {
            return Ok(known.clone());
        }
        let cells = self.cells;
        let tree = match owner {
            CellOwner::Const(c) => &cells.constant(c).1,
            CellOwner::Var(v) => &cells.variable(v).1,
        };
        let term = tree.try_map(&mut |id| {
            let cell = cells.get(id);
            if self.fold_givens && cell.given.is_none() && cell.scalar == Scalar::Int {
                return Err(self.unbounded(id));
            }
            self.spend(1, 0)?;
            Ok(self.cell_node(id, next))
        })?;
        self.leaves.insert((owner, next), term.clone());
        Ok(term)
    }

    /// The node of one cell.
    pub(crate) fn cell_node(&mut self, id: CellId, next: bool) -> NodeId {
        let cell = self.cells.get(id);
        match cell.given.filter(|_| self.fold_givens) {
            Some(value) if cell.is_boolean() => self.dag.bool(value != 0),
            Some(value) => self.dag.int(value),
            None if next => self.dag.next(id, cell.bounds, cell.is_boolean()),
            None => self.dag.cell(id, cell.bounds, cell.is_boolean()),
        }
    }

    fn unbounded(&self, id: CellId) -> GroundError {
        let cell = self.cells.get(id);
        let mut name = match cell.owner {
            CellOwner::Const(c) => self.system.constant(c).name.clone(),
            CellOwner::Var(v) => self.system.variable(v).name.clone(),
        };
        for place in cell.path.iter() {
            if let Place::Key(key) = place {
                name = format!("{name}[{}]", key.display(self.system));
            }
        }
        GroundError::new(format!(
            "`{name}` has type `int` and no given value; give it a value or a range"
        ))
    }

    // ---- formulas ----

    fn junction(&mut self, parts: &[ExprId], conjunction: bool) -> Result<NodeId> {
        let zero = self.dag.bool(!conjunction);
        let mut nodes = Vec::with_capacity(parts.len());
        for part in parts {
            let node = self.truth(*part)?;
            if node == zero {
                return Ok(zero);
            }
            nodes.push(node);
        }
        Ok(if conjunction {
            self.dag.and(nodes)
        } else {
            self.dag.or(nodes)
        })
    }

    fn quantified(&mut self, q: Quantifier, binder: BinderId, body: ExprId) -> Result<NodeId> {
        let decides = self.dag.bool(q == Quantifier::Exists);
        let domain = self.domain(self.system.arena.binder_info(binder).ty)?;
        let mut nodes = Vec::with_capacity(domain.len());
        for value in domain.iter() {
            let node = self.under(binder, *value, |this| this.truth(body))?;
            if node == decides {
                return Ok(decides);
            }
            nodes.push(node);
        }
        Ok(match q {
            Quantifier::Forall => self.dag.and(nodes),
            Quantifier::Exists => self.dag.or(nodes),
        })
    }

    /// Runs `f` with a binder bound.
    pub(super) fn under<T>(
        &mut self,
        binder: BinderId,
        value: Binding,
        f: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        let before = self.bind(binder, value);
        let out = f(self);
        self.restore(binder, before);
        out
    }

    fn binary(
        &mut self,
        a: ExprId,
        b: ExprId,
        make: fn(&mut Dag, NodeId, NodeId) -> NodeId,
    ) -> Result<NodeId> {
        let (a, b) = (self.scalar(a)?, self.scalar(b)?);
        Ok(make(&mut self.dag, a, b))
    }

    fn equal(&mut self, a: ExprId, b: ExprId) -> Result<NodeId> {
        let (a, b) = self.alike(a, b)?;
        Ok(self.dag.term_eq(&a, &b))
    }

    pub(super) fn ite(&mut self, c: ExprId, a: ExprId, b: ExprId, ty: TypeId) -> Result<Term> {
        match self.truth(c)? {
            Dag::TRUE => self.term_as(a, ty),
            Dag::FALSE => self.term_as(b, ty),
            c => {
                let (a, b) = (self.term_as(a, ty)?, self.term_as(b, ty)?);
                Ok(self.dag.term_ite(c, &a, &b))
            }
        }
    }
}

/// Number of parts of a term that are its own; deeper parts are counted where they are made.
fn width(term: &Term) -> usize {
    match term {
        Tree::Scalar(_) => 0,
        Tree::Set(parts) => parts.len(),
        Tree::Map(parts) | Tree::Tuple(parts) => parts.len(),
        Tree::Option(..) => 1,
    }
}

/// The binders free in each expression of a system.
fn free_binders(system: &System) -> Vec<Rc<[BinderId]>> {
    let none: Rc<[BinderId]> = Rc::new([]);
    let mut free: Vec<Rc<[BinderId]>> = Vec::with_capacity(system.arena.expr_count());
    for index in 0..system.arena.expr_count() {
        let expr = system.arena.expr(ExprId::new(index));
        let mut own: Vec<BinderId> = match expr {
            Expr::Bound(b) => vec![*b],
            _ => Vec::new(),
        };
        expr.for_each_child(|c| own.extend_from_slice(&free[c.index()]));
        own.sort_unstable();
        own.dedup();
        if let Some(bound) = expr.binder() {
            own.retain(|b| *b != bound);
        }
        free.push(if own.is_empty() { none.clone() } else { own.into() });
    }
    free
}
