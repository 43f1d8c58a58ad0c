//! Events and properties as code: what is done with each state of a [loop](super::loops).

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, MemFlags, Value, types};
use cranelift_frontend::FunctionBuilder;

use super::super::layout::Layout;
use super::UNDEFINED;
use super::emit::Emitter;
use super::groups::Group;
use super::loops::{Loop, each_state, parameters, raise, tell};
use super::plan::{EventPlan, Plan};
use super::support::Table;
use crate::ground::{Dag, NodeId};

/// Nodes of an event from which on a branch around it pays.
const BRANCH: usize = 24;

/// A function for the groups of events from `from`, up to about `most` operations; the position behind the last.
pub(super) fn expand(
    builder: &mut FunctionBuilder<'_>,
    plan: &Plan,
    layout: &Layout,
    from: usize,
    most: usize,
) -> usize {
    let given = parameters(builder);
    let (counts, bits) = (given[3], given[5]);
    let of = Loop::new(builder, given[0], given[1], Some(given[2]), Some(given[4]));
    let mut next = from;
    each_state(builder, layout, &of, |builder, words| {
        let start = builder.use_var(of.out);
        let mut em = Emitter::new(builder, &plan.dag, layout, &plan.reads, words);
        while next < plan.groups.len() && em.operations < most {
            one_group(&mut em, plan, &plan.groups[next], &of, counts);
            next += 1;
        }
        let (end, alive) = (builder.use_var(of.out), builder.use_var(of.alive));
        let any = builder.ins().icmp(IntCC::NotEqual, start, end);
        let old = builder.ins().load(types::I8, MemFlags::trusted(), alive, 0);
        let new = builder.ins().bor(old, any);
        builder.ins().store(MemFlags::trusted(), new, alive, 0);
        Loop::advance(builder, of.alive, 1);
    });
    tell(builder, bits, 0, of.found);
    let end = builder.use_var(of.out);
    builder.ins().return_(&[end]);
    next
}

fn one_group(em: &mut Emitter<'_, '_>, plan: &Plan, group: &Group, of: &Loop, counts: Value) {
    let events = || group.events.iter().map(|at| (*at, &plan.events[*at]));
    for promise in events().flat_map(|(_, event)| &event.before) {
        let holds = em.truth(*promise);
        let broken = em.not(holds);
        raise(em, of.found, broken, UNDEFINED);
    }
    let Some(shared) = group.shared else {
        events().for_each(|(at, event)| one_event(em, event, None, of, counts, at));
        return;
    };
    let first = em.truth(shared);
    behind(em, first, |em| {
        events().for_each(|(at, event)| one_event(em, event, Some(shared), of, counts, at));
    });
}

/// Code that is skipped where a truth value is false.
fn behind<'a, 'b>(em: &mut Emitter<'a, 'b>, first: Value, body: impl FnOnce(&mut Emitter<'a, 'b>)) {
    let (inside, after) = (em.builder.create_block(), em.builder.create_block());
    em.builder.ins().brif(first, inside, &[], after, &[]);
    em.builder.switch_to_block(inside);
    let mark = em.mark();
    body(em);
    em.forget(mark);
    em.builder.ins().jump(after, &[]);
    em.builder.switch_to_block(after);
}

/// An event, where one conjunct of its guard is known to be true.
fn one_event(
    em: &mut Emitter<'_, '_>,
    event: &EventPlan,
    known: Option<NodeId>,
    of: &Loop,
    counts: Value,
    position: usize,
) {
    if event.guard == Dag::FALSE {
        return;
    }
    let mut conjuncts = em.dag.conjuncts(event.guard);
    conjuncts.retain(|conjunct| Some(*conjunct) != known);
    let (cheap, other): (Vec<NodeId>, Vec<NodeId>) = conjuncts.iter().partition(|c| em.table(**c).is_some());
    if event.size < BRANCH || cheap.is_empty() {
        let guard = em.conjunction(&conjuncts);
        body(em, event, guard, of, counts, position);
        return;
    }
    let first = em.conjunction(&cheap);
    behind(em, first, |em| {
        let guard = em.conjunction(&other);
        body(em, event, guard, of, counts, position);
    });
}

/// What happens where the guard is true, without a branch on it.
fn body(
    em: &mut Emitter<'_, '_>,
    event: &EventPlan,
    guard: Value,
    of: &Loop,
    counts: Value,
    position: usize,
) {
    let mut fires = guard;
    let mut broken = Vec::new();
    for promise in event.before.iter().chain(&event.after) {
        let holds = em.truth(*promise);
        broken.push(em.not(holds));
    }
    let words = updated(em, event, &mut broken);
    if !broken.is_empty() {
        let any = em.join(broken, false);
        let undefined = em.and(guard, any);
        raise(em, of.found, undefined, UNDEFINED);
        let fine = em.not(any);
        fires = em.and(guard, fine);
    }
    for (bit, holds) in &event.steps {
        let holds = em.truth(*holds);
        let broken = em.not(holds);
        let violated = em.and(fires, broken);
        raise(em, of.found, violated, *bit);
    }
    let out = em.builder.use_var(of.out);
    for (at, word) in words.iter().enumerate() {
        em.builder
            .ins()
            .store(MemFlags::trusted(), *word, out, 8 * at as i32);
    }
    let wide = em.widen(fires);
    let flags = MemFlags::trusted();
    let offset = 8 * position as i32;
    let count = em.builder.ins().load(types::I64, flags, counts, offset);
    let count = em.builder.ins().iadd(count, wide);
    em.builder.ins().store(flags, count, counts, offset);
    let kept = if stutters(em, event) {
        let changes = changed(em, &words);
        let moves = em.and(fires, changes);
        em.widen(moves)
    } else {
        wide
    };
    let step = em.builder.ins().imul_imm(kept, 8 * words.len() as i64);
    let next = em.builder.ins().iadd(out, step);
    em.builder.def_var(of.out, next);
    em.operations += 6 + words.len();
}

/// Whether an event may lead from a state to itself: no cell that it sets has another value by its guard.
fn stutters(em: &mut Emitter<'_, '_>, event: &EventPlan) -> bool {
    let conjuncts = em.dag.conjuncts(event.guard);
    let tables: Vec<Table> = conjuncts.iter().filter_map(|c| em.table(*c)).collect();
    !event.updates.iter().any(|update| {
        let Some(value) = em.dag.literal(update.value) else {
            return false;
        };
        let code = value.wrapping_sub(em.layout.bounds(update.field).0) as u64;
        let of_cell = |t: &&Table| em.layout.field(t.cell) == Some(update.field);
        tables
            .iter()
            .filter(of_cell)
            .any(|t| code >= 64 || t.truth >> code & 1 == 0)
    })
}

/// Whether a state after differs from the state before.
fn changed(em: &mut Emitter<'_, '_>, after: &[Value]) -> Value {
    let before = em.words().to_vec();
    let mut parts = Vec::new();
    for (old, new) in before.iter().zip(after).filter(|(old, new)| old != new) {
        parts.push(em.builder.ins().icmp(IntCC::NotEqual, *old, *new));
        em.operations += 1;
    }
    em.join(parts, false)
}

/// The words of the state after. What leaves the bounds of its cell is added to `broken`.
fn updated(em: &mut Emitter<'_, '_>, event: &EventPlan, broken: &mut Vec<Value>) -> Vec<Value> {
    let mut words = em.words().to_vec();
    // bits to clear, bits to set, and values to add
    let mut changes: Vec<(u64, u64, Vec<Value>)> = vec![(0, 0, Vec::new()); words.len()];
    for update in &event.updates {
        let (word, shift, mask) = em.layout.place(update.field);
        let (lo, hi) = em.layout.bounds(update.field);
        changes[word].0 |= mask << shift;
        if let Some(value) = em.dag.literal(update.value)
            && (lo..=hi).contains(&value)
        {
            changes[word].1 |= (value.wrapping_sub(lo) as u64 & mask) << shift;
            continue;
        }
        let value = em.integer(update.value);
        let mut code = if lo == 0 {
            value
        } else {
            em.builder.ins().iadd_imm(value, lo.wrapping_neg())
        };
        if update.within.is_some() {
            let most = em.constant(hi.abs_diff(lo));
            broken.push(em.builder.ins().icmp(IntCC::UnsignedGreaterThan, code, most));
            let mask = em.constant(mask);
            code = em.builder.ins().band(code, mask);
        }
        if shift > 0 {
            code = em.builder.ins().ishl_imm(code, i64::from(shift));
        }
        em.operations += 3;
        changes[word].2.push(code);
    }
    for (word, (clear, set, values)) in words.iter_mut().zip(changes) {
        if clear != 0 {
            let keep = em.constant(!clear);
            *word = em.builder.ins().band(*word, keep);
            em.operations += 1;
        }
        if set != 0 {
            let set = em.constant(set);
            *word = em.builder.ins().bor(*word, set);
            em.operations += 1;
        }
        for value in values {
            *word = em.builder.ins().bor(*word, value);
            em.operations += 1;
        }
    }
    words
}

/// A function for the properties of states.
pub(super) fn check(builder: &mut FunctionBuilder<'_>, plan: &Plan, layout: &Layout) {
    let given = parameters(builder);
    let of = Loop::new(builder, given[0], given[1], None, None);
    each_state(builder, layout, &of, |builder, words| {
        let mut em = Emitter::new(builder, &plan.dag, layout, &plan.reads, words);
        for claim in &plan.claims {
            let holds = em.conjunction(&claim.holds);
            let mut found = em.not(holds);
            if let Some(witness) = claim.witness {
                let reached = em.truth(witness);
                found = em.or(found, reached);
            }
            raise(&mut em, of.found, found, claim.bit);
            if let Some(antecedent) = claim.antecedent {
                let truth = em.truth(antecedent);
                raise(&mut em, of.antecedents, truth, claim.bit);
            }
        }
    });
    tell(builder, given[2], 0, of.found);
    tell(builder, given[2], 1, of.antecedents);
    builder.ins().return_(&[]);
}
