//! Which cells are taken for places: those whose values say most about what matters.
//!
//! Candidates are cells of few values that some guard tests by itself, such as the program counter of each process; cells
//! of one variable that differ only in keys of maps are taken together, so that exchanges of elements change nothing. Those that alone
//! make most bits dead are tried first, and taken if they add to the ones taken before. Cells that are taken are never
//! forgotten: so what one of them says is the same before and after the others were asked.

use super::super::layout::{FieldId, Layout};
use super::super::select::split;
use super::super::set::Set;
use super::live::Analysis;
use crate::budget::Budget;
use crate::ground::{CellOwner, Cone, Ground, Place};

/// Most values of a cell taken for places.
const VALUES: usize = 64;
/// Most families of cells that are tried with others.
const FAMILIES: usize = 32;
/// Most operations of one look at a family.
const OPERATIONS: usize = 1 << 28;

/// Cells taken together.
type Family = Vec<FieldId>;

/// For each cell taken, what is live at each of its values.
pub(super) type Taken = Vec<(FieldId, Vec<Set>)>;

/// Chooses; the cells in `always` are not forgotten.
pub(super) fn choose(
    analysis: &mut Analysis<'_>,
    layout: &Layout,
    families: Vec<Family>,
    always: &Set,
    budget: &Budget<'_>,
) -> Taken {
    let mut good: Vec<(u64, Family)> = Vec::new();
    for family in families {
        let cost: usize = family.iter().map(|f| analysis.cost(&analysis.places(*f))).sum();
        if cost <= OPERATIONS && budget.look().is_ok() {
            let gain = gain(layout, &look(analysis, &family, always));
            good.push((gain, family));
        }
    }
    good.retain(|(gain, _)| *gain > 0);
    // stable: of those that are as good the first
    good.sort_by_key(|(gain, _)| std::cmp::Reverse(*gain));
    good.truncate(FAMILIES);
    let (mut most, mut fields, mut taken) = (0, Vec::new(), Vec::new());
    for (_, family) in good {
        let all: Family = fields.iter().chain(&family).copied().collect();
        if budget.look().is_err() {
            break;
        }
        let found = look(analysis, &all, always);
        let now = gain(layout, &found);
        if now > most {
            (most, fields, taken) = (now, all, found);
        }
    }
    taken
}

/// What is live where these cells are taken for places.
fn look(analysis: &mut Analysis<'_>, fields: &[FieldId], always: &Set) -> Taken {
    let mut always = always.clone();
    fields.iter().for_each(|f| always.add(f.index()));
    let of = |field: &FieldId| {
        let places = analysis.places(*field);
        (*field, analysis.live(&places, &always))
    };
    fields.iter().map(of).collect()
}

/// Thousandths of bits that are dead in a state on average, if all values were as likely: of each cell by the cell that says most
/// about it.
fn gain(layout: &Layout, taken: &Taken) -> u64 {
    let of = |cell: usize| {
        let dead = taken.iter().map(|(_, live)| {
            let count = live.iter().filter(|set| !set.contains(cell)).count() as u64;
            1000 * count / live.len().max(1) as u64
        });
        dead.max().unwrap_or(0)
    };
    let bits = |cell: usize| u64::from(layout.place(FieldId::new(cell)).2.count_ones());
    (0..layout.len()).map(|cell| bits(cell) * of(cell)).sum()
}

/// The candidates.
pub(super) fn families(ground: &Ground<'_>, cone: &Cone, layout: &Layout) -> Vec<Family> {
    let mut tested = Set::new(layout.len());
    for event in &cone.events {
        let (simple, _) = split(&ground.dag, &ground.cells, ground.events[*event].guard);
        for cell in ground.dag.cells_of(&ground.dag.order(&simple)) {
            layout.field(cell).into_iter().for_each(|f| tested.add(f.index()));
        }
    }
    let mut out: Vec<((CellOwner, Vec<u32>), Family)> = Vec::new();
    for (position, cell) in layout.cells().enumerate() {
        let field = FieldId::new(position);
        let (lo, hi) = layout.bounds(field);
        if hi == lo || hi.abs_diff(lo) >= VALUES as u64 {
            continue;
        }
        let cell = ground.cells.get(cell);
        let key = (cell.owner, cell.path.iter().map(kind).collect());
        match out.iter_mut().find(|(k, _)| *k == key) {
            Some((_, family)) => family.push(field),
            None => out.push((key, vec![field])),
        }
    }
    let families = out.into_iter().map(|(_, family)| family);
    families
        .filter(|family| family.iter().any(|f| tested.contains(f.index())))
        .collect()
}

/// A place without its key.
fn kind(place: &Place) -> u32 {
    match place {
        Place::Key(_) => 0,
        Place::Member(_) => 1,
        Place::IsSome => 2,
        Place::Payload => 3,
        Place::Component(index) => 4 + index,
    }
}
