//! How probable it is that a search missed a state because it took it for another.

/// A bound of the probability that of so many states two have one hash of so many bits, so that one was missed. Each of
/// the pairs has the chance `2^-bits` (Wolper and Leroy, "Reliable hashing without collision detection", CAV 1993, section 3).
pub(super) fn of_hashes(states: u64, bits: u32) -> f64 {
    let n = states as f64;
    let pairs = n * (n - 1.0).max(0.0) / 2.0;
    (pairs * (-f64::from(bits)).exp2()).min(1.0)
}

/// A bound of the probability that one of so many states was missed in a field of bits where each has `marks`: a new
/// state is taken for a known one if all its marks are there. They are fewest in the beginning; `filled`, from 0 to 1, is the share of the
/// bits at the end.
///
/// The field is filled about evenly, so that the chance of the state at a share `x` of the search is `(x filled)^marks`; the sum over
/// all states bounds the probability (Holzmann, "An analysis of bitstate hashing", Formal Methods in System Design 13(3), 1998).
pub(super) fn of_marks(states: u64, filled: f64, marks: u32) -> f64 {
    let power = i32::try_from(marks).unwrap_or(i32::MAX);
    // states that were missed are not among those counted; each that is met again is asked again, with one answer
    (states as f64 * filled.powi(power) / f64::from(marks + 1)).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_states_are_hardly_missed_and_many_surely() {
        assert_eq!(of_hashes(1, 16), 0.0);
        // the birthday paradox: half of the bits
        assert!(of_hashes(1 << 8, 16) > 0.4 && of_hashes(1 << 20, 64) < 1e-7);
        assert_eq!(of_hashes(1 << 20, 16), 1.0);
        assert_eq!(of_marks(1000, 0.0, 3), 0.0);
        assert!(of_marks(1000, 0.001, 3) < 1e-6 && of_marks(1 << 30, 0.5, 3) == 1.0);
    }
}
