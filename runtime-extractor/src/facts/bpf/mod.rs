//! Classic BPF over `struct seccomp_data` (seccomp(2)), run on what is known of a system call.
//!
//! Takes the instructions and, of the call, its number, the way into the kernel, and some bits of its arguments. Gives
//! every value that the program may return: where a jump depends on what is not known, both ways are taken. What the
//! kernel's `seccomp_check_filter` refuses has no answer, and neither has a return value that is not known.

use super::seccomp_decide::{ArgValue, Args};
use super::seccomp_program::Instruction;
use std::collections::BTreeSet;

/// What is known of a call.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call<'a> {
    pub(super) number: u32,
    /// `AUDIT_ARCH_*`.
    pub(super) architecture: u32,
    pub(super) args: &'a Args,
}

/// Most pairs of a position and an accumulator that are looked at; libseccomp's programs have about one a position.
const MOST_STEPS: usize = 100_000;

/// `sizeof(struct seccomp_data)`.
const DATA_BYTES: u32 = 64;

impl Call<'_> {
    /// Every value that the program may return; `None` if that cannot be told, or would take too long.
    pub(super) fn run(&self, program: &[Instruction]) -> Option<BTreeSet<u32>> {
        let mut returned = BTreeSet::new();
        let mut seen: BTreeSet<(usize, Word)> = BTreeSet::new();
        let mut open = vec![(0, Word::known(0))];
        while let Some((at, a)) = open.pop() {
            if !seen.insert((at, a)) {
                continue;
            }
            if seen.len() > MOST_STEPS {
                return None;
            }
            match self.step(*program.get(at)?, a)? {
                Step::Return(value) => {
                    returned.insert(value);
                }
                Step::Go(skipped, a) => {
                    for skipped in skipped.into_iter().flatten() {
                        open.push((at.checked_add(1)?.checked_add(skipped)?, a));
                    }
                }
            }
        }
        Some(returned)
    }

    /// One instruction. The index register and the scratch memory are not followed: what comes from them is unknown.
    fn step(&self, i: Instruction, a: Word) -> Option<Step> {
        let next = |a| Some(Step::Go([Some(0), None], a));
        match i.code {
            code::LOAD => next(self.word(i.k)?),
            code::LOAD_CONSTANT => next(Word::known(i.k)),
            code::LOAD_LENGTH => next(Word::known(DATA_BYTES)),
            code::LOAD_MEMORY | code::INDEX_TO_A => next(Word::UNKNOWN),
            code::INDEX_CONSTANT
            | code::INDEX_LENGTH
            | code::INDEX_MEMORY
            | code::STORE
            | code::STORE_INDEX
            | code::A_TO_INDEX => next(a),
            code::RETURN => Some(Step::Return(i.k)),
            code::RETURN_A => a.whole().map(Step::Return),
            code::JUMP => Some(Step::Go([Some(usize::try_from(i.k).ok()?), None], a)),
            code => match (code & code::CLASS, code & code::INDEX) {
                (code::ALU, by_index) => next(a.alu(code & code::OPERATION, i.k, by_index != 0)?),
                (code::BRANCH, by_index) => {
                    let holds = a.holds(code & code::OPERATION, i.k)?;
                    let holds = holds.filter(|_| by_index == 0);
                    let (yes, no) = (usize::from(i.jt), usize::from(i.jf));
                    let ways = [
                        (holds != Some(false)).then_some(yes),
                        (holds != Some(true)).then_some(no),
                    ];
                    Some(Step::Go(ways, a))
                }
                _ => None,
            },
        }
    }

    /// A word of `struct seccomp_data`, which is little-endian on every architecture here: arguments are 64 bits, the
    /// low word first. `None` if the offset is not one of a word.
    fn word(&self, offset: u32) -> Option<Word> {
        match offset {
            0 => Some(Word::known(self.number)),
            4 => Some(Word::known(self.architecture)),
            8 | 12 => Some(Word::UNKNOWN),
            16..DATA_BYTES if offset.is_multiple_of(4) => {
                let index = usize::try_from((offset - 16) / 8).ok()?;
                let (mask, value) = match self.args.0.get(index)? {
                    ArgValue::Equal(value) => (u64::MAX, *value),
                    ArgValue::Bits { mask, value } => (*mask, value & mask),
                    ArgValue::Any => (0, 0),
                };
                let half = |bits: u64| {
                    u32::try_from(if offset.is_multiple_of(8) {
                        bits & LOW
                    } else {
                        bits >> 32
                    })
                };
                Some(Word {
                    mask: half(mask).ok()?,
                    value: half(value).ok()?,
                })
            }
            _ => None,
        }
    }
}

const LOW: u64 = 0xffff_ffff;

/// What an instruction does.
enum Step {
    /// The program ends with this value.
    Return(u32),
    /// It goes on after skipping as many instructions, by either way that is there, with this accumulator.
    Go([Option<usize>; 2], Word),
}

/// A word of which some bits are known: `value` in the bits of `mask`, zero elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Word {
    mask: u32,
    value: u32,
}

impl Word {
    const UNKNOWN: Self = Self { mask: 0, value: 0 };

    fn known(value: u32) -> Self {
        Self {
            mask: u32::MAX,
            value,
        }
    }

    /// The value, if all of it is known.
    fn whole(self) -> Option<u32> {
        (self.mask == u32::MAX).then_some(self.value)
    }

    /// An operation with a constant, or with the index register; `None` if the kernel takes no such operation, or it may
    /// end the program (a division by an index register of zero).
    fn alu(self, operation: u16, k: u32, by_index: bool) -> Option<Self> {
        let (mask, value) = (self.mask, self.value);
        let of_whole = |result: fn(u32, u32) -> Option<u32>| {
            let result = self.whole().map(|a| result(a, k));
            match result {
                None => Some(Self::UNKNOWN),
                Some(result) => result.map(Self::known),
            }
        };
        let result = match operation {
            code::ADD => of_whole(|a, k| Some(a.wrapping_add(k))),
            code::SUBTRACT => of_whole(|a, k| Some(a.wrapping_sub(k))),
            code::MULTIPLY => of_whole(|a, k| Some(a.wrapping_mul(k))),
            code::DIVIDE if by_index || k == 0 => return None,
            code::DIVIDE => of_whole(u32::checked_div),
            code::OR => Some(Self {
                mask: mask | k,
                value: value | k,
            }),
            code::AND => Some(Self {
                mask: mask | !k,
                value: value & k,
            }),
            code::XOR => Some(Self {
                mask,
                value: (value ^ k) & mask,
            }),
            code::SHIFT_LEFT | code::SHIFT_RIGHT if !by_index && k >= u32::BITS => return None,
            code::SHIFT_LEFT => of_whole(|a, k| Some(a.wrapping_shl(k))),
            code::SHIFT_RIGHT => of_whole(|a, k| Some(a.wrapping_shr(k))),
            code::NEGATE if by_index => return None,
            code::NEGATE => of_whole(|a, _| Some(a.wrapping_neg())),
            _ => None,
        };
        if by_index {
            result.map(|_| Self::UNKNOWN)
        } else {
            result
        }
    }

    /// Whether a condition with a constant holds, as far as what is known decides it; `None` if there is no such condition.
    fn holds(self, operation: u16, k: u32) -> Option<Option<bool>> {
        let (least, most) = (self.value, self.value | !self.mask);
        let (yes, no) = match operation {
            code::EQUAL => (self.whole() == Some(k), (self.value ^ k) & self.mask != 0),
            code::GREATER => (least > k, most <= k),
            code::GREATER_EQUAL => (least >= k, most < k),
            code::ANY_BIT => (self.value & k != 0, most & k == 0),
            _ => return None,
        };
        Some(if yes { Some(true) } else { no.then_some(false) })
    }
}

/// Operations of `linux/bpf_common.h` that `seccomp_check_filter` takes.
mod code {
    pub(super) const LOAD: u16 = 0x20;
    pub(super) const LOAD_CONSTANT: u16 = 0x00;
    pub(super) const LOAD_LENGTH: u16 = 0x80;
    pub(super) const LOAD_MEMORY: u16 = 0x60;
    pub(super) const INDEX_CONSTANT: u16 = 0x01;
    pub(super) const INDEX_LENGTH: u16 = 0x81;
    pub(super) const INDEX_MEMORY: u16 = 0x61;
    pub(super) const STORE: u16 = 0x02;
    pub(super) const STORE_INDEX: u16 = 0x03;
    pub(super) const A_TO_INDEX: u16 = 0x07;
    pub(super) const INDEX_TO_A: u16 = 0x87;
    pub(super) const RETURN: u16 = 0x06;
    pub(super) const RETURN_A: u16 = 0x16;
    pub(super) const JUMP: u16 = 0x05;

    /// All bits but those of the operation and of its operand, for the two classes that have several operations.
    pub(super) const CLASS: u16 = !(OPERATION | INDEX);
    pub(super) const ALU: u16 = 0x04;
    pub(super) const BRANCH: u16 = 0x05;
    /// The operand is the index register, not the constant.
    pub(super) const INDEX: u16 = 0x08;

    pub(super) const OPERATION: u16 = 0xf0;
    pub(super) const ADD: u16 = 0x00;
    pub(super) const SUBTRACT: u16 = 0x10;
    pub(super) const MULTIPLY: u16 = 0x20;
    pub(super) const DIVIDE: u16 = 0x30;
    pub(super) const OR: u16 = 0x40;
    pub(super) const AND: u16 = 0x50;
    pub(super) const SHIFT_LEFT: u16 = 0x60;
    pub(super) const SHIFT_RIGHT: u16 = 0x70;
    pub(super) const NEGATE: u16 = 0x80;
    pub(super) const XOR: u16 = 0xa0;

    pub(super) const EQUAL: u16 = 0x10;
    pub(super) const GREATER: u16 = 0x20;
    pub(super) const GREATER_EQUAL: u16 = 0x30;
    pub(super) const ANY_BIT: u16 = 0x40;
}

#[cfg(test)]
mod tests;
