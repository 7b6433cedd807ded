//! How often a call is tried, and how long it waits between. Pure.

use std::num::NonZeroU32;
use std::time::Duration;

/// No pause is longer (contract, section 4).
const LONGEST: Duration = Duration::from_secs(30);

/// When a call is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Attempts of a call at most; those that were answered 429 are not counted.
    pub max_attempts: NonZeroU32,
    /// The longest first pause; each further one may be twice as long.
    pub base: Duration,
    /// The longest outage: a run does not wait longer, nor does it where the service asks for that.
    pub max_outage: Duration,
}

impl RetryPolicy {
    /// The pause before the `n`-th probe of an outage, from 1: as between attempts, but at least half of the longest, where
    /// `roll` is drawn evenly from 0 to 1.
    pub fn probe_pause(&self, n: u32, roll: f64) -> Duration {
        self.longest(n).mul_f64(0.5 + roll.clamp(0.0, 1.0) / 2.0)
    }

    fn longest(&self, n: u32) -> Duration {
        let doublings = n.saturating_sub(1).min(30);
        self.base.saturating_mul(1 << doublings).min(LONGEST)
    }

    /// The pause after the `attempt`-th attempt, from 1: exponential backoff with full jitter, where `roll` is
    /// drawn evenly from 0 to 1. None when the attempts are used up.
    pub fn pause(&self, attempt: u32, roll: f64) -> Option<Duration> {
        if attempt >= self.max_attempts.get() {
            return None;
        }
        Some(self.longest(attempt).mul_f64(roll.clamp(0.0, 1.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_thirty_seconds_and_end_with_the_attempts() {
        let policy = RetryPolicy {
            max_attempts: NonZeroU32::new(9).unwrap(),
            base: Duration::from_millis(500),
            max_outage: Duration::MAX,
        };
        let pauses: Vec<_> = (1..=9)
            .map(|attempt| policy.pause(attempt, 1.0).map(|pause| pause.as_millis()))
            .collect();
        let expected = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000].map(Some);
        assert_eq!(pauses[..8], expected);
        assert_eq!(pauses[8], None);
    }

    #[test]
    fn jitter_is_full() {
        let policy = RetryPolicy {
            max_attempts: NonZeroU32::MAX,
            base: Duration::from_secs(4),
            max_outage: Duration::MAX,
        };
        assert_eq!(policy.pause(1, 0.0), Some(Duration::ZERO));
        assert_eq!(policy.pause(1, 0.25), Some(Duration::from_secs(1)));
        assert_eq!(
            policy.pause(u32::MAX - 1, 1.0),
            Some(LONGEST),
            "no number of attempts overflows"
        );
    }
}
