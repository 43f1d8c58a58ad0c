//! Live cells: for each value of one cell, those that matter in states in which it has that value.
//!
//! The values of the cell are places of a program, and events lead from one to the next. A cell is live at a place
//! where a guard, a promise or a property reads it, or the new value of a cell that is live at the place to which the event leads, or
//! where it is not written and is live there (Aho, Lam, Sethi, Ullman, "Compilers", 2006, section 9.2.5, with faint variables:
//! Giegerich, Möncke, Wilhelm, "Invariance of approximative semantics with respect to program transformations", 1981). The least
//! solution is found by repetition.

use std::ops::Range;

use super::super::layout::{FieldId, Layout};
use super::super::set::Set;
use super::facts::{Claim, Facts, Parts, Writes, claims};
use super::reads::{Known, Reader};
use crate::ground::{CellId, Cone, Ground};

/// A cell whose values are places.
#[derive(Clone, Copy)]
pub(super) struct Places {
    pub(super) field: FieldId,
    cell: CellId,
    lo: i64,
    /// How many values it has.
    pub(super) count: usize,
}

impl Places {
    fn known(&self, place: usize, next: bool) -> Known {
        Some((self.cell, next, self.lo + place as i64))
    }

    /// The places of these values, as far as there are any.
    fn between(&self, (least, most): (i64, i64)) -> Range<usize> {
        let hi = self.lo + self.count as i64 - 1;
        let (least, most) = (least.max(self.lo), most.min(hi));
        if least > most {
            return 0..0;
        }
        (least - self.lo) as usize..(most - self.lo) as usize + 1
    }
}

/// How an event leads from places to places.
struct Move {
    from: Range<usize>,
    /// Where it stays if there is none.
    to: Option<Range<usize>>,
    writes: Writes,
}

/// Finds live cells.
pub(super) struct Analysis<'a> {
    reader: Reader<'a>,
    layout: &'a Layout,
    cells: Vec<CellId>,
    events: Vec<Parts>,
    /// What each event does where nothing is known.
    plain: Vec<Facts>,
    claims: Vec<Claim>,
}

impl<'a> Analysis<'a> {
    pub(super) fn new(ground: &'a Ground<'_>, cone: &Cone, layout: &'a Layout) -> Self {
        let mut reader = Reader::new(&ground.dag, layout);
        let mut events = Vec::with_capacity(cone.events.len());
        let mut plain = Vec::with_capacity(cone.events.len());
        for event in &cone.events {
            let parts = Parts::new(&ground.events[*event], layout, &mut reader);
            plain.push(parts.facts(&mut reader, None));
            events.push(parts);
        }
        Self {
            claims: claims(ground, cone, &mut reader),
            cells: layout.cells().collect(),
            reader,
            layout,
            events,
            plain,
        }
    }

    /// The values of a cell as places.
    pub(super) fn places(&self, field: FieldId) -> Places {
        let (lo, hi) = self.layout.bounds(field);
        Places {
            field,
            cell: self.cells[field.index()],
            lo,
            count: hi.abs_diff(lo) as usize + 1,
        }
    }

    /// About how many operations [`Analysis::live`] takes.
    pub(super) fn cost(&self, places: &Places) -> usize {
        places.count * (self.events.len() + self.claims.len())
    }

    /// For each place the cells that are live there, where these always are.
    pub(super) fn live(&mut self, places: &Places, always: &Set) -> Vec<Set> {
        let mut live = vec![always.clone(); places.count];
        live.iter_mut().for_each(|set| set.add(places.field.index()));
        let (moves, happens) = self.moves(places, &mut live);
        self.asked(places, &happens, &mut live);
        let (mut target, mut change) = (always.clone(), true);
        while change {
            change = false;
            for step in &moves {
                for from in step.from.clone() {
                    change |= before(step, from, &mut live, &mut target);
                }
            }
        }
        live
    }

    /// How events lead from place to place; adds what their guards and promises read. For each event where it may happen, unless
    /// that is everywhere or nowhere.
    fn moves(&mut self, places: &Places, live: &mut [Set]) -> (Vec<Move>, Vec<Vec<bool>>) {
        let field = places.field.index() as u32;
        let (mut moves, mut happens) = (Vec::new(), Vec::with_capacity(self.events.len()));
        for (parts, plain) in self.events.iter().zip(&self.plain) {
            let target = parts.writes.iter().find(|(f, _)| *f == field).map(|(_, n)| *n);
            let mentioned = parts.mentions.binary_search(&field).is_ok();
            let each = if mentioned { places.count } else { 1 };
            let mut here = Vec::with_capacity(each);
            for place in 0..each {
                let (facts, from) = if mentioned {
                    let known = places.known(place, false);
                    (parts.facts(&mut self.reader, known), place..place + 1)
                } else {
                    (plain.clone(), 0..places.count)
                };
                live[from.clone()]
                    .iter_mut()
                    .for_each(|set| add(set, &facts.reads));
                here.push(facts.happens);
                let to = target.map(|node| {
                    let known = self.reader.value(node).filter(|_| mentioned);
                    let bounds = known.map_or_else(|| self.reader.dag.bounds(node), |v| (v, v));
                    places.between(bounds)
                });
                if facts.happens {
                    let writes = facts.writes;
                    moves.push(Move { from, to, writes });
                }
            }
            happens.push(here);
        }
        (moves, happens)
    }

    /// Adds what properties read.
    fn asked(&mut self, places: &Places, happens: &[Vec<bool>], live: &mut [Set]) {
        let field = places.field.index() as u32;
        for claim in &self.claims {
            for next in [false, true] {
                let mentions = if next {
                    &claim.mentions.1
                } else {
                    &claim.mentions.0
                };
                let mentioned = mentions.binary_search(&field).is_ok();
                for (place, set) in live.iter_mut().enumerate() {
                    let happens = |event: usize| *happens[event].get(place).unwrap_or(&happens[event][0]);
                    if !next && !claim.event.is_none_or(happens) {
                        continue;
                    }
                    if mentioned {
                        let known = places.known(place, next);
                        add(set, &claim.reads(&mut self.reader, next, known));
                    } else {
                        add(set, mentions);
                    }
                }
            }
        }
    }
}

fn add(set: &mut Set, fields: &[u32]) {
    fields.iter().for_each(|f| set.add(*f as usize));
}

/// Adds what is live before a step; whether any of it is new.
fn before(step: &Move, from: usize, live: &mut [Set], target: &mut Set) -> bool {
    target.clear();
    match &step.to {
        Some(to) => live[to.clone()].iter().for_each(|set| target.join(set)),
        None => target.join(&live[from]),
    }
    let written: Vec<&(u32, _)> = step
        .writes
        .iter()
        .filter(|(f, _)| target.contains(*f as usize))
        .collect();
    written.iter().for_each(|(f, _)| target.remove(*f as usize));
    written.iter().for_each(|(_, reads)| add(target, reads));
    live[from].grow(target)
}
