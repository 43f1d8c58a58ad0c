//! Values as the symbolic engine sees them: a value of any type as first-order terms.
//!
//! Base values are terms, options and tuples are taken apart, and sets and maps are *functions* that are only
//! ever applied to a key: a declared symbol with arguments, the closure of a comprehension, a changed
//! map. So a set or map is treated by its extension and no theory of arrays or sets is needed. Values
//! are interned: equal values have equal ids.

use transition_system::{BinderId, ExprId, TypeId};

use super::term::TermId;

/// A value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) struct ValId(pub(super) u32);

/// Something declared: a constant, a variable at one time, a parameter.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) struct PlaceId(pub(super) u32);

/// Values of binders.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) struct EnvId(pub(super) u32);

/// Values of variables, now and after.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) struct FrameId(pub(super) u32);

/// An operation on two sets.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum SetOp {
    Union,
    Inter,
    Diff,
}

/// One value. The forms after [`Val::Tuple`] are functions: sets (to a truth value) and maps.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Val {
    /// A truth value, integer or element.
    Leaf(TermId),
    /// Whether there is a value, and the value (any, where there is none).
    Option(TermId, ValId),
    Tuple(Vec<ValId>),
    /// A function part of something declared: where in it, its type, and the keys so far.
    Place {
        place: PlaceId,
        path: String,
        ty: TypeId,
        args: Vec<TermId>,
    },
    /// A comprehension or a map by rule.
    Closure {
        binder: BinderId,
        body: ExprId,
        env: EnvId,
        frame: FrameId,
    },
    /// A map with one key changed; the type is that of keys.
    Store {
        map: ValId,
        key: ValId,
        value: ValId,
        key_ty: TypeId,
    },
    /// One of two functions.
    Choice(TermId, ValId, ValId),
    /// A set by its elements, and their type.
    Items(TypeId, Vec<ValId>),
    Set(SetOp, ValId, ValId),
    /// A set by what can be in it, each under its condition, and their type.
    Members(TypeId, Vec<(ValId, TermId)>),
    /// Some fixed value of a function type: what stands where the language has no value.
    Junk(TypeId),
}
