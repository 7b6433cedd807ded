//! A moment, as results and summaries write it.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::fmt::strtime;
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
