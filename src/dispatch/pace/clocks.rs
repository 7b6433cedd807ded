//! When an answer was made, on this machine's clock. Pure: it is told the time.
//!
//! An answer bears the time of whoever made it. How that clock stands against this one is known from answers that were quick: by
//! them, one that came late, or was asked for late, is told from one that was made late.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// So many answers are gone by, and none that are older: two clocks drift apart.
const MOST: usize = 16;
const OLDEST: Duration = Duration::from_secs(600);

/// How two clocks stand against each other, by the answers of late.
#[derive(Debug)]
pub struct Clocks {
    start: Instant,
    recent: VecDeque<Between>,
}

/// An answer says that the other clock's beginning lies between these, in nanoseconds since the start.
#[derive(Debug, Clone, Copy)]
struct Between {
    came: Instant,
    earliest: i128,
    latest: i128,
}

/// When an answer was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Made {
    /// Not before.
    pub earliest: Instant,
    /// Not after, or as little after as the quickest of the answers took.
    pub latest: Instant,
}

impl Clocks {
    /// Nothing is known yet.
    pub fn new(start: Instant) -> Self {
        Self {
            start,
            recent: VecDeque::new(),
        }
    }

    /// Whether nothing is known yet.
    pub fn is_empty(&self) -> bool {
        self.recent.is_empty()
    }

    /// The other clock is another one from now on.
    pub fn forget(&mut self) {
        self.recent.clear();
    }

    /// When an answer was made that was `asked` for then, came `now`, and was made `at` on the other clock.
    pub fn made(&mut self, at: Duration, asked: Instant, now: Instant) -> Made {
        let at = nanoseconds(at);
        self.recent
            .retain(|between| now.saturating_duration_since(between.came) <= OLDEST);
        if self.recent.len() == MOST {
            self.recent.pop_front();
        }
        self.recent.push_back(Between {
            came: now,
            earliest: nanoseconds(asked - self.start) - at,
            latest: nanoseconds(now - self.start) - at,
        });
        let latest = self.recent.iter().map(|between| between.latest).min();
        let earliest = self.recent.iter().map(|between| between.earliest).max();
        // Where a clock was set, answers contradict one another: what this one says by itself always holds.
        let here = |between: Option<i128>| {
            let since = u64::try_from((between.unwrap_or_default() + at).max(0));
            let since = Duration::from_nanos(since.unwrap_or(u64::MAX));
            (self.start.checked_add(since).unwrap_or(now)).clamp(asked, now)
        };
        let latest = here(latest);
        let earliest = here(earliest).min(latest);
        Made { earliest, latest }
    }
}

fn nanoseconds(span: Duration) -> i128 {
    i128::try_from(span.as_nanos()).unwrap_or(i128::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The spans in milliseconds from asking to the earliest and latest time at which an answer was made, for each of some that
    /// were asked for, made and received then; the other clock shows so much more.
    fn made(ahead: u64, answers: &[(u64, u64, u64)]) -> Vec<(u128, u128)> {
        let start = Instant::now();
        let mut clocks = Clocks::new(start);
        let at = |time| start + Duration::from_millis(time);
        let answers = answers.iter().map(|&(asked, made, came)| {
            let there = Duration::from_millis(made + ahead);
            let Made { earliest, latest } = clocks.made(there, at(asked), at(came));
            let since = |time: Instant| (time - at(asked)).as_millis();
            (since(earliest), since(latest))
        });
        answers.collect()
    }

    #[test]
    fn by_a_quick_answer_it_is_known_when_a_slow_one_was_made() {
        for ahead in [0, 1_000_000_000_000] {
            let slow_there_or_back = [(10, 11, 12), (20, 21, 221), (300, 500, 501)];
            assert_eq!(
                made(ahead, &slow_there_or_back),
                [(0, 2), (0, 2), (199, 201)]
            );
        }
    }

    #[test]
    fn where_all_are_slow_each_says_no_more_than_it_can() {
        let slow = [(0, 50, 100), (200, 250, 300)];
        assert_eq!(made(5, &slow), [(0, 100), (0, 100)]);
    }

    #[test]
    fn a_clock_that_is_set_makes_nothing_later_or_earlier_than_it_can_be() {
        let start = Instant::now();
        for (before, after) in [(1_000, 9_000_000), (9_000_000, 1_000)] {
            let mut clocks = Clocks::new(start);
            let at = |time| start + Duration::from_millis(time);
            let _ = clocks.made(Duration::from_millis(before), at(0), at(2));
            let Made { earliest, latest } =
                clocks.made(Duration::from_millis(after), at(10), at(12));
            assert!(at(10) <= earliest && earliest <= latest && latest <= at(12));
        }
    }
}
