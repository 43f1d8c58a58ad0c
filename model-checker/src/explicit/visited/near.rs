//! Asks the processor for memory before it is needed.

/// Brings the cache line of a value near. Changes nothing but time; waits for nothing, unlike a read, behind which the
/// processor cannot retire instructions.
#[inline(always)]
pub(super) fn prefetch<T>(value: &T) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a prefetch of any address is without effect on the program, and this is the address of a value.
        #[expect(unsafe_code, reason = "there is no safe form")]
        unsafe {
            _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(value).cast());
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    std::hint::black_box(std::ptr::from_ref(value));
}
