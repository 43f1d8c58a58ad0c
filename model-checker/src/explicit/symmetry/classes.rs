//! Which elements of the sorts of a system are alike, so that exchanging them changes neither events nor properties.
//!
//! The language compares elements for equality only, so elements differ by what is written of them alone. They are told
//! apart where an event or a property names one, where constants that these read are given differently, where a part
//! of the state is searched for one and not for the other, and, to be on the safe side, where they occur within a
//! set or a map that is itself a key. What `init` and the assumptions say does not matter: they choose where runs
//! begin, and runs from states that differ by an exchange differ by that exchange.
//!
//! Being alike is an equivalence: if two exchanges leave everything as it is, so does one after the other.

use rustc_hash::{FxHashMap, FxHashSet};
use transition_system::value::sort_size;
use transition_system::{ConstId, Expr, ExprId, PropertyKind, SortId, System, Value};

use crate::ground::{Cell, CellId, CellOwner, Cone, Ground, Place, Scalar};

/// For each sort: for each element, the least one that is like it.
pub(super) type Classes = Vec<Vec<u32>>;

/// The elements that are alike in the cone of some properties.
pub(super) fn classes(ground: &Ground<'_>, cone: &Cone) -> Classes {
    let named = Named::of(ground, cone);
    let known = Known::new(ground, cone, &named);
    let sorts = ground.system.sort_ids();
    sorts.map(|sort| of_sort(ground, &named, &known, sort)).collect()
}

fn of_sort(ground: &Ground<'_>, named: &Named, known: &Known<'_>, sort: SortId) -> Vec<u32> {
    // a sort without a size occurs nowhere
    let size = sort_size(ground.system, ground.scope, sort).unwrap_or(0);
    let mut least: Vec<u32> = (0..size).collect();
    if named.sorts.contains(&sort) {
        return least;
    }
    let free = |element: u32| !named.elements.contains(&(sort, element));
    let about = known.about(sort);
    // exchanges would change nothing
    if about.is_empty() {
        return least;
    }
    for element in (0..size).filter(|e| free(*e)) {
        let like = |other: &u32| {
            least[*other as usize] == *other && free(*other) && known.kept(&about, sort, *other, element)
        };
        if let Some(other) = (0..element).find(like) {
            least[element as usize] = other;
        }
    }
    least
}

/// What events and properties mention.
struct Named<'a> {
    system: &'a System,
    seen: Vec<bool>,
    elements: FxHashSet<(SortId, u32)>,
    constants: FxHashSet<ConstId>,
    /// Sorts of which no exchange is considered.
    sorts: FxHashSet<SortId>,
}

impl<'a> Named<'a> {
    fn of(ground: &Ground<'a>, cone: &Cone) -> Self {
        let system = ground.system;
        let mut out = Self {
            system,
            seen: Vec::new(),
            elements: FxHashSet::default(),
            constants: FxHashSet::default(),
            sorts: FxHashSet::default(),
        };
        let mut events: Vec<_> = cone.events.iter().map(|e| ground.events[*e].event).collect();
        events.dedup();
        for event in events.into_iter().map(|e| system.event(e)) {
            out.walk(event.guard);
            event.updates.iter().for_each(|u| out.walk(u.value));
            event.promises.iter().for_each(|p| out.walk(p.holds));
        }
        for property in ground.properties.iter().map(|p| system.property(p.id)) {
            // these are looked for by another engine
            if property.kind == PropertyKind::Temporal {
                out.sorts.extend(system.sort_ids());
            }
            out.walk(property.formula);
            property.promises.iter().for_each(|p| out.walk(p.holds));
            for step in &property.steps {
                out.walk(step.formula);
                step.promises.iter().for_each(|p| out.walk(p.holds));
            }
        }
        for cell in cone.cells().map(|c| ground.cells.get(c)) {
            out.nested(cell);
        }
        out
    }

    fn walk(&mut self, root: ExprId) {
        let mut stack = vec![root];
        while let Some(id) = stack.pop() {
            if self.seen.len() <= id.index() {
                self.seen.resize(id.index() + 1, false);
            }
            if std::mem::replace(&mut self.seen[id.index()], true) {
                continue;
            }
            let expr = self.system.arena.expr(id);
            if let Expr::Element(sort, index) = expr {
                self.elements.insert((*sort, *index));
            }
            if let Expr::Const(constant) = expr {
                self.constants.insert(*constant);
            }
            expr.for_each_child(|child| stack.push(child));
        }
    }

    /// Notes sorts that occur within a set or map that is a key.
    fn nested(&mut self, cell: &Cell) {
        for value in cell.path.iter().filter_map(key) {
            self.inside(value, false);
        }
    }

    fn inside(&mut self, value: &Value, within: bool) {
        match value {
            Value::Element(sort, _) if within => {
                self.sorts.insert(*sort);
            }
            Value::Bool(_) | Value::Int(_) | Value::Enumerator(..) | Value::Element(..) | Value::None => {}
            Value::Some(v) => self.inside(v, within),
            Value::Set(items) => items.iter().for_each(|v| self.inside(v, true)),
            Value::Map(entries) => entries.iter().for_each(|(k, v)| {
                self.inside(k, true);
                self.inside(v, true);
            }),
            Value::Tuple(items) => items.iter().for_each(|v| self.inside(v, within)),
        }
    }
}

/// The cells that an exchange must keep as they are: what is given of constants that matter, and which cells are
/// part of a state.
struct Known<'a> {
    ground: &'a Ground<'a>,
    ids: FxHashMap<(CellOwner, &'a [Place]), CellId>,
    cells: Vec<(CellId, Kept)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// It is part of the state.
    Open,
    /// It has this value.
    Given(i64),
    /// It has this value, but nobody asks for it: the payload of an option without a value.
    Idle,
}

impl<'a> Known<'a> {
    fn new(ground: &'a Ground<'a>, cone: &Cone, named: &Named<'_>) -> Self {
        let table = &ground.cells;
        let ids = table.ids().map(|id| {
            let cell = table.get(id);
            ((cell.owner, &*cell.path), id)
        });
        let ids: FxHashMap<_, _> = ids.collect();
        let kept = |id: CellId| {
            let cell = table.get(id);
            match (cell.given, cell.owner) {
                (Some(_), CellOwner::Const(c)) if !named.constants.contains(&c) => None,
                (Some(_), _) if idle(ground, &ids, cell) => Some(Kept::Idle),
                (Some(value), _) => Some(Kept::Given(value)),
                (None, _) => cone.contains(id).then_some(Kept::Open),
            }
        };
        let cells = table.ids().filter_map(|id| Some((id, kept(id)?)));
        Self {
            ground,
            cells: cells.collect(),
            ids,
        }
    }

    /// The cells that mention a sort, with what must be kept of them.
    fn about(&self, sort: SortId) -> FxHashMap<CellId, Kept> {
        let mentions = |id: CellId| {
            let cell = self.ground.cells.get(id);
            of_elements(&cell.scalar).is_some_and(|(s, _)| s == sort)
                || cell.path.iter().filter_map(key).any(|v| v.elements_of(sort) > 0)
        };
        self.cells
            .iter()
            .filter(|(id, _)| mentions(*id))
            .copied()
            .collect()
    }

    /// Whether all is kept where two elements are exchanged.
    fn kept(&self, about: &FxHashMap<CellId, Kept>, sort: SortId, a: u32, b: u32) -> bool {
        let exchanged = |element: SortId, index: u32| match index {
            _ if element != sort => index,
            i if i == a => b,
            i if i == b => a,
            i => i,
        };
        about.iter().all(|(id, kept)| {
            let cell = self.ground.cells.get(*id);
            let path: Vec<Place> = cell.path.iter().map(|p| renamed_place(p, &exchanged)).collect();
            let Some(other) = self.ids.get(&(cell.owner, &path[..])) else {
                return false;
            };
            let wanted = match (kept, of_elements(&cell.scalar)) {
                (Kept::Given(value), Some((of, first))) if *value >= first => {
                    let element = exchanged(of, (value - first) as u32);
                    Kept::Given(first + i64::from(element))
                }
                (kept, _) => *kept,
            };
            about.get(other) == Some(&wanted)
        })
    }
}

/// Whether a cell is part of the payload of an option that is given to have no value.
fn idle(ground: &Ground<'_>, ids: &FxHashMap<(CellOwner, &[Place]), CellId>, cell: &Cell) -> bool {
    flag_of(cell).is_some_and(|path| {
        let flag = ids.get(&(cell.owner, &path[..]));
        flag.is_some_and(|id| ground.cells.get(*id).given == Some(0))
    })
}

/// The path of the flag of the innermost option of whose payload a cell is a part.
pub(super) fn flag_of(cell: &Cell) -> Option<Vec<Place>> {
    let at = cell.path.iter().rposition(|p| *p == Place::Payload)?;
    let mut path = cell.path[..at].to_vec();
    path.push(Place::IsSome);
    Some(path)
}

/// The sort of which a scalar holds an element, and the code of the first element: lower codes are of no element.
pub(super) fn of_elements(scalar: &Scalar) -> Option<(SortId, i64)> {
    match scalar {
        Scalar::Sort(sort, _) => Some((*sort, 0)),
        Scalar::Option(inner) => of_elements(inner).map(|(sort, first)| (sort, first + 1)),
        Scalar::Bool | Scalar::Range(..) | Scalar::Int | Scalar::Enum(..) => None,
    }
}

/// The key or member of a place.
pub(super) fn key(place: &Place) -> Option<&Value> {
    match place {
        Place::Key(value) | Place::Member(value) => Some(value),
        Place::Component(_) | Place::IsSome | Place::Payload => None,
    }
}

/// A place with its elements renamed.
pub(super) fn renamed_place(place: &Place, to: &dyn Fn(SortId, u32) -> u32) -> Place {
    match place {
        Place::Key(value) => Place::Key(renamed(value, to)),
        Place::Member(value) => Place::Member(renamed(value, to)),
        Place::Component(_) | Place::IsSome | Place::Payload => place.clone(),
    }
}

/// A value with its elements renamed.
pub(super) fn renamed(value: &Value, to: &dyn Fn(SortId, u32) -> u32) -> Value {
    let one = |v: &Value| renamed(v, to);
    match value {
        Value::Element(sort, index) => Value::Element(*sort, to(*sort, *index)),
        Value::Bool(_) | Value::Int(_) | Value::Enumerator(..) | Value::None => value.clone(),
        Value::Some(v) => Value::Some(Box::new(one(v))),
        Value::Set(items) => Value::Set(items.iter().map(one).collect()),
        Value::Map(entries) => Value::Map(entries.iter().map(|(k, v)| (one(k), one(v))).collect()),
        Value::Tuple(items) => Value::Tuple(items.iter().map(one).collect()),
    }
}
