//! What must hold of a whole list before anything of it is sent (contract, section 1).

use std::fmt;
use std::str::FromStr;

use super::settings::ListArgs;
use crate::error::Error;
use crate::job::Planned;
use crate::model::OutcomeKind;
use crate::report::{count, counted};

/// So many rows are expected: both ends are within.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowRange {
    from: u64,
    to: Option<u64>,
}

impl RowRange {
    fn holds(self, rows: u64) -> bool {
        rows >= self.from && self.to.is_none_or(|to| rows <= to)
    }
}

/// A text that is no range of rows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no range of rows: write 100..50000, 100.., ..50000, or 500")]
pub struct RowRangeError(String);

impl FromStr for RowRange {
    type Err = RowRangeError;

    fn from_str(text: &str) -> Result<Self, RowRangeError> {
        let wrong = || RowRangeError(text.to_owned());
        let number = |text: &str| text.trim().parse().map_err(|_| wrong());
        let (from, to) = match text.trim().split_once("..") {
            None => {
                let rows = number(text)?;
                (rows, Some(rows))
            }
            Some(("", "")) => return Err(wrong()),
            Some((from, "")) => (number(from)?, None),
            Some(("", to)) => (0, Some(number(to)?)),
            Some((from, to)) => (number(from)?, Some(number(to)?)),
        };
        match to {
            Some(to) if to < from => Err(wrong()),
            _ => Ok(Self { from, to }),
        }
    }
}

impl fmt::Display for RowRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.from, self.to) {
            (from, Some(to)) if from == to => write!(f, "{}", count(from)),
            (0, Some(to)) => write!(f, "{} at most", count(to)),
            (from, Some(to)) => write!(f, "{} to {}", count(from), count(to)),
            (from, None) => write!(f, "{} at least", count(from)),
        }
    }
}

/// A list that was planned, and what is said of it where it is refused.
#[derive(Debug, Clone, Copy)]
pub struct Guarded<'a> {
    /// The list, or the result of which rows are taken.
    pub name: &'a str,
    /// Whether it is a result: its rows are told by their lines in the list that was run.
    pub is_result: bool,
    /// How many data rows it has, or of a result how many are taken.
    pub rows: u64,
    /// What it comes to, all of it.
    pub planned: &'a Planned,
    /// What does not happen then: `nothing was sent`.
    pub spared: &'a str,
}

impl Guarded<'_> {
    /// Refuses a list that is not as the settings want it.
    ///
    /// # Errors
    /// It has too few or too many rows, would remove too many labels, or has rejected rows and must have none.
    pub fn check(&self, args: &ListArgs) -> Result<(), Error> {
        let Self { name, spared, .. } = self;
        let rows = self.rows;
        if let Some(range) = args.expect_rows.filter(|range| !range.holds(rows)) {
            let rows = counted(rows, "row");
            let has = match self.is_result {
                true => format!("{rows} taken of {name}"),
                false => format!("{name}: {rows}"),
            };
            return Err(Error::unusable(format!(
                "{has}, and --expect-rows wants {range}; {spared}"
            )));
        }
        let removals = self.planned.plan.totals().removals;
        if let Some(most) = args.max_removals.filter(|most| removals > *most) {
            return Err(Error::unusable(format!(
                "{name}: {} would be sent, and --max-removals allows {}; {spared}",
                counted(removals, "removal"),
                count(most)
            )));
        }
        match args.strict {
            true => self.refuse_rejected_rows(),
            false => Ok(()),
        }
    }

    /// With `--strict` one rejected row makes the whole list unusable.
    fn refuse_rejected_rows(&self) -> Result<(), Error> {
        let left_out = &self.planned.left_out;
        let rejected = left_out
            .codes()
            .filter(|(kind, ..)| *kind == OutcomeKind::Rejected);
        let Some((_, code, first)) = rejected.min_by_key(|(.., example)| example.line) else {
            return Ok(());
        };
        let of_list = if self.is_result { " of the list" } else { "" };
        Err(Error::unusable(format!(
            "{}: {} rejected, and --strict allows none; the first on line {}{of_list}, {code}: {}; {}",
            self.name,
            counted(left_out.rows(OutcomeKind::Rejected), "row"),
            first.line,
            first.message,
            self.spared
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_of_a_range_are_within() {
        for (text, least, most, shown) in [
            ("100..50000", 100, 50_000, "100 to 50,000"),
            (" 7 .. 9 ", 7, 9, "7 to 9"),
            ("500", 500, 500, "500"),
            ("..50000", 0, 50_000, "50,000 at most"),
        ] {
            let range: RowRange = text.parse().unwrap();
            assert!(range.holds(least) && range.holds(most), "{text}");
            assert!(!range.holds(most + 1), "{text}");
            assert!(least == 0 || !range.holds(least - 1), "{text}");
            assert_eq!(range.to_string(), shown);
        }
        let range: RowRange = "100..".parse().unwrap();
        assert!(range.holds(100) && range.holds(u64::MAX) && !range.holds(99));
        for text in ["", "..", "5..4", "a..b", "-1", "1...2", "100,50000"] {
            assert!(text.parse::<RowRange>().is_err(), "{text:?}");
        }
    }
}
