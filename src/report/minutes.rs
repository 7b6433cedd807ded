//! Pace and latency, minute by minute.

use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

use crate::model::Moment;

/// What happened in a minute of the clock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Minute {
    /// When it began.
    pub at: String,
    /// Calls that ended in it.
    pub calls: u64,
    /// Attempts that were answered, or met their end, in it.
    pub attempts: u64,
    /// Attempts that were answered 429.
    pub throttled: u64,
    /// The median latency of its attempts, in milliseconds.
    pub p50: u64,
    /// The latency that 95 of 100 attempts stayed within, in milliseconds.
    pub p95: u64,
    /// The latency that 99 of 100 attempts stayed within, in milliseconds.
    pub p99: u64,
    /// For how much of it all calls waited, because the service asked for it.
    pub held_seconds: f64,
}

impl Minute {
    /// The same minute of two runs. Of latencies that were counted apart no more is known than which were the longer.
    fn and(self, other: Self) -> Self {
        Self {
            at: self.at,
            calls: self.calls + other.calls,
            attempts: self.attempts + other.attempts,
            throttled: self.throttled + other.throttled,
            p50: self.p50.max(other.p50),
            p95: self.p95.max(other.p95),
            p99: self.p99.max(other.p99),
            // Shards that wait beside one another wait no longer than the minute is.
            held_seconds: (self.held_seconds + other.held_seconds).min(60.0),
        }
    }
}

/// The minutes of several runs as those of one, in the order of the clock.
pub fn joined(minutes: impl IntoIterator<Item = Minute>) -> Vec<Minute> {
    let mut joined: BTreeMap<String, Minute> = BTreeMap::new();
    for minute in minutes {
        let at = minute.at.clone();
        let both = match joined.remove(&at) {
            Some(before) => before.and(minute),
            None => minute,
        };
        joined.insert(at, both);
    }
    joined.into_values().collect()
}

/// Gathers the minutes of a run.
#[derive(Debug, Clone, Default)]
pub struct Minutes {
    minutes: Vec<Minute>,
    current: Option<Current>,
    /// The last hold's beginning and end, in milliseconds since 1970.
    hold: Option<(i64, i64)>,
}

#[derive(Debug, Clone)]
struct Current {
    /// The minute, counted from 1970.
    number: i64,
    calls: u64,
    throttled: u64,
    latencies: Histogram<u64>,
    held: i64,
}

const MINUTE: i64 = 60_000;

/// After so many minutes without a word the clock was set, or the machine slept.
const LONGEST_GAP: i64 = 24 * 60;

impl Current {
    fn new(number: i64) -> Self {
        // Two digits of a latency say enough; it grows as far as the longest.
        let latencies =
            Histogram::new(2).expect("2 is a number of digits that a histogram may keep");
        Self {
            number,
            calls: 0,
            throttled: 0,
            latencies,
            held: 0,
        }
    }

    fn closed(&self) -> Minute {
        let quantile = |quantile| self.latencies.value_at_quantile(quantile);
        Minute {
            at: Moment(self.number * MINUTE).to_string(),
            calls: self.calls,
            attempts: self.latencies.len(),
            throttled: self.throttled,
            p50: quantile(0.50),
            p95: quantile(0.95),
            p99: quantile(0.99),
            held_seconds: self.held as f64 / 1_000.0,
        }
    }
}

impl Minutes {
    /// A leg begins: whatever lies between it and the one before was none of the run's.
    pub fn begin(&mut self, now: Moment) {
        self.hold = None;
        self.jump_to(now.0.div_euclid(MINUTE));
    }

    /// An attempt was answered, or met its end.
    pub fn attempt(&mut self, now: Moment, latency: Duration, throttled: bool) {
        let current = self.turn_to(now);
        let milliseconds = u64::try_from(latency.as_millis()).unwrap_or(u64::MAX);
        current.latencies.saturating_record(milliseconds);
        current.throttled += u64::from(throttled);
    }

    /// A call ended.
    pub fn call(&mut self, now: Moment) {
        self.turn_to(now).calls += 1;
    }

    /// All calls wait from now on, for so long at least.
    pub fn hold(&mut self, now: Moment, pause: Duration) {
        self.turn_to(now);
        let until = now
            .0
            .saturating_add(i64::try_from(pause.as_millis()).unwrap_or(i64::MAX));
        self.settle_hold(now);
        self.hold = Some((now.0, until));
    }

    /// All minutes up to now.
    pub fn finish(mut self, now: Moment) -> Vec<Minute> {
        if self.current.is_some() {
            self.turn_to(now);
            self.settle_hold(now);
        }
        self.minutes.extend(self.current.map(|last| last.closed()));
        self.minutes
    }

    /// Closes the minutes that have passed.
    fn turn_to(&mut self, now: Moment) -> &mut Current {
        let number = now.0.div_euclid(MINUTE);
        let mut at = self.current.as_ref().map_or(number, |minute| minute.number);
        if number - at > LONGEST_GAP {
            // The clock was set: nothing happened in between.
            self.jump_to(number);
            at = number;
        }
        while at < number {
            at += 1;
            self.settle_hold(Moment(at * MINUTE));
            self.jump_to(at);
        }
        self.current.get_or_insert_with(|| Current::new(at))
    }

    /// Closes the current minute, unless it is this one.
    fn jump_to(&mut self, number: i64) {
        if self
            .current
            .as_ref()
            .is_none_or(|minute| minute.number < number)
        {
            let before = self.current.replace(Current::new(number));
            self.minutes.extend(before.map(|minute| minute.closed()));
        }
    }

    /// Counts what has passed of a hold for the current minute.
    fn settle_hold(&mut self, now: Moment) {
        if let (Some((from, until)), Some(current)) = (self.hold.take(), &mut self.current) {
            let to = now.0.min(until).max(from);
            current.held += to.saturating_sub(from);
            self.hold = (to < until).then_some((to, until));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_holds_what_happened_in_it() {
        let mut minutes = Minutes::default();
        minutes.begin(Moment(30_000));
        for latency in 1..=100 {
            minutes.attempt(Moment(40_000), Duration::from_millis(latency), latency == 7);
        }
        minutes.call(Moment(59_999));
        minutes.call(Moment(60_000));
        let minutes = minutes.finish(Moment(60_001));
        let first = &minutes[0];
        assert_eq!(
            (
                first.at.as_str(),
                first.calls,
                first.attempts,
                first.throttled
            ),
            ("1970-01-01T00:00:00.000Z", 1, 100, 1)
        );
        assert_eq!((first.p50, first.p95, first.p99), (50, 95, 99));
        assert_eq!(
            (minutes.len(), minutes[1].calls, minutes[1].attempts),
            (2, 1, 0)
        );
    }

    #[test]
    fn a_minute_of_two_runs_is_one() {
        let run = |from, latency| {
            let mut minutes = Minutes::default();
            minutes.begin(Moment(from));
            minutes.attempt(Moment(from), Duration::from_millis(latency), true);
            minutes.call(Moment(from));
            minutes.hold(Moment(from), Duration::from_secs(1));
            minutes.finish(Moment(from + 1_000))
        };
        let minutes = joined([run(60_000, 3), run(0, 40), run(62_000, 7)].concat());
        let shown: Vec<_> = minutes
            .iter()
            .map(|one| {
                (
                    &one.at[14..16],
                    one.calls,
                    one.attempts,
                    one.throttled,
                    one.p99,
                    one.held_seconds,
                )
            })
            .collect();
        assert_eq!(shown, [("00", 1, 1, 1, 40, 1.0), ("01", 2, 2, 2, 7, 2.0)]);
    }

    #[test]
    fn a_hold_is_counted_in_the_minutes_that_it_covers() {
        let mut minutes = Minutes::default();
        minutes.begin(Moment(0));
        minutes.hold(Moment(50_000), Duration::from_secs(20));
        minutes.hold(Moment(55_000), Duration::from_secs(100));
        let held: Vec<f64> = minutes
            .finish(Moment(190_000))
            .iter()
            .map(|minute| minute.held_seconds)
            .collect();
        assert_eq!(held, [10.0, 60.0, 35.0, 0.0]);
    }

    #[test]
    fn what_lies_between_two_legs_is_none_of_the_runs() {
        let mut minutes = Minutes::default();
        minutes.begin(Moment(0));
        minutes.call(Moment(30_000));
        minutes.hold(Moment(40_000), Duration::from_secs(3_600));
        minutes.begin(Moment(50_000));
        minutes.call(Moment(50_000));
        minutes.begin(Moment(3_600_000));
        minutes.call(Moment(3_600_000));
        let minutes = minutes.finish(Moment(3_600_001));
        let shown: Vec<_> = minutes
            .iter()
            .map(|minute| (&minute.at[11..16], minute.calls))
            .collect();
        assert_eq!(shown, [("00:00", 2), ("01:00", 1)]);
        assert_eq!(
            minutes[0].held_seconds, 0.0,
            "of the hold no more is known than that it began"
        );
    }
}
