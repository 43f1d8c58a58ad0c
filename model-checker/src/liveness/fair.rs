//! The conditions of fairness of a ground system: for each action, its instances by parameters.

use rustc_hash::FxHashMap;
use transition_system::{EventId, Fairness, Value, fair_actions};

use crate::ground::Ground;

/// The conditions, numbered.
#[derive(Clone, Debug, Default)]
pub(super) struct Conditions {
    /// Whether each is strong.
    pub(super) strong: Vec<bool>,
    /// For each ground event, the conditions that it is part of.
    pub(super) of_event: Vec<Vec<u32>>,
}

impl Conditions {
    /// The conditions of a ground system. Instances that the constants rule out are never enabled and ask for nothing.
    pub(super) fn of(ground: &Ground<'_>) -> Self {
        let system = ground.system;
        let actions = fair_actions(system);
        let mut actions_of: FxHashMap<EventId, Vec<usize>> = FxHashMap::default();
        for (number, action) in actions.iter().enumerate() {
            for event in &action.events {
                actions_of.entry(*event).or_default().push(number);
            }
        }
        let mut numbers: FxHashMap<(usize, &[Value]), u32> = FxHashMap::default();
        let mut out = Self::default();
        for event in &ground.events {
            let params = system.event(event.event).params.len();
            let params = event.args.get(..params).unwrap_or(&event.args);
            let mut list = Vec::new();
            for action in actions_of.get(&event.event).into_iter().flatten() {
                let number = *numbers.entry((*action, params)).or_insert_with(|| {
                    out.strong.push(actions[*action].fairness == Fairness::Strong);
                    out.strong.len() as u32 - 1
                });
                list.push(number);
            }
            out.of_event.push(list);
        }
        out
    }

    /// Number of conditions.
    pub(super) fn len(&self) -> usize {
        self.strong.len()
    }
}

/// A table of bits, a row for each of many things.
#[derive(Clone, Debug, Default)]
pub(super) struct Bits {
    words: usize,
    table: Vec<u64>,
}

impl Bits {
    /// No rows, of so many bits each.
    pub(super) fn new(bits: usize) -> Self {
        Self {
            words: bits.div_ceil(64),
            table: Vec::new(),
        }
    }

    /// A new row without a bit.
    pub(super) fn row(&mut self) {
        self.table.extend(std::iter::repeat_n(0, self.words));
    }

    /// Sets a bit of the last row.
    pub(super) fn set_last(&mut self, bit: usize) {
        let at = self.table.len() - self.words + bit / 64;
        self.table[at] |= 1 << (bit % 64);
    }

    /// Number of words of a row.
    pub(super) fn words(&self) -> usize {
        self.words
    }

    /// The words of a row.
    pub(super) fn words_of(&self, row: usize) -> &[u64] {
        &self.table[row * self.words..(row + 1) * self.words]
    }

    /// Whether a row has a bit.
    pub(super) fn has(&self, row: usize, bit: usize) -> bool {
        self.table[row * self.words + bit / 64] >> (bit % 64) & 1 == 1
    }

    /// Bytes in use.
    pub(super) fn bytes(&self) -> u64 {
        (self.table.len() * size_of::<u64>()) as u64
    }
}
