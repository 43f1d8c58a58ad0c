//! Why a system cannot be grounded.

use std::fmt;

use transition_system::value::DomainError;
use transition_system::{Stop, System, Type, TypeId};

use super::dag::Fault;

/// Why a system cannot be grounded: what is in the way, and what to do about it, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroundError(String);

impl GroundError {
    /// With this message.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    pub(crate) fn internal(what: &str) -> Self {
        Self(format!("internal error: {what}"))
    }

    pub(crate) fn domain(system: &System, ty: TypeId, error: &DomainError) -> Self {
        Self(match error {
            DomainError::Unbounded => {
                "the values of `int` cannot be listed; give the variable or parameter a range such as `0..10`"
                    .to_owned()
            }
            DomainError::NoSize(sort) => format!(
                "sort `{}` has no size here; give one, as in `for {} = 3`",
                system.sort(*sort).name,
                system.sort(*sort).name
            ),
            DomainError::TooLarge { limit } => format!(
                "{} has more than {limit} values, too many to look at one by one; make its sorts or ranges smaller",
                described(system, ty)
            ),
        })
    }

    pub(crate) fn fault(fault: Fault) -> Self {
        Self(match fault {
            Fault::TooLarge(limit) => format!(
                "written out for this scope, the system has more than {limit} parts; use smaller sorts, or prove the property for any size"
            ),
            Fault::Overflow => {
                "integer arithmetic here may leave 64 bits; give the variables smaller ranges".to_owned()
            }
        })
    }
}

fn described(system: &System, ty: TypeId) -> &'static str {
    match system.arena.type_of_id(ty) {
        Type::Bool | Type::Int | Type::Range { .. } => "a range",
        Type::Enum(_) => "an enumeration",
        Type::Sort(_) => "a sort",
        Type::Option(_) => "an option type",
        Type::Set(_) => "a type of sets",
        Type::Map(..) => "a type of maps",
        Type::Tuple(_) => "a type of tuples",
    }
}

impl fmt::Display for GroundError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for GroundError {}

impl From<GroundError> for Stop {
    fn from(error: GroundError) -> Self {
        Stop::Unsupported(error.0)
    }
}
