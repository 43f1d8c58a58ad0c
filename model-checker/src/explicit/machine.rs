//! Successors and conditions of packed states, computed by a small portable machine.
//!
//! [`Transitions`] and [`Conditions`] are what the search knows; code compiled to machine instructions can stand
//! behind them as well, and is tested against this machine. Nothing is allocated per successor.

use super::layout::Layout;
use super::program::{Code, Compiler, Entry, Op, Reg};
use super::select::{Selector, split};
use crate::ground::{Cone, Dag, Ground, GroundError, GroundEvent, NodeId, div, modulo};

/// The successors of some states, in order of source and event.
#[derive(Clone, Debug, Default)]
pub struct Successors {
    /// Words of a state.
    pub words: usize,
    /// Packed states, one after the other.
    pub states: Vec<u64>,
    /// For each: position of the event in the cone.
    pub events: Vec<u32>,
    /// Broken promises met on the way: source (as counted by the caller), event, position among its
    /// promises.
    pub broken: Vec<Broken>,
    /// An event that gave a cell a value outside of its domain though no promise forbids it: the system
    /// does not obey the rule book.
    pub escaped: Option<u32>,
}

/// An event was undefined in a state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Broken {
    /// Position of the event in the cone.
    pub event: u32,
    /// Position of the promise in the order of [`crate::ground::GroundEvent::promises`].
    pub promise: u32,
}

impl Successors {
    /// Forgets all, keeps the memory.
    pub fn clear(&mut self) {
        self.states.clear();
        self.events.clear();
        self.broken.clear();
        self.escaped = None;
    }

    /// Number of successors.
    #[must_use]
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// A successor.
    ///
    /// # Panics
    /// If there are not as many.
    #[must_use]
    pub fn state(&self, index: usize) -> &[u64] {
        &self.states[index * self.words..(index + 1) * self.words]
    }
}

/// Computes successors.
pub trait Transitions {
    /// Appends the successors of a packed state, in order of event.
    fn expand(&mut self, state: &[u64], out: &mut Successors);
}

/// Evaluates conditions, numbered in the order in which they were compiled.
pub trait Conditions {
    /// Reads a state; the conditions asked for next are about it.
    fn load(&mut self, state: &[u64]);
    /// Reads the state after, for conditions on two states.
    fn load_next(&mut self, state: &[u64]);
    /// Whether a condition is true of what was read.
    fn holds(&mut self, condition: usize) -> bool;
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Exit {
    False,
    True,
    Broken(u32),
    Escaped,
}

/// The portable machine.
#[derive(Clone)]
pub struct Machine {
    layout: Layout,
    code: Code,
    entries: Vec<Entry>,
    selector: Selector,
}

impl Machine {
    /// Compiles the events of a cone. An update of a cell outside of the cone is left out.
    ///
    /// # Errors
    /// An internal error if an event of the cone reads a cell outside of it.
    pub fn of_events(ground: &Ground<'_>, cone: &Cone, layout: &Layout) -> Result<Self, GroundError> {
        let mut compiler = Compiler::new(&ground.dag, layout);
        let mut entries = Vec::with_capacity(cone.events.len());
        let mut selected = Vec::with_capacity(cone.events.len());
        for index in &cone.events {
            let event = &ground.events[*index];
            // promises that presuppose nothing are checked whether or not the guard holds
            let (simple, other) = if event.before.is_empty() {
                split(&ground.dag, &ground.cells, event.guard)
            } else {
                (Vec::new(), vec![event.guard])
            };
            entries.push(compile(ground, event, &other, &mut compiler));
            selected.push(simple);
        }
        let selector = Selector::new(&ground.dag, &ground.cells, layout, &selected);
        Self::new(layout, compiler, entries, selector)
    }

    /// Compiles formulas.
    ///
    /// # Errors
    /// An internal error if a formula reads a cell outside of the layout.
    pub fn of_conditions(dag: &Dag, layout: &Layout, formulas: &[NodeId]) -> Result<Self, GroundError> {
        let mut compiler = Compiler::new(dag, layout);
        let mut entries = Vec::with_capacity(formulas.len());
        for formula in formulas {
            entries.push(compiler.begin(&[*formula]));
            compiler.need(*formula, true);
            compiler.end();
        }
        let selector = Selector::default();
        Self::new(layout, compiler, entries, selector)
    }

    fn new(
        layout: &Layout,
        compiler: Compiler<'_>,
        entries: Vec<Entry>,
        selector: Selector,
    ) -> Result<Self, GroundError> {
        Ok(Self {
            layout: layout.clone(),
            code: compiler.finish()?,
            entries,
            selector,
        })
    }
}

/// The program of an event, with what the selector leaves of its guard.
fn compile(ground: &Ground<'_>, event: &GroundEvent, guard: &[NodeId], compiler: &mut Compiler<'_>) -> Entry {
    let updates: Vec<_> = event
        .updates
        .iter()
        .filter(|(c, _)| compiler.covers(*c))
        .collect();
    let mut roots: Vec<NodeId> = event.promises().map(|p| p.holds).collect();
    roots.extend(guard);
    roots.extend(updates.iter().map(|(_, n)| *n));
    let entry = compiler.begin(&roots);
    for (position, promise) in event.before.iter().enumerate() {
        compiler.promise(promise.holds, position);
    }
    guard.iter().for_each(|g| compiler.need(*g, true));
    if event.guard != Dag::FALSE {
        for (position, promise) in event.after.iter().enumerate() {
            compiler.promise(promise.holds, event.before.len() + position);
        }
        let values: Vec<(_, Reg)> = updates.iter().map(|(c, n)| (*c, compiler.value(*n))).collect();
        for ((cell, node), (_, reg)) in updates.iter().zip(&values) {
            let (bounds, within) = (ground.dag.bounds(*node), ground.cells.get(*cell).bounds);
            if bounds.0 < within.0 || bounds.1 > within.1 {
                compiler.within(*reg, within);
            }
        }
        compiler.fire();
        values
            .into_iter()
            .for_each(|(cell, reg)| compiler.write(cell, reg));
    }
    compiler.end();
    entry
}

/// Runs a program; the state after goes to `out`.
fn run(code: &mut Code, layout: &Layout, entry: Entry, state: &[u64], out: &mut Vec<u64>) -> Exit {
    let (ops, regs) = (&code.ops, &mut code.registers);
    let mut at = entry.0 as usize;
    let mut after = 0;
    loop {
        let op = ops[at];
        at += 1;
        let truth = |b: bool| i64::from(b);
        match op {
            Op::NeedEq { a, b, want } => {
                if (regs[a as usize] == regs[b as usize]) != want {
                    return Exit::False;
                }
            }
            Op::NeedLe { a, b, want } => {
                if (regs[a as usize] <= regs[b as usize]) != want {
                    return Exit::False;
                }
            }
            Op::Need { a, want } => {
                if (regs[a as usize] != 0) != want {
                    return Exit::False;
                }
            }
            Op::Fire => {
                after = out.len();
                out.extend_from_slice(state);
            }
            Op::Write { field, a } => layout.set(&mut out[after..], field, regs[a as usize]),
            Op::Done => return Exit::True,
            Op::Not { to, a } => regs[to as usize] = 1 - regs[a as usize],
            Op::And { to, a, b } => regs[to as usize] = regs[a as usize] & regs[b as usize],
            Op::Or { to, a, b } => regs[to as usize] = regs[a as usize] | regs[b as usize],
            Op::Eq { to, a, b } => regs[to as usize] = truth(regs[a as usize] == regs[b as usize]),
            Op::Le { to, a, b } => regs[to as usize] = truth(regs[a as usize] <= regs[b as usize]),
            Op::Add { to, a, b } => regs[to as usize] = regs[a as usize].wrapping_add(regs[b as usize]),
            Op::Sub { to, a, b } => regs[to as usize] = regs[a as usize].wrapping_sub(regs[b as usize]),
            Op::Mul { to, a, b } => regs[to as usize] = regs[a as usize].wrapping_mul(regs[b as usize]),
            Op::Div { to, a, b } => regs[to as usize] = div(regs[a as usize], regs[b as usize]),
            Op::Mod { to, a, b } => regs[to as usize] = modulo(regs[a as usize], regs[b as usize]),
            Op::Ite { to, c, a, b } => {
                regs[to as usize] = if regs[c as usize] != 0 {
                    regs[a as usize]
                } else {
                    regs[b as usize]
                };
            }
            Op::Copy { to, a } => regs[to as usize] = regs[a as usize],
            Op::Jump { a, want, target } => {
                if (regs[a as usize] != 0) == want {
                    at = target as usize;
                }
            }
            Op::Promise { a, position } => {
                if regs[a as usize] == 0 {
                    return Exit::Broken(position);
                }
            }
            Op::Within { a, lo, hi } => {
                if !(regs[lo as usize]..=regs[hi as usize]).contains(&regs[a as usize]) {
                    return Exit::Escaped;
                }
            }
        }
    }
}

impl Transitions for Machine {
    fn expand(&mut self, state: &[u64], out: &mut Successors) {
        let fields = self.code.fields;
        self.layout.unpack(state, &mut self.code.registers[..fields]);
        let (code, layout, entries) = (&mut self.code, &self.layout, &self.entries);
        self.selector.select(&code.registers);
        self.selector.each(
            |event| match run(code, layout, entries[event], state, &mut out.states) {
                Exit::False => {}
                Exit::True => out.events.push(event as u32),
                Exit::Broken(promise) => out.broken.push(Broken {
                    event: event as u32,
                    promise,
                }),
                Exit::Escaped => out.escaped = Some(event as u32),
            },
        );
    }
}

impl Conditions for Machine {
    fn load(&mut self, state: &[u64]) {
        let fields = self.code.fields;
        self.layout.unpack(state, &mut self.code.registers[..fields]);
    }

    fn load_next(&mut self, state: &[u64]) {
        let fields = self.code.fields;
        self.layout
            .unpack(state, &mut self.code.registers[fields..2 * fields]);
    }

    fn holds(&mut self, condition: usize) -> bool {
        let entry = self.entries[condition];
        run(&mut self.code, &self.layout, entry, &[], &mut Vec::new()) == Exit::True
    }
}
