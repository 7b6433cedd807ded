//! Everything between a call and its record (contract, sections 3 and 4).
//!
//! The pool gives each call to a worker, which paces, sends, classifies and backs off until the call has
//! ended, and tells the job of it. Nothing here writes: a worker goes on once it is told that its
//! record is written.

mod attempt;
mod backoff;
mod crew;
mod pace;
#[cfg(test)]
mod paused;
mod pool;
mod stop;
mod suspicion;
mod worker;

pub use backoff::RetryPolicy;
pub use crew::{Crew, Told};
pub use pace::{Before, Pace};
pub use pool::run;
pub use stop::{Stop, Stopper, stopper};
pub use suspicion::{Judgement, Suspicion};
