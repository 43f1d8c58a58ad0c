//! From expressions of a [`System`] to formulas, by *access paths*.
//!
//! Takes an expression of any type and a path into its value: the truth value whether an option has a value,
//! what is inside, a component of a tuple, the value of a map at a key, whether a key is in a set. Gives the
//! term at the end of the path. Sets and maps so need no theory: a path always ends in a truth value, an
//! integer or an element. A variable *after* an event is the assignment of the event, read in the state before;
//! what is not assigned is the variable itself.
//!
//! Where the language gives no value (the value of `none`, a number outside its range, division by zero), the
//! term is some fixed one; [`crate::obligations`] says why that is right.

mod base;
mod components;
mod count;
mod items;
mod places;
mod quantify;
mod read;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::rc::Rc;

use transition_system::{BinderId, ConstId, EventId, ExprId, Scope, System, Type, TypeId, VarId};

use crate::smt::graph::{F, Graph, S, T};

/// A nest of quantifiers over finite types is written out while it has at most so many instances. Ground
/// queries are decided at once by every solver (see `docs/certificates.md` for what was measured).
const INSTANCES: u64 = 1024;
/// Quantifiers over sets and maps can only be written out, so they get at least so many.
const COMPOSITE_INSTANCES: u64 = 256;
/// Most elements that the cardinality of a set is counted over.
const COUNTED: u64 = 1024;

/// A construct has no form in a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NoForm(pub(crate) String);

impl fmt::Display for NoForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

pub(crate) type Result<R> = std::result::Result<R, NoForm>;

/// Something declared.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) enum Place {
    Constant(ConstId),
    Variable(VarId),
    /// A parameter or choice, by position in its event.
    Argument(EventId, usize),
}

/// One step into a value.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Access {
    IsSome,
    Inside,
    Part(usize),
    Key(Item),
}

type Path = Vec<Access>;

/// A value that is at hand: a key, or what a binder stands for.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) enum Item {
    Term(T),
    Option(T, Box<Item>),
    Tuple(Vec<Item>),
    Set(Vec<Item>),
    Map(Vec<(Item, Item)>),
    Declared(Place, TypeId),
}

/// In which state variables are read.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum When {
    Now,
    /// After an event from now.
    After(EventId),
    /// Now, and the next state is the one after an event.
    Step(EventId),
}

/// What an expression is read with.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct At {
    pub(crate) binders: Rc<BTreeMap<BinderId, Item>>,
    pub(crate) when: When,
}

impl At {
    pub(crate) fn closed(when: When) -> Self {
        Self {
            binders: Rc::new(BTreeMap::new()),
            when,
        }
    }
}

/// Pairs, each with whether it is in a relation.
type Edges = Rc<Vec<(Item, T)>>;

/// An expression or a value at hand.
enum Source<'s> {
    Expr(ExprId, &'s At),
    Item(&'s Item),
}

/// See the module.
pub(crate) struct Meaning<'a> {
    pub(crate) system: &'a System,
    pub(crate) scope: &'a Scope,
    pub(crate) graph: Graph,
    sorts: BTreeMap<TypeId, S>,
    components: HashMap<(Place, String), F>,
    defaults: HashMap<S, F>,
    /// Cardinalities that are not counted out.
    uncounted: HashMap<(ExprId, When), F>,
    free: HashMap<ExprId, Rc<[BinderId]>>,
    known: HashMap<(ExprId, At, Path), T>,
    closures: HashMap<(ExprId, At), Edges>,
    instances: u64,
}

impl<'a> Meaning<'a> {
    pub(crate) fn new(system: &'a System, scope: &'a Scope) -> Self {
        Self {
            system,
            scope,
            graph: Graph::default(),
            sorts: BTreeMap::new(),
            components: HashMap::new(),
            defaults: HashMap::new(),
            uncounted: HashMap::new(),
            free: HashMap::new(),
            known: HashMap::new(),
            closures: HashMap::new(),
            instances: 1,
        }
    }

    fn ty(&self, ty: TypeId) -> &'a Type {
        self.system.arena.type_of_id(ty)
    }

    /// A closed formula.
    pub(crate) fn formula(&mut self, e: ExprId, at: &At) -> Result<T> {
        self.at(e, at, Vec::new())
    }

    /// The parameters and choices of an event, declared.
    pub(crate) fn arguments(&self, event: EventId, when: When) -> At {
        let binders = self.system.event(event).binders().enumerate().map(|(i, b)| {
            let ty = self.system.arena.binder_info(b).ty;
            (b, Item::Declared(Place::Argument(event, i), ty))
        });
        At {
            binders: Rc::new(binders.collect()),
            when,
        }
    }
}

fn composite_key() -> NoForm {
    NoForm("sets and maps as keys of maps or elements of sets have no form in a certificate".to_owned())
}

fn deeper(path: &Path, access: Access) -> Path {
    let mut out = path.clone();
    out.push(access);
    out
}

fn in_front(access: Access, path: &[Access]) -> Path {
    std::iter::once(access).chain(path.iter().cloned()).collect()
}

fn with(at: &At, binder: BinderId, item: Item) -> At {
    let mut binders = (*at.binders).clone();
    binders.insert(binder, item);
    At {
        binders: Rc::new(binders),
        when: at.when,
    }
}
