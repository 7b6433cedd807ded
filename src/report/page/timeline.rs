//! The minutes of a run as columns of a chart: no more of them than can be seen. Pure.

use crate::model::Moment;
use crate::report::{Leg, Minute};

/// So many columns a chart has, at most.
const COLUMNS: usize = 200;

/// A minute, in milliseconds.
const MINUTE: i64 = 60_000;

/// A moment with its date, where the program runs.
pub fn stamp(at: Moment) -> String {
    // That was on another day.
    at.clock(Moment(0))
}

/// One minute, or some that follow each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// When the first of them began.
    pub at: Moment,
    /// How many there are.
    pub minutes: u64,
    /// Calls that ended.
    pub calls: u64,
    /// Attempts.
    pub attempts: u64,
    /// Attempts that were answered 429.
    pub throttled: u64,
    /// The highest p50, p95 and p99 of any of them, in milliseconds; none without attempts.
    pub latencies: Option<[u64; 3]>,
    /// For how many minutes of it all calls waited.
    pub held: f64,
    /// In how many of them no call ended, though the service was asked.
    pub silent: u64,
    /// Whether nothing ran between the column before and this one.
    pub after_gap: bool,
}

/// A run's time.
#[derive(Debug, PartialEq)]
pub struct Timeline {
    /// The columns, in their order.
    pub columns: Vec<Column>,
    /// How many minutes a column has, at most.
    pub minutes: usize,
    /// Where legs begin, but for the first: the leg's number, and how far from the left, from 0 to 1.
    pub legs: Vec<(usize, f64)>,
}

impl Timeline {
    /// That of these minutes. None without any.
    pub fn of(minutes: &[Minute], legs: &[Leg]) -> Option<Self> {
        let at = |minute: &Minute| minute.at.parse::<Moment>().ok();
        let known = minutes
            .iter()
            .filter_map(|minute| Some((at(minute)?, minute)));
        let known: Vec<_> = known.collect();
        if known.is_empty() {
            return None;
        }
        let spans: Vec<_> = legs.iter().filter_map(span).collect();
        let most = known.len().div_ceil(COLUMNS);
        let mut columns: Vec<Column> = Vec::new();
        for (at, minute) in known {
            let is_whole = |(from, to): &(Moment, Moment)| *from <= at && at.0 + MINUTE <= to.0;
            // While the service is down it is probed; while it asks to wait, nothing is sent.
            let is_probed = minute.attempts > minute.throttled;
            let silent = minute.calls == 0 && is_probed && spans.iter().any(is_whole);
            let one = Column::of(at, minute, silent);
            match columns.last_mut() {
                Some(last) if last.end() == at && last.minutes < most as u64 => last.take(one),
                Some(last) => {
                    let after_gap = last.end() != at;
                    columns.push(Column { after_gap, ..one });
                }
                None => columns.push(one),
            }
        }
        let legs = spans.iter().enumerate().skip(1);
        let legs = legs.map(|(n, (from, _))| (n + 1, place(&columns, *from)));
        Some(Self {
            legs: legs.collect(),
            columns,
            minutes: most,
        })
    }

    /// What is said of columns that are more than a minute, after a sentence; else nothing.
    pub fn grain(&self) -> String {
        match self.minutes {
            1 => String::new(),
            minutes => format!(
                " A column is {minutes} minutes: their mean pace, and the highest latency of any of them."
            ),
        }
    }

    /// When its last column ended.
    pub fn end(&self) -> Moment {
        self.columns.last().map_or(Moment(0), Column::end)
    }
}

impl Column {
    fn of(at: Moment, minute: &Minute, silent: bool) -> Self {
        Self {
            at,
            minutes: 1,
            calls: minute.calls,
            attempts: minute.attempts,
            throttled: minute.throttled,
            latencies: (minute.attempts > 0).then_some([minute.p50, minute.p95, minute.p99]),
            // Those of several runs may have been held at a time.
            held: match silent {
                true => 0.0,
                false => (minute.held_seconds / 60.0).clamp(0.0, 1.0),
            },
            silent: u64::from(silent),
            after_gap: false,
        }
    }

    fn take(&mut self, next: Self) {
        self.minutes += next.minutes;
        self.calls += next.calls;
        self.attempts += next.attempts;
        self.throttled += next.throttled;
        self.latencies = match (self.latencies, next.latencies) {
            (Some(one), Some(other)) => Some(std::array::from_fn(|n| one[n].max(other[n]))),
            (one, other) => one.or(other),
        };
        self.held += next.held;
        self.silent += next.silent;
    }

    /// When it ended.
    pub fn end(&self) -> Moment {
        Moment(self.at.0 + MINUTE * self.minutes as i64)
    }

    /// A count of it as one of a minute.
    pub fn in_a_minute(&self, count: u64) -> f64 {
        count as f64 / self.minutes as f64
    }
}

fn span(leg: &Leg) -> Option<(Moment, Moment)> {
    Some((leg.started_at.parse().ok()?, leg.ended_at.parse().ok()?))
}

/// Where a moment is among the columns.
fn place(columns: &[Column], at: Moment) -> f64 {
    let before = columns
        .iter()
        .take_while(|column| column.end() <= at)
        .count();
    let part = columns.get(before).map_or(0.0, |column| {
        let into = (at.0 - column.at.0).max(0);
        into as f64 / (MINUTE * column.minutes as i64) as f64
    });
    (before as f64 + part) / columns.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minute(n: i64, calls: u64) -> Minute {
        Minute {
            at: Moment(n * MINUTE).to_string(),
            calls,
            attempts: calls + 1,
            throttled: 0,
            p50: 10 + n as u64,
            p95: 20,
            p99: 30,
            held_seconds: 0.0,
        }
    }

    fn leg(from: i64, to: i64) -> Leg {
        Leg {
            started_at: Moment(from * MINUTE).to_string(),
            ended_at: Moment(to * MINUTE).to_string(),
            exit_status: Some(0),
        }
    }

    #[test]
    fn a_short_run_has_a_column_a_minute() {
        let minutes: Vec<_> = [(5, 7), (6, 0), (7, 9), (90, 4)]
            .map(|(n, calls)| minute(n, calls))
            .to_vec();
        let timeline = Timeline::of(&minutes, &[leg(5, 8), leg(90, 91)]).unwrap();
        let shown: Vec<_> = timeline
            .columns
            .iter()
            .map(|column| (column.calls, column.silent, column.after_gap))
            .collect();
        assert_eq!(
            shown,
            [(7, 0, false), (0, 1, false), (9, 0, false), (4, 0, true)]
        );
        assert_eq!(timeline.legs, [(2, 0.75)]);
        assert_eq!(timeline.end(), Moment(91 * MINUTE));
        assert_eq!(Timeline::of(&[], &[]), None);
    }

    #[test]
    fn only_a_minute_in_which_the_service_was_asked_in_vain_is_one_of_an_outage() {
        let held = |attempts, throttled| Minute {
            attempts,
            throttled,
            held_seconds: 60.0,
            ..minute(1, 0)
        };
        for (attempts, throttled, silent, held_for) in
            [(2, 0, 1, 0.0), (0, 0, 0, 1.0), (1, 1, 0, 1.0)]
        {
            let minutes = [minute(0, 3), held(attempts, throttled)];
            let timeline = Timeline::of(&minutes, &[leg(0, 2)]).unwrap();
            let column = &timeline.columns[1];
            assert_eq!(
                (column.silent, column.held),
                (silent, held_for),
                "{attempts}"
            );
        }
    }

    #[test]
    fn a_long_one_has_no_more_columns_than_can_be_seen_and_loses_nothing() {
        let minutes: Vec<_> = (0..1_001).map(|n| minute(n, 3)).collect();
        let timeline = Timeline::of(&minutes, &[leg(0, 1_001)]).unwrap();
        assert!(timeline.columns.len() <= COLUMNS);
        let calls: u64 = timeline.columns.iter().map(|column| column.calls).sum();
        let minutes: u64 = timeline.columns.iter().map(|column| column.minutes).sum();
        assert_eq!((calls, minutes, timeline.minutes), (3_003, 1_001, 6));
        assert_eq!(timeline.columns[0].latencies, Some([15, 20, 30]));
        assert_eq!(timeline.columns[0].in_a_minute(18), 3.0);
    }
}
