//! What a look at a list has found, for programs. The names are fixed.

use std::collections::BTreeMap;

use serde::Serialize;

use super::fixed::FixedList;
use super::organisation::Organisation;
use crate::model::FirstLines;

/// A list that was read and planned, and of which nothing was sent.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Checked {
    /// The list's name.
    pub list: String,
    /// How many data rows it has.
    pub rows: u64,
    /// How many different customers its valid rows name.
    pub customers: u64,
    /// How many calls it comes to.
    pub calls: u64,
    /// How many labels they add.
    pub additions: u64,
    /// How many they remove.
    pub removals: u64,
    /// Rejected rows by code.
    pub rejected: BTreeMap<String, u64>,
    /// Skipped rows by code.
    pub skipped: BTreeMap<String, u64>,
    /// All labels of valid rows, the most frequent first.
    pub labels: Vec<CheckedLabel>,
    /// How long the calls take at the rate; null where there is none.
    pub seconds: Option<f64>,
    /// What should be looked at, and what is only told.
    pub findings: Findings,
    /// What was done with the list that was written again, if one was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed: Option<FixedList>,
    /// Where the rejected rows were written, if they were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rejects: Option<String>,
}

/// A label, and what would be sent about it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckedLabel {
    /// Its name.
    pub label: String,
    /// How many customers get it.
    pub add: u64,
    /// How many lose it.
    pub remove: u64,
    /// How many customers it is about.
    pub customers: u64,
    /// Whether the organisation has it in use; null where it was not asked.
    pub in_org: Option<bool>,
}

/// What stands out in a list.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Findings {
    /// Rejected rows by code and cause.
    pub rejected: Vec<RejectedRows>,
    /// Rows that are overruled by a later one with the other action.
    pub contradictions: FirstLines,
    /// Labels that may be meant for one.
    pub look_alikes: Vec<LookAlikes>,
    /// Ids with more digits than a spreadsheet keeps, and those that it has probably rounded.
    pub long_ids: LongIdRows,
    /// Labels that programs write where a value is missing.
    pub missing_labels: Vec<LabelRows>,
    /// Labels that look like dates.
    pub date_labels: Vec<LabelRows>,
    /// What the organisation's labels say of the list; left out where it was not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<Organisation>,
    /// Labels that begin and end with a quote: told only.
    pub quoted_labels: Vec<LabelRows>,
    /// Labels of more than 100 characters: told only.
    pub long_labels: Vec<LabelRows>,
    /// Rows that say the same as a later one: told only.
    pub duplicates: FirstLines,
}

impl Findings {
    /// Whether there is something to look at before the list is sent.
    pub fn is_clean(&self) -> bool {
        self.rejected.is_empty()
            && self.contradictions.is_empty()
            && self.look_alikes.is_empty()
            && !self.long_ids.are_more_than_chance()
            && self.missing_labels.is_empty()
            && self.date_labels.is_empty()
            && self
                .organisation
                .as_ref()
                .is_none_or(Organisation::is_clean)
    }

    /// Whether there is something that is only told.
    pub fn has_remarks(&self) -> bool {
        let labels = self.quoted_labels.len() + self.long_labels.len();
        labels > 0 || !self.duplicates.is_empty() || self.long_ids.are_by_chance()
    }
}

fn is_zero(rows: &u64) -> bool {
    *rows == 0
}

fn is_false(fact: &bool) -> bool {
    !*fact
}

/// Rows that are rejected for the same cause.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RejectedRows {
    /// The code.
    pub code: &'static str,
    /// What is said of them.
    pub message: String,
    /// What stands in the field that is at fault, in the first of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Whether the same stands there in all of them.
    #[serde(skip)]
    pub is_same: bool,
    /// How many of them can be mended with certainty.
    #[serde(skip_serializing_if = "is_zero")]
    pub fixable: u64,
    /// Whether all of them make sense in windows-1252.
    #[serde(skip)]
    pub is_western: bool,
    /// Where they stand.
    #[serde(flatten)]
    pub at: FirstLines,
}

/// Labels that look alike.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LookAlikes {
    /// The most frequent one.
    pub label: String,
    /// How many customers it is about.
    pub customers: u64,
    /// The others, probably slips.
    pub slips: Vec<Slip>,
}

/// A label that is probably meant for another.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Slip {
    /// Its name.
    pub label: String,
    /// How many customers it is about.
    pub customers: u64,
    /// In what it differs from the other.
    pub differs_in: Vec<&'static str>,
    /// Whether it certainly is.
    #[serde(skip_serializing_if = "is_false", rename = "fixable")]
    pub is_fixable: bool,
    /// Where it stands.
    #[serde(flatten)]
    pub at: FirstLines,
}

/// Ids with more digits than a spreadsheet keeps.
#[derive(Debug, Clone, Default, Serialize)]
pub struct LongIdRows {
    /// How many rows have one.
    pub rows: u64,
    /// Those that end in zeros.
    pub rounded: FirstLines,
}

impl LongIdRows {
    /// Whether more of them end in two zeros than one in a hundred, as many do by chance, and some more.
    pub fn are_more_than_chance(&self) -> bool {
        let expected = self.rows as f64 / 100.0;
        self.rounded.rows() as f64 > expected + 3.0 * expected.sqrt()
    }

    /// Whether there are some, and no more than by chance.
    pub fn are_by_chance(&self) -> bool {
        !self.rounded.is_empty() && !self.are_more_than_chance()
    }
}

/// A label, and where it stands.
#[derive(Debug, Clone, Serialize)]
pub struct LabelRows {
    /// The label.
    pub label: String,
    /// Where it stands.
    #[serde(flatten)]
    pub at: FirstLines,
}
