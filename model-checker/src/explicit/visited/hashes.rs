//! Hashes of states, where these are not kept whole.

use super::quota::Full;
use super::quotient::Quotient;

/// Hashes of states, exact as such.
#[derive(Debug)]
pub(crate) struct Hashes(Quotient);

impl Hashes {
    /// None of so many bits, 4 to 61.
    pub(crate) fn new(bits: u32) -> Self {
        Self(Quotient::new(bits))
    }

    /// Adds a hash; whether it was not there.
    ///
    /// # Errors
    /// [`Full::Bytes`] if more than these would be needed.
    pub(crate) fn put(&mut self, hash: u64, most_bytes: u64) -> Result<bool, Full> {
        let (mut new, used) = (false, self.0.bytes());
        // while a table doubles, both are there
        let may_grow = |more: u64| used + 2 * more <= most_bytes;
        match self.0.insert(&[hash], usize::MAX, &may_grow, &mut |_| new = true) {
            0 => Err(Full::Bytes),
            _ => Ok(new),
        }
    }

    /// Bytes in use.
    pub(crate) fn bytes(&self) -> u64 {
        self.0.bytes()
    }
}
