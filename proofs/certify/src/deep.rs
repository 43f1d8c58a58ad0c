//! Work that recurses over expressions runs on a thread with a deep stack.

/// Stack in bytes; only what is used is taken from the machine.
const STACK_BYTES: usize = 512 << 20;

/// Runs `work` on a thread of its own.
///
/// # Errors
/// What `work` gives, or that it did not end well.
pub(crate) fn run<R: Send>(work: impl FnOnce() -> Result<R, String> + Send) -> Result<R, String> {
    std::thread::scope(|threads| {
        std::thread::Builder::new()
            .stack_size(STACK_BYTES)
            .spawn_scoped(threads, work)
            .map_err(|e| format!("no thread could be started: {e}"))?
            .join()
            .map_err(|_| "internal error while making the queries".to_owned())?
    })
}
