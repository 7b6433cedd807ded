//! How many attempts may leave in a window of time.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Part;

/// So many attempts in a window, such as `1000/min`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    attempts: NonZeroU32,
    unit: Unit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Second,
    Minute,
    Hour,
}

impl Unit {
    fn as_str(self) -> &'static str {
        match self {
            Self::Second => "s",
            Self::Minute => "min",
            Self::Hour => "h",
        }
    }

    fn seconds(self) -> u64 {
        match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3600,
        }
    }
}

impl Rate {
    /// What most pages of the service's documentation say: 1000/min.
    pub const DEFAULT: Self = Self {
        attempts: NonZeroU32::new(1000).expect("1000 is not 0"),
        unit: Unit::Minute,
    };

    /// The most attempts that any window of [`Rate::window`] may hold.
    pub fn attempts(&self) -> NonZeroU32 {
        self.attempts
    }

    /// The window's length.
    pub fn window(&self) -> Duration {
        Duration::from_secs(self.unit.seconds())
    }

    /// What a part of all customers gets where each gets its own: the rates of all parts are this one together. None where
    /// that is less than one attempt.
    pub fn part(self, part: Part) -> Option<Self> {
        let all = u64::from(self.attempts.get());
        let more = u64::from(part.number() <= all % part.of());
        let attempts = NonZeroU32::new(u32::try_from(all / part.of() + more).ok()?)?;
        (all >= part.of()).then_some(Self { attempts, ..self })
    }

    /// How many attempts a second that is.
    pub fn per_second(self) -> f64 {
        f64::from(self.attempts.get()) / self.window().as_secs_f64()
    }

    /// How long so many attempts take at this rate, the first leaving at once.
    pub fn time_for(&self, attempts: u64) -> Duration {
        let gap = self.window().as_secs_f64() / f64::from(self.attempts.get());
        Duration::try_from_secs_f64(gap * attempts.saturating_sub(1) as f64)
            .unwrap_or(Duration::MAX)
    }
}

/// So many attempts an hour, on average.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PerHour(pub u64);

impl PerHour {
    /// The same as so many a second.
    pub fn of(per_second: f64) -> Self {
        Self((per_second * 3_600.0).round().max(1.0) as u64)
    }

    /// How many a second that is.
    pub fn per_second(self) -> f64 {
        self.0 as f64 / 3_600.0
    }
}

impl fmt::Display for PerHour {
    /// In the unit in which it is neither too small nor too large a number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            per_hour @ ..600 => write!(f, "{per_hour}/h"),
            per_hour @ 600..72_000 => write!(f, "{}/min", (per_hour + 30) / 60),
            per_hour => write!(f, "{}/s", (per_hour + 1_800) / 3_600),
        }
    }
}

/// The pace is lowered, because the service refuses more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Throttled {
    /// To this.
    pub pace: PerHour,
    /// The service seems to allow about so much, where that can be told yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<PerHour>,
}

/// A text that is no rate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateError(String);

impl fmt::Display for RateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "\"{}\" is no rate: write a whole number of calls per s, min or h, such as 1000/min",
            self.0
        )
    }
}

impl std::error::Error for RateError {}

impl FromStr for Rate {
    type Err = RateError;

    fn from_str(text: &str) -> Result<Self, RateError> {
        let wrong = || RateError(text.to_owned());
        let (attempts, unit) = text.split_once('/').ok_or_else(wrong)?;
        let attempts = attempts.trim().parse().map_err(|_| wrong())?;
        let unit = match unit.trim() {
            "s" | "sec" | "second" => Unit::Second,
            "min" | "m" | "minute" => Unit::Minute,
            "h" | "hour" => Unit::Hour,
            _ => return Err(wrong()),
        };
        Ok(Self { attempts, unit })
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.attempts, self.unit.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_rate_is_read_as_people_write_it() {
        for (text, shown, seconds) in [
            ("1000/min", "1000/min", 60),
            ("50 / s", "50/s", 1),
            ("7/h", "7/h", 3600),
        ] {
            let rate: Rate = text.parse().unwrap();
            assert_eq!(rate.to_string(), shown);
            assert_eq!(rate.window(), Duration::from_secs(seconds));
        }
    }

    #[test]
    fn what_is_no_rate_is_refused() {
        for text in [
            "",
            "1000",
            "0/s",
            "-1/s",
            "1.5/s",
            "10/day",
            "/min",
            "5000000000/s",
        ] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn parts_of_a_rate_are_all_of_it_and_nearly_alike(attempts in 1u32..5_000, of in 1u32..100) {
            let rate: Rate = format!("{attempts}/min").parse().unwrap();
            let parts: Option<Vec<_>> = (1..=of)
                .map(|number| rate.part(Part::new(number, of).unwrap()))
                .collect();
            prop_assert_eq!(parts.is_some(), attempts >= of);
            if let Some(parts) = parts {
                let shares: Vec<_> = parts.iter().map(|part| part.attempts().get()).collect();
                prop_assert_eq!(shares.iter().sum::<u32>(), attempts);
                prop_assert!(shares[0] - shares[shares.len() - 1] <= 1);
                prop_assert!(parts.iter().all(|part| part.window() == rate.window()));
            }
        }
    }

    #[test]
    fn a_pace_is_shown_in_a_unit_that_fits() {
        let shown = [297.4, 16.67, 0.05].map(|pace| PerHour::of(pace).to_string());
        assert_eq!(shown, ["297/s", "1000/min", "180/h"]);
    }

    #[test]
    fn the_first_attempt_costs_no_time() {
        let rate: Rate = "60/min".parse().unwrap();
        assert_eq!(rate.time_for(1), Duration::ZERO);
        assert_eq!(rate.time_for(61), Duration::from_secs(60));
    }
}
