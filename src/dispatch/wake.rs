//! Whether the process has been still for a while: a laptop that slept, a machine that was paused. Pure.

use std::sync::OnceLock;
use std::time::Duration;

use rustix::time::{ClockId, Timespec, clock_gettime};
use tokio::time::Instant;

/// The clock that goes on while the machine sleeps, as [`std::time::Instant`] does not.
#[cfg(target_os = "linux")]
const SLEEPLESS: ClockId = ClockId::Boottime;
#[cfg(not(target_os = "linux"))]
const SLEEPLESS: ClockId = ClockId::Monotonic;

/// The pool looks at least once a second; who looks so much later was still in between.
const STILL: Duration = Duration::from_secs(10);

/// For how long the machine has slept since this was first asked.
pub fn asleep() -> Duration {
    static FIRST: OnceLock<(Duration, std::time::Instant)> = OnceLock::new();
    let Timespec { tv_sec, tv_nsec } = clock_gettime(SLEEPLESS);
    let seconds = Duration::from_secs(tv_sec.unsigned_abs());
    let nanoseconds = Duration::from_nanos(tv_nsec.unsigned_abs());
    let (sleepless, now) = (seconds + nanoseconds, std::time::Instant::now());
    let (first_sleepless, first) = *FIRST.get_or_init(|| (sleepless, now));
    sleepless
        .saturating_sub(first_sleepless)
        .saturating_sub(now - first)
}

/// Compares what the clocks say from one look to the next.
#[derive(Debug)]
pub struct Wakefulness {
    looked: Instant,
    asleep: Duration,
}

/// The process has been still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Woken {
    /// For how long.
    pub after: Duration,
    /// The part of it that timers know nothing of.
    pub unnoticed: Duration,
}

impl Wakefulness {
    /// Awake from now on; the machine has been asleep for so long since it was started.
    pub fn new(now: Instant, asleep: Duration) -> Self {
        let looked = now;
        Self { looked, asleep }
    }

    /// Looks at the clocks.
    pub fn look(&mut self, now: Instant, asleep: Duration) -> Option<Woken> {
        let unnoticed = asleep.saturating_sub(self.asleep);
        let after = now.duration_since(self.looked) + unnoticed;
        *self = Self::new(now, asleep);
        (after >= STILL).then_some(Woken { after, unnoticed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_looks_late_or_finds_that_the_machine_has_slept_was_still() {
        let (now, second) = (Instant::now(), Duration::from_secs(1));
        let mut wakefulness = Wakefulness::new(now, second);
        assert_eq!(wakefulness.look(now + second, second), None);
        let slept = wakefulness.look(now + 2 * second, 3601 * second);
        let (after, unnoticed) = (3601 * second, 3600 * second);
        assert_eq!(slept, Some(Woken { after, unnoticed }));
        let paused = wakefulness.look(now + 32 * second, 3601 * second);
        let (after, unnoticed) = (30 * second, Duration::ZERO);
        assert_eq!(paused, Some(Woken { after, unnoticed }));
    }
}
