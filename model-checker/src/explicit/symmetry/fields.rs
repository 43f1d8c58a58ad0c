//! What exchanges of elements do to a packed state: which cells move where, and which cells hold an element.
//!
//! The elements of all sorts that have a symmetry are numbered one after the other. A cell whose place mentions such
//! elements has *keys*, their numbers in order; cells that differ in keys only have one *shape* and stand in one table
//! by their keys, so that where a cell moves is a sum.

use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashMap};
use transition_system::{SortId, Value};

use super::super::layout::{FieldId, Layout};
use super::classes::{Classes, flag_of, key, of_elements, renamed_place};
use crate::ground::{Cell, CellOwner, Cells, Place};

/// An element whose sort has a symmetry, by its number.
pub(super) type Element = u32;

/// No field of a table.
const NOWHERE: u32 = u32::MAX;

/// A sort with a symmetry.
#[derive(Clone, Debug)]
pub(super) struct Sort {
    /// Which.
    pub(super) sort: SortId,
    /// Number of its first element.
    pub(super) first: Element,
    /// Number of its elements.
    pub(super) size: u32,
}

/// A cell that an exchange moves or changes.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) word: usize,
    pub(super) shift: u32,
    pub(super) mask: u64,
    /// Tells shapes, and which keys are the same, apart.
    pub(super) seed: u64,
    /// The place in the table is this and, for each key, its number times its stride.
    base: i64,
    /// Keys with their strides.
    pub(super) keys: Box<[(Element, i64)]>,
    /// What a code stands for, where it may be an element.
    pub(super) holds: Option<Holds>,
}

/// Codes that are elements.
#[derive(Clone, Debug)]
pub(super) struct Holds {
    /// The code of the first element; lower ones are of no element.
    pub(super) code: u64,
    /// Its number.
    pub(super) first: Element,
    /// The word and bit that say whether the code means anything.
    flag: Option<(usize, u32)>,
}

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct Fields {
    pub(super) sorts: Vec<Sort>,
    pub(super) fields: Vec<Field>,
    table: Vec<u32>,
    /// For each word the bits that no exchange touches.
    still: Vec<u64>,
}

struct Shape {
    /// Sizes and first numbers of the sorts of its keys.
    sorts: Vec<usize>,
    start: usize,
}

impl Fields {
    /// The cells of a layout. Sorts without two elements that are alike are left as they are.
    pub(super) fn new(cells: &Cells, layout: &Layout, classes: &Classes) -> Self {
        let mut out = Self {
            sorts: sorts(classes),
            fields: Vec::new(),
            table: Vec::new(),
            still: vec![u64::MAX; layout.words()],
        };
        let ids: FxHashMap<(CellOwner, &[Place]), FieldId> = layout
            .cells()
            .filter_map(|id| Some(((cells.get(id).owner, &*cells.get(id).path), layout.field(id)?)))
            .collect();
        let mut shapes: IndexMap<(CellOwner, Vec<Place>), Shape, FxBuildHasher> = IndexMap::default();
        for (id, field) in layout.cells().filter_map(|id| Some((id, layout.field(id)?))) {
            let cell = cells.get(id);
            let keys = out.keys(cell);
            let holds = out.holds(cell, layout, field, &ids);
            if keys.is_empty() && holds.is_none() {
                continue;
            }
            let of_keys: Vec<usize> = keys.iter().map(|k| out.sort_of(*k)).collect();
            let entry = shapes.entry((cell.owner, out.hollow(cell)));
            let number = entry.index() as u64;
            let shape = entry.or_insert_with(|| {
                let start = out.table.len();
                let size: usize = of_keys.iter().map(|s| out.sorts[*s].size as usize).product();
                out.table.resize(start + size, NOWHERE);
                Shape {
                    sorts: of_keys,
                    start,
                }
            });
            let (base, strides) = out.address(shape);
            let keys: Box<[_]> = keys.into_iter().zip(strides).collect();
            let (word, shift, mask) = layout.place(field);
            out.still[word] &= !(mask << shift);
            let made = Field {
                word,
                shift,
                mask,
                seed: seed(number, &keys),
                base,
                keys,
                holds,
            };
            let at = made.place(&|element| element);
            out.table[at] = out.fields.len() as u32;
            out.fields.push(made);
        }
        out
    }

    /// Number of elements.
    pub(super) fn elements(&self) -> usize {
        self.sorts.iter().map(|s| s.size as usize).sum()
    }

    /// Where a field is moved to, by position.
    pub(super) fn moved(&self, field: &Field, to: &[Element]) -> usize {
        self.table[field.place(&|element| to[element as usize])] as usize
    }

    /// The state with its elements renamed; `codes` are those of the fields.
    pub(super) fn rename(&self, state: &[u64], codes: &[u64], to: &[Element], out: &mut [u64]) {
        for ((out, word), still) in out.iter_mut().zip(state).zip(&self.still) {
            *out = word & still;
        }
        for (field, code) in self.fields.iter().zip(codes) {
            let code = field.renamed(*code, state, to);
            if code != 0 {
                let target = &self.fields[self.moved(field, to)];
                out[target.word] |= code << target.shift;
            }
        }
    }

    /// The codes of a state.
    pub(super) fn read(&self, state: &[u64], codes: &mut Vec<u64>) {
        codes.clear();
        let code = |f: &Field| (state[f.word] >> f.shift) & f.mask;
        codes.extend(self.fields.iter().map(code));
    }

    fn sort_of(&self, element: Element) -> usize {
        self.sorts.partition_point(|s| s.first <= element) - 1
    }

    /// The numbers of the elements in the keys of a cell.
    fn keys(&self, cell: &Cell) -> Vec<Element> {
        let mut out = Vec::new();
        for value in cell.path.iter().filter_map(key) {
            self.elements_in(value, &mut out);
        }
        out
    }

    fn elements_in(&self, value: &Value, out: &mut Vec<Element>) {
        match value {
            Value::Element(sort, index) => {
                out.extend(
                    self.sorts
                        .iter()
                        .find(|s| s.sort == *sort)
                        .map(|s| s.first + index),
                );
            }
            Value::Bool(_) | Value::Int(_) | Value::Enumerator(..) | Value::None => {}
            Value::Some(v) => self.elements_in(v, out),
            Value::Tuple(items) => items.iter().for_each(|v| self.elements_in(v, out)),
            // elements in them are all told apart
            Value::Set(_) | Value::Map(_) => {}
        }
    }

    /// The path of a cell without the elements that are its keys.
    fn hollow(&self, cell: &Cell) -> Vec<Place> {
        let moves = |sort: SortId| self.sorts.iter().any(|s| s.sort == sort);
        let hole = |sort: SortId, index: u32| if moves(sort) { u32::MAX } else { index };
        cell.path.iter().map(|p| renamed_place(p, &hole)).collect()
    }

    fn holds(
        &self,
        cell: &Cell,
        layout: &Layout,
        field: FieldId,
        ids: &FxHashMap<(CellOwner, &[Place]), FieldId>,
    ) -> Option<Holds> {
        let (sort, first_code) = of_elements(&cell.scalar)?;
        let sort = self.sorts.iter().find(|s| s.sort == sort)?;
        let flag = flag_of(cell).and_then(|path| ids.get(&(cell.owner, &path[..])).copied());
        let (lo, _) = layout.bounds(field);
        Some(Holds {
            code: (first_code - lo) as u64,
            first: sort.first,
            flag: flag.map(|f| {
                let (word, shift, _) = layout.place(f);
                (word, shift)
            }),
        })
    }

    /// What the place in the table is counted from, and strides of the keys of a shape.
    fn address(&self, shape: &Shape) -> (i64, Vec<i64>) {
        let mut strides = Vec::with_capacity(shape.sorts.len());
        let (mut base, mut stride) = (shape.start as i64, 1);
        for sort in shape.sorts.iter().map(|s| &self.sorts[*s]) {
            strides.push(stride);
            base -= i64::from(sort.first) * stride;
            stride *= i64::from(sort.size);
        }
        (base, strides)
    }
}

impl Field {
    fn place(&self, to: &dyn Fn(Element) -> Element) -> usize {
        let keys = self.keys.iter();
        keys.fold(self.base, |at, (key, stride)| at + i64::from(to(*key)) * stride) as usize
    }

    /// The element that a code stands for.
    pub(super) fn element(&self, code: u64, state: &[u64]) -> Option<Element> {
        let holds = self.holds.as_ref()?;
        let idle = holds.flag.is_some_and(|(word, bit)| state[word] >> bit & 1 == 0);
        if idle || code < holds.code {
            return None;
        }
        Some(holds.first + (code - holds.code) as u32)
    }

    /// The code that stands for the renamed element, or for what it stood for.
    pub(super) fn renamed(&self, code: u64, state: &[u64], to: &[Element]) -> u64 {
        match (self.element(code, state), &self.holds) {
            (Some(element), Some(holds)) => holds.code + u64::from(to[element as usize] - holds.first),
            (_, _) => code,
        }
    }
}

/// The sorts that have two elements that are alike.
fn sorts(classes: &Classes) -> Vec<Sort> {
    let mut first = 0;
    let mut out = Vec::new();
    for (index, of) in classes.iter().enumerate() {
        if of.iter().enumerate().any(|(i, least)| i != *least as usize) {
            let size = of.len() as u32;
            out.push(Sort {
                sort: SortId::new(index),
                first,
                size,
            });
            first += size;
        }
    }
    out
}

/// Tells a shape from others, and which of the keys are the same.
fn seed(shape: u64, keys: &[(Element, i64)]) -> u64 {
    let first = |i: usize| keys.iter().position(|k| k.0 == keys[i].0).unwrap_or(i) as u64;
    (0..keys.len()).fold((shape + 1) << 24, |seed, i| seed ^ (first(i) + 1) << (3 * i))
}
