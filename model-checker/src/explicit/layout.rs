//! The layout of a packed state: which bits of which word hold which cell. Nothing outside of this module
//! knows bits.
//!
//! A cell with `n` values takes the least number of bits that tell them apart, none for one value; it lies within
//! one word, in the first that has room.

use rustc_hash::FxHashMap;

use crate::ground::{CellId, Cells};

/// Position of a cell in the order of a [`Layout`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FieldId(u32);

impl FieldId {
    /// The id with this position.
    #[must_use]
    pub const fn new(position: usize) -> Self {
        Self(position as u32)
    }

    /// The position, from 0.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Field {
    cell: CellId,
    lo: i64,
    hi: i64,
    word: u32,
    shift: u32,
    mask: u64,
}

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    fields: Vec<Field>,
    places: FxHashMap<CellId, FieldId>,
    words: usize,
    bits: u32,
    /// Bits in use of the last word.
    last_bits: u32,
}

impl Layout {
    /// A layout of these cells, in this order.
    #[must_use]
    pub fn new(table: &Cells, cells: impl IntoIterator<Item = CellId>) -> Self {
        let mut fields = Vec::new();
        let mut used: Vec<u32> = Vec::new();
        let mut bits = 0;
        for cell in cells {
            let (lo, hi) = table.get(cell).bounds;
            let width = u64::BITS - hi.abs_diff(lo).leading_zeros();
            let word = used
                .iter()
                .position(|u| u + width <= u64::BITS)
                .unwrap_or(used.len());
            if word == used.len() {
                used.push(0);
            }
            fields.push(Field {
                cell,
                lo,
                hi,
                word: word as u32,
                shift: used[word] % u64::BITS,
                mask: if width == 0 {
                    0
                } else {
                    u64::MAX >> (u64::BITS - width)
                },
            });
            used[word] += width;
            bits += width;
        }
        let places = fields
            .iter()
            .enumerate()
            .map(|(i, f)| (f.cell, FieldId(i as u32)))
            .collect();
        Self {
            fields,
            places,
            words: used.len().max(1),
            bits,
            last_bits: used.last().copied().unwrap_or(0),
        }
    }

    /// The word, the lowest bit, and the bits of the code (the value less the least one) of a cell.
    #[must_use]
    pub fn place(&self, field: FieldId) -> (usize, u32, u64) {
        let field = &self.fields[field.index()];
        (field.word as usize, field.shift, field.mask)
    }

    /// The least and greatest value of a cell.
    #[must_use]
    pub fn bounds(&self, field: FieldId) -> (i64, i64) {
        let field = &self.fields[field.index()];
        (field.lo, field.hi)
    }

    /// Bits of the last word of a state that carry information, counted from the lowest.
    #[must_use]
    pub fn last_bits(&self) -> u32 {
        self.last_bits
    }

    /// Words of a packed state, at least one.
    #[must_use]
    pub fn words(&self) -> usize {
        self.words
    }

    /// Bits that carry information.
    #[must_use]
    pub fn bits(&self) -> u32 {
        self.bits
    }

    /// Number of cells.
    #[must_use]
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether a state holds nothing: there is one state.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The cells, in order.
    pub fn cells(&self) -> impl Iterator<Item = CellId> + '_ {
        self.fields.iter().map(|f| f.cell)
    }

    /// The position of a cell, if it is in the layout.
    #[must_use]
    pub fn field(&self, cell: CellId) -> Option<FieldId> {
        self.places.get(&cell).copied()
    }

    /// Packs the values of all cells of the system (those of the layout are taken).
    pub fn pack(&self, values: &[i64], out: &mut [u64]) {
        out.fill(0);
        for (i, field) in self.fields.iter().enumerate() {
            self.set(out, FieldId(i as u32), values[field.cell.index()]);
        }
    }

    /// Unpacks a state into the values of the layout's cells, in order.
    pub fn unpack(&self, state: &[u64], out: &mut [i64]) {
        for (field, out) in self.fields.iter().zip(out) {
            *out = field
                .lo
                .wrapping_add(((state[field.word as usize] >> field.shift) & field.mask) as i64);
        }
    }

    /// Changes one cell. The value must be one of the cell's.
    pub fn set(&self, state: &mut [u64], field: FieldId, value: i64) {
        let field = self.fields[field.index()];
        let code = value.wrapping_sub(field.lo) as u64;
        debug_assert!(code <= field.mask, "a value outside of its cell");
        let word = &mut state[field.word as usize];
        *word = (*word & !(field.mask << field.shift)) | ((code & field.mask) << field.shift);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::Budget;
    use transition_system::{Origin, Scope, System, Type, Variable};

    fn cells(ranges: &[(i64, i64)]) -> Cells {
        let mut system = System::default();
        for (i, (lo, hi)) in ranges.iter().enumerate() {
            let ty = system.arena.ty(Type::Range { lo: *lo, hi: *hi });
            system.variables.push(Variable {
                name: format!("x{i}"),
                ty,
                origin: Origin::unknown(),
            });
        }
        Cells::new(&system, &Scope::new(), &Budget::default()).unwrap()
    }

    #[test]
    fn every_value_of_every_cell_reads_back() {
        let ranges = [
            (0, 0),
            (-3, 4),
            (5, 6),
            (0, (1 << 40) - 1),
            (-7, 1000),
            (0, (1 << 61) - 1),
            (0, 62),
        ];
        let table = cells(&ranges);
        let layout = Layout::new(&table, table.ids());
        // 3 + 1 + 40 + 10 + 6 bits in the first word, 61 in the second
        assert_eq!((layout.bits(), layout.words()), (121, 2));
        let mut state = vec![0; layout.words()];
        let mut out = vec![0; layout.len()];
        for pick in 0..4u32 {
            let values: Vec<i64> = ranges
                .iter()
                .enumerate()
                .map(|(i, (lo, hi))| match (pick + i as u32) % 4 {
                    0 => *lo,
                    1 => *hi,
                    2 => lo + (hi - lo) / 2,
                    _ => lo + (hi - lo) / 3,
                })
                .collect();
            layout.pack(&values, &mut state);
            layout.unpack(&state, &mut out);
            assert_eq!(out, values);
        }
    }

    #[test]
    fn a_state_without_cells_is_one_word() {
        let table = cells(&[]);
        let layout = Layout::new(&table, table.ids());
        assert_eq!((layout.words(), layout.bits(), layout.is_empty()), (1, 0, true));
    }
}
