//! The time of day on tokio's paused clock.

use std::cell::Cell;
use std::time::Duration;

use bulklabel::model::Moment;
use tokio::time::Instant;

/// When every simulation begins.
const BEGINNING: i64 = 1_795_400_000_000;

thread_local! {
    static ASLEEP: Cell<Duration> = const { Cell::new(Duration::ZERO) };
    static START: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Has the time of day begin now.
pub fn begin() {
    START.set(Some(Instant::now()));
    ASLEEP.set(Duration::ZERO);
}

/// How long timers have gone on since then.
pub fn since_start() -> Duration {
    START.get().expect("a simulation has begun").elapsed()
}

/// How long after the beginning that was.
pub fn since(at: Instant) -> Duration {
    at - START.get().expect("a simulation has begun")
}

/// The time of day.
pub fn now() -> Moment {
    Moment(BEGINNING).after(since_start() + asleep())
}

/// For how long the machine was asleep: the time of day has gone on, and no timer has.
pub fn asleep() -> Duration {
    ASLEEP.get()
}

/// The machine sleeps.
pub fn sleep(span: Duration) {
    ASLEEP.set(asleep() + span);
}
