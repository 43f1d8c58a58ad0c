//! Which events can be enabled, found for all of them at once.
//!
//! A conjunct of a guard that reads one cell of few values is a set of values. For each such cell and each value
//! there is a row of bits, one bit per event: whether the event's conjuncts on that cell hold. The conjunction of the
//! rows of a state leaves the events that are worth running; their code checks the other conjuncts.

use rustc_hash::FxHashMap;

use super::layout::Layout;
use crate::ground::{CellId, Cells, Dag, Node, NodeId};

/// Most values of a cell that has rows.
const VALUES: u64 = 256;

/// The rows of one cell.
#[derive(Clone, Debug)]
struct Rows {
    /// Register of the cell.
    field: usize,
    lo: i64,
    /// The words of the mask in which some event is restricted.
    words: Vec<u32>,
    /// For each value, one word for each of `words`.
    rows: Vec<u64>,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Selector {
    all: Vec<u64>,
    cells: Vec<Rows>,
    mask: Vec<u64>,
}

impl Selector {
    /// A selector of events with these guards, as conjuncts that [`split`] set apart.
    #[must_use]
    pub fn new(dag: &Dag, cells: &Cells, layout: &Layout, guards: &[Vec<NodeId>]) -> Self {
        let words = guards.len().div_ceil(64);
        let mut all = vec![u64::MAX; words];
        if let Some(last) = all.last_mut()
            && !guards.len().is_multiple_of(64)
        {
            *last = (1 << (guards.len() % 64)) - 1;
        }
        let mut restricted: Vec<Vec<(usize, NodeId)>> = vec![Vec::new(); layout.len()];
        for (event, conjuncts) in guards.iter().enumerate() {
            for conjunct in conjuncts {
                let field = only_cell(dag, *conjunct).and_then(|c| layout.field(c));
                if let Some(field) = field {
                    restricted[field.index()].push((event, *conjunct));
                }
            }
        }
        let ids: Vec<CellId> = layout.cells().collect();
        let rows = restricted
            .iter()
            .enumerate()
            .filter(|(_, r)| !r.is_empty())
            .map(|(field, r)| rows_of(dag, field, cells.get(ids[field]).bounds, r))
            .collect();
        Self {
            mask: all.clone(),
            all,
            cells: rows,
        }
    }

    /// Calls `f` with each event selected, in order.
    pub fn each(&self, mut f: impl FnMut(usize)) {
        for (at, word) in self.mask.iter().enumerate() {
            let mut left = *word;
            while left != 0 {
                f(at * 64 + left.trailing_zeros() as usize);
                left &= left - 1;
            }
        }
    }

    /// Selects the events that the cells in the first `registers` leave possible.
    pub fn select(&mut self, registers: &[i64]) {
        self.mask.copy_from_slice(&self.all);
        for cell in &self.cells {
            let value = registers[cell.field].wrapping_sub(cell.lo) as usize;
            let row = &cell.rows[value * cell.words.len()..(value + 1) * cell.words.len()];
            for (word, bits) in cell.words.iter().zip(row) {
                self.mask[*word as usize] &= bits;
            }
        }
    }
}

fn rows_of(dag: &Dag, field: usize, (lo, hi): (i64, i64), restricted: &[(usize, NodeId)]) -> Rows {
    let mut words: Vec<u32> = restricted.iter().map(|(event, _)| (event / 64) as u32).collect();
    words.dedup();
    let values = (hi - lo + 1) as usize;
    let mut rows = vec![u64::MAX; values * words.len()];
    // many events share a conjunct
    let mut tables: FxHashMap<NodeId, Vec<bool>> = FxHashMap::default();
    for (event, conjunct) in restricted {
        let Ok(word) = words.binary_search(&((event / 64) as u32)) else {
            continue;
        };
        let table = tables.entry(*conjunct).or_insert_with(|| {
            let holds = |v: i64| dag.value(*conjunct, &|_, _| Some(v)) == Some(1);
            (lo..=hi).map(holds).collect()
        });
        for (value, _) in table.iter().enumerate().filter(|(_, holds)| !**holds) {
            rows[value * words.len() + word] &= !(1 << (event % 64));
        }
    }
    Rows {
        field,
        lo,
        words,
        rows,
    }
}

/// The conjuncts of a guard, those for a [`Selector`] and the others.
#[must_use]
pub fn split(dag: &Dag, cells: &Cells, guard: NodeId) -> (Vec<NodeId>, Vec<NodeId>) {
    let conjuncts = match dag.node(guard) {
        Node::And(xs) => xs.to_vec(),
        _ => vec![guard],
    };
    conjuncts.into_iter().partition(|conjunct| {
        only_cell(dag, *conjunct).is_some_and(|cell| {
            let (lo, hi) = cells.get(cell).bounds;
            hi.abs_diff(lo) < VALUES
        })
    })
}

/// The one cell that a node reads, in the current state.
fn only_cell(dag: &Dag, node: NodeId) -> Option<CellId> {
    match dag.cells_of(&dag.order(&[node])).as_slice() {
        [one] => Some(*one),
        _ => None,
    }
}
