//! The typed tree: names resolved, every expression with its type, every narrowing of an integer explicit.

use transition_system::{Fairness, FoldOp};

use super::theory::TVia;
use crate::names::{ConstIx, DefIx, EnumIx, EventIx, ModuleIx, PropertyIx, VarIx};
use crate::source::Span;
use crate::syntax::ast::{Arith, AssignOp, SetOp};
use crate::types::Ty;

/// A bound variable, parameter or `let` of one body: an index into its [`Locals`].
pub(crate) type LocalId = usize;

/// The locals of one body: name and type.
pub(crate) type Locals = Vec<(String, Ty)>;

#[derive(Clone, Debug)]
pub(crate) struct TExpr {
    pub(crate) kind: TKind,
    pub(crate) ty: Ty,
    pub(crate) span: Span,
}

type Sub = Box<TExpr>;

#[derive(Clone, Debug)]
pub(crate) enum TKind {
    /// Reported already.
    Error,
    /// An enumerator of several enumerations, until the type says of which.
    Ambiguous,
    Bool(bool),
    Int(i64),
    Enumerator(EnumIx, u32),
    Const(ConstIx),
    Var(VarIx),
    Local(LocalId),
    Call(DefIx, Vec<TExpr>),
    Not(Sub),
    Neg(Sub),
    And(Vec<TExpr>),
    Or(Vec<TExpr>),
    Implies(Sub, Sub),
    If(Sub, Sub, Sub),
    Eq(Sub, Sub),
    Lt(Sub, Sub),
    Le(Sub, Sub),
    Arith(Arith, Sub, Sub),
    /// An integer as a value of the range that is the expression's type.
    Narrow(Sub),
    Quant {
        forall: bool,
        binders: Vec<TBinder>,
        body: Sub,
    },
    Compr {
        binders: Vec<TBinder>,
        body: Sub,
    },
    Fold {
        op: FoldOp,
        binders: Vec<TBinder>,
        body: Sub,
    },
    Lambda {
        key: LocalId,
        body: Sub,
    },
    None,
    Some(Sub),
    Value(Sub),
    Set(Vec<TExpr>),
    Tuple(Vec<TExpr>),
    Component(Sub, u32),
    In(Sub, Sub),
    Subset(Sub, Sub),
    SetOp(SetOp, Sub, Sub),
    Card(Sub),
    /// Transitive closure.
    Closure(Sub),
    Apply(Sub, Sub),
    /// A map with one key changed.
    Store(Sub, Sub, Sub),
    /// A sequence: a literal, or a function of sequences.
    Seq(SeqOp, Vec<TExpr>),
    Let {
        local: LocalId,
        value: Sub,
        body: Sub,
    },
    /// The last case needs no test: nothing else is left.
    Match {
        value: Sub,
        cases: Vec<(Test, TExpr)>,
    },
    Prime(Sub),
    /// Something of a component, for these indices of its family.
    Of {
        indices: Vec<(ConstIx, TExpr)>,
        value: Sub,
    },
    /// The map from the further indices of a family to their values of a variable, which is in this many
    /// families outside of them.
    Lifted(VarIx, usize),
    /// A variable or a call as it is in the left (true) or right of two runs; arguments are outside of it.
    Side(bool, Sub),
}

/// What is made of a sequence.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SeqOp {
    Literal,
    Len,
    Index,
    Head,
    Tail,
    Last,
    Front,
    Append,
    Prepend,
    Concat,
    Elems,
}

/// One step from a place to a part of it.
#[derive(Clone, Debug)]
pub(crate) enum TStep {
    /// The value at a key of a map.
    Key(TExpr),
    /// An element of a sequence of at most so many.
    Item(TExpr, u32),
    /// A component of a tuple or record.
    Part(u32),
}

/// A binder, restricted to the elements of a set if it has one.
#[derive(Clone, Debug)]
pub(crate) struct TBinder {
    pub(crate) local: LocalId,
    pub(crate) name: String,
    pub(crate) ty: Ty,
    pub(crate) set: Option<TExpr>,
}

/// What a case of a `match` asks.
#[derive(Clone, Debug)]
pub(crate) enum Test {
    Members(EnumIx, Vec<u32>),
    IsNone,
    /// Binds the value.
    IsSome(LocalId),
    Is(bool),
    Any,
}

#[derive(Clone, Debug)]
pub(crate) struct TDef {
    pub(crate) locals: Locals,
    /// The first locals, one a parameter.
    pub(crate) body: TExpr,
}

#[derive(Clone, Debug)]
pub(crate) struct TFormula {
    pub(crate) module: ModuleIx,
    pub(crate) locals: Locals,
    pub(crate) body: TExpr,
}

#[derive(Clone, Debug)]
pub(crate) struct TEvent {
    pub(crate) event: EventIx,
    /// The first are the parameters.
    pub(crate) locals: Locals,
    pub(crate) actor: Option<TExpr>,
    pub(crate) via: Vec<TVia>,
    pub(crate) body: Vec<TStmt>,
}

#[derive(Clone, Debug)]
pub(crate) struct TProperty {
    pub(crate) property: PropertyIx,
    pub(crate) locals: Locals,
    pub(crate) formulas: Vec<TExpr>,
    /// The formulas of a temporal property.
    pub(crate) temporal: Vec<TTemporal>,
}

#[derive(Clone, Debug)]
pub(crate) enum TTemporal {
    State(TExpr),
    Not(Box<TTemporal>),
    And(Vec<TTemporal>),
    Or(Vec<TTemporal>),
    Implies(Box<TTemporal>, Box<TTemporal>),
    Iff(Box<TTemporal>, Box<TTemporal>),
    Always(Box<TTemporal>),
    Eventually(Box<TTemporal>),
    Until(Box<TTemporal>, Box<TTemporal>),
    LeadsTo(Box<TTemporal>, Box<TTemporal>),
    Quant {
        forall: bool,
        binders: Vec<TBinder>,
        body: Box<TTemporal>,
    },
}

#[derive(Clone, Debug)]
pub(crate) enum TStmt {
    When(TExpr),
    Choose {
        binders: Vec<TBinder>,
        condition: Option<TExpr>,
    },
    If {
        condition: TExpr,
        then: Vec<TStmt>,
        otherwise: Vec<TStmt>,
    },
    Assign(TAssign),
    Either(Vec<TAlternative>),
}

/// One block of `either`.
#[derive(Clone, Debug)]
pub(crate) struct TAlternative {
    pub(crate) name: String,
    pub(crate) fairness: Fairness,
    pub(crate) body: Vec<TStmt>,
}

#[derive(Clone, Debug)]
pub(crate) struct TAssign {
    pub(crate) var: VarIx,
    pub(crate) steps: Vec<TStep>,
    pub(crate) op: AssignOp,
    pub(crate) value: TExpr,
    pub(crate) span: Span,
}

impl TExpr {
    /// Adds the direct parts to a list.
    pub(crate) fn children<'e>(&'e self, out: &mut Vec<&'e TExpr>) {
        match &self.kind {
            TKind::Error
            | TKind::Ambiguous
            | TKind::Bool(_)
            | TKind::Int(_)
            | TKind::Enumerator(..)
            | TKind::Const(_)
            | TKind::Var(_)
            | TKind::Lifted(..)
            | TKind::Local(_)
            | TKind::None => {}
            TKind::Call(_, list)
            | TKind::And(list)
            | TKind::Or(list)
            | TKind::Set(list)
            | TKind::Seq(_, list)
            | TKind::Tuple(list) => {
                out.extend(list);
            }
            TKind::Not(a)
            | TKind::Neg(a)
            | TKind::Narrow(a)
            | TKind::Some(a)
            | TKind::Value(a)
            | TKind::Component(a, _)
            | TKind::Card(a)
            | TKind::Closure(a)
            | TKind::Prime(a)
            | TKind::Side(_, a)
            | TKind::Lambda { body: a, .. } => out.push(a),
            TKind::Implies(a, b)
            | TKind::Eq(a, b)
            | TKind::Lt(a, b)
            | TKind::Le(a, b)
            | TKind::Arith(_, a, b)
            | TKind::In(a, b)
            | TKind::Subset(a, b)
            | TKind::SetOp(_, a, b)
            | TKind::Apply(a, b)
            | TKind::Let {
                value: a, body: b, ..
            } => out.extend([&**a, &**b]),
            TKind::Of { indices, value } => {
                out.extend(indices.iter().map(|(_, e)| e));
                out.push(value);
            }
            TKind::If(a, b, c) | TKind::Store(a, b, c) => out.extend([&**a, &**b, &**c]),
            TKind::Quant { binders, body, .. }
            | TKind::Compr { binders, body }
            | TKind::Fold { binders, body, .. } => {
                out.extend(binders.iter().filter_map(|b| b.set.as_ref()));
                out.push(body);
            }
            TKind::Match { value, cases } => {
                out.push(value);
                out.extend(cases.iter().map(|(_, e)| e));
            }
        }
    }
}
