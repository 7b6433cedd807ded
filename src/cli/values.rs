//! How the values of flags are read.

use std::str::FromStr;
use std::time::Duration;

use clap::ValueEnum;
use jiff::SignedDuration;

use crate::model::{Action, Rate, RateError};
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

/// A whole number.
pub fn count_or_zero(text: &str) -> Result<u64, String> {
    text.trim()
        .parse()
        .map_err(|_| format!("\"{text}\" is no whole number"))
}

/// `add` or `remove`.
pub fn action(text: &str) -> Result<Action, String> {
    Action::from_word(text.trim())
        .ok_or_else(|| format!("\"{text}\" is no action: write add or remove"))
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
    fn the_rate_may_be_lifted() {
        assert_eq!("none".parse(), Ok(RateLimit::Unlimited));
        assert_eq!(
            "50/s".parse::<RateLimit>().map(|limit| limit.to_string()),
            Ok("50/s".to_owned())
        );
        assert!("off".parse::<RateLimit>().is_err());
    }
}
