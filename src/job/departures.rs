//! What the pace of a leg has to know of the legs before: when attempts left, and how long all calls were to wait.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use crate::dispatch::Before;
use crate::model::{Moment, PerHour, Rate, Throttled};

/// The last departures of a run.
#[derive(Debug)]
pub struct Departures {
    /// The earliest first: attempts end in another order than they leave.
    left: BinaryHeap<Reverse<Moment>>,
    /// No more of them count for the rate.
    most: usize,
    /// When the last hold began, and how long it is.
    held: Option<(Moment, Duration)>,
    /// When the pace was lowered last, and to what.
    throttled: Option<(Moment, PerHour)>,
}

/// What the service has allowed so long ago says nothing of what it allows now.
const LONG_AGO: Duration = Duration::from_secs(600);

impl Departures {
    /// None yet; as many are remembered as a window of this rate holds.
    pub fn for_rate(rate: Option<Rate>) -> Self {
        Self {
            left: BinaryHeap::new(),
            most: rate.map_or(0, |rate| rate.attempts().get() as usize),
            held: None,
            throttled: None,
        }
    }

    /// So many attempts left then.
    pub fn left(&mut self, at: Moment, attempts: usize) {
        let departures = std::iter::repeat_n(Reverse(at), attempts.min(self.most));
        self.left.extend(departures);
        while self.left.len() > self.most {
            self.left.pop();
        }
    }

    /// All calls wait from then on, for so long; longer, where they did already.
    pub fn hold(&mut self, at: Moment, pause: Duration) {
        let until = |(at, pause): (Moment, Duration)| at.after(pause);
        let held = (at, pause);
        self.held = Some(
            self.held
                .map_or(held, |before| match until(before) > until(held) {
                    true => before,
                    false => held,
                }),
        );
    }

    /// The pace is lowered, where it is.
    pub fn throttle(&mut self, at: Moment, throttled: Option<Throttled>) {
        self.throttled = throttled
            .map(|throttled| (at, throttled.pace))
            .or(self.throttled);
    }

    /// The same as a pace takes it.
    pub fn before(&self, now: Moment) -> Before {
        let mut departures: Vec<_> = self.left.iter().map(|at| since(at.0, now)).collect();
        departures.sort_unstable();
        let held = self.held.map(|(at, pause)| {
            let until = Moment(at.0.saturating_add(milliseconds(pause)));
            // A clock that was set back makes it no longer.
            since(now, until).min(pause)
        });
        Before {
            departures,
            held: held.unwrap_or_default(),
            pace: self
                .throttled
                .filter(|(at, _)| since(*at, now) < LONG_AGO)
                .map(|(_, pace)| pace),
        }
    }
}

/// How long it is from one moment to another; no time at all where that is the earlier one.
pub fn since(from: Moment, to: Moment) -> Duration {
    Duration::from_millis(to.0.saturating_sub(from.0).max(0).unsigned_abs())
}

/// A moment so long before another.
pub fn before(at: Moment, span: Duration) -> Moment {
    Moment(at.0.saturating_sub(milliseconds(span)))
}

fn milliseconds(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_are_remembered_than_count() {
        let mut departures = Departures::for_rate("2/s".parse().ok());
        departures.left(Moment(1_000), 1);
        departures.left(Moment(2_000), 1);
        departures.left(Moment(2_500), 1);
        departures.hold(Moment(2_000), Duration::from_secs(9));
        let before = departures.before(Moment(3_000));
        let ago = [500, 1_000].map(Duration::from_millis);
        assert_eq!(before.departures, ago);
        assert_eq!(before.held, Duration::from_secs(8));
        departures.left(Moment(100), 1);
        assert_eq!(
            departures.before(Moment(3_000)).departures,
            ago,
            "told late"
        );
        departures.left(Moment(4_000), 1_000);
        assert_eq!(
            departures.before(Moment(3_000)).departures,
            [Duration::ZERO; 2]
        );
        let mut unlimited = Departures::for_rate(None);
        unlimited.left(Moment(1), 5);
        assert_eq!(unlimited.before(Moment(3_000)), Before::default());
    }
}
