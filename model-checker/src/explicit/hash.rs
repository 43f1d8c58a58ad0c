//! The hash of a packed state: every bit of the state reaches every bit of the hash.
//!
//! One word goes through a bijection (the finaliser of SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom
//! number generators", OOPSLA 2014, with Stafford's constants), so states of one word never collide in full. More
//! words are folded by 64-by-64-bit multiplications first.

const KEY: u64 = 0x9E37_79B9_7F4A_7C15;

/// The hash of a state. Not keyed: the same in every run.
#[must_use]
pub fn hash(state: &[u64]) -> u64 {
    match state {
        [one] => finish(*one),
        _ => {
            let mut sum = KEY;
            for word in state {
                sum = fold(sum ^ word, 0xD6E8_FEB8_6659_FD93).wrapping_add(word.rotate_left(32));
            }
            finish(sum)
        }
    }
}

fn fold(a: u64, b: u64) -> u64 {
    let wide = u128::from(a) * u128::from(b);
    (wide as u64) ^ ((wide >> 64) as u64)
}

fn finish(mut x: u64) -> u64 {
    x = x.wrapping_add(KEY);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}
