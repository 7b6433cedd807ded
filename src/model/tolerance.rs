//! How many rows may need a look in a run that is still as it should be (contract, section 6).

use std::fmt;
use std::str::FromStr;

/// In so many parts a list is cut, to count shares without rounding: `0.0001%` is one.
const WHOLE: u64 = 1_000_000;

/// Digits behind the point of a percentage that say no more than [`WHOLE`] does.
const DIGITS: usize = 4;

/// What is tolerated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tolerance {
    /// So many rows.
    Rows(u64),
    /// So many millionths of all data rows.
    Share(u64),
}

impl Tolerance {
    /// Whether so many rows to look at, of so many in all, are tolerated.
    pub fn allows(self, to_look_at: u64, rows: u64) -> bool {
        match self {
            Self::Rows(most) => to_look_at <= most,
            Self::Share(parts) => {
                u128::from(to_look_at) * u128::from(WHOLE) <= u128::from(parts) * u128::from(rows)
            }
        }
    }
}

impl Default for Tolerance {
    fn default() -> Self {
        Self::Rows(0)
    }
}

/// A text that is no tolerance.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is neither a number of rows nor a share of them: write 20, or 1%")]
pub struct ToleranceError(String);

impl FromStr for Tolerance {
    type Err = ToleranceError;

    fn from_str(text: &str) -> Result<Self, ToleranceError> {
        let read = match text.trim().strip_suffix('%') {
            None => whole(text.trim()).map(Self::Rows),
            Some(percent) => millionths(percent.trim()).map(Self::Share),
        };
        read.ok_or_else(|| ToleranceError(text.to_owned()))
    }
}

fn whole(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

/// `0.5` of a hundred → 5,000 millionths.
fn millionths(percent: &str) -> Option<u64> {
    let (ones, behind) = percent.split_once('.').unwrap_or((percent, "0"));
    if behind.len() > DIGITS {
        return None;
    }
    let ones = whole(ones)?.checked_mul(WHOLE / 100)?;
    let parts = ones.checked_add(whole(&format!("{behind:0<DIGITS$}"))?)?;
    (parts <= WHOLE && !behind.is_empty()).then_some(parts)
}

impl fmt::Display for Tolerance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows(rows) => rows.fmt(f),
            Self::Share(parts) => {
                let one = WHOLE / 100;
                let behind = format!("{:0DIGITS$}", parts % one);
                let behind = behind.trim_end_matches('0');
                let point = if behind.is_empty() { "" } else { "." };
                write!(f, "{}{point}{behind}%", parts / one)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_or_a_share_is_allowed_and_not_one_row_more() {
        for (text, rows, most) in [
            ("0", 10, 0),
            ("3", 10, 3),
            ("1%", 100, 1),
            ("1%", 99, 0),
            ("1%", 199, 1),
            ("0.7%", 1_000, 7),
            ("33.3333%", 3, 0),
            ("100%", 3, 3),
            ("0%", 3, 0),
        ] {
            let tolerance: Tolerance = text.parse().unwrap();
            assert!(tolerance.allows(most, rows), "{text} of {rows}");
            assert!(!tolerance.allows(most + 1, rows), "{text} of {rows}");
        }
        assert!(Tolerance::default().allows(0, 0));
    }

    #[test]
    fn it_is_shown_as_it_is_written() {
        for text in ["0", "20", "1%", "0.5%", "12.0625%", "100%"] {
            let read = text.parse::<Tolerance>();
            assert_eq!(read.map(|read| read.to_string()), Ok(text.to_owned()));
        }
        for text in [
            "", "%", "-1", "+1", "1.5", "101%", "1.%", ".5%", "0.00001%", "none",
        ] {
            assert!(text.parse::<Tolerance>().is_err(), "{text}");
        }
    }
}
