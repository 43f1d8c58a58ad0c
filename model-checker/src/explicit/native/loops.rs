//! Code that goes through states one after the other.

use cranelift_codegen::ir::{InstBuilder, MemFlags, Value, types};
use cranelift_frontend::{FunctionBuilder, Variable};

use super::super::layout::Layout;
use super::emit::Emitter;

/// The variables of the loop over states.
pub(super) struct Loop {
    pub(super) source: Variable,
    pub(super) left: Variable,
    pub(super) out: Variable,
    pub(super) alive: Variable,
    pub(super) found: Variable,
    pub(super) antecedents: Variable,
}

impl Loop {
    /// Over so many states from a place; others are written from `out` on.
    pub(super) fn new(
        builder: &mut FunctionBuilder<'_>,
        source: Value,
        left: Value,
        out: Option<Value>,
        alive: Option<Value>,
    ) -> Self {
        let zero = builder.ins().iconst(types::I64, 0);
        let mut variable = |value: Value| {
            let variable = builder.declare_var(types::I64);
            builder.def_var(variable, value);
            variable
        };
        Self {
            source: variable(source),
            left: variable(left),
            out: variable(out.unwrap_or(zero)),
            alive: variable(alive.unwrap_or(zero)),
            found: variable(zero),
            antecedents: variable(zero),
        }
    }

    /// Moves a variable on.
    pub(super) fn advance(builder: &mut FunctionBuilder<'_>, variable: Variable, by: i64) {
        let value = builder.use_var(variable);
        let value = builder.ins().iadd_imm(value, by);
        builder.def_var(variable, value);
    }
}

/// The loop around `body`, which is given the words of a state.
pub(super) fn each_state(
    builder: &mut FunctionBuilder<'_>,
    layout: &Layout,
    of: &Loop,
    body: impl FnOnce(&mut FunctionBuilder<'_>, Vec<Value>),
) {
    let (head, state, end) = (
        builder.create_block(),
        builder.create_block(),
        builder.create_block(),
    );
    builder.ins().jump(head, &[]);
    builder.switch_to_block(head);
    let left = builder.use_var(of.left);
    builder.ins().brif(left, state, &[], end, &[]);
    builder.switch_to_block(state);
    let source = builder.use_var(of.source);
    let words = (0..layout.words() as i32)
        .map(|word| {
            builder
                .ins()
                .load(types::I64, MemFlags::trusted(), source, 8 * word)
        })
        .collect();
    body(builder, words);
    Loop::advance(builder, of.source, 8 * layout.words() as i64);
    Loop::advance(builder, of.left, -1);
    builder.ins().jump(head, &[]);
    builder.switch_to_block(end);
}

/// The parameters of a function, in its first block.
pub(super) fn parameters(builder: &mut FunctionBuilder<'_>) -> Vec<Value> {
    let entry = builder.create_block();
    builder.append_block_params_for_function_params(entry);
    builder.switch_to_block(entry);
    builder.block_params(entry).to_vec()
}

/// Sets a bit of a variable where a truth value is true.
pub(super) fn raise(em: &mut Emitter<'_, '_>, variable: Variable, truth: Value, bit: u64) {
    let wide = em.widen(truth);
    let shifted = em.builder.ins().ishl_imm(wide, i64::from(bit.trailing_zeros()));
    let old = em.builder.use_var(variable);
    let new = em.builder.ins().bor(old, shifted);
    em.builder.def_var(variable, new);
}

/// Joins a variable to a word of memory.
pub(super) fn tell(builder: &mut FunctionBuilder<'_>, bits: Value, word: i32, variable: Variable) {
    let old = builder
        .ins()
        .load(types::I64, MemFlags::trusted(), bits, 8 * word);
    let new = builder.use_var(variable);
    let both = builder.ins().bor(old, new);
    builder.ins().store(MemFlags::trusted(), both, bits, 8 * word);
}
