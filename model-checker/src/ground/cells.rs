//! Cells: the scalar parts of all constants and variables of a system in a scope.

use std::sync::Arc;

use transition_system::eval::{Bindings, Context, Evaluator};
use transition_system::{ConstId, ExprId, Scope, State, System, Type, Value, VarId};

use super::dag::CellId;
use super::error::GroundError;
use super::shape::{Scalar, Shape, Tree};
use crate::budget::Budget;

/// Bounds assumed of an integer cell without bounds where its value is left open.
const OPEN: i64 = 1 << 40;

/// Whose part a cell is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum CellOwner {
    /// A constant's.
    Const(ConstId),
    /// A variable's.
    Var(VarId),
}

/// One step from a value to a part of it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Place {
    /// The value at a key of a map.
    Key(Value),
    /// Whether this is an element of a set.
    Member(Value),
    /// A component of a tuple.
    Component(u32),
    /// Whether an option of a composite type has a value.
    IsSome,
    /// The value of an option of a composite type.
    Payload,
}

/// A scalar part of a constant or variable.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cell {
    /// Whose part.
    pub owner: CellOwner,
    /// Which part.
    pub path: Arc<[Place]>,
    /// What its values stand for.
    pub scalar: Scalar,
    /// Least and greatest value.
    pub bounds: (i64, i64),
    /// What an instance says of it.
    pub given: Option<i64>,
}

impl Cell {
    /// Whether it is a truth value.
    #[must_use]
    pub fn is_boolean(&self) -> bool {
        self.scalar == Scalar::Bool
    }

    /// Whether it is part of a constant.
    #[must_use]
    pub fn is_constant(&self) -> bool {
        matches!(self.owner, CellOwner::Const(_))
    }

    /// The value with this code.
    #[must_use]
    pub fn decode(&self, code: i64) -> Value {
        self.scalar.decode(code)
    }
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Cells {
    table: Vec<Cell>,
    consts: Vec<(Shape, Tree<CellId>)>,
    vars: Vec<(Shape, Tree<CellId>)>,
    contradiction: bool,
    /// Bytes of the table.
    bytes: u64,
}

impl Cells {
    /// The cells of a system in a scope, with what its instance says of constants.
    ///
    /// # Errors
    /// [`GroundError`] where a type has no finite shape, or the budget is spent.
    pub fn new(system: &System, scope: &Scope, budget: &Budget<'_>) -> Result<Self, GroundError> {
        let mut cells = Self {
            bytes: 0,
            table: Vec::new(),
            consts: Vec::new(),
            vars: Vec::new(),
            contradiction: false,
        };
        for (id, constant) in system.constant_ids().zip(&system.constants) {
            let shape = Shape::of(system, scope, constant.ty)?;
            let tree = cells.allocate(budget, CellOwner::Const(id), &mut Vec::new(), &shape)?;
            cells.consts.push((shape, tree));
        }
        for (id, variable) in system.variable_ids().zip(&system.variables) {
            let shape = Shape::of(system, scope, variable.ty)?;
            let tree = cells
                .allocate(budget, CellOwner::Var(id), &mut Vec::new(), &shape)
                .map_err(|e| match e {
                    GroundError::Unsupported(why) => {
                        GroundError::new(format!("variable `{}`: {why}", variable.name))
                    }
                    GroundError::Stopped(..) => e,
                })?;
            cells.vars.push((shape, tree));
        }
        cells.apply_givens(system, scope)?;
        Ok(cells)
    }

    /// All cells; the position is the id.
    #[must_use]
    pub fn table(&self) -> &[Cell] {
        &self.table
    }

    /// The cell with this id.
    ///
    /// # Panics
    /// If the id is of another table.
    #[must_use]
    pub fn get(&self, id: CellId) -> &Cell {
        &self.table[id.index()]
    }

    /// All ids.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = CellId> + use<> {
        (0..self.table.len()).map(CellId::new)
    }

    /// The cells of a constant, and its shape.
    #[must_use]
    pub fn constant(&self, id: ConstId) -> &(Shape, Tree<CellId>) {
        &self.consts[id.index()]
    }

    /// The cells of a variable, and its shape.
    #[must_use]
    pub fn variable(&self, id: VarId) -> &(Shape, Tree<CellId>) {
        &self.vars[id.index()]
    }

    /// Says the value of a cell as an instance does.
    pub(super) fn give(&mut self, id: CellId, value: i64) {
        self.table[id.index()].given = Some(value);
    }

    /// About how many bytes the table takes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Whether an instance says two different things of one place.
    #[must_use]
    pub fn contradiction(&self) -> bool {
        self.contradiction
    }

    /// The state in which each cell has the value at its position.
    #[must_use]
    pub fn state(&self, values: &[i64]) -> State {
        let side = |owners: &[(Shape, Tree<CellId>)]| {
            owners
                .iter()
                .map(|(shape, tree)| shape.decode(&tree.map(&mut |c| values[c.index()])))
                .collect()
        };
        State {
            constants: side(&self.consts),
            variables: side(&self.vars),
        }
    }

    /// The values of all cells in a state.
    ///
    /// # Errors
    /// [`GroundError`] if the state does not fit the declarations.
    pub fn values(&self, state: &State) -> Result<Vec<i64>, GroundError> {
        let mut values = vec![0; self.table.len()];
        let owners = self.consts.iter().zip(&state.constants);
        for ((shape, tree), value) in owners.chain(self.vars.iter().zip(&state.variables)) {
            zip(tree, &shape.encode(value)?, &mut |cell, value| {
                values[cell.index()] = value
            });
        }
        Ok(values)
    }

    fn allocate(
        &mut self,
        budget: &Budget<'_>,
        owner: CellOwner,
        path: &mut Vec<Place>,
        shape: &Shape,
    ) -> Result<Tree<CellId>, GroundError> {
        Ok(match shape {
            Shape::Scalar(scalar) => Tree::Scalar(self.push(budget, owner, path, scalar)?),
            Shape::Set(items, _) => {
                let mut ids = Vec::with_capacity(items.len());
                for item in items.iter() {
                    path.push(Place::Member(item.clone()));
                    ids.push(self.push(budget, owner, path, &Scalar::Bool)?);
                    path.pop();
                }
                Tree::Set(ids.into())
            }
            Shape::Map(keys, _, inner) => {
                let mut parts = Vec::with_capacity(keys.len());
                for key in keys.iter() {
                    parts.push(self.part(budget, owner, path, Place::Key(key.clone()), inner)?);
                }
                Tree::Map(parts.into())
            }
            Shape::Tuple(shapes) => {
                let mut parts = Vec::with_capacity(shapes.len());
                for (i, inner) in shapes.iter().enumerate() {
                    parts.push(self.part(budget, owner, path, Place::Component(i as u32), inner)?);
                }
                Tree::Tuple(parts.into())
            }
            Shape::Option(inner) => {
                path.push(Place::IsSome);
                let flag = self.push(budget, owner, path, &Scalar::Bool)?;
                path.pop();
                Tree::Option(
                    flag,
                    Arc::new(self.part(budget, owner, path, Place::Payload, inner)?),
                )
            }
        })
    }

    fn part(
        &mut self,
        budget: &Budget<'_>,
        owner: CellOwner,
        path: &mut Vec<Place>,
        place: Place,
        shape: &Shape,
    ) -> Result<Tree<CellId>, GroundError> {
        path.push(place);
        let tree = self.allocate(budget, owner, path, shape);
        path.pop();
        tree
    }

    fn push(
        &mut self,
        budget: &Budget<'_>,
        owner: CellOwner,
        path: &[Place],
        scalar: &Scalar,
    ) -> Result<CellId, GroundError> {
        let bounds = match (scalar.bounds(), owner) {
            (Some((lo, hi)), _) if hi.checked_sub(lo).is_some_and(|d| d < i64::MAX / 2) => (lo, hi),
            (Some(_), _) => {
                return Err(GroundError::new(
                    "a range of integers is too wide; make it smaller",
                ));
            }
            (None, CellOwner::Const(_)) => (-OPEN, OPEN),
            (None, CellOwner::Var(_)) => {
                return Err(GroundError::new(
                    "its values are not bounded, so its states cannot be visited; give it a range such as `0..10`",
                ));
            }
        };
        self.bytes += (size_of::<Cell>() + size_of_val(path)) as u64;
        budget
            .tick(8, self.bytes)
            .map_err(|stop| GroundError::at(stop, "constants and variables", self.table.len()))?;
        self.table.push(Cell {
            owner,
            path: path.into(),
            scalar: scalar.clone(),
            bounds,
            given: None,
        });
        if self.table.len() > 1 << 24 {
            return Err(GroundError::new(
                "it has too many parts; use smaller sorts or ranges",
            ));
        }
        Ok(CellId::new(self.table.len() - 1))
    }

    fn apply_givens(&mut self, system: &System, scope: &Scope) -> Result<(), GroundError> {
        for given in &system.givens {
            let Some(value) = given.value else { continue };
            let (mut shape, mut tree) = self.consts[given.constant.index()].clone();
            for index in &given.indices {
                let key = literal(system, scope, *index)?;
                let place = match (&shape, &tree) {
                    (Shape::Map(keys, _, inner), Tree::Map(parts)) => keys
                        .binary_search(&key)
                        .ok()
                        .map(|i| (inner.as_ref().clone(), parts[i].clone())),
                    (_, _) => None,
                };
                (shape, tree) = place.ok_or_else(|| {
                    let name = &system.constant(given.constant).name;
                    GroundError::new(format!(
                        "`{name}` has no place with key `{}`, in {}",
                        key.display(system),
                        given.origin
                    ))
                })?;
            }
            let value = shape.encode(&literal(system, scope, value)?)?;
            zip(&tree, &value, &mut |cell, value| {
                let cell = &mut self.table[cell.index()];
                self.contradiction |= cell.given.is_some_and(|v| v != value);
                cell.given = Some(value);
                if cell.scalar == Scalar::Int {
                    cell.bounds = (cell.bounds.0.min(value), cell.bounds.1.max(value));
                }
            });
        }
        Ok(())
    }

    /// An expression whose value is that of the cell, and the conditions under which it is defined; `None`
    /// where the system has no name for a key.
    pub(crate) fn expression(&self, system: &mut System, id: CellId) -> Option<(ExprId, Vec<ExprId>)> {
        let cell = self.get(id);
        let mut at = match cell.owner {
            CellOwner::Const(c) => system.arena.constant(c, system.constants[c.index()].ty),
            CellOwner::Var(v) => system.arena.var(v, system.variables[v.index()].ty),
        };
        let mut conditions = Vec::new();
        for place in cell.path.iter() {
            let ty = system.arena.type_of(at).clone();
            at = match (place, ty) {
                (Place::Key(key), Type::Map(k, _)) => {
                    let key = literal_of(system, key, k)?;
                    system.arena.apply(at, key)
                }
                (Place::Member(item), Type::Set(t)) => {
                    let item = literal_of(system, item, t)?;
                    system.arena.member(item, at)
                }
                (Place::Component(i), _) => system.arena.proj(at, *i),
                (Place::IsSome, _) => system.arena.is_some(at),
                (Place::Payload, _) => {
                    conditions.push(system.arena.is_some(at));
                    system.arena.unwrap_some(at)
                }
                (_, _) => return None,
            };
        }
        Some((at, conditions))
    }
}

/// Calls `f` on each pair of leaves of two trees of one shape.
pub(crate) fn zip<T: Copy, U: Copy>(a: &Tree<T>, b: &Tree<U>, f: &mut dyn FnMut(T, U)) {
    match (a, b) {
        (Tree::Scalar(x), Tree::Scalar(y)) => f(*x, *y),
        (Tree::Set(xs), Tree::Set(ys)) => xs.iter().zip(ys.iter()).for_each(|(x, y)| f(*x, *y)),
        (Tree::Map(xs), Tree::Map(ys)) | (Tree::Tuple(xs), Tree::Tuple(ys)) => {
            xs.iter().zip(ys.iter()).for_each(|(x, y)| zip(x, y, f));
        }
        (Tree::Option(p, x), Tree::Option(q, y)) => {
            f(*p, *q);
            zip(x, y, f);
        }
        (_, _) => debug_assert!(false, "trees of different shapes"),
    }
}

fn literal(system: &System, scope: &Scope, expr: ExprId) -> Result<Value, GroundError> {
    let nowhere = State {
        constants: Vec::new(),
        variables: Vec::new(),
    };
    let at = Context {
        state: &nowhere,
        next: None,
    };
    Evaluator::new(system, scope)
        .value(expr, at, &mut Bindings::new())
        .map_err(|_| GroundError::internal("what an instance gives is not a literal"))
}

/// A literal of type `ty` with this value; `None` where it holds an element without a name.
pub(crate) fn literal_of(
    system: &mut System,
    value: &Value,
    ty: transition_system::TypeId,
) -> Option<ExprId> {
    let of = system.arena.type_of_id(ty).clone();
    Some(match (value, of) {
        (Value::Bool(b), _) => system.arena.bool(*b),
        (Value::Int(n), _) => system.arena.int(*n),
        (Value::Enumerator(e, i), _) => system.arena.enumerator(*e, *i),
        (Value::Element(s, i), _) => {
            system.sorts[s.index()].elements.get(*i as usize)?;
            system.arena.element(*s, *i)
        }
        (Value::None, _) => system.arena.none(ty),
        (Value::Some(v), Type::Option(inner)) => {
            let inner = literal_of(system, v, inner)?;
            system.arena.some(inner, Some(ty))
        }
        (Value::Set(items), Type::Set(elem)) => {
            let items: Option<Vec<_>> = items.iter().map(|v| literal_of(system, v, elem)).collect();
            system.arena.set_lit(elem, items?)
        }
        (Value::Tuple(items), Type::Tuple(types)) => {
            let items: Option<Vec<_>> = items
                .iter()
                .zip(types)
                .map(|(v, t)| literal_of(system, v, t))
                .collect();
            system.arena.tuple(items?, Some(ty))
        }
        (_, _) => return None,
    })
}
