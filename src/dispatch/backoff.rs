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
    /// A pause that the service asks for and that is longer than this stops the run.
    pub max_hold: Duration,
}

impl RetryPolicy {
    /// The pause after the `attempt`-th attempt, from 1: exponential backoff with full jitter, where `roll` is
    /// drawn evenly from 0 to 1. None when the attempts are used up.
    pub fn pause(&self, attempt: u32, roll: f64) -> Option<Duration> {
        if attempt >= self.max_attempts.get() {
            return None;
        }
        let doublings = attempt.saturating_sub(1).min(30);
        Some(
            self.base
                .saturating_mul(1 << doublings)
                .min(LONGEST)
                .mul_f64(roll.clamp(0.0, 1.0)),
        )
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
            max_hold: Duration::MAX,
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
            max_hold: Duration::MAX,
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
