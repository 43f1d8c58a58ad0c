//! Events and properties as machine code.
//!
//! Takes a ground system and a layout; gives functions that expand and check many packed states at a time. What a state
//! violates is told as a set of bits only: a search that sees one of the bits it cares about asks the portable
//! [`Machine`](super::machine::Machine) about the same states, so that every finding comes from there, and the two
//! are compared in the tests.
//!
//! The code has few branches: the state after is always written, and the place for the next one moves on by the truth
//! of the guard; what many guards ask is asked once, and skips them all. Cells are compared where they stand, several of one word in one go.

mod code;
mod emit;
mod events;
mod groups;
mod loops;
mod plan;
mod support;

use std::mem;

use cranelift_codegen::ir::{AbiParam, types};
use cranelift_codegen::settings::{self, Configurable};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use cranelift_jit::{JITBuilder, JITModule};
use cranelift_module::{FuncId, Module};

use super::layout::Layout;
use crate::ground::{Cone, Ground};
pub(crate) use code::Code;
use plan::Plan;

/// Most operations that are made into code: beyond, making it takes longer than it is likely to save.
const MOST_OPERATIONS: usize = 400_000;
/// Operations of one function, after which the next event begins another.
const FUNCTION_OPERATIONS: usize = 6_000;

/// Source states, their number, place for states after, counts of events, whether a state has a state after, bits.
type Expand = unsafe extern "C" fn(*const u64, u64, *mut u64, *mut u64, *mut u8, *mut u64) -> *mut u64;
/// States, their number, bits.
type Check = unsafe extern "C" fn(*const u64, u64, *mut u64);

/// The bit of what makes a specification undefined: a broken promise of an event, or a value outside of its type.
pub(crate) const UNDEFINED: u64 = 1 << 63;

/// The bit of a property, by its position. Those behind the sixty-second share one.
#[must_use]
pub(crate) fn property_bit(position: usize) -> u64 {
    1 << position.min(62)
}

/// What functions said of some states.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub(crate) struct Bits {
    /// [`UNDEFINED`], and the properties that are violated or reached.
    pub(crate) found: u64,
    /// The properties whose antecedent is true somewhere.
    pub(crate) antecedents: u64,
}

/// See the module.
pub(crate) struct Native {
    words: usize,
    events: usize,
    expand: Vec<Expand>,
    check: Check,
    module: Option<JITModule>,
}

// SAFETY: the module is not touched after it was made, until it is dropped; its code writes only where its arguments
// point.
#[expect(unsafe_code, reason = "machine code is shared between threads")]
unsafe impl Send for Native {}
// SAFETY: as above.
#[expect(unsafe_code, reason = "machine code is shared between threads")]
unsafe impl Sync for Native {}

impl Native {
    /// Code for the events of a cone and the properties of a ground system. `None` where this machine is not known to
    /// the code generator, or the code would be too large.
    pub(crate) fn new(ground: &Ground<'_>, cone: &Cone, layout: &Layout) -> Option<Self> {
        let plan = Plan::new(ground, cone, layout)?;
        let mut module = module()?;
        let mut context = Context {
            module: &mut module,
            builder: FunctionBuilderContext::new(),
        };
        let mut expand = Vec::new();
        let mut from = 0;
        while from < plan.groups.len() || expand.is_empty() {
            let (id, next) = context.expand(&plan, layout, from)?;
            expand.push(id);
            from = next;
        }
        let check = context.check(&plan, layout)?;
        module.finalize_definitions().ok()?;
        let code = |id: FuncId| module.get_finalized_function(id);
        #[expect(unsafe_code, reason = "the functions were made with these signatures")]
        let (expand, check) = unsafe {
            let expand = expand
                .into_iter()
                .map(|id| mem::transmute::<*const u8, Expand>(code(id)));
            (expand.collect(), mem::transmute::<*const u8, Check>(code(check)))
        };
        Some(Self {
            words: layout.words(),
            events: plan.events.len(),
            expand,
            check,
            module: Some(module),
        })
    }

    /// Writes the states after these states to the front of `out` and gives their number. Adds to the counts of events
    /// (by position in the cone), and marks in `alive` the states that have any. Among the successors, those of one
    /// state need not stand together.
    pub(crate) fn expand(
        &self,
        states: &[u64],
        out: &mut Vec<u64>,
        counts: &mut [u64],
        alive: &mut Vec<u8>,
        bits: &mut Bits,
    ) -> usize {
        let count = states.len() / self.words;
        // one more: a state is written before it is known whether it counts
        out.resize((count * self.events + 1) * self.words, 0);
        alive.clear();
        alive.resize(count, 0);
        assert!(counts.len() >= self.events, "a count for each event");
        let start = out.as_mut_ptr();
        let mut end = start;
        for expand in &self.expand {
            // SAFETY: there is room for a state after each state and event and one more, for a count of each event and a
            // mark of each state; the sources are `count` states.
            #[expect(unsafe_code, reason = "a call of machine code")]
            unsafe {
                end = expand(
                    states.as_ptr(),
                    count as u64,
                    end,
                    counts.as_mut_ptr(),
                    alive.as_mut_ptr(),
                    (&raw mut *bits).cast(),
                );
            }
        }
        (end as usize - start as usize) / (8 * self.words)
    }

    /// What these states violate, reach or make true.
    pub(crate) fn check(&self, states: &[u64], bits: &mut Bits) {
        // SAFETY: as many states as are told; bits are two words.
        #[expect(unsafe_code, reason = "a call of machine code")]
        unsafe {
            (self.check)(
                states.as_ptr(),
                (states.len() / self.words) as u64,
                (&raw mut *bits).cast(),
            );
        }
    }
}

impl Drop for Native {
    fn drop(&mut self) {
        if let Some(module) = self.module.take() {
            // SAFETY: no function of the module can be called any more, and none is running: that borrows `self`.
            #[expect(unsafe_code, reason = "the memory of machine code is given back by hand")]
            unsafe {
                module.free_memory();
            }
        }
    }
}

fn module() -> Option<JITModule> {
    let mut flags = settings::builder();
    for (name, value) in [
        ("opt_level", "speed"),
        (
            "enable_verifier",
            if cfg!(debug_assertions) { "true" } else { "false" },
        ),
        ("is_pic", "false"),
        ("use_colocated_libcalls", "false"),
    ] {
        flags.set(name, value).ok()?;
    }
    let isa = cranelift_native::builder()
        .ok()?
        .finish(settings::Flags::new(flags))
        .ok()?;
    Some(JITModule::new(JITBuilder::with_isa(
        isa,
        cranelift_module::default_libcall_names(),
    )))
}

struct Context<'a> {
    module: &'a mut JITModule,
    builder: FunctionBuilderContext,
}

impl Context<'_> {
    fn define(
        &mut self,
        parameters: usize,
        returns: bool,
        body: impl FnOnce(&mut FunctionBuilder<'_>) -> usize,
    ) -> Option<(FuncId, usize)> {
        let pointer = self.module.target_config().pointer_type();
        if pointer != types::I64 {
            return None;
        }
        let mut context = self.module.make_context();
        context.func.signature.params = vec![AbiParam::new(pointer); parameters];
        context.func.signature.returns = if returns {
            vec![AbiParam::new(pointer)]
        } else {
            Vec::new()
        };
        let mut builder = FunctionBuilder::new(&mut context.func, &mut self.builder);
        let next = body(&mut builder);
        builder.seal_all_blocks();
        builder.finalize();
        let id = self
            .module
            .declare_anonymous_function(&context.func.signature)
            .ok()?;
        self.module.define_function(id, &mut context).ok()?;
        self.module.clear_context(&mut context);
        Some((id, next))
    }

    /// A function for the groups of events from `from`; the position behind its last.
    fn expand(&mut self, plan: &Plan, layout: &Layout, from: usize) -> Option<(FuncId, usize)> {
        self.define(6, true, |builder| {
            events::expand(builder, plan, layout, from, FUNCTION_OPERATIONS)
        })
    }

    fn check(&mut self, plan: &Plan, layout: &Layout) -> Option<FuncId> {
        let made = self.define(3, false, |builder| {
            events::check(builder, plan, layout);
            0
        });
        made.map(|(id, _)| id)
    }
}
