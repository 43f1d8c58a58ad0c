//! The choice of a set of events in one state.

use super::super::set::Set;
use super::Rules;

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    /// The values of the cells.
    values: Vec<i64>,
    enabled: Set,
    /// Those of them that are only kept together with all.
    barred: Set,
    set: Set,
    best: Set,
    /// What of the set was not looked at.
    list: Vec<usize>,
}

impl Choice {
    /// For states of so many cells, and so many events.
    pub(super) fn new(cells: usize, events: usize) -> Self {
        Self {
            values: vec![0; cells],
            enabled: Set::new(events),
            barred: Set::new(events),
            set: Set::new(events),
            best: Set::new(events),
            list: Vec::new(),
        }
    }

    /// Looks for the set with fewest events of those that are enabled in a state, but fewer than `limit`; whether there is one.
    pub(super) fn make(&mut self, rules: &Rules, state: &[u64], enabled: &[u32], limit: usize) -> bool {
        self.enabled.clear();
        self.barred.clear();
        for event in enabled.iter().map(|e| *e as usize) {
            self.enabled.add(event);
            if rules.whole.contains(event) {
                self.barred.add(event);
            }
        }
        if self.barred == self.enabled {
            return false;
        }
        rules.layout.unpack(state, &mut self.values);
        let (mut least, mut found) = (limit, false);
        for event in enabled.iter().map(|e| *e as usize) {
            if self.barred.contains(event) || (found && self.best.contains(event)) {
                continue;
            }
            if self.close(rules, event, least) {
                least = self.set.common(&self.enabled);
                self.best.clone_from(&self.set);
                found = true;
                if least == 1 {
                    break;
                }
            }
        }
        found
    }

    /// Whether an event is in the set that was found last.
    pub(super) fn holds(&self, event: u32) -> bool {
        self.best.contains(event as usize)
    }

    /// Makes the set with an event; whether it can be kept, and has fewer enabled events than `limit`.
    fn close(&mut self, rules: &Rules, event: usize, limit: usize) -> bool {
        self.set.clear();
        self.set.add(event);
        self.list.clear();
        self.list.push(event);
        while let Some(event) = self.list.pop() {
            let needed = if self.enabled.contains(event) {
                Some(&rules.relations.conflicts[event])
            } else {
                rules.enabler(event, &self.values)
            };
            let Some(needed) = needed else { continue };
            if self.set.join_new(needed, &mut self.list)
                && (self.set.meets(&self.barred) || self.set.common(&self.enabled) >= limit)
            {
                return false;
            }
        }
        true
    }
}
