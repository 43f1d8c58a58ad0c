//! Parameters of modules, components, and the systems that are composed of them, as written.

use super::{Expr, File, Name, Param, Path, Type};
use crate::source::Span;

/// `component C(x: T) { ... }`
#[derive(Clone, Debug)]
pub(crate) struct Component {
    pub(crate) name: Name,
    pub(crate) params: Vec<Param>,
    pub(crate) body: File,
}

/// `system S(x: T) = A || B { ... }`
#[derive(Clone, Debug)]
pub(crate) struct SystemDecl {
    pub(crate) name: Name,
    pub(crate) params: Vec<Param>,
    pub(crate) composition: Composition,
    /// What is said of the system as a whole.
    pub(crate) body: File,
}

/// `A || B || C`, at least one part.
#[derive(Clone, Debug)]
pub(crate) struct Composition {
    pub(crate) parts: Vec<Part>,
}

/// One side of `||`, with what stands behind it.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) kind: PartKind,
    pub(crate) alias: Option<Name>,
    /// `for c: T`: one for each `c`.
    pub(crate) family: Vec<Param>,
    /// In the order written.
    pub(crate) changes: Vec<Relabel>,
    pub(crate) span: Span,
}

#[derive(Clone, Debug)]
pub(crate) enum PartKind {
    /// A component or system with its arguments.
    Of { path: Path, args: Vec<Expr> },
    /// `( ... )`
    Group(Composition),
}

/// What is done to the events of a part.
#[derive(Clone, Debug)]
pub(crate) enum Relabel {
    Hiding(Vec<Name>),
    /// From, to.
    Renaming(Vec<(Name, Name)>),
}

/// `module a::b(sort S, const n: T)`
#[derive(Clone, Debug)]
pub(crate) struct Header {
    pub(crate) path: Path,
    pub(crate) params: Vec<ModuleParam>,
}

/// A parameter of a module: a sort, or a constant of this type.
#[derive(Clone, Debug)]
pub(crate) struct ModuleParam {
    pub(crate) name: Name,
    pub(crate) ty: Option<Type>,
}

/// `S = T` or `n = e` behind a used module; a name is both until it is known what it is for.
#[derive(Clone, Debug)]
pub(crate) struct UseArg {
    pub(crate) name: Name,
    pub(crate) ty: Option<Type>,
    pub(crate) value: Option<Expr>,
}
