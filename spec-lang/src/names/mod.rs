//! Names: what is declared in which module, and what a name means where it stands.
//!
//! Takes the parsed modules, dependencies first; gives [`Names`], tables of all declarations with their
//! signatures. A module's own names hide imported ones; two imported declarations of one name are an error where
//! the name is used.

mod collect;
mod compose;
mod ids;
mod lookup;
mod modules;
mod new_types;
mod parameters;
mod signatures;
mod space;
mod theory;

use std::collections::{HashMap, HashSet};
use std::ops::Index;

pub(crate) use collect::collect;
pub(crate) use ids::{
    AliasIx, ComponentIx, ConstIx, DefIx, EnumIx, EventIx, ModuleIx, PropertyIx, RecordIx, SortIx, SystemIx,
    VarIx,
};
pub(crate) use lookup::Found;
pub(crate) use modules::{Loaded, load_all};
pub(crate) use signatures::TypeReader;
pub(crate) use space::{Component, ComposedSystem, Node, Space, SpaceKind, Structure};
pub(crate) use theory::{Flow, Integrity, Mediator, Observer, Resource};

use crate::source::Span;
use crate::syntax::{ast, theory as written};
use crate::types::Ty;

/// A module's own tables, by name.
#[derive(Debug, Default)]
pub(crate) struct Module {
    /// The full path; empty for a file without `module`.
    pub(crate) name: String,
    pub(crate) types: HashMap<String, TypeName>,
    pub(crate) values: HashMap<String, Vec<Value>>,
    pub(crate) events: HashMap<String, EventIx>,
    pub(crate) properties: HashMap<String, PropertyIx>,
    /// Positions in [`Names::observers`].
    pub(crate) observers: HashMap<String, usize>,
    pub(crate) uses: Vec<Use>,
    /// Components and systems.
    pub(crate) structures: HashMap<String, Structure>,
    /// For what is no file but a part of a system.
    pub(crate) space: Option<Space>,
    /// Names of declarations that could not be read.
    pub(crate) broken: HashSet<String>,
    /// Something it uses could not be read, so that unknown names are not reported.
    pub(crate) incomplete: bool,
}

/// A module that another uses.
#[derive(Debug, Clone)]
pub(crate) struct Use {
    pub(crate) module: ModuleIx,
    /// How its names are qualified: the alias, or the last part of its path.
    pub(crate) qualifier: String,
    /// Its names may be written without a qualifier.
    pub(crate) open: bool,
}

/// What a type name means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum TypeName {
    Enum(EnumIx),
    Sort(SortIx),
    Record(RecordIx),
    Alias(AliasIx),
}

/// What a value name means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Value {
    Enumerator(EnumIx, u32),
    Const(ConstIx),
    Var(VarIx),
    Def(DefIx),
}

#[derive(Debug)]
pub(crate) struct Enum<'a> {
    pub(crate) module: ModuleIx,
    pub(crate) name: &'a ast::Name,
    pub(crate) members: &'a [ast::Name],
    pub(crate) head: Span,
}

#[derive(Debug)]
pub(crate) struct Record<'a> {
    pub(crate) module: ModuleIx,
    pub(crate) name: &'a ast::Name,
    pub(crate) fields: &'a [ast::Param],
    pub(crate) ty: Ty,
}

#[derive(Debug)]
pub(crate) struct Alias<'a> {
    pub(crate) module: ModuleIx,
    pub(crate) name: &'a ast::Name,
    pub(crate) written: &'a ast::Type,
    pub(crate) ty: Ty,
}

#[derive(Debug)]
pub(crate) struct Sort<'a> {
    pub(crate) module: ModuleIx,
    pub(crate) name: &'a ast::Name,
}

#[derive(Debug)]
pub(crate) struct Const<'a> {
    pub(crate) module: ModuleIx,
    pub(crate) name: &'a ast::Name,
    pub(crate) doc: &'a str,
    pub(crate) written: &'a ast::Type,
    pub(crate) value: Option<&'a ast::Expr>,
    /// Where the names of the value mean something: elsewhere for what is given as an argument.
    pub(crate) scope: ModuleIx,
    pub(crate) role: Role,
    pub(crate) ty: Ty,
}

/// What a constant is to what it stands in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Role {
    /// Declared as one, or a parameter that is open.
    Plain,
    /// A parameter with its argument.
    Argument,
    /// Says which member of a family.
    Index,
    /// A parameter of what nothing uses: it is checked, and part of no system.
    Unused,
}

#[derive(Debug)]
pub(crate) struct Var<'a> {
    pub(crate) module: ModuleIx,
    pub(crate) name: &'a ast::Name,
    pub(crate) written: &'a ast::Type,
    pub(crate) private: bool,
    pub(crate) ty: Ty,
}

#[derive(Debug)]
pub(crate) struct Def<'a> {
    pub(crate) module: ModuleIx,
    pub(crate) private: bool,
    pub(crate) def: &'a ast::Def,
    pub(crate) params: Vec<Ty>,
    pub(crate) result: Ty,
}

#[derive(Debug)]
pub(crate) struct Event<'a> {
    pub(crate) module: ModuleIx,
    pub(crate) event: &'a ast::Event,
    pub(crate) doc: &'a str,
    pub(crate) head: Span,
    pub(crate) params: Vec<Ty>,
}

#[derive(Debug)]
pub(crate) struct Property<'a> {
    pub(crate) module: ModuleIx,
    pub(crate) name: &'a ast::Name,
    pub(crate) kind: ast::PropertyKind,
    pub(crate) formulas: &'a [ast::Expr],
    pub(crate) doc: &'a str,
    pub(crate) head: Span,
}

/// All declarations.
#[derive(Debug, Default)]
pub(crate) struct Names<'a> {
    pub(crate) modules: Vec<Module>,
    pub(crate) enums: Vec<Enum<'a>>,
    pub(crate) sorts: Vec<Sort<'a>>,
    pub(crate) records: Vec<Record<'a>>,
    pub(crate) aliases: Vec<Alias<'a>>,
    pub(crate) consts: Vec<Const<'a>>,
    pub(crate) vars: Vec<Var<'a>>,
    pub(crate) defs: Vec<Def<'a>>,
    pub(crate) events: Vec<Event<'a>>,
    pub(crate) properties: Vec<Property<'a>>,
    pub(crate) assumes: Vec<(ModuleIx, &'a ast::Expr)>,
    pub(crate) inits: Vec<(ModuleIx, &'a ast::Expr)>,
    pub(crate) components: Vec<Component<'a>>,
    pub(crate) systems: Vec<ComposedSystem<'a>>,
    pub(crate) integrities: Vec<Integrity<'a>>,
    pub(crate) mediators: Vec<Mediator<'a>>,
    /// The enumeration of decisions, if anything is mediated.
    pub(crate) decision: Option<EnumIx>,
    pub(crate) secrets: Vec<(ModuleIx, &'a written::Secret)>,
    pub(crate) observers: Vec<Observer<'a>>,
    pub(crate) flows: Vec<Flow<'a>>,
    pub(crate) resources: Vec<Resource<'a>>,
}

macro_rules! tables {
    ($($ix:ident $item:ty, $field:ident;)*) => {$(
        impl<'a> Index<$ix> for Names<'a> {
            type Output = $item;
            fn index(&self, ix: $ix) -> &$item {
                &self.$field[ix.index()]
            }
        }
    )*};
}

tables! {
    ModuleIx Module, modules;
    EnumIx Enum<'a>, enums;
    SortIx Sort<'a>, sorts;
    RecordIx Record<'a>, records;
    AliasIx Alias<'a>, aliases;
    ConstIx Const<'a>, consts;
    VarIx Var<'a>, vars;
    DefIx Def<'a>, defs;
    EventIx Event<'a>, events;
    PropertyIx Property<'a>, properties;
    ComponentIx Component<'a>, components;
    SystemIx ComposedSystem<'a>, systems;
}
