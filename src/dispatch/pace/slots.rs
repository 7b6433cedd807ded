//! Time slots at the rate: `governor` on a clock of our own.
//!
//! A slot is taken first and then waited for: waiting first and asking again loses one whenever a timer is late.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};

use crate::model::Rate;

/// By these parts of it, and no more than so long, a window is taken for longer than it is, because what
/// leaves evenly here arrives less evenly there: the part that is guarded, and a little more between slots,
/// so that a departure that was late is caught up with. Together they cost 0.6% of the rate.
const GUARDED: f64 = 0.005;
const BETWEEN_SLOTS: f64 = 0.006;
const LONGEST_MARGIN: Duration = Duration::from_millis(60);

/// The most departures that are remembered.
const LONGEST_RING: u32 = 100_000;

/// The clock of the limiter: the time that is asked about, since the pace began.
#[derive(Debug, Clone, Default)]
struct SlotClock(Arc<AtomicU64>);

impl SlotClock {
    fn set(&self, since_start: Duration) {
        self.0.store(
            u64::try_from(since_start.as_nanos()).unwrap_or(u64::MAX),
            Ordering::Relaxed,
        );
    }
}

impl Clock for SlotClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::Relaxed))
    }
}

/// Gives out time slots.
#[derive(Debug)]
pub struct Slots {
    /// At the rate; none without a limit.
    limiter: Option<RateLimiter<NotKeyed, InMemoryState, SlotClock, NoOpMiddleware<Duration>>>,
    clock: SlotClock,
    /// When the next is free at a pace below the rate.
    free: Duration,
}

/// The rate, ready for use.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// The most departures within a window.
    pub attempts: NonZeroU32,
    /// The window that is guarded: the rate's, and a little more.
    pub guarded: Duration,
    /// From one slot to the next; a little longer still, so that a late departure is caught up with.
    gap: Duration,
    burst: NonZeroU32,
    slack: Duration,
}

impl Limit {
    /// The limit that a rate is, of which `burst` attempts may leave together.
    pub fn new(rate: Rate, burst: NonZeroU32) -> Self {
        // N a window is kept where N/k is kept in every k-th part of it, with a shorter ring.
        let parts = rate.attempts().get().div_ceil(LONGEST_RING);
        let attempts = NonZeroU32::new(rate.attempts().get() / parts).unwrap_or(NonZeroU32::MIN);
        let window = rate.window() / parts;
        let margin = |part| {
            window
                .mul_f64(part)
                .min(LONGEST_MARGIN.mul_f64(part / BETWEEN_SLOTS))
        };
        Self {
            attempts,
            guarded: window + margin(GUARDED),
            gap: (window + margin(BETWEEN_SLOTS)) / attempts.get(),
            // More than a window holds can never leave together.
            burst: burst.min(attempts),
            slack: margin(BETWEEN_SLOTS),
        }
    }

    /// From one attempt to the next.
    pub fn gap(&self) -> Duration {
        self.gap
    }

    /// By so much as many gaps as a window may hold attempts are longer than it.
    pub fn slack(&self) -> Duration {
        self.slack
    }
}

impl Slots {
    /// Slots whose burst is spent at `start`: one attempt may leave then.
    pub fn new(limit: Option<Limit>, start: Duration) -> Self {
        let clock = SlotClock::default();
        clock.set(start);
        Self {
            limiter: limit.map(|limit| Self::limiter(limit, clock.clone())),
            clock,
            free: start,
        }
    }

    fn limiter(
        limit: Limit,
        clock: SlotClock,
    ) -> RateLimiter<NotKeyed, InMemoryState, SlotClock, NoOpMiddleware<Duration>> {
        let quota = Quota::with_period(limit.gap.max(Duration::from_nanos(1)));
        let quota = quota
            .expect("a period of at least a nanosecond is a period")
            .allow_burst(limit.burst);
        let limiter = RateLimiter::direct_with_clock(quota, clock);
        if let Some(rest) = NonZeroU32::new(limit.burst.get() - 1) {
            // A new limiter has the whole burst to spend.
            let _spent = limiter.check_n(rest);
        }
        limiter
    }

    /// Takes the first slot that is free at `from` or later; the next is free after a gap, at a pace below the rate, or
    /// when there is no need for that any more.
    pub fn next(
        &mut self,
        from: Duration,
        gap: Option<Duration>,
        until: Option<Duration>,
    ) -> Duration {
        let mut slot = match gap {
            Some(_) => from.max(self.free),
            None => from,
        };
        while let Some(limiter) = &self.limiter {
            self.clock.set(slot);
            match limiter.check() {
                Ok(()) => break,
                Err(not_until) => slot = not_until.earliest_possible(),
            }
        }
        let free = slot + gap.unwrap_or_default();
        self.free = until.map_or(free, |until| free.min(until));
        slot
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absurd_rate_keeps_a_short_ring() {
        let limit = Limit::new("4000000000/s".parse().unwrap(), NonZeroU32::MIN);
        assert!(limit.attempts.get() <= LONGEST_RING);
    }
}
