//! The values that a fault may be set to, as they are written.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::SignedDuration;

use crate::model::Rate;

/// How many of the requests are struck: `5%`, or `0.05`.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Share(pub f64);

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("\"{text}\" is no share: write 5% or 0.05");
        let share = match text.strip_suffix('%') {
            Some(percent) => percent.trim().parse::<f64>().map(|percent| percent / 100.0),
            None => text.parse(),
        };
        let share = share.map_err(|_| wrong())?;
        Some(Self(share))
            .filter(|_| (0.0..=1.0).contains(&share))
            .ok_or_else(wrong)
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", (self.0 * 1e8).round() / 1e6)
    }
}

/// A span of time: `500ms`, `2s`, `0s`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span(pub Duration);

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.trim() == "0" {
            return Ok(Self::default());
        }
        let span = text.parse::<SignedDuration>().ok();
        span.and_then(|span| Duration::try_from(span).ok())
            .map(Self)
            .ok_or_else(|| format!("\"{text}\" is no span of time: write 500ms or 2s"))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_zero() {
            return f.write_str("0s");
        }
        write!(f, "{:?}", self.0)
    }
}

/// A limit of requests, or `none`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MaybeRate(pub Option<Rate>);

impl FromStr for MaybeRate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "none" => Ok(Self(None)),
            _ => text
                .parse()
                .map(Some)
                .map(Self)
                .map_err(|error: crate::model::RateError| error.to_string()),
        }
    }
}

impl fmt::Display for MaybeRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(rate) => rate.fmt(f),
            None => f.write_str("none"),
        }
    }
}

/// A number of requests, or `none`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MaybeCount(pub Option<u64>);

impl FromStr for MaybeCount {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "none" => Ok(Self(None)),
            _ => count(text).map(Some).map(Self),
        }
    }
}

impl fmt::Display for MaybeCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(count) => count.fmt(f),
            None => f.write_str("none"),
        }
    }
}

/// A number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count(pub u64);

impl FromStr for Count {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        count(text).map(Self)
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

fn count(text: &str) -> Result<u64, String> {
    text.parse()
        .map_err(|_| format!("\"{text}\" is no whole number"))
}

/// Times at which the whole service is away: `10s+30s` begins after ten seconds and lasts thirty; several are
/// written with commas between, none as `none`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outages(Vec<(Span, Span)>);

impl Outages {
    /// Whether the service is away so long after the outages were set.
    pub fn cover(&self, since: Duration) -> bool {
        self.0
            .iter()
            .any(|(from, length)| since >= from.0 && since < from.0.saturating_add(length.0))
    }
}

impl FromStr for Outages {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "none" {
            return Ok(Self::default());
        }
        let outage = |text: &str| {
            let (from, length) = text.split_once('+').ok_or_else(|| {
                format!(
                    "\"{text}\" is no outage: write when it begins and how long it lasts, 10s+30s"
                )
            })?;
            Ok((from.trim().parse()?, length.trim().parse()?))
        };
        text.split(',')
            .map(outage)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl fmt::Display for Outages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("none");
        }
        let each: Vec<_> = self
            .0
            .iter()
            .map(|(from, length)| format!("{from}+{length}"))
            .collect();
        f.write_str(&each.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is shown for a text, or why it can't be read.
    fn read<T: FromStr<Err = String> + fmt::Display>(text: &str) -> String {
        text.parse::<T>()
            .map_or_else(|error| format!("error: {error}"), |value| value.to_string())
    }

    #[test]
    fn values_are_read_as_people_write_them() {
        let table = [
            read::<Share>("5%"),
            read::<Share>("0.005"),
            read::<Share>("101%"),
            read::<Share>("many"),
            read::<Span>("1500ms"),
            read::<Span>("0"),
            read::<Span>("soon"),
            read::<MaybeRate>("100/min"),
            read::<MaybeRate>("none"),
            read::<MaybeRate>("100"),
            read::<MaybeCount>("7"),
            read::<MaybeCount>("none"),
            read::<MaybeCount>("-1"),
            read::<Outages>("10s+30s,1m+5s"),
            read::<Outages>("none"),
            read::<Outages>("10s"),
        ];
        insta::assert_snapshot!(table.join("\n"));
    }

    #[test]
    fn an_outage_lasts_from_its_beginning_to_its_end() {
        let outages: Outages = "10s+5s,20s+1s".parse().unwrap();
        let covered = [9, 10, 14, 15, 20, 21].map(|s| outages.cover(Duration::from_secs(s)));
        assert_eq!(covered, [false, true, true, false, true, false]);
    }
}
