//! The syntax tree: what was written, with spans, before names and types mean anything.
//!
//! Knows nothing of the parser. Chains of one associative operator (`a and b and c`) are one node, so the
//! depth of a tree is bounded by the builder whatever the length of the text.

use transition_system::{Fairness, FoldOp};

use super::theory::{Theory, Via};
use crate::source::Span;

mod structure;

pub(crate) use structure::{
    Component, Composition, Header, ModuleParam, Part, PartKind, Relabel, SystemDecl, UseArg,
};

/// An identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) text: String,
    pub(crate) span: Span,
}

/// `a::b::c`, at least one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Path {
    pub(crate) names: Vec<Name>,
    pub(crate) span: Span,
}

impl Path {
    /// The name as written, without spaces.
    pub(crate) fn text(&self) -> String {
        let parts: Vec<_> = self.names.iter().map(|n| n.text.as_str()).collect();
        parts.join("::")
    }

    /// `a.b`: the name of something that the declaration `a` brings along.
    pub(crate) fn dotted(&self, other: &Path) -> Path {
        let span = self.span.to(other.span);
        let mut names = self.names.clone();
        if let Some(last) = names.last_mut() {
            last.text = format!("{}.{}", last.text, other.text());
            last.span = span;
        }
        Path { names, span }
    }

    /// The name alone, if the path is one.
    pub(crate) fn single(&self) -> Option<&Name> {
        match self.names.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }
}

/// A file.
#[derive(Clone, Debug, Default)]
pub(crate) struct File {
    pub(crate) decls: Vec<Decl>,
    /// Names that broken declarations declared: using them is not reported again.
    pub(crate) broken: Vec<String>,
}

/// A declaration with its documentation.
#[derive(Clone, Debug)]
pub(crate) struct Decl {
    pub(crate) doc: String,
    /// The whole declaration.
    pub(crate) span: Span,
    /// Keyword and name, for messages.
    pub(crate) head: Span,
    /// `private` stands before it.
    pub(crate) private: bool,
    pub(crate) kind: DeclKind,
}

#[derive(Clone, Debug)]
pub(crate) enum DeclKind {
    Module(Header),
    Use {
        path: Path,
        args: Vec<UseArg>,
        alias: Option<Name>,
    },
    Sort(Vec<Name>),
    Enum {
        name: Name,
        members: Vec<Name>,
    },
    /// `type Name = T`
    Alias {
        name: Name,
        ty: Type,
    },
    Record {
        name: Name,
        fields: Vec<Param>,
    },
    Const {
        names: Vec<Name>,
        ty: Type,
        value: Option<Expr>,
    },
    Assume(Expr),
    Var {
        names: Vec<Name>,
        ty: Type,
    },
    Def(Def),
    Init(Vec<Expr>),
    Event(Event),
    Property {
        kind: PropertyKind,
        name: Name,
        formulas: Vec<Expr>,
    },
    Command(Command),
    Instance(Instance),
    Component(Component),
    System(SystemDecl),
    Theory(Theory),
}

#[derive(Clone, Debug)]
pub(crate) struct Def {
    pub(crate) name: Name,
    pub(crate) params: Vec<Param>,
    pub(crate) result: Type,
    pub(crate) body: Expr,
}

#[derive(Clone, Debug)]
pub(crate) struct Param {
    pub(crate) name: Name,
    pub(crate) ty: Type,
}

#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) name: Name,
    pub(crate) params: Vec<Param>,
    pub(crate) actor: Option<Expr>,
    /// The mediations that it goes through.
    pub(crate) via: Vec<Via>,
    pub(crate) body: Vec<Stmt>,
    pub(crate) fairness: Fairness,
    /// An input of the environment.
    pub(crate) input: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PropertyKind {
    Invariant,
    Witness,
    Transition,
    Temporal,
    /// What is claimed of the steps of each event, by `integrity` and `mediate`.
    Steps,
    /// What is claimed of two runs, by `noninterference` and its lemmas.
    TwoRuns,
}

#[derive(Clone, Debug)]
pub(crate) struct Command {
    pub(crate) prove: bool,
    pub(crate) targets: Vec<Target>,
    /// One for each `for`.
    pub(crate) scopes: Vec<Vec<(Path, u32)>>,
    pub(crate) using: Option<Vec<Target>>,
    pub(crate) method: Option<MethodName>,
    pub(crate) expect: Option<Name>,
}

/// `by bmc 12`
#[derive(Clone, Debug)]
pub(crate) struct MethodName {
    pub(crate) name: Name,
    pub(crate) bound: Option<i64>,
    pub(crate) span: Span,
}

/// `property`, `instance.property` or `system.component.property`.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) system: Option<Path>,
    /// Components between the system and the property, the outermost first.
    pub(crate) within: Vec<Path>,
    pub(crate) property: Path,
    pub(crate) span: Span,
}

#[derive(Clone, Debug)]
pub(crate) struct Instance {
    pub(crate) name: Name,
    pub(crate) of: Path,
    pub(crate) items: Vec<InstanceItem>,
}

#[derive(Clone, Debug)]
pub(crate) struct InstanceItem {
    pub(crate) span: Span,
    pub(crate) place: Place,
    pub(crate) kind: InstanceItemKind,
    /// What stands behind `//@` for the item as a whole.
    pub(crate) evidence: Vec<String>,
    /// Evidence of elements of the value, by position in its braces.
    pub(crate) element_evidence: Vec<(usize, Vec<String>)>,
}

#[derive(Clone, Debug)]
pub(crate) enum InstanceItemKind {
    Unknown,
    Is(Expr),
    Member { item: Expr, negated: bool },
}

/// `x`, `m[k]`, `m[k][l]`, `m[k].f[l]`.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) path: Path,
    pub(crate) indices: Vec<Expr>,
    /// From the first field on.
    pub(crate) rest: Vec<PlaceStep>,
    pub(crate) span: Span,
}

/// A step into a value.
#[derive(Clone, Debug)]
pub(crate) enum PlaceStep {
    Key(Box<Expr>),
    /// `.f`, or `.0` by its digits.
    Field(Name),
}

#[derive(Clone, Debug)]
pub(crate) struct Type {
    pub(crate) kind: TypeKind,
    pub(crate) span: Span,
}

#[derive(Clone, Debug)]
pub(crate) enum TypeKind {
    Bool,
    Int,
    Range(Bound, Bound),
    Name(Path),
    Option(Box<Type>),
    Set(Box<Type>),
    Map(Box<Type>, Box<Type>),
    Tuple(Vec<Type>),
    /// `seq[n] T`
    Seq(Bound, Box<Type>),
    /// `multiset[n] T`
    Multiset(Bound, Box<Type>),
}

/// A sum of constants: `-1`, `N - 1`, `2 * N`.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    pub(crate) first: BoundTerm,
    pub(crate) rest: Vec<(Arith, BoundTerm)>,
    pub(crate) span: Span,
}

#[derive(Clone, Debug)]
pub(crate) enum BoundTerm {
    Int(i64),
    Name { path: Path, negative: bool },
}

#[derive(Clone, Debug)]
pub(crate) struct Stmt {
    pub(crate) span: Span,
    pub(crate) kind: StmtKind,
}

#[derive(Clone, Debug)]
pub(crate) enum StmtKind {
    When(Expr),
    Choose {
        binder: Binder,
        condition: Option<Expr>,
    },
    If {
        condition: Expr,
        then: Vec<Stmt>,
        otherwise: Vec<Stmt>,
    },
    Assign {
        place: Place,
        op: AssignOp,
        value: Expr,
    },
    Either(Vec<Alternative>),
}

/// One block of `either`.
#[derive(Clone, Debug)]
pub(crate) struct Alternative {
    pub(crate) fairness: Fairness,
    pub(crate) name: Name,
    pub(crate) body: Vec<Stmt>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AssignOp {
    Set,
    Add,
    Remove,
}

/// `x, y: T` or `x, y in S`.
#[derive(Clone, Debug)]
pub(crate) struct Binder {
    pub(crate) names: Vec<Name>,
    pub(crate) domain: Domain,
}

#[derive(Clone, Debug)]
pub(crate) enum Domain {
    Type(Type),
    Set(Expr),
}

#[derive(Clone, Debug)]
pub(crate) struct Expr {
    pub(crate) kind: ExprKind,
    pub(crate) span: Span,
    /// Stands in parentheses of its own.
    pub(crate) parens: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum ExprKind {
    Bool(bool),
    Int(i64),
    None,
    Path(Path),
    Some(Box<Expr>),
    Card(Box<Expr>),
    Tuple(Vec<Expr>),
    Set(Vec<Expr>),
    Compr {
        binders: Vec<Binder>,
        body: Box<Expr>,
    },
    Lambda {
        name: Name,
        ty: Type,
        body: Box<Expr>,
    },
    Match {
        value: Box<Expr>,
        arms: Vec<Arm>,
    },
    Quant {
        forall: bool,
        binders: Vec<Binder>,
        body: Box<Expr>,
    },
    /// `sum x: T. e`
    Fold {
        op: FoldOp,
        binders: Vec<Binder>,
        body: Box<Expr>,
    },
    If {
        condition: Box<Expr>,
        then: Box<Expr>,
        otherwise: Box<Expr>,
    },
    Let {
        name: Name,
        value: Box<Expr>,
        body: Box<Expr>,
    },
    Call {
        callee: Box<Expr>,
        args: Vec<Expr>,
    },
    Index {
        map: Box<Expr>,
        key: Box<Expr>,
    },
    /// `[a, b]`
    Seq(Vec<Expr>),
    /// `R(a = x)`
    Named {
        callee: Box<Expr>,
        fields: Vec<(Name, Expr)>,
    },
    /// `r.with(a = x)`, `m.with(k -> v)`
    With {
        base: Box<Expr>,
        changes: Vec<Change>,
    },
    /// `r.a`
    Field(Box<Expr>, Name),
    /// `e.value`
    Value(Box<Expr>),
    /// `e.0`
    Component(Box<Expr>, u32),
    Prime(Box<Expr>),
    /// In temporal formulas only, as are the next three.
    Always(Box<Expr>),
    Eventually(Box<Expr>),
    Until(Box<Expr>, Box<Expr>),
    LeadsTo(Box<Expr>, Box<Expr>),
    /// `left.x` (true), `right.x`: a name as it is in one of two runs.
    Side(bool, Path),
    Not(Box<Expr>),
    Neg(Box<Expr>),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Binary {
        op: BinaryOp,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// Could not be read; reported already.
    Broken,
}

#[derive(Clone, Debug)]
pub(crate) enum Change {
    Field(Name, Box<Expr>),
    Key(Box<Expr>, Box<Expr>),
}

#[derive(Clone, Debug)]
pub(crate) struct Arm {
    pub(crate) patterns: Vec<Pattern>,
    pub(crate) body: Expr,
}

#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    pub(crate) kind: PatternKind,
    pub(crate) span: Span,
}

#[derive(Clone, Debug)]
pub(crate) enum PatternKind {
    Any,
    None,
    Some(Name),
    Bool(bool),
    Path(Path),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arith {
    Add,
    Sub,
    Mul,
    Div,
    Mod,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SetOp {
    Union,
    Inter,
    Diff,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compare {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    In,
    NotIn,
    Subset,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BinaryOp {
    Iff,
    Implies,
    Compare(Compare),
    Set(SetOp),
    /// `A >< B`
    Product,
    Arith(Arith),
}
