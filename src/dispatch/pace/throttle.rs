//! How fast attempts leave once the service has refused some as too many (contract, section 4). Pure: it is told the time.
//!
//! A refusal lowers the pace by a factor, or to the share of it that the service has really taken since the one before, if
//! that is less; from there it climbs back by and by: fast while it is far from where it was refused, slowly close to it, and faster
//! again where it gets past that unrefused.

use std::time::Duration;

use tokio::time::Instant;

/// Of the way to where it was refused, the pace climbs this part in a second: most of it in a minute, which is as long as
/// the windows of such services.
const CLIMB: f64 = 1.0 / 60.0;

/// At least it climbs by this part of where it was refused, in a second: 0.6% in a minute.
const CREEP: f64 = 0.0001;

/// By what a pace is lowered that is refused; and one that was good for less than [`SHORT`] and of which [`MANY`] more are
/// refused that were on their way.
const TOO_FAST: f64 = 0.95;
const FAR_TOO_FAST: f64 = 0.5;
const SHORT: Duration = Duration::from_secs(10);
const SECOND: Duration = Duration::from_secs(1);
const MANY: u32 = 3;

/// At the rate, a refusal that is the only one for so long lowers nothing where it comes after so few.
const REPEATED: Duration = Duration::from_secs(60);
const ENOUGH: u64 = 50;

/// No refusal lowers the pace more, and none below this part of the rate, or twelve a minute: where the service refuses at
/// random, to be slower does not help.
const LEAST: f64 = 0.05;
const SLOWEST_SHARE: f64 = 0.01;
const SLOWEST: f64 = 0.2;

/// The pace below the rate.
#[derive(Debug)]
pub struct Throttle {
    /// The rate, in a second; none without a limit.
    rate: Option<f64>,
    /// The pace; none while it is the rate.
    pace: Option<f64>,
    /// The pace after the refusal before.
    begun: Option<f64>,
    /// Where it was refused last.
    ceiling: Option<f64>,
    /// About what the service allows.
    found: Option<f64>,
    /// How it was refused that was good for a short while only.
    overshot: Option<Overshot>,
    /// Up to when it has climbed.
    climbed: Instant,
    /// When attempts were last refused after others had been taken, or the beginning.
    since: Instant,
    /// When attempts were last refused.
    last: Option<Instant>,
    /// So much of the time since then nothing was sent that might have been taken.
    idle: Duration,
    /// So many attempts were taken since.
    taken: u64,
}

/// A pace that was refused soon.
#[derive(Debug)]
struct Overshot {
    pace: f64,
    /// The share of it that was taken.
    share: f64,
    /// How many others were refused that were on their way.
    others: u32,
}

impl Throttle {
    /// At the rate, or at the `pace` at which an earlier process has left off.
    pub fn new(rate: Option<f64>, pace: Option<f64>, now: Instant) -> Self {
        let pace = pace.filter(|pace| rate.is_none_or(|rate| *pace < rate));
        Self {
            rate,
            pace,
            begun: pace,
            ceiling: pace,
            found: None,
            overshot: None,
            climbed: now,
            since: now,
            last: None,
            idle: Duration::ZERO,
            taken: 0,
        }
    }

    /// An attempt was taken.
    pub fn take(&mut self) {
        self.taken += 1;
    }

    /// For so long, nothing is sent, for another reason.
    pub fn rest(&mut self, pause: Duration) {
        self.idle += pause;
    }

    /// An attempt that `left` then is refused, the first since the last pause; all wait for so long. True where that lowers
    /// the pace.
    pub fn refuse(&mut self, left: Instant, now: Instant, pause: Duration) -> bool {
        let pace = self.pace(now).or(self.rate).unwrap_or(f64::INFINITY);
        let taken = std::mem::take(&mut self.taken);
        let idle = std::mem::replace(&mut self.idle, pause);
        let before = self.last.replace(now);
        let is_repeated = self.pace.is_some() || before.is_some_and(|at| now - at < REPEATED);
        if !is_repeated && taken < ENOUGH {
            self.since = now;
            return false;
        }
        if taken == 0 {
            // Still the same shortage: that it was waited for was right, up to the last pause.
            return false;
        }
        let whole = left.saturating_duration_since(self.since);
        let span = whole.saturating_sub(idle).max(Duration::from_millis(1));
        // No service counts in shorter windows than a second.
        let really = taken as f64 / span.max(SECOND).as_secs_f64();
        // Without a limit, the pace was what was taken.
        let is_known = pace.is_finite();
        let pace = if is_known { pace } else { really };
        let usual = (self.begun.unwrap_or(pace) + pace) / 2.0;
        let share = (really / usual).clamp(LEAST, 1.0);
        self.lower(pace, share, TOO_FAST, now);
        if span < SHORT {
            let overshot = Overshot {
                pace,
                share,
                others: 0,
            };
            // What was really taken is not far too fast.
            self.overshot = is_known.then_some(overshot);
        } else {
            // Between what was too much and what was taken, pauses included.
            let taken = taken as f64 / whole.max(span).as_secs_f64();
            let found = match taken < 0.7 * pace {
                true => taken,
                false => (pace + taken) / 2.0,
            };
            // What was taken before the first refusal may have been saved up.
            self.found = before.map(|_| found);
            self.overshot = None;
        }
        self.since = now;
        true
    }

    /// Another attempt is refused of those that were on their way when the last pause began. True where so many are that the
    /// pace was far too fast, which lowers it more.
    pub fn refuse_another(&mut self, now: Instant) -> bool {
        let Some(overshot) = &mut self.overshot else {
            return false;
        };
        overshot.others += 1;
        if overshot.others < MANY {
            return false;
        }
        let Overshot { pace, share, .. } = *overshot;
        self.overshot = None;
        self.lower(pace, share, FAR_TOO_FAST, now);
        true
    }

    /// Lowers a pace of which this share was taken, by that or by a factor.
    fn lower(&mut self, pace: f64, share: f64, factor: f64, now: Instant) {
        let slowest = self.rate.map_or(0.0, |rate| rate * SLOWEST_SHARE);
        let lower = (pace * share.min(factor)).max(slowest.max(SLOWEST));
        let lower = Some(lower.min(pace));
        self.ceiling = Some(pace * (share / factor).min(1.0));
        (self.pace, self.begun, self.climbed) = (lower, lower, now);
    }

    /// The pace, in a second; none while it is the rate.
    pub fn pace(&mut self, now: Instant) -> Option<f64> {
        let (pace, ceiling) = (self.pace?, self.ceiling?);
        // What was not tried for long says nothing.
        let span = now.saturating_duration_since(self.climbed).as_secs_f64();
        let span = span.min(1.0_f64.max(2.0 / pace));
        self.climbed = now;
        let climbed = pace + ((ceiling - pace).abs() * CLIMB + ceiling * CREEP) * span;
        self.pace = Some(climbed).filter(|pace| self.rate.is_none_or(|rate| *pace < rate));
        self.pace
    }

    /// About what the service allows, in a second.
    pub fn found(&self) -> Option<f64> {
        self.found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Refuses after so many seconds in which so many were taken, and with it so many others; gives the pace that this leads
    /// to.
    fn refused_with(others: u32, throttle: &mut Throttle, seconds: f64, taken: u32) -> Option<f64> {
        (0..taken).for_each(|_| throttle.take());
        let now = throttle.since + Duration::from_secs_f64(seconds);
        throttle.climbed = now;
        let is_lower = throttle.refuse(now, now, SECOND);
        for _ in 0..others {
            throttle.refuse_another(now);
        }
        is_lower.then(|| throttle.pace(now)).flatten()
    }

    fn refused_after(throttle: &mut Throttle, seconds: f64, taken: u32) -> Option<f64> {
        refused_with(9, throttle, seconds, taken)
    }

    #[test]
    fn a_pace_is_lowered_a_little_and_halved_where_it_is_refused_at_once_and_many_times() {
        let start = Instant::now();
        let mut throttle = Throttle::new(Some(1_000.0), None, start);
        assert_eq!(throttle.pace(start), None);
        let single = refused_after(&mut throttle, 70.0, 7);
        assert_eq!(single, None, "a single one after few");
        assert_eq!(refused_after(&mut throttle, 70.0, 7), None, "still");
        assert_eq!(refused_after(&mut throttle, 0.5, 500), Some(500.0));
        assert_eq!(
            refused_after(&mut throttle, 1.0, 0),
            None,
            "the same shortage"
        );
        assert_eq!(refused_after(&mut throttle, 101.0, 50_000), Some(475.0));
        let found = throttle.found().unwrap();
        assert!((495.0..500.0).contains(&found), "{found}");
        assert_eq!(refused_with(2, &mut throttle, 3.0, 2_000), Some(451.25));
    }

    #[test]
    fn where_less_was_taken_than_was_sent_that_share_counts() {
        let mut throttle = Throttle::new(Some(1_000.0), None, Instant::now());
        assert_eq!(refused_after(&mut throttle, 1.0, 1_000), Some(500.0));
        // Of a minute, nearly all passed in waiting.
        assert_eq!(refused_after(&mut throttle, 61.0, 3_000), Some(50.0));
        throttle.rest(99 * SECOND);
        let lower = refused_after(&mut throttle, 110.0, 500);
        assert_eq!(lower, Some(47.5), "what was no fault of the pace does not");
        let lower = refused_after(&mut throttle, 61.0, 10);
        assert_eq!(lower, Some(10.0), "no less than a hundredth of the rate");
    }

    #[test]
    fn it_climbs_back_slower_and_slower_to_where_it_was_refused_and_then_faster_up_to_the_rate() {
        let mut now = Instant::now();
        let mut throttle = Throttle::new(Some(1_000.0), None, now);
        assert_eq!(refused_after(&mut throttle, 1.0, 1_000), Some(500.0));
        throttle.ceiling = Some(800.0);
        now = throttle.climbed;
        let mut minute = || {
            let seconds = (0..60).map(|_| {
                now += SECOND;
                throttle.pace(now).unwrap_or(1_000.0)
            });
            seconds.last().unwrap()
        };
        let climbs: Vec<_> = (0..6).map(|_| minute().round()).collect();
        assert_eq!(climbs, [694.0, 764.0, 790.0, 799.0, 807.0, 826.0]);
    }

    #[test]
    fn without_a_rate_it_is_what_was_taken() {
        let mut throttle = Throttle::new(None, None, Instant::now());
        assert_eq!(refused_after(&mut throttle, 20.0, 6_000), Some(285.0));
    }
}
