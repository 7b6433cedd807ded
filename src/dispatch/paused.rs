//! The clock of tests: it stands still, and jumps to the next timer when all are idle.

use tokio::runtime::Builder;

/// Runs a test under that clock.
pub fn paused<T>(test: impl Future<Output = T>) -> T {
    let mut runtime = Builder::new_current_thread();
    runtime.enable_time().start_paused(true);
    runtime.build().unwrap().block_on(test)
}
