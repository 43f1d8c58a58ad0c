//! The size of a state space, before anything is searched.
//!
//! Takes a system and a scope; gives how many states the declarations allow (the product of the domains of the
//! variables), how many choices of constants, and how wide a packed state is.

use transition_system::value::sort_size;
use transition_system::{Scope, System, Type, TypeId};

use crate::budget::Budget;
use crate::explicit::layout::Layout;
use crate::ground::{Cells, GroundError};

/// A number of values that may be beyond all bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Size {
    /// As many.
    Finite {
        /// The number, where it is below 2^128.
        exact: Option<u128>,
        /// Its logarithm to the base 2.
        bits: f64,
    },
    /// Some part is an `int`.
    Unbounded,
}

/// See the module.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Space {
    /// Values of all variables together.
    pub states: Size,
    /// Choices of all constants that no instance gives, before assumptions.
    pub constants: Size,
    /// Bits of a packed state of the explicit engine, with the open constants.
    pub packed_bits: u32,
    /// Words of 64 bits that it takes.
    pub packed_words: usize,
}

/// The size of the state space of a system in a scope.
///
/// # Errors
/// [`GroundError`] where a sort has no size, or a state has too many parts.
pub fn space(system: &System, scope: &Scope) -> Result<Space, GroundError> {
    let mut states = Size::of(1);
    for variable in &system.variables {
        states = states.times(domain(system, scope, variable.ty)?);
    }
    let mut constants = Size::of(1);
    let given = |c| system.givens.iter().any(|g| g.constant == c && g.value.is_some());
    for (id, constant) in system.constant_ids().zip(&system.constants) {
        if !given(id) {
            constants = constants.times(domain(system, scope, constant.ty)?);
        }
    }
    if states == Size::Unbounded {
        return Ok(Space {
            states,
            constants,
            packed_bits: 0,
            packed_words: 0,
        });
    }
    let cells = Cells::new(system, scope, &Budget::default())?;
    let open = |c: &crate::ground::CellId| cells.get(*c).given.is_none();
    for id in cells.ids().filter(open) {
        let cell = cells.get(id);
        let of = match cell.owner {
            crate::ground::CellOwner::Const(c) => given(c),
            crate::ground::CellOwner::Var(_) => false,
        };
        if of {
            let (lo, hi) = cell.bounds;
            constants = constants.times(Size::of(u128::from(hi.abs_diff(lo)) + 1));
        }
    }
    let layout = Layout::new(&cells, cells.ids().filter(open));
    Ok(Space {
        states,
        constants,
        packed_bits: layout.bits(),
        packed_words: layout.words(),
    })
}

impl Size {
    fn of(n: u128) -> Self {
        Size::Finite {
            exact: Some(n),
            bits: (n as f64).log2(),
        }
    }

    fn times(self, other: Size) -> Self {
        match (self, other) {
            (Size::Finite { exact: a, bits: x }, Size::Finite { exact: b, bits: y }) => Size::Finite {
                exact: a.zip(b).and_then(|(a, b)| a.checked_mul(b)),
                bits: x + y,
            },
            (_, Size::Unbounded) | (Size::Unbounded, _) => Size::Unbounded,
        }
    }

    fn plus_one(self) -> Self {
        match self {
            Size::Finite { exact: Some(n), .. } if n < u128::MAX => Size::of(n + 1),
            Size::Finite { bits, .. } => Size::Finite { exact: None, bits },
            Size::Unbounded => Size::Unbounded,
        }
    }

    /// To the power of as many.
    fn power(self, exponent: Size) -> Self {
        let (Size::Finite { exact, bits }, Size::Finite { exact: many, bits: e }) = (self, exponent) else {
            return Size::Unbounded;
        };
        let power = |n: u128| exact.and_then(|b| b.checked_pow(u32::try_from(n).ok()?));
        Size::Finite {
            exact: many.and_then(power),
            bits: bits * many.map_or_else(|| e.exp2(), |n| n as f64),
        }
    }
}

fn domain(system: &System, scope: &Scope, ty: TypeId) -> Result<Size, GroundError> {
    let of = |t: &TypeId| domain(system, scope, *t);
    Ok(match system.arena.type_of_id(ty) {
        Type::Bool => Size::of(2),
        Type::Int => Size::Unbounded,
        Type::Range { lo, hi } => Size::of(u128::from(hi.abs_diff(*lo)) + 1),
        Type::Enum(e) => Size::of(system.enumeration(*e).enumerators.len() as u128),
        Type::Sort(s) => {
            let size = sort_size(system, scope, *s).map_err(|e| GroundError::domain(system, ty, &e))?;
            Size::of(u128::from(size))
        }
        Type::Option(inner) => of(inner)?.plus_one(),
        Type::Set(inner) => Size::of(2).power(of(inner)?),
        Type::Map(key, value) => of(value)?.power(of(key)?),
        Type::Tuple(parts) => {
            let mut out = Size::of(1);
            for part in parts {
                out = out.times(of(part)?);
            }
            out
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use transition_system::{Origin, Sort, Variable};

    fn system(types: &[fn(&mut System) -> TypeId]) -> System {
        let mut system = System::default();
        system.sorts.push(Sort {
            name: "S".to_owned(),
            elements: Vec::new(),
            origin: Origin::unknown(),
        });
        for (i, make) in types.iter().enumerate() {
            let ty = make(&mut system);
            let origin = Origin::unknown();
            system.variables.push(Variable {
                name: format!("x{i}"),
                ty,
                origin,
            });
        }
        system
    }

    fn sort(s: &mut System) -> TypeId {
        s.arena.ty(Type::Sort(transition_system::SortId::new(0)))
    }

    #[test]
    fn sizes_are_the_products_of_domains() {
        let system = system(&[
            |s| s.arena.ty(Type::Bool),
            |s| {
                let sort = sort(s);
                s.arena.ty(Type::Set(sort))
            },
            |s| {
                let (key, value) = (sort(s), s.arena.ty(Type::Range { lo: -1, hi: 3 }));
                s.arena.ty(Type::Map(key, value))
            },
            |s| {
                let inner = sort(s);
                s.arena.ty(Type::Option(inner))
            },
        ]);
        let scope = Scope::new().with(transition_system::SortId::new(0), 3);
        let space = space(&system, &scope).unwrap();
        let Size::Finite { exact, bits } = space.states else {
            panic!("finite")
        };
        assert_eq!(exact, Some(2 * 8 * 125 * 4));
        assert!((bits - 8000f64.log2()).abs() < 1e-9);
        assert_eq!((space.packed_bits, space.packed_words), (1 + 3 + 9 + 2, 1));
        assert!(super::space(&system, &Scope::new()).is_err());
    }

    #[test]
    fn what_has_no_bounds_or_no_exact_number_says_so() {
        let wide = system(&[|s| {
            let range = s.arena.ty(Type::Range { lo: 0, hi: 499 });
            s.arena.ty(Type::Set(range))
        }]);
        let found = space(&wide, &Scope::new()).unwrap().states;
        assert_eq!(
            found,
            Size::Finite {
                exact: None,
                bits: 500.0
            }
        );
        let open = system(&[|s| s.arena.ty(Type::Int)]);
        assert_eq!(space(&open, &Scope::new()).unwrap().states, Size::Unbounded);
    }
}
