//! Which rows of a result are taken as a list (contract, section 6). Pure.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use csv::ByteRecord;

use super::ListError;
use super::text::trim;
use crate::model::{OutcomeKind, RejectCode, Rejection, Row};

/// The longest field that a result shows of a rejected row; a longer one is cut there.
const CUT_AT: usize = 1_000;

/// Which rows of a result are taken, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// Those that were not done, or that nothing says were: failed, unconfirmed and pending ones.
    Undone,
    /// Those with one of these codes, whatever their outcome.
    Codes(Codes),
    /// Those that were done, each turned into its opposite.
    Inverse,
}

impl Selection {
    /// Whether a row with this outcome and code is taken.
    pub fn takes(&self, outcome: OutcomeKind, code: &str) -> bool {
        match self {
            Self::Undone => matches!(
                outcome,
                OutcomeKind::Failed | OutcomeKind::Unconfirmed | OutcomeKind::Pending
            ),
            Self::Codes(codes) => codes.0.contains(code),
            Self::Inverse => outcome == OutcomeKind::Success,
        }
    }
}

/// Codes of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Codes(BTreeSet<String>);

/// A text that names no codes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" names no codes: write those of the result's column code, such as 8015,33000")]
pub struct CodesError(String);

impl FromStr for Codes {
    type Err = CodesError;

    fn from_str(text: &str) -> Result<Self, CodesError> {
        let codes: BTreeSet<_> = text.split(',').map(|code| trim(code).to_owned()).collect();
        match codes.contains("") {
            true => Err(CodesError(text.to_owned())),
            false => Ok(Self(codes)),
        }
    }
}

impl fmt::Display for Codes {
    /// In an order of their own, so that the same codes are the same text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let codes: Vec<_> = self.0.iter().map(String::as_str).collect();
        f.write_str(&codes.join(","))
    }
}

/// A selection and the columns that it needs.
#[derive(Debug)]
pub struct Selected {
    selection: Selection,
    list: String,
    line: usize,
    outcome: usize,
    code: usize,
    width: usize,
}

impl Selected {
    /// Finds the columns in a result's header.
    ///
    /// # Errors
    /// It is no result's.
    pub fn find(selection: &Selection, header: &ByteRecord, list: &str) -> Result<Self, ListError> {
        let find = |column: &'static str| {
            let mut names = header.iter();
            let found = names.position(|name| trim(&String::from_utf8_lossy(name)) == column);
            found.ok_or_else(|| ListError::NoResult {
                list: list.to_owned(),
                column,
            })
        };
        Ok(Self {
            selection: selection.clone(),
            list: list.to_owned(),
            outcome: find("outcome")?,
            code: find("code")?,
            line: find("line")?,
            width: header.len(),
        })
    }

    /// The line in the list that was run, of a row that is taken; none for another. `own` is the line on which it stands in
    /// the result.
    ///
    /// # Errors
    /// The row is none of a result's.
    pub fn line_of(&self, record: &ByteRecord, own: u64) -> Result<Option<u64>, ListError> {
        if record.len() < self.width {
            return Err(ListError::CutShort {
                list: self.list.clone(),
                line: own,
            });
        }
        let unknown = |column, found: &str| ListError::NotOfResult {
            list: self.list.clone(),
            line: own,
            column,
            found: found.chars().take(40).collect(),
        };
        let word = text(record, self.outcome);
        let outcome = OutcomeKind::from_word(&word).ok_or_else(|| unknown("outcome", &word))?;
        let line = text(record, self.line);
        let number: Option<u64> = line.parse().ok().filter(|line| *line > 0);
        let number = number.ok_or_else(|| unknown("line", &line))?;
        let taken = self.selection.takes(outcome, &text(record, self.code));
        Ok(taken.then_some(number))
    }

    /// The row as it is taken, `read` being what stands there.
    ///
    /// # Errors
    /// It breaks a rule, or is no longer whole: what a list says wrongly can't be seen in its result any more.
    pub fn row<'a>(
        &self,
        record: &ByteRecord,
        read: Result<Row<'a>, Rejection>,
    ) -> Result<Row<'a>, Rejection> {
        let row = read?;
        if let Some(code) = self.lost(record, &row) {
            let message =
                "the result holds only a part of this row: mend it in the list, and run that";
            return Err(Rejection {
                code,
                message: message.to_owned(),
            });
        }
        Ok(match self.inverts() {
            true => Row {
                action: row.action.inverse(),
                ..row
            },
            false => row,
        })
    }

    /// Whether each row is turned into its opposite.
    pub fn inverts(&self) -> bool {
        self.selection == Selection::Inverse
    }

    /// Why a rejected row that looks well was rejected, where the result holds it only in part.
    fn lost(&self, record: &ByteRecord, row: &Row<'_>) -> Option<RejectCode> {
        if text(record, self.outcome) != OutcomeKind::Rejected.as_str() {
            return None;
        }
        let code = RejectCode::from_word(&text(record, self.code))?;
        let cut = row.label.chars().count() >= CUT_AT;
        let in_part = code == RejectCode::ExtraFields || row.label.contains('\u{FFFD}') || cut;
        in_part.then_some(code)
    }
}

fn text(record: &ByteRecord, at: usize) -> Cow<'_, str> {
    match String::from_utf8_lossy(record.get(at).unwrap_or_default()) {
        Cow::Borrowed(field) => Cow::Borrowed(trim(field)),
        Cow::Owned(field) => Cow::Owned(trim(&field).to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Action, UserId};

    fn selected(selection: Selection) -> Selected {
        let header = ["line", "userId", "action", "label", "outcome", "code"];
        Selected::find(&selection, &ByteRecord::from(&header[..]), "x.csv").unwrap()
    }

    #[test]
    fn each_command_takes_its_rows() {
        let codes = Selection::Codes("33000, 8015".parse().unwrap());
        let taken = |selection: &Selection, code| {
            let kinds = OutcomeKind::ALL.into_iter();
            let taken = kinds.filter(|kind| selection.takes(*kind, code));
            taken.map(OutcomeKind::as_str).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(
            taken(&Selection::Undone, "8015"),
            "failed unconfirmed pending"
        );
        assert_eq!(taken(&Selection::Inverse, ""), "success");
        assert_eq!(taken(&codes, "8015").split(' ').count(), 7);
        assert_eq!(taken(&codes, "801"), "");
    }

    #[test]
    fn codes_are_the_same_in_any_order() {
        let codes: Codes = " 8015,33000 ,8015".parse().unwrap();
        assert_eq!(codes.to_string(), "33000,8015");
        for text in ["", "8015,", ",", " "] {
            assert!(text.parse::<Codes>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_row_of_a_result_is_told_with_its_line() {
        let selected = selected(Selection::Undone);
        let read = |fields: &[&str]| {
            let line = selected.line_of(&ByteRecord::from(fields), 9);
            line.map_err(|error| error.to_string())
        };
        assert_eq!(
            read(&["40", "1", "add", "VIP", "failed", "8015"]),
            Ok(Some(40))
        );
        assert_eq!(read(&["40", "1", "add", "VIP", "success", ""]), Ok(None));
        let told = [
            read(&["40", "1", "add", "VIP", "fail"]),
            read(&["40", "1", "add", "VIP", "fail", ""]),
            read(&["x", "1", "add", "VIP", "failed", ""]),
        ];
        for (told, words) in told.into_iter().zip(["cut short", "\"fail\"", "\"x\""]) {
            let told = told.unwrap_err();
            assert!(
                told.starts_with("x.csv, line 9: ") && told.contains(words),
                "{told}"
            );
        }
    }

    #[test]
    fn a_rejected_row_that_is_no_longer_whole_is_rejected_again() {
        let selected = selected(Selection::Codes(
            "EXTRA_FIELDS,EMPTY_LABEL".parse().unwrap(),
        ));
        let row = Row {
            user: UserId::new(1).unwrap(),
            action: Action::Add,
            label: "Gold",
        };
        let read = |outcome, code| {
            let record = ["2", "1", "add", "Gold", outcome, code];
            selected.row(&ByteRecord::from(&record[..]), Ok(row))
        };
        let lost = read("rejected", "EXTRA_FIELDS").unwrap_err();
        assert_eq!(lost.code, RejectCode::ExtraFields);
        assert_eq!(read("rejected", "EMPTY_LABEL"), Ok(row), "it was mended");
        assert_eq!(read("failed", "EXTRA_FIELDS"), Ok(row));
    }
}
