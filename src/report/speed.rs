//! How fast calls end, and how long the others take.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// The speed is that of so long, remembered every so often.
const RECENT: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// In less time than this nothing can be measured.
const A_MOMENT: Duration = Duration::from_secs(1);

/// What was measured for so long says more than what was expected.
const ENOUGH: Duration = Duration::from_secs(10);

/// How fast calls end. Time in which all of them wait does not count: it says nothing of the time that the others take.
#[derive(Debug)]
pub(super) struct Speed {
    /// How many calls had ended at some moments of the last while, the first one first.
    recent: VecDeque<(Instant, u64)>,
    /// Calls a second, as far as that is known without measuring: those of the pace, or those from before a wait.
    expected: Option<f64>,
}

impl Speed {
    /// None has been measured; `paced` calls a second are expected, where there is a pace.
    pub fn new(now: Instant, ended: u64, paced: Option<f64>) -> Self {
        Self {
            recent: VecDeque::from([(now, ended)]),
            expected: paced,
        }
    }

    /// Looks how many calls have ended.
    pub fn look(&mut self, now: Instant, ended: u64, all_wait: bool) {
        if all_wait {
            return self.start_afresh(now, ended);
        }
        let latest = self.recent.back();
        if latest.is_some_and(|(at, _)| now - *at >= LOOK_EVERY) {
            self.recent.push_back((now, ended));
        }
        while self.recent.len() > 2 && now - self.recent[1].0 > RECENT {
            self.recent.pop_front();
        }
    }

    /// What was before says nothing of the time to come, but for how fast it went.
    pub fn start_afresh(&mut self, now: Instant, ended: u64) {
        self.expected = self.known(now, ended);
        self.recent = VecDeque::from([(now, ended)]);
    }

    /// No more than so many calls a second are expected from now on.
    pub fn lower(&mut self, now: Instant, ended: u64, most: f64) {
        self.start_afresh(now, ended);
        self.expected = Some(self.expected.map_or(most, |expected| expected.min(most)));
    }

    /// Calls a second, as measured; none where that can't be told yet.
    pub fn measured(&self, now: Instant, ended: u64) -> Option<f64> {
        self.measured_for(now, ended, A_MOMENT)
    }

    /// How long so many calls take; none where nothing is known.
    pub fn time_for(&self, left: u64, now: Instant, ended: u64) -> Option<Duration> {
        let seconds = left as f64 / self.known(now, ended)?;
        Duration::try_from_secs_f64(seconds).ok()
    }

    /// What was measured for long enough, else what was expected, else what was measured.
    fn known(&self, now: Instant, ended: u64) -> Option<f64> {
        let measured = self.measured_for(now, ended, ENOUGH);
        let known = measured.or(self.expected);
        known.or_else(|| self.measured(now, ended))
    }

    fn measured_for(&self, now: Instant, ended: u64, at_least: Duration) -> Option<f64> {
        let (since, before) = self.recent[0];
        let span = now.saturating_duration_since(since);
        let calls = ended.saturating_sub(before) as f64;
        (span >= at_least).then(|| calls / span.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A speed that was looked at every second while so many calls ended in each, and when that was over.
    fn after(
        seconds: u64,
        calls_each: u64,
        speed: &mut Speed,
        from: (Instant, u64),
    ) -> (Instant, u64) {
        let (mut now, mut ended) = from;
        for _ in 0..seconds {
            (now, ended) = (now + LOOK_EVERY, ended + calls_each);
            speed.look(now, ended, false);
        }
        (now, ended)
    }

    fn left(speed: &Speed, (now, ended): (Instant, u64)) -> Option<u64> {
        speed.time_for(600, now, ended).map(|left| left.as_secs())
    }

    #[test]
    fn the_pace_is_expected_until_enough_is_measured() {
        let start = (Instant::now(), 0);
        let mut speed = Speed::new(start.0, 0, Some(10.0));
        assert_eq!(left(&speed, start), Some(60));
        assert_eq!(speed.measured(start.0, 0), None);
        let now = after(9, 1, &mut speed, start);
        assert_eq!(
            (left(&speed, now), speed.measured(now.0, now.1)),
            (Some(60), Some(1.0))
        );
        let now = after(1, 1, &mut speed, now);
        assert_eq!(left(&speed, now), Some(600));
    }

    #[test]
    fn the_speed_is_that_of_the_last_while() {
        let start = (Instant::now(), 0);
        let mut speed = Speed::new(start.0, 0, None);
        assert_eq!(left(&speed, start), None);
        let now = after(30, 100, &mut speed, start);
        let now = after(61, 2, &mut speed, now);
        assert_eq!(left(&speed, now), Some(300));
        assert!(speed.recent.len() < 70);
    }

    #[test]
    fn a_wait_says_nothing_of_the_time_after_it() {
        let start = (Instant::now(), 0);
        let mut speed = Speed::new(start.0, 0, Some(20.0));
        let (now, ended) = after(30, 10, &mut speed, start);
        let later = now + Duration::from_secs(300);
        for seconds in 0..=300 {
            speed.look(now + Duration::from_secs(seconds), ended, true);
        }
        assert_eq!(left(&speed, (later, ended)), Some(60));
        speed.lower(later, ended, 5.0);
        assert_eq!(left(&speed, (later, ended)), Some(120));
        let now = after(20, 6, &mut speed, (later, ended));
        assert_eq!(left(&speed, now), Some(100));
    }
}
