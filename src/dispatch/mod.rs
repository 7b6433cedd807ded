//! Everything between a call and its record (contract, sections 3 and 4).
//!
//! The pool gives each call of its queue, which a `supply` fills, to a worker, as many at a time as there are places. A worker paces, sends,
//! classifies and backs off until the call has ended, and tells the job of it. Nothing here writes: a worker goes on once it is
//! told that its record is written. What all calls together say of the service, the breaker knows: in an outage it sends them
//! back to the queue. `outage`, `wake`, `suspicion`, `failures` and `backoff` decide, and are pure.
//! Where runs share a rate, `shared_pace` knows who keeps its account, and `pace` asks it.
//! Before all of them, an `inquiry` may ask for the organisation's labels.

mod attempt;
mod backoff;
mod breaker;
mod crew;
mod failures;
mod inquiry;
mod outage;
mod pace;
#[cfg(test)]
mod paused;
mod places;
mod pool;
mod queue;
mod shared_pace;
mod stop;
mod supply;
mod suspicion;
mod wake;
mod worker;

pub use backoff::RetryPolicy;
pub use breaker::Breaker;
pub use crew::{Clocks, Crew, Told};
pub use failures::{Failures, MaxFailures, TooMany, has_failed};
pub use inquiry::{Inquired, Inquiry};
pub use pace::{Before, News, Pace, Sharing};
pub use places::{Concurrency, Places, USUAL};
pub use pool::{Bounds, run};
pub use shared_pace::{NoAnswer, RateUrl, RateUrlError, SharedRate};
pub use stop::{Stop, Stopper, stopper};
pub use supply::{AtHand, Fresh, Incoming, Supply};
pub use suspicion::{Judgement, Suspicion};
pub use wake::asleep;
