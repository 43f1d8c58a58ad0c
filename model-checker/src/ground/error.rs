//! Why a system cannot be grounded.

use std::fmt;

use transition_system::value::DomainError;
use transition_system::{Stop, System, Type, TypeId};

use super::dag::Fault;

/// Why a system cannot be grounded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroundError {
    /// What is in the way, and what to do about it, in words.
    Unsupported(String),
    /// The budget is spent; how far it went, in words.
    Stopped(Stop, String),
}

impl GroundError {
    /// With this message.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self::Unsupported(message.into())
    }

    /// The stop and how far it went, if the budget was spent.
    #[must_use]
    pub fn stopped(&self) -> Option<(&Stop, &str)> {
        match self {
            Self::Unsupported(_) => None,
            Self::Stopped(stop, covered) => Some((stop, covered)),
        }
    }

    /// Stopped while something was written out, with this many parts made.
    pub(crate) fn at(stop: Stop, what: &str, parts: usize) -> Self {
        let covered = format!(
            "stopped while {what} were written out for this scope, after {parts} parts; nothing was searched"
        );
        Self::Stopped(stop, covered)
    }

    pub(crate) fn internal(what: &str) -> Self {
        Self::Unsupported(format!("internal error: {what}"))
    }

    pub(crate) fn domain(system: &System, ty: TypeId, error: &DomainError) -> Self {
        Self::Unsupported(match error {
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
        Self::Unsupported(match fault {
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
        match self {
            Self::Unsupported(why) => f.write_str(why),
            Self::Stopped(_, covered) => f.write_str(covered),
        }
    }
}

impl std::error::Error for GroundError {}

impl From<GroundError> for Stop {
    fn from(error: GroundError) -> Self {
        match error {
            GroundError::Unsupported(why) => Stop::Unsupported(why),
            GroundError::Stopped(stop, _) => stop,
        }
    }
}
