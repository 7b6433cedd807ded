//! Rejected rows by code and by cause: many rows may share one, and it is mended once.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::fixing::Renames;
use crate::list::Entry;
use crate::model::{FirstLines, RejectCode, Rejection};

/// So many causes are told apart for a code; what comes after them is one.
const MOST: usize = 10;

/// The message of rows whose causes are too many to be told apart.
const OTHERS: &str = "other causes: the first ones are told apart, mend those and look again";

/// What rejected rows have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// What is said of them.
    pub message: String,
    /// What stands in the field of the first that was met, where a field is at fault.
    pub value: Option<String>,
    /// Whether the same stands there in all of them.
    pub is_same: bool,
    /// Where they stand.
    pub lines: FirstLines,
    /// How many of them can be mended with certainty.
    pub fixable: u64,
    /// Whether all of them make sense in windows-1252.
    pub is_western: bool,
}

/// A row that is rejected, as far as causes go by it.
#[derive(Debug, Clone, Default)]
pub struct Case {
    /// What stands in the field that is at fault.
    pub value: Option<String>,
    /// Whether it can be mended with certainty.
    pub is_fixable: bool,
    /// Whether it is no UTF-8, and makes sense in windows-1252.
    pub is_western: bool,
}

/// The causes of each code.
#[derive(Debug, Default)]
pub struct Causes(BTreeMap<RejectCode, Vec<Cause>>);

impl Case {
    /// A row that breaks a rule.
    pub fn of(entry: &Entry<'_>, rejection: &Rejection) -> Self {
        let [user, action, label] = entry.raw();
        let (value, is_fixable) = match rejection.code {
            RejectCode::InvalidUserId => (Some(user), true),
            RejectCode::InvalidAction => (Some(action), true),
            RejectCode::InvalidLabel => (Some(label), true),
            _ => (None, false),
        };
        Self {
            value,
            is_fixable: is_fixable && entry.sound(&Renames::new()).is_some(),
            is_western: rejection.code == RejectCode::InvalidEncoding
                && entry.reads_in_windows_1252(),
        }
    }
}

impl Causes {
    /// Adds the rows that a plan rejects for one reason.
    pub fn add_rows(&mut self, code: RejectCode, message: &str, lines: &FirstLines) {
        if lines.is_empty() {
            return;
        }
        let cause = Cause {
            message: message.to_owned(),
            value: None,
            is_same: true,
            lines: lines.clone(),
            fixable: 0,
            is_western: false,
        };
        self.0.entry(code).or_default().push(cause);
    }

    /// Adds a row.
    pub fn add(&mut self, code: RejectCode, message: &str, case: Case, line: u64) {
        let Case {
            value,
            is_fixable,
            is_western,
        } = case;
        // Wrong words are few and recur; wrong ids differ from row to row.
        let by_value = code == RejectCode::InvalidAction;
        let value = value.filter(|value| !value.is_empty());
        let causes = self.0.entry(code).or_default();
        let known = causes
            .iter()
            .position(|cause| cause.message == message && (!by_value || cause.value == value));
        let at = known.unwrap_or(causes.len().min(MOST));
        if at == causes.len() {
            let is_last = at == MOST;
            causes.push(Cause {
                message: if is_last { OTHERS } else { message }.to_owned(),
                value: value.clone().filter(|_| !is_last),
                is_same: true,
                lines: FirstLines::default(),
                fixable: 0,
                is_western: true,
            });
        }
        let cause = &mut causes[at];
        cause.is_same &= cause.value == value;
        cause.lines.add(line);
        cause.fixable += u64::from(is_fixable);
        cause.is_western &= is_western;
    }

    /// All causes by code, those of most rows first and those that are not told apart last.
    pub fn into_all(self) -> impl Iterator<Item = (RejectCode, Cause)> {
        self.0.into_iter().flat_map(|(code, mut causes)| {
            causes.sort_by_key(|cause| (cause.message == OTHERS, Reverse(cause.lines.rows())));
            causes.into_iter().map(move |cause| (code, cause))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holding(value: &str) -> Case {
        Case {
            value: Some(value.into()),
            ..Case::default()
        }
    }

    fn shown(causes: Causes) -> Vec<String> {
        let shown = |(code, cause): (RejectCode, Cause)| {
            let same = if cause.is_same { "all" } else { "such as" };
            let value = cause.value.unwrap_or_default();
            let rows = cause.lines.rows();
            format!("{} {rows} {}: {same} {value}", code.as_str(), cause.message)
        };
        causes.into_all().map(shown).collect()
    }

    #[test]
    fn rows_with_the_same_cause_are_one() {
        let mut causes = Causes::default();
        for (line, value) in (2..).zip(["ad", "delete", "delete"]) {
            causes.add(RejectCode::InvalidAction, "no action", holding(value), line);
        }
        for (line, value) in (5..).zip(["1E5", "2E5"]) {
            causes.add(RejectCode::InvalidUserId, "no id", holding(value), line);
        }
        assert_eq!(
            shown(causes),
            [
                "INVALID_USER_ID 2 no id: such as 1E5",
                "INVALID_ACTION 2 no action: all delete",
                "INVALID_ACTION 1 no action: all ad",
            ]
        );
    }

    #[test]
    fn causes_without_end_are_one_at_last() {
        let mut causes = Causes::default();
        for line in 2..1_000 {
            let message = format!("cell A{line} holds a date");
            causes.add(RejectCode::InvalidLabel, &message, holding("x"), line);
        }
        let shown = shown(causes);
        assert_eq!(shown.len(), MOST + 1);
        assert!(shown[MOST].contains(" 988 other causes"), "{shown:?}");
    }
}
