//! The abstract run against a plain interpreter, and single operations.

use super::*;
use proptest::prelude::*;

fn instruction(&(code, jt, jf, k): &(u16, u8, u8, u32)) -> Instruction {
    Instruction { code, jt, jf, k }
}

fn run(list: &[(u16, u8, u8, u32)], args: &Args) -> Option<Vec<u32>> {
    let program: Vec<Instruction> = list.iter().map(instruction).collect();
    let call = Call {
        number: 56,
        architecture: 0xc000_003e,
        args,
    };
    call.run(&program).map(|all| all.into_iter().collect())
}

/// Returns the word at an offset.
fn word(offset: u32, args: &Args) -> Option<Vec<u32>> {
    run(&[(code::LOAD, 0, 0, offset), (code::RETURN_A, 0, 0, 0)], args)
}

#[test]
fn arguments_are_64_bits_with_the_low_word_first() {
    let args = Args::ANY
        .with(0, ArgValue::Equal(0x1111_2222_3333_4444))
        .with(5, ArgValue::Equal(0x5555_6666_7777_8888));
    assert_eq!(word(16, &args), Some(vec![0x3333_4444]));
    assert_eq!(word(20, &args), Some(vec![0x1111_2222]));
    assert_eq!(word(56, &args), Some(vec![0x7777_8888]));
    assert_eq!(word(60, &args), Some(vec![0x5555_6666]));
    assert_eq!(word(24, &args), None, "not known");
    for offset in [18, 21, 61, 64, 68, u32::MAX] {
        assert_eq!(word(offset, &args), None, "{offset}");
    }
}

#[test]
fn bits_are_known_in_their_own_word_only() {
    let high = Args::first(ArgValue::Bits {
        mask: 0xffff_ffff_0000_0001,
        value: 0x0000_0007_ffff_ffff,
    });
    assert_eq!(word(20, &high), Some(vec![7]));
    assert_eq!(word(16, &high), None);
    let low_bit = |offset| {
        let test = [
            (code::LOAD, 0, 0, offset),
            (code::BRANCH | code::ANY_BIT, 0, 1, 1),
            (code::RETURN, 0, 0, 1),
            (code::RETURN, 0, 0, 2),
        ];
        run(&test, &high)
    };
    assert_eq!(low_bit(16), Some(vec![1]));
    assert_eq!(low_bit(20), Some(vec![1]));
    assert_eq!(low_bit(24), Some(vec![1, 2]));
}

#[test]
fn comparisons_use_what_is_known() {
    let high_bit = Word {
        mask: 0x8000_0000,
        value: 0x8000_0000,
    };
    assert_eq!(high_bit.holds(code::GREATER, 5), Some(Some(true)));
    assert_eq!(high_bit.holds(code::GREATER_EQUAL, 0x9000_0000), Some(None));
    assert_eq!(high_bit.holds(code::ANY_BIT, 0x8000_0001), Some(Some(true)));
    assert_eq!(high_bit.holds(code::EQUAL, 7), Some(Some(false)));
    let low = high_bit.alu(code::AND, 0x7fff_ffff, false).unwrap();
    assert_eq!(low.holds(code::GREATER, 0x7fff_ffff), Some(Some(false)));
    assert_eq!(high_bit.holds(0x50, 0), None);
}

#[test]
fn what_the_kernel_refuses_has_no_answer() {
    let end = (code::RETURN, 0, 0, 0);
    let refused = [
        (code::ALU | code::DIVIDE, 0, 0, 0),
        (code::ALU | code::DIVIDE | code::INDEX, 0, 0, 1),
        (code::ALU | code::SHIFT_LEFT, 0, 0, 32),
        (code::ALU | code::NEGATE | code::INDEX, 0, 0, 0),
        (code::ALU | 0x90, 0, 0, 1),
        (code::BRANCH | 0x50, 0, 0, 1),
        (0x28, 0, 0, 0),
        (0x0e, 0, 0, 0),
        (0x120, 0, 0, 0),
        (code::JUMP, 0, 0, u32::MAX),
    ];
    for instruction in refused {
        assert_eq!(run(&[instruction, end], &Args::ANY), None, "{instruction:?}");
    }
}

#[test]
fn the_index_register_and_memory_are_unknown() {
    for unknown in [
        (code::INDEX_TO_A, 0, 0, 0),
        (code::LOAD_MEMORY, 0, 0, 3),
        (0x0c, 0, 0, 0),
    ] {
        let test = [
            unknown,
            (code::BRANCH | code::EQUAL, 0, 1, 0),
            (code::RETURN, 0, 0, 1),
            (code::RETURN, 0, 0, 2),
        ];
        assert_eq!(run(&test, &Args::ANY), Some(vec![1, 2]), "{unknown:?}");
    }
}

/// `None` where the kernel would refuse the program.
fn interpret(program: &[Instruction], data: [u32; 16]) -> Option<u32> {
    let (mut at, mut a) = (0, 0_u32);
    loop {
        let i = program.get(at)?;
        at += 1;
        let jump = |holds: bool| usize::from(if holds { i.jt } else { i.jf });
        match i.code {
            0x20 => a = data[i.k as usize / 4],
            0x04 => a = a.wrapping_add(i.k),
            0x14 => a = a.wrapping_sub(i.k),
            0x24 => a = a.wrapping_mul(i.k),
            0x34 => a /= i.k,
            0x44 => a |= i.k,
            0x54 => a &= i.k,
            0x64 => a <<= i.k,
            0x74 => a >>= i.k,
            0x84 => a = a.wrapping_neg(),
            0xa4 => a ^= i.k,
            0x15 => at += jump(a == i.k),
            0x25 => at += jump(a > i.k),
            0x35 => at += jump(a >= i.k),
            0x45 => at += jump(a & i.k != 0),
            0x06 => return Some(i.k),
            0x16 => return Some(a),
            _ => unreachable!(),
        }
    }
}

fn number() -> impl Strategy<Value = u32> {
    prop_oneof![0..4_u32, any::<u32>(), (0..32_u32).prop_map(|bit| 1 << bit)]
}

fn body() -> impl Strategy<Value = Instruction> {
    let arithmetic = prop::sample::select(vec![0x04, 0x14, 0x24, 0x44, 0x54, 0x84, 0xa4]);
    let branch = prop::sample::select(vec![0x15, 0x25, 0x35, 0x45]);
    prop_oneof![
        prop::sample::select(vec![0, 4, 16, 20, 24, 28]).prop_map(|k| (0x20, 0, 0, k)),
        (arithmetic, number()).prop_map(|(code, k)| (code, 0, 0, k)),
        (prop::sample::select(vec![0x64, 0x74]), 0..32_u32).prop_map(|(code, k)| (code, 0, 0, k)),
        (1..9_u32).prop_map(|k| (0x34, 0, 0, k)),
        (branch, 0..3_u8, 0..3_u8, number()).prop_map(|(code, jt, jf, k)| (code, jt, jf, k)),
        number().prop_map(|k| (0x06, 0, 0, k)),
    ]
    .prop_map(|i| instruction(&i))
}

proptest! {
    /// Whatever a call that fits the constraint gets is among the values of the abstract run.
    #[test]
    fn every_concrete_run_is_covered(
        mut program in prop::collection::vec(body(), 1..24),
        masks in [prop_oneof![Just(0), Just(u64::MAX), any::<u64>()], prop_oneof![Just(0), Just(u64::MAX), any::<u64>()]],
        values in any::<[u64; 2]>(),
        small in any::<bool>(),
    ) {
        for k in 0..3 {
            program.push(instruction(&(0x06, 0, 0, k)));
        }
        let values = values.map(|v| if small { v & 3 } else { v });
        let bits = |i: usize| ArgValue::Bits { mask: masks[i], value: values[i] };
        let args = Args::ANY.with(0, bits(0)).with(1, bits(1));
        let call = Call { number: 56, architecture: 0xc000_003e, args: &args };
        let found = call.run(&program);
        let mut data = [0; 16];
        data[0] = 56;
        data[1] = 0xc000_003e;
        for (i, value) in values.iter().enumerate() {
            data[4 + 2 * i] = (value & 0xffff_ffff) as u32;
            data[5 + 2 * i] = (value >> 32) as u32;
        }
        let one = interpret(&program, data);
        prop_assert!(found.is_none_or(|all| one.is_some_and(|one| all.contains(&one))));
        let exact = Args::ANY.with(0, ArgValue::Equal(values[0])).with(1, ArgValue::Equal(values[1]));
        let exact = Call { args: &exact, ..call };
        prop_assert_eq!(exact.run(&program), one.map(|one| BTreeSet::from([one])));
    }
}
