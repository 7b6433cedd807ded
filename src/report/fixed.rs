//! What was done with a list that was written again.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::excerpts::{places, quoted};
use super::words::counted;
use crate::model::FirstLines;

/// So many renamed labels are told, at most.
const TOLD: usize = 10;

/// A list that was written again. The names are fixed.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FixedList {
    /// Where it stands.
    pub file: String,
    /// What was mended, by kind.
    pub mended: Vec<MendedRows>,
    /// Labels that were given another name.
    pub renamed: Vec<RenamedRows>,
    /// Rows left out, because a later one says the same.
    pub duplicates: FirstLines,
    /// Rows left out, because a later one says the opposite.
    pub contradictions: FirstLines,
    /// Rows that break a rule and stand as they were.
    pub unmended: FirstLines,
    /// Valid rows that hold bytes elsewhere that are no characters.
    pub unreadable: FirstLines,
    /// How many data rows it has.
    pub rows: u64,
    /// How many different customers its valid rows name.
    pub customers: u64,
    /// How many calls it comes to.
    pub calls: u64,
    /// Its rejected rows by code.
    pub rejected: BTreeMap<String, u64>,
}

/// Rows of which the same was mended.
#[derive(Debug, Clone, Serialize)]
pub struct MendedRows {
    /// What, for programs.
    pub kind: &'static str,
    /// The same for people.
    #[serde(skip)]
    pub what: &'static str,
    /// Where they stand in the list.
    #[serde(flatten)]
    pub at: FirstLines,
}

/// Rows whose label was given another name.
#[derive(Debug, Clone, Serialize)]
pub struct RenamedRows {
    /// The label as it stood.
    pub label: String,
    /// What it is now.
    pub to: String,
    /// Where they stand in the list.
    #[serde(flatten)]
    pub at: FirstLines,
}

impl fmt::Display for FixedList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nThe list is written again: {}\n", self.file)?;
        for mended in &self.mended {
            write_rows(f, &mended.at, mended.what)?;
        }
        self.write_renamed(f)?;
        let duplicate = "left out: a later row says the same";
        write_rows(f, &self.duplicates, duplicate)?;
        let superseded = "left out: a later row says the opposite, and counts";
        write_rows(f, &self.contradictions, superseded)?;
        let unmended = "left as it stood: what is meant is not certain";
        write_rows(f, &self.unmended, unmended)?;
        let unreadable =
            "with bytes in other columns that are no characters: they stand there as \u{FFFD}";
        write_rows(f, &self.unreadable, unreadable)?;
        if self.is_unchanged() {
            writeln!(f, "  Nothing was to be mended in it.")?;
        }
        self.write_outlook(f)
    }
}

impl FixedList {
    fn is_unchanged(&self) -> bool {
        let lines = [&self.duplicates, &self.contradictions, &self.unmended];
        let none = lines.into_iter().all(FirstLines::is_empty);
        none && self.mended.is_empty() && self.renamed.is_empty()
    }

    fn write_renamed(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for renamed in self.renamed.iter().take(TOLD) {
            let (label, to) = (quoted(&renamed.label), quoted(&renamed.to));
            write_rows(
                f,
                &renamed.at,
                &format!("the label {label} has become {to}"),
            )?;
        }
        let more = self.renamed.get(TOLD..).unwrap_or_default();
        match more.len() as u64 {
            0 => Ok(()),
            labels => {
                let rows = more.iter().map(|renamed| renamed.at.rows()).sum();
                let (labels, rows) = (counted(labels, "more label"), counted(rows, "row"));
                writeln!(f, "  and {labels} in {rows} (--json has all)")
            }
        }
    }

    /// What a run of it would come to.
    fn write_outlook(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [rows, customers, calls] = [
            (self.rows, "row"),
            (self.customers, "customer"),
            (self.calls, "call"),
        ]
        .map(|(number, noun)| counted(number, noun));
        write!(f, "\n  It comes to: {rows}, {customers}, {calls}; ")?;
        let rejected: u64 = self.rejected.values().sum();
        match rejected {
            0 => writeln!(f, "no row is rejected."),
            _ => {
                let codes: Vec<_> = self
                    .rejected
                    .iter()
                    .map(|(code, rows)| format!("{code} {rows}"))
                    .collect();
                let rows = counted(rejected, "row");
                writeln!(f, "{rows} would still be rejected: {}.", codes.join(", "))
            }
        }
    }
}

/// How many rows, what about them, and where they stand.
fn write_rows(f: &mut fmt::Formatter<'_>, at: &FirstLines, what: &str) -> fmt::Result {
    match at.is_empty() {
        true => Ok(()),
        false => writeln!(
            f,
            "  {}: {what}\n    {}",
            counted(at.rows(), "row"),
            places(at)
        ),
    }
}
