//! A bijection that spreads every bit of a short state over all of its bits, and its inverse.
//!
//! Because nothing is lost, a table may keep a part of the mixed state and take the rest from the place where it keeps
//! it (*quotienting*: Knuth, The Art of Computer Programming 3, exercise 6.4-13; Cleary, "Compact hash tables using
//! bidirectional linear probing", IEEE Transactions on Computers 33(9), 1984). The rounds are those of SplitMix64
//! with shifts and products within as many bits as the state has.

const FACTORS: [u64; 2] = [0xBF58_476D_1CE4_E5B9, 0x94D0_49BB_1331_11EB];

/// See the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mix {
    /// Bits of a state, 1 to 64.
    pub(super) bits: u32,
    mask: u64,
    shift: u32,
    inverses: [u64; 2],
}

impl Mix {
    /// The bijection on `0..2^bits`, `bits` from 1 to 64.
    #[must_use]
    pub(super) fn new(bits: u32) -> Self {
        Self {
            bits,
            mask: u64::MAX >> (u64::BITS - bits),
            shift: bits.div_ceil(2),
            inverses: FACTORS.map(inverse),
        }
    }

    /// The image of a state.
    #[must_use]
    pub(super) fn mix(&self, mut x: u64) -> u64 {
        x ^= x >> self.shift;
        x = x.wrapping_mul(FACTORS[0]) & self.mask;
        x ^= x >> self.shift;
        x = x.wrapping_mul(FACTORS[1]) & self.mask;
        x ^ (x >> self.shift)
    }

    /// The state with this image.
    #[must_use]
    pub(super) fn unmix(&self, mut x: u64) -> u64 {
        // a shift by half of the bits or more undoes itself
        x ^= x >> self.shift;
        x = x.wrapping_mul(self.inverses[1]) & self.mask;
        x ^= x >> self.shift;
        x = x.wrapping_mul(self.inverses[0]) & self.mask;
        x ^ (x >> self.shift)
    }
}

/// The inverse of an odd number modulo 2^64, by Newton's iteration: each step doubles the bits that are right.
fn inverse(factor: u64) -> u64 {
    let mut x = factor;
    for _ in 0..6 {
        x = x.wrapping_mul(2_u64.wrapping_sub(factor.wrapping_mul(x)));
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_comes_back_and_no_two_meet() {
        for bits in [1, 2, 3, 7, 12, 16] {
            let mix = Mix::new(bits);
            let mut seen = vec![false; 1 << bits];
            for x in 0..1 << bits {
                let y = mix.mix(x);
                assert_eq!(mix.unmix(y), x, "{bits} bits");
                assert!(
                    !std::mem::replace(&mut seen[y as usize], true),
                    "{bits} bits: {x}"
                );
            }
        }
        for bits in 17..=64 {
            let mix = Mix::new(bits);
            for i in 0..1000u64 {
                let x = i.wrapping_mul(0x9E37_79B9_7F4A_7C15) & (u64::MAX >> (64 - bits));
                assert_eq!(mix.unmix(mix.mix(x)), x, "{bits} bits");
            }
        }
    }

    #[test]
    fn each_bit_of_a_state_moves_the_upper_bits() {
        for bits in [20, 33, 48, 64] {
            let mix = Mix::new(bits);
            for bit in 0..bits {
                let changed = (0..256u64)
                    .filter(|i| {
                        let x = i.wrapping_mul(0x2545_F491_4F6C_DD1D) & mix.mask;
                        (mix.mix(x) ^ mix.mix(x ^ (1 << bit))) >> (bits - 7) != 0
                    })
                    .count();
                assert!(changed > 200, "{bits} bits, bit {bit}: {changed} of 256");
            }
        }
    }
}
