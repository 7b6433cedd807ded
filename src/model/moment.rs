//! A moment, as results and summaries write it.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use jiff::civil::{Date, Time};
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};
use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01 UTC; shown as `2026-11-23T02:13:05.123Z`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(pub i64);

impl Moment {
    /// The system's time of day.
    pub fn now() -> Self {
        Self(Timestamp::now().as_millisecond())
    }

    /// The moment of a file's time. None where that is before 1970.
    pub fn of(time: SystemTime) -> Option<Self> {
        let since = time.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        i64::try_from(since.as_millis()).ok().map(Self)
    }

    /// So long after this.
    pub fn after(self, span: Duration) -> Self {
        let span = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(span))
    }

    /// When the clock next shows this time, where the program runs: later today, or tomorrow.
    pub fn next(self, time: Time) -> Self {
        let now = self.local();
        let on = |date: jiff::civil::Date| {
            let zoned = date
                .to_datetime(time)
                .to_zoned_datetime(now.time_zone().clone());
            zoned.map(|zoned| Self(zoned.timestamp().as_millisecond()))
        };
        let today = on(now.date()).ok().filter(|today| *today > self);
        let tomorrow = || now.date().tomorrow().and_then(on).ok();
        today
            .or_else(tomorrow)
            .unwrap_or_else(|| self.after(Duration::from_secs(86_400)))
    }

    /// The time of day where the program runs, `02:13`; on another day than `today` with its date.
    pub fn clock(self, today: Self) -> String {
        let (local, today) = (self.local(), today.local());
        let format = match local.date() == today.date() {
            true => "%H:%M",
            false => "%Y-%m-%d %H:%M",
        };
        local.strftime(format).to_string()
    }

    /// Its date where the program runs: `2026-11-23`.
    pub fn day(self) -> String {
        self.local().date().to_string()
    }

    /// How the clock stands there to the world's: `UTC+01:00`.
    pub fn zone(self) -> String {
        self.local().strftime("UTC%:z").to_string()
    }

    fn local(self) -> ZonedDateTime {
        let moment = Timestamp::from_millisecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH);
        moment.to_zoned_datetime(TimeZone::system())
    }
}

/// Whether a text is a date as [`Moment::day`] writes it.
pub fn is_day(text: &str) -> bool {
    let date = text.parse::<Date>();
    date.is_ok_and(|date| date.to_string() == text)
}

impl FromStr for Moment {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, jiff::Error> {
        Ok(Self(text.parse::<Timestamp>()?.as_millisecond()))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = Timestamp::from_millisecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH);
        f.write_str(&strtime::format("%Y-%m-%dT%H:%M:%S%.3fZ", moment).map_err(|_| fmt::Error)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_comes_within_a_day() {
        let now = Moment(1_795_400_000_007);
        for hour in 0..24 {
            let time = jiff::civil::time(hour, 30, 0, 0);
            let next = now.next(time);
            assert!(next > now && next <= now.after(Duration::from_secs(25 * 3_600)));
            assert!(
                next.clock(next) == format!("{hour:02}:30"),
                "{}",
                next.clock(next)
            );
        }
        assert!(now.clock(now.after(Duration::from_secs(90_000))).len() > 5);
    }

    #[test]
    fn a_moment_is_read_as_it_is_shown() {
        let moment = Moment(1_795_400_000_007);
        assert_eq!(moment.to_string().parse::<Moment>().ok(), Some(moment));
        assert!("2026-11-2".parse::<Moment>().is_err());
    }

    #[test]
    fn a_moment_is_shown_to_the_millisecond() {
        assert_eq!(
            Moment(1_795_400_000_007).to_string(),
            "2026-11-23T02:13:20.007Z"
        );
        assert_eq!(Moment(0).to_string(), "1970-01-01T00:00:00.000Z");
    }
}
