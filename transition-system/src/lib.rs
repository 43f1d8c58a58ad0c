//! A container system as a state machine `M = (S, s0, I, T)`: data, meaning, and nothing else.
//!
//! [`System`] is what the front end makes and every engine reads. Its meaning is the reference evaluator
//! ([`eval`], [`step`]), which is slow and obvious; [`replay`] re-checks every trace with it, whoever found the
//! trace. [`validate`] is the rule book that a system obeys, and [`text`] a form that prints and reads
//! back, so that an engine's test needs no front end.
//!
//! This crate opens no file and knows no syntax, engine, solver or runtime.

pub mod arena;
pub mod component;
pub mod depend;
pub mod eval;
pub mod expr;
pub mod fairness;
pub mod ids;
mod lasso;
pub mod origin;
pub mod promise;
pub mod replay;
pub mod scope;
pub mod step;
pub mod subst;
pub mod system;
pub mod temporal;
pub mod text;
pub mod trace;
pub mod types;
pub mod validate;
pub mod value;
pub mod verdict;
pub mod view;

pub use arena::{Arena, Binder};
pub use component::Component;
pub use expr::{Expr, FoldOp, Quantifier};
pub use fairness::{Alternative, FairAction, Fairness, fair_actions};
pub use ids::{BinderId, ConstId, EnumId, EventId, ExprId, PropertyId, SortId, TypeId, VarId};
pub use origin::Origin;
pub use scope::Scope;
pub use system::{
    Axiom, Constant, Enumeration, Event, Given, Promise, PromiseKind, Property, PropertyKind, Sort,
    StepClause, System, Update, Variable,
};
pub use temporal::Temporal;
pub use trace::{State, Step, Trace};
pub use types::Type;
pub use value::Value;
pub use verdict::{
    Conjunct, ConjunctSource, Coverage, Cti, Method, Owner, Proof, Stop, Vacuity, Verdict, Violation, Wrong,
};
