//! Reachable states of small scopes, as columns of truth values.
//!
//! Takes a vocabulary and a scope that leaves no sort open. Gives for each schema of each tuple of elements the set of
//! states in which it is true, so that whether a clause holds in all of them takes a few operations on words. States are found by
//! the explicit engine, one of each orbit of like elements.

use std::sync::atomic::AtomicBool;
use std::time::Instant;

use transition_system::{PropertyId, Scope, SortId, Stop, System, Verdict, Violation};

use super::clause::Fact;
use super::vocabulary::Vocabulary;
use crate::budget::Budget;
use crate::explicit::explored::Explored;
use crate::explicit::machine::{Conditions as _, Machine, Successors, Transitions as _};
use crate::explicit::{Forgetful, Limits, Options, Silent};
use crate::ground::{Atom, Ground};

/// Random walks where not all states are visited, and their length.
const WALKS: usize = 256;
const STEPS: usize = 16;
/// Most columns of one scope.
const COLUMNS: usize = 20_000;
/// See the module.
pub(super) struct Examples {
    pub(super) scope: Scope,
    /// Whether these are all reachable states (up to names of elements).
    pub(super) complete: bool,
    pub(super) states: usize,
    /// The number of elements of each sort, by index of the sort.
    sizes: Vec<u32>,
    /// For each schema where its columns begin.
    offsets: Vec<usize>,
    columns: Vec<Vec<u64>>,
}

/// What a search of a scope gave.
pub(super) enum Look {
    Examples(Examples),
    /// The property is false.
    Violation(Box<Violation>),
    /// Too large, or without a finite form.
    Nothing,
}

impl Examples {
    /// Searches a scope.
    pub(super) fn of(
        (system, property): (&System, PropertyId),
        vocabulary: &Vocabulary,
        scope: &Scope,
        (limits, nodes): (Limits, usize),
        interrupt: Option<&AtomicBool>,
    ) -> Look {
        let sizes: Vec<u32> = system.sort_ids().map(|s| size(system, scope, s)).collect();
        let mut atoms = Vec::new();
        let mut offsets = Vec::new();
        for schema in &vocabulary.schemas {
            offsets.push(atoms.len());
            let sorts: Vec<SortId> = schema.args.iter().map(|(_, s)| *s).collect();
            for tuple in tuples(&sorts, &sizes) {
                let binders = schema.args.iter().map(|(b, _)| *b);
                atoms.push(Atom {
                    formula: schema.formula,
                    elements: binders.zip(tuple).collect(),
                });
            }
            if atoms.len() > COLUMNS {
                return Look::Nothing;
            }
        }
        let options = Options {
            limits,
            cone: false,
            settle: false,
            // with names, what is said of one element is not said of another
            symmetry: system.sorts.iter().all(|s| s.elements.is_empty()),
            since: Instant::now(),
            interrupt,
            ..Options::default()
        };
        let budget: Budget<'_> = options.budget();
        let Ok((ground, roots)) = Ground::with_atoms(system, scope, &[property], nodes, &budget, &atoms)
        else {
            return Look::Nothing;
        };
        let (mut silent, mut forgetful) = (Silent, Forgetful);
        let Ok(explored) = Explored::new(&ground, &options, &mut silent, &mut forgetful) else {
            return Look::Nothing;
        };
        for (id, verdict) in &explored.report.verdicts {
            if *id == property
                && let Verdict::Violated(violation) = verdict
            {
                return Look::Violation(violation.clone());
            }
        }
        let complete = explored.report.stopped.is_none();
        let mut words = Vec::new();
        if explored.states(&mut words, || Ok::<(), Stop>(())).is_err() {
            return Look::Nothing;
        }
        let Ok(mut machine) = Machine::of_conditions(&ground.dag, explored.layout(), &roots) else {
            return Look::Nothing;
        };
        let width = explored.layout().words().max(1);
        if !complete && explored.layout().words() > 0 {
            further(&mut explored.machine().ok(), width, &mut words);
        }
        let states = if explored.layout().words() == 0 {
            usize::from(explored.expanded() > 0)
        } else {
            words.len() / width
        };
        let mut columns = vec![vec![0u64; states.div_ceil(64)]; roots.len()];
        for index in 0..states {
            machine.load(words.get(index * width..(index + 1) * width).unwrap_or_default());
            for (atom, column) in columns.iter_mut().enumerate() {
                if machine.holds(atom) {
                    column[index / 64] |= 1 << (index % 64);
                }
            }
        }
        Look::Examples(Self {
            scope: scope.clone(),
            complete,
            states,
            sizes,
            offsets,
            columns,
        })
    }

    /// No state of a scope yet.
    pub(super) fn none(system: &System, vocabulary: &Vocabulary, scope: &Scope) -> Self {
        let sizes: Vec<u32> = system.sort_ids().map(|s| size(system, scope, s)).collect();
        let (mut offsets, mut columns) = (Vec::new(), 0);
        for schema in &vocabulary.schemas {
            offsets.push(columns);
            columns += schema
                .args
                .iter()
                .map(|(_, sort)| sizes[sort.index()] as usize)
                .product::<usize>();
        }
        Self {
            scope: scope.clone(),
            complete: false,
            states: 0,
            sizes,
            offsets,
            columns: vec![Vec::new(); columns],
        }
    }

    /// One more state, by the facts that are true in it.
    pub(super) fn add(&mut self, vocabulary: &Vocabulary, facts: &[Fact]) {
        let (word, bit) = (self.states / 64, self.states % 64);
        self.states += 1;
        for column in &mut self.columns {
            column.resize(word + 1, 0);
        }
        for (schema, elements, holds) in facts {
            let elements: Vec<u32> = elements.iter().map(|(_, e)| *e).collect();
            if *holds {
                let index = self.index(vocabulary, *schema, &elements);
                self.columns[index][word] |= 1 << bit;
            }
        }
    }

    /// The number of elements of a sort.
    pub(super) fn size(&self, sort: SortId) -> u32 {
        self.sizes[sort.index()]
    }

    /// The states in which a schema is true of elements, as bits.
    pub(super) fn column(&self, vocabulary: &Vocabulary, schema: usize, elements: &[u32]) -> &[u64] {
        &self.columns[self.index(vocabulary, schema, elements)]
    }

    fn index(&self, vocabulary: &Vocabulary, schema: usize, elements: &[u32]) -> usize {
        let args = vocabulary.schemas[schema].args.iter().zip(elements);
        let within = args.fold(0, |at, ((_, sort), e)| {
            at * self.size(*sort) as usize + *e as usize
        });
        self.offsets[schema] + within
    }

    /// All states, as bits.
    pub(super) fn all(&self) -> Vec<u64> {
        let mut bits = vec![u64::MAX; self.states.div_ceil(64)];
        if let Some(last) = bits.last_mut()
            && !self.states.is_multiple_of(64)
        {
            *last = (1 << (self.states % 64)) - 1;
        }
        bits
    }
}

/// Adds states that lie behind those found, on random walks.
fn further(machine: &mut Option<Machine>, width: usize, words: &mut Vec<u64>) {
    let Some(machine) = machine else { return };
    let count = words.len() / width;
    if count == 0 {
        return;
    }
    let mut random = 0x9E37_79B9_7F4A_7C15u64;
    let mut next = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random % below.max(1) as u64) as usize
    };
    let mut after = Successors {
        words: width,
        ..Successors::default()
    };
    for _ in 0..WALKS {
        let from = next(count) * width;
        let mut state = words[from..from + width].to_vec();
        for _ in 0..STEPS {
            after.clear();
            machine.expand(&state, &mut after);
            if after.is_empty() || after.escaped.is_some() {
                break;
            }
            state = after.state(next(after.len())).to_vec();
            words.extend(&state);
        }
    }
}

/// The number of elements of a sort in a scope.
pub(super) fn size(system: &System, scope: &Scope, sort: SortId) -> u32 {
    match system.sort(sort).elements.len() {
        0 => scope.size(sort).unwrap_or(1),
        n => n as u32,
    }
}

/// All tuples of elements of these sorts, in order.
pub(super) fn tuples(sorts: &[SortId], sizes: &[u32]) -> Vec<Vec<u32>> {
    let mut out = vec![Vec::new()];
    for sort in sorts {
        out = out
            .iter()
            .flat_map(|t: &Vec<u32>| {
                (0..sizes[sort.index()]).map(move |e| {
                    let mut t = t.clone();
                    t.push(e);
                    t
                })
            })
            .collect();
    }
    out
}
