//! The time of day on tokio's paused clock.

use std::cell::Cell;

use bulklabel::model::Moment;
use tokio::time::Instant;

/// When every simulation begins.
const BEGINNING: i64 = 1_795_400_000_000;

thread_local! {
    static START: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Has the time of day begin now.
pub fn begin() {
    START.set(Some(Instant::now()));
}

/// The time of day.
pub fn now() -> Moment {
    let start = START.get().expect("a simulation has begun");
    Moment(BEGINNING + i64::try_from(start.elapsed().as_millis()).expect("not so long"))
}
