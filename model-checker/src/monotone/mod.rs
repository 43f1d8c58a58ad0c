//! Monotone systems: events that only add are fired as a fixpoint instead of being interleaved.
//!
//! A truth cell is *growing* if no event makes it false, and every guard, update and the violation itself can only
//! become true by more growing cells. Then all events that can ever happen can happen in one run, the union of
//! their effects is the greatest reachable state, and a property fails somewhere if and only if it fails
//! there: 40 independent events cost 40 steps instead of 2^40 states. This is the delete relaxation of planning
//! (Bonet and Geffner, "Planning as heuristic search", Artificial Intelligence 129, 2001), exact here because
//! nothing is deleted.
//!
//! Takes a system in a scope and an invariant; gives [`Decision`]: a proof, whose invariant is the complement
//! of the fixpoint; or an attack with a shortest run (`shortest`), what it rests on (`blame`) and which unknown
//! constants it needs; or [`Ineligible`], and then another engine must answer. Constants that are not given are taken
//! both ways: by the value that helps a violation where they occur with one polarity, one by one otherwise.
//!
//! Truth constants stay symbolic in the ground system, so that [`Case::decide`] can be asked again with some of
//! them changed, at the price of one more fixpoint.

mod attack;
mod blame;
mod case;
pub mod derivation;
mod fixpoint;
mod proof;
mod shortest;

use std::fmt;

use transition_system::{ConstId, Expr, Proof, PropertyId, Scope, Stop, System, Value, Violation};

use crate::budget::Budget;
use crate::explicit::ConstCell;
use crate::ground::{CellId, CellOwner, Cells, Ground, GroundError, NODE_LIMIT, Place};

pub use case::Case;

/// Why a property is not decided here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ineligible {
    /// The system is not monotone for it, in words: another engine must answer.
    Unfit(String),
    /// The budget is spent, and no other engine has more; how far it went, in words.
    Stopped(Stop, String),
}

impl Ineligible {
    /// With this reason.
    fn new(why: impl Into<String>) -> Self {
        Self::Unfit(why.into())
    }
}

impl fmt::Display for Ineligible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unfit(why) => f.write_str(why),
            Self::Stopped(_, covered) => f.write_str(covered),
        }
    }
}

impl From<GroundError> for Ineligible {
    fn from(e: GroundError) -> Self {
        match e {
            GroundError::Unsupported(why) => Self::Unfit(why),
            GroundError::Stopped(stop, covered) => Self::Stopped(stop, covered),
        }
    }
}

impl From<Stop> for Ineligible {
    fn from(stop: Stop) -> Self {
        let covered = "stopped while events were fired together; no violation is known by then";
        Self::Stopped(stop, covered.to_owned())
    }
}

/// The answer for one property.
#[derive(Clone, Debug)]
pub enum Decision {
    /// It holds whatever the unknown constants are.
    Proved(Box<Proof>),
    /// It fails for some values of the unknown constants, or for all.
    Violated(Box<Attack>),
}

/// A violation with what it rests on.
#[derive(Clone, Debug)]
pub struct Attack {
    /// The run, not yet replayed.
    pub violation: Violation,
    /// Whether it fails for every value of the unknown constants.
    pub unconditional: bool,
    /// Unknown constants on which this run relies, with the values it needs.
    pub assumed: Vec<ConstCell>,
    /// For each step: the given constants on which it rests, none of which can be left out.
    pub steps: Vec<Vec<ConstCell>>,
    /// The given constants on which the violation itself rests.
    pub end: Vec<ConstCell>,
}

/// A ground system whose truth constants are symbolic, with what the instance gives of them aside.
#[derive(Debug)]
pub struct Monotone<'a> {
    /// The system as it is, for the proof.
    full: &'a System,
    pub(crate) ground: Ground<'a>,
    /// What the instance gives of each cell.
    given: Vec<Option<i64>>,
    budget: Budget<'a>,
}

/// The system without what its instance gives of truth values and sets; to be kept beside the system and given to
/// [`Monotone::new`].
#[must_use]
pub fn without_truths(system: &System) -> System {
    let mut open = system.clone();
    open.givens.retain(|g| {
        let truth = g
            .value
            .is_some_and(|v| matches!(system.arena.expr(v), Expr::Bool(_) | Expr::SetLit(..)));
        !truth
    });
    open
}

impl<'a> Monotone<'a> {
    /// Grounds `open` (see [`without_truths`]) for these properties.
    ///
    /// # Errors
    /// [`Ineligible`] where it cannot be grounded within the budget, which holds for what is asked later, too.
    pub fn new(
        full: &'a System,
        open: &'a System,
        scope: &'a Scope,
        properties: &[PropertyId],
        budget: &Budget<'a>,
    ) -> Result<Self, Ineligible> {
        let cells = Cells::new(full, scope, budget)?;
        if cells.contradiction() {
            return Err(Ineligible::new(
                "the instance says two different things of one constant",
            ));
        }
        let given = cells.table().iter().map(|c| c.given).collect();
        let ground = Ground::new(open, scope, properties, NODE_LIMIT, budget)?;
        Ok(Self {
            full,
            ground,
            given,
            budget: budget.clone(),
        })
    }

    /// What is needed to decide one property, again and again.
    ///
    /// # Errors
    /// [`Ineligible`] with the reason.
    pub fn case(&self, property: PropertyId) -> Result<Case<'_>, Ineligible> {
        Case::new(self, property)
    }

    /// The cell of a constant at these keys, if there is one.
    #[must_use]
    pub fn cell(&self, constant: ConstId, path: &[Value]) -> Option<CellId> {
        let same = |cell: &crate::ground::Cell| {
            cell.owner == CellOwner::Const(constant)
                && cell.path.len() == path.len()
                && cell
                    .path
                    .iter()
                    .zip(path)
                    .all(|(place, value)| key_of(place).as_ref() == Some(value))
        };
        self.ground
            .cells
            .ids()
            .find(|id| same(self.ground.cells.get(*id)))
    }

    fn const_cell(&self, cell: CellId, value: i64) -> Option<ConstCell> {
        let info = self.ground.cells.get(cell);
        match info.owner {
            CellOwner::Const(constant) => Some(ConstCell {
                constant,
                path: info.path.iter().filter_map(key_of).collect(),
                value: info.decode(value),
            }),
            CellOwner::Var(_) => None,
        }
    }
}

fn key_of(place: &Place) -> Option<Value> {
    match place {
        Place::Key(v) | Place::Member(v) => Some(v.clone()),
        Place::Component(i) => Some(Value::Int(i64::from(*i))),
        Place::IsSome | Place::Payload => None,
    }
}
