//! The declarations of the theory as written: who may write what, what is mediated, what is secret and who sees
//! what, and how resources are shared.

use super::ast::{Binder, Def, Expr, Name, Param, Path, Type};
use crate::source::Span;

#[derive(Clone, Debug)]
pub(crate) enum Theory {
    Integrity(Integrity),
    Mediate(Box<Mediate>),
    Secret(Secret),
    Observer(Observer),
    Noninterference(Box<Noninterference>),
    Resource(Box<Resource>),
}

/// `x`, `m[k]`: a place with a name for each key, which stands for every key.
#[derive(Clone, Debug)]
pub(crate) struct Guarded {
    pub(crate) path: Path,
    pub(crate) keys: Vec<Name>,
    pub(crate) span: Span,
}

/// `integrity n { ... }`
#[derive(Clone, Debug)]
pub(crate) struct Integrity {
    pub(crate) name: Name,
    pub(crate) rules: Vec<WriteRule>,
    /// Events that may write though nobody is named who acts.
    pub(crate) system: Vec<Path>,
}

/// `writes(x[k]) by a only if g`
#[derive(Clone, Debug)]
pub(crate) struct WriteRule {
    pub(crate) places: Vec<Guarded>,
    pub(crate) actor: Option<(Name, Option<Type>)>,
    pub(crate) condition: Expr,
    pub(crate) span: Span,
}

/// `mediate P(x: T) guards m[x] { case c => Deny by K; default => Allow by K }`
#[derive(Clone, Debug)]
pub(crate) struct Mediate {
    /// The definition that decides; its result is the enumeration of decisions.
    pub(crate) decide: Def,
    /// The definition that says which component decides.
    pub(crate) by: Option<DecidedBy>,
    pub(crate) guards: Vec<Guarded>,
    pub(crate) system: Vec<Path>,
    /// The enumeration of decisions, which the language brings along.
    pub(crate) decision: Name,
    pub(crate) decisions: Vec<Name>,
    /// The name of the property that nothing happens around it.
    pub(crate) complete: Name,
}

#[derive(Clone, Debug)]
pub(crate) struct DecidedBy {
    /// Its result type as written means nothing: it is that of the components.
    pub(crate) def: Def,
    /// The components in the order of the cases.
    pub(crate) components: Vec<Path>,
}

/// `via P(a, b)`, or `via P(a, b) is Allow, Virtualize`
#[derive(Clone, Debug)]
pub(crate) struct Via {
    pub(crate) mediator: Path,
    pub(crate) args: Vec<Expr>,
    /// Empty for `Allow`.
    pub(crate) decisions: Vec<Name>,
    pub(crate) span: Span,
}

/// `secret x[k] of o`
#[derive(Clone, Debug)]
pub(crate) struct Secret {
    pub(crate) places: Vec<Guarded>,
    pub(crate) owner: Expr,
}

/// `observer n(p: T) { e for x in S; e }`
#[derive(Clone, Debug)]
pub(crate) struct Observer {
    pub(crate) name: Name,
    pub(crate) params: Vec<Param>,
    pub(crate) items: Vec<Seen>,
}

#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) value: Expr,
    pub(crate) binders: Vec<Binder>,
    pub(crate) span: Span,
}

/// `noninterference n { from i: T to j: U where c by o; lemma l { ... } }`
#[derive(Clone, Debug)]
pub(crate) struct Noninterference {
    pub(crate) name: Name,
    pub(crate) from: Param,
    pub(crate) to: Param,
    pub(crate) condition: Option<Expr>,
    /// Only what is secret differs, not what is done.
    pub(crate) secrets_only: bool,
    /// Empty for every observer of the type of `to`.
    pub(crate) observers: Vec<Path>,
    pub(crate) lemmas: Vec<Lemma>,
}

#[derive(Clone, Debug)]
pub(crate) struct Lemma {
    pub(crate) name: Name,
    pub(crate) formulas: Vec<Expr>,
    pub(crate) head: Span,
}

/// `resource n(c: T) = e { hard }`, `... { soft limit l total t }`
#[derive(Clone, Debug)]
pub(crate) struct Resource {
    pub(crate) name: Name,
    pub(crate) param: Param,
    pub(crate) value: Expr,
    pub(crate) hard: bool,
    pub(crate) limit: Option<Expr>,
    pub(crate) total: Option<Expr>,
    /// Names of the properties: `n.disjoint`, `n.limited`, `n.total`.
    pub(crate) disjoint: Name,
    pub(crate) limited: Name,
    pub(crate) summed: Name,
}
