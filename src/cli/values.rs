//! How the values of flags are read.

use std::str::FromStr;
use std::time::Duration;

use clap::ValueEnum;
use jiff::SignedDuration;
use jiff::civil::Time;

use crate::dispatch::MaxFailures;
use crate::list::label_from_flag;
use crate::model::{Action, Moment, Rate, RateError, meant};
use crate::plan::OnConflict;
use crate::report::LogFormat;
use crate::service::Method;

/// `1000/min`, or `none`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateLimit {
    /// So many at most.
    Limited(Rate),
    /// As many as can be.
    Unlimited,
}

impl RateLimit {
    /// The rate, where there is one.
    pub fn rate(self) -> Option<Rate> {
        match self {
            Self::Limited(rate) => Some(rate),
            Self::Unlimited => None,
        }
    }
}

impl FromStr for RateLimit {
    type Err = RateError;

    fn from_str(text: &str) -> Result<Self, RateError> {
        if text == "none" {
            Ok(Self::Unlimited)
        } else {
            text.parse().map(Self::Limited)
        }
    }
}

impl std::fmt::Display for RateLimit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Limited(rate) => rate.fmt(f),
            Self::Unlimited => f.write_str("none"),
        }
    }
}

/// No setting is meant to last longer.
const LONGEST: Duration = Duration::from_secs(365 * 86_400);

/// A span such as `500ms`, `30s` or `1h30m`, longer than nothing.
pub fn span(text: &str) -> Result<Duration, String> {
    let span = text
        .parse::<SignedDuration>()
        .ok()
        .and_then(|span| Duration::try_from(span).ok());
    span.filter(|span| !span.is_zero() && *span <= LONGEST)
        .ok_or_else(|| format!("\"{text}\" is no span of time: write 500ms, 30s or 10m"))
}

/// The same, or nothing: `0s`.
pub fn span_or_zero(text: &str) -> Result<Duration, String> {
    if matches!(text, "0" | "0s" | "0ms") {
        Ok(Duration::ZERO)
    } else {
        span(text)
    }
}

/// A whole number from 1 on.
pub fn count<T: FromStr>(text: &str) -> Result<T, String> {
    text.trim()
        .parse()
        .map_err(|_| format!("\"{text}\" is no whole number from 1 on"))
}

/// A share such as `50%`, a number, or `none`.
pub fn max_failures(text: &str) -> Result<MaxFailures, String> {
    let text = text.trim();
    let share = |text: &str| text.trim().parse().ok();
    let read = match text.strip_suffix('%') {
        Some(percent) => share(percent)
            .filter(|percent| (0.0..=100.0).contains(percent))
            .map(MaxFailures::Percent),
        None if text == "none" => Some(MaxFailures::None),
        None => text.parse().ok().map(MaxFailures::Count),
    };
    read.ok_or_else(|| format!("\"{text}\" is neither a share such as 50%, nor a number, nor none"))
}

/// When to stop: at a time of day, or after a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// When the clock next shows that time, where the program runs.
    Time(Time),
    /// After so long.
    After(Duration),
}

impl Until {
    /// When that is for a run that begins now.
    pub fn from(self, now: Moment) -> Moment {
        match self {
            Self::Time(time) => now.next(time),
            Self::After(span) => now.after(span),
        }
    }
}

impl FromStr for Until {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let time = |format| Time::strptime(format, text.trim());
        if let Ok(time) = time("%H:%M").or_else(|_| time("%H:%M:%S")) {
            return Ok(Self::Time(time));
        }
        let after = span(text.trim()).map(Self::After);
        after.map_err(|_| {
            format!("\"{text}\" is neither a time of day such as 06:00 nor a span such as 2h")
        })
    }
}

impl std::fmt::Display for Until {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Time(time) => write!(f, "{:02}:{:02}", time.hour(), time.minute()),
            Self::After(span) => write!(f, "{span:?}"),
        }
    }
}

/// A whole number.
pub fn count_or_zero(text: &str) -> Result<u64, String> {
    text.trim()
        .parse()
        .map_err(|_| format!("\"{text}\" is no whole number"))
}

/// `add` or `remove`.
pub fn action(text: &str) -> Result<Action, String> {
    Action::from_word(text.trim()).ok_or_else(|| {
        let hint = match meant(text, ["add", "remove", "delete"]) {
            Some("add") => "is add meant?",
            Some(_) => "is remove meant?",
            None => "write add or remove",
        };
        format!("\"{text}\" is no action: {hint}")
    })
}

/// A label that every row may have.
pub fn label(text: &str) -> Result<String, String> {
    label_from_flag(text).map_err(|rejection| rejection.message)
}

/// `--method`.
#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "UPPER")]
pub enum MethodName {
    /// What the service takes
    Post,
    /// What one table of the service's reference page says
    Get,
    /// What a gateway may want
    Put,
}

impl From<MethodName> for Method {
    fn from(name: MethodName) -> Self {
        match name {
            MethodName::Post => Self::Post,
            MethodName::Get => Self::Get,
            MethodName::Put => Self::Put,
        }
    }
}

/// `--on-conflict`.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum OnConflictName {
    /// The last row wins; earlier ones are skipped
    Last,
    /// Both sides are rejected
    Reject,
}

impl From<OnConflictName> for OnConflict {
    fn from(name: OnConflictName) -> Self {
        match name {
            OnConflictName::Last => Self::LastWins,
            OnConflictName::Reject => Self::Reject,
        }
    }
}

/// `--log-format`.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum LogFormatName {
    /// For people
    Text,
    /// For programs: a JSON object a line, and nothing else
    Json,
}

impl From<LogFormatName> for LogFormat {
    fn from(name: LogFormatName) -> Self {
        match name {
            LogFormatName::Text => Self::Text,
            LogFormatName::Json => Self::Json,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_as_people_write_them() {
        let spans = [
            ("500ms", 500),
            ("30s", 30_000),
            ("1h30m", 5_400_000),
            ("10 min", 600_000),
        ];
        for (text, milliseconds) in spans {
            assert_eq!(
                span(text),
                Ok(Duration::from_millis(milliseconds)),
                "{text}"
            );
        }
        for text in ["", "30", "0s", "-1s", "soon", "9223372036854775807s"] {
            assert!(span(text).is_err(), "{text}");
        }
        assert_eq!(span_or_zero("0s"), Ok(Duration::ZERO));
    }

    #[test]
    fn a_time_to_stop_is_one_of_the_day_or_a_span() {
        assert_eq!(
            "06:00".parse::<Until>().map(|at| at.to_string()),
            Ok("06:00".to_owned())
        );
        let two_hours = Until::After(Duration::from_secs(7_200));
        assert_eq!("2h".parse(), Ok(two_hours));
        for text in ["", "25:00", "6", "soon"] {
            assert!(text.parse::<Until>().is_err(), "{text}");
        }
    }

    #[test]
    fn failures_are_limited_by_share_or_number() {
        assert_eq!(max_failures("12.5 %"), Ok(MaxFailures::Percent(12.5)));
        assert_eq!(max_failures("0"), Ok(MaxFailures::Count(0)));
        assert_eq!(max_failures("none"), Ok(MaxFailures::None));
        for text in ["", "-1", "101%", "NaN%", "half"] {
            assert!(max_failures(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_rate_may_be_lifted() {
        assert_eq!("none".parse(), Ok(RateLimit::Unlimited));
        assert_eq!(
            "50/s".parse::<RateLimit>().map(|limit| limit.to_string()),
            Ok("50/s".to_owned())
        );
        assert!("off".parse::<RateLimit>().is_err());
    }
}
